// Package metrics is what Prometheus is told. docs/operations.md lists all of it, and a test compares the two.
//
// No label grows with what clients send or with time: labels are fields of the schema, kinds, states, codes, and the
// profiles of the installation. A nil *Metrics counts nothing.
package metrics

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Prefix begins the name of each metric of ours.
const Prefix = "autoholdings_"

// Metrics are those of one process.
type Metrics struct {
	registry   *prometheus.Registry
	collectors []prometheus.Collector // ours

	operations  *prometheus.CounterVec
	durations   *prometheus.HistogramVec
	jobs        *prometheus.CounterVec
	jobSeconds  *prometheus.CounterVec
	jobTitles   *prometheus.CounterVec
	interrupted *prometheus.CounterVec
	fetches     *prometheus.CounterVec
}

// New returns metrics that count from zero, with what Go and its process use.
func New(version string) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: Prefix + name, Help: help}, labels)
		m.Register(c)
		return c
	}
	m.operations = counter("graphql_operations_total", "Operations that were answered, by the root field that they ask for.",
		"type", "field", "outcome")
	m.durations = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: Prefix + "graphql_operation_seconds", Help: "How long it took to execute a query or mutation.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
	}, []string{"type"})
	m.Register(m.durations)
	m.jobs = counter("jobs_ended_total", "Runs of jobs that this process brought to an end or to a person's review.",
		"kind", "state", "verdict", "code")
	m.jobSeconds = counter("job_seconds_total", "How long those runs took.", "kind")
	m.jobTitles = counter("job_titles_total", "Titles that those runs compared.", "kind")
	m.interrupted = counter("jobs_interrupted_total", "Runs of jobs that ended without an end of the job, to be tried again.", "kind")
	m.fetches = counter("fetches_total", "Requests to providers, by what came of them.", "provider", "code")
	version = cmp.Or(version, "unknown")
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: Prefix + "build_info", Help: "1, of the version that runs.",
	}, []string{"version"})
	build.WithLabelValues(version).Set(1)
	m.Register(build)
	return m
}

// Register adds metrics that somebody else keeps. Their names begin with Prefix, and docs/operations.md lists them.
func (m *Metrics) Register(c prometheus.Collector) {
	if m == nil {
		return
	}
	m.registry.MustRegister(c)
	m.collectors = append(m.collectors, c)
}

// Operation counts a GraphQL operation: its type, the field of the root that it asks for ("several" where there are more,
// "" where it was refused before it was understood), and what came of it: "ok" or the code of its first error.
func (m *Metrics) Operation(kind, field, outcome string, took time.Duration) {
	if m == nil {
		return
	}
	m.operations.WithLabelValues(kind, field, outcome).Inc()
	if took > 0 {
		m.durations.WithLabelValues(kind).Observe(took.Seconds())
	}
}

// JobEnded counts a run that ended a job, or gave it to a person to review; code is "" where nothing stands out.
func (m *Metrics) JobEnded(kind, state, verdict, code string, titles int, took time.Duration) {
	if m == nil {
		return
	}
	m.jobs.WithLabelValues(kind, state, verdict, code).Inc()
	m.jobSeconds.WithLabelValues(kind).Add(max(0, took.Seconds()))
	m.jobTitles.WithLabelValues(kind).Add(float64(titles))
}

// JobInterrupted counts a run after which the job goes back to the queue.
func (m *Metrics) JobInterrupted(kind string) {
	if m != nil {
		m.interrupted.WithLabelValues(kind).Inc()
	}
}

// Fetched counts a request to a provider; code is "" for a new list.
func (m *Metrics) Fetched(provider, code string) {
	if m != nil {
		m.fetches.WithLabelValues(provider, cmp.Or(code, "NEW_FILE")).Inc()
	}
}

// Handler answers Prometheus.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Described is a metric of ours with its labels, in the order of names.
type Described struct {
	Name   string
	Labels []string
}

var described = regexp.MustCompile(`fqName: "([^"]+)".*variableLabels: \{([^}]*)\}`)

// Describe lists our metrics, whether they have been counted or not.
func (m *Metrics) Describe() (all []Described) {
	for _, c := range m.collectors {
		descriptions := make(chan *prometheus.Desc, 100)
		c.Describe(descriptions)
		close(descriptions)
		for d := range descriptions {
			found := described.FindStringSubmatch(d.String())
			all = append(all, Described{found[1], regexp.MustCompile(`[a-z]+`).FindAllString(found[2], -1)})
		}
	}
	slices.SortFunc(all, func(a, b Described) int { return cmp.Compare(a.Name, b.Name) })
	return all
}
