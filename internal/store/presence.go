package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Presence is the sign of a process that it is there, for other processes that must not work on the database at the
// same time. It ends with the process, however that ends.
//
// Beside an SQLite file it is a lock on a file of the data directory, in PostgreSQL one of a session of its own. So
// processes of other machines are seen wherever they share the database.
type Presence struct{ leave func() error }

// Enter shows that this process works on a database. The caller closes the Presence after the Store. The error matches
// ErrTaken if another process has the database alone.
func Enter(ctx context.Context, o Options) (*Presence, error) { return enter(ctx, o, beside) }

// EnterAlone keeps out all other processes that Enter. The error matches ErrInUse if there are any.
func EnterAlone(ctx context.Context, o Options) (*Presence, error) { return enter(ctx, o, alone) }

// Errors of Enter and EnterAlone. Test for them with errors.Is.
var (
	// ErrTaken: another process has entered alone.
	ErrTaken = errors.New("it is taken by `rotate-key`, `copy` or `restore`, which need it alone: start again when that is done")
	// ErrInUse: other processes have entered.
	ErrInUse = errors.New("it is in use by a running autoholdings")
)

func enter(ctx context.Context, o Options, a access) (*Presence, error) {
	e, err := engineOf(o)
	if err != nil {
		return nil, err
	}
	leave, others, err := e.enter(ctx, a)
	switch {
	case err != nil:
		return nil, e.explain(err)
	case leave != nil:
		return &Presence{leave}, nil
	}
	reason := ErrInUse
	if a == beside {
		reason = ErrTaken
	}
	if len(others) > 0 {
		reason = fmt.Errorf("%w (%s)", reason, strings.Join(others, "; "))
	}
	return nil, e.explain(reason)
}

// Close takes the sign away.
func (p *Presence) Close() error { return p.leave() }
