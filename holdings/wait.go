package holdings

import (
	"context"
	"fmt"
	"slices"
	"time"

	"autoholdings/internal/store"
)

// writeWaiting suspends the entitlements to portfolios that a title of the list might be.
func (a *applier) writeWaiting(ctx context.Context) error {
	if a.part.Resumed {
		if err := a.rejoinSuccessors(ctx); err != nil {
			return err
		}
	}
	for batch := range slices.Chunk(a.plan.waiting, a.service.BatchTitles) {
		a.done += len(batch)
		if err := a.transaction(ctx, func(ctx context.Context, tx *store.Tx) error { return a.waitBatch(ctx, tx, batch) }); err != nil {
			return err
		}
	}
	return nil
}

func (a *applier) waitBatch(ctx context.Context, tx *store.Tx, batch []waiting) error {
	ids, entitlements := make([]int64, len(batch)), make([]int64, len(batch))
	for i, w := range batch {
		ids[i], entitlements[i] = a.plan.held.at(w.portfolio).id, a.plan.held.at(w.portfolio).entitlement
	}
	there, err := a.plan.foreseen.load(ctx, tx.SQL.QueryContext, ids)
	if err != nil {
		return err
	}
	states, err := loadEntitlements(ctx, tx.SQL.QueryContext, entitlements)
	if err != nil {
		return err
	}
	others, err := a.otherHolders(ctx, tx, ids, func(i int) int32 { return batch[i].portfolio })
	if err != nil {
		return err
	}
	byReason := map[string][]int64{}
	var unlisted []int64
	for i, w := range batch {
		p := there[ids[i]]
		if p == nil {
			return ErrMoved
		}
		p.entitle(states[entitlements[i]])
		byReason[w.why] = append(byReason[w.why], ids[i])
		if !others[ids[i]].profile {
			unlisted = append(unlisted, ids[i])
		}
		why := Leaving{Waits: w.why}
		if successor, ok := a.successors[w.portfolio]; ok {
			why.Successor = &successor
		}
		a.counts.Waiting++
		a.change(reportLine{
			portfolio: ids[i], action: Wait, title: citationOf(&p.values), values: stateValues(stateOf(p, entitlements[i]), why),
		})
	}
	if a.show {
		return nil
	}
	for why, portfolios := range byReason {
		if err := a.suspend(ctx, tx, why, portfolios); err != nil {
			return err
		}
	}
	return a.unlist(ctx, tx, unlisted)
}

func (a *applier) suspend(ctx context.Context, tx *store.Tx, why string, portfolios []int64) error {
	placeholders, args := inList(portfolios)
	since := a.service.today(a.part).Format(time.DateOnly)
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE entitlements SET active = ?, waiting = ?, waiting_since = ?, updated_at = ?
		WHERE profile_id IS NOT DISTINCT FROM ? AND portfolio_id IN `+placeholders,
		append([]any{false, why, since, a.now, a.part.profile()}, args...)...); err != nil {
		return fmt.Errorf("suspend the entitlements: %w", err)
	}
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE portfolios SET review = ?, updated_at = ? WHERE id IN `+placeholders,
		append([]any{why, a.now}, args...)...); err != nil {
		return fmt.Errorf("mark the portfolios that wait: %w", err)
	}
	return nil
}
