package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/internal/realfiles"
	"autoholdings/internal/redistest"
	"autoholdings/internal/secret"
	"autoholdings/mockoup"
)

// askClock makes the test binary say the time.
const askClock = "AUTOHOLDINGS_TEST_ASK_CLOCK"

// TestMain lets the test binary play the program, so that a test can kill it.
func TestMain(m *testing.M) {
	if os.Getenv(askClock) != "" {
		fmt.Println(time.Now().Format(time.RFC3339))
		return
	}
	if database := os.Getenv(handmadeEnv); database != "" {
		if err := serveHandmade(database); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if os.Getenv("AUTOHOLDINGS_TEST_PROGRAM") != "" {
		if dir := os.Getenv(profileEnv); dir != "" {
			profiled(dir)
			return
		}
		main()
		return
	}
	os.Exit(m.Run())
}

// server is a running `autoholdings serve`.
type server struct {
	t    testing.TB
	api  client
	stop func() // as Ctrl-C does, and waits
}

// serve runs the command in this process, with further arguments.
func serve(t testing.TB, args ...string) *server {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	var log bytes.Buffer
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, append([]string{"autoholdings", "serve", "--addr", "127.0.0.1:0", "--log-level", "warn"}, args...), strings.NewReader(""),
			in, &log)
		in.CloseWithError(errors.Join(errors.New("the server ended"), err))
		ended <- err
	}()
	s := &server{t: t, api: client{urlIn(t, out)}}
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v\n%s", err, log.String())
		}
	})
	t.Cleanup(s.stop)
	return s
}

// urlIn reads the first line of a server's output and goes on reading the rest.
func urlIn(t testing.TB, out io.Reader) string {
	t.Helper()
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("the server printed no address: %v", err)
		}
		if _, rest, ok := strings.Cut(line, "serves "); ok {
			url, _, _ := strings.Cut(rest, "/graphql")
			go func() { _, _ = io.Copy(io.Discard, lines) }()
			return url
		}
	}
}

func (s *server) do(query string, variables map[string]any, result any) {
	s.t.Helper()
	if err := s.api.do(s.t.Context(), query, variables, result); err != nil {
		s.t.Fatalf("%v\n%s", err, query)
	}
}

// administer activates both collections and makes an active profile.
func (s *server) administer(key string) (profileID string) {
	s.t.Helper()
	if err := activateAll(s.t.Context(), s.api, io.Discard); err != nil {
		s.t.Fatal(err)
	}
	return s.makeProfile(key)
}

// makeProfile makes an active profile.
func (s *server) makeProfile(key string) (profileID string) {
	s.t.Helper()
	var created struct {
		CreateProfile struct {
			Profile    *struct{ ID string }
			UserErrors userErrors
		}
	}
	s.do(`mutation($key: String!) { createProfile(input: {customerNumber: "demo", apiKey: $key, active: true}) {
		profile { id } userErrors { message } } }`, map[string]any{"key": key}, &created)
	if err := created.CreateProfile.UserErrors.err(); err != nil {
		s.t.Fatal(err)
	}
	return created.CreateProfile.Profile.ID
}

// start queues a sync by mutation.
func (s *server) start(profileID string) (jobID string) {
	s.t.Helper()
	var ran struct {
		RunProfile struct {
			Job        *struct{ ID string }
			UserErrors userErrors
		}
	}
	s.do(`mutation($id: ID!) { runProfile(input: {profileId: $id}) { job { id } userErrors { message } } }`, map[string]any{"id": profileID},
		&ran)
	if err := ran.RunProfile.UserErrors.err(); err != nil {
		s.t.Fatal(err)
	}
	return ran.RunProfile.Job.ID
}

func (s *server) job(id string) *jobView {
	s.t.Helper()
	var answer struct{ Job *jobView }
	s.do(`query($id: ID!) { job(id: $id) { `+jobFields+` } } `+countFields, map[string]any{"id": id}, &answer)
	if answer.Job == nil {
		s.t.Fatalf("there is no job %s", id)
	}
	return answer.Job
}

// wait follows the subscription over server-sent events until the job is over.
func (s *server) wait(id string) *jobView {
	s.t.Helper()
	for range s.updates(id) {
	}
	return s.job(id)
}

// updates yields the states that the subscription jobUpdated sends, up to a final one.
func (s *server) updates(id string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		s.t.Helper()
		const query = `subscription($id: ID!) { jobUpdated(id: $id) { state progress { done total } } }`
		for data := range s.listen(query, map[string]any{"id": id}) {
			var event struct{ JobUpdated struct{ State string } }
			if err := json.Unmarshal(data, &event); err != nil {
				s.t.Fatalf("%v in event %q", err, data)
			}
			switch state := event.JobUpdated.State; state {
			case "SUCCEEDED", "FAILED", "CANCELLED", "NEEDS_REVIEW":
				yield(state)
				return
			default:
				if !yield(state) {
					return
				}
			}
		}
		s.t.Fatal("the subscription ended before the job did")
	}
}

// listen yields the data of a subscription's events, over server-sent events, until the subscription ends.
func (s *server) listen(query string, variables map[string]any) func(yield func(json.RawMessage) bool) {
	return func(yield func(json.RawMessage) bool) {
		s.t.Helper()
		ctx, cancel := context.WithTimeout(s.t.Context(), 2*time.Minute)
		defer cancel()
		body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
		if err != nil {
			s.t.Fatal(err)
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.api.url+"/graphql", bytes.NewReader(body))
		if err != nil {
			s.t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Accept", "text/event-stream")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			s.t.Fatal(err)
		}
		defer response.Body.Close()
		events := bufio.NewScanner(response.Body)
		for events.Scan() {
			data, ok := strings.CutPrefix(events.Text(), "data: ")
			if !ok || data == "" {
				continue
			}
			var event struct{ Data json.RawMessage }
			if err := json.Unmarshal([]byte(data), &event); err != nil || event.Data == nil {
				s.t.Fatalf("%v in event %q", err, data)
			}
			if !yield(event.Data) {
				return
			}
		}
		if err := events.Err(); err != nil {
			s.t.Fatal(err)
		}
	}
}

// onEachQueue runs a test on the embedded queue and on a real redis-server; more are the arguments that say so.
func onEachQueue(t *testing.T, test func(t *testing.T, more []string)) {
	t.Run("embedded", func(t *testing.T) { t.Parallel(); test(t, nil) })
	t.Run("redis-server", func(t *testing.T) {
		t.Parallel()
		test(t, []string{"--redis-url", redistest.Start(t)})
	})
}

// expected is one line of the table of expected results.
type expected struct {
	titles, added, removed, updated, unchanged, free, statements int
	fields                                                       map[string]int
}

func (e expected) check(t *testing.T, name string, j *jobView) {
	t.Helper()
	got := expected{
		j.Counts.Titles, j.Counts.Added, j.Counts.Removed, j.Counts.Updated, j.Counts.Unchanged, j.Counts.Free, j.Counts.Statements, nil,
	}
	for _, f := range j.Counts.Fields {
		if got.fields == nil {
			got.fields = map[string]int{}
		}
		got.fields[f.Name] = f.Titles
	}
	if diff := cmp.Diff(e, got, cmp.AllowUnexported(expected{})); diff != "" {
		t.Errorf("%s: %s, %s\n%s", name, j.State, j.Summary, diff)
	}
}

// TestRealSeries steps through one consortium's four real monthly files: a profile is run by mutation each time, and
// the job's counts are those that an independent program computed from the rules.
func TestRealSeries(t *testing.T) {
	t.Parallel()
	onEachQueue(t, func(t *testing.T, more []string) {
		mock := mockoup.NewServer(t, mockoup.Options{Dir: realfiles.Dir(t, "oup-series")})
		s := serve(t, append(more, "--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure")...)
		profile := s.administer(mockoup.DemoKey)
		for _, step := range []struct {
			release string
			want    expected
		}{
			{"2016-05-26", expected{titles: 230, added: 230, statements: 230}},
			{"2016-07-08", expected{
				titles: 230, updated: 48, unchanged: 182, statements: 230,
				fields: map[string]int{"publisher_name": 33, "coverage": 31, "title_url": 1, "title_id": 1},
			}},
			{"2017-02-20", expected{
				titles: 292, added: 64, removed: 2, updated: 228, statements: 292,
				fields: map[string]int{
					"title_url": 228, "coverage": 68, "publication_title": 11, "online_identifier": 2, "title_id": 2,
					"print_identifier": 1,
				},
			}},
			{"2017-02-27", expected{titles: 292, updated: 39, unchanged: 253, statements: 292, fields: map[string]int{"coverage": 39}}},
		} {
			put(t, mock.URL+"/_mock/release", fmt.Sprintf(`{"date":%q}`, step.release))
			job := s.wait(s.start(profile))
			if job.State != "SUCCEEDED" || *job.Verdict != "CHANGED" {
				t.Errorf("%s: %s %v: %s", step.release, job.State, job.Verdict, job.Summary)
			}
			step.want.check(t, step.release, job)

			again := s.wait(s.start(profile))
			if again.State != "SUCCEEDED" || *again.Verdict != "NO_CHANGE" {
				t.Errorf("%s again: %s %v: %s", step.release, again.State, again.Verdict, again.Summary)
			}
			expected{titles: step.want.titles, unchanged: step.want.titles, statements: step.want.statements}.check(t, step.release+" again", again)
		}
	})
}

// TestRealFiles loads the other files of the table from nothing, and the journals of 2021 after those of 2020.
func TestRealFiles(t *testing.T) {
	t.Parallel()
	dir := realfiles.Dir(t, "oup")
	for _, test := range []struct {
		files []string
		want  []expected
	}{
		{
			[]string{"OUP_GLOBAL_ALLJOURNALS_2020-01-21.txt", "OUP_GLOBAL_ALLJOURNALS_2021-06-24.txt"},
			[]expected{
				{titles: 427, added: 427, free: 34, statements: 427},
				{
					titles: 552, added: 125, updated: 22, unchanged: 405, free: 34, statements: 552,
					fields: map[string]int{"notes": 18, "title_url": 13, "title_id": 13, "coverage": 12, "online_identifier": 2, "publication_title": 1},
				},
			},
		},
		{[]string{"OUP_GLOBAL_VERY-SHORT-INTRODUCTIONS-ALL_2021-01-22.txt"}, []expected{{titles: 730, added: 730}}},
		{[]string{"OUP_GLOBAL_OXFORD-HANDBOOKSONLINE-ALL_2021-01-23.txt"}, []expected{{titles: 1166, added: 1166}}},
		{[]string{"OUP_GLOBAL_ALLTITLES_2021-01-22.txt"}, []expected{{titles: 198, added: 198, statements: 1}}},
		{[]string{"Oup_AllTitlesWithOA_2017-01-26.txt"}, []expected{{titles: 346, added: 346, free: 43, statements: 346}}},
		{[]string{"OUP_GLOBAL_OPENACCESS_2026-01-01.txt"}, []expected{{free: 167}}},
	} {
		t.Run(test.files[0], func(t *testing.T) {
			t.Parallel()
			releases := t.TempDir()
			for _, name := range test.files {
				content, err := os.ReadFile(filepath.Join(dir, name))
				if err == nil {
					err = os.WriteFile(filepath.Join(releases, name), content, 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			mock := mockoup.NewServer(t, mockoup.Options{Dir: releases})
			s := serve(t, "--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure")
			profile := s.administer(mockoup.DemoKey)
			for i, want := range test.want {
				if i > 0 {
					if err := mock.Step(1); err != nil {
						t.Fatal(err)
					}
				}
				want.check(t, test.files[i], s.wait(s.start(profile)))
			}
		})
	}
}

func put(t *testing.T, url, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		answer, _ := io.ReadAll(response.Body)
		t.Fatalf("PUT %s: %s: %s", url, response.Status, answer)
	}
}

// program starts the command as a process of its own.
func program(t testing.TB, args ...string) (*server, *exec.Cmd) {
	t.Helper()
	return programLogging(t, os.Stderr, args...)
}

// programLogging starts the command as a process of its own, which logs to w.
func programLogging(t testing.TB, w io.Writer, args ...string) (*server, *exec.Cmd) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, append([]string{"serve", "--addr", "127.0.0.1:0", "--log-level", "warn"}, args...)...)
	cmd.Env = append(os.Environ(), "AUTOHOLDINGS_TEST_PROGRAM=1")
	cmd.Stderr = w
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return &server{t: t, api: client{urlIn(t, out)}, stop: func() {}}, cmd
}

// TestKilledInTheMiddle kills the process with SIGKILL in the middle of a 20,000-title sync and starts it again: the
// job finishes by itself, the holdings equal those of an undisturbed run, and nothing is twice in the report.
func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 20_000})
	quiet := serve(t, "--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure")
	want := quiet.wait(quiet.start(quiet.administer(mockoup.DemoKey)))
	if want.State != "SUCCEEDED" || want.Counts.Added < 15_000 {
		t.Fatalf("the undisturbed run: %s: %s", want.State, want.Summary)
	}

	dir := t.TempDir()
	args := []string{"--data-dir", dir, "--oup-url", mock.URL, "--oup-allow-insecure"}
	victim, process := program(t, args...)
	jobID := victim.start(victim.administer(mockoup.DemoKey))
	for { // until part of it is written
		if job := victim.job(jobID); job.State == "RUNNING" && job.Progress.Done > 0 && job.Progress.Done < job.Progress.Total {
			break
		} else if job.State == "SUCCEEDED" {
			t.Fatal("the job was over before it could be disturbed")
		}
	}
	if err := process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = process.Wait()

	again, _ := program(t, args...)
	got := again.wait(jobID)
	if got.State != "SUCCEEDED" || *got.Verdict != "CHANGED" {
		t.Errorf("%s: %s", got.State, got.Summary)
	}
	if diff := cmp.Diff(want.Counts, got.Counts); diff != "" {
		t.Errorf("counts:\n%s", diff)
	}
	if diff := cmp.Diff(quiet.holdingsText(), again.holdingsText()); diff != "" {
		t.Errorf("the holdings are not those of an undisturbed run:\n%s", diff)
	}
	if diff := cmp.Diff(quiet.reportText(want.ID), again.reportText(jobID)); diff != "" {
		t.Errorf("the report is not that of an undisturbed run:\n%s", diff)
	}
}

// holdingsText is every portfolio with its coverage, through the API.
func (s *server) holdingsText() string {
	s.t.Helper()
	var text strings.Builder
	after := (*string)(nil)
	for {
		var page struct {
			Portfolios struct {
				PageInfo struct {
					HasNextPage bool
					EndCursor   *string
				}
				Nodes []struct {
					Title, TitleID, PrintIdentifier, OnlineIdentifier, URL *string
					Available, ListedByProvider                            bool
					Coverage                                               []struct{ From, To, Embargo, Kind *string }
				}
			}
		}
		s.do(`query($after: String) { portfolios(first: 500, after: $after) { pageInfo { hasNextPage endCursor }
			nodes { title titleId printIdentifier onlineIdentifier url available listedByProvider coverage { from to embargo kind } } } }`,
			map[string]any{"after": after}, &page)
		for _, n := range page.Portfolios.Nodes {
			line, err := json.Marshal(n)
			if err != nil {
				s.t.Fatal(err)
			}
			text.Write(append(line, '\n'))
		}
		if !page.Portfolios.PageInfo.HasNextPage {
			return text.String()
		}
		after = page.Portfolios.PageInfo.EndCursor
	}
}

// reportText is every change of a job, through the API, in the order of the report.
func (s *server) reportText(jobID string) string {
	s.t.Helper()
	var text strings.Builder
	after := (*string)(nil)
	for {
		var answer struct {
			Job struct {
				Changes struct {
					PageInfo struct {
						HasNextPage bool
						EndCursor   *string
					}
					Nodes []struct {
						Action, Title             string
						Field, OldValue, NewValue *string
						Line                      *int
					}
				}
			}
		}
		s.do(`query($id: ID!, $after: String) { job(id: $id) { changes(first: 500, after: $after) {
			pageInfo { hasNextPage endCursor } nodes { action title field oldValue newValue line } } } }`,
			map[string]any{"id": jobID, "after": after}, &answer)
		for _, n := range answer.Job.Changes.Nodes {
			line, err := json.Marshal(n)
			if err != nil {
				s.t.Fatal(err)
			}
			text.Write(append(line, '\n'))
		}
		if !answer.Job.Changes.PageInfo.HasNextPage {
			return text.String()
		}
		after = answer.Job.Changes.PageInfo.EndCursor
	}
}

// TestDemoOnce is the README's first command.
func TestDemoOnce(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := run(t.Context(), []string{"autoholdings", "demo", "--once", "--titles", "300"}, strings.NewReader(""), &out,
		io.Discard); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, want := range []string{
		"Books Autoholdings Collection (61707906870000041) activated",
		"Journals Autoholdings Collection (61563711870000041) activated", "SUCCEEDED, CHANGED", "together",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in:\n%s", want, out.String())
		}
	}
}

// TestStopAndGoOn: told to stop in the middle, the server hands the job back, and the next one finishes it.
func TestStopAndGoOn(t *testing.T) {
	t.Parallel()
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 20_000})
	args := []string{"--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure"}
	first := serve(t, args...)
	jobID := first.start(first.administer(mockoup.DemoKey))
	for {
		if job := first.job(jobID); job.Progress.Done > 0 || job.State != "RUNNING" && job.State != "QUEUED" {
			break
		}
	}
	first.stop()
	second := serve(t, args...)
	job := second.wait(jobID)
	if job.State != "SUCCEEDED" || job.Counts.Added != job.Counts.Titles {
		t.Errorf("%s: %s", job.State, job.Summary)
	}
}

// TestRefusals: each wrong start says what to do.
func TestRefusals(t *testing.T) {
	t.Parallel()
	busy := t.TempDir()
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 20})
	serve(t, "--data-dir", busy, "--oup-url", mock.URL, "--oup-allow-insecure")
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"no provider": {[]string{"serve", "--data-dir", t.TempDir()}, "--oup-url"},
		"public address": {
			[]string{"serve", "--data-dir", t.TempDir(), "--oup-url", "https://example.org", "--addr", "0.0.0.0:0"},
			"access control",
		},
		"wrong address": {
			[]string{"serve", "--data-dir", t.TempDir(), "--oup-url", "https://example.org", "--addr", "nonsense"},
			"127.0.0.1:8080",
		},
		"plain HTTP": {[]string{"serve", "--data-dir", t.TempDir(), "--oup-url", "http://example.org"}, "http"},
		"busy data directory": {
			[]string{"serve", "--data-dir", busy, "--oup-url", mock.URL, "--oup-allow-insecure", "--addr", "127.0.0.1:0"},
			"in use by another autoholdings",
		},
		"no worker, no Redis": {
			[]string{"serve", "--no-worker", "--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure"},
			"REDIS_URL",
		},
		"worker without Redis": {[]string{"worker", "--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure"}, "REDIS_URL"},
		"wrong Redis URL": {[]string{
			"worker", "--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure", "--redis-url",
			"nonsense",
		}, "redis://"},
		"another database": {[]string{
			"serve", "--addr", "127.0.0.1:0", "--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure", "--database-url",
			"mysql://u:secret@h/db", "--redis-url", "redis://127.0.0.1:1", "--sealing-key", secret.GenerateKey(),
		}, "only a PostgreSQL is"},
		"wrong sealing key": {[]string{
			"serve", "--addr", "127.0.0.1:0", "--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure", "--sealing-key",
			"short",
		}, "sealing key"},
		"wrong log level":       {[]string{"serve", "--log-level", "loud"}, "debug"},
		"mock of a missing dir": {[]string{"mockoup", "--dir", filepath.Join(t.TempDir(), "none"), "--addr", "127.0.0.1:0"}, "none"},
		"mock with both":        {[]string{"mockoup", "--dir", t.TempDir(), "--titles", "5"}, "--dir"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := run(t.Context(), append([]string{"autoholdings"}, test.args...), strings.NewReader(""), io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want it to say %q", err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error shows a password: %v", err)
			}
		})
	}
}

// TestSeparateWorker: `serve --no-worker` queues what `worker` runs, over a shared Redis.
func TestSeparateWorker(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 200})
	args := []string{"--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure", "--redis-url", redis}
	s := serve(t, append(args, "--no-worker")...)
	jobID := s.start(s.administer(mockoup.DemoKey))

	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, append([]string{"autoholdings", "worker", "--log-level", "warn"}, args...), strings.NewReader(""), io.Discard,
			io.Discard)
	}()
	if job := s.wait(jobID); job.State != "SUCCEEDED" || *job.Verdict != "CHANGED" {
		t.Errorf("%s: %s", job.State, job.Summary)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestWrongKey: the job says that the credentials were refused and what to do, changes nothing, and the key shows
// nowhere; with the right key the next run goes through.
func TestWrongKey(t *testing.T) {
	t.Parallel()
	const wrong = "canary-key-4711"
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 60})
	s := serve(t, "--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure")
	profile := s.administer(wrong)
	job := s.wait(s.start(profile))
	if job.State != "FAILED" || *job.Verdict != "FAILED" || job.Error == nil || job.Error.Code != "CREDENTIALS_REFUSED" ||
		!strings.Contains(job.Error.Hint, "API key") {
		t.Errorf("%s %+v: %s", job.State, job.Error, job.Summary)
	}
	if text := s.holdingsText(); text != "" {
		t.Errorf("holdings: %s", text)
	}
	seen, err := json.Marshal(job)
	if err != nil || bytes.Contains(seen, []byte(wrong)) {
		t.Errorf("the job shows the key: %v", err)
	}
	var updated struct {
		UpdateProfile struct {
			Job        *struct{ ID string }
			UserErrors userErrors
		}
	}
	s.do(`mutation($id: ID!, $key: String!) { updateProfile(input: {profileId: $id, apiKey: $key, runNow: true}) { job { id } userErrors {
		message } } }`,
		map[string]any{"id": profile, "key": mockoup.DemoKey}, &updated)
	if err := updated.UpdateProfile.UserErrors.err(); err != nil {
		t.Fatal(err)
	}
	if job := s.wait(updated.UpdateProfile.Job.ID); job.State != "SUCCEEDED" || job.Counts.Added == 0 {
		t.Errorf("with the right key: %s: %s", job.State, job.Summary)
	}
}

// TestForeignHost: a page whose name is made to stand for this machine is not answered.
func TestForeignHost(t *testing.T) {
	t.Parallel()
	s := serve(t, "--data-dir", t.TempDir(), "--oup-url", "https://example.org")
	for host, want := range map[string]int{
		"": http.StatusOK, "localhost:8080": http.StatusOK, "[::1]:80": http.StatusOK, "127.0.0.9": http.StatusOK,
		"evil.example:8080": http.StatusMisdirectedRequest, "192.0.2.1": http.StatusMisdirectedRequest,
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.api.url+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("host %q: %s", host, response.Status)
		}
	}
}
