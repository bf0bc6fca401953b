package holdings

import (
	"context"
	"fmt"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// leaveBatch ends entitlements. It decides once more whether a portfolio goes, or is kept for its PO line, because it is
// retained, or by another entitlement: somebody may have attached a PO line since the plan was made.
func (w *portfolioTarget) leaveBatch(ctx context.Context, tx *store.Tx, batch []plan.LeavingPortfolio) error {
	ids := make([]int64, len(batch))
	entitlements := make([]int64, len(batch))
	for i, l := range batch {
		ids[i], entitlements[i] = w.plan.Portfolios.At(l.Portfolio).ID, w.plan.Portfolios.At(l.Portfolio).Entitlement
	}
	there, err := w.plan.load(ctx, tx.SQL.QueryContext, ids)
	if err != nil {
		return err
	}
	protected, err := w.protections(ctx, tx, batch, ids)
	if err != nil {
		return err
	}
	others, err := w.otherHolders(ctx, tx, ids, func(i int) int32 { return batch[i].Portfolio })
	if err != nil {
		return err
	}
	states, err := loadEntitlements(ctx, tx.SQL.QueryContext, entitlements)
	if err != nil {
		return err
	}
	byAction, unlisted := map[plan.Action][]int64{}, []int64(nil)
	for i, l := range batch {
		id, p := ids[i], there[ids[i]]
		if p == nil {
			return ErrHoldingsChanged
		}
		p.SetEntitlement(states[entitlements[i]])
		action := plan.LeavingAction(protected[id].any(), others[id].any)
		byAction[action] = append(byAction[action], id)
		if action == plan.Withdraw && !others[id].profile {
			unlisted = append(unlisted, id)
		}
		w.out.Change(ReportLine{
			Portfolio: id, Action: action, Title: plan.CitationOf(&p.Values),
			Values: plan.ValuesOfState(plan.StateOf(p, w.plan.Portfolios.At(l.Portfolio).Entitlement), w.leavingWhy(l, action, protected[id])),
		})
	}
	w.countLeaving(byAction, protected)
	left := map[plan.Action][]int64{plan.Remove: byAction[plan.Remove], plan.Keep: byAction[plan.Keep], plan.Withdraw: unlisted}
	if err := w.giveBackFormer(ctx, tx, left, there); err != nil {
		return err
	}
	if w.out.Show {
		return w.takeOver(ctx, tx, byAction[plan.Withdraw], there)
	}
	if err := w.endEntitlements(ctx, tx, entitlements); err != nil {
		return err
	}
	if err := w.unlist(ctx, tx, unlisted); err != nil {
		return err
	}
	if err := w.settleReviews(ctx, tx, batch); err != nil {
		return err
	}
	if err := w.takeOver(ctx, tx, byAction[plan.Withdraw], there); err != nil {
		return err
	}
	return w.hide(ctx, tx, byAction)
}

func (w *portfolioTarget) countLeaving(byAction map[plan.Action][]int64, protected map[int64]protection) {
	w.out.Counts.Removed += len(byAction[plan.Remove])
	w.out.Counts.Kept += len(byAction[plan.Keep])
	for _, id := range byAction[plan.Keep] {
		w.out.Counts.Retained += protected[id].counted()
	}
	w.out.Counts.Withdrawn += len(byAction[plan.Withdraw])
}

// protections reads what protects the portfolios that leave.
func (w *portfolioTarget) protections(
	ctx context.Context, tx *store.Tx, batch []plan.LeavingPortfolio, ids []int64,
) (map[int64]protection, error) {
	protected, err := w.out.Part.protections(ctx, tx, ids)
	for i, l := range batch {
		if err == nil && w.plan.MergedInto(l.Portfolio) {
			protected[ids[i]] = protected[ids[i]].ofMerged()
		}
	}
	return protected, err
}

func (w *portfolioTarget) endEntitlements(ctx context.Context, tx *store.Tx, ids []int64) error {
	placeholders, args := store.InList(ids)
	if _, err := tx.SQL.ExecContext(ctx,
		`UPDATE entitlements SET active = ?, waiting = '', waiting_since = '', given_back = ?, ended_at = ?, updated_at = ? WHERE id IN `+
			placeholders, append([]any{false, false, w.out.Now, w.out.Now}, args...)...); err != nil {
		return fmt.Errorf("end the entitlements: %w", err)
	}
	return nil
}

// settleReviews clears the review of portfolios that waited and have now left, unless another profile still waits for
// them.
func (w *portfolioTarget) settleReviews(ctx context.Context, tx *store.Tx, batch []plan.LeavingPortfolio) error {
	var ids []int64
	for _, l := range batch {
		if h := w.plan.Portfolios.At(l.Portfolio); h.UnderReview && !h.AwaitedByOtherProfile {
			ids = append(ids, h.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	placeholders, args := store.InList(ids)
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE portfolios SET review = '', updated_at = ? WHERE id IN `+placeholders,
		append([]any{w.out.Now}, args...)...); err != nil {
		return fmt.Errorf("say that the portfolios wait no more: %w", err)
	}
	return nil
}

// leavingWhy is what the report says about a portfolio that leaves.
func (w *portfolioTarget) leavingWhy(l plan.LeavingPortfolio, action plan.Action, p protection) (why plan.Leaving) {
	if action == plan.Keep {
		why = p.why()
	}
	why.FreeNow = l.Free
	if successor, ok := w.successors[l.Portfolio]; ok {
		why.Successor = &successor
	}
	return why
}

// hide takes removed portfolios out of the holdings and marks kept ones as no longer listed. Their records stay whole,
// and they stay available or not, as staff set them.
func (w *portfolioTarget) hide(ctx context.Context, tx *store.Tx, byAction map[plan.Action][]int64) error {
	for action, removedAt := range map[plan.Action]any{plan.Remove: w.out.Now, plan.Keep: nil} {
		if len(byAction[action]) == 0 {
			continue
		}
		placeholders, args := store.InList(byAction[action])
		if _, err := tx.SQL.ExecContext(ctx, `UPDATE portfolios SET listed = ?, removed_at = ?, review = '', updated_at = ?
			WHERE id IN `+placeholders, append([]any{false, removedAt, w.out.Now}, args...)...); err != nil {
			return fmt.Errorf("take the portfolios out: %w", err)
		}
	}
	return nil
}

// protection is what keeps a portfolio in the holdings that no list has any more.
type protection struct {
	poLines  []string // the numbers of its PO lines, the main one first
	retained plan.Retention
}

func (p protection) any() bool { return len(p.poLines) > 0 || p.retained.Holds() }

// ofMerged is what still protects a portfolio in whose place another was paired. All that hung on it was carried over; what is
// retained of its collection or license is retained there.
func (p protection) ofMerged() protection {
	return protection{poLines: p.poLines}
}

// counted is 1 if the portfolio is retained, else 0.
func (p protection) counted() int {
	if p.retained.Holds() {
		return 1
	}
	return 0
}

// why is what a report says of it.
func (p protection) why() plan.Leaving { return plan.KeptFor(p.poLines, p.retained) }

// loadProtections reads what protects portfolios, inside the transaction that writes them.
func loadProtections(ctx context.Context, tx *store.Tx, portfolioIDs []int64) (map[int64]protection, error) {
	orders, err := poLineNumbers(ctx, tx, portfolioIDs)
	if err != nil {
		return nil, err
	}
	retained, err := LoadRetentions(ctx, tx.SQL.QueryContext, portfolioIDs)
	if err != nil {
		return nil, err
	}
	found := make(map[int64]protection, len(portfolioIDs))
	for _, id := range portfolioIDs {
		found[id] = protection{orders[id], retained[id]}
	}
	return found, nil
}

// poLineNumbers reads the numbers of the portfolios' PO lines, each one's main line first. A portfolio without PO lines
// is not in the map.
func poLineNumbers(ctx context.Context, tx *store.Tx, portfolioIDs []int64) (map[int64][]string, error) {
	placeholders, args := store.InList(portfolioIDs)
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
