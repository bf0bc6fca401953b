package holdings_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/collections"
	"autoholdings/holdings/plan"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

const (
	booksZone    = "61707906870000041"
	journalsZone = "61563711870000041"
)

func zoneSeeds() []collections.CommunityZoneSeed {
	return []collections.CommunityZoneSeed{
		{CZID: booksZone, Name: "Oxford University Press Books Autoholdings Collection", Provider: "Oxford University Press", Content: "BOOKS"},
		{
			CZID: journalsZone, Name: "Oxford University Press Journals Autoholdings Collection", Provider: "Oxford University Press",
			Content: "JOURNALS",
		},
	}
}

// setupZone is a database with the Community Zone's two collections, none of them activated.
func setupZone(t *testing.T) *testBundle {
	t.Helper()
	b := openBundle(t)
	b.must(b.collections.EnsureCommunityZone(t.Context(), zoneSeeds()))
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
	b.t.Helper()
	c, warnings, err := b.collections.ActivateCollection(b.t.Context(), in, nil)
	b.must(err)
	return c, warnings
}

func TestEnsureCommunityZone(t *testing.T) {
	t.Parallel()
	b := setupZone(t)
	before := b.store.Read.CommunityZoneCollection.Query().AllX(t.Context())
	b.must(b.collections.EnsureCommunityZone(t.Context(), zoneSeeds()))
	again := b.store.Read.CommunityZoneCollection.Query().AllX(t.Context())
	if diff := cmp.Diff(fmt.Sprint(before), fmt.Sprint(again)); diff != "" || len(again) != 2 {
		t.Errorf("the second time it wrote:\n%s", diff)
	}
	renamed := zoneSeeds()
	renamed[0].Name = "OUP: Books"
	renamed = append(renamed, collections.CommunityZoneSeed{CZID: "3", Name: "Third", Provider: "OUP", Content: "BOOKS"})
	b.must(b.collections.EnsureCommunityZone(t.Context(), renamed))
	rows := b.store.Read.CommunityZoneCollection.Query().AllX(t.Context())
	if len(rows) != 3 || rows[0].ID != before[0].ID || rows[0].Name != "OUP: Books" || rows[0].NameKey != "oup books" {
		t.Errorf("%v", rows)
	}
}

// TestActivation: rule 3.
func TestActivation(t *testing.T) {
	t.Parallel()
	b := setupZone(t)
	_, _, err := b.collections.ActivateCollection(t.Context(), manually("4711"), nil)
	wantProblems(t, err, "NOT_FOUND input.communityZoneId")
	wantMessage(t, err, "4711", "search communityZoneCollections")
	wrong := manually(booksZone)
	wrong.ActivationType = "SOME"
	_, _, err = b.collections.ActivateCollection(t.Context(), wrong, nil)
	wantProblems(t, err, "BAD_USER_INPUT input.activationType")

	books, warnings := b.activate(manually(booksZone))
	if len(warnings) > 0 || !books.Active || !books.Available || books.AutoActivateNewPortfolios || books.ActivationType != "MANUAL" ||
		books.Content != "BOOKS" || books.Version != 1 || books.Name != zoneSeeds()[0].Name {
		t.Errorf("%+v %q", books, warnings)
	}
	same, _, err := b.collections.ActivateCollection(t.Context(), manually(booksZone), nil)
	wantProblems(t, err, "ALREADY_ACTIVE input.communityZoneId")
	wantMessage(t, err, books.Name)
	if same == nil || same.ID != books.ID || same.Version != 1 {
		t.Errorf("the answer has the one that is active: %+v", same)
	}

	off, warnings, err := b.collections.UpdateCollection(t.Context(), collections.CollectionChange{ID: books.ID, Active: new(false)})
	b.must(err)
	wantNotice(t, warnings, "a sync leaves the collection alone")
	if off.Active || off.Version != 2 {
		t.Errorf("%+v", off)
	}
	again, warnings := b.activate(collections.Activation{
		CommunityZoneID: booksZone, ActivateService: true, AutoActivateNewPortfolios: true,
		ActivationType: collections.ActivateManually,
	})
	wantNotice(t, warnings, "Best leave this off")
	if again.ID != books.ID || !again.Active || again.Available || !again.AutoActivateNewPortfolios || again.Version != 3 {
		t.Errorf("it is activated again with the new switches: %+v", again)
	}
	_, warnings = b.activate(collections.Activation{CommunityZoneID: journalsZone, ActivationType: collections.ActivateManually})
	wantNotice(t, warnings, "service is not active")
}

// TestActivateAll: as long as the Community Zone has no titles it is a choice with warnings; what is done in the same
// transaction may refuse it, and then nothing is made.
func TestActivateAll(t *testing.T) {
	t.Parallel()
	b := setupZone(t)
	all := manually(booksZone)
	all.ActivationType = collections.ActivateAll
	books, warnings := b.activate(all)
	wantNotice(t, warnings, "all titles of the collection become active", "has no titles of this collection yet")
	if books.ActivationType != "ALL" {
		t.Errorf("%+v", books)
	}
	b.write(func(ctx context.Context, tx *store.Tx) error {
		zone := tx.CommunityZoneCollection.Query().AllX(ctx)[1]
		return tx.CommunityZoneTitle.Create().SetID(1).SetCreatedAt(1).SetUpdatedAt(1).SetCommunityZoneCollectionID(zone.ID).
			SetPublicationTitle("Brain").SetTitleKey("brain").SetValuesHash(1).Exec(ctx)
	})
	all.CommunityZoneID = journalsZone
	all.ActivateService = false
	c, _, err := b.collections.ActivateCollection(t.Context(), all,
		func(context.Context, *store.Tx, *ent.Collection) error { return errCrash })
	if !errors.Is(err, errCrash) {
		t.Error(err)
	}
	if n := b.store.Read.Collection.Query().CountX(t.Context()); n != 1 || c != nil {
		t.Errorf("%d collections, %v", n, c)
	}
	queued := int64(0)
	journals, warnings, err := b.collections.ActivateCollection(t.Context(), all,
		func(_ context.Context, _ *store.Tx, c *ent.Collection) error { queued = c.ID; return nil })
	b.must(err)
	wantNotice(t, warnings, "all titles of the collection become active", "made, but not accessible")
	if queued != journals.ID || journals.Active {
		t.Errorf("%d %+v", queued, journals)
	}
}

func TestLocalCollection(t *testing.T) {
	t.Parallel()
	b := openBundle(t)
	b.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.License.Create().SetID(5).SetCreatedAt(1).SetUpdatedAt(1).SetCode("L5").Exec(ctx)
	})
	for name, in := range map[string]collections.NewCollection{
		"BAD_USER_INPUT input.name":    {Name: "  "},
		"BAD_USER_INPUT input.content": {Name: "Local", Content: "MAPS"},
		"NOT_FOUND input.licenseId":    {Name: "Local", LicenseID: 6},
	} {
		_, err := b.collections.CreateCollection(t.Context(), in)
		wantProblems(t, err, name)
	}
	for _, name := range []string{strings.Repeat("é", 201), "two\nlines", "a\xff"} {
		_, err := b.collections.CreateCollection(t.Context(), collections.NewCollection{Name: name, Content: "X", LicenseID: 6})
		wantProblems(t, err, "BAD_USER_INPUT input.name", "BAD_USER_INPUT input.content", "NOT_FOUND input.licenseId")
	}
	if n := b.store.Read.Collection.Query().CountX(t.Context()); n != 0 {
		t.Errorf("%d collections of refused input", n)
	}

	c, err := b.collections.CreateCollection(t.Context(), collections.NewCollection{Name: " Local: Maps & Law ", Active: true, LicenseID: 5})
	b.must(err)
	if c.Name != "Local: Maps & Law" || c.NameKey != "local maps law" || c.Content != "" || !c.Active || c.Available || *c.LicenseID != 5 ||
		c.CommunityZoneCollectionID != nil {
		t.Errorf("%+v", c)
	}
	now, _, err := b.collections.UpdateCollection(t.Context(), collections.CollectionChange{ID: c.ID, Name: new(""), LicenseID: new(int64(6))})
	wantProblems(t, err, "BAD_USER_INPUT input.name", "NOT_FOUND input.licenseId")
	if now.Name != c.Name || now.Version != 1 {
		t.Errorf("%+v", now)
	}
	now, warnings, err := b.collections.UpdateCollection(t.Context(), collections.CollectionChange{
		ID: c.ID, Version: new(1), Name: new("Maps"), Available: new(true), AutoActivateNewPortfolios: new(true), LicenseID: new(int64(0)),
	})
	b.must(err)
	wantNotice(t, warnings, "Best leave this off")
	if now.Name != "Maps" || now.NameKey != "maps" || !now.Available || now.LicenseID != nil || now.Version != 2 {
		t.Errorf("%+v", now)
	}
	now, warnings, err = b.collections.UpdateCollection(t.Context(),
		collections.CollectionChange{ID: c.ID, Version: new(1), Name: new("Atlases")})
	wantProblems(t, err, "CONFLICT input.version")
	wantMessage(t, err, `"Maps"`, "its version is now 2")
	if now.Name != "Maps" || len(warnings) > 0 {
		t.Errorf("%+v %q", now, warnings)
	}
	now, _, err = b.collections.UpdateCollection(t.Context(), collections.CollectionChange{ID: c.ID})
	if b.must(err); now.Version != 2 {
		t.Error("a save that changes nothing raised the version")
	}
	now, _, err = b.collections.UpdateCollection(t.Context(), collections.CollectionChange{ID: c.ID, LicenseID: new(int64(5))})
	if b.must(err); now.LicenseID == nil || *now.LicenseID != 5 {
		t.Errorf("%+v", now)
	}
	_, _, err = b.collections.UpdateCollection(t.Context(), collections.CollectionChange{ID: 99})
	wantProblems(t, err, "NOT_FOUND input.collectionId")
}

func TestInventoryGroups(t *testing.T) {
	t.Parallel()
	b, law, medicine := setupCampuses(t)
	for _, name := range []string{
		"", "  ", strings.Repeat("a", 201), "Law & Order", "Law, old", "C++", "two\tparts", "two  blanks", "law",
		"LAW",
	} {
		_, err := b.profiles.CreateInventoryGroup(t.Context(), name, "")
		wantProblems(t, err, "BAD_USER_INPUT input.name")
		now, err := b.profiles.UpdateInventoryGroup(t.Context(), profiles.GroupChange{ID: medicine, Name: &name})
		wantProblems(t, err, "BAD_USER_INPUT input.name")
		if now.Name != "Medicine" || now.Version != 1 {
			t.Errorf("%q: %+v", name, now)
		}
	}
	_, err := b.profiles.CreateInventoryGroup(t.Context(), "Law!", strings.Repeat("a", 501))
	wantProblems(t, err, "BAD_USER_INPUT input.description", "BAD_USER_INPUT input.name")
	_, err = b.profiles.UpdateInventoryGroup(t.Context(), profiles.GroupChange{ID: law, Description: new(strings.Repeat("a", 501))})
	wantProblems(t, err, "BAD_USER_INPUT input.description")
	if n := b.store.Read.InventoryGroup.Query().CountX(t.Context()); n != 2 {
		t.Errorf("%d groups", n)
	}

	group, err := b.profiles.UpdateInventoryGroup(t.Context(),
		profiles.GroupChange{ID: law, Version: new(1), Name: new("Bibliothèque de droit 2"), Description: new(" both floors ")})
	b.must(err)
	if group.Name != "Bibliothèque de droit 2" || group.Description != "both floors" || group.Version != 2 {
		t.Errorf("%+v", group)
	}
	group, err = b.profiles.UpdateInventoryGroup(t.Context(), profiles.GroupChange{ID: law, Version: new(1), Description: new("")})
	wantProblems(t, err, "CONFLICT input.version")
	if group.Description != "both floors" {
		t.Errorf("%+v", group)
	}
	group, err = b.profiles.UpdateInventoryGroup(t.Context(),
		profiles.GroupChange{ID: law, Name: new("BIBLIOTHÈQUE de droit 2"), Description: new("")})
	if b.must(err); group.Description != "" || group.Version != 3 {
		t.Errorf("its own name is not another's: %+v", group)
	}

	p, _ := b.create(profileInput("Alpha", false, law))
	err = b.profiles.DeleteInventoryGroup(t.Context(), law)
	wantProblems(t, err, "IN_USE input.inventoryGroupId")
	wantMessage(t, err, `1 profile: "Alpha"`)
	b.update(p.ID, profiles.ProfileInput{GroupIDs: &[]int64{medicine}})
	b.must(b.profiles.DeleteInventoryGroup(t.Context(), law))
	wantProblems(t, b.profiles.DeleteInventoryGroup(t.Context(), law), "NOT_FOUND input.inventoryGroupId")
	_, err = b.profiles.UpdateInventoryGroup(t.Context(), profiles.GroupChange{ID: law})
	wantProblems(t, err, "NOT_FOUND input.inventoryGroupId")
}

// TestSettings: rule 6 holds after the settings are saved too.
func TestSettings(t *testing.T) {
	t.Parallel()
	b, law, _ := setupCampuses(t)
	settings := b.settings(profiles.SettingsChange{InstitutionName: new(" Bodleian Libraries "), Version: new(2)})
	if settings.InstitutionName != "Bodleian Libraries" || !settings.MultiCampusInventoryManagement || settings.Version != 3 {
		t.Errorf("%+v", settings)
	}
	settings, err := b.profiles.UpdateSettings(t.Context(), profiles.SettingsChange{Version: new(2), InstitutionName: new("Other")})
	wantProblems(t, err, "CONFLICT input.version")
	wantMessage(t, err, "version is now 3")
	if settings.InstitutionName != "Bodleian Libraries" {
		t.Errorf("%+v", settings)
	}
	_, err = b.profiles.UpdateSettings(t.Context(), profiles.SettingsChange{InstitutionName: new(strings.Repeat("a", 201))})
	wantProblems(t, err, "BAD_USER_INPUT input.institutionName")

	first, _ := b.create(profileInput("First", true, law))
	second, _ := b.create(profileInput("Second", true, law))
	_, err = b.profiles.UpdateSettings(t.Context(), profiles.SettingsChange{MultiCampus: new(false)})
	wantProblems(t, err, "ONE_PROFILE_ONLY input.multiCampusInventoryManagement", "ONE_PROFILE_ONLY input.multiCampusInventoryManagement")
	wantMessage(t, err, `there are 2: "First", "Second"`, "no inventory groups")
	b.must(b.profiles.DeleteProfile(t.Context(), second.ID))
	_, err = b.profiles.UpdateSettings(t.Context(), profiles.SettingsChange{MultiCampus: new(false)})
	wantProblems(t, err, "ONE_PROFILE_ONLY input.multiCampusInventoryManagement")
	b.update(first.ID, profiles.ProfileInput{GroupIDs: &[]int64{}})
	settings = b.settings(profiles.SettingsChange{MultiCampus: new(false), InstitutionName: new("")})
	if settings.MultiCampusInventoryManagement || settings.InstitutionName != "" {
		t.Errorf("%+v", settings)
	}
}

// TestUpdatePortfolio: what staff decide stays, and a sync heeds it.
func TestUpdatePortfolio(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sync(1, listOf(numbered(0, 30)...))
	find := func(titleID string) *ent.Portfolio {
		return b.store.Read.Portfolio.Query().Where(portfolio.TitleID(titleID)).OnlyX(t.Context())
	}
	p := find("j001")
	now, err := b.service.UpdatePortfolio(t.Context(), holdings.PortfolioChange{
		ID: p.ID, LockedFields: &[]string{"publisher_name", "date_first_issue_online", "Publisher"}, Review: new("AMBIGUOUS"),
	})
	wantProblems(t, err, "BAD_USER_INPUT input.lockedFields", "BAD_USER_INPUT input.lockedFields", "BAD_USER_INPUT input.review")
	wantMessage(t, err, `"date_first_issue_online"`, `"Publisher"`, "publisher_name", "coverage")
	if diff := cmp.Diff(fmt.Sprint(p), fmt.Sprint(now)); diff != "" {
		t.Error(diff)
	}
	b.must(func() error {
		now, err = b.service.UpdatePortfolio(t.Context(), holdings.PortfolioChange{
			ID: p.ID, Available: new(false), LockedFields: &[]string{"coverage", "publisher_name", "title_url", "coverage"},
		})
		return err
	}())
	if now.Available || now.LockedFields != "title_url publisher_name coverage" {
		t.Errorf("%+v", now)
	}
	changed := numbered(0, 30)
	for i := range changed {
		changed[i].publisher, changed[i].first = "Another Press", "2001"
	}
	b.sync(1, listOf(changed...))
	if p := find("j001"); p.Available || p.PublisherName != "Oxford University Press" {
		t.Errorf("the sync did not heed it: %+v", p)
	}
	now, err = b.service.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: p.ID, LockedFields: &[]string{}})
	if b.must(err); now.LockedFields != "" || now.Available {
		t.Errorf("%+v", now)
	}
	b.sync(1, listOf(changed...))
	if p := find("j001"); p.PublisherName != "Another Press" {
		t.Errorf("once unlocked the next sync brings the value: %+v", p)
	}

	b.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Portfolio.UpdateOneID(p.ID).SetReview(plan.ReviewAmbiguous).Exec(ctx)
	})
	now, err = b.service.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: p.ID, Review: new("")})
	if b.must(err); now.Review != "" {
		t.Errorf("%+v", now)
	}
	b.sync(1, listOf(changed[2:]...))
	gone := find("j001")
	now, err = b.service.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: gone.ID, Available: new(true)})
	if b.must(err); gone.Available || !now.Available || now.RemovedAt == nil {
		t.Errorf("whether it is available is the staff's choice, in the holdings or out of them: %+v", now)
	}
	now, err = b.service.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: gone.ID, LockedFields: &[]string{"notes"}})
	if b.must(err); now.LockedFields != "notes" {
		t.Error("a removed record keeps its locks, and can be given some")
	}
	same, err := b.service.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: gone.ID})
	if b.must(err); same.UpdatedAt != now.UpdatedAt {
		t.Error("a save that changes nothing wrote")
	}
	_, err = b.service.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: 1})
	wantProblems(t, err, "NOT_FOUND input.portfolioId")
}

// TestDatabaseFaults takes one table after another away: what cannot be read or written is a fault, which the API
// masks, and never taken for a mistake of the caller's or for success.
func TestDatabaseFaults(t *testing.T) {
	t.Parallel()
	for table, operations := range map[string][]string{
		"community_zone_collections": {"ensure zone", "activate"},
		"community_zone_titles":      {"activate"},
		"collections":                {"activate", "create collection", "update collection"},
		"licenses":                   {"create collection", "update collection"},
		"settings":                   {"settings", "create profile", "update profile"},
		"profiles":                   {"settings", "create profile", "update profile", "delete profile", "delete group"},
		"inventory_groups":           {"settings", "create group", "update group", "delete group", "create profile", "update profile"},
		"profile_groups":             {"settings", "create profile", "update profile", "delete group"},
		"entitlements":               {"update profile", "delete profile"},
		"portfolios":                 {"update portfolio"},
	} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			b, law, medicine := setupCampuses(t)
			b.must(b.collections.EnsureCommunityZone(t.Context(), zoneSeeds()))
			p, _ := b.create(profileInput("Alpha", true, law))
			b.write(func(ctx context.Context, tx *store.Tx) error {
				return tx.License.Create().SetID(1).SetCreatedAt(1).SetUpdatedAt(1).SetCode("L1").Exec(ctx)
			})
			ctx := t.Context()
			calls := map[string]func() error{
				"ensure zone": func() error { return b.collections.EnsureCommunityZone(ctx, zoneSeeds()) },
				"activate": func() error {
					_, _, err := b.collections.ActivateCollection(ctx,
						collections.Activation{CommunityZoneID: booksZone, ActivationType: collections.ActivateAll},
						nil)
					return err
				},
				"create collection": func() error {
					_, err := b.collections.CreateCollection(ctx, collections.NewCollection{Name: "Local", LicenseID: 1})
					return err
				},
				"update collection": func() error {
					_, _, err := b.collections.UpdateCollection(ctx, collections.CollectionChange{ID: collectionID, LicenseID: new(int64(1))})
					return err
				},
				"settings": func() error {
					_, err := b.profiles.UpdateSettings(ctx, profiles.SettingsChange{MultiCampus: new(false)})
					return err
				},
				"create profile": func() error {
					_, _, err := b.profiles.CreateProfile(ctx, profileInput("new", false, law), nil)
					return err
				},
				"update profile": func() error {
					_, _, err := b.profiles.UpdateProfile(ctx, p.ID, nil, profiles.ProfileInput{Active: new(false), GroupIDs: &[]int64{medicine}}, nil)
					return err
				},
				"delete profile": func() error { return b.profiles.DeleteProfile(ctx, p.ID) },
				"create group": func() error {
					_, err := b.profiles.CreateInventoryGroup(ctx, "History", "")
					return err
				},
				"update group": func() error {
					_, err := b.profiles.UpdateInventoryGroup(ctx, profiles.GroupChange{ID: law, Name: new("History")})
					return err
				},
				"delete group": func() error { return b.profiles.DeleteInventoryGroup(ctx, medicine) },
				"update portfolio": func() error {
					_, err := b.service.UpdatePortfolio(ctx, holdings.PortfolioChange{ID: 1})
					return err
				},
			}
			b.write(func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.SQL.ExecContext(ctx, "ALTER TABLE "+table+" RENAME TO taken_away")
				return err
			})
			for _, operation := range operations {
				err := calls[operation]()
				if _, ok := problem.In(err); ok || err == nil {
					t.Errorf("%s: %v", operation, err)
				}
			}
		})
	}
}
