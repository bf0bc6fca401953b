// Package bulk changes many portfolios at once: what staff decide about them, and whether and where they are in the holdings.
//
// An [Order] says what to do and with which portfolios: those of a filter, a list of ids, a saved set ([SetInput]), or the lines
// of a file ([Service.ReadLines]). [Service.Run] does it, one collection after the other, and [Service.Undo] takes it back.
// [Service.ExportLocal] writes what staff decided as a file that ReadLines reads, here or elsewhere.
package bulk

import (
	"autoholdings/holdings"
	"autoholdings/internal/store"
)

// Service changes many portfolios of a database.
type Service struct {
	store    *store.Store
	holdings *holdings.Service
	busy     holdings.Busy
}

// New returns it. h writes the parts and reports of jobs; busy refuses to delete sets that jobs are using.
func New(s *store.Store, h *holdings.Service, busy holdings.Busy) *Service {
	return &Service{store: s, holdings: h, busy: holdings.RequireBusy(busy)}
}
