package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"autoholdings/internal/redistest"
	"autoholdings/internal/store"
	"autoholdings/mockoup"
	"autoholdings/provider"
	"autoholdings/provider/oup"
)

// ready asks /readyz, and checks that its status is what its answer says.
func (s *server) ready() (state readiness) {
	s.t.Helper()
	response, err := http.Get(s.api.url + "/readyz")
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&state); err != nil {
		s.t.Fatal(err)
	}
	want := http.StatusOK
	if !state.Ready {
		want = http.StatusServiceUnavailable
	}
	if response.StatusCode != want || response.Header.Get("Content-Type") != "application/json" {
		s.t.Errorf("%s, %s: %+v", response.Status, response.Header.Get("Content-Type"), state)
	}
	return state
}

// obstacle is the code that says why a job does not begin; "" where nothing is in its way.
func (s *server) obstacle(jobID string) string {
	s.t.Helper()
	var answer struct {
		Job struct {
			WaitsBecause *struct{ Code, Message, Hint string }
		}
	}
	s.do(`query($id: ID!) { job(id: $id) { waitsBecause { code message hint } } }`, map[string]any{"id": jobID}, &answer)
	why := answer.Job.WaitsBecause
	if why == nil {
		return ""
	}
	if why.Message == "" || why.Hint == "" {
		s.t.Errorf("it says too little: %+v", why)
	}
	return why.Code
}

// TestReadiness: a server without a worker is ready, and says that none is there; so do its jobs, until one comes. When
// Redis goes the server is not ready and says so, and jobs go on when it is back.
func TestReadiness(t *testing.T) {
	t.Parallel()
	redis := redistest.New(t, redistest.Options{})
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 60})
	args := []string{"--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure", "--redis-url", redis.URL()}
	s := serve(t, append(args, "--no-worker")...)
	profile := s.administer(mockoup.DemoKey)
	jobID := s.start(profile)
	if state := s.ready(); !state.Ready || state.Database != "ok" || state.Migrations.State != "ok" || state.Migrations.Version == 0 ||
		state.Redis.State != "ok" || state.Redis.Embedded || state.Dispatcher == nil || *state.Workers != 0 {
		t.Errorf("without a worker: %+v", state)
	}
	if code := s.obstacle(jobID); code != "NO_WORKER" {
		t.Errorf("the job waits because of %q", code)
	}

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	worker := slices.Concat([]string{"autoholdings", "worker", "--log-level", "error", "--concurrency", "3"}, args)
	go func() { ended <- run(ctx, worker, strings.NewReader(""), io.Discard, io.Discard) }()
	if job := s.wait(jobID); job.State != "SUCCEEDED" {
		t.Errorf("%s: %s", job.State, job.Summary)
	}
	for *s.ready().Workers == 0 {
	}
	if code := s.obstacle(jobID); code != "" {
		t.Errorf("the job that is over waits because of %q", code)
	}

	redis.Stop()
	state := s.ready()
	if state.Ready || !slices.Equal(state.NotUsable, []string{"redis"}) || state.Redis.State != "away" || state.Redis.Since == nil ||
		state.Database != "ok" {
		t.Errorf("without Redis: %+v", state)
	}
	jobID = s.start(profile)
	if code := s.obstacle(jobID); code != "QUEUE_AWAY" {
		t.Errorf("the job waits because of %q", code)
	}
	redis.Start()
	if job := s.wait(jobID); job.State != "SUCCEEDED" {
		t.Errorf("%s: %s", job.State, job.Summary)
	}
	if state := s.ready(); !state.Ready || state.Redis.Since != nil {
		t.Errorf("with Redis again: %+v", state)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if state := s.ready(); *state.Workers != 0 {
		t.Errorf("after the worker: %+v", state)
	}
}

// TestDatabaseNotUsable: a database that a newer version has changed, or that does not answer, is named.
func TestDatabaseNotUsable(t *testing.T) {
	t.Parallel()
	a, err := openApp(t.Context(), config{
		DataDir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Providers: []providerConfig{{oup.Provider(), provider.Options{
			Template: provider.Template{BaseURL: "https://example.org"},
		}}},
	}, true)
	must(t, err)
	t.Cleanup(func() { _ = a.Close() })
	ask := func(want ...string) {
		t.Helper()
		w := httptest.NewRecorder()
		begun := time.Now()
		a.ready(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
		var state readiness
		must(t, json.Unmarshal(w.Body.Bytes(), &state))
		if !slices.Equal(state.NotUsable, want) || (w.Code == http.StatusOK) != (len(want) == 0) || time.Since(begun) > 10*time.Second {
			t.Errorf("%d: %+v, want %q", w.Code, state, want)
		}
	}
	ask()
	must(t, a.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (29990101000000, TRUE)`)
		return err
	}))
	ask("migrations")
	must(t, a.store.Close())
	ask("database")
}
