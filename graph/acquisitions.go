package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
)

func (r queryResolver) PoLinesNotListed(
	ctx context.Context, first *int, after *string, filter *model.ReconciliationFilter,
) (*model.Connection[*model.POLine], error) {
	w, err := window(first, after, 0)
	if err != nil {
		return nil, err
	}
	collectionID, err := reconciledCollection(filter)
	if err != nil {
		return nil, err
	}
	return list(ctx, w, with(collectionID, r.holdings.POLinesNotListed), listing[*ent.POLine, *model.POLine]{
		model.POLines, poLinePosition, counting(collectionID, r.holdings.CountPOLinesNotListed),
	})
}

func (r queryResolver) PortfoliosWithoutPoLine(
	ctx context.Context, first *int, after *string, filter *model.ReconciliationFilter,
) (*model.Connection[*model.Portfolio], error) {
	return reconciledPortfolios(ctx, first, after, filter, r.holdings.PortfoliosWithoutPOLine, r.holdings.CountPortfoliosWithoutPOLine)
}

func (r queryResolver) PortfoliosKeptWithoutReason(
	ctx context.Context, first *int, after *string, filter *model.ReconciliationFilter,
) (*model.Connection[*model.Portfolio], error) {
	return reconciledPortfolios(ctx, first, after, filter, r.holdings.PortfoliosKeptWithoutReason, r.holdings.CountPortfoliosKeptWithoutReason)
}

// reconciledPortfolios answers with a page of one of the reconciliation's lists of portfolios.
func reconciledPortfolios(ctx context.Context, first *int, after *string, filter *model.ReconciliationFilter,
	read func(context.Context, int64, keyset.Window) (keyset.Page[*ent.Portfolio], error), count func(context.Context, int64) (int, error),
) (*model.Connection[*model.Portfolio], error) {
	w, err := window(first, after, 1)
	if err != nil {
		return nil, err
	}
	collectionID, err := reconciledCollection(filter)
	if err != nil {
		return nil, err
	}
	return list(ctx, w, with(collectionID, read), listing[*ent.Portfolio, *model.Portfolio]{
		model.Portfolios, portfolioPosition, counting(collectionID, count),
	})
}

func reconciledCollection(filter *model.ReconciliationFilter) (int64, error) {
	if filter == nil {
		return 0, nil
	}
	return optionalID(model.CollectionType, "filter.collectionId", filter.CollectionID)
}

func poLinePosition(row *ent.POLine) keyset.Position { return keyset.Position{ID: row.ID} }

func portfolioPosition(row *ent.Portfolio) keyset.Position {
	return keyset.Position{Keys: []string{row.TitleKey}, ID: row.ID}
}

func (r mutationResolver) CreatePoLine(ctx context.Context, in generated.CreatePoLineInput) (*generated.CreatePoLinePayload, error) {
	row, err := r.holdings.CreatePOLine(ctx, poLineInput(holdings.POLineTexts{
		Number: &in.Number, Vendor: given(in.Vendor), Status: given(in.Status), Type: given(in.Type),
		OrderedOn: given(in.OrderedOn), RenewsOn: given(in.RenewsOn), Note: given(in.Note),
	}, in.PortfolioID, in.Main))
	payload := &generated.CreatePoLinePayload{PoLine: only(row, model.POLines)}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

// poLineInput is what creating and updating a PO line have in common. A portfolio that is null is none.
func poLineInput(texts holdings.POLineTexts, portfolioID graphql.Omittable[*string], main graphql.Omittable[*bool]) holdings.POLineInput {
	in := holdings.POLineInput{POLineTexts: texts, Main: given(main)}
	if opaque, set := portfolioID.ValueOK(); set {
		id, err := optionalID(model.PortfolioType, "input.portfolioId", opaque)
		if in.Wrong, _ = problem.In(err); err == nil {
			in.PortfolioID = &id
		}
	}
	return in
}

func (r mutationResolver) UpdatePoLine(ctx context.Context, in generated.UpdatePoLineInput) (*generated.UpdatePoLinePayload, error) {
	payload := &generated.UpdatePoLinePayload{}
	id, err := idOf(model.POLineType, "input.poLineId", in.PoLineID)
	if err == nil {
		var row *ent.POLine
		row, err = r.holdings.UpdatePOLine(ctx, id, given(in.Version), poLineInput(holdings.POLineTexts{
			Number: given(in.Number), Vendor: cleared(in.Vendor), Status: cleared(in.Status), Type: cleared(in.Type),
			OrderedOn: cleared(in.OrderedOn), RenewsOn: cleared(in.RenewsOn), Note: cleared(in.Note),
		}, in.PortfolioID, in.Main))
		payload.PoLine = only(row, model.POLines)
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

func (r mutationResolver) DeletePoLine(ctx context.Context, in generated.DeletePoLineInput) (*generated.DeletePoLinePayload, error) {
	payload := &generated.DeletePoLinePayload{}
	id, err := idOf(model.POLineType, "input.poLineId", in.PoLineID)
	if err == nil {
		if err = r.holdings.DeletePOLine(ctx, id); err == nil {
			payload.DeletedID = &in.PoLineID
		}
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

func (r mutationResolver) CreateLicense(ctx context.Context, in generated.CreateLicenseInput) (*generated.CreateLicensePayload, error) {
	row, err := r.holdings.CreateLicense(ctx, holdings.LicenseTexts{
		Code: &in.Code, Name: given(in.Name), Vendor: given(in.Vendor), Status: given(in.Status), Type: given(in.Type),
		StartsOn: given(in.StartsOn), EndsOn: given(in.EndsOn), Note: given(in.Note),
	})
	payload := &generated.CreateLicensePayload{License: only(row, model.Licenses)}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

func (r mutationResolver) UpdateLicense(ctx context.Context, in generated.UpdateLicenseInput) (*generated.UpdateLicensePayload, error) {
	payload := &generated.UpdateLicensePayload{}
	id, err := idOf(model.LicenseType, "input.licenseId", in.LicenseID)
	if err == nil {
		var row *ent.License
		row, err = r.holdings.UpdateLicense(ctx, id, given(in.Version), holdings.LicenseTexts{
			Code: given(in.Code), Name: cleared(in.Name), Vendor: cleared(in.Vendor), Status: cleared(in.Status), Type: cleared(in.Type),
			StartsOn: cleared(in.StartsOn), EndsOn: cleared(in.EndsOn), Note: cleared(in.Note),
		})
		payload.License = only(row, model.Licenses)
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

func (r mutationResolver) DeleteLicense(ctx context.Context, in generated.DeleteLicenseInput) (*generated.DeleteLicensePayload, error) {
	payload := &generated.DeleteLicensePayload{}
	id, err := idOf(model.LicenseType, "input.licenseId", in.LicenseID)
	if err == nil {
		if err = r.holdings.DeleteLicense(ctx, id); err == nil {
			payload.DeletedID = &in.LicenseID
		}
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

func (r licenseResolver) Portfolios(
	ctx context.Context, l *model.License, first *int, after *string,
) (*model.Connection[*model.Portfolio], error) {
	w, err := window(first, after, 1)
	if err != nil {
		return nil, err
	}
	return list(ctx, w, with(l.License.ID, r.holdings.PortfoliosOfLicense), listing[*ent.Portfolio, *model.Portfolio]{
		model.Portfolios, portfolioPosition, counting(l.License.ID, r.holdings.CountPortfoliosOfLicense),
	})
}

func (r licenseResolver) Collections(ctx context.Context, l *model.License) ([]*model.Collection, error) {
	return l.Page.Collections.Of(ctx, l.License.ID, func(ctx context.Context) (map[int64][]*model.Collection, error) {
		rows, err := r.holdings.CollectionsOfLicenses(ctx, l.Page.IDs)
		return eachList(rows, model.Collections), err
	})
}
