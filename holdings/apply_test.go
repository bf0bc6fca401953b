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
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/collections"
	"autoholdings/holdings/library"
	"autoholdings/holdings/move"
	"autoholdings/holdings/plan"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// testBundle is a database with one collection and profiles 1 and 2, on which lists are planned and applied directly.
type testBundle struct {
	t            *testing.T
	store        *store.Store
	library      *library.Library
	service      *holdings.Service
	collections  *collections.Service
	acquisitions *acquisitions.Service
	profiles     *profiles.Service
	moves        *move.Service
	jobs         int64

	zoneOnly bool   // skip what the Community Zone does not have
	release  string // date of the lists
}

const collectionID = 10

func setup(t *testing.T) *testBundle {
	t.Helper()
	b := openBundle(t)
	b.write(func(ctx context.Context, tx *store.Tx) error {
		for id := range int64(2) {
			tx.Profile.Create().SetID(id + 1).SetCreatedAt(1).SetUpdatedAt(1).SetCustomerNumber("demo").SetAPIKeySealed([]byte("x")).
				SetAPIKeyFingerprint("x").SetAPIKeySetAt(1).SaveX(ctx)
		}
		return tx.Collection.Create().SetID(collectionID).SetCreatedAt(1).SetUpdatedAt(1).SetName("journals").SetNameKey("journals").Exec(ctx)
	})
	return b
}

// openBundle opens a new database with nothing in it.
func openBundle(t *testing.T) *testBundle {
	t.Helper()
	b := &testBundle{t: t}
	dir := t.TempDir()
	var err error
	b.store, err = store.Open(t.Context(), store.Options{DataDir: dir})
	b.must(err)
	t.Cleanup(func() { b.must(b.store.Close()) })
	box, err := secret.Open(dir)
	b.must(err)
	lib := library.Open(b.store, box, holdings.NoJobs)
	b.library = lib
	b.service, b.collections, b.acquisitions, b.profiles, b.moves = lib.Holdings, lib.Collections, lib.Acquisitions, lib.Profiles, lib.Moves
	return b
}

func (b *testBundle) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *testBundle) write(fn func(ctx context.Context, tx *store.Tx) error) {
	b.t.Helper()
	b.must(b.store.Write(b.t.Context(), fn))
}

// attempt is one try to apply a list.
type attempt struct {
	profile int64 // 0: of no profile
	list    string
	jobID   int64
	resumed *plan.Counts
	failAt  int // the transaction that fails, from 1; 0: none
	zone    int64

	newOnly, keepMissing bool
}

var errCrash = errors.New("crash")

// newJob makes the rows of a job with one part.
func (b *testBundle) newJob(profile int64) int64 {
	b.t.Helper()
	b.jobs++
	id := 1000 * b.jobs
	b.write(func(ctx context.Context, tx *store.Tx) error {
		tx.Job.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetKind("SYNC").SetState("RUNNING").SetMode("APPLY").
			SetTrigger("MANUAL").SetArgs([]byte("{}")).SetDueAt(1).SaveX(ctx)
		part := tx.JobPart.Create().SetID(id + 1).SetCreatedAt(1).SetUpdatedAt(1).SetJobID(id).
			SetCollectionID(collectionID).SetContent("JOURNALS").SetState("FETCHED")
		if profile != 0 {
			part.SetProfileID(profile)
		}
		return part.Exec(ctx)
	})
	return id
}

// apply makes one try; begun says whether the part counted as being applied when it ended.
func (b *testBundle) apply(a attempt) (counts plan.Counts, planned *holdings.Plan, begun bool, err error) {
	b.t.Helper()
	transactions := 0
	part := &holdings.Part{
		ID: a.jobID + 1, JobID: a.jobID, ProfileID: a.profile, CollectionID: collectionID, Content: "JOURNALS",
		Findings: holdings.NewFindingLog(), CommunityZoneOnly: b.zoneOnly, Release: b.release,
		NewOnly: a.newOnly, Resumed: a.resumed != nil,
		Fence: func(context.Context, *store.Tx, holdings.Progress) error {
			if transactions++; transactions == a.failAt {
				return errCrash
			}
			return nil
		},
		ZoneID: a.zone,
		Begun:  func(context.Context, *store.Tx, plan.Counts) error { begun = true; return nil },
		Finish: func(context.Context, *store.Tx, plan.Counts) error { return nil },
	}
	source := plan.Source{Name: "list.txt", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(a.list)), nil }}
	planned, err = b.service.Plan(b.t.Context(), source, part, plan.StandardGuards(), part.Findings.Add)
	b.must(err)
	if a.keepMissing {
		planned.Counts.Missing = planned.KeepMissing()
	}
	counts, err = b.service.Apply(b.t.Context(), planned, part, a.resumed)
	return counts, planned, begun || a.resumed != nil, err
}

// planOnly plans a list and says whether it was refused.
func (b *testBundle) planOnly(list string) error {
	source := plan.Source{Name: "list.txt", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(list)), nil }}
	_, err := b.service.Plan(b.t.Context(), source, &holdings.Part{ProfileID: 1, CollectionID: collectionID}, plan.Guards{},
		func(kbart.Finding) {})
	return err
}

// sync applies a list without trouble.
func (b *testBundle) sync(profile int64, list string) (plan.Counts, int64) {
	b.t.Helper()
	jobID := b.newJob(profile)
	counts, _, _, err := b.apply(attempt{profile: profile, list: list, jobID: jobID})
	b.must(err)
	return counts, jobID
}

// recordedCounts are those that the last committed transaction recorded.
func (b *testBundle) recordedCounts(jobID int64) *plan.Counts {
	b.t.Helper()
	part, err := b.store.Read.JobPart.Get(b.t.Context(), jobID+1)
	b.must(err)
	counts := &plan.Counts{}
	if len(part.Counts) > 0 {
		b.must(json.Unmarshal(part.Counts, counts))
	}
	return counts
}

// holdingsText is all of the holdings in one comparable text.
func (b *testBundle) holdingsText() string {
	b.t.Helper()
	portfolios, err := b.store.Read.Portfolio.Query().Order(portfolio.ByTitleKey(), portfolio.ByPrintKey(), portfolio.ByTitleID()).
		WithEntitlements(func(q *ent.EntitlementQuery) { q.Order(entitlement.ByProfileID()).WithCoverage() }).
		WithPoLines().All(b.t.Context())
	b.must(err)
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

// reportText is a job's report, without ids.
func (b *testBundle) reportText(jobID int64) string {
	b.t.Helper()
	changes, err := b.store.Read.JobChange.Query().Where(jobchange.JobID(jobID)).
		Order(jobchange.ByAction(), jobchange.ByTitle(), jobchange.ByField(), jobchange.ByLine()).All(b.t.Context())
	b.must(err)
	var text strings.Builder
	for _, c := range changes {
		fmt.Fprintf(&text, "%s %s %s: %s → %s (line %d)\n", c.Action, c.Title, c.Field, c.OldValue, c.NewValue, c.Line)
	}
	return text.String()
}

const header = "publication_title\tprint_identifier\tonline_identifier\tdate_first_issue_online\tnum_first_vol_online\tnum_first_issue_online\t" +
	"date_last_issue_online\tnum_last_vol_online\tnum_last_issue_online\ttitle_url\tfirst_author\ttitle_id\tembargo_info\tcoverage_depth\tnotes\t" +
	"publisher_name\tpublication_type\tdate_monograph_published_print\tdate_monograph_published_online\tmonograph_volume\tmonograph_edition\t" +
	"first_editor\tparent_publication_title_id\tpreceding_publication_title_id\taccess_type\n"

// journal is one row of a list.
type journal struct {
	title, print, online, first, last, url, id, publisher, access, embargo, notes string
}

func (j journal) row() string {
	if j.access == "" {
		j.access = "P"
	}
	return strings.Join([]string{
		j.title, j.print, j.online, j.first, "", "", j.last, "", "", j.url, "", j.id, j.embargo, "fulltext", j.notes,
		j.publisher, "serial", "", "", "", "", "", "", "", j.access,
	}, "\t") + "\n"
}

func listOf(journals ...journal) string {
	var b strings.Builder
	b.WriteString(header)
	for _, j := range journals {
		b.WriteString(j.row())
	}
	return b.String()
}

// issn makes the nth valid ISSN.
func issn(n int) string {
	digits := fmt.Sprintf("%07d", n)
	sum := 0
	for i, d := range digits {
		sum += int(d-'0') * (8 - i)
	}
	check := (11 - sum%11) % 11
	if check == 10 {
		return digits[:4] + "-" + digits[4:] + "X"
	}
	return fmt.Sprintf("%s-%s%d", digits[:4], digits[4:], check)
}

func numbered(from, to int) (journals []journal) {
	for n := from; n < to; n++ {
		journals = append(journals, journal{
			title: fmt.Sprintf("Journal %03d", n), print: issn(n * 2), online: issn(n*2 + 1), first: "1996", last: "",
			url: fmt.Sprintf("https://academic.oup.com/j%03d", n), id: fmt.Sprintf("j%03d", n), publisher: "Oxford University Press",
		})
	}
	return journals
}

// TestCrashAtEachTransaction lets every transaction of a sync fail in turn, starts it again as a job does, and compares
// the holdings and the report with those of an undisturbed run.
func TestCrashAtEachTransaction(t *testing.T) {
	t.Parallel()
	before := listOf(numbered(0, 60)...)
	changed := numbered(4, 70)
	for i := range changed {
		if i%3 == 0 {
			changed[i].publisher, changed[i].last = "Another Press", "2015"
		}
	}
	changed = append(changed, journal{title: "Free one", print: issn(5000), id: "free", access: "F"})
	after := listOf(changed...)

	prepare := func(t *testing.T) *testBundle {
		b := setup(t)
		b.service.BatchTitles = 7
		b.sync(1, before)
		b.write(func(ctx context.Context, tx *store.Tx) error { // keeps one of those that leave
			p := tx.Portfolio.Query().Where(portfolio.TitleID("j001")).OnlyX(ctx)
			return tx.POLine.Create().SetID(1).SetCreatedAt(1).SetUpdatedAt(1).SetNumber("POL-1").SetPortfolioID(p.ID).Exec(ctx)
		})
		return b
	}
	undisturbed := prepare(t)
	wantCounts, undisturbedJob := undisturbed.sync(1, after)
	wantHoldings, wantReport := undisturbed.holdingsText(), undisturbed.reportText(undisturbedJob)
	if wantCounts.Added != 10 || wantCounts.Removed != 3 || wantCounts.Kept != 1 || wantCounts.Updated == 0 || wantCounts.Free != 1 {
		t.Fatalf("the lists test too little: %+v", wantCounts)
	}

	crashes := 0
	for failAt := 1; ; failAt++ {
		b := prepare(t)
		jobID := b.newJob(1)
		_, _, begun, err := b.apply(attempt{profile: 1, list: after, jobID: jobID, failAt: failAt})
		if err == nil {
			break
		}
		crashes++
		if !errors.Is(err, errCrash) {
			t.Fatalf("transaction %d: %v", failAt, err)
		}
		again := attempt{profile: 1, list: after, jobID: jobID}
		if begun {
			again.resumed = b.recordedCounts(jobID)
		}
		counts, _, _, err := b.apply(again)
		b.must(err)
		if diff := cmp.Diff(wantCounts, counts); diff != "" {
			t.Errorf("transaction %d: counts:\n%s", failAt, diff)
		}
		if diff := cmp.Diff(wantHoldings, b.holdingsText()); diff != "" {
			t.Errorf("transaction %d: holdings:\n%s", failAt, diff)
		}
		if diff := cmp.Diff(wantReport, b.reportText(jobID)); diff != "" {
			t.Errorf("transaction %d: report:\n%s", failAt, diff)
		}
	}
	if crashes < 8 {
		t.Errorf("only %d transactions", crashes)
	}
}

// TestLocksAreListedOnce: a locked field differs from the list after the sync as before it, and is listed once all the
// same when the sync starts again after a crash.
func TestLocksAreListedOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.service.BatchTitles = 1
	rows := numbered(0, 4)
	b.sync(1, listOf(rows...))
	b.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Portfolio.Update().Where(portfolio.TitleIDIn("j000", "j002")).SetLockedFields("publisher_name").Exec(ctx)
	})
	for i := range rows {
		rows[i].publisher, rows[i].url = "Another Press", "https://example.org/"+rows[i].id
	}
	jobID := b.newJob(1)
	// three titles are written
	if _, _, _, err := b.apply(attempt{profile: 1, list: listOf(rows...), jobID: jobID, failAt: 5}); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	counts, _, _, err := b.apply(attempt{profile: 1, list: listOf(rows...), jobID: jobID, resumed: b.recordedCounts(jobID)})
	b.must(err)
	if listed := strings.Count(b.reportText(jobID), "LOCKED"); counts.Locked != 2 || listed != 2 || counts.Updated != 4 {
		t.Errorf("%+v\n%s", counts, b.reportText(jobID))
	}
}

// TestPOLineKeepsAPortfolio: DOMAIN rule 9.
func TestPOLineKeepsAPortfolio(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sync(1, listOf(numbered(0, 30)...))
	b.write(func(ctx context.Context, tx *store.Tx) error {
		p := tx.Portfolio.Query().Where(portfolio.TitleID("j000")).OnlyX(ctx)
		return tx.POLine.Create().SetID(1).SetCreatedAt(1).SetUpdatedAt(1).SetNumber("POL-1").SetPortfolioID(p.ID).Exec(ctx)
	})
	counts, _ := b.sync(1, listOf(numbered(2, 30)...))
	if counts.Kept != 1 || counts.Removed != 1 {
		t.Errorf("%+v", counts)
	}
	kept := b.store.Read.Portfolio.Query().Where(portfolio.TitleID("j000")).OnlyX(t.Context())
	if !kept.Available || kept.Listed || kept.RemovedAt != nil {
		t.Errorf("kept: available %v listed %v removed %v", kept.Available, kept.Listed, kept.RemovedAt)
	}
	if counts, _ := b.sync(1, listOf(numbered(2, 30)...)); counts.Changed() {
		t.Errorf("it is counted in the run that sets it only: %+v", counts)
	}
	counts, _ = b.sync(1, listOf(numbered(0, 30)...))
	back := b.store.Read.Portfolio.Query().Where(portfolio.TitleID("j000")).OnlyX(t.Context())
	if counts.Added != 2 || back.ID != kept.ID || !back.Available || !back.Listed {
		t.Errorf("it comes back as the same record: %+v, %+v", counts, back)
	}
}

// TestTwoProfiles: a portfolio is removed only when the last entitlement goes.
func TestTwoProfiles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sync(1, listOf(numbered(0, 10)...))
	counts, _ := b.sync(2, listOf(numbered(5, 15)...))
	if counts.Added != 10 {
		t.Errorf("second profile: %+v", counts)
	}
	if n := b.store.Read.Portfolio.Query().CountX(t.Context()); n != 15 {
		t.Errorf("%d portfolios for 15 titles", n)
	}
	counts, _ = b.sync(1, listOf(numbered(1, 6)...))
	if counts.Removed != 1 || counts.Withdrawn != 4 || counts.Unchanged != 5 {
		t.Errorf("first profile again: %+v", counts)
	}
	if n := b.store.Read.Portfolio.Query().Where(portfolio.RemovedAtIsNil()).CountX(t.Context()); n != 14 {
		t.Errorf("%d portfolios left", n)
	}
}

// TestCoverageStaysApart: archive and frontfile are two statements, never merged, and duplicates are dropped.
func TestCoverageStaysApart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	row := journal{title: "Brain", print: issn(1), online: issn(2), id: "brain", url: "https://academic.oup.com/brain"}
	archive, frontfile := row, row
	archive.first, archive.last = "1878", "1995"
	archive.url = "https://academic.oup.com/brain/issue"
	frontfile.first = "1996"
	counts, _ := b.sync(1, listOf(frontfile, archive, frontfile))
	if counts.Titles != 1 || counts.Statements != 2 {
		t.Errorf("%+v", counts)
	}
	if diff := cmp.Diff("    1878–1995 \n    1996– \n", strings.Join(strings.SplitAfter(b.holdingsText(), "\n")[2:], "")); diff != "" {
		t.Error(diff)
	}
	archive.url = "https://academic.oup.com/brain/archive"
	counts, jobID := b.sync(1, listOf(frontfile, archive))
	if counts.Updated != 1 || len(counts.Fields) != 1 || counts.Fields[0].Name != "title_url" {
		t.Errorf("a statement's own address: %+v", counts)
	}
	if report := b.reportText(jobID); !strings.Contains(report, "UPDATE Brain coverage.title_url") {
		t.Error(report)
	}
}

// TestEmptyCellsBlankNothing but the end of coverage and the embargo.
func TestEmptyCellsBlankNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	row := journal{
		title: "Brain", print: issn(1), online: issn(2), id: "brain", url: "https://academic.oup.com/brain", publisher: "OUP",
		first: "1996", last: "2010", embargo: "R1Y", notes: "a note",
	}
	b.sync(1, listOf(row))
	row.url, row.publisher, row.notes, row.online = "", "", "", ""
	if counts, _ := b.sync(1, listOf(row)); counts.Unchanged != 1 || counts.Updated != 0 {
		t.Errorf("%+v", counts)
	}
	row.last, row.embargo = "", ""
	counts, _ := b.sync(1, listOf(row))
	if counts.Updated != 1 || counts.Fields[0] != (plan.FieldCount{Name: "coverage", Titles: 1}) {
		t.Errorf("%+v", counts)
	}
	p := b.store.Read.Portfolio.Query().OnlyX(t.Context())
	if p.TitleURL == "" || p.PublisherName != "OUP" || p.OnlineIdentifier == "" || p.Notes != "a note" {
		t.Errorf("blanked: %+v", p)
	}
}

// TestMeaninglessDifferences are none.
func TestMeaninglessDifferences(t *testing.T) {
	t.Parallel()
	b := setup(t)
	row := journal{title: "Brain", print: "0006-8950", online: issn(2), id: "brain", url: "https://academic.oup.com/Brain", first: "1996"}
	b.sync(1, listOf(row))
	row.print, row.url = "00068950", "HTTPS://Academic.OUP.com/Brain"
	if counts, _ := b.sync(1, listOf(row)); counts.Updated != 0 {
		t.Errorf("%+v", counts)
	}
	row.first = "1996-01-01"
	if counts, _ := b.sync(1, listOf(row)); counts.Updated != 1 {
		t.Errorf("a change of precision is one: %+v", counts)
	}
}

// TestLockedFieldsStay and are listed.
func TestLockedFieldsStay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rows := numbered(0, 3)
	b.sync(1, listOf(rows...))
	b.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Portfolio.Update().Where(portfolio.TitleID("j001")).SetLockedFields("title_url coverage").Exec(ctx)
	})
	rows[1].url, rows[1].first, rows[1].publisher = "https://example.org/", "1997", "Another"
	counts, jobID := b.sync(1, listOf(rows...))
	if counts.Locked != 1 || counts.Updated != 1 || len(counts.Fields) != 1 {
		t.Errorf("%+v", counts)
	}
	report := b.reportText(jobID)
	for _, line := range []string{"LOCKED Journal 001 title_url", "LOCKED Journal 001 coverage", "UPDATE Journal 001 publisher_name"} {
		if !strings.Contains(report, line) {
			t.Errorf("%q is not in the report:\n%s", line, report)
		}
	}
}

// TestChangedKeysAreUpdates: a changed title_id, ISSN or URL is an update, not a removal and an addition.
func TestChangedKeysAreUpdates(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*journal){
		"title_id": func(j *journal) { j.id = "renamed" },
		"print":    func(j *journal) { j.print = issn(900) },
		"online":   func(j *journal) { j.online = issn(901) },
		"both":     func(j *journal) { j.print, j.online = issn(900), issn(901) },
		"title":    func(j *journal) { j.title = "Renamed" },
		"url":      func(j *journal) { j.url = "https://example.org/" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			rows := numbered(0, 3)
			b.sync(1, listOf(rows...))
			change(&rows[1])
			if counts, _ := b.sync(1, listOf(rows...)); counts.Added != 0 || counts.Removed != 0 || counts.Updated != 1 {
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
	one := journal{title: "One", print: issn(1), id: "a", first: "1996"}
	two := journal{title: "Two", online: issn(2), id: "b", first: "1996"}
	rest := numbered(100, 130)
	b.sync(1, listOf(append(rest, one, two)...))
	merged := journal{title: "Merged", print: issn(1), online: issn(2), id: "c", first: "1996"}
	other := journal{title: "Other", print: issn(1), online: issn(2), id: "d", first: "1996"}
	list := listOf(append(rest, merged, other)...)
	counts, jobID := b.sync(1, list)
	if counts.Ambiguous != 2 || counts.Added != 2 || counts.Removed != 0 || counts.Waiting != 2 {
		t.Fatalf("%+v\n%s", counts, b.reportText(jobID))
	}
	counts, _ = b.sync(1, list)
	if counts.Changed() || counts.Ambiguous != 0 || counts.StillWaiting != 2 {
		t.Errorf("a later run: %+v", counts)
	}
	if n := b.store.Read.Portfolio.Query().Where(portfolio.Review(plan.ReviewAmbiguous), portfolio.RemovedAtIsNil()).
		CountX(t.Context()); n != 2 {
		t.Errorf("%d portfolios wait for a person", n)
	}
}

// TestUnreadableRowRemovesNothing: a portfolio that a refused row may name is left as it is.
func TestUnreadableRowRemovesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rows := numbered(0, 40)
	b.sync(1, listOf(rows...))
	untitled := rows[3]
	untitled.title = ""
	counts, _ := b.sync(1, listOf(append(numbered(5, 40), untitled)...))
	if counts.Invalid != 1 || counts.Review != 1 || counts.Removed != 4 {
		t.Errorf("the row that names it is refused: %+v", counts)
	}

	nameless := journal{title: "Journal 007", first: "1996"} // nothing identifies it, but for its title
	counts, _ = b.sync(1, listOf(append(numbered(8, 40), nameless)...))
	if counts.Removed != 3 || counts.Review != 1 || b.portfolio("j007").RemovedAt != nil {
		t.Errorf("a refused row protects what it names: %+v", counts)
	}

	torn := "A title\tthat nobody\tknows here\twith more cells\tthan the header" + strings.Repeat("\t1996\tx", 20) + "\n"
	counts, _ = b.sync(1, listOf(numbered(10, 40)...)+torn)
	if counts.Invalid != 1 || counts.Removed != 0 || counts.Review != 3 {
		t.Errorf("a refused row whose cells cannot be told apart leaves all removals: %+v", counts)
	}
	counts, _ = b.sync(1, listOf(numbered(10, 40)...))
	if counts.Removed != 3 || counts.Review != 0 {
		t.Errorf("once the rows can be read: %+v", counts)
	}
}

// TestPredecessorsUnderOneSlug keep their own portfolio.
func TestPredecessorsUnderOneSlug(t *testing.T) {
	t.Parallel()
	b := setup(t)
	old := journal{title: "Annals", print: issn(1), id: "rheumatology", first: "1952", last: "1960"}
	next := journal{title: "Annals of Rheumatology", print: issn(2), id: "rheumatology", first: "1961"}
	if counts, _ := b.sync(1, listOf(old, next)); counts.Titles != 2 {
		t.Errorf("%+v", counts)
	}
	if counts, _ := b.sync(1, listOf(next, old)); counts.Unchanged != 2 {
		t.Errorf("in another order: %+v", counts)
	}
}

// TestFreeTitlesAreSetAside, and a removal of a title that is free now says so.
func TestFreeTitlesAreSetAside(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rows := numbered(0, 40)
	b.sync(1, listOf(rows...))
	rows[0].access = "F"
	counts, jobID := b.sync(1, listOf(rows...))
	if counts.Free != 1 || counts.Removed != 1 || counts.Titles != 39 {
		t.Errorf("%+v", counts)
	}
	if report := b.reportText(jobID); !strings.Contains(report, "REMOVE Journal 000") || !strings.Contains(report, `{"freeNow":true}`) {
		t.Error(report)
	}
	free := b.store.Read.JobChange.Query().Where(jobchange.JobID(jobID), jobchange.Action(string(plan.Free))).OnlyX(t.Context())
	if free.TitleID != rows[0].id || free.PrintIdentifier != rows[0].print || free.PortfolioID != nil {
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
			b.sync(1, listOf(numbered(0, test.before)...))
			list := listOf(numbered(0, test.after)...)
			if test.after == 0 {
				list = listOf(numbered(500, 520)...)
			}
			source := plan.Source{Name: "list.txt", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(list)), nil }}
			plan, err := b.service.Plan(t.Context(), source, &holdings.Part{ProfileID: 1, CollectionID: collectionID},
				plan.StandardGuards(), func(kbart.Finding) {})
			b.must(err)
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
			rows := numbered(0, 1)
			rows[0].publisher = "Second"
			b.sync(2, listOf(rows...))
			b.write(func(ctx context.Context, tx *store.Tx) error {
				for i, date := range test.applied {
					if err := tx.ProviderFile.Create().SetID(int64(i + 1)).SetCreatedAt(1).SetUpdatedAt(1).SetProfileID(2).SetContent("JOURNALS").
						SetName("list.txt").SetPath("").SetSha256(date).SetSize(1).SetStoredSize(1).SetDate(date).SetFetchedAt(1).SetAppliedAt(int64(i + 1)).
						Exec(ctx); err != nil {
						return err
					}
				}
				return nil
			})
			rows[0].publisher = "First"
			b.release = test.profile1
			b.sync(1, listOf(rows...))
			if p := b.store.Read.Portfolio.Query().OnlyX(t.Context()); p.PublisherName != test.want {
				t.Errorf("the publisher is that of the %s profile", p.PublisherName)
			}
		})
	}
}
