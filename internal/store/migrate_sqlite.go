package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/mattn/go-sqlite3"
)

// migrator brings one database to the newest version.
//
// It has its own connection, on which foreign keys are off. Migrations that rebuild a table switch them off themselves,
// but SQLite ignores that inside a transaction, and DROP TABLE would then delete every row that refers to the table.
// All missing migrations and the check of references are in one transaction. So afterwards the database is either at
// the newest version or exactly as before.
type migrator struct {
	path  string // of the database, for messages
	db    *sql.DB
	known []migration // by version
}

func newMigrator(d driver.Driver, database string, files fs.FS) (*migrator, error) {
	known, err := readMigrations(files)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector{d, sqliteDSN(database, "_fk=0&_txlock=immediate&_synchronous=FULL&_busy_timeout=1000")})
	db.SetMaxOpenConns(1)
	return &migrator{path: database, db: db, known: known}, nil
}

// run applies the missing migrations and returns their names. Several processes may run it at once: one applies the
// migrations, and the others wait and then find nothing missing.
func (m *migrator) run(ctx context.Context) (applied []string, err error) {
	defer func() { err = errors.Join(err, m.db.Close()) }()
	var missing []migration
	err = whileBusy(ctx, func() error { // without a lock, because usually nothing is missing
		missing, err = m.missing(ctx, m.db)
		return err
	})
	if err != nil || len(missing) == 0 {
		return nil, err
	}
	var tx *sql.Tx
	err = whileBusy(ctx, func() error {
		tx, err = m.db.BeginTx(ctx, nil)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("begin migrating: %w", err)
	}
	applied, err = m.apply(ctx, tx)
	if err != nil {
		_ = tx.Rollback()
		return nil, m.withAdvice(ctx, err)
	}
	if err := tx.Commit(); err != nil {
		return nil, fmt.Errorf("commit the migrations (nothing was changed): %w", err)
	}
	return applied, nil
}

// lockPatience is how long a starting process waits for another one that migrates the database.
const lockPatience = 10 * time.Minute

// whileBusy calls f again while another process has locked the database.
func whileBusy(ctx context.Context, f func() error) error {
	for deadline := time.Now().Add(lockPatience); ; {
		err := f()
		var failure sqlite3.Error
		if !errors.As(err, &failure) || failure.Code != sqlite3.ErrBusy || ctx.Err() != nil || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond): // SQLite refuses some locks at once, whatever the busy timeout
		}
	}
}

// missing returns the migrations that the database lacks.
func (m *migrator) missing(ctx context.Context, db queryer) ([]migration, error) {
	const own = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'`
	tables, err := column[string](ctx, db, own)
	if err != nil {
		return nil, err
	}
	return missing(ctx, db, m.known, tables, "use another data directory, or move this file away")
}

// apply applies the missing migrations in a transaction that the caller ends.
func (m *migrator) apply(ctx context.Context, tx *sql.Tx) ([]string, error) {
	if on, err := column[bool](ctx, tx, `PRAGMA foreign_keys`); err != nil || on[0] {
		return nil, errors.Join(errors.New("migrate: foreign keys are not off, so that rows could be lost"), err)
	}
	missing, err := m.missing(ctx, tx) // again, because another process may have been first
	if err != nil || len(missing) == 0 {
		return nil, err
	}
	const versions = `CREATE TABLE IF NOT EXISTS goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')))`
	names, err := applyAll(ctx, tx, missing, versions, func(query string) string { return query })
	if err != nil {
		return nil, err
	}
	if err := prepareSearch(ctx, tx, (*sqlite)(nil)); err != nil {
		return nil, err
	}
	if err := checkReferences(ctx, tx); err != nil {
		return nil, &failedMigration{"the check after " + strings.Join(names, ", "), err}
	}
	return names, nil
}

// orphans is the error that rows refer to rows that do not exist.
type orphans struct{ found []string }

func (o *orphans) Error() string {
	return "rows refer to others that do not exist: " + strings.Join(o.found, "; ")
}

// checkReferences returns an error of type orphans if there are any.
func checkReferences(ctx context.Context, db queryer) error {
	const query = `SELECT count(*) || ' of ' || "table" || ' to ' || parent FROM pragma_foreign_key_check GROUP BY "table", parent ORDER BY 1`
	found, err := column[string](ctx, db, query)
	if err != nil {
		return fmt.Errorf("check the references: %w", err)
	}
	if len(found) > 0 {
		return &orphans{found}
	}
	return nil
}

// withAdvice adds to the error of a failed migration what to do. It must be called after the rollback.
func (m *migrator) withAdvice(ctx context.Context, failure error) error {
	var failed *failedMigration
	if !errors.As(failure, &failed) || ctx.Err() != nil || adviceOn(failure) != "" {
		return failure
	}
	var before *orphans
	if errors.As(checkReferences(ctx, m.db), &before) {
		return fmt.Errorf("%w. There were such rows before the migration too (%s), and autoholdings does not write them: "+
			"restore a backup in which `PRAGMA foreign_key_check` finds nothing", failure, strings.Join(before.found, "; "))
	}
	return fmt.Errorf("%w. The migration does not fit this database: keep using the previous version, and report this message", failure)
}
