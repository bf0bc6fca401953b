package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"

	entsql "entgo.io/ent/dialect/sql"

	"autoholdings/ent"
)

// CopyOptions says what to copy from SQLite to PostgreSQL.
type CopyOptions struct {
	DataDir  string // of the SQLite database
	To       string // URL of the PostgreSQL
	Addition Addition

	// Check looks at the source before anything is written; its error ends the copy.
	Check func(ctx context.Context, source *ent.Client) error
	// Progress is called after each table.
	Progress func(CopiedTable)
}

// Addition is what a copy has beyond the rows of the source, such as files of the data directory.
type Addition interface {
	// Rows yields further rows of a table, each by the names of its columns, and always the same ones. Their ids are a
	// range that begins with firstID.
	Rows(ctx context.Context, table string, firstID int64) iter.Seq2[map[string]any, error]
	// Verify checks them in the copy, before it is committed, and returns their number.
	Verify(ctx context.Context, copied *Tx) (n int, err error)
}

// Copied says what a copy has.
type Copied struct {
	From, To  string // for people
	Tables    []CopiedTable
	Additions int
	Before    bool // an earlier run has copied it: this one has compared it, and written nothing
}

// CopiedTable is a table with the same contents on both sides.
type CopiedTable struct {
	Name   string
	Rows   int64
	SHA256 string // of its contents
}

// Copy copies everything from the SQLite database of a data directory to a PostgreSQL, and compares it there: the number
// of rows of each table, and a hash of its contents.
//
// It is one transaction on an empty database. So the copy is there completely or not at all, whatever interrupts it,
// and it can be run again. If the database has the very copy already, nothing is written; if it has anything else, that
// is an error. No other process may work on either database, and the source stays as it is.
func Copy(ctx context.Context, o CopyOptions) (*Copied, error) {
	target, err := newPostgres(Options{URL: o.To})
	if err != nil {
		return nil, fmt.Errorf("the database to copy to: %w", err)
	}
	c := &copying{CopyOptions: o, source: newSQLite(Options{DataDir: o.DataDir}), target: target}
	copied, err := c.run(ctx)
	if err != nil && ctx.Err() != nil {
		return nil, fmt.Errorf("interrupted. %s", c.standing()) // without the cause, which would count as success
	}
	return copied, err
}

type copying struct {
	CopyOptions
	source     *sqlite
	target     *postgres
	tables     []copiedTable
	presence   *Presence // on the source
	sourceDB   *sql.DB
	from       *sql.Tx
	epoch      int64 // of the ids of what is added
	committing bool
}

// standing says what a run that failed has left.
func (c *copying) standing() string {
	if c.committing {
		return "The whole copy is there or nothing of it: run the command again, which finds out"
	}
	return "Nothing was copied: run the command again"
}

func (c *copying) run(ctx context.Context) (copied *Copied, err error) {
	if c.tables, err = copiedTables(); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.closeSource()) }()
	if err := c.openSource(ctx); err != nil {
		return nil, err
	}
	presence, err := EnterAlone(ctx, Options{URL: c.To})
	if errors.Is(err, ErrInUse) {
		return nil, fmt.Errorf("%w: stop what works on it, then copy again; or name an empty database", err)
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, presence.Close()) }()
	return c.into(ctx)
}

// openSource begins to read the source. It is a writing transaction that writes nothing: commands that enter no database
// cannot write meanwhile either.
func (c *copying) openSource(ctx context.Context) (err error) {
	if _, err := os.Stat(c.source.path); err != nil {
		return fmt.Errorf("there is no database in %s: name its folder by --data-dir", c.DataDir)
	}
	c.presence, err = EnterAlone(ctx, Options{DataDir: c.DataDir})
	if errors.Is(err, ErrInUse) {
		return fmt.Errorf("%w: stop it, then copy", err)
	}
	if err != nil {
		return err
	}
	if _, err := c.source.migrate(ctx); err != nil {
		return c.source.explain(err)
	}
	dsn := sqliteDSN(c.source.path, "_fk=1&_busy_timeout=5000&_txlock=immediate&_cache_size=-40960")
	c.sourceDB = sql.OpenDB(connector{c.source.driver, dsn})
	c.sourceDB.SetMaxOpenConns(1)
	if c.from, err = c.sourceDB.BeginTx(ctx, nil); err != nil {
		return c.source.explain(err)
	}
	err = c.from.QueryRowContext(ctx, `SELECT id_epoch + 1 FROM settings`).Scan(&c.epoch)
	if errors.Is(err, sql.ErrNoRows) {
		err = errors.New("no server has ever run on it, so that there is nothing to copy")
	}
	if err != nil {
		return c.source.explain(err)
	}
	if c.Check == nil {
		return nil
	}
	return c.Check(ctx, newTx(c.from, c.source).Client)
}

func (c *copying) closeSource() error {
	var errs []error
	if c.from != nil {
		if err := c.from.Rollback(); !errors.Is(err, sql.ErrTxDone) { // as it is where ctx has ended
			errs = append(errs, err)
		}
	}
	if c.sourceDB != nil {
		errs = append(errs, c.sourceDB.Close())
	}
	if c.presence != nil {
		errs = append(errs, c.presence.Close())
	}
	return errors.Join(errs...)
}

// rows yields the rows of a table as they are to be copied. Each is valid until the next one.
func (c *copying) rows(ctx context.Context, t copiedTable) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for values, err := range queried(ctx, c.from, t) {
			if err == nil && t.Name == "settings" {
				for i, column := range t.Columns {
					if column.Name == "id_epoch" {
						values[i] = c.epoch // so that nobody else takes the ids of what is added
					}
				}
			}
			if err != nil {
				err = c.source.explain(err)
			}
			if !yield(values, err) || err != nil {
				return
			}
		}
		if c.Addition == nil {
			return
		}
		for named, err := range c.Addition.Rows(ctx, t.Name, c.epoch<<idBits) {
			values := make([]any, len(t.Columns))
			for i, column := range t.Columns {
				values[i] = named[column.Name]
			}
			if err == nil {
				err = t.normalize(values)
			}
			if !yield(values, err) || err != nil {
				return
			}
		}
	}
}

// queried yields the normalized rows of a table. Each is valid until the next one.
func queried(ctx context.Context, tx *sql.Tx, t copiedTable) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		rows, err := tx.QueryContext(ctx, t.query())
		if err != nil {
			yield(nil, fmt.Errorf("read table %s: %w", t.Name, err))
			return
		}
		defer rows.Close()
		values, places := make([]any, len(t.Columns)), make([]any, len(t.Columns))
		for i := range values {
			places[i] = &values[i]
		}
		for rows.Next() {
			err := rows.Scan(places...)
			if err == nil {
				err = t.normalize(values)
			}
			if !yield(values, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, fmt.Errorf("read table %s: %w", t.Name, err))
		}
	}
}

// contentsOf reads rows to their end.
func contentsOf(rows iter.Seq2[[]any, error]) (*contents, error) {
	c := newContents()
	for values, err := range rows {
		if err != nil {
			return nil, err
		}
		c.add(values)
	}
	return c, nil
}

// list is the names of all tables, as a statement wants them.
func (c *copying) list() string {
	names := make([]string, len(c.tables))
	for i, t := range c.tables {
		names[i] = `"` + t.Name + `"`
	}
	return strings.Join(names, ", ")
}

func (c *copying) done(before bool, tables []CopiedTable, additions int) *Copied {
	return &Copied{From: filepath.Clean(c.source.path), To: c.target.url, Tables: tables, Additions: additions, Before: before}
}

// newTx makes a transaction that is none of a Store's.
func newTx(tx *sql.Tx, e engine) *Tx {
	return &Tx{Client: ent.NewClient(ent.Driver(txDriver{entsql.Conn{ExecQuerier: tx}, e.dialect()})), SQL: SQL{tx, e}}
}
