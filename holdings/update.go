package holdings

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// difference is what a title changes on the portfolio it is paired with.
type difference struct {
	fields   []fieldChange
	locked   []fieldChange // kept as staff have it
	values   [len(titleColumns)]string
	coverage []Statement // as it will be
	rewrite  bool        // the statements differ in anything that is stored of them
}

// fieldChange is one field's old and new value; of coverage, statements as JSON.
type fieldChange struct{ name, before, after string }

// compare tells what the title changes. An empty cell never blanks a stored value; a locked field stays; where a
// newer release of another profile stands (outranked), only empty fields are filled.
func compare(t *Title, p *stored, outranked bool) difference {
	d := difference{values: p.values}
	locked := strings.Fields(p.locked)
	for i, c := range titleColumns {
		before, after := p.values[i], t.Values[i]
		if after == "" || comparable(c, before) == comparable(c, after) || outranked && before != "" {
			continue
		}
		change := fieldChange{c.String(), before, after}
		if slices.Contains(locked, change.name) {
			d.locked = append(d.locked, change)
			continue
		}
		d.fields = append(d.fields, change)
		d.values[i] = after
	}
	d.compareCoverage(t, p, slices.Contains(locked, CoverageField))
	return d
}

// compareCoverage takes the statements as a set: the file's stand in place of those stored, whole and unmerged. A title
// without any (its rows are no serial's) blanks none.
func (d *difference) compareCoverage(t *Title, p *stored, locked bool) {
	d.coverage = t.Coverage
	if len(d.coverage) == 0 || coverageHash(d.coverage) == coverageHash(p.coverage) {
		d.coverage = p.coverage
		return
	}
	change := fieldChange{CoverageField, statementsJSON(p.coverage), statementsJSON(d.coverage)}
	switch {
	case locked:
		if !sameCoverage(d.coverage, p.coverage) {
			d.locked = append(d.locked, change)
		}
		d.coverage = p.coverage
		return
	case sameCoverage(d.coverage, p.coverage):
		change.name = annotationField(d.coverage, p.coverage)
	}
	d.rewrite = true
	d.fields = append(d.fields, change)
}

// annotationField names the column in which statements of the same ranges differ.
func annotationField(a, b []Statement) string {
	for i := range a {
		for j := range b {
			if a[i].sameRange(&b[j]) && a[i].ownText(kbart.TitleURL) != b[j].ownText(kbart.TitleURL) {
				return kbart.TitleURL.String()
			}
		}
	}
	return kbart.Notes.String()
}

func statementsJSON(statements []Statement) string {
	if len(statements) == 0 {
		return ""
	}
	text, _ := json.Marshal(statements) // strings only: cannot fail
	return string(text)
}

// before is the state of a portfolio before an addition brought it into the holdings, as undo needs it.
type before struct {
	Available bool   `json:"available"`
	Listed    bool   `json:"listed"`
	RemovedAt *int64 `json:"removedAt,omitempty"`
	Entitled  string `json:"entitlement,omitempty"` // "ended", or "" where the profile had none
	Review    string `json:"review,omitempty"`
}

// writePaired writes what a title changes on its portfolio.
func (a *applier) writePaired(ctx context.Context, tx *store.Tx, t *Title, h *held, p *stored) error {
	d := compare(t, p, h.outranked)
	action := Update
	switch {
	case !h.entitled:
		action = Add
		a.counts.Added++
		a.change(&h.id, Add, "", d.values[0], stateBefore(h, p), "", t.Line)
	case len(d.fields) > 0:
		a.counts.Updated++
	}
	a.listDifference(t, &h.id, &d, action)
	if a.show || action == Update && len(d.fields) == 0 && p.review == "" {
		return nil
	}
	if err := a.writeEntitlement(ctx, tx, t, h, &d); err != nil {
		return err
	}
	return a.writePortfolio(ctx, tx, t, h, p, &d)
}

func stateBefore(h *held, p *stored) string {
	b := before{Available: p.available, Listed: p.listed, Review: p.review}
	if p.removedAt.Valid {
		b.RemovedAt = &p.removedAt.Int64
	}
	if h.entitlement != 0 {
		b.Entitled = "ended"
	}
	text, _ := json.Marshal(b) // cannot fail
	return string(text)
}

// countFields counts the title once for each field that differs: title_url may differ on the title and on a statement.
func (d *difference) countFields(counts *Counts) {
	for i, f := range d.fields {
		if !slices.ContainsFunc(d.fields[:i], func(earlier fieldChange) bool { return earlier.name == f.name }) {
			counts.addField(f.name, 1)
		}
	}
}

func (a *applier) listDifference(t *Title, id *int64, d *difference, action Action) {
	for _, f := range d.fields {
		a.change(id, action, f.name, d.values[0], f.before, f.after, t.Line)
	}
	if action == Update {
		d.countFields(&a.counts)
	}
	if len(d.locked) == 0 || a.listed[listing{Locked, t.Line}] { // by the run that this one goes on from
		return
	}
	for _, f := range d.locked {
		a.change(id, Locked, f.name, d.values[0], f.before, f.after, t.Line)
	}
	a.counts.Locked++
}

func (a *applier) writeEntitlement(ctx context.Context, tx *store.Tx, t *Title, h *held, d *difference) error {
	if h.entitlement == 0 {
		a.entitle(h.id, t)
		return nil
	}
	if h.entitled && !d.rewrite {
		return nil
	}
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE entitlements SET active = ?, updated_at = ? WHERE id = ?`, true, a.now, h.entitlement); err != nil {
		return fmt.Errorf("write the entitlement: %w", err)
	}
	if !d.rewrite {
		return nil
	}
	return a.replaceCoverage(ctx, tx, h.entitlement, d.coverage)
}

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

// writePortfolio brings the portfolio into the holdings and, where they differ, writes its values. Whether it is available
// is the staff's choice: nothing here changes it.
func (a *applier) writePortfolio(ctx context.Context, tx *store.Tx, t *Title, h *held, p *stored, d *difference) error {
	_, err := tx.SQL.ExecContext(ctx, `UPDATE portfolios SET updated_at = ?, listed = ?, removed_at = NULL, review = '' WHERE id = ?`,
		a.now, p.listed || a.part.ofProfile(), h.id)
	if err != nil {
		return fmt.Errorf("write the portfolio: %w", err)
	}
	if len(d.fields) == 0 {
		return nil
	}
	return a.setValues(ctx, tx, h.id, d.values, strings.Join(t.more, " "))
}

// setValues writes a portfolio's title columns and what is computed from them.
func (a *applier) setValues(ctx context.Context, tx *store.Tx, id int64, values [len(titleColumns)]string, moreKeys string) error {
	args := append(appendTitle([]any{a.now}, &values, moreKeys, valuesHash(&values)), id)
	if _, err := tx.SQL.StmtContext(ctx, a.updateValues).ExecContext(ctx, args...); err != nil {
		return fmt.Errorf("write the portfolio: %w", err)
	}
	return nil
}
