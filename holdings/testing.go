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
