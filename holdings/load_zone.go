package holdings

import (
	"context"
	"database/sql"
	"fmt"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// loadZone reads the keys of the titles that the Community Zone has for a collection. There are none if its global
// title list was never imported. local says that the collection did not come from the Community Zone.
func loadZone(ctx context.Context, s *store.Store, collectionID int64) (titles plan.ChunkedList[plan.Identity], local bool, err error) {
	c, err := s.Read.Collection.Get(ctx, collectionID)
	if err != nil {
		return titles, false, fmt.Errorf("read the collection: %w", err)
	}
	if c.CommunityZoneCollectionID == nil {
		return titles, true, nil
	}
	err = eachZoneTitle(ctx, s, *c.CommunityZoneCollectionID, false, func(h *plan.HeldPortfolio, _ int64) { titles.Add(h.Identity) })
	return titles, false, err
}

// eachZoneTitle reads the keys and hashes of a Community Zone collection's titles, in the form that planning uses for
// portfolios. With removed it includes titles that were taken out. addedBy is the job that last added a title, or 0.
func eachZoneTitle(ctx context.Context, s *store.Store, zoneID int64, removed bool, fn func(h *plan.HeldPortfolio, addedBy int64)) error {
	query := `SELECT id, ` + plan.IdentitySQL + `, values_hash, coverage_hash,
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
		var h plan.HeldPortfolio
		err := rows.Scan(&h.ID, &identity, &values, &coverage, &h.Hidden, &addedBy)
		if err != nil {
			return fmt.Errorf("read the Community Zone: %w", err)
		}
		h.ValuesHash, h.CoverageHash = uint64(values), uint64(coverage)
		h.ParseIdentitySQL(identity)
		fn(&h, addedBy)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read the Community Zone: %w", err)
	}
	return nil
}
