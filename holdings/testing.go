package holdings

import (
	"context"
	"testing"

	"autoholdings/internal/secret"
	"autoholdings/internal/store"
)

func (s *Service) MakeProfileForTest(t testing.TB, customer, key string) int64 {
	id := s.store.NextID()
	sealed, fp := s.sealAPIKey(id, secret.NewKey(key))
	err := s.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		now := store.Now()
		return tx.Profile.Create().SetID(id).SetCreatedAt(now).SetUpdatedAt(now).SetCustomerNumber(customer).SetActive(true).
			SetAPIKeySealed(sealed).SetAPIKeyFingerprint(fp).SetAPIKeySetAt(now).Exec(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

type CommunityZoneSeed struct{ CZID, Name, Provider, Content string }

func (s *Service) EnsureCommunityZone(ctx context.Context, seeds []CommunityZoneSeed) error {
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		now := store.Now()
		for _, c := range seeds {
			if n, _ := tx.CommunityZoneCollection.Query().Count(ctx); n >= 2 {
				return nil
			}
			if err := tx.CommunityZoneCollection.Create().SetID(s.store.NextID()).SetCreatedAt(now).SetUpdatedAt(now).SetCzID(c.CZID).
				SetName(c.Name).SetNameKey(FoldTitle(c.Name)).SetProvider(c.Provider).SetContent(c.Content).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}
