package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/urfave/cli/v3"

	"autoholdings/internal/metrics"
)

var metricsAddrFlag = &cli.StringFlag{
	Name: "metrics-addr", Sources: cli.EnvVars("AUTOHOLDINGS_METRICS_ADDR"),
	Usage: "address of a listener of its own for /metrics, /healthz and /readyz, to whoever reaches it and without TLS, such as " +
		"127.0.0.1:9464; unset: none (/metrics is at --addr too, where it needs a token)",
}

// moduleVersion is that of the module that was built.
func moduleVersion() string {
	if build, ok := debug.ReadBuildInfo(); ok {
		return build.Main.Version
	}
	return ""
}

// measured are the metrics of what is in the database and of the machine. They are read when Prometheus asks.
type measured struct{ app *app }

func gaugeOf(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(metrics.Prefix+name, help, labels, nil)
}

var (
	descDatabaseUp = gaugeOf("database_up", "Whether the database answered, and shows no fault.")
	descRedisUp    = gaugeOf("redis_up", "Whether Redis answered.")
	descDiskFree   = gaugeOf("disk_free_bytes", "What is free on the disk of the data directory.")
	descDiskFull   = gaugeOf("disk_full", "Whether jobs wait for space.")
	descUnfinished = gaugeOf("jobs", "Jobs that are not over.", "kind", "state")
	descDue        = gaugeOf("queue_depth", "Jobs that are due and have not begun.")
	descLag        = gaugeOf("dispatcher_lag_seconds", "How long the oldest job that is due has waited to be handed to Redis.")
	descWorkers    = gaugeOf("workers", "Processes that run jobs and have said so in the last minute.")
	descHeld       = gaugeOf("held_lists", "Lists whose changes wait for a person.")
	descSuccess    = gaugeOf("profile_last_success_timestamp_seconds",
		"When a list of an active profile was last applied or changed nothing; 0: never.", "profile")
	descFileSince = gaugeOf("provider_file_since_timestamp_seconds",
		"Since when an active profile's list has been the one that was applied last.", "profile", "content")
	descConnections = gaugeOf("database_connections", "Connections to the database.", "pool", "state")
	descWaits       = gaugeOf("database_connection_waits_total", "How often somebody waited for a connection.", "pool")
	descWaited      = gaugeOf("database_connection_wait_seconds_total", "How long they waited.", "pool")
)

// Describe implements prometheus.Collector.
func (measured) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		descDatabaseUp, descRedisUp, descDiskFree, descDiskFull, descUnfinished, descDue, descLag, descWorkers, descHeld, descSuccess,
		descFileSince, descConnections, descWaits, descWaited,
	} {
		to <- d
	}
}

// Collect implements prometheus.Collector. What the database does not answer is left out, so that nobody takes an old figure
// for a new one.
func (i measured) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), readyPatience)
	defer cancel()
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	i.collectMachine(ctx, to, gauge)
	f, err := i.app.jobs.Figures(ctx)
	if err != nil {
		i.app.config.Log.ErrorContext(ctx, "count for the metrics", "error", i.app.store.Explain(err))
	}
	gauge(descDatabaseUp, number(err == nil && i.app.store.Fault() == ""))
	if err != nil {
		return
	}
	for _, u := range f.Unfinished {
		gauge(descUnfinished, float64(u.N), u.Kind, u.State)
	}
	gauge(descDue, float64(f.Due))
	gauge(descLag, f.Lag.Seconds())
	gauge(descWorkers, float64(f.Workers))
	gauge(descHeld, float64(f.HeldLists))
	for _, p := range f.Profiles {
		gauge(descSuccess, float64(p.LastSuccess)/1000, p.ID)
	}
	for _, file := range f.Files {
		gauge(descFileSince, float64(file.Since)/1000, file.ProfileID, file.Content)
	}
}

func (i measured) collectMachine(ctx context.Context, to chan<- prometheus.Metric, gauge func(*prometheus.Desc, float64, ...string)) {
	room := i.app.jobs.Room(ctx)
	if room.Free >= 0 {
		gauge(descDiskFree, float64(room.Free))
	}
	gauge(descDiskFull, number(!room.Since.IsZero()))
	gauge(descRedisUp, number(i.app.jobs.QueueAway(ctx).IsZero()))
	for pool, stats := range i.app.store.Stats() {
		gauge(descConnections, float64(stats.InUse), pool, "in_use")
		gauge(descConnections, float64(stats.Idle), pool, "idle")
		gauge(descConnections, float64(stats.MaxOpenConnections), pool, "most")
		to <- prometheus.MustNewConstMetric(descWaits, prometheus.CounterValue, float64(stats.WaitCount), pool)
		to <- prometheus.MustNewConstMetric(descWaited, prometheus.CounterValue, stats.WaitDuration.Seconds(), pool)
	}
}

func number(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// serveMetrics answers at an address of its own until ctx ends. An empty address is none.
func (a *app) serveMetrics(ctx context.Context, addr string) error {
	if addr == "" {
		return nil
	}
	listener, err := listenFor(ctx, "--metrics-addr", addr)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: a.watched(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	a.config.Log.InfoContext(ctx, "metrics are served", "addr", listener.Addr().String())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// watched are the paths for those who watch.
func (a *app) watched() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", a.ready)
	mux.Handle("GET /metrics", a.metrics.Handler())
	return mux
}

func listenFor(ctx context.Context, flag, addr string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, errors.New(flag + ": " + err.Error() + "; it looks like 127.0.0.1:9464")
	}
	return listener, nil
}
