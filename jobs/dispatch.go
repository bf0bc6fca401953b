package jobs

import (
	"context"
	"errors"
	"fmt"

	"github.com/hibiken/asynq"

	"autoholdings/internal/store"
)

// Nudge tells this process's dispatcher that a job may be due. Call it after the commit.
func (s *Service) Nudge() {
	wake(s.nudged)
}

func (s *Service) dispatchLoop(ctx context.Context) {
	every(ctx, s.o.PollEvery, s.nudged, func() {
		s.logLoop(ctx, "dispatch jobs", s.dispatch(ctx))
	})
}

// dispatch hands every due job to asynq and marks its row afterwards. After a crash in between, the same task id is
// enqueued again, which counts as done.
func (s *Service) dispatch(ctx context.Context) error {
	due, err := s.dueJobs(ctx)
	if err != nil || len(due) == 0 {
		return err
	}
	// A client registers its queue in Redis only once. If Redis is flushed later, it would report for every task that
	// there is no such queue. So each round uses a new client on the same connection.
	client := asynq.NewClientFromRedisClient(s.redis)
	for _, q := range due {
		request := s.origins.take(q.id)
		task, err := q.task(request)
		if err != nil {
			return err
		}
		if _, err := client.EnqueueContext(ctx, task); err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
			s.origins.put(q.id, request)
			return fmt.Errorf("enqueue %s: %w", jobName(q.id), &queueError{err})
		}
	}
	s.announce(ctx)
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, q := range due {
			_, err := tx.SQL.ExecContext(ctx, `UPDATE jobs SET dispatched_at = `+store.NowSQL+`
				WHERE id = ? AND due_at = ? AND dispatched_at IS NULL AND `+waiting, q.id, q.dueAt)
			if err != nil {
				return fmt.Errorf("mark job %d as dispatched: %w", q.id, err)
			}
		}
		return nil
	})
}

// waiting selects rows that no worker holds: queued jobs, and those whose worker died while they were being cancelled.
const waiting = `(state = 'QUEUED' OR state = 'CANCELLING' AND heartbeat_at IS NULL)`

func (s *Service) dueJobs(ctx context.Context) ([]queueing, error) {
	return s.queueings(ctx, `SELECT id, kind, due_at FROM jobs
		WHERE `+waiting+` AND dispatched_at IS NULL AND due_at <= `+store.NowSQL+` ORDER BY due_at, id LIMIT 100`)
}

func (s *Service) queueings(ctx context.Context, query string, args ...any) ([]queueing, error) {
	rows, err := s.store.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read the queued jobs: %w", err)
	}
	defer rows.Close()
	var found []queueing
	for rows.Next() {
		var q queueing
		if err := rows.Scan(&q.id, &q.kind, &q.dueAt); err != nil {
			return nil, fmt.Errorf("read the queued jobs: %w", err)
		}
		found = append(found, q)
	}
	return found, rows.Err()
}
