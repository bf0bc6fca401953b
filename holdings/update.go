package holdings

import (
	"context"
	"fmt"

	"autoholdings/internal/store"
)

// writePaired writes what a title changes on its portfolio.
func (a *applier) writePaired(ctx context.Context, tx *store.Tx, t *Title, h *held, p *stored) error {
	d := a.plan.comparing(t.index, h).compare(t, p)
	action := Update
	switch {
	case !h.entitled:
		action = Add
		a.counts.Added++
		a.change(reportLine{
			portfolio: h.id, action: Add, title: citationOf(&d.values), values: stateValues(stateOf(p, h.entitlement), a.predecessor(t)),
			line: t.Line,
		})
	case len(d.fields) > 0:
		a.counts.Updated++
	}
	a.listDifference(t, h.id, &d, action)
	a.listDiverging(t, h.id, p, &d)
	a.listFurther(t, h.id, p, &d)
	a.noteSuccessor(t, h.id)
	if a.show {
		return nil
	}
	d.reportFilled(t, a.part.Findings.Add)
	if err := a.writeEntitlement(ctx, tx, t, h, p, &d); err != nil {
		return err
	}
	silent := action == Update && len(d.fields) == 0 && d.further == p.moreKeys && (p.review == "" || h.awaited)
	if silent && !h.hidden && (h.listed || !a.part.ofProfile()) {
		return nil
	}
	return a.writePortfolio(ctx, tx, h, p, &d)
}

// listDiverging lists what the profile's list has otherwise than the portfolio, where that is news: undo needs it.
func (a *applier) listDiverging(t *Title, id int64, p *stored, d *difference) {
	if before, after := p.own.text(), d.own.text(); before != after {
		a.change(reportLine{
			portfolio: id, action: Diverges, title: citationOf(&d.values), values: Values{OwnValues, before, after}, line: t.Line,
		})
	}
}

// listFurther lists which identifiers of further rows the list has, where that is news: no field shows them, and undo
// needs them.
func (a *applier) listFurther(t *Title, id int64, p *stored, d *difference) {
	if p.moreKeys != d.further {
		a.change(reportLine{
			portfolio: id, action: Diverges, title: citationOf(&d.values), values: Values{FurtherValues, p.moreKeys, d.further}, line: t.Line,
		})
	}
}

func (a *applier) listDifference(t *Title, id int64, d *difference, action Action) {
	title := citationOf(&d.values)
	for _, f := range d.fields {
		a.change(reportLine{id, action, f.name, title, f.values, t.Line})
	}
	if action == Update {
		d.countFields(&a.counts)
	}
	if len(d.locked) == 0 || a.listed[listing{Locked, t.Line}] { // by the run that this one goes on from
		return
	}
	for _, f := range d.locked {
		a.change(reportLine{id, Locked, f.name, title, f.values, t.Line})
	}
	a.counts.Locked++
}

// writeEntitlement puts the profile's entitlement in force, with what its list says.
func (a *applier) writeEntitlement(ctx context.Context, tx *store.Tx, t *Title, h *held, p *stored, d *difference) error {
	hash := d.ownHash(t)
	if h.entitlement == 0 {
		a.entitle(h.id, t, d.own, hash)
		return nil
	}
	if a.plan.declined.Has(Updates) && h.entitled {
		hash = p.ownHash // what was declined is news the next time
	}
	same := h.entitled && !p.givenBack && equalHash(hash, p.ownHash) && d.own.text() == p.own.text()
	if !same {
		if _, err := tx.SQL.ExecContext(ctx, `UPDATE entitlements SET active = ?, waiting = '', waiting_since = '', given_back = ?,
			own_values = ?, own_hash = ?, updated_at = ? WHERE id = ?`, true, false, d.own.text(), hash, a.now, h.entitlement); err != nil {
			return fmt.Errorf("write the entitlement: %w", err)
		}
	}
	if !d.rewrite {
		return nil
	}
	return a.replaceCoverage(ctx, tx, h.entitlement, d.coverage)
}

// ownHash is the hash of what the list says, where that is not what the portfolio has.
func (d *difference) ownHash(t *Title) *int64 {
	if len(d.own) == 0 && t.values == valuesHash(&d.values) {
		return nil
	}
	hash := int64(t.values)
	return &hash
}

func equalHash(a, b *int64) bool { return a == b || a != nil && b != nil && *a == *b }

// replaceCoverage puts statements in place of an entitlement's.
func (a *applier) replaceCoverage(ctx context.Context, tx *store.Tx, entitlementID int64, statements []Statement) error {
	if _, err := tx.SQL.ExecContext(ctx, `DELETE FROM coverage_statements WHERE entitlement_id = ?`, entitlementID); err != nil {
		return fmt.Errorf("write the coverage: %w", err)
	}
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE entitlements SET coverage_hash = ?, updated_at = ? WHERE id = ?`,
		int64(coverageHash(statements)), a.now, entitlementID); err != nil {
		return fmt.Errorf("write the coverage: %w", err)
	}
	a.addCoverage(entitlementID, statements)
	return nil
}

// writePortfolio brings the portfolio into the holdings and, where they differ, writes its values. Whether it is
// available is the staff's choice: nothing here changes it.
func (a *applier) writePortfolio(ctx context.Context, tx *store.Tx, h *held, p *stored, d *difference) error {
	review := ""
	if h.awaited { // another profile still waits for it
		review = p.review
	}
	_, err := tx.SQL.ExecContext(ctx, `UPDATE portfolios SET updated_at = ?, listed = ?, removed_at = NULL, review = ? WHERE id = ?`,
		a.now, p.listed || a.part.ofProfile(), review, h.id)
	if err != nil {
		return fmt.Errorf("write the portfolio: %w", err)
	}
	if len(d.fields) == 0 && d.further == p.moreKeys {
		return nil
	}
	if h.someoneElse && len(d.fields) > 0 {
		a.revalued = append(a.revalued, valueChange{h.id, p.values, d.values})
	}
	return a.setValues(ctx, tx, h.id, d.values, d.further)
}

// setValues writes a portfolio's title columns and what is computed from them.
func (a *applier) setValues(ctx context.Context, tx *store.Tx, id int64, values [len(titleColumns)]string, moreKeys string) error {
	args := append(appendTitle([]any{a.now}, &values, moreKeys, valuesHash(&values)), id)
	if _, err := tx.SQL.StmtContext(ctx, a.updateValues).ExecContext(ctx, args...); err != nil {
		return fmt.Errorf("write the portfolio: %w", err)
	}
	return nil
}
