package holdings_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/communityzonetitle"
	"autoholdings/ent/jobchange"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
	"autoholdings/kbart"
)

const zoneID = 20

// setupZoneTitles makes the bundle's collection one of the Community Zone's, which has no titles.
func setupZoneTitles(t *testing.T) *testBundle {
	t.Helper()
	b := setup(t)
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		tx.CommunityZoneCollection.Create().SetID(zoneID).SetCreatedAt(1).SetUpdatedAt(1).SetCzID("1").SetName("Zone").SetNameKey("zone").
			SetProvider("OUP").SetContent("JOURNALS").SaveX(ctx)
		return tx.Collection.UpdateOneID(holdingstest.CollectionID).SetCommunityZoneCollectionID(zoneID).Exec(ctx)
	})
	return b
}

// importZone applies a global title list without trouble.
func (b *testBundle) importZone(list string) (plan.Counts, int64) {
	b.T.Helper()
	jobID := b.NewJob(1)
	counts, _, _, err := b.Apply(holdingstest.Attempt{Zone: zoneID, List: list, JobID: jobID})
	b.Must(err)
	return counts, jobID
}

// zoneText is all titles of the Community Zone in one comparable text.
func (b *testBundle) zoneText() string {
	b.T.Helper()
	var text strings.Builder
	for _, z := range b.zoneTitles() {
		fmt.Fprintf(&text, "%s|%s|%s|%s|%s|%s|%s|%s|removed %v|%s\n", z.PublicationTitle, z.TitleID, z.PrintIdentifier, z.PrintKey,
			z.OnlineIdentifier,
			z.TitleURL, z.PublisherName, z.TitleKey, z.RemovedAt != nil, z.Coverage)
	}
	return text.String()
}

func (b *testBundle) zoneTitles() []*ent.CommunityZoneTitle {
	b.T.Helper()
	titles, err := b.Store.Read.CommunityZoneTitle.Query().
		Order(communityzonetitle.ByTitleKey(), communityzonetitle.ByPrintKey(), communityzonetitle.ByRemovedAt(), communityzonetitle.ByID()).
		All(b.T.Context())
	b.Must(err)
	return titles
}

func (b *testBundle) zoneTitle(titleID string) *ent.CommunityZoneTitle {
	b.T.Helper()
	title, err := b.Store.Read.CommunityZoneTitle.Query().Where(communityzonetitle.TitleID(titleID)).Only(b.T.Context())
	b.Must(err)
	return title
}

// TestZoneImport adds, updates, takes out and brings back titles of the Community Zone, and writes no portfolio.
func TestZoneImport(t *testing.T) {
	t.Parallel()
	b := setupZoneTitles(t)
	rows := holdingstest.Numbered(0, 40)
	archive := rows[0]
	archive.First, archive.Last = "1878", "1995"
	free := holdingstest.Journal{Title: "Free", Print: holdingstest.ISSN(900), ID: "free", Access: "F"}
	counts, first := b.importZone(holdingstest.ListOf(append(rows, archive, free)...))
	if counts.Added != 40 || counts.Titles != 40 || counts.Statements != 41 || counts.Free != 1 || counts.EntitlementsBefore != 0 {
		t.Errorf("first import: %+v", counts)
	}
	zone := b.zoneTitle("j000")
	if statements, _ := plan.StoredStatements(zone.Coverage); len(statements) != 2 || statements[0].DateFirst != "1878" ||
		*zone.AddedByJobID != first {
		t.Errorf("%+v", zone)
	}
	if at := b.Store.Read.CommunityZoneCollection.GetX(t.Context(), zoneID).TitlesUpdatedAt; at == nil {
		t.Error("it does not say when the titles were imported")
	}
	if n := b.Store.Read.JobChange.Query().Where(jobchange.JobID(first), jobchange.PortfolioIDNotNil()).CountX(t.Context()); n != 0 {
		t.Errorf("%d changes are of portfolios", n)
	}

	counts, second := b.importZone(holdingstest.ListOf(append(rows, archive)...))
	if counts.Changed() || counts.Unchanged != 40 || b.ReportText(second) != "" {
		t.Errorf("the same again: %+v\n%s", counts, b.ReportText(second))
	}

	changed := append(holdingstest.Numbered(2, 42), free)
	changed[0].Publisher, changed[0].Last = "Another Press", "2015"
	changed[1].Print = holdingstest.ISSN(901)
	counts, third := b.importZone(holdingstest.ListOf(changed...))
	if counts.Added != 2 || counts.Updated != 2 || counts.Removed != 2 || counts.Unchanged != 36 || counts.EntitlementsAffected != 2 {
		t.Errorf("%+v", counts)
	}
	want := "ADD Journal 040 :  →  (line 40)\nADD Journal 041 :  →  (line 41)\n" +
		"FREE Free :  → access_type F: free-to-read titles are not part of the holdings (line 42)\n" +
		"REMOVE Journal 000 :  →  (line 0)\nREMOVE Journal 001 :  →  (line 0)\n" +
		`UPDATE Journal 002 coverage: [{"dateFirst":"1996"}] → [{"dateFirst":"1996","dateLast":"2015"}] (line 2)` + "\n" +
		"UPDATE Journal 002 publisher_name: Oxford University Press → Another Press (line 2)\n" +
		fmt.Sprintf("UPDATE Journal 003 print_identifier: %s → %s (line 3)\n", holdingstest.ISSN(6), holdingstest.ISSN(901))
	if diff := cmp.Diff(want, b.ReportText(third)); diff != "" {
		t.Error(diff)
	}
	if z := b.zoneTitle("j002"); z.PublisherName != "Another Press" || *z.AddedByJobID != first {
		t.Errorf("updated: %+v", z)
	}
	if z := b.zoneTitle("j003"); z.PrintKey != strings.ReplaceAll(holdingstest.ISSN(901), "-", "") || z.ID == 0 {
		t.Errorf("updated: %+v", z)
	}
	if z := b.zoneTitle("j000"); z.RemovedAt == nil || z.ID != zone.ID {
		t.Errorf("taken out: %+v", z)
	}

	back := append(holdingstest.Numbered(0, 2), changed[:40]...)
	back[0].Publisher = "A Third Press"
	counts, fourth := b.importZone(holdingstest.ListOf(back...))
	if counts.Added != 2 || counts.Updated+counts.Removed != 0 {
		t.Errorf("brought back: %+v", counts)
	}
	if z := b.zoneTitle("j000"); z.RemovedAt != nil || z.ID != zone.ID || *z.AddedByJobID != fourth || z.PublisherName != "A Third Press" {
		t.Errorf("brought back: %+v", z)
	}
	if n := b.Store.Read.Portfolio.Query().CountX(t.Context()) + b.Store.Read.Entitlement.Query().CountX(t.Context()); n != 0 {
		t.Errorf("%d portfolios and entitlements were written", n)
	}
}

// TestZoneImportShown writes the report and nothing else.
func TestZoneImportShown(t *testing.T) {
	t.Parallel()
	b := setupZoneTitles(t)
	b.importZone(holdingstest.ListOf(holdingstest.Numbered(0, 30)...))
	before := b.zoneText()
	updated := b.Store.Read.CommunityZoneCollection.GetX(t.Context(), zoneID).TitlesUpdatedAt
	changed := holdingstest.Numbered(2, 34)
	changed[0].Publisher = "Another Press"
	jobID := b.NewJob(1)
	part := b.zonePart(jobID)
	plan, err := b.Holdings.Plan(t.Context(), holdingstest.SourceOf(holdingstest.ListOf(changed...)), part, plan.StandardGuards(), part.Findings.Add)
	b.Must(err)
	counts, err := b.Holdings.Show(t.Context(), plan, part)
	b.Must(err)
	if counts.Added != 4 || counts.Updated != 1 || counts.Removed != 2 {
		t.Errorf("%+v", counts)
	}
	if n := strings.Count(b.ReportText(jobID), "\n"); n != 7 {
		t.Errorf("%d lines:\n%s", n, b.ReportText(jobID))
	}
	if diff := cmp.Diff(before, b.zoneText()); diff != "" {
		t.Error(diff)
	}
	if at := b.Store.Read.CommunityZoneCollection.GetX(t.Context(), zoneID).TitlesUpdatedAt; *at != *updated {
		t.Error("a preview counts as an import")
	}
}

func (b *testBundle) zonePart(jobID int64) *holdings.Part {
	nothing := func(context.Context, *store.Tx, plan.Counts) error { return nil }
	return &holdings.Part{
		ID: jobID + 1, JobID: jobID, ZoneID: zoneID, Content: "JOURNALS", Findings: holdings.NewFindingLog(),
		Fence: func(context.Context, *store.Tx, holdings.Progress) error { return nil }, Begun: nothing, Finish: nothing,
	}
}

// TestZoneGuard is judged against the titles that the Community Zone had.
func TestZoneGuard(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		list   string
		reason string
	}{
		{holdingstest.ListOf(holdingstest.Numbered(0, 80)...), ""},
		{holdingstest.ListOf(holdingstest.Numbered(0, 79)...), "takes away 21 of 100 titles"},
		{holdingstest.ListOf(holdingstest.Numbered(500, 520)...), "takes away all 100 titles here"},
	} {
		b := setupZoneTitles(t)
		b.importZone(holdingstest.ListOf(holdingstest.Numbered(0, 100)...))
		plan, err := b.Holdings.Plan(t.Context(), holdingstest.SourceOf(test.list), b.zonePart(1), plan.StandardGuards(), func(kbart.Finding) {})
		b.Must(err)
		if plan.Held() != (test.reason != "") || !strings.Contains(plan.HeldBecause(), test.reason) {
			t.Errorf("%+v, want %q", plan.Guards, test.reason)
		}
	}
}

// ambiguousLists are two lists: the second has two titles each of which might be either of two of the first, and one
// without a title_id that might be either of two others.
func ambiguousLists() (before, after string) {
	rest := holdingstest.Numbered(100, 130)
	one := holdingstest.Journal{Title: "One", Print: holdingstest.ISSN(1), ID: "a", First: "1996"}
	two := holdingstest.Journal{Title: "Two", Online: holdingstest.ISSN(2), ID: "b", First: "1996"}
	merged := holdingstest.Journal{Title: "Merged", Print: holdingstest.ISSN(1), Online: holdingstest.ISSN(2), ID: "c", First: "1996"}
	other := holdingstest.Journal{Title: "Other", Print: holdingstest.ISSN(1), Online: holdingstest.ISSN(2), ID: "d", First: "1996"}
	three := holdingstest.Journal{Title: "Three", Print: holdingstest.ISSN(3), ID: "e", First: "1996"}
	four := holdingstest.Journal{Title: "Four", Print: holdingstest.ISSN(3), ID: "f", First: "1996"}
	both := holdingstest.Journal{Title: "Both", Print: holdingstest.ISSN(3), First: "1996"}
	return holdingstest.ListOf(append(rest, one, two, three, four)...), holdingstest.ListOf(append(rest, merged, other, both)...)
}

// TestZoneAmbiguous: such a title is added and listed. Nobody decides on a title of the Community Zone, so that those
// that it might have been go where the list has them no longer, and a later run finds nothing to do.
func TestZoneAmbiguous(t *testing.T) {
	t.Parallel()
	b := setupZoneTitles(t)
	before, after := ambiguousLists()
	b.importZone(before)
	counts, jobID := b.importZone(after)
	if counts.Added != 3 || counts.Ambiguous != 3 || counts.Removed != 4 || counts.Review != 0 {
		t.Errorf("%+v", counts)
	}
	if report := b.ReportText(jobID); !strings.Contains(report, "AMBIGUOUS Merged :  → 2 titles of the Community Zone might be this one") {
		t.Error(report)
	}
	if counts, _ := b.importZone(after); counts.Changed() || counts.Ambiguous != 0 {
		t.Errorf("again: %+v", counts)
	}
	if counts, _ := b.importZone(before); counts.Added != 4 || counts.Removed != 3 {
		t.Errorf("back again: %+v", counts)
	}
}

// TestZoneUnreadable: a title that a refused row may name stays, and is listed, until the row can be read.
func TestZoneUnreadable(t *testing.T) {
	t.Parallel()
	b := setupZoneTitles(t)
	rows := holdingstest.Numbered(0, 40)
	b.importZone(holdingstest.ListOf(rows...))
	rows[3].Title = ""
	list := holdingstest.ListOf(append(holdingstest.Numbered(5, 40), rows[3])...)
	for range 2 {
		counts, jobID := b.importZone(list)
		if counts.Invalid != 1 || counts.Review != 1 || !strings.Contains(b.ReportText(jobID), "REVIEW Journal 003") {
			t.Errorf("%+v", counts)
		}
	}
	if z := b.zoneTitle("j003"); z.RemovedAt != nil {
		t.Errorf("%+v", z)
	}
	if counts, _ := b.importZone(holdingstest.ListOf(holdingstest.Numbered(5, 40)...)); counts.Removed != 1 || counts.Review != 0 {
		t.Errorf("once the rows can be read: %+v", counts)
	}
}

// TestZoneCrashAtEachTransaction lets every transaction of an import fail in turn, starts it again as a job does, and
// compares the titles and the report with those of an undisturbed run.
func TestZoneCrashAtEachTransaction(t *testing.T) {
	t.Parallel()
	before, after := ambiguousLists()
	changed := holdingstest.Numbered(4, 70)
	for i := range changed {
		if i%3 == 0 {
			changed[i].Publisher, changed[i].Last = "Another Press", "2015"
		}
	}
	before += strings.TrimPrefix(holdingstest.ListOf(holdingstest.Numbered(0, 60)...), holdingstest.Header)
	after += strings.TrimPrefix(holdingstest.ListOf(append(changed, holdingstest.Journal{Title: "Free", Print: holdingstest.ISSN(900), ID: "free", Access: "F"})...), holdingstest.Header)
	prepare := func() *testBundle {
		b := setupZoneTitles(t)
		b.Holdings.BatchTitles = 7
		b.importZone(before + holdingstest.ListOf(holdingstest.Numbered(61, 63)...)[len(holdingstest.Header):])
		b.importZone(before) // 061 and 062 are to come back
		return b
	}
	undisturbed := prepare()
	wantCounts, undisturbedJob := undisturbed.importZone(after)
	wantZone, wantReport := undisturbed.zoneText(), undisturbed.ReportText(undisturbedJob)
	if wantCounts.Added != 13 || wantCounts.Removed != 8 || wantCounts.Ambiguous != 3 || wantCounts.Updated == 0 || wantCounts.Free != 1 {
		t.Fatalf("the lists test too little: %+v", wantCounts)
	}
	crashes := 0
	for failAt := 1; ; failAt++ {
		b := prepare()
		jobID := b.NewJob(1)
		_, _, begun, err := b.Apply(holdingstest.Attempt{Zone: zoneID, List: after, JobID: jobID, FailAt: failAt})
		if err == nil {
			break
		}
		crashes++
		if !errors.Is(err, holdingstest.ErrCrash) {
			t.Fatalf("transaction %d: %v", failAt, err)
		}
		again := holdingstest.Attempt{Zone: zoneID, List: after, JobID: jobID}
		if begun {
			again.Resumed = b.recordedCounts(jobID)
		}
		counts, _, _, err := b.Apply(again)
		b.Must(err)
		if diff := cmp.Diff(wantCounts, counts); diff != "" {
			t.Errorf("transaction %d: counts:\n%s", failAt, diff)
		}
		if diff := cmp.Diff(wantZone, b.zoneText()); diff != "" {
			t.Errorf("transaction %d: titles:\n%s", failAt, diff)
		}
		if diff := cmp.Diff(wantReport, b.ReportText(jobID)); diff != "" {
			t.Errorf("transaction %d: report:\n%s", failAt, diff)
		}
	}
	if crashes < 7 {
		t.Errorf("only %d transactions", crashes)
	}
}

// TestSyncAfterZoneImport: what an import brings is what a sync's titles are looked up in.
func TestSyncAfterZoneImport(t *testing.T) {
	t.Parallel()
	b := setupZoneTitles(t)
	if counts, _ := b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 4)...)); counts.NotInCommunityZone != 0 {
		t.Errorf("before the import nothing is checked: %+v", counts)
	}
	b.importZone(holdingstest.ListOf(holdingstest.Numbered(0, 8)...))
	if counts, _ := b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 10)...)); counts.Added != 6 || counts.NotInCommunityZone != 2 {
		t.Errorf("%+v", counts)
	}
	b.importZone(holdingstest.ListOf(holdingstest.Numbered(0, 9)...))
	b.ZoneOnly = true
	counts, _ := b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 12)...))
	if counts.Added != 0 || counts.NotInCommunityZone != 3 || counts.Skipped != 3 || counts.Unchanged != 9 {
		t.Errorf("skipped as Alma does: %+v", counts)
	}
	b.importZone(holdingstest.ListOf(holdingstest.Numbered(0, 11)...))
	if counts, _ := b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 12)...)); counts.Added != 1 || counts.Skipped != 1 {
		t.Errorf("once the Community Zone has them: %+v", counts)
	}
}

// TestZoneFaults: what the database cannot do ends the import, and is told.
func TestZoneFaults(t *testing.T) {
	t.Parallel()
	list := holdingstest.ListOf(holdingstest.Numbered(2, 34)...)
	for name, broken := range map[string]storetest.Trigger{
		"no titles":   {}, // no such table
		"no insert":   {On: "BEFORE INSERT ON community_zone_titles"},
		"no update":   {On: "BEFORE UPDATE OF publisher_name ON community_zone_titles"},
		"no removal":  {On: "BEFORE UPDATE OF removed_at ON community_zone_titles", When: "NEW.removed_at IS NOT NULL"},
		"no changes":  {On: "BEFORE INSERT ON job_changes"},
		"not counted": {On: "BEFORE UPDATE ON community_zone_collections"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setupZoneTitles(t)
			before := holdingstest.Numbered(0, 30)
			before[5].Publisher = "Another Press"
			b.importZone(holdingstest.ListOf(before...))
			told := "broken"
			if broken.On == "" {
				storetest.Exec(t, b.Store, `ALTER TABLE community_zone_titles RENAME TO elsewhere`)
				told = "community_zone_titles"
			} else {
				broken.Fail = told
				broken.Install(t, b.Store)
			}
			part := b.zonePart(b.NewJob(1))
			plan, err := b.Holdings.Plan(t.Context(), holdingstest.SourceOf(list), part, plan.StandardGuards(), part.Findings.Add)
			if err == nil {
				_, err = b.Holdings.Apply(t.Context(), plan, part, nil)
			}
			if err == nil || !strings.Contains(err.Error(), told) {
				t.Errorf("%v", err)
			}
		})
	}
	b := setupZoneTitles(t)
	b.importZone(holdingstest.ListOf(holdingstest.Numbered(0, 30)...))
	part := b.zonePart(b.NewJob(1))
	changed := holdingstest.Numbered(2, 30)
	changed[0].Publisher = "Another Press"
	plan, err := b.Holdings.Plan(t.Context(), holdingstest.SourceOf(holdingstest.ListOf(changed...)), part, plan.StandardGuards(), part.Findings.Add)
	b.Must(err)
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.CommunityZoneTitle.Delete().Exec(ctx)
		return err
	})
	if _, err := b.Holdings.Apply(t.Context(), plan, part, nil); !errors.Is(err, holdings.ErrHoldingsChanged) {
		t.Errorf("titles that went meanwhile: %v", err)
	}
}
