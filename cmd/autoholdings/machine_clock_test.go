//go:build linux

package main

import (
	"context"
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/internal/redistest"
	"autoholdings/internal/store"
	"autoholdings/mockoup"
)

// databaseClock is the clock of SQLite in the processes of this test.
type databaseClock struct {
	t    *testing.T
	file string
}

// newDatabaseClock makes a clock that can be set wrong. Processes that this test starts go by it.
func newDatabaseClock(t *testing.T) databaseClock {
	t.Helper()
	dir := t.TempDir()
	library := filepath.Join(dir, "clock.so")
	compile := exec.CommandContext(t.Context(), "gcc", "-shared", "-fPIC", "-o", library, "testdata/clock.c")
	if said, err := compile.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	c := databaseClock{t, filepath.Join(dir, "clock")}
	t.Setenv("LD_PRELOAD", library)
	t.Setenv("AUTOHOLDINGS_TEST_DATABASE_CLOCK", c.file)
	c.set(0)
	return c
}

func (c databaseClock) set(ahead time.Duration) {
	c.t.Helper()
	must(c.t, os.WriteFile(c.file+".new", []byte(strconv.Itoa(int(ahead.Seconds()))), 0o600))
	must(c.t, os.Rename(c.file+".new", c.file))
}

// TestClockPutBack: jobs are queued, and run by a worker that is killed, while the clock is 400 days ahead. Once it is
// right, they run: the queued one at once, and the other when its dead worker has been silent for half a minute.
func TestClockPutBack(t *testing.T) {
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 300})
	quiet := serve(t, "--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure")
	quiet.wait(quiet.start(quiet.administer(mockoup.DemoKey)))

	const ahead = 400 * 24 * time.Hour
	clock, dir := newDatabaseClock(t), t.TempDir()
	args := []string{"--data-dir", dir, "--oup-url", mock.URL, "--oup-allow-insecure", "--redis-url", redistest.Start(t)}
	s, _ := program(t, append(args, "--no-worker")...)
	profile := s.administer(mockoup.DemoKey)
	s.withoutSchedule() // it would run, too
	worker, process := program(t, args...)
	clock.set(ahead)
	must(t, mock.SetFault(mockoup.Fault{Kind: "timeout", Times: 1000}))
	running := s.start(profile)
	for worker.job(running).State != "RUNNING" {
	}
	must(t, process.Process.Kill())
	_ = process.Wait()
	var previewed struct {
		RunProfile struct{ Job struct{ ID string } }
	}
	s.do(`mutation($id: ID!) { runProfile(input: {profileId: $id, mode: PREVIEW}) { job { id } } }`, map[string]any{"id": profile}, &previewed)
	queued := previewed.RunProfile.Job.ID
	if due := dueIn(t, dir); due < ahead-time.Hour {
		t.Fatalf("the jobs are due in %v: the clock was not ahead", due)
	}

	clock.set(0)
	mock.ClearFaults()
	back := time.Now()
	again, _ := program(t, args...)
	if job := again.wait(queued); job.State != "SUCCEEDED" {
		t.Errorf("%s: %s", job.State, job.Summary)
	} else if took := time.Since(back); took > 25*time.Second {
		t.Errorf("the queued job began after %v", took)
	}
	if job := again.wait(running); job.State != "SUCCEEDED" {
		t.Errorf("%s: %s", job.State, job.Summary)
	}
	if diff := cmp.Diff(quiet.holdingsText(), again.holdingsText()); diff != "" {
		t.Errorf("the holdings are not those of an undisturbed run:\n%s", diff)
	}
}

// withoutSchedule disables the scheduled syncs.
func (s *server) withoutSchedule() {
	s.t.Helper()
	var scheduled struct{ ScheduledJobs []struct{ ID string } }
	s.do(`{ scheduledJobs { id } }`, nil, &scheduled)
	for _, j := range scheduled.ScheduledJobs {
		s.do(`mutation($id: ID!) { disableScheduledJob(input: {scheduledJobId: $id}) { userErrors { message } } }`, map[string]any{"id": j.ID},
			new(any))
	}
}

// dueIn is when the last job is due, by this test's clock.
func dueIn(t *testing.T, dir string) time.Duration {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, store.FileName)+"?mode=ro")
	must(t, err)
	defer db.Close()
	var at int64
	must(t, db.QueryRowContext(context.Background(), `SELECT MAX(due_at) FROM jobs`).Scan(&at))
	return time.Until(time.UnixMilli(at))
}
