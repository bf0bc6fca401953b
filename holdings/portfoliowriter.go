package holdings

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// portfolioWriter writes rows of portfolios, entitlements and coverage for a part.
type portfolioWriter struct {
	out                                  *partWriter
	portfolios, entitlements, statements *store.Inserter
	updateValues                         *sql.Stmt
}

func newPortfolioWriter(ctx context.Context, out *partWriter) (w *portfolioWriter, err error) {
	w = &portfolioWriter{out: out}
	for _, in := range []struct {
		to      **store.Inserter
		table   string
		columns []string
	}{
		{&w.portfolios, "portfolios", append([]string{"id", "created_at", "updated_at", "collection_id", "available", "listed"}, titleRowColumns...)},
		{&w.entitlements, "entitlements", []string{
			"id", "created_at", "updated_at", "portfolio_id", "profile_id", "active", "coverage_hash", "own_values", "own_hash",
		}},
		{&w.statements, "coverage_statements", append([]string{"id", "entitlement_id", "position"}, strings.Split(statementColumnNames, ", ")...)},
	} {
		if *in.to, err = out.inserter(ctx, in.table, in.columns...); err != nil {
			return nil, err
		}
	}
	w.updateValues, err = out.store.Prepare(ctx, `UPDATE portfolios SET updated_at = ?, `+strings.Join(titleRowColumns, " = ?, ")+
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
func (w *portfolioWriter) entitle(portfolioID int64, t *Title, own ownValues, ownHash *int64) {
	entitlementID := w.out.store.NextID()
	w.entitlements.Add(entitlementID, w.out.now, w.out.now, portfolioID, w.out.part.profile(), true, int64(t.coverage), own.text(), ownHash)
	w.addCoverage(entitlementID, t.Coverage)
}

func (w *portfolioWriter) addCoverage(entitlementID int64, statements []Statement) {
	for i := range statements {
		st := &statements[i]
		st.Kind = w.out.part.kindOf(st)
		w.statements.Add(w.out.store.NextID(), entitlementID, i, st.DateFirst, st.VolFirst, st.IssueFirst, st.DateLast, st.VolLast,
			st.IssueLast, st.Embargo, st.URL, st.Notes, st.Depth, st.Kind)
	}
}

// titleRowColumns are the title columns and those that are computed from them, as appendTitle gives their values.
var titleRowColumns = append(strings.Split(titleColumnNames, ", "), "title_key", "print_key", "online_key", "more_keys", "values_hash")

// appendTitle appends the values of titleRowColumns; hash is of the title columns.
func appendTitle(row []any, values *[len(titleColumns)]string, moreKeys string, hash uint64) []any {
	for _, value := range values {
		row = append(row, value)
	}
	return append(row, kbart.FoldTitle(values[0]), kbart.IdentifierKey(values[titleColumnIndex[kbart.PrintIdentifier]]),
		kbart.IdentifierKey(values[titleColumnIndex[kbart.OnlineIdentifier]]), moreKeys, int64(hash))
}

// replaceCoverage puts statements in place of an entitlement's.
func (w *portfolioWriter) replaceCoverage(ctx context.Context, tx *store.Tx, entitlementID int64, statements []Statement) error {
	if _, err := tx.SQL.ExecContext(ctx, `DELETE FROM coverage_statements WHERE entitlement_id = ?`, entitlementID); err != nil {
		return fmt.Errorf("write the coverage: %w", err)
	}
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE entitlements SET coverage_hash = ?, updated_at = ? WHERE id = ?`,
		int64(coverageHash(statements)), w.out.now, entitlementID); err != nil {
		return fmt.Errorf("write the coverage: %w", err)
	}
	w.addCoverage(entitlementID, statements)
	return nil
}

// setValues writes a portfolio's title columns and what is computed from them.
func (w *portfolioWriter) setValues(ctx context.Context, tx *store.Tx, id int64, values [len(titleColumns)]string, moreKeys string) error {
	args := append(appendTitle([]any{w.out.now}, &values, moreKeys, valuesHash(&values)), id)
	if _, err := tx.SQL.StmtContext(ctx, w.updateValues).ExecContext(ctx, args...); err != nil {
		return fmt.Errorf("write the portfolio: %w", err)
	}
	return nil
}

func (p *Part) kindOf(st *Statement) string {
	if p.Kind == nil {
		return ""
	}
	first, _ := kbart.ParseDate(st.DateFirst)
	last, _ := kbart.ParseDate(st.DateLast)
	return p.Kind(first, last)
}
