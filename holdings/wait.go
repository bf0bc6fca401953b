package holdings

import (
	"context"
	"fmt"
	"time"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// waitBatch suspends the entitlements to portfolios that might be one of the list's titles, until it is clear which.
func (w *portfolioTarget) waitBatch(ctx context.Context, tx *store.Tx, batch []plan.WaitingPortfolio) error {
	ids, entitlements := make([]int64, len(batch)), make([]int64, len(batch))
	for i, waits := range batch {
		ids[i], entitlements[i] = w.plan.Portfolios.At(waits.Portfolio).ID, w.plan.Portfolios.At(waits.Portfolio).Entitlement
	}
	there, err := w.plan.load(ctx, tx.SQL.QueryContext, ids)
	if err != nil {
		return err
	}
	states, err := loadEntitlements(ctx, tx.SQL.QueryContext, entitlements)
	if err != nil {
		return err
	}
	others, err := w.otherHolders(ctx, tx, ids, func(i int) int32 { return batch[i].Portfolio })
	if err != nil {
		return err
	}
	byReason := map[string][]int64{}
	var unlisted []int64
	for i, waits := range batch {
		p := there[ids[i]]
		if p == nil {
			return ErrHoldingsChanged
		}
		p.SetEntitlement(states[entitlements[i]])
		byReason[waits.Why] = append(byReason[waits.Why], ids[i])
		if !others[ids[i]].profile {
			unlisted = append(unlisted, ids[i])
		}
		why := plan.Leaving{Waits: waits.Why}
		if successor, ok := w.successors[waits.Portfolio]; ok {
			why.Successor = &successor
		}
		w.out.Counts.Waiting++
		w.out.Change(ReportLine{
			Portfolio: ids[i], Action: plan.Wait, Title: plan.CitationOf(&p.Values),
			Values: plan.ValuesOfState(plan.StateOf(p, entitlements[i]), why),
		})
	}
	if w.out.Show {
		return nil
	}
	for why, portfolios := range byReason {
		if err := w.suspend(ctx, tx, why, portfolios); err != nil {
			return err
		}
	}
	return w.unlist(ctx, tx, unlisted)
}

func (w *portfolioTarget) suspend(ctx context.Context, tx *store.Tx, why string, portfolios []int64) error {
	placeholders, args := store.InList(portfolios)
	since := w.service.today(w.out.Part).Format(time.DateOnly)
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE entitlements SET active = ?, waiting = ?, waiting_since = ?, ended_at = ?, updated_at = ?
		WHERE profile_id IS NOT DISTINCT FROM ? AND portfolio_id IN `+placeholders,
		append([]any{false, why, since, w.out.Now, w.out.Now, w.out.Part.profile()}, args...)...); err != nil {
		return fmt.Errorf("suspend the entitlements: %w", err)
	}
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE portfolios SET review = ?, updated_at = ?,
		review_since = CASE WHEN review = ? THEN review_since ELSE ? END WHERE id IN `+placeholders,
		append([]any{why, w.out.Now, why, w.out.Now}, args...)...); err != nil {
		return fmt.Errorf("mark the portfolios that wait: %w", err)
	}
	return nil
}
