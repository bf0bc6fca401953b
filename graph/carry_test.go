package graph_test

import (
	"context"
	"strings"
	"testing"

	"autoholdings/ent/jobchange"
	"autoholdings/ent/poline"
	"autoholdings/ent/portfolio"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// renamed makes a list in which a journal gets another name and ISSN, with a PO line on the old one, and applies it. It returns
// the two portfolios and the job.
func (b *testBundle) renamed() (old, next int64, jobID string) {
	b.t.Helper()
	collection := b.done("createCollection", input{"name": "Journals"}).Collection.ID
	before := "publication_title\tprint_identifier\ttitle_id\tpublication_type\tdate_first_issue_online\n" +
		"Journal of Old Things\t1234-5679\tthings\tserial\t1990-01-01\nAnother\t0028-0836\tanother\tserial\t1990-01-01\n"
	after := strings.ReplaceAll(before, "Journal of Old Things\t1234-5679\tthings", "Journal of New Things\t2049-3630\tnewthings") // follows
	after = strings.Replace(after, "publication_title\t", "publication_title\tpreceding_publication_title_id\t", 1)
	after = strings.Replace(after, "Journal of New Things\t", "Journal of New Things\tthings\t", 1)
	after = strings.Replace(after, "Another\t", "Another\t\t", 1)
	b.importedList(collection, before)
	of := func(title string) int64 {
		return b.store.Read.Portfolio.Query().Where(portfolio.PublicationTitle(title)).OnlyIDX(b.t.Context())
	}
	old = of("Journal of Old Things")
	b.attachPOLine(old)
	jobID = b.importedList(collection, after)
	return old, of("Journal of New Things"), jobID
}

// importedList brings a local collection in step with a list.
func (b *testBundle) importedList(collection, list string) string {
	b.t.Helper()
	p := b.importCollection(input{"collectionId": collection, "kbart": list, "removeMissing": true})
	if job := b.waitFor(p.Job.ID); job.State == jobs.NeedsReview {
		b.done("approveJob", input{"jobId": p.Job.ID})
		b.waitFor(p.Job.ID)
	}
	return p.Job.ID
}

// TestCarryOver from a line of a report, from the whole report and by two ids: previewed, applied as previewed, undone.
func TestCarryOver(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20}).work()
	old, next, job := b.renamed()
	at := func() int64 {
		return *b.store.Read.POLine.Query().Where(poline.PortfolioIDNotNil()).OnlyX(t.Context()).PortfolioID
	}
	line := b.store.Read.JobChange.Query().Where(jobchange.PortfolioID(old), jobchange.ActionEQ("KEEP")).OnlyIDX(t.Context())
	pair := []input{{"fromId": model.ID(model.PortfolioType, old), "toId": model.ID(model.PortfolioType, next)}}
	for _, in := range []input{{"changeIds": []string{model.ID(model.JobChangeType, line)}}, {"jobId": job}, {"pairs": pair}} {
		preview := b.ended("carryOver", and(in, "mode", "PREVIEW"), jobs.VerdictPreviewed)
		if at() != old {
			t.Fatal("the preview moved something")
		}
		done := b.ended("carryOver", and(in, "previewJobId", preview), jobs.VerdictChanged)
		if at() != next {
			t.Errorf("%v moved nothing", in)
		}
		b.waitFor(b.done("undoJob", input{"jobId": done}).Job.ID)
		if at() != old {
			t.Errorf("%v was not undone", in)
		}
	}
	stale := b.ended("carryOver", input{"jobId": job, "mode": "PREVIEW"}, jobs.VerdictPreviewed)
	b.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Portfolio.UpdateOneID(old).SetAccessRights(holdings.Current).Exec(ctx)
	})
	p := b.many("carryOver", input{"jobId": job, "previewJobId": stale})
	if ended := b.waitFor(p.Job.ID); ended.State != jobs.Failed || at() != old {
		t.Errorf("%+v", ended)
	}
}

// TestCarryOverRefused: each mistake says where, and nothing is queued.
func TestCarryOverRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20}).work()
	old, next, job := b.renamed()
	add := b.store.Read.JobChange.Query().Where(jobchange.Title("Another")).FirstIDX(t.Context())
	id := func(row int64) string { return model.ID(model.PortfolioType, row) }
	pair := func(from, to string) input { return input{"fromId": from, "toId": to} }
	preview := b.ended("carryOver", input{"jobId": job, "mode": "PREVIEW"}, jobs.VerdictPreviewed)
	first := b.store.Read.Job.Query().FirstX(t.Context())
	b.unchanged(func() {
		for _, test := range []struct {
			in   input
			told string
		}{
			{input{}, "BAD_USER_INPUT input"},
			{input{"jobId": job, "pairs": []input{pair(id(old), id(next))}}, "BAD_USER_INPUT input"},
			{input{"jobId": model.ID(model.JobType, 99)}, "NOT_FOUND input.jobId"},
			{input{"jobId": model.ID(model.JobType, first.ID)}, "BAD_USER_INPUT input.jobId"},
			{input{"changeIds": []string{model.ID(model.JobChangeType, 99)}}, "NOT_FOUND input.changeIds.0"},
			{input{"changeIds": []string{model.ID(model.JobChangeType, add)}}, "BAD_USER_INPUT input.changeIds.0"},
			{input{"pairs": []input{pair(id(old), id(old))}}, "BAD_USER_INPUT input.pairs"},
			{input{"pairs": []input{pair(id(old), id(99))}}, "NOT_FOUND input.pairs"},
			{input{"pairs": []input{pair(id(old), id(next)), pair(id(next), id(old))}}, "BAD_USER_INPUT input.pairs, BAD_USER_INPUT input.pairs"},
			{input{"pairs": []input{pair("x", id(old))}}, "BAD_USER_INPUT input.pairs.0.fromId"},
			{input{"jobId": job, "mode": "PREVIEW", "previewJobId": preview}, "BAD_USER_INPUT input.previewJobId"},
			{input{"jobId": job, "previewJobId": job}, "BAD_USER_INPUT input.previewJobId"},
			{input{"pairs": []input{pair(id(next), id(old))}, "previewJobId": preview}, "BAD_USER_INPUT input.previewJobId"},
		} {
			b.wants("carryOver", test.in, test.told)
		}
	})
}
