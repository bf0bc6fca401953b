package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"entgo.io/ent/dialect"
	"github.com/gofrs/flock"
	"github.com/mattn/go-sqlite3"

	"autoholdings/ent/migrations"
)

// FileName is the SQLite database in the data directory.
const FileName = "autoholdings.db"

// sqlite is the database in a file of the data directory.
//
// It allows only one writer. So there is one writing connection. Its transactions begin IMMEDIATE and queue in Go, so
// that they never fail halfway with "database is locked". A pool of read-only connections can read while a job writes,
// thanks to WAL.
type sqlite struct {
	path       string
	driver     driver.Driver
	migrations fs.FS
	file       fs.FileInfo // that was opened; nil: not yet
	frozen     frozen
}

func newSQLite(o Options) *sqlite {
	e := &sqlite{path: filepath.Join(o.DataDir, FileName), driver: sqliteDriver, migrations: o.Migrations, frozen: frozen{log: o.Logger}}
	if o.Wrap != nil {
		e.driver = o.Wrap(sqliteDriver)
	}
	return e
}

func (*sqlite) dialect() string { return dialect.SQLite }

// enter locks a file of the data directory, which the system releases when the process ends.
func (e *sqlite) enter(_ context.Context, a access) (leave func() error, others []string, err error) {
	if err := e.makeFolder(); err != nil {
		return nil, nil, err
	}
	lock := flock.New(filepath.Join(filepath.Dir(e.path), "autoholdings.in-use"))
	try := lock.TryRLock
	if a == alone {
		try = lock.TryLock
	}
	if ours, err := try(); err != nil || !ours {
		return nil, nil, err
	}
	return lock.Close, nil, nil
}

// makeFolder makes the data directory if it is missing, and closes it to all others whatever it was: customer numbers, notes
// and sealed keys are in it. A directory of somebody else's may stay as it is, since the files in it are closed too.
func (e *sqlite) makeFolder() error {
	dir := filepath.Dir(e.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	err := os.Chmod(dir, 0o700) //nolint:gosec // G302: a directory
	if err != nil && !errors.Is(err, fs.ErrPermission) && FaultOf(err) != ReadOnly {
		return fmt.Errorf("close the data directory to others: %w", err)
	}
	return nil
}

// closeFiles closes the database's files to all others. SQLite gives those that it makes later the mode of the first.
func (e *sqlite) closeFiles() error {
	for _, file := range []string{e.path, e.path + "-wal", e.path + "-shm"} {
		if err := os.Chmod(file, 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("close the database to others: %w; it must belong to the user that runs autoholdings", err)
		}
	}
	return nil
}

func (e *sqlite) open() (write, read *sql.DB, err error) {
	if e.file, err = os.Stat(e.path); err != nil {
		return nil, nil, fmt.Errorf("open it: %w", err)
	}
	const writing = "_fk=1&_synchronous=NORMAL&_busy_timeout=5000&_txlock=immediate&_cache_size=-40960"
	write = sql.OpenDB(connector{e.driver, sqliteDSN(e.path, writing)})
	write.SetMaxOpenConns(1)
	const reading = "_fk=1&_synchronous=NORMAL&_busy_timeout=5000&_query_only=1&_cache_size=-8192&_stmt_cache_size=100"
	read = sql.OpenDB(connector{e.driver, sqliteDSN(e.path, reading)})
	read.SetMaxOpenConns(max(4, runtime.GOMAXPROCS(0)))
	read.SetMaxIdleConns(max(4, runtime.GOMAXPROCS(0)))
	return write, read, nil
}

// sqliteDSN returns a DSN with all settings, because a setting made by Exec would reach only one connection of a pool.
// The writer has a large cache (a negative number is in KiB), so that the indexes it inserts into stay in memory.
// Readers share the operating system's cache. They keep the statements that they prepared: requests make the same ones again
// and again, and to prepare one takes longer than to read a row by it.
func sqliteDSN(path, mode string) string { return fileDSN(path, "_journal_mode=WAL&"+mode) }

// fileDSN is a DSN that leaves a file's journal as it is.
func fileDSN(path, mode string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + mode
}

// sqliteDriver is the driver with the settings that a DSN cannot have: how long the log becomes before the writer moves
// it into the database, and the size to which it is truncated when it starts again at its beginning.
var sqliteDriver driver.Driver = &sqlite3.SQLiteDriver{ConnectHook: func(c *sqlite3.SQLiteConn) error {
	_, err := c.Exec(fmt.Sprintf("PRAGMA wal_autocheckpoint = %d; PRAGMA journal_size_limit = %d", logPages, checkpointPages<<12), nil)
	return err
}}

// connector opens the connections of one pool.
type connector struct {
	driver driver.Driver
	dsn    string
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }

func (c connector) Driver() driver.Driver { return c.driver }

// RestoringName is a folder in a data directory into which a backup is being unpacked. While it is there, the rest is not
// whole, and nobody opens the database.
const RestoringName = "restoring"

func (e *sqlite) migrate(ctx context.Context) (applied []string, err error) {
	if _, err := os.Stat(filepath.Join(filepath.Dir(e.path), RestoringName)); err == nil {
		return nil, fmt.Errorf("a backup is being restored there, or that was cut short (there is the folder %s): run `autoholdings restore` "+
			"with the same data directory again, which begins anew", RestoringName)
	}
	if err := e.makeFolder(); err != nil {
		return nil, err
	}
	if err := e.checkLost(); err != nil {
		return nil, err
	}
	m, err := e.migrator()
	if err != nil {
		return nil, err
	}
	if applied, err = m.run(ctx); err != nil {
		return nil, err
	}
	return applied, errors.Join(e.closeFiles(), e.markMade())
}

func (e *sqlite) migrator() (*migrator, error) {
	files := e.migrations
	if files == nil {
		var err error
		if files, err = fs.Sub(migrations.SQLite, "sqlite"); err != nil {
			return nil, fmt.Errorf("read the migrations: %w", err)
		}
	}
	return newMigrator(e.driver, e.path, files)
}

func (e *sqlite) lacks(ctx context.Context) (_ bool, err error) {
	if _, err := os.Stat(e.path); errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	m, err := e.migrator()
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, m.db.Close()) }()
	missing, err := m.missing(ctx, m.db)
	return len(missing) > 0, err
}

func (*sqlite) rebind(query string) string { return query }

// begin need not wait, because there is only one writer.
func (*sqlite) begin(access) string { return "SELECT " + NowSQL }

func (*sqlite) violates(err error, index UniqueIndex) bool {
	text := err.Error()
	return strings.Contains(text, "UNIQUE constraint failed") && strings.Contains(text, index.Columns)
}

func (*sqlite) numbersIn(text string) string { return `SELECT value FROM json_each(` + text + `)` }

func (*sqlite) copies() bool { return false }

func (*sqlite) copyIn(context.Context, *sql.Conn, string, []string, []any) (bool, error) {
	return false, nil
}

// sync moves the log into the database: in WAL mode with synchronous=NORMAL, only a checkpoint syncs the log.
func (*sqlite) sync(ctx context.Context, write *sql.DB) error {
	var busy, logged, done int
	if err := write.QueryRowContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`).Scan(&busy, &logged, &done); err != nil {
		return fmt.Errorf("sync the database: %w", err)
	}
	return nil
}

func (e *sqlite) begun(ctx context.Context, begin func() error) error {
	return e.frozen.retry(ctx, e, begin)
}

// explain adds to an error the path of the database and, if SQLite says what is wrong with the file, what to do.
func (e *sqlite) explain(err error) error {
	if err == nil {
		return nil
	}
	if advice := adviceOn(err); advice != "" {
		return fmt.Errorf("the database %s: %w: %s", e.path, err, advice)
	}
	return fmt.Errorf("the database %s: %w", e.path, err)
}
