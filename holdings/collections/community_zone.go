package collections

import (
	"context"
	"fmt"

	"autoholdings/ent"
	"autoholdings/ent/communityzonecollection"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// CommunityZoneSeed is a collection that the Community Zone has from the start.
type CommunityZoneSeed struct{ CZID, Name, Provider, Content string } // Content BOOKS or JOURNALS

// EnsureCommunityZone makes sure that the Community Zone has these collections, with the values of the seeds. An
// existing collection is written only if it differs, so this may be called at each start.
func (s *Service) EnsureCommunityZone(ctx context.Context, seeds []CommunityZoneSeed) error {
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, seed := range seeds {
			if err := s.ensureZone(ctx, tx, seed); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("prepare the Community Zone: %w", err)
	}
	return nil
}

func (s *Service) ensureZone(ctx context.Context, tx *store.Tx, seed CommunityZoneSeed) error {
	now := tx.Now
	known, err := tx.CommunityZoneCollection.Query().Where(communityzonecollection.CzID(seed.CZID)).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return tx.CommunityZoneCollection.Create().SetID(s.store.NextID()).SetCreatedAt(now).SetUpdatedAt(now).SetCzID(seed.CZID).
			SetName(seed.Name).SetNameKey(kbart.FoldTitle(seed.Name)).SetProvider(seed.Provider).SetContent(seed.Content).Exec(ctx)
	case err != nil:
		return err
	case seed == CommunityZoneSeed{known.CzID, known.Name, known.Provider, known.Content}:
		return nil
	}
	return tx.CommunityZoneCollection.UpdateOne(known).SetUpdatedAt(now).
		SetName(seed.Name).SetNameKey(kbart.FoldTitle(seed.Name)).SetProvider(seed.Provider).SetContent(seed.Content).Exec(ctx)
}
