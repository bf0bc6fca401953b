package graph

import (
	"context"
	"maps"
	"slices"

	"autoholdings/ent"
	"autoholdings/graph/model"
	"autoholdings/holdings"
)

func (r collectionResolver) CommunityZoneCollection(ctx context.Context, c *model.Collection) (*model.CommunityZoneCollection, error) {
	return c.Page.CommunityZone.Of(ctx, value(c.CommunityZoneCollectionID),
		func(ctx context.Context) (map[int64]*model.CommunityZoneCollection, error) {
			ids := each(c.Page.Rows, func(row *ent.Collection) int64 { return value(row.CommunityZoneCollectionID) })
			return byID(ctx, ids, r.holdings.CommunityZoneCollectionsByID, model.CommunityZoneCollections)
		})
}

func (r collectionResolver) License(ctx context.Context, c *model.Collection) (*model.License, error) {
	return c.Page.Licenses.Of(ctx, value(c.LicenseID), func(ctx context.Context) (map[int64]*model.License, error) {
		ids := each(c.Page.Rows, func(row *ent.Collection) int64 { return value(row.LicenseID) })
		return byID(ctx, ids, r.holdings.LicensesByID, model.Licenses)
	})
}

func (r collectionResolver) Portfolios(
	ctx context.Context, c *model.Collection, first *int, after *string, filter *model.PortfolioFilter,
) (*model.PortfolioConnection, error) {
	f, err := portfolioFilter(filter)
	if err != nil {
		return nil, err
	}
	f.CollectionID = c.Collection.ID
	return r.portfolios(ctx, first, after, f)
}

func (r communityZoneCollectionResolver) TitleCount(ctx context.Context, c *model.CommunityZoneCollection) (int, error) {
	return c.Page.TitleCounts.Of(ctx, c.CommunityZoneCollection.ID, func(ctx context.Context) (map[int64]int, error) {
		return r.holdings.CommunityZoneTitleCounts(ctx, c.Page.IDs)
	})
}

func (r communityZoneCollectionResolver) Collection(ctx context.Context, c *model.CommunityZoneCollection) (*model.Collection, error) {
	return c.Page.Collections.Of(ctx, c.CommunityZoneCollection.ID, func(ctx context.Context) (map[int64]*model.Collection, error) {
		return byID(ctx, c.Page.IDs, r.holdings.CollectionsOfCommunityZone, model.Collections)
	})
}

func (r inventoryGroupResolver) Profiles(ctx context.Context, g *model.InventoryGroup) ([]*model.Profile, error) {
	return g.Page.Profiles.Of(ctx, g.InventoryGroup.ID, func(ctx context.Context) (map[int64][]*model.Profile, error) {
		rows, err := r.holdings.ProfilesOfGroups(ctx, g.Page.IDs)
		return eachList(rows, model.Profiles), err
	})
}

func (r portfolioResolver) Collection(ctx context.Context, p *model.Portfolio) (*model.Collection, error) {
	return p.Page.Collections.Of(ctx, p.CollectionID, func(ctx context.Context) (map[int64]*model.Collection, error) {
		ids := each(p.Page.Rows, func(row *ent.Portfolio) int64 { return row.CollectionID })
		return byID(ctx, ids, r.holdings.CollectionsByID, model.Collections)
	})
}

// Accessible says whether patrons get to it.
func (r portfolioResolver) Accessible(ctx context.Context, p *model.Portfolio) (bool, error) {
	c, err := r.Collection(ctx, p)
	if err != nil || c == nil {
		return false, err
	}
	entitlements, err := r.stored(ctx, p.Page, p.Portfolio.ID)
	return err == nil && holdings.Accessible(p.Portfolio, c.Collection, entitlements), err
}

// Waiting says whether a suspended entitlement is all that it has.
func (r portfolioResolver) Waiting(ctx context.Context, p *model.Portfolio) (bool, error) {
	entitlements, err := r.stored(ctx, p.Page, p.Portfolio.ID)
	return err == nil && holdings.Waiting(entitlements), err
}

// stored are a portfolio's entitlements, which coverage, availableFor and entitlements share.
func (r portfolioResolver) stored(ctx context.Context, page *model.PortfolioPage, id int64) ([]holdings.Entitlement, error) {
	return page.Stored.Of(ctx, id, func(ctx context.Context) (map[int64][]holdings.Entitlement, error) {
		return r.holdings.EntitlementsOf(ctx, page.IDs())
	})
}

func (r portfolioResolver) Coverage(ctx context.Context, p *model.Portfolio) ([]*model.Coverage, error) {
	return p.Page.Coverage.Of(ctx, p.Portfolio.ID, func(ctx context.Context) (map[int64][]*model.Coverage, error) {
		page, found := &model.CoveragePage{}, map[int64][]*model.Coverage{}
		for _, row := range p.Page.Rows {
			entitlements, err := r.stored(ctx, p.Page, row.ID)
			if err != nil {
				return nil, err
			}
			for _, st := range holdings.Coverage(entitlements) {
				found[row.ID] = append(found[row.ID], &model.Coverage{Statement: st.Statement, ProfileIDs: st.ProfileIDs, Page: page})
				page.ProfileIDs = append(page.ProfileIDs, st.ProfileIDs...)
			}
		}
		return found, nil
	})
}

func (r portfolioResolver) AvailableFor(ctx context.Context, p *model.Portfolio) ([]*model.InventoryGroup, error) {
	return p.Page.AvailableFor.Of(ctx, p.Portfolio.ID, func(ctx context.Context) (map[int64][]*model.InventoryGroup, error) {
		groups, err := r.groupsOfPage(ctx, p.Page)
		if err != nil {
			return nil, err
		}
		rows := map[int64][]*ent.InventoryGroup{}
		for _, row := range p.Page.Rows {
			entitlements, err := r.stored(ctx, p.Page, row.ID)
			if err != nil {
				return nil, err
			}
			rows[row.ID] = holdings.AvailableFor(entitlements, groups)
		}
		return eachList(rows, model.InventoryGroups), nil
	})
}

func (r portfolioResolver) groupsOfPage(ctx context.Context, page *model.PortfolioPage) (map[int64][]*ent.InventoryGroup, error) {
	var profiles []int64
	for _, row := range page.Rows {
		entitlements, err := r.stored(ctx, page, row.ID)
		if err != nil {
			return nil, err
		}
		for _, e := range entitlements {
			profiles = append(profiles, value(e.ProfileID))
		}
	}
	return r.holdings.GroupsOfProfiles(ctx, distinct(profiles))
}

func (r portfolioResolver) Entitlements(ctx context.Context, p *model.Portfolio) ([]*model.Entitlement, error) {
	return p.Page.Entitlements.Of(ctx, p.Portfolio.ID, func(ctx context.Context) (map[int64][]*model.Entitlement, error) {
		page, found := &model.CoveragePage{}, map[int64][]*model.Entitlement{}
		for _, row := range p.Page.Rows {
			entitlements, err := r.stored(ctx, p.Page, row.ID)
			if err != nil {
				return nil, err
			}
			for _, e := range entitlements {
				found[row.ID] = append(found[row.ID], entitlementOf(e, page))
			}
		}
		return found, nil
	})
}

func entitlementOf(e holdings.Entitlement, page *model.CoveragePage) *model.Entitlement {
	thing := &model.Entitlement{Entitlement: e.Entitlement, Coverage: []*model.Coverage{}, Page: page}
	var profiles []int64
	if e.ProfileID != nil {
		profiles = []int64{*e.ProfileID}
		page.ProfileIDs = append(page.ProfileIDs, *e.ProfileID)
	}
	for _, st := range e.Coverage {
		thing.Coverage = append(thing.Coverage, &model.Coverage{Statement: st, ProfileIDs: profiles, Page: page})
	}
	return thing
}

func (r *resolver) profileOfPage(ctx context.Context, page *model.CoveragePage, id int64) (*model.Profile, error) {
	return page.Profiles.Of(ctx, id, func(ctx context.Context) (map[int64]*model.Profile, error) {
		return byID(ctx, page.ProfileIDs, r.holdings.ProfilesByID, model.Profiles)
	})
}

func (r coverageResolver) Profiles(ctx context.Context, c *model.Coverage) ([]*model.Profile, error) {
	profiles := []*model.Profile{}
	for _, id := range c.ProfileIDs {
		p, err := r.profileOfPage(ctx, c.Page, id)
		if err != nil {
			return nil, err
		}
		if p != nil {
			profiles = append(profiles, p)
		}
	}
	return profiles, nil
}

func (r entitlementResolver) Profile(ctx context.Context, e *model.Entitlement) (*model.Profile, error) {
	return r.profileOfPage(ctx, e.Page, value(e.ProfileID))
}

func (r portfolioResolver) PoLines(ctx context.Context, p *model.Portfolio) ([]*model.POLine, error) {
	return p.Page.POLines.Of(ctx, p.Portfolio.ID, func(ctx context.Context) (map[int64][]*model.POLine, error) {
		rows, err := r.holdings.POLinesOf(ctx, p.Page.IDs())
		found := map[int64][]*model.POLine{}
		for _, line := range model.POLines(rows) {
			found[*line.PortfolioID] = append(found[*line.PortfolioID], line)
		}
		return found, err
	})
}

func (r portfolioResolver) License(ctx context.Context, p *model.Portfolio) (*model.License, error) {
	return p.Page.Licenses.Of(ctx, value(p.LicenseID), func(ctx context.Context) (map[int64]*model.License, error) {
		ids := each(p.Page.Rows, func(row *ent.Portfolio) int64 { return value(row.LicenseID) })
		return byID(ctx, ids, r.holdings.LicensesByID, model.Licenses)
	})
}

func (r poLineResolver) Portfolio(ctx context.Context, l *model.POLine) (*model.Portfolio, error) {
	return l.Page.Portfolios.Of(ctx, value(l.PortfolioID), func(ctx context.Context) (map[int64]*model.Portfolio, error) {
		ids := each(l.Page.Rows, func(row *ent.POLine) int64 { return value(row.PortfolioID) })
		return byID(ctx, ids, r.holdings.PortfoliosByID, model.Portfolios)
	})
}

func (r profileResolver) Groups(ctx context.Context, p *model.Profile) ([]*model.InventoryGroup, error) {
	return p.Page.Groups.Of(ctx, p.Profile.ID, func(ctx context.Context) (map[int64][]*model.InventoryGroup, error) {
		rows, err := r.holdings.GroupsOfProfiles(ctx, p.Page.IDs)
		return eachList(rows, model.InventoryGroups), err
	})
}

func (r providerFileResolver) Profile(ctx context.Context, f *model.ProviderFile) (*model.Profile, error) {
	return f.Page.Profiles.Of(ctx, value(f.ProfileID), func(ctx context.Context) (map[int64]*model.Profile, error) {
		ids := each(f.Page.Rows, func(row *ent.ProviderFile) int64 { return value(row.ProfileID) })
		return byID(ctx, ids, r.holdings.ProfilesByID, model.Profiles)
	})
}

// each takes one thing of each row.
func each[R, T any](rows []R, of func(R) T) []T {
	things := make([]T, len(rows))
	for i, row := range rows {
		things[i] = of(row)
	}
	return things
}

// eachList wraps lists of rows, all of them as one page.
func eachList[R, T any](rows map[int64][]R, wrap func([]R) []T) map[int64][]T {
	ids := slices.Collect(maps.Keys(rows))
	var flat []R
	for _, id := range ids {
		flat = append(flat, rows[id]...)
	}
	wrapped := wrap(flat)
	things := make(map[int64][]T, len(rows))
	for _, id := range ids {
		n := len(rows[id])
		things[id], wrapped = wrapped[:n:n], wrapped[n:]
	}
	return things
}
