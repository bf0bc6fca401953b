package profiles_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent/collection"
	"autoholdings/holdings/collections"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
)

// setupAlerts is a database of several campuses with an active collection for each content type.
func setupAlerts(t *testing.T) *testBundle {
	t.Helper()
	b := openBundle(t)
	b.UpdateSettings(profiles.SettingsChange{MultiCampus: new(true)})
	var seeds []collections.CommunityZoneSeed
	for _, content := range []string{"BOOKS", "JOURNALS"} {
		seeds = append(seeds, collections.CommunityZoneSeed{CZID: content, Name: content, Provider: "OUP", Content: content})
	}
	b.Must(b.Collections.EnsureCommunityZone(t.Context(), seeds))
	for _, seed := range seeds {
		_, _, err := b.Collections.ActivateCollection(t.Context(),
			collections.Activation{CommunityZoneID: seed.CZID, ActivateService: true, ActivationType: collections.ActivateManually}, nil)
		b.Must(err)
	}
	return b
}

// day is noon of a day of 2027.
func day(n int) time.Time { return time.Date(2027, 1, n, 12, 0, 0, 0, time.UTC) }

// madeOn makes a profile as if on a day.
func (b *testBundle) madeOn(n int, description string, active bool) (id int64) {
	b.T.Helper()
	p, _ := b.CreateProfile(holdingstest.ProfileInput(description, active))
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, `UPDATE profiles SET created_at = ? WHERE id = ?`, day(n).UnixMilli(), p.ID)
		return err
	})
	return p.ID
}

// fileOf is a file that came first on one day, and was fetched again on another.
func (b *testBundle) fileOf(profileID int64, content, name string, first, again int) {
	b.T.Helper()
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.ProviderFile.Create().SetID(b.Store.NextID()).SetCreatedAt(day(first).UnixMilli()).SetUpdatedAt(day(again).UnixMilli()).
			SetProfileID(profileID).
			SetContent(content).SetName(name).SetPath(name).SetSha256(name).SetSize(1).SetStoredSize(1).SetFetchedAt(day(again).UnixMilli()).
			Exec(ctx)
	})
}

// alerts are those of profiles, as "content since: message" each, judged at a time.
func (b *testBundle) alerts(now time.Time, ids ...int64) (all []string) {
	b.T.Helper()
	b.Holdings.Now = func() time.Time { return now }
	b.Profiles.Now = b.Holdings.Now
	found, err := b.Profiles.AlertsOf(b.T.Context(), ids)
	b.Must(err)
	for _, id := range ids {
		for _, a := range found[id] {
			if a.Code != profiles.StaleFile || a.Hint == "" {
				b.T.Errorf("%+v", a)
			}
			all = append(all, a.Content+" "+store.Time(a.Since).Format(time.DateOnly)+": "+a.Message)
		}
	}
	return all
}

// TestStaleFiles: what is shown is that a file is the same for more than 40 days, however often it was fetched.
func TestStaleFiles(t *testing.T) {
	t.Parallel()
	b := setupAlerts(t)
	p := b.madeOn(1, "Active", true)
	b.fileOf(p, "BOOKS", "books-old.txt", 2, 20)
	b.fileOf(p, "BOOKS", "books.txt", 5, 40)
	b.fileOf(p, "BOOKS", "books-older.txt", 1, 1)
	b.fileOf(p, "JOURNALS", "journals.txt", 10, 10)
	const (
		books    = `BOOKS 2027-01-05: The provider has had no new file of books since 5 January 2027, 40 days ago: the newest is "books.txt".`
		journals = `JOURNALS 2027-01-10: The provider has had no new file of journals since 10 January 2027, 40 days ago: the newest is "journals.txt".`
	)
	for name, c := range map[string]struct {
		now  time.Time
		want []string
	}{
		"40 days":          {day(45), nil},
		"more than that":   {day(45).Add(time.Millisecond), []string{books}},
		"both":             {day(50).Add(time.Millisecond), []string{strings.Replace(books, "40 days", "45 days", 1), journals}},
		"the clock behind": {day(1), nil},
	} {
		if diff := cmp.Diff(c.want, b.alerts(c.now, p)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	b.fileOf(p, "BOOKS", "books-new.txt", 51, 51)
	b.fileOf(p, "JOURNALS", "journals-new.txt", 51, 51)
	if got := b.alerts(day(52), p); len(got) > 0 {
		t.Errorf("new files have come: %v", got)
	}
}

// TestNeverHadFile: a profile that has had no file at all is shown as a whole; a content type that never had one is
// not.
func TestNeverHadFile(t *testing.T) {
	t.Parallel()
	b := setupAlerts(t)
	never, one := b.madeOn(1, "Never", true), b.madeOn(1, "Books only", true)
	b.fileOf(one, "BOOKS", "books.txt", 40, 40)
	want := []string{" 2027-01-01: The profile was made on 1 January 2027, 40 days ago, and has never had a file."}
	if diff := cmp.Diff(want, b.alerts(day(41).Add(time.Second), never, one)); diff != "" {
		t.Error(diff)
	}
	if got := b.alerts(day(41), never, one); len(got) > 0 {
		t.Errorf("after 40 days: %v", got)
	}
}

// TestNoAlerts: of what nobody asks the provider for, nothing is stale.
func TestNoAlerts(t *testing.T) {
	t.Parallel()
	b := setupAlerts(t)
	inactive, never, active := b.madeOn(1, "Inactive", false), b.madeOn(1, "Inactive, never", false), b.madeOn(1, "Active", true)
	for _, id := range []int64{inactive, active} {
		b.fileOf(id, "BOOKS", "books.txt", 1, 1)
		b.fileOf(id, "JOURNALS", "journals.txt", 1, 1)
	}
	books, err := b.Store.Read.Collection.Query().Order(collection.ByID()).First(t.Context())
	b.Must(err)
	_, _, err = b.Collections.UpdateCollection(t.Context(), collections.CollectionChange{ID: books.ID, Active: new(false)})
	b.Must(err)
	got := b.alerts(day(90), inactive, never, active, 4711)
	if len(got) != 1 || !strings.HasPrefix(got[0], "JOURNALS ") {
		t.Errorf("%v", got)
	}
	if got := b.alerts(day(90)); got != nil {
		t.Errorf("of no profiles: %v", got)
	}
}

// TestAlertsOfBrokenDatabase: what cannot be read is no "all is well".
func TestAlertsOfBrokenDatabase(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"provider_files", "community_zone_collections", "profiles"} {
		b := setupAlerts(t)
		p := b.madeOn(1, "Active", true)
		b.Write(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.SQL.ExecContext(ctx, `ALTER TABLE `+table+` RENAME TO away`)
			return err
		})
		if alerts, err := b.Profiles.AlertsOf(t.Context(), []int64{p}); err == nil {
			t.Errorf("without %s: %v", table, alerts)
		}
	}
}
