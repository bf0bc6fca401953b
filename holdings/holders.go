package holdings

import (
	"context"
	"fmt"

	"autoholdings/ent"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// Holders says for each of some portfolios why nothing may take it out of the holdings, in words; those that nothing holds
// are not in the map. See RemovePortfolio, whose rules these are.
func Holders(ctx context.Context, read store.QueryFunc, portfolios []*ent.Portfolio, local bool) (map[int64][]string, error) {
	held := map[int64][]string{}
	if len(portfolios) == 0 {
		return held, nil
	}
	ids := make([]int64, len(portfolios))
	for i, p := range portfolios {
		ids[i] = p.ID
	}
	ordered, err := store.IDSet(ctx, read, `SELECT DISTINCT portfolio_id FROM po_lines WHERE portfolio_id IN `, ids)
	if err != nil {
		return nil, err
	}
	listed, err := store.IDSet(ctx, read, `SELECT DISTINCT portfolio_id FROM entitlements
		WHERE active AND profile_id IS NOT NULL AND portfolio_id IN `,
		ids)
	if err != nil {
		return nil, err
	}
	activated := map[int64]bool{}
	if !local {
		activated, err = store.IDSet(ctx, read, `SELECT DISTINCT portfolio_id FROM entitlements
		WHERE active AND profile_id IS NULL AND portfolio_id IN `, ids)
		if err != nil {
			return nil, err
		}
	}
	retained, err := LoadRetentions(ctx, read, ids)
	if err != nil {
		return nil, err
	}
	for _, p := range portfolios {
		var why []string
		if ordered[p.ID] {
			why = append(why, "it has a PO line: detach that first (updatePoLine)")
		}
		if p.LicenseID != nil {
			why = append(why, "it has a license of its own: take that away first")
		}
		if r := retained[p.ID]; r.Holds() {
			why = append(why, fmt.Sprintf("it is retained, since %s: take that back first", r))
		}
		if listed[p.ID] {
			why = append(why, "a provider lists it: it leaves when no list has it any more, and available false keeps patrons from it")
		}
		if activated[p.ID] {
			why = append(why, "it was activated with all titles of the Community Zone: undo that, or set available to false")
		}
		if why != nil {
			held[p.ID] = why
		}
	}
	return held, nil
}

// PlacesOf says where portfolios are, with those of their entitlements that removing or restoring them changes: the ones in
// force or suspended and, in a local collection, the library's own.
func PlacesOf(
	ctx context.Context, read store.QueryFunc, portfolios []*ent.Portfolio, names map[int64]string, own bool,
) (map[int64]plan.Place, error) {
	places := make(map[int64]plan.Place, len(portfolios))
	if len(portfolios) == 0 {
		return places, nil
	}
	ids := make([]int64, len(portfolios))
	for i, p := range portfolios {
		ids[i] = p.ID
		places[p.ID] = plan.Place{Collection: p.CollectionID, Name: names[p.CollectionID], RemovedAt: p.RemovedAt, Review: p.Review}
	}
	which := `(active OR waiting <> '')`
	if own {
		which = `(active OR waiting <> '' OR profile_id IS NULL)`
	}
	placeholders, args := store.InList(ids)
	rows, err := read(ctx, `SELECT portfolio_id, id, active, waiting, waiting_since, ended_at FROM entitlements WHERE `+which+
		` AND portfolio_id IN `+placeholders+` ORDER BY portfolio_id, id`, args...)
	if err != nil {
		return nil, fmt.Errorf("read the entitlements: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var e plan.PlaceEntitlement
		if err := rows.Scan(&id, &e.ID, &e.Active, &e.Waiting, &e.WaitingSince, &e.EndedAt); err != nil {
			return nil, fmt.Errorf("read the entitlements: %w", err)
		}
		place := places[id]
		place.Entitlements = append(place.Entitlements, e)
		places[id] = place
	}
	return places, rows.Err()
}
