// Package jobs runs whatever takes long. asynq carries only job ids; the jobs table is the truth.
//
// A job's life: its kind is asked for a row (sync.go, move.go, ...), which is inserted (queue.go); the dispatcher hands
// its id to asynq (dispatch.go); a worker takes the task (worker.go), claims the row (claim.go) and runs it (run.go)
// part by part (parts.go, partrun.go), while lists are fetched (fetching.go); each write is fenced by the row (fence.go);
// the end is written in the last transaction (finish.go). The reconciler recovers what a crash or a flushed queue leaves
// behind (reconcile.go). Scheduled jobs are queued by the first process that sees them due (schedule.go).
//
// Everything the engine knows about a kind of job is in the table of kinds (kinds.go).
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"autoholdings/holdings"
	"autoholdings/holdings/bulk"
	"autoholdings/holdings/collections"
	"autoholdings/holdings/library"
	"autoholdings/holdings/move"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/access"
	"autoholdings/internal/metrics"
	"autoholdings/internal/store"
	"autoholdings/provider"
)

// States of a job.
const (
	Queued      = "QUEUED"
	Running     = "RUNNING"
	Cancelling  = "CANCELLING"
	NeedsReview = "NEEDS_REVIEW"
	Succeeded   = "SUCCEEDED"
	Failed      = "FAILED"
	Cancelled   = "CANCELLED"
)

// Verdicts of a job, separate from its state: "completed successfully" would hide that nothing happened.
const (
	VerdictChanged   = "CHANGED"
	VerdictNoChange  = "NO_CHANGE"
	VerdictPartial   = "PARTIAL"
	VerdictBlocked   = "BLOCKED"
	VerdictPreviewed = "PREVIEWED"
	VerdictFailed    = "FAILED"
)

// Modes of a job.
const (
	Apply   = "APPLY"
	Preview = "PREVIEW"
)

// What started a job.
const (
	Manual    = "MANUAL"
	Scheduled = "SCHEDULED"
	Command   = "COMMAND"
)

// Options configures a Service. Zero values mean the defaults given here.
type Options struct {
	Store   *store.Store
	DataDir string // whose disk must have space for work; "": not watched
	Library *library.Library
	Redis   asynq.RedisConnOpt
	Logger  *slog.Logger // default: none
	Metrics *metrics.Metrics

	// Providers are the fetchers for the providers that profiles may have, one each, the standard provider's first.
	// They share the folder of kept lists.
	Providers []*provider.Fetcher

	// Exclusive says that no other process can run jobs of this database: jobs that are RUNNING at the start were left
	// by a dead process, and are resumed at once.
	Exclusive bool

	Concurrency int           // jobs run at once by this process; default 2
	PollEvery   time.Duration // how often the dispatcher looks for due jobs unprompted; default 1 s
	TakeEvery   time.Duration // how long a worker that found no task pauses before it waits for one; default 5 ms
	Reconcile   time.Duration // how often lost jobs are looked for; default 3 s
	Heartbeat   time.Duration // how often a running job reports that it is alive; default 3 s
	StaleAfter  time.Duration // a worker with an older heartbeat is dead; default 30 s
	ReportEvery time.Duration // how often this process reports that it runs jobs; default 10 s
	Attempts    int           // how often a job is run before giving up; default 5
	RetryPause  time.Duration // pause before a job's second run, doubled each time; default 10 s
	KeepFiles   time.Duration // how long copies of providers' files are kept; default 0: for ever
	KeepChanges time.Duration // how long the lines of jobs' reports are kept; default 0: for ever

	// FetchPatience is how long the parts of a job wait for the list of an earlier one; default 10 s.
	FetchPatience time.Duration

	Unreported    bool             // do not say that this process runs jobs
	Unscheduled   bool             // leave the schedule to other processes
	ScheduleEvery time.Duration    // how often the schedule is checked; default 10 s
	Now           func() time.Time // the clock for the schedule; default the database's, so that all processes have one

	ConnectionLimit time.Duration // the longest that a connection test takes; default 20 s
}

func (o *Options) setDefaults() {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.Concurrency = orDefault(o.Concurrency, 2)
	o.PollEvery = orDefault(o.PollEvery, time.Second)
	o.TakeEvery = orDefault(o.TakeEvery, 5*time.Millisecond)
	o.Reconcile = orDefault(o.Reconcile, 3*time.Second)
	o.Heartbeat = orDefault(o.Heartbeat, 3*time.Second)
	o.StaleAfter = orDefault(o.StaleAfter, 30*time.Second)
	o.ReportEvery = orDefault(o.ReportEvery, 10*time.Second)
	o.Attempts = orDefault(o.Attempts, 5)
	o.RetryPause = orDefault(o.RetryPause, 10*time.Second)
	o.FetchPatience = orDefault(o.FetchPatience, 10*time.Second)
	o.ScheduleEvery = orDefault(o.ScheduleEvery, 10*time.Second)
	o.ConnectionLimit = orDefault(o.ConnectionLimit, 20*time.Second)
}

func orDefault[T int | time.Duration](value, standard T) T {
	if value <= 0 {
		return standard
	}
	return value
}

// Service queues, runs and reports on jobs. It is safe for concurrent use.
type Service struct {
	o           Options
	store       *store.Store
	holdings    *holdings.Service
	collections *collections.Service
	profiles    *profiles.Service
	moves       *move.Service
	bulk        *bulk.Service
	providers   providers
	files       *provider.Store // kept lists
	log         *slog.Logger
	inspector   *asynq.Inspector
	redis       redis.UniversalClient
	queueWatch  *queueWatch
	room        *roomWatch
	loops       loops
	origins     origins
	nudged      chan struct{}
	told        chan int64
	arrived     chan struct{} // receives when there may be a task to take
	watchers    watchers

	stopping context.Context // ends when the worker must hand its jobs back
	slots    chan struct{}   // one taken for each job that runs here
	running  sync.WaitGroup  // jobs that run here
}

// New connects to the queue. Close it after Run has returned.
func New(o Options) (*Service, error) {
	o.setDefaults()
	providers := providers(o.Providers)
	if err := providers.check(); err != nil {
		return nil, err
	}
	client, ok := o.Redis.MakeRedisClient().(redis.UniversalClient)
	if !ok {
		return nil, fmt.Errorf("jobs: the Redis options make no client")
	}
	s := &Service{
		o: o, store: o.Store, holdings: o.Library.Holdings, collections: o.Library.Collections, profiles: o.Library.Profiles,
		moves: o.Library.Moves, bulk: o.Library.Bulk, providers: providers, files: providers.standard().Store(), log: o.Logger,
		inspector: asynq.NewInspectorFromRedisClient(client), redis: client, queueWatch: newQueueWatch(client, o.Logger),
		room:   &roomWatch{store: o.Store, dir: o.DataDir, log: o.Logger},
		nudged: make(chan struct{}, 1), told: make(chan int64, 256), stopping: context.Background(),
		slots: make(chan struct{}, o.Concurrency), arrived: make(chan struct{}, 1),
	}
	client.AddHook(takeHook{s})
	return s, nil
}

// Close closes the connection to the queue.
func (s *Service) Close() error { return s.redis.Close() }

// QueueAway asks Redis whether it is there, and returns since when it is not; zero: it answers.
func (s *Service) QueueAway(ctx context.Context) time.Time { return s.queueWatch.look(ctx) }

func (s *Service) isStopping() bool { return s.stopping.Err() != nil }

// Run dispatches jobs until ctx ends. With work it also runs them and starts scheduled jobs; when ctx ends, it hands
// the running ones back to the queue.
func (s *Service) Run(ctx context.Context, work bool) error {
	ctx = access.Unasked(ctx)
	if s.o.Exclusive && work {
		switch err := s.takeUpAll(ctx); {
		case err == nil, ctx.Err() != nil: // it was told to stop before it began
		case store.FaultOf(err) != "": // the reconciler takes them up, once somebody has mended the machine
			s.log.ErrorContext(ctx, "take up the jobs of the process before", "error", err)
		default:
			return fmt.Errorf("take up the jobs of the process before: %w", err)
		}
	}
	var group sync.WaitGroup
	group.Go(func() { s.queueWatch.run(ctx) })
	group.Go(func() { s.listen(ctx) })
	group.Go(func() { s.publish(ctx) })
	group.Go(func() { s.dispatchLoop(ctx) })
	group.Go(func() { s.reconcileLoop(ctx) })
	var err error
	if work {
		if !s.o.Unreported {
			group.Go(func() { s.reportLoop(ctx, s.newWorker()) })
		}
		group.Go(func() { s.pruneLoop(ctx) })
		if !s.o.Unscheduled {
			group.Go(func() { s.scheduleLoop(ctx) })
		}
		err = s.work(ctx)
	}
	<-ctx.Done()
	group.Wait()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
