// Package store opens the database: SQLite in a file, or PostgreSQL. It is the only package that knows which one it is.
// It is responsible for the connections, migrations, transactions, bulk writing and the ids of new rows.
package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync/atomic"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"autoholdings/ent"
)

// Options says which database to open.
type Options struct {
	DataDir string                                  // folder of the SQLite file; created if it does not exist
	URL     string                                  // DATABASE_URL, of a PostgreSQL; empty = SQLite in DataDir
	Trace   func(ctx context.Context, query string) // called with each statement of the ent clients; nil = not called
	Logger  *slog.Logger                            // told of processes that keep others from writing; nil = not told
	Record  Recorder                                // writes down who wrote what; nil = nobody does

	// For tests:
	Wrap       func(driver.Driver) driver.Driver // wraps the database's driver to let it fail; nil = not wrapped
	Migrations fs.FS                             // goose files of a future version; nil = those of this version
}

// Recorder is called when a transaction of Write begins, and returns what is called at its end, still in it; nil = nothing.
// If that fails, the transaction is rolled back.
type Recorder func(ctx context.Context, tx *Tx, nextID func() int64) (atEnd func(ctx context.Context) error)

// Store is an open database.
type Store struct {
	Read *ent.Client // cannot write

	engine          engine
	writeDB, readDB *sql.DB
	checkpoints     *checkpointer // nil where the database makes its own
	trace           func(context.Context, string)
	record          Recorder
	nextID          atomic.Int64
	fault           atomic.Pointer[Fault]
}

// Open opens the database, applies missing migrations and takes a range of ids. The caller closes it.
func Open(ctx context.Context, o Options) (*Store, error) {
	e, err := engineOf(o)
	if err != nil {
		return nil, err
	}
	if _, err := e.migrate(ctx); err != nil {
		return nil, e.explain(err)
	}
	s, err := open(e, o)
	if err != nil {
		return nil, err
	}
	if err := s.takeIDRange(ctx); err != nil {
		return nil, errors.Join(e.explain(err), s.Close())
	}
	return s, nil
}

// Migrate applies the missing migrations to a database, without opening it for anything else, and returns their names.
func Migrate(ctx context.Context, o Options) (applied []string, err error) {
	e, err := engineOf(o)
	if err != nil {
		return nil, err
	}
	applied, err = e.migrate(ctx)
	return applied, e.explain(err)
}

// Lacks says whether Open would make the database or migrate it. It changes nothing.
func Lacks(ctx context.Context, o Options) (bool, error) {
	e, err := engineOf(o)
	if err != nil {
		return false, err
	}
	lacks, err := e.lacks(ctx)
	return lacks, e.explain(err)
}

func open(e engine, o Options) (*Store, error) {
	s := &Store{engine: e, trace: o.Trace, record: o.Record}
	var err error
	if s.writeDB, s.readDB, err = e.open(); err != nil {
		return nil, e.explain(err)
	}
	if e.dialect() == dialect.SQLite {
		s.checkpoints = newCheckpointer(s.readDB)
	}
	s.Read = ent.NewClient(ent.Driver(s.traced(entsql.OpenDB(e.dialect(), s.readDB))))
	return s, nil
}

// Close closes both pools.
func (s *Store) Close() error {
	s.checkpoints.close()
	return errors.Join(s.readDB.Close(), s.writeDB.Close())
}

// Ping returns an error if the database cannot be read.
func (s *Store) Ping(ctx context.Context) error { return s.readDB.PingContext(ctx) }

// Stats is how the pools of connections are used, by what they are for.
func (s *Store) Stats() map[string]sql.DBStats {
	return map[string]sql.DBStats{"write": s.writeDB.Stats(), "read": s.readDB.Stats()}
}

// Sync makes sure that everything committed so far survives a power failure. On some databases, a commit alone only
// survives the end of the process.
func (s *Store) Sync(ctx context.Context) error { return s.engine.sync(ctx, s.writeDB) }

// idBits is the width of one process's id range: 2^36 ids for each of 2^27 openings of a database.
const idBits = 36

// SettingsID is the one row of settings, which Open makes.
const SettingsID = 1

// takeIDRange takes the next range of ids from the settings row, and creates that row if necessary. The ids of one
// process rise one by one, two processes never make the same id, and an id costs no statement.
func (s *Store) takeIDRange(ctx context.Context) error {
	const query = `INSERT INTO settings (id, created_at, updated_at, id_epoch) VALUES (1, ` + NowSQL + `, ` + NowSQL + `, 1)
		ON CONFLICT (id) DO UPDATE SET id_epoch = settings.id_epoch + 1 RETURNING id_epoch`
	var epoch int64
	err := s.engine.begun(ctx, func() error { return s.writeDB.QueryRowContext(ctx, s.engine.rebind(query)).Scan(&epoch) })
	if err != nil {
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
	SQL SQL
	Now int64 // the database's clock when the transaction began to write, in Unix milliseconds

	conn *sql.Conn
}

// Write runs fn in one write transaction. It commits if fn returns nil, otherwise it rolls back.
//
// No other Write runs at the same time, in this process or in another one. So what fn reads stays true until it
// commits, and a rule that is checked by reading before writing holds. fn must not call Write or wait for the network.
// After a statement that fails, fn must return: some databases refuse everything else in that transaction.
func (s *Store) Write(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	return s.write(ctx, alone, s.recorded(fn))
}

// recorded is fn followed by the record of who did what fn did.
func (s *Store) recorded(fn func(ctx context.Context, tx *Tx) error) func(ctx context.Context, tx *Tx) error {
	if s.record == nil {
		return fn
	}
	return func(ctx context.Context, tx *Tx) error {
		atEnd := s.record(ctx, tx, s.NextID)
		if err := fn(ctx, tx); err != nil || atEnd == nil {
			return err
		}
		return atEnd(ctx)
	}
}

// WriteBeside is Write for the long transactions of jobs. They may run beside each other, though never beside a Write.
// So fn may rely only on what its job alone may write: the rows of the collections that the job has taken.
func (s *Store) WriteBeside(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	return s.write(ctx, beside, fn)
}

func (s *Store) write(ctx context.Context, a access, fn func(ctx context.Context, tx *Tx) error) error {
	if err := s.engine.there(); err != nil {
		return s.ended(err)
	}
	return s.ended(s.transaction(ctx, a, fn))
}

func (s *Store) transaction(ctx context.Context, a access, fn func(ctx context.Context, tx *Tx) error) (err error) {
	conn, err := s.writeDB.Conn(ctx)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	defer func() { _ = conn.Close() }() // it only returns the connection to the pool
	var sqlTx *sql.Tx
	err = s.engine.begun(ctx, func() (err error) {
		sqlTx, err = conn.BeginTx(ctx, nil)
		return err
	})
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	defer func() {
		if r := recover(); r != nil {
			_ = sqlTx.Rollback()
			panic(r)
		}
	}()
	client := ent.NewClient(ent.Driver(s.traced(txDriver{entsql.Conn{ExecQuerier: sqlTx}, s.engine.dialect()})))
	tx := &Tx{Client: client, SQL: SQL{sqlTx, s.engine}, conn: conn}
	if err := sqlTx.QueryRowContext(ctx, s.engine.begin(a)).Scan(&tx.Now); err != nil {
		return errors.Join(fmt.Errorf("wait for other writers: %w", err), sqlTx.Rollback())
	}
	if err := fn(ctx, tx); err != nil {
		if rollback := sqlTx.Rollback(); rollback != nil && !errors.Is(rollback, sql.ErrTxDone) {
			return errors.Join(err, rollback)
		}
		return err
	}
	if err := s.engine.settleWords(ctx, sqlTx); err != nil {
		return errors.Join(fmt.Errorf("index what was written: %w", err), sqlTx.Rollback())
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
	return s.readDB.QueryContext(ctx, s.engine.rebind(query), args...)
}

// Prepare prepares a statement for use inside Write's transactions with tx.SQL.StmtContext.
func (s *Store) Prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	return s.writeDB.PrepareContext(ctx, s.engine.rebind(query))
}

func (s *Store) traced(d dialect.Driver) dialect.Driver {
	if s.trace == nil {
		return d
	}
	return dialect.DebugWithContext(d, func(ctx context.Context, args ...any) { s.trace(ctx, fmt.Sprint(args...)) })
}

// txDriver lets an ent client work inside a transaction that database/sql began.
type txDriver struct {
	entsql.Conn
	dialect string
}

func (d txDriver) Tx(context.Context) (dialect.Tx, error) { return dialect.NopTx(d), nil }
func (txDriver) Close() error                             { return nil }
func (d txDriver) Dialect() string                        { return d.dialect }

// IsUniqueViolation reports whether err violates a unique index. The transaction is then at its end: ask first where
// the answer needs a query.
func (s *Store) IsUniqueViolation(err error, index UniqueIndex) bool {
	return err != nil && s.engine.violates(err, index)
}
