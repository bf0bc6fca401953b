package graph_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/portfolio"
	"autoholdings/graph/model"
	"autoholdings/holdings/collections"
	"autoholdings/holdings/plan"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/search"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// catalogue is a bundle with something of everything: three campuses with profiles and groups, two releases synced and
// one previewed, portfolios in every state, PO lines, licenses.
type catalogue struct {
	*testBundle
	profiles []*ent.Profile // the last one has no group and is inactive
	groups   []*ent.InventoryGroup
	licenses []*ent.License
	sets     []*ent.CollectionSet
	synced   []*ent.Job
}

func setupCatalogue(t *testing.T) *catalogue {
	t.Helper()
	c := &catalogue{testBundle: setup(t, mockoup.Options{Titles: 150, Customers: []mockoup.Customer{
		{Number: "north", Key: "north-key", Share: 0.6}, {Number: "south", Key: "south-key", Share: 0.4},
	}}).work()}
	c.makeCampuses()
	for range 2 {
		for _, p := range c.profiles[:3] {
			c.synced = append(c.synced, c.sync(jobs.Apply, p.ID))
		}
		must(t, c.mock.Step(1))
	}
	for _, p := range c.profiles[:3] {
		c.synced = append(c.synced, c.sync(jobs.Preview, p.ID))
	}
	for _, job := range c.synced {
		if job.State != jobs.Succeeded {
			t.Fatalf("%s %s: %s", job.State, job.Verdict, job.Summary)
		}
	}
	c.write(c.makeAcquisitions)
	c.write(c.makeStates)
	c.makeSets()
	c.write(c.makeZoneTitles)
	return c
}

func (c *catalogue) makeCampuses() {
	c.t.Helper()
	ctx, yes := c.t.Context(), true
	_, err := c.testBundle.profiles.UpdateSettings(ctx, profiles.SettingsChange{MultiCampus: &yes})
	must(c.t, err)
	for i := range 9 {
		group, err := c.testBundle.profiles.CreateInventoryGroup(ctx, fmt.Sprintf("Library %d", 9-i), "A library")
		must(c.t, err)
		c.groups = append(c.groups, group)
	}
	for i, customer := range []string{mockoup.DemoCustomer, "north", "south", "spare"} {
		key, active, groups := secret.NewKey(customer+"-key"), i < 3, []int64{c.groups[i].ID, c.groups[i+1].ID}
		if !active {
			groups = nil
		}
		p, _, err := c.testBundle.profiles.CreateProfile(ctx, profiles.ProfileInput{
			CustomerNumber: &customer, APIKey: &key, Active: &active,
			GroupIDs: &groups,
		}, nil)
		must(c.t, err)
		c.profiles = append(c.profiles, p)
	}
	var seeds []collections.CommunityZoneSeed
	for i := range 7 { // two of a name: the id decides between them
		seeds = append(seeds, collections.CommunityZoneSeed{
			CZID: fmt.Sprint(500 + i), Name: fmt.Sprintf("Further Books %d", i/2),
			Provider: "Another Press", Content: "BOOKS",
		})
	}
	must(c.t, c.collections.EnsureCommunityZone(ctx, seeds))
	for i, seed := range seeds[:5] {
		_, _, err := c.collections.ActivateCollection(ctx,
			collections.Activation{CommunityZoneID: seed.CZID, ActivateService: i%2 == 0, ActivationType: collections.ActivateManually}, nil)
		must(c.t, err)
	}
}

// makeAcquisitions makes PO lines and licenses, all at once.
func (c *catalogue) makeAcquisitions(ctx context.Context, tx *store.Tx) error {
	now := time.Now().UnixMilli()
	for i := range 8 {
		license, err := tx.License.Create().SetID(c.store.NextID()).SetCreatedAt(now).SetUpdatedAt(now).SetCode(fmt.Sprintf("L%d", i)).
			SetVendor([]string{"OUP", "Agent"}[i%2]).SetStatus([]string{"Active", "Draft", "Retired"}[i%3]).SetName("A license").
			SetWords(search.LicenseWords(fmt.Sprintf("L%d", i), "A license", []string{"OUP", "Agent"}[i%2], "", "")).Save(ctx)
		if err != nil {
			return err
		}
		c.licenses = append(c.licenses, license)
	}
	portfolios, err := tx.Portfolio.Query().Order(portfolio.ByTitleKey(), portfolio.ByID()).Limit(40).All(ctx)
	if err != nil {
		return err
	}
	for i, p := range portfolios {
		if err := tx.Portfolio.UpdateOne(p).SetLicenseID(c.licenses[i%3].ID).Exec(ctx); err != nil {
			return err
		}
		if i%10 == 0 {
			if err := tx.Portfolio.UpdateOne(p).SetListed(false).SetAvailable(false).Exec(ctx); err != nil {
				return err
			}
		}
		for n := range 1 + i%2 {
			err := tx.POLine.Create().SetID(c.store.NextID()).SetCreatedAt(now).SetUpdatedAt(now).SetNumber(fmt.Sprintf("POL-%d-%d", i, n)).
				SetVendor([]string{"OUP", "Agent"}[i%2]).SetStatus([]string{"Active", "Closed", "Deferred"}[i%3]).
				SetPortfolioID(p.ID).SetMain(n == 0).
				SetWords(search.POLineWords(fmt.Sprintf("POL-%d-%d", i, n), []string{"OUP", "Agent"}[i%2], "", "", "", "")).Exec(ctx)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// makeSets makes sets of collections, the first of all.
func (c *catalogue) makeSets() {
	c.t.Helper()
	all := c.store.Read.Collection.Query().IDsX(c.t.Context())
	for i := range 5 {
		members := all[min(i, len(all)):]
		name, description := fmt.Sprintf("Set %d", i), "Some"
		set, err := c.collections.CreateCollectionSet(c.t.Context(),
			collections.SetInput{Name: &name, Description: &description, CollectionIDs: &members})
		must(c.t, err)
		c.sets = append(c.sets, set)
	}
}

// makeStates brings some portfolios behind those with PO lines into each state that a filter asks for, and ends some
// entitlements.
func (c *catalogue) makeStates(ctx context.Context, tx *store.Tx) error {
	portfolios, err := tx.Portfolio.Query().Where(portfolio.RemovedAtIsNil()).Order(portfolio.ByTitleKey(), portfolio.ByID()).Offset(40).
		All(ctx)
	if err != nil {
		return err
	}
	for i, p := range portfolios {
		update := tx.Portfolio.UpdateOne(p)
		switch i % 9 {
		case 0:
			update.SetAvailable(false)
		case 1:
			update.SetAvailable(false).SetListed(false)
		case 2:
			update.SetReview(plan.ReviewAmbiguous)
		case 3:
			update.SetRemovedAt(time.Now().UnixMilli()).SetAvailable(false).SetListed(false)
		case 4, 5:
			update.SetListed(false)
			end := tx.Entitlement.Update().Where(entitlement.PortfolioID(p.ID)).SetActive(false)
			if i%9 == 5 {
				end.SetWaiting("AMBIGUOUS").SetWaitingSince("2026-02-28")
			}
			if err := end.Exec(ctx); err != nil {
				return err
			}
		}
		if i%18 == 4 { // only a closed order keeps it
			err := tx.POLine.Create().SetID(c.store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetNumber(fmt.Sprint("POL-CLOSED-", i)).
				SetStatus("CANCELLED").SetPortfolioID(p.ID).SetMain(true).Exec(ctx)
			if err != nil {
				return err
			}
		}
		if err := update.Exec(ctx); err != nil {
			return err
		}
	}
	ended, err := tx.Entitlement.Query().Where(entitlement.ProfileID(c.profiles[2].ID), entitlement.Active(true)).Limit(5).IDs(ctx)
	if err != nil {
		return err
	}
	return tx.Entitlement.Update().Where(entitlement.IDIn(ended...)).SetActive(false).Exec(ctx)
}

// withChanges is the last applied job of the first profile: it has changes and findings.
func (c *catalogue) withChanges() string { return model.ID(model.JobType, c.synced[3].ID) }
