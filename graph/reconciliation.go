package graph

import (
	"context"

	"autoholdings/graph/model"
)

func (r queryResolver) PoLinesNotListed(
	ctx context.Context, first *int, after *string, last *int, before *string, orderBy *model.Order, filter *model.ReconciliationFilter,
) (*model.Connection[*model.POLine], error) {
	collectionID, wrong := reconciledCollection(filter)
	return list(ctx, ask{first, after, last, before, orderBy}, poLineListing,
		filtered(collectionID, wrong, r.acquisitions.POLinesNotListed, r.acquisitions.CountPOLinesNotListed))
}

func (r queryResolver) PortfoliosWithoutPoLine(
	ctx context.Context, first *int, after *string, last *int, before *string, orderBy *model.Order, filter *model.ReconciliationFilter,
) (*model.Connection[*model.Portfolio], error) {
	collectionID, wrong := reconciledCollection(filter)
	return list(ctx, ask{first, after, last, before, orderBy}, portfolioListing,
		filtered(collectionID, wrong, r.acquisitions.PortfoliosWithoutPOLine, r.acquisitions.CountPortfoliosWithoutPOLine))
}

func (r queryResolver) PortfoliosKeptWithoutReason(
	ctx context.Context, first *int, after *string, last *int, before *string, orderBy *model.Order, filter *model.ReconciliationFilter,
) (*model.Connection[*model.Portfolio], error) {
	collectionID, wrong := reconciledCollection(filter)
	return list(ctx, ask{first, after, last, before, orderBy}, portfolioListing,
		filtered(collectionID, wrong, r.acquisitions.PortfoliosKeptWithoutReason, r.acquisitions.CountPortfoliosKeptWithoutReason))
}

func (r queryResolver) PortfoliosOfClosedOrders(
	ctx context.Context, first *int, after *string, last *int, before *string, orderBy *model.Order, filter *model.ReconciliationFilter,
) (*model.Connection[*model.Portfolio], error) {
	collectionID, wrong := reconciledCollection(filter)
	return list(ctx, ask{first, after, last, before, orderBy}, portfolioListing,
		filtered(collectionID, wrong, r.acquisitions.PortfoliosOfClosedOrders, r.acquisitions.CountPortfoliosOfClosedOrders))
}

// reconciledCollection returns the collection that a list is limited to; 0: all.
func reconciledCollection(filter *model.ReconciliationFilter) (int64, error) {
	if filter == nil {
		return 0, nil
	}
	return optionalID(model.CollectionType, "filter.collectionId", filter.CollectionID)
}
