package holdings

import (
	"context"
	"database/sql"
	"fmt"

	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// loadZone reads the keys of the titles that the Community Zone has of a collection: none where its global title list was
// never imported. local says that it is no collection of the Community Zone's.
func loadZone(ctx context.Context, s *store.Store, collectionID int64) (titles chunked[matchable], local bool, err error) {
	c, err := s.Read.Collection.Get(ctx, collectionID)
	if err != nil {
		return titles, false, fmt.Errorf("read the collection: %w", err)
	}
	if c.CommunityZoneCollectionID == nil {
		return titles, true, nil
	}
	rows, err := s.Query(ctx, `SELECT `+identitySQL+`
		FROM community_zone_titles WHERE community_zone_collection_id = ? AND removed_at IS NULL`, *c.CommunityZoneCollectionID)
	if err != nil {
		return titles, false, fmt.Errorf("read the Community Zone: %w", err)
	}
	defer rows.Close()
	var identity sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&identity); err != nil {
			return titles, false, fmt.Errorf("read the Community Zone: %w", err)
		}
		var m matchable
		m.setIdentity(identity)
		titles.add(m)
	}
	return titles, false, rows.Err()
}

// checkZone marks the titles that the Community Zone does not have. A title whose keys point to several of its titles
// is one that it has.
func (p *Plan) checkZone(zone *chunked[matchable], local, skip bool, report func(kbart.Finding)) {
	if local {
		return
	}
	if zone.len() == 0 {
		report(kbart.Finding{
			Severity: kbart.Info, Code: "community-zone-not-checked",
			Message: "the Community Zone has no titles of this collection, so it was not checked which of the list it lacks",
			Hint:    "import the provider's global title list if you want to know",
		})
		return
	}
	titles := newSide(p.list.titles.len(), func(i int32) *matchable { return &p.list.titles.at(i).matchable })
	known := newSide(zone.len(), zone.at)
	matchRound(titles, known, syncSteps)
	ambiguous := candidates(titles, known, syncSteps)
	p.absent, p.skipAbsent = make([]bool, p.list.titles.len()), skip
	for i := range p.absent {
		_, several := ambiguous[int32(i)]
		p.absent[i] = titles.pair[i] == unpaired && !several
	}
}

// lacking says whether the Community Zone was checked and does not have the title.
func (p *Plan) lacking(title int32) bool { return p.absent != nil && p.absent[title] }
