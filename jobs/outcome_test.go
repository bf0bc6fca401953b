package jobs_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/jobfinding"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/collections"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

func embedded(t *testing.T, mock mockoup.Options) *testBundle {
	t.Helper()
	queue, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(queue.Close)
	return setup(t, queue.Options(), mock)
}

// TestThrottled: the provider's word on when to come back is kept, and given up on after the tries.
func TestThrottled(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 60})
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "too-many-requests", Times: 1}))
	if job := b.sync(jobs.Apply); job.Verdict != jobs.VerdictChanged {
		t.Errorf("after one refusal: %s %s: %s", job.State, job.ErrorCode, job.Summary)
	}
	before := b.holdingsText()
	must(t, b.mock.Step(1))
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "too-many-requests"}))
	if job := b.sync(jobs.Apply); job.State != jobs.Failed || job.ErrorCode != "THROTTLED" {
		t.Errorf("%s %s: %s", job.State, job.ErrorCode, job.Summary)
	}
	if diff := cmp.Diff(before, b.holdingsText()); diff != "" {
		t.Error(diff)
	}
}

// TestOlderFile is not applied unless a person forces it.
func TestOlderFile(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 300})
	b.sync(jobs.Apply)
	first := b.holdingsText()
	must(t, b.mock.Step(1))
	b.sync(jobs.Apply)
	before := b.holdingsText()
	must(t, b.mock.Step(-1))
	job := b.sync(jobs.Apply)
	if job.State != jobs.Succeeded || job.Verdict != jobs.VerdictBlocked || job.ErrorCode != "OLDER_FILE" || job.Applied {
		t.Errorf("%s %s %s applied %v", job.State, job.Verdict, job.ErrorCode, job.Applied)
	}
	if diff := cmp.Diff(before, b.holdingsText()); diff != "" {
		t.Error(diff)
	}
	if job := b.wait(b.start(jobs.SyncRequest{Mode: jobs.Apply, Force: true}).ID); job.Verdict != jobs.VerdictChanged {
		t.Errorf("forced: %s %s: %s", job.State, job.Verdict, job.Summary)
	}
	if diff := cmp.Diff(visible(first), visible(b.holdingsText())); diff != "" {
		t.Error(diff)
	}
}

// lists writes dated lists of journals into a folder that the mock serves.
func lists(t *testing.T, byDate map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for date, rows := range byDate {
		name := filepath.Join(dir, "OxfordUniversityPress_Global_AllJournals_"+date+".txt")
		must(t, os.WriteFile(name, []byte("publication_title\tprint_identifier\ttitle_id\tpublication_type\taccess_type\n"+rows), 0o600))
	}
	return dir
}

// TestAllFree: a file of free titles only removes nothing, even when forced, and says what it holds.
func TestAllFree(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Dir: lists(t, map[string]string{
		"2026-01-01": "Brain\t0006-8950\tbrain\tserial\tP\n",
		"2026-02-01": "Brain\t0006-8950\tbrain\tserial\tF\n",
	})})
	b.sync(jobs.Apply)
	before := b.holdingsText()
	must(t, b.mock.Step(1))
	for _, force := range []bool{false, true} {
		job := b.wait(b.start(jobs.SyncRequest{Mode: jobs.Apply, Force: force}).ID)
		if job.Verdict != jobs.VerdictBlocked || job.ErrorCode != "ALL_FREE" || countsOf(t, job).Free != 1 {
			t.Errorf("%s %s %s: %s", job.State, job.Verdict, job.ErrorCode, job.Summary)
		}
		if diff := cmp.Diff(before, b.holdingsText()); diff != "" {
			t.Error(diff)
		}
	}
}

// TestNothingUsable: a list none of whose rows can be used removes nothing, and its findings say why.
func TestNothingUsable(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Dir: lists(t, map[string]string{
		"2026-01-01": "Brain\t0006-8950\tbrain\tserial\tP\n",
		"2026-02-01": "\t0006-8950\tbrain\tserial\tP\n",
	})})
	b.sync(jobs.Apply)
	before := b.holdingsText()
	must(t, b.mock.Step(1))
	job := b.sync(jobs.Apply)
	if job.State != jobs.Failed || job.ErrorCode != "NO_USABLE_ROWS" {
		t.Errorf("%s %s: %s", job.State, job.ErrorCode, job.Summary)
	}
	if diff := cmp.Diff(before, b.holdingsText()); diff != "" {
		t.Error(diff)
	}
	if n := b.store.Read.JobFinding.Query().Where(jobfinding.JobID(job.ID)).CountX(t.Context()); n == 0 {
		t.Error("no finding says why")
	}
}

// TestSuperseded: a held job ends when a later one applies a file to the same profile and collection.
func TestSuperseded(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 300})
	b.sync(jobs.Apply)
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "half"}))
	held := b.sync(jobs.Apply)
	if held.State != jobs.NeedsReview {
		t.Fatalf("%s: %s", held.State, held.Summary)
	}
	b.mock.ClearFaults()
	must(t, b.mock.Step(1))
	if job := b.sync(jobs.Apply); job.Verdict != jobs.VerdictChanged {
		t.Fatalf("it does not block later runs: %s %s: %s", job.State, job.Verdict, job.Summary)
	}
	after := b.store.Read.Job.GetX(t.Context(), held.ID)
	if after.State != jobs.Cancelled || after.Verdict != jobs.VerdictBlocked || after.ErrorCode != "SUPERSEDED" {
		t.Errorf("%s %s %s", after.State, after.Verdict, after.ErrorCode)
	}
	if _, err := b.jobs.Approve(t.Context(), held.ID, jobs.Decision{}); err == nil {
		t.Error("a superseded job was approved")
	}
}

// TestHeldPlanThatChanged: when holdings have moved since the plan was shown, it is shown and asked again.
func TestHeldPlanThatChanged(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 300})
	b.sync(jobs.Apply)
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "half", Content: "books"}))
	held := b.sync(jobs.Apply)
	part := heldPart(t, b, held)

	// Meanwhile somebody orders a title that would go: it would be kept now, which is another plan.
	must(t, b.order(*part.CollectionID))
	_, err := b.jobs.Approve(t.Context(), held.ID, jobs.Decision{})
	must(t, err)
	again := b.wait(held.ID)
	if again.State != jobs.NeedsReview || countsOf(t, again).Kept == 0 {
		t.Fatalf("%s: %s", again.State, again.Summary)
	}
	_, err = b.jobs.Approve(t.Context(), held.ID, jobs.Decision{})
	must(t, err)
	if done := b.wait(held.ID); done.State != jobs.Succeeded || countsOf(t, done).Removed == 0 {
		t.Errorf("%s: %s", done.State, done.Summary)
	}
}

func heldPart(t *testing.T, b *testBundle, job *ent.Job) *ent.JobPart {
	t.Helper()
	if job.State != jobs.NeedsReview {
		t.Fatalf("%s: %s", job.State, job.Summary)
	}
	return b.store.Read.JobPart.Query().Where(jobpart.JobID(job.ID), jobpart.State(jobs.PartHeld)).OnlyX(t.Context())
}

// TestHeldPlanOfAnInactiveProfile: nothing of an inactive profile is applied, whenever it was planned.
func TestHeldPlanOfAnInactiveProfile(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 300})
	b.sync(jobs.Apply)
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "half"}))
	held := b.sync(jobs.Apply)
	before := b.holdingsBytes()
	for _, on := range []bool{false, true} {
		_, _, err := b.profiles.UpdateProfile(t.Context(), b.profile, nil, profiles.ProfileInput{Active: &on}, nil)
		must(t, err)
		if _, err := b.jobs.Approve(t.Context(), held.ID, jobs.Decision{}); on != (err == nil) || !on &&
			!isProblem(err, problem.ProfileInactive) {
			t.Errorf("approved while the profile is active %v: %v", on, err)
		}
		if !on && (b.store.Read.Job.GetX(t.Context(), held.ID).State != jobs.NeedsReview || b.holdingsBytes() != before) {
			t.Error("the refusal changed something")
		}
	}
	if done := b.wait(held.ID); done.Verdict != jobs.VerdictChanged {
		t.Errorf("%s %s: %s", done.State, done.Verdict, done.Summary)
	}
}

// TestApprovedPlanMoved: holdings that moved since a person decided make another plan, which is shown and asked again,
// be it that the guard would let it pass now.
func TestApprovedPlanMoved(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 300})
	b.sync(jobs.Apply)
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "half", Content: mockoup.Journals}))
	held := b.sync(jobs.Apply)
	leaving := b.store.Read.JobChange.Query().Where(jobchange.JobID(held.ID), jobchange.Action("REMOVE")).FirstX(t.Context())
	number := "POL-1"
	_, err := b.acquisitions.CreatePOLine(t.Context(),
		acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{Number: &number}, PortfolioID: leaving.PortfolioID})
	must(t, err)
	percent := 100
	_, _, err = b.profiles.UpdateProfile(t.Context(), b.profile, nil, profiles.ProfileInput{GuardPercent: &percent}, nil)
	must(t, err)
	before := b.holdingsBytes()
	for _, again := range []bool{true, false} {
		_, err := b.jobs.Approve(t.Context(), held.ID, jobs.Decision{})
		must(t, err)
		done := b.wait(held.ID)
		switch {
		case again && (done.State != jobs.NeedsReview || !strings.Contains(done.ErrorMessage, "a different one now")):
			t.Fatalf("%s %s: %s", done.State, done.ErrorMessage, done.Summary)
		case !again && (done.Verdict != jobs.VerdictChanged || countsOf(t, done).Kept != 1):
			t.Errorf("%s %s: %s", done.State, done.Verdict, done.Summary)
		}
		if diff := cmp.Diff(before, b.holdingsBytes()); (diff != "") == again {
			t.Errorf("asked again %v, and the holdings differ: %s", again, diff)
		}
	}
}

// TestDeactivatedAfterApproval: what a person approved is not applied where the profile was deactivated before a worker
// came to it.
func TestDeactivatedAfterApproval(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 300})
	b.sync(jobs.Apply)
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "half"}))
	held := b.sync(jobs.Apply)
	before := b.holdingsBytes()
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { // as both leave it, before any worker looks
		tx.JobPart.Update().Where(jobpart.JobID(held.ID)).SetState(jobs.PartApproved).ExecX(ctx)
		tx.Profile.UpdateOneID(b.profile).SetActive(false).ExecX(ctx)
		return tx.Job.UpdateOneID(held.ID).SetState(jobs.Queued).SetVerdict("").SetAttempt(0).ClearDispatchedAt().SetDueAt(held.DueAt + 1).
			Exec(ctx)
	}))
	b.jobs.Nudge()
	if done := b.wait(held.ID); done.State != jobs.Failed || done.ErrorCode != "PROFILE_INACTIVE" || b.holdingsBytes() != before {
		t.Errorf("%s %s: %s", done.State, done.ErrorCode, done.Summary)
	}
}

// TestCollectionsNotActive: the message says which to activate.
func TestCollectionsNotActive(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 60})
	b.deactivateAll()
	job := b.sync(jobs.Apply)
	if job.State != jobs.Failed || job.ErrorCode != "COLLECTION_INACTIVE" || !strings.Contains(job.ErrorHint, "61707906870000041") {
		t.Errorf("%s %s: %s %s", job.State, job.ErrorCode, job.ErrorMessage, job.ErrorHint)
	}
}

// TestNoFileAtAll is FAILED with NO_FILE; for a type that had one before, PARTIAL.
func TestNoFileAtAll(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 120})
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "no-content"}))
	if job := b.sync(jobs.Apply); job.State != jobs.Failed || job.ErrorCode != "NO_FILE" {
		t.Errorf("%s %s", job.State, job.ErrorCode)
	}
	b.mock.ClearFaults()
	b.sync(jobs.Apply)
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "no-content", Content: "journals"}))
	if job := b.sync(jobs.Apply); job.State != jobs.Succeeded || job.Verdict != jobs.VerdictPartial || job.ErrorCode != "NO_FILE" {
		t.Errorf("%s %s %s", job.State, job.Verdict, job.ErrorCode)
	}
}

// TestCancel: a queued job ends at once; one that is over cannot be cancelled.
func TestCancel(t *testing.T) {
	t.Parallel()
	queue, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(queue.Close)
	b := &testBundle{t: t, dir: t.TempDir(), redis: queue.Options(), mock: mockoup.NewServer(t, mockoup.Options{Titles: 60})}
	b.open()
	b.makeHoldings()
	job := b.start(jobs.SyncRequest{Mode: jobs.Apply})
	cancelled, err := b.jobs.Cancel(t.Context(), job.ID)
	must(t, err)
	if cancelled.State != jobs.Cancelled || cancelled.Verdict != jobs.VerdictNoChange {
		t.Errorf("%s %s", cancelled.State, cancelled.Verdict)
	}
	if _, err := b.jobs.Cancel(t.Context(), job.ID); err == nil {
		t.Error("a job that is over was cancelled")
	}
	b.work()
	if done := b.sync(jobs.Apply); done.Verdict != jobs.VerdictChanged {
		t.Errorf("the next job: %s", done.Summary)
	}
}

// order attaches a PO line to a portfolio of the collection that the half list lacks.
func (b *testBundle) order(collectionID int64) error {
	leaving := b.store.Read.JobChange.Query().Where(jobchange.Action("REMOVE"),
		jobchange.HasPortfolioWith(portfolio.CollectionID(collectionID))).FirstX(b.t.Context())
	return b.store.Write(b.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.POLine.Create().SetID(b.store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetNumber("POL-1").
			SetPortfolioID(*leaving.PortfolioID).Exec(ctx)
	})
}

func (b *testBundle) deactivateAll() {
	b.t.Helper()
	off := false
	for _, c := range b.store.Read.Collection.Query().AllX(b.t.Context()) {
		_, _, err := b.collections.UpdateCollection(b.t.Context(), collections.CollectionChange{ID: c.ID, Active: &off})
		must(b.t, err)
	}
}
