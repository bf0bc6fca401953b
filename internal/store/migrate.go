package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-sqlite3"
)

// migration is one migration file in goose's format. Its name begins with its version.
type migration struct {
	version int64
	name    string
	up      string
}

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
	db := sql.OpenDB(connector{d, dsn(database, "_fk=0&_txlock=immediate&_synchronous=FULL&_busy_timeout=1000")})
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

type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// missing returns the migrations that the database lacks. It refuses a database that has an unknown migration, because
// the program that applied it may have changed what the tables mean.
func (m *migrator) missing(ctx context.Context, db queryer) ([]migration, error) {
	const own = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'`
	tables, err := column[string](ctx, db, own)
	if err != nil {
		return nil, err
	}
	if len(tables) == 0 {
		return m.known, nil
	}
	if !slices.Contains(tables, "goose_db_version") {
		return nil, fmt.Errorf("it has tables of another program, such as %s: "+
			"use another data directory, or move this file away", tables[0])
	}
	versions, err := column[int64](ctx, db, `SELECT version_id FROM goose_db_version WHERE is_applied AND version_id > 0 ORDER BY version_id`)
	if err != nil {
		return nil, err
	}
	newest := m.known[len(m.known)-1].version
	for _, v := range slices.Backward(versions) {
		if !slices.ContainsFunc(m.known, func(k migration) bool { return k.version == v }) {
			return nil, fmt.Errorf("it was written by a newer version of autoholdings (it has migration %d, this version ends with %d): "+
				"start that version, or restore the backup from before it", v, newest)
		}
	}
	var missing []migration
	for _, k := range m.known {
		if slices.Contains(versions, k.version) {
			continue
		}
		if len(versions) > 0 && k.version < versions[len(versions)-1] {
			return nil, fmt.Errorf("migration %s is missing, although the later %d was applied: restore a backup that a release has written",
				k.name, versions[len(versions)-1])
		}
		missing = append(missing, k)
	}
	return missing, nil
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
	if _, err := tx.ExecContext(ctx, versions); err != nil {
		return nil, fmt.Errorf("write the table of versions: %w", err)
	}
	const applied = `INSERT INTO goose_db_version (version_id, is_applied)
		SELECT ?, true WHERE NOT EXISTS (SELECT 1 FROM goose_db_version WHERE version_id = ?)`
	names := make([]string, 0, len(missing))
	for _, next := range append([]migration{{name: "0"}}, missing...) { // goose records an empty database as version 0
		if _, err := tx.ExecContext(ctx, next.up); err != nil {
			return nil, &failedMigration{"migration " + next.name, err}
		}
		if _, err := tx.ExecContext(ctx, applied, next.version, next.version); err != nil {
			return nil, fmt.Errorf("write the table of versions: %w", err)
		}
		if next.version > 0 {
			names = append(names, next.name)
		}
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

// failedMigration says which migration failed, or that the check after all of them did.
type failedMigration struct {
	name  string // such as "migration 1_first.sql"
	cause error
}

func (f *failedMigration) Error() string {
	return fmt.Sprintf("%s failed, so no migration was applied and the database is unchanged: %v", f.name, f.cause)
}

func (f *failedMigration) Unwrap() error { return f.cause }

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

// column reads the only column of a query.
func column[T any](ctx context.Context, db queryer, query string) (values []T, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, rows.Err()
}

// readMigrations reads the files VERSION_NAME.sql of a folder.
func readMigrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	all := make([]migration, 0, len(names))
	for _, name := range names {
		version, _, _ := strings.Cut(path.Base(name), "_")
		number, err := strconv.ParseInt(version, 10, 64)
		if err != nil || number < 1 {
			return nil, fmt.Errorf("migration %s: its name does not begin with a version number", name)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read the migrations: %w", err)
		}
		up, err := upwards(string(text))
		if err != nil {
			return nil, fmt.Errorf("migration %s: %w", name, err)
		}
		all = append(all, migration{version: number, name: name, up: up})
	}
	if len(all) == 0 {
		return nil, errors.New("there are no migrations")
	}
	slices.SortFunc(all, func(a, b migration) int { return int(a.version - b.version) })
	for i := range all[1:] {
		if all[i].version == all[i+1].version {
			return nil, fmt.Errorf("migrations %s and %s have the same version", all[i].name, all[i+1].name)
		}
	}
	return all, nil
}

// ending matches a statement that would end the transaction.
var ending = regexp.MustCompile(`(?im)^[ \t]*(COMMIT|ROLLBACK|END TRANSACTION)\b`)

// upwards returns the part of a goose file that leads to its version. SQLite splits it into statements itself.
func upwards(text string) (string, error) {
	if strings.Contains(text, "+goose NO TRANSACTION") {
		return "", errors.New("it says NO TRANSACTION, so that a failure would leave half of it applied")
	}
	if statement := strings.TrimSpace(ending.FindString(text)); statement != "" {
		return "", fmt.Errorf("it says %s, but its transaction must not end before the check", statement)
	}
	_, up, found := strings.Cut(text, "-- +goose Up")
	if !found {
		return "", errors.New("it has no line \"-- +goose Up\"")
	}
	up, _, _ = strings.Cut(up, "-- +goose Down")
	return up, nil
}

// explain adds to an error the path of the database and, if SQLite says what is wrong with the file, what to do.
func explain(database string, err error) error {
	if err == nil {
		return nil
	}
	if advice := adviceOn(err); advice != "" {
		return fmt.Errorf("the database %s: %w: %s", database, err, advice)
	}
	return fmt.Errorf("the database %s: %w", database, err)
}

// adviceOn says what to do about a file that SQLite cannot use. It returns "" if the file is not at fault.
func adviceOn(err error) string {
	var failure sqlite3.Error
	if !errors.As(err, &failure) {
		return ""
	}
	switch failure.Code {
	case sqlite3.ErrNotADB:
		return "it is not an SQLite database: use another data directory, or restore the backup"
	case sqlite3.ErrCorrupt:
		return "it is damaged: keep a copy of it, and restore the backup"
	case sqlite3.ErrReadonly:
		return "it cannot be written: check that this user owns it and its folder, and that the disk is not mounted read-only"
	case sqlite3.ErrPerm, sqlite3.ErrCantOpen, sqlite3.ErrAuth:
		return "it cannot be opened: check that it is a file, and that this user owns it and its folder"
	case sqlite3.ErrFull:
		return "the disk is full: free some space, then start again"
	case sqlite3.ErrIoErr:
		return "the disk failed: check the disk and its file system, then start again"
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return "another process is using it: wait for that process or end it, then start again"
	default:
		return ""
	}
}
