package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"autoholdings/ent"
	"autoholdings/internal/opaque"
	"autoholdings/internal/store"
)

// Why a run stops before its end.
var (
	errLost     = errors.New("the job is run by another worker now")
	errCancel   = errors.New("the job is to be cancelled")
	errHandBack = errors.New("the worker stops")
)

// run is one worker's hold on a job's row.
type run struct {
	s         *Service
	job       *ent.Job
	kind      *jobKind
	args      arguments
	token     string
	began     time.Time
	request   string  // the id of the request that queued the job; "": not known
	cancelled bool    // it was already being cancelled when it was claimed
	ending    *ending // how its last transaction ended the job; nil: not ended

	foresight *foresight // for a preview of several parts; nil: none

	whenDone func(ctx context.Context, tx *store.Tx) error // in the transaction that ends the job once all of it is done; nil: nothing
}

// execute does a claimed job and records how it ended. It returns what the queue is told: a *failedTask if the job
// failed or was interrupted.
func (r *run) execute(ctx context.Context) error {
	s := r.s
	log := s.log.With("job", opaque.ID(jobType, r.job.ID), "kind", r.job.Kind, "attempt", r.job.Attempt)
	if r.request != "" {
		log = log.With("request", r.request)
	}
	log.InfoContext(ctx, "job started", "mode", r.job.Mode, "trigger", r.job.Trigger)
	s.tell(r.job.ID)
	defer func() { s.tell(r.job.ID); s.Nudge() }()

	runCtx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	defer context.AfterFunc(s.stopping, func() { stop(errHandBack) })()
	go r.keepBeating(runCtx, stop)

	err := r.attempt(runCtx)
	if cause := context.Cause(runCtx); err != nil && cause != nil {
		err = errors.Join(err, cause)
	}
	stop(nil)
	return r.settle(context.WithoutCancel(ctx), log, err)
}

// attempt does the job's work. It turns a panic into an error.
func (r *run) attempt(ctx context.Context) (err error) {
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
			Code: codeAttempts, Message: fmt.Sprintf("the job was interrupted %d times", r.s.o.Attempts),
			Hint: "Look into the server's log for what ends it, then run it again.",
		}
	}
	return r.args.perform(ctx, r)
}

// keepBeating records in the row that the worker is alive, and stops the run if it has lost the row.
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

// settle records how the run ended. When a run is told to stop, any error it returns is only a symptom, so the reasons
// to stop come first.
func (r *run) settle(ctx context.Context, log *slog.Logger, err error) error {
	var known *failure
	err = r.s.store.Explain(err)
	failing := failings[store.FaultOf(err)]
	switch {
	case err == nil:
		return r.ended(ctx, log)
	case errors.Is(err, errLost):
		log.WarnContext(ctx, errLost.Error())
		return nil
	case failing != nil && !r.s.isStopping():
		return r.machineFailed(ctx, log, err, failing)
	case errors.Is(err, errCancel):
		if err := r.finishEarly(ctx, cancelled); err != nil {
			return unlessLost(err)
		}
		return r.ended(ctx, log)
	case errors.Is(err, errHandBack):
		log.InfoContext(ctx, "job handed back to the queue")
		return unlessLost(r.backToQueue(ctx, 0, -1))
	case errors.As(err, &known):
		return r.fail(ctx, log, known)
	case r.job.Attempt < r.s.o.Attempts:
		return r.interrupted(ctx, log, err)
	default:
		log.ErrorContext(ctx, "job failed for good", "error", err)
		return r.fail(ctx, log, &failure{
			Code: codeInternal, Message: "something went wrong in this server; the provider is not the cause",
			Hint: "Look into the server's log for " + jobName(r.job.ID) + ".",
		})
	}
}

// ended says how the run's last transaction ended the job: in one line, at the level that it deserves, and in the metrics.
// It returns a *failedTask if the job failed.
func (r *run) ended(ctx context.Context, log *slog.Logger) error {
	e := r.ending
	if e == nil {
		return fmt.Errorf("the run of %s finished without ending the job", jobName(r.job.ID))
	}
	why := e.problem
	if why == nil && e.state == Failed {
		why = &failure{Code: codeFailed, Message: "the job had nothing to do"}
	}
	attrs := []slog.Attr{
		slog.String("state", e.state), slog.String("verdict", e.verdict), slog.Int("titles", e.counts.Titles), slog.Int("added", e.counts.Added),
		slog.Int("updated", e.counts.Updated), slog.Int("removed", e.counts.Removed), slog.Int("kept", e.counts.Kept),
		slog.Int("withdrawn", e.counts.Withdrawn), slog.Duration("took", time.Since(r.began).Round(time.Millisecond)),
	}
	code := ""
	if why != nil {
		code = why.Code.String()
		attrs = append(attrs, slog.String("code", why.Code.String()), slog.String("error", why.Message))
	}
	level := slog.LevelInfo
	switch {
	case e.state == Failed:
		level = slog.LevelError
	case why != nil && e.state != Cancelled, e.state == NeedsReview:
		level = slog.LevelWarn
	}
	log.LogAttrs(ctx, level, "job ended", attrs...)
	r.s.o.Metrics.JobEnded(r.job.Kind, e.state, e.verdict, code, e.counts.Titles, time.Since(r.began))
	if e.state == Failed {
		return &failedTask{why.Code.String(), why.Message}
	}
	return nil
}

// fail ends a job that cannot go on.
func (r *run) fail(ctx context.Context, log *slog.Logger, why *failure) error {
	if err := r.finishFailed(ctx, why); err != nil {
		return unlessLost(err)
	}
	return r.ended(ctx, log)
}

// interrupted puts a job back into the queue, to be tried again after a pause that doubles with each attempt.
func (r *run) interrupted(ctx context.Context, log *slog.Logger, why error) error {
	pause := time.Duration(float64(r.s.o.RetryPause) * math.Pow(2, float64(r.job.Attempt-1)))
	err := r.backToQueue(ctx, pause, 0)
	if errors.Is(err, errLost) {
		log.WarnContext(ctx, errLost.Error(), "error", why)
		return nil
	}
	r.s.o.Metrics.JobInterrupted(r.job.Kind)
	log.ErrorContext(ctx, "job interrupted, to be tried again", "error", why, "again_in", pause)
	if err != nil {
		return err
	}
	return &failedTask{"INTERRUPTED", fmt.Sprintf("%v; the job is tried again in %s", why, pause)}
}

// unlessLost drops the error that another worker has the job: this run's result no longer counts.
func unlessLost(err error) error {
	if errors.Is(err, errLost) {
		return nil
	}
	return err
}

// backToQueue lets another run do the rest, after a pause.
func (r *run) backToQueue(ctx context.Context, pause time.Duration, attempts int) error {
	r.s.origins.put(r.job.ID, r.request)
	return r.s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		return r.release(ctx, tx, func(u *ent.JobUpdateOne) *ent.JobUpdateOne {
			due := laterThan(r.job.DueAt, tx.Now) + pause.Milliseconds()
			return u.SetState(Queued).SetDueAt(due).ClearDispatchedAt().ClearHeartbeatAt().AddAttempt(attempts)
		})
	})
}

// failure is an end that trying again would not change. It is the job's error.
type failure struct {
	Code          Code
	Message, Hint string
}

func (f *failure) Error() string { return f.Code.String() + ": " + f.Message }
