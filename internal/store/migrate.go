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

// migration is one file of the migrations: its name begins with its version, and it is written as goose reads it.
type migration struct {
	version int64
	name    string
	up      string
}

// migrator brings one database to the newest version.
//
// It has a connection of its own on which foreign keys are off. Migrations that rebuild a table switch them off
// themselves, but SQLite ignores that inside a transaction, and DROP TABLE would then delete every row that refers to
// the table. Inside one transaction all missing migrations are applied and the references checked, so the database is
// either at the newest version or exactly as it was.
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

// run applies what is missing and returns its names. Several processes may do so at once: one applies the migrations,
// and the others wait and then find nothing missing.
func (m *migrator) run(ctx context.Context) (applied []string, err error) {
	defer func() { err = errors.Join(err, m.db.Close()) }()
	var missing []migration
	err = whileBusy(ctx, func() error { // without locking anything: mostly nothing is missing
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
		return nil, m.whatNow(ctx, err)
	}
	if err := tx.Commit(); err != nil {
		return nil, fmt.Errorf("commit the migrations, so that the database is as it was: %w", err)
	}
	return applied, nil
}

// lockPatience is how long a start waits for another process that migrates the database.
const lockPatience = 10 * time.Minute

// whileBusy calls f again as long as another process has the database locked.
func whileBusy(ctx context.Context, f func() error) error {
	for deadline := time.Now().Add(lockPatience); ; {
		err := f()
		var failure sqlite3.Error
		if !errors.As(err, &failure) || failure.Code != sqlite3.ErrBusy || ctx.Err() != nil || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond): // some locks are refused at once, whatever the busy timeout
		}
	}
}

type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// missing returns the migrations that the database lacks. It refuses a database with one that this version doesn't
// know: whatever wrote it may have changed what the tables mean.
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
		return nil, fmt.Errorf("it holds tables of another program (%s among them): "+
			"name another data directory, or move this file away", tables[0])
	}
	versions, err := column[int64](ctx, db, `SELECT version_id FROM goose_db_version WHERE is_applied AND version_id > 0 ORDER BY version_id`)
	if err != nil {
		return nil, err
	}
	newest := m.known[len(m.known)-1].version
	for _, v := range slices.Backward(versions) {
		if !slices.ContainsFunc(m.known, func(k migration) bool { return k.version == v }) {
			return nil, fmt.Errorf("it was written by a newer version of autoholdings (its migration is %d, this version knows those up to %d): "+
				"start that version, or restore the backup from before it", v, newest)
		}
	}
	var missing []migration
	for _, k := range m.known {
		if slices.Contains(versions, k.version) {
			continue
		}
		if len(versions) > 0 && k.version < versions[len(versions)-1] {
			return nil, fmt.Errorf("migration %s is missing, but the later %d was applied: restore a backup that a release has written",
				k.name, versions[len(versions)-1])
		}
		missing = append(missing, k)
	}
	return missing, nil
}

// apply applies what is missing in a transaction that the caller ends.
func (m *migrator) apply(ctx context.Context, tx *sql.Tx) ([]string, error) {
	if on, err := column[bool](ctx, tx, `PRAGMA foreign_keys`); err != nil || on[0] {
		return nil, errors.Join(errors.New("migrate: foreign keys are not off, so that rows could be lost"), err)
	}
	missing, err := m.missing(ctx, tx) // again: another process may have been first
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
	for _, next := range append([]migration{{name: "0"}}, missing...) { // goose expects the version 0 of an empty database
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

// orphans are rows that refer to rows which are not there.
type orphans struct{ found []string }

func (o *orphans) Error() string {
	return "rows refer to others that are not there: " + strings.Join(o.found, "; ")
}

// checkReferences returns orphans where there are any.
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

// failedMigration says which one failed, or that the check after all of them did.
type failedMigration struct {
	name  string // such as "migration 1_first.sql"
	cause error
}

func (f *failedMigration) Error() string {
	return fmt.Sprintf("%s failed, so no migration was applied and the database is as it was: %v", f.name, f.cause)
}

func (f *failedMigration) Unwrap() error { return f.cause }

// whatNow adds to a failed migration what is to be done. It is called once the database is as it was.
func (m *migrator) whatNow(ctx context.Context, failure error) error {
	var failed *failedMigration
	if !errors.As(failure, &failed) || ctx.Err() != nil || adviceOn(failure) != "" {
		return failure
	}
	var before *orphans
	if errors.As(checkReferences(ctx, m.db), &before) {
		return fmt.Errorf("%w. Before the migration there were such rows too (%s), which autoholdings does not write: "+
			"restore a backup in which `PRAGMA foreign_key_check` finds nothing", failure, strings.Join(before.found, "; "))
	}
	return fmt.Errorf("%w. The migration does not fit this database: go on with the version before, and report this message", failure)
}

// column reads a query's one column.
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
			return nil, fmt.Errorf("migration %s: its name does not begin with a version", name)
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

// ending is a statement that would end the transaction.
var ending = regexp.MustCompile(`(?im)^[ \t]*(COMMIT|ROLLBACK|END TRANSACTION)\b`)

// upwards is the part of a goose file that leads to its version. SQLite finds the ends of its statements itself.
func upwards(text string) (string, error) {
	if strings.Contains(text, "+goose NO TRANSACTION") {
		return "", errors.New("it asks for no transaction, in which a failure would leave half of it behind")
	}
	if statement := strings.TrimSpace(ending.FindString(text)); statement != "" {
		return "", fmt.Errorf("it says %s, but the transaction it runs in ends after the check", statement)
	}
	_, up, found := strings.Cut(text, "-- +goose Up")
	if !found {
		return "", errors.New("it has no line \"-- +goose Up\"")
	}
	up, _, _ = strings.Cut(up, "-- +goose Down")
	return up, nil
}

// explain adds to a failure which database it is of and, where SQLite says what is wrong with the file, what to do.
func explain(database string, err error) error {
	if err == nil {
		return nil
	}
	if advice := adviceOn(err); advice != "" {
		return fmt.Errorf("the database %s: %w: %s", database, err, advice)
	}
	return fmt.Errorf("the database %s: %w", database, err)
}

// adviceOn is what to do about a file that SQLite cannot work with; "" where the file is not at fault.
func adviceOn(err error) string {
	var failure sqlite3.Error
	if !errors.As(err, &failure) {
		return ""
	}
	switch failure.Code {
	case sqlite3.ErrNotADB:
		return "it is of another kind: name another data directory, or restore the backup"
	case sqlite3.ErrCorrupt:
		return "it is damaged: keep a copy of it, and restore the backup"
	case sqlite3.ErrReadonly:
		return "it cannot be written: check that this user owns it and its folder, and that the disk is not mounted read-only"
	case sqlite3.ErrPerm, sqlite3.ErrCantOpen, sqlite3.ErrAuth:
		return "it cannot be opened: check that it is a file, and that this user owns it and its folder"
	case sqlite3.ErrFull:
		return "the disk is full: make room and start again"
	case sqlite3.ErrIoErr:
		return "the disk failed: check the disk and its file system, then start again"
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return "another process holds it: wait for that process, or end it, and start again"
	default:
		return ""
	}
}
