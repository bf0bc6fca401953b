//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"autoholdings/internal/pgtest"
)

// TestTorture lets an installation of real processes do hundreds of jobs of every kind while its parts are killed, frozen
// and restarted under it, and compares what it comes to with an installation that was left alone.
//
// There are two installations of each form, each with a provider, a database and a queue of its own:
//
//   - on PostgreSQL three workers, a server without a worker and one with, over one redis-server, with a data directory each,
//     as on machines of their own;
//   - on SQLite one server with the queue inside it.
//
// On both, librarians (lanes) go through one and the same script, which a seed draws. In one of them a second script of
// faults goes on meanwhile, of the same seed (torture_faults_test.go). Then
//
//   - each job has ended once, and each of its runs is accounted for, as triggers in the database have seen it; no
//     transaction wrote holdings or a report without holding a job (torture_audit_test.go);
//   - all that the two databases say is the same, but for ids and times: every table, kept files byte by byte
//     (torture_story_test.go);
//   - what a killed process ran went on elsewhere when its lease was over.
//
// That the end is the same needs a script whose end does not depend on which of two jobs is quicker. So a librarian waits
// for what the next step rests on, as a person does, and several work at once on what is theirs alone: one on the
// provider's collections and all profiles, the others on local collections. Where one librarian queues two jobs together,
// they are of different collections, or of profiles without a common title.
//
// The seed says what is done and what is done to it. It cannot say what the operating system makes of it, so a failure
// may need several runs of its seed to come again. The processes are this test's own binary, as in the package's other
// tests of processes: nothing has to be built.
//
//	go test ./cmd/autoholdings -run TestTorture      30 jobs, about a minute
//	make torture                                     200 jobs; TORTURE_JOBS=200 TORTURE_SEED=7 make torture repeats one
//
// The long form is built with clocks that can be set wrong (internal/skew), and each process is given one that is.
func TestTorture(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a minute")
	}
	jobs, seed := fromEnvironment(t, "TORTURE_JOBS", 30), fromEnvironment(t, "TORTURE_SEED", 1)
	if os.Getenv("TORTURE_SEED") == "random" {
		seed = int(rand.Uint32())
	}
	t.Logf("TORTURE_JOBS=%d TORTURE_SEED=%d; clocks can be set wrong: %v", jobs, seed, clockCanBeSet(t))
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		torture(t, onPostgres, jobs, uint64(seed))
	})
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		torture(t, onSQLite, jobs, uint64(seed))
	})
}

// form is how an installation is built.
type form int

const (
	onPostgres form = iota // several processes, PostgreSQL and redis-server
	onSQLite               // one process
)

func fromEnvironment(t *testing.T, variable string, standard int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" || text == "random" {
		return standard
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s is %q, and not a number", variable, text)
	}
	return n
}

// tortureLimit is how long a run of so many jobs may take.
func tortureLimit(jobs int) time.Duration { return 4*time.Minute + time.Duration(jobs)*10*time.Second }

func torture(t *testing.T, form form, jobs int, seed uint64) {
	ctx, cancel := context.WithTimeout(t.Context(), tortureLimit(jobs))
	defer cancel()
	needsPostgres(t, form)
	alone := make(chan outcome, 1)
	go func() { alone <- runScript(ctx, t, "left alone", form, jobs, seed, nil) }()
	faults := drawFaults(rand.New(rand.NewPCG(seed, 0)), form, jobs)
	tortured := runScript(ctx, t, "tortured", form, jobs, seed, faults)
	quiet := <-alone
	for _, o := range []outcome{quiet, tortured} {
		if o.err != nil {
			t.Errorf("%s: %v", o.name, o.err)
		}
	}
	if t.Failed() {
		return
	}
	if len(quiet.story) < jobs {
		t.Errorf("the story has %d lines only", len(quiet.story))
	}
	if diff := difference(quiet.story, tortured.story); diff != "" {
		t.Errorf("the faults made a difference (negative: left alone, positive: tortured):\n%s", diff)
	}
}

// needsPostgres skips a form whose database is not installed; in CI that is a failure.
func needsPostgres(t *testing.T, form form) {
	t.Helper()
	if form != onPostgres {
		return
	}
	s, err := pgtest.Start(t.Context())
	if errors.Is(err, pgtest.ErrNotInstalled) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err == nil {
		err = s.Stop()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// outcome is what a run of the script came to.
type outcome struct {
	name  string
	story []string
	err   error
}

// runScript lets an installation go through the script, and the faults meanwhile.
func runScript(ctx context.Context, t *testing.T, name string, form form, jobs int, seed uint64, faults []fault) (o outcome) {
	o.name = name
	began := time.Now()
	in := newInstallation(ctx, t, name, form, seed, faults != nil)
	defer in.remove()
	if o.err = in.start(); o.err != nil {
		return o
	}
	script := newScript(in, jobs, seed)
	if o.err = script.prepare(); o.err != nil {
		return o
	}
	over := make(chan error, 1)
	go func() { over <- script.run() }()
	report := in.inject(faults, over)
	if o.err = report.script; o.err != nil {
		return o
	}
	if o.err = in.end(); o.err != nil {
		return o
	}
	if o.err = in.audit(report); o.err != nil {
		return o
	}
	o.story, o.err = in.story()
	t.Logf("%s: %d jobs in %s", name, script.jobs(), time.Since(began).Round(time.Second))
	if o.err == nil && script.jobs() < jobs {
		o.err = fmt.Errorf("%d jobs only", script.jobs())
	}
	return o
}
