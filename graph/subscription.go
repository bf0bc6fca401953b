package graph

import (
	"context"

	"autoholdings/ent"
	"autoholdings/graph/model"
	"autoholdings/internal/problem"
	"autoholdings/jobs"
)

// JobUpdated sends the job now, and again each time it changes, until its final state.
func (r subscriptionResolver) JobUpdated(ctx context.Context, id string) (<-chan *model.Job, error) {
	number, err := r.existingJob(ctx, id)
	if err != nil {
		return nil, err
	}
	return r.follow(ctx, number), nil
}

func (r *resolver) existingJob(ctx context.Context, opaque string) (int64, error) {
	id, err := idOf(model.JobType, "id", opaque)
	if err != nil {
		return 0, err
	}
	rows, err := r.reader.JobsByID(ctx, []int64{id})
	if err == nil && rows[id] == nil {
		err = problem.New(problem.NotFound, "id", "there is no such job")
	}
	return id, err
}

// follow reads the job at each hint, and sends it if there is anything new.
func (r *resolver) follow(ctx context.Context, id int64) <-chan *model.Job {
	updates := make(chan *model.Job, 1)
	hints := r.jobs.Watch(ctx, id) // before the first event, so that none is missed
	go func() {
		defer close(updates)
		r.sendUpdates(ctx, id, hints, updates)
	}()
	return updates
}

func (r *resolver) sendUpdates(ctx context.Context, id int64, hints <-chan struct{}, updates chan<- *model.Job) {
	var sent *ent.Job
	for {
		job, err := readOne(ctx, id, r.reader.JobsByID, model.Jobs)
		if err != nil || job == nil { // the job is gone or cannot be read: the client asks again
			return
		}
		if sent == nil || differs(sent, job.Job) {
			select {
			case updates <- job:
			case <-ctx.Done():
				return
			}
			sent = job.Job
		}
		if final(sent.State) {
			return
		}
		select {
		case _, open := <-hints:
			if !open {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// differs reports whether there is anything new to send.
func differs(a, b *ent.Job) bool {
	return a.State != b.State || a.Verdict != b.Verdict || a.Phase != b.Phase || a.Done != b.Done || a.Total != b.Total ||
		a.WorkDone != b.WorkDone || a.Attempt != b.Attempt || a.ErrorCode != b.ErrorCode ||
		orZero(a.WaitsForJobID) != orZero(b.WaitsForJobID)
}

func final(state string) bool {
	return state == jobs.Succeeded || state == jobs.Failed || state == jobs.Cancelled
}
