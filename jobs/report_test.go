package jobs_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"

	"autoholdings/ent"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
	"autoholdings/jobs"
)

// reportedJob is a job that is over, with one part and so many changes and findings, in a database of its own.
func reportedJob(t *testing.T, rows int) (s *store.Store, jobID int64) {
	t.Helper()
	s, err := store.Open(t.Context(), storetest.Options(t, t.TempDir()))
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	must(t, s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		for _, insert := range []string{
			`INSERT INTO jobs (id, created_at, updated_at, kind, state, mode, "trigger", args, due_at, attempt) VALUES (1, 1, 1, 'SYNC', 'SUCCEEDED',
				'APPLY', 'MANUAL', '{}', 1, 1)`,
			`INSERT INTO job_parts (id, created_at, updated_at, job_id, content, state) VALUES (2, 1, 1, 1, 'JOURNALS', 'APPLIED')`,
		} {
			if _, err := tx.SQL.ExecContext(ctx, insert); err != nil {
				return err
			}
		}
		padded := "substr('" + strings.Repeat("0", 200) + "' || n, length('' || n) + 1)" // to 200 digits
		for _, insert := range []string{
			`INSERT INTO job_changes (id, job_id, part_id, action, field, title, old_value, new_value)
				SELECT n, 1, 2, CASE n % 3 WHEN 0 THEN 'ADD' ELSE 'UPDATE' END, CASE n % 3 WHEN 0 THEN '' WHEN 1 THEN 'notes' ELSE 'title_url' END,
				'Journal ' || n, ` + padded + `, ` + padded + ` FROM numbers`,
			`INSERT INTO job_findings (id, job_id, part_id, severity, code, line, "column", value, message, hint)
				SELECT n, 1, 2, n % 4, 'bad-issn', n, 'print_identifier', ` + padded + `, 'wrong', 'mend it' FROM numbers`,
		} {
			if _, err := tx.SQL.ExecContext(ctx, `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?) `+insert,
				rows); err != nil {
				return err
			}
		}
		return nil
	}))
	return s, 1
}

// TestReportTakesTheMemoryOfAPage is not parallel: it measures the heap.
func TestReportTakesTheMemoryOfAPage(t *testing.T) {
	const rows, limit = 60_000, 8 << 20 // 60,000 changes alone have 24 MB of values
	s, id := reportedJob(t, rows)
	report, err := jobs.NewReader(s).Report(t.Context(), id)
	must(t, err)
	before := liveHeap()
	var most uint64
	changes, findings := 0, 0
	var last *ent.JobChange
	for row, err := range report.Changes(t.Context()) {
		must(t, err)
		if last != nil && (last.Action > row.Action || last.Action == row.Action &&
			(last.Field > row.Field || last.Field == row.Field && last.ID >= row.ID)) {
			t.Fatalf("change %d comes after %d", row.ID, last.ID)
		}
		if last, changes = row, changes+1; changes%7_777 == 0 {
			most = max(most, liveHeap())
		}
	}
	for _, err := range report.Findings(t.Context()) {
		must(t, err)
		if findings++; findings%7_777 == 0 {
			most = max(most, liveHeap())
		}
	}
	if changes != rows || findings != rows {
		t.Errorf("%d changes and %d findings of %d", changes, findings, rows)
	}
	if most > before+limit {
		t.Errorf("%d KiB were held at once", (most-before)>>10)
	}
	t.Logf("%d KiB were held at most", (max(most, before)-before)>>10)
}

// liveHeap is what is in use, in bytes.
func liveHeap() uint64 {
	runtime.GC()
	runtime.GC() // pools are emptied by the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestReportOfNoJobAndOfOneUnderWay(t *testing.T) {
	t.Parallel()
	s, id := reportedJob(t, 10)
	reader := jobs.NewReader(s)
	if _, err := reader.Report(t.Context(), 99); !isProblem(err, problem.NotFound) {
		t.Errorf("of a job that is not there: %v", err)
	}
	for state, refused := range map[string]bool{
		jobs.Queued: true, jobs.Running: true, jobs.Cancelling: true,
		jobs.NeedsReview: false, jobs.Succeeded: false, jobs.Failed: false, jobs.Cancelled: false,
	} {
		must(t, s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			return tx.Job.UpdateOneID(id).SetState(state).Exec(ctx)
		}))
		if _, err := reader.Report(t.Context(), id); isProblem(err, problem.WrongState) != refused {
			t.Errorf("of a job that is %s: %v", state, err)
		}
	}
}

// TestReportOfAJobThatIsTakenUpAgain: pages of two runs are never handed out as one report.
func TestReportOfAJobThatIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(u *ent.JobUpdateOne) *ent.JobUpdateOne{
		"approved":      func(u *ent.JobUpdateOne) *ent.JobUpdateOne { return u.SetState(jobs.Queued) },
		"run and ended": func(u *ent.JobUpdateOne) *ent.JobUpdateOne { return u.AddAttempt(1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, id := reportedJob(t, 3000)
			report, err := jobs.NewReader(s).Report(t.Context(), id)
			must(t, err)
			read := 0
			for _, err = range report.Changes(t.Context()) {
				if err != nil {
					break
				}
				if read++; read == 10 {
					must(t, s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
						return change(tx.Job.UpdateOneID(id)).Exec(ctx)
					}))
				}
			}
			if !isProblem(err, problem.Conflict) || read >= 3000 {
				t.Errorf("%d changes, and then %v", read, err)
			}
		})
	}
}

func isProblem(err error, code problem.Code) bool {
	var p *problem.Problem
	return errors.As(err, &p) && p.Code == code
}
