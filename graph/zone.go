package graph

import (
	"context"

	"autoholdings/graph/generated"
	"autoholdings/graph/model"
)

func (r queryResolver) CommunityZoneTitles(ctx context.Context, first *int, after *string, filter *model.CommunityZoneTitleFilter) (*model.Connection[*model.CommunityZoneTitle], error) {
	return nil, errNotBuilt
}

func (r mutationResolver) ImportCommunityZoneTitles(ctx context.Context, in generated.ImportCommunityZoneTitlesInput) (*generated.ImportCommunityZoneTitlesPayload, error) {
	return nil, errNotBuilt
}

func (r communityZoneTitleResolver) CommunityZoneCollection(ctx context.Context, obj *model.CommunityZoneTitle) (*model.CommunityZoneCollection, error) {
	return nil, errNotBuilt
}
