package jobs_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"autoholdings/ent"
	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/collections"
	"autoholdings/holdings/library"
	"autoholdings/holdings/move"
	"autoholdings/holdings/profiles"
	"autoholdings/holdings/worklist"
	"autoholdings/internal/failpoint"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
	"autoholdings/jobs"
	"autoholdings/provider"
	"autoholdings/provider/oup"
)

// failer is what a machine needs of a test: a *testing.T or a *rapid.T.
type failer interface {
	Helper()
	Context() context.Context
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// machine is an installation of one process that can die between any two writes, and start again. Nothing of it writes
// but what it is told to do: its loops look for work, and find none.
type machine struct {
	t      failer
	dir    string
	url    string // of the provider
	queue  *jobs.Embedded
	point  *failpoint.Point
	deaths int

	store        *store.Store
	holdings     *holdings.Service
	collections  *collections.Service
	acquisitions *acquisitions.Service
	profiles     *profiles.Service
	moves        *move.Service
	worklist     *worklist.Service
	jobs         *jobs.Service
	fetcher      *provider.Fetcher
	halt         context.CancelFunc
	ended        chan error
}

// startMachine starts one on a copy of a prepared data directory.
func startMachine(t failer, prepared, url string) *machine {
	t.Helper()
	dir, err := os.MkdirTemp("", "autoholdings-model-*")
	m := &machine{t: t, dir: dir, url: url}
	m.must(err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	m.must(os.CopyFS(dir, os.DirFS(prepared)))
	storetest.Copy(t, prepared, dir)
	m.must(os.Chmod(filepath.Join(dir, "sealing.key"), 0o600)) // CopyFS copies no modes
	m.queue, err = jobs.StartEmbedded()
	m.must(err)
	t.Cleanup(func() { m.stop(); m.queue.Close() })
	m.restart(0)
	return m
}

func (m *machine) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatalf("%v", err)
	}
}

// restart ends the process, where there is one, and starts another, which dies after so many writes; 0: it lives. It
// says whether the new one lived long enough to be asked something.
func (m *machine) restart(dieAt int) (lives bool) {
	m.t.Helper()
	m.stop()
	var err error
	if m.deaths%2 == 1 { // every other time the queue is lost too, as the embedded one is
		m.queue.Close()
		m.queue, err = jobs.StartEmbedded()
		m.must(err)
	}
	m.point = failpoint.New()
	m.point.DieAt(dieAt)
	options := storetest.Options(m.t, m.dir)
	options.Wrap = m.point.Wrap
	m.store, err = store.Open(context.Background(), options)
	if m.dead() {
		return false
	}
	m.must(err)
	box, err := secret.Open(m.dir)
	m.must(err)
	lib := library.Open(m.store, box, jobs.Busy{})
	m.holdings, m.collections, m.acquisitions = lib.Holdings, lib.Collections, lib.Acquisitions
	m.profiles, m.moves, m.worklist = lib.Profiles, lib.Moves, lib.Worklist
	m.holdings.BatchTitles = 3 // so that a small list takes several transactions
	m.fetcher, err = provider.NewFetcher(oup.Provider(), provider.Options{
		Template: provider.Template{BaseURL: m.url}, Dir: filepath.Join(m.dir, "files"), AllowHTTP: true, AllowPrivate: true,
		RatePerSecond: -1, Attempts: 1, HeaderTimeout: 2 * time.Second,
	})
	m.must(err)
	m.jobs, err = jobs.New(jobs.Options{
		Store: m.store, Library: lib, Providers: []*provider.Fetcher{m.fetcher}, Redis: m.queue.Options(), Exclusive: true,
		Unreported:  true, // its writes are counted
		Concurrency: 1, Attempts: 100,
		PollEvery: 20 * time.Millisecond, TakeEvery: 4 * time.Millisecond, Reconcile: 100 * time.Millisecond, RetryPause: time.Millisecond,
	})
	m.must(err)
	running, halt := context.WithCancel(context.Background())
	m.halt, m.ended = halt, make(chan error, 1)
	go func(s *jobs.Service, ended chan<- error) { ended <- s.Run(running, true) }(m.jobs, m.ended)
	return true
}

func (m *machine) dead() bool {
	select {
	case <-m.point.Dead():
		return true
	default:
		return false
	}
}

// stop ends the process.
func (m *machine) stop() {
	m.t.Helper()
	if m.halt != nil {
		m.halt()
		err := <-m.ended
		if err != nil && !m.dead() {
			m.t.Errorf("the worker ended: %v", err)
		}
		m.must(m.jobs.Close())
		m.must(m.fetcher.Close())
		m.halt = nil
	}
	if m.store != nil {
		m.must(m.store.Close())
		m.store = nil
	}
}

// carry has a job queued and sees it to its end. The process dies after deaths[0] writes, counted from the queueing,
// the next one after deaths[1], counted from its start, and so on; 0 lives. queue is asked again after each death, and
// must answer with the same job then. A refusal is passed on.
func (m *machine) carry(deaths []int, queue func() (*ent.Job, error)) (*ent.Job, error) {
	m.t.Helper()
	next := func() (n int) {
		if len(deaths) > 0 {
			n, deaths = deaths[0], deaths[1:]
		}
		return n
	}
	m.point.DieAt(next())
	for {
		job, err := queue()
		if err == nil {
			job, err = m.await(job.ID)
		}
		if !m.dead() {
			m.point.Spare()
			return job, err
		}
		for m.deaths++; !m.restart(next()); m.deaths++ {
		}
	}
}

// await waits until a job is over or waits for a person, or the process is dead.
func (m *machine) await(id int64) (*ent.Job, error) {
	m.t.Helper()
	patience := time.After(time.Minute)
	for {
		job, err := m.store.Read.Job.Get(context.Background(), id)
		if err != nil {
			return nil, err
		}
		switch job.State {
		case jobs.Succeeded, jobs.Failed, jobs.Cancelled, jobs.NeedsReview:
			return job, nil
		}
		select {
		case <-m.point.Dead():
			return nil, failpoint.ErrDead
		case <-m.point.Committed():
		case <-patience:
			m.t.Fatalf("job %d is still %s (%s) after a minute", id, job.State, job.Phase)
		}
	}
}

// prepare makes a data directory for machines: both collections are active, and fill does the rest.
func prepare(t *testing.T, fill func(b *testBundle)) string {
	t.Helper()
	b := &testBundle{t: t, dir: t.TempDir()}
	var err error
	b.store, err = store.Open(t.Context(), storetest.Options(t, b.dir))
	must(t, err)
	box, err := secret.Open(b.dir)
	must(t, err)
	lib := library.Open(b.store, box, jobs.Busy{})
	b.holdings, b.collections, b.acquisitions = lib.Holdings, lib.Collections, lib.Acquisitions
	b.profiles, b.moves = lib.Profiles, lib.Moves
	b.makeHoldings()
	fill(b)
	must(t, b.store.Close())
	return b.dir
}
