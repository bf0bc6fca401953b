// Package profiles manages integration profiles and what belongs to them: credentials, schedules, inventory groups, the
// rules for a library with several campuses, alerts and settings.
package profiles

import (
	"context"
	"time"

	"autoholdings/holdings"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
)

// Service gives access to a library's profiles.
type Service struct {
	// Now is the clock for when schedules take effect and alerts are due. Nil: the database's, so that all processes have
	// the same one.
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
	return &Service{store: s, box: box, busy: holdings.RequireBusy(busy), providers: newProviders(of)}
}

// now is the time in a transaction, in Unix milliseconds.
func (s *Service) now(tx *store.Tx) int64 {
	if s.Now != nil {
		return s.Now().UnixMilli()
	}
	return tx.Now
}

// today is the time outside a transaction.
func (s *Service) today(ctx context.Context) (time.Time, error) {
	if s.Now != nil {
		return s.Now(), nil
	}
	now, err := s.store.DatabaseNow(ctx)
	return store.Time(now), err
}
