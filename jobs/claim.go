package jobs

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/communityzonecollection"
	"autoholdings/ent/jobpart"
	"autoholdings/internal/store"
	"autoholdings/oup"
)

// Why a run stops before its end.
var (
	errLost     = errors.New("the job is run by another worker now")
	errCancel   = errors.New("the job is to be cancelled")
	errHandBack = errors.New("the worker stops")
)

// run is one worker's hold on a job's row.
type run struct {
	s         *Service
	job       *ent.Job
	token     string
	cancelled bool // it was being cancelled when it was claimed
	ended     bool // its last transaction ended the job

	foresight *foresight // of a preview of several parts; nil: none
}

// claim takes the row of a queued job for this worker. It returns nil where there is nothing to do: another worker has
// it, it is over, not due yet, or waits for a job that writes one of its collections.
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
		if later, err = s.leaveToOthers(ctx, tx, row); err != nil || later {
			return err
		}
		if free, err := takeCollections(ctx, tx, row); err != nil || !free {
			return err
		}
		token := rand.Text()
		result, err := tx.SQL.ExecContext(ctx, `UPDATE jobs SET state = CASE state WHEN 'QUEUED' THEN 'RUNNING' ELSE state END,
			run_token = ?, attempt = attempt + 1, heartbeat_at = `+store.NowSQL+`, started_at = COALESCE(started_at, `+store.NowSQL+`),
			waits_for_job_id = NULL, updated_at = `+store.NowSQL+`
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
		claimed = &run{s: s, job: row, token: token, cancelled: row.State == Cancelling}
		return nil
	})
	if later {
		s.tell(jobID)
	}
	return claimed, err
}

// leaveToOthers puts a job off that has to ask the provider, where this process cannot: another one that can will take
// it.
func (s *Service) leaveToOthers(ctx context.Context, tx *store.Tx, row *ent.Job) (later bool, err error) {
	if s.fetcher == nil || s.fetcher.Asks() || row.Kind != KindSync && row.Kind != KindZone {
		return false, nil
	}
	given, err := argsOf[struct {
		FileID int64 `json:"fileId"`
	}](row)
	if err != nil || given.FileID != 0 {
		return false, err
	}
	_, err = tx.SQL.ExecContext(ctx, `UPDATE jobs SET dispatched_at = NULL, due_at = `+store.NowSQL+` + 60000 WHERE id = ? AND `+waiting,
		row.ID)
	return true, err
}

// takeCollections makes the job the writer of its collections, or says that it must wait and for which job. The job
// that waits is dispatched again when that one lets go.
func takeCollections(ctx context.Context, tx *store.Tx, row *ent.Job) (free bool, err error) {
	if row.Mode != Apply {
		return true, nil
	}
	ids, err := targetCollections(ctx, tx, row)
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
		_, err = tx.SQL.ExecContext(ctx, `UPDATE jobs SET waits_for_job_id = ? WHERE id = ?`, writer, row.ID)
		return false, err
	}
	for _, id := range ids {
		if _, err := tx.SQL.ExecContext(ctx, `UPDATE collections SET writer_job_id = ? WHERE id = ?`, row.ID, id); err != nil {
			return false, fmt.Errorf("become the writer of collection %d: %w", id, err)
		}
	}
	return true, nil
}

// targetCollections are the collections that a job writes: those that its arguments name (collectionIds) or, where they
// name none, as those of a sync do, the active ones of the provider's content types, and those that it began or was
// held with while they were active.
func targetCollections(ctx context.Context, tx *store.Tx, row *ent.Job) ([]int64, error) {
	named, err := argsOf[struct {
		CollectionIDs []int64 `json:"collectionIds"`
	}](row)
	if err != nil {
		return nil, err
	}
	if named.CollectionIDs != nil {
		return slices.Sorted(slices.Values(named.CollectionIDs)), nil
	}
	var zoneIDs []string
	for _, c := range oup.Collections() {
		zoneIDs = append(zoneIDs, c.CommunityZoneID)
	}
	ids, err := tx.Collection.Query().
		Where(collection.HasCommunityZoneCollectionWith(communityzonecollection.CzIDIn(zoneIDs...)),
			collection.Or(collection.Active(true), collection.HasJobPartsWith(jobpart.JobID(row.ID), stillOpen))).
		Order(collection.ByID()).IDs(ctx)
	if err != nil {
		return nil, fmt.Errorf("look up the collections to sync: %w", err)
	}
	return ids, nil
}

// stillOpen are the parts that a run of their job has yet to end.
var stillOpen = jobpart.StateIn(PartPending, PartFetched, PartApplying, PartApproved)

// fence makes a transaction fail unless this run still holds the row, and records its progress. Every transaction of
// a run calls it first: asynq may run one task several times at once.
func (r *run) fence(ctx context.Context, tx *store.Tx, phase string, done, total int) error {
	result, err := tx.SQL.ExecContext(ctx, `UPDATE jobs SET phase = ?, done = ?, total = ?, heartbeat_at = `+store.NowSQL+`
		WHERE id = ? AND run_token = ? AND state = 'RUNNING'`, phase, done, total, r.job.ID, r.token)
	if err != nil {
		return fmt.Errorf("record the progress of job %d: %w", r.job.ID, err)
	}
	return r.held(ctx, tx, result)
}

// beat says that the run lives, without changing its progress.
func (r *run) beat(ctx context.Context) error {
	return r.s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		result, err := tx.SQL.ExecContext(ctx, `UPDATE jobs SET heartbeat_at = `+store.NowSQL+`
			WHERE id = ? AND run_token = ? AND state = 'RUNNING'`, r.job.ID, r.token)
		if err != nil {
			return fmt.Errorf("heartbeat of job %d: %w", r.job.ID, err)
		}
		return r.held(ctx, tx, result)
	})
}

func (r *run) held(ctx context.Context, tx *store.Tx, result sql.Result) error {
	n, err := result.RowsAffected()
	if err != nil || n > 0 {
		return err
	}
	var state, token string
	err = tx.SQL.QueryRowContext(ctx, `SELECT state, run_token FROM jobs WHERE id = ?`, r.job.ID).Scan(&state, &token)
	if err == nil && state == Cancelling && token == r.token {
		return errCancel
	}
	return errLost
}

// end writes the row's last or next state and lets go of it and of its collections, in the caller's transaction.
func (r *run) end(ctx context.Context, tx *store.Tx, set func(*ent.JobUpdateOne) *ent.JobUpdateOne) error {
	var holder string
	err := tx.SQL.QueryRowContext(ctx, `SELECT run_token FROM jobs WHERE id = ?`, r.job.ID).Scan(&holder)
	if err != nil || holder != r.token {
		return errors.Join(errLost, err)
	}
	now := store.Now()
	if err := set(tx.Job.UpdateOneID(r.job.ID)).SetRunToken("").SetUpdatedAt(now).Exec(ctx); err != nil {
		return fmt.Errorf("end job %d: %w", r.job.ID, err)
	}
	return letGo(ctx, tx, r.job.ID)
}

// letGo frees the job's collections and dispatches the jobs that waited for it.
func letGo(ctx context.Context, tx *store.Tx, jobID int64) error {
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE collections SET writer_job_id = NULL WHERE writer_job_id = ?`, jobID); err != nil {
		return fmt.Errorf("free the collections of job %d: %w", jobID, err)
	}
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE jobs SET waits_for_job_id = NULL, dispatched_at = NULL, due_at = `+laterNow+`
		WHERE waits_for_job_id = ? AND state = 'QUEUED'`, jobID); err != nil {
		return fmt.Errorf("dispatch what waited for job %d: %w", jobID, err)
	}
	return nil
}

// argsOf are a job's arguments.
func argsOf[T any](row *ent.Job) (args T, err error) {
	if err := json.Unmarshal(row.Args, &args); err != nil {
		return args, fmt.Errorf("read the arguments of job %d: %w", row.ID, err)
	}
	return args, nil
}
