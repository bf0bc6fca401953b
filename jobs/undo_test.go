package jobs_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hibiken/asynq"

	"autoholdings/holdings/profiles"
	"autoholdings/internal/problem"
	"autoholdings/internal/secret"
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
		b.applyUndoneFile(t, after)
	})
}

// applyUndoneFile applies the file that was undone, which only force and a person's approval bring about. The holdings
// are then as they were after its first sync.
func (b *testBundle) applyUndoneFile(t *testing.T, after string) {
	t.Helper()
	again := b.sync(jobs.Apply)
	if again.Verdict != jobs.VerdictBlocked || again.ErrorCode != "UNDONE_FILE" {
		t.Errorf("the undone file again: %s %s %s", again.State, again.Verdict, again.ErrorCode)
	}
	forced := b.wait(b.start(jobs.SyncRequest{Mode: jobs.Apply, Force: true}).ID)
	if forced.State != jobs.NeedsReview || !strings.Contains(forced.ErrorMessage, "again that an undo gave back") {
		t.Errorf("what an undo gave back goes again unasked: %s %s", forced.State, forced.Summary)
	}
	forced = b.approve(forced.ID, jobs.Decision{})
	if forced.Verdict != jobs.VerdictChanged {
		t.Errorf("forced: %s %s %s", forced.State, forced.Verdict, forced.Summary)
	}
	if diff := cmp.Diff(after, b.holdingsText()); diff != "" {
		t.Errorf("applied again, the holdings are not as they were:\n%s", diff)
	}
}

// campusBundle is a bundle with two profiles that are entitled to the same titles, with a group each.
func campusBundle(t *testing.T, o mockoup.Options) (b *testBundle, rows []int64) {
	t.Helper()
	o.Customers = []mockoup.Customer{{Number: "second", Key: "second-key"}}
	b = embedded(t, o)
	ctx, several, customer, key, active := t.Context(), true, "second", secret.NewKey("second-key"), true
	_, err := b.profiles.UpdateSettings(ctx, profiles.SettingsChange{MultiCampus: &several})
	must(t, err)
	p, _, err := b.profiles.CreateProfile(ctx, profiles.ProfileInput{CustomerNumber: &customer, APIKey: &key, Active: &active}, nil)
	must(t, err)
	return b, []int64{b.profile, p.ID}
}

// TestUndoOfSeveralProfiles: what the first profile's part added, the second's was entitled to as well. Nothing of
// either is left in the holdings.
func TestUndoOfSeveralProfiles(t *testing.T) {
	t.Parallel()
	b, profiles := campusBundle(t, mockoup.Options{Titles: 30})
	both, err := b.jobs.StartSync(t.Context(), jobs.SyncRequest{ProfileIDs: profiles, Mode: jobs.Apply, Trigger: jobs.Scheduled})
	must(t, err)
	if done := b.wait(both.ID); done.Verdict != jobs.VerdictChanged {
		t.Fatalf("%s %s: %s", done.State, done.Verdict, done.Summary)
	}
	undo, err := b.jobs.Undo(t.Context(), both.ID, jobs.Apply, "")
	must(t, err)
	if done := b.wait(undo.ID); done.Verdict != jobs.VerdictChanged || countsOf(t, done).Left != 0 {
		t.Errorf("%s %s: %s", done.State, done.Verdict, done.Summary)
	}
	if left := visible(b.holdingsText()); left != "" {
		t.Errorf("still in the holdings:\n%s", left)
	}
}

// TestUndoOfWhatWasApprovedLater: the newest job is the one that wrote last, not the one that was started last.
func TestUndoOfWhatWasApprovedLater(t *testing.T) {
	t.Parallel()
	b, profiles := campusBundle(t, mockoup.Options{Titles: 300})
	b.sync(jobs.Apply)
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "half"}))
	held := b.sync(jobs.Apply)
	if held.State != jobs.NeedsReview {
		t.Fatalf("%s %s: %s", held.State, held.Verdict, held.Summary)
	}
	b.mock.ClearFaults()
	between, err := b.jobs.StartSync(t.Context(), jobs.SyncRequest{ProfileIDs: profiles[1:], Mode: jobs.Apply, Trigger: jobs.Manual})
	must(t, err)
	b.wait(between.ID)
	for range 2 { // the second profile's entitlements made another plan of it, which is shown and asked again
		_, err = b.jobs.Approve(t.Context(), held.ID, jobs.Decision{})
		must(t, err)
		held = b.wait(held.ID)
	}
	if done := held; done.Verdict != jobs.VerdictChanged || countsOf(t, done).Withdrawn == 0 {
		t.Fatalf("%s %s: %s", done.State, done.Verdict, done.Summary)
	}
	if _, err := b.jobs.Undo(t.Context(), between.ID, jobs.Apply, ""); !isProblem(err, problem.Conflict) {
		t.Errorf("a job was undone on which another has written since: %v", err)
	}
	for _, id := range []int64{held.ID, between.ID} {
		undo, err := b.jobs.Undo(t.Context(), id, jobs.Apply, "")
		must(t, err)
		if done := b.wait(undo.ID); done.Verdict != jobs.VerdictChanged || countsOf(t, done).Left != 0 {
			t.Errorf("%s %s: %s", done.State, done.Verdict, done.Summary)
		}
	}
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

// TestUndoOfAnImportWaits for the job that writes the import's collection, and keeps that from being deleted meanwhile.
func TestUndoOfAnImportWaits(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 20})
	c := b.local("Given to us")
	imported := b.importList(c, journalList(0, 5, 1996), nil)
	writer := b.store.NextID()
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		tx.Job.Create().SetID(writer).SetCreatedAt(1).SetUpdatedAt(1).SetKind(jobs.KindMove).SetState(jobs.Running).SetMode(jobs.Apply).
			SetTrigger(jobs.Manual).
			SetArgs([]byte(`{}`)).SetDueAt(1).SetHeartbeatAt(1 << 50).SetRunToken("x").SaveX(ctx)
		return tx.Collection.UpdateOneID(c.ID).SetWriterJobID(writer).Exec(ctx)
	}))
	queued, err := b.jobs.Undo(t.Context(), imported.ID, jobs.Apply, "")
	must(t, err)
	row := b.store.Read.Job.GetX(t.Context(), queued.ID)
	for row.State == jobs.Queued && row.WaitsForJobID == nil {
		wantJob(t, b.undo(imported.ID, jobs.Preview), jobs.Succeeded, jobs.VerdictPreviewed) // it does not wait, and takes its time
		row = b.store.Read.Job.GetX(t.Context(), queued.ID)
	}
	if row.WaitsForJobID == nil || *row.WaitsForJobID != writer {
		t.Fatalf("%s, waits for %v", row.State, row.WaitsForJobID)
	}
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		tx.Job.UpdateOneID(writer).SetState(jobs.Succeeded).ExecX(ctx)
		tx.Collection.UpdateOneID(c.ID).ClearWriterJobID().ExecX(ctx)
		if err := jobs.CheckCollectionIdle(ctx, tx, c.ID); !isProblem(err, problem.Conflict) {
			t.Errorf("a collection with an undo that waits is idle: %v", err)
		}
		return nil
	}))
}
