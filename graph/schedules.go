package graph

import (
	"context"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/internal/problem"
	"autoholdings/jobs"
)

func (r queryResolver) ScheduledJobs(ctx context.Context) ([]*model.ScheduledJob, error) {
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
	name, wrong := scheduledID(in.ScheduledJobID)
	job, problems, err := carryOut(ctx, name, wrong, func(ctx context.Context, id string) (*ent.Job, error) {
		return r.jobs.RunScheduled(ctx, id, orElse(in.IdempotencyKey, ""))
	})
	return &generated.RunScheduledJobPayload{Job: wrapOne(job, model.Jobs), UserErrors: problems}, err
}

// scheduledID decodes the id of a scheduled job.
func scheduledID(opaque string) (string, error) {
	typeName, name, err := model.ParseNameID(opaque)
	if err != nil || typeName != model.ScheduledJobType {
		return "", problem.New(problem.BadInput, "input.scheduledJobId", "%.80q is the id of no scheduled job", opaque)
	}
	return name, nil
}

// enable enables or disables a scheduled job, and returns its new state.
func (r *resolver) enable(ctx context.Context, opaque string, enabled bool) (*model.ScheduledJob, []*model.UserError, error) {
	name, wrong := scheduledID(opaque)
	entry, problems, err := carryOut(ctx, name, wrong, func(ctx context.Context, id string) (*jobs.ScheduledJob, error) {
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
func (r *resolver) scheduledJobs(ctx context.Context, listed []jobs.ScheduledJob) ([]*model.ScheduledJob, error) {
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
	return each(listed, func(entry jobs.ScheduledJob) *model.ScheduledJob {
		return scheduledJob(entry, profiles, runs[entry.LastJobID])
	}), nil
}

func scheduledJob(entry jobs.ScheduledJob, profiles map[int64]*model.Profile, lastRun *model.Job) *model.ScheduledJob {
	// a profile may have been deleted since
	return &model.ScheduledJob{
		ScheduledJob: entry, Profiles: append([]*model.Profile{}, there(entry.ProfileIDs, profiles)...),
		LastRun: lastRun,
	}
}
