package acquisitions_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/collections"
	"autoholdings/internal/holdingstest"
)

func TestLicenses(t *testing.T) {
	t.Parallel()
	b := setupOrders(t)
	row, err := b.Acquisitions.CreateLicense(t.Context(), acquisitions.LicenseTexts{
		Code: new(" OUP-2026 "), Name: new("Big deal"), Vendor: new("OUP"), Status: new("Active"), Type: new("Negotiated"),
		StartsOn: new("2026-01-01"), EndsOn: new("2026-12-31"), Note: new("two\nlines"),
	})
	b.Must(err)
	stored := b.Store.Read.License.GetX(t.Context(), row.ID)
	if diff := cmp.Diff(fmt.Sprint(stored), fmt.Sprint(row)); diff != "" || stored.Code != "OUP-2026" || stored.Version != 1 {
		t.Errorf("%v\n%s", stored, diff)
	}
	now, err := b.Acquisitions.UpdateLicense(t.Context(), row.ID, new(1), acquisitions.LicenseTexts{Name: new(""), EndsOn: new("2027-12-31")})
	if b.Must(err); now.Name != "" || now.EndsOn != "2027-12-31" || now.Version != 2 || now.Vendor != "OUP" {
		t.Errorf("%v", now)
	}
	same, err := b.Acquisitions.UpdateLicense(t.Context(), row.ID, nil, acquisitions.LicenseTexts{Vendor: new("OUP")})
	if b.Must(err); same.Version != 2 || same.UpdatedAt != now.UpdatedAt {
		t.Errorf("a save that changes nothing wrote: %v", same)
	}
	b.Must(b.Acquisitions.DeleteLicense(t.Context(), row.ID))
	holdingstest.WantProblems(t, b.Acquisitions.DeleteLicense(t.Context(), row.ID), "NOT_FOUND input.licenseId")
}

// TestWrongLicense: everything that is wrong is said at once, and nothing is saved.
func TestWrongLicense(t *testing.T) {
	t.Parallel()
	b := setup(t)
	row, err := b.Acquisitions.CreateLicense(t.Context(), acquisitions.LicenseTexts{Code: new("L-1"), StartsOn: new("2026-01-01")})
	b.Must(err)
	_, err = b.Acquisitions.CreateLicense(t.Context(), acquisitions.LicenseTexts{Code: new("L-2")})
	b.Must(err)
	long, note := strings.Repeat("x", 201), strings.Repeat("x", 2001)
	before := b.acquisitionsText()
	for _, c := range []struct {
		in   acquisitions.LicenseTexts
		want []string
	}{
		{acquisitions.LicenseTexts{Code: new("")}, []string{"BAD_USER_INPUT input.code"}},
		{acquisitions.LicenseTexts{Code: new("L-2")}, []string{"CONFLICT input.code"}},
		{acquisitions.LicenseTexts{Code: new("L-3"), Vendor: new("a\tb")}, []string{"BAD_USER_INPUT input.vendor"}},
		{
			acquisitions.LicenseTexts{Code: new("L-3"), StartsOn: new("2026-01-02"), EndsOn: new("2026-01-01")},
			[]string{"BAD_USER_INPUT input.endsOn"},
		},
		{
			acquisitions.LicenseTexts{
				Code: &long, Name: &long, Vendor: &long, Status: &long, Type: &long, StartsOn: new("now"), EndsOn: new("2026-1-1"),
				Note: &note,
			},
			[]string{
				"BAD_USER_INPUT input.code", "BAD_USER_INPUT input.name", "BAD_USER_INPUT input.vendor", "BAD_USER_INPUT input.status",
				"BAD_USER_INPUT input.type", "BAD_USER_INPUT input.startsOn", "BAD_USER_INPUT input.endsOn", "BAD_USER_INPUT input.note",
			},
		},
	} {
		made, err := b.Acquisitions.CreateLicense(t.Context(), c.in)
		holdingstest.WantProblems(t, err, c.want...)
		now, err := b.Acquisitions.UpdateLicense(t.Context(), row.ID, nil, c.in)
		holdingstest.WantProblems(t, err, c.want...)
		if made != nil || now == nil || now.Code != "L-1" {
			t.Errorf("made %v, beside the refusal %v", made, now)
		}
	}
	_, err = b.Acquisitions.UpdateLicense(t.Context(), row.ID, nil, acquisitions.LicenseTexts{EndsOn: new("2025-12-31")})
	holdingstest.WantProblems(t, err, "BAD_USER_INPUT input.endsOn")
	_, err = b.Acquisitions.UpdateLicense(t.Context(), row.ID, new(9), acquisitions.LicenseTexts{Name: new("X")})
	holdingstest.WantProblems(t, err, "CONFLICT input.version")
	_, err = b.Acquisitions.UpdateLicense(t.Context(), 4711, nil, acquisitions.LicenseTexts{})
	holdingstest.WantProblems(t, err, "NOT_FOUND input.licenseId")
	_, err = b.Acquisitions.CreateLicense(t.Context(), acquisitions.LicenseTexts{})
	holdingstest.WantProblems(t, err, "BAD_USER_INPUT input.code")
	if diff := cmp.Diff(before, b.acquisitionsText()); diff != "" {
		t.Errorf("something was saved:\n%s", diff)
	}
}

// TestLicenseInUse: a license that a portfolio has, a hidden one too, or a collection, is not deleted.
func TestLicenseInUse(t *testing.T) {
	t.Parallel()
	b := setupOrders(t)
	row, err := b.Acquisitions.CreateLicense(t.Context(), acquisitions.LicenseTexts{Code: new("L-1")})
	b.Must(err)
	license := func(titleID string, id int64) {
		t.Helper()
		_, err := b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: b.PortfolioID(titleID), Staff: holdings.StaffChange{holdings.FieldLicense: holdings.LicenseText(id)}})
		b.Must(err)
	}
	license("j000", row.ID)
	license("j001", row.ID)
	_, _, err = b.Collections.UpdateCollection(t.Context(), collections.CollectionChange{ID: holdingstest.CollectionID, LicenseID: &row.ID})
	b.Must(err)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(1, 30)...))
	err = b.Acquisitions.DeleteLicense(t.Context(), row.ID)
	holdingstest.WantProblems(t, err, "IN_USE input.licenseId")
	holdingstest.WantMessage(t, err, `"L-1"`, "2 portfolios (1 of them out of the holdings)", `1 collection ("journals")`)
	license("j000", 0)
	license("j001", 0)
	err = b.Acquisitions.DeleteLicense(t.Context(), row.ID)
	holdingstest.WantMessage(t, err, "that of 1 collection")
	_, _, err = b.Collections.UpdateCollection(t.Context(), collections.CollectionChange{ID: holdingstest.CollectionID, LicenseID: new(int64(0))})
	b.Must(err)
	b.Must(b.Acquisitions.DeleteLicense(t.Context(), row.ID))

	p, err := b.Holdings.UpdatePortfolio(t.Context(),
		holdings.PortfolioChange{ID: b.PortfolioID("j001"), Staff: holdings.StaffChange{holdings.FieldLicense: holdings.LicenseText(row.ID), holdings.FieldAvailable: new("false")}})
	holdingstest.WantProblems(t, err, "NOT_FOUND input.licenseId")
	if p == nil || !p.Available || p.LicenseID != nil {
		t.Errorf("beside the refusal %v", p)
	}
}
