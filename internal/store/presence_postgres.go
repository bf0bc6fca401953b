package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// presencePatience is how long a process waits for others before it says that they are there: a process that has just
// ended may still be there for the server.
const presencePatience = 3 * time.Second

// enter takes an advisory lock on a connection of its own. The server releases it when the connection ends, and keeps
// no connection whose other end has gone (see writerSettings).
func (e *postgres) enter(ctx context.Context, a access) (leave func() error, others []string, err error) {
	conn, err := e.session(ctx)
	if err != nil {
		return nil, nil, err
	}
	lock := "SELECT pg_advisory_lock_shared($1)"
	if a == alone {
		lock = "SELECT pg_advisory_lock($1)"
	}
	_, err = conn.Exec(ctx, fmt.Sprintf("SET lock_timeout = %d", presencePatience.Milliseconds()))
	if err == nil {
		_, err = conn.Exec(ctx, lock, int64(presenceLock))
	}
	if failure, ok := errors.AsType[*pgconn.PgError](err); ok && failure.Code == lockNotAvailable {
		others, err = e.present(ctx, conn)
		return nil, others, errors.Join(err, closeSession(conn))
	}
	if err != nil {
		return nil, nil, errors.Join(err, closeSession(conn))
	}
	if a == alone {
		return func() error { return closeSession(conn) }, nil, nil
	}
	staying, stop := context.WithCancel(context.WithoutCancel(ctx))
	left := make(chan struct{})
	go func() {
		defer close(left)
		e.stay(staying, conn)
	}()
	return func() error { stop(); <-left; return nil }, nil, nil
}

// lockNotAvailable is the SQLSTATE of a lock that did not come in time.
const lockNotAvailable = "55P03"

// session opens a connection of its own.
func (e *postgres) session(ctx context.Context) (*pgx.Conn, error) {
	return pgx.ConnectConfig(ctx, e.sessionConfig())
}

// sessionConfig is that of a connection that tells people whose it is, and that no setting of the server ends for
// taking long or being idle.
func (e *postgres) sessionConfig() *pgx.ConnConfig {
	config := e.config.Copy()
	for _, name := range []string{"tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count"} {
		config.RuntimeParams[name] = writerSettings[name]
	}
	for _, name := range []string{"idle_session_timeout", "idle_in_transaction_session_timeout", "statement_timeout"} {
		config.RuntimeParams[name] = "0"
	}
	host, err := os.Hostname()
	if err != nil {
		host = "a machine without a name"
	}
	config.RuntimeParams["application_name"] = fmt.Sprintf("autoholdings, process %d of %s", os.Getpid(), host)
	return config
}

// stay keeps the lock until ctx ends. Where the connection is lost, another one takes the lock again. Until then this
// process is not seen. Nothing breaks if another one has the database alone meanwhile: whatever is sealed is checked in
// its transaction (profiles.Service).
func (e *postgres) stay(ctx context.Context, conn *pgx.Conn) {
	for {
		if conn != nil {
			_, _ = conn.WaitForNotification(ctx) // there are none: it returns when the connection or ctx ends
			_ = closeSession(conn)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
		var err error
		if conn, err = e.session(ctx); err != nil {
			conn = nil
			continue
		}
		if _, err = conn.Exec(ctx, "SELECT pg_advisory_lock_shared($1)", int64(presenceLock)); err != nil {
			_ = closeSession(conn)
			conn = nil
		}
	}
}

// closeSession ends a connection within a moment, even if the server does not answer.
func closeSession(conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return conn.Close(ctx)
}

// present says who has the lock, as far as this user may know.
func (e *postgres) present(ctx context.Context, conn *pgx.Conn) ([]string, error) {
	rows, err := conn.Query(ctx, `SELECT COALESCE(NULLIF(a.application_name, ''), 'a process') ||
			COALESCE(' at ' || host(a.client_addr), '') || to_char(a.backend_start AT TIME ZONE 'UTC', '", since "YYYY-MM-DD HH24:MI" UTC"')
		FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
		WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND (l.classid::bigint << 32) | l.objid::bigint = $1
			AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
		ORDER BY a.backend_start`, int64(presenceLock))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
