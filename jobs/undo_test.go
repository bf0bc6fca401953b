package jobs_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hibiken/asynq"

	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// TestUndo: after a release was applied, undo brings the holdings back to what they were, with the same records.
func TestUndo(t *testing.T) {
	t.Parallel()
	onEachQueue(t, func(t *testing.T, queue asynq.RedisConnOpt) {
		b := setup(t, queue, mockoup.Options{Titles: 400})
		first := b.sync(jobs.Apply)
		before := b.holdingsText()
		for range 6 {
			must(t, b.mock.Step(1))
		}
		second := b.sync(jobs.Apply)
		counts := countsOf(t, second)
		if second.Verdict != jobs.VerdictChanged || counts.Added == 0 || counts.Updated == 0 || counts.Removed == 0 {
			t.Fatalf("the release changes too little to test: %s: %s", second.Verdict, second.Summary)
		}
		after := b.holdingsText()

		if _, err := b.jobs.Undo(t.Context(), first.ID, jobs.Apply, ""); err == nil {
			t.Error("a job that is not the newest was undone")
		}
		preview, err := b.jobs.Undo(t.Context(), second.ID, jobs.Preview, "")
		must(t, err)
		shown := b.wait(preview.ID)
		if shown.Verdict != jobs.VerdictPreviewed {
			t.Errorf("preview: %s %s: %s", shown.State, shown.Verdict, shown.Summary)
		}
		if diff := cmp.Diff(after, b.holdingsText()); diff != "" {
			t.Fatalf("the preview of an undo changed the holdings:\n%s", diff)
		}

		undo, err := b.jobs.Undo(t.Context(), second.ID, jobs.Apply, "once")
		must(t, err)
		same, err := b.jobs.Undo(t.Context(), second.ID, jobs.Apply, "once")
		must(t, err)
		if undo.ID != same.ID {
			t.Error("the same idempotency key made two jobs")
		}
		done := b.wait(undo.ID)
		if done.State != jobs.Succeeded || done.Verdict != jobs.VerdictChanged {
			t.Fatalf("%s %s: %s %s", done.State, done.Verdict, done.Summary, done.ErrorMessage)
		}
		if diff := cmp.Diff(countsOf(t, shown), countsOf(t, done)); diff != "" {
			t.Errorf("the preview said otherwise:\n%s", diff)
		}
		got := countsOf(t, done)
		if got.Added != counts.Removed || got.Removed != counts.Added || got.Updated != counts.Updated {
			t.Errorf("undo of %+v counts %+v", counts, got)
		}
		b.hideTheNew(t, before)

		again := b.sync(jobs.Apply)
		if again.Verdict != jobs.VerdictBlocked || again.ErrorCode != "UNDONE_FILE" {
			t.Errorf("the undone file again: %s %s %s", again.State, again.Verdict, again.ErrorCode)
		}
		forced := b.wait(b.start(jobs.SyncRequest{Mode: jobs.Apply, Force: true}).ID)
		if forced.Verdict != jobs.VerdictChanged {
			t.Errorf("forced: %s %s %s", forced.State, forced.Verdict, forced.Summary)
		}
		if diff := cmp.Diff(after, b.holdingsText()); diff != "" {
			t.Errorf("applied again, the holdings are not as they were:\n%s", diff)
		}
	})
}

// TestUndoOfAProfileThatIsGone touches nothing of what is of no profile.
func TestUndoOfAProfileThatIsGone(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 60})
	sync := b.sync(jobs.Apply)
	before := b.holdingsText()
	id := b.store.NextID()
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { // as a run leaves it that made its parts and ended
		tx.Job.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetKind(jobs.KindUndo).SetState(jobs.Queued).SetMode(jobs.Apply).
			SetTrigger(jobs.Manual).SetArgs([]byte("{}")).SetDueAt(1).SetSubjectJobID(sync.ID).SaveX(ctx)
		return tx.JobPart.Create().SetID(id + 1000).SetCreatedAt(1).SetUpdatedAt(1).SetJobID(id).SetCollectionID(b.journals().ID).
			SetContent("JOURNALS").SetState(jobs.PartFetched).Exec(ctx)
	}))
	b.jobs.Nudge()
	if job := b.wait(id); job.State != jobs.Failed || job.ErrorCode != "PROFILE_GONE" {
		t.Errorf("%s %s: %s", job.State, job.ErrorCode, job.ErrorMessage)
	}
	if diff := cmp.Diff(before, b.holdingsText()); diff != "" {
		t.Error(diff)
	}
}
