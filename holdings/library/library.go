// Package library opens all rooms of the domain on one database.
package library

import (
	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/collections"
	"autoholdings/holdings/move"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
)

// Library is the domain of one library.
type Library struct {
	Holdings     *holdings.Service
	Collections  *collections.Service
	Acquisitions *acquisitions.Service
	Profiles     *profiles.Service
	Moves        *move.Service
}

// Open opens it. box seals credentials; busy keeps changes away from what jobs work on. The providers are those that
// profiles may be of, the standard one first; none: profiles are of one provider of which nothing is known.
func Open(s *store.Store, box *secret.Box, busy holdings.Busy, of ...profiles.Provider) *Library {
	h := holdings.New(s, busy)
	return &Library{
		Holdings: h, Collections: collections.New(s, busy), Acquisitions: acquisitions.New(s, h),
		Profiles: profiles.New(s, box, busy, of...), Moves: move.New(s, h),
	}
}
