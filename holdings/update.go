package holdings

import (
	"context"
	"fmt"

	"autoholdings/internal/store"
)

// writePaired writes what a title changes on its portfolio.
func (w *portfolioTarget) writePaired(ctx context.Context, tx *store.Tx, t *Title, h *held, p *stored) error {
	d := w.plan.comparing(t.index, h).compare(t, p)
	action := Update
	switch {
	case !h.entitled:
		action = Add
		w.out.counts.Added++
		w.out.change(reportLine{
			portfolio: h.id, action: Add, title: citationOf(&d.values), values: stateValues(stateOf(p, h.entitlement), w.predecessor(t)),
			line: t.Line,
		})
	case len(d.fields) > 0:
		w.out.counts.Updated++
	}
	w.report.difference(t, h.id, &d, action)
	w.listDiverging(t, h.id, p, &d)
	w.listFurther(t, h.id, p, &d)
	w.noteSuccessor(t, h.id)
	if w.out.show {
		return nil
	}
	d.reportFilled(t, w.out.part.Findings.Add)
	if err := w.writeEntitlement(ctx, tx, t, h, p, &d); err != nil {
		return err
	}
	silent := action == Update && len(d.fields) == 0 && d.further == p.moreKeys && (p.review == "" || h.awaited)
	if silent && !h.hidden && (h.listed || !w.out.part.ofProfile()) {
		return nil
	}
	return w.writePortfolio(ctx, tx, h, p, &d)
}

// listDiverging lists what the profile's list has otherwise than the portfolio, where that is news: undo needs it.
func (w *portfolioTarget) listDiverging(t *Title, id int64, p *stored, d *difference) {
	if before, after := p.own.text(), d.own.text(); before != after {
		w.out.change(reportLine{
			portfolio: id, action: Diverges, title: citationOf(&d.values), values: Values{OwnValues, before, after}, line: t.Line,
		})
	}
}

// listFurther lists which identifiers of further rows the list has, where that is news: no field shows them, and undo
// needs them.
func (w *portfolioTarget) listFurther(t *Title, id int64, p *stored, d *difference) {
	if p.moreKeys != d.further {
		w.out.change(reportLine{
			portfolio: id, action: Diverges, title: citationOf(&d.values), values: Values{FurtherValues, p.moreKeys, d.further}, line: t.Line,
		})
	}
}

// writeEntitlement puts the profile's entitlement in force, with what its list says.
func (w *portfolioTarget) writeEntitlement(ctx context.Context, tx *store.Tx, t *Title, h *held, p *stored, d *difference) error {
	hash := d.ownHash(t)
	if h.entitlement == 0 {
		w.rows.entitle(h.id, t, d.own, hash)
		return nil
	}
	if w.plan.declined.Has(Updates) && h.entitled {
		hash = p.ownHash // what was declined is news the next time
	}
	same := h.entitled && !p.givenBack && equalHash(hash, p.ownHash) && d.own.text() == p.own.text()
	if !same {
		if _, err := tx.SQL.ExecContext(ctx, `UPDATE entitlements SET active = ?, waiting = '', waiting_since = '', given_back = ?,
			own_values = ?, own_hash = ?, updated_at = ? WHERE id = ?`, true, false, d.own.text(), hash, w.out.now, h.entitlement); err != nil {
			return fmt.Errorf("write the entitlement: %w", err)
		}
	}
	if !d.rewrite {
		return nil
	}
	return w.rows.replaceCoverage(ctx, tx, h.entitlement, d.coverage)
}

// writePortfolio brings the portfolio into the holdings and, where they differ, writes its values. Whether it is
// available is the staff's choice: nothing here changes it.
func (w *portfolioTarget) writePortfolio(ctx context.Context, tx *store.Tx, h *held, p *stored, d *difference) error {
	review := ""
	if h.awaited { // another profile still waits for it
		review = p.review
	}
	_, err := tx.SQL.ExecContext(ctx, `UPDATE portfolios SET updated_at = ?, listed = ?, removed_at = NULL, review = ? WHERE id = ?`,
		w.out.now, p.listed || w.out.part.ofProfile(), review, h.id)
	if err != nil {
		return fmt.Errorf("write the portfolio: %w", err)
	}
	if len(d.fields) == 0 && d.further == p.moreKeys {
		return nil
	}
	if h.someoneElse && len(d.fields) > 0 {
		w.revalued = append(w.revalued, valueChange{h.id, p.values, d.values})
	}
	return w.rows.setValues(ctx, tx, h.id, d.values, d.further)
}
