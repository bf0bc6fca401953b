package store

import (
	"context"
	"database/sql"
	"sync"
)

// Sizes of the write-ahead log in pages of 4 KiB.
const (
	// checkpointPages (64 MiB) is the size at which the checkpointer moves the log into the database, while the writer
	// goes on.
	checkpointPages = 16 << 10
	// logPages (256 MiB) is the size at which the writer moves the log itself. This happens if writing never pauses,
	// because then the log cannot start again at its beginning. The writer and all mutations behind it then wait for the
	// disk.
	logPages = 64 << 10
)

// checkpointer moves the log of SQLite into the database while the writer goes on. A nil one does nothing.
type checkpointer struct {
	db        *sql.DB
	committed chan struct{} // has room for one: several commits are one reason to look
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

// afterCommit tells the checkpointer that the log may have grown.
func (c *checkpointer) afterCommit() {
	if c == nil {
		return
	}
	select {
	case c.committed <- struct{}{}:
	default: // it has not looked since an earlier commit
	}
}

// run moves the log into the database if it is large enough. A failure does not affect the writer: the log stays longer
// and is moved the next time.
func (c *checkpointer) run(ctx context.Context) {
	var busy, pages, moved int
	err := c.db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(NOOP)`).Scan(&busy, &pages, &moved)
	if err == nil && pages-moved >= checkpointPages {
		_, _ = c.db.ExecContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`)
	}
}

// close stops the checkpointer. The last connection moves the rest of the log when it closes.
func (c *checkpointer) close() {
	if c == nil {
		return
	}
	c.stop()
	c.done.Wait()
}
