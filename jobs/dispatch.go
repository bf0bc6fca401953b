package jobs

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/hibiken/asynq"

	"autoholdings/internal/store"
)

// queueName and taskType are ours in Redis.
const (
	queueName = "autoholdings"
	taskType  = "job"
)

// Nudge tells the dispatcher of this process that a job may be due. Call it after the commit.
func (s *Service) Nudge() {
	select {
	case s.nudged <- struct{}{}:
	default: // told already
	}
}

func (s *Service) dispatchLoop(ctx context.Context) {
	tick := time.NewTicker(s.o.PollEvery)
	defer tick.Stop()
	for {
		if err := s.dispatch(ctx); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "dispatch jobs", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.nudged:
		case <-tick.C:
		}
	}
}

// dispatch hands every due job to asynq. The row is marked afterwards: a crash in between enqueues the same task id
// again, which counts as done.
func (s *Service) dispatch(ctx context.Context) error {
	due, err := s.dueJobs(ctx)
	if err != nil || len(due) == 0 {
		return err
	}
	for _, j := range due {
		_, err := s.client.EnqueueContext(ctx, asynq.NewTask(taskType, binary.BigEndian.AppendUint64(nil, uint64(j.id))),
			asynq.TaskID(j.taskID()), asynq.Queue(queueName), asynq.MaxRetry(0), asynq.Timeout(maxRun))
		if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
			return fmt.Errorf("enqueue job %d: %w", j.id, err)
		}
	}
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, j := range due {
			_, err := tx.SQL.ExecContext(ctx, `UPDATE jobs SET dispatched_at = `+store.NowSQL+`
				WHERE id = ? AND due_at = ? AND dispatched_at IS NULL AND `+waiting, j.id, j.dueAt)
			if err != nil {
				return fmt.Errorf("mark job %d as dispatched: %w", j.id, err)
			}
		}
		return nil
	})
}

// maxRun is when asynq gives a task up. It never ends a healthy job: a worker that is alive keeps its row's heartbeat,
// and one that is not loses the row long before.
const maxRun = 24 * time.Hour

// queuedJob is one queueing of a job. due_at changes each time a job goes back to the queue, so that the task id, which
// asynq may remember for long, is a new one.
type queuedJob struct{ id, dueAt int64 }

func (q queuedJob) taskID() string { return fmt.Sprintf("job-%d-%d", q.id, q.dueAt) }

// waiting is a row that no worker holds: a queued job, or one whose worker died while it was being cancelled.
const waiting = `(state = 'QUEUED' OR state = 'CANCELLING' AND heartbeat_at IS NULL)`

func (s *Service) dueJobs(ctx context.Context) ([]queuedJob, error) {
	return s.queuedJobs(ctx, `SELECT id, due_at FROM jobs
		WHERE `+waiting+` AND dispatched_at IS NULL AND due_at <= `+store.NowSQL+` ORDER BY due_at LIMIT 100`)
}

func (s *Service) queuedJobs(ctx context.Context, query string) ([]queuedJob, error) {
	rows, err := s.store.Query(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("read the queued jobs: %w", err)
	}
	defer rows.Close()
	var found []queuedJob
	for rows.Next() {
		var q queuedJob
		if err := rows.Scan(&q.id, &q.dueAt); err != nil {
			return nil, fmt.Errorf("read the queued jobs: %w", err)
		}
		found = append(found, q)
	}
	return found, rows.Err()
}
