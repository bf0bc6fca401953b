package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/urfave/cli/v3"
	"golang.org/x/sync/errgroup"

	"autoholdings/graph"
)

func serveCommand() *cli.Command {
	return &cli.Command{
		Name:  "serve",
		Usage: "run the API, and the workers that do its jobs",
		Flags: serverFlags(append(limitFlags(), addrFlag, concurrencyFlag, &cli.BoolFlag{
			Name: "no-worker", Sources: cli.EnvVars("AUTOHOLDINGS_NO_WORKER"),
			Usage: "run the API only: a process of its own, the command worker, runs the jobs over a shared Redis",
		})...),
		Action: func(ctx context.Context, c *cli.Command) error {
			cfg, err := configFrom(c)
			if err != nil {
				return err
			}
			cfg.Schedules, cfg.Limits = true, limitsFrom(c)
			work := !c.Bool("no-worker")
			a, err := openApp(ctx, cfg, work)
			if err != nil {
				return err
			}
			err = a.serve(ctx, c.String("addr"), work, func(url string) {
				fmt.Fprintf(c.Root().Writer,
					"autoholdings serves %s (GraphiQL at %s/); only this machine can reach it, since there is no access control yet\n", url+"/graphql",
					url)
			})
			return errors.Join(err, a.Close())
		},
	}
}

func workerCommand() *cli.Command {
	return &cli.Command{
		Name:  "worker",
		Usage: "run jobs, beside a `serve` on the same database and Redis",
		Flags: serverFlags(concurrencyFlag),
		Action: func(ctx context.Context, c *cli.Command) error {
			cfg, err := configFrom(c)
			if err != nil {
				return err
			}
			if cfg.RedisURL == "" {
				return errors.New("REDIS_URL is not set: a worker of its own needs the Redis that it shares with `serve`; without one, run " +
					"`autoholdings serve` alone")
			}
			cfg.Schedules = true
			a, err := openApp(ctx, cfg, true)
			if err != nil {
				return err
			}
			fmt.Fprintln(c.Root().Writer, "autoholdings runs jobs")
			return errors.Join(a.jobs.Run(ctx, true), a.Close())
		},
	}
}

// serve answers requests and, with work, runs jobs, until ctx ends. Then it lets running requests and batches finish.
// It calls ready with the address once it listens.
func (a *app) serve(ctx context.Context, addr string, work bool, ready func(url string)) error {
	listener, err := listenLoopback(ctx, addr)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           a.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    a.config.Limits.WithDefaults().Header,
		IdleTimeout:       2 * time.Minute,
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.jobs.Run(ctx, work) })
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
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
	ready("http://" + listener.Addr().String())
	return group.Wait()
}

// serveDuring runs the API and the workers while fn uses them. fn's context ends when they do.
func (a *app) serveDuring(ctx context.Context, addr string, fn func(serving context.Context, url string) error) error {
	serving, stop := context.WithCancel(ctx)
	defer stop()
	url := make(chan string, 1)
	served := make(chan error, 1)
	go func() { defer stop(); served <- a.serve(serving, addr, true, func(u string) { url <- u }) }()
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

// listenLoopback refuses every address that others could reach: until there is access control, anyone who reaches the
// API can do everything.
func listenLoopback(ctx context.Context, addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("--addr: %w; it looks like 127.0.0.1:8080", err)
	}
	ips, err := net.DefaultResolver.LookupIPAddr(ctx, host)
	if err != nil {
		return nil, fmt.Errorf("--addr: %w; it looks like 127.0.0.1:8080", err)
	}
	for _, ip := range ips {
		if !ip.IP.IsLoopback() {
			return nil,
				fmt.Errorf("--addr: %s can be reached from other machines, and there is no access control yet: use 127.0.0.1, and put a proxy with "+
					"authentication before it if others need it", addr)
		}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("--addr: %w", err)
	}
	return listener, nil
}

func (a *app) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", graph.NewHandler(graph.Options{
		Library: a.library, Jobs: a.jobs, Store: a.store, Files: a.files,
		Logger: a.config.Log, Limits: a.config.Limits, SpoolDir: a.config.DataDir,
	}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", a.ready)
	mux.Handle("GET /metrics", promhttp.Handler())
	return loopbackHost(graph.Bodies(a.config.Limits, mux))
}

// loopbackHost answers only requests that name this machine as their host. Otherwise a web page elsewhere, whose name
// is made to resolve to 127.0.0.1, could use a person's browser to change things here.
func loopbackHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		ip := net.ParseIP(strings.Trim(host, "[]"))
		if !strings.EqualFold(host, "localhost") && (ip == nil || !ip.IsLoopback()) {
			http.Error(w,
				fmt.Sprintf("the host %q is not this machine's own: ask localhost or 127.0.0.1, and let a proxy before this server set the Host "+
					"header so", r.Host), http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
