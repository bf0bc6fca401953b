// Package collections keeps electronic collections, sets of them, and those of the Community Zone from which they are
// activated.
package collections

import (
	"autoholdings/holdings"
	"autoholdings/internal/store"
)

// Service is the collections of a library.
type Service struct {
	store *store.Store
	busy  holdings.Busy
}

// New returns the collections in a database. busy keeps changes away from what jobs work on.
func New(s *store.Store, busy holdings.Busy) *Service {
	return &Service{store: s, busy: holdings.RequireBusy(busy)}
}
