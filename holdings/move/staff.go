package move

import (
	"context"
	"fmt"
	"slices"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// What staff put on a portfolio moves field by field: retention, with its days, and local values. Where the counterpart has
// a value of its own, both keep theirs. Whether a portfolio is available is not moved.

// retentionFields say what is retained. They move together.
var retentionFields = []string{holdings.FieldAccessRights, holdings.FieldPerpetualFrom, holdings.FieldPerpetualUntil}

// loadStaff reads what staff put on the portfolios of a batch and on their counterparts, if the rules move it.
func (b *moveBatch) loadStaff(ctx context.Context, client *ent.Client, query store.QueryFunc, batch sourceBatch) error {
	if !b.plan.rules.Staff {
		return nil
	}
	var ids []int64
	for _, m := range batch.sources {
		ids = append(ids, m.id, b.plan.targets.At(m.pair).id)
	}
	rows, err := readStaff(ctx, client, b, ids)
	if err != nil {
		return err
	}
	retained := func(id int64) bool { return b.staff[id] != nil && b.staff[id].AccessRights == holdings.Perpetual }
	wanted := map[int64]bool{}
	for _, m := range batch.sources {
		if retained(m.id) {
			wanted[m.id], wanted[b.plan.targets.At(m.pair).id] = true, true
		}
	}
	rows = slices.DeleteFunc(rows, func(p *ent.Portfolio) bool { return !wanted[p.ID] })
	if b.covered, err = holdings.ShownCoverages(ctx, query, rows); err != nil || b.check {
		return err
	}
	if b.plan.shown == nil {
		b.plan.shown = map[int64]*holdings.StaffValues{}
	}
	for id, values := range b.staff { // what is shown builds on what was shown before
		if before := b.plan.shown[id]; before != nil {
			b.staff[id] = before
		} else {
			b.plan.shown[id] = values
		}
	}
	return nil
}

func readStaff(ctx context.Context, client *ent.Client, b *moveBatch, ids []int64) ([]*ent.Portfolio, error) {
	rows, err := client.Portfolio.Query().Where(portfolio.IDIn(ids...)).WithAdditional().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read what staff decided: %w", err)
	}
	b.staff, b.staffed = map[int64]*holdings.StaffValues{}, map[int64]bool{}
	for _, p := range rows {
		values, err := holdings.StaffValuesOf(p)
		if err != nil {
			return nil, err
		}
		b.staff[p.ID] = &values
	}
	return rows, nil
}

// moveStaff moves what staff put on a portfolio.
func (b *moveBatch) moveStaff(m *movable) {
	target := b.counterpart(m)
	from, to := b.staff[m.id], b.staff[target.Target]
	if from == nil || to == nil { // deleted since: the next batch says so
		return
	}
	b.moveRetention(m, from, to, target)
	for _, field := range plan.LocalFields {
		value := from.Get(field)
		if value == nil {
			continue
		}
		v := target
		v.Value = value
		switch has := to.Get(field); {
		case plan.TitleColumnNamed(field) >= 0 && !b.plan.rules.SameTitle:
			v.Stays = plan.StaysTitle
		case has != nil && *has != *value:
			v.Stays, v.Value = plan.StaysOther, has
		default:
			v.Had = has != nil
		}
		b.moveField(m, field, value, v, from, to)
	}
}

// moveRetention moves the mark by which a portfolio is retained. Where the portfolio has time that its counterpart lacks, the
// mark is given to the counterpart and stays as well: nothing that patrons have is lost.
func (b *moveBatch) moveRetention(m *movable, from, to *holdings.StaffValues, target plan.MoveValue) {
	if from.AccessRights == "" {
		return
	}
	same := slices.IndexFunc(retentionFields, func(f string) bool { return !plan.Same(from.Get(f), to.Get(f)) }) < 0
	stays := ""
	switch {
	case to.AccessRights != "" && !same:
		stays = plan.StaysOther
	case from.AccessRights == holdings.Perpetual && !b.plan.rules.SameTitle &&
		!plan.CoversAll(b.covered[target.Target], b.covered[m.id], time.Time{}):
		stays = plan.StaysRetained
	}
	for _, field := range retentionFields {
		value := from.Get(field)
		if value == nil {
			continue
		}
		v := target
		v.Value, v.Had, v.Stays = value, same, stays
		if stays == plan.StaysOther {
			v.Value = to.Get(field)
		}
		b.moveField(m, field, value, v, from, to)
	}
}

// moveField moves one field, or lists that it stays.
func (b *moveBatch) moveField(m *movable, field string, value *string, v plan.MoveValue, from, to *holdings.StaffValues) {
	action := plan.MoveStaff
	if v.Stays != "" && (v.Stays != plan.StaysRetained || v.Had) {
		action = plan.StaffStays
	}
	b.list(m, action, field, plan.ValuesOfMove(plan.MoveValue{Value: value}, v))
	if action == plan.StaffStays {
		return
	}
	if v.Stays == "" {
		from.Apply(holdings.StaffChange{field: nil})
		b.staffed[m.id] = true
	}
	if !v.Had {
		to.Apply(holdings.StaffChange{field: value})
		b.staffed[v.Target] = true
	}
}

// loadStaff reads what staff put on the portfolios of an undo and on their counterparts, if any of that was moved.
func (u *moveUndoer) loadStaff(ctx context.Context, tx *store.Tx, now *reversal, rows []movedRow) error {
	var ids []int64
	for _, r := range rows {
		if r.action == plan.MoveStaff {
			ids = append(ids, r.portfolio, r.after.Target)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if _, err := readStaff(ctx, tx.Client, now.moveBatch, ids); err != nil || !u.to.out.Show {
		return err
	}
	for id, values := range now.staff {
		if before := u.shown.staff[id]; before != nil {
			now.staff[id] = before
		} else {
			u.shown.staff[id] = values
		}
	}
	return nil
}

// reverseStaff gives a portfolio back what staff had put on it, and takes it from its counterpart. What somebody changed
// since, at either, is left.
func (u *moveUndoer) reverseStaff(now *reversal, rows []movedRow) {
	if len(rows) == 0 {
		return
	}
	if now.staff[rows[0].portfolio] == nil || now.staff[rows[0].after.Target] == nil {
		for _, r := range rows {
			u.leaveMoved(r, "stays as it is: the counterpart was deleted since")
		}
		return
	}
	retained := func(r movedRow) bool { return slices.Contains(retentionFields, r.field) }
	other := func(r movedRow) bool { return !retained(r) }
	u.reverseFields(now, slices.DeleteFunc(slices.Clone(rows), other))
	u.reverseFields(now, slices.DeleteFunc(rows, retained))
}

// reverseFields gives fields back that belong together.
func (u *moveUndoer) reverseFields(now *reversal, rows []movedRow) {
	if len(rows) == 0 {
		return
	}
	from, to := now.staff[rows[0].portfolio], now.staff[rows[0].after.Target]
	fromAfter, toAfter := *from, *to
	var back []movedRow
	for _, r := range rows {
		here, there := from.Get(r.field), to.Get(r.field)
		switch copied := r.after.Stays == plan.StaysRetained; {
		case copied && there == nil, !copied && plan.Same(here, r.before.Value) && (r.after.Had || there == nil): // put back already
		case !plan.Same(there, r.after.Value), !copied && here != nil:
			u.leaveMoved(r, "stays as it is: it was changed since, here or at the counterpart")
		default:
			back = append(back, r)
			if !copied {
				fromAfter.Apply(holdings.StaffChange{r.field: r.before.Value})
			}
			if !r.after.Had {
				toAfter.Apply(holdings.StaffChange{r.field: nil})
			}
		}
	}
	if len(back) == 0 {
		return
	}
	for _, values := range []*holdings.StaffValues{&fromAfter, &toAfter} {
		if err := values.Check(); err != nil {
			for _, r := range back {
				u.leaveMoved(r, "stays, since it would not fit what was changed since: "+err.Error())
			}
			return
		}
	}
	*from, *to = fromAfter, toAfter
	now.staffed[rows[0].portfolio], now.staffed[rows[0].after.Target] = true, true
	for _, r := range back {
		u.to.out.Counts.Move.ValuesMoved++
		u.to.out.Change(holdings.ReportLine{
			Portfolio: r.portfolio, Action: plan.MoveStaff, Field: r.field, Title: r.title,
			Values: plan.ValuesOfMove(r.after, plan.MoveValue{Value: r.before.Value}),
		})
	}
}
