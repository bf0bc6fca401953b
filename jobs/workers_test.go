package jobs_test

import (
	"context"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"autoholdings/ent/worker"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// TestWorkersReport: a process that runs jobs has a row by the database's clock while it does, and none when it has
// stopped. One that has said nothing for a minute does not count, and its row goes after ten.
func TestWorkersReport(t *testing.T) {
	t.Parallel()
	onEachQueue(t, func(t *testing.T, queue asynq.RedisConnOpt) {
		b := &testBundle{t: t, dir: t.TempDir(), redis: queue, mock: mockoup.NewServer(t, mockoup.Options{Titles: 20}), shared: true}
		b.open()
		b.makeHoldings()
		must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			for id, silent := range map[int64]time.Duration{1: 50 * time.Second, 2: 70 * time.Second, 3: 11 * time.Minute} {
				seen := time.Now().UnixMilli() - silent.Milliseconds()
				if err := tx.Worker.Create().SetID(id).SetHost("elsewhere").SetPid(1).SetConcurrency(1).SetStartedAt(seen).SetSeenAt(seen).
					Exec(ctx); err != nil {
					return err
				}
			}
			return nil
		}))
		wantWorkers(t, b, 1)
		running, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- b.jobs.Run(running, true) }()
		for n := 0; n < 2; {
			standing, err := b.jobs.Standing(t.Context())
			must(t, err)
			n = standing.Workers
		}
		if ids := b.store.Read.Worker.Query().Where(worker.Host("elsewhere")).Order(worker.ByID()).IDsX(t.Context()); len(ids) != 2 {
			t.Errorf("rows of others %v, want those that have not been silent for ten minutes", ids)
		}
		own := b.store.Read.Worker.Query().Where(worker.HostNEQ("elsewhere")).OnlyX(t.Context())
		if own.Pid == 0 || own.Concurrency != 2 || own.SeenAt < own.StartedAt || own.SeenAt-own.StartedAt > time.Minute.Milliseconds() {
			t.Errorf("the row says %+v", own)
		}
		stop()
		must(t, <-ended)
		wantWorkers(t, b, 1)
	})
}

func wantWorkers(t *testing.T, b *testBundle, n int) {
	t.Helper()
	standing, err := b.jobs.Standing(t.Context())
	must(t, err)
	if standing.Workers != n {
		t.Errorf("%d workers, want %d", standing.Workers, n)
	}
}

// TestObstacles: a job that could begin says that no worker is there, and its wait counts as lag; one that is not due
// says nothing.
func TestObstacles(t *testing.T) {
	t.Parallel()
	embedded, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(embedded.Close)
	b := &testBundle{t: t, dir: t.TempDir(), redis: embedded.Options(), mock: mockoup.NewServer(t, mockoup.Options{Titles: 20})}
	b.open()
	b.makeHoldings()
	due, later := b.start(jobs.SyncRequest{Mode: jobs.Preview}), b.start(jobs.SyncRequest{Mode: jobs.Preview})
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		if err := tx.Job.UpdateOneID(later.ID).SetDueAt(later.DueAt + time.Hour.Milliseconds()).Exec(ctx); err != nil {
			return err
		}
		return tx.Job.UpdateOneID(due.ID).SetDueAt(due.DueAt - time.Minute.Milliseconds()).Exec(ctx)
	}))
	standing, err := b.jobs.Standing(t.Context())
	must(t, err)
	if standing.Lag < time.Minute || standing.Lag > 10*time.Minute {
		t.Errorf("the lag is %v", standing.Lag)
	}
	found, err := b.jobs.Obstacles(t.Context(), []int64{due.ID, later.ID})
	must(t, err)
	if why := found[due.ID]; why == nil || why.Code != jobs.NoWorker || why.Hint == "" || found[later.ID] != nil {
		t.Errorf("obstacles %+v", found)
	}
	b.work()
	b.wait(due.ID)
	if found, err := b.jobs.Obstacles(t.Context(), []int64{due.ID, later.ID}); len(found) != 0 || err != nil {
		t.Errorf("obstacles with a worker: %v, %v", found, err)
	}
}
