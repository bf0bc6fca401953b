package store

import (
	"context"
	"database/sql"

	"autoholdings/internal/search"
)

// SQL runs statements in a transaction. Their placeholders are ?.
type SQL struct {
	tx     *sql.Tx
	engine engine
}

// ExecContext runs a statement that returns no rows.
func (s SQL) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return s.tx.ExecContext(ctx, s.engine.rebind(query), args...)
}

// QueryContext runs a query. The rows must be closed before the next statement.
func (s SQL) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return s.tx.QueryContext(ctx, s.engine.rebind(query), args...)
}

// QueryRowContext runs a query that returns at most one row.
func (s SQL) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return s.tx.QueryRowContext(ctx, s.engine.rebind(query), args...)
}

// NumbersIn is a query of the numbers that a text column holds as a JSON array. A text of any other form has none.
func (s *Store) NumbersIn(column string) string {
	return s.engine.numbersIn(`CASE WHEN ` + column + ` LIKE '[%' THEN ` + column + ` ELSE '[]' END`)
}

// IDsFound is a statement that selects the ids of a table's rows that have what is searched for, with one ? for its argument.
func (s *Store) IDsFound(t search.Table, q search.Query) (statement, arg string) {
	return q.IDs(t, s.engine.dialect())
}

// StmtContext returns a statement that [Store.Prepare] prepared, for this transaction.
func (s SQL) StmtContext(ctx context.Context, stmt *sql.Stmt) *sql.Stmt {
	return s.tx.StmtContext(ctx, stmt)
}
