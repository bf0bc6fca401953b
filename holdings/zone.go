package holdings

import (
	"context"
	"database/sql"
	"fmt"

	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// loadZone reads the keys of the titles that the Community Zone has of a collection: none where its global title list
// was never imported. local says that it is no collection of the Community Zone's.
func loadZone(ctx context.Context, s *store.Store, collectionID int64) (titles chunked[identity], local bool, err error) {
	c, err := s.Read.Collection.Get(ctx, collectionID)
	if err != nil {
		return titles, false, fmt.Errorf("read the collection: %w", err)
	}
	if c.CommunityZoneCollectionID == nil {
		return titles, true, nil
	}
	err = eachZoneTitle(ctx, s, *c.CommunityZoneCollectionID, false, func(h *held, _ int64) { titles.add(h.identity) })
	return titles, false, err
}

// eachZoneTitle reads keys and hashes of the titles of a Community Zone collection, as planning knows portfolios: those
// that are there, and with removed those that were. addedBy is the job that added a title last, or 0.
func eachZoneTitle(ctx context.Context, s *store.Store, zoneID int64, removed bool, fn func(h *held, addedBy int64)) error {
	query := `SELECT id, ` + identitySQL + `, values_hash, coverage_hash,
		CASE WHEN removed_at IS NULL THEN 0 ELSE 1 END, COALESCE(added_by_job_id, 0)
		FROM community_zone_titles WHERE community_zone_collection_id = ?`
	if !removed {
		query += ` AND removed_at IS NULL`
	}
	rows, err := s.Query(ctx, query, zoneID)
	if err != nil {
		return fmt.Errorf("read the Community Zone: %w", err)
	}
	defer rows.Close()
	var identity sql.RawBytes
	var values, coverage, addedBy int64
	for rows.Next() {
		var h held
		err := rows.Scan(&h.id, &identity, &values, &coverage, &h.hidden, &addedBy)
		if err != nil {
			return fmt.Errorf("read the Community Zone: %w", err)
		}
		h.values, h.coverage = uint64(values), uint64(coverage)
		h.setIdentity(identity)
		fn(&h, addedBy)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read the Community Zone: %w", err)
	}
	return nil
}

// checkZone marks the titles that the Community Zone does not have. A title whose keys point to several of its titles
// is one that it has.
func (p *Plan) checkZone(zone *chunked[identity], local, skip bool, report func(kbart.Finding)) {
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
	titles := newSide(p.list.titles.len(), func(i int32) *identity { return &p.list.titles.at(i).identity })
	known := newSide(zone.len(), zone.at)
	found := &pairing{
		titles: titles, portfolios: known, round: func(int32) uint8 { return 0 },
		inOrder: func(titles, portfolios []int32) error { return nil }, // any of several that are alike will do
	}
	_ = found.run() // only putting twins into order can fail
	p.absent, p.skipAbsent = make([]bool, p.list.titles.len()), skip
	for i := range p.absent {
		_, several := found.ambiguous[int32(i)]
		p.absent[i] = titles.pair[i] == unpaired && !several
	}
}

// lacking says whether the Community Zone was checked and does not have the title.
func (p *Plan) lacking(title int32) bool { return p.absent != nil && p.absent[title] }
