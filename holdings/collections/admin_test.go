package collections_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/communityzonecollection"
	"autoholdings/holdings/collections"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
)

// setupZone is a database with the Community Zone's two collections, none of them activated.
func setupZone(t *testing.T) *testBundle {
	t.Helper()
	b := openBundle(t)
	b.Must(b.Collections.EnsureCommunityZone(t.Context(), holdingstest.ZoneSeeds()))
	return b
}

// manually is the activation that rule 3 recommends.
func manually(zone string) collections.Activation {
	return collections.Activation{
		CommunityZoneID: zone, ActivateService: true, MakeServiceAvailable: true,
		ActivationType: collections.ActivateManually,
	}
}

func (b *testBundle) activate(in collections.Activation) (c *ent.Collection, warnings []string) {
	b.T.Helper()
	c, warnings, err := b.Collections.ActivateCollection(b.T.Context(), in, nil)
	b.Must(err)
	return c, warnings
}

func TestEnsureCommunityZone(t *testing.T) {
	t.Parallel()
	b := setupZone(t)
	stored := func() []*ent.CommunityZoneCollection {
		return b.Store.Read.CommunityZoneCollection.Query().Order(communityzonecollection.ByID()).AllX(t.Context())
	}
	before := stored()
	b.Must(b.Collections.EnsureCommunityZone(t.Context(), holdingstest.ZoneSeeds()))
	again := stored()
	if diff := cmp.Diff(fmt.Sprint(before), fmt.Sprint(again)); diff != "" || len(again) != 2 {
		t.Errorf("the second time it wrote:\n%s", diff)
	}
	renamed := holdingstest.ZoneSeeds()
	renamed[0].Name = "OUP: Books"
	renamed = append(renamed, collections.CommunityZoneSeed{CZID: "3", Name: "Third", Provider: "OUP", Content: "BOOKS"})
	b.Must(b.Collections.EnsureCommunityZone(t.Context(), renamed))
	rows := stored()
	if len(rows) != 3 || rows[0].ID != before[0].ID || rows[0].Name != "OUP: Books" || rows[0].NameKey != "oup books" {
		t.Errorf("%v", rows)
	}
}

// TestActivation: rule 3.
func TestActivation(t *testing.T) {
	t.Parallel()
	b := setupZone(t)
	_, _, err := b.Collections.ActivateCollection(t.Context(), manually("4711"), nil)
	holdingstest.WantProblems(t, err, "NOT_FOUND input.communityZoneId")
	holdingstest.WantMessage(t, err, "4711", "search communityZoneCollections")
	wrong := manually(holdingstest.BooksZone)
	wrong.ActivationType = "SOME"
	_, _, err = b.Collections.ActivateCollection(t.Context(), wrong, nil)
	holdingstest.WantProblems(t, err, "BAD_USER_INPUT input.activationType")

	books, warnings := b.activate(manually(holdingstest.BooksZone))
	if len(warnings) > 0 || !books.Active || !books.Available || books.AutoActivateNewPortfolios || books.ActivationType != "MANUAL" ||
		books.Content != "BOOKS" || books.Version != 1 || books.Name != holdingstest.ZoneSeeds()[0].Name {
		t.Errorf("%+v %q", books, warnings)
	}
	same, _, err := b.Collections.ActivateCollection(t.Context(), manually(holdingstest.BooksZone), nil)
	holdingstest.WantProblems(t, err, "ALREADY_ACTIVE input.communityZoneId")
	holdingstest.WantMessage(t, err, books.Name)
	if same == nil || same.ID != books.ID || same.Version != 1 {
		t.Errorf("the answer has the one that is active: %+v", same)
	}

	off, warnings, err := b.Collections.UpdateCollection(t.Context(), collections.CollectionChange{ID: books.ID, Active: new(false)})
	b.Must(err)
	holdingstest.WantNotice(t, warnings, "a sync leaves the collection alone")
	if off.Active || off.Version != 2 {
		t.Errorf("%+v", off)
	}
	again, warnings := b.activate(collections.Activation{
		CommunityZoneID: holdingstest.BooksZone, ActivateService: true, AutoActivateNewPortfolios: true,
		ActivationType: collections.ActivateManually,
	})
	holdingstest.WantNotice(t, warnings, "Best leave this off")
	if again.ID != books.ID || !again.Active || again.Available || !again.AutoActivateNewPortfolios || again.Version != 3 {
		t.Errorf("it is activated again with the new switches: %+v", again)
	}
	_, warnings = b.activate(collections.Activation{CommunityZoneID: holdingstest.JournalsZone, ActivationType: collections.ActivateManually})
	holdingstest.WantNotice(t, warnings, "service is not active")
}

// TestActivateAll: as long as the Community Zone has no titles it is a choice with warnings; what is done in the same
// transaction may refuse it, and then nothing is made.
func TestActivateAll(t *testing.T) {
	t.Parallel()
	b := setupZone(t)
	all := manually(holdingstest.BooksZone)
	all.ActivationType = collections.ActivateAll
	books, warnings := b.activate(all)
	holdingstest.WantNotice(t, warnings, "all titles of the collection become active", "has no titles of this collection yet")
	if books.ActivationType != "ALL" {
		t.Errorf("%+v", books)
	}
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		zone := tx.CommunityZoneCollection.Query().AllX(ctx)[1]
		return tx.CommunityZoneTitle.Create().SetID(1).SetCreatedAt(1).SetUpdatedAt(1).SetCommunityZoneCollectionID(zone.ID).
			SetPublicationTitle("Brain").SetTitleKey("brain").SetValuesHash(1).Exec(ctx)
	})
	all.CommunityZoneID = holdingstest.JournalsZone
	all.ActivateService = false
	c, _, err := b.Collections.ActivateCollection(t.Context(), all,
		func(context.Context, *store.Tx, *ent.Collection) error { return holdingstest.ErrCrash })
	if !errors.Is(err, holdingstest.ErrCrash) {
		t.Error(err)
	}
	if n := b.Store.Read.Collection.Query().CountX(t.Context()); n != 1 || c != nil {
		t.Errorf("%d collections, %v", n, c)
	}
	queued := int64(0)
	journals, warnings, err := b.Collections.ActivateCollection(t.Context(), all,
		func(_ context.Context, _ *store.Tx, c *ent.Collection) error { queued = c.ID; return nil })
	b.Must(err)
	holdingstest.WantNotice(t, warnings, "all titles of the collection become active", "made, but not accessible")
	if queued != journals.ID || journals.Active {
		t.Errorf("%d %+v", queued, journals)
	}
}

func TestLocalCollection(t *testing.T) {
	t.Parallel()
	b := openBundle(t)
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.License.Create().SetID(5).SetCreatedAt(1).SetUpdatedAt(1).SetCode("L5").Exec(ctx)
	})
	for name, in := range map[string]collections.NewCollection{
		"BAD_USER_INPUT input.name":    {Name: "  "},
		"BAD_USER_INPUT input.content": {Name: "Local", Content: "MAPS"},
		"NOT_FOUND input.licenseId":    {Name: "Local", LicenseID: 6},
	} {
		_, err := b.Collections.CreateCollection(t.Context(), in)
		holdingstest.WantProblems(t, err, name)
	}
	for _, name := range []string{strings.Repeat("é", 201), "two\nlines", "a\xff"} {
		_, err := b.Collections.CreateCollection(t.Context(), collections.NewCollection{Name: name, Content: "X", LicenseID: 6})
		holdingstest.WantProblems(t, err, "BAD_USER_INPUT input.name", "BAD_USER_INPUT input.content", "NOT_FOUND input.licenseId")
	}
	if n := b.Store.Read.Collection.Query().CountX(t.Context()); n != 0 {
		t.Errorf("%d collections of refused input", n)
	}

	c, err := b.Collections.CreateCollection(t.Context(), collections.NewCollection{Name: " Local: Maps & Law ", Active: true, LicenseID: 5})
	b.Must(err)
	if c.Name != "Local: Maps & Law" || c.NameKey != "local maps law" || c.Content != "" || !c.Active || c.Available || *c.LicenseID != 5 ||
		c.CommunityZoneCollectionID != nil {
		t.Errorf("%+v", c)
	}
	now, _, err := b.Collections.UpdateCollection(t.Context(), collections.CollectionChange{ID: c.ID, Name: new(""), LicenseID: new(int64(6))})
	holdingstest.WantProblems(t, err, "BAD_USER_INPUT input.name", "NOT_FOUND input.licenseId")
	if now.Name != c.Name || now.Version != 1 {
		t.Errorf("%+v", now)
	}
	now, warnings, err := b.Collections.UpdateCollection(t.Context(), collections.CollectionChange{
		ID: c.ID, Version: new(1), Name: new("Maps"), Available: new(true), AutoActivateNewPortfolios: new(true), LicenseID: new(int64(0)),
	})
	b.Must(err)
	holdingstest.WantNotice(t, warnings, "Best leave this off")
	if now.Name != "Maps" || now.NameKey != "maps" || !now.Available || now.LicenseID != nil || now.Version != 2 {
		t.Errorf("%+v", now)
	}
	now, warnings, err = b.Collections.UpdateCollection(t.Context(),
		collections.CollectionChange{ID: c.ID, Version: new(1), Name: new("Atlases")})
	holdingstest.WantProblems(t, err, "CONFLICT input.version")
	holdingstest.WantMessage(t, err, `"Maps"`, "its version is now 2")
	if now.Name != "Maps" || len(warnings) > 0 {
		t.Errorf("%+v %q", now, warnings)
	}
	now, _, err = b.Collections.UpdateCollection(t.Context(), collections.CollectionChange{ID: c.ID})
	if b.Must(err); now.Version != 2 {
		t.Error("a save that changes nothing raised the version")
	}
	now, _, err = b.Collections.UpdateCollection(t.Context(), collections.CollectionChange{ID: c.ID, LicenseID: new(int64(5))})
	if b.Must(err); now.LicenseID == nil || *now.LicenseID != 5 {
		t.Errorf("%+v", now)
	}
	_, _, err = b.Collections.UpdateCollection(t.Context(), collections.CollectionChange{ID: 99})
	holdingstest.WantProblems(t, err, "NOT_FOUND input.collectionId")
}
