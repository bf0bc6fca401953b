package graph_test

import (
	"strings"
	"testing"

	"autoholdings/ent/portfolio"
	"autoholdings/graph/model"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// almaWorld is an installation after its first sync: a collection, and the ISSNs of two of its portfolios.
func almaWorld(t *testing.T) (b *testBundle, collection string, issns []string) {
	t.Helper()
	b = setup(t, mockoup.Options{Titles: 30}).work()
	b.sync(jobs.Apply, b.profile().ID)
	rows := b.store.Read.Portfolio.Query().Where(portfolio.PublicationType("serial"), portfolio.OnlineKeyNEQ("")).
		Order(portfolio.ByID()).Limit(2).AllX(t.Context())
	return b, model.ID(model.CollectionType, rows[0].CollectionID), []string{rows[0].OnlineIdentifier, rows[1].OnlineIdentifier}
}

// almaReport is what a test reads of an import's report.
type almaReport struct {
	Job struct {
		Summary string
		Counts  struct {
			Updated, Invalid  int
			Refused, NotTaken int
		}
		Changes struct {
			Nodes []struct {
				Action             string
				Field              *string
				OldValue, NewValue *string
				Line               *int
				License            *struct{ Code string }
			}
		}
	}
}

// TestImportFromAlma: previewed, applied as previewed, and undone.
func TestImportFromAlma(t *testing.T) {
	t.Parallel()
	b, collection, issns := almaWorld(t)
	var made struct{ CreateLicense mutated }
	b.query(`mutation { createLicense(input: {code: "OUP-1"}) { userErrors { code message path } } }`, nil, &made)
	file := "Portfolio PID,ISSN,PO Line,License,Public note\n" +
		"53," + issns[0] + ",POL-1; POL-2,OUP-1,From Alma\n54," + issns[1] + ",,NOBODY,\n55,1234-5679,,,x\n"
	in := input{"collectionId": collection, "file": file}
	before := b.localValues("")
	preview := b.ended("importFromAlma", and(in, "mode", "PREVIEW"), jobs.VerdictPreviewed)
	if b.localValues("") != before || b.store.Read.POLine.Query().CountX(t.Context()) != 0 {
		t.Error("the preview wrote something")
	}
	job := b.ended("importFromAlma", and(in, "previewJobId", preview), jobs.VerdictChanged)
	var r almaReport
	b.query(`query($id: ID!) { job(id: $id) { summary counts { updated ... on BulkCounts { invalid refused notTaken } }
		changes { nodes { action field oldValue newValue line ... on ValueChange { license { code } } } } } }`, input{"id": job}, &r)
	if c := r.Job.Counts; c.Updated != 1 || c.Invalid != 1 || c.NotTaken != 1 || len(r.Job.Changes.Nodes) != 7 ||
		!strings.Contains(r.Job.Summary, "1 value of the file not taken over") {
		t.Errorf("%+v", r)
	}
	for _, c := range r.Job.Changes.Nodes {
		if c.Line == nil || c.Field != nil && *c.Field == "license" && c.Action == "UPDATE" && (c.License == nil || c.License.Code != "OUP-1") {
			t.Errorf("%+v", c)
		}
	}
	if n := b.store.Read.POLine.Query().CountX(t.Context()); n != 2 {
		t.Errorf("%d PO lines", n)
	}
	b.ended("importFromAlma", in, jobs.VerdictNoChange)
	var undo struct{ UndoJob mutated }
	b.query(`mutation($id: ID!) { undoJob(input: {jobId: $id}) { job { id } userErrors { code message path } } }`, input{"id": job}, &undo)
	if undo.UndoJob.Job == nil || b.waitFor(undo.UndoJob.Job.ID).Verdict != jobs.VerdictChanged || b.localValues("") != before ||
		b.store.Read.POLine.Query().CountX(t.Context()) != 0 {
		t.Errorf("undone: %+v", undo)
	}

	// what has become something else since the preview is not applied
	shown := b.ended("importFromAlma", and(in, "mode", "PREVIEW"), jobs.VerdictPreviewed)
	id := model.ID(model.PortfolioType, b.store.Read.Portfolio.Query().Where(portfolio.OnlineIdentifier(issns[0])).OnlyIDX(t.Context()))
	b.done("updatePortfolio", input{"portfolioId": id, "publicNote": "Mine"})
	failed := b.waitFor(b.many("importFromAlma", and(in, "previewJobId", shown)).Job.ID)
	if failed.Verdict != jobs.VerdictFailed || failed.ErrorCode != "PLAN_CHANGED" {
		t.Errorf("%s %s", failed.Verdict, failed.ErrorCode)
	}
}

// TestImportFromAlmaRefused: each mistake says where and why, and nothing is queued.
func TestImportFromAlmaRefused(t *testing.T) {
	t.Parallel()
	b, collection, issns := almaWorld(t)
	file := "ISSN,Public note\n" + issns[0] + ",x\n"
	sync := model.ID(model.JobType, b.store.Read.Job.Query().FirstIDX(t.Context()))
	before := b.store.Read.Job.Query().CountX(t.Context())
	in := input{"collectionId": collection, "file": file}
	for _, test := range []struct {
		in   input
		told string
	}{
		{input{"collectionId": collection}, "BAD_USER_INPUT input"},
		{with(in, input{"fileId": model.ID(model.ProviderFileType, 1)}), "BAD_USER_INPUT input"},
		{with(in, input{"collectionId": model.ID(model.CollectionType, 4711)}), "NOT_FOUND input.collectionId"},
		{with(in, input{"collectionId": "x"}), "BAD_USER_INPUT input.collectionId"},
		{input{"fileId": model.ID(model.ProviderFileType, 4711)}, "NOT_FOUND input.fileId"},
		{with(in, input{"file": "PK\x03\x04\x14"}), "BAD_USER_INPUT input.file"},
		{with(in, input{"file": issns[0] + ",x\n"}), "BAD_USER_INPUT input.file"},
		{with(in, input{"file": "ISSN,Public note\n"}), "BAD_USER_INPUT input.file"},
		{input{"file": file}, "BAD_USER_INPUT input.file"},
		{with(in, input{"previewJobId": sync, "mode": "PREVIEW"}), "BAD_USER_INPUT input.previewJobId"},
		{with(in, input{"previewJobId": sync}), "BAD_USER_INPUT input.previewJobId"},
		{with(in, input{"previewJobId": model.ID(model.JobType, 4711)}), "NOT_FOUND input.previewJobId"},
		{with(in, input{"previewJobId": "x"}), "BAD_USER_INPUT input.previewJobId"},
	} {
		b.wants("importFromAlma", test.in, test.told)
	}
	if n := b.store.Read.Job.Query().CountX(t.Context()); n != before {
		t.Errorf("%d jobs were queued", n-before)
	}
	preview := b.ended("importFromAlma", and(in, "mode", "PREVIEW"), jobs.VerdictPreviewed)
	b.wants("importFromAlma", with(in, input{"file": file + issns[1] + ",y\n", "previewJobId": preview}), "BAD_USER_INPUT input.previewJobId")
}
