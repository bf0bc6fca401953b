package graph

import (
	"context"

	"autoholdings/graph/generated"
	"autoholdings/graph/model"
)

func (r queryResolver) ScheduledJobs(ctx context.Context) ([]*generated.ScheduledJob, error) {
	return nil, errNotBuilt
}

func (r mutationResolver) EnableScheduledJob(ctx context.Context, in generated.EnableScheduledJobInput) (*generated.EnableScheduledJobPayload, error) {
	return nil, errNotBuilt
}

func (r mutationResolver) DisableScheduledJob(ctx context.Context, in generated.DisableScheduledJobInput) (*generated.DisableScheduledJobPayload, error) {
	return nil, errNotBuilt
}

func (r mutationResolver) RunScheduledJob(ctx context.Context, in generated.RunScheduledJobInput) (*generated.RunScheduledJobPayload, error) {
	return nil, errNotBuilt
}

func (r profileResolver) Alerts(ctx context.Context, obj *model.Profile) ([]*generated.ProfileAlert, error) {
	return nil, errNotBuilt
}
