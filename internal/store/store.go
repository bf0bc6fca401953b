// Package store opens the database: two pools, migrations, transactions and the ids of new rows.
//
// SQLite has one writer whatever one does, so the store has one writing connection (its transactions begin
// IMMEDIATE and queue in Go, never failing with "database is locked" half way) and a pool of read-only ones, which
// WAL lets read on while a job writes.
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
	DataDir string                                  // holds the SQLite file; made if absent
	URL     string                                  // DATABASE_URL; empty = SQLite in DataDir
	Trace   func(ctx context.Context, query string) // called with each statement of the clients; nil = none
	Wrap    func(driver.Driver) driver.Driver       // put around the database's driver, by tests that let it fail; nil = as it is

	Migrations fs.FS // goose files, by tests of migrations that are yet to come; nil = those of this version
}

// Store is an open database.
type Store struct {
	Read *ent.Client // cannot write

	writeDB, readDB *sql.DB
	checkpoints     *checkpointer
	trace           func(context.Context, string)
	nextID          atomic.Int64
}

// Open opens the database, applies missing migrations and takes an id range of its own. The caller closes it.
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

// Migrate applies the migrations that are missing to a database that nothing else is done with, and returns their
// names.
func Migrate(ctx context.Context, o Options) (applied []string, err error) {
	if o.URL != "" {
		return nil, fmt.Errorf("open database: DATABASE_URL is %q, but this version knows SQLite only: unset it", redact(o.URL))
	}
	if err := os.MkdirAll(o.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("open database: make the data directory: %w", err)
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

// dsn carries every setting, since one made by Exec would reach only one connection of a pool. The writer has a large
// cache (in KiB, negative), so that the indexes it inserts into stay in memory; readers share the system's.
func dsn(path, mode string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?_journal_mode=WAL&" + mode
}

// sqlite is SQLite with the settings that a DSN cannot carry: how long the log becomes before the writer moves it into
// the database, and the size to which it is cut when it begins anew.
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

// Ping answers whether the database can be read.
func (s *Store) Ping(ctx context.Context) error { return s.readDB.PingContext(ctx) }

// Sync makes what was committed survive a power cut too. (A commit alone survives the end of the process: in WAL with
// synchronous=NORMAL only a checkpoint, which begins with it, syncs the log.)
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

// takeIDRange makes sure that the settings row exists and takes the next range of ids from it: ids of one process
// rise one by one, those of two never meet, and no statement is spent on any of them.
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

// NextID makes the id of a new row.
func (s *Store) NextID() int64 { return s.nextID.Add(1) }

// Tx is one write transaction, spoken to through ent or in SQL.
type Tx struct {
	*ent.Client
	SQL *sql.Tx
}

// Write runs fn in one write transaction: committed when fn returns nil, else rolled back. fn must not use the
// store's own clients for writing (there is one writing connection, and fn has it), nor wait for the network.
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
	client := ent.NewClient(ent.Driver(s.traced(txDriver{entsql.Conn{ExecQuerier: sqlTx}})))
	if err := fn(ctx, &Tx{Client: client, SQL: sqlTx}); err != nil {
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

// Query reads in SQL.
func (s *Store) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if s.trace != nil {
		s.trace(ctx, query)
	}
	return s.readDB.QueryContext(ctx, query, args...)
}

// Prepare prepares a statement for use inside Write's transactions, by tx.SQL.StmtContext.
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

// IsUniqueViolation says whether err is of a unique index, and of which where the database tells.
func IsUniqueViolation(err error, index string) bool {
	if err == nil {
		return false
	}
	text := err.Error()
	return strings.Contains(text, "UNIQUE constraint failed") && strings.Contains(text, index)
}
