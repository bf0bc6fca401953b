package holdingstest

import (
	"context"

	"autoholdings/holdings/library"
	"autoholdings/internal/store"
)

// BusyFunc is a holdings.Busy that gives the same answer to every question.
type BusyFunc func(ctx context.Context, tx *store.Tx) error

// Collection gives the answer for a collection.
func (f BusyFunc) Collection(ctx context.Context, tx *store.Tx, _ int64) error { return f(ctx, tx) }

// Writing gives the answer for a collection that is being written.
func (f BusyFunc) Writing(ctx context.Context, tx *store.Tx, _ int64) error { return f(ctx, tx) }

// Set gives the answer for a set of collections.
func (f BusyFunc) Set(ctx context.Context, tx *store.Tx, _ int64) error { return f(ctx, tx) }

// Profile gives the answer for a profile.
func (f BusyFunc) Profile(ctx context.Context, tx *store.Tx, _, _ int64) error { return f(ctx, tx) }

// WhileBusy opens the domain as it is while a job stands in the way of everything: each question gets this refusal.
func (b *Bundle) WhileBusy(refusal error) *library.Library {
	return library.Open(b.Store, nil, BusyFunc(func(context.Context, *store.Tx) error { return refusal }))
}
