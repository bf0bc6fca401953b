package holdings

import (
	"context"
	"fmt"
	"time"

	"autoholdings/internal/store"
)

// waitBatch suspends the entitlements to portfolios that a title of the list might be.
func (w *portfolioTarget) waitBatch(ctx context.Context, tx *store.Tx, batch []waiting) error {
	ids, entitlements := make([]int64, len(batch)), make([]int64, len(batch))
	for i, waits := range batch {
		ids[i], entitlements[i] = w.plan.held.at(waits.portfolio).id, w.plan.held.at(waits.portfolio).entitlement
	}
	there, err := w.plan.foreseen.load(ctx, tx.SQL.QueryContext, ids)
	if err != nil {
		return err
	}
	states, err := loadEntitlements(ctx, tx.SQL.QueryContext, entitlements)
	if err != nil {
		return err
	}
	others, err := w.otherHolders(ctx, tx, ids, func(i int) int32 { return batch[i].portfolio })
	if err != nil {
		return err
	}
	byReason := map[string][]int64{}
	var unlisted []int64
	for i, waits := range batch {
		p := there[ids[i]]
		if p == nil {
			return ErrMoved
		}
		p.entitle(states[entitlements[i]])
		byReason[waits.why] = append(byReason[waits.why], ids[i])
		if !others[ids[i]].profile {
			unlisted = append(unlisted, ids[i])
		}
		why := Leaving{Waits: waits.why}
		if successor, ok := w.successors[waits.portfolio]; ok {
			why.Successor = &successor
		}
		w.out.counts.Waiting++
		w.out.change(reportLine{
			portfolio: ids[i], action: Wait, title: citationOf(&p.values), values: stateValues(stateOf(p, entitlements[i]), why),
		})
	}
	if w.out.show {
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
	since := w.service.today(w.out.part).Format(time.DateOnly)
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE entitlements SET active = ?, waiting = ?, waiting_since = ?, updated_at = ?
		WHERE profile_id IS NOT DISTINCT FROM ? AND portfolio_id IN `+placeholders,
		append([]any{false, why, since, w.out.now, w.out.part.profile()}, args...)...); err != nil {
		return fmt.Errorf("suspend the entitlements: %w", err)
	}
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE portfolios SET review = ?, updated_at = ? WHERE id IN `+placeholders,
		append([]any{why, w.out.now}, args...)...); err != nil {
		return fmt.Errorf("mark the portfolios that wait: %w", err)
	}
	return nil
}
