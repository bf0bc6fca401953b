package jobs

import (
	"context"

	"autoholdings/holdings"
	"autoholdings/internal/store"
)

// Busy tells the domain of jobs under way, as the jobs table has them.
type Busy struct{}

var _ holdings.Busy = Busy{}

// Collection refuses where an unfinished job reads or writes a collection, or waits for a decision on it.
func (Busy) Collection(ctx context.Context, tx *store.Tx, collectionID int64) error {
	return CheckCollectionIdle(ctx, tx, collectionID)
}

// Writing refuses where a job is writing a collection at this moment.
func (Busy) Writing(ctx context.Context, tx *store.Tx, collectionID int64) error {
	return checkUnwritten(ctx, tx, collectionID)
}

// Set refuses where an unfinished job is of a set.
func (Busy) Set(ctx context.Context, tx *store.Tx, setID int64) error {
	return checkSetIdle(ctx, tx, setID)
}

// Profile refuses where a job of a profile is unfinished, unless it is the one that asks.
func (Busy) Profile(ctx context.Context, tx *store.Tx, profileID, askingJobID int64) error {
	return checkIdleBut(ctx, tx, profileID, askingJobID)
}
