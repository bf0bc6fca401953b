package jobs_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"autoholdings/ent"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/jobs"
)

// TestOnceUndoesWhatCameTooLate: what a request has written in the transaction that queues its job is undone where
// another request uses the key meanwhile. An equal one's job is the answer; of a different one it is a conflict.
func TestOnceUndoesWhatCameTooLate(t *testing.T) {
	t.Parallel()
	b := idle(t)
	p := b.addProfile(profiles.ProfileInput{}, true).ID
	request := func(note string) jobs.Request {
		return jobs.Request{Key: "once", Mutation: "updateProfile", Arguments: []any{map[string]any{"note": note, "left": nil}}}
	}
	save := func(of jobs.Request, before func()) func(context.Context) (*ent.Job, error) {
		return func(ctx context.Context) (row *ent.Job, err error) {
			before()
			err = b.store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
				tx.Profile.UpdateOneID(p).SetDescription("saved by " + of.Mutation).SaveX(ctx)
				row, err = b.jobs.QueueSync(ctx, tx, jobs.SyncRequest{ProfileIDs: []int64{p}, Mode: jobs.Preview, Trigger: jobs.Manual, Of: of})
				return err
			})
			return row, err
		}
	}
	var first *ent.Job
	earlier := func() {
		var err error
		first, err = b.jobs.StartZoneUpdate(t.Context(), jobs.ZoneRequest{Mode: jobs.Preview, Trigger: jobs.Manual, IdempotencyKey: "once"})
		must(t, err)
	}
	_, before, err := b.jobs.Once(t.Context(), jobs.KindSync, request("a"), save(request("a"), earlier))
	if before || !isProblem(err, problem.Conflict) || !strings.Contains(err.Error(), "importCommunityZoneTitles") {
		t.Errorf("%v, %v", before, err)
	}
	if text := b.store.Read.Profile.GetX(t.Context(), p).Description; strings.Contains(text, "saved") {
		t.Errorf("%q was saved", text)
	}
	row, before, err := b.jobs.Once(t.Context(), jobs.KindZone, jobs.Request{
		Key: "once", Mutation: "importCommunityZoneTitles", Arguments: []any{jobs.ZoneRequest{Mode: jobs.Preview, Trigger: jobs.Manual}},
	}, func(context.Context) (*ent.Job, error) { return nil, errors.New("it was done again") })
	if !before || err != nil || row.ID != first.ID {
		t.Errorf("%+v, %v, %v", row, before, err)
	}
	unfit := jobs.Request{Key: "once", Mutation: "importCommunityZoneTitles", Arguments: []any{"no arguments by name"}}
	if _, _, err := b.jobs.Once(t.Context(), jobs.KindZone, unfit, nil); err == nil {
		t.Error("arguments without names were taken")
	}
}
