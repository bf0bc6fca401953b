// Package move moves PO lines and licenses from the portfolios of some collections to their counterparts in another.
//
// [Service.PlanMove] pairs the portfolios (plan.go, match.go, key_table.go); [Service.ApplyMove] takes one collection after
// the other (move.go, batch.go); [Service.UndoMove] puts back (undo.go).
package move

import (
	"autoholdings/holdings"
	"autoholdings/internal/store"
)

// Service moves what portfolios have.
type Service struct {
	store    *store.Store
	holdings *holdings.Service
}

// New returns moves in a database, written as its holdings write.
func New(s *store.Store, h *holdings.Service) *Service { return &Service{store: s, holdings: h} }
