package graph

import (
	"context"

	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/jobs"
)

func (r queryResolver) ScheduledJobs(ctx context.Context) ([]*generated.ScheduledJob, error) {
	listed, err := r.jobs.ScheduledJobs(ctx)
	if err != nil {
		return nil, err
	}
	return r.scheduledJobs(ctx, listed)
}

// scheduledJobs reads the profiles and the last runs of all entries together.
func (r *resolver) scheduledJobs(ctx context.Context, listed []jobs.ScheduledJob) ([]*generated.ScheduledJob, error) {
	var profileIDs, jobIDs []int64
	for _, entry := range listed {
		profileIDs, jobIDs = append(profileIDs, entry.ProfileIDs...), append(jobIDs, entry.LastJobID)
	}
	profiles, err := byID(ctx, profileIDs, r.holdings.ProfilesByID, model.Profiles)
	if err != nil {
		return nil, err
	}
	runs, err := byID(ctx, jobIDs, r.reader.JobsByID, model.Jobs)
	if err != nil {
		return nil, err
	}
	things := make([]*generated.ScheduledJob, len(listed))
	for i, entry := range listed {
		things[i] = &generated.ScheduledJob{
			ID: entry.ID, Active: entry.Active, Enabled: entry.Enabled, Name: entry.Name, Kind: entry.Kind, Profiles: []*model.Profile{},
			Schedule: &model.Schedule{Schedule: entry.Schedule}, ScheduleText: entry.Schedule.String(), LastRun: runs[entry.LastJobID],
		}
		for _, id := range entry.ProfileIDs {
			if p := profiles[id]; p != nil { // it may have been deleted since
				things[i].Profiles = append(things[i].Profiles, p)
			}
		}
		if !entry.NextRun.IsZero() {
			next := entry.NextRun.UnixMilli()
			things[i].NextRun = &next
		}
	}
	return things, nil
}

// enable enables or disables a scheduled job, and answers with it as it is then.
func (r mutationResolver) enable(ctx context.Context, id string, enabled bool) (*generated.ScheduledJob, []*model.UserError, error) {
	entry, refused := r.jobs.EnableScheduled(ctx, id, enabled)
	problems, err := userErrors(refused)
	if err != nil || entry == nil {
		return nil, problems, err
	}
	things, err := r.scheduledJobs(ctx, []jobs.ScheduledJob{*entry})
	if err != nil {
		return nil, nil, err
	}
	return things[0], problems, nil
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
	job, err := r.jobs.RunScheduled(ctx, in.ScheduledJobID, orElse(in.IdempotencyKey, ""))
	payload := &generated.RunScheduledJobPayload{Job: only(job, model.Jobs)}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

func (r profileResolver) Alerts(ctx context.Context, p *model.Profile) ([]*generated.ProfileAlert, error) {
	found, err := p.Page.Alerts.Of(ctx, p.Profile.ID, func(ctx context.Context) (map[int64][]holdings.ProfileAlert, error) {
		return r.holdings.AlertsOf(ctx, p.Page.IDs)
	})
	if err != nil {
		return nil, err
	}
	alerts := make([]*generated.ProfileAlert, len(found))
	for i, a := range found {
		alerts[i] = &generated.ProfileAlert{Code: a.Code, Message: a.Message, Hint: a.Hint, Since: a.Since}
		if a.Content != "" {
			alerts[i].Content = &a.Content
		}
	}
	return alerts, nil
}
