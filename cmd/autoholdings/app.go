package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/hibiken/asynq"
	"github.com/urfave/cli/v3"

	"autoholdings/holdings"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/oup"
)

// config is everything an installation needs to know, however it was given.
type config struct {
	DataDir     string
	DatabaseURL string
	RedisURL    string // empty: embedded
	SealingKeys []string
	OUP         oup.Options
	KeepFiles   time.Duration // 0: for ever
	Schedules   bool          // start what is scheduled: not in a command that does one thing and ends
	Log         *slog.Logger
}

// configFrom reads the flags and their environment twins.
func configFrom(c *cli.Command) (config, error) {
	log, err := newLogger(c.Root().ErrWriter, c.String("log-level"), c.String("log-format"))
	if err != nil {
		return config{}, err
	}
	template := oup.DefaultTemplate(c.String("oup-url"))
	template.Path = c.String("oup-path")
	if query := c.StringMap("oup-query"); len(query) > 0 {
		template.Query = query
	}
	if headers := c.StringMap("oup-header"); len(headers) > 0 {
		template.Headers = headers
	}
	titles := oup.DefaultTitlesTemplate("")
	titles.Path = c.String("oup-titles-path")
	if query := c.StringMap("oup-titles-query"); len(query) > 0 {
		titles.Query = query
	}
	insecure := c.Bool("oup-allow-insecure")
	return config{
		DataDir: c.String("data-dir"), DatabaseURL: c.String("database-url"), RedisURL: c.String("redis-url"),
		SealingKeys: c.StringSlice("sealing-key"), KeepFiles: c.Duration("keep-files"), Log: log,
		OUP: oup.Options{
			Template: template, Titles: titles, MaxSize: c.Int64("oup-max-size"), Timeout: c.Duration("oup-timeout"),
			Attempts:  c.Int("oup-attempts"),
			AllowHTTP: insecure, AllowPrivate: insecure, AllowedHosts: c.StringSlice("oup-allow-host"), Logger: log,
		},
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
		return slog.New(slog.NewJSONHandler(w, options)), nil
	default:
		return nil, fmt.Errorf("--log-format: %q is neither text nor json", format)
	}
}

// app is an open installation: database, queue, provider and the domain on them.
type app struct {
	config   config
	store    *store.Store
	holdings *holdings.Service
	jobs     *jobs.Service
	fetcher  *oup.Fetcher
	closers  []io.Closer
}

// openApp opens an installation. With work the process runs jobs; the queue is then embedded unless REDIS_URL names
// one.
func openApp(ctx context.Context, cfg config, work bool) (_ *app, err error) {
	a := &app{config: cfg}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if err := checkProvider(&cfg.OUP); err != nil {
		return nil, err
	}
	if cfg.RedisURL == "" && !work {
		return nil,
			errors.New("REDIS_URL is not set: processes that share the work need a Redis they share; without one, run `autoholdings serve` alone")
	}
	lock, err := inUse(cfg.DataDir, false)
	if err != nil {
		return nil, err
	}
	a.closers = append(a.closers, lock)
	redis, err := a.openQueue()
	if err != nil {
		return nil, err
	}
	if a.store, err = store.Open(ctx, store.Options{DataDir: cfg.DataDir, URL: cfg.DatabaseURL}); err != nil {
		return nil, err
	}
	a.closers = append(a.closers, a.store)
	box, err := openSeal(ctx, cfg, a.store)
	if err != nil {
		return nil, err
	}
	a.holdings = holdings.New(a.store, box, jobs.Busy{})
	cfg.OUP.Dir = filepath.Join(cfg.DataDir, "files")
	if a.fetcher, err = oup.NewFetcher(cfg.OUP); err != nil {
		return nil, err
	}
	a.closers = append(a.closers, a.fetcher)
	if err := a.holdings.EnsureCommunityZone(ctx, communityZone()); err != nil {
		return nil, err
	}
	a.jobs, err = jobs.New(jobs.Options{
		Store: a.store, Holdings: a.holdings, Fetcher: a.fetcher, Redis: redis, Logger: cfg.Log,
		Exclusive: cfg.RedisURL == "", KeepFiles: cfg.KeepFiles, Unscheduled: !cfg.Schedules,
	})
	if err != nil {
		return nil, err
	}
	a.closers = append(a.closers, a.jobs)
	return a, nil
}

// checkProvider looks at the provider's address, which may be left out where nobody is to be asked.
func checkProvider(o *oup.Options) error {
	const flag = "--oup-url (AUTOHOLDINGS_OUP_URL)"
	address := strings.TrimSpace(o.Template.BaseURL)
	if address == "" && o.NoProvider {
		return nil
	}
	o.NoProvider = false
	if address == "" {
		return errors.New("the provider's address is not set: give " + flag +
			", such as https://kbart.example.org (`autoholdings demo` brings a mock of its own)")
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || strings.Contains(address, "@"): // it may hold a password, which is not to be shown
		return fmt.Errorf("%s is not an address such as https://kbart.example.org, without user name and password", flag)
	case u.Scheme == "http" && u.Hostname() != "" && !o.AllowHTTP:
		return fmt.Errorf("%s is %q: plain HTTP would show the API key to everyone on the way. Use https, or add --oup-allow-insecure if the "+
			"provider is a mock or a mirror on your own network", flag, address)
	case u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "" && strings.Contains(address, "://"):
		return fmt.Errorf("%s is %q: the provider is asked by https, not by %s", flag, address, u.Scheme)
	case u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%s is %q: it needs a scheme and a host, as in https://%s", flag, address,
			cmp.Or(strings.TrimLeft(strings.TrimPrefix(address, u.Scheme+"://"), "/"), "kbart.example.org"))
	}
	return nil
}

// openQueue returns the Redis to use. The embedded one is for one process only, which the lock makes sure of.
func (a *app) openQueue() (asynq.RedisConnOpt, error) {
	if a.config.RedisURL != "" {
		return jobs.ParseRedisURL(a.config.RedisURL)
	}
	lock := flock.New(filepath.Join(a.config.DataDir, "autoholdings.lock"))
	if ours, err := lock.TryLock(); err != nil || !ours {
		return nil,
			errors.Join(fmt.Errorf("the data directory %s is in use by another autoholdings with an embedded queue: stop it, or let both share a "+
				"Redis (REDIS_URL)", a.config.DataDir), err)
	}
	a.closers = append(a.closers, lock)
	embedded, err := jobs.StartEmbedded()
	if err != nil {
		return nil, err
	}
	a.closers = append(a.closers, closer(embedded.Close))
	return embedded.Options(), nil
}

// communityZone are the collections that are there from the start.
func communityZone() []holdings.CommunityZoneSeed {
	var seeds []holdings.CommunityZoneSeed
	for _, c := range oup.Collections() {
		seeds = append(seeds, holdings.CommunityZoneSeed{
			CZID: c.CommunityZoneID, Name: c.Name, Provider: "Oxford University Press", Content: strings.ToUpper(string(c.Content)),
		})
	}
	return seeds
}

// Close closes everything, last opened first.
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
