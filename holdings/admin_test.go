package holdings_test

import (
	"context"
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
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// TestUpdatePortfolio: what staff decide stays, and a sync heeds it.
func TestUpdatePortfolio(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 30)...))
	find := func(titleID string) *ent.Portfolio {
		return b.Store.Read.Portfolio.Query().Where(portfolio.TitleID(titleID)).OnlyX(t.Context())
	}
	p := find("j001")
	now, err := b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{
		ID: p.ID, Lock: &[]string{"publisher_name", "date_first_issue_online", "Publisher"},
	})
	holdingstest.WantProblems(t, err, "BAD_USER_INPUT input.lockedFields", "BAD_USER_INPUT input.lockedFields")
	holdingstest.WantMessage(t, err, `"date_first_issue_online"`, `"Publisher"`, "publisher_name", "coverage")
	if diff := cmp.Diff(fmt.Sprint(p), fmt.Sprint(now)); diff != "" {
		t.Error(diff)
	}
	b.Must(func() error {
		now, err = b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{
			ID: p.ID, Staff: holdings.StaffChange{holdings.FieldAvailable: new("false")},
			Lock: &[]string{"coverage", "publisher_name", "title_url", "coverage"},
		})
		return err
	}())
	if local := holdings.LocalValuesOf(now); now.Available || strings.Join(local.Fields(), " ") != "title_url publisher_name coverage" {
		t.Errorf("%+v", now)
	}
	changed := holdingstest.Numbered(0, 30)
	for i := range changed {
		changed[i].Publisher, changed[i].First = "Another Press", "2001"
	}
	b.Sync(1, holdingstest.ListOf(changed...))
	if p := find("j001"); p.Available || p.PublisherName != "Another Press" || p.LocalValues != now.LocalValues ||
		holdings.ShownPortfolio(p).PublisherName != "Oxford University Press" {
		t.Errorf("the local value is not shown, or not beside the provider's: %+v", p)
	}
	now, err = b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: p.ID, Lock: &[]string{}})
	if b.Must(err); now.LocalValues != "" || now.Available || holdings.ShownPortfolio(now).PublisherName != "Another Press" {
		t.Errorf("once it is taken back the provider's value is shown: %+v", now)
	}

	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Portfolio.UpdateOneID(p.ID).SetReview(plan.ReviewAmbiguous).Exec(ctx)
	})
	now, err = b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: p.ID, Reviewed: true})
	if b.Must(err); now.Review != "" {
		t.Errorf("%+v", now)
	}
	b.Sync(1, holdingstest.ListOf(changed[2:]...))
	gone := find("j001")
	now, err = b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: gone.ID, Staff: holdings.StaffChange{holdings.FieldAvailable: new("true")}})
	if b.Must(err); gone.Available || !now.Available || now.RemovedAt == nil {
		t.Errorf("whether it is available is the staff's choice, in the holdings or out of them: %+v", now)
	}
	now, err = b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: gone.ID, Lock: &[]string{"notes"}})
	if b.Must(err); now.LocalValues != `{"notes":""}` {
		t.Error("a removed record keeps its local values, and can be given some")
	}
	same, err := b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: gone.ID})
	if b.Must(err); same.UpdatedAt != now.UpdatedAt {
		t.Error("a save that changes nothing wrote")
	}
	_, err = b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: 1})
	holdingstest.WantProblems(t, err, "NOT_FOUND input.portfolioId")
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
			b.Must(b.Collections.EnsureCommunityZone(t.Context(), holdingstest.ZoneSeeds()))
			p, _ := b.CreateProfile(holdingstest.ProfileInput("Alpha", true, law))
			b.Write(func(ctx context.Context, tx *store.Tx) error {
				return tx.License.Create().SetID(1).SetCreatedAt(1).SetUpdatedAt(1).SetCode("L1").Exec(ctx)
			})
			ctx := t.Context()
			calls := map[string]func() error{
				"ensure zone": func() error { return b.Collections.EnsureCommunityZone(ctx, holdingstest.ZoneSeeds()) },
				"activate": func() error {
					_, _, err := b.Collections.ActivateCollection(ctx,
						collections.Activation{CommunityZoneID: holdingstest.BooksZone, ActivationType: collections.ActivateAll},
						nil)
					return err
				},
				"create collection": func() error {
					_, err := b.Collections.CreateCollection(ctx, collections.NewCollection{Name: "Local", LicenseID: 1})
					return err
				},
				"update collection": func() error {
					_, _, err := b.Collections.UpdateCollection(ctx, collections.CollectionChange{ID: holdingstest.CollectionID, LicenseID: new(int64(1))})
					return err
				},
				"settings": func() error {
					_, err := b.Profiles.UpdateSettings(ctx, profiles.SettingsChange{MultiCampus: new(false)})
					return err
				},
				"create profile": func() error {
					_, _, err := b.Profiles.CreateProfile(ctx, holdingstest.ProfileInput("new", false, law), nil)
					return err
				},
				"update profile": func() error {
					_, _, err := b.Profiles.UpdateProfile(ctx, p.ID, nil, profiles.ProfileInput{Active: new(false), GroupIDs: &[]int64{medicine}}, nil)
					return err
				},
				"delete profile": func() error { return b.Profiles.DeleteProfile(ctx, p.ID) },
				"create group": func() error {
					_, err := b.Profiles.CreateInventoryGroup(ctx, "History", "")
					return err
				},
				"update group": func() error {
					_, err := b.Profiles.UpdateInventoryGroup(ctx, profiles.GroupChange{ID: law, Name: new("History")})
					return err
				},
				"delete group": func() error { return b.Profiles.DeleteInventoryGroup(ctx, medicine) },
				"update portfolio": func() error {
					_, err := b.Holdings.UpdatePortfolio(ctx, holdings.PortfolioChange{ID: 1})
					return err
				},
			}
			b.Write(func(ctx context.Context, tx *store.Tx) error {
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
