package holdings

import (
	"context"
	"fmt"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
)

// PlanWithdrawal plans to end all entitlements that the part's profile has in force or suspended in its collection.
// Nothing would be left, so the plan's guard holds it unless there are none.
func (s *Service) PlanWithdrawal(ctx context.Context, part *Part) (*Plan, error) {
	portfolios, _, err := loadHeld(ctx, s.store, part)
	if err != nil {
		return nil, err
	}
	return &Plan{Plan: plan.OfWithdrawal(portfolios), part: part}, nil
}

// EntitledCollections returns the ids of the collections in which a profile has entitlements in force or suspended, by
// content type; content "" means any.
func (s *Service) EntitledCollections(ctx context.Context, tx *store.Tx, profileID int64, content string) ([]int64, error) {
	ids, err := store.ScanIDs(tx.SQL.QueryContext(ctx,
		`SELECT p.collection_id FROM entitlements e JOIN portfolios p ON p.id = e.portfolio_id
			JOIN collections c ON c.id = p.collection_id
		WHERE e.profile_id = ? AND (e.active OR e.waiting <> '') AND (c.content = ? OR ? = '')
		GROUP BY c.content, p.collection_id ORDER BY c.content, p.collection_id`, profileID, content, content))
	if err != nil {
		return nil, fmt.Errorf("look up the collections of profile %d: %w", profileID, err)
	}
	return ids, nil
}

// CollectionsOfProfile returns the ids of the collections with portfolios to which a profile has an entitlement or had one.
func CollectionsOfProfile(ctx context.Context, tx *store.Tx, profileID int64) ([]int64, error) {
	ids, err := store.ScanIDs(tx.SQL.QueryContext(ctx, `SELECT DISTINCT p.collection_id
		FROM entitlements e JOIN portfolios p ON p.id = e.portfolio_id WHERE e.profile_id = ? ORDER BY p.collection_id`, profileID))
	if err != nil {
		return nil, fmt.Errorf("look up the collections of profile %d: %w", profileID, err)
	}
	return ids, nil
}

// withdrawal counts what would happen to the portfolios if a profile's entitlements were withdrawn.
type withdrawal struct{ removed, kept, withdrawn int }

// All is the number of the entitlements.
func (w withdrawal) All() int { return w.removed + w.kept + w.withdrawn }

// String says it in words: "200 portfolios would be removed, 3 kept for a PO line or perpetual access, and 5 stay with
// other profiles".
func (w withdrawal) String() string {
	return fmt.Sprintf("%s would be removed, %s kept for a PO line or perpetual access, and %s stay with other profiles",
		words.Count(w.removed, "portfolio", "portfolios"), words.Figure(w.kept), words.Figure(w.withdrawn))
}

// CountWithdrawal counts what withdrawing all of a profile's entitlements, in force or suspended, would do.
func CountWithdrawal(ctx context.Context, tx *store.Tx, profileID int64) (w withdrawal, err error) {
	err = tx.SQL.QueryRowContext(ctx,
		`SELECT COUNT(*) FILTER (WHERE NOT elsewhere AND NOT protected), COUNT(*) FILTER (WHERE NOT elsewhere AND protected),
			COUNT(*) FILTER (WHERE elsewhere)
		FROM (SELECT
			EXISTS (SELECT 1 FROM entitlements o WHERE o.portfolio_id = e.portfolio_id AND o.active
				AND o.profile_id IS DISTINCT FROM e.profile_id) AS elsewhere,
			EXISTS (SELECT 1 FROM po_lines l WHERE l.portfolio_id = e.portfolio_id) OR `+RetainedSQL+` AS protected
			FROM entitlements e JOIN portfolios p ON p.id = e.portfolio_id JOIN collections k ON k.id = p.collection_id
			WHERE e.profile_id = ? AND (e.active OR e.waiting <> '')) AS held`, profileID).
		Scan(&w.removed, &w.kept, &w.withdrawn)
	if err != nil {
		return w, fmt.Errorf("count the entitlements of profile %d: %w", profileID, err)
	}
	return w, nil
}
