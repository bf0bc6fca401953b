package move

import (
	"context"
	"fmt"
	"slices"

	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// This file moves the PO lines that order collections as a whole. They go to the target with the collection's portfolios,
// in a transaction of their own.

// foreseeWhole reads what orders the old collections, and works out what the target has when the turn of each comes.
func (p *Plan) foreseeWhole(ctx context.Context, s *store.Store) error {
	if !p.rules.POLines {
		return nil
	}
	lines, err := loadPOLines(ctx, s.Query, nil, append([]int64{p.rules.TargetID}, p.rules.SourceIDs...))
	if err != nil {
		return err
	}
	main := hasMain(lines[acquisitions.Holder{Collection: p.rules.TargetID}])
	for _, id := range p.rules.SourceIDs {
		o := ordered{lines[acquisitions.Holder{Collection: id}], main}
		p.whole[id], main = o, main || len(o.lines) > 0
	}
	return nil
}

// moveWhole moves the PO lines of the collection itself.
func (m *mover) moveWhole(ctx context.Context) error {
	id := m.to.out.Part.CollectionID
	if len(m.plan.whole[id].lines) == 0 || m.to.wholeReported {
		return nil
	}
	return m.to.out.Transaction(ctx, func(ctx context.Context, tx *store.Tx) error {
		b := newMoveBatch(m.plan)
		lines, err := loadPOLines(ctx, tx.SQL.QueryContext, nil, []int64{id, m.plan.rules.TargetID})
		if err != nil {
			return err
		}
		name, err := collectionName(ctx, tx.SQL.QueryContext, id)
		if err != nil {
			return err
		}
		b.lines, b.check = lines, !m.to.out.Show
		b.decideWhole(id, name)
		m.to.report(b)
		if m.to.out.Show {
			return nil
		}
		return m.to.write(ctx, tx, b)
	})
}

// decideWhole decides what happens to the PO lines of a collection.
func (b *moveBatch) decideWhole(id int64, name string) {
	from, to := acquisitions.Holder{Collection: id}, acquisitions.Holder{Collection: b.plan.rules.TargetID}
	o := b.plan.whole[id]
	differs := b.check && (b.plan.wholeChanged[id] || linesHash(b.lines[from]) != linesHash(o.lines) || hasMain(b.lines[to]) != o.mainThere)
	for i, line := range o.lines {
		row := moveRow{action: plan.MovePOLine, field: line.number, title: plan.Citation{Title: name}}
		if differs {
			row.action = plan.Left
			row.values = plan.ValuesOfWords("left as it is: what orders the collection, or the target, was changed since the move was planned; " +
				"run the move again")
			b.found = append(b.found, row)
			continue
		}
		there := plan.MoveValue{POLine: line.id, Main: i == 0 && !o.mainThere, Whole: to.Collection, Collection: b.plan.targetName}
		row.values = plan.ValuesOfMove(plan.MoveValue{POLine: line.id, Main: line.main, Whole: id, Collection: name}, there)
		b.found = append(b.found, row)
		b.lineMoves = append(b.lineMoves, lineMove{line.id, to, there.Main})
	}
}

func collectionName(ctx context.Context, query store.QueryFunc, id int64) (name string, err error) {
	rows, err := query(ctx, `SELECT name FROM collections WHERE id = ?`, id)
	if err != nil {
		return "", fmt.Errorf("read the collection to move from: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&name); err != nil {
			return "", fmt.Errorf("read the collection to move from: %w", err)
		}
	}
	return name, rows.Err()
}

// reverseWhole puts the PO lines of the collection itself back.
func (u *moveUndoer) reverseWhole(ctx context.Context) error {
	if u.to.wholeReported {
		return nil
	}
	moved, err := u.readMoved(ctx, `portfolio_id IS NULL`)
	if err != nil {
		return err
	}
	moved = slices.DeleteFunc(moved, func(r movedRow) bool { return r.after.Whole == 0 })
	if len(moved) == 0 {
		return nil
	}
	return u.to.out.Transaction(ctx, func(ctx context.Context, tx *store.Tx) error {
		now := &reversal{moveBatch: newMoveBatch(nil)}
		now.lines, err = loadPOLines(ctx, tx.SQL.QueryContext, nil, []int64{moved[0].before.Whole, moved[0].after.Whole})
		if err != nil {
			return err
		}
		u.reverseLines(now, moved)
		return u.writeReversal(ctx, tx, now)
	})
}

// report reports what was decided.
func (w *moveWriter) report(b *moveBatch) {
	for _, row := range b.found {
		w.out.Counts.CountMove(row.action)
		w.out.Change(holdings.ReportLine{Portfolio: row.portfolio, Action: row.action, Field: row.field, Title: row.title, Values: row.values})
	}
}
