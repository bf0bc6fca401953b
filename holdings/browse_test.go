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
	yes, no, group := true, false, made.ID
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
		"title_id":               {holdings.PortfolioFilter{TitleID: "brain"}, "portfolio_title_id (title_id=?)"},
		"title_id in collection": {holdings.PortfolioFilter{CollectionID: 1, TitleID: "brain"}, "portfolio_title_id (title_id=?)"},
		"identifier in collection": {
			holdings.PortfolioFilter{CollectionID: 1, Identifier: "0006-8950"},
			"SEARCH portfolios USING INTEGER PRIMARY KEY (rowid=?)",
		},
		"identifier, print":  {holdings.PortfolioFilter{Identifier: "0006-8950"}, "portfolio_print_key (print_key=?)"},
		"identifier, online": {holdings.PortfolioFilter{Identifier: "0006-8950"}, "portfolio_online_key (online_key=?)"},
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
