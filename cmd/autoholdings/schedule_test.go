package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"autoholdings/ent/job"
	"autoholdings/internal/redistest"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// TestSchedulesRun: `serve` and `worker` make up for the run that was missed while nothing ran. A command that does one
// thing leaves that alone.
func TestSchedulesRun(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"serve", "worker"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mock := mockoup.NewServer(t, mockoup.Options{Titles: 60})
			dir := t.TempDir()
			args := []string{"--data-dir", dir, "--oup-url", mock.URL, "--oup-allow-insecure"}
			if name == "worker" {
				args = append(args, "--redis-url", redistest.Start(t))
			}
			s := serve(t, args...)
			profile := s.administer(mockoup.DemoKey)
			s.stop()
			inDatabase(t, dir, func(ctx context.Context, db *store.Store) error {
				return db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
					return tx.Profile.Update().SetScheduleSince(1).Exec(ctx)
				})
			})
			if out, err := command(t, slices.Concat([]string{"sync", "--profile", profile, "--preview"}, args)...); err != nil ||
				!strings.Contains(out, "SUCCEEDED, PREVIEWED") {
				t.Fatalf("%v\n%s", err, out)
			}
			wantScheduled(t, dir)
			if name == "serve" {
				args = append(args, "--addr", "127.0.0.1:0")
			}
			runUntil(t, "job ended", slices.Concat([]string{"autoholdings", name, "--log-level", "info"}, args)...)
			wantScheduled(t, dir, jobs.VerdictChanged)
		})
	}
}

// inDatabase uses the database of a data directory in which nothing runs.
func inDatabase(t *testing.T, dir string, use func(ctx context.Context, db *store.Store) error) {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{DataDir: dir})
	if err == nil {
		err = errors.Join(use(t.Context(), db), db.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// wantScheduled checks the verdicts of the jobs that the schedule has started.
func wantScheduled(t *testing.T, dir string, want ...string) {
	t.Helper()
	inDatabase(t, dir, func(ctx context.Context, db *store.Store) error {
		var got []string
		for _, row := range db.Read.Job.Query().Where(job.Trigger(jobs.Scheduled)).AllX(ctx) {
			got = append(got, row.Verdict)
		}
		if !slices.Equal(got, want) {
			t.Errorf("scheduled jobs %v, want %v", got, want)
		}
		return nil
	})
}

// runUntil runs the program until its log has a line with a text, and then stops it as Ctrl-C does.
func runUntil(t *testing.T, text string, args ...string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	log, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, args, strings.NewReader(""), io.Discard, in)
		in.Close()
		ended <- err
	}()
	heard := false
	for lines := bufio.NewScanner(log); lines.Scan(); {
		if strings.Contains(lines.Text(), text) {
			heard = true
			stop()
		}
	}
	if err := <-ended; err != nil || !heard {
		t.Errorf("%v: %v; heard %v", args, err, heard)
	}
}
