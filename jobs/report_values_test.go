package jobs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/plan"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

const notesHeader = "publication_title\tprint_identifier\tonline_identifier\tdate_first_issue_online\tdate_last_issue_online\t" +
	"title_url\ttitle_id\tcoverage_depth\tnotes\tpublication_type\taccess_type\n"

// saidOfValues are a job's changes of fields: kind, field and both values in words, with the keys of the title.
func (b *testBundle) saidOfValues(jobID int64) (lines []string) {
	b.t.Helper()
	for _, c := range b.store.Read.JobChange.Query().Where(jobchange.JobID(jobID), jobchange.FieldNEQ("")).Order(jobchange.ByID()).
		AllX(b.t.Context()) {
		values := holdings.ValuesOf(c)
		lines = append(lines, fmt.Sprintf("%s %s %s %s: %s > %s | %s %s %s", c.Action, c.Title, values.Kind, c.Field,
			values.OldWords(plan.Action(c.Action), c.Field), values.NewWords(plan.Action(c.Action), c.Field),
			c.TitleID, c.PrintIdentifier, c.OnlineIdentifier))
	}
	return lines
}

func (b *testBundle) notes(title string) string {
	b.t.Helper()
	return b.store.Read.Portfolio.Query().Where(portfolio.PublicationTitle(title)).OnlyX(b.t.Context()).Notes
}

// TestNotesThatLookLikeStatements are text all the same: they are shown as they are and can be put back.
func TestNotesThatLookLikeStatements(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ before, after string }{
		"keys of a statement, and others": {`[{"notes":"old"}]`, `[{"a":"new"}]`},
		"keys of a statement":             {`[{"notes":"old"}]`, `[{"notes":"new"}]`},
		"a state":                         {`{"available":true}`, `{"available":false}`},
		"a list of ids":                   {`[1,2]`, `[3]`},
		"no JSON":                         {`[{ see below`, `[{ see above`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := embedded(t, mockoup.Options{Titles: 20})
			c := b.local("Given to us")
			list := func(notes string) string {
				return notesHeader + "Brain\t0006-8950\t1460-2156\t1996\t\thttps://a.example/brain\tbrain\t\t" + notes + "\tserial\tP\n"
			}
			b.importList(c, list(test.before), nil)
			second := b.importList(c, list(test.after), nil)
			keys := " | brain 0006-8950 1460-2156"
			if diff := cmp.Diff([]string{"UPDATE Brain TEXT notes: " + test.before + " > " + test.after + keys},
				b.saidOfValues(second.ID)); diff != "" {
				t.Error(diff)
			}
			undo := b.undo(second.ID, jobs.Apply)
			wantJob(t, undo, jobs.Succeeded, jobs.VerdictChanged)
			if notes := b.notes("Brain"); notes != test.before {
				t.Errorf("the undo left the notes %s", notes)
			}
			if diff := cmp.Diff([]string{"UPDATE Brain TEXT notes: " + test.after + " > " + test.before + keys},
				b.saidOfValues(undo.ID)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestOwnValuesOfStatements are named apart from the title's and counted with them, a title once; they can be put back.
func TestOwnValuesOfStatements(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 20})
	c := b.local("Given to us")
	list := func(url, archiveURL, archiveNotes string) string {
		row := "Brain\t0006-8950\t1460-2156\t%s\t%s\t%s\tbrain\t\t%s\tserial\tP\n"
		return notesHeader + fmt.Sprintf(row, "1996", "", url, "current") + fmt.Sprintf(row, "1878", "1995", archiveURL, archiveNotes)
	}
	b.importList(c, list("https://a.example/brain", "https://a.example/archive", "scanned"), nil)
	before := b.holdingsText()
	second := b.importList(c, list("https://b.example/brain", "https://b.example/archive", "scanned anew"), nil)
	keys := " | brain 0006-8950 1460-2156"
	want := []string{
		"UPDATE Brain TEXT title_url: https://a.example/brain > https://b.example/brain" + keys,
		"UPDATE Brain COVERAGE coverage.title_url: 1878 – 1995: https://a.example/archive > 1878 – 1995: https://b.example/archive" + keys,
		"UPDATE Brain COVERAGE coverage.notes: 1878 – 1995: scanned > 1878 – 1995: scanned anew" + keys,
	}
	if diff := cmp.Diff(want, b.saidOfValues(second.ID)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]plan.FieldCount{{Name: "notes", Titles: 1}, {Name: "title_url", Titles: 1}}, countsOf(t, second).
		Fields); diff != "" {
		t.Error(diff)
	}
	undo := b.undo(second.ID, jobs.Apply)
	wantJob(t, undo, jobs.Succeeded, jobs.VerdictChanged)
	if diff := cmp.Diff(before, b.holdingsText()); diff != "" {
		t.Errorf("the undo did not put all back:\n%s", diff)
	}
}

// TestRowsOfAReportCanBeLookedUp: rows without a portfolio too, where it is certain which cell is which.
func TestRowsOfAReportCanBeLookedUp(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 20})
	list := notesHeader +
		"Brain\t0006-8950\t1460-2156\t1996\t\thttps://a.example/brain\tbrain\t\t\tserial\tP\n" +
		"\t0022-0957\t1460-2431\t1996\t\thttps://a.example/jxb\tjxb\t\t\tserial\tP\n"
	job := b.importList(b.local("Given to us"), list, nil)
	var said []string
	for _, c := range b.store.Read.JobChange.Query().Where(jobchange.JobID(job.ID)).Order(ent.Asc(jobchange.FieldLine)).AllX(t.Context()) {
		said = append(said, fmt.Sprint(c.Action, " ", c.ValueKind, " ", c.TitleID, " ", c.PrintIdentifier, " ", c.OnlineIdentifier))
	}
	want := []string{"ADD  brain 0006-8950 1460-2156", "INVALID WORDS jxb 0022-0957 1460-2431"}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Error(diff)
	}
}

// TestReportThatCannotBeRead: an undo that cannot read what was recorded fails and changes nothing.
func TestReportThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]string{
		"coverage":       `UPDATE job_changes SET value_kind = 'COVERAGE', new_value = '[{' WHERE field = 'notes'`,
		"a kind":         `UPDATE job_changes SET value_kind = 'PICTURE' WHERE field = 'notes'`,
		"a state":        `UPDATE job_changes SET action = 'REMOVE', field = '', value_kind = 'STATE', old_value = '{' WHERE field = 'notes'`,
		"a field":        `UPDATE job_changes SET field = 'colour' WHERE field = 'notes'`,
		"older coverage": `UPDATE job_changes SET value_kind = 'COVERAGE', old_value = 'x' WHERE field = 'notes'`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := embedded(t, mockoup.Options{Titles: 20})
			c := b.local("Given to us")
			row := notesHeader + "Brain\t0006-8950\t1460-2156\t1996\t\thttps://a.example/brain\tbrain\t\t%s\tserial\tP\n"
			b.importList(c, fmt.Sprintf(row, "old"), nil)
			second := b.importList(c, fmt.Sprintf(row, "new"), nil)
			b.exec(damage)
			undo := b.undo(second.ID, jobs.Apply)
			wantJob(t, undo, jobs.Failed, jobs.VerdictFailed)
			if notes := b.notes("Brain"); notes != "new" {
				t.Errorf("the notes are %q", notes)
			}
		})
	}
}

// TestKeptForAPOLine: what is kept, by a list or by an undo, says for which PO lines, the main one first.
func TestKeptForAPOLine(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 20})
	c := b.local("Given to us")
	b.importList(c, journalList(0, 30, 1996), nil)
	second := b.importList(c, journalList(0, 31, 1996), nil)
	order := func(titleID string, numbers ...string) {
		p := b.store.Read.Portfolio.Query().Where(portfolio.TitleID(titleID)).OnlyX(t.Context())
		for i := range numbers {
			_, err := b.acquisitions.CreatePOLine(t.Context(),
				acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{Number: &numbers[i]}, PortfolioID: &p.ID})
			must(t, err)
		}
	}
	kept := func(jobID int64) string {
		line := b.store.Read.JobChange.Query().Where(jobchange.JobID(jobID), jobchange.Action(string(plan.Keep))).OnlyX(t.Context())
		why := holdings.ValuesOf(line).Leaving()
		return fmt.Sprintf("%s %s %q %s", line.TitleID, why.Reason, why.POLines, why)
	}
	order("j00030", "POL-B", "POL-A")
	undo := b.undo(second.ID, jobs.Apply)
	if got, want := kept(undo.ID), `j00030 PO_LINE ["POL-B" "POL-A"] kept: PO lines POL-B, POL-A`; got != want {
		t.Errorf("the undo says %s", got)
	}
	order("j00029", "POL-1")
	third := b.importList(c, journalList(0, 29, 1996), removeMissing)
	if got, want := kept(third.ID), `j00029 PO_LINE ["POL-1"] kept: PO line POL-1`; got != want {
		t.Errorf("the import says %s", got)
	}
	many := make([]string, 12)
	for i := range many {
		many[i] = fmt.Sprintf("POL-%02d", i+10)
	}
	order("j00028", many...)
	fourth := b.importList(c, journalList(0, 28, 1996), removeMissing)
	if got := kept(fourth.ID); !strings.Contains(got, `"POL-21"]`) || !strings.HasSuffix(got, "POL-19 and 2 more") {
		t.Errorf("the import says %s", got)
	}
}
