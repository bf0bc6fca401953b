package access

import (
	"context"
	"fmt"
	"time"

	"autoholdings/ent/auditentry"
	"autoholdings/ent/session"
	"autoholdings/internal/store"
)

// pruneEvery is how often what has had its time is removed.
const pruneEvery = time.Hour

// Run removes ended sessions, and entries of the audit that have had their time, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	tick := time.NewTicker(pruneEvery)
	defer tick.Stop()
	for {
		if err := s.Prune(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("remove ended sessions and old audit entries; it is tried again in an hour", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// prunedAtOnce is how many entries one transaction removes, so that others can write between.
const prunedAtOnce = 1000

// Prune removes ended sessions, and entries of the audit that are older than they are kept.
func (s *Service) Prune(ctx context.Context) error {
	ctx = Unasked(ctx)
	now, err := s.store.DatabaseNow(ctx)
	if err != nil {
		return err
	}
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Session.Delete().Where(session.ExpiresAtLTE(now)).Exec(ctx)
		return wrap("remove ended sessions", err)
	})
	if err != nil || s.keepAudit == 0 {
		return err
	}
	for removed := prunedAtOnce; removed == prunedAtOnce; {
		old, err := s.store.Read.AuditEntry.Query().Where(auditentry.CreatedAtLT(now-s.keepAudit.Milliseconds())).
			Order(auditentry.ByCreatedAt(), auditentry.ByID()).Limit(prunedAtOnce).IDs(ctx)
		if err != nil {
			return fmt.Errorf("look for old audit entries: %w", err)
		}
		removed = len(old)
		if removed == 0 {
			return nil
		}
		err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.AuditEntry.Delete().Where(auditentry.IDIn(old...)).Exec(ctx)
			return wrap("remove old audit entries", err)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
