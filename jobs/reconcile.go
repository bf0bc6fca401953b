package jobs

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/hibiken/asynq"

	"autoholdings/internal/store"
)

func (s *Service) reconcileLoop(ctx context.Context) {
	// A Redis that is back may have forgotten everything.
	every(ctx, s.o.Reconcile, s.queueWatch.back, func() {
		s.room.look(ctx)
		s.logLoop(ctx, "reconcile jobs", s.Reconcile(ctx))
	})
}

// Reconcile recovers lost jobs: a queued job that Redis no longer knows is dispatched again, and so is one whose task a
// worker took and died with; a running one whose worker has been silent for too long goes back to the queue.
func (s *Service) Reconcile(ctx context.Context) error {
	if err := s.correctTimes(ctx); err != nil {
		return fmt.Errorf("correct times of a clock that was ahead: %w", err)
	}
	if err := s.takeUpStale(ctx); err != nil {
		return fmt.Errorf("take up the jobs of silent workers: %w", err)
	}
	dispatched, err := s.queueings(ctx, dispatchedJobs)
	if err != nil {
		return err
	}
	for _, q := range dispatched {
		patience, err := s.patience(q)
		if err != nil {
			return fmt.Errorf("look for job %d in the queue: %w", q.id, err)
		}
		if patience == forEver {
			continue
		}
		if err := s.change(ctx, `UPDATE jobs SET dispatched_at = NULL, updated_at = `+store.NowSQL+`, due_at = `+laterNow+`
			WHERE id = ? AND due_at = ? AND dispatched_at <= `+store.NowSQL+` - ? AND `+waiting,
			q.id, q.dueAt, patience.Milliseconds()); err != nil {
			return fmt.Errorf("put job %d back into the queue: %w", q.id, err)
		}
	}
	s.Nudge()
	return nil
}

// dispatchedJobs selects those that should have a task in Redis. A job that waits for a collection's writer has none:
// its task found the collection taken, and the job is dispatched again when the writer is done.
const dispatchedJobs = `SELECT id, kind, due_at FROM jobs WHERE ` + waiting + ` AND dispatched_at IS NOT NULL AND NOT EXISTS (
	SELECT 1 FROM jobs writer WHERE writer.id = jobs.waits_for_job_id AND writer.state IN ('RUNNING', 'CANCELLING'))`

// laterNow is the current time, or a millisecond after due_at where that is the very moment: due_at must change. A due_at
// that is later was written by a clock that was ahead, since the job has been due.
const laterNow = `CASE WHEN due_at BETWEEN ` + store.NowSQL + ` AND ` + store.NowSQL + ` + 1000 THEN due_at + 1
	ELSE ` + store.NowSQL + ` END`

// laterThan is laterNow in Go.
func laterThan(dueAt, now int64) int64 {
	if dueAt >= now && dueAt <= now+1000 {
		return dueAt + 1
	}
	return now
}

// correctTimes corrects what was written while the database's clock was ahead, once it has been put right: jobs would be
// due, and dead workers be alive, only when the clock comes there again. A job written in what is now the future is due as
// long after this moment as it was to be due after that one.
func (s *Service) correctTimes(ctx context.Context) error {
	const (
		future = ` > ` + store.NowSQL + ` + 5000` // a clock that is adjusted by less does no harm
		wrong  = `state IN ('QUEUED', 'RUNNING', 'CANCELLING')
			AND (updated_at` + future + ` OR heartbeat_at` + future + ` OR dispatched_at` + future + `)`
	)
	ids, err := s.store.IDs(ctx, `SELECT id FROM jobs WHERE `+wrong+` UNION ALL SELECT id FROM workers WHERE seen_at`+future)
	if err != nil || len(ids) == 0 {
		return err
	}
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, query := range []string{
			`UPDATE jobs SET dispatched_at = NULL, due_at = CASE WHEN due_at > updated_at THEN ` + store.NowSQL + ` + due_at - updated_at ELSE ` +
				laterNow + ` END WHERE ` + waiting + ` AND updated_at` + future + ` AND due_at > ` + store.NowSQL,
			`UPDATE jobs SET updated_at = CASE WHEN updated_at` + future + ` THEN ` + store.NowSQL + ` ELSE updated_at END,
				heartbeat_at = CASE WHEN heartbeat_at` + future + ` THEN ` + store.NowSQL + ` ELSE heartbeat_at END,
				dispatched_at = CASE WHEN dispatched_at` + future + ` THEN ` + store.NowSQL + ` ELSE dispatched_at END WHERE ` + wrong,
			`UPDATE workers SET seen_at = ` + store.NowSQL + ` WHERE seen_at` + future,
		} {
			if _, err := tx.SQL.ExecContext(ctx, query); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.log.WarnContext(ctx, "the database's clock was put back: what jobs and workers had from it has been corrected", "rows", len(ids))
	}
	return err
}

// forEver is the patience with a task that will be taken.
const forEver time.Duration = math.MaxInt64

// patience returns how long after its dispatch a queueing must have become a run. Redis may have no task left for it. A
// task that a worker has taken becomes a run within moments, unless that worker dies before: Redis notices that only
// after minutes. If the worker lives, it finds the row claimed, or claims it and leaves nothing to the new task.
func (s *Service) patience(q queueing) (time.Duration, error) {
	info, err := s.inspector.GetTaskInfo(queueName, q.taskID())
	switch {
	case errors.Is(err, asynq.ErrTaskNotFound), errors.Is(err, asynq.ErrQueueNotFound):
		return 0, nil
	case err != nil:
		return 0, &queueError{err}
	}
	switch info.State {
	case asynq.TaskStateArchived, asynq.TaskStateCompleted:
		return 0, nil
	case asynq.TaskStateActive:
		return s.o.StaleAfter, nil
	default:
		return forEver, nil
	}
}

// takeUpStale requeues the running jobs whose worker is silent. It looks before it writes: usually there is none, and a
// writer waits for all others.
func (s *Service) takeUpStale(ctx context.Context) error {
	const silent = ` AND heartbeat_at < ` + store.NowSQL + ` - ?`
	after := s.o.StaleAfter.Milliseconds()
	ids, err := s.store.IDs(ctx, `SELECT id FROM jobs WHERE `+hasWorker+silent, after)
	if err != nil || len(ids) == 0 {
		return err
	}
	return s.change(ctx, requeueRunning+silent, after)
}

// takeUpAll requeues every running job, if no other process can be running one.
func (s *Service) takeUpAll(ctx context.Context) error { return s.change(ctx, requeueRunning) }

const requeueRunning = `UPDATE jobs SET state = CASE state WHEN 'RUNNING' THEN 'QUEUED' ELSE state END, run_token = '',
	dispatched_at = NULL, heartbeat_at = NULL, updated_at = ` + store.NowSQL + `, due_at = ` + laterNow + ` WHERE ` + hasWorker

// hasWorker is a job that a worker has taken.
const hasWorker = `state IN ('RUNNING', 'CANCELLING') AND heartbeat_at IS NOT NULL`

// change is a transaction of one statement.
func (s *Service) change(ctx context.Context, query string, args ...any) error {
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, query, args...)
		return err
	})
}
