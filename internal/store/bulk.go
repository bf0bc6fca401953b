package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// An Inserter inserts many rows of one table. Rows are gathered outside the transaction and written inside it: by COPY
// on PostgreSQL, otherwise rowsAtOnce to a statement, which is several times faster than row by row.
type Inserter struct {
	verb    string // what it does to which table, for errors
	table   string // to copy rows into
	columns []string
	store   *Store
	query   func(rows int) string
	staging *staging // of an update, where rows are copied; nil for an insert

	many *sql.Stmt // rowsAtOnce rows
	one  *sql.Stmt
	args []any
}

// staging is a temporary table from which a statement updates another one.
type staging struct{ create, update, empty string }

// rowsAtOnce keeps a statement of the widest table far below SQLite's 32,766 and PostgreSQL's 65,535 variables.
const rowsAtOnce = 64

// Inserter makes one for the columns of a table. Close it in the end.
func (s *Store) Inserter(ctx context.Context, table string, columns ...string) (*Inserter, error) {
	in := &Inserter{verb: "insert into " + table, table: table, columns: columns, store: s}
	in.query = func(rows int) string { return insertSQL(table, columns, rows) }
	return in, in.prepareFirst(ctx)
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
	in := &Inserter{verb: "update " + table, columns: names, store: s}
	row := "(" + strings.Join(places, ", ") + ")"
	in.query = func(rows int) string {
		return "WITH v (" + strings.Join(names, ", ") + ") AS (VALUES " + repeated(row, rows) + ") UPDATE " + table +
			" SET " + set + " FROM v WHERE " + table + ".id = v.id"
	}
	in.table = fmt.Sprintf("staging_%016x", xxhash.Sum64String(in.query(1))) // one for each kind of update on a connection
	in.staging = &staging{
		create: "CREATE TEMPORARY TABLE IF NOT EXISTS " + in.table + " (" + strings.Join(values, ", ") + ") ON COMMIT DELETE ROWS",
		update: "UPDATE " + table + " SET " + set + " FROM " + in.table + " v WHERE " + table + ".id = v.id",
		empty:  "TRUNCATE " + in.table,
	}
	return in, in.prepareFirst(ctx)
}

// prepareFirst prepares the statements where rows are not copied. The only connection that writes may be taken later.
func (in *Inserter) prepareFirst(ctx context.Context) error {
	if in.store.engine.copies() {
		return nil
	}
	return in.prepare(ctx)
}

func (in *Inserter) prepare(ctx context.Context) (err error) {
	if in.many, err = in.store.Prepare(ctx, in.query(rowsAtOnce)); err != nil {
		return fmt.Errorf("prepare %s: %w", in.verb, err)
	}
	if in.one, err = in.store.Prepare(ctx, in.query(1)); err != nil {
		return errors.Join(fmt.Errorf("prepare %s: %w", in.verb, err), in.many.Close())
	}
	return nil
}

func insertSQL(table string, columns []string, rows int) string {
	return "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES " + repeated("("+repeated("?", len(columns))+")", rows)
}

// repeated is "?, ?, ?" for a text and a number.
func repeated(text string, n int) string {
	return strings.TrimSuffix(strings.Repeat(text+", ", n), ", ")
}

// Insert writes rows of a table.
func Insert(ctx context.Context, tx *Tx, table string, columns []string, rows [][]any) error {
	return insert(ctx, tx, table, columns, rows, "")
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
	return insert(ctx, tx, table, columns, rows, overwrite)
}

func insert(ctx context.Context, tx *Tx, table string, columns []string, rows [][]any, overwrite string) error {
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
	if len(in.args) == 0 {
		return nil
	}
	done, err := in.copy(ctx, tx)
	if err == nil && !done {
		err = in.execute(ctx, tx)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", in.verb, err)
	}
	return nil
}

// copy writes what was gathered by copying it, if this connection can.
func (in *Inserter) copy(ctx context.Context, tx *Tx) (done bool, err error) {
	e := in.store.engine
	if !e.copies() {
		return false, nil
	}
	if in.staging == nil {
		return e.copyIn(ctx, tx.conn, in.table, in.columns, in.args)
	}
	if _, err := tx.SQL.ExecContext(ctx, in.staging.create); err != nil {
		return false, err
	}
	if done, err = e.copyIn(ctx, tx.conn, in.table, in.columns, in.args); err != nil || !done {
		return done, err
	}
	for _, query := range []string{in.staging.update, in.staging.empty} {
		if _, err := tx.SQL.ExecContext(ctx, query); err != nil {
			return true, err
		}
	}
	return true, nil
}

// execute writes what was gathered by statements.
func (in *Inserter) execute(ctx context.Context, tx *Tx) error {
	if in.many == nil {
		if err := in.prepare(ctx); err != nil {
			return err
		}
	}
	one := len(in.columns)
	many := rowsAtOnce * one
	rest := in.args
	for ; len(rest) >= many; rest = rest[many:] {
		if err := execAtOnce(ctx, tx.SQL.StmtContext(ctx, in.many), rest[:many]); err != nil {
			return err
		}
	}
	for ; len(rest) > 0; rest = rest[one:] {
		if err := execAtOnce(ctx, tx.SQL.StmtContext(ctx, in.one), rest[:one]); err != nil {
			return err
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
func (in *Inserter) Close() error {
	if in.many == nil {
		return nil
	}
	return errors.Join(in.many.Close(), in.one.Close())
}

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
func IDSet(ctx context.Context, read QueryFunc, query string, ids []int64, args ...any) (map[int64]bool, error) {
	if len(ids) == 0 {
		return map[int64]bool{}, nil
	}
	placeholders, list := InList(ids)
	ids, err := ScanIDs(read(ctx, query+placeholders, append(args, list...)...))
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
