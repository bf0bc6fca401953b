package holdings_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/collections"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// ofZone makes the bundle's collection one that was activated from the Community Zone.
func (b *testBundle) ofZone() {
	b.T.Helper()
	b.Must(b.Collections.EnsureCommunityZone(b.T.Context(),
		[]collections.CommunityZoneSeed{{CZID: "1", Name: "Journals", Provider: "OUP", Content: "JOURNALS"}}))
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Collection.UpdateOneID(holdingstest.CollectionID).SetCommunityZoneCollectionID(tx.CommunityZoneCollection.Query().OnlyIDX(ctx)).Exec(ctx)
	})
}

// found are the title_ids that a filter finds, and checks that the count agrees.
func (b *testBundle) found(f holdings.PortfolioFilter) (ids []string) {
	b.T.Helper()
	page, err := b.Holdings.Portfolios(b.T.Context(), f, keyset.Window{First: 100})
	b.Must(err)
	for _, p := range page.Items {
		ids = append(ids, p.TitleID)
	}
	n, err := b.Holdings.CountPortfolios(b.T.Context(), f)
	if b.Must(err); n != len(ids) {
		b.T.Errorf("%d of %d", n, len(ids))
	}
	return ids
}

// waits suspends a profile's entitlement, as a run does where it is not clear which title the portfolio is.
func (b *testBundle) waits(titleID string) {
	b.T.Helper()
	id := b.PortfolioID(titleID)
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		err := tx.Entitlement.Update().Where(entitlement.PortfolioID(id), entitlement.ProfileIDNotNil()).
			SetActive(false).SetWaiting("AMBIGUOUS").SetWaitingSince("2026-02-28").Exec(ctx)
		if err != nil {
			return err
		}
		return tx.Portfolio.UpdateOneID(id).SetListed(false).SetReview(plan.ReviewAmbiguous).Exec(ctx)
	})
}

// exported are the title_ids of the export.
func (b *testBundle) exported() (ids []string) {
	b.T.Helper()
	list := b.export()
	if list == holdingstest.Header {
		return nil
	}
	for _, row := range rowsOf(b.T, list) {
		ids = append(ids, row.Get(kbart.TitleID))
	}
	return ids
}

func (b *testBundle) accessible(titleID string) bool {
	b.T.Helper()
	p := b.portfolio(titleID)
	c, err := b.Store.Read.Collection.Get(b.T.Context(), p.CollectionID)
	b.Must(err)
	found, err := b.Holdings.EntitlementsOf(b.T.Context(), []int64{p.ID})
	b.Must(err)
	retained, err := b.Holdings.RetentionsOf(b.T.Context(), []int64{p.ID})
	b.Must(err)
	return holdings.Accessible(p, c, found[p.ID], retained[p.ID])
}

// TestAccessible: what is kept, waits, is switched off or out of the holdings is not; nor is anything where the service
// is off. Export and the consequences of deactivating agree.
func TestAccessible(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 7)...))
	b.Sync(2, holdingstest.ListOf(holdingstest.Numbered(4, 5)...))
	b.AddPOLine("POL-j000", "j000")
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(2, 7)...)) // 0 is kept, 1 removed
	b.switched(false, "j002")
	b.waits("j003")
	b.Write(func(ctx context.Context, tx *store.Tx) error { // one profile's word waits, the other's does not
		return tx.Entitlement.Update().Where(entitlement.PortfolioID(b.PortfolioID("j004")), entitlement.ProfileID(1)).
			SetActive(false).SetWaiting("CONTESTED").Exec(ctx)
	})
	want := []string{"j004", "j005", "j006"}
	if diff := cmp.Diff(want, b.exported()); diff != "" {
		t.Errorf("exported:\n%s", diff)
	}
	for n := range 7 {
		id := holdingstest.Numbered(n, n+1)[0].ID
		if got := b.accessible(id); got != slices.Contains(want, id) {
			t.Errorf("%s: accessible %v", id, got)
		}
	}
	yes := true
	if got := b.found(holdings.PortfolioFilter{Waiting: &yes}); !slices.Equal(got, []string{"j003"}) {
		t.Errorf("waiting: %v", got)
	}
	_, consequences, err := b.Collections.DeactivateCollection(t.Context(),
		collections.Deactivation{CollectionID: holdingstest.CollectionID, Preview: true})
	if b.Must(err); consequences.Accessible != 3 || consequences.Portfolios != 6 {
		t.Errorf("%+v", consequences)
	}
	for name, change := range map[string]collections.CollectionChange{
		"not available": {ID: holdingstest.CollectionID, Available: new(false)}, "not active": {ID: holdingstest.CollectionID, Available: new(true), Active: new(false)},
	} {
		_, _, err := b.Collections.UpdateCollection(t.Context(), change)
		b.Must(err)
		if got := b.exported(); len(got) > 0 || b.accessible("j005") {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestKeptWithoutReason: what was kept stands in the list once its PO line has gone; no run takes it out; a person
// does, and it comes back with the title.
func TestKeptWithoutReason(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.ofZone()
	yes, no := true, false
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 30)...))
	line := b.AddPOLine("POL-1", "j000")
	b.AddPOLine("POL-2", "j001")
	rest := holdingstest.ListOf(holdingstest.Numbered(2, 30)...)
	_, keeping := b.Sync(1, rest)
	if got := b.found(holdings.PortfolioFilter{Unprotected: &yes}); len(got) > 0 {
		t.Errorf("while it has its PO line: %v", got)
	}
	_, err := b.Acquisitions.UpdatePOLine(t.Context(), line.ID, nil, acquisitions.POLineInput{PortfolioID: new(int64(0))})
	b.Must(err)
	for _, f := range []holdings.PortfolioFilter{{Unprotected: &yes}, {Unprotected: &yes, CollectionID: holdingstest.CollectionID}} {
		if got := b.found(f); !slices.Equal(got, []string{"j000"}) {
			t.Errorf("%v", got)
		}
	}
	if got := b.found(holdings.PortfolioFilter{Unprotected: &no}); len(got) != 29 || slices.Contains(got, "j000") {
		t.Errorf("the others: %v", got)
	}
	var whole []string
	for p, err := range b.Acquisitions.AllPortfoliosKeptWithoutReason(t.Context(), 0) {
		b.Must(err)
		whole = append(whole, p.TitleID+" in "+p.Edges.Collection.Name)
	}
	if !slices.Equal(whole, []string{"j000 in journals"}) {
		t.Errorf("%v", whole)
	}
	if counts, _ := b.Sync(1, rest); counts.Changed() || b.portfolio("j000").RemovedAt != nil {
		t.Errorf("a run took it out: %+v", counts)
	}

	id := b.PortfolioID("j000")
	p, err := b.Holdings.RemovePortfolio(t.Context(), id)
	if b.Must(err); p.RemovedAt == nil || !p.Available {
		t.Errorf("%+v", p)
	}
	again, err := b.Holdings.RemovePortfolio(t.Context(), id)
	if b.Must(err); again.UpdatedAt != p.UpdatedAt || len(b.found(holdings.PortfolioFilter{Unprotected: &yes})) > 0 {
		t.Errorf("%+v", again)
	}
	if counts := b.undo(1, keeping); counts.Left != 1 || counts.Added != 1 || b.portfolio("j000").RemovedAt == nil {
		t.Errorf("undoing the job that kept it leaves what a person did since: %+v", counts)
	}
	back, err := b.Holdings.RestorePortfolio(t.Context(), id)
	if b.Must(err); back.RemovedAt != nil || b.accessible("j000") ||
		!slices.Equal(b.found(holdings.PortfolioFilter{Unprotected: &yes}), []string{"j000"}) {
		t.Errorf("%+v", back)
	}
	_, err = b.Holdings.RemovePortfolio(t.Context(), id)
	b.Must(err)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 30)...))
	if p := b.portfolio("j000"); p.ID != id || p.RemovedAt != nil || !b.accessible("j000") {
		t.Errorf("the title is listed again: %+v", p)
	}
}

// TestRemoveWaiting: a portfolio that waits may be taken out by hand.
func TestRemoveWaiting(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.ofZone()
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 3)...))
	b.waits("j001")
	p, err := b.Holdings.RemovePortfolio(t.Context(), b.PortfolioID("j001"))
	b.Must(err)
	e := b.Store.Read.Entitlement.Query().Where(entitlement.PortfolioID(p.ID)).OnlyX(t.Context())
	if p.RemovedAt == nil || p.Review != "" || e.Waiting != "" || e.WaitingSince != "" || e.Active {
		t.Errorf("%+v, %+v", p, e)
	}
}

// TestRemoveOwn: what the library itself put into a local collection goes by hand, and comes back whole.
func TestRemoveOwn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.importList(holdingstest.ListOf(holdingstest.Numbered(0, 3)...), true)
	before := b.holdingsText()
	id := b.PortfolioID("j001")
	_, err := b.Holdings.RemovePortfolio(t.Context(), id)
	b.Must(err)
	if got := b.exported(); !slices.Equal(got, []string{"j000", "j002"}) {
		t.Errorf("%v", got)
	}
	_, err = b.Holdings.RestorePortfolio(t.Context(), id)
	b.Must(err)
	if diff := cmp.Diff(before, b.holdingsText()); diff != "" || len(b.exported()) != 3 {
		t.Errorf("restored:\n%s", diff)
	}
	same, err := b.Holdings.RestorePortfolio(t.Context(), id)
	if b.Must(err); same.RemovedAt != nil {
		t.Errorf("%+v", same)
	}
}

// TestRemoveIsRefused: each thing that holds a portfolio is named, and nothing is written.
func TestRemoveIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.ofZone()
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 2)...))
	b.activateTitles(holdingstest.ListOf(holdingstest.Numbered(0, 3)...))
	b.AddPOLine("POL-1", "j000")
	b.AddPOLine("POL-2", "j000")
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		license := tx.License.Create().SetID(b.Store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetCode("LIC-9").SaveX(ctx)
		return tx.Portfolio.Update().Where(portfolio.TitleID("j000")).SetLicenseID(license.ID).Exec(ctx)
	})
	before := b.holdingsText()
	const path = "IN_USE input.portfolioId"
	for id, want := range map[string]struct{ codes, words []string }{
		"j000": {[]string{path, path, path}, []string{
			"PO lines POL-1, POL-2", "license LIC-9",
			`the profile "Oxford University Press, customer demo"`,
		}},
		"j001": {[]string{path}, []string{"available to false"}},
		"j002": {[]string{path}, []string{"activated with all titles"}},
	} {
		p, err := b.Holdings.RemovePortfolio(t.Context(), b.PortfolioID(id))
		holdingstest.WantProblems(t, err, want.codes...)
		holdingstest.WantMessage(t, err, want.words...)
		if p == nil || p.RemovedAt != nil {
			t.Errorf("%s: %+v", id, p)
		}
	}
	busy := b.WhileBusy(problem.New(problem.Conflict, "input.collectionId", "busy"))
	for name, do := range map[string]func(*holdings.Service, context.Context, int64) (*ent.Portfolio, error){
		"remove": (*holdings.Service).RemovePortfolio, "restore": (*holdings.Service).RestorePortfolio,
	} {
		_, err := do(busy.Holdings, t.Context(), b.PortfolioID("j002"))
		if holdingstest.WantProblems(t, err, "CONFLICT input.portfolioId"); err != nil && !strings.Contains(err.Error(), "busy") {
			t.Errorf("%s: %v", name, err)
		}
		_, err = do(b.Holdings, t.Context(), 4711)
		holdingstest.WantProblems(t, err, "NOT_FOUND input.portfolioId")
	}
	if diff := cmp.Diff(before, b.holdingsText()); diff != "" {
		t.Error(diff)
	}
}
