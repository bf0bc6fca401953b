package holdings

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// AppliedActions are the actions of report lines that changed something of a portfolio. The other lines of a report list what was
// left as it is.
var AppliedActions = []plan.Action{
	plan.Add, plan.Update, plan.Locked, plan.Remove, plan.Keep, plan.Withdraw, plan.Wait, plan.Diverges, plan.MovePOLine, plan.MoveLicense,
	plan.MoveStaff,
	plan.Restore, plan.MovePortfolio,
}

// LatestMomentSQL selects the latest moment of a change; NULL: there is none.
const LatestMomentSQL = `SELECT MAX(moment) FROM (SELECT MAX(settled_at) AS moment FROM job_parts WHERE settled_at IS NOT NULL
	UNION ALL SELECT MAX(created_at) FROM edits) AS moments`

// momentOf returns the moment of what a transaction of Store.Write changes: its time, but later than the moment of every
// change before it.
//
// Moments order what was changed in the order in which it was committed, though clocks stand still or go back: no two
// transactions of Store.Write run at once, so each sees all moments before its own. That is why a reader that has seen the
// changes of one moment has missed none before it. A part, which writes in many transactions beside others, gets its moment
// in its last one, which is one of Store.Write; before that none of its changes is shown.
func momentOf(ctx context.Context, tx *store.Tx) (int64, error) {
	var latest sql.NullInt64
	if err := tx.SQL.QueryRowContext(ctx, LatestMomentSQL).Scan(&latest); err != nil {
		return 0, fmt.Errorf("look for the latest change: %w", err)
	}
	return max(tx.Now, latest.Int64+1), nil
}

// Settle makes the changes of a job's part that is over part of all changes, if it changed a portfolio. tx must be one of
// Store.Write.
func Settle(ctx context.Context, tx *store.Tx, partID int64) error {
	moment, err := momentOf(ctx, tx)
	if err != nil {
		return err
	}
	args := []any{moment, partID}
	for _, action := range AppliedActions {
		args = append(args, string(action))
	}
	_, err = tx.SQL.ExecContext(ctx, `UPDATE job_parts SET settled_at = ? WHERE id = ? AND settled_at IS NULL AND written_at IS NOT NULL
		AND EXISTS (SELECT 1 FROM job_changes c WHERE c.part_id = job_parts.id AND c.portfolio_id IS NOT NULL
			AND c.action IN (?`+strings.Repeat(", ?", len(AppliedActions)-1)+`))`, args...)
	if err != nil {
		return fmt.Errorf("settle the changes of part %d: %w", partID, err)
	}
	return nil
}

// ChangesFrom returns since when all lines of jobs' reports are kept, in Unix milliseconds: of jobs that were over before, they may
// have been removed. 0: none was.
func ChangesFrom(ctx context.Context, read store.QueryFunc) (from int64, err error) {
	rows, err := read(ctx, `SELECT changes_from FROM settings`)
	if err != nil {
		return 0, fmt.Errorf("look how far back reports reach: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&from); err != nil {
			return 0, fmt.Errorf("look how far back reports reach: %w", err)
		}
	}
	return from, rows.Err()
}

// AsMoment writes a time in Unix milliseconds for people.
func AsMoment(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.RFC3339) }
