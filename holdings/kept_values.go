package holdings

import (
	"context"
	"fmt"
	"maps"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// valueChange is a portfolio whose title columns change.
type valueChange struct {
	portfolioID   int64
	before, after [len(plan.TitleColumns)]string
}

// otherEntitlement is another entitlement to a portfolio whose title columns change.
type otherEntitlement struct {
	id, portfolioID int64
	own             plan.DivergingValues
	hash            *int64 // of what its list said last; nil: the portfolio's hash
}

// keepOthers makes the other entitlements to portfolios keep what their own lists said last, while the title columns
// change.
func (w *portfolioWriter) keepOthers(ctx context.Context, tx *store.Tx, changes []valueChange) error {
	return keepSaid(ctx, tx, changes, `profile_id IS DISTINCT FROM ? AND`, w.out.Part.profile())
}

// keepAll does the same for all entitlements to portfolios.
func (w *portfolioWriter) keepAll(ctx context.Context, tx *store.Tx, changes []valueChange) error {
	return keepSaid(ctx, tx, changes, "")
}

func keepSaid(ctx context.Context, tx *store.Tx, changes []valueChange, where string, args ...any) error {
	if len(changes) == 0 {
		return nil
	}
	byPortfolio := make(map[int64]*valueChange, len(changes))
	ids := make([]int64, len(changes))
	for i := range changes {
		ids[i] = changes[i].portfolioID
		byPortfolio[ids[i]] = &changes[i]
	}
	others, err := loadSaid(ctx, tx, ids, where, args...)
	if err != nil {
		return err
	}
	for _, o := range others {
		if o.keep(byPortfolio[o.portfolioID]) {
			if _, err := tx.SQL.ExecContext(ctx, `UPDATE entitlements SET own_values = ?, own_hash = ? WHERE id = ?`, o.own.Text(), o.hash,
				o.id); err != nil {
				return fmt.Errorf("keep what another list says: %w", err)
			}
		}
	}
	return nil
}

// keep adds to the own values what the portfolio no longer shows, and drops from them what it shows now.
func (o *otherEntitlement) keep(c *valueChange) (changed bool) {
	hash := int64(plan.HashValues(&c.before))
	if o.hash == nil {
		o.hash = &hash
	}
	empty := leftEmpty(&c.before, o.own, uint64(*o.hash))
	o.own = maps.Clone(o.own)
	for i, column := range plan.TitleColumns {
		before, after, name := c.before[i], c.after[i], column.String()
		if before == after {
			continue
		}
		said, has := o.own[name]
		if !has && empty&(1<<i) == 0 {
			said = before
		}
		changed = true
		switch {
		case plan.ComparableValue(column, said) == plan.ComparableValue(column, after):
			delete(o.own, name)
		case said != "":
			if o.own == nil {
				o.own = plan.DivergingValues{}
			}
			o.own[name] = said
		}
	}
	if now := int64(plan.HashValues(&c.after)); len(o.own) == 0 && *o.hash == now {
		o.hash = nil
	}
	return changed
}

// leftEmpty returns the title columns, as bits, that a list leaves empty although the portfolio has a value there,
// which another list filled in. Only the hash of what the list said can tell. It is the XOR of the columns' hashes, so
// the columns left empty are those whose hashes make up the difference. They are found by elimination. It returns 0 if
// the hash is of other values.
func leftEmpty(values *[len(plan.TitleColumns)]string, own plan.DivergingValues, hash uint64) (empty uint32) {
	type columns struct {
		hash uint64
		set  uint32
	}
	basis := make([]columns, 0, len(plan.TitleColumns))
	reduce := func(c columns) columns {
		for _, b := range basis {
			if c.hash^b.hash < c.hash {
				c.hash, c.set = c.hash^b.hash, c.set^b.set
			}
		}
		return c
	}
	rest := columns{hash: hash}
	for i, column := range plan.TitleColumns {
		if said, ok := own[column.String()]; ok {
			rest.hash ^= plan.FieldHash(column, said)
			continue
		}
		share := plan.FieldHash(column, values[i])
		rest.hash ^= share
		if c := reduce(columns{share, 1 << i}); c.hash != 0 {
			basis = append(basis, c)
		}
	}
	if rest = reduce(rest); rest.hash != 0 {
		return 0
	}
	return rest.set
}

func loadSaid(ctx context.Context, tx *store.Tx, portfolioIDs []int64, where string, args ...any) (found []otherEntitlement, err error) {
	placeholders, ids := store.InList(portfolioIDs)
	rows, err := tx.SQL.QueryContext(ctx, `SELECT id, portfolio_id, own_values, own_hash FROM entitlements
		WHERE `+where+` portfolio_id IN `+placeholders, append(args, ids...)...)
	if err != nil {
		return nil, fmt.Errorf("read what other lists say: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var o otherEntitlement
		var own string
		if err := rows.Scan(&o.id, &o.portfolioID, &own, &o.hash); err != nil {
			return nil, fmt.Errorf("read what other lists say: %w", err)
		}
		if o.own, err = plan.ParseDivergingValues(own); err != nil {
			return nil, err
		}
		found = append(found, o)
	}
	return found, rows.Err()
}
