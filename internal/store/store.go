// Package store opens the database. It is responsible for two connection pools, migrations, transactions and the ids of
// new rows.
//
// SQLite allows only one writer. So the store has one writing connection. Its transactions begin IMMEDIATE and queue in
// Go, so that they never fail halfway with "database is locked". A pool of read-only connections can read while a job
// writes, thanks to WAL.
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
	"sync/atomic"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/mattn/go-sqlite3"

	"autoholdings/ent"
	"autoholdings/ent/migrations"
)

// FileName is the SQLite database in the data directory.
const FileName = "autoholdings.db"

// Options says which database to open.
type Options struct {
	DataDir string                                  // folder of the SQLite file; created if it does not exist
	URL     string                                  // DATABASE_URL; empty = SQLite in DataDir
	Trace   func(ctx context.Context, query string) // called with each statement of the ent clients; nil = not called

	// For tests:
	Wrap       func(driver.Driver) driver.Driver // wraps the database's driver to let it fail; nil = not wrapped
	Migrations fs.FS                             // goose files of a future version; nil = those of this version
}

// Store is an open database.
type Store struct {
	Read *ent.Client // cannot write

	writeDB, readDB *sql.DB
	checkpoints     *checkpointer
	trace           func(context.Context, string)
	nextID          atomic.Int64
}

// Open opens the database, applies missing migrations and takes a range of ids. The caller closes it.
func Open(ctx context.Context, o Options) (*Store, error) {
	if _, err := Migrate(ctx, o); err != nil {
		return nil, err
	}
	s := open(o)
	if err := s.takeIDRange(ctx); err != nil {
		return nil, errors.Join(explain(o.path(), err), s.Close())
	}
	return s, nil
}

// Migrate applies the missing migrations to a database, without opening it for anything else, and returns their names.
func Migrate(ctx context.Context, o Options) (applied []string, err error) {
	if o.URL != "" {
		return nil, fmt.Errorf("open database: DATABASE_URL is %q, but this version supports only SQLite: unset it", redact(o.URL))
	}
	if err := os.MkdirAll(o.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("open database: create the data directory: %w", err)
	}
	files := o.Migrations
	if files == nil {
		if files, err = fs.Sub(migrations.SQLite, "sqlite"); err != nil {
			return nil, fmt.Errorf("read the migrations: %w", err)
		}
	}
	m, err := newMigrator(o.driver(), o.path(), files)
	if err != nil {
		return nil, err
	}
	applied, err = m.run(ctx)
	return applied, explain(o.path(), err)
}

func (o Options) path() string { return filepath.Join(o.DataDir, FileName) }

func (o Options) driver() driver.Driver {
	if o.Wrap != nil {
		return o.Wrap(sqlite)
	}
	return sqlite
}

func open(o Options) *Store {
	d := o.driver()
	writeDB := sql.OpenDB(connector{d, dsn(o.path(), "_fk=1&_synchronous=NORMAL&_busy_timeout=5000&_txlock=immediate&_cache_size=-40960")})
	writeDB.SetMaxOpenConns(1)
	readDB := sql.OpenDB(connector{d, dsn(o.path(), "_fk=1&_synchronous=NORMAL&_busy_timeout=5000&_query_only=1&_cache_size=-8192")})
	readDB.SetMaxOpenConns(max(4, runtime.NumCPU()))
	readDB.SetMaxIdleConns(max(4, runtime.NumCPU()))
	s := &Store{writeDB: writeDB, readDB: readDB, checkpoints: newCheckpointer(readDB), trace: o.Trace}
	s.Read = ent.NewClient(ent.Driver(s.traced(entsql.OpenDB(dialect.SQLite, readDB))))
	return s
}

// dsn returns a DSN with all settings, because a setting made by Exec would reach only one connection of a pool. The
// writer has a large cache (a negative number is in KiB), so that the indexes it inserts into stay in memory. Readers
// share the operating system's cache.
func dsn(path, mode string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?_journal_mode=WAL&" + mode
}

// sqlite is SQLite's driver with the settings that a DSN cannot have: how long the log becomes before the writer moves
// it into the database, and the size to which it is truncated when it starts again at its beginning.
var sqlite driver.Driver = &sqlite3.SQLiteDriver{ConnectHook: func(c *sqlite3.SQLiteConn) error {
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

func redact(databaseURL string) string {
	u, err := url.Parse(databaseURL)
	if err != nil {
		return "(not a URL)"
	}
	return u.Redacted()
}

// Close closes both pools.
func (s *Store) Close() error {
	s.checkpoints.close()
	return errors.Join(s.readDB.Close(), s.writeDB.Close())
}

// Ping returns an error if the database cannot be read.
func (s *Store) Ping(ctx context.Context) error { return s.readDB.PingContext(ctx) }

// Sync makes sure that everything committed so far survives a power failure. A commit alone only survives the end of
// the process: in WAL mode with synchronous=NORMAL, only a checkpoint syncs the log.
func (s *Store) Sync(ctx context.Context) error {
	var busy, logged, done int
	if err := s.writeDB.QueryRowContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`).Scan(&busy, &logged, &done); err != nil {
		return fmt.Errorf("sync the database: %w", err)
	}
	return nil
}

// idBits is the width of one process's id range: 2^36 ids for each of 2^27 openings of a database.
const idBits = 36

// SettingsID is the one row of settings, which Open makes.
const SettingsID = 1

// takeIDRange takes the next range of ids from the settings row, and creates that row if necessary. The ids of one
// process rise one by one, two processes never make the same id, and an id costs no statement.
func (s *Store) takeIDRange(ctx context.Context) error {
	const query = `INSERT INTO settings (id, created_at, updated_at, id_epoch) VALUES (1, ?, ?, 1)
		ON CONFLICT (id) DO UPDATE SET id_epoch = settings.id_epoch + 1 RETURNING id_epoch`
	now := Now()
	var epoch int64
	if err := s.writeDB.QueryRowContext(ctx, query, now, now).Scan(&epoch); err != nil {
		return fmt.Errorf("take an id range: %w", err)
	}
	s.nextID.Store(epoch << idBits)
	return nil
}

// NextID returns the id for a new row.
func (s *Store) NextID() int64 { return s.nextID.Add(1) }

// Tx is one write transaction, with an ent client and for SQL.
type Tx struct {
	*ent.Client
	SQL *sql.Tx
	Now int64 // the database's clock when the transaction began, in Unix milliseconds
}

// Write runs fn in one write transaction. It commits if fn returns nil, otherwise it rolls back. fn must not call Write
// or wait for the network, because there is only one writing connection and fn has it.
func (s *Store) Write(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) (err error) {
	sqlTx, err := s.writeDB.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	defer func() {
		if r := recover(); r != nil {
			_ = sqlTx.Rollback()
			panic(r)
		}
	}()
	tx := &Tx{Client: ent.NewClient(ent.Driver(s.traced(txDriver{entsql.Conn{ExecQuerier: sqlTx}}))), SQL: sqlTx}
	if err := scanNow(ctx, sqlTx, &tx.Now); err != nil {
		return errors.Join(err, sqlTx.Rollback())
	}
	if err := fn(ctx, tx); err != nil {
		if rollback := sqlTx.Rollback(); rollback != nil && !errors.Is(rollback, sql.ErrTxDone) {
			return errors.Join(err, rollback)
		}
		return err
	}
	if err := sqlTx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	s.checkpoints.afterCommit()
	return nil
}

// Query runs an SQL query on a read-only connection.
func (s *Store) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if s.trace != nil {
		s.trace(ctx, query)
	}
	return s.readDB.QueryContext(ctx, query, args...)
}

// Prepare prepares a statement for use inside Write's transactions with tx.SQL.StmtContext.
func (s *Store) Prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	return s.writeDB.PrepareContext(ctx, query)
}

func (s *Store) traced(d dialect.Driver) dialect.Driver {
	if s.trace == nil {
		return d
	}
	return dialect.DebugWithContext(d, func(ctx context.Context, args ...any) { s.trace(ctx, fmt.Sprint(args...)) })
}

// txDriver lets an ent client work inside a transaction that database/sql began.
type txDriver struct{ entsql.Conn }

func (d txDriver) Tx(context.Context) (dialect.Tx, error) { return dialect.NopTx(d), nil }
func (txDriver) Close() error                             { return nil }
func (txDriver) Dialect() string                          { return dialect.SQLite }

// IsUniqueViolation reports whether err violates a unique index whose table, columns or name the error names.
func IsUniqueViolation(err error, index string) bool {
	if err == nil {
		return false
	}
	text := err.Error()
	return strings.Contains(text, "UNIQUE constraint failed") && strings.Contains(text, index)
}
