package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/hibiken/asynq"

	"autoholdings/internal/store"
)

// work runs jobs until ctx ends, then lets the running ones finish their batch and hands them back.
func (s *Service) work(ctx context.Context) error {
	s.stopping = ctx
	server := asynq.NewServerFromRedisClient(s.redis, asynq.Config{
		Concurrency:              s.o.Concurrency,
		Queues:                   map[string]int{queueName: 1},
		TaskCheckInterval:        s.o.TakeEvery, // asynq's default of a second would be noticeable at each start
		DelayedTaskCheckInterval: time.Minute,   // we delay nothing in Redis
		Logger:                   asynqLogger{s.log, s.queueWatch},
		LogLevel:                 asynq.WarnLevel,
		ErrorHandler:             asynq.ErrorHandlerFunc(s.logTaskError),
	})
	// Whatever the task's type, the job's row says what to do.
	if err := server.Start(asynq.HandlerFunc(s.handle)); err != nil {
		return fmt.Errorf("start the worker: %w", err)
	}
	<-ctx.Done()
	server.Shutdown()
	s.running.Wait() // asynq has given up those whose lease it could not renew, and they still write
	return nil
}

// handle runs the job that the task names. An error is recorded in the row, which also says when the job is tried
// again. asynq gets the error too, so its tools and metrics count it.
//
// asynq ends ctx when it cannot renew its lease in Redis. The run goes on: its row, whose heartbeat it keeps, says
// whether it may. asynq would take another task meanwhile, so the slots are counted here too.
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
	if err == nil || store.FaultOf(err) != "" { // the database is at fault, which is logged once
		s.logLoop(ctx, "take a job", err)
	}
	if err != nil || r == nil {
		return err
	}
	r.request = requestOf(task)
	return r.execute(context.WithoutCancel(ctx))
}

// logTaskError logs what could not be recorded in a job's row.
func (s *Service) logTaskError(ctx context.Context, task *asynq.Task, err error) {
	var logged *failedTask
	if !errors.As(err, &logged) && store.FaultOf(err) == "" { // otherwise the run has logged it
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

// Warn drops asynq's message that a failed task is not retried: the run has logged the failure.
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
