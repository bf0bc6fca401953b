package holdings

import (
	"context"
	"fmt"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// A pairing by hand moves what hangs on a portfolio to another one, which may be out of the holdings, and then brings that one back.
// Its undo goes the other way round. So what was moved still protects the portfolio when it would leave, and it is kept: nothing
// that has a PO line is ever out of the holdings, wherever an undo stops. It leaves once that has gone back.

// KeptByUndo returns the portfolios that undos of a job have kept and that were out of the holdings before the job. subjectPartID is
// one of the job's parts.
func (w *PartWriter) KeptByUndo(ctx context.Context, subjectPartID int64) (map[int64]plan.PortfolioState, error) {
	const job = `(SELECT job_id FROM job_parts WHERE id = ?)`
	rows, err := w.Store.Query(ctx, `SELECT a.portfolio_id, a.old_value FROM job_changes a
		WHERE a.job_id = `+job+` AND a.action = 'ADD' AND a.field = '' AND a.value_kind = 'STATE'
		AND a.portfolio_id IN (SELECT k.portfolio_id FROM jobs u JOIN job_changes k ON k.job_id = u.id
			WHERE u.kind = 'UNDO' AND u.subject_job_id = `+job+` AND (u.mode = 'APPLY' OR u.id = ?) AND k.action = 'KEEP' AND k.field = '')`,
		subjectPartID, subjectPartID, w.Part.JobID)
	if err != nil {
		return nil, fmt.Errorf("read what the undo has kept: %w", err)
	}
	defer rows.Close()
	found := map[int64]plan.PortfolioState{}
	for rows.Next() {
		var id int64
		was := plan.Values{Kind: plan.StateValues}
		if err := rows.Scan(&id, &was.Old); err != nil {
			return nil, fmt.Errorf("read what the undo has kept: %w", err)
		}
		state, err := was.State()
		if err != nil {
			return nil, err
		}
		if state.RemovedAt != nil {
			found[id] = state
		}
	}
	return found, rows.Err()
}

// TakeOutKept takes some of the portfolios that an undo has kept out of the holdings again, as they were before the job, where
// nothing protects or holds them any more. placing updates portfolios: when they left. In a preview, shown is what it has shown of
// lists, and Part.Pairs says what would hang on the portfolios.
func (w *PartWriter) TakeOutKept(
	ctx context.Context, tx *store.Tx, kept map[int64]plan.PortfolioState, ids []int64, placing *store.Inserter, shown *ShownUndo,
) error {
	there, err := loadStored(ctx, tx.SQL.QueryContext, ids)
	if err != nil {
		return err
	}
	protected, err := w.Part.protections(ctx, tx, ids)
	if err != nil {
		return err
	}
	holders, err := shown.holders(ctx, tx, nobody, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		p := there[id]
		if s := shown.portfolio(id); s != nil {
			p = &s.now
		}
		if p == nil || p.RemovedAt != nil || p.Listed || protected[id].any() || holders[id].any {
			continue
		}
		w.Counts.Removed++
		w.Change(ReportLine{
			Portfolio: id, Action: plan.Remove, Title: plan.CitationOf(&p.Values),
			Values: plan.ValuesOfState(plan.StateOf(p, 0), plan.Leaving{}),
		})
		if !w.Show {
			placing.Add(kept[id].RemovedAt, w.Now, id)
		}
	}
	return nil
}
