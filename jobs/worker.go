package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/hibiken/asynq"
)

// work runs jobs until ctx ends, then lets the running ones finish their batch and hands them back.
func (s *Service) work(ctx context.Context) error {
	s.stopping = ctx
	server := asynq.NewServerFromRedisClient(s.redis, asynq.Config{
		Concurrency:              s.o.Concurrency,
		Queues:                   map[string]int{queueName: 1},
		TaskCheckInterval:        s.o.TakeEvery, // asynq's default of a second would be noticeable at each start
		DelayedTaskCheckInterval: time.Minute,   // we delay nothing in Redis
		Logger:                   asynqLogger{s.log},
		LogLevel:                 asynq.WarnLevel,
		ErrorHandler:             asynq.ErrorHandlerFunc(s.logTaskError),
	})
	// Whatever the task's type, the job's row says what to do.
	if err := server.Start(asynq.HandlerFunc(s.handle)); err != nil {
		return fmt.Errorf("start the worker: %w", err)
	}
	<-ctx.Done()
	server.Shutdown()
	return nil
}

// handle runs the job that the task names. An error is recorded in the row, which also says when the job is tried
// again. asynq gets the error too, so its tools and metrics count it.
func (s *Service) handle(ctx context.Context, task *asynq.Task) error {
	id, err := jobOf(task)
	if err != nil {
		return err
	}
	r, err := s.claim(ctx, id)
	if err != nil || r == nil {
		return err
	}
	return r.execute(ctx)
}

// logTaskError logs what could not be recorded in a job's row.
func (s *Service) logTaskError(ctx context.Context, task *asynq.Task, err error) {
	var logged *failedTask
	if !errors.As(err, &logged) { // otherwise the run has logged it
		s.log.ErrorContext(ctx, "run a job", "type", task.Type(), "payload", string(task.Payload()), "error", err)
	}
}

// asynqLogger sends asynq's own lines to slog.
type asynqLogger struct{ log *slog.Logger }

func (l asynqLogger) Debug(args ...any) { l.log.Debug(fmt.Sprint(args...)) }
func (l asynqLogger) Info(args ...any)  { l.log.Info(fmt.Sprint(args...)) }
func (l asynqLogger) Error(args ...any) { l.log.Error(fmt.Sprint(args...)) }
func (l asynqLogger) Fatal(args ...any) { l.log.Error(fmt.Sprint(args...)) }

// Warn drops asynq's message that a failed task is not retried: the run has logged the failure.
func (l asynqLogger) Warn(args ...any) {
	if line := fmt.Sprint(args...); !strings.HasPrefix(line, "Retry exhausted for task") {
		l.log.Warn(line)
	}
}
