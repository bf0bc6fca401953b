package store

import (
	"context"
	"database/sql"
	"net/url"
)

// engine is what the databases do differently. sqlite.go and postgres.go are the only files that name a database.
type engine interface {
	dialect() string // as ent calls it

	// open opens the pool that writes and the one that cannot.
	open() (write, read *sql.DB, err error)
	// migrate applies the missing migrations and returns their names.
	migrate(ctx context.Context) (applied []string, err error)

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

	// explain adds to an error which database it is of, and what to do if the error says.
	explain(err error) error
	// sync makes sure that what is committed survives a power failure.
	sync(ctx context.Context, write *sql.DB) error
}

// access is what a transaction may do beside others.
type access int

const (
	alone  access = iota // no other transaction writes meanwhile
	beside               // others of this kind may write meanwhile
)

// engineOf chooses the database.
func engineOf(o Options) (engine, error) {
	if o.URL == "" {
		return newSQLite(o), nil
	}
	return newPostgres(o)
}

// redact is a database's URL without its password.
func redact(databaseURL string) string {
	u, err := url.Parse(databaseURL)
	if err != nil {
		return "(not a URL)"
	}
	return u.Redacted()
}

// UniqueIndex is a unique index whose violation somebody answers.
type UniqueIndex struct {
	Name    string // in the schema
	Columns string // "table.column", or several such with ", " between them
}
