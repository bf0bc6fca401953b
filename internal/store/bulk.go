package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// An Inserter inserts many rows of one table. Rows are gathered outside the transaction and written inside it, rowsAtOnce
// to a statement: that is several times faster than row by row, and each database plans the statement once.
type Inserter struct {
	verb    string // what it does to which table, for errors
	columns int
	many    *sql.Stmt // rowsAtOnce rows
	one     *sql.Stmt
	args    []any
}

// rowsAtOnce keeps a statement of the widest table far below SQLite's 32,766 and PostgreSQL's 65,535 variables.
const rowsAtOnce = 64

// Inserter makes one for the columns of a table. Close it in the end.
func (s *Store) Inserter(ctx context.Context, table string, columns ...string) (*Inserter, error) {
	return newBulk(ctx, s, "insert into "+table, len(columns), func(rows int) string { return insertSQL(table, columns, rows) })
}

// Updater makes an Inserter that updates: each row added is values to set, which set names, and the id of the row to
// set them in. values are "name TYPE".
func (s *Store) Updater(ctx context.Context, table, set string, values ...string) (*Inserter, error) {
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

func newBulk(ctx context.Context, s *Store, verb string, columns int, query func(rows int) string) (*Inserter, error) {
	in := &Inserter{verb: verb, columns: columns}
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

// Upsert writes rows of a table whose first column is its id: those that are there are overwritten.
func Upsert(ctx context.Context, tx *Tx, table string, columns []string, rows [][]any) error {
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

// Add gathers one row, its values in the order of the columns.
func (in *Inserter) Add(values ...any) { in.args = append(in.args, values...) }

// Flush writes what was gathered.
func (in *Inserter) Flush(ctx context.Context, tx *Tx) error {
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

// Discard forgets what was gathered for a transaction that did not happen.
func (in *Inserter) Discard() { in.args = in.args[:0] }

// Close frees its statements.
func (in *Inserter) Close() error { return errors.Join(in.many.Close(), in.one.Close()) }

// IDsAtOnce is how many ids one statement asks for.
const IDsAtOnce = 1000

// InList is "(?, ?, …)" for ids, and the ids as arguments.
func InList(ids []int64) (placeholders string, args []any) {
	args = make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	return "(" + strings.TrimSuffix(strings.Repeat("?, ", len(ids)), ", ") + ")", args
}

// IDs are the ids that a query selects, read outside any transaction.
func (s *Store) IDs(ctx context.Context, query string, args ...any) ([]int64, error) {
	return ScanIDs(s.Query(ctx, query, args...))
}

// ScanIDs reads the ids that a query returned, and closes it. It takes what the query returns: rows, or an error.
func ScanIDs(rows *sql.Rows, err error) (ids []int64, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read ids: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// IDSet reads a set of ids: query ends in "IN", to which the list of ids is added.
func IDSet(ctx context.Context, tx *Tx, query string, ids []int64, args ...any) (map[int64]bool, error) {
	placeholders, list := InList(ids)
	ids, err := ScanIDs(tx.SQL.QueryContext(ctx, query+placeholders, append(args, list...)...))
	if err != nil {
		return nil, fmt.Errorf("read a set of ids: %w", err)
	}
	set := make(map[int64]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set, err
}

// QueryFunc reads in SQL, inside a transaction or outside: Store.Query, or QueryContext of Tx.SQL.
type QueryFunc func(ctx context.Context, query string, args ...any) (*sql.Rows, error)
