package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"

	"autoholdings/internal/search"
)

// engine is what the databases do differently. Only the files that are named after a database know what it
// does.
type engine interface {
	dialect() string // as ent calls it

	// enter makes this process seen by others, or keeps them out. Where others are in the way, leave is nil, and others
	// says who they are if the database knows.
	enter(ctx context.Context, a access) (leave func() error, others []string, err error)

	// open opens the pool that writes and the one that cannot.
	open() (write, read *sql.DB, err error)
	// migrate applies the missing migrations and returns their names.
	migrate(ctx context.Context) (applied []string, err error)
	// lacks says whether migrations are missing, and changes nothing.
	lacks(ctx context.Context) (bool, error)

	// snapshot writes what the database has at one moment to a new SQLite file.
	snapshot(ctx context.Context, o SnapshotOptions, file string) error

	// rebind writes a statement with placeholders ? as the database wants it.
	rebind(query string) string
	// begin is the query that a transaction begins with: it waits for other writers, and returns the clock after that.
	begin(a access) string
	// violates says whether an error violates a unique index.
	violates(err error, index UniqueIndex) bool
	// copies says whether rows can be copied into a table, which is faster than inserting them.
	copies() bool
	// copyIn copies rows into a table. It is not done on a connection that a test has wrapped.
	copyIn(ctx context.Context, conn *sql.Conn, table string, columns []string, args []any) (done bool, err error)

	// numbersIn is a query of the numbers in a text that is a JSON array, whose one column is value; text is an SQL expression.
	numbersIn(text string) string

	// hasColumn is a query of whether a table has a column.
	hasColumn(table, column string) string
	// indexWords makes the index of a table's words where it is missing.
	indexWords(ctx context.Context, tx *sql.Tx, t search.Table) error
	// settleWords brings the indexes of words up to date at the end of a transaction.
	settleWords(ctx context.Context, tx *sql.Tx) error

	// begun begins a transaction. It waits for other processes, but not for one that is stopped.
	begun(ctx context.Context, begin func() error) error
	// there returns an error if the database that was opened is no longer where it was.
	there() error
	// explain adds to an error which database it is of, and what to do if the error says.
	explain(err error) error
	// sync makes sure that what is committed survives a power failure.
	sync(ctx context.Context, write *sql.DB) error
}

// access is what others may do at the same time.
type access int

const (
	alone  access = iota // nothing: no other transaction writes, or no other process works
	beside               // the same
)

// engineOf chooses the database.
func engineOf(o Options) (engine, error) {
	if o.URL == "" {
		return newSQLite(o), nil
	}
	e, err := newPostgres(o)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	return e, nil
}

// redact is a database's URL without the passwords in it.
func redact(databaseURL string) string {
	u, err := url.Parse(databaseURL)
	if err != nil || u.Scheme == "" {
		return "(not a URL)"
	}
	query := u.Query()
	for name := range query {
		if strings.Contains(strings.ToLower(name), "password") { // such as password and sslpassword
			query.Set(name, "xxxxx")
		}
	}
	if u.RawQuery != "" {
		u.RawQuery = query.Encode()
	}
	return u.Redacted()
}

// UniqueIndex is a unique index whose violation somebody answers.
type UniqueIndex struct {
	Name    string // in the schema
	Columns string // "table.column", or several such with ", " between them
}
