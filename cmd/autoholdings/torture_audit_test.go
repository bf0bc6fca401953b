//go:build unix

package main

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// watched are the tables that only a job's run may write, and with a lease.
var watched = []string{"portfolios", "entitlements", "coverage_statements", "job_changes", "job_findings"}

// watch makes triggers that take down each step of each job's row and who took it, and each write of holdings or of a
// report without a lease: in a transaction that has not renewed one by writing its job's row, whose run still holds it, and
// is this process's own.
func (in *installation) watch() error {
	statements := []string{
		`CREATE TABLE torture_steps (seq BIGINT PRIMARY KEY, job_id BIGINT, old_state TEXT, new_state TEXT, old_token TEXT, new_token TEXT,
			old_attempt INT, new_attempt INT, at BIGINT, holder TEXT)`,
		`CREATE TABLE torture_unfenced (place TEXT, holder TEXT)`,
	}
	if in.form == onPostgres {
		statements = append(statements, watchOnPostgres()...)
	} else {
		statements = append(statements, watchOnSQLite()...)
	}
	for _, s := range statements {
		if _, err := in.db.ExecContext(in.ctx, s); err != nil {
			return fmt.Errorf("%w in %s", err, s)
		}
	}
	return nil
}

func watchOnPostgres() []string {
	statements := []string{
		// pgtest lets a crash lose commits, to be fast. Here what was committed must stay.
		`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = on', current_database()); END $$`,
		`CREATE SEQUENCE torture_seq CACHE 1`,
		`CREATE INDEX torture_holder ON torture_steps (job_id, new_token)`,
		`CREATE FUNCTION torture_step() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			INSERT INTO torture_steps VALUES (nextval('torture_seq'), NEW.id, OLD.state, NEW.state, OLD.run_token, NEW.run_token, OLD.attempt,
				NEW.attempt, EXTRACT(EPOCH FROM clock_timestamp()) * 1000, current_setting('application_name'));
			RETURN NULL; END $$`,
		`CREATE TRIGGER torture_step AFTER UPDATE ON jobs FOR EACH ROW
			WHEN (OLD.state <> NEW.state OR OLD.run_token <> NEW.run_token OR OLD.attempt <> NEW.attempt) EXECUTE FUNCTION torture_step()`,
		`CREATE FUNCTION torture_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF NOT EXISTS (SELECT 1 FROM jobs j WHERE j.state = 'RUNNING' AND j.run_token <> ''
					AND j.xmin::text::bigint = pg_current_xact_id()::text::bigint % 4294967296
					AND current_setting('application_name') = (SELECT s.holder FROM torture_steps s
						WHERE s.job_id = j.id AND s.new_token = j.run_token ORDER BY s.seq LIMIT 1)) THEN
				INSERT INTO torture_unfenced VALUES (TG_OP || ' ' || TG_TABLE_NAME, current_setting('application_name'));
			END IF;
			RETURN NULL; END $$`,
	}
	for _, table := range watched {
		statements = append(statements, `CREATE TRIGGER torture_write AFTER INSERT OR UPDATE OR DELETE ON `+table+`
			FOR EACH STATEMENT EXECUTE FUNCTION torture_write()`)
	}
	return statements
}

// watchOnSQLite does the same for the one process. SQLite does not tell a trigger of transactions, so that it only sees
// whether the job of a report's line is running.
func watchOnSQLite() []string {
	return []string{
		`CREATE TRIGGER torture_step AFTER UPDATE ON jobs
			WHEN OLD.state <> NEW.state OR OLD.run_token <> NEW.run_token OR OLD.attempt <> NEW.attempt BEGIN
			INSERT INTO torture_steps VALUES ((SELECT COALESCE(MAX(seq), 0) + 1 FROM torture_steps), NEW.id, OLD.state, NEW.state, OLD.run_token,
				NEW.run_token, OLD.attempt, NEW.attempt, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER), 'serve'); END`,
		`CREATE TRIGGER torture_write AFTER INSERT ON job_changes
			WHEN NOT EXISTS (SELECT 1 FROM jobs WHERE id = NEW.job_id AND state = 'RUNNING' AND run_token <> '') BEGIN
			INSERT INTO torture_unfenced VALUES ('INSERT job_changes', 'serve'); END`,
	}
}

// runningJob is a job that a run holds.
type runningJob struct {
	id      int64
	holder  string
	attempt int
}

// running are the jobs that runs hold. On SQLite the holder is the one process, whichever life of it.
func (in *installation) running() (found []runningJob, err error) {
	rows, err := in.db.QueryContext(in.ctx, `SELECT id, attempt, COALESCE((SELECT holder FROM torture_steps s WHERE s.job_id = jobs.id
		AND s.new_token = jobs.run_token ORDER BY seq LIMIT 1), '') FROM jobs WHERE run_token <> ''`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r runningJob
		if err := rows.Scan(&r.id, &r.attempt, &r.holder); err != nil {
			return nil, err
		}
		if in.form == onSQLite {
			r.holder = in.processes[0].present()
		}
		found = append(found, r)
	}
	return found, rows.Err()
}

// step is one change of a job's state, holder or number of attempts.
type step struct {
	from, to            string // states
	fromToken, token    string
	fromAttempt, number int
	at                  time.Time
	holder              string
}

func (s step) claims() bool { return s.token != "" && s.token != s.fromToken }

func isOver(state string) bool {
	return slices.Contains([]string{"SUCCEEDED", "FAILED", "CANCELLED"}, state)
}

// audit checks what the triggers have seen.
func (in *installation) audit(report *injected) error {
	errs := []error{in.unfenced()}
	steps, err := in.steps()
	if err != nil {
		return err
	}
	attempts, back := map[int]int{}, 0
	for id, of := range steps {
		errs = append(errs, auditJob(id, of))
		claims := 0
		for n, s := range of {
			switch {
			case s.claims():
				claims++
			case s.fromToken != "" && s.to == "QUEUED":
				back++
				if len(report.kills)+len(report.noted) == 0 { // a machine that is very busy may let a lease run out
					in.t.Logf("%s: job %d went back to the queue by %s, %v after %s had taken it", in.name, id, s.holder, s.at.Sub(of[n-1].at),
						of[n-1].holder)
				}
			}
		}
		attempts[claims]++
	}
	in.t.Logf("%s: jobs by number of runs: %v; runs that ended without their job: %d", in.name, attempts, back)
	return errors.Join(append(errs, in.takenOver(report, steps))...)
}

// unfenced returns what was written without a lease. What a person changes by hand is no job: a server gives portfolios
// their licenses, and takes down at entitlements that a person declined to end them again.
func (in *installation) unfenced() error {
	var writes []string
	rows, err := in.db.QueryContext(in.ctx, `SELECT place, holder, COUNT(*) FROM torture_unfenced
		WHERE NOT (holder LIKE 'serve%' AND place IN ('UPDATE portfolios', 'UPDATE entitlements')) GROUP BY place, holder ORDER BY place, holder`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var place, holder string
		var n int
		if err := rows.Scan(&place, &holder, &n); err != nil {
			return err
		}
		writes = append(writes, fmt.Sprintf("%s by %s, %d times", place, holder, n))
	}
	if len(writes) > 0 {
		return fmt.Errorf("written without a lease: %s", strings.Join(writes, "; "))
	}
	return rows.Err()
}

func (in *installation) steps() (map[int64][]step, error) {
	rows, err := in.db.QueryContext(in.ctx, `SELECT j.id, old_state, new_state, old_token, new_token, old_attempt, new_attempt, at, holder
		FROM jobs j LEFT JOIN torture_steps s ON s.job_id = j.id ORDER BY seq`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	steps := map[int64][]step{}
	for rows.Next() {
		var id int64
		var from, to, fromToken, token, holder sql.NullString
		var fromAttempt, attempt, at sql.NullInt64
		if err := rows.Scan(&id, &from, &to, &fromToken, &token, &fromAttempt, &attempt, &at, &holder); err != nil {
			return nil, err
		}
		steps[id] = append(steps[id], step{
			from.String, to.String, fromToken.String, token.String, int(fromAttempt.Int64), int(attempt.Int64), time.UnixMilli(at.Int64),
			holder.String,
		})
	}
	return steps, rows.Err()
}

// auditJob checks one job's steps: each follows the one before, a run that lost the job never holds it again, each claim
// counts an attempt, a worker that hands back counts none, a person's approval begins anew, and the job ends once.
func auditJob(id int64, steps []step) error {
	var errs []error
	ends, used := 0, map[string]bool{}
	for n, s := range steps {
		if n > 0 && (steps[n-1].to != s.from || steps[n-1].token != s.fromToken || steps[n-1].number != s.fromAttempt) {
			errs = append(errs, fmt.Errorf("step %d does not follow the one before: %+v", n, steps))
		}
		if isOver(s.to) {
			ends++
		}
		switch change := s.number - s.fromAttempt; {
		case s.claims():
			if s.fromToken != "" || used[s.token] || change != 1 {
				errs = append(errs, fmt.Errorf("step %d is no good claim: %+v", n, s))
			}
			used[s.token] = true
		case s.from == "NEEDS_REVIEW" && s.number == 0, s.to == "QUEUED" && change == -1, change == 0:
		default:
			errs = append(errs, fmt.Errorf("step %d counts attempts wrong: %+v", n, s))
		}
	}
	if ends != 1 || steps[len(steps)-1].token != "" || !isOver(steps[len(steps)-1].to) {
		errs = append(errs, fmt.Errorf("it ended %d times: %+v", ends, steps))
	}
	if len(errs) > 0 {
		return fmt.Errorf("job %d: %w", id, errors.Join(errs...))
	}
	return nil
}

// takenOver measures how long the jobs of killed processes lay there, and checks it where nothing else stood in the way:
// a lease's length, and the time until somebody looks. The one process of SQLite takes its jobs up when it starts.
func (in *installation) takenOver(report *injected, steps map[int64][]step) error {
	var errs []error
	for _, k := range report.kills {
		for _, id := range k.jobs {
			var again *step
			for n, s := range steps[id] {
				if s.claims() && s.at.After(k.at) && s.holder != k.holder {
					again = &steps[id][n]
					break
				}
			}
			if in.form == onSQLite {
				again = firstClaim(steps[id], k.at)
			}
			if again == nil { // it had just ended
				continue
			}
			lay := again.at.Sub(k.at).Round(100 * time.Millisecond)
			disturbed := slices.ContainsFunc(report.noted, func(at time.Time) bool { return at.After(k.at.Add(-staleAfter)) && at.Before(again.at) })
			in.t.Logf("%s: job %d of the killed %s went on with %s after %v (disturbed meanwhile: %v)", in.name, id, k.holder, again.holder, lay,
				disturbed)
			if !disturbed && lay > mostLying {
				errs = append(errs, fmt.Errorf("job %d of the killed %s lay there for %v", id, k.holder, lay))
			}
		}
	}
	return errors.Join(errs...)
}

// taken says whether all jobs of a killed process are with others, or over.
func (in *installation) taken(k kill) (bool, error) {
	running, err := in.running()
	if err != nil {
		return false, err
	}
	for _, id := range k.jobs {
		var state string
		if err := in.db.QueryRowContext(in.ctx, `SELECT state FROM jobs WHERE id = `+fmt.Sprint(id)).Scan(&state); err != nil {
			return false, err
		}
		waits := !isOver(state) && state != "NEEDS_REVIEW" &&
			!slices.ContainsFunc(running, func(r runningJob) bool { return r.id == id && r.holder != k.holder })
		if waits {
			return false, nil
		}
	}
	return true, nil
}

func firstClaim(steps []step, after time.Time) *step {
	for n, s := range steps {
		if s.claims() && s.at.After(after) {
			return &steps[n]
		}
	}
	return nil
}
