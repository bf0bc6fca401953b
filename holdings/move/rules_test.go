package move_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"autoholdings/ent"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/poline"
	"autoholdings/holdings"
	"autoholdings/holdings/move"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
)

// TestCounterparts: which portfolio of the target is a portfolio's counterpart. All that is wanted is in "old"; its PO
// line moves to the portfolio named, or is "ambiguous" or has "none".
func TestCounterparts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		items []item
		want  string
	}{
		"identifier and type": {[]item{{in: oldA, name: "old", print: holdingstest.ISSN(1)}, {in: target, name: "x", print: holdingstest.ISSN(1)}}, "x"},
		"print against online, title and title_id play no part": {[]item{
			{in: oldA, name: "old", id: "a", print: holdingstest.ISSN(1)},
			{in: target, name: "x", id: "b", online: holdingstest.ISSN(1)},
			{in: target, name: "old too", title: "old", id: "a"},
		}, "x"},
		"a further row's identifier": {[]item{{in: oldA, name: "old", moreKeys: keyOf(holdingstest.ISSN(1))}, {in: target, name: "x", print: holdingstest.ISSN(1)}}, "x"},
		"of another type": {[]item{
			{in: oldA, name: "old", print: holdingstest.ISSN(1)}, {in: target, name: "x", print: holdingstest.ISSN(1), kind: "monograph"},
		}, "none"},
		"of another type under one title_id": {[]item{
			{in: oldA, name: "old", id: "a", print: holdingstest.ISSN(1)}, {in: target, name: "x", id: "a", print: holdingstest.ISSN(1), kind: "none"},
		}, "x"},
		"type before title_id": {[]item{
			{in: oldA, name: "old", id: "a", print: holdingstest.ISSN(1)},
			{in: target, name: "x", id: "a", print: holdingstest.ISSN(1), kind: "none"},
			{in: target, name: "y", id: "b", print: holdingstest.ISSN(1)},
		}, "y"},
		"title_id and title": {[]item{
			{in: oldA, name: "old", title: "The Brain", id: "a", print: holdingstest.ISSN(1)},
			{in: target, name: "x", title: "the  brain.", id: "a", print: holdingstest.ISSN(2)},
		}, "x"},
		"title alone": {[]item{{in: oldA, name: "old", title: "Brain"}, {in: target, name: "x", title: "Brain"}}, "none"},
		"title_id alone, one without identifier": {[]item{
			{in: oldA, name: "old", id: "a"}, {in: target, name: "x", id: "a", print: holdingstest.ISSN(2)},
		}, "x"},
		"title_id alone, both with identifiers": {[]item{
			{in: oldA, name: "old", id: "a", print: holdingstest.ISSN(1)}, {in: target, name: "x", id: "a", print: holdingstest.ISSN(2)},
		}, "none"},
		"two have the identifier": {[]item{
			{in: oldA, name: "old", print: holdingstest.ISSN(1)}, {in: target, name: "x", print: holdingstest.ISSN(1)}, {in: target, name: "y", online: holdingstest.ISSN(1)},
		}, "ambiguous x y"},
		"two have the identifier, one the title_id too": {[]item{
			{in: oldA, name: "old", id: "a", print: holdingstest.ISSN(1)},
			{in: target, name: "x", id: "a", print: holdingstest.ISSN(1)},
			{in: target, name: "y", online: holdingstest.ISSN(1)},
		}, "x"},
		"print leads to one, online to another": {[]item{
			{in: oldA, name: "old", print: holdingstest.ISSN(1), online: holdingstest.ISSN(2)},
			{in: target, name: "x", print: holdingstest.ISSN(1)},
			{in: target, name: "y", online: holdingstest.ISSN(2)},
		}, "ambiguous x y"},
		"another of the collection has the identifier": {[]item{
			{in: oldA, name: "old", print: holdingstest.ISSN(1)}, {in: oldA, name: "rival", online: holdingstest.ISSN(1)}, {in: target, name: "x", print: holdingstest.ISSN(1)},
		}, "ambiguous x"},
		"another of the collection has the counterpart's other identifier": {[]item{
			{in: oldA, name: "old", print: holdingstest.ISSN(1)},
			{in: oldA, name: "rival", online: holdingstest.ISSN(2)},
			{in: target, name: "x", print: holdingstest.ISSN(1), online: holdingstest.ISSN(2)},
		}, "ambiguous x"},
		"one of another old collection has the identifier": {[]item{
			{in: oldA, name: "old", print: holdingstest.ISSN(1)}, {in: oldB, name: "other", print: holdingstest.ISSN(1)}, {in: target, name: "x", print: holdingstest.ISSN(1)},
		}, "x"},
		"the rival is removed": {[]item{
			{in: oldA, name: "old", print: holdingstest.ISSN(1)},
			{in: oldA, name: "rival", online: holdingstest.ISSN(1), removed: true},
			{in: target, name: "x", print: holdingstest.ISSN(1)},
		}, "x"},
		"the counterpart is removed": {[]item{
			{in: oldA, name: "old", print: holdingstest.ISSN(1)},
			{in: target, name: "x", print: holdingstest.ISSN(1), removed: true},
		}, "none"},
		"the counterpart is in another old collection": {
			[]item{{in: oldA, name: "old", print: holdingstest.ISSN(1)}, {in: oldB, name: "x", print: holdingstest.ISSN(1)}},
			"none",
		},
		"a predecessor under the same slug": {[]item{
			{in: oldA, name: "old", id: "rheumatology", print: holdingstest.ISSN(1)},
			{in: oldA, name: "newer", id: "rheumatology", print: holdingstest.ISSN(2)},
			{in: target, name: "x", id: "rheumatology", print: holdingstest.ISSN(1)},
			{in: target, name: "y", id: "rheumatology", print: holdingstest.ISSN(2)},
		}, "x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setupMove(t)
			c.items[0].lines = 1
			b.make(c.items...)
			jobID := b.move()
			if got := b.outcomeOf(jobID); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// outcomeOf is where the PO line of "old" went, or why it did not.
func (b *moveBundle) outcomeOf(jobID int64) string {
	b.T.Helper()
	c := b.Store.Read.JobChange.Query().Where(jobchange.JobID(jobID), jobchange.PortfolioID(b.titles["old"])).OnlyX(b.T.Context())
	nameOf := func(id int64) string {
		for name, known := range b.titles {
			if known == id {
				return name
			}
		}
		return fmt.Sprint(id)
	}
	switch plan.Action(c.Action) {
	case plan.MovePOLine:
		to, _, _ := move.Moved(c)
		return nameOf(to)
	case plan.Ambiguous:
		var names []string
		for _, id := range holdings.ValuesOf(c).Candidates() {
			names = append(names, nameOf(id))
		}
		slices.Sort(names)
		return "ambiguous " + strings.Join(names, " ")
	case plan.NoCounterpart:
		return "none"
	}
	return c.Action
}

// TestManyCandidates: a key that a whole collection shares is named by a few, and costs no more than any other.
func TestManyCandidates(t *testing.T) {
	t.Parallel()
	b := setupMove(t)
	items := []item{{in: oldA, name: "old", print: holdingstest.ISSN(1), lines: 1}}
	for n := range 200 {
		items = append(items, item{in: target, name: fmt.Sprint("x", n), print: holdingstest.ISSN(1)})
	}
	b.make(items...)
	jobID := b.move()
	c := b.Store.Read.JobChange.Query().Where(jobchange.JobID(jobID)).OnlyX(t.Context())
	if n := len(holdings.ValuesOf(c).Candidates()); c.Action != string(plan.Ambiguous) || n != 50 {
		t.Errorf("%s, %d candidates", c.Action, n)
	}
}

// TestMoveChoices: PO lines alone, licenses alone, and licenses that take the place of others.
func TestMoveChoices(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rules  move.Rules
		want   []string
		counts plan.MoveCounts
	}{
		"PO lines": {
			move.Rules{POLines: true},
			[]string{"L1 on a", "L2 on b", "L9 on y", "a-1* at x", "y-1* at y"},
			plan.MoveCounts{Portfolios: 2, PoLinesMoved: 1, NothingToMove: 1},
		},
		"licenses": {
			move.Rules{Licenses: true},
			[]string{"L1 on x", "L2 on b", "L9 on y", "a-1* at a", "y-1* at y"},
			plan.MoveCounts{Portfolios: 2, LicensesMoved: 1, Conflicts: 1},
		},
		"overwrite": {
			move.Rules{Licenses: true, Overwrite: true},
			[]string{"L1 on x", "L2 on y", "a-1* at a", "y-1* at y"},
			plan.MoveCounts{Portfolios: 2, LicensesMoved: 2, Conflicts: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setupMove(t)
			b.make(
				item{in: oldA, name: "a", print: holdingstest.ISSN(1), lines: 1, license: "L1"}, item{in: oldA, name: "b", print: holdingstest.ISSN(2), license: "L2"},
				item{in: target, name: "x", print: holdingstest.ISSN(1)}, item{in: target, name: "y", print: holdingstest.ISSN(2), lines: 1, license: "L9"},
			)
			before := b.attached()
			c.rules.SourceIDs, c.rules.TargetID = []int64{oldA}, target
			b.rules = c.rules
			jobID := b.move()
			b.same("attached", c.want, b.attached())
			b.same("counts", c.counts, *b.moveCounts(jobID).Move)
			b.Must(b.run(&moveRun{jobID: b.moveJob(), undo: jobID}))
			b.same("undone", before, b.attached())
		})
	}
}

// TestOverwriteTwice: two old collections' licenses come to one counterpart, and undo gives each its own back, also as
// a preview says.
func TestOverwriteTwice(t *testing.T) {
	t.Parallel()
	b := setupMove(t)
	b.rules.Overwrite = true
	b.make(
		item{in: oldA, name: "a", print: holdingstest.ISSN(1), license: "L1"}, item{in: oldB, name: "b", print: holdingstest.ISSN(1), license: "L2"},
		item{in: target, name: "x", print: holdingstest.ISSN(1), license: "L9"},
	)
	before, shown := b.attached(), b.preview()
	jobID := b.move()
	b.same("the preview said otherwise", b.said(shown), b.said(jobID))
	b.same("attached", []string{"L2 on x"}, b.attached())
	b.same("report", []string{
		`LICENSE_CONFLICT a L1: license → license of "x" in New, in place of L9`,
		`LICENSE_CONFLICT b L2: license → license of "x" in New, in place of L1`,
		`MOVE_LICENSE a L1: license → license of "x" in New, in place of L9`,
		`MOVE_LICENSE b L2: license → license of "x" in New, in place of L1`,
	}, b.said(jobID))
	undo := &moveRun{jobID: b.moveJob(), undo: jobID, show: true}
	b.Must(b.run(undo))
	b.same("undo, previewed", []string{
		`MOVE_LICENSE a L1: license of "x" in New, in place of L9 → license`,
		`MOVE_LICENSE b L2: license of "x" in New, in place of L1 → license`,
	}, b.said(undo.jobID))
	b.Must(b.run(&moveRun{jobID: b.moveJob(), undo: jobID}))
	b.same("undone", before, b.attached())
}

// TestNoMain: PO lines of which none is main; the first becomes main where the counterpart has none.
func TestNoMain(t *testing.T) {
	t.Parallel()
	b := setupMove(t)
	b.make(item{in: oldA, name: "a", print: holdingstest.ISSN(1), lines: 2, noMain: true}, item{in: target, name: "x", print: holdingstest.ISSN(1)})
	b.move()
	b.same("attached", []string{"a-1* at x", "a-2 at x"}, b.attached())
}

// change changes something by hand.
type change func(b *moveBundle, ctx context.Context, tx *store.Tx) error

func attach(line, to string, main bool) change {
	return func(b *moveBundle, ctx context.Context, tx *store.Tx) error {
		return tx.POLine.Create().SetID(b.Store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetNumber(line).SetPortfolioID(b.titles[to]).
			SetMain(main).Exec(ctx)
	}
}

func reattach(line, to string, main bool) change {
	return func(b *moveBundle, ctx context.Context, tx *store.Tx) error {
		return tx.POLine.Update().Where(poline.Number(line)).SetPortfolioID(b.titles[to]).SetMain(main).Exec(ctx)
	}
}

func drop(line string) change {
	return func(_ *moveBundle, ctx context.Context, tx *store.Tx) error {
		_, err := tx.POLine.Delete().Where(poline.Number(line)).Exec(ctx)
		return err
	}
}

// made says when a PO line was made.
func made(line string, at int64) change {
	return func(_ *moveBundle, ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, "UPDATE po_lines SET created_at = ? WHERE number = ?", at, line)
		return err
	}
}

func licensed(portfolio, code string) change {
	return func(b *moveBundle, ctx context.Context, tx *store.Tx) error {
		update := tx.Portfolio.UpdateOneID(b.titles[portfolio])
		if code == "" {
			return update.ClearLicenseID().Exec(ctx)
		}
		return update.SetLicenseID(b.licenseID(ctx, tx, code)).Exec(ctx)
	}
}

func dropLicense(code string) change {
	return func(b *moveBundle, ctx context.Context, tx *store.Tx) error {
		return tx.License.DeleteOneID(b.licenseID(ctx, tx, code)).Exec(ctx)
	}
}

func remove(portfolio string) change {
	return func(b *moveBundle, ctx context.Context, tx *store.Tx) error {
		return tx.Portfolio.UpdateOneID(b.titles[portfolio]).SetRemovedAt(1).Exec(ctx)
	}
}

func (b *moveBundle) by(changes ...change) {
	b.T.Helper()
	for _, c := range changes {
		b.Write(func(ctx context.Context, tx *store.Tx) error { return c(b, ctx, tx) })
	}
}

// small makes one portfolio with a PO line and a license, and its counterpart, and one more of each beside them.
func small(t *testing.T) *moveBundle {
	t.Helper()
	b := setupMove(t)
	b.make(
		item{in: oldA, name: "a", print: holdingstest.ISSN(1), lines: 2, license: "L1"}, item{in: oldA, name: "b", print: holdingstest.ISSN(2), lines: 1},
		item{in: target, name: "x", print: holdingstest.ISSN(1)}, item{in: target, name: "y", print: holdingstest.ISSN(2)},
	)
	return b
}

// TestChangedSincePlan: what was changed between the plan and its transaction is left as it is, and listed; the rest
// moves. Moving again does what was left.
func TestChangedSincePlan(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change  change
		left    int
		unmoved bool // of a; b moves in any case
	}{
		"PO line attached":              {attach("new", "a", false), 1, true},
		"PO line detached":              {drop("a-2"), 1, true},
		"another main PO line":          {reattach("a-1", "a", false), 1, true},
		"license taken away":            {licensed("a", ""), 1, true},
		"other license":                 {licensed("a", "L2"), 1, true},
		"counterpart has a PO line":     {attach("new", "x", true), 1, true},
		"counterpart has a license":     {licensed("x", "L2"), 1, true},
		"counterpart removed":           {remove("x"), 1, true},
		"removed":                       {remove("a"), 1, true},
		"additional one at counterpart": {attach("new", "x", false), 0, false},
		"something else":                {attach("new", "free", false), 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := small(t)
			b.make(item{in: target, name: "free"})
			r := &moveRun{jobID: b.moveJob(), between: func() { b.by(c.change) }}
			b.Must(b.run(r))
			moved := slices.Contains(b.attached(), "a-1* at x")
			if counts := b.moveCounts(r.jobID); counts.Left != c.left || moved == c.unmoved || !slices.Contains(b.attached(), "b-1* at y") {
				t.Errorf("%d left: %q", counts.Left, b.attached())
			}
			text := strings.Join(b.said(r.jobID), "\n")
			if strings.Contains(text, "LEFT a : ") != (c.left > 0) || c.left > 0 && !strings.Contains(text, "since the move was planned") {
				t.Error(text)
			}
			if c.left == 0 || strings.Contains(name, "removed") {
				return
			}
			again := b.move()
			if counts := b.moveCounts(again); counts.Left != 0 || counts.Move.PoLinesMoved == 0 {
				t.Errorf("again: %+v, %d left", counts.Move, counts.Left)
			}
		})
	}
}

// TestDeletedSincePlan: a portfolio that is gone altogether is listed without one.
func TestDeletedSincePlan(t *testing.T) {
	t.Parallel()
	b := small(t)
	b.make(item{in: oldB, name: "free"})
	r := &moveRun{jobID: b.moveJob(), between: func() {
		b.by(func(b *moveBundle, ctx context.Context, tx *store.Tx) error {
			return tx.Portfolio.DeleteOneID(b.titles["free"]).Exec(ctx)
		})
	}}
	b.Must(b.run(r))
	c := b.Store.Read.JobChange.Query().Where(jobchange.JobID(r.jobID), jobchange.Action(string(plan.Left))).OnlyX(t.Context())
	if c.PortfolioID != nil || !strings.Contains(c.NewValue, "deleted") {
		t.Errorf("%+v", c)
	}
}

// TestCompareMove: what differs from a preview is counted and named, whatever it is; what things are called is no
// difference. A run that goes on regardless leaves it as it is.
func TestCompareMove(t *testing.T) {
	t.Parallel()
	none := func(*moveBundle, context.Context, *store.Tx) error { return nil }
	rename := func(b *moveBundle, ctx context.Context, tx *store.Tx) error {
		tx.Portfolio.Update().SetPublicationTitle("Renamed").ExecX(ctx)
		tx.License.Update().SetName("Renamed").ExecX(ctx)
		tx.Collection.Update().SetName("Renamed").ExecX(ctx)
		return tx.POLine.Update().Where(poline.Number("b-1")).SetNumber("renamed").Exec(ctx)
	}
	for name, c := range map[string]struct {
		change change
		want   int
	}{
		"nothing":                     {none, 0},
		"names":                       {rename, 0},
		"idle portfolio":              {remove("idle"), 0},
		"PO line attached":            {attach("new", "a", false), 1},
		"PO line attached to idle":    {attach("new", "idle", true), 1},
		"PO line detached":            {drop("b-1"), 1},
		"license":                     {licensed("a", ""), 1},
		"counterpart gone":            {remove("x"), 1},
		"counterpart has a PO line":   {attach("new", "x", true), 1},
		"counterpart has the license": {licensed("x", "L1"), 1},
		"portfolio gone":              {remove("a"), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := small(t)
			b.make(item{in: oldA, name: "idle"})
			shown := b.preview()
			b.by(c.change)
			plan, err := b.Moves.PlanMove(t.Context(), b.rules)
			b.Must(err)
			found, err := b.Moves.CompareMove(t.Context(), plan, b.partsByCollection(shown))
			b.Must(err)
			if found.Portfolios != c.want || len(found.Titles) != c.want {
				t.Errorf("%+v", found)
			}
			r := &moveRun{jobID: b.moveJob(), preview: shown}
			b.Must(b.run(r))
			if left := b.moveCounts(r.jobID).Left; left != c.want && name != "portfolio gone" {
				t.Errorf("%d left", left)
			}
		})
	}
}

// TestCompareNames the first three titles that differ.
func TestCompareNames(t *testing.T) {
	t.Parallel()
	b := setupMove(t)
	shown := b.preview()
	for n := range 5 {
		b.make(item{in: oldA, name: fmt.Sprint("Title ", n), lines: 1})
	}
	planned, err := b.Moves.PlanMove(t.Context(), b.rules)
	b.Must(err)
	found, err := b.Moves.CompareMove(t.Context(), planned, b.partsByCollection(shown))
	b.Must(err)
	b.same("difference", move.Difference{
		Portfolios: 5, Titles: []string{"Title 0", "Title 1", "Title 2"}, Now: plan.MoveCounts{Portfolios: 5, NoCounterpart: 5},
	}, found)
}

// TestUndoMoveLeaves what was changed since, says so, and puts back the rest.
func TestUndoMoveLeaves(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		changes []change
		want    []string
		left    []string
	}{
		"PO line moved on": {
			[]change{reattach("a-2", "y", false)},
			[]string{"L1 on a", "a-1* at a", "a-2* at y", "b-1* at b"}, // it is alone there once b's is put back
			[]string{`LEFT a a-2: additional PO line of "x" in New → stays as it is: it was detached from the counterpart, moved on or deleted since`},
		},
		"main PO line deleted: the other becomes main": {
			[]change{drop("a-1"), reattach("a-2", "x", true)},
			[]string{"L1 on a", "a-2* at a", "b-1* at b"},
			[]string{`LEFT a a-1: main PO line of "x" in New → stays as it is: it was detached from the counterpart, moved on or deleted since`},
		},
		"put back by hand": {
			[]change{reattach("a-2", "a", true), licensed("x", ""), licensed("a", "L1")},
			[]string{"L1 on a", "a-1 at a", "a-2* at a", "b-1* at b"},
			nil,
		},
		"another main one here since": {
			[]change{attach("new", "a", true)},
			[]string{"L1 on a", "a-1 at a", "a-2 at a", "b-1* at b", "new* at a"},
			nil,
		},
		"another one at the counterpart since, which becomes main": {
			[]change{attach("new 1", "x", false), attach("new 2", "x", false)},
			[]string{"L1 on a", "a-1* at a", "a-2 at a", "b-1* at b", "new 1* at x", "new 2 at x"},
			nil,
		},
		"the oldest of those becomes main, not the one of the lowest id": {
			[]change{attach("new 1", "x", false), attach("new 2", "x", false), made("new 1", 3), made("new 2", 2)},
			[]string{"L1 on a", "a-1* at a", "a-2 at a", "b-1* at b", "new 1 at x", "new 2* at x"},
			nil,
		},
		"removed": {
			[]change{remove("a")},
			[]string{"L1 on x", "a-1* at x", "a-2 at x", "b-1* at b"},
			[]string{
				`LEFT a L1: license of "x" in New → stays at the counterpart: this portfolio was removed from the holdings since`,
				`LEFT a a-1: main PO line of "x" in New → stays at the counterpart: this portfolio was removed from the holdings since`,
				`LEFT a a-2: additional PO line of "x" in New → stays at the counterpart: this portfolio was removed from the holdings since`,
			},
		},
		"another license here": {
			[]change{licensed("a", "L2")},
			[]string{"L1 on x", "L2 on a", "a-1* at a", "a-2 at a", "b-1* at b"},
			[]string{`LEFT a L1: license of "x" in New → stays at the counterpart: this portfolio has a license since`},
		},
		"another license at the counterpart": {
			[]change{licensed("x", "L2")},
			[]string{"L2 on x", "a-1* at a", "a-2 at a", "b-1* at b"},
			[]string{`LEFT a L1: license of "x" in New → stays as it is: the counterpart has another license, or none, since`},
		},
		"license deleted": {
			[]change{licensed("x", ""), dropLicense("L1")},
			[]string{"a-1* at a", "a-2 at a", "b-1* at b"},
			[]string{`LEFT a L1: license of "x" in New → is gone: it was deleted since`},
		},
		"counterpart removed: it is put back all the same": {
			[]change{remove("x")},
			[]string{"L1 on a", "a-1* at a", "a-2 at a", "b-1* at b"},
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := small(t)
			jobID := b.move()
			b.by(c.changes...)
			shown, undo := &moveRun{jobID: b.moveJob(), undo: jobID, show: true}, &moveRun{jobID: b.moveJob(), undo: jobID}
			b.Must(b.run(shown))
			b.Must(b.run(undo))
			b.same("attached", c.want, b.attached())
			b.same("the preview said otherwise", b.said(shown.jobID), b.said(undo.jobID))
			var left []string
			for _, line := range b.said(undo.jobID) {
				if strings.HasPrefix(line, "LEFT") {
					left = append(left, line)
				}
			}
			b.same("left", c.left, left)
			if n := b.moveCounts(undo.jobID).Left; n != len(c.left) {
				t.Errorf("%d left are counted", n)
			}
		})
	}
}

// TestUndoOverwrittenDeleted: the license that was replaced is gone.
func TestUndoOverwrittenDeleted(t *testing.T) {
	t.Parallel()
	b := setupMove(t)
	b.rules.Overwrite = true
	b.make(item{in: oldA, name: "a", print: holdingstest.ISSN(1), license: "L1"}, item{in: target, name: "x", print: holdingstest.ISSN(1), license: "L9"})
	jobID := b.move()
	b.by(dropLicense("L9"))
	undo := &moveRun{jobID: b.moveJob(), undo: jobID}
	b.Must(b.run(undo))
	b.same("attached", []string{"L1 on x"}, b.attached())
	b.same("report", []string{
		`LEFT a L1: license of "x" in New, in place of L9 → stays at the counterpart: the license that it took the place of was deleted since`,
	}, b.said(undo.jobID))
}

// TestUndoUnreadable: a report that somebody has damaged undoes nothing.
func TestUndoUnreadable(t *testing.T) {
	t.Parallel()
	b := small(t)
	jobID := b.move()
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, `UPDATE job_changes SET new_value = 'x' WHERE action = 'MOVE_PO_LINE'`)
		return err
	})
	before := b.attached()
	if err := b.run(&moveRun{jobID: b.moveJob(), undo: jobID}); err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Error(err)
	}
	b.same("attached", before, b.attached())
}

// TestPlanMoveWithoutTarget names what is missing, and a stopped context stops the plan.
func TestPlanMoveWithoutTarget(t *testing.T) {
	t.Parallel()
	b := setupMove(t)
	b.rules.TargetID = 99
	if _, err := b.Moves.PlanMove(t.Context(), b.rules); !ent.IsNotFound(err) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b.rules.TargetID = target
	if _, err := b.Moves.PlanMove(ctx, b.rules); err == nil {
		t.Error("planned all the same")
	}
}
