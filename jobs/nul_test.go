package jobs_test

import (
	"strings"
	"testing"

	"autoholdings/ent/jobfinding"
	"autoholdings/ent/portfolio"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// TestNULInAList: a list with a NUL character, far behind its beginning, is applied without it, and the finding says so.
func TestNULInAList(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 30})
	list := listHeader
	for n := range 2000 {
		list += entry{title: "Journal", publisher: "Press", url: "https://example.org", from: "1990"}.rows(mockoup.Journals, n)
	}
	last := entry{title: "The L\x00ast", publisher: "Pr\x00ess", url: "https://example.org", from: "1990"}
	job := b.syncGiven("journals_2026-02-28.txt", list+last.rows(mockoup.Journals, 2000), nil)
	if job.State != jobs.Succeeded || job.Verdict != jobs.VerdictChanged {
		t.Fatalf("%s %s: %s", job.State, job.Verdict, job.Summary)
	}
	finding := b.store.Read.JobFinding.Query().Where(jobfinding.JobID(job.ID), jobfinding.Code("nul-character")).OnlyX(t.Context())
	if finding.Title != "The Last" || !strings.Contains(finding.Message, "2 NUL characters") {
		t.Errorf("%+v", finding)
	}
	p := b.store.Read.Portfolio.Query().Where(portfolio.PublicationTitle("The Last")).OnlyX(t.Context())
	if p.PublisherName != "Press" {
		t.Errorf("%q", p.PublisherName)
	}
}
