// Package acquisitions keeps PO lines and licenses: what a person enters, imports from CSV, and compares with the
// holdings.
package acquisitions

import (
	"autoholdings/holdings"
	"autoholdings/internal/store"
)

// Service is the acquisitions of a library.
type Service struct {
	store    *store.Store
	holdings *holdings.Service
}

// New returns the acquisitions in a database; the reconciliation lists portfolios of its holdings.
func New(s *store.Store, h *holdings.Service) *Service { return &Service{store: s, holdings: h} }
