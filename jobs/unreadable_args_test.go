package jobs_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/job"
	"autoholdings/ent/jobpart"
	"autoholdings/holdings/collections"
	"autoholdings/internal/opaque"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
	"autoholdings/jobs"
)

// wrongShape is JSON of another shape than any arguments.
const wrongShape = `["x"]`

// unreadable are arguments that no version of the program has written. PostgreSQL keeps only JSON in the column.
func unreadable() []string {
	if storetest.On() == storetest.Postgres {
		return []string{wrongShape}
	}
	return []string{`{"profileIds":`, wrongShape}
}

// spoil makes a job's arguments unreadable.
func (b *testBundle) spoil(jobID int64, args string) {
	b.t.Helper()
	b.write(`UPDATE jobs SET args = ? WHERE id = ?`, args, jobID)
}

// besideHeld runs a test for each kind of unreadable arguments, beside a job that waits for a person, without a worker.
func besideHeld(t *testing.T, test func(t *testing.T, b *testBundle, held *ent.Job, args string)) {
	t.Helper()
	for i, args := range unreadable() {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			b, held := startHeld(t)
			b.stop()
			b.open()
			test(t, b, held, args)
		})
	}
}

// TestUnreadableArguments: a job whose arguments cannot be read fails at its first run, whatever its kind, and says so.
func TestUnreadableArguments(t *testing.T) {
	t.Parallel()
	b := idle(t)
	var ids []int64
	for _, kind := range []string{
		jobs.KindSync, jobs.KindMove, jobs.KindImport, jobs.KindActivate, jobs.KindZone, jobs.KindWithdraw, jobs.KindUndo,
		jobs.KindGroups,
	} {
		for _, args := range unreadable() {
			id := b.queueRow(kind, `{}`)
			b.spoil(id, args)
			ids = append(ids, id)
		}
	}
	b.work()
	for _, id := range ids {
		done := b.wait(id)
		if done.State != jobs.Failed || done.Verdict != jobs.VerdictFailed || done.Attempt != 1 || done.ErrorCode != "ARGUMENTS_UNREADABLE" ||
			!strings.Contains(done.ErrorMessage, opaque.ID("Job", id)) || done.ErrorHint == "" {
			t.Errorf("%s: %s %s after %d runs, %s: %s", done.Kind, done.State, done.Verdict, done.Attempt, done.ErrorCode, done.ErrorMessage)
		}
	}
	b.idle()
	if failed, n := b.failures(); n != len(ids) || !strings.Contains(failed[0], "ARGUMENTS_UNREADABLE") {
		t.Errorf("%d failed tasks for %d jobs: %q", n, len(ids), failed)
	}
}

// TestUnreadableCancelled: a job whose arguments cannot be read can be cancelled while it is queued, and while it waits
// for a person.
func TestUnreadableCancelled(t *testing.T) {
	t.Parallel()
	besideHeld(t, func(t *testing.T, b *testBundle, held *ent.Job, args string) {
		queued := b.start(jobs.SyncRequest{Mode: jobs.Apply})
		for id, verdict := range map[int64]string{queued.ID: jobs.VerdictNoChange, held.ID: jobs.VerdictBlocked} {
			b.spoil(id, args)
			done, err := b.jobs.Cancel(t.Context(), id)
			must(t, err)
			wantJob(t, done, jobs.Cancelled, verdict)
		}
	})
}

// TestUnreadableTaking: what a cancelled job was to take of a list is declined as before, even if its arguments no longer
// say that a decision queued it.
func TestUnreadableTaking(t *testing.T) {
	t.Parallel()
	cancelTaking(t, func(b *testBundle, takingID int64) { b.spoil(takingID, wrongShape) })
}

// TestUnreadableBesideDeletions: a job whose arguments cannot be read does not keep anything from being deleted, except
// the collection of changes that wait for a person.
func TestUnreadableBesideDeletions(t *testing.T) {
	t.Parallel()
	besideHeld(t, func(t *testing.T, b *testBundle, held *ent.Job, args string) {
		b.spoil(held.ID, args)
		b.spoil(b.queueRow(jobs.KindMove, `{}`), args)
		c := b.local("Ours")
		set, err := b.collections.CreateCollectionSet(t.Context(), collections.SetInput{Name: new("Old"), CollectionIDs: &[]int64{c.ID}})
		must(t, err)
		must(t, b.collections.DeleteCollectionSet(t.Context(), set.ID))
		must(t, b.collections.DeleteCollection(t.Context(), c.ID, true))
		must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			err := jobs.CheckCollectionIdle(ctx, tx, *b.onlyPart(held.ID).CollectionID)
			if found, ok := problem.In(err); !ok || found[0].Code != problem.Conflict {
				t.Errorf("the collection with changes that wait: %v", err)
			}
			return nil
		}))
		if n := b.store.Read.Job.Query().Where(job.StateIn(jobs.Unfinished...)).CountX(t.Context()); n != 2 {
			t.Errorf("%d jobs are unfinished", n)
		}
	})
}

// TestUnreadableMove: a move whose arguments cannot be read is not undone, its preview is not applied, and an older move
// is not undone past it: each is refused and nothing is changed.
func TestUnreadableMove(t *testing.T) {
	t.Parallel()
	b := embeddedMove(t, 2)
	older, later, shown := b.move(nil), b.move(nil), b.move(onlyShown)
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { // as if it had moved something too
		tx.JobPart.Update().Where(jobpart.JobID(later.ID)).SetState(jobs.PartApplied).ExecX(ctx)
		return nil
	}))
	for _, args := range unreadable() {
		before := b.attached()
		b.spoil(later.ID, args)
		_, err := b.jobs.Undo(t.Context(), older.ID, jobs.Apply, "")
		if !is(err, problem.Conflict, "input.jobId", named(later)+", a later move, may have moved") {
			t.Error("an older move was undone:", err)
		}
		_, err = b.jobs.Undo(t.Context(), later.ID, jobs.Apply, "")
		if !is(err, problem.WrongState, "input.jobId", "cannot be read from the database") {
			t.Error("the move was undone:", err)
		}
		b.spoil(shown.ID, args)
		_, err = b.jobs.StartMove(t.Context(), b.request(applying(shown)))
		if !is(err, problem.WrongState, "input.previewJobId", "cannot be read from the database: make a preview") {
			t.Error("the preview was applied:", err)
		}
		if diff := cmp.Diff(before, b.attached()); diff != "" {
			t.Error(diff)
		}
	}
}
