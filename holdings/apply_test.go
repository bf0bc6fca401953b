package holdings_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// planOnly plans a list and says whether it was refused.
func (b *testBundle) planOnly(list string) error {
	source := plan.Source{Name: "list.txt", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(list)), nil }}
	_, err := b.Holdings.Plan(b.T.Context(), source, &holdings.Part{ProfileID: 1, CollectionID: holdingstest.CollectionID}, plan.Guards{},
		func(kbart.Finding) {})
	return err
}

// recordedCounts are those that the last committed transaction recorded.
func (b *testBundle) recordedCounts(jobID int64) *plan.Counts {
	b.T.Helper()
	part, err := b.Store.Read.JobPart.Get(b.T.Context(), jobID+1)
	b.Must(err)
	counts := &plan.Counts{}
	if len(part.Counts) > 0 {
		b.Must(json.Unmarshal(part.Counts, counts))
	}
	return counts
}

// holdingsText is all of the holdings in one comparable text.
func (b *testBundle) holdingsText() string {
	b.T.Helper()
	portfolios, err := b.Store.Read.Portfolio.Query().Order(portfolio.ByTitleKey(), portfolio.ByPrintKey(), portfolio.ByTitleID()).
		WithEntitlements(func(q *ent.EntitlementQuery) { q.Order(entitlement.ByProfileID()).WithCoverage() }).
		WithPoLines().All(b.T.Context())
	b.Must(err)
	var text strings.Builder
	for _, p := range portfolios {
		fmt.Fprintf(&text, "%s|%s|%s|%s|%s|%s|available %v|listed %v|removed %v|%s|po %d\n", p.PublicationTitle, p.TitleID, p.PrintIdentifier,
			p.OnlineIdentifier, p.TitleURL, p.PublisherName, p.Available, p.Listed, p.RemovedAt != nil, p.Review, len(p.Edges.PoLines))
		for _, e := range p.Edges.Entitlements {
			who := "no profile"
			if e.ProfileID != nil {
				who = fmt.Sprintf("profile %d", *e.ProfileID)
			}
			fmt.Fprintf(&text, "  %s active %v\n", who, e.Active)
			for _, c := range e.Edges.Coverage {
				fmt.Fprintf(&text, "    %s–%s %s\n", c.DateFirstIssueOnline, c.DateLastIssueOnline, c.EmbargoInfo)
			}
		}
	}
	return text.String()
}

// TestCrashAtEachTransaction lets every transaction of a sync fail in turn, starts it again as a job does, and compares
// the holdings and the report with those of an undisturbed run.
func TestCrashAtEachTransaction(t *testing.T) {
	t.Parallel()
	before := holdingstest.ListOf(holdingstest.Numbered(0, 60)...)
	changed := holdingstest.Numbered(4, 70)
	for i := range changed {
		if i%3 == 0 {
			changed[i].Publisher, changed[i].Last = "Another Press", "2015"
		}
	}
	changed = append(changed, holdingstest.Journal{Title: "Free one", Print: holdingstest.ISSN(5000), ID: "free", Access: "F"})
	after := holdingstest.ListOf(changed...)

	prepare := func(t *testing.T) *testBundle {
		b := setup(t)
		b.Holdings.BatchTitles = 7
		b.Sync(1, before)
		b.Write(func(ctx context.Context, tx *store.Tx) error { // keeps one of those that leave
			p := tx.Portfolio.Query().Where(portfolio.TitleID("j001")).OnlyX(ctx)
			return tx.POLine.Create().SetID(1).SetCreatedAt(1).SetUpdatedAt(1).SetNumber("POL-1").SetPortfolioID(p.ID).Exec(ctx)
		})
		return b
	}
	undisturbed := prepare(t)
	wantCounts, undisturbedJob := undisturbed.Sync(1, after)
	wantHoldings, wantReport := undisturbed.holdingsText(), undisturbed.ReportText(undisturbedJob)
	if wantCounts.Added != 10 || wantCounts.Removed != 3 || wantCounts.Kept != 1 || wantCounts.Updated == 0 || wantCounts.Free != 1 {
		t.Fatalf("the lists test too little: %+v", wantCounts)
	}

	crashes := 0
	for failAt := 1; ; failAt++ {
		b := prepare(t)
		jobID := b.NewJob(1)
		_, _, begun, err := b.Apply(holdingstest.Attempt{Profile: 1, List: after, JobID: jobID, FailAt: failAt})
		if err == nil {
			break
		}
		crashes++
		if !errors.Is(err, holdingstest.ErrCrash) {
			t.Fatalf("transaction %d: %v", failAt, err)
		}
		again := holdingstest.Attempt{Profile: 1, List: after, JobID: jobID}
		if begun {
			again.Resumed = b.recordedCounts(jobID)
		}
		counts, _, _, err := b.Apply(again)
		b.Must(err)
		if diff := cmp.Diff(wantCounts, counts); diff != "" {
			t.Errorf("transaction %d: counts:\n%s", failAt, diff)
		}
		if diff := cmp.Diff(wantHoldings, b.holdingsText()); diff != "" {
			t.Errorf("transaction %d: holdings:\n%s", failAt, diff)
		}
		if diff := cmp.Diff(wantReport, b.ReportText(jobID)); diff != "" {
			t.Errorf("transaction %d: report:\n%s", failAt, diff)
		}
	}
	if crashes < 8 {
		t.Errorf("only %d transactions", crashes)
	}
}

// TestChangesBehindLocalValuesAreListedOnce: a change behind a local value is listed once, also when the sync starts again
// after a crash.
func TestChangesBehindLocalValuesAreListedOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Holdings.BatchTitles = 1
	rows := holdingstest.Numbered(0, 4)
	b.Sync(1, holdingstest.ListOf(rows...))
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Portfolio.Update().Where(portfolio.TitleIDIn("j000", "j002")).SetLocalValues(`{"publisher_name":"Ours"}`).Exec(ctx)
	})
	for i := range rows {
		rows[i].Publisher, rows[i].URL = "Another Press", "https://example.org/"+rows[i].ID
	}
	jobID := b.NewJob(1)
	// three titles are written
	if _, _, _, err := b.Apply(holdingstest.Attempt{Profile: 1, List: holdingstest.ListOf(rows...), JobID: jobID, FailAt: 5}); !errors.Is(err, holdingstest.ErrCrash) {
		t.Fatal(err)
	}
	counts, _, _, err := b.Apply(holdingstest.Attempt{Profile: 1, List: holdingstest.ListOf(rows...), JobID: jobID, Resumed: b.recordedCounts(jobID)})
	b.Must(err)
	if listed := strings.Count(b.ReportText(jobID), "LOCKED"); counts.Locked != 2 || listed != 2 || counts.Updated != 4 {
		t.Errorf("%+v\n%s", counts, b.ReportText(jobID))
	}
}

// TestPOLineKeepsAPortfolio: DOMAIN rule 9.
func TestPOLineKeepsAPortfolio(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 30)...))
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		p := tx.Portfolio.Query().Where(portfolio.TitleID("j000")).OnlyX(ctx)
		return tx.POLine.Create().SetID(1).SetCreatedAt(1).SetUpdatedAt(1).SetNumber("POL-1").SetPortfolioID(p.ID).Exec(ctx)
	})
	counts, _ := b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(2, 30)...))
	if counts.Kept != 1 || counts.Removed != 1 {
		t.Errorf("%+v", counts)
	}
	kept := b.Store.Read.Portfolio.Query().Where(portfolio.TitleID("j000")).OnlyX(t.Context())
	if !kept.Available || kept.Listed || kept.RemovedAt != nil {
		t.Errorf("kept: available %v listed %v removed %v", kept.Available, kept.Listed, kept.RemovedAt)
	}
	if counts, _ := b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(2, 30)...)); counts.Changed() {
		t.Errorf("it is counted in the run that sets it only: %+v", counts)
	}
	counts, _ = b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 30)...))
	back := b.Store.Read.Portfolio.Query().Where(portfolio.TitleID("j000")).OnlyX(t.Context())
	if counts.Added != 2 || back.ID != kept.ID || !back.Available || !back.Listed {
		t.Errorf("it comes back as the same record: %+v, %+v", counts, back)
	}
}

// TestTwoProfiles: a portfolio is removed only when the last entitlement goes.
func TestTwoProfiles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 10)...))
	counts, _ := b.Sync(2, holdingstest.ListOf(holdingstest.Numbered(5, 15)...))
	if counts.Added != 10 {
		t.Errorf("second profile: %+v", counts)
	}
	if n := b.Store.Read.Portfolio.Query().CountX(t.Context()); n != 15 {
		t.Errorf("%d portfolios for 15 titles", n)
	}
	counts, _ = b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(1, 6)...))
	if counts.Removed != 1 || counts.Withdrawn != 4 || counts.Unchanged != 5 {
		t.Errorf("first profile again: %+v", counts)
	}
	if n := b.Store.Read.Portfolio.Query().Where(portfolio.RemovedAtIsNil()).CountX(t.Context()); n != 14 {
		t.Errorf("%d portfolios left", n)
	}
}

// TestCoverageStaysApart: archive and frontfile are two statements, never merged, and duplicates are dropped.
func TestCoverageStaysApart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	row := holdingstest.Journal{Title: "Brain", Print: holdingstest.ISSN(1), Online: holdingstest.ISSN(2), ID: "brain", URL: "https://academic.oup.com/brain"}
	archive, frontfile := row, row
	archive.First, archive.Last = "1878", "1995"
	archive.URL = "https://academic.oup.com/brain/issue"
	frontfile.First = "1996"
	counts, _ := b.Sync(1, holdingstest.ListOf(frontfile, archive, frontfile))
	if counts.Titles != 1 || counts.Statements != 2 {
		t.Errorf("%+v", counts)
	}
	if diff := cmp.Diff("    1878–1995 \n    1996– \n", strings.Join(strings.SplitAfter(b.holdingsText(), "\n")[2:], "")); diff != "" {
		t.Error(diff)
	}
	archive.URL = "https://academic.oup.com/brain/archive"
	counts, jobID := b.Sync(1, holdingstest.ListOf(frontfile, archive))
	if counts.Updated != 1 || len(counts.Fields) != 1 || counts.Fields[0].Name != "title_url" {
		t.Errorf("a statement's own address: %+v", counts)
	}
	if report := b.ReportText(jobID); !strings.Contains(report, "UPDATE Brain coverage.title_url") {
		t.Error(report)
	}
}

// TestEmptyCellsBlankNothing but the end of coverage and the embargo.
func TestEmptyCellsBlankNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	row := holdingstest.Journal{
		Title: "Brain", Print: holdingstest.ISSN(1), Online: holdingstest.ISSN(2), ID: "brain", URL: "https://academic.oup.com/brain", Publisher: "OUP",
		First: "1996", Last: "2010", Embargo: "R1Y", Notes: "a note",
	}
	b.Sync(1, holdingstest.ListOf(row))
	row.URL, row.Publisher, row.Notes, row.Online = "", "", "", ""
	if counts, _ := b.Sync(1, holdingstest.ListOf(row)); counts.Unchanged != 1 || counts.Updated != 0 {
		t.Errorf("%+v", counts)
	}
	row.Last, row.Embargo = "", ""
	counts, _ := b.Sync(1, holdingstest.ListOf(row))
	if counts.Updated != 1 || counts.Fields[0] != (plan.FieldCount{Name: "coverage", Titles: 1}) {
		t.Errorf("%+v", counts)
	}
	p := b.Store.Read.Portfolio.Query().OnlyX(t.Context())
	if p.TitleURL == "" || p.PublisherName != "OUP" || p.OnlineIdentifier == "" || p.Notes != "a note" {
		t.Errorf("blanked: %+v", p)
	}
}

// TestMeaninglessDifferences are none.
func TestMeaninglessDifferences(t *testing.T) {
	t.Parallel()
	b := setup(t)
	row := holdingstest.Journal{Title: "Brain", Print: "0006-8950", Online: holdingstest.ISSN(2), ID: "brain", URL: "https://academic.oup.com/Brain", First: "1996"}
	b.Sync(1, holdingstest.ListOf(row))
	row.Print, row.URL = "00068950", "HTTPS://Academic.OUP.com/Brain"
	if counts, _ := b.Sync(1, holdingstest.ListOf(row)); counts.Updated != 0 {
		t.Errorf("%+v", counts)
	}
	row.First = "1996-01-01"
	if counts, _ := b.Sync(1, holdingstest.ListOf(row)); counts.Updated != 1 {
		t.Errorf("a change of precision is one: %+v", counts)
	}
}

// TestLocalValuesStay: the provider's values change behind them, and that is listed.
func TestLocalValuesStay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rows := holdingstest.Numbered(0, 3)
	b.Sync(1, holdingstest.ListOf(rows...))
	const local = `{"coverage":"{\"mode\":\"INSTEAD\",\"statements\":[{\"dateFirst\":\"1990\"}]}","title_url":"https://ours.example"}`
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Portfolio.Update().Where(portfolio.TitleID("j001")).SetLocalValues(local).Exec(ctx)
	})
	rows[1].URL, rows[1].First, rows[1].Publisher = "https://example.org/", "1997", "Another"
	counts, jobID := b.Sync(1, holdingstest.ListOf(rows...))
	if counts.Locked != 1 || counts.Updated != 1 || len(counts.Fields) != 3 {
		t.Errorf("%+v", counts)
	}
	p := b.Store.Read.Portfolio.Query().Where(portfolio.TitleID("j001")).OnlyX(t.Context())
	if shown := holdings.ShownPortfolio(p); p.LocalValues != local || p.TitleURL != "https://example.org/" || shown.TitleURL != "https://ours.example" {
		t.Errorf("%+v", p)
	}
	report := b.ReportText(jobID)
	for _, line := range []string{
		"LOCKED Journal 001 title_url", "LOCKED Journal 001 coverage", "UPDATE Journal 001 publisher_name",
		"UPDATE Journal 001 title_url", "UPDATE Journal 001 coverage",
	} {
		if !strings.Contains(report, line) {
			t.Errorf("%q is not in the report:\n%s", line, report)
		}
	}
}

// TestChangedKeysAreUpdates: a changed title_id, ISSN or URL is an update, not a removal and an addition.
func TestChangedKeysAreUpdates(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*holdingstest.Journal){
		"title_id": func(j *holdingstest.Journal) { j.ID = "renamed" },
		"print":    func(j *holdingstest.Journal) { j.Print = holdingstest.ISSN(900) },
		"online":   func(j *holdingstest.Journal) { j.Online = holdingstest.ISSN(901) },
		"both":     func(j *holdingstest.Journal) { j.Print, j.Online = holdingstest.ISSN(900), holdingstest.ISSN(901) },
		"title":    func(j *holdingstest.Journal) { j.Title = "Renamed" },
		"url":      func(j *holdingstest.Journal) { j.URL = "https://example.org/" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			rows := holdingstest.Numbered(0, 3)
			b.Sync(1, holdingstest.ListOf(rows...))
			change(&rows[1])
			if counts, _ := b.Sync(1, holdingstest.ListOf(rows...)); counts.Added != 0 || counts.Removed != 0 || counts.Updated != 1 {
				t.Errorf("%+v", counts)
			}
		})
	}
}

// TestAmbiguousIsNeverGuessed: the title is added, the portfolios that it might be wait, and a later run neither adds
// it again nor takes them out.
func TestAmbiguousIsNeverGuessed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one := holdingstest.Journal{Title: "One", Print: holdingstest.ISSN(1), ID: "a", First: "1996"}
	two := holdingstest.Journal{Title: "Two", Online: holdingstest.ISSN(2), ID: "b", First: "1996"}
	rest := holdingstest.Numbered(100, 130)
	b.Sync(1, holdingstest.ListOf(append(rest, one, two)...))
	merged := holdingstest.Journal{Title: "Merged", Print: holdingstest.ISSN(1), Online: holdingstest.ISSN(2), ID: "c", First: "1996"}
	other := holdingstest.Journal{Title: "Other", Print: holdingstest.ISSN(1), Online: holdingstest.ISSN(2), ID: "d", First: "1996"}
	list := holdingstest.ListOf(append(rest, merged, other)...)
	counts, jobID := b.Sync(1, list)
	if counts.Ambiguous != 2 || counts.Added != 2 || counts.Removed != 0 || counts.Waiting != 2 {
		t.Fatalf("%+v\n%s", counts, b.ReportText(jobID))
	}
	counts, _ = b.Sync(1, list)
	if counts.Changed() || counts.Ambiguous != 0 || counts.StillWaiting != 2 {
		t.Errorf("a later run: %+v", counts)
	}
	if n := b.Store.Read.Portfolio.Query().Where(portfolio.Review(plan.ReviewAmbiguous), portfolio.RemovedAtIsNil()).
		CountX(t.Context()); n != 2 {
		t.Errorf("%d portfolios wait for a person", n)
	}
}

// TestUnreadableRowRemovesNothing: a portfolio that a refused row may name is left as it is.
func TestUnreadableRowRemovesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rows := holdingstest.Numbered(0, 40)
	b.Sync(1, holdingstest.ListOf(rows...))
	untitled := rows[3]
	untitled.Title = ""
	counts, _ := b.Sync(1, holdingstest.ListOf(append(holdingstest.Numbered(5, 40), untitled)...))
	if counts.Invalid != 1 || counts.Review != 1 || counts.Removed != 4 {
		t.Errorf("the row that names it is refused: %+v", counts)
	}

	nameless := holdingstest.Journal{Title: "Journal 007", First: "1996"} // nothing identifies it, but for its title
	counts, _ = b.Sync(1, holdingstest.ListOf(append(holdingstest.Numbered(8, 40), nameless)...))
	if counts.Removed != 3 || counts.Review != 1 || b.portfolio("j007").RemovedAt != nil {
		t.Errorf("a refused row protects what it names: %+v", counts)
	}

	torn := "A title\tthat nobody\tknows here\twith more cells\tthan the header" + strings.Repeat("\t1996\tx", 20) + "\n"
	counts, _ = b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(10, 40)...)+torn)
	if counts.Invalid != 1 || counts.Removed != 0 || counts.Review != 3 {
		t.Errorf("a refused row whose cells cannot be told apart leaves all removals: %+v", counts)
	}
	counts, _ = b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(10, 40)...))
	if counts.Removed != 3 || counts.Review != 0 {
		t.Errorf("once the rows can be read: %+v", counts)
	}
}

// TestPredecessorsUnderOneSlug keep their own portfolio.
func TestPredecessorsUnderOneSlug(t *testing.T) {
	t.Parallel()
	b := setup(t)
	old := holdingstest.Journal{Title: "Annals", Print: holdingstest.ISSN(1), ID: "rheumatology", First: "1952", Last: "1960"}
	next := holdingstest.Journal{Title: "Annals of Rheumatology", Print: holdingstest.ISSN(2), ID: "rheumatology", First: "1961"}
	if counts, _ := b.Sync(1, holdingstest.ListOf(old, next)); counts.Titles != 2 {
		t.Errorf("%+v", counts)
	}
	if counts, _ := b.Sync(1, holdingstest.ListOf(next, old)); counts.Unchanged != 2 {
		t.Errorf("in another order: %+v", counts)
	}
}

// TestFreeTitlesAreSetAside, and a removal of a title that is free now says so.
func TestFreeTitlesAreSetAside(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rows := holdingstest.Numbered(0, 40)
	b.Sync(1, holdingstest.ListOf(rows...))
	rows[0].Access = "F"
	counts, jobID := b.Sync(1, holdingstest.ListOf(rows...))
	if counts.Free != 1 || counts.Removed != 1 || counts.Titles != 39 {
		t.Errorf("%+v", counts)
	}
	if report := b.ReportText(jobID); !strings.Contains(report, "REMOVE Journal 000") || !strings.Contains(report, `{"freeNow":true}`) {
		t.Error(report)
	}
	free := b.Store.Read.JobChange.Query().Where(jobchange.JobID(jobID), jobchange.Action(string(plan.Free))).OnlyX(t.Context())
	if free.TitleID != rows[0].ID || free.PrintIdentifier != rows[0].Print || free.PortfolioID != nil {
		t.Errorf("the free row cannot be looked up: %+v", free)
	}
}

// TestGuard is judged against what the profile had.
func TestGuard(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		before, after int
		held          bool
	}{
		{300, 280, false}, // 20 of 300: not more than 20
		{300, 270, false}, // 30 of 300: not more than 10 %
		{300, 269, true},
		{100, 80, false}, // 20 %, but not more than 20
		{100, 79, true},
		{5, 0, true}, // nothing left
	} {
		t.Run(fmt.Sprintf("%d to %d", test.before, test.after), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, test.before)...))
			list := holdingstest.ListOf(holdingstest.Numbered(0, test.after)...)
			if test.after == 0 {
				list = holdingstest.ListOf(holdingstest.Numbered(500, 520)...)
			}
			source := plan.Source{Name: "list.txt", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(list)), nil }}
			plan, err := b.Holdings.Plan(t.Context(), source, &holdings.Part{ProfileID: 1, CollectionID: holdingstest.CollectionID},
				plan.StandardGuards(), func(kbart.Finding) {})
			b.Must(err)
			if plan.Held() != test.held {
				t.Errorf("held %v: %+v", plan.Held(), plan.Guards)
			}
		})
	}
}

// TestNewerReleaseStands: where the lists of two profiles disagree, the newer release wins, and of one date the profile
// made first. What counts is the release that a profile has, not one that it had before it went back.
func TestNewerReleaseStands(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name           string
		applied        []string // releases of profile 2, in the order in which they were applied
		profile1, want string
	}{
		{"newer", []string{"2026-02-01"}, "2026-03-01", "First"},
		{"older", []string{"2026-02-01"}, "2026-01-01", "Second"},
		{"of one date", []string{"2026-02-01"}, "2026-02-01", "First"},
		{"the other went back", []string{"2026-03-01", "2026-01-01"}, "2026-02-01", "First"},
		{"the other went on", []string{"2026-01-01", "2026-03-01"}, "2026-02-01", "Second"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			rows := holdingstest.Numbered(0, 1)
			rows[0].Publisher = "Second"
			b.Sync(2, holdingstest.ListOf(rows...))
			b.Write(func(ctx context.Context, tx *store.Tx) error {
				for i, date := range test.applied {
					if err := tx.ProviderFile.Create().SetID(int64(i + 1)).SetCreatedAt(1).SetUpdatedAt(1).SetProfileID(2).SetContent("JOURNALS").
						SetName("list.txt").SetPath("").SetSha256(date).SetSize(1).SetStoredSize(1).SetDate(date).SetFetchedAt(1).SetAppliedAt(int64(i + 1)).
						Exec(ctx); err != nil {
						return err
					}
				}
				return nil
			})
			rows[0].Publisher = "First"
			b.Release = test.profile1
			b.Sync(1, holdingstest.ListOf(rows...))
			if p := b.Store.Read.Portfolio.Query().OnlyX(t.Context()); p.PublisherName != test.want {
				t.Errorf("the publisher is that of the %s profile", p.PublisherName)
			}
		})
	}
}
