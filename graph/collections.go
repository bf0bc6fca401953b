package graph

import (
	"context"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings/collections"
	"autoholdings/jobs"
)

var collectionListing = listing[*ent.Collection, *model.Collection]{collections.CollectionListing, model.Collections}

func (r queryResolver) Collection(ctx context.Context, id string) (*model.Collection, error) {
	return readByOpaqueID(ctx, model.CollectionType, id, r.collections.CollectionsByID, model.Collections)
}

func (r queryResolver) Collections(
	ctx context.Context, first *int, after *string, last *int, before *string, orderBy *model.Order, filter *model.CollectionFilter,
) (*model.CollectionConnection, error) {
	return list(ctx, ask{first, after, last, before, orderBy}, collectionListing,
		filtered(collectionFilter(filter), nil, r.collections.Collections, r.collections.CountCollections))
}

func collectionFilter(in *model.CollectionFilter) collections.CollectionFilter {
	if in == nil {
		return collections.CollectionFilter{}
	}
	return collections.CollectionFilter{NamePrefix: orEmpty(in.NamePrefix), CommunityZoneID: orEmpty(in.CommunityZoneID), Active: in.Active}
}

func (r mutationResolver) ActivateCollection(
	ctx context.Context, in generated.ActivateCollectionInput,
) (*generated.ActivateCollectionPayload, error) {
	activated, problems, err := carryOut(ctx, activateRequest(in), nil, r.jobs.ActivateCollection)
	return &generated.ActivateCollectionPayload{
		Collection: wrapOne(activated.Collection, model.Collections), Job: wrapOne(activated.Job, model.Jobs),
		Warnings: append([]string{}, activated.Warnings...), UserErrors: problems,
	}, err
}

func activateRequest(in generated.ActivateCollectionInput) jobs.ActivateRequest {
	return jobs.ActivateRequest{
		Activation: collections.Activation{
			CommunityZoneID: in.CommunityZoneID, ActivateService: orElse(in.ActivateService, true),
			MakeServiceAvailable:      orElse(in.MakeServiceAvailable, true),
			AutoActivateNewPortfolios: orElse(in.AutoActivateNewPortfolios, false),
			ActivationType:            orElse(in.ActivationType, collections.ActivateManually),
		},
		IdempotencyKey: orElse(in.IdempotencyKey, ""),
	}
}

func (r mutationResolver) CreateCollection(
	ctx context.Context, in generated.CreateCollectionInput,
) (*generated.CreateCollectionPayload, error) {
	made, wrong := newCollection(in)
	row, problems, err := carryOut(ctx, made, wrong, r.collections.CreateCollection)
	return &generated.CreateCollectionPayload{Collection: wrapOne(row, model.Collections), UserErrors: problems}, err
}

func newCollection(in generated.CreateCollectionInput) (collections.NewCollection, error) {
	licenseID, err := optionalID(model.LicenseType, "input.licenseId", inputValue(in.LicenseID))
	return collections.NewCollection{
		Name: in.Name, Content: orElse(in.Content, ""), Active: orElse(in.Active, true), Available: orElse(in.Available, true),
		LicenseID: licenseID,
	}, err
}

func (r mutationResolver) UpdateCollection(
	ctx context.Context, in generated.UpdateCollectionInput,
) (*generated.UpdateCollectionPayload, error) {
	warnings := []string{}
	change, wrong := collectionChange(in)
	row, problems, err := carryOut(ctx, change, wrong, func(ctx context.Context, c collections.CollectionChange) (*ent.Collection, error) {
		row, told, err := r.collections.UpdateCollection(ctx, c)
		warnings = append(warnings, told...)
		return row, err
	})
	return &generated.UpdateCollectionPayload{Collection: wrapOne(row, model.Collections), Warnings: warnings, UserErrors: problems}, err
}

func collectionChange(in generated.UpdateCollectionInput) (c collections.CollectionChange, err error) {
	c = collections.CollectionChange{
		Version: inputValue(in.Version), Name: inputValue(in.Name), Active: inputValue(in.Active), Available: inputValue(in.Available),
		AutoActivateNewPortfolios: inputValue(in.AutoActivateNewPortfolios),
	}
	if c.ID, err = idOf(model.CollectionType, "input.collectionId", in.CollectionID); err != nil {
		return c, err
	}
	c.Perpetual = perpetualChange(in.PerpetualAccess, in.PerpetualFrom, in.PerpetualUntil)
	c.LicenseID, err = licenseChange(in.LicenseID)
	return c, err
}

func (r mutationResolver) DeactivateCollection(
	ctx context.Context, in generated.DeactivateCollectionInput,
) (*generated.DeactivateCollectionPayload, error) {
	var found *collections.Consequences
	asked, wrong := deactivation(in)
	row, problems, err := carryOut(ctx, asked, wrong, func(ctx context.Context, d collections.Deactivation) (row *ent.Collection, err error) {
		row, found, err = r.collections.DeactivateCollection(ctx, d)
		return row, err
	})
	return &generated.DeactivateCollectionPayload{
		Collection: wrapOne(row, model.Collections), Consequences: consequencesOf(found), UserErrors: problems,
	}, err
}

func deactivation(in generated.DeactivateCollectionInput) (collections.Deactivation, error) {
	id, err := idOf(model.CollectionType, "input.collectionId", in.CollectionID)
	return collections.Deactivation{CollectionID: id, Version: inputValue(in.Version), Preview: in.Mode == jobs.Preview},
		err
}

func consequencesOf(found *collections.Consequences) *generated.DeactivationConsequences {
	if found == nil {
		return nil
	}
	return &generated.DeactivationConsequences{
		Portfolios: found.Portfolios, Accessible: found.Accessible, PoLines: found.POLines,
		Profiles: model.Profiles(found.Profiles), Sets: model.CollectionSets(found.Sets), Text: found.Text,
	}
}

func (r mutationResolver) DeleteCollection(
	ctx context.Context, in generated.DeleteCollectionInput,
) (*generated.DeleteCollectionPayload, error) {
	id, wrong := idOf(model.CollectionType, "input.collectionId", in.CollectionID)
	remove := func(ctx context.Context, id int64) error {
		return r.collections.DeleteCollection(ctx, id, orElse(in.WithPortfolios, false))
	}
	deleted, problems, err := carryOut(ctx, id, wrong, deletion(in.CollectionID, remove))
	return &generated.DeleteCollectionPayload{DeletedID: deleted, UserErrors: problems}, err
}

func (r collectionResolver) CommunityZoneCollection(ctx context.Context, c *model.Collection) (*model.CommunityZoneCollection, error) {
	return c.Page.CommunityZone.Of(ctx, orZero(c.CommunityZoneCollectionID),
		func(ctx context.Context) (map[int64]*model.CommunityZoneCollection, error) {
			ids := each(c.Page.Rows, func(row *ent.Collection) int64 { return orZero(row.CommunityZoneCollectionID) })
			return readPage(ctx, ids, r.collections.CommunityZoneCollectionsByID, model.CommunityZoneCollections)
		})
}

func (r collectionResolver) License(ctx context.Context, c *model.Collection) (*model.License, error) {
	return c.Page.Licenses.Of(ctx, orZero(c.LicenseID), func(ctx context.Context) (map[int64]*model.License, error) {
		ids := each(c.Page.Rows, func(row *ent.Collection) int64 { return orZero(row.LicenseID) })
		return readPage(ctx, ids, r.acquisitions.LicensesByID, model.Licenses)
	})
}

func (r collectionResolver) PoLines(
	ctx context.Context, c *model.Collection, first *int, after *string, last *int, before *string,
) (*model.POLineConnection, error) {
	lines, err := r.poLinesOfCollection(ctx, c)
	if err != nil {
		return nil, err
	}
	return orderedListing.cut(ask{first, after, last, before, nil}, lines, poLineRow)
}

func (r *resolver) poLinesOfCollection(ctx context.Context, c *model.Collection) ([]*model.POLine, error) {
	return c.Page.POLines.Of(ctx, c.Collection.ID, func(ctx context.Context) (map[int64][]*model.POLine, error) {
		rows, err := r.acquisitions.POLinesOfCollections(ctx, each(c.Page.Rows, func(row *ent.Collection) int64 { return row.ID }))
		found := map[int64][]*model.POLine{}
		for _, line := range model.POLines(rows) {
			found[*line.CollectionID] = append(found[*line.CollectionID], line)
		}
		return found, err
	})
}

func (r collectionResolver) Portfolios(
	ctx context.Context, c *model.Collection, first *int, after *string, last *int, before *string, orderBy *model.Order,
	filter *model.PortfolioFilter,
) (*model.PortfolioConnection, error) {
	f, err := portfolioFilter(filter)
	if err != nil {
		return nil, err
	}
	f.CollectionID = c.Collection.ID
	return r.portfolios(ctx, ask{first, after, last, before, orderBy}, f)
}

func (r collectionResolver) Sets(
	ctx context.Context, c *model.Collection, first *int, after *string, last *int, before *string,
) (*model.CollectionSetConnection, error) {
	sets, err := c.Page.Sets.Of(ctx, c.Collection.ID, func(ctx context.Context) (map[int64][]*model.CollectionSet, error) {
		rows, err := r.collections.SetsOfCollections(ctx, each(c.Page.Rows, func(row *ent.Collection) int64 { return row.ID }))
		return wrapLists(rows, model.CollectionSets), err
	})
	if err != nil {
		return nil, err
	}
	return collectionSetListing.cut(ask{first, after, last, before, nil}, sets, func(s *model.CollectionSet) *ent.CollectionSet {
		return s.CollectionSet
	})
}
