package holdings

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"autoholdings/holdings/plan"
	"autoholdings/internal/search"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// portfolioWriter writes rows of portfolios, entitlements and coverage for a part.
type portfolioWriter struct {
	out                                  *PartWriter
	portfolios, entitlements, statements *store.Inserter
	updateValues                         *sql.Stmt
}

func newPortfolioWriter(ctx context.Context, out *PartWriter) (w *portfolioWriter, err error) {
	w = &portfolioWriter{out: out}
	for _, in := range []struct {
		to      **store.Inserter
		table   string
		columns []string
	}{
		{&w.portfolios, "portfolios", portfolioRowColumns},
		{&w.entitlements, "entitlements", []string{
			"id", "created_at", "updated_at", "portfolio_id", "profile_id", "active", "coverage_hash", "own_values", "own_hash",
		}},
		{&w.statements, "coverage_statements", statementRowColumns},
	} {
		if *in.to, err = out.inserter(ctx, in.table, in.columns...); err != nil {
			return nil, err
		}
	}
	w.updateValues, err = out.Store.Prepare(ctx, `UPDATE portfolios SET updated_at = ?, `+strings.Join(titleRowColumns, " = ?, ")+
		` = ? WHERE id = ?`)
	return w, err
}

func (w *portfolioWriter) close() error {
	if w == nil || w.updateValues == nil {
		return nil
	}
	return w.updateValues.Close()
}

// entitle gives the profile's entitlement, with its coverage, to a portfolio that never had it.
func (w *portfolioWriter) entitle(portfolioID int64, t *plan.Title, own plan.DivergingValues, ownHash *int64) {
	entitlementID := w.out.Store.NextID()
	w.entitlements.Add(entitlementID, w.out.Now, w.out.Now, portfolioID, w.out.Part.profile(), true, int64(t.CoverageHash), own.Text(),
		ownHash)
	w.addCoverage(entitlementID, t.Coverage)
}

func (w *portfolioWriter) addCoverage(entitlementID int64, statements []plan.Statement) {
	for i := range statements {
		st := &statements[i]
		st.Kind = w.out.Part.kindOf(st)
		w.statements.Add(statementRow(w.out.Store.NextID(), entitlementID, i, st)...)
	}
}

// statementRowColumns are the columns of statementRow.
var statementRowColumns = append([]string{"id", "entitlement_id", "position"}, strings.Split(plan.StatementColumnNames, ", ")...)

func statementRow(id, entitlementID int64, position int, st *plan.Statement) []any {
	return []any{
		id, entitlementID, position, st.DateFirst, st.VolFirst, st.IssueFirst, st.DateLast, st.VolLast, st.IssueLast, st.Embargo,
		st.URL, st.Notes, st.Depth, st.Kind,
	}
}

// titleRowColumns are the title columns and those that are computed from them, in the order of appendTitle.
var titleRowColumns = append(strings.Split(plan.TitleColumnNames, ", "), "title_key", "print_key", "online_key", "more_keys", "values_hash",
	"words")

// portfolioRowColumns are the columns of a new portfolio: the title's come last.
var portfolioRowColumns = append([]string{"id", "created_at", "updated_at", "collection_id", "available", "listed"}, titleRowColumns...)

// appendTitle appends the values of titleRowColumns; hash is of the title columns.
func appendTitle(row []any, values *[len(plan.TitleColumns)]string, moreKeys string, hash uint64) []any {
	for _, value := range values {
		row = append(row, value)
	}
	return append(row, kbart.FoldTitle(values[0]), kbart.IdentifierKey(values[plan.TitleColumnIndex[kbart.PrintIdentifier]]),
		kbart.IdentifierKey(values[plan.TitleColumnIndex[kbart.OnlineIdentifier]]), moreKeys, int64(hash), titleWords(values, moreKeys))
}

// titleWords are the words by which a title is found.
func titleWords(values *[len(plan.TitleColumns)]string, moreKeys string) string {
	of := func(c kbart.Column) string { return values[plan.TitleColumnIndex[c]] }
	return search.TitleText(values[0], of(kbart.FirstAuthor), of(kbart.FirstEditor), of(kbart.TitleID), of(kbart.TitleURL),
		of(kbart.PrintIdentifier), of(kbart.OnlineIdentifier), moreKeys).Stored()
}

// replaceCoverage replaces the statements of an entitlement.
func (w *portfolioWriter) replaceCoverage(ctx context.Context, tx *store.Tx, entitlementID int64, statements []plan.Statement) error {
	if _, err := tx.SQL.ExecContext(ctx, `DELETE FROM coverage_statements WHERE entitlement_id = ?`, entitlementID); err != nil {
		return fmt.Errorf("write the coverage: %w", err)
	}
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE entitlements SET coverage_hash = ?, updated_at = ? WHERE id = ?`,
		int64(plan.HashCoverage(statements)), w.out.Now, entitlementID); err != nil {
		return fmt.Errorf("write the coverage: %w", err)
	}
	w.addCoverage(entitlementID, statements)
	return nil
}

// setValues writes a portfolio's title columns and what is computed from them.
func (w *portfolioWriter) setValues(
	ctx context.Context, tx *store.Tx, id int64, values [len(plan.TitleColumns)]string, moreKeys string,
) error {
	args := append(appendTitle([]any{w.out.Now}, &values, moreKeys, plan.HashValues(&values)), id)
	if _, err := tx.SQL.StmtContext(ctx, w.updateValues).ExecContext(ctx, args...); err != nil {
		return fmt.Errorf("write the portfolio: %w", err)
	}
	return nil
}

// setRetained writes what is retained of a portfolio, if a difference changes it.
func (*portfolioWriter) setRetained(ctx context.Context, tx *store.Tx, id int64, d *plan.Difference) error {
	if !slices.ContainsFunc(d.Fields, func(f plan.FieldChange) bool { return f.Name == plan.RetainedField }) {
		return nil
	}
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE portfolios SET retained_coverage = ? WHERE id = ?`, plan.StatementsJSON(d.Retained),
		id); err != nil {
		return fmt.Errorf("write what is retained: %w", err)
	}
	return nil
}

func (p *Part) kindOf(st *plan.Statement) string {
	if p.Kind == nil {
		return ""
	}
	first, _ := kbart.ParseDate(st.DateFirst)
	last, _ := kbart.ParseDate(st.DateLast)
	return p.Kind(first, last)
}
