package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"

	entsql "entgo.io/ent/dialect/sql"

	"autoholdings/ent"
	"autoholdings/ent/migrations"
)

// Examined is a database that is only looked at: nothing is migrated, no file is made, and no statement can write. Others may
// work on it meanwhile.
type Examined struct {
	Where  string      // for people, without passwords
	Read   *ent.Client // of use only where Version is nil
	Shared bool        // it is a PostgreSQL

	engine engine
	db     *sql.DB
}

// Errors of Version. Test for them with errors.Is.
var (
	// ErrOlder: the next start migrates the database.
	ErrOlder = errors.New("it is of an earlier version of autoholdings")
	// ErrEmpty: no server has run on it.
	ErrEmpty = errors.New("it is empty: no server has ever run on it")
	// ErrNoIndexOfLog: SQLite would have to make a file.
	ErrNoIndexOfLog = errors.New("there is a log (-wal) without its index (-shm), which cannot be looked at without making one")
)

// Examine opens a database to look at it. The error for an SQLite file that is not there matches fs.ErrNotExist.
func Examine(ctx context.Context, o Options) (*Examined, error) {
	e, err := engineOf(o)
	if err != nil {
		return nil, err
	}
	x := &Examined{engine: e}
	switch e := e.(type) {
	case *sqlite:
		x.Where = e.path
		x.db, err = e.examine()
	case *postgres:
		x.Where, x.Shared = e.url, true
		x.db = e.pool(map[string]string{"default_transaction_read_only": "on"})
	}
	if err == nil {
		if err = x.db.PingContext(ctx); err != nil {
			err = errors.Join(err, x.db.Close())
		}
	}
	if err != nil {
		return nil, e.explain(err)
	}
	x.Read = ent.NewClient(ent.Driver(entsql.OpenDB(e.dialect(), x.db)))
	return x, nil
}

// examine opens the file so that nothing in its folder changes. SQLite's log has an index in shared memory, which a process
// that may only read uses as it is. Where there is no log, nobody has the file open, and it is read as if it never changed.
func (e *sqlite) examine() (*sql.DB, error) {
	if _, err := os.Stat(e.path); err != nil {
		return nil, err
	}
	mode := "mode=ro&readonly_shm=1&_busy_timeout=5000&_query_only=1"
	_, noIndex := os.Stat(e.path + "-shm")
	log, noLog := os.Stat(e.path + "-wal")
	switch {
	case noIndex == nil:
	case noLog == nil && log.Size() > 0:
		return nil, ErrNoIndexOfLog
	default:
		mode = "immutable=1&mode=ro&_query_only=1"
	}
	db := sql.OpenDB(connector{e.driver, fileDSN(e.path, mode)})
	db.SetMaxOpenConns(1)
	return db, nil
}

// Close closes it.
func (x *Examined) Close() error { return x.db.Close() }

// Version returns the database's newest migration, and an error unless it is that of this program: one that matches ErrOlder
// or ErrEmpty, or that says which version is needed.
func (x *Examined) Version(ctx context.Context) (newest int64, err error) {
	files, tables := fs.FS(migrations.SQLite), `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'`
	folder := "sqlite"
	if x.Shared {
		files, folder = migrations.Postgres, "postgres"
		tables = `SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1`
	}
	if files, err = fs.Sub(files, folder); err != nil {
		return 0, err
	}
	known, err := readMigrations(files)
	if err != nil {
		return 0, err
	}
	there, err := column[string](ctx, x.db, tables)
	if err != nil {
		return 0, x.engine.explain(err)
	}
	lacking, err := missing(ctx, x.db, known, there, "name another database")
	if err != nil {
		return 0, err
	}
	if len(lacking) == len(known) {
		return 0, ErrEmpty
	}
	newest = known[len(known)-1-len(lacking)].version
	if len(lacking) > 0 {
		return newest, fmt.Errorf("%w: it has migration %d and lacks %d", ErrOlder, newest, len(lacking))
	}
	return newest, nil
}

// Whole returns an error that says what is damaged. SQLite reads all pages and all references between rows; PostgreSQL checks
// references itself, and here tells only of those that somebody has let it pass over.
func (x *Examined) Whole(ctx context.Context) error {
	if !x.Shared {
		if err := checkPages(ctx, x.db); err != nil {
			return err
		}
		return checkReferences(ctx, x.db)
	}
	found, err := column[string](ctx, x.db, `SELECT conname::text FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
		WHERE n.nspname = current_schema() AND contype = 'f' AND NOT convalidated ORDER BY 1`)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return fmt.Errorf("the references %v are not checked: ALTER TABLE … VALIDATE CONSTRAINT does it", found)
	}
	return nil
}

// Size returns the bytes that the database takes.
func (x *Examined) Size(ctx context.Context) (bytes int64, err error) {
	if x.Shared {
		err = x.db.QueryRowContext(ctx, `SELECT pg_database_size(current_database())`).Scan(&bytes)
		return bytes, err
	}
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(x.Where + suffix); err == nil {
			bytes += info.Size()
		}
	}
	return bytes, nil
}

// Now is the database's clock, in Unix milliseconds.
func (x *Examined) Now(ctx context.Context) (now int64, err error) {
	err = x.db.QueryRowContext(ctx, x.engine.rebind(`SELECT `+NowSQL)).Scan(&now)
	return now, err
}
