package jobs

import (
	"context"

	"autoholdings/holdings"
	"autoholdings/internal/store"
)

// Busy tells the domain about unfinished jobs, from the jobs table.
type Busy struct{}

var _ holdings.Busy = Busy{}

// Collection returns a problem if an unfinished job reads or writes a collection, or waits for a decision on it.
func (Busy) Collection(ctx context.Context, tx *store.Tx, collectionID int64) error {
	return CheckCollectionIdle(ctx, tx, collectionID)
}

// Writing returns a problem if a job is writing a collection right now.
func (Busy) Writing(ctx context.Context, tx *store.Tx, collectionID int64) error {
	return checkUnwritten(ctx, tx, collectionID)
}

// Set returns a problem if an unfinished job belongs to a set.
func (Busy) Set(ctx context.Context, tx *store.Tx, setID int64) error {
	return checkSetIdle(ctx, tx, setID)
}

// Profile returns a problem if a job of a profile is unfinished, except the job that asks.
func (Busy) Profile(ctx context.Context, tx *store.Tx, profileID, askingJobID int64) error {
	return checkIdleBut(ctx, tx, profileID, askingJobID)
}
