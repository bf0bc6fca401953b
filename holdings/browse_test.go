package holdings_test

import (
	"strings"
	"testing"

	"autoholdings/holdings"
	"autoholdings/holdings/library"
	"autoholdings/internal/keyset"
	"autoholdings/internal/plantest"
)

// "Filters are small purposeful inputs with an index behind each field": no listing reads a table from end to end, and
// what few portfolios are is found without walking all titles.
func TestPortfolioFiltersUseTheirIndexes(t *testing.T) {
	t.Parallel()
	db := plantest.Open(t)
	service := library.Open(db.Store, nil, holdings.NoJobs)
	made, err := service.Profiles.CreateInventoryGroup(t.Context(), "Law", "")
	if err != nil {
		t.Fatal(err)
	}
	yes, no, group, since := true, false, made.ID, int64(1)
	for name, c := range map[string]struct {
		filter holdings.PortfolioFilter
		uses   string
	}{
		"none": {holdings.PortfolioFilter{}, "portfolio_title_key_id (title_key>?)"},
		"collection": {
			holdings.PortfolioFilter{CollectionID: 1},
			"portfolio_collection_id_title_key_id (collection_id=? AND title_key>?)",
		},
		"title prefix": {holdings.PortfolioFilter{TitlePrefix: "The a"}, "portfolio_title_key_id (title_key>? AND title_key<?)"},
		"title prefix in collection": {
			holdings.PortfolioFilter{CollectionID: 1, TitlePrefix: "a"},
			"portfolio_collection_id_title_key_id (collection_id=? AND title_key>? AND title_key<?)",
		},
		"title_id":               {holdings.PortfolioFilter{TitleID: "brain"}, "portfolio_title_id_id (title_id=?)"},
		"title_id in collection": {holdings.PortfolioFilter{CollectionID: 1, TitleID: "brain"}, "portfolio_title_id_id (title_id=?)"},
		"identifier in collection": {
			holdings.PortfolioFilter{CollectionID: 1, Identifier: "0006-8950"},
			"SEARCH portfolios USING INTEGER PRIMARY KEY (rowid=?)",
		},
		"identifier, print":  {holdings.PortfolioFilter{Identifier: "0006-8950"}, "portfolio_print_key_id (print_key=?)"},
		"identifier, online": {holdings.PortfolioFilter{Identifier: "0006-8950"}, "portfolio_online_key_id (online_key=?)"},
		"unavailable":        {holdings.PortfolioFilter{Available: &no}, "portfolio_unavailable"},
		"unavailable in collection": {
			holdings.PortfolioFilter{CollectionID: 1, Available: &no},
			"portfolio_unavailable (collection_id=? AND title_key>?)",
		},
		"unlisted": {holdings.PortfolioFilter{Listed: &no}, "portfolio_unlisted"},
		"unlisted in collection": {
			holdings.PortfolioFilter{CollectionID: 1, Listed: &no},
			"portfolio_unlisted (collection_id=? AND title_key>?)",
		},
		"to review": {holdings.PortfolioFilter{NeedsReview: &yes}, "portfolio_review"},
		"to review in collection": {
			holdings.PortfolioFilter{CollectionID: 1, NeedsReview: &yes},
			"portfolio_review (collection_id=? AND title_key>?)",
		},
		"waiting":               {holdings.PortfolioFilter{Waiting: &yes}, "entitlement_waiting"},
		"waiting in collection": {holdings.PortfolioFilter{CollectionID: 1, Waiting: &yes}, "entitlement_waiting"},
		"unprotected":           {holdings.PortfolioFilter{Unprotected: &yes}, "portfolio_unlisted"},
		"unprotected in collection": {
			holdings.PortfolioFilter{CollectionID: 1, Unprotected: &yes},
			"portfolio_unlisted (collection_id=? AND title_key>?)",
		},
		"neither": {holdings.PortfolioFilter{Waiting: &no, Unprotected: &no}, "portfolio_title_key_id (title_key>?)"},
		"removed": {holdings.PortfolioFilter{Removed: true}, "portfolio_removed"},
		"removed from collection": {
			holdings.PortfolioFilter{CollectionID: 1, Removed: true},
			"SEARCH portfolios USING INTEGER PRIMARY KEY (rowid=?)",
		},
		"entitled by": {
			holdings.PortfolioFilter{ProfileID: 1},
			"entitlement_portfolio_id_profile_id (portfolio_id=? AND profile_id=?)",
		},
		"for a group": {holdings.PortfolioFilter{GroupID: group}, "portfolio_title_key_id (title_key>?)"},
		"for a group in collection": {
			holdings.PortfolioFilter{CollectionID: 1, GroupID: group},
			"portfolio_collection_id_title_key_id (collection_id=? AND title_key>?)",
		},
		"has PO line":           {holdings.PortfolioFilter{HasPOLine: &yes}, "poline_portfolio_id_main"},
		"has none":              {holdings.PortfolioFilter{HasPOLine: &no}, "poline_portfolio_id_main (portfolio_id=?)"},
		"licensed":              {holdings.PortfolioFilter{LicenseID: 1}, "portfolio_license_id (license_id=?)"},
		"covered":               {holdings.PortfolioFilter{CoverageOn: "2001-01-01"}, "coveragestatement_entitlement_id_position (entitlement_id=?)"},
		"of a type":             {holdings.PortfolioFilter{PublicationType: "serial"}, "portfolio_title_key_id (title_key>?)"},
		"changed since":         {holdings.PortfolioFilter{ChangedSince: &since}, "portfolio_updated_at_id (updated_at>?)"},
		"changed in collection": {holdings.PortfolioFilter{CollectionID: 1, ChangedSince: &since}, "portfolio_collection_id_updated_at_id (collection_id=? AND updated_at>?)"},
		"available, listed, reviewed": {
			holdings.PortfolioFilter{Available: &yes, Listed: &yes, NeedsReview: &no},
			"portfolio_title_key_id (title_key>?)",
		},
	} {
		after := &keyset.Position{Keys: []string{"m"}, ID: 1}
		if _, err := service.Holdings.Portfolios(t.Context(), c.filter, keyset.Window{First: 50, After: after}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if plan := db.Plan(); !strings.Contains(plan, c.uses) || plantest.ScansTable(plan) {
			t.Errorf("%s: want %s, not a scan:\n%s", name, c.uses, plan)
		}
	}
}

// TestPortfolioOrdersUseTheirIndexes: no page of any order sorts, in either direction.
func TestPortfolioOrdersUseTheirIndexes(t *testing.T) {
	t.Parallel()
	db := plantest.Open(t)
	service := library.Open(db.Store, nil, holdings.NoJobs)
	for order, uses := range map[string]string{
		"TITLE": "portfolio_title_key_id (title_key", "TITLE_ID": "portfolio_title_id_id (title_id",
		"PRINT_IDENTIFIER": "portfolio_print_key_id (print_key", "ONLINE_IDENTIFIER": "portfolio_online_key_id (online_key",
		"UPDATED_AT": "portfolio_updated_at_id (updated_at",
	} {
		for _, backwards := range []bool{false, true} {
			w := keyset.Window{First: 50, After: &keyset.Position{Keys: []string{"7"}, ID: 1}, Order: order, Backwards: backwards}
			if _, err := service.Holdings.Portfolios(t.Context(), holdings.PortfolioFilter{}, w); err != nil {
				t.Fatalf("%s: %v", order, err)
			}
			if plan := db.Plan(); !strings.Contains(plan, uses) || strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("%s, backwards %v: want %s and no sorting:\n%s", order, backwards, uses, plan)
			}
		}
	}
}
