package move_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent/jobchange"
	"autoholdings/ent/poline"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/move"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

func (b *moveBundle) staff(name string, change map[string]string) {
	b.T.Helper()
	values := holdings.StaffChange{}
	for field, value := range change {
		values[field] = &value
	}
	_, err := b.Holdings.UpdatePortfolio(b.T.Context(), holdings.PortfolioChange{ID: b.titles[name], Staff: values})
	b.Must(err)
}

// covered gives a portfolio's entitlement a statement.
func (b *moveBundle) covered(name, first, last string) {
	b.T.Helper()
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		p := tx.Portfolio.GetX(ctx, b.titles[name])
		return tx.CoverageStatement.Create().SetID(b.Store.NextID()).SetEntitlement(p.QueryEntitlements().FirstX(ctx)).SetPosition(0).
			SetDateFirstIssueOnline(first).SetDateLastIssueOnline(last).Exec(ctx)
	})
}

// dump is all that a move may touch, but times and versions.
func (b *moveBundle) dump() string {
	b.T.Helper()
	var text strings.Builder
	for _, p := range b.Store.Read.Portfolio.Query().Order(portfolio.ByID()).AllX(b.T.Context()) {
		p.UpdatedAt, p.Version = 0, 0
		fmt.Fprintln(&text, p)
	}
	for _, l := range b.Store.Read.POLine.Query().Order(poline.ByID()).AllX(b.T.Context()) {
		l.UpdatedAt, l.Version = 0, 0
		fmt.Fprintln(&text, l)
	}
	return text.String()
}

func (b *moveBundle) words(jobID int64) string {
	b.T.Helper()
	var lines []string
	for _, c := range b.Store.Read.JobChange.Query().Where(jobchange.JobID(jobID)).Order(jobchange.ByID()).AllX(b.T.Context()) {
		v, action := holdings.ValuesOf(c), plan.Action(c.Action)
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s: %s > %s", c.Action, c.Title, c.Field, v.OldWords(action, c.Field),
			v.NewWords(action, c.Field))))
	}
	return strings.Join(lines, "\n")
}

// setupPairs makes journals under an old and a new name, with all that can hang on one.
func setupPairs(t *testing.T) (*moveBundle, []move.Pair) {
	t.Helper()
	b := setupMove(t)
	b.make(
		item{in: oldA, name: "Old name", lines: 2, license: "L1", unlisted: true}, item{in: target, name: "New name"},
		item{in: oldA, name: "Gone", license: "L2", removed: true}, item{in: target, name: "Gone's heir", license: "L3"},
		item{in: oldB, name: "Kept", lines: 1}, item{in: target, name: "Kept's heir", lines: 1},
		item{in: oldB, name: "Bare"}, item{in: target, name: "Bare's heir"},
	)
	b.staff("Old name", map[string]string{
		plan.PublicNote: "Ask at the desk", holdings.FieldAccessRights: holdings.Perpetual, holdings.FieldPerpetualFrom: "1990",
		plan.CoverageField: `{"mode":"ADDITION","statements":[{"dateFirst":"1990"}]}`, kbart.PublicationTitle.String(): "Old name, corrected",
	})
	b.staff("New name", map[string]string{plan.InternalNote: "New"})
	b.staff("Gone", map[string]string{plan.PublicNote: "Gone's"})
	b.staff("Gone's heir", map[string]string{plan.PublicNote: "The heir's"})
	b.staff("Kept", map[string]string{holdings.FieldAccessRights: holdings.Perpetual, plan.AuthenticationNote: "Sign in"})
	b.staff("Kept's heir", map[string]string{plan.AuthenticationNote: "Sign in"})
	b.covered("New name", "1990", "")
	b.covered("Kept", "1980", "1999")
	b.covered("Kept's heir", "2000", "")
	pairs := []move.Pair{}
	for _, names := range [][2]string{{"Old name", "New name"}, {"Gone", "Gone's heir"}, {"Kept", "Kept's heir"}, {"Bare", "Bare's heir"}} {
		pairs = append(pairs, move.Pair{FromID: b.titles[names[0]], ToID: b.titles[names[1]]})
	}
	return b, pairs
}

// TestCarryOver: what is moved, what stays and why; the preview shows the same, and the undo gives back the same bytes.
func TestCarryOver(t *testing.T) {
	t.Parallel()
	b, pairs := setupPairs(t)
	before := b.dump()
	shown, done := &moveRun{jobID: b.moveJob(), show: true, pairs: pairs}, &moveRun{jobID: b.moveJob(), pairs: pairs}
	b.Must(b.run(shown))
	if b.dump() != before {
		t.Error("the preview wrote something")
	}
	done.preview = shown.jobID
	b.Must(b.run(done))
	want := strings.Join([]string{
		`MOVE_PO_LINE Old name Old name-1: main PO line > main PO line of "New name" in New`,
		`MOVE_PO_LINE Old name Old name-2: additional PO line > additional PO line of "New name" in New`,
		`MOVE_LICENSE Old name L1: license > license of "New name" in New`,
		`MOVE_VALUE Old name access_rights: PERPETUAL > PERPETUAL, of "New name" in New`,
		`MOVE_VALUE Old name perpetual_from: 1990-01-01 > 1990-01-01, of "New name" in New`,
		`VALUE_STAYS Old name publication_title: Old name, corrected > stays: it is about this title, and "New name" is another one`,
		`MOVE_VALUE Old name coverage: in addition to the provider's: 1990 – present > in addition to the provider's: 1990 – present, of "New name" in New`,
		`MOVE_VALUE Old name public_note: Ask at the desk > Ask at the desk, of "New name" in New`,
		`LICENSE_CONFLICT Gone L2: license > stays, since "Gone's heir" in New keeps L3`,
		`VALUE_STAYS Gone public_note: Gone's > stays, since "Gone's heir" in New has a value of its own: The heir's`,
		`MOVE_PO_LINE Kept Kept-1: main PO line > additional PO line of "Kept's heir" in New`,
		`MOVE_VALUE Kept access_rights: PERPETUAL > PERPETUAL, of "Kept's heir" in New, and here as well, since time is retained here that is ` +
			`not covered there`,
		`MOVE_VALUE Kept authentication_note: Sign in > Sign in, of "Kept's heir" in New, which had it already`,
		`NOTHING_TO_MOVE Bare :  >`,
	}, "\n")
	if diff := cmp.Diff(want, b.words(done.jobID)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(b.words(shown.jobID), b.words(done.jobID)); diff != "" {
		t.Errorf("the preview showed something else: %s", diff)
	}
	if diff := cmp.Diff(b.moveCounts(shown.jobID), b.moveCounts(done.jobID)); diff != "" {
		t.Error(diff)
	}
	again := &moveRun{jobID: b.moveJob(), pairs: pairs}
	after := b.dump()
	b.Must(b.run(again))
	if counts := b.moveCounts(again.jobID); counts.Changed() && b.dump() != after {
		t.Errorf("a second time: %+v\n%s", counts.Move, b.words(again.jobID))
	}
	undo := &moveRun{jobID: b.moveJob(), undo: done.jobID}
	b.Must(b.run(undo))
	if diff := cmp.Diff(before, b.dump()); diff != "" {
		t.Errorf("the undo left: %s\n%s", diff, b.words(undo.jobID))
	}
}

// TestCarryOverInterrupted at each of its transactions and of its undo's.
func TestCarryOverInterrupted(t *testing.T) {
	t.Parallel()
	b, pairs := setupPairs(t)
	b.Holdings.BatchTitles = 1
	before := b.dump()
	var whole string
	for failAt := 1; ; failAt++ {
		n, crashed := 0, false
		crashes := func() bool { n++; crashed = crashed || n == failAt; return n == failAt }
		do := &moveRun{jobID: b.moveJob(), pairs: pairs, crashes: crashes}
		for b.run(do) != nil {
		}
		switch report := lines(b.words(do.jobID)); {
		case whole == "":
			whole = report
		case whole != report:
			t.Fatalf("failed at transaction %d: %s", failAt, cmp.Diff(whole, report))
		}
		n = 0
		undo := &moveRun{jobID: b.moveJob(), undo: do.jobID, crashes: crashes}
		for b.run(undo) != nil {
		}
		if diff := cmp.Diff(before, b.dump()); diff != "" {
			t.Fatalf("failed at transaction %d, and the undo left: %s", failAt, diff)
		}
		if !crashed {
			return
		}
	}
}

func lines(text string) string {
	all := strings.Split(text, "\n")
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// TestUndoOfACarryOverLeaves what somebody has changed since.
func TestUndoOfACarryOverLeaves(t *testing.T) {
	t.Parallel()
	b, pairs := setupPairs(t)
	done := &moveRun{jobID: b.moveJob(), pairs: pairs}
	b.Must(b.run(done))
	b.staff("New name", map[string]string{plan.PublicNote: "Changed"})
	b.staff("Old name", map[string]string{holdings.FieldAccessRights: holdings.Current})
	undo := &moveRun{jobID: b.moveJob(), undo: done.jobID}
	shown := &moveRun{jobID: b.moveJob(), undo: done.jobID, show: true}
	b.Must(b.run(shown))
	b.Must(b.run(undo))
	if diff := cmp.Diff(b.words(shown.jobID), b.words(undo.jobID)); diff != "" {
		t.Error(diff)
	}
	report := b.words(undo.jobID)
	for _, line := range []string{"LEFT Old name public_note", "LEFT Old name access_rights", "MOVE_VALUE Old name coverage"} {
		if !strings.Contains(report, line) {
			t.Errorf("%s\nwant %q", report, line)
		}
	}
	if p := b.Store.Read.Portfolio.GetX(t.Context(), b.titles["Old name"]); p.AccessRights != holdings.Current || p.PerpetualFrom != "" {
		t.Errorf("%+v", p)
	}
}

// TestTwoCarriedToOne: what hangs on two portfolios goes to one that follows both, in one run.
func TestTwoCarriedToOne(t *testing.T) {
	t.Parallel()
	b := setupMove(t)
	b.make(item{in: oldA, name: "One", lines: 1, license: "L1"}, item{in: oldA, name: "Two", lines: 1}, item{in: target, name: "Both"})
	pairs := []move.Pair{{FromID: b.titles["One"], ToID: b.titles["Both"]}, {FromID: b.titles["Two"], ToID: b.titles["Both"]}}
	shown, done := &moveRun{jobID: b.moveJob(), show: true, pairs: pairs}, &moveRun{jobID: b.moveJob(), pairs: pairs}
	b.Must(b.run(shown))
	b.Must(b.run(done))
	if diff := cmp.Diff(b.words(shown.jobID), b.words(done.jobID)); diff != "" {
		t.Errorf("the preview showed something else: %s", diff)
	}
	if n := b.Store.Read.Portfolio.GetX(t.Context(), b.titles["Both"]).QueryPoLines().CountX(t.Context()); n != 2 {
		t.Errorf("%d PO lines: %s", n, b.words(done.jobID))
	}
}

// TestPartThatCannotBegin says why, and does not fail otherwise.
func TestPartThatCannotBegin(t *testing.T) {
	t.Parallel()
	b, pairs := setupPairs(t)
	planned, err := b.Moves.PlanPairs(t.Context(), pairs, false)
	b.Must(err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Moves.ApplyMove(ctx, planned, &holdings.Part{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if _, err := b.Moves.UndoMove(ctx, 1, &holdings.Part{}, nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
