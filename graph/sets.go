package graph

import (
	"context"

	"autoholdings/graph/generated"
	"autoholdings/graph/model"
)

func (r queryResolver) CollectionSets(ctx context.Context, first *int, after *string, filter *model.CollectionSetFilter) (*model.Connection[*model.CollectionSet], error) {
	return nil, errNotBuilt
}

func (r mutationResolver) CreateCollectionSet(ctx context.Context, in generated.CreateCollectionSetInput) (*generated.CreateCollectionSetPayload, error) {
	return nil, errNotBuilt
}

func (r mutationResolver) UpdateCollectionSet(ctx context.Context, in generated.UpdateCollectionSetInput) (*generated.UpdateCollectionSetPayload, error) {
	return nil, errNotBuilt
}

func (r mutationResolver) DeleteCollectionSet(ctx context.Context, in generated.DeleteCollectionSetInput) (*generated.DeleteCollectionSetPayload, error) {
	return nil, errNotBuilt
}

func (r mutationResolver) DeleteCollection(ctx context.Context, in generated.DeleteCollectionInput) (*generated.DeleteCollectionPayload, error) {
	return nil, errNotBuilt
}

func (r collectionSetResolver) Collections(ctx context.Context, obj *model.CollectionSet, first *int, after *string) (*model.Connection[*model.Collection], error) {
	return nil, errNotBuilt
}

func (r collectionSetResolver) MemberCount(ctx context.Context, obj *model.CollectionSet) (int, error) {
	return 0, errNotBuilt
}

func (r collectionResolver) Sets(ctx context.Context, obj *model.Collection) ([]*model.CollectionSet, error) {
	return nil, errNotBuilt
}
