package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"autoholdings/ent"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
)

// roomWatch knows whether there is space left to work: on the disk of the data directory, and on the database's as far as
// that has said so. Only it logs that, once when the disk is full and once when there is space again.
type roomWatch struct {
	store *store.Store
	dir   string // "": not watched
	log   *slog.Logger

	mutex sync.Mutex
	full  time.Time // since when; zero: there is space
}

// Room is the space that is left to work.
type Room struct {
	Free  int64     // bytes on the disk of the data directory; -1: not known
	Since time.Time // there is too little since; zero: there is enough
}

// Room looks how much space is left.
func (s *Service) Room(ctx context.Context) Room { return s.room.look(ctx) }

func (w *roomWatch) look(ctx context.Context) Room {
	room, why := Room{Free: -1}, ""
	if w.dir != "" {
		if free, known := store.FreeSpace(w.dir); known {
			if room.Free = free; free < store.MinFree {
				why = fmt.Sprintf("%s MiB are free, and at least %d are needed", words.Figure(int(free>>20)), store.MinFree>>20)
			}
		}
	}
	if why == "" && w.store.Fault() == store.Full && w.store.TryAgain(ctx) != nil && w.store.Fault() == store.Full {
		why = "the database says so"
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	switch {
	case ctx.Err() != nil: // the caller is gone
	case why != "" && w.full.IsZero():
		w.full = time.Now()
		w.log.ErrorContext(ctx, "the disk is full: jobs wait until there is space", "data_dir", w.dir, "why", why,
			"what_to_do", "free some space; jobs then go on by themselves")
	case why == "" && !w.full.IsZero():
		w.log.InfoContext(ctx, "there is space on the disk again", "full_for", time.Since(w.full).Round(time.Millisecond))
		w.full = time.Time{}
	}
	room.Since = w.full
	return room
}

func (w *roomWatch) fullSince() time.Time {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.full
}

// failings say of the faults that end by themselves, once somebody has mended the machine, what a job waits for.
var failings = map[store.Fault]*failure{
	store.Full: {
		codeDiskFull, "the disk of the server is full, so the job waits until there is space",
		"Free some space. The job then goes on by itself, and what it has written stays.",
	},
	store.ReadOnly: {
		codeDatabaseReadOnly, "the database cannot be written, so the job waits until it can",
		"The server's log names the database and says what to check. The job then goes on by itself.",
	},
	store.Gone: {
		codeDatabaseGone, "the database's file was removed or replaced while it was in use",
		"Stop the server, restore the backup, and start it again.",
	},
}

// machineFailed puts a job back into the queue that the machine failed, as often as it takes: a disk that is full may have
// no room for that either. No attempt is counted, since the job is not to blame.
func (r *run) machineFailed(ctx context.Context, log *slog.Logger, why error, failing *failure) error {
	log.ErrorContext(ctx, "job waits, since the machine failed it", "code", failing.Code, "error", why)
	r.s.room.look(ctx)
	r.s.origins.put(r.job.ID, r.request)
	again := time.NewTicker(time.Second)
	defer again.Stop()
	for {
		err := r.s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			return r.release(ctx, tx, func(u *ent.JobUpdateOne) *ent.JobUpdateOne {
				due := laterThan(r.job.DueAt, tx.Now) + time.Second.Milliseconds()
				return u.SetState(Queued).SetDueAt(due).ClearDispatchedAt().ClearHeartbeatAt().AddAttempt(-1).
					SetErrorCode(failing.Code.String()).SetErrorMessage(failing.Message).SetErrorHint(failing.Hint)
			})
		})
		if store.FaultOf(err) == "" {
			if err == nil {
				return &failedTask{failing.Code.String(), failing.Message}
			}
			return unlessLost(err)
		}
		select {
		case <-r.s.stopping.Done(): // the next start takes the job up
			return err
		case <-again.C:
		}
	}
}
