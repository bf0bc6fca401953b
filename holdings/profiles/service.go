// Package profiles manages integration profiles and what belongs to them: credentials, schedules, inventory groups, the
// rules for a library with several campuses, alerts and settings.
package profiles

import (
	"time"

	"autoholdings/holdings"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
)

// Service gives access to a library's profiles.
type Service struct {
	// Now is the clock for when schedules take effect and alerts are due. The default is the machine's.
	Now func() time.Time

	store     *store.Store
	box       *secret.Box
	busy      holdings.Busy
	providers providers
}

// New returns the service for a database. box seals credentials; busy blocks changes to what jobs are working on. of
// lists the providers that profiles may have, the standard one first. If it is empty, all profiles have one provider
// that nothing is known about.
func New(s *store.Store, box *secret.Box, busy holdings.Busy, of ...Provider) *Service {
	return &Service{Now: time.Now, store: s, box: box, busy: holdings.RequireBusy(busy), providers: newProviders(of)}
}
