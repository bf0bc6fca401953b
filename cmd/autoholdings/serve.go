package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/urfave/cli/v3"
	"golang.org/x/sync/errgroup"

	"autoholdings/console"
	"autoholdings/graph"
	"autoholdings/internal/access"
	"autoholdings/internal/door"
)

func serveCommand() *cli.Command {
	return &cli.Command{
		Name:  "serve",
		Usage: "run the API, and the workers that do its jobs",
		Flags: serverFlags(append(slices.Concat(doorFlags(), limitFlags()), addrFlag, metricsAddrFlag, concurrencyFlag, &cli.BoolFlag{
			Name: "no-worker", Sources: cli.EnvVars("AUTOHOLDINGS_NO_WORKER"),
			Usage: "run the API only: a process of its own, the command worker, runs the jobs over a shared Redis",
		})...),
		Action: func(ctx context.Context, c *cli.Command) error {
			cfg, err := serverFrom(c)
			if err != nil {
				return err
			}
			work := !c.Bool("no-worker")
			listener, err := cfg.listen(ctx, c.String("addr"), work)
			if err != nil {
				return err
			}
			a, err := openApp(ctx, cfg, work)
			if err != nil {
				return errors.Join(err, listener.Close())
			}
			err = a.serve(ctx, listener, work, func(url string, listens net.Addr) {
				who := "only this machine can reach it, since access is not controlled"
				if cfg.Serving.controlled() {
					who = "people sign in, programs send tokens"
				}
				fmt.Fprintf(c.Root().Writer, "autoholdings serves %s/graphql (the console at %s/); it listens on %s, and %s\n", url, url, listens, who)
			})
			return errors.Join(err, a.Close())
		},
	}
}

// serverFrom reads the flags of serve, and their environment variables.
func serverFrom(c *cli.Command) (config, error) {
	cfg, err := configFrom(c)
	if err != nil {
		return cfg, err
	}
	cfg.Schedules, cfg.Limits = true, limitsFrom(c)
	cfg.Serving, err = servingFrom(c)
	return cfg, err
}

// listen opens the address, before anything is written that a server would need which cannot start there. Whoever connects
// waits until the server answers. What is wrong with the settings is said first.
func (c config) listen(ctx context.Context, addr string, work bool) (net.Listener, error) {
	if err := checkAddresses(c.Providers); err != nil {
		return nil, err
	}
	if err := c.checkShared(work); err != nil {
		return nil, err
	}
	if _, err := c.Serving.openCertificates(c.Log); err != nil {
		return nil, err
	}
	return c.Serving.listen(ctx, addr)
}

func workerCommand() *cli.Command {
	return &cli.Command{
		Name:  "worker",
		Usage: "run jobs, beside a `serve` on the same database and Redis",
		Flags: serverFlags(concurrencyFlag, metricsAddrFlag),
		Action: func(ctx context.Context, c *cli.Command) error {
			cfg, err := configFrom(c)
			if err != nil {
				return err
			}
			if cfg.RedisURL == "" {
				return errors.New("REDIS_URL (--redis-url) is not set: a worker of its own needs the Redis that it shares with `serve`, such as " +
					"redis://HOST:6379; without one, run `autoholdings serve` alone")
			}
			cfg.Schedules, cfg.Sealed = true, true // it would fail jobs that others can do
			a, err := openApp(ctx, cfg, true)
			if err != nil {
				return err
			}
			fmt.Fprintln(c.Root().Writer, "autoholdings runs jobs")
			group, running := errgroup.WithContext(ctx)
			group.Go(func() error { return a.jobs.Run(running, true) })
			group.Go(func() error { return a.serveMetrics(running, cfg.MetricsAddr) })
			return errors.Join(group.Wait(), a.Close())
		},
	}
}

// serve answers requests and, with work, runs jobs, until ctx ends. Then it lets running requests and batches finish.
// It calls ready once it answers, with the URL for browsers and the address. It closes the listener.
func (a *app) serve(ctx context.Context, listener net.Listener, work bool, ready func(url string, listens net.Addr)) error {
	restCollector()
	certificates, err := a.config.Serving.openCertificates(a.config.Log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	url := a.urlOf(listener)
	if err := a.inviteFirst(ctx, url); err != nil {
		return errors.Join(err, listener.Close())
	}
	server := &http.Server{
		ErrorLog:          slog.NewLogLogger(a.config.Log.Handler(), slog.LevelWarn),
		Handler:           a.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    a.config.Limits.WithDefaults().Header,
		IdleTimeout:       2 * time.Minute,
		BaseContext:       func(net.Listener) context.Context { return access.Unasked(context.WithoutCancel(ctx)) },
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.jobs.Run(ctx, work) })
	group.Go(func() error { return a.access.Run(ctx) })
	group.Go(func() error { return a.serveMetrics(ctx, a.config.MetricsAddr) })
	group.Go(func() error {
		var err error
		if certificates == nil {
			err = server.Serve(listener)
		} else {
			server.TLSConfig = certificates.config()
			err = server.ServeTLS(listener, "", "")
		}
		if !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer cancel()
		if err := server.Shutdown(closing); errors.Is(err, context.DeadlineExceeded) {
			return server.Close() // a subscription never ends by itself
		}
		return nil
	})
	ready(url, listener.Addr())
	return group.Wait()
}

// urlOf is where browsers find the server.
func (a *app) urlOf(listener net.Listener) string {
	switch {
	case a.door.URL() != "":
		return a.door.URL()
	case a.config.Serving.CertFile != "":
		return "https://" + listener.Addr().String()
	default:
		return "http://" + listener.Addr().String()
	}
}

// serveDuring runs the API and the workers while fn uses them. fn's context ends when they do. It closes the listener.
func (a *app) serveDuring(ctx context.Context, listener net.Listener, fn func(serving context.Context, url string) error) error {
	serving, stop := context.WithCancel(ctx)
	defer stop()
	url := make(chan string, 1)
	served := make(chan error, 1)
	go func() {
		defer stop()
		served <- a.serve(serving, listener, true, func(u string, _ net.Addr) { url <- u })
	}()
	select {
	case err := <-served:
		return err
	case u := <-url:
		err := fn(serving, u)
		stop()
		return errors.Join(err, <-served)
	}
}

// shutdownTimeout is how long running requests may take to finish.
const shutdownTimeout = 3 * time.Second

func (a *app) handler() http.Handler {
	mux := a.watched()
	mux.Handle("/", graph.NewHandler(graph.Options{
		Library: a.library, Jobs: a.jobs, Store: a.store, Access: a.access, Files: a.files, Logger: a.config.Log, Limits: a.config.Limits,
		SpoolDir: a.config.DataDir, Metrics: a.metrics, Caller: callerOf, InitWebSocket: a.door.InitWebSocket,
	}))
	page := console.Handler()
	mux.Handle("GET /{$}", page)
	mux.Handle("GET /console/", page)
	return graph.Bodies(a.config.Limits, a.door.Wrap(mux))
}

// callerOf names who sends a request, for the limits of one caller: a token and a person count as one wherever they ask
// from, and whoever is neither by the address.
func callerOf(ctx context.Context) string {
	if p, ok := access.From(ctx); ok && p.ID != 0 {
		return fmt.Sprintf("%s %d", p.Kind, p.ID)
	}
	return door.ClientKey(access.Address(ctx)).String()
}

// openDoor makes what lets requests in.
func (a *app) openDoor() (err error) {
	s := a.config.Serving
	options := door.Options{
		Logger: a.config.Log, PublicURL: s.PublicURL, TLS: s.CertFile != "", AllowOrigins: s.AllowOrigins, TrustedProxies: s.TrustedProxies,
		OIDC: s.OIDC, Recheck: s.recheck,
	}
	if s.controlled() {
		options.Access = a.access
	}
	a.door, err = door.New(options)
	return err
}

// inviteFirst logs the link by which the first administrator comes in, where nobody can administer and no issuer names
// somebody. It is the one secret that is logged: it can be used once, for a day, and only until somebody administers.
func (a *app) inviteFirst(ctx context.Context, url string) error {
	if !a.config.Serving.controlled() || a.door.GrantsAdmin() {
		return nil
	}
	secret, err := a.access.InviteFirst(ctx)
	if err != nil || secret == "" {
		return err
	}
	a.config.Log.WarnContext(ctx, "nobody can administer yet: open this link within 24 hours to become the first administrator; it can be "+
		"used once, and the next start replaces it", "link", url+"/setup?link="+secret)
	return nil
}
