// Package failpoint lets a test end a database between two statements, as if the process that writes it were killed.
// Pass [Point.Wrap] to store.Options, and open the database again once the point is dead.
package failpoint

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// ErrDead is the error of every statement once the point is dead.
var ErrDead = errors.New("failpoint: the process is dead")

// Point ends one opening of a database after a number of writes. Writes are statements that change a row, and commits
// of transactions with such statements. Statements that change nothing, such as those of loops that look for work, do
// not count. A Point is safe for concurrent use.
type Point struct {
	mu        sync.Mutex
	writes    int
	dieAt     int // 0: never
	dead      chan struct{}
	committed chan struct{}
}

// New returns a point that is alive.
func New() *Point { return &Point{dead: make(chan struct{}), committed: make(chan struct{}, 1)} }

// DieAt counts writes from now on and dies at the nth. That write happens, but its caller gets ErrDead, and so does
// every later statement. If n is 0, the point only counts.
func (p *Point) DieAt(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writes, p.dieAt = 0, n
	select {
	case <-p.committed:
	default:
	}
}

// Spare keeps a point alive that is not dead yet. It goes on counting.
func (p *Point) Spare() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.alive() == nil {
		p.dieAt = 0
	}
}

// Writes returns the number of writes since DieAt.
func (p *Point) Writes() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.writes
}

// Dead returns a channel that is closed once the point is dead.
func (p *Point) Dead() <-chan struct{} { return p.dead }

// Committed returns a channel that receives a value if a transaction was committed since DieAt or since the last
// receive. It is for one receiver.
func (p *Point) Committed() <-chan struct{} { return p.committed }

// Wrap wraps a database's driver.
func (p *Point) Wrap(d driver.Driver) driver.Driver { return &wrapped{d, p} }

// count counts a write that has happened.
func (p *Point) count() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writes++
	if p.dieAt == 0 || p.writes < p.dieAt {
		return nil
	}
	if p.writes == p.dieAt {
		close(p.dead)
	}
	return ErrDead
}

func (p *Point) alive() error {
	select {
	case <-p.dead:
		return ErrDead
	default:
		return nil
	}
}

type wrapped struct {
	driver.Driver
	point *Point
}

func (w *wrapped) Open(dsn string) (driver.Conn, error) {
	if err := w.point.alive(); err != nil {
		return nil, err
	}
	c, err := w.Driver.Open(dsn)
	if err != nil {
		return nil, err
	}
	inner, ok := c.(connection)
	if !ok {
		return nil, errors.Join(fmt.Errorf("failpoint: %T cannot be wrapped", c), c.Close())
	}
	return &conn{connection: inner, point: w.point}, nil
}

// connection is what a driver's connections can do.
type connection interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
}

// conn is a connection. One goroutine uses it at a time.
type conn struct {
	connection
	point *Point
	dirty bool // its transaction has written
}

func (c *conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if err := c.point.alive(); err != nil {
		return nil, err
	}
	inner, err := c.connection.BeginTx(ctx, o)
	c.dirty = false
	return &tx{inner, c}, err
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.exec(query, func() (driver.Result, error) { return c.connection.ExecContext(ctx, query, args) })
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.query(query, func() (driver.Rows, error) { return c.connection.QueryContext(ctx, query, args) })
}

func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := c.connection.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	inner, ok := s.(statement)
	if !ok {
		return nil, errors.Join(fmt.Errorf("failpoint: %T cannot be wrapped", s), s.Close())
	}
	return &stmt{inner, c, query}, nil
}

func (c *conn) exec(query string, run func() (driver.Result, error)) (driver.Result, error) {
	if err := c.point.alive(); err != nil {
		return nil, err
	}
	result, err := run()
	if err != nil || !isWrite(query) {
		return result, err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return result, err
	}
	c.dirty = true
	return result, c.point.count()
}

func (c *conn) query(query string, run func() (driver.Rows, error)) (driver.Rows, error) {
	if err := c.point.alive(); err != nil {
		return nil, err
	}
	rows, err := run()
	if err != nil || !isWrite(query) {
		return rows, err
	}
	c.dirty = true
	if err := c.point.count(); err != nil {
		return nil, errors.Join(err, rows.Close())
	}
	return rows, nil
}

// isWrite reports whether a statement may change rows.
func isWrite(query string) bool {
	verb, _, _ := strings.Cut(strings.TrimSpace(query), " ")
	switch strings.ToUpper(verb) {
	case "INSERT", "UPDATE", "DELETE", "REPLACE":
		return true
	}
	return false
}

// ResetSession lets a driver ready its connection for the next use, if it does so.
func (c *conn) ResetSession(ctx context.Context) error {
	if resetter, ok := c.connection.(driver.SessionResetter); ok {
		return resetter.ResetSession(ctx)
	}
	return nil
}

// CheckNamedValue hands values to the driver as it wants them.
func (c *conn) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := c.connection.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

// statement is what a driver's prepared statements can do.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type stmt struct {
	statement
	conn *conn
	text string
}

func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.conn.exec(s.text, func() (driver.Result, error) { return s.statement.ExecContext(ctx, args) })
}

func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.conn.query(s.text, func() (driver.Rows, error) { return s.statement.QueryContext(ctx, args) })
}

type tx struct {
	driver.Tx
	conn *conn
}

func (t *tx) Commit() error {
	if err := t.conn.point.alive(); err != nil {
		return errors.Join(err, t.Rollback())
	}
	if err := t.Tx.Commit(); err != nil {
		return err
	}
	if !t.conn.dirty {
		return nil
	}
	if err := t.conn.point.count(); err != nil {
		return err
	}
	select {
	case t.conn.point.committed <- struct{}{}:
	default: // an earlier commit has not been received yet
	}
	return nil
}
