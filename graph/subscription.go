package graph

import (
	"context"

	"autoholdings/ent"
	"autoholdings/graph/model"
	"autoholdings/internal/problem"
	"autoholdings/jobs"
)

// JobUpdated sends the job as it is, and then each time it is otherwise, up to its final state.
func (r subscriptionResolver) JobUpdated(ctx context.Context, id string) (<-chan *model.Job, error) {
	number, err := idOf(model.JobType, "id", id)
	if err != nil {
		return nil, err
	}
	job, err := one(ctx, number, r.reader.JobsByID, model.Jobs)
	if err != nil {
		return nil, err
	}
	if job == nil {
		return nil, problem.New(problem.NotFound, "id", "there is no such job")
	}
	updates := make(chan *model.Job, 1)
	hints := r.jobs.Watch(ctx, number) // before the first event, so that none is missed
	go func() {
		defer close(updates)
		r.sendUpdates(ctx, number, hints, updates)
	}()
	return updates, nil
}

func (r subscriptionResolver) sendUpdates(ctx context.Context, id int64, hints <-chan struct{}, updates chan<- *model.Job) {
	var sent *ent.Job
	for {
		job, err := one(ctx, id, r.reader.JobsByID, model.Jobs)
		if err != nil || job == nil { // gone, or the reader is: the client asks again
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

// differs says whether there is anything to tell.
func differs(a, b *ent.Job) bool {
	return a.State != b.State || a.Verdict != b.Verdict || a.Phase != b.Phase || a.Done != b.Done || a.Total != b.Total ||
		a.Attempt != b.Attempt || value(a.WaitsForJobID) != value(b.WaitsForJobID)
}

func final(state string) bool {
	return state == jobs.Succeeded || state == jobs.Failed || state == jobs.Cancelled
}
