package jobs

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"autoholdings/ent"
	"autoholdings/internal/opaque"
	"autoholdings/internal/store"
	"autoholdings/provider"
)

// claim takes a queued job's row for this worker. It returns nil if there is nothing to do: another worker has it, it
// has ended, it is not due yet, or it waits for a job that writes one of its collections.
func (s *Service) claim(ctx context.Context, jobID int64) (*run, error) {
	var claimed *run
	later := false
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		claimed = nil
		row, err := tx.Job.Get(ctx, jobID)
		if ent.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("claim job %d: %w", jobID, err)
		}
		if row.State != Queued && (row.State != Cancelling || row.HeartbeatAt != nil) {
			return nil
		}
		args := argumentsOf(row)
		if later, err = s.leaveToOthers(ctx, tx, row, args); err != nil || later {
			return err
		}
		if free, err := s.takeCollections(ctx, tx, row, args); err != nil || !free {
			return err
		}
		token := rand.Text()
		result, err := tx.SQL.ExecContext(ctx, `UPDATE jobs SET state = CASE state WHEN 'QUEUED' THEN 'RUNNING' ELSE state END,
			run_token = ?, attempt = attempt + 1, heartbeat_at = `+store.NowSQL+`, started_at = COALESCE(started_at, `+store.NowSQL+`),
			work_from = NULL, work_since = `+store.NowSQL+`, waits_for_job_id = NULL, `+waitsNoMore+`, updated_at = `+store.NowSQL+`
			WHERE id = ? AND due_at <= `+store.NowSQL+` AND `+waiting, token, jobID)
		if err != nil {
			return fmt.Errorf("claim job %d: %w", jobID, err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return err
		}
		if row, err = tx.Job.Get(ctx, jobID); err != nil {
			return fmt.Errorf("claim job %d: %w", jobID, err)
		}
		claimed = &run{s: s, job: row, kind: kindOf(row.Kind), args: args, token: token, began: time.Now(), cancelled: row.State == Cancelling}
		return nil
	})
	if later {
		s.tell(jobID)
	}
	return claimed, err
}

// leaveToOthers postpones a job if this process can ask none of the providers that the job must ask: a process that can
// will take it, and until then the job's error says what it waits for. If this process can ask some of them, it runs the
// job, and the parts of the others fail: no process may ever be able to ask them all.
func (s *Service) leaveToOthers(ctx context.Context, tx *store.Tx, row *ent.Job, args arguments) (later bool, err error) {
	asking, ok := args.(asker)
	if !ok || row.State == Cancelling { // it asks nobody any more
		return false, nil
	}
	asked, err := asking.asked(ctx, tx, s)
	if err != nil || len(asked) == 0 || slices.ContainsFunc(asked, (*provider.Fetcher).Asks) {
		return false, err
	}
	why := waitsForAddress(asked)
	s.log.WarnContext(ctx, "job left to another process", "job", opaque.ID(jobType, row.ID), "why", why.Message)
	_, err = tx.SQL.ExecContext(ctx, `UPDATE jobs SET dispatched_at = NULL, due_at = `+store.NowSQL+` + 60000, updated_at = `+store.NowSQL+`,
		error_code = ?, error_message = ?, error_hint = ? WHERE id = ? AND `+waiting, why.Code.String(), why.Message, why.Hint, row.ID)
	return true, err
}

// waitsNoMore clears what leaveToOthers wrote.
const waitsNoMore = `error_code = '', error_message = '', error_hint = ''`

// waitsForAddress says what a job waits for that must ask providers of which this process can ask none.
func waitsForAddress(asked []*provider.Fetcher) *failure {
	var titles, settings []string
	for _, f := range asked {
		titles, settings = append(titles, f.Provider().Title), append(settings, f.AddressSetting())
	}
	return &failure{
		codeNoAddress,
		"this server has no address for " + strings.Join(titles, " and ") + ", so the job waits for a server that has one",
		"Start a server with " + strings.Join(settings, " or ") + ", or cancel the job.",
	}
}

// noAddress says that a list was not fetched because this process cannot ask the list's provider.
func noAddress(f *provider.Fetcher, r provider.Request) *failure {
	what, hint := "the list", "Start the server with "+f.AddressSetting()+", then start the job again"
	if r.Global {
		what, hint = "the title list", hint+"; or upload the list and import it"
	}
	title := f.Provider().Title
	return &failure{codeNoAddress, fmt.Sprintf("%s of %s was not fetched: this server has no address for %s", what, title, title), hint + "."}
}

// takeCollections makes the job the writer of its collections, or makes it wait for the job that is. It is dispatched
// again when that job releases them.
func (s *Service) takeCollections(ctx context.Context, tx *store.Tx, row *ent.Job, args arguments) (free bool, err error) {
	if row.Mode != Apply {
		return true, nil
	}
	ids, err := s.collectionsToWrite(ctx, tx, row, args)
	if err != nil {
		return false, err
	}
	for _, id := range ids {
		var writer int64
		err := tx.SQL.QueryRowContext(ctx, `SELECT j.id FROM collections c JOIN jobs j ON j.id = c.writer_job_id
			WHERE c.id = ? AND j.id <> ? AND j.state IN ('RUNNING', 'CANCELLING')`, id, row.ID).Scan(&writer)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return false, fmt.Errorf("look for the writer of collection %d: %w", id, err)
		}
		_, err = tx.SQL.ExecContext(ctx, `UPDATE jobs SET waits_for_job_id = ?, `+waitsNoMore+` WHERE id = ?`, writer, row.ID)
		return false, err
	}
	for _, id := range ids {
		if _, err := tx.SQL.ExecContext(ctx, `UPDATE collections SET writer_job_id = ? WHERE id = ?`, row.ID, id); err != nil {
			return false, fmt.Errorf("become the writer of collection %d: %w", id, err)
		}
	}
	return true, nil
}

// collectionsToWrite returns the ids of the collections that a job writes, in order.
func (s *Service) collectionsToWrite(ctx context.Context, tx *store.Tx, row *ent.Job, args arguments) (ids []int64, err error) {
	if args, ok := args.(collectionFinder); ok {
		if ids, err = args.findCollections(ctx, tx, s, row.ID); err != nil {
			return nil, err
		}
	}
	return slices.Sorted(slices.Values(append(ids, args.involved().writes...))), nil
}
