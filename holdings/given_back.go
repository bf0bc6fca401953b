package holdings

import (
	"context"
	"fmt"

	"autoholdings/internal/store"
)

// ClearGivenBack records that a person has seen that a part would take away again what an undo gave back, and has
// declined. That guard holds a plan only once.
func ClearGivenBack(ctx context.Context, tx *store.Tx, partID int64) error {
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE entitlements SET given_back = ? WHERE given_back
		AND profile_id = (SELECT profile_id FROM job_parts WHERE id = ?)
		AND portfolio_id IN (SELECT portfolio_id FROM job_changes WHERE part_id = ? AND action IN ('REMOVE', 'KEEP', 'WITHDRAW', 'WAIT'))`,
		false, partID, partID); err != nil {
		return fmt.Errorf("note that removals were held once: %w", err)
	}
	return nil
}
