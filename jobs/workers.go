package jobs

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"autoholdings/internal/store"
)

// How workers report.
const (
	workerGone   = time.Minute      // one that has been silent for longer does not count
	forgetWorker = 10 * time.Minute // after this its row is removed
)

// worker is this process among those that run jobs.
type worker struct {
	id      int64
	begun   time.Time // on the process's own clock, for how long it has run
	host    string
	pid     int
	version string
}

func (s *Service) newWorker() *worker {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	w := &worker{id: s.store.NextID(), begun: time.Now(), host: host, pid: os.Getpid()}
	if build, ok := debug.ReadBuildInfo(); ok {
		w.version = build.Main.Version
	}
	return w
}

// reportLoop reports that this process runs jobs, until ctx ends, and then signs off.
func (s *Service) reportLoop(ctx context.Context, w *worker) {
	every(ctx, s.o.ReportEvery, nil, func() { s.logLoop(ctx, "report as a worker", s.report(ctx, w)) })
	leaving, cancel := context.WithTimeout(context.WithoutCancel(ctx), redisPatience)
	defer cancel()
	s.logLoop(leaving, "sign off as a worker", s.change(leaving, `DELETE FROM workers WHERE id = ?`, w.id))
}

// report renews the worker's row by the database's clock. It creates the row if it is missing: at the start, and after
// the machine slept for so long that others removed it.
func (s *Service) report(ctx context.Context, w *worker) error {
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		result, err := tx.SQL.ExecContext(ctx, `UPDATE workers SET seen_at = `+store.NowSQL+` WHERE id = ?`, w.id)
		if err != nil {
			return fmt.Errorf("report as a worker: %w", err)
		}
		if n, err := result.RowsAffected(); err != nil || n > 0 {
			return err
		}
		_, err = tx.SQL.ExecContext(ctx, `INSERT INTO workers (id, host, pid, version, concurrency, started_at, seen_at)
			VALUES (?, ?, ?, ?, ?, `+store.NowSQL+` - ?, `+store.NowSQL+`)`,
			w.id, w.host, w.pid, w.version, s.o.Concurrency, time.Since(w.begun).Milliseconds())
		if err != nil {
			return fmt.Errorf("report as a worker: %w", err)
		}
		forget := forgetWorker
		if s.o.Exclusive {
			forget = 0 // all others are rows of dead processes
		}
		_, err = tx.SQL.ExecContext(ctx, `DELETE FROM workers WHERE id <> ? AND seen_at <= `+store.NowSQL+` - ?`, w.id, forget.Milliseconds())
		if err != nil {
			return fmt.Errorf("forget workers that are gone: %w", err)
		}
		return nil
	})
}

// Standing is how the jobs are getting on, as the database has it.
type Standing struct {
	Lag     time.Duration // how long the oldest job that is due has waited to be handed to Redis
	Workers int           // processes that run jobs and have said so in the last minute
}

// Standing reads how the jobs are getting on.
func (s *Service) Standing(ctx context.Context) (now Standing, err error) {
	var lag int64
	err = s.readRow(ctx, `SELECT COALESCE(MAX(`+store.NowSQL+` - due_at), 0) FROM jobs
		WHERE `+waiting+` AND dispatched_at IS NULL AND due_at <= `+store.NowSQL, &lag)
	if err != nil {
		return now, fmt.Errorf("look for jobs that are due: %w", err)
	}
	now.Lag = time.Duration(lag) * time.Millisecond
	now.Workers, err = s.countWorkers(ctx)
	return now, err
}

func (s *Service) countWorkers(ctx context.Context) (n int, err error) {
	err = s.readRow(ctx, `SELECT COUNT(*) FROM workers WHERE seen_at >= `+store.NowSQL+` - `+
		fmt.Sprint(workerGone.Milliseconds()), &n)
	if err != nil {
		return 0, fmt.Errorf("count the workers: %w", err)
	}
	return n, nil
}

// readRow reads the one row that a query always has.
func (s *Service) readRow(ctx context.Context, query string, into any) error {
	rows, err := s.store.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	if rows.Next() {
		err = rows.Scan(into)
	}
	if err != nil {
		return err
	}
	return rows.Err()
}

// Obstacle is why a job does not begin that could.
type Obstacle struct {
	Code          Code
	Message, Hint string
}

// Obstacles says of jobs why they do not begin: of those that are queued, due and wait for no other job. They share one
// reason, which is nil where a worker is there and will take them in a moment.
func (s *Service) Obstacles(ctx context.Context, jobIDs []int64) (map[int64]*Obstacle, error) {
	if len(jobIDs) == 0 {
		return nil, nil
	}
	placeholders, args := store.InList(jobIDs)
	startable, err := s.queueings(ctx, `SELECT id, kind, due_at FROM jobs WHERE id IN `+placeholders+`
		AND state = 'QUEUED' AND waits_for_job_id IS NULL AND due_at <= `+store.NowSQL, args...)
	if err != nil || len(startable) == 0 {
		return nil, err
	}
	obstacle, err := s.obstacle(ctx)
	found := map[int64]*Obstacle{}
	for _, q := range startable {
		found[q.id] = obstacle
	}
	return found, err
}

func (s *Service) obstacle(ctx context.Context) (*Obstacle, error) {
	if since := s.queueWatch.awaySince(); !since.IsZero() {
		return &Obstacle{
			QueueAway, "the Redis that hands jobs to workers has been away since " + since.UTC().Format("15:04 UTC on 2 January 2006"),
			"Start Redis, or mend the way to it. The job then begins by itself.",
		}, nil
	}
	if since := s.room.fullSince(); !since.IsZero() {
		return &Obstacle{
			codeDiskFull, "the disk of the server has been full since " + since.UTC().Format("15:04 UTC on 2 January 2006"),
			"Free some space. The job then begins by itself.",
		}, nil
	}
	if n, err := s.countWorkers(ctx); err != nil || n > 0 {
		return nil, err
	}
	return &Obstacle{
		NoWorker, "no process that runs jobs has reported in the last minute",
		"Start `autoholdings worker`, or `autoholdings serve` without --no-worker, on the same database and Redis. The job then begins.",
	}, nil
}
