package holdings

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// takeOver replaces the values that this profile's list gave to portfolios with those of a profile that still lists
// them. If there are several, the one whose last applied release is newest wins; for the same date, the profile that
// was made first.
func (w *portfolioTarget) takeOver(ctx context.Context, tx *store.Tx, ids []int64, there map[int64]*plan.StoredPortfolio) error {
	if len(ids) == 0 {
		return nil
	}
	standing, err := w.plan.foreseen.valuesToTakeOver(ctx, tx.SQL.QueryContext, w.out.Part, ids, there)
	if err != nil || len(standing) == 0 {
		return err
	}
	var changes []valueChange
	for _, id := range slices.Sorted(maps.Keys(standing)) {
		p := there[id]
		after := p.ValuesAfterTakeover(standing[id], func(c kbart.Column, before, after string) {
			w.out.Change(ReportLine{
				Portfolio: id, Action: plan.Withdraw, Field: c.String(), Title: plan.CitationOf(&p.Values),
				Values: plan.ValuesOfText(before, after),
			})
		})
		if after == p.Values {
			continue
		}
		changes = append(changes, valueChange{id, p.Values, after})
		if w.out.Show {
			continue
		}
		if err := w.rows.setValues(ctx, tx, id, after, p.MoreKeys); err != nil {
			return err
		}
	}
	if w.out.Show {
		return nil
	}
	return w.rows.keepAll(ctx, tx, changes)
}

// competingList is what one profile's list says about a portfolio.
type competingList struct {
	profile int64
	date    string // of the release applied last
	said    [len(plan.TitleColumns)]string
}

func (l *competingList) outranks(o *competingList) bool {
	return o == nil || l.date > o.date || l.date == o.date && l.profile < o.profile
}

// valuesToTakeOver returns, by portfolio, the values of the winning list among the profiles that still list it. In a
// preview it takes into account what earlier parts would have changed. Portfolios that already show these values are
// left out.
func (f *previewedHoldings) valuesToTakeOver(
	ctx context.Context, read store.QueryFunc, part *Part, ids []int64, there map[int64]*plan.StoredPortfolio,
) (map[int64][len(plan.TitleColumns)]string, error) {
	best := map[int64]*competingList{}
	consider := func(id int64, l *competingList) {
		if l.profile != part.ProfileID && l.outranks(best[id]) {
			best[id] = l
		}
	}
	placeholders, args := store.InList(ids)
	rows, err := read(ctx, `SELECT e.portfolio_id, e.profile_id, COALESCE(f.date, ''), e.own_values FROM entitlements e
		LEFT JOIN provider_files f ON f.id = (SELECT l.id FROM provider_files l WHERE l.profile_id = e.profile_id AND l.content = ?
			AND l.applied_at IS NOT NULL ORDER BY l.applied_at DESC, l.id DESC LIMIT 1)
		WHERE e.active AND e.profile_id IS NOT NULL AND e.portfolio_id IN `+placeholders, append([]any{part.Content}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read what other lists say: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var l competingList
		var text string
		if err := rows.Scan(&id, &l.profile, &l.date, &text); err != nil {
			return nil, fmt.Errorf("read what other lists say: %w", err)
		}
		own, err := plan.ParseDivergingValues(text)
		if err != nil {
			return nil, err
		}
		p := there[id]
		if p == nil || f.knows(id, l.profile) {
			continue
		}
		from := &p.Values
		if p.Former != nil {
			from = p.Former
		}
		l.said, l.date = own.AppliedTo(from), f.releaseOf(l.profile, l.date)
		consider(id, &l)
	}
	for _, id := range ids {
		f.eachSaid(id, func(l competingList) { consider(id, &l) })
	}
	standing := map[int64][len(plan.TitleColumns)]string{}
	for id, l := range best {
		if p := there[id]; p != nil && l.said != p.Values {
			standing[id] = l.said
		}
	}
	return standing, rows.Err()
}
