package acquisitions_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/collections"
	"autoholdings/holdings/library"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/keyset"
	"autoholdings/internal/plantest"
	"autoholdings/internal/store"
)

// reconciled is what both questions are answered with, read in pages of two and as a whole.
func (b *testBundle) reconciled(collection int64) (notListed, withoutOrder string) {
	b.T.Helper()
	ctx := b.T.Context()
	var numbers, titles, all []string
	w := keyset.Window{First: 2}
	for more := true; more; {
		page, err := b.Acquisitions.POLinesNotListed(ctx, collection, w)
		b.Must(err)
		for _, row := range page.Items {
			numbers = append(numbers, row.Number)
			w.After = &keyset.Position{ID: row.ID}
		}
		more = page.More
	}
	for row, err := range b.Acquisitions.AllPOLinesNotListed(ctx, collection) {
		b.Must(err)
		all = append(all, row.Number)
		if row.Edges.Portfolio.Edges.Collection == nil {
			b.T.Errorf("%s without its collection", row.Number)
		}
	}
	n, err := b.Acquisitions.CountPOLinesNotListed(ctx, collection)
	if b.Must(err); n != len(numbers) || cmp.Diff(numbers, all) != "" {
		b.T.Errorf("%d, %v, %v", n, numbers, all)
	}
	w, all = keyset.Window{First: 2}, nil
	for more := true; more; {
		page, err := b.Acquisitions.PortfoliosWithoutPOLine(ctx, collection, w)
		b.Must(err)
		for _, row := range page.Items {
			titles = append(titles, row.TitleID)
			w.After = &keyset.Position{Keys: []string{row.TitleKey}, ID: row.ID}
		}
		more = page.More
	}
	for row, err := range b.Acquisitions.AllPortfoliosWithoutPOLine(ctx, collection) {
		b.Must(err)
		all = append(all, row.TitleID)
	}
	n, err = b.Acquisitions.CountPortfoliosWithoutPOLine(ctx, collection)
	if b.Must(err); n != len(titles) || cmp.Diff(titles, all) != "" {
		b.T.Errorf("%d, %v, %v", n, titles, all)
	}
	return strings.Join(numbers, " "), strings.Join(titles, " ")
}

// TestReconciliation on a collection as syncs leave it.
func TestReconciliation(t *testing.T) {
	t.Parallel()
	b := setup(t)
	want := func(collection int64, notListed, withoutOrder string) {
		t.Helper()
		lines, titles := b.reconciled(collection)
		if lines != notListed || titles != withoutOrder {
			t.Errorf("not listed: %q, want %q; without a PO line: %q, want %q", lines, notListed, titles, withoutOrder)
		}
	}
	want(0, "", "")
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 8)...))
	b.Sync(2, holdingstest.ListOf(holdingstest.Numbered(3, 8)...))
	for _, n := range []string{"5", "0", "1", "2", "3"} {
		b.AddPOLine("POL-"+n, "j00"+n)
	}
	b.AddPOLine("POL-0b", "j000")
	b.AddPOLine("POL-alone", "")
	want(0, "", "j004 j006 j007")

	// Local portfolios, with and without a PO line, and one that a profile never entitled to.
	other := b.CreateLocal("Local")[0]
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		for id := range int64(2) {
			tx.Portfolio.Create().SetID(70 + id).SetCreatedAt(1).SetUpdatedAt(1).SetCollectionID(other).SetAvailable(true).SetListed(false).
				SetPublicationTitle("Local").SetTitleKey("local").SetTitleID("local" + string(rune('0'+id))).SetValuesHash(0).SaveX(ctx)
		}
		tx.Entitlement.Create().SetID(b.Store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetPortfolioID(70).SetActive(true).SetCoverageHash(0).
			SaveX(ctx)
		return nil
	})
	b.AddPOLine("POL-local", "local0")
	b.AddPOLine("POL-local1", "local1")
	want(0, "", "j004 j006 j007")

	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(4, 8)...)) // 0, 1, 2 are kept; 3 is still listed for the other profile
	want(0, "POL-0 POL-1 POL-2 POL-0b", "j004 j006 j007")
	want(holdingstest.CollectionID, "POL-0 POL-1 POL-2 POL-0b", "j004 j006 j007")
	want(other, "", "")
	b.Sync(2, holdingstest.ListOf(holdingstest.Numbered(4, 7)...)) // 3 too
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(4, 7)...)) // 7 is out of the holdings
	want(0, "POL-0 POL-1 POL-2 POL-3 POL-0b", "j004 j006")

	// A profile that is deleted leaves entitlements without it: its titles were listed once all the same.
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx,
			`DELETE FROM entitlements WHERE profile_id = 2 AND portfolio_id IN (SELECT portfolio_id FROM entitlements WHERE profile_id = 1)`)
		return errors.Join(err, tx.Entitlement.Update().ClearProfileID().Exec(ctx))
	})
	if lines, _ := b.reconciled(0); lines != "POL-0 POL-1 POL-2 POL-3 POL-0b" {
		t.Errorf("after the profiles: %q", lines)
	}
	b.Must(b.Acquisitions.CheckCollection(t.Context(), other, "input"))
	holdingstest.WantProblems(t, b.Acquisitions.CheckCollection(t.Context(), 4711, "collection"), "NOT_FOUND collection")
	if n := b.Store.Read.Portfolio.Query().Where(portfolio.TitleID("j007"), portfolio.RemovedAtNotNil()).CountX(t.Context()); n != 1 {
		t.Error("j007 is not hidden, so the test shows nothing of hidden ones")
	}
}

// TestAcquisitionsUseIndexes: no listing of PO lines, licenses, sets or reconciliation reads a table from end to end.
func TestAcquisitionsUseIndexes(t *testing.T) {
	t.Parallel()
	db := plantest.Open(t)
	s := library.Open(db.Store, nil, holdings.NoJobs)
	yes, no := true, false
	byID, byName := keyset.Window{First: 50, After: &keyset.Position{ID: 1}},
		keyset.Window{First: 50, After: &keyset.Position{Keys: []string{"m"}, ID: 1}}
	lines := func(f acquisitions.POLineFilter) func() error {
		return func() error { _, err := s.Acquisitions.POLines(t.Context(), f, byID); return err }
	}
	licenses := func(f acquisitions.LicenseFilter) func() error {
		return func() error { _, err := s.Acquisitions.Licenses(t.Context(), f, byID); return err }
	}
	sets := func(f collections.SetFilter) func() error {
		return func() error { _, err := s.Collections.CollectionSets(t.Context(), f, byName); return err }
	}
	for name, c := range map[string]struct {
		read func() error
		uses []string
	}{
		"PO lines":          {lines(acquisitions.POLineFilter{}), []string{"PRIMARY KEY (rowid>?)"}},
		"PO line by number": {lines(acquisitions.POLineFilter{Number: "x"}), []string{"po_lines_number_key (number=?)"}},
		"by beginning":      {lines(acquisitions.POLineFilter{NumberPrefix: "x"}), []string{"po_lines_number_key (number>? AND number<?)"}},
		"of a vendor":       {lines(acquisitions.POLineFilter{Vendor: "x"}), []string{"poline_vendor_id (vendor=? AND id>?)"}},
		"of a status":       {lines(acquisitions.POLineFilter{Status: "x"}), []string{"poline_status_id (status=? AND id>?)"}},
		"of a portfolio":    {lines(acquisitions.POLineFilter{PortfolioID: 1}), []string{"poline_portfolio_id_main (portfolio_id=?"}},
		"of a collection": {
			lines(acquisitions.POLineFilter{CollectionID: 1}),
			[]string{"po_lines USING INTEGER PRIMARY KEY (rowid>?)", "portfolios USING INTEGER PRIMARY KEY (rowid=?)"},
		},
		"not attached":         {lines(acquisitions.POLineFilter{Attached: &no}), []string{"po_lines USING"}},
		"closed":               {lines(acquisitions.POLineFilter{Closed: &yes}), []string{"po_lines USING"}},
		"attached":             {lines(acquisitions.POLineFilter{Attached: &yes}), []string{"po_lines USING"}},
		"license by code":      {licenses(acquisitions.LicenseFilter{Code: "x"}), []string{"licenses_code_key (code=?)"}},
		"license by beginning": {licenses(acquisitions.LicenseFilter{CodePrefix: "x"}), []string{"licenses_code_key (code>? AND code<?)"}},
		"sets":                 {sets(collections.SetFilter{}), []string{"collection_sets_name_key"}},
		"sets by beginning":    {sets(collections.SetFilter{NamePrefix: "x"}), []string{"collection_sets_name_key"}},
		"sets of a collection": {sets(collections.SetFilter{CollectionID: 1}), []string{"collectionsetmember_collection_id (collection_id=?)"}},
		"collections of a set": {
			func() error { _, err := s.Collections.CollectionsOfSet(t.Context(), 1, byName); return err },
			[]string{"collection_set_id=?"},
		},
		"portfolios of a license": {
			func() error { _, err := s.Acquisitions.PortfoliosOfLicense(t.Context(), 1, byName); return err },
			[]string{"portfolio_license_id (license_id=?)", "additionallicense_license_id (license_id=?)"},
		},
		"not listed": {
			func() error { _, err := s.Acquisitions.POLinesNotListed(t.Context(), 0, byID); return err },
			[]string{
				"po_lines USING INTEGER PRIMARY KEY (rowid>?)", "portfolios EXISTS USING INTEGER PRIMARY KEY (rowid=?)",
				"entitlement_portfolio_id_profile_id (portfolio_id=?)",
			},
		},
		"not listed in collection": {
			func() error { _, err := s.Acquisitions.POLinesNotListed(t.Context(), 1, byID); return err },
			[]string{"po_lines USING INTEGER PRIMARY KEY (rowid>?)", "portfolios EXISTS USING INTEGER PRIMARY KEY (rowid=?)"},
		},
		"of collections": {
			func() error { _, err := s.Acquisitions.POLinesOfCollections(t.Context(), []int64{1, 2}); return err },
			[]string{"poline_collection_id (collection_id=?)"},
		},
		"of closed orders": {
			func() error { _, err := s.Acquisitions.PortfoliosOfClosedOrders(t.Context(), 0, byName); return err },
			[]string{"portfolio_unlisted", "(portfolio_id=?)"},
		},
		"of closed orders in collection": {
			func() error { _, err := s.Acquisitions.PortfoliosOfClosedOrders(t.Context(), 1, byName); return err },
			[]string{"portfolio_unlisted", "(portfolio_id=?)"},
		},
		"without PO line": {
			func() error { _, err := s.Acquisitions.PortfoliosWithoutPOLine(t.Context(), 0, byName); return err },
			[]string{"portfolio_title_key_id (title_key>?)", "(portfolio_id=?)"},
		},
		"without PO line in collection": {
			func() error { _, err := s.Acquisitions.PortfoliosWithoutPOLine(t.Context(), 1, byName); return err },
			[]string{"portfolio_collection_id_title_key_id (collection_id=? AND title_key>?)", "(portfolio_id=?)"},
		},
	} {
		if err := c.read(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		plan := db.Plan()
		for _, uses := range c.uses {
			if !strings.Contains(plan, uses) || plantest.ScansTable(plan) {
				t.Errorf("%s: want %s, not a scan:\n%s", name, uses, plan)
			}
		}
	}
}
