package jobs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"autoholdings/ent"
	"autoholdings/internal/realfiles"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// listedJournal is one row of a list of journals.
type listedJournal struct{ title, issn, first, url, publisher, access string }

// releases makes a folder of lists, which a provider serves one after the other, month by month.
func releases(t *testing.T, lists ...[]listedJournal) mockoup.Options {
	t.Helper()
	dir := t.TempDir()
	for i, rows := range lists {
		var b strings.Builder
		b.WriteString("publication_title\tprint_identifier\tdate_first_issue_online\t" +
			"title_url\ttitle_id\tpublisher_name\tpublication_type\taccess_type\n")
		for _, r := range rows {
			if r.access == "" {
				r.access = "P"
			}
			fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\t%s\tserial\t%s\n", r.title, r.issn, r.first, r.url, r.issn, r.publisher, r.access)
		}
		must(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("oxford_Test_Journals_2026-%02d-05.txt", i+1)), []byte(b.String()), 0o600))
	}
	return mockoup.Options{Dir: dir}
}

func setUpEmbedded(t *testing.T, mock mockoup.Options) *testBundle {
	t.Helper()
	embedded, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(embedded.Close)
	return setup(t, embedded.Options(), mock)
}

// saysOfJournals compares a job's summary, up to what it says of the books, of which there never are any.
func saysOfJournals(t *testing.T, job *ent.Job, want string) {
	t.Helper()
	got, _, _ := strings.Cut(job.Summary, " Oxford University Press Books Autoholdings Collection: ")
	if got != want {
		t.Errorf("%s %s says\n%s\nand not\n%s", job.State, job.Verdict, got, want)
	}
}

// journalsAt are five journals at a host.
func journalsAt(host string) []listedJournal {
	issns := []string{"1111-1119", "2222-2227", "3333-3335", "5555-5551", "6666-6666"}
	list := make([]listedJournal, len(issns))
	for i, issn := range issns {
		list[i] = listedJournal{fmt.Sprintf("Journal %d", i), issn, "1996", "https://" + host + "/" + issn, "Press", ""}
	}
	return list
}

// TestSummary follows one profile through releases and reads what each job says of itself.
func TestSummary(t *testing.T) {
	t.Parallel()
	first := journalsAt("old.example")
	first = append(first, listedJournal{"Open to All", "4444-4443", "2001", "https://old.example/open", "Press", "F"})
	second := journalsAt("new.example")
	second[0].url = "http://NEW.example" // in another form, and without a path
	second[1].first, second[2].first = "1997", "1997"
	second[2].publisher = "Another Press"
	second[4] = listedJournal{"Yachting, Applied", "7777-7771", "2016", "https://new.example/yacht", "Press", ""}
	b := setUpEmbedded(t, releases(t, first, second))

	job := b.sync(jobs.Apply)
	saysOfJournals(t, job, "5 titles added, 0 unchanged. Besides: 1 free row set aside.")
	if !strings.Contains(job.Summary, "Books Autoholdings Collection: ") {
		t.Errorf("nothing is said of the books: %s", job.Summary)
	}
	saysOfJournals(t, b.sync(jobs.Apply), "Nothing changed: 5 titles are as before. Besides: 1 free row set aside.")
	must(t, b.mock.Step(1))
	saysOfJournals(t, b.sync(jobs.Preview), "Nothing was written. A run would do this: 1 title added, 1 removed, "+
		"4 changed: title_url in all of them (then at new.example), coverage in 2, publisher_name in 1; 0 unchanged.")
	applied := b.sync(jobs.Apply)
	saysOfJournals(t, applied, "1 title added, 1 removed, "+
		"4 changed: title_url in all of them (now at new.example), coverage in 2, publisher_name in 1; 0 unchanged.")
	undo, err := b.jobs.Undo(t.Context(), applied.ID, jobs.Apply, "")
	must(t, err)
	saysOfJournals(t, b.wait(undo.ID), "1 title added, 1 removed, "+
		"4 changed: title_url in all of them (now at old.example), coverage in 2, publisher_name in 1.")
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "unauthorized"}))
	if failed := b.sync(jobs.Apply); !strings.HasPrefix(failed.Summary, "Nothing was changed: ") ||
		strings.Count(failed.Summary, failed.ErrorMessage) != 1 {
		t.Errorf("of a job that failed: %s", failed.Summary)
	}
}

// TestSummaryNamesAHostOnlyWhereItIsNew: no URL may be elsewhere, or have been there before.
func TestSummaryNamesAHostOnlyWhereItIsNew(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(list []listedJournal)
		want   string
	}{
		"two hosts": {func(list []listedJournal) { list[3].url = "https://third.example/x" }, "title_url in all of them;"},
		"a longer host": {
			func(list []listedJournal) { list[3].url = "https://new.example.org/x" }, "title_url in all of them;",
		},
		"no URL any more":       {func(list []listedJournal) { list[3].url = "" }, "title_url in 4 (now at new.example);"},
		"the same host for all": {func(list []listedJournal) { at(list, "old.example/moved") }, "title_url in all of them;"},
		"no web address":        {func(list []listedJournal) { at(list, "") }, "title_url in all of them;"},
		"a host of several numbers": {
			func(list []listedJournal) { at(list, "new.example:8443") },
			"title_url in all of them (now at new.example:8443);",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			second := journalsAt("new.example")
			test.change(second)
			for i := range second {
				second[i].publisher = "Another Press" // so that all of them change
			}
			b := setUpEmbedded(t, releases(t, journalsAt("old.example"), second))
			b.sync(jobs.Apply)
			must(t, b.mock.Step(1))
			if job := b.sync(jobs.Apply); !strings.Contains(strings.Replace(job.Summary, ", publisher_name in all of them", "", 1), test.want) &&
				!strings.Contains(strings.Replace(job.Summary, "publisher_name in all of them, ", "", 1), test.want) {
				t.Errorf("%s\ndoes not say %q", job.Summary, test.want)
			}
		})
	}
}

// at moves journals to a host.
func at(list []listedJournal, host string) {
	for i := range list {
		list[i].url = "https://" + host + "/" + list[i].issn
	}
}

// TestSummaryCountsStatementsURLs: a URL that only one statement of a title has is a URL too.
func TestSummaryCountsStatementsURLs(t *testing.T) {
	t.Parallel()
	twoRows := func(host, archive string) []listedJournal {
		return []listedJournal{
			{"Brain", "1111-1119", "1996", "https://" + host + "/brain", "Press", ""},
			{"Brain", "1111-1119", "1878", "https://" + archive + "/brain/archive", "Press", ""},
			{"Rain", "2222-2227", "1996", "https://" + host + "/rain", "Press", ""},
		}
	}
	for archive, want := range map[string]string{
		"new.example": "2 titles changed: title_url in all of them (now at new.example); 0 unchanged.",
		"old.example": "2 titles changed: title_url in all of them; 0 unchanged.",
	} {
		b := setUpEmbedded(t, releases(t, twoRows("old.example", "older.example"), twoRows("new.example", archive)))
		b.sync(jobs.Apply)
		must(t, b.mock.Step(1))
		saysOfJournals(t, b.sync(jobs.Apply), want)
	}
}

// TestSummaryOfAHeldJob: what waits for a person was not done, and the summary does not say so.
func TestSummaryOfAHeldJob(t *testing.T) {
	t.Parallel()
	b := setUpEmbedded(t, mockoup.Options{Titles: 300})
	b.sync(jobs.Apply)
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "half", Content: "journals"}))
	held := b.sync(jobs.Apply)
	counts := countsOf(t, held)
	if held.State != jobs.NeedsReview || !strings.HasPrefix(held.Summary, "Nothing changed: ") ||
		!strings.Contains(held.Summary, fmt.Sprintf("If a person approves: %d titles removed, ", counts.Removed)) {
		t.Errorf("%s, %d to remove: %s", held.State, counts.Removed, held.Summary)
	}
	rejected, err := b.jobs.Reject(t.Context(), held.ID, jobs.Decision{})
	must(t, err)
	if strings.Contains(rejected.Summary, "approves") || !strings.Contains(rejected.Summary, "rejected") {
		t.Errorf("of a job that was rejected: %s", rejected.Summary)
	}
}

// TestSummaryOfRealFiles: the third release of the real series, in words.
func TestSummaryOfRealFiles(t *testing.T) {
	t.Parallel()
	dir := realfiles.Dir(t, "oup-series")
	b := setUpEmbedded(t, mockoup.Options{Dir: dir})
	for _, want := range []string{
		"230 titles added, 0 unchanged.",
		"48 titles changed: publisher_name in 33, coverage in 31, title_id in 1, title_url in 1 (now at femsim.oxfordjournals.org); 182 " +
			"unchanged.",
		"64 titles added, 2 removed, 228 changed: title_url in all of them (now at academic.oup.com), coverage in 68, " +
			"publication_title in 11, online_identifier in 2, title_id in 2, 1 other field; 0 unchanged.",
		"39 titles changed: coverage in all of them; 253 unchanged.",
	} {
		saysOfJournals(t, b.sync(jobs.Apply), want)
		_ = b.mock.Step(1) // the last one stays
	}
}
