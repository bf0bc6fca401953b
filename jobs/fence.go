package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"autoholdings/ent"
	"autoholdings/internal/store"
)

// fence makes a transaction fail unless this run still holds the row, and records its progress. Every transaction of a
// run calls it first, because asynq may run one task several times at once.
func (r *run) fence(ctx context.Context, tx *store.Tx, phase string, done, total int) error {
	result, err := tx.SQL.ExecContext(ctx, `UPDATE jobs SET phase = ?, done = ?, total = ?, heartbeat_at = `+store.NowSQL+`, `+workSQL+`
		WHERE id = ? AND run_token = ? AND state = 'RUNNING'`, phase, done, total, workOf(phase, done, total), r.job.ID, r.job.ID, r.token)
	if err != nil {
		return fmt.Errorf("record the progress of job %d: %w", r.job.ID, err)
	}
	return r.stillHeld(ctx, tx, result)
}

// beat records that the run is alive, without changing its progress.
func (r *run) beat(ctx context.Context) error { return r.s.store.WriteBeside(ctx, r.fenceBeside) }

// fenceBeside is the fence for what is done beside the parts in turn: it leaves the progress to them.
func (r *run) fenceBeside(ctx context.Context, tx *store.Tx) error {
	result, err := tx.SQL.ExecContext(ctx, `UPDATE jobs SET heartbeat_at = `+store.NowSQL+`
		WHERE id = ? AND run_token = ? AND state = 'RUNNING'`, r.job.ID, r.token)
	if err != nil {
		return fmt.Errorf("heartbeat of job %d: %w", r.job.ID, err)
	}
	return r.stillHeld(ctx, tx, result)
}

// stillHeld returns why the row was not written, if it was not.
func (r *run) stillHeld(ctx context.Context, tx *store.Tx, result sql.Result) error {
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

// release writes the row's final or next state and releases it and its collections, in the caller's transaction.
func (r *run) release(ctx context.Context, tx *store.Tx, set func(*ent.JobUpdateOne) *ent.JobUpdateOne) error {
	var holder string
	err := tx.SQL.QueryRowContext(ctx, `SELECT run_token FROM jobs WHERE id = ?`, r.job.ID).Scan(&holder)
	if err != nil || holder != r.token {
		return errors.Join(errLost, err)
	}
	now := tx.Now
	if err := set(tx.Job.UpdateOneID(r.job.ID)).SetRunToken("").SetUpdatedAt(now).Exec(ctx); err != nil {
		return fmt.Errorf("end job %d: %w", r.job.ID, err)
	}
	return letGo(ctx, tx, r.job.ID)
}

// letGo releases the job's collections and dispatches the jobs that waited for them.
func letGo(ctx context.Context, tx *store.Tx, jobID int64) error {
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE collections SET writer_job_id = NULL WHERE writer_job_id = ?`, jobID); err != nil {
		return fmt.Errorf("free the collections of job %d: %w", jobID, err)
	}
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE jobs SET waits_for_job_id = NULL, dispatched_at = NULL, updated_at = `+store.NowSQL+`,
		due_at = `+laterNow+` WHERE waits_for_job_id = ? AND state = 'QUEUED'`, jobID); err != nil {
		return fmt.Errorf("dispatch what waited for job %d: %w", jobID, err)
	}
	return nil
}
