// Package profiles keeps integration profiles and what hangs on them: credentials, schedules, inventory groups, the
// rules of a library of several campuses, alerts and settings.
package profiles

import (
	"context"
	"time"

	"autoholdings/holdings"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
)

// Service is the profiles of a library.
type Service struct {
	// Now is the clock by which schedules begin to hold and alerts are judged. Nil: the database's, so that all processes
	// have the same one.
	Now func() time.Time

	store     *store.Store
	box       *secret.Box
	busy      holdings.Busy
	providers providers
}

// New returns the profiles in a database. box seals their credentials; busy keeps changes away from what jobs work on.
// The providers are those that profiles may be of, the standard one first; none: profiles are of one provider of which
// nothing is known.
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
