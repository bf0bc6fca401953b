package store

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/mattn/go-sqlite3"
)

// frozenPatience is how long a stopped process may keep all others from writing an SQLite database. It is shorter than the
// time after which a worker without heartbeat counts as dead, so that no other job is given up because of it.
const frozenPatience = 15 * time.Second

// frozen ends processes that were stopped (SIGSTOP, or Ctrl-Z in a terminal) inside a write transaction. SQLite's lock ends
// only with the process, and until then nobody can write, not even that the process is gone. On PostgreSQL the server does
// the same with the session (writerSettings).
type frozen struct {
	log *slog.Logger // nil: none

	mutex sync.Mutex
	pid   int // that was seen stopped with the lock; 0: none
	since time.Time
}

// retry calls f again while it fails because a stopped process has the lock.
func (z *frozen) retry(ctx context.Context, e *sqlite, f func() error) error {
	for {
		err := f()
		var failure sqlite3.Error
		if !errors.As(err, &failure) || failure.Code != sqlite3.ErrBusy || ctx.Err() != nil || !z.holds(ctx, e.path+"-shm") {
			return err
		}
	}
}

// holds reports whether a stopped process has the lock, and ends one that has had it for too long.
func (z *frozen) holds(ctx context.Context, shared string) bool {
	z.mutex.Lock()
	defer z.mutex.Unlock()
	pid := frozenWriter(shared)
	switch {
	case pid == 0:
		z.pid = 0
		return false
	case pid != z.pid:
		z.pid, z.since = pid, time.Now()
	case time.Since(z.since) >= frozenPatience:
		if err := endFrozen(pid, shared); err != nil {
			z.say(ctx, "a process that was stopped while it wrote keeps all others from writing: end it", "pid", pid, "error", err)
		} else {
			z.say(ctx, "a process that was stopped while it wrote has been ended, since nobody else could write", "pid", pid)
		}
		z.pid = 0
	}
	return true
}

func (z *frozen) say(ctx context.Context, text string, args ...any) {
	if z.log != nil {
		z.log.ErrorContext(ctx, text, args...)
	}
}
