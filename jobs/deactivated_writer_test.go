package jobs_test

import (
	"context"
	"testing"

	"autoholdings/ent/collection"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// TestApprovedOfDeactivatedWaits: what a person approves of a collection that was deactivated since is applied, and
// until then waits for the job that writes the collection, as it would if the collection were active.
func TestApprovedOfDeactivatedWaits(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 300})
	b.sync(jobs.Apply)
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "half"}))
	held := b.sync(jobs.Apply)
	b.deactivateAll()
	books := b.store.Read.Collection.Query().Where(collection.Content("BOOKS")).OnlyX(t.Context())
	writer := b.store.NextID()
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		tx.Job.Create().SetID(writer).SetCreatedAt(1).SetUpdatedAt(1).SetKind(jobs.KindActivate).SetState(jobs.Running).SetMode(jobs.Apply).
			SetTrigger(jobs.Manual).
			SetArgs([]byte(`{}`)).SetDueAt(1).SetHeartbeatAt(1 << 50).SetRunToken("x").SaveX(ctx)
		return tx.Collection.UpdateOne(books).SetWriterJobID(writer).Exec(ctx)
	}))
	before := b.holdingsText()
	_, err := b.jobs.Approve(t.Context(), held.ID, jobs.Decision{})
	must(t, err)
	row := b.store.Read.Job.GetX(t.Context(), held.ID)
	for row.WaitsForJobID == nil && (row.State == jobs.Queued || row.State == jobs.Running) {
		b.sync(jobs.Preview) // it does not wait, and takes its time
		row = b.store.Read.Job.GetX(t.Context(), held.ID)
	}
	if row.WaitsForJobID == nil || *row.WaitsForJobID != writer || b.holdingsText() != before {
		t.Fatalf("%s %s, waits for %v: %s", row.State, row.Verdict, row.WaitsForJobID, row.Summary)
	}
	_, err = b.jobs.Cancel(t.Context(), writer) // asked to stop, it is found without life, and ends
	must(t, err)
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Job.UpdateOneID(writer).SetHeartbeatAt(1).Exec(ctx)
	}))
	if done := b.wait(held.ID); done.Verdict != jobs.VerdictChanged {
		t.Errorf("%s %s: %s", done.State, done.Verdict, done.Summary)
	}
}
