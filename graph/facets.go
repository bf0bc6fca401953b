package graph

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings"
)

// PortfolioFacets counts the facets that are asked for, and reads the things that they name.
func (r queryResolver) PortfolioFacets(ctx context.Context, filter *model.PortfolioFilter) (*generated.PortfolioFacets, error) {
	f, err := portfolioFilter(filter)
	if err != nil {
		return nil, err
	}
	counts, err := r.holdings.PortfolioFacets(ctx, f, askedFacets(ctx))
	if err != nil {
		return nil, err
	}
	return r.facets(ctx, counts)
}

func askedFacets(ctx context.Context) map[holdings.Facet]bool {
	asked := map[holdings.Facet]bool{}
	for _, field := range graphql.CollectFieldsCtx(ctx, nil) {
		if field.Name != "__typename" {
			asked[holdings.Facet(field.Name)] = true
		}
	}
	return asked
}

func (r *resolver) facets(ctx context.Context, counts map[holdings.Facet][]holdings.FacetCount) (*generated.PortfolioFacets, error) {
	facets := &generated.PortfolioFacets{
		PublicationTypes: publicationTypes(counts[holdings.ByPublicationType]),
		Available:        yesOrNo(counts[holdings.ByAvailable]), ListedByProvider: yesOrNo(counts[holdings.ByListed]),
		HasPoLine: yesOrNo(counts[holdings.ByPOLine]), NeedsReview: yesOrNo(counts[holdings.ByReview]),
		Waiting: yesOrNo(counts[holdings.ByWaiting]), Retained: yesOrNo(counts[holdings.ByRetained]),
		HasLocalValues: yesOrNo(counts[holdings.ByLocal]),
	}
	var err error
	if facets.Collections, err = facetsOf(ctx, counts[holdings.ByCollection], r.collections.CollectionsByID, model.Collections,
		func(c *model.Collection, n int) *generated.CollectionFacet {
			return &generated.CollectionFacet{Collection: c, Count: n}
		},
		func(a, b *generated.CollectionFacet) int {
			return strings.Compare(a.Collection.NameKey, b.Collection.NameKey)
		}); err != nil {
		return nil, err
	}
	if facets.InventoryGroups, err = facetsOf(ctx, counts[holdings.ByGroup], r.profiles.InventoryGroupsByID, model.InventoryGroups,
		func(g *model.InventoryGroup, n int) *generated.InventoryGroupFacet {
			return &generated.InventoryGroupFacet{InventoryGroup: g, Count: n}
		},
		func(a, b *generated.InventoryGroupFacet) int {
			return strings.Compare(a.InventoryGroup.Name, b.InventoryGroup.Name)
		}); err != nil {
		return nil, err
	}
	if facets.Profiles, err = facetsOf(ctx, counts[holdings.ByProfile], r.profiles.ProfilesByID, model.Profiles,
		func(p *model.Profile, n int) *generated.ProfileFacet {
			return &generated.ProfileFacet{Profile: p, Count: n}
		},
		func(a, b *generated.ProfileFacet) int { return cmp.Compare(a.Profile.Profile.ID, b.Profile.Profile.ID) }); err != nil {
		return nil, err
	}
	facets.Licenses, err = facetsOf(ctx, counts[holdings.ByLicense], r.acquisitions.LicensesByID, model.Licenses,
		func(l *model.License, n int) *generated.LicenseFacet {
			return &generated.LicenseFacet{License: l, Count: n}
		},
		func(a, b *generated.LicenseFacet) int { return strings.Compare(a.License.Code, b.License.Code) })
	for _, c := range counts[holdings.ByLicense] {
		if c.ID == nil {
			facets.Licenses = append(facets.Licenses, &generated.LicenseFacet{Count: c.N})
		}
	}
	return facets, err
}

// facetsOf makes a facet of the things that it names, each with its count, in an order. What was deleted meanwhile is left out.
func facetsOf[R, T, F any](
	ctx context.Context, counts []holdings.FacetCount, read func(context.Context, []int64) (map[int64]R, error), wrap func([]R) []*T,
	facet func(*T, int) F, order func(a, b F) int,
) ([]F, error) {
	things, err := readPage(ctx, each(counts, func(c holdings.FacetCount) int64 { return orZero(c.ID) }), read, wrap)
	facets := []F{}
	for _, c := range counts {
		if thing := things[orZero(c.ID)]; thing != nil {
			facets = append(facets, facet(thing, c.N))
		}
	}
	slices.SortFunc(facets, order)
	return facets, err
}

func publicationTypes(counts []holdings.FacetCount) []*generated.PublicationTypeFacet {
	facets := []*generated.PublicationTypeFacet{}
	for _, c := range counts {
		facet := &generated.PublicationTypeFacet{Count: c.N}
		if c.Text != "" {
			text := strings.ToUpper(c.Text)
			facet.PublicationType = &text
		}
		facets = append(facets, facet)
	}
	slices.SortFunc(facets, func(a, b *generated.PublicationTypeFacet) int {
		return strings.Compare(orEmpty(b.PublicationType), orEmpty(a.PublicationType))
	})
	return facets
}

func yesOrNo(counts []holdings.FacetCount) *generated.BooleanFacet {
	facet := &generated.BooleanFacet{}
	for _, c := range counts {
		if orZero(c.ID) == 1 {
			facet.Yes = c.N
		} else {
			facet.No = c.N
		}
	}
	return facet
}
