package store

import (
	"context"
	"database/sql"
	"sync"
)

// The log is moved into the database in steps of so many pages (64 MiB), beside the writing; and where writing never
// pauses, so that the log cannot begin anew, by the writer itself once it has come to the other size (256 MiB). What
// the writer does then is little, but it waits for the disk, and so does each mutation behind it.
const (
	checkpointPages = 16 << 10
	logPages        = 64 << 10
)

// checkpointer moves the log into the database while the writer goes on.
type checkpointer struct {
	db        *sql.DB
	committed chan struct{} // holds one: several commits are one reason to look
	stop      context.CancelFunc
	done      sync.WaitGroup
}

func newCheckpointer(db *sql.DB) *checkpointer {
	ctx, stop := context.WithCancel(context.Background())
	c := &checkpointer{db: db, committed: make(chan struct{}, 1), stop: stop}
	c.done.Go(func() {
		for {
			select {
			case <-c.committed:
				c.run(ctx)
			case <-ctx.Done():
				return
			}
		}
	})
	return c
}

// afterCommit says that the log may have grown.
func (c *checkpointer) afterCommit() {
	select {
	case c.committed <- struct{}{}:
	default: // it has yet to look at all
	}
}

// run moves what the log has, if that is enough to be worth it. A failure is none of the writing's: the log stays
// longer, and is moved the next time.
func (c *checkpointer) run(ctx context.Context) {
	var busy, pages, moved int
	err := c.db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(NOOP)`).Scan(&busy, &pages, &moved)
	if err == nil && pages-moved >= checkpointPages {
		_, _ = c.db.ExecContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`)
	}
}

// close ends it. What the log still has, the last connection moves as it closes.
func (c *checkpointer) close() {
	c.stop()
	c.done.Wait()
}
