package holdings_test

import (
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/holdings"
	"autoholdings/internal/holdingstest"
)

// switched sets whether portfolios are available, as staff do.
func (b *testBundle) switched(available bool, titleIDs ...string) {
	b.T.Helper()
	for _, id := range titleIDs {
		_, err := b.Holdings.UpdatePortfolio(b.T.Context(), holdings.PortfolioChange{ID: b.PortfolioID(id), Staff: holdings.StaffChange{holdings.FieldAvailable: new(strconv.FormatBool(available))}})
		b.Must(err)
	}
}

// TestAvailabilityIsTheStaffs: absence, return, being kept and undo leave it as staff have it, on or off.
func TestAvailabilityIsTheStaffs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 30)...))
	b.AddPOLine("POL-j000", "j000")
	b.AddPOLine("POL-j001", "j001")
	b.switched(false, "j000", "j002")
	want := func(when string) {
		t.Helper()
		got := map[string]bool{}
		for _, id := range []string{"j000", "j001", "j002", "j003"} {
			got[id] = b.portfolio(id).Available
		}
		if diff := cmp.Diff(map[string]bool{"j000": false, "j001": true, "j002": false, "j003": true}, got); diff != "" {
			t.Errorf("%s:\n%s", when, diff)
		}
	}
	before := b.holdingsText()
	counts, jobID := b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(4, 30)...))
	if counts.Kept != 2 || counts.Removed != 2 {
		t.Fatalf("%+v", counts)
	}
	want("absent for one list")
	b.undo(1, jobID)
	want("given back by an undo")
	if diff := cmp.Diff(before, b.holdingsText()); diff != "" {
		t.Errorf("after the undo:\n%s", diff)
	}
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(4, 30)...))
	counts, jobID = b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 30)...))
	if counts.Added != 4 {
		t.Fatalf("%+v", counts)
	}
	want("back in the list")
	b.undo(1, jobID)
	want("out again by an undo")
}
