// Package library opens all packages of the domain on one database.
package library

import (
	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/bulk"
	"autoholdings/holdings/collections"
	"autoholdings/holdings/move"
	"autoholdings/holdings/profiles"
	"autoholdings/holdings/worklist"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
)

// Library has the services of the domain for one library.
type Library struct {
	Holdings     *holdings.Service
	Collections  *collections.Service
	Acquisitions *acquisitions.Service
	Profiles     *profiles.Service
	Moves        *move.Service
	Bulk         *bulk.Service
	Worklist     *worklist.Service
}

// Open opens the services on a database. box seals credentials; busy refuses changes to what jobs are working on. The
// providers are those that profiles may use, the default first. With none, all profiles are of one provider that
// nothing is known about.
func Open(s *store.Store, box *secret.Box, busy holdings.Busy, of ...profiles.Provider) *Library {
	h, p := holdings.New(s, busy), profiles.New(s, box, busy, of...)
	return &Library{
		Holdings: h, Collections: collections.New(s, busy), Acquisitions: acquisitions.New(s, h),
		Profiles: p, Moves: move.New(s, h), Bulk: bulk.New(s, h, busy), Worklist: worklist.New(s, p),
	}
}
