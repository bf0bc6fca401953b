// Package move moves PO lines and licenses from the portfolios of some collections to their counterparts in another.
//
// [Service.PlanMove] pairs the portfolios (plan.go, match.go, key_table.go); [Service.ApplyMove] takes one collection
// after the other (move.go, batch.go); [Service.UndoMove] moves everything back (undo.go).
package move

import (
	"autoholdings/holdings"
	"autoholdings/internal/store"
)

// Service moves PO lines and licenses between portfolios.
type Service struct {
	store    *store.Store
	holdings *holdings.Service
}

// New returns the moves of a database. h writes their parts and reports.
func New(s *store.Store, h *holdings.Service) *Service { return &Service{store: s, holdings: h} }
