package jobs_test

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"autoholdings/ent"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/collections"
	"autoholdings/holdings/library"
	"autoholdings/holdings/move"
	"autoholdings/holdings/plan"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/keptfiles"
	"autoholdings/internal/redistest"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
	"autoholdings/jobs"
	"autoholdings/mockoup"
	"autoholdings/provider"
	"autoholdings/provider/oup"
)

// testBundle is a database with both collections active and an active profile, a provider, and a running worker.
type testBundle struct {
	t            *testing.T
	dir          string
	redis        asynq.RedisConnOpt
	store        *store.Store
	holdings     *holdings.Service
	collections  *collections.Service
	acquisitions *acquisitions.Service
	profiles     *profiles.Service
	moves        *move.Service
	jobs         *jobs.Service
	mock         *mockoup.TestServer
	profile      int64
	stop         func()

	keepFiles, keepChanges, connectionLimit time.Duration
	headerTimeout                           time.Duration    // 0: 3 s
	patience                                time.Duration    // with a list that does not come; 0: the default
	now                                     func() time.Time // the clock of the schedule; nil: the machine's
	log                                     *slog.Logger     // nil: none
	noProvider                              bool
	shared                                  bool                              // other processes run jobs of the database too
	wrap                                    func(driver.Driver) driver.Driver // of the database; nil: none
	filesDir                                string                            // of the provider's files; "": in dir
	filesInDatabase                         bool
	unasked                                 *provider.Provider // another provider, whose address is not set; nil: none
}

// onEachQueue runs a test on the embedded queue and on a real redis-server.
func onEachQueue(t *testing.T, test func(t *testing.T, queue asynq.RedisConnOpt)) {
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		embedded, err := jobs.StartEmbedded()
		must(t, err)
		t.Cleanup(embedded.Close)
		test(t, embedded.Options())
	})
	t.Run("redis-server", func(t *testing.T) {
		t.Parallel()
		queue, err := jobs.ParseRedisURL(redistest.Start(t))
		must(t, err)
		test(t, queue)
	})
}

func setup(t *testing.T, queue asynq.RedisConnOpt, mock mockoup.Options) *testBundle {
	t.Helper()
	b := &testBundle{t: t, dir: t.TempDir(), redis: queue, mock: mockoup.NewServer(t, mock)}
	b.open()
	b.makeHoldings()
	b.work()
	return b
}

// open opens the installation without running jobs.
func (b *testBundle) open() {
	b.t.Helper()
	if b.headerTimeout == 0 {
		b.headerTimeout = 3 * time.Second
	}
	var err error
	options := storetest.Options(b.t, b.dir)
	options.Wrap = b.wrap
	b.store, err = store.Open(b.t.Context(), options)
	must(b.t, err)
	box, err := secret.Open(b.dir)
	must(b.t, err)
	lib := library.Open(b.store, box, jobs.Busy{})
	b.holdings, b.collections, b.acquisitions = lib.Holdings, lib.Collections, lib.Acquisitions
	b.profiles, b.moves = lib.Profiles, lib.Moves
	if b.now != nil {
		b.holdings.Now, b.profiles.Now = b.now, b.now
	}
	if b.filesDir == "" {
		b.filesDir = filepath.Join(b.dir, "files")
	}
	var keeper provider.Keeper
	if b.filesInDatabase {
		keeper, err = keptfiles.Open(b.t.Context(), b.store)
		must(b.t, err)
	}
	fetcher, err := provider.NewFetcher(oup.Provider(), provider.Options{
		Template: provider.Template{BaseURL: b.mock.URL}, Dir: b.filesDir, Keeper: keeper, AllowHTTP: true, AllowPrivate: true,
		BackoffBase: time.Millisecond, BackoffMax: time.Millisecond, RatePerSecond: -1, Attempts: 2, HeaderTimeout: b.headerTimeout,
		NoProvider: b.noProvider,
	})
	must(b.t, err)
	fetchers := []*provider.Fetcher{fetcher}
	if b.unasked != nil {
		another, err := provider.NewFetcher(b.unasked, provider.Options{
			Dir: filepath.Join(b.dir, "files"), NoProvider: true, AddressSetting: "--press-url",
		})
		must(b.t, err)
		fetchers = append(fetchers, another)
	}
	b.jobs, err = jobs.New(jobs.Options{
		Store: b.store, Library: lib, Providers: fetchers, Redis: b.redis, Exclusive: !b.shared,
		TakeEvery: 10 * time.Millisecond, Reconcile: 50 * time.Millisecond, RetryPause: time.Millisecond, KeepFiles: b.keepFiles,
		KeepChanges: b.keepChanges, ConnectionLimit: b.connectionLimit, FetchPatience: b.patience,
		Now: b.now, Logger: b.log,
	})
	must(b.t, err)
	b.stop = sync.OnceFunc(func() {
		must(b.t, b.jobs.Close())
		for _, f := range fetchers {
			must(b.t, f.Close())
		}
		must(b.t, b.store.Close())
	})
	b.t.Cleanup(func() { b.stop() })
}

// work runs jobs until the bundle is stopped.
func (b *testBundle) work() {
	running, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() {
		if err := b.jobs.Run(running, true); err != nil {
			b.t.Error(err)
		}
	})
	closeAll := b.stop
	b.stop = sync.OnceFunc(func() {
		cancel()
		group.Wait()
		closeAll()
	})
}

func (b *testBundle) makeHoldings() {
	b.t.Helper()
	ctx := b.t.Context()
	var seeds []collections.CommunityZoneSeed
	for _, c := range oup.Provider().Collections {
		seeds = append(seeds, collections.CommunityZoneSeed{
			CZID: c.CommunityZoneID, Name: c.Name, Provider: "Oxford University Press",
			Content: strings.ToUpper(string(c.Content)),
		})
	}
	must(b.t, b.collections.EnsureCommunityZone(ctx, seeds))
	for _, c := range oup.Provider().Collections {
		_, _, err := b.collections.ActivateCollection(ctx, collections.Activation{
			CommunityZoneID: c.CommunityZoneID, ActivateService: true, MakeServiceAvailable: true, ActivationType: collections.ActivateManually,
		}, nil)
		must(b.t, err)
	}
	customer, key, active := "demo", secret.NewKey("demo-key"), true
	p, _, err := b.profiles.CreateProfile(ctx, profiles.ProfileInput{CustomerNumber: &customer, APIKey: &key, Active: &active}, nil)
	must(b.t, err)
	b.profile = p.ID
}

// sync runs the profile and waits for the end.
func (b *testBundle) sync(mode string) *ent.Job {
	b.t.Helper()
	return b.wait(b.start(jobs.SyncRequest{Mode: mode}).ID)
}

func (b *testBundle) start(in jobs.SyncRequest) *ent.Job {
	b.t.Helper()
	in.ProfileIDs, in.Trigger = []int64{b.profile}, jobs.Manual
	job, err := b.jobs.StartSync(b.t.Context(), in)
	must(b.t, err)
	return job
}

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
		<-hints
	}
}

// holdingsText is all that a sync may write, in one comparable text: portfolios with values, entitlements, coverage.
func (b *testBundle) holdingsText() string {
	b.t.Helper()
	portfolios, err := b.store.Read.Portfolio.Query().Order(portfolio.ByTitleKey(), portfolio.ByPrintKey(), portfolio.ByOnlineKey(),
		portfolio.ByTitleID()).
		WithEntitlements(func(q *ent.EntitlementQuery) { q.Order(entitlement.ByProfileID()).WithCoverage() }).All(b.t.Context())
	must(b.t, err)
	var text strings.Builder
	for _, p := range portfolios {
		fmt.Fprintf(&text, "%s|%s|%s|%s|%s|%s|%s|available %v listed %v removed %v\n", p.PublicationTitle, p.TitleID, p.PrintIdentifier,
			p.OnlineIdentifier, p.TitleURL, p.PublisherName, p.PublicationType, p.Available, p.Listed, p.RemovedAt != nil)
		for _, e := range p.Edges.Entitlements {
			fmt.Fprintf(&text, "  entitled %v\n", e.Active)
			for _, c := range e.Edges.Coverage {
				fmt.Fprintf(&text, "    %d %s %s %s %s %s %s %s %s %s\n", c.Position, c.DateFirstIssueOnline, c.NumFirstVolOnline,
					c.NumFirstIssueOnline, c.DateLastIssueOnline, c.NumLastVolOnline, c.NumLastIssueOnline, c.EmbargoInfo, orEmpty(c.TitleURL), c.Kind)
			}
		}
	}
	return text.String()
}

// hideTheNew compares the holdings, but for hidden records, with what they were.
func (b *testBundle) hideTheNew(t *testing.T, before string) {
	t.Helper()
	if diff := cmp.Diff(visible(before), visible(b.holdingsText())); diff != "" {
		t.Errorf("the holdings are not what they were:\n%s", diff)
	}
}

// visible leaves the hidden portfolios out of a text of holdings.
func visible(text string) string {
	var b strings.Builder
	hidden := false
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, " ") {
			hidden = strings.HasSuffix(line, "removed true\n")
		}
		if !hidden {
			b.WriteString(line)
		}
	}
	return b.String()
}

func countsOf(t *testing.T, job *ent.Job) (c plan.Counts) {
	t.Helper()
	must(t, json.Unmarshal(job.Counts, &c))
	return c
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestSyncAndNoChange(t *testing.T) {
	t.Parallel()
	onEachQueue(t, func(t *testing.T, queue asynq.RedisConnOpt) {
		b := setup(t, queue, mockoup.Options{Titles: 300})
		first := b.sync(jobs.Apply)
		counts := countsOf(t, first)
		if first.State != jobs.Succeeded || first.Verdict != jobs.VerdictChanged || counts.Added == 0 || counts.Added != counts.Titles {
			t.Fatalf("%s %s: %s", first.State, first.Verdict, first.Summary)
		}
		if n := b.store.Read.Portfolio.Query().CountX(t.Context()); n != counts.Added {
			t.Errorf("%d portfolios for %d titles added", n, counts.Added)
		}
		newest := b.newestWrite()
		second := b.sync(jobs.Apply)
		if second.Verdict != jobs.VerdictNoChange || countsOf(t, second).Unchanged != counts.Titles {
			t.Errorf("%s %s: %s", second.State, second.Verdict, second.Summary)
		}
		if after := b.newestWrite(); after != newest {
			t.Error("a run without changes wrote a portfolio")
		}
	})
}

// newestWrite is when a portfolio was last written, and how many there are.
func (b *testBundle) newestWrite() string {
	b.t.Helper()
	p, err := b.store.Read.Portfolio.Query().Order(ent.Desc(portfolio.FieldUpdatedAt)).First(b.t.Context())
	must(b.t, err)
	return fmt.Sprint(p.UpdatedAt, b.store.Read.Portfolio.Query().CountX(b.t.Context()))
}

func TestPreviewWritesNothing(t *testing.T) {
	t.Parallel()
	onEachQueue(t, func(t *testing.T, queue asynq.RedisConnOpt) {
		b := setup(t, queue, mockoup.Options{Titles: 200})
		b.sync(jobs.Apply)
		must(t, b.mock.Step(1))
		before := b.holdingsText()
		preview := b.sync(jobs.Preview)
		if preview.State != jobs.Succeeded || preview.Verdict != jobs.VerdictPreviewed || preview.Applied {
			t.Fatalf("%s %s applied %v", preview.State, preview.Verdict, preview.Applied)
		}
		if diff := cmp.Diff(before, b.holdingsText()); diff != "" {
			t.Errorf("a preview changed the holdings:\n%s", diff)
		}
		applied := b.sync(jobs.Apply)
		if diff := cmp.Diff(countsOf(t, preview), countsOf(t, applied)); diff != "" {
			t.Errorf("the preview said otherwise than the run:\n%s", diff)
		}
	})
}

// TestOneContentTypeFails: the other one is synced, nothing of the failed one is touched, and the verdict is PARTIAL.
func TestOneContentTypeFails(t *testing.T) {
	t.Parallel()
	embedded, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(embedded.Close)
	b := setup(t, embedded.Options(), mockoup.Options{Titles: 120})
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "server-error", Content: "books"}))
	job := b.sync(jobs.Apply)
	if job.State != jobs.Succeeded || job.Verdict != jobs.VerdictPartial || !job.Applied {
		t.Errorf("%s %s applied %v: %s", job.State, job.Verdict, job.Applied, job.Summary)
	}
	states := map[string]string{}
	for _, p := range b.store.Read.JobPart.Query().Where(jobpart.JobID(job.ID)).AllX(t.Context()) {
		states[p.Content] = p.State
	}
	if diff := cmp.Diff(map[string]string{"BOOKS": jobs.PartFailed, "JOURNALS": jobs.PartApplied}, states); diff != "" {
		t.Error(diff)
	}
}

// TestGuard: a file that lacks half of the titles is held, a person approves or rejects it.
func TestGuard(t *testing.T) {
	t.Parallel()
	onEachQueue(t, func(t *testing.T, queue asynq.RedisConnOpt) {
		b := setup(t, queue, mockoup.Options{Titles: 300})
		b.sync(jobs.Apply)
		before, portfolios := b.holdingsText(), b.store.Read.Portfolio.Query().CountX(t.Context())

		must(t, b.mock.SetFault(mockoup.Fault{Kind: "half"}))
		held := b.sync(jobs.Apply)
		if held.State != jobs.NeedsReview || held.Verdict != jobs.VerdictBlocked || held.Applied {
			t.Fatalf("%s %s applied %v: %s", held.State, held.Verdict, held.Applied, held.Summary)
		}
		if diff := cmp.Diff(before, b.holdingsText()); diff != "" {
			t.Fatalf("a held plan changed the holdings:\n%s", diff)
		}
		rejected, err := b.jobs.Reject(t.Context(), held.ID, jobs.Decision{})
		must(t, err)
		if rejected.State != jobs.Cancelled || rejected.Verdict != jobs.VerdictBlocked {
			t.Errorf("rejected: %s %s", rejected.State, rejected.Verdict)
		}
		again := b.sync(jobs.Apply)
		if again.State != jobs.Succeeded || again.Verdict != jobs.VerdictBlocked || again.ErrorCode != "REJECTED_FILE" {
			t.Errorf("the rejected file again: %s %s %s", again.State, again.Verdict, again.ErrorCode)
		}

		forced := b.wait(b.start(jobs.SyncRequest{Mode: jobs.Apply, Force: true}).ID)
		if forced.State != jobs.NeedsReview {
			t.Fatalf("force does not lift the guard: %s %s", forced.State, forced.Verdict)
		}
		approved, err := b.jobs.Approve(t.Context(), forced.ID, jobs.Decision{})
		must(t, err)
		if approved.ID != forced.ID || approved.State != jobs.Queued && approved.State != jobs.Running { // a worker may have it already
			t.Errorf("approved: %s", approved.State)
		}
		done := b.wait(forced.ID)
		counts := countsOf(t, done)
		if done.State != jobs.Succeeded || done.Verdict != jobs.VerdictChanged || counts.Removed < 100 {
			t.Errorf("%s %s: %s", done.State, done.Verdict, done.Summary)
		}
		if n := b.store.Read.Portfolio.Query().Where(portfolio.RemovedAtNotNil()).CountX(t.Context()); n != counts.Removed {
			t.Errorf("%d hidden for %d removed", n, counts.Removed)
		}

		b.mock.ClearFaults()
		back := b.sync(jobs.Apply)
		if back.Verdict != jobs.VerdictChanged || countsOf(t, back).Added != counts.Removed {
			t.Errorf("what comes back: %s %s: %s", back.State, back.Verdict, back.Summary)
		}
		if n := b.store.Read.Portfolio.Query().CountX(t.Context()); n != portfolios {
			t.Errorf("%d portfolios, %d before: what comes back is the same record", n, portfolios)
		}
		if diff := cmp.Diff(before, b.holdingsText()); diff != "" {
			t.Errorf("the holdings are not what they were:\n%s", diff)
		}
	})
}

// TestStoppedAtOnce: a worker that is told to stop before it has begun has not failed.
func TestStoppedAtOnce(t *testing.T) {
	t.Parallel()
	queue, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(queue.Close)
	b := &testBundle{t: t, dir: t.TempDir(), redis: queue.Options(), mock: mockoup.NewServer(t, mockoup.Options{Titles: 10})}
	b.open()
	stopped, stop := context.WithCancel(t.Context())
	stop()
	must(t, b.jobs.Run(stopped, true))
}

// TestFlushedQueue: what Redis forgets is not lost.
func TestFlushedQueue(t *testing.T) {
	t.Parallel()
	onEachQueue(t, func(t *testing.T, queue asynq.RedisConnOpt) {
		b := &testBundle{t: t, dir: t.TempDir(), redis: queue, mock: mockoup.NewServer(t, mockoup.Options{Titles: 60})}
		b.open()
		b.makeHoldings()
		job := b.start(jobs.SyncRequest{Mode: jobs.Apply})

		// A process that only dispatches hands it to Redis, which then forgets everything.
		dispatching, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		group.Go(func() { must(t, b.jobs.Run(dispatching, false)) })
		for hints := b.jobs.Watch(dispatching, job.ID); b.store.Read.Job.GetX(t.Context(), job.ID).DispatchedAt == nil; {
			<-hints
		}
		cancel()
		group.Wait()
		client := queue.MakeRedisClient().(redis.UniversalClient)
		defer client.Close()
		must(t, client.FlushAll(t.Context()).Err())

		b.work()
		done := b.wait(job.ID)
		if done.State != jobs.Succeeded || done.Attempt != 1 {
			t.Errorf("%s after %d runs", done.State, done.Attempt)
		}
		if n := b.store.Read.Job.Query().CountX(t.Context()); n != 1 {
			t.Errorf("%d jobs", n)
		}
	})
}
