package holdings

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"autoholdings/ent"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
)

// Holds is what holds a portfolio in the holdings, so that nobody may take it out by hand or with others. It is the one
// place that says so; runs ask loadProtections, since a license without perpetual access keeps nothing that has left a list.
type Holds struct {
	orders, closed []string // the numbers of its PO lines, and those of them that are closed
	others         []string // what else holds it, in words
}

// Any says whether anything holds it.
func (h Holds) Any() bool { return len(h.orders) > 0 || len(h.others) > 0 }

// OnlyClosedOrders says whether closed orders, and nothing else, hold it.
func (h Holds) OnlyClosedOrders() bool {
	return len(h.orders) > 0 && len(h.orders) == len(h.closed) && len(h.others) == 0
}

// Reasons says in words why it stays, and what to do about that.
func (h Holds) Reasons() (reasons []string) {
	if n := len(h.orders); n > 0 {
		order := fmt.Sprintf("it has the PO %s %s: detach %s or attach %[3]s to another portfolio first (updatePoLine)",
			words.Plural(n, "line", "lines"), strings.Join(h.orders, ", "), words.Plural(n, "it", "them"))
		if len(h.closed) == n {
			order += ", or end what closed orders protect (changePortfolios with END_CLOSED_ORDERS)"
		}
		reasons = append(reasons, order)
	}
	return append(reasons, h.others...)
}

// HoldsOf reads what holds some portfolios of a collection, local or not; those that nothing holds are not in the map.
func HoldsOf(ctx context.Context, read store.QueryFunc, portfolioIDs []int64, local bool) (map[int64]Holds, error) {
	held := map[int64]Holds{}
	if len(portfolioIDs) == 0 {
		return held, nil
	}
	for _, load := range []func(context.Context, store.QueryFunc, []int64, map[int64]Holds) error{loadOrders, loadLicensed} {
		if err := load(ctx, read, portfolioIDs, held); err != nil {
			return nil, err
		}
	}
	retained, err := LoadRetentions(ctx, read, portfolioIDs)
	if err != nil {
		return nil, err
	}
	for id, r := range retained {
		addHold(held, id, fmt.Sprintf("it is retained, since %s: take that back first, or set accessRights to CURRENT (updatePortfolio)", r))
	}
	return held, loadEntitled(ctx, read, portfolioIDs, local, held)
}

func addHold(held map[int64]Holds, id int64, why string) {
	h := held[id]
	h.others = append(h.others, why)
	held[id] = h
}

// closedStatuses are those of PO lines that nobody pays for any more, in upper case.
var closedStatuses = []string{"CLOSED", "CANCELLED", "CANCELED"}

// ClosedOrder says whether the status of a PO line says that it is closed.
func ClosedOrder(status string) bool { return slices.Contains(closedStatuses, strings.ToUpper(status)) }

// ClosedOrderSQL is ClosedOrder as a condition on a PO line l.
var ClosedOrderSQL = `UPPER(l.status) IN ('` + strings.Join(closedStatuses, `', '`) + `')`

func loadOrders(ctx context.Context, read store.QueryFunc, portfolioIDs []int64, held map[int64]Holds) error {
	placeholders, args := store.InList(portfolioIDs)
	rows, err := read(ctx, `SELECT l.portfolio_id, l.number, `+ClosedOrderSQL+` FROM po_lines l WHERE l.portfolio_id IN `+placeholders+`
		ORDER BY l.portfolio_id, l.main DESC, l.created_at, l.id`, args...)
	if err != nil {
		return fmt.Errorf("read the PO lines that hold portfolios: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var number string
		var closed bool
		if err := rows.Scan(&id, &number, &closed); err != nil {
			return fmt.Errorf("read the PO lines that hold portfolios: %w", err)
		}
		h := held[id]
		h.orders = append(h.orders, number)
		if closed {
			h.closed = append(h.closed, number)
		}
		held[id] = h
	}
	return rows.Err()
}

func loadLicensed(ctx context.Context, read store.QueryFunc, portfolioIDs []int64, held map[int64]Holds) error {
	placeholders, args := store.InList(portfolioIDs)
	rows, err := read(ctx, `SELECT h.id, l.code
		FROM (SELECT id, license_id FROM portfolios WHERE license_id IS NOT NULL AND id IN `+placeholders+`
			UNION ALL SELECT portfolio_id, license_id FROM additional_licenses WHERE portfolio_id IN `+placeholders+`) h
		JOIN licenses l ON l.id = h.license_id ORDER BY h.id, l.code`, slices.Concat(args, args)...)
	if err != nil {
		return fmt.Errorf("read the licenses that hold portfolios: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var code string
		if err := rows.Scan(&id, &code); err != nil {
			return fmt.Errorf("read the licenses that hold portfolios: %w", err)
		}
		addHold(held, id, fmt.Sprintf("it has the license %s, which would stay in use by a portfolio that nobody sees: take it away first "+
			"(updatePortfolio)", code))
	}
	return rows.Err()
}

// loadEntitled adds the entitlements in force that hold portfolios. In a local collection those without a profile do not.
func loadEntitled(ctx context.Context, read store.QueryFunc, portfolioIDs []int64, local bool, held map[int64]Holds) error {
	placeholders, args := store.InList(portfolioIDs)
	rows, err := read(ctx, `SELECT e.portfolio_id, e.profile_id IS NOT NULL, COALESCE(f.description, ''), COALESCE(f.provider, ''),
			COALESCE(f.customer_number, '')
		FROM entitlements e LEFT JOIN profiles f ON f.id = e.profile_id WHERE e.active AND e.portfolio_id IN `+placeholders+`
		ORDER BY e.portfolio_id, e.id`, args...)
	if err != nil {
		return fmt.Errorf("read the entitlements that hold portfolios: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var ofProfile bool
		var p ent.Profile
		if err := rows.Scan(&id, &ofProfile, &p.Description, &p.Provider, &p.CustomerNumber); err != nil {
			return fmt.Errorf("read the entitlements that hold portfolios: %w", err)
		}
		switch {
		case ofProfile:
			addHold(held, id, fmt.Sprintf("a provider lists it, for the profile %q: it leaves when no list has it any more. To keep patrons "+
				"from it, set available to false (updatePortfolio)", ProfileName(&p)))
		case !local:
			addHold(held, id, "it was activated with all titles of the Community Zone: to keep patrons from it, set available to false "+
				"(updatePortfolio), or undo that activation")
		}
	}
	return rows.Err()
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
		at := plan.Place{Collection: p.CollectionID, Name: names[p.CollectionID], RemovedAt: p.RemovedAt, Review: p.Review}
		if p.Review != "" {
			at.ReviewSince = p.ReviewSince
		}
		places[p.ID] = at
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
