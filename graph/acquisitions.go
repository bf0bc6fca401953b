package graph

import (
	"context"

	"autoholdings/graph/generated"
	"autoholdings/graph/model"
)

func (r queryResolver) PoLinesNotListed(ctx context.Context, first *int, after *string, filter *model.ReconciliationFilter) (*model.Connection[*model.POLine], error) {
	return nil, errNotBuilt
}

func (r queryResolver) PortfoliosWithoutPoLine(ctx context.Context, first *int, after *string, filter *model.ReconciliationFilter) (*model.Connection[*model.Portfolio], error) {
	return nil, errNotBuilt
}

func (r mutationResolver) CreatePoLine(ctx context.Context, in generated.CreatePoLineInput) (*generated.CreatePoLinePayload, error) {
	return nil, errNotBuilt
}

func (r mutationResolver) UpdatePoLine(ctx context.Context, in generated.UpdatePoLineInput) (*generated.UpdatePoLinePayload, error) {
	return nil, errNotBuilt
}

func (r mutationResolver) DeletePoLine(ctx context.Context, in generated.DeletePoLineInput) (*generated.DeletePoLinePayload, error) {
	return nil, errNotBuilt
}

func (r mutationResolver) CreateLicense(ctx context.Context, in generated.CreateLicenseInput) (*generated.CreateLicensePayload, error) {
	return nil, errNotBuilt
}

func (r mutationResolver) UpdateLicense(ctx context.Context, in generated.UpdateLicenseInput) (*generated.UpdateLicensePayload, error) {
	return nil, errNotBuilt
}

func (r mutationResolver) DeleteLicense(ctx context.Context, in generated.DeleteLicenseInput) (*generated.DeleteLicensePayload, error) {
	return nil, errNotBuilt
}

func (r licenseResolver) Portfolios(ctx context.Context, obj *model.License, first *int, after *string) (*model.Connection[*model.Portfolio], error) {
	return nil, errNotBuilt
}

func (r licenseResolver) Collections(ctx context.Context, obj *model.License) ([]*model.Collection, error) {
	return nil, errNotBuilt
}
