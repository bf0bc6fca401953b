package holdings_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"autoholdings/ent/portfolio"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// fillZone makes the bundle's collection one of the Community Zone's, with the first n journals as its titles.
func (b *testBundle) fillZone(n int) {
	b.T.Helper()
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		zone := b.Store.NextID()
		tx.CommunityZoneCollection.Create().SetID(zone).SetCreatedAt(1).SetUpdatedAt(1).SetCzID("1").SetName("Zone").SetNameKey("zone").
			SetProvider("OUP").SetContent("JOURNALS").SaveX(ctx)
		for _, j := range holdingstest.Numbered(0, n) {
			tx.CommunityZoneTitle.Create().SetID(b.Store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetCommunityZoneCollectionID(zone).
				SetPublicationTitle(j.Title).SetTitleKey(kbart.FoldTitle(j.Title)).SetTitleID(j.ID).SetPublicationType("serial").
				SetPrintKey(strings.ReplaceAll(j.Print, "-", "")).SetOnlineKey(strings.ReplaceAll(j.Online, "-", "")).SetValuesHash(0).SaveX(ctx)
		}
		return tx.Collection.UpdateOneID(holdingstest.CollectionID).SetCommunityZoneCollectionID(zone).Exec(ctx)
	})
}

// TestNotInCommunityZone: the provider's file is the authority; what the Community Zone lacks is added and listed.
func TestNotInCommunityZone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Holdings.BatchTitles = 3
	b.fillZone(8)
	counts, jobID := b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 10)...))
	if counts.Added != 10 || counts.NotInCommunityZone != 2 || counts.Skipped != 0 {
		t.Errorf("%+v", counts)
	}
	if n := strings.Count(b.ReportText(jobID), "NOT_IN_COMMUNITY_ZONE"); n != 2 {
		t.Errorf("%d are listed:\n%s", n, b.ReportText(jobID))
	}
	counts, _ = b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 10)...))
	if counts.Unchanged != 10 || counts.NotInCommunityZone != 2 || counts.Changed() {
		t.Errorf("again: %+v", counts)
	}
}

// TestCommunityZoneOnly is Alma's way: skip and list; a skipped title still counts as listed, so its portfolio stays.
func TestCommunityZoneOnly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 9)...)) // before the Community Zone has titles
	b.fillZone(8)
	b.ZoneOnly = true
	rows := holdingstest.Numbered(0, 10)
	rows[8].Publisher = "Another Press"
	counts, _ := b.Sync(1, holdingstest.ListOf(rows...))
	if counts.Added != 0 || counts.Updated != 0 || counts.Removed != 0 || counts.Skipped != 2 || counts.NotInCommunityZone != 2 ||
		counts.Unchanged != 8 {
		t.Errorf("%+v", counts)
	}
	p := b.Store.Read.Portfolio.Query().Where(portfolio.TitleID("j008")).OnlyX(t.Context())
	if p.RemovedAt != nil || !p.Available || p.PublisherName != "Oxford University Press" {
		t.Errorf("the skipped title's portfolio does not stay as it is: %+v", p)
	}
}

// TestCommunityZoneCrash: what a run listed before it crashed is not listed twice.
func TestCommunityZoneCrash(t *testing.T) {
	t.Parallel()
	list := holdingstest.ListOf(holdingstest.Numbered(0, 20)...)
	for failAt := 1; failAt < 9; failAt++ {
		t.Run(fmt.Sprint(failAt), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.Holdings.BatchTitles = 3
			b.fillZone(8)
			jobID := b.NewJob(1)
			_, _, begun, err := b.Apply(holdingstest.Attempt{Profile: 1, List: list, JobID: jobID, FailAt: failAt})
			if err == nil {
				t.Fatal("no crash")
			}
			again := holdingstest.Attempt{Profile: 1, List: list, JobID: jobID}
			if begun {
				again.Resumed = b.recordedCounts(jobID)
			}
			counts, _, _, err := b.Apply(again)
			b.Must(err)
			if n := strings.Count(b.ReportText(jobID), "NOT_IN_COMMUNITY_ZONE"); n != 12 || counts.NotInCommunityZone != 12 || counts.Added != 20 {
				t.Errorf("%d are listed, %+v", n, counts)
			}
		})
	}
}
