package graph

import (
	"context"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/internal/keyset"
)

var portfolioListing = listing[*ent.Portfolio, *model.Portfolio]{
	byKeys(1), model.Portfolios, func(row *ent.Portfolio) keyset.Position {
		return keyset.Position{Keys: []string{row.TitleKey}, ID: row.ID}
	},
}

func (r queryResolver) Portfolio(ctx context.Context, id string) (*model.Portfolio, error) {
	return readByOpaqueID(ctx, model.PortfolioType, id, r.holdings.PortfoliosByIDWith(columnsAsked(ctx)), model.Portfolios)
}

func (r queryResolver) Portfolios(
	ctx context.Context, first *int, after *string, filter *model.PortfolioFilter,
) (*model.PortfolioConnection, error) {
	f, err := portfolioFilter(filter)
	if err != nil {
		return nil, err
	}
	return r.portfolios(ctx, first, after, f)
}

func (r *resolver) portfolios(
	ctx context.Context, first *int, after *string, f holdings.PortfolioFilter,
) (*model.PortfolioConnection, error) {
	read := r.holdings.PortfoliosWith(columnsAsked(ctx, "nodes", "edges", "node"))
	return list(ctx, first, after, portfolioListing, filtered(f, nil, read, r.holdings.CountPortfolios))
}

func portfolioFilter(in *model.PortfolioFilter) (f holdings.PortfolioFilter, err error) {
	if in == nil {
		return f, nil
	}
	f = holdings.PortfolioFilter{
		TitlePrefix: orEmpty(in.TitlePrefix), TitleID: orEmpty(in.TitleID), Identifier: orEmpty(in.Identifier),
		Available: in.Available, Listed: in.ListedByProvider, NeedsReview: in.NeedsReview, Removed: in.Removed != nil && *in.Removed,
		Waiting: in.Waiting, Unprotected: in.KeptWithoutReason, ClosedOrders: in.KeptForClosedOrders,
		Retained: in.Retained, OnlyRetained: in.RetainedOnly, HasLocal: in.HasLocalValues, LocalField: orEmpty(in.LocalField),
		AccessRights: orEmpty(in.AccessRights),
	}
	if f.CollectionID, err = optionalID(model.CollectionType, "filter.collectionId", in.CollectionID); err != nil {
		return f, err
	}
	if f.ProfileID, err = optionalID(model.ProfileType, "filter.profileId", in.ProfileID); err != nil {
		return f, err
	}
	f.GroupID, err = optionalID(model.InventoryGroupType, "filter.inventoryGroupId", in.InventoryGroupID)
	return f, err
}

func (r mutationResolver) UpdatePortfolio(
	ctx context.Context, in generated.UpdatePortfolioInput,
) (*generated.UpdatePortfolioPayload, error) {
	change, wrong := portfolioChange(in)
	row, problems, err := carryOut(ctx, change, wrong, r.holdings.UpdatePortfolio)
	return &generated.UpdatePortfolioPayload{Portfolio: wrapOne(row, model.Portfolios), UserErrors: problems}, err
}

func (r mutationResolver) RemovePortfolio(
	ctx context.Context, in generated.RemovePortfolioInput,
) (*generated.RemovePortfolioPayload, error) {
	id, wrong := idOf(model.PortfolioType, "input.portfolioId", in.PortfolioID)
	row, problems, err := carryOut(ctx, id, wrong, r.holdings.RemovePortfolio)
	return &generated.RemovePortfolioPayload{Portfolio: wrapOne(row, model.Portfolios), UserErrors: problems}, err
}

func (r mutationResolver) RestorePortfolio(
	ctx context.Context, in generated.RestorePortfolioInput,
) (*generated.RestorePortfolioPayload, error) {
	id, wrong := idOf(model.PortfolioType, "input.portfolioId", in.PortfolioID)
	row, problems, err := carryOut(ctx, id, wrong, r.holdings.RestorePortfolio)
	return &generated.RestorePortfolioPayload{Portfolio: wrapOne(row, model.Portfolios), UserErrors: problems}, err
}
