package graph

import (
	"context"

	"autoholdings/ent"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
)

func (r portfolioResolver) Collection(ctx context.Context, p *model.Portfolio) (*model.Collection, error) {
	return p.Page.Collections.Of(ctx, p.CollectionID, func(ctx context.Context) (map[int64]*model.Collection, error) {
		ids := each(p.Page.Rows, func(row *ent.Portfolio) int64 { return row.CollectionID })
		return readPage(ctx, ids, r.collections.CollectionsByID, model.Collections)
	})
}

// Accessible reports whether patrons can reach it.
func (r portfolioResolver) Accessible(ctx context.Context, p *model.Portfolio) (bool, error) {
	c, err := r.Collection(ctx, p)
	if err != nil || c == nil {
		return false, err
	}
	entitlements, err := r.entitlements(ctx, p.Page, p.Portfolio.ID)
	if err != nil {
		return false, err
	}
	retention, err := r.deciding(ctx, p.Page, p.Provider, entitlements)
	return err == nil && holdings.Accessible(p.Provider, c.Collection, entitlements, retention), err
}

// Waiting reports whether it has nothing but suspended entitlements.
func (r portfolioResolver) Waiting(ctx context.Context, p *model.Portfolio) (bool, error) {
	entitlements, err := r.entitlements(ctx, p.Page, p.Portfolio.ID)
	return err == nil && holdings.Waiting(entitlements), err
}

func (r portfolioResolver) Coverage(ctx context.Context, p *model.Portfolio) ([]*model.Coverage, error) {
	return p.Page.Coverage.Of(ctx, p.Portfolio.ID, func(ctx context.Context) (map[int64][]*model.Coverage, error) {
		return r.coverageOfPage(ctx, p.Page)
	})
}

func (r portfolioResolver) CoverageByGroup(ctx context.Context, p *model.Portfolio) ([]*model.GroupCoverage, error) {
	return p.Page.ByGroup.Of(ctx, p.Portfolio.ID, func(ctx context.Context) (map[int64][]*model.GroupCoverage, error) {
		return r.groupCoverageOfPage(ctx, p.Page)
	})
}

func (r portfolioResolver) AvailableFor(ctx context.Context, p *model.Portfolio) ([]*model.InventoryGroup, error) {
	return p.Page.AvailableFor.Of(ctx, p.Portfolio.ID, func(ctx context.Context) (map[int64][]*model.InventoryGroup, error) {
		return r.groupsOfPage(ctx, p.Page)
	})
}

func (r portfolioResolver) Entitlements(ctx context.Context, p *model.Portfolio) ([]*model.Entitlement, error) {
	return p.Page.Entitlements.Of(ctx, p.Portfolio.ID, func(ctx context.Context) (map[int64][]*model.Entitlement, error) {
		return r.entitlementsOfPage(ctx, p.Page)
	})
}

func (r portfolioResolver) PoLines(
	ctx context.Context, p *model.Portfolio, first *int, after *string, last *int, before *string,
) (*model.POLineConnection, error) {
	lines, err := r.poLinesOfPortfolio(ctx, p)
	if err != nil {
		return nil, err
	}
	return orderedListing.cut(ask{first, after, last, before, nil}, lines, poLineRow)
}

func (r *resolver) poLinesOfPortfolio(ctx context.Context, p *model.Portfolio) ([]*model.POLine, error) {
	return p.Page.POLines.Of(ctx, p.Portfolio.ID, func(ctx context.Context) (map[int64][]*model.POLine, error) {
		rows, err := r.acquisitions.POLinesOf(ctx, p.Page.IDs())
		found := map[int64][]*model.POLine{}
		for _, line := range model.POLines(rows) {
			found[*line.PortfolioID] = append(found[*line.PortfolioID], line)
		}
		return found, err
	})
}

func (r portfolioResolver) License(ctx context.Context, p *model.Portfolio) (*model.License, error) {
	return p.Page.Licenses.Of(ctx, orZero(p.LicenseID), func(ctx context.Context) (map[int64]*model.License, error) {
		ids := each(p.Page.Rows, func(row *ent.Portfolio) int64 { return orZero(row.LicenseID) })
		return readPage(ctx, ids, r.acquisitions.LicensesByID, model.Licenses)
	})
}

func (r portfolioResolver) AdditionalLicenses(ctx context.Context, p *model.Portfolio) ([]*model.License, error) {
	return p.Page.Additional.Of(ctx, p.Portfolio.ID, func(ctx context.Context) (map[int64][]*model.License, error) {
		rows, err := r.acquisitions.AdditionalLicensesOf(ctx, p.Page.IDs())
		return wrapLists(rows, model.Licenses), err
	})
}

func (r coverageResolver) Profiles(ctx context.Context, c *model.Coverage) ([]*model.Profile, error) {
	return present(c.ProfileIDs, func(id int64) (*model.Profile, error) { return r.profileOfPage(ctx, c.Page, id) })
}

func (r entitlementResolver) Profile(ctx context.Context, e *model.Entitlement) (*model.Profile, error) {
	return r.profileOfPage(ctx, e.Page, orZero(e.ProfileID))
}

// entitlements returns a portfolio's entitlements, which coverage, availableFor and entitlements share.
func (r *resolver) entitlements(ctx context.Context, page *model.PortfolioPage, id int64) ([]holdings.Entitlement, error) {
	return page.Stored.Of(ctx, id, func(ctx context.Context) (map[int64][]holdings.Entitlement, error) {
		return r.holdings.EntitlementsOf(ctx, page.IDs())
	})
}

// eachEntitled calls a function for each portfolio of a page, with its entitlements.
func (r *resolver) eachEntitled(
	ctx context.Context, page *model.PortfolioPage, visit func(id int64, entitlements []holdings.Entitlement),
) error {
	for _, row := range page.Rows {
		entitlements, err := r.entitlements(ctx, page, row.ID)
		if err != nil {
			return err
		}
		visit(row.ID, entitlements)
	}
	return nil
}

func (r *resolver) coverageOfPage(ctx context.Context, page *model.PortfolioPage) (map[int64][]*model.Coverage, error) {
	shared, found := &model.CoveragePage{}, map[int64][]*model.Coverage{}
	err := r.eachRetained(ctx, page, func(row *ent.Portfolio, entitlements []holdings.Entitlement, retention plan.Retention) (err error) {
		found[row.ID], err = coverageShown(row, entitlements, retention, shared)
		return err
	})
	return found, err
}

func coverageShown(
	row *ent.Portfolio, entitlements []holdings.Entitlement, retention plan.Retention, shared *model.CoveragePage,
) ([]*model.Coverage, error) {
	statements, err := holdings.ShownCoverage(row, entitlements, retention)
	coverage := []*model.Coverage{}
	for _, st := range statements {
		coverage = append(coverage, &model.Coverage{Statement: st.Statement, ProfileIDs: st.ProfileIDs, Page: shared})
		shared.ProfileIDs = append(shared.ProfileIDs, st.ProfileIDs...)
	}
	return coverage, err
}

// groupCoverageOfPage returns what each inventory group has of each portfolio of a page.
func (r *resolver) groupCoverageOfPage(ctx context.Context, page *model.PortfolioPage) (map[int64][]*model.GroupCoverage, error) {
	rows, err := r.profiles.AllInventoryGroups(ctx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	ofProfiles, err := r.groupsOfProfilesOf(ctx, page)
	if err != nil {
		return nil, err
	}
	all, shared, found := model.InventoryGroups(rows), &model.CoveragePage{}, map[int64][]*model.GroupCoverage{}
	err = r.eachRetained(ctx, page, func(row *ent.Portfolio, entitlements []holdings.Entitlement, retention plan.Retention) error {
		for _, group := range all {
			of, reached := holdings.Reaching(entitlements, retention, ofProfiles, group.InventoryGroup.ID)
			if !reached {
				continue
			}
			coverage, err := coverageShown(row, of, retention, shared)
			if err != nil {
				return err
			}
			found[row.ID] = append(found[row.ID], &model.GroupCoverage{Group: group, Coverage: coverage})
		}
		return nil
	})
	return found, err
}

// groupsOfProfilesOf returns the groups of the profiles that entitle, or did, to the portfolios of a page.
func (r *resolver) groupsOfProfilesOf(ctx context.Context, page *model.PortfolioPage) (map[int64][]*ent.InventoryGroup, error) {
	var profiles []int64
	err := r.eachEntitled(ctx, page, func(_ int64, entitlements []holdings.Entitlement) {
		for _, e := range entitlements {
			profiles = append(profiles, orZero(e.ProfileID))
		}
	})
	if err != nil {
		return nil, err
	}
	return r.profiles.GroupsOfProfiles(ctx, distinct(profiles))
}

// eachRetained calls a function for each portfolio of a page, with its entitlements and, where it matters, by which mark it
// is retained.
func (r *resolver) eachRetained(
	ctx context.Context, page *model.PortfolioPage, visit func(*ent.Portfolio, []holdings.Entitlement, plan.Retention) error,
) error {
	for _, row := range page.Rows {
		entitlements, err := r.entitlements(ctx, page, row.ID)
		if err != nil {
			return err
		}
		retention, err := r.deciding(ctx, page, row, entitlements)
		if err != nil {
			return err
		}
		if err := visit(row, entitlements, retention); err != nil {
			return err
		}
	}
	return nil
}

// groupsOfPage returns the groups that each portfolio of a page is available for.
func (r *resolver) groupsOfPage(ctx context.Context, page *model.PortfolioPage) (map[int64][]*model.InventoryGroup, error) {
	groups, err := r.groupsOfProfilesOf(ctx, page)
	if err != nil {
		return nil, err
	}
	rows := make(map[int64][]*ent.InventoryGroup, len(page.Rows))
	err = r.eachRetained(ctx, page, func(row *ent.Portfolio, entitlements []holdings.Entitlement, retention plan.Retention) error {
		rows[row.ID] = holdings.AvailableFor(entitlements, retention, groups)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return wrapLists(rows, model.InventoryGroups), nil
}

func (r *resolver) entitlementsOfPage(ctx context.Context, page *model.PortfolioPage) (map[int64][]*model.Entitlement, error) {
	shared, found := &model.CoveragePage{}, map[int64][]*model.Entitlement{}
	err := r.eachEntitled(ctx, page, func(id int64, entitlements []holdings.Entitlement) {
		for _, e := range entitlements {
			found[id] = append(found[id], entitlementOf(e, shared))
		}
	})
	return found, err
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
		return readPage(ctx, page.ProfileIDs, r.profiles.ProfilesByID, model.Profiles)
	})
}
