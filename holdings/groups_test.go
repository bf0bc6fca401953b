package holdings_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/profile"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// groupOfEach makes an inventory group for each of some profiles, and returns its id.
func (b *testBundle) groupOfEach(profileIDs ...int64) map[int64]int64 {
	b.T.Helper()
	groups := map[int64]int64{}
	for _, id := range profileIDs {
		groups[id] = b.CreateGroup("Group " + string(rune('A'+id)))
		b.setGroups(id, groups[id])
	}
	return groups
}

// setGroups puts a profile into groups, whatever the rules for campuses say.
func (b *testBundle) setGroups(profileID int64, groupIDs ...int64) {
	b.T.Helper()
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Profile.UpdateOneID(profileID).ClearGroups().AddGroupIDs(groupIDs...).Exec(ctx)
	})
}

// exportFor is what a group is exported, by title_id: the ranges of its rows.
func (b *testBundle) exportFor(groupID int64) map[string]string {
	b.T.Helper()
	var list bytes.Buffer
	_, err := b.Holdings.Export(b.T.Context(), holdings.ExportOf{CollectionID: holdingstest.CollectionID, GroupID: groupID}, &list)
	b.Must(err)
	found := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(list.String()), "\n")[1:] {
		cells := strings.Split(line, "\t")
		id := cells[kbart.TitleID]
		if found[id] != "" {
			found[id] += "; "
		}
		found[id] += cells[kbart.DateFirstIssueOnline] + "-" + cells[kbart.DateLastIssueOnline]
	}
	return found
}

// firstDates is the first date of each title that a group is exported.
func (b *testBundle) firstDates(groupID int64) map[string]string {
	b.T.Helper()
	found := b.exportFor(groupID)
	for id, ranges := range found {
		found[id], _, _ = strings.Cut(ranges, "-")
	}
	return found
}

// ofGroup is what the filter by a group finds and, of each, the coverage that the group is shown. It compares the two
// writings of the rule.
func (b *testBundle) ofGroup(groupID int64) map[string]string {
	b.T.Helper()
	ctx := b.T.Context()
	filter := holdings.PortfolioFilter{GroupID: groupID}
	filtered, err := b.Holdings.Portfolios(ctx, filter, keyset.Window{First: 1000})
	b.Must(err)
	count, err := b.Holdings.CountPortfolios(ctx, filter)
	b.Must(err)
	found := map[string]string{}
	for _, p := range filtered.Items {
		found[p.TitleID] = ""
	}
	if count != len(found) {
		b.T.Errorf("%d of %d are counted", count, len(found))
	}
	all, err := b.Holdings.Portfolios(ctx, holdings.PortfolioFilter{}, keyset.Window{First: 1000})
	b.Must(err)
	groups := map[int64][]*ent.InventoryGroup{}
	for _, p := range b.Store.Read.Profile.Query().WithGroups().AllX(ctx) {
		groups[p.ID] = p.Edges.Groups
	}
	var ids []int64
	for _, p := range all.Items {
		ids = append(ids, p.ID)
	}
	entitlements, err := b.Holdings.EntitlementsOf(ctx, ids)
	b.Must(err)
	retained, err := b.Holdings.RetentionsOf(ctx, ids)
	b.Must(err)
	for _, p := range all.Items {
		of, reached := holdings.Reaching(entitlements[p.ID], retained[p.ID], groups, groupID)
		if _, ok := found[p.TitleID]; ok != reached {
			b.T.Fatalf("%s: the filter says %v, Reaching %v", p.TitleID, ok, reached)
		}
		if !reached {
			continue
		}
		statements, err := holdings.ShownCoverage(p, of, retained[p.ID])
		b.Must(err)
		var shown []string
		for _, st := range statements {
			shown = append(shown, st.DateFirst+"-"+st.DateLast)
		}
		found[p.TitleID] = strings.Join(shown, "; ")
	}
	return found
}

// wantOf checks what a group has, by each way to ask for it.
func (b *testBundle) wantOf(group string, groupID int64, want map[string]string) {
	b.T.Helper()
	if diff := cmp.Diff(want, b.exportFor(groupID)); diff != "" {
		b.T.Errorf("%s is exported:\n%s", group, diff)
	}
	if diff := cmp.Diff(want, b.ofGroup(groupID)); diff != "" {
		b.T.Errorf("%s is shown:\n%s", group, diff)
	}
}

// setUpGroups has a profile for Law and one for Medicine, with a title of each and one that both list, each with coverage
// of its own.
func setUpGroups(t *testing.T) (b *testBundle, law, medicine int64) {
	t.Helper()
	b = setup(t)
	groups := b.groupOfEach(1, 2)
	b.Sync(1, listOf("Both; id=both; first=1996", "Law; id=law; first=1990; last=2000"))
	b.Sync(2, listOf("Both; id=both; first=1950; last=1995", "Medicine; id=medicine; first=2010"))
	return b, groups[1], groups[2]
}

// TestGroups: each group has what the profiles in it list, with their coverage; a profile without groups is everyone's.
func TestGroups(t *testing.T) {
	t.Parallel()
	b, law, medicine := setUpGroups(t)
	other := b.CreateGroup("Nobody")
	b.wantOf("Law", law, map[string]string{"both": "1996-", "law": "1990-2000"})
	b.wantOf("Medicine", medicine, map[string]string{"both": "1950-1995", "medicine": "2010-"})
	b.wantOf("a group of no profile", other, map[string]string{})
	if diff := cmp.Diff(map[string]string{"both": "1950-1995; 1996-", "law": "1990-2000", "medicine": "2010-"}, b.exportFor(0)); diff != "" {
		t.Error(diff)
	}
	b.setGroups(2)
	b.wantOf("Law, since a profile is for everyone", law, map[string]string{
		"both": "1950-1995; 1996-", "law": "1990-2000",
		"medicine": "2010-",
	})
	b.wantOf("a group of no profile, too", other, map[string]string{"both": "1950-1995", "medicine": "2010-"})
	b.setGroups(2, law, medicine)
	b.wantOf("Medicine beside Law", medicine, map[string]string{"both": "1950-1995", "medicine": "2010-"})
}

// TestGroupsOfOwnTitles: the library's own titles are everyone's, until a profile lists them.
func TestGroupsOfOwnTitles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	groups := b.groupOfEach(1, 2)
	b.activateTitles(listOf("Ours; id=ours; first=1980"))
	for _, group := range groups {
		b.wantOf("own", group, map[string]string{"ours": "1980-"})
	}
	b.Sync(2, listOf("Ours; id=ours; first=1999"))
	b.wantOf("Law", groups[1], map[string]string{})
	b.wantOf("Medicine", groups[2], map[string]string{"ours": "1999-"})
}

// TestGroupsOfLocalCoverage: local coverage goes instead or in addition for each group that the title reaches.
func TestGroupsOfLocalCoverage(t *testing.T) {
	t.Parallel()
	b, law, medicine := setUpGroups(t)
	for _, mode := range []plan.CoverageMode{plan.Instead, plan.Addition} {
		for _, id := range []string{"both", "law"} {
			b.staff(id, holdings.StaffChange{plan.CoverageField: new(plan.ToJSON(plan.LocalCoverage{
				Mode: mode, Statements: []plan.Statement{{DateFirst: "1900", DateLast: "1910"}},
			}))})
		}
		lawHas := map[string]string{"both": "1900-1910", "law": "1900-1910"}
		medicineHas := map[string]string{"both": "1900-1910", "medicine": "2010-"}
		if mode == plan.Addition {
			lawHas["both"], lawHas["law"], medicineHas["both"] = "1900-1910; 1996-", "1900-1910; 1990-2000", "1900-1910; 1950-1995"
		}
		b.wantOf("Law, "+string(mode), law, lawHas)
		b.wantOf("Medicine, "+string(mode), medicine, medicineHas)
	}
}

// TestGroupsOfRetained: what is retained stays the groups' whose profiles listed it, each with what it had last; the time
// that a list took away is shown to each group that has the title.
func TestGroupsOfRetained(t *testing.T) {
	t.Parallel()
	b, law, medicine := setUpGroups(t)
	for _, id := range []string{"both", "law", "medicine"} {
		b.staff(id, perpetual("", "2020"))
	}
	const nothing = "Other; id=other; first=2000"
	b.Sync(1, listOf(nothing))
	b.wantOf("Law, that lists it no more", law, map[string]string{"law": "1990-2000", "other": "2000-"})
	b.Sync(2, listOf(nothing))
	b.wantOf("Law", law, map[string]string{"both": "1996-2020-12-31", "law": "1990-2000", "other": "2000-"})
	b.wantOf("Medicine", medicine, map[string]string{"both": "1950-1995", "medicine": "2010-2020-12-31", "other": "2000-"})

	b.Sync(2, listOf("Both; id=both; first=1970; last=1995"))
	b.wantOf("Law, whose list does not have it", law, map[string]string{"law": "1990-2000", "other": "2000-"})
	b.wantOf("Medicine, with less", medicine, map[string]string{"both": "1950-1969-12-31; 1970-1995", "medicine": "2010-2020-12-31"})

	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Profile.Update().Where(profile.ID(1)).ClearGroups().Exec(ctx)
	})
	b.wantOf("Medicine, when Law is everyone", medicine, map[string]string{
		"both": "1950-1969-12-31; 1970-1995", "law": "1990-2000", "medicine": "2010-2020-12-31", "other": "2000-",
	})
}

// TestGroupsOfWhatNobodyReaches: what is kept for a PO line alone, unavailable or not served is exported to no group, and
// what no mark retains is not found.
func TestGroupsOfWhatNobodyReaches(t *testing.T) {
	t.Parallel()
	b, law, _ := setUpGroups(t)
	b.AddPOLine("POL-1", "law", true)
	b.Sync(1, listOf("Both; id=both; first=1996"))
	b.wantOf("Law, without the title kept for its PO line", law, map[string]string{"both": "1996-"})
	b.staff("both", holdings.StaffChange{holdings.FieldAvailable: new("false")})
	if got := b.exportFor(law); len(got) != 0 {
		t.Errorf("what is unavailable is exported: %v", got)
	}
	if got := b.ofGroup(law); got["both"] != "1996-" {
		t.Errorf("what is unavailable is found by the filter, which has one of its own for that: %v", got)
	}
}

// TestUnknownGroup: a group that is not there is said to be so, and nothing reaches it.
func TestUnknownGroup(t *testing.T) {
	t.Parallel()
	b, _, _ := setUpGroups(t)
	b.setGroups(2)
	ctx, none := t.Context(), holdings.PortfolioFilter{GroupID: 4711}
	_, listed := b.Holdings.Portfolios(ctx, none, keyset.Window{First: 10})
	_, counted := b.Holdings.CountPortfolios(ctx, none)
	of := holdings.ExportOf{CollectionID: holdingstest.CollectionID, GroupID: 4711}
	_, exported := b.Holdings.Export(ctx, of, &bytes.Buffer{})
	_, named := b.Holdings.ExportName(ctx, of, time.Now())
	for what, err := range map[string]error{"listed": listed, "counted": counted, "exported": exported, "named": named} {
		var found *problem.Problem
		if !errors.As(err, &found) || found.Code != problem.NotFound || !strings.Contains(found.Message, "inventory group") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n := b.Store.Read.Portfolio.Query().Where(none.Where()...).CountX(ctx); n != 0 {
		t.Errorf("%d portfolios reach a group that is not there", n)
	}
}

// listOf is a list of journals, as holdingstest.KBART writes them.
func listOf(journals ...string) string { return holdingstest.KBART(strings.Join(journals, "\n")) }
