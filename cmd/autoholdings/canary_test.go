package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"autoholdings/internal/canarytest"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/mockoup"
	"autoholdings/provider"
	"autoholdings/provider/oup"
)

// The keys that must show nowhere: the provider knows the first, and refuses the second.
const (
	canaryKey        = "canary-k3y/with+signs=Zq7&more"
	canaryRefusedKey = "canary-r3fused/with+signs=Xw9&more"
)

// heard is what was said somewhere, by several at a time.
type heard struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (h *heard) Write(p []byte) (int, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.text.Write(p)
}

func (h *heard) String() string {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.text.String()
}

// canary is a running installation, all of which is listened to.
type canary struct {
	*server
	dir                                             string
	database                                        string   // "": SQLite
	sealingKeys                                     []string // none: SQLite's own
	mock                                            *mockoup.TestServer
	redis                                           *miniredis.Miniredis
	answers, log, processLog, queue, asked, printed heard
}

// TestKeyShowsNowhere: after every fault of the provider, with the connection tested and the profile run, the API key
// is in no answer, log line, metric, report, row, file or message of the queue. Sealed, it is in one row.
//
// It does not run beside other tests, since it listens to what is the process's own.
func TestKeyShowsNowhere(t *testing.T) { onBoth(t, keyShowsNowhere) }

func keyShowsNowhere(t *testing.T, databaseURL string) {
	c := newCanary(t, databaseURL)
	keys := canarytest.Keys{canaryKey, canaryRefusedKey}
	a := c.open(t)
	listener, err := listenOn(t.Context(), "127.0.0.1:0")
	must(t, err)
	err = a.serveDuring(t.Context(), listener, func(_ context.Context, url string) error {
		c.server = &server{t: t, api: client{url}}
		c.walk(t)
		c.readAll(t, url)
		return nil
	})
	must(t, err)
	c.searchDatabase(t, a.store, keys)
	c.searchFiles(t, a, keys)
	must(t, a.Close())
	c.runCommands(t)

	for where, text := range map[string]string{
		"an answer": c.answers.String(), "the log": c.log.String(), "the process's log": c.processLog.String(),
		"the queue's traffic": c.queue.String(),
		"the queue":           c.redis.Dump(), "the provider's own list of requests": c.asked.String(),
		"what a command prints": c.printed.String(),
	} {
		keys.Hush(t, where, text)
	}
	c.heardEnough(t)
	c.searchDir(t, keys)
}

func newCanary(t *testing.T, databaseURL string) *canary {
	t.Helper()
	c := &canary{
		dir: t.TempDir(), database: databaseURL, redis: miniredis.RunT(t),
		mock: mockoup.NewServer(t, mockoup.Options{Titles: 40, Customers: []mockoup.Customer{{Number: "canary", Key: canaryKey}}}),
	}
	if databaseURL != "" {
		c.sealingKeys = []string{secret.GenerateKey()}
	}
	log.SetOutput(&c.processLog)
	transport := http.DefaultClient.Transport
	http.DefaultClient.Transport = c
	t.Cleanup(func() {
		log.SetOutput(os.Stderr)
		http.DefaultClient.Transport = transport
	})
	return c
}

// RoundTrip makes the requests of this test, and keeps the answers.
func (c *canary) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if err := response.Header.Write(&c.answers); err != nil {
		return nil, err
	}
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.TeeReader(response.Body, &c.answers), response.Body}
	return response, nil
}

// open opens the installation with all that can be said in its log, on a queue whose every byte is kept.
func (c *canary) open(t *testing.T) *app {
	t.Helper()
	logger, err := newLogger(&c.log, "debug", "json")
	must(t, err)
	a, err := openApp(t.Context(), config{
		DataDir: c.dir, DatabaseURL: c.database, SealingKeys: c.sealingKeys,
		RedisURL: "redis://" + c.listening(t, c.redis.Addr()), Log: logger,
		Providers: []providerConfig{{oup.Provider(), provider.Options{
			Template: provider.Template{BaseURL: c.mock.URL}, AllowHTTP: true, AllowPrivate: true, Logger: logger, RatePerSecond: -1, Attempts: 2,
			BackoffBase: time.Millisecond, BackoffMax: time.Millisecond, MaxRetryAfter: time.Millisecond, HeaderTimeout: 200 * time.Millisecond,
		}}},
	}, true)
	must(t, err)
	return a
}

// listening is an address behind which another one is, with whatever goes to and fro kept.
func (c *canary) listening(t *testing.T, address string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			to, err := net.Dial("tcp", address)
			if err != nil {
				_ = from.Close()
				return
			}
			pass := func(w net.Conn, r io.Reader) {
				_, _ = io.Copy(w, io.TeeReader(r, &c.queue))
				_ = w.Close()
			}
			go pass(to, from)
			go pass(from, to)
		}
	}()
	return listener.Addr().String()
}

// walk meets every fault of the provider in turn, each with a test of the connection and with a run.
func (c *canary) walk(t *testing.T) {
	t.Helper()
	must(t, activateAll(t.Context(), c.api, io.Discard))
	var created struct {
		CreateProfile struct {
			Profile    struct{ ID string }
			UserErrors userErrors
		}
	}
	c.do(`mutation($key: String!) { createProfile(input: {customerNumber: "canary", apiKey: $key, active: true, description: "Canary"}) {
		profile { id apiKeyFingerprint } userErrors { message } } }`, map[string]any{"key": canaryKey}, &created)
	must(t, created.CreateProfile.UserErrors.err())
	id := created.CreateProfile.Profile.ID
	c.wait(c.start(id))
	for _, kind := range mockoup.FaultKinds() {
		must(t, c.mock.SetFault(mockoup.Fault{Kind: kind, DelayMillis: map[string]int{"slow": 1}[kind]}))
		c.test(map[string]any{"profileId": id})
		c.test(map[string]any{"profileId": id, "apiKey": canaryRefusedKey})
		c.test(map[string]any{"customerNumber": "canary", "apiKey": canaryKey})
		job := c.start(id)
		if c.wait(job).State == "NEEDS_REVIEW" {
			c.do(`mutation($id: ID!) { rejectJob(input: {jobId: $id}) { job { state } } }`, map[string]any{"id": job}, new(any))
		}
		c.mock.ClearFaults()
	}
	c.do(`mutation($id: ID!, $key: String!) { updateProfile(input: {profileId: $id, apiKey: $key}) { userErrors { message } } }`,
		map[string]any{"id": id, "key": canaryRefusedKey}, new(any))
	if job := c.wait(c.start(id)); job.Error == nil || job.Error.Code != "CREDENTIALS_REFUSED" {
		t.Errorf("with another key: %s %s", job.State, job.Summary)
	}
	c.do(`mutation($id: ID!, $key: String!) { updateProfile(input: {profileId: $id, apiKey: $key}) { userErrors { message } } }`,
		map[string]any{"id": id, "key": canaryKey}, new(any))
}

// test asks for a test of the connection, whatever it comes to.
func (c *canary) test(in map[string]any) {
	c.t.Helper()
	c.do(`mutation($in: TestProfileConnectionInput!) { testProfileConnection(input: $in) { results { content ok code message hint } userErrors
		{ message } } }`,
		map[string]any{"in": in}, new(any))
}

// readAll reads what there is to read: every field of every listing, the reports and files, the metrics, and the list
// of requests that the mock provider keeps.
func (c *canary) readAll(t *testing.T, url string) {
	t.Helper()
	for _, query := range everyQuery(t) {
		_ = c.api.do(t.Context(), query, nil, new(any)) // an error is an answer too
	}
	var jobs struct {
		Jobs struct {
			Nodes []struct{ ReportTsv, ReportJSON string }
		}
	}
	c.do(`{ jobs(first: 500) { nodes { reportTsv reportJson } } }`, nil, &jobs)
	var files struct {
		ProviderFiles struct {
			Nodes []struct{ DownloadURL *string }
		}
	}
	c.do(`{ providerFiles(first: 500) { nodes { downloadUrl } } }`, nil, &files)
	paths := []string{"/metrics", "/healthz", "/readyz", "/"}
	for _, job := range jobs.Jobs.Nodes {
		paths = append(paths, job.ReportTsv, job.ReportJSON)
	}
	for _, file := range files.ProviderFiles.Nodes {
		if file.DownloadURL != nil {
			paths = append(paths, *file.DownloadURL)
		}
	}
	if len(jobs.Jobs.Nodes) < len(mockoup.FaultKinds()) || len(files.ProviderFiles.Nodes) == 0 {
		t.Errorf("%d jobs, %d files", len(jobs.Jobs.Nodes), len(files.ProviderFiles.Nodes))
	}
	for _, path := range paths {
		c.get(url + path)
	}
	_, _ = c.asked.Write([]byte(c.get(c.mock.URL + "/_mock/requests")))
}

func (c *canary) get(url string) string {
	c.t.Helper()
	response, err := http.Get(url)
	must(c.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(c.t, err)
	return string(text)
}

// searchDatabase reads every cell of every table. The key is in one of them, sealed.
func (c *canary) searchDatabase(t *testing.T, s *store.Store, keys canarytest.Keys) {
	t.Helper()
	var tables []string
	query := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if c.database != "" {
		query = `SELECT tablename FROM pg_tables WHERE schemaname = current_schema()`
	}
	each(t, s, query, func(cells []string) { tables = append(tables, cells[0]) })
	sealed := 0
	for _, table := range tables {
		each(t, s, `SELECT * FROM "`+table+`"`, func(cells []string) {
			text := strings.Join(cells, "\n")
			keys.Hush(t, "the table "+table, text)
			if table == "profiles" && strings.Contains(text, "v1:") {
				sealed++
			}
		})
	}
	if len(tables) < 15 || sealed != 1 {
		t.Errorf("%d tables, %d sealed keys", len(tables), sealed)
	}
}

// each reads the rows of a query as text.
func each(t *testing.T, s *store.Store, query string, fn func(cells []string)) {
	t.Helper()
	rows, err := s.Query(t.Context(), query)
	must(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	must(t, err)
	for rows.Next() {
		raw := make([]sql.RawBytes, len(columns))
		into := make([]any, len(columns))
		for i := range raw {
			into[i] = &raw[i]
		}
		must(t, rows.Scan(into...))
		cells := make([]string, len(raw))
		for i := range raw {
			cells[i] = string(raw[i])
		}
		fn(cells)
	}
	must(t, rows.Err())
}

// searchFiles reads the kept lists as they came.
func (c *canary) searchFiles(t *testing.T, a *app, keys canarytest.Keys) {
	t.Helper()
	var paths []string
	each(t, a.store, `SELECT DISTINCT path FROM provider_files WHERE path <> ''`, func(cells []string) { paths = append(paths, cells[0]) })
	for _, path := range paths {
		list, err := a.files.Open(t.Context(), path)
		must(t, err)
		text, err := io.ReadAll(list)
		must(t, err)
		must(t, list.Close())
		keys.Hush(t, "the list "+path, string(text))
	}
	if len(paths) < 2 {
		t.Errorf("%d lists are kept", len(paths))
	}
}

// searchDir reads every file of the data directory as it lies there.
func (c *canary) searchDir(t *testing.T, keys canarytest.Keys) {
	t.Helper()
	var names []string
	must(t, filepath.WalkDir(c.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		keys.Hush(t, filepath.Base(path), string(content))
		keys.Hush(t, "a file's name", path)
		names = append(names, filepath.Base(path))
		return err
	}))
	if beside := c.database == ""; beside != slices.Contains(names, store.FileName) || beside && len(names) < 4 {
		t.Errorf("the data directory has %v", names)
	}
}

// runCommands lets the program's commands speak, the provider refusing.
func (c *canary) runCommands(t *testing.T) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{DataDir: c.dir, URL: c.database})
	must(t, err)
	profile := fmt.Sprint(s.Read.Profile.Query().OnlyIDX(t.Context()))
	must(t, s.Close())
	must(t, c.mock.SetFault(mockoup.Fault{Kind: "forbidden"}))
	fetch := []string{
		"sync", "--data-dir", c.dir, "--oup-url", c.mock.URL, "--oup-allow-insecure", "--log-level", "debug", "--profile", profile,
	}
	rotate := []string{"rotate-key", "--data-dir", c.dir, "--log-level", "debug"}
	if c.database != "" {
		shared := []string{"--database-url", c.database, "--sealing-key", c.sealingKeys[0]}
		fetch = append(append(fetch, shared...), "--redis-url", "redis://"+c.redis.Addr())
		rotate = append(append(rotate, shared...), "--new-sealing-key", secret.GenerateKey())
	}
	for _, args := range [][]string{fetch, rotate} {
		err := run(t.Context(), append([]string{"autoholdings"}, args...), strings.NewReader(""), &c.printed, &c.printed)
		fmt.Fprintln(&c.printed, args[0], "ended:", err)
	}
}

// heardEnough checks that the test listened where something is said.
func (c *canary) heardEnough(t *testing.T) {
	t.Helper()
	for where, wants := range map[*heard][]string{
		&c.answers: {
			"apiKeyFingerprint", "NEW_FILE", "NO_FILE", "CREDENTIALS_REFUSED", "THROTTLED", "SERVER_ERROR", "TIMEOUT", "NETWORK", "NOT_KBART",
			"TRUNCATED",
			"go_goroutines", "customerNumber", "publication_title", `"changes"`,
		},
		&c.log: {"fetch from provider", "CREDENTIALS_REFUSED", "job started", `"level":"WARN"`}, &c.queue: {"asynq"},
		&c.asked: {"X-Api-Key", "masked"}, &c.printed: {
			"sync ended: the job failed", "rotate-key ended: <nil>", "CREDENTIALS_REFUSED",
			"level=WARN",
		},
	} {
		for _, want := range wants {
			if !strings.Contains(where.String(), want) {
				t.Errorf("%q was not heard", want)
			}
		}
	}
}
