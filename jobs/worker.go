package jobs

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"time"

	"github.com/hibiken/asynq"
)

// work runs jobs until ctx ends, then lets those under way finish their batch and hands them back.
func (s *Service) work(ctx context.Context) error {
	s.stopping = ctx
	server := asynq.NewServerFromRedisClient(s.redis, asynq.Config{
		Concurrency:              s.o.Concurrency,
		Queues:                   map[string]int{queueName: 1},
		TaskCheckInterval:        s.o.TakeEvery, // asynq's default of a second would be felt at each start
		DelayedTaskCheckInterval: time.Minute,   // nothing of ours is delayed in Redis
		Logger:                   asynqLogger{s.log},
		LogLevel:                 asynq.WarnLevel,
		ErrorHandler: asynq.ErrorHandlerFunc(func(ctx context.Context, _ *asynq.Task, err error) {
			s.log.ErrorContext(ctx, "run a job", "error", err)
		}),
	})
	mux := asynq.NewServeMux()
	mux.HandleFunc(taskType, s.handle)
	if err := server.Start(mux); err != nil {
		return fmt.Errorf("start the worker: %w", err)
	}
	<-ctx.Done()
	server.Shutdown()
	return nil
}

// handle runs the job whose id the task carries. What went wrong is recorded in the row, which is also what says when
// the job is tried again; asynq is told only of what could not even be recorded.
func (s *Service) handle(ctx context.Context, task *asynq.Task) error {
	if len(task.Payload()) != 8 {
		return fmt.Errorf("task payload of %d bytes is no job id: %w", len(task.Payload()), asynq.SkipRetry)
	}
	r, err := s.claim(ctx, int64(binary.BigEndian.Uint64(task.Payload())))
	if err != nil || r == nil {
		return err
	}
	return r.execute(ctx)
}

// asynqLogger sends asynq's own lines to slog.
type asynqLogger struct{ log *slog.Logger }

func (l asynqLogger) Debug(args ...any) { l.log.Debug(fmt.Sprint(args...)) }
func (l asynqLogger) Info(args ...any)  { l.log.Info(fmt.Sprint(args...)) }
func (l asynqLogger) Warn(args ...any)  { l.log.Warn(fmt.Sprint(args...)) }
func (l asynqLogger) Error(args ...any) { l.log.Error(fmt.Sprint(args...)) }
func (l asynqLogger) Fatal(args ...any) { l.log.Error(fmt.Sprint(args...)) }

// failedTask is what asynq is told of a run that failed or was interrupted: what the job's row says, too. When the job
// is tried again is the row's business, so that asynq does not retry.
type failedTask struct{ code, message string }

func (f *failedTask) Error() string { return f.code + ": " + f.message }

func (f *failedTask) Unwrap() error { return asynq.SkipRetry }
