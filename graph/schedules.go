package graph

import (
	"context"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/jobs"
)

func (r queryResolver) ScheduledJobs(ctx context.Context) ([]*generated.ScheduledJob, error) {
	listed, err := r.jobs.ScheduledJobs(ctx)
	if err != nil {
		return nil, err
	}
	return r.scheduledJobs(ctx, listed)
}

func (r mutationResolver) EnableScheduledJob(
	ctx context.Context, in generated.EnableScheduledJobInput,
) (*generated.EnableScheduledJobPayload, error) {
	entry, problems, err := r.enable(ctx, in.ScheduledJobID, true)
	return &generated.EnableScheduledJobPayload{ScheduledJob: entry, UserErrors: problems}, err
}

func (r mutationResolver) DisableScheduledJob(
	ctx context.Context, in generated.DisableScheduledJobInput,
) (*generated.DisableScheduledJobPayload, error) {
	entry, problems, err := r.enable(ctx, in.ScheduledJobID, false)
	return &generated.DisableScheduledJobPayload{ScheduledJob: entry, UserErrors: problems}, err
}

func (r mutationResolver) RunScheduledJob(
	ctx context.Context, in generated.RunScheduledJobInput,
) (*generated.RunScheduledJobPayload, error) {
	job, problems, err := carryOut(ctx, in.ScheduledJobID, nil, func(ctx context.Context, id string) (*ent.Job, error) {
		return r.jobs.RunScheduled(ctx, id, orElse(in.IdempotencyKey, ""))
	})
	return &generated.RunScheduledJobPayload{Job: wrapOne(job, model.Jobs), UserErrors: problems}, err
}

// enable enables or disables a scheduled job, and returns its new state.
func (r *resolver) enable(ctx context.Context, id string, enabled bool) (*generated.ScheduledJob, []*model.UserError, error) {
	entry, problems, err := carryOut(ctx, id, nil, func(ctx context.Context, id string) (*jobs.ScheduledJob, error) {
		return r.jobs.EnableScheduled(ctx, id, enabled)
	})
	if err != nil || entry == nil {
		return nil, problems, err
	}
	things, err := r.scheduledJobs(ctx, []jobs.ScheduledJob{*entry})
	if err != nil {
		return nil, nil, err
	}
	return things[0], problems, nil
}

// scheduledJobs reads the profiles and the last runs of all entries together.
func (r *resolver) scheduledJobs(ctx context.Context, listed []jobs.ScheduledJob) ([]*generated.ScheduledJob, error) {
	var profileIDs, jobIDs []int64
	for _, entry := range listed {
		profileIDs, jobIDs = append(profileIDs, entry.ProfileIDs...), append(jobIDs, entry.LastJobID)
	}
	profiles, err := readPage(ctx, profileIDs, r.profiles.ProfilesByID, model.Profiles)
	if err != nil {
		return nil, err
	}
	runs, err := readPage(ctx, jobIDs, r.reader.JobsByID, model.Jobs)
	if err != nil {
		return nil, err
	}
	return each(listed, func(entry jobs.ScheduledJob) *generated.ScheduledJob {
		return scheduledJob(entry, profiles, runs[entry.LastJobID])
	}), nil
}

func scheduledJob(entry jobs.ScheduledJob, profiles map[int64]*model.Profile, lastRun *model.Job) *generated.ScheduledJob {
	thing := &generated.ScheduledJob{
		ID: entry.ID, Active: entry.Active, Enabled: entry.Enabled, Name: entry.Name, Kind: entry.Kind, Profiles: []*model.Profile{},
		Schedule: &model.Schedule{Schedule: entry.Schedule}, ScheduleText: entry.Schedule.String(), LastRun: lastRun,
	}
	for _, id := range entry.ProfileIDs {
		if p := profiles[id]; p != nil { // it may have been deleted since
			thing.Profiles = append(thing.Profiles, p)
		}
	}
	if !entry.NextRun.IsZero() {
		next := entry.NextRun.UnixMilli()
		thing.NextRun = &next
	}
	return thing
}
