// Package holdingstest is what tests of the domain share: all its rooms on a real database, lists, and syncs of them.
package holdingstest

import (
	"context"
	"testing"

	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/collections"
	"autoholdings/holdings/library"
	"autoholdings/holdings/move"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
)

// Bundle is a database with one collection and profiles 1 and 2, on which lists are planned and applied directly.
type Bundle struct {
	T            *testing.T
	Store        *store.Store
	Library      *library.Library
	Holdings     *holdings.Service
	Collections  *collections.Service
	Acquisitions *acquisitions.Service
	Profiles     *profiles.Service
	Moves        *move.Service
	Jobs         int64

	ZoneOnly bool   // skip what the Community Zone does not have
	Release  string // date of the lists
}

const CollectionID = 10

func New(t *testing.T) *Bundle {
	t.Helper()
	b := Open(t)
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		for id := range int64(2) {
			tx.Profile.Create().SetID(id + 1).SetCreatedAt(1).SetUpdatedAt(1).SetCustomerNumber("demo").SetAPIKeySealed([]byte("x")).
				SetAPIKeyFingerprint("x").SetAPIKeySetAt(1).SaveX(ctx)
		}
		return tx.Collection.Create().SetID(CollectionID).SetCreatedAt(1).SetUpdatedAt(1).SetName("journals").SetNameKey("journals").Exec(ctx)
	})
	return b
}

// Open opens a new database with nothing in it.
func Open(t *testing.T) *Bundle {
	t.Helper()
	b := &Bundle{T: t}
	dir := t.TempDir()
	var err error
	b.Store, err = store.Open(t.Context(), storetest.Options(t, dir))
	b.Must(err)
	t.Cleanup(func() { b.Must(b.Store.Close()) })
	box, err := secret.Open(dir)
	b.Must(err)
	lib := library.Open(b.Store, box, holdings.NoJobs)
	b.Library = lib
	b.Holdings, b.Collections, b.Acquisitions, b.Profiles, b.Moves = lib.Holdings, lib.Collections, lib.Acquisitions, lib.Profiles, lib.Moves
	return b
}

func (b *Bundle) Must(err error) {
	b.T.Helper()
	if err != nil {
		b.T.Fatal(err)
	}
}

func (b *Bundle) Write(fn func(ctx context.Context, tx *store.Tx) error) {
	b.T.Helper()
	b.Must(b.Store.Write(b.T.Context(), fn))
}
