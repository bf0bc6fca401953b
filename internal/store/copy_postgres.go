package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"autoholdings/ent/migrations"
)

// rowsOfCopy is how many rows one COPY takes. The server remembers those whose references it has to check until the COPY
// ends. Where rows refer to others of their table, it has to take all of them.
const rowsOfCopy = 50_000

// into copies to the target, or compares with it.
func (c *copying) into(ctx context.Context) (copied *Copied, err error) {
	db := sql.OpenDB(stdlib.GetConnector(*c.target.sessionConfig()))
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := c.prepareTarget(ctx, db); err != nil {
		return nil, c.target.explain(err)
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, c.target.explain(err)
	}
	defer func() { _ = conn.Close() }()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return nil, c.target.explain(err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	copied, err = c.inTransaction(ctx, conn, tx)
	if err != nil || copied.Before {
		return copied, err
	}
	c.committing = true
	if err := tx.Commit(); err != nil {
		return nil, fmt.Errorf("%w. %s", c.target.explain(fmt.Errorf("commit: %w", err)), c.standing())
	}
	return copied, nil
}

// prepareTarget applies the missing migrations, unless there is data.
func (c *copying) prepareTarget(ctx context.Context, db *sql.DB) error {
	if err := checkServer(ctx, db); err != nil {
		return err
	}
	files, err := fs.Sub(migrations.Postgres, "postgres")
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	known, err := readMigrations(files)
	if err != nil {
		return err
	}
	lacking, err := missingIn(ctx, db, known)
	if err != nil || len(lacking) == 0 {
		return err
	}
	tables, err := column[string](ctx, db, `SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1`)
	if err != nil {
		return err
	}
	tables = slices.DeleteFunc(tables, func(name string) bool { return name == versionTable })
	if filled, err := firstFilled(ctx, db, tables); err != nil || filled != "" {
		return errors.Join(err, occupied(fmt.Sprintf("there are rows in its table %s, and it is of an earlier version", filled)))
	}
	_, err = c.target.migrate(ctx)
	return err
}

// firstFilled returns the first table that has a row, "" for none.
func firstFilled(ctx context.Context, db queryer, tables []string) (string, error) {
	for _, name := range tables {
		found, err := column[bool](ctx, db, `SELECT EXISTS (SELECT 1 FROM `+pgx.Identifier{name}.Sanitize()+`)`)
		if err != nil {
			return "", err
		}
		if found[0] {
			return name, nil
		}
	}
	return "", nil
}

// occupied is the error that the target has data.
func occupied(how string) error {
	return fmt.Errorf("it has data that is not this copy (%s), so nothing was written: name an empty database (CREATE DATABASE …)", how)
}

func (c *copying) inTransaction(ctx context.Context, conn *sql.Conn, tx *sql.Tx) (*Copied, error) {
	// Whoever opens the database now waits until the copy is there.
	if _, err := tx.ExecContext(ctx, `LOCK TABLE `+c.list()+` IN EXCLUSIVE MODE`); err != nil {
		return nil, c.target.explain(err)
	}
	names := make([]string, len(c.tables))
	for i, t := range c.tables {
		names[i] = t.Name
	}
	filled, err := firstFilled(ctx, tx, names)
	if err != nil {
		return nil, c.target.explain(err)
	}
	var tables []CopiedTable
	for _, t := range c.tables {
		table, err := c.table(ctx, conn, tx, t, filled != "")
		if err != nil {
			return nil, err
		}
		tables = append(tables, table)
		if c.Progress != nil {
			c.Progress(table)
		}
	}
	additions := 0
	if c.Addition != nil {
		if additions, err = c.Addition.Verify(ctx, newTx(tx, c.target)); err != nil {
			return nil, c.target.explain(err)
		}
	}
	if filled == "" { // a database without statistics is slow until the server makes them by itself
		if _, err := tx.ExecContext(ctx, `ANALYZE `+c.list()); err != nil {
			return nil, c.target.explain(err)
		}
	}
	return c.done(filled != "", tables, additions), nil
}

// table copies one table and reads it again. With only, it reads it only.
func (c *copying) table(ctx context.Context, conn *sql.Conn, tx *sql.Tx, t copiedTable, only bool) (CopiedTable, error) {
	sent := newContents()
	var err error
	if only {
		sent, err = contentsOf(c.rows(ctx, t))
	} else {
		err = c.send(ctx, conn, t, sent)
	}
	if err != nil {
		return CopiedTable{}, err
	}
	arrived, err := contentsOf(queried(ctx, tx, t))
	if err != nil {
		return CopiedTable{}, c.target.explain(err)
	}
	if sent.rows == arrived.rows && sent.sum() == arrived.sum() {
		return CopiedTable{t.Name, sent.rows, sent.sum()}, nil
	}
	how := fmt.Sprintf("table %s has %d rows here and %d there", t.Name, sent.rows, arrived.rows)
	if sent.rows == arrived.rows {
		how = fmt.Sprintf("the rows of table %s are others", t.Name)
	}
	if only {
		return CopiedTable{}, c.target.explain(occupied(how))
	}
	return CopiedTable{}, c.target.explain(fmt.Errorf("what arrived is not what was sent: %s. Nothing was copied: report this message", how))
}

// send copies the rows of a table, and adds them to contents.
func (c *copying) send(ctx context.Context, conn *sql.Conn, t copiedTable, sent *contents) error {
	next, stop := iter.Pull2(c.rows(ctx, t))
	defer stop()
	batch := &batchOfCopy{next: next, sent: sent, size: rowsOfCopy}
	if t.ofItself {
		batch.size = 0
	}
	for !batch.over {
		batch.rows = 0
		err := conn.Raw(func(driverConn any) error {
			_, err := driverConn.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{t.Name}, t.names(), batch) //nolint:forcetypeassert // opened so
			return err
		})
		if batch.err != nil {
			return batch.err // what the server says then is only that the sender gave up
		}
		if err != nil {
			return fmt.Errorf("%w. %s", c.target.explain(fmt.Errorf("copy table %s: %w", t.Name, err)), c.standing())
		}
	}
	return nil
}

// batchOfCopy is the rows of one COPY.
type batchOfCopy struct {
	next   func() ([]any, error, bool)
	sent   *contents
	size   int // 0: no bound
	rows   int
	values []any
	err    error
	over   bool
}

// Next goes to the next row.
func (b *batchOfCopy) Next() bool {
	if b.over || b.size > 0 && b.rows == b.size {
		return false
	}
	var more bool
	b.values, b.err, more = b.next()
	if b.over = !more || b.err != nil; b.over {
		return false
	}
	b.rows++
	b.sent.add(b.values)
	return true
}

// Values returns the row.
func (b *batchOfCopy) Values() ([]any, error) { return b.values, nil }

// Err returns what kept the rows from being read.
func (b *batchOfCopy) Err() error { return b.err }
