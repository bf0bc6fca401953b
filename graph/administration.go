package graph

import (
	"context"
	"errors"

	"autoholdings/graph/generated"
	"autoholdings/graph/model"
)

// errNotBuilt stands until the resolvers are there.
var errNotBuilt = errors.New("not built yet")

func (r queryResolver) JobTypes(ctx context.Context, filter *model.JobTypeFilter) ([]*generated.JobType, error) {
	return nil, errNotBuilt
}

func (r mutationResolver) TestProfileConnection(ctx context.Context, in generated.TestProfileConnectionInput) (*generated.TestProfileConnectionPayload, error) {
	return nil, errNotBuilt
}

func (r mutationResolver) WithdrawProfile(ctx context.Context, in generated.WithdrawProfileInput) (*generated.WithdrawProfilePayload, error) {
	return nil, errNotBuilt
}

func (r mutationResolver) DeactivateCollection(ctx context.Context, in generated.DeactivateCollectionInput) (*generated.DeactivateCollectionPayload, error) {
	return nil, errNotBuilt
}
