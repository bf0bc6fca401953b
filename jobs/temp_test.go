package jobs_test

import (
	"context"

	"autoholdings/ent/communityzonecollection"
	"autoholdings/holdings"
	"autoholdings/internal/store"
)

func (b *testBundle) activate(czid string) {
	must(b.t, b.store.Write(b.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		zone := tx.CommunityZoneCollection.Query().Where(communityzonecollection.CzID(czid)).OnlyX(ctx)
		now := store.Now()
		return tx.Collection.Create().SetID(b.store.NextID()).SetCreatedAt(now).SetUpdatedAt(now).SetName(zone.Name).
			SetNameKey(holdings.FoldTitle(zone.Name)).SetContent(zone.Content).SetCommunityZoneCollectionID(zone.ID).Exec(ctx)
	}))
}

func (b *testBundle) makeProfile(key string) int64 {
	return b.holdings.MakeProfileForTest(b.t, "demo", key)
}
