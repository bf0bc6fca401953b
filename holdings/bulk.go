package holdings

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"autoholdings/internal/store"
)

// inserter inserts many rows of one table. Rows are gathered outside the transaction and written inside it, rowsAtOnce
// to a statement: that is several times faster than row by row, and each database plans the statement once.
type inserter struct {
	verb    string // what it does to which table, for errors
	columns int
	many    *sql.Stmt // rowsAtOnce rows
	one     *sql.Stmt
	args    []any
}

// rowsAtOnce keeps a statement of the widest table far below SQLite's 32,766 and PostgreSQL's 65,535 variables.
const rowsAtOnce = 64

func newInserter(ctx context.Context, s *store.Store, table string, columns ...string) (*inserter, error) {
	return newBulk(ctx, s, "insert into "+table, len(columns), func(rows int) string { return insertSQL(table, columns, rows) })
}

// newUpdater is an inserter that updates: each row added is values to set, which set names, and the id of the row to
// set them in. values are "name TYPE".
func newUpdater(ctx context.Context, s *store.Store, table, set string, values ...string) (*inserter, error) {
	values = append(values, "id BIGINT")
	var names, places []string
	for _, v := range values {
		name, kind, _ := strings.Cut(v, " ")
		names, places = append(names, name), append(places, "CAST(? AS "+kind+")") // PostgreSQL would take a bare ? as text
	}
	row := "(" + strings.Join(places, ", ") + ")"
	return newBulk(ctx, s, "update "+table, len(values), func(rows int) string {
		return "WITH v (" + strings.Join(names, ", ") + ") AS (VALUES " + repeated(row, rows) + ") UPDATE " + table +
			" SET " + set + " FROM v WHERE " + table + ".id = v.id"
	})
}

func newBulk(ctx context.Context, s *store.Store, verb string, columns int, query func(rows int) string) (*inserter, error) {
	in := &inserter{verb: verb, columns: columns}
	var err error
	if in.many, err = s.Prepare(ctx, query(rowsAtOnce)); err != nil {
		return nil, fmt.Errorf("prepare %s: %w", verb, err)
	}
	if in.one, err = s.Prepare(ctx, query(1)); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare %s: %w", verb, err), in.many.Close())
	}
	return in, nil
}

func insertSQL(table string, columns []string, rows int) string {
	return "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES " + repeated("("+repeated("?", len(columns))+")", rows)
}

// repeated is "?, ?, ?" for a text and a number.
func repeated(text string, n int) string {
	return strings.TrimSuffix(strings.Repeat(text+", ", n), ", ")
}

// upsert writes rows of a table whose first column is its id: those that are there are overwritten.
func upsert(ctx context.Context, tx *store.Tx, table string, columns []string, rows [][]any) error {
	overwrite := " ON CONFLICT (id) DO UPDATE SET "
	for i, column := range columns[1:] {
		if i > 0 {
			overwrite += ", "
		}
		overwrite += column + " = excluded." + column
	}
	for chunk := range slices.Chunk(rows, rowsAtOnce) {
		_, err := tx.SQL.ExecContext(ctx, insertSQL(table, columns, len(chunk))+overwrite, slices.Concat(chunk...)...)
		if err != nil {
			return fmt.Errorf("write %s: %w", table, err)
		}
	}
	return nil
}

// add gathers one row, its values in the order of the columns.
func (in *inserter) add(values ...any) { in.args = append(in.args, values...) }

// flush writes what was gathered.
func (in *inserter) flush(ctx context.Context, tx *store.Tx) error {
	defer func() { clear(in.args); in.args = in.args[:0] }()
	width := rowsAtOnce * in.columns
	rest := in.args
	for ; len(rest) >= width; rest = rest[width:] {
		if err := execAtOnce(ctx, tx.SQL.StmtContext(ctx, in.many), rest[:width]); err != nil {
			return fmt.Errorf("%s: %w", in.verb, err)
		}
	}
	for ; len(rest) > 0; rest = rest[in.columns:] {
		if err := execAtOnce(ctx, tx.SQL.StmtContext(ctx, in.one), rest[:in.columns]); err != nil {
			return fmt.Errorf("%s: %w", in.verb, err)
		}
	}
	return nil
}

// execAtOnce runs a statement that returns no rows. The driver hands the arguments of a query to SQLite all at once,
// those of an Exec one by one, which for a thousand of them takes as long as the insert.
func execAtOnce(ctx context.Context, stmt *sql.Stmt, args []any) error {
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	for rows.Next() { // runs it where the driver has not done so yet
	}
	return errors.Join(rows.Err(), rows.Close())
}

// discard forgets what was gathered for a transaction that did not happen.
func (in *inserter) discard() { in.args = in.args[:0] }

func (in *inserter) close() error { return errors.Join(in.many.Close(), in.one.Close()) }

// inList is "(?, ?, …)" for ids, and the ids as arguments.
func inList(ids []int64) (placeholders string, args []any) {
	args = make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	return "(" + strings.TrimSuffix(strings.Repeat("?, ", len(ids)), ", ") + ")", args
}
