package jobs_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hibiken/asynq"

	"autoholdings/ent"
	"autoholdings/holdings"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
	"autoholdings/oup"
)

// testBundle is a database with both collections active and an active profile, a provider, and a running worker.
type testBundle struct {
	t        *testing.T
	dir      string
	store    *store.Store
	holdings *holdings.Service
	jobs     *jobs.Service
	mock     *mockoup.TestServer
	profile  int64
	stop     func()
}

func setup(t *testing.T, mock mockoup.Options) *testBundle {
	t.Helper()
	b := &testBundle{t: t, dir: t.TempDir(), mock: mockoup.NewServer(t, mock)}
	b.start()
	b.makeHoldings()
	return b
}

func (b *testBundle) start() {
	b.t.Helper()
	ctx := b.t.Context()
	var err error
	b.store, err = store.Open(ctx, store.Options{DataDir: b.dir})
	must(b.t, err)
	box, err := secret.Open(b.dir)
	must(b.t, err)
	b.holdings = holdings.New(b.store, box)
	fetcher, err := oup.NewFetcher(oup.Options{
		Template: oup.DefaultTemplate(b.mock.URL), Dir: filepath.Join(b.dir, "files"), AllowHTTP: true, AllowPrivate: true,
		BackoffBase: 1, BackoffMax: 1, RatePerSecond: -1,
	})
	must(b.t, err)
	redis, closeRedis := startRedis(b.t)
	b.jobs, err = jobs.New(jobs.Options{Store: b.store, Holdings: b.holdings, Fetcher: fetcher, Redis: redis, Exclusive: true, Reconcile: 100 * 1e6, RetryPause: 1})
	must(b.t, err)
	running, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() { must(b.t, b.jobs.Run(running, true)) })
	b.stop = sync.OnceFunc(func() {
		cancel()
		group.Wait()
		must(b.t, b.jobs.Close())
		must(b.t, fetcher.Close())
		must(b.t, b.store.Close())
		closeRedis()
	})
	b.t.Cleanup(b.stop)
}

func startRedis(t *testing.T) (asynq.RedisConnOpt, func()) {
	embedded, err := jobs.StartEmbedded()
	must(t, err)
	return embedded.Options(), embedded.Close
}

func (b *testBundle) makeHoldings() {
	b.t.Helper()
	must(b.t, b.store.Write(b.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		now := store.Now()
		for _, c := range oup.Collections() {
			zone, id := b.store.NextID(), b.store.NextID()
			content := "BOOKS"
			if c.Content == oup.Journals {
				content = "JOURNALS"
			}
			if err := tx.CommunityZoneCollection.Create().SetID(zone).SetCreatedAt(now).SetUpdatedAt(now).SetCzID(c.CommunityZoneID).
				SetName(c.Name).SetNameKey(holdings.FoldTitle(c.Name)).SetProvider("Oxford University Press").SetContent(content).Exec(ctx); err != nil {
				return err
			}
			if err := tx.Collection.Create().SetID(id).SetCreatedAt(now).SetUpdatedAt(now).SetName(c.Name).
				SetNameKey(holdings.FoldTitle(c.Name)).SetContent(content).SetCommunityZoneCollectionID(zone).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	}))
	b.profile = b.holdings.MakeProfileForTest(b.t, "demo", "demo-key")
}

// sync runs the profile and waits for the end.
func (b *testBundle) sync(mode string) *ent.Job {
	b.t.Helper()
	job, err := b.jobs.StartSync(b.t.Context(), jobs.SyncRequest{ProfileIDs: []int64{b.profile}, Mode: mode, Trigger: jobs.Manual})
	must(b.t, err)
	return b.wait(job.ID)
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

func countsOf(t *testing.T, job *ent.Job) (c holdings.Counts) {
	t.Helper()
	must(t, json.Unmarshal(job.Counts, &c))
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func kbartDir(t *testing.T, folder string) string {
	dir := os.Getenv("AUTOHOLDINGS_KBART_DIR")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "kbart")
	}
	dir = filepath.Join(dir, folder)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the real files are not here: %v", err)
	}
	return dir
}

func TestSyncOfARealSeries(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Dir: kbartDir(t, "oup-series")})
	for _, want := range []holdings.Counts{
		{Titles: 230, Added: 230, Statements: 230},
		{Titles: 230, Updated: 48, Unchanged: 182, Statements: 230},
		{Titles: 292, Added: 64, Removed: 2, Updated: 228, Statements: 292},
		{Titles: 292, Updated: 39, Unchanged: 253, Statements: 292},
	} {
		job := b.sync(jobs.Apply)
		t.Log(job.State, job.Verdict, job.ErrorCode, job.Summary)
		got := countsOf(t, job)
		t.Logf("%+v", got)
		if diff := cmp.Diff([]int{want.Titles, want.Added, want.Removed, want.Updated, want.Unchanged, want.Statements},
			[]int{got.Titles, got.Added, got.Removed, got.Updated, got.Unchanged, got.Statements}); diff != "" {
			t.Error(diff)
		}
		again := b.sync(jobs.Apply)
		if again.Verdict != jobs.VerdictNoChange {
			t.Error(again.State, again.Verdict, again.Summary)
		}
		_ = b.mock.Step(1)
	}
}
