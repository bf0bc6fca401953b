package jobs_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// TestImportFreeTitles: into a local collection free titles are imported like others, and leave it as they came; a list
// of free titles only is a list like any other.
func TestImportFreeTitles(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 20})
	c := b.local("Open access")
	list := importHeader + "Free\t0006-8950\tfree\t1996\tserial\tF\nPaid\t\tpaid\t2000\tserial\tP\n"
	job := b.importList(c, list, nil)
	wantJob(t, job, jobs.Succeeded, jobs.VerdictChanged)
	if counts := countsOf(t, job); counts.Added != 2 || counts.Free != 0 || strings.Contains(job.Summary, "free") {
		t.Errorf("%+v: %s", counts, job.Summary)
	}
	if p := b.store.Read.Portfolio.Query().Where(portfolio.TitleID("free")).OnlyX(t.Context()); p.AccessType != "F" || !p.Available ||
		p.RemovedAt != nil {
		t.Errorf("%+v", p)
	}
	var exported bytes.Buffer
	_, err := b.holdings.Export(t.Context(), holdings.ExportOf{CollectionID: c.ID}, &exported)
	must(t, err)
	if !strings.Contains(exported.String(), "Free\t0006-8950\t") || strings.Count(exported.String(), "\tF\n") != 1 ||
		strings.Count(exported.String(), "\tP\n") != 1 {
		t.Error(exported.String())
	}
	wantJob(t, b.importList(c, exported.String(), removeMissing), jobs.Succeeded, jobs.VerdictNoChange)

	only := b.local("Free titles only")
	job = b.importList(only, importHeader+"Free\t0006-8950\tfree\t1996\tserial\tF\n", removeMissing)
	wantJob(t, job, jobs.Succeeded, jobs.VerdictChanged)
	if counts := countsOf(t, job); counts.Added != 1 {
		t.Errorf("%+v", counts)
	}
}

// TestNobodyToAsk: a process that does not know the provider's address runs what needs none, and leaves a sync to one
// that does.
func TestNobodyToAsk(t *testing.T) {
	t.Parallel()
	b := idle(t)
	b.makeHoldings()
	queued := b.start(jobs.SyncRequest{Mode: jobs.Apply})
	b.stop()
	b.noProvider = true
	b.open()
	b.work()
	wantJob(t, b.importList(b.local("Given to us"), journalList(0, 5, 1996), nil), jobs.Succeeded, jobs.VerdictChanged)
	b.waitUntil(queued.ID, func(row *ent.Job) bool { return row.DueAt > queued.DueAt })
	if row := b.store.Read.Job.GetX(t.Context(), queued.ID); row.State != jobs.Queued || row.Attempt != 0 || row.ErrorCode != "NO_ADDRESS" ||
		row.DueAt > time.Now().Add(2*time.Minute).UnixMilli() {
		t.Errorf("%s, attempt %d, %s: %s", row.State, row.Attempt, row.ErrorCode, row.ErrorMessage)
	}
	if len(b.mock.Requests()) > 0 {
		t.Error("the provider was asked")
	}
	b.stop()
	b.noProvider = false
	b.open()
	b.exec(`UPDATE jobs SET due_at = due_at - 60000`)
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "timeout"}))
	b.work()
	b.waitUntil(queued.ID, func(row *ent.Job) bool { return row.Phase == "fetch books" })
	if row := b.store.Read.Job.GetX(t.Context(), queued.ID); row.ErrorCode != "" {
		t.Errorf("it runs, and still says that it waits: %s", row.ErrorMessage)
	}
	b.stop()
	b.mock.ClearFaults()
	b.open()
	b.work()
	if job := b.wait(queued.ID); job.Verdict != jobs.VerdictChanged || job.ErrorCode != "" {
		t.Errorf("%s %s: %s", job.State, job.ErrorCode, job.Summary)
	}
}
