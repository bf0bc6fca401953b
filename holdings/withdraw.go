package holdings

import (
	"context"
	"fmt"
	"strings"

	"autoholdings/internal/store"
)

// PlanWithdrawal plans to end all entitlements that the part's profile has in force in its collection. Nothing would be
// left, so the plan's guard holds it, unless there are none.
func (s *Service) PlanWithdrawal(ctx context.Context, part *Part) (*Plan, error) {
	portfolios, _, err := loadHeld(ctx, s.store, part)
	if err != nil {
		return nil, err
	}
	p := &Plan{list: &list{}, held: portfolios}
	for i := range int32(portfolios.len()) {
		if h := portfolios.at(i); h.entitled || h.waits && !h.hidden {
			p.leaving = append(p.leaving, leaving{portfolio: i, action: leavingAction(h)})
		}
	}
	p.Counts.EntitlementsBefore, p.Counts.EntitlementsAffected = len(p.leaving), len(p.leaving)
	p.Guards = judgeRemovals(Marks{}, len(p.leaving), len(p.leaving))
	return p, nil
}

// EntitledCollections are those in which a profile has entitlements in force, in the order of their ids; content is ""
// for those of any content type.
func (s *Service) EntitledCollections(ctx context.Context, tx *store.Tx, profileID int64, content string) ([]int64, error) {
	rows, err := tx.SQL.QueryContext(ctx, `SELECT DISTINCT p.collection_id FROM entitlements e JOIN portfolios p ON p.id = e.portfolio_id
			JOIN collections c ON c.id = p.collection_id
		WHERE e.profile_id = ? AND (e.active OR e.waiting <> '') AND (c.content = ? OR ? = '') ORDER BY p.collection_id`, profileID, content,
		content)
	if err != nil {
		return nil, fmt.Errorf("look up the collections of profile %d: %w", profileID, err)
	}
	return scanIDs(rows)
}

// withdrawal is what withdrawing a profile's entitlements would come to, in portfolios.
type withdrawal struct{ removed, kept, withdrawn int }

func (w withdrawal) all() int { return w.removed + w.kept + w.withdrawn }

// String says it in words: "200 portfolios would be removed, 3 kept for a PO line, and 5 stay with other profiles".
func (w withdrawal) String() string {
	return fmt.Sprintf("%s would be removed, %s kept for a PO line, and %s stay with other profiles",
		countedInGroups(w.removed, "portfolio", "portfolios"), inGroups(w.kept), inGroups(w.withdrawn))
}

func countWithdrawal(ctx context.Context, tx *store.Tx, profileID int64) (w withdrawal, err error) {
	err = tx.SQL.QueryRowContext(ctx,
		`SELECT COUNT(*) FILTER (WHERE NOT elsewhere AND NOT ordered), COUNT(*) FILTER (WHERE NOT elsewhere AND ordered),
			COUNT(*) FILTER (WHERE elsewhere)
		FROM (SELECT
			EXISTS (SELECT 1 FROM entitlements o WHERE o.portfolio_id = e.portfolio_id AND o.active
				AND o.profile_id IS DISTINCT FROM e.profile_id) AS elsewhere,
			EXISTS (SELECT 1 FROM po_lines l WHERE l.portfolio_id = e.portfolio_id) AS ordered
			FROM entitlements e WHERE e.profile_id = ? AND (e.active OR e.waiting <> '')) AS held`, profileID).
		Scan(&w.removed, &w.kept, &w.withdrawn)
	if err != nil {
		return w, fmt.Errorf("count the entitlements of profile %d: %w", profileID, err)
	}
	return w, nil
}

// inGroups is a number for a person to read: 5,333.
func inGroups(n int) string {
	digits := fmt.Sprint(n)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// countedInGroups is a number with its noun: "5,333 portfolios".
func countedInGroups(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return inGroups(n) + " " + many
}
