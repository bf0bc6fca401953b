package holdingstest

import (
	"context"

	"autoholdings/holdings/library"
	"autoholdings/internal/store"
)

// BusyFunc is asked about everything that a job may stand in the way of.
type BusyFunc func(ctx context.Context, tx *store.Tx) error

func (f BusyFunc) Collection(ctx context.Context, tx *store.Tx, _ int64) error { return f(ctx, tx) }

func (f BusyFunc) Writing(ctx context.Context, tx *store.Tx, _ int64) error { return f(ctx, tx) }

func (f BusyFunc) Set(ctx context.Context, tx *store.Tx, _ int64) error { return f(ctx, tx) }

func (f BusyFunc) Profile(ctx context.Context, tx *store.Tx, _, _ int64) error { return f(ctx, tx) }

// WhileBusy is the domain while a job stands in the way of everything, with that refusal.
func (b *Bundle) WhileBusy(refusal error) *library.Library {
	return library.Open(b.Store, nil, BusyFunc(func(context.Context, *store.Tx) error { return refusal }))
}
