package jobs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/job"
	"autoholdings/internal/store"
)

// Stirring is a job that is not over, or that changed a short while ago.
type Stirring struct {
	Job        *ent.Job
	ProfileIDs []int64 // that it runs, or whose job it undoes
}

// overlap is how far back jobs are read once more: a transaction may end later than one that began after it.
const overlap = 10 * time.Second

// Stirring reads the jobs that are not over and those that were written since a moment in Unix milliseconds, 0: lately; also the
// moment from which the next reading must begin. It takes three statements, however many jobs there are.
func (r *Reader) Stirring(ctx context.Context, since int64) (found []*Stirring, next int64, err error) {
	now, err := r.store.DatabaseNow(ctx)
	if err != nil {
		return nil, 0, err
	}
	next = now - overlap.Milliseconds()
	if since == 0 {
		since = next
	}
	rows, err := r.store.Read.Job.Query().Where(job.Or(job.StateIn(Queued, Running, Cancelling), job.UpdatedAtGTE(since))).
		Order(job.ByUpdatedAt(), job.ByID()).All(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("read the jobs that change: %w", err)
	}
	profiles, err := r.profilesOf(ctx, rows)
	if err != nil {
		return nil, 0, err
	}
	for _, row := range rows {
		found = append(found, &Stirring{Job: row, ProfileIDs: profiles[row.ID]})
	}
	return found, next, nil
}

// profilesOf returns the profiles that jobs were queued for, have parts of, or undo.
func (r *Reader) profilesOf(ctx context.Context, rows []*ent.Job) (map[int64][]int64, error) {
	profiles, undoers := map[int64][]int64{}, map[int64][]int64{}
	var ids []int64
	for _, row := range rows {
		profiles[row.ID] = slices.Clone(ProfileIDs(row))
		ids = append(ids, row.ID)
		if row.Kind == KindUndo && row.SubjectJobID != nil {
			ids, undoers[*row.SubjectJobID] = append(ids, *row.SubjectJobID), append(undoers[*row.SubjectJobID], row.ID)
		}
	}
	for chunk := range slices.Chunk(ids, store.IDsAtOnce) {
		if err := r.addProfiles(ctx, chunk, func(jobID, profileID int64) {
			profiles[jobID] = append(profiles[jobID], profileID)
			for _, undoer := range undoers[jobID] {
				profiles[undoer] = append(profiles[undoer], profileID)
			}
		}); err != nil {
			return nil, err
		}
	}
	return profiles, nil
}

func (r *Reader) addProfiles(ctx context.Context, jobIDs []int64, add func(jobID, profileID int64)) error {
	placeholders, args := store.InList(jobIDs)
	found, err := r.store.Query(ctx, `SELECT DISTINCT job_id, profile_id FROM job_parts
		WHERE profile_id IS NOT NULL AND job_id IN `+placeholders, args...)
	if err != nil {
		return fmt.Errorf("read the profiles of jobs: %w", err)
	}
	defer found.Close()
	for found.Next() {
		var jobID, profileID int64
		if err := found.Scan(&jobID, &profileID); err != nil {
			return fmt.Errorf("read the profiles of jobs: %w", err)
		}
		add(jobID, profileID)
	}
	return found.Err()
}
