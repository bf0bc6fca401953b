// Package collections keeps electronic collections, sets of them, and the Community Zone collections from which they
// are activated.
package collections

import (
	"autoholdings/holdings"
	"autoholdings/internal/store"
)

// Service manages the collections of a library.
type Service struct {
	store *store.Store
	busy  holdings.Busy
}

// New returns the collections in a database. busy refuses changes to what jobs are working on.
func New(s *store.Store, busy holdings.Busy) *Service {
	return &Service{store: s, busy: holdings.RequireBusy(busy)}
}
