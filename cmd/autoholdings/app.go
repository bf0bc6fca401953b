package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/hibiken/asynq"
	"github.com/urfave/cli/v3"

	"autoholdings/graph"
	"autoholdings/holdings/library"
	"autoholdings/internal/access"
	"autoholdings/internal/door"
	"autoholdings/internal/keptfiles"
	"autoholdings/internal/metrics"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/provider"
)

// config is everything that an installation needs to know, from whatever source.
type config struct {
	DataDir     string
	DatabaseURL string
	RedisURL    string // empty: embedded
	SealingKeys []string
	Providers   []providerConfig
	KeepFiles   time.Duration // 0: for ever
	KeepChanges time.Duration // 0: for ever
	MetricsAddr string        // of a listener of its own for those who watch; empty: none
	Concurrency int           // jobs run at once by this process; 0: as jobs has it
	Sealed      bool          // end where the API keys are locked
	Schedules   bool          // start scheduled jobs: not in a command that does one thing and ends
	Serving     serving
	Limits      graph.Limits // of what requests may cost
	Log         *slog.Logger
}

// database says which database to open.
func (c config) database() store.Options {
	return store.Options{DataDir: c.DataDir, URL: c.DatabaseURL, Logger: c.Log, Record: access.Record}
}

// checkShared refuses to begin without what processes need that share the work, or a database that those of several
// machines can share.
func (c config) checkShared(work bool) error {
	switch {
	case c.DatabaseURL != "" && c.RedisURL == "":
		return errors.New("DATABASE_URL (--database-url) is set and REDIS_URL (--redis-url) is not: a queue inside the process is for " +
			"one process, and others may work on " +
			"this database without being seen. Give the same Redis to all of them, such as REDIS_URL=redis://HOST:6379")
	case c.RedisURL == "" && !work:
		return errors.New("REDIS_URL (--redis-url) is not set: processes that share the work need a Redis they share, such as " +
			"redis://HOST:6379; without one, run `autoholdings serve` alone, without --no-worker")
	}
	return c.checkKeyGiven()
}

// checkRedis asks the Redis before anything is written. One that is away ends only a start that would make the database or
// migrate it: otherwise jobs wait for it.
func (c config) checkRedis(ctx context.Context) error {
	if c.RedisURL == "" {
		return nil
	}
	redis, err := jobs.ParseRedisURL(c.RedisURL)
	if err != nil {
		return err
	}
	err = jobs.AskRedis(ctx, redis)
	if !errors.Is(err, jobs.ErrRedisAway) {
		return err
	}
	lacks, failed := store.Lacks(ctx, c.database())
	if failed == nil && lacks {
		return fmt.Errorf("%w. So the database was neither made nor migrated: start that Redis, or correct its address, such as "+
			"redis://127.0.0.1:6379; where no other process shares the work, leave it out", err)
	}
	return failed
}

// checkKeyGiven refuses to seal in a shared database with a key of this machine's data directory.
func (c config) checkKeyGiven() error {
	if c.DatabaseURL == "" || c.keyGiven() {
		return nil
	}
	return fmt.Errorf("DATABASE_URL (--database-url) is set and no sealing key is given: one in the data directory of this machine would be "+
		"unknown to the "+
		"others that share the database. Give the same key to all of them as AUTOHOLDINGS_SEALING_KEY: the one in %s if the database was copied "+
		"from there, otherwise a new one (`openssl rand -base64 32`)", filepath.Join(c.DataDir, secret.KeyFileName))
}

// keyGiven reports whether the sealing key is given to the program rather than kept in the data directory.
func (c config) keyGiven() bool {
	return slices.ContainsFunc(c.SealingKeys, func(key string) bool { return strings.TrimSpace(key) != "" })
}

// configFrom reads the flags and their environment variables.
func configFrom(c *cli.Command) (config, error) {
	log, err := newLogger(c.Root().ErrWriter, c.String("log-level"), c.String("log-format"))
	if err != nil {
		return config{}, err
	}
	return config{
		DataDir: c.String("data-dir"), DatabaseURL: c.String("database-url"), RedisURL: c.String("redis-url"),
		SealingKeys: c.StringSlice("sealing-key"), KeepFiles: c.Duration("keep-files"), KeepChanges: c.Duration("keep-changes"), Log: log,
		Concurrency: c.Int("concurrency"), MetricsAddr: c.String("metrics-addr"), Providers: providersFrom(c, log),
	}, nil
}

func newLogger(w io.Writer, level, format string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("--log-level: %q is none of debug, info, warn, error", level)
	}
	options := &slog.HandlerOptions{Level: l}
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(shown{w}, options)), nil
	default:
		return nil, fmt.Errorf("--log-format: %q is neither text nor json", format)
	}
}

// app is an open installation: the database, the queue, the providers and the domain services.
type app struct {
	config  config
	store   *store.Store
	library *library.Library
	jobs    *jobs.Service
	metrics *metrics.Metrics
	schema  int64           // the database's newest migration, as this process knows it
	files   *provider.Store // kept lists
	access  *access.Service
	door    *door.Door
	closers []io.Closer
}

// check refuses what cannot work before anything is written.
func (c config) check(ctx context.Context, work bool) error {
	if err := checkAddresses(c.Providers); err != nil {
		return err
	}
	if err := c.checkShared(work); err != nil {
		return err
	}
	return c.checkRedis(ctx)
}

// openApp opens an installation. With work the process runs jobs; it then has an embedded queue unless REDIS_URL is
// set.
func openApp(ctx context.Context, cfg config, work bool) (_ *app, err error) {
	a := &app{config: cfg, metrics: metrics.New(moduleVersion())}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if err := cfg.check(ctx, work); err != nil {
		return nil, err
	}
	presence, err := store.Enter(ctx, cfg.database())
	if err != nil {
		return nil, err
	}
	a.closers = append(a.closers, presence)
	redis, err := a.openQueue()
	if err != nil {
		return nil, err
	}
	if err := a.openStore(ctx); err != nil {
		return nil, err
	}
	box, locked, err := openSeal(ctx, cfg, a.store)
	if err != nil {
		return nil, err
	}
	if locked != nil && cfg.Sealed {
		return nil, locked
	}
	if locked != nil {
		cfg.Log.ErrorContext(ctx, "the API keys are locked: nothing is fetched for their profiles until the server has its sealing key; where "+
			"that is lost, stop the server and run `autoholdings rotate-key --forget-credentials`", "error", locked)
	}
	a.library = library.Open(a.store, box, jobs.Busy{}, ofDomain(cfg.Providers)...)
	keeper, err := a.openKeeper(ctx)
	if err != nil {
		return nil, err
	}
	fetchers, err := a.openProviders(cfg, keeper)
	if err != nil {
		return nil, err
	}
	a.files = fetchers[0].Store()
	if err := a.library.Collections.EnsureCommunityZone(ctx, communityZone(cfg.Providers)); err != nil {
		return nil, err
	}
	a.jobs, err = jobs.New(jobs.Options{
		Store: a.store, DataDir: cfg.DataDir, Metrics: a.metrics, Library: a.library, Providers: fetchers, Redis: redis, Logger: cfg.Log,
		Exclusive: cfg.RedisURL == "", KeepFiles: cfg.KeepFiles, KeepChanges: cfg.KeepChanges,
		Concurrency: cfg.Concurrency, Unscheduled: !cfg.Schedules,
	})
	if err != nil {
		return nil, err
	}
	a.closers = append(a.closers, a.jobs)
	a.metrics.Register(measured{a})
	return a, nil
}

// openStore opens the database, which records who writes what, and what lets requests in.
func (a *app) openStore(ctx context.Context) (err error) {
	if a.store, err = store.Open(ctx, a.config.database()); err != nil {
		return err
	}
	a.closers = append(a.closers, a.store)
	if a.schema, err = schemaVersion(ctx, a.store); err != nil {
		return err
	}
	s := a.config.Serving
	a.access = access.New(access.Options{
		Store: a.store, Logger: a.config.Log, SessionIdle: s.SessionIdle, SessionLife: s.SessionLife, KeepAudit: s.KeepAudit,
	})
	a.closers = append(a.closers, a.access)
	return a.openDoor()
}

// openKeeper returns the place where provider's files are kept. With SQLite that is the data directory (nil). A database
// with an address is shared by several machines, which share no folder: then it is the database.
func (a *app) openKeeper(ctx context.Context) (provider.Keeper, error) {
	if a.config.DatabaseURL == "" {
		return nil, nil
	}
	return keptfiles.Open(ctx, a.store)
}

// openProviders creates a fetcher for each provider. What they fetch is spooled in one folder, and kept by one keeper.
func (a *app) openProviders(cfg config, keeper provider.Keeper) (fetchers []*provider.Fetcher, err error) {
	for _, p := range cfg.Providers {
		p.Dir, p.Keeper = filepath.Join(cfg.DataDir, "files"), keeper
		name := p.Provider.Name
		p.Count = func(code provider.Code) { a.metrics.Fetched(name, string(code)) }
		f, err := provider.NewFetcher(p.Provider, p.Options)
		if err != nil {
			return nil, err
		}
		a.closers = append(a.closers, f)
		fetchers = append(fetchers, f)
	}
	return fetchers, nil
}

// openQueue returns the Redis to use. An embedded one is for a single process only: it has the data directory's lock to
// itself, which processes that share a Redis share. Where the database has an address, every machine has a folder of its own.
func (a *app) openQueue() (asynq.RedisConnOpt, error) {
	embedded := a.config.RedisURL == ""
	if embedded || a.config.DatabaseURL == "" {
		if err := a.lockDataDir(embedded); err != nil {
			return nil, err
		}
	}
	if !embedded {
		return jobs.ParseRedisURL(a.config.RedisURL)
	}
	queue, err := jobs.StartEmbedded()
	if err != nil {
		return nil, err
	}
	a.closers = append(a.closers, closer(queue.Close))
	return queue.Options(), nil
}

// lockDataDir keeps processes off the data directory whose queue this one does not share.
func (a *app) lockDataDir(embedded bool) error {
	lock := flock.New(filepath.Join(a.config.DataDir, "autoholdings.lock"))
	try, inTheWay := lock.TryRLock, "is in use by another autoholdings with an embedded queue: stop it, or let both share "+
		"a Redis, such as REDIS_URL=redis://127.0.0.1:6379"
	if embedded {
		try, inTheWay = lock.TryLock, "is in use by another autoholdings, and the queue inside this process would be for this process alone: "+
			"stop the other, or give all of them the same Redis, such as REDIS_URL=redis://127.0.0.1:6379"
	}
	ours, err := try()
	switch {
	case err != nil:
		return fmt.Errorf("lock the data directory %s: %w: check that this user owns it, and that its disk is neither full nor read-only",
			a.config.DataDir, err)
	case !ours:
		return fmt.Errorf("the data directory %s %s", a.config.DataDir, inTheWay)
	}
	a.closers = append(a.closers, lock)
	return nil
}

// Close closes everything, in reverse order of opening.
func (a *app) Close() error {
	var errs []error
	for i := len(a.closers) - 1; i >= 0; i-- {
		errs = append(errs, a.closers[i].Close())
	}
	a.closers = nil
	return errors.Join(errs...)
}

// closer makes a function an io.Closer.
type closer func()

func (c closer) Close() error { c(); return nil }
