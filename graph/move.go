package graph

import (
	"context"

	"autoholdings/graph/generated"
	"autoholdings/graph/model"
)

func (r mutationResolver) MovePortfolioInformation(ctx context.Context, in generated.MovePortfolioInformationInput) (*generated.MovePortfolioInformationPayload, error) {
	return nil, errNotBuilt
}

func (r jobChangeResolver) Target(ctx context.Context, obj *model.JobChange) (*model.Portfolio, error) {
	return nil, errNotBuilt
}

func (r jobChangeResolver) PoLine(ctx context.Context, obj *model.JobChange) (*model.POLine, error) {
	return nil, errNotBuilt
}

func (r jobChangeResolver) License(ctx context.Context, obj *model.JobChange) (*model.License, error) {
	return nil, errNotBuilt
}
