package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"autoholdings/internal/redistest"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// logLines is a log that a test can wait for.
type logLines struct {
	mutex sync.Mutex
	text  bytes.Buffer
	heard map[string]chan struct{} // by what a line has to say
}

func (l *logLines) Write(line []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for text, heard := range l.heard {
		if bytes.Contains(line, []byte(text)) {
			close(heard)
			delete(l.heard, text)
		}
	}
	return l.text.Write(line)
}

// next is closed by the next line that says the text.
func (l *logLines) next(text string) <-chan struct{} {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.heard == nil {
		l.heard = map[string]chan struct{}{}
	}
	heard := make(chan struct{})
	l.heard[text] = heard
	return heard
}

func (l *logLines) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.String()
}

// TestRedisGoesAndComesBack: one line when Redis goes and one when it is back, whatever asynq and go-redis have to say
// meanwhile. What is queued in between runs afterwards, though the Redis that is back knows nothing of it.
func TestRedisGoesAndComesBack(t *testing.T) {
	t.Parallel()
	server := redistest.New(t, redistest.Options{})
	queue, err := jobs.ParseRedisURL(server.URL())
	must(t, err)
	log := &logLines{}
	b := &testBundle{
		t: t, dir: t.TempDir(), redis: queue, mock: mockoup.NewServer(t, mockoup.Options{Titles: 60}),
		log: slog.New(slog.NewTextHandler(log, nil)),
	}
	b.open()
	b.makeHoldings()
	b.work()
	if job := b.sync(jobs.Apply); job.State != jobs.Succeeded {
		t.Fatalf("%s: %s", job.State, job.Summary)
	}
	for round := range 2 {
		gone := log.next("Redis is away")
		server.Stop()
		<-gone
		if b.jobs.QueueAway(t.Context()).IsZero() {
			t.Error("Redis counts as there")
		}
		queued := b.start(jobs.SyncRequest{Mode: jobs.Preview})
		// asynq's own complaint comes with its next heartbeat, each five seconds, and with every attempt to take a task.
		for range 30 {
			if since := b.jobs.QueueAway(t.Context()); since.IsZero() {
				t.Error("Redis counts as there")
			}
		}
		back := log.next("Redis is back")
		server.Start()
		<-back
		if job := b.wait(queued.ID); job.State != jobs.Succeeded {
			t.Errorf("round %d: %s: %s", round, job.State, job.Summary)
		}
		if !b.jobs.QueueAway(t.Context()).IsZero() {
			t.Error("Redis counts as away")
		}
	}
	b.stop()
	counts := map[string]int{}
	for line := range strings.Lines(log.String()) {
		switch {
		case strings.Contains(line, "Redis is away"):
			counts["away"]++
		case strings.Contains(line, "Redis is back"):
			counts["back"]++
		case !strings.Contains(line, `msg="job `):
			t.Errorf("one more line: %s", line)
		}
	}
	if counts["away"] != 2 || counts["back"] != 2 {
		t.Errorf("lines %v, want two of each:\n%s", counts, log)
	}
}

// TestRunOutlivesItsLease: asynq ends a task whose lease it cannot renew, as it does when Redis is away for long. The
// job's row says who has it, so the run goes on and is counted once.
func TestRunOutlivesItsLease(t *testing.T) {
	t.Parallel()
	queue, err := jobs.ParseRedisURL(redistest.Start(t))
	must(t, err)
	asked, answer := make(chan struct{}), make(chan struct{})
	mock, err := url.Parse(mockoup.NewServer(t, mockoup.Options{Titles: 60}).URL)
	must(t, err)
	proxy, first := httputil.NewSingleHostReverseProxy(mock), sync.OnceFunc(func() { close(asked); <-answer })
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { first(); proxy.ServeHTTP(w, r) }))
	t.Cleanup(slow.Close)
	b := &testBundle{t: t, dir: t.TempDir(), redis: queue, mock: &mockoup.TestServer{URL: slow.URL}, headerTimeout: time.Minute}
	b.open()
	b.makeHoldings()
	b.work()
	job := b.start(jobs.SyncRequest{Mode: jobs.Apply})
	<-asked
	inspector := asynq.NewInspector(queue)
	t.Cleanup(func() { must(t, inspector.Close()) })
	active, err := inspector.ListActiveTasks("autoholdings")
	must(t, err)
	if len(active) != 1 {
		t.Fatalf("%d tasks are active", len(active))
	}
	must(t, inspector.CancelProcessing(active[0].ID)) // ends the context of the task, as a lost lease does
	close(answer)
	if ended := b.wait(job.ID); ended.State != jobs.Succeeded || ended.Attempt != 1 {
		t.Errorf("%s in attempt %d: %s", ended.State, ended.Attempt, ended.Summary)
	}
}

// TestRedisForReal: sync jobs run over TLS, with a user and a password, and by way of a sentinel.
func TestRedisForReal(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]redistest.Options{
		"password":          {Password: "s3cret/@:?"},
		"user and password": {TCP: true, User: "app", Password: "s3cret"},
		"TLS":               {TLS: true, Password: "s3cret"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.New(t, o)
			queue, err := jobs.ParseRedisURL(server.URL())
			must(t, err)
			if o.TLS { // nobody has signed its certificate but itself
				wantRefused(t, queue, "certificate", "SSL_CERT_FILE")
				trusting := queue.(asynq.RedisClientOpt)
				trusting.TLSConfig.RootCAs = server.CA
				queue = trusting
			}
			wantSync(t, queue)
		})
	}
	for name, passwords := range map[string]struct{ server, sentinel, parameters string }{
		"sentinel":                         {"", "", ""},
		"sentinel, Redis with password":    {"s3cret", "", ""},
		"sentinel with password":           {"", "s3cret", ""},
		"both with one password":           {"s3cret", "s3cret", ""},
		"both with passwords of their own": {"s3cret", "another", "&sentinel-password=another"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.New(t, redistest.Options{TCP: true, Password: passwords.server})
			given := ""
			if passwords.server+passwords.sentinel != "" {
				given = ":s3cret@"
			}
			url := "redis-sentinel://" + given + redistest.StartSentinel(t, server, passwords.sentinel) + "/0?master="
			unknown, err := jobs.ParseRedisURL(url + "nobody" + passwords.parameters)
			must(t, err)
			wantRefused(t, unknown, "no master of that name")
			queue, err := jobs.ParseRedisURL(url + "main" + passwords.parameters)
			must(t, err)
			wantSync(t, queue)
		})
	}
}

func wantSync(t *testing.T, queue asynq.RedisConnOpt) {
	t.Helper()
	must(t, jobs.AskRedis(t.Context(), queue))
	b := setup(t, queue, mockoup.Options{Titles: 20})
	if job := b.sync(jobs.Apply); job.State != jobs.Succeeded {
		t.Errorf("%s: %s", job.State, job.Summary)
	}
}

// wantRefused checks that a start would be refused with these words.
func wantRefused(t *testing.T, queue asynq.RedisConnOpt, words ...string) {
	t.Helper()
	err := jobs.AskRedis(t.Context(), queue)
	for _, word := range append(words, "REDIS_URL") {
		if err == nil || !strings.Contains(err.Error(), word) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%v, want it to say %q and no password", err, word)
		}
	}
	if errors.Is(err, jobs.ErrRedisAway) {
		t.Errorf("%v: it is said to be away", err)
	}
}

// TestRedisThatRefuses: a wrong password is an error that waiting does not mend; a Redis that is away is told from that.
func TestRedisThatRefuses(t *testing.T) {
	t.Parallel()
	server := redistest.New(t, redistest.Options{TCP: true, Password: "s3cret"})
	right := server.URL()
	for _, given := range []string{"", ":wrong-s3cret@", "nobody:s3cret@"} {
		queue, err := jobs.ParseRedisURL(strings.Replace(right, ":s3cret@", given, 1))
		must(t, err)
		wantRefused(t, queue, "password is wrong or missing")
	}
	queue, err := jobs.ParseRedisURL(right + "/9999")
	must(t, err)
	wantRefused(t, queue, "DB index")
	queue, err = jobs.ParseRedisURL(right)
	must(t, err)
	server.Stop()
	begun := time.Now()
	if err := jobs.AskRedis(t.Context(), queue); !errors.Is(err, jobs.ErrRedisAway) || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("a Redis that is away: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := jobs.AskRedis(ctx, queue); !errors.Is(err, context.Canceled) {
		t.Error("asked to stop, it went on")
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("it took %v to see that Redis is away", took)
	}
}
