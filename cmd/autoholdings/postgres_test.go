package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"autoholdings/internal/pgtest"
)

// postgresServer is started by the first test that needs it, and ends with this process.
var postgresServer = sync.OnceValues(func() (*pgtest.Server, error) { return pgtest.Start(context.Background()) })

var postgresDatabases atomic.Int64

// newPostgres makes an empty database and returns its URL.
func newPostgres(t testing.TB) (databaseURL string) {
	t.Helper()
	s, err := postgresServer()
	if errors.Is(err, pgtest.ErrNotInstalled) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	must(t, err)
	name := fmt.Sprintf("test_%d", postgresDatabases.Add(1))
	databaseURL, err = s.Create(t.Context(), name, "")
	must(t, err)
	t.Cleanup(func() { must(t, s.Drop(context.Background(), name)) })
	return databaseURL
}

// openPostgres opens a database behind the program's back.
func openPostgres(t testing.TB, databaseURL string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", databaseURL)
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// onBoth runs a test on SQLite, with no URL, and on PostgreSQL.
func onBoth(t *testing.T, test func(t *testing.T, databaseURL string)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) { test(t, "") })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, newPostgres(t)) })
}

// hindered is the way to a server, on which something happens once the program has sent some bytes.
type hindered struct {
	url     string // of the database by this way
	left    atomic.Int64
	reached func()
	cut     bool // the connections end then; otherwise nothing passes any more

	mu    sync.Mutex
	conns []net.Conn
}

// hinder makes a way to a database on which reached is called after so many bytes.
func hinder(t testing.TB, databaseURL string, bytes int64, cut bool, reached func()) *hindered {
	t.Helper()
	u, err := url.Parse(databaseURL)
	must(t, err)
	server := u.Host
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	u.Host = l.Addr().String()
	h := &hindered{url: u.String(), cut: cut, reached: sync.OnceFunc(reached)}
	h.left.Store(bytes)
	t.Cleanup(func() { l.Close(); h.end() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			toServer, err := net.Dial("tcp", server)
			if err != nil {
				client.Close()
				return
			}
			h.mu.Lock()
			h.conns = append(h.conns, client, toServer)
			h.mu.Unlock()
			go func() { _, _ = io.Copy(client, toServer); client.Close() }()
			go h.forward(client, toServer)
		}
	}()
	return h
}

func (h *hindered) forward(client, server net.Conn) {
	defer server.Close()
	buffer := make([]byte, 1<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		if h.left.Add(-int64(n)) < 0 {
			h.reached()
			if h.cut {
				h.end()
				return
			}
			_, _ = io.Copy(io.Discard, client)
			return
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (h *hindered) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.conns {
		c.Close()
	}
}
