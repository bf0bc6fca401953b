package holdings_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
)

// TestUndoOfNewStates: an undo puts back what waits, what another profile's values took over, and what lists say
// otherwise.
func TestUndoOfNewStates(t *testing.T) {
	t.Parallel()
	type step struct {
		profile    int64
		date, list string
	}
	const brain1 = "Brain; id=brain; print=@1; pub=First; first=1996\n"
	const brain2 = "Brain; id=X-77; print=@1; pub=Second; notes=two; first=1996\n"
	for _, test := range []struct {
		name   string
		before []step
		undone step
	}{
		{
			"portfolios that began to wait",
			[]step{{1, "2026-01-01", others + waitingBefore}},
			step{1, "2026-02-01", others + waitingAfter},
		},
		{
			"contested ones",
			[]step{{1, "2026-01-01", others + "Annals; id=annals; print=@1; online=@9"}},
			step{1, "2026-02-01", others + "Archives; id=archives; print=@2; online=@9"},
		},
		{
			"waiting ones that left in time",
			[]step{{1, "2026-01-01", others + waitingBefore}, {1, "2026-02-01", others + waitingAfter}},
			step{1, "2026-03-01", others + waitingAfter},
		},
		{
			"waiting ones that came back",
			[]step{{1, "2026-01-01", others + waitingBefore}, {1, "2026-02-01", others + waitingAfter}},
			step{1, "2026-02-10", others + waitingAfter + "One; id=a; print=@1; first=1990"},
		},
		{
			"one that still waits elsewhere",
			[]step{{1, "2026-01-01", others + waitingBefore}, {2, "2026-01-02", others + waitingBefore}, {1, "2026-02-01", others + waitingAfter}},
			step{2, "2026-02-02", others},
		},
		{
			"a profile's values that another's list overwrote",
			[]step{{1, "2026-01-01", others + brain1}},
			step{2, "2026-01-02", brain2},
		},
		{
			"several fields that another's list filled, one that it changed and one that it left",
			[]step{{1, "2026-01-01", others + brain1}},
			step{2, "2026-01-02", "Brain; id=brain; print=@1; online=@2; url=https://example.org/2; notes=two; pub=Second; first=1996"},
		},
		{
			"values that took over",
			[]step{{1, "2026-01-01", others + brain1}, {2, "2026-01-02", others + brain2}},
			step{2, "2026-02-01", others},
		},
		{
			"values kept beside a newer list's",
			[]step{{2, "2026-03-01", others + brain2}, {1, "2026-01-01", others + brain1}},
			step{1, "2026-02-01", others + strings.Replace(brain1, "First", "First Press", 1)},
		},
		{
			"values that a newer list overwrote, both profiles listing it",
			[]step{{1, "2026-01-01", others + brain1}, {2, "2026-01-02", others + brain2}},
			step{1, "2026-02-01", others + strings.Replace(brain1, "First", "First Press", 1)},
		},
		{
			"statements with their own notes",
			[]step{{1, "2026-01-01", others +
				"Brain; id=brain; print=@1; first=1878; last=1995; notes=a\nBrain; id=brain; print=@1; first=1996; notes=b"}},
			step{1, "2026-02-01", others +
				"Brain; id=brain; print=@1; first=1878; last=1995; notes=c\nBrain; id=brain; print=@1; first=1996; notes=b"},
		},
		{
			"one whose row could not be read",
			[]step{{1, "2026-01-01", others + brain1}},
			step{1, "2026-02-01", others + tornRow},
		},
		{
			"one whose row could not be read either time",
			[]step{{1, "2026-01-01", others + brain1}, {1, "2026-02-01", others + tornRow}},
			step{1, "2026-03-01", others + "More; id=more; print=@3\n" + tornRow},
		},
		{
			"one whose row can be read again",
			[]step{{1, "2026-01-01", others + brain1}, {1, "2026-02-01", others + tornRow}},
			step{1, "2026-03-01", others + brain1},
		},
		{
			"one whose row can be read again, as that of another title",
			[]step{{1, "2026-01-01", others + brain1}, {1, "2026-02-01", others + tornRow}},
			step{1, "2026-03-01", others + brain2},
		},
		{
			"one that left after its row could not be read",
			[]step{{1, "2026-01-01", others + brain1}, {1, "2026-02-01", others + tornRow}},
			step{1, "2026-03-01", others},
		},
		{
			"one that waits elsewhere, and whose row could not be read",
			[]step{{1, "2026-01-01", others + waitingBefore}, {2, "2026-01-02", others + waitingBefore}, {1, "2026-02-01", others + waitingAfter}},
			step{2, "2026-02-02", others + tornRow},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			for _, s := range test.before {
				b.dated(s.profile, s.date, holdingstest.KBART(s.list))
			}
			before := b.wholeText()
			counts, jobID := b.dated(test.undone.profile, test.undone.date, holdingstest.KBART(test.undone.list))
			if b.wholeText() == before {
				t.Fatalf("nothing was changed: %+v", counts)
			}
			undone := b.undo(test.undone.profile, jobID)
			if undone.Left != 0 {
				t.Errorf("left: %+v", undone)
			}
			// What the undo gives back is marked, so that taking it away again is held once; what it hides again keeps its
			// values.
			after := strings.ReplaceAll(inHoldings(b.wholeText()), "given back true", "given back false")
			if diff := cmp.Diff(inHoldings(before), after); diff != "" {
				t.Errorf("%s", diff)
			}
		})
	}
}

// TestUndoLeavesOtherReviews: a portfolio that waits for a person for another reason by now goes on waiting, and the undo says so.
func TestUndoLeavesOtherReviews(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.dated(1, "2026-01-01", holdingstest.KBART(others+"Annals; id=annals; print=@1; online=@9"))
	_, jobID := b.dated(1, "2026-02-01", holdingstest.KBART(others+tornRow))
	if is := b.portfolio("annals").Review; is != plan.ReviewUnreadable {
		t.Fatal(is)
	}
	b.dated(1, "2026-03-01", holdingstest.KBART(others+"Archives; id=archives; print=@2; online=@9"))
	counts := b.undo(1, jobID)
	if is := b.portfolio("annals").Review; counts.Left != 1 || is != plan.ReviewContested {
		t.Errorf("%+v, %q", counts, is)
	}
}

// inHoldings leaves out the portfolios that are hidden, and entitlements that have ended and hold nothing.
func inHoldings(text string) string {
	var b strings.Builder
	hidden, ended := false, false
	for line := range strings.Lines(text) {
		switch {
		case !strings.HasPrefix(line, " "):
			hidden, ended = strings.Contains(line, "|removed true|"), false
		case !strings.HasPrefix(line, "    "):
			ended = strings.Contains(line, "active false  given back")
		}
		if !hidden && !ended {
			b.WriteString(line)
		}
	}
	return b.String()
}

// TestUndoGivesBackOnce: the entitlements that an undo puts in force again are marked; those that were in force are
// not.
func TestUndoGivesBackOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.dated(1, "2026-01-01", holdingstest.KBART(others+waitingBefore+"Brain; id=brain; print=@50"))
	_, jobID := b.dated(1, "2026-02-01", holdingstest.KBART(others+waitingAfter))
	b.undo(1, jobID)
	for id, want := range map[string]bool{"a": true, "b": true, "brain": true, "j100": false} {
		if e := b.entitlementOf(1, id); !e.Active || e.GivenBack != want {
			t.Errorf("%s: in force %v, given back %v", id, e.Active, e.GivenBack)
		}
	}
}
