package holdings_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
)

// others are titles that keep a list's guards and counts sane.
var others = holdingstest.Rows(100, 140, "Journal %d; id=j%d; print=@%d")

// waitingPair are two portfolios that one title might be.
const (
	waitingBefore = "One; id=a; print=@1; first=1990\nTwo; id=b; online=@2; first=1991\n"
	waitingAfter  = "Merged; id=c; print=@1; online=@2; first=1996\n"
)

// TestAmbiguousPortfoliosWait: the title is added, and the entitlements to what it might have been are suspended.
func TestAmbiguousPortfoliosWait(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.dated(1, "2026-01-01", holdingstest.KBART(others+waitingBefore))
	counts, jobID := b.dated(1, "2026-02-01", holdingstest.KBART(others+waitingAfter))
	if counts.Added != 1 || counts.Ambiguous != 1 || counts.Waiting != 2 || counts.Removed != 0 || counts.EntitlementsAffected != 2 {
		t.Errorf("%+v", counts)
	}
	for _, id := range []string{"a", "b"} {
		p, e := b.portfolio(id), b.entitlementOf(1, id)
		if p.Listed || p.RemovedAt != nil || p.Review != plan.ReviewAmbiguous || !p.Available {
			t.Errorf("%s: listed %v, removed %v, review %q, available %v", id, p.Listed, p.RemovedAt, p.Review, p.Available)
		}
		if e.Active || e.Waiting != plan.ReviewAmbiguous || e.WaitingSince != "2026-02-01" {
			t.Errorf("%s: %+v", id, e)
		}
	}
	if merged := b.portfolio("c"); !merged.Listed || !b.entitlementOf(1, "c").Active {
		t.Error("no title of an accepted list may be missing")
	}
	if list := b.export(); strings.Contains(list, "One\t") || strings.Contains(list, "Two\t") || !strings.Contains(list, "Merged\t") {
		t.Errorf("what waits is not exported:\n%s", list)
	}
	actions := map[string]int{}
	for _, line := range b.changesIn(jobID) {
		actions[line.Action]++
		if line.Action == string(plan.Wait) && holdings.ValuesOf(line).Leaving().Waits != plan.ReviewAmbiguous {
			t.Errorf("it does not say why: %+v", line)
		}
	}
	if diff := cmp.Diff(map[string]int{"ADD": 1, "AMBIGUOUS": 1, "WAIT": 2}, actions); diff != "" {
		t.Error(diff)
	}
	again, _ := b.dated(1, "2026-02-02", holdingstest.KBART(others+waitingAfter))
	if again.Changed() || again.StillWaiting != 2 || again.Ambiguous != 0 {
		t.Errorf("the same again: %+v", again)
	}
}

// TestWaitingIsStillListedElsewhere: where another profile's entitlement is in force, the portfolio stays listed.
func TestWaitingIsStillListedElsewhere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.KBART(others+waitingBefore))
	b.Sync(2, holdingstest.KBART(others+waitingBefore))
	if counts, _ := b.Sync(1, holdingstest.KBART(others+waitingAfter)); counts.Waiting != 2 {
		t.Fatalf("%+v", counts)
	}
	if p := b.portfolio("a"); !p.Listed || b.entitlementOf(1, "a").Active || !b.entitlementOf(2, "a").Active {
		t.Errorf("%+v", p)
	}
	if list := b.export(); !strings.Contains(list, "One\t") {
		t.Errorf("the other profile's title is not exported:\n%s", list)
	}
}

// TestOwnPortfoliosAreNamedOnly: one of the library's own that an ambiguous title might be is a candidate and left
// untouched.
func TestOwnPortfoliosAreNamedOnly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.importList(holdingstest.KBART(waitingBefore), true)
	before := b.portfolio("a")
	counts, jobID := b.Sync(1, holdingstest.KBART(others+waitingAfter))
	if counts.Ambiguous != 1 || counts.Waiting != 0 || counts.WithoutEntitlement != 2 {
		t.Errorf("%+v", counts)
	}
	after := b.portfolio("a")
	if after.UpdatedAt != before.UpdatedAt || after.Review != "" || !after.Available {
		t.Errorf("it was touched: %+v", after)
	}
	for _, line := range b.changesIn(jobID) {
		if line.Action == string(plan.Ambiguous) && len(holdings.ValuesOf(line).Candidates()) != 2 {
			t.Errorf("the candidates are not named: %s", line.NewValue)
		}
	}
}

// TestHowWaitingEnds: in a list at least 25 days newer in which each title that it might be has a portfolio of its own,
// unless something is attached on which a person must decide.
func TestHowWaitingEnds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, date string
		attach     func(ctx context.Context, tx *store.Tx, id int64) error
		leaves     bool
	}{
		{name: "24 days", date: "2026-02-25"},
		{name: "25 days", date: "2026-02-26", leaves: true},
		{
			name: "a PO line", date: "2026-03-01",
			attach: func(ctx context.Context, tx *store.Tx, id int64) error {
				return tx.POLine.Create().SetID(1).SetCreatedAt(1).SetUpdatedAt(1).SetNumber("POL-1").SetPortfolioID(id).Exec(ctx)
			},
		},
		{
			name: "a license", date: "2026-03-01",
			attach: func(ctx context.Context, tx *store.Tx, id int64) error {
				tx.License.Create().SetID(1).SetCreatedAt(1).SetUpdatedAt(1).SetCode("LIC").SaveX(ctx)
				return tx.Portfolio.UpdateOneID(id).SetLicenseID(1).Exec(ctx)
			},
		},
		{
			name: "a lock", date: "2026-03-01",
			attach: func(ctx context.Context, tx *store.Tx, id int64) error {
				return tx.Portfolio.UpdateOneID(id).SetLocalValues(`{"title_url":"https://ours.example"}`).Exec(ctx)
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.dated(1, "2026-01-01", holdingstest.KBART(others+waitingBefore))
			b.dated(1, "2026-02-01", holdingstest.KBART(others+waitingAfter))
			if test.attach != nil {
				b.Write(func(ctx context.Context, tx *store.Tx) error { return test.attach(ctx, tx, b.portfolio("a").ID) })
			}
			counts, jobID := b.dated(1, test.date, holdingstest.KBART(others+waitingAfter))
			p, e := b.portfolio("a"), b.entitlementOf(1, "a")
			if left := p.RemovedAt != nil; left != test.leaves {
				t.Errorf("it left: %v; %+v", left, counts)
			}
			if test.leaves && (e.Waiting != "" || e.Active || p.Review != "" || counts.Removed != 2 ||
				!strings.Contains(b.ReportText(jobID), "REMOVE One")) {
				t.Errorf("%+v, %+v, %+v\n%s", counts, p, e, b.ReportText(jobID))
			}
			if !test.leaves && (e.Waiting == "" || e.WaitingSince != "2026-02-01") {
				t.Errorf("it waits no longer: %+v", e)
			}
		})
	}
}

// TestWaitingWhileATitleIsOpen: it does not end while a title that the portfolio might be has no portfolio of its own.
func TestWaitingWhileATitleIsOpen(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.dated(1, "2026-01-01", holdingstest.KBART(others+waitingBefore))
	b.dated(1, "2026-02-01", holdingstest.KBART(others+waitingAfter))
	// Next month the list has another title that might be either of the two.
	counts, _ := b.dated(1, "2026-03-15", holdingstest.KBART(others+waitingAfter+"Joined; id=d; print=@1; online=@2; first=1996"))
	if counts.Removed != 0 || counts.StillWaiting != 2 || counts.Added != 1 {
		t.Errorf("%+v", counts)
	}
	counts, _ = b.dated(1, "2026-03-20", holdingstest.KBART(others+waitingAfter+"Joined; id=d; print=@1; online=@2; first=1996"))
	if counts.Removed != 2 || counts.StillWaiting != 0 {
		t.Errorf("once it has one: %+v", counts)
	}
}

// TestWaitingComesBack where the list has the portfolio again as it was.
func TestWaitingComesBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.dated(1, "2026-01-01", holdingstest.KBART(others+waitingBefore))
	b.dated(1, "2026-02-01", holdingstest.KBART(others+waitingAfter))
	id := b.portfolio("a").ID
	counts, _ := b.dated(1, "2026-03-01", holdingstest.KBART(others+waitingBefore))
	p, e := b.portfolio("a"), b.entitlementOf(1, "a")
	if counts.Added != 2 || counts.Removed != 1 || p.ID != id || !p.Listed || p.Review != "" || !e.Active || e.Waiting != "" ||
		e.WaitingSince != "" {
		t.Errorf("%+v, %+v, %+v", counts, p, e)
	}
}

// TestWaitingCountsAsRemoved for the guard.
func TestWaitingCountsAsRemoved(t *testing.T) {
	t.Parallel()
	b := setup(t)
	before := holdingstest.Rows(0, 15, "One %d; id=a%d; print=@10%d\nTwo %d; id=b%d; online=@20%d")
	after := holdingstest.Rows(0, 15, "Merged %d; id=c%d; print=@10%d; online=@20%d")
	rest := holdingstest.Rows(300, 400, "Journal %d; id=j%d; print=@%d")
	b.Sync(1, holdingstest.KBART(before+rest))
	planned := b.planOf(1, "2026-02-01", holdingstest.KBART(after+rest), plan.StandardGuards())
	if !planned.Held() || planned.Guards[0].Guard != plan.GuardRemovals || planned.Guards[0].Affected != 30 {
		t.Errorf("%+v", planned.Guards)
	}
}

// TestContestedWaits as an ambiguous one does, and leaves in time.
func TestContestedWaits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.dated(1, "2026-01-01", holdingstest.KBART(others+"Annals; id=annals; print=@1; online=@9"))
	after := holdingstest.KBART(others + "Archives; id=archives; print=@2; online=@9")
	counts, _ := b.dated(1, "2026-02-01", after)
	if p := b.portfolio("annals"); counts.Waiting != 1 || p.Review != plan.ReviewContested || p.Listed || b.entitlementOf(1, "annals").
		Waiting != plan.ReviewContested {
		t.Errorf("%+v, %+v", counts, p)
	}
	if counts, _ := b.dated(1, "2026-02-25", after); counts.Changed() || counts.StillWaiting != 1 {
		t.Errorf("too early: %+v", counts)
	}
	if counts, _ := b.dated(1, "2026-03-01", after); counts.Removed != 1 {
		t.Errorf("in time: %+v", counts)
	}
}

// TestWaitingPairsInTheSecondRound: a title that is certainly the portfolio brings it back, even where it is named
// otherwise.
func TestWaitingPairsInTheSecondRound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.dated(1, "2026-01-01", holdingstest.KBART(others+waitingBefore))
	b.dated(1, "2026-02-01", holdingstest.KBART(others+waitingAfter))
	id := b.portfolio("b").ID
	counts, _ := b.dated(1, "2026-02-10", holdingstest.KBART(others+"Merged; id=c; print=@1; first=1996\nTwo renamed; id=b; online=@2; first=1991"))
	if p := b.portfolio("b"); counts.Added != 1 || p.ID != id || !p.Listed || p.PublicationTitle != "Two renamed" {
		t.Errorf("%+v, %+v", counts, p)
	}
}

// TestWaitingInARunThatCrashes: nothing is done twice, and all that waits does.
func TestWaitingInARunThatCrashes(t *testing.T) {
	t.Parallel()
	before := others + waitingBefore +
		"Annals; id=annals; print=@11; online=@19\nForum; id=forum; print=@13; online=@18\nNews; id=news; print=@14\n" +
		"Letters; id=letters; print=@15\n"
	// now has Forum's
	after := others + waitingAfter + "Archives; id=archives; print=@12; online=@19\nNews; id=news; print=@14; online=@18\n" +
		"Notes; id=notes; print=@16; preceding=letters\n"
	prepare := func() *testBundle {
		b := setup(t)
		b.Holdings.BatchTitles = 1
		b.Release = "2026-02-01"
		b.Sync(1, holdingstest.KBART(before))
		return b
	}
	undisturbed := prepare()
	want, wantJob := undisturbed.Sync(1, holdingstest.KBART(after))
	crashes := 0
	for failAt := 1; ; failAt++ {
		b := prepare()
		jobID := b.NewJob(1)
		again := holdingstest.Attempt{Profile: 1, List: holdingstest.KBART(after), JobID: jobID}
		first := again
		first.FailAt = failAt
		_, _, begun, err := b.Apply(first)
		if err == nil {
			break
		}
		crashes++
		if begun {
			again.Resumed = b.recordedCounts(jobID)
		}
		got, _, _, err := b.Apply(again)
		b.Must(err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("transaction %d: counts:\n%s", failAt, diff)
		}
		if diff := cmp.Diff(undisturbed.wholeText(), b.wholeText()); diff != "" {
			t.Errorf("transaction %d: holdings:\n%s", failAt, diff)
		}
		if diff := cmp.Diff(undisturbed.unnumbered(wantJob), b.unnumbered(jobID)); diff != "" {
			t.Errorf("transaction %d: report:\n%s", failAt, diff)
		}
	}
	if crashes < 6 {
		t.Errorf("only %d transactions", crashes)
	}
}

// TestWaitingOutlivesWithdrawal: what waits for one profile, and another one no longer lists, is withdrawn and not
// lost.
func TestWaitingOutlivesWithdrawal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.KBART(others+waitingBefore))
	b.Sync(2, holdingstest.KBART(others+waitingBefore))
	b.Sync(1, holdingstest.KBART(others+waitingAfter))
	b.Sync(2, holdingstest.KBART(others))
	p := b.Store.Read.Portfolio.Query().Where(portfolio.TitleID("a")).OnlyX(t.Context())
	if p.RemovedAt != nil || p.Listed || b.entitlementOf(1, "a").Waiting == "" {
		t.Errorf("a portfolio that still waits was taken out: %+v", p)
	}
}

// TestSecondProfileFindsWhatTheFirstAdded: a list that another profile's run has settled already adds no title twice.
// What that profile waits for stays, and says so as long as it waits.
func TestSecondProfileFindsWhatTheFirstAdded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.dated(1, "2026-01-01", holdingstest.KBART(others+waitingBefore))
	b.dated(2, "2026-01-01", holdingstest.KBART(others+waitingBefore))
	b.dated(1, "2026-02-01", holdingstest.KBART(others+waitingAfter))
	if counts, _ := b.dated(2, "2026-02-01", holdingstest.KBART(others+waitingAfter)); counts.Added != 1 || counts.Ambiguous != 0 ||
		counts.Waiting != 0 || counts.Withdrawn != 2 {
		t.Errorf("%+v", counts)
	}
	if n := b.Store.Read.Portfolio.Query().Where(portfolio.TitleID("c")).CountX(t.Context()); n != 1 {
		t.Errorf("the title was added %d times", n)
	}
	for _, date := range []string{"2026-02-02", "2026-02-03"} {
		b.dated(2, date, holdingstest.KBART(others+waitingBefore))
		if p := b.portfolio("a"); !p.Listed || p.Review != plan.ReviewAmbiguous {
			t.Errorf("%s: listed %v, review %q", date, p.Listed, p.Review)
		}
	}
	b.dated(1, "2026-03-01", holdingstest.KBART(others+waitingAfter)) // 28 days later
	if p := b.portfolio("a"); !p.Listed || p.Review != "" {
		t.Errorf("nobody waits any more: listed %v, review %q", p.Listed, p.Review)
	}
}
