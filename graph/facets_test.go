package graph_test

import (
	"fmt"
	"testing"

	"autoholdings/graph/model"
)

// facet is one value of a facet.
type facet struct {
	Count                                        int
	PublicationType                              string
	Collection, InventoryGroup, Profile, License struct{ ID string }
}

type yesNo struct{ Yes, No int }

// shownFacets is an answer of portfolioFacets.
type shownFacets struct {
	Collections, PublicationTypes, InventoryGroups, Profiles, Licenses []facet
	Waiting, Retained, ListedByProvider                                yesNo
}

// TestFacets: each facet counts what totalCount does when the filter asks for its value instead, and all of them cost one statement.
func TestFacets(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	collection := fmt.Sprintf("collectionId: %q, ", c.collectionID(journalsCZ))
	group := fmt.Sprintf("inventoryGroupId: %q, ", model.ID(model.InventoryGroupType, c.groups[1].ID))
	for _, own := range []string{"", "available: true, ", collection, group, "hasPoLine: false, needsReview: true, "} {
		var got struct{ PortfolioFacets shownFacets }
		c.query(fmt.Sprintf(`{ portfolioFacets(filter: {%s}) { publicationTypes { publicationType count } profiles { profile { id } count }
			licenses { license { id } count } inventoryGroups { inventoryGroup { id } count } collections { collection { id } count }
			waiting { yes no } retained { yes no } listedByProvider { yes no } } }`, own), nil, &got)
		f := got.PortfolioFacets
		if len(f.Collections) == 0 || len(f.Licenses) == 0 || len(f.Profiles) == 0 || len(f.InventoryGroups) == 0 {
			t.Errorf("{%s}: some facet is empty: %+v", own, f)
		}
		for filter, n := range f.asFilters(own, own == collection, own == group) {
			if want := c.totalCount("portfolios", "{"+filter+"}"); n != want {
				t.Errorf("{%s}: the facet has %d, the list %d", filter, n, want)
			}
		}
	}
	statements, _ := c.cost(`{ portfolioFacets { available { yes no } hasPoLine { yes no } needsReview { yes no } waiting { yes } } }`,
		nil, "yes")
	if len(statements) != 1 {
		t.Errorf("facets cost %d statements: %v", len(statements), statements)
	}
}

// asFilters are the filters that ask for what the facets of a filter count. Where that filter is of a collection or a group, it
// is replaced by the facet's.
func (f shownFacets) asFilters(own string, ofCollection, ofGroup bool) map[string]int {
	all := map[string]int{}
	for _, one := range f.Profiles {
		all[own+fmt.Sprintf("profileId: %q", one.Profile.ID)] = one.Count
	}
	for _, one := range f.Licenses {
		if one.License.ID != "" {
			all[own+fmt.Sprintf("licenseId: %q", one.License.ID)] = one.Count
		}
	}
	for _, one := range f.PublicationTypes {
		if one.PublicationType != "" {
			all[own+"publicationType: "+one.PublicationType] = one.Count
		}
	}
	rest := own
	if ofCollection {
		rest = ""
	}
	for _, one := range f.Collections {
		all[rest+fmt.Sprintf("collectionId: %q", one.Collection.ID)] = one.Count
	}
	if rest = own; ofGroup {
		rest = ""
	}
	for _, one := range f.InventoryGroups {
		all[rest+fmt.Sprintf("inventoryGroupId: %q", one.InventoryGroup.ID)] = one.Count
	}
	for name, is := range map[string]yesNo{"waiting": f.Waiting, "retained": f.Retained, "listedByProvider": f.ListedByProvider} {
		all[own+name+": true"], all[own+name+": false"] = is.Yes, is.No
	}
	return all
}
