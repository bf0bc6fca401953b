package holdings

import (
	"context"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// giveBackFormer gives parted portfolios that leave the last list the title columns back that they had before they were paired
// with the wrong title; where another profile still lists one, what that says takes over. They are reported under the action by
// which the portfolio leaves, as what is taken over is.
func (w *portfolioTarget) giveBackFormer(
	ctx context.Context, tx *store.Tx, left map[plan.Action][]int64, there map[int64]*plan.StoredPortfolio,
) error {
	if w.out.Part.Pairs == nil || len(w.out.Part.Pairs.Before) == 0 {
		return nil
	}
	var changes []valueChange
	for _, action := range []plan.Action{plan.Remove, plan.Keep, plan.Withdraw} {
		for _, id := range left[action] {
			before, parted := w.out.Part.Pairs.Before[id]
			if !parted {
				continue
			}
			change, err := w.giveBack(ctx, tx, id, there[id], action, before)
			if err != nil {
				return err
			}
			changes = append(changes, change)
		}
	}
	if w.out.Show {
		return nil
	}
	return w.rows.keepOthers(ctx, tx, changes) // for this profile it is the former title again
}

func (w *portfolioTarget) giveBack(
	ctx context.Context, tx *store.Tx, id int64, p *plan.StoredPortfolio, action plan.Action, before plan.DivergingValues,
) (change valueChange, err error) {
	after := p.ValuesAfterTakeover(before.AppliedTo(&p.Values), func(c kbart.Column, was, now string) {
		w.out.Change(ReportLine{
			Portfolio: id, Action: action, Field: c.String(), Title: plan.CitationOf(&p.Values), Values: plan.ValuesOfText(was, now),
		})
	})
	change = valueChange{id, p.Values, after}
	if after != p.Values && !w.out.Show {
		err = w.rows.setValues(ctx, tx, id, after, p.MoreKeys)
		p.Values = after
	}
	return change, err
}
