package holdings_test

import (
	"context"
	"testing"

	"autoholdings/holdings"
	"autoholdings/holdings/library"
	"autoholdings/internal/store"
)

// busyFunc is asked about everything that a job may stand in the way of.
type busyFunc func(ctx context.Context, tx *store.Tx) error

func (f busyFunc) Collection(ctx context.Context, tx *store.Tx, _ int64) error { return f(ctx, tx) }
func (f busyFunc) Writing(ctx context.Context, tx *store.Tx, _ int64) error    { return f(ctx, tx) }
func (f busyFunc) Set(ctx context.Context, tx *store.Tx, _ int64) error        { return f(ctx, tx) }
func (f busyFunc) Profile(ctx context.Context, tx *store.Tx, _, _ int64) error { return f(ctx, tx) }

// whileBusy is the domain while a job stands in the way of everything, with that refusal.
func (b *testBundle) whileBusy(refusal error) *library.Library {
	return library.Open(b.store, nil, busyFunc(func(context.Context, *store.Tx) error { return refusal }))
}

// TestNewDemandsBusy: a domain that knows of no jobs would let people write what jobs are writing.
func TestNewDemandsBusy(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a domain was made that knows of no jobs")
		}
	}()
	holdings.New(openBundle(t).store, nil)
}
