package holdings_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
)

// importList applies a list of no profile; keepMissing: it only adds and updates.
func (b *testBundle) importList(list string, keepMissing bool) (plan.Counts, int64) {
	b.T.Helper()
	jobID := b.NewJob(0)
	counts, _, _, err := b.Apply(holdingstest.Attempt{List: list, JobID: jobID, KeepMissing: keepMissing})
	b.Must(err)
	return counts, jobID
}

// activateTitles applies a list as activating all titles does: what some entitlement holds stays as it is.
func (b *testBundle) activateTitles(list string) (plan.Counts, int64) {
	b.T.Helper()
	jobID := b.NewJob(0)
	counts, _, _, err := b.Apply(holdingstest.Attempt{List: list, JobID: jobID, NewOnly: true, KeepMissing: true})
	b.Must(err)
	return counts, jobID
}

// undo reverses a job of a profile, or of none, without trouble.
func (b *testBundle) undo(profile, jobID int64) plan.Counts {
	b.T.Helper()
	undoID := b.NewJob(profile)
	counts, err := b.Holdings.Undo(b.T.Context(), jobID+1, &holdings.Part{
		ID: undoID + 1, JobID: undoID, ProfileID: profile, CollectionID: holdingstest.CollectionID, Content: "JOURNALS",
		Fence:  func(context.Context, *store.Tx, holdings.Progress) error { return nil },
		Begun:  func(context.Context, *store.Tx, plan.Counts) error { return nil },
		Finish: func(context.Context, *store.Tx, plan.Counts) error { return nil },
	}, nil, nil)
	b.Must(err)
	return counts
}

func (b *testBundle) portfolio(titleID string) *ent.Portfolio {
	b.T.Helper()
	p, err := b.Store.Read.Portfolio.Query().Where(portfolio.TitleID(titleID)).Only(b.T.Context())
	b.Must(err)
	return p
}

// coverage is what a portfolio shows: the statements, one after another.
func (b *testBundle) coverage(titleID string) string {
	b.T.Helper()
	id := b.portfolio(titleID).ID
	found, err := b.Holdings.EntitlementsOf(b.T.Context(), []int64{id})
	b.Must(err)
	var shown []string
	for _, st := range holdings.Coverage(found[id]) {
		shown = append(shown, st.String())
	}
	return strings.Join(shown, "; ")
}

func TestImportIntoALocalCollection(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rows := holdingstest.Numbered(0, 40)
	counts, _ := b.importList(holdingstest.ListOf(rows...), true)
	if counts.Added != 40 || counts.NotInCommunityZone != 0 {
		t.Fatalf("%+v", counts)
	}
	p := b.portfolio("j003")
	if !p.Available || p.Listed || p.RemovedAt != nil {
		t.Errorf("imported: available %v, listed %v", p.Available, p.Listed)
	}
	if got := b.coverage("j003"); got != "1996 – present" {
		t.Errorf("coverage: %s", got)
	}
	before := b.holdingsText()
	if counts, _ := b.importList(holdingstest.ListOf(rows...), true); counts.Changed() || counts.Unchanged != 40 {
		t.Errorf("again: %+v", counts)
	}
	if diff := cmp.Diff(before, b.holdingsText()); diff != "" {
		t.Error(diff)
	}

	rows[3].Publisher, rows[3].Last = "Another Press", "2015"
	counts, jobID := b.importList(holdingstest.ListOf(append(rows[:38:38], holdingstest.Numbered(90, 92)...)...), true)
	if counts.Updated != 1 || counts.Added != 2 || counts.Removed != 0 || counts.Missing != 2 {
		t.Errorf("changed: %+v", counts)
	}
	if got := b.coverage("j003"); got != "1996 – 2015" {
		t.Errorf("coverage: %s", got)
	}
	undone := b.undo(0, jobID)
	if undone.Updated != 1 || undone.Removed != 2 || undone.Left != 0 {
		t.Errorf("undone: %+v", undone)
	}
	if diff := cmp.Diff(before, withoutHidden(b.holdingsText())); diff != "" {
		t.Errorf("after the undo:\n%s", diff)
	}
}

// withoutHidden leaves the hidden portfolios out of a text of holdings.
func withoutHidden(text string) string {
	var b strings.Builder
	hidden := false
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, " ") {
			hidden = strings.Contains(line, "|removed true|")
		}
		if !hidden {
			b.WriteString(line)
		}
	}
	return b.String()
}

// TestImportRemovesMissing, but keeps what has a PO line; undone, they are back.
func TestImportRemovesMissing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.importList(holdingstest.ListOf(holdingstest.Numbered(0, 30)...), true)
	b.AddPOLine("POL-j001", "j001")
	before := b.holdingsText()
	counts, jobID := b.importList(holdingstest.ListOf(holdingstest.Numbered(2, 30)...), false)
	if counts.Removed != 1 || counts.Kept != 1 || counts.Missing != 0 {
		t.Errorf("%+v", counts)
	}
	kept := b.portfolio("j001")
	if !kept.Available || kept.Listed || kept.RemovedAt != nil || b.coverage("j001") != "1996 – present" {
		t.Errorf("kept: %+v, %s", kept, b.coverage("j001"))
	}
	if undone := b.undo(0, jobID); undone.Added != 2 || undone.Left != 0 {
		t.Errorf("undone: %+v", undone)
	}
	if diff := cmp.Diff(before, b.holdingsText()); diff != "" {
		t.Errorf("after the undo:\n%s", diff)
	}
	b.importList(holdingstest.ListOf(holdingstest.Numbered(2, 30)...), false)
	counts, _ = b.importList(holdingstest.ListOf(holdingstest.Numbered(0, 30)...), true)
	if counts.Added != 2 || b.Store.Read.Portfolio.Query().CountX(t.Context()) != 30 {
		t.Errorf("what comes back is the same record: %+v", counts)
	}
	if diff := cmp.Diff(before, b.holdingsText()); diff != "" {
		t.Error(diff)
	}
}

// TestImportOfAnAmbiguousTitle: added once, however often the list is imported.
func TestImportOfAnAmbiguousTitle(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one, two := holdingstest.Journal{Title: "One", Print: holdingstest.ISSN(1), ID: "a", First: "1996"}, holdingstest.Journal{Title: "Two", Online: holdingstest.ISSN(2), ID: "b", First: "1996"}
	b.importList(holdingstest.ListOf(one, two), true)
	list := holdingstest.ListOf(holdingstest.Journal{Title: "Merged", Print: holdingstest.ISSN(1), Online: holdingstest.ISSN(2), ID: "c", First: "1996"},
		holdingstest.Journal{Title: "Other", Print: holdingstest.ISSN(1), Online: holdingstest.ISSN(2), ID: "d", First: "1996"})
	if counts, _ := b.importList(list, true); counts.Ambiguous != 2 || counts.Added != 2 || counts.Waiting != 2 {
		t.Errorf("%+v", counts)
	}
	if counts, _ := b.importList(list, true); counts.Changed() || counts.Ambiguous != 0 {
		t.Errorf("again: %+v", counts)
	}
}

// TestImportAfterACrash: no transaction that fails leaves a portfolio with two entitlements, or does anything twice.
func TestImportAfterACrash(t *testing.T) {
	t.Parallel()
	changed := holdingstest.Numbered(2, 24)
	changed[4].Last = "2015"
	prepare := func() *testBundle {
		b := setup(t)
		b.Holdings.BatchTitles = 5
		b.importList(holdingstest.ListOf(holdingstest.Numbered(0, 20)...), true)
		return b
	}
	undisturbed := prepare()
	want, _ := undisturbed.importList(holdingstest.ListOf(changed...), false)
	for failAt := 1; ; failAt++ {
		b := prepare()
		again := holdingstest.Attempt{List: holdingstest.ListOf(changed...), JobID: b.NewJob(0)}
		first := again
		first.FailAt = failAt
		_, _, begun, err := b.Apply(first)
		if err == nil {
			if failAt < 5 {
				t.Errorf("only %d transactions", failAt-1)
			}
			return
		}
		if !errors.Is(err, holdingstest.ErrCrash) {
			t.Fatal(err)
		}
		if begun {
			again.Resumed = b.recordedCounts(again.JobID)
		}
		got, _, _, err := b.Apply(again)
		b.Must(err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("transaction %d: counts:\n%s", failAt, diff)
		}
		if diff := cmp.Diff(undisturbed.holdingsText(), b.holdingsText()); diff != "" {
			t.Errorf("transaction %d: holdings:\n%s", failAt, diff)
		}
	}
}

// TestActivatedTitles: a sync pairs them, a profile's coverage goes before their own, and when its entitlement ends
// they stay: to activate them was the library's decision.
func TestActivatedTitles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.activateTitles(holdingstest.ListOf(holdingstest.Numbered(0, 30)...))
	rows := holdingstest.Numbered(0, 31)
	for i := range rows {
		rows[i].First = "2001"
	}
	counts, _ := b.Sync(1, holdingstest.ListOf(rows[1:]...))
	if counts.Added != 30 || counts.WithoutEntitlement != 1 || b.Store.Read.Portfolio.Query().CountX(t.Context()) != 31 {
		t.Errorf("paired: %+v", counts)
	}
	if p := b.portfolio("j005"); !p.Listed || b.coverage("j005") != "2001 – present" {
		t.Errorf("with a profile: listed %v, %s", p.Listed, b.coverage("j005"))
	}
	if list := b.export(); strings.Count(list, "Journal 005\t") != 1 || strings.Count(list, "\t2001\t") != 30 ||
		strings.Count(list, "\t1996\t") != 1 {
		t.Error(list)
	}

	before := b.holdingsText()
	counts, jobID := b.Sync(1, holdingstest.ListOf(rows[3:]...))
	if counts.Withdrawn != 2 || counts.Removed != 0 {
		t.Errorf("no longer entitled to: %+v", counts)
	}
	if p := b.portfolio("j001"); !p.Available || p.Listed || p.RemovedAt != nil || b.coverage("j001") != "1996 – present" {
		t.Errorf("it stays as it was activated: %+v, %s", p, b.coverage("j001"))
	}
	if counts := b.undo(1, jobID); counts.Added != 2 || counts.Left != 0 {
		t.Errorf("undone: %+v", counts)
	}
	if diff := cmp.Diff(before, b.holdingsText()); diff != "" {
		t.Errorf("after the undo:\n%s", diff)
	}
}

// TestUndoOfASyncLeavesActivatedTitles: what the sync paired is as it was before it.
func TestUndoOfASyncLeavesActivatedTitles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.activateTitles(holdingstest.ListOf(holdingstest.Numbered(0, 5)...))
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Portfolio.Update().Where(portfolio.TitleID("j002")).SetAvailable(false).Exec(ctx)
	})
	_, jobID := b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 7)...))
	if counts := b.undo(1, jobID); counts.Withdrawn != 5 || counts.Removed != 2 {
		t.Errorf("%+v", counts)
	}
	for id, available := range map[string]bool{"j000": true, "j002": false} {
		if p := b.portfolio(id); p.Available != available || p.Listed || p.RemovedAt != nil {
			t.Errorf("%s: available %v, listed %v, removed %v", id, p.Available, p.Listed, p.RemovedAt != nil)
		}
	}
	if b.portfolio("j006").RemovedAt == nil {
		t.Error("what the sync had added is not hidden")
	}
}

// TestActivationLeavesWhatIsThere: what a profile or an earlier activation holds is not updated; what was removed, or
// is only kept for its PO line, comes back.
func TestActivationLeavesWhatIsThere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 30)...))
	b.AddPOLine("POL-j001", "j001")
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(2, 30)...))
	zone := holdingstest.Numbered(0, 33)
	for i := range zone {
		zone[i].Publisher, zone[i].First = "Of the zone", "1950"
	}
	counts, jobID := b.activateTitles(holdingstest.ListOf(zone...))
	if counts.Added != 5 || counts.Updated != 0 || counts.Unchanged != 28 || counts.Removed != 0 {
		t.Errorf("%+v", counts)
	}
	if p := b.portfolio("j005"); p.PublisherName != "Oxford University Press" || !p.Listed || b.coverage("j005") != "1996 – present" {
		t.Errorf("what the profile entitles to was changed: %+v, %s", p, b.coverage("j005"))
	}
	for _, id := range []string{"j000", "j001", "j031"} {
		if p := b.portfolio(id); !p.Available || p.Listed || p.RemovedAt != nil || b.coverage(id) != "1950 – present" {
			t.Errorf("%s: %+v, %s", id, p, b.coverage(id))
		}
	}
	if counts, _ := b.activateTitles(holdingstest.ListOf(zone...)); counts.Changed() || counts.Unchanged != 33 {
		t.Errorf("again: %+v", counts)
	}
	if counts := b.undo(0, jobID); counts.Removed != 4 || counts.Kept != 1 {
		t.Errorf("undone: %+v", counts)
	}
	if p := b.portfolio("j001"); !p.Available || p.Listed || p.RemovedAt != nil {
		t.Errorf("what was kept is kept again: %+v", p)
	}
}

// TestDeletedProfilesLeaveOneEntitlement: a portfolio has one of no profile at most, whoever left it behind; it shows
// the coverage that ended last, and an import takes it over.
func TestDeletedProfilesLeaveOneEntitlement(t *testing.T) {
	t.Parallel()
	b := setup(t)
	older, newer := holdingstest.Numbered(0, 2), holdingstest.Numbered(0, 2)
	newer[0].First, newer[1].First = "2005", "2005"
	b.Sync(1, holdingstest.ListOf(older...))
	b.Sync(2, holdingstest.ListOf(newer...))
	b.AddPOLine("POL-j000", "j000")
	other := holdingstest.Numbered(50, 52)
	b.Sync(1, holdingstest.ListOf(other...))
	b.Sync(2, holdingstest.ListOf(other...))
	b.Write(func(ctx context.Context, tx *store.Tx) error { // the clock may not have moved between the two
		return errors.Join(tx.Entitlement.Update().Where(entitlement.ProfileID(1), entitlement.Active(false)).SetEndedAt(10).SetUpdatedAt(30).Exec(ctx),
			tx.Entitlement.Update().Where(entitlement.ProfileID(2), entitlement.Active(false)).SetEndedAt(20).SetUpdatedAt(20).Exec(ctx),
			tx.Entitlement.Update().Where(entitlement.Active(true)).SetActive(false).Exec(ctx))
	})
	if got := b.coverage("j000"); got != "2005 – present" {
		t.Errorf("the coverage that ended last, of two profiles: %s", got)
	}
	for _, id := range []int64{2, 1} {
		b.Must(b.Profiles.DeleteProfile(t.Context(), id))
	}
	if got := b.coverage("j000"); got != "2005 – present" {
		t.Errorf("the last coverage: %s", got)
	}
	left := b.Store.Read.Entitlement.Query().Where(entitlement.HasPortfolioWith(portfolio.TitleID("j000")))
	if n := left.CountX(t.Context()); n != 1 {
		t.Errorf("%d entitlements of no profile", n)
	}
	b.importList(holdingstest.ListOf(older...), true)
	if p := b.portfolio("j000"); !p.Available || b.coverage("j000") != "1996 – present" || left.CountX(t.Context()) != 1 {
		t.Errorf("imported: %+v, %s", p, b.coverage("j000"))
	}

	b.Write(func(ctx context.Context, tx *store.Tx) error { // a profile that had it too, and is deleted while it is in force
		e := tx.Entitlement.Query().Where(entitlement.HasPortfolioWith(portfolio.TitleID("j000"))).OnlyX(ctx)
		tx.Profile.Create().SetID(3).SetCreatedAt(1).SetUpdatedAt(1).SetCustomerNumber("demo").SetAPIKeySealed([]byte("x")).
			SetAPIKeyFingerprint("x").SetAPIKeySetAt(1).SaveX(ctx)
		return tx.Entitlement.Create().SetID(b.Store.NextID()).SetCreatedAt(1).SetUpdatedAt(e.UpdatedAt + 9).SetPortfolioID(e.PortfolioID).
			SetProfileID(3).SetActive(false).SetCoverageHash(0).Exec(ctx)
	})
	b.Must(b.Profiles.DeleteProfile(t.Context(), 3))
	if got := left.OnlyX(t.Context()); !got.Active || b.coverage("j000") != "1996 – present" {
		t.Errorf("the one in force: %+v, %s", got, b.coverage("j000"))
	}
}

// TestAvailableForOfAnActivatedTitle: the groups are those of the profiles that entitle to it.
func TestAvailableForOfAnActivatedTitle(t *testing.T) {
	t.Parallel()
	profile := int64(1)
	own := holdings.Entitlement{Entitlement: &ent.Entitlement{Active: true}}
	entitled := holdings.Entitlement{Entitlement: &ent.Entitlement{Active: true, ProfileID: &profile}}
	groups := map[int64][]*ent.InventoryGroup{1: {{ID: 5, Name: "Medicine"}}}
	if got := holdings.AvailableFor([]holdings.Entitlement{own, entitled}, plan.Retention{}, groups); len(got) != 1 {
		t.Errorf("with a profile of one group: %v", got)
	}
	if got := holdings.AvailableFor([]holdings.Entitlement{own}, plan.Retention{}, groups); len(got) != 0 {
		t.Errorf("alone it is available for everyone: %v", got)
	}
}
