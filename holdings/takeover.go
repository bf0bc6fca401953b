package holdings

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"autoholdings/internal/store"
)

// takeOver lets the values of the profiles that still list portfolios take the place of those that this one's list gave them:
// of several, the newest of the releases applied last counts, and of one date the profile that was made first.
func (a *applier) takeOver(ctx context.Context, tx *store.Tx, ids []int64, there map[int64]*stored) error {
	if len(ids) == 0 {
		return nil
	}
	standing, err := a.standing(ctx, tx, ids)
	if err != nil || len(standing) == 0 {
		return err
	}
	var changes []valueChange
	for _, id := range slices.Sorted(maps.Keys(standing)) {
		p := there[id]
		after := p.values
		locked := strings.Fields(p.locked)
		for c, value := range standing[id].columns() {
			if i := titleColumnIndex[c]; !slices.Contains(locked, c.String()) && comparable(c, after[i]) != comparable(c, value) {
				a.change(reportLine{
					portfolio: id, action: Withdraw, field: c.String(), title: citationOf(&p.values), values: textValues(after[i], value),
				})
				after[i] = value
			}
		}
		if after == p.values {
			continue
		}
		changes = append(changes, valueChange{id, p.values, after})
		if err := a.setValues(ctx, tx, id, after, p.moreKeys); err != nil {
			return err
		}
	}
	return a.keepAll(ctx, tx, changes)
}

// standing are, by portfolio, the own values of the profile whose list stands among those that still list it.
func (a *applier) standing(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]ownValues, error) {
	placeholders, args := inList(ids)
	rows, err := tx.SQL.QueryContext(ctx, `SELECT e.portfolio_id, e.own_values FROM entitlements e
		LEFT JOIN provider_files f ON f.id = (SELECT l.id FROM provider_files l WHERE l.profile_id = e.profile_id AND l.content = ?
			AND l.applied_at IS NOT NULL ORDER BY l.applied_at DESC, l.id DESC LIMIT 1)
		WHERE e.active AND e.profile_id IS NOT NULL AND e.profile_id IS DISTINCT FROM ? AND e.portfolio_id IN `+placeholders+`
		ORDER BY e.portfolio_id, COALESCE(f.date, '') DESC, e.profile_id`, append([]any{a.part.Content, a.part.profile()}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read what other lists say: %w", err)
	}
	defer rows.Close()
	standing := map[int64]ownValues{}
	last := int64(0)
	for rows.Next() {
		var id int64
		var text string
		if err := rows.Scan(&id, &text); err != nil {
			return nil, fmt.Errorf("read what other lists say: %w", err)
		}
		if id == last {
			continue // another stands
		}
		last = id
		own, err := parseOwnValues(text)
		if err != nil {
			return nil, err
		}
		if len(own) > 0 {
			standing[id] = own
		}
	}
	return standing, rows.Err()
}
