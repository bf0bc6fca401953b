package acquisitions_test

import (
	"context"
	"strings"
	"testing"

	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/collections"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// TestAcquisitionFaults takes one table after another away: what cannot be read or written is a fault, and never taken
// for a mistake of the caller's or for success.
func TestAcquisitionFaults(t *testing.T) {
	t.Parallel()
	for table, operations := range map[string][]string{
		"po_lines": {
			"create PO line", "update PO line", "delete PO line", "import PO lines", "delete collection", "not listed", "without PO line",
		},
		"portfolios": {
			"create PO line", "update PO line", "delete license", "import PO lines", "delete collection", "not listed", "without PO line",
		},
		"licenses": {"create license", "update license", "delete license", "import licenses", "license portfolio"},
		"collections": {
			"delete license", "import PO lines", "create set", "update set", "delete collection", "check collection", "collections of licenses",
			"sets of collections",
		},
		"collection_sets":        {"create set", "update set", "delete set", "sets of collections", "delete collection"},
		"collection_set_members": {"create set", "update set", "member counts", "sets of collections", "delete collection"},
		"entitlements":           {"not listed"},
	} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			b := setupOrders(t)
			ctx, s, w := t.Context(), b.Library, keyset.Window{First: 5}
			line := b.AddPOLine("POL-1", "j001")
			license, err := s.Acquisitions.CreateLicense(ctx, acquisitions.LicenseTexts{Code: new("L-1")})
			b.Must(err)
			local := b.CreateLocal("A", "B")
			set, err := s.Collections.CreateCollectionSet(ctx, collections.SetInput{Name: new("Some")})
			b.Must(err)
			at := b.PortfolioID("j002")
			calls := map[string]func() error{
				"create PO line": func() error {
					_, err := s.Acquisitions.CreatePOLine(ctx,
						acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{Number: new("POL-2")}, PortfolioID: &at})
					return err
				},
				"update PO line": func() error {
					_, err := s.Acquisitions.UpdatePOLine(ctx, line.ID, nil, acquisitions.POLineInput{PortfolioID: &at})
					return err
				},
				"delete PO line": func() error { return s.Acquisitions.DeletePOLine(ctx, line.ID) },
				"create license": func() error {
					_, err := s.Acquisitions.CreateLicense(ctx, acquisitions.LicenseTexts{Code: new("L-2")})
					return err
				},
				"update license": func() error {
					_, err := s.Acquisitions.UpdateLicense(ctx, license.ID, nil, acquisitions.LicenseTexts{Name: new("A")})
					return err
				},
				"delete license": func() error { return s.Acquisitions.DeleteLicense(ctx, license.ID) },
				"license portfolio": func() error {
					_, err := s.Holdings.UpdatePortfolio(ctx, holdings.PortfolioChange{ID: at, Staff: holdings.StaffChange{holdings.FieldLicense: holdings.LicenseText(license.ID)}})
					return err
				},
				"import PO lines": func() error {
					for _, dryRun := range []bool{true, false} {
						if _, err := s.Acquisitions.ImportPOLines(ctx, strings.NewReader("number,collection,title_id\nP9,journals,j004\n"),
							dryRun); err == nil {
							return nil
						}
					}
					_, err := s.Acquisitions.ImportPOLines(ctx, strings.NewReader("number,collection,title_id\nPOL-1,journals,j004\n"), false)
					return err
				},
				"import licenses": func() error {
					if _, err := s.Acquisitions.ImportLicenses(ctx, strings.NewReader("code\nL-9\n"), true); err == nil {
						return nil
					}
					_, err := s.Acquisitions.ImportLicenses(ctx, strings.NewReader("code\nL-9\n"), false)
					return err
				},
				"create set": func() error {
					_, err := s.Collections.CreateCollectionSet(ctx, collections.SetInput{Name: new("More"), CollectionIDs: &local})
					return err
				},
				"update set": func() error {
					_, err := s.Collections.UpdateCollectionSet(ctx, set.ID, nil, collections.SetInput{Name: new("More"), Add: local})
					return err
				},
				"delete set":        func() error { return s.Collections.DeleteCollectionSet(ctx, set.ID) },
				"delete collection": func() error { return s.Collections.DeleteCollection(ctx, local[0], false) },
				"check collection":  func() error { return s.Acquisitions.CheckCollection(ctx, local[0], "") },
				"member counts":     func() error { _, err := s.Collections.MemberCounts(ctx, []int64{set.ID}); return err },
				"sets of collections": func() error {
					_, err := s.Collections.SetsOfCollections(ctx, local)
					return err
				},
				"collections of licenses": func() error {
					_, err := s.Acquisitions.CollectionsOfLicenses(ctx, []int64{license.ID})
					return err
				},
				"not listed": func() error {
					if _, err := s.Acquisitions.POLinesNotListed(ctx, 0, w); err == nil {
						return nil
					}
					for _, err := range s.Acquisitions.AllPOLinesNotListed(ctx, 0) {
						return err
					}
					return nil
				},
				"without PO line": func() error {
					if _, err := s.Acquisitions.PortfoliosWithoutPOLine(ctx, 0, w); err == nil {
						return nil
					}
					for _, err := range s.Acquisitions.AllPortfoliosWithoutPOLine(ctx, 0) {
						return err
					}
					return nil
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
