package jobs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent/job"
	"autoholdings/holdings/library"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/problem"
	"autoholdings/internal/redistest"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
	"autoholdings/jobs"
	"autoholdings/provider"
	"autoholdings/provider/oup"
)

// TestMain lets the test binary play a process that lives through simulated time.
func TestMain(m *testing.M) {
	given := os.Getenv(walkerVariable)
	if given == "" {
		storetest.Main(m)
	}
	var w walker
	err := json.Unmarshal([]byte(given), &w)
	if err == nil {
		err = w.walk(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const walkerVariable = "AUTOHOLDINGS_TEST_WALKER"

// walker is a process that looks at the schedule in steps of its own, as fast as it can.
type walker struct {
	Dir, Redis, Provider string
	DatabaseURL          string // empty: SQLite in Dir
	From, Until          time.Time
	Step                 time.Duration
	Work                 bool // it runs the jobs, as a worker does; else it cancels them
}

func (w walker) walk(ctx context.Context) (err error) {
	db, err := store.Open(ctx, store.Options{DataDir: w.Dir, URL: w.DatabaseURL})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	box, err := secret.Open(w.Dir)
	if err != nil {
		return err
	}
	fetcher, err := provider.NewFetcher(oup.Provider(), provider.Options{
		Template: provider.Template{BaseURL: w.Provider}, Dir: filepath.Join(w.Dir, "files"), AllowHTTP: true, AllowPrivate: true,
		RatePerSecond: -1,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, fetcher.Close()) }()
	queue, err := jobs.ParseRedisURL(w.Redis)
	if err != nil {
		return err
	}
	c := &clock{time: w.From}
	service, err := jobs.New(jobs.Options{
		Store: db, Library: library.Open(db, box, jobs.Busy{}), Providers: []*provider.Fetcher{fetcher}, Redis: queue, Now: c.now,
		ScheduleEvery: 50 * time.Millisecond,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, service.Close()) }()
	if w.Work {
		running, stop := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() { ended <- service.Run(running, true) }()
		defer func() { stop(); err = errors.Join(err, <-ended) }()
	}
	for at := w.From; !at.After(w.Until); at = at.Add(w.Step) {
		c.set(at)
		if _, err := service.FireSchedules(ctx, at); err != nil {
			return fmt.Errorf("at %v: %w", at, err)
		}
		if err := w.settle(ctx, db, service); err != nil {
			return fmt.Errorf("at %v: %w", at, err)
		}
	}
	return nil
}

// settle lets time go on only when no job is under way: a week of it passes faster than a sync, which would otherwise
// stand for the next week's too.
func (w walker) settle(ctx context.Context, db *store.Store, service *jobs.Service) error {
	ids, err := db.Read.Job.Query().Where(job.StateIn(jobs.Queued, jobs.Running, jobs.Cancelling)).IDs(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if !w.Work {
			_, err := service.Cancel(ctx, id)
			if _, another := problem.In(err); err != nil && !another { // another process may have cancelled it
				return err
			}
			continue
		}
		watching, stop := context.WithCancel(ctx)
		for hints := service.Watch(watching, id); ; <-hints {
			row, err := db.Read.Job.Get(ctx, id)
			if err != nil {
				stop()
				return err
			}
			if row.FinishedAt != nil || row.State == jobs.NeedsReview {
				break
			}
		}
		stop()
	}
	return nil
}

// TestProcessesThroughAYear: three processes on one database and one Redis live through a year, each at a pace of its
// own, and fire each moment of the schedule exactly once.
func TestProcessesThroughAYear(t *testing.T) {
	t.Parallel()
	year := func(t *testing.T, change profiles.ScheduleChange, w walker, steps ...time.Duration) *scheduleBundle {
		t.Helper()
		b := setupSchedule(t)
		b.clock.set(w.From)
		b.setSchedule(change)
		w.Dir, w.DatabaseURL, w.Provider = b.dir, storetest.Options(t, b.dir).URL, b.mock.URL
		var processes sync.WaitGroup
		for _, w.Step = range steps {
			w := w
			processes.Go(func() { w.start(t) })
		}
		processes.Wait()
		return b
	}
	berlin := walker{From: time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC), Until: time.Date(2027, 12, 31, 23, 0, 0, 0, time.UTC)}

	t.Run("weekly, with workers", func(t *testing.T) {
		t.Parallel()
		w := berlin
		w.Redis, w.Work = redistest.Start(t), true
		b := year(t, profiles.ScheduleChange{Weekday: new(7), Time: new("02:30"), Timezone: new("Europe/Berlin")}, w, 5*time.Hour,
			310*time.Minute, 320*time.Minute)
		b.wantYear(func(day time.Time) bool { return day.Weekday() == time.Sunday }, 52)
		changed := 0
		for _, row := range b.store.Read.Job.Query().AllX(t.Context()) {
			if row.State != jobs.Succeeded || row.Attempt != 1 {
				t.Errorf("%s after %d runs: %s", row.State, row.Attempt, row.Summary)
			}
			if row.Verdict == jobs.VerdictChanged {
				changed++
			}
		}
		if changed != 1 {
			t.Errorf("%d jobs changed something, and the provider had one file", changed)
		}
	})
	t.Run("daily", func(t *testing.T) {
		t.Parallel()
		w := berlin
		w.Redis = "redis://127.0.0.1:1" // nobody asks it
		b := year(t, profiles.ScheduleChange{Frequency: new(profiles.Daily), Time: new("02:30"), Timezone: new("Europe/Berlin")}, w, time.Hour,
			61*time.Minute, 62*time.Minute)
		b.wantYear(func(time.Time) bool { return true }, 365)
	})
}

// start runs the walker as a process of the operating system, to its end.
func (w walker) start(t *testing.T) {
	given, err := json.Marshal(w)
	if err != nil {
		t.Error(err)
		return
	}
	program, err := os.Executable()
	if err != nil {
		t.Error(err)
		return
	}
	process := exec.CommandContext(t.Context(), program)
	process.Env = append(os.Environ(), walkerVariable+"="+string(given))
	var said bytes.Buffer
	process.Stdout, process.Stderr = &said, &said
	if err := process.Run(); err != nil {
		t.Errorf("the process with steps of %v: %v\n%s", w.Step, err, said.String())
	}
}

// wantYear checks that each moment of 2027 was fired, at half past two in Berlin on the days that the schedule has, and
// each with a job of its own.
func (b *scheduleBundle) wantYear(has func(day time.Time) bool, n int) {
	b.t.Helper()
	var want []string
	for day := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == 2027; day = day.AddDate(0, 0, 1) {
		at := day.Add(90 * time.Minute) // in winter
		switch text := day.Format("01-02"); {
		case text == "03-28": // 02:30 is skipped
			at = day.Add(60 * time.Minute)
		case text > "03-28" && text <= "10-31": // on the last day 02:30 comes twice
			at = day.Add(30 * time.Minute)
		}
		if has(day) {
			want = append(want, at.Format(time.RFC3339))
		}
	}
	b.wantSlots(want...)
	jobsOf := map[int64]bool{}
	for _, row := range b.store.Read.ScheduleSlot.Query().AllX(b.t.Context()) {
		jobsOf[*row.JobID] = true
	}
	scheduled := b.store.Read.Job.Query().Where(job.Trigger(jobs.Scheduled)).CountX(b.t.Context())
	if diff := cmp.Diff([]int{n, n, n}, []int{len(want), len(jobsOf), scheduled}); diff != "" {
		b.t.Errorf("moments, their jobs, scheduled jobs:\n%s", diff)
	}
}
