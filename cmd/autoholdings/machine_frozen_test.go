//go:build linux

package main

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/internal/redistest"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/mockoup"
)

// TestFrozenInsideATransaction stops a process that runs a job (SIGSTOP) in the middle of a transaction. Within a minute
// others write again and one of them has done the job, as if nothing had been; the one that was stopped writes nothing
// when it is woken.
func TestFrozenInsideATransaction(t *testing.T) {
	t.Parallel()
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 10_000})
	quiet := serve(t, "--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure")
	want := quiet.wait(quiet.start(quiet.administer(mockoup.DemoKey)))
	t.Run("SQLite", func(t *testing.T) {
		dir := t.TempDir()
		f := &freezing{
			t: t, quiet: quiet, want: want, log: &safeBuffer{},
			args: func(string) []string { return []string{"--data-dir", dir} },
			writes: func(pid int, _ string) bool {
				locks, err := os.ReadFile("/proc/locks")
				must(t, err)
				shared, err := os.Stat(filepath.Join(dir, store.FileName+"-shm"))
				must(t, err)
				lock := fmt.Sprintf("WRITE %d ", pid)
				for line := range strings.Lines(string(locks)) {
					if strings.Contains(line, lock) && strings.HasSuffix(line, fmt.Sprintf(":%d 120 120\n", shared.Sys().(*syscall.Stat_t).Ino)) {
						return true
					}
				}
				return false
			},
		}
		victim := f.freeze(mock)
		f.log.await(t, "a process that was stopped while it wrote has been ended", fmt.Sprintf("pid=%d", victim.Process.Pid))
		if err := victim.Wait(); err == nil || victim.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Errorf("the process that was stopped ended: %v", err)
		}
		f.check()
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		database, key := newPostgres(t), secret.GenerateKey()
		db := openPostgres(t, database)
		f := &freezing{
			t: t, quiet: quiet, want: want, log: &safeBuffer{},
			args: func(name string) []string {
				return []string{
					"--data-dir", t.TempDir(), "--sealing-key", key, "--database-url", withName(t, database, name),
				}
			},
			writes: func(_ int, name string) bool {
				return ask[bool](t, db, `SELECT EXISTS (SELECT 1 FROM pg_stat_activity a JOIN pg_locks l USING (pid) WHERE application_name = $1
					AND state = 'idle in transaction' AND xact_start < clock_timestamp() - INTERVAL '20 ms' AND l.mode = 'RowExclusiveLock')`, name)
			},
		}
		victim := f.freeze(mock)
		f.check()
		must(t, victim.Process.Signal(syscall.SIGCONT))
		f.log.await(t, "the job is run by another worker now")
		f.check()
	})
}

// freezing is an installation with a process that is stopped.
type freezing struct {
	t      *testing.T
	quiet  *server
	want   *jobView
	log    *safeBuffer
	args   func(name string) []string      // of a process
	writes func(pid int, name string) bool // it is inside a transaction

	api   *server
	jobID string
}

// freeze stops a process inside a transaction of a job, and returns it.
func (f *freezing) freeze(mock *mockoup.TestServer) (victim *exec.Cmd) {
	f.t.Helper()
	shared := []string{"--oup-url", mock.URL, "--oup-allow-insecure", "--redis-url", redistest.Start(f.t)}
	f.api, _ = programLogging(f.t, f.log, append(append(f.args("api"), shared...), "--no-worker")...)
	profile := f.api.administer(mockoup.DemoKey)
	workers := map[string]*exec.Cmd{}
	for _, name := range []string{"first", "second"} {
		_, workers[name] = programLogging(f.t, f.log, append(f.args(name), shared...)...)
	}
	f.jobID = f.api.start(profile)
	for deadline := time.Now().Add(time.Minute); ; {
		for name, w := range workers {
			if !f.writes(w.Process.Pid, name) {
				continue
			}
			must(f.t, w.Process.Signal(syscall.SIGSTOP))
			if f.writes(w.Process.Pid, name) && f.api.job(f.jobID).Progress.Done > 0 {
				f.t.Logf("%s (%d) is stopped while it writes", name, w.Process.Pid)
				return w
			}
			must(f.t, w.Process.Signal(syscall.SIGCONT))
		}
		if job := f.api.job(f.jobID); job.State == "SUCCEEDED" || time.Now().After(deadline) {
			f.t.Fatalf("no process was inside a transaction; the job: %s", job.State)
		}
	}
}

// check waits for the job, and compares what it came to with that of one that was left alone.
func (f *freezing) check() {
	f.t.Helper()
	job := f.api.wait(f.jobID)
	if job.State != "SUCCEEDED" {
		f.t.Errorf("%s: %s", job.State, job.Summary)
	}
	if diff := cmp.Diff(f.want.Counts, job.Counts); diff != "" {
		f.t.Errorf("counts:\n%s", diff)
	}
	if diff := cmp.Diff(f.quiet.holdingsText(), f.api.holdingsText()); diff != "" {
		f.t.Errorf("the holdings are not those of an undisturbed run:\n%s", diff)
	}
	// Each process has a range of ids of its own, by which a report is in order.
	inOrder := func(report string) []string { return slices.Sorted(strings.Lines(report)) }
	if diff := cmp.Diff(inOrder(f.quiet.reportText(f.want.ID)), inOrder(f.api.reportText(f.jobID))); diff != "" {
		f.t.Errorf("the report is not that of an undisturbed run:\n%s", diff)
	}
}

// withName is the address of a database by which its sessions have a name.
func withName(t testing.TB, database, name string) string {
	t.Helper()
	u, err := url.Parse(database)
	must(t, err)
	query := u.Query()
	query.Set("application_name", name)
	u.RawQuery = query.Encode()
	return u.String()
}
