package collections_test

import (
	"strings"
	"testing"

	"autoholdings/holdings"
	"autoholdings/holdings/collections"
	"autoholdings/holdings/library"
	"autoholdings/internal/keyset"
	"autoholdings/internal/plantest"
)

func TestCommunityZoneTitleFiltersUseTheirIndexes(t *testing.T) {
	t.Parallel()
	db := plantest.Open(t)
	service := library.Open(db.Store, nil, holdings.NoJobs)
	type filter = collections.CommunityZoneTitleFilter
	const inCollection = "communityzonetitle_community_zone_collection_id_title_key_id (community_zone_collection_id=? AND title_key>?"
	for name, c := range map[string]struct {
		filter filter
		uses   string
	}{
		"none":                       {filter{}, "communityzonetitle_title_key_id (title_key>?)"},
		"collection":                 {filter{CommunityZoneID: "1"}, inCollection + ")"},
		"title prefix":               {filter{TitlePrefix: "The a"}, "communityzonetitle_title_key_id (title_key>? AND title_key<?)"},
		"title prefix in collection": {filter{CommunityZoneID: "1", TitlePrefix: "a"}, inCollection + " AND title_key<?)"},
		"title_id":                   {filter{TitleID: "brain"}, "communityzonetitle_title_id_id (title_id=?)"},
		"title_id in collection":     {filter{CommunityZoneID: "1", TitleID: "brain"}, "communityzonetitle_title_id_id (title_id=?)"},
		"identifier, print":          {filter{Identifier: "0006-8950"}, "communityzonetitle_print_key_id (print_key=?)"},
		"identifier, online":         {filter{Identifier: "0006-8950"}, "communityzonetitle_online_key_id (online_key=?)"},
		"identifier in collection": {
			filter{CommunityZoneID: "1", Identifier: "0006-8950"},
			"SEARCH community_zone_titles USING INTEGER PRIMARY KEY (rowid=?)",
		},
	} {
		after := &keyset.Position{Keys: []string{"m"}, ID: 1}
		if _, err := service.Collections.CommunityZoneTitles(t.Context(), c.filter, keyset.Window{First: 50, After: after}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if plan := db.Plan(); !strings.Contains(plan, c.uses) || plantest.ScansTable(plan) {
			t.Errorf("%s: want %s, not a scan:\n%s", name, c.uses, plan)
		}
	}
}
