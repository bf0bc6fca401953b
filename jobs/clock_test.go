package jobs_test

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"
	"testing"
	"time"

	"autoholdings/holdings/library"
	"autoholdings/internal/redistest"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
	"autoholdings/jobs"
	"autoholdings/mockoup"
	"autoholdings/provider"
	"autoholdings/provider/oup"
)

// ahead makes a database whose clock is ahead of that of the processes.
type ahead struct {
	driver.Driver
	by time.Duration
}

func (a ahead) Open(dsn string) (driver.Conn, error) {
	c, err := a.Driver.Open(dsn)
	if err != nil {
		return nil, err
	}
	seconds := int(a.by.Seconds())
	return &aheadConn{c.(connection), strings.NewReplacer(
		"julianday('now')", fmt.Sprintf("julianday('now', '%d seconds')", seconds),
		"clock_timestamp()", fmt.Sprintf("(clock_timestamp() + INTERVAL '%d seconds')", seconds),
	)}, nil
}

// connection is what a driver's connections can do.
type connection interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
}

type aheadConn struct {
	connection
	shifted *strings.Replacer
}

func (c *aheadConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.connection.ExecContext(ctx, c.shifted.Replace(query), args)
}

func (c *aheadConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.connection.QueryContext(ctx, c.shifted.Replace(query), args)
}

func (c *aheadConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	return c.connection.PrepareContext(ctx, c.shifted.Replace(query))
}

// CheckNamedValue hands values to the driver as it wants them.
func (c *aheadConn) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := c.connection.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

// TestOneClock: two processes, one that queues and one that works, have clocks ten days behind the database's, or ahead
// of it. What is queued is due at once, nothing ends before it has begun, and the schedule goes by the database.
func TestOneClock(t *testing.T) {
	t.Parallel()
	for name, by := range map[string]time.Duration{"behind": 240 * time.Hour, "ahead": -240 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			queue, err := jobs.ParseRedisURL(redistest.Start(t))
			must(t, err)
			b := &testBundle{
				t: t, dir: t.TempDir(), redis: queue, mock: mockoup.NewServer(t, mockoup.Options{Titles: 30}), shared: true,
				wrap: func(d driver.Driver) driver.Driver { return ahead{d, by} }, keepFiles: time.Hour,
			}
			b.open()
			b.makeHoldings()
			api := anotherProcess(t, b)
			b.work()
			now := func() int64 {
				at, err := b.store.DatabaseNow(t.Context())
				must(t, err)
				return at
			}
			begun := now()
			if diff := time.Duration(begun-time.Now().UnixMilli()) * time.Millisecond; diff-by < -time.Minute || diff-by > time.Minute {
				t.Fatalf("the database is ahead by %v", diff)
			}
			queued, err := api.StartSync(t.Context(), jobs.SyncRequest{ProfileIDs: []int64{b.profile}, Mode: jobs.Apply, Trigger: jobs.Manual})
			must(t, err)
			job := b.wait(queued.ID)
			p := b.store.Read.Profile.GetX(t.Context(), b.profile)
			file := b.store.Read.ProviderFile.Query().FirstX(t.Context())
			part := b.store.Read.JobPart.Query().FirstX(t.Context())
			times := map[string]int64{
				"due": job.DueAt, "made": job.CreatedAt, "started": *job.StartedAt, "finished": *job.FinishedAt, "fetched": file.FetchedAt,
				"applied": *file.AppliedAt, "part changed": part.UpdatedAt, "part wrote": *part.WrittenAt,
			}
			for what, at := range times {
				if at < begun || at > now() {
					t.Errorf("%s: %v off", what, time.Duration(at-begun)*time.Millisecond)
				}
			}
			if job.State != jobs.Succeeded || job.Attempt != 1 || *job.FinishedAt < *job.StartedAt {
				t.Errorf("%s in attempt %d: %s", job.State, job.Attempt, job.Summary)
			}
			for what, at := range map[string]int64{"since": p.ScheduleSince, "key": p.APIKeySetAt, "saved": p.UpdatedAt} {
				if at > begun || at < begun-time.Minute.Milliseconds() {
					t.Errorf("profile, %s: %v off", what, time.Duration(at-begun)*time.Millisecond)
				}
			}
			scheduled, err := api.ScheduledJobs(t.Context())
			must(t, err)
			if next := scheduled[0].NextRun.UnixMilli(); next < begun || next > begun+(8*24*time.Hour).Milliseconds() {
				t.Errorf("the next run is %v", scheduled[0].NextRun)
			}
			if n, err := api.PruneFiles(t.Context()); n != 0 || err != nil {
				t.Errorf("removed %d files: %v", n, err)
			}
			if alerts, err := b.profiles.AlertsOf(t.Context(), []int64{b.profile}); len(alerts[b.profile]) != 0 || err != nil {
				t.Errorf("alerts %+v, %v", alerts, err)
			}
			for n := 0; n != 1; {
				standing, err := api.Standing(t.Context())
				must(t, err)
				n = standing.Workers
			}
		})
	}
}

// anotherProcess is a second opening of the bundle's database and queue, which runs no jobs.
func anotherProcess(t *testing.T, b *testBundle) *jobs.Service {
	t.Helper()
	options := storetest.Options(t, b.dir)
	options.Wrap = b.wrap
	db, err := store.Open(t.Context(), options)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	box, err := secret.Open(b.dir)
	must(t, err)
	fetcher, err := provider.NewFetcher(oup.Provider(), provider.Options{
		Template: provider.Template{BaseURL: b.mock.URL}, Dir: b.dir + "/files", AllowHTTP: true, AllowPrivate: true,
	})
	must(t, err)
	t.Cleanup(func() { must(t, fetcher.Close()) })
	service, err := jobs.New(jobs.Options{
		Store: db, Library: library.Open(db, box, jobs.Busy{}), Providers: []*provider.Fetcher{fetcher}, Redis: b.redis, KeepFiles: b.keepFiles,
	})
	must(t, err)
	running, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- service.Run(running, false) }()
	t.Cleanup(func() { stop(); must(t, <-ended); must(t, service.Close()) })
	return service
}
