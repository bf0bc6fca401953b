package graph

import (
	"context"

	"autoholdings/graph/generated"
)

func (r mutationResolver) ImportCollection(ctx context.Context, in generated.ImportCollectionInput) (*generated.ImportCollectionPayload, error) {
	return nil, errNotBuilt
}
