// Package acquisitions manages PO lines and licenses: it creates, changes and imports them, and compares them with the
// holdings.
package acquisitions

import (
	"autoholdings/holdings"
	"autoholdings/internal/store"
)

// Service gives access to a library's PO lines and licenses.
type Service struct {
	store    *store.Store
	holdings *holdings.Service
}

// New returns the service for a database; h provides the portfolios for the reconciliation.
func New(s *store.Store, h *holdings.Service) *Service { return &Service{store: s, holdings: h} }
