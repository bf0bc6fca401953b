package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"autoholdings/ent"
	"autoholdings/graph"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/collections"
	"autoholdings/holdings/library"
	"autoholdings/holdings/move"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/access"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
	"autoholdings/jobs"
	"autoholdings/mockoup"
	"autoholdings/provider"
	"autoholdings/provider/oup"
)

// The Community Zone's numbers of the two collections that every bundle has.
const (
	booksCZ    = "61707906870000041"
	journalsCZ = "61563711870000041"
)

// maxSize is the size limit of lists in a bundle.
const maxSize = 16 << 20

// testBundle is the API of an installation with both collections active and no profile, on a database, a queue and a
// provider of its own.
type testBundle struct {
	t            testing.TB
	dir          string
	store        *store.Store
	holdings     *holdings.Service
	collections  *collections.Service
	acquisitions *acquisitions.Service
	profiles     *profiles.Service
	moves        *move.Service
	jobs         *jobs.Service
	access       *access.Service
	mock         *mockoup.TestServer
	handler      http.Handler // of the API, without a door before it
	api          *httptest.Server
	log          *logBuffer
	library      *library.Library
	logger       *slog.Logger
	counter      *statementCounter
}

func setup(t testing.TB, mock mockoup.Options) *testBundle {
	t.Helper()
	return setupIn(t, t.TempDir(), mock)
}

// setupIn is setup with a data directory that may hold a sealing key already.
func setupIn(t testing.TB, dir string, mock mockoup.Options) *testBundle {
	t.Helper()
	b := &testBundle{t: t, dir: dir, mock: mockoup.NewServer(t, mock), log: &logBuffer{}, counter: &statementCounter{}}
	var err error
	options := storetest.Options(t, dir)
	options.Trace = b.counter.trace
	options.Record = access.Record
	b.store, err = store.Open(t.Context(), options)
	must(t, err)
	t.Cleanup(func() { must(t, b.store.Close()) })
	box, err := secret.Open(dir)
	must(t, err)
	lib := library.Open(b.store, box, jobs.Busy{})
	b.holdings, b.collections, b.acquisitions = lib.Holdings, lib.Collections, lib.Acquisitions
	b.profiles, b.moves, b.library = lib.Profiles, lib.Moves, lib
	fetcher, err := provider.NewFetcher(oup.Provider(), provider.Options{
		Template: provider.Template{BaseURL: b.mock.URL}, Dir: filepath.Join(dir, "files"), AllowHTTP: true, AllowPrivate: true,
		BackoffBase: time.Millisecond, BackoffMax: time.Millisecond, RatePerSecond: -1, Attempts: 2, HeaderTimeout: 3 * time.Second,
		MaxSize: maxSize,
	})
	must(t, err)
	t.Cleanup(func() { must(t, fetcher.Close()) })
	embedded, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(embedded.Close)
	logger := slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	b.logger = logger
	b.jobs, err = jobs.New(jobs.Options{
		Store: b.store, Library: lib, Providers: []*provider.Fetcher{fetcher}, Redis: embedded.Options(), Exclusive: true, Logger: logger,
		Reconcile: 50 * time.Millisecond, RetryPause: time.Millisecond,
	})
	must(t, err)
	t.Cleanup(func() { must(t, b.jobs.Close()) })
	b.activateBoth()
	b.access = access.New(access.Options{Store: b.store, Logger: logger})
	t.Cleanup(func() { must(t, b.access.Close()) })
	b.handler = graph.NewHandler(graph.Options{Library: lib, Jobs: b.jobs, Store: b.store, Access: b.access, Logger: logger})
	b.api = httptest.NewServer(b.counter.counting(as(access.Anybody, b.handler)))
	t.Cleanup(b.api.Close)
	return b
}

func (b *testBundle) activateBoth() {
	b.t.Helper()
	var seeds []collections.CommunityZoneSeed
	for _, c := range oup.Provider().Collections {
		seeds = append(seeds, collections.CommunityZoneSeed{
			CZID: c.CommunityZoneID, Name: c.Name, Provider: "Oxford University Press",
			Content: strings.ToUpper(string(c.Content)),
		})
	}
	must(b.t, b.collections.EnsureCommunityZone(b.t.Context(), seeds))
	for _, seed := range seeds {
		_, _, err := b.collections.ActivateCollection(b.t.Context(), collections.Activation{
			CommunityZoneID: seed.CZID, ActivateService: true, MakeServiceAvailable: true, ActivationType: collections.ActivateManually,
		}, nil)
		must(b.t, err)
	}
}

// work runs jobs until the test ends. A bundle that does not work leaves them queued.
func (b *testBundle) work() *testBundle { return b.run(true) }

// run hands jobs to the queue and passes hints on until the test ends; with work it also runs them.
func (b *testBundle) run(work bool) *testBundle {
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() {
		if err := b.jobs.Run(ctx, work); err != nil {
			b.t.Error(err)
		}
	})
	b.t.Cleanup(func() {
		cancel()
		group.Wait()
	})
	return b
}

// profile makes an active profile of the customer that the provider always has.
func (b *testBundle) profile() *ent.Profile {
	b.t.Helper()
	customer, key, active := mockoup.DemoCustomer, secret.NewKey(mockoup.DemoKey), true
	p, _, err := b.profiles.CreateProfile(b.t.Context(), profiles.ProfileInput{CustomerNumber: &customer, APIKey: &key, Active: &active}, nil)
	must(b.t, err)
	return p
}

// sync runs profiles together and waits for the end.
func (b *testBundle) sync(mode string, profiles ...int64) *ent.Job {
	b.t.Helper()
	return b.wait(b.start(mode, profiles...).ID)
}

func (b *testBundle) start(mode string, profiles ...int64) *ent.Job {
	b.t.Helper()
	job, err := b.jobs.StartSync(b.t.Context(), jobs.SyncRequest{ProfileIDs: profiles, Mode: mode, Trigger: jobs.Manual})
	must(b.t, err)
	return job
}

// wait waits until a job is over, or a person's turn.
func (b *testBundle) wait(id int64) *ent.Job {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	defer cancel()
	hints := b.jobs.Watch(ctx, id)
	for {
		job, err := b.store.Read.Job.Get(ctx, id)
		must(b.t, err)
		switch job.State {
		case jobs.Succeeded, jobs.Failed, jobs.Cancelled, jobs.NeedsReview:
			return job
		}
		if _, open := <-hints; !open {
			b.t.Fatalf("job %d is still %s", id, job.State)
		}
	}
}

// waitFor is wait for a job as the API names it.
func (b *testBundle) waitFor(opaque string) *ent.Job {
	b.t.Helper()
	_, id, err := model.ParseID(opaque)
	must(b.t, err)
	return b.wait(id)
}

// write changes rows for which the API has no mutation.
func (b *testBundle) write(change func(ctx context.Context, tx *store.Tx) error) {
	b.t.Helper()
	must(b.t, b.store.Write(b.t.Context(), change))
}

// apiError is one of an answer's errors.
type apiError struct {
	Message    string
	Path       []any
	Extensions struct{ Code, RequestID, Limit string }
}

// answer is what a request came to.
type answer struct {
	Status    int
	Header    http.Header `json:"-"`
	RequestID string      // of the header, as RetryAfter and ContentType

	RetryAfter  string
	ContentType string
	Body        string
	Data        json.RawMessage
	Errors      []apiError
}

// code is that of the only error.
func (a *answer) code() string {
	if len(a.Errors) != 1 {
		return ""
	}
	return a.Errors[0].Extensions.Code
}

// ask sends one operation.
func (b *testBundle) ask(query string, variables map[string]any) *answer {
	b.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	must(b.t, err)
	return b.post(string(body), nil)
}

// post sends a body as it is.
func (b *testBundle) post(body string, header http.Header) *answer {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.api.URL+"/graphql", strings.NewReader(body))
	must(b.t, err)
	request.Header.Set("Content-Type", "application/json")
	for name, values := range header {
		request.Header[name] = values
	}
	return b.send(request)
}

func (b *testBundle) send(request *http.Request) *answer {
	b.t.Helper()
	response, err := b.api.Client().Do(request)
	must(b.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(b.t, err)
	a := &answer{
		Status: response.StatusCode, Header: response.Header,
		RequestID: response.Header.Get("X-Request-Id"), RetryAfter: response.Header.Get("Retry-After"),
		ContentType: response.Header.Get("Content-Type"), Body: string(text),
	}
	_ = json.Unmarshal(text, a) // what is no JSON shows in Body
	return a
}

// hold keeps everybody else from writing until it may end.
func (b *testBundle) hold(writing chan<- struct{}, end <-chan struct{}) {
	err := b.store.Write(context.Background(), func(context.Context, *store.Tx) error {
		close(writing)
		<-end
		return nil
	})
	if err != nil {
		b.t.Error(err)
	}
}

// query sends an operation that must succeed, and decodes its data into result.
func (b *testBundle) query(query string, variables map[string]any, result any) {
	b.t.Helper()
	a := b.ask(query, variables)
	if len(a.Errors) > 0 || a.Status != http.StatusOK {
		b.t.Fatalf("%d %s\n%s %v", a.Status, a.Body, query, variables)
	}
	must(b.t, json.Unmarshal(a.Data, result))
}

// statementCounter counts the SQL statements that requests cost, apart from those of the jobs.
type statementCounter struct {
	mutex      sync.Mutex
	statements []string
	reached    map[int]chan struct{} // closed when there are so many statements
	stuck      atomic.Bool           // statements take until their time is over
}

// reaches is closed as soon as there are n statements since the last take.
func (c *statementCounter) reaches(n int) <-chan struct{} {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	done := make(chan struct{})
	c.reached = map[int]chan struct{}{n: done}
	return done
}

type countedKey struct{}

func (c *statementCounter) counting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), countedKey{}, true)))
	})
}

func (c *statementCounter) trace(ctx context.Context, query string) {
	if ctx.Value(countedKey{}) == nil {
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.stuck.Load() {
		<-ctx.Done()
	}
	c.statements = append(c.statements, query)
	if done := c.reached[len(c.statements)]; done != nil {
		close(done)
	}
}

// take returns the statements since the last time.
func (c *statementCounter) take() []string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	taken := c.statements
	c.statements = nil
	return taken
}

// logBuffer is a log that is written and read at the same time.
type logBuffer struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.Write(p)
}

func (l *logBuffer) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
