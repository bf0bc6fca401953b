package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"entgo.io/ent/schema/field"
	"github.com/jackc/pgx/v5/stdlib"

	"autoholdings/ent/migrations"
)

// SnapshotOptions says of which database to make a snapshot, and where.
type SnapshotOptions struct {
	Of  Options
	Dir string // an empty folder; the snapshot is the SQLite database in it, as in a data directory

	// Apart are tables of a shared database that stay empty in the snapshot, because Take puts what is in them elsewhere. Take
	// reads the same moment. Neither matters where the database is SQLite.
	Apart []string
	Take  func(ctx context.Context, moment *Tx) error
}

// Snapshot writes all that a database has at one moment to a new SQLite database, whichever kind it is, while others work on
// it, and checks what it has written. It changes nothing in the database, and applies no migrations: one of an earlier
// version gives a snapshot of that version (SQLite), or is refused (PostgreSQL).
//
// The snapshot is for [Copy], or to be put into a data directory.
func Snapshot(ctx context.Context, o SnapshotOptions) (schema int64, err error) {
	e, err := engineOf(o.Of)
	if err != nil {
		return 0, err
	}
	file := filepath.Join(o.Dir, FileName)
	if err := e.snapshot(ctx, o, file); err != nil {
		return 0, e.explain(err)
	}
	if err := os.Chmod(file, 0o600); err != nil {
		return 0, err
	}
	err = InSnapshot(ctx, file, func(ctx context.Context, tx *sql.Tx) error {
		if schema, err = checkSnapshot(ctx, tx); err != nil {
			return fmt.Errorf("it was read, but what came of it is not whole: %w", err)
		}
		return nil
	})
	if err != nil {
		return 0, e.explain(err)
	}
	return schema, nil
}

// InSnapshot runs fn in a transaction on an SQLite database that nobody else works on, whatever its version, and leaves
// nothing beside the file.
func InSnapshot(ctx context.Context, file string, fn func(ctx context.Context, tx *sql.Tx) error) (err error) {
	db := sql.OpenDB(connector{sqliteDriver, fileDSN(file, "mode=rw&_fk=0&_txlock=immediate&_cache_size=-40960")})
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(ctx, tx); err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

// checkSnapshot returns the newest migration of a database that is whole, and an error for any other.
func checkSnapshot(ctx context.Context, tx *sql.Tx) (schema int64, err error) {
	if err := checkPages(ctx, tx); err != nil {
		return 0, err
	}
	if err := checkReferences(ctx, tx); err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&schema)
	if err == nil && schema == 0 {
		err = errors.New("no server has ever run on it")
	}
	return schema, err
}

// checkPages returns an error that says what SQLite finds wrong in the whole file.
func checkPages(ctx context.Context, db queryer) error {
	found, err := column[string](ctx, db, `PRAGMA integrity_check(5)`)
	if err != nil {
		return err
	}
	if !slices.Equal(found, []string{"ok"}) {
		return fmt.Errorf("it is damaged (%s)", strings.Join(found, "; "))
	}
	return nil
}

// NewestSnapshot is the newest version of a snapshot that this program can read.
func NewestSnapshot() (int64, error) {
	files, err := fs.Sub(migrations.SQLite, "sqlite")
	if err != nil {
		return 0, fmt.Errorf("read the migrations: %w", err)
	}
	known, err := readMigrations(files)
	if err != nil {
		return 0, err
	}
	return known[len(known)-1].version, nil
}

// snapshot reads the whole of the file in one go, so that others can write meanwhile.
func (e *sqlite) snapshot(ctx context.Context, _ SnapshotOptions, file string) (err error) {
	if _, err := os.Stat(e.path); err != nil {
		return err
	}
	db := sql.OpenDB(connector{e.driver, fileDSN(e.path, "mode=rw&_busy_timeout=5000")})
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, file)
	return err
}

// snapshot copies all tables from one transaction, in which nothing changes, and compares them with what came of them.
func (e *postgres) snapshot(ctx context.Context, o SnapshotOptions, _ string) (err error) {
	source := sql.OpenDB(stdlib.GetConnector(*e.sessionConfig()))
	source.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, source.Close()) }()
	if err := checkServer(ctx, source); err != nil {
		return err
	}
	from, err := source.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = from.Rollback() }()
	if err := checkSameVersion(ctx, from, e.migrations); err != nil {
		return err
	}
	target := newSQLite(Options{DataDir: o.Dir})
	if _, err := target.migrate(ctx); err != nil {
		return target.explain(err)
	}
	tables, err := copiedTables()
	if err != nil {
		return err
	}
	tables = slices.DeleteFunc(tables, func(t copiedTable) bool { return slices.Contains(o.Apart, t.Name) })
	err = InSnapshot(ctx, target.path, func(ctx context.Context, into *sql.Tx) error {
		for _, t := range tables {
			if err := t.takeInto(ctx, into, from); err != nil {
				return err
			}
		}
		return target.settleWords(ctx, into)
	})
	if err != nil || o.Take == nil {
		return err
	}
	return o.Take(ctx, newTx(from, e))
}

// checkSameVersion refuses a database whose tables this version does not know by heart.
func checkSameVersion(ctx context.Context, db queryer, files fs.FS) (err error) {
	if files == nil {
		if files, err = fs.Sub(migrations.Postgres, "postgres"); err != nil {
			return fmt.Errorf("read the migrations: %w", err)
		}
	}
	known, err := readMigrations(files)
	if err != nil {
		return err
	}
	lacking, err := missingIn(ctx, db, known)
	if err != nil {
		return err
	}
	switch len(lacking) {
	case 0:
		return nil
	case len(known):
		return errors.New("it is empty: no server has ever run on it")
	default:
		return fmt.Errorf("it is of an earlier version of autoholdings (it lacks %s): use that version for this, or start this one first, "+
			"which brings the database to its own", lacking[0].name)
	}
}

// takeInto copies the rows of a table from PostgreSQL to an empty one of SQLite.
func (t copiedTable) takeInto(ctx context.Context, into, from *sql.Tx) error {
	insert, err := into.PrepareContext(ctx, `INSERT INTO "`+t.Name+`" ("`+strings.Join(t.names(), `", "`)+`") VALUES (?`+
		strings.Repeat(", ?", len(t.Columns)-1)+`)`)
	if err != nil {
		return fmt.Errorf("write table %s: %w", t.Name, err)
	}
	defer insert.Close()
	sent, values := newContents(), make([]any, len(t.Columns))
	for row, err := range queried(ctx, from, t) {
		if err != nil {
			return err
		}
		sent.add(row)
		t.forSQLite(values, row)
		if _, err := insert.ExecContext(ctx, values...); err != nil {
			return fmt.Errorf("write table %s: %w", t.Name, err)
		}
	}
	arrived, err := contentsOf(queried(ctx, into, t))
	if err != nil {
		return err
	}
	if sent.rows != arrived.rows || sent.sum() != arrived.sum() {
		return fmt.Errorf("what arrived of table %s is not what was sent: report this message", t.Name)
	}
	return nil
}

// forSQLite gives normalized values the types in which the program itself writes them there.
func (t copiedTable) forSQLite(values, row []any) {
	for i, c := range t.Columns {
		values[i] = row[i]
		if text, ok := row[i].(string); ok && kindOf(c) == field.TypeJSON {
			values[i] = []byte(text)
		}
	}
}
