package graph

import (
	"context"
	"strings"
	"time"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
)

var portfolioListing = listing[*ent.Portfolio, *model.Portfolio]{holdings.PortfolioListing, model.Portfolios}

func (r queryResolver) Portfolio(ctx context.Context, id string) (*model.Portfolio, error) {
	return readByOpaqueID(ctx, model.PortfolioType, id, r.holdings.PortfoliosByIDWith(columnsAsked(ctx)), model.Portfolios)
}

func (r queryResolver) Portfolios(
	ctx context.Context, first *int, after *string, last *int, before *string, orderBy *model.Order, filter *model.PortfolioFilter,
	asOf *string,
) (*model.PortfolioConnection, error) {
	f, err := portfolioFilter(filter)
	if err != nil {
		return nil, err
	}
	if asOf != nil {
		return r.portfoliosAsOf(ctx, ask{first, after, last, before, orderBy}, f, *asOf)
	}
	return r.portfolios(ctx, ask{first, after, last, before, orderBy}, f)
}

func (r *resolver) portfolios(ctx context.Context, a ask, f holdings.PortfolioFilter) (*model.PortfolioConnection, error) {
	read := r.holdings.PortfoliosWith(columnsAsked(ctx, "nodes", "edges", "node"))
	return list(ctx, a, portfolioListing, filtered(f, nil, read, r.holdings.CountPortfolios))
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
		AccessRights: orEmpty(in.AccessRights), Search: orEmpty(in.Search),
	}
	if f.CollectionID, err = optionalID(model.CollectionType, "filter.collectionId", in.CollectionID); err != nil {
		return f, err
	}
	if f.ProfileID, err = optionalID(model.ProfileType, "filter.profileId", in.ProfileID); err != nil {
		return f, err
	}
	if f.GroupID, err = optionalID(model.InventoryGroupType, "filter.inventoryGroupId", in.InventoryGroupID); err != nil {
		return f, err
	}
	return f, moreOfFilter(&f, in)
}

// moreOfFilter decodes the fields on type, license, order, change and coverage.
func moreOfFilter(f *holdings.PortfolioFilter, in *model.PortfolioFilter) (err error) {
	f.PublicationType, f.HasPOLine, f.ChangedSince = strings.ToLower(orEmpty(in.PublicationType)), in.HasPoLine, in.ChangedSince
	if f.CoverageOn = orEmpty(in.CoverageOn); f.CoverageOn != "" {
		if _, err := time.Parse(time.DateOnly, f.CoverageOn); err != nil {
			return problem.New(problem.BadInput, "filter.coverageOn", "%.40q is no day: write it as YYYY-MM-DD", f.CoverageOn)
		}
	}
	f.LicenseID, err = optionalID(model.LicenseType, "filter.licenseId", in.LicenseID)
	return err
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
