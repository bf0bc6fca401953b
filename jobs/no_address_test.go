package jobs_test

import (
	"context"
	"strings"
	"testing"

	"autoholdings/ent"
	"autoholdings/ent/jobpart"
	"autoholdings/holdings/collections"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/provider"
	"autoholdings/provider/oup"
)

const pressZone = "77"

// besidePress is an installation that also knows a press with a title list, whose address is not set.
func besidePress(t *testing.T) *testBundle {
	t.Helper()
	b := idle(t)
	b.makeHoldings()
	press := &provider.Provider{
		Name: "TEST_PRESS", Title: "Test Press", Short: "TP",
		Collections: []provider.Collection{{CommunityZoneID: pressZone, Name: "Test Press Journals", Content: oup.Journals}},
		Credentials: []provider.Credential{provider.Hidden("token", "access token", "token of the month")},
		Template:    provider.Template{Path: "/lists/{content}", Headers: map[string]string{"Authorization": "Bearer {token}"}},
		Titles:      provider.Template{Path: "/titles/{content}"},
	}
	must(t, b.collections.EnsureCommunityZone(t.Context(), []collections.CommunityZoneSeed{
		{CZID: pressZone, Name: "Test Press Journals", Provider: press.Title, Content: "JOURNALS"},
	}))
	b.stop()
	b.unasked = press
	b.open()
	return b
}

// TestZoneWithoutOneAddress: a provider that cannot be asked does not keep the others' titles from being brought in step.
func TestZoneWithoutOneAddress(t *testing.T) {
	t.Parallel()
	b := besidePress(t)
	b.work()
	job := b.zone(jobs.ZoneRequest{})
	wantJob(t, job, jobs.Succeeded, jobs.VerdictPartial)
	const want = "the title list of Test Press was not fetched: this server has no address for Test Press"
	if job.ErrorCode != "NO_ADDRESS" || !strings.Contains(job.ErrorMessage, want) || !strings.Contains(job.Summary, want) ||
		!strings.Contains(job.ErrorHint, "Start the server with --press-url, then start the job again; or upload the list and import it.") {
		t.Errorf("%s: %s %s\n%s", job.ErrorCode, job.ErrorMessage, job.ErrorHint, job.Summary)
	}
	states := map[string]string{}
	for _, p := range b.store.Read.JobPart.Query().Where(jobpart.JobID(job.ID)).AllX(t.Context()) {
		states[p.CollectionName] = p.State
	}
	if states["Test Press Journals"] != jobs.PartFailed || len(states) != 3 || countsOf(t, job).Added == 0 {
		t.Errorf("%v", states)
	}
	for name, state := range states {
		if name != "Test Press Journals" && state != jobs.PartApplied {
			t.Errorf("%s: %s", name, state)
		}
	}
}

// TestWaitsForAddress: a job that must ask only a provider whose address is not set is left to another process, says so,
// and can be cancelled.
func TestWaitsForAddress(t *testing.T) {
	t.Parallel()
	b := besidePress(t)
	b.work()
	queued, err := b.jobs.StartZoneUpdate(t.Context(), jobs.ZoneRequest{CommunityZoneID: pressZone, Mode: jobs.Apply, Trigger: jobs.Manual})
	must(t, err)
	b.waitUntil(queued.ID, func(row *ent.Job) bool { return row.DueAt > queued.DueAt })
	row := b.store.Read.Job.GetX(t.Context(), queued.ID)
	if row.State != jobs.Queued || row.Attempt != 0 || row.ErrorCode != "NO_ADDRESS" ||
		row.ErrorMessage != "this server has no address for Test Press, so the job waits for a server that has one" ||
		row.ErrorHint != "Start a server with --press-url, or cancel the job." {
		t.Errorf("%s, attempt %d, %s: %s %s", row.State, row.Attempt, row.ErrorCode, row.ErrorMessage, row.ErrorHint)
	}
	cancelled, err := b.jobs.Cancel(t.Context(), queued.ID)
	must(t, err)
	if cancelled.State != jobs.Cancelled || cancelled.ErrorCode != "" {
		t.Errorf("%s %s: %s", cancelled.State, cancelled.ErrorCode, cancelled.Summary)
	}
}

// TestCancelledAsksNobody: a job whose worker died while it was being cancelled ends where nobody can be asked too.
func TestCancelledAsksNobody(t *testing.T) {
	t.Parallel()
	b := idle(t)
	b.makeHoldings()
	left := b.start(jobs.SyncRequest{Mode: jobs.Apply})
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Job.UpdateOneID(left.ID).SetState(jobs.Cancelling).SetAttempt(1).Exec(ctx)
	}))
	b.stop()
	b.noProvider = true
	b.open()
	b.work()
	wantJob(t, b.wait(left.ID), jobs.Cancelled, jobs.VerdictNoChange)
}
