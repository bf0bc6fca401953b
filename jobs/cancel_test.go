package jobs_test

import (
	"context"
	"strings"
	"testing"

	"autoholdings/ent"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings/plan"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/keyset"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// TestCancelledAfterApproval: a job that was approved and cancelled before a worker came to it no longer says that it
// waits for a decision.
func TestCancelledAfterApproval(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 300})
	b.sync(jobs.Apply)
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "half"}))
	held := b.sync(jobs.Apply)
	before := b.holdingsBytes()
	b.stop()
	b.open() // without a worker
	approved, err := b.jobs.Approve(t.Context(), held.ID, jobs.Decision{})
	must(t, err)
	if approved.State != jobs.Queued || approved.ErrorCode != "" {
		t.Errorf("approved: %s %s", approved.State, approved.ErrorCode)
	}
	done, err := b.jobs.Cancel(t.Context(), held.ID)
	must(t, err)
	if done.State != jobs.Cancelled || done.Verdict != jobs.VerdictNoChange || done.Applied || done.ErrorCode != "" ||
		done.FinishedAt == nil ||
		strings.Contains(done.Summary, "approves") || strings.Contains(done.Summary, "takes away") {
		t.Errorf("cancelled: %s %s %s: %v", done.State, done.Verdict, done.ErrorCode, done.Summary)
	}
	if b.holdingsBytes() != before {
		t.Error("the holdings are not as before")
	}
	b.work()
	if again := b.sync(jobs.Apply); again.State != jobs.NeedsReview || b.holdingsBytes() != before {
		t.Errorf("the list is applied unasked, though its approval was cancelled: %s %s", again.State, again.Summary)
	}
}

// TestCancelledTaking: what a cancelled job was to take of a list is declined as before.
func TestCancelledTaking(t *testing.T) {
	t.Parallel()
	cancelTaking(t, func(*testBundle, int64) {})
}

// cancelTaking cancels a job that was to take what was declined of a list, and checks that it stays declined. before is
// called between the two.
func cancelTaking(t *testing.T, before func(b *testBundle, takingID int64)) {
	t.Helper()
	b, held := startHeld(t)
	b.approve(held.ID, b.kinds(held.ID, plan.Additions))
	b.stop()
	b.open() // without a worker
	taken, err := b.jobs.Approve(t.Context(), held.ID, b.kinds(held.ID, plan.Removals))
	must(t, err)
	before(b, taken.ID)
	_, err = b.jobs.Cancel(t.Context(), taken.ID)
	must(t, err)
	b.work()
	if again := b.syncGiven("journals_2026-02-28.txt", halfList(), nil); again.Verdict != jobs.VerdictNoChange || b.listed() != 102 {
		t.Errorf("%s, %d listed: %s", again.Verdict, b.listed(), again.Summary)
	}
}

// TestCancelledBesideHeldPart: a job that is cancelled while its other part is written has nothing left that could be
// approved.
func TestCancelledBesideHeldPart(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 600})
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "no-content", Content: "journals"}))
	b.sync(jobs.Apply)
	b.mock.ClearFaults()
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "half", Content: "books"}))
	b.holdings.BatchTitles = 1
	job := b.start(jobs.SyncRequest{Mode: jobs.Apply})
	b.waitUntil(job.ID, func(row *ent.Job) bool { return row.Phase == "apply journals" && row.Done > 5 })
	_, err := b.jobs.Cancel(t.Context(), job.ID)
	must(t, err)
	done := b.wait(job.ID)
	if done.State != jobs.Cancelled || done.Verdict != jobs.VerdictPartial || strings.Contains(done.Summary, "approves") {
		t.Errorf("%s %s: %s", done.State, done.Verdict, done.Summary)
	}
	for _, part := range b.store.Read.JobPart.Query().Where(jobpart.JobID(job.ID)).AllX(t.Context()) {
		if want := map[string]string{"BOOKS": jobs.PartFailed, "JOURNALS": jobs.PartStopped}[part.Content]; part.State != want ||
			part.Code != "CANCELLED" {
			t.Errorf("%s is %s %s", part.Content, part.State, part.Code)
		}
		if (part.SettledAt != nil) != (part.State == jobs.PartStopped) {
			t.Errorf("%s is settled: %v", part.Content, part.SettledAt)
		}
	}
	// what was written before is among all changes, and what was only planned is not
	q := jobs.ChangeQuery{Since: done.StartedAt}
	page, err := jobs.NewReader(b.store).ChangesSince(t.Context(), q, keyset.Window{First: 500})
	must(t, err)
	added := 0
	for _, c := range page.Items {
		if c.JobID != job.ID {
			t.Errorf("%s of %s is of another job", c.Action, c.Title)
		}
		if c.Action == string(plan.Add) {
			added++
		}
	}
	if want := b.store.Read.Portfolio.Query().Where(portfolio.CreatedAtGTE(*done.StartedAt)).CountX(t.Context()); added != want || want == 0 {
		t.Errorf("%d added, want %d", added, want)
	}
}

// TestOneProfileDeactivatedMeanwhile: it does not stop the others of the same job.
func TestOneProfileDeactivatedMeanwhile(t *testing.T) {
	t.Parallel()
	queue, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(queue.Close)
	b := &testBundle{t: t, dir: t.TempDir(), redis: queue.Options(), mock: mockoup.NewServer(t, mockoup.Options{Titles: 60})}
	b.open()
	b.makeHoldings()
	_, err = b.profiles.UpdateSettings(t.Context(), profiles.SettingsChange{MultiCampus: new(true)})
	must(t, err)
	other := b.addProfile(profiles.ProfileInput{Description: new("second")}, true).ID
	job, err := b.jobs.StartSync(t.Context(), jobs.SyncRequest{ProfileIDs: []int64{b.profile, other}, Mode: jobs.Apply, Trigger: jobs.Manual})
	must(t, err)
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Profile.UpdateOneID(b.profile).SetActive(false).Exec(ctx)
	}))
	b.work()
	done := b.wait(job.ID)
	if done.State != jobs.Succeeded || done.Verdict != jobs.VerdictPartial || done.ErrorCode != "PROFILE_INACTIVE" ||
		!strings.Contains(done.Summary, "Oxford University Press, customer demo, Oxford University Press Books Autoholdings Collection: ") {
		t.Errorf("%s %s %s: %s", done.State, done.Verdict, done.ErrorCode, done.Summary)
	}
	for _, part := range b.store.Read.JobPart.Query().Where(jobpart.JobID(job.ID)).AllX(t.Context()) {
		if want := map[int64]string{b.profile: jobs.PartFailed, other: jobs.PartApplied}[*part.ProfileID]; part.State != want {
			t.Errorf("%s of %s is %s", part.Content, part.ProfileName, part.State)
		}
	}
}

// waitUntil waits until a job's row is as wanted.
func (b *testBundle) waitUntil(jobID int64, is func(*ent.Job) bool) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	defer cancel()
	hints := b.jobs.Watch(ctx, jobID)
	for {
		row := b.store.Read.Job.GetX(ctx, jobID)
		switch {
		case is(row):
			return
		case row.FinishedAt != nil || row.State == jobs.NeedsReview:
			b.t.Fatalf("the job is over too early: %s %s: %s", row.State, row.Verdict, row.Summary)
		}
		<-hints
	}
}
