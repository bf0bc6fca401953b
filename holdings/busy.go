package holdings

import (
	"context"
	"strings"

	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// Busy knows which jobs are under way. In the transaction that is about to write, each method looks for a job that
// stands in the way. It refuses with a problem of code CONFLICT.
type Busy interface {
	// Collection refuses if an unfinished job reads or writes a collection, or waits for a person's decision on it.
	Collection(ctx context.Context, tx *store.Tx, collectionID int64) error

	// Writing refuses if a job is writing a collection at this moment.
	Writing(ctx context.Context, tx *store.Tx, collectionID int64) error

	// Set refuses if an unfinished job moves the portfolios of a set.
	Set(ctx context.Context, tx *store.Tx, setID int64) error

	// Profile refuses if a job of a profile is unfinished. The asking job itself does not count; 0: no job asks.
	Profile(ctx context.Context, tx *store.Tx, profileID, askingJobID int64) error
}

// RequireBusy returns busy and panics if it is nil: without a Busy, nothing would keep changes and jobs apart.
func RequireBusy(busy Busy) Busy {
	if busy == nil {
		panic("busy is nil: pass jobs.Busy, or holdings.NoJobs if no job ever runs")
	}
	return busy
}

// NoJobs is for a database on which no job ever runs, such as a test's.
var NoJobs Busy = noJobs{}

type noJobs struct{}

func (noJobs) Collection(context.Context, *store.Tx, int64) error     { return nil }
func (noJobs) Writing(context.Context, *store.Tx, int64) error        { return nil }
func (noJobs) Set(context.Context, *store.Tx, int64) error            { return nil }
func (noJobs) Profile(context.Context, *store.Tx, int64, int64) error { return nil }

// onField sets the path of an error's problems to one field of the input.
func onField(path string, err error) error {
	found, _ := problem.In(err)
	for _, p := range found {
		p.Path = strings.Split(path, ".")
	}
	return err
}
