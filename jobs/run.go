package jobs

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/hibiken/asynq"

	"autoholdings/ent"
	"autoholdings/internal/store"
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
	return r.do(ctx)
}

// do runs a claimed job and records how it ended.
func (r *run) do(ctx context.Context) error {
	s := r.s
	log := s.log.With("job", r.job.ID, "kind", r.job.Kind, "attempt", r.job.Attempt)
	log.InfoContext(ctx, "job started", "mode", r.job.Mode, "trigger", r.job.Trigger)
	s.tell(r.job.ID)
	defer func() { s.tell(r.job.ID); s.Nudge() }()

	runCtx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	defer context.AfterFunc(s.stopping, func() { stop(errHandBack) })()
	go r.keepBeating(runCtx, stop)

	err := r.perform(runCtx)
	if cause := context.Cause(runCtx); err != nil && cause != nil {
		err = errors.Join(err, cause)
	}
	stop(nil)
	return r.settle(context.WithoutCancel(ctx), log, err)
}

func (r *run) perform(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	if r.cancelled {
		return errCancel
	}
	if r.job.Attempt > r.s.o.Attempts {
		return &failure{
			Code: "ATTEMPTS_EXHAUSTED", Message: fmt.Sprintf("the job was interrupted %d times", r.s.o.Attempts),
			Hint: "Look into the server's log for what ends it, then run it again.",
		}
	}
	switch r.job.Kind {
	case KindSync:
		return r.sync(ctx)
	case KindUndo:
		return r.undo(ctx)
	case KindMove:
		return r.move(ctx)
	case KindImport:
		return r.importList(ctx)
	case KindActivate:
		return r.activate(ctx)
	case KindZone:
		return r.updateZone(ctx)
	case KindWithdraw:
		return r.withdraw(ctx)
	default:
		return &failure{
			Code: "UNKNOWN_KIND", Message: fmt.Sprintf("this version cannot run jobs of kind %s", r.job.Kind),
			Hint: "Start the version that queued it.",
		}
	}
}

// keepBeating tells the row that its worker lives, and stops the run where the row is no longer its own.
func (r *run) keepBeating(ctx context.Context, stop context.CancelCauseFunc) {
	tick := time.NewTicker(r.s.o.Heartbeat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := r.beat(ctx); errors.Is(err, errLost) || errors.Is(err, errCancel) {
				stop(err)
				return
			}
		}
	}
}

// settle records how the run ended. The order matters: a run that was told to stop fails with whatever that broke.
func (r *run) settle(ctx context.Context, log *slog.Logger, err error) error {
	var known *failure
	switch {
	case err == nil:
		log.InfoContext(ctx, "job ended")
		return nil
	case errors.Is(err, errLost):
		log.WarnContext(ctx, "job is run by another worker now")
		return nil
	case errors.Is(err, errCancel):
		log.InfoContext(ctx, "job cancelled")
		return r.finishCancelled(ctx)
	case errors.Is(err, errHandBack):
		log.InfoContext(ctx, "job handed back to the queue")
		return r.backToQueue(ctx, 0, -1)
	case errors.As(err, &known):
		log.WarnContext(ctx, "job failed", "code", known.Code, "error", known.Message)
		return r.finishFailed(ctx, known)
	case r.job.Attempt < r.s.o.Attempts:
		pause := time.Duration(float64(r.s.o.RetryPause) * math.Pow(2, float64(r.job.Attempt-1)))
		log.ErrorContext(ctx, "job interrupted, to be tried again", "error", err, "again_in", pause)
		return r.backToQueue(ctx, pause, 0)
	default:
		log.ErrorContext(ctx, "job failed for good", "error", err)
		return r.finishFailed(ctx, &failure{
			Code: "INTERNAL", Message: "something went wrong that is not the provider's doing",
			Hint: "Look into the server's log for job " + fmt.Sprint(r.job.ID) + ".",
		})
	}
}

// backToQueue lets another run do the rest, after a pause.
func (r *run) backToQueue(ctx context.Context, pause time.Duration, attempts int) error {
	err := r.s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		return r.end(ctx, tx, func(u *ent.JobUpdateOne) *ent.JobUpdateOne {
			due := max(store.Now(), r.job.DueAt+1) + pause.Milliseconds()
			return u.SetState(Queued).SetDueAt(due).ClearDispatchedAt().ClearHeartbeatAt().AddAttempt(attempts)
		})
	})
	if errors.Is(err, errLost) {
		return nil
	}
	return err
}

// failure is an end that trying again would not change: what the job's error says.
type failure struct{ Code, Message, Hint string }

func (f *failure) Error() string { return f.Code + ": " + f.Message }

// asynqLogger sends asynq's own lines to slog.
type asynqLogger struct{ log *slog.Logger }

func (l asynqLogger) Debug(args ...any) { l.log.Debug(fmt.Sprint(args...)) }
func (l asynqLogger) Info(args ...any)  { l.log.Info(fmt.Sprint(args...)) }
func (l asynqLogger) Warn(args ...any)  { l.log.Warn(fmt.Sprint(args...)) }
func (l asynqLogger) Error(args ...any) { l.log.Error(fmt.Sprint(args...)) }
func (l asynqLogger) Fatal(args ...any) { l.log.Error(fmt.Sprint(args...)) }
