package jobs

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/job"
	"autoholdings/ent/jobpart"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// CheckCollectionIdle returns a problem if an unfinished job reads or writes a collection, or waits for a person with
// changes to it.
func CheckCollectionIdle(ctx context.Context, tx *store.Tx, collectionID int64) error {
	row, err := unfinishedWith(ctx, tx, func(in involved) bool { return slices.Contains(append(in.reads, in.writes...), collectionID) })
	if err != nil {
		return err
	}
	if row == nil {
		row, err = tx.Job.Query().Where(job.StateIn(Unfinished...), job.HasPartsWith(jobpart.CollectionID(collectionID))).
			Order(job.ByID()).First(ctx)
		if err != nil && !ent.IsNotFound(err) {
			return fmt.Errorf("look for jobs of collection %d: %w", collectionID, err)
		}
	}
	if row == nil {
		if row, err = writerOf(ctx, tx, collectionID); err != nil {
			return err
		}
	}
	return underWayWith(row, "input.collectionId", "collection")
}

// checkSetIdle returns a problem if an unfinished job belongs to a set.
func checkSetIdle(ctx context.Context, tx *store.Tx, setID int64) error {
	row, err := unfinishedWith(ctx, tx, func(in involved) bool { return slices.Contains(in.sets, setID) })
	if err != nil {
		return err
	}
	return underWayWith(row, "input.setId", "set")
}

// unfinishedWith finds an unfinished job by its arguments, since a job that has not begun has no parts yet.
func unfinishedWith(ctx context.Context, tx *store.Tx, is func(involved) bool) (*ent.Job, error) {
	rows, err := tx.Job.Query().Where(job.StateIn(Unfinished...)).Order(job.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the unfinished jobs: %w", err)
	}
	for _, row := range rows {
		if is(argumentsOf(row).involved()) {
			return row, nil
		}
	}
	return nil, nil
}

// writerOf returns the job that is writing a collection now, or nil.
func writerOf(ctx context.Context, tx *store.Tx, collectionID int64) (*ent.Job, error) {
	c, err := tx.Collection.Query().Where(collection.ID(collectionID), collection.WriterJobIDNotNil()).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for the writer of collection %d: %w", collectionID, err)
	}
	row, err := tx.Job.Get(ctx, *c.WriterJobID)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return row, err
}

func underWayWith(row *ent.Job, path, what string) error {
	if row == nil {
		return nil
	}
	return problem.New(problem.Conflict, path, "a job of this %s is not finished (%s, %s): wait for it, or cancel or reject it first",
		what, strings.ToLower(strings.ReplaceAll(row.Kind, "_", " ")), strings.ToLower(strings.ReplaceAll(row.State, "_", " ")))
}
