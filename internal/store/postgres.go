package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strconv"
	"strings"

	"entgo.io/ent/dialect"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// postgres is a PostgreSQL that any number of processes share.
//
// Its transactions read what is committed, so that two of them could each find a rule kept and break it together. A
// Write therefore begins with an advisory lock that it has alone, and a WriteBeside with the same lock, shared. That is
// the order that SQLite's one writer gives, while the long transactions of jobs still run beside each other.
// SERIALIZABLE with retries would not do: what is written is also gathered in memory.
type postgres struct {
	url        string
	config     *pgx.ConnConfig
	wrap       func(driver.Driver) driver.Driver
	migrations fs.FS
}

// The advisory locks of a database. Other programs may have locks of their own in it, so that these are no small
// numbers.
const (
	writersLock    = 0x6175746f686f6c01
	migrationsLock = 0x6175746f686f6c02
	presenceLock   = 0x6175746f686f6c03
)

// Bounds on what a process that hangs or is gone can hold. A transaction never waits for anything but the database, so
// that one that is idle for long belongs to a process that is stopped: its locks must not stop all others.
var writerSettings = map[string]string{
	"idle_in_transaction_session_timeout": "10s",
	"tcp_keepalives_idle":                 "10",
	"tcp_keepalives_interval":             "5",
	"tcp_keepalives_count":                "3",
}

const (
	writeConnections = 8  // few: most of them wait for the same lock
	readConnections  = 16 // at least
)

func newPostgres(o Options) (*postgres, error) {
	if !strings.HasPrefix(o.URL, "postgres://") && !strings.HasPrefix(o.URL, "postgresql://") {
		return nil, fmt.Errorf("%q is not supported: only a PostgreSQL is, such as postgres://user:password@host:5432/database", redact(o.URL))
	}
	config, err := pgx.ParseConfig(o.URL)
	if err != nil {
		return nil, fmt.Errorf("%q is not the URL of a PostgreSQL: it looks like postgres://user:password@host:5432/database", redact(o.URL))
	}
	return &postgres{url: redact(o.URL), config: config, wrap: o.Wrap, migrations: o.Migrations}, nil
}

func (*postgres) dialect() string { return dialect.Postgres }

func (e *postgres) open() (write, read *sql.DB, err error) {
	write = e.pool(writerSettings)
	write.SetMaxOpenConns(writeConnections)
	write.SetMaxIdleConns(writeConnections)
	read = e.pool(map[string]string{"default_transaction_read_only": "on"})
	read.SetMaxOpenConns(max(readConnections, 4*runtime.GOMAXPROCS(0)))
	read.SetMaxIdleConns(readConnections)
	return write, read, nil
}

// pool opens connections with settings of their own.
func (e *postgres) pool(settings map[string]string) *sql.DB {
	config := e.config.Copy()
	for name, value := range settings {
		config.RuntimeParams[name] = value
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "autoholdings"
	}
	connector := stdlib.GetConnector(*config)
	if e.wrap != nil {
		return sql.OpenDB(wrapped{connector, e.wrap})
	}
	return sql.OpenDB(connector)
}

// wrapped lets tests wrap the connections of a connector, as they wrap those of a driver that opens by name.
type wrapped struct {
	driver.Connector
	wrap func(driver.Driver) driver.Driver
}

func (w wrapped) Connect(ctx context.Context) (driver.Conn, error) {
	return w.wrap(byConnector{w.Driver(), func() (driver.Conn, error) { return w.Connector.Connect(ctx) }}).Open("")
}

type byConnector struct {
	driver.Driver
	connect func() (driver.Conn, error)
}

func (b byConnector) Open(string) (driver.Conn, error) { return b.connect() }

// postgresNow is NowSQL for PostgreSQL. It goes on during a transaction.
const postgresNow = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"

// rebind numbers the placeholders and asks the clock as PostgreSQL does.
func (*postgres) rebind(query string) string {
	query = strings.ReplaceAll(query, NowSQL, postgresNow)
	if !strings.Contains(query, "?") {
		return query
	}
	var b strings.Builder
	b.Grow(len(query) + len(query)/4)
	quoted, n := false, 0
	for _, c := range []byte(query) {
		switch {
		case c == '\'':
			quoted = !quoted
			b.WriteByte(c)
		case c == '?' && !quoted:
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// begin asks for the clock in the statement that waits, since each statement is a way to the server and back. The row
// to which the clock is added comes when the lock is there.
func (*postgres) begin(a access) string {
	lock := "pg_advisory_xact_lock"
	if a == beside {
		lock = "pg_advisory_xact_lock_shared"
	}
	return fmt.Sprintf("WITH locked AS MATERIALIZED (SELECT %s(%d)) SELECT %s FROM locked", lock, writersLock, postgresNow)
}

// uniqueViolation is the SQLSTATE of one.
const uniqueViolation = "23505"

func (*postgres) violates(err error, index UniqueIndex) bool {
	var failure *pgconn.PgError
	return errors.As(err, &failure) && failure.Code == uniqueViolation && failure.ConstraintName == index.Name
}

func (*postgres) numbersIn(text string) string {
	return `SELECT CAST(value AS BIGINT) FROM jsonb_array_elements_text(CAST(` + text + ` AS jsonb)) AS numbers(value)`
}

func (*postgres) copies() bool { return true }

// copyIn streams the rows by COPY.
func (*postgres) copyIn(ctx context.Context, conn *sql.Conn, table string, columns []string, args []any) (done bool, err error) {
	err = conn.Raw(func(driverConn any) error {
		c, ok := driverConn.(*stdlib.Conn)
		if !ok { // wrapped by a test
			return nil
		}
		done = true
		rows := pgx.CopyFromSlice(len(args)/len(columns), func(i int) ([]any, error) { return args[i*len(columns) : (i+1)*len(columns)], nil })
		_, err := c.Conn().CopyFrom(ctx, pgx.Identifier{table}, columns, rows)
		return err
	})
	return done, err
}

// sync has nothing to do: a commit survives a power failure, unless the operator has set the database otherwise.
func (*postgres) sync(context.Context, *sql.DB) error { return nil }

func (e *postgres) explain(err error) error {
	if err == nil {
		return nil
	}
	if advice := adviceOn(err); advice != "" {
		return fmt.Errorf("the database %s: %w: %s", e.url, err, advice)
	}
	return fmt.Errorf("the database %s: %w", e.url, err)
}

// begun has nothing to do: the server ends sessions of processes that are stopped.
func (*postgres) begun(_ context.Context, begin func() error) error { return begin() }

// there has nothing to look at: a database that is gone does not answer.
func (*postgres) there() error { return nil }
