package graph

import (
	"context"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings/acquisitions"
)

var licenseListing = listing[*ent.License, *model.License]{acquisitions.LicenseListing, model.Licenses}

func (r queryResolver) Licenses(
	ctx context.Context, first *int, after *string, last *int, before *string, orderBy *model.Order, filter *model.LicenseFilter,
) (*model.LicenseConnection, error) {
	return list(ctx, ask{first, after, last, before, orderBy}, licenseListing,
		filtered(licenseFilter(filter), nil, r.acquisitions.Licenses, r.acquisitions.CountLicenses))
}

func licenseFilter(in *model.LicenseFilter) acquisitions.LicenseFilter {
	if in == nil {
		return acquisitions.LicenseFilter{}
	}
	return acquisitions.LicenseFilter{
		Code: orEmpty(in.Code), CodePrefix: orEmpty(in.CodePrefix), Vendor: orEmpty(in.Vendor), Status: orEmpty(in.Status),
		Search: orEmpty(in.Search),
	}
}

func (r mutationResolver) CreateLicense(ctx context.Context, in generated.CreateLicenseInput) (*generated.CreateLicensePayload, error) {
	row, problems, err := carryOut(ctx, newLicense(in), nil, r.acquisitions.CreateLicense)
	return &generated.CreateLicensePayload{License: wrapOne(row, model.Licenses), UserErrors: problems}, err
}

func newLicense(in generated.CreateLicenseInput) acquisitions.LicenseTexts {
	return acquisitions.LicenseTexts{
		Code: &in.Code, Name: inputValue(in.Name), Vendor: inputValue(in.Vendor), Status: inputValue(in.Status), Type: inputValue(in.Type),
		StartsOn: inputValue(in.StartsOn), EndsOn: inputValue(in.EndsOn), Note: inputValue(in.Note),
		Perpetual: perpetualChange(in.PerpetualAccess, in.PerpetualFrom, in.PerpetualUntil),
	}
}

func (r mutationResolver) UpdateLicense(ctx context.Context, in generated.UpdateLicenseInput) (*generated.UpdateLicensePayload, error) {
	id, wrong := idOf(model.LicenseType, "input.licenseId", in.LicenseID)
	row, problems, err := carryOut(ctx, id, wrong, func(ctx context.Context, id int64) (*ent.License, error) {
		return r.acquisitions.UpdateLicense(ctx, id, inputValue(in.Version), licenseTexts(in))
	})
	return &generated.UpdateLicensePayload{License: wrapOne(row, model.Licenses), UserErrors: problems}, err
}

func licenseTexts(in generated.UpdateLicenseInput) acquisitions.LicenseTexts {
	return acquisitions.LicenseTexts{
		Code: inputValue(in.Code), Name: textChange(in.Name), Vendor: textChange(in.Vendor), Status: textChange(in.Status),
		Type:     textChange(in.Type),
		StartsOn: textChange(in.StartsOn), EndsOn: textChange(in.EndsOn), Note: textChange(in.Note),
		Perpetual: perpetualChange(in.PerpetualAccess, in.PerpetualFrom, in.PerpetualUntil),
	}
}

func (r mutationResolver) ChangeLicenses(ctx context.Context, in generated.ChangeLicensesInput) (*generated.ChangeLicensesPayload, error) {
	updated, created := inputList(in.Update), inputList(in.Create)
	rows, problems, err := carryOutMany(ctx, r.limits, licenseChanges(updated, created), []string{"update", "create"},
		[]int{len(updated), len(created)}, in.Atomic, r.acquisitions.ChangeLicenses)
	licenses := wrapEach(rows, model.Licenses)
	return &generated.ChangeLicensesPayload{
		Updated: licenses[:len(updated)], Created: licenses[len(updated):], UserErrors: problems,
	}, err
}

func licenseChanges(
	updated []*generated.UpdateLicenseInput, created []*generated.CreateLicenseInput,
) (changes []acquisitions.LicenseChange) {
	for _, u := range updated {
		id, wrong := idOf(model.LicenseType, "input.licenseId", u.LicenseID)
		changes = append(changes, acquisitions.LicenseChange{ID: id, Version: inputValue(u.Version), Texts: licenseTexts(*u), Wrong: wrong})
	}
	for _, c := range created {
		changes = append(changes, acquisitions.LicenseChange{Texts: newLicense(*c)})
	}
	return changes
}

func (r mutationResolver) DeleteLicense(ctx context.Context, in generated.DeleteLicenseInput) (*generated.DeleteLicensePayload, error) {
	id, wrong := idOf(model.LicenseType, "input.licenseId", in.LicenseID)
	deleted, problems, err := carryOut(ctx, id, wrong, deletion(in.LicenseID, r.acquisitions.DeleteLicense))
	return &generated.DeleteLicensePayload{DeletedID: deleted, UserErrors: problems}, err
}

func (r licenseResolver) Portfolios(
	ctx context.Context, l *model.License, first *int, after *string, last *int, before *string, orderBy *model.Order,
) (*model.Connection[*model.Portfolio], error) {
	return list(ctx, ask{first, after, last, before, orderBy}, portfolioListing,
		filtered(l.License.ID, nil, r.acquisitions.PortfoliosOfLicense, r.acquisitions.CountPortfoliosOfLicense))
}

func (r licenseResolver) Collections(
	ctx context.Context, l *model.License, first *int, after *string, last *int, before *string,
) (*model.CollectionConnection, error) {
	found, err := l.Page.Collections.Of(ctx, l.License.ID, func(ctx context.Context) (map[int64][]*model.Collection, error) {
		rows, err := r.acquisitions.CollectionsOfLicenses(ctx, l.Page.IDs)
		return wrapLists(rows, model.Collections), err
	})
	if err != nil {
		return nil, err
	}
	return collectionListing.cut(ask{first, after, last, before, nil}, found, func(c *model.Collection) *ent.Collection {
		return c.Collection
	})
}
