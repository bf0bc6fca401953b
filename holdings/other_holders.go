package holdings

import (
	"context"
	"fmt"

	"autoholdings/internal/store"
)

// A portfolio may be in the holdings by the library's own decision: imported into a local collection, or activated with
// all titles of the Community Zone. It then has one entitlement without a profile (profile_id is NULL), which carries
// its coverage. A part whose ProfileID is 0 plans, writes and undoes these entitlements, as other parts do those of
// their profile.

// otherHolder is what else holds a portfolio, besides the entitlement of the part's own profile.
type otherHolder struct {
	any     bool // another entitlement is in force, or suspended until it is clear which title this is
	profile bool // another profile's entitlement is in force: the provider lists the portfolio
}

// otherHolders tells what else holds each of the portfolios.
func (p *Part) otherHolders(ctx context.Context, tx *store.Tx, portfolioIDs []int64) (map[int64]otherHolder, error) {
	placeholders, args := store.InList(portfolioIDs)
	rows, err := tx.SQL.QueryContext(ctx,
		`SELECT portfolio_id, MAX(CASE WHEN active AND profile_id IS NOT NULL THEN 1 ELSE 0 END) FROM entitlements
		WHERE (active OR waiting <> '') AND profile_id IS DISTINCT FROM ? AND portfolio_id IN `+placeholders+` GROUP BY portfolio_id`,
		append([]any{p.profile()}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read what else holds the portfolios: %w", err)
	}
	defer rows.Close()
	found := map[int64]otherHolder{}
	for rows.Next() {
		var id, profile int64
		if err := rows.Scan(&id, &profile); err != nil {
			return nil, fmt.Errorf("read what else holds the portfolios: %w", err)
		}
		found[id] = otherHolder{any: true, profile: profile == 1}
	}
	return found, rows.Err()
}

// otherHolders tells what else holds portfolios of the plan. In a preview on top of earlier parts, the plan already
// knows what those would leave.
func (w *portfolioTarget) otherHolders(
	ctx context.Context, tx *store.Tx, ids []int64, portfolio func(i int) int32,
) (map[int64]otherHolder, error) {
	if w.plan.foreseen == nil {
		return w.out.Part.otherHolders(ctx, tx, ids)
	}
	found := map[int64]otherHolder{}
	for i, id := range ids {
		h := w.plan.Portfolios.At(portfolio(i))
		found[id] = otherHolder{any: h.HeldByOthers || h.AwaitedByOtherProfile, profile: h.HeldByOtherProfile}
	}
	return found, nil
}

// unlist marks portfolios that stay as no longer listed by any provider.
func (w *portfolioTarget) unlist(ctx context.Context, tx *store.Tx, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	placeholders, args := store.InList(ids)
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE portfolios SET listed = ?, updated_at = ? WHERE id IN `+placeholders,
		append([]any{false, w.out.Now}, args...)...); err != nil {
		return fmt.Errorf("say that the portfolios are no longer listed: %w", err)
	}
	return nil
}

// DetachEntitlements keeps the ended entitlements of a profile that is deleted, but without the profile: each is the
// last coverage of a portfolio that may be kept for its PO line. A portfolio has at most one entitlement without a
// profile: the one in force stays, else the one that ended last.
func DetachEntitlements(ctx context.Context, tx *store.Tx, profileID int64) error {
	for _, statement := range []string{
		`DELETE FROM entitlements WHERE profile_id = ? AND EXISTS (SELECT 1 FROM entitlements o
			WHERE o.portfolio_id = entitlements.portfolio_id AND o.profile_id IS NULL
				AND (o.active OR COALESCE(o.ended_at, 0) > COALESCE(entitlements.ended_at, 0)))`,
		`DELETE FROM entitlements WHERE profile_id IS NULL AND portfolio_id IN (SELECT portfolio_id FROM entitlements WHERE profile_id = ?)`,
		`UPDATE entitlements SET profile_id = NULL WHERE profile_id = ?`,
	} {
		if _, err := tx.SQL.ExecContext(ctx, statement, profileID); err != nil {
			return fmt.Errorf("detach the ended entitlements of profile %d: %w", profileID, err)
		}
	}
	return nil
}
