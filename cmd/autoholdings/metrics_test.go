package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"autoholdings/internal/metrics"
	"autoholdings/internal/redistest"
	"autoholdings/mockoup"
	"autoholdings/provider"
	"autoholdings/provider/oup"
)

// exposed are our metrics with their labels, as a whole process has them.
func exposed(t *testing.T) map[string][]string {
	t.Helper()
	a, err := openApp(t.Context(), config{
		DataDir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Providers: []providerConfig{{oup.Provider(), provider.Options{
			Template: provider.Template{BaseURL: "https://example.org"},
		}}},
	}, true)
	must(t, err)
	defer func() { must(t, a.Close()) }()
	all := map[string][]string{}
	for _, d := range a.metrics.Describe() {
		all[d.Name] = d.Labels
	}
	return all
}

// TestMetricsAreDocumented: docs/operations.md lists each metric with its labels, and no other.
func TestMetricsAreDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(operations)
	must(t, err)
	documented := map[string][]string{}
	for _, line := range regexp.MustCompile("(?m)^\\| `("+metrics.Prefix+"[a-z_]+)` \\| ([^|]*)\\|").FindAllStringSubmatch(string(text), -1) {
		documented[line[1]] = regexp.MustCompile(`[a-z]+`).FindAllString(line[2], -1)
	}
	if diff := cmp.Diff(documented, exposed(t)); diff != "" {
		t.Errorf("documented, but not there (-), or the other way round (+):\n%s", diff)
	}
}

// TestWatchingFiles: promtool finds nothing wrong in the alert rules and in what the dashboard asks, and both name only
// metrics that there are.
func TestWatchingFiles(t *testing.T) {
	t.Parallel()
	rules := filepath.Join(deployDir, "prometheus-alerts.yaml")
	alerts, err := os.ReadFile(rules)
	must(t, err)
	text, err := os.ReadFile(filepath.Join(deployDir, "grafana-dashboard.json"))
	must(t, err)
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	must(t, json.Unmarshal(text, &dashboard))
	known := exposed(t)
	for _, name := range regexp.MustCompile(`\b`+metrics.Prefix+`[a-z_]+`).FindAllString(string(alerts)+string(text), -1) {
		if _, ok := known[strings.TrimSuffix(name, "_bucket")]; !ok {
			t.Errorf("there is no metric %s", name)
		}
	}
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range known {
			if !yield(name) {
				return
			}
		}
	}) {
		if !strings.Contains(string(text), name) {
			t.Errorf("the dashboard does not show %s", name)
		}
	}

	type rule struct {
		Record string `yaml:"record"`
		Expr   string `yaml:"expr"`
	}
	var asked []rule
	for p, panel := range dashboard.Panels {
		for i, target := range panel.Targets {
			asked = append(asked, rule{fmt.Sprintf("panel:%d:%d", p, i), target.Expr})
		}
	}
	written, err := yaml.Marshal(map[string]any{"groups": []any{map[string]any{"name": "dashboard", "rules": asked}}})
	must(t, err)
	questions := filepath.Join(t.TempDir(), "dashboard.yaml")
	must(t, os.WriteFile(questions, written, 0o600))
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	if said, err := exec.CommandContext(t.Context(), promtool, "check", "rules", rules, questions).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, said)
	}
}

// scrape asks for metrics, and returns each sample's value by its name with labels.
func scrape(t *testing.T, url string) map[string]float64 {
	t.Helper()
	response, err := http.Get(url + "/metrics")
	must(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(t, err)
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", response.Status, text)
	}
	samples := map[string]float64{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		at := strings.LastIndex(line, " ")
		value, err := strconv.ParseFloat(strings.TrimSpace(line[at:]), 64)
		must(t, err)
		samples[line[:at]] = value
	}
	return samples
}

// TestMetrics: what clients ask and what jobs do is counted by the process that does it, and read from the database where
// it is there. The names that clients give are no labels. A worker is asked at an address of its own.
func TestMetrics(t *testing.T) {
	t.Parallel()
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 300})
	args := []string{"--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure", "--redis-url", redistest.Start(t)}
	s := serve(t, append(args, "--no-worker")...)
	log := &safeBuffer{}
	startWorker(t, log, append(args, "--metrics-addr", "127.0.0.1:0")...)
	_, worker, _ := strings.Cut(log.await(t, "metrics are served"), "addr=")
	worker = "http://" + strings.TrimSpace(worker)

	profile := s.administer(mockoup.DemoKey)
	s.withoutSchedule()
	done := s.wait(s.start(profile))
	s.wait(s.start(profile))
	must(t, mock.SetFault(mockoup.Fault{Kind: "half", Content: mockoup.Journals}))
	if job := s.wait(s.start(profile)); job.State != "NEEDS_REVIEW" {
		t.Fatalf("%s: %s", job.State, job.Summary)
	}
	mock.ClearFaults()
	must(t, mock.SetFault(mockoup.Fault{Kind: "unauthorized"}))
	if job := s.wait(s.start(profile)); job.State != "FAILED" {
		t.Fatalf("%s: %s", job.State, job.Summary)
	}
	for i := range 5 {
		s.do(fmt.Sprintf(`query ByClient%d { alias%d: collections { nodes { id } } }`, i, i), nil, new(any))
	}
	_ = s.api.do(t.Context(), `{ nonsense }`, nil, new(any))

	ofWorker, ofServer := scrape(t, worker), scrape(t, s.api.url)
	for sample, least := range map[string]float64{
		`autoholdings_jobs_ended_total{code="",kind="SYNC",state="SUCCEEDED",verdict="CHANGED"}`:                1,
		`autoholdings_jobs_ended_total{code="",kind="SYNC",state="SUCCEEDED",verdict="NO_CHANGE"}`:              1,
		`autoholdings_jobs_ended_total{code="GUARD",kind="SYNC",state="NEEDS_REVIEW",verdict="PARTIAL"}`:        1,
		`autoholdings_jobs_ended_total{code="CREDENTIALS_REFUSED",kind="SYNC",state="FAILED",verdict="FAILED"}`: 1,
		`autoholdings_job_titles_total{kind="SYNC"}`:                                                            float64(2 * done.Counts.Titles),
		`autoholdings_fetches_total{code="NEW_FILE",provider="OXFORD_UNIVERSITY_PRESS"}`:                        3,
		`autoholdings_fetches_total{code="SAME_FILE",provider="OXFORD_UNIVERSITY_PRESS"}`:                       2,
		`autoholdings_fetches_total{code="CREDENTIALS_REFUSED",provider="OXFORD_UNIVERSITY_PRESS"}`:             1,
	} {
		if ofWorker[sample] < least {
			t.Errorf("%s is %v, want %v", sample, ofWorker[sample], least)
		}
	}
	for sample, want := range map[string]float64{
		`autoholdings_graphql_operations_total{field="collections",outcome="ok",type="query"}`:   5,
		`autoholdings_graphql_operations_total{field="",outcome="BAD_USER_INPUT",type=""}`:       1,
		`autoholdings_graphql_operations_total{field="runProfile",outcome="ok",type="mutation"}`: 4,
		`autoholdings_jobs{kind="SYNC",state="NEEDS_REVIEW"}`:                                    1,
		`autoholdings_held_lists`: 1, `autoholdings_workers`: 1, `autoholdings_database_up`: 1, `autoholdings_redis_up`: 1,
		`autoholdings_disk_full`: 0, `autoholdings_queue_depth`: 0, `autoholdings_dispatcher_lag_seconds`: 0,
		`autoholdings_database_connections{pool="write",state="most"}`: 1,
	} {
		if got, ok := ofServer[sample]; !ok || got != want {
			t.Errorf("%s is %v (%v), want %v", sample, got, ok, want)
		}
	}
	for _, sample := range []string{
		fmt.Sprintf(`autoholdings_profile_last_success_timestamp_seconds{profile=%q}`, profile),
		fmt.Sprintf(`autoholdings_provider_file_since_timestamp_seconds{content="JOURNALS",profile=%q}`, profile),
		`autoholdings_disk_free_bytes`, `autoholdings_graphql_operation_seconds_count{type="query"}`, `go_goroutines`,
	} {
		if ofServer[sample] < 1 {
			t.Errorf("%s is %v", sample, ofServer[sample])
		}
	}
	for sample := range ofServer {
		if strings.Contains(sample, "ByClient") || strings.Contains(sample, "alias") || strings.Contains(sample, "nonsense") {
			t.Errorf("a client's name is a label: %s", sample)
		}
	}
	// one line for each end, at the level that it deserves
	log.await(t, "level=INFO", "job ended", done.ID, "state=SUCCEEDED verdict=CHANGED", fmt.Sprintf("added=%d", done.Counts.Added))
	log.await(t, "level=WARN", "job ended", "state=NEEDS_REVIEW", "code=GUARD")
	log.await(t, "level=ERROR", "job ended", "state=FAILED", "code=CREDENTIALS_REFUSED")
	if n := strings.Count(log.String(), `msg="job ended"`); n != 4 {
		t.Errorf("%d lines of ends", n)
	}
}

// TestRequestOfAJob: the log lines of a job have the id of the request that started it, which the answer to it has too.
func TestRequestOfAJob(t *testing.T) {
	t.Parallel()
	mock, log := mockoup.NewServer(t, mockoup.Options{Titles: 20}), &safeBuffer{}
	s, _ := programLogging(t, log, "--log-level", "info", "--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure")
	profile := s.administer(mockoup.DemoKey)
	body := fmt.Sprintf(`{"query": "mutation { runProfile(input: {profileId: \"%s\"}) { job { id } } }"}`, profile)
	response, err := http.Post(s.api.url+"/graphql", "application/json", strings.NewReader(body))
	must(t, err)
	defer response.Body.Close()
	request := response.Header.Get("X-Request-Id")
	var answer struct {
		Data struct {
			RunProfile struct{ Job struct{ ID string } }
		}
	}
	must(t, json.NewDecoder(response.Body).Decode(&answer))
	job := answer.Data.RunProfile.Job.ID
	if request == "" || job == "" {
		t.Fatalf("request %q, job %q", request, job)
	}
	for _, line := range []string{"job started", "job ended"} {
		log.await(t, line, "job="+job, "request="+request)
	}
}
