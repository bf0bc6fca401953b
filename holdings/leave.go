package holdings

import (
	"context"
	"fmt"
	"slices"

	"autoholdings/internal/store"
)

// writeLeaving ends the entitlements of what the list no longer has. Whether a portfolio then goes, or is kept for its
// PO line or by another entitlement, is decided here once more: somebody may have attached a PO line since the plan.
func (a *applier) writeLeaving(ctx context.Context) error {
	for batch := range slices.Chunk(a.plan.leaving, a.service.BatchTitles) {
		a.done += len(batch)
		err := a.transaction(ctx, func(ctx context.Context, tx *store.Tx) error { return a.writer.leaveBatch(ctx, tx, batch) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *applier) leaveBatch(ctx context.Context, tx *store.Tx, batch []leaving) error {
	ids := make([]int64, len(batch))
	entitlements := make([]int64, len(batch))
	for i, l := range batch {
		ids[i], entitlements[i] = a.plan.held.at(l.portfolio).id, a.plan.held.at(l.portfolio).entitlement
	}
	there, err := a.plan.foreseen.load(ctx, tx.SQL.QueryContext, ids)
	if err != nil {
		return err
	}
	orders, err := poLineNumbers(ctx, tx, ids)
	if err != nil {
		return err
	}
	others, err := a.otherHolders(ctx, tx, ids, func(i int) int32 { return batch[i].portfolio })
	if err != nil {
		return err
	}
	states, err := loadEntitlements(ctx, tx.SQL.QueryContext, entitlements)
	if err != nil {
		return err
	}
	byAction := map[Action][]int64{}
	var unlisted []int64
	for i, l := range batch {
		id, p := ids[i], there[ids[i]]
		if p == nil {
			return ErrMoved
		}
		p.entitle(states[entitlements[i]])
		action := leavingAction(&held{ordered: len(orders[id]) > 0, elsewhere: others[id].any})
		byAction[action] = append(byAction[action], id)
		if action == Withdraw && !others[id].profile {
			unlisted = append(unlisted, id)
		}
		a.change(reportLine{
			portfolio: id, action: action, title: citationOf(&p.values),
			values: stateValues(stateOf(p, a.plan.held.at(l.portfolio).entitlement), a.leavingWhy(l, action, orders[id])),
		})
	}
	a.counts.Removed += len(byAction[Remove])
	a.counts.Kept += len(byAction[Keep])
	a.counts.Withdrawn += len(byAction[Withdraw])
	if a.show {
		return a.takeOver(ctx, tx, byAction[Withdraw], there)
	}
	if err := a.endEntitlements(ctx, tx, entitlements); err != nil {
		return err
	}
	if err := a.unlist(ctx, tx, unlisted); err != nil {
		return err
	}
	if err := a.settleReviews(ctx, tx, batch); err != nil {
		return err
	}
	if err := a.takeOver(ctx, tx, byAction[Withdraw], there); err != nil {
		return err
	}
	return a.hide(ctx, tx, byAction)
}

func (a *applier) endEntitlements(ctx context.Context, tx *store.Tx, ids []int64) error {
	placeholders, args := inList(ids)
	if _, err := tx.SQL.ExecContext(ctx,
		`UPDATE entitlements SET active = ?, waiting = '', waiting_since = '', given_back = ?, updated_at = ? WHERE id IN `+placeholders,
		append([]any{false, false, a.now}, args...)...); err != nil {
		return fmt.Errorf("end the entitlements: %w", err)
	}
	return nil
}

// settleReviews says of portfolios that waited and have left that they wait no more, unless another profile waits for
// them.
func (a *applier) settleReviews(ctx context.Context, tx *store.Tx, batch []leaving) error {
	var ids []int64
	for _, l := range batch {
		if h := a.plan.held.at(l.portfolio); h.flagged && !h.awaited {
			ids = append(ids, h.id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	placeholders, args := inList(ids)
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE portfolios SET review = '', updated_at = ? WHERE id IN `+placeholders,
		append([]any{a.now}, args...)...); err != nil {
		return fmt.Errorf("say that the portfolios wait no more: %w", err)
	}
	return nil
}

// leavingWhy is what a line says of a portfolio that leaves.
func (a *applier) leavingWhy(l leaving, action Action, poLines []string) (why Leaving) {
	if action == Keep {
		why = keptFor(poLines)
	}
	why.FreeNow = l.free
	if successor, ok := a.successors[l.portfolio]; ok {
		why.Successor = &successor
	}
	return why
}

// hide takes the removed out of the holdings and says of the kept that no provider lists them. Their records stay
// whole, and whether they are available stays as staff have it.
func (a *applier) hide(ctx context.Context, tx *store.Tx, byAction map[Action][]int64) error {
	for action, removedAt := range map[Action]any{Remove: a.now, Keep: nil} {
		if len(byAction[action]) == 0 {
			continue
		}
		placeholders, args := inList(byAction[action])
		if _, err := tx.SQL.ExecContext(ctx, `UPDATE portfolios SET listed = ?, removed_at = ?, review = '', updated_at = ?
			WHERE id IN `+placeholders, append([]any{false, removedAt, a.now}, args...)...); err != nil {
			return fmt.Errorf("take the portfolios out: %w", err)
		}
	}
	return nil
}

// poLineNumbers reads the numbers of the portfolios' PO lines, each one's main line first. Where there is none, the
// portfolio is not among them.
func poLineNumbers(ctx context.Context, tx *store.Tx, portfolioIDs []int64) (map[int64][]string, error) {
	placeholders, args := inList(portfolioIDs)
	rows, err := tx.SQL.QueryContext(ctx, `SELECT portfolio_id, number FROM po_lines WHERE portfolio_id IN `+placeholders+`
		ORDER BY portfolio_id, main DESC, created_at, id`, args...)
	if err != nil {
		return nil, fmt.Errorf("read the PO lines that hold the portfolios: %w", err)
	}
	defer rows.Close()
	found := map[int64][]string{}
	for rows.Next() {
		var id int64
		var number string
		if err := rows.Scan(&id, &number); err != nil {
			return nil, fmt.Errorf("read the PO lines that hold the portfolios: %w", err)
		}
		found[id] = append(found[id], number)
	}
	return found, rows.Err()
}

// idSet reads a set of ids: query ends in "IN", to which the list of ids is added.
func idSet(ctx context.Context, tx *store.Tx, query string, ids []int64, args ...any) (map[int64]bool, error) {
	placeholders, list := inList(ids)
	rows, err := tx.SQL.QueryContext(ctx, query+placeholders, append(args, list...)...)
	if err != nil {
		return nil, fmt.Errorf("read what holds the portfolios: %w", err)
	}
	ids, err = scanIDs(rows)
	set := make(map[int64]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set, err
}
