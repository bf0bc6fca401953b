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

// work runs jobs until ctx ends, then lets those under way finish their batch and hands them back.
func (s *Service) work(ctx context.Context) error {
	s.stopping = ctx
	server := asynq.NewServerFromRedisClient(s.redis, asynq.Config{
		Concurrency:              s.o.Concurrency,
		Queues:                   map[string]int{queueName: 1},
		TaskCheckInterval:        s.o.TakeEvery, // asynq's default of a second would be felt at each start
		DelayedTaskCheckInterval: time.Minute,   // nothing of ours is delayed in Redis
		Logger:                   asynqLogger{s.log, s.queueWatch},
		LogLevel:                 asynq.WarnLevel,
		ErrorHandler:             asynq.ErrorHandlerFunc(s.logTaskError),
	})
	// Whatever a task's type, the job's row says what is to be done.
	if err := server.Start(asynq.HandlerFunc(s.handle)); err != nil {
		return fmt.Errorf("start the worker: %w", err)
	}
	<-ctx.Done()
	server.Shutdown()
	s.running.Wait() // asynq has given up those whose lease it could not renew, and they still write
	return nil
}

// handle runs the job that the task names. What went wrong is recorded in the row, which also says when the job is
// tried again. asynq hears of it too, so that its tools and metrics count the failure.
//
// asynq ends ctx when it cannot renew its lease in Redis. The run goes on: whether it may is said by its row, whose
// heartbeat it keeps. asynq would take up another task meanwhile, so that the slots are counted here too.
func (s *Service) handle(ctx context.Context, task *asynq.Task) error {
	id, err := jobOf(task)
	if err != nil {
		return err
	}
	s.running.Add(1)
	defer s.running.Done()
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return ctx.Err() // its row is still queued
	}
	r, err := s.claim(ctx, id)
	if err != nil || r == nil {
		return err
	}
	return r.execute(context.WithoutCancel(ctx))
}

// logTaskError logs what could not even be recorded in a job's row.
func (s *Service) logTaskError(ctx context.Context, task *asynq.Task, err error) {
	var logged *failedTask
	if !errors.As(err, &logged) { // else the run has logged it
		s.log.ErrorContext(ctx, "run a job", "type", task.Type(), "payload", string(task.Payload()), "error", err)
	}
}

// asynqLogger sends asynq's own lines to slog. Of those that come from Redis being away only the first would be news,
// and that has been told.
type asynqLogger struct {
	log   *slog.Logger
	watch *queueWatch
}

func (l asynqLogger) Debug(args ...any) { l.log.Debug(fmt.Sprint(args...)) }
func (l asynqLogger) Info(args ...any)  { l.log.Info(fmt.Sprint(args...)) }
func (l asynqLogger) Error(args ...any) { l.say(slog.LevelError, fmt.Sprint(args...)) }
func (l asynqLogger) Fatal(args ...any) { l.log.Error(fmt.Sprint(args...)) }

// Warn leaves out that a failed task is not tried again: the run has logged the failure.
func (l asynqLogger) Warn(args ...any) {
	if line := fmt.Sprint(args...); !strings.HasPrefix(line, "Retry exhausted for task") {
		l.say(slog.LevelWarn, line)
	}
}

func (l asynqLogger) say(level slog.Level, line string) {
	if l.watch.troubled() {
		level = slog.LevelDebug
	}
	l.log.Log(context.Background(), level, line)
}
