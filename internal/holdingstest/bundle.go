// Package holdingstest is what tests of the domain share: all its services on a real database, lists, and syncs.
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

// Bundle is a database with the services of the domain. Lists are planned and applied on it directly, without a queue.
type Bundle struct {
	T            *testing.T
	Store        *store.Store
	Library      *library.Library
	Holdings     *holdings.Service
	Collections  *collections.Service
	Acquisitions *acquisitions.Service
	Profiles     *profiles.Service
	Moves        *move.Service

	ZoneOnly bool   // skip what the Community Zone does not have
	Release  string // date of the lists, YYYY-MM-DD

	jobs int64 // how many job ids were given out
}

// CollectionID is the id of the collection that New makes.
const CollectionID = 10

// New opens a new database with the collection CollectionID and the profiles 1 and 2.
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

// Must ends the test if there is an error.
func (b *Bundle) Must(err error) {
	b.T.Helper()
	if err != nil {
		b.T.Fatal(err)
	}
}

// Write runs fn in a transaction that writes. It ends the test if there is an error.
func (b *Bundle) Write(fn func(ctx context.Context, tx *store.Tx) error) {
	b.T.Helper()
	b.Must(b.Store.Write(b.T.Context(), fn))
}
