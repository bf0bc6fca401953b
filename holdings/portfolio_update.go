package holdings

import (
	"context"
	"fmt"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// writePaired writes what a title changes in its portfolio.
func (w *portfolioTarget) writePaired(
	ctx context.Context, tx *store.Tx, t *plan.Title, h *plan.HeldPortfolio, p *plan.StoredPortfolio,
) error {
	d := w.plan.Comparison(t.Index, h).Compare(t, p)
	action := plan.Update
	switch {
	case !h.Entitled:
		action = plan.Add
		w.out.Counts.Added++
		w.out.Change(ReportLine{
			Portfolio: h.ID, Action: plan.Add, Title: plan.CitationOf(&d.Values),
			Values: plan.ValuesOfState(plan.StateOf(p, h.Entitlement), w.predecessor(t)),
			line:   t.Line,
		})
	case len(d.Fields) > 0:
		w.out.Counts.Updated++
	}
	w.report.difference(t, h.ID, &d, action)
	w.listDiverging(t, h.ID, p, &d)
	w.listFurther(t, h.ID, p, &d)
	if action == plan.Update && p.Review != "" && !h.AwaitedByOtherProfile { // else the state that the line has says so
		w.out.Change(ReportLine{
			Portfolio: h.ID, Action: plan.Diverges, Title: plan.CitationOf(&d.Values), Values: plan.ValuesOfReview(plan.ReviewOf(p), ""),
			line: t.Line,
		})
	}
	w.noteSuccessor(t, h.ID)
	if w.out.Show {
		return nil
	}
	d.ReportFilled(t, w.out.Part.Findings.Add)
	if err := w.writeEntitlement(ctx, tx, t, h, p, &d); err != nil {
		return err
	}
	silent := action == plan.Update && len(d.Fields) == 0 && d.Further == p.MoreKeys && (p.Review == "" || h.AwaitedByOtherProfile)
	if silent && !h.Hidden && (h.Listed || !w.out.Part.ofProfile()) {
		return nil
	}
	return w.writePortfolio(ctx, tx, h, p, &d)
}

// listDiverging lists where the profile's list differs from the portfolio, if that has changed: undo needs it.
func (w *portfolioTarget) listDiverging(t *plan.Title, id int64, p *plan.StoredPortfolio, d *plan.Difference) {
	if before, after := p.Own.Text(), d.Own.Text(); before != after {
		w.out.Change(ReportLine{
			Portfolio: id, Action: plan.Diverges, Title: plan.CitationOf(&d.Values),
			Values: plan.Values{Kind: plan.OwnValues, Old: before, New: after}, line: t.Line,
		})
	}
}

// listFurther lists the identifiers of a title's further rows, if they have changed: no field shows them, and undo
// needs them.
func (w *portfolioTarget) listFurther(t *plan.Title, id int64, p *plan.StoredPortfolio, d *plan.Difference) {
	if p.MoreKeys != d.Further {
		w.out.Change(ReportLine{
			Portfolio: id, Action: plan.Diverges, Title: plan.CitationOf(&d.Values),
			Values: plan.Values{Kind: plan.FurtherValues, Old: p.MoreKeys, New: d.Further}, line: t.Line,
		})
	}
}

// writeEntitlement puts the profile's entitlement in force, with what its list says.
func (w *portfolioTarget) writeEntitlement(
	ctx context.Context, tx *store.Tx, t *plan.Title, h *plan.HeldPortfolio, p *plan.StoredPortfolio, d *plan.Difference,
) error {
	hash := d.OwnHash(t)
	if h.Entitlement == 0 {
		w.rows.entitle(h.ID, t, d.Own, hash)
		return nil
	}
	if w.plan.Declined.Has(plan.Updates) && h.Entitled {
		hash = p.OwnHash // what was declined counts as a change again next time
	}
	same := h.Entitled && !p.GivenBack && plan.Same(hash, p.OwnHash) && d.Own.Text() == p.Own.Text()
	if !same {
		if _, err := tx.SQL.ExecContext(ctx, `UPDATE entitlements SET active = ?, waiting = '', waiting_since = '', given_back = ?,
			ended_at = NULL, own_values = ?, own_hash = ?, updated_at = ? WHERE id = ?`, true, false, d.Own.Text(), hash, w.out.Now,
			h.Entitlement); err != nil {
			return fmt.Errorf("write the entitlement: %w", err)
		}
	}
	if !d.Rewrite {
		return nil
	}
	return w.rows.replaceCoverage(ctx, tx, h.Entitlement, d.Coverage)
}

// writePortfolio brings the portfolio into the holdings and writes its values if they differ. Whether it is available
// is up to staff: nothing here changes it.
func (w *portfolioTarget) writePortfolio(
	ctx context.Context, tx *store.Tx, h *plan.HeldPortfolio, p *plan.StoredPortfolio, d *plan.Difference,
) error {
	review := ""
	if h.AwaitedByOtherProfile { // another profile still waits for it
		review = p.Review
	}
	_, err := tx.SQL.ExecContext(ctx, `UPDATE portfolios SET updated_at = ?, listed = ?, removed_at = NULL, review = ? WHERE id = ?`,
		w.out.Now, p.Listed || w.out.Part.ofProfile(), review, h.ID)
	if err != nil {
		return fmt.Errorf("write the portfolio: %w", err)
	}
	if len(d.Fields) == 0 && d.Further == p.MoreKeys {
		return nil
	}
	if err := w.rows.setRetained(ctx, tx, h.ID, d); err != nil {
		return err
	}
	if h.HasOtherEntitlement && len(d.Fields) > 0 {
		w.revalued = append(w.revalued, valueChange{h.ID, p.Values, d.Values})
	}
	return w.rows.setValues(ctx, tx, h.ID, d.Values, d.Further)
}
