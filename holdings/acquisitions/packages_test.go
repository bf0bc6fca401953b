package acquisitions_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/poline"
	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
)

// ranksOf are the PO lines of a collection as a whole, the main one first and marked.
func (b *testBundle) ranksOf(collectionID int64) string {
	b.T.Helper()
	rows, err := b.Acquisitions.POLinesOfCollections(b.T.Context(), []int64{collectionID})
	b.Must(err)
	var words []string
	for _, row := range rows {
		word := row.Number
		if row.Main {
			word += "*"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func (b *testBundle) orderOf(number string, in acquisitions.POLineInput) *ent.POLine {
	b.T.Helper()
	in.Number = &number
	row, err := b.Acquisitions.CreatePOLine(b.T.Context(), in)
	b.Must(err)
	return row
}

// TestOrderOfACollection: a PO line orders a portfolio or a collection as a whole, never both; each has one main one.
func TestOrderOfACollection(t *testing.T) {
	t.Parallel()
	b := setupOrders(t)
	const whole = holdingstest.CollectionID
	one := b.orderOf("PKG-1", acquisitions.POLineInput{CollectionID: new(int64(whole))})
	two := b.orderOf("PKG-2", acquisitions.POLineInput{CollectionID: new(int64(whole))})
	if got := b.ranksOf(whole); got != "PKG-1* PKG-2" {
		t.Errorf("%q", got)
	}
	update := func(row *ent.POLine, in acquisitions.POLineInput) {
		t.Helper()
		_, err := b.Acquisitions.UpdatePOLine(t.Context(), row.ID, nil, in)
		b.Must(err)
	}
	update(two, acquisitions.POLineInput{Main: new(true)})
	if got := b.ranksOf(whole); got != "PKG-2* PKG-1" {
		t.Errorf("made main: %q", got)
	}
	update(two, acquisitions.POLineInput{PortfolioID: new(b.PortfolioID("j001"))}) // away from the collection
	if got := b.ranksOf(whole) + ", " + b.ranks("j001"); got != "PKG-1*, PKG-2*" {
		t.Errorf("on a portfolio: %q", got)
	}
	update(two, acquisitions.POLineInput{CollectionID: new(int64(0))}) // it is not the collection's: it stays
	update(two, acquisitions.POLineInput{CollectionID: new(int64(whole)), PortfolioID: new(int64(0))})
	if got := b.ranksOf(whole) + ", " + b.ranks("j001"); got != "PKG-1* PKG-2, " {
		t.Errorf("back: %q", got)
	}
	b.Must(b.Acquisitions.DeletePOLine(t.Context(), one.ID))
	if got := b.ranksOf(whole); got != "PKG-2*" {
		t.Errorf("deleted: %q", got)
	}
	for want, in := range map[string]acquisitions.POLineInput{
		"BAD_USER_INPUT input.collectionId": {CollectionID: new(int64(whole)), PortfolioID: new(b.PortfolioID("j001"))},
		"NOT_FOUND input.collectionId":      {CollectionID: new(int64(4711))},
		"BAD_USER_INPUT input.main":         {Main: new(false)},
	} {
		_, err := b.Acquisitions.UpdatePOLine(t.Context(), two.ID, nil, in)
		holdingstest.WantProblems(t, err, want)
	}
	n, err := b.Acquisitions.CountPOLines(t.Context(), acquisitions.POLineFilter{CollectionID: whole, Attached: new(true)})
	if b.Must(err); n != 1 {
		t.Errorf("%d PO lines of the collection", n)
	}
	if n, err = b.Acquisitions.CountPortfoliosWithoutPOLine(t.Context(), 0); err != nil || n != 0 {
		t.Errorf("%d portfolios without PO line in a collection that is ordered as a whole, %v", n, err)
	}
	update(two, acquisitions.POLineInput{CollectionID: new(int64(0))})
	if n, err = b.Acquisitions.CountPOLines(t.Context(), acquisitions.POLineFilter{Attached: new(false)}); err != nil || n != 1 {
		t.Errorf("%d PO lines attached to nothing, %v", n, err)
	}
	if n, err = b.Acquisitions.CountPortfoliosWithoutPOLine(t.Context(), 0); err != nil || n != 30 {
		t.Errorf("%d portfolios without PO line, %v", n, err)
	}
}

// TestOrderedCollectionIsNotDeleted: neither is one with additional licenses on its portfolios.
func TestOrderedCollectionIsNotDeleted(t *testing.T) {
	t.Parallel()
	b := setupOrders(t)
	id := b.CreateLocal("Ours")[0]
	line := b.orderOf("PKG-1", acquisitions.POLineInput{CollectionID: &id})
	err := b.Collections.DeleteCollection(t.Context(), id, true)
	holdingstest.WantProblems(t, err, "IN_USE input.collectionId")
	holdingstest.WantMessage(t, err, "1 PO line")
	b.Must(b.Acquisitions.DeletePOLine(t.Context(), line.ID))
	p, err := b.Holdings.CreatePortfolio(t.Context(), holdings.NewPortfolio{CollectionID: id, Title: map[string]string{"publication_title": "Own"}})
	b.Must(err)
	deal, err := b.Acquisitions.CreateLicense(t.Context(), acquisitions.LicenseTexts{Code: new("L1")})
	b.Must(err)
	change := func(ids ...int64) {
		_, err := b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{
			ID: p.ID, Staff: holdings.StaffChange{holdings.FieldAdditional: holdings.LicensesText(ids)},
		})
		b.Must(err)
	}
	change(deal.ID)
	err = b.Collections.DeleteCollection(t.Context(), id, true)
	holdingstest.WantProblems(t, err, "IN_USE input.collectionId")
	holdingstest.WantProblems(t, b.Acquisitions.DeleteLicense(t.Context(), deal.ID), "IN_USE input.licenseId")
	if n, err := b.Acquisitions.CountPortfoliosOfLicense(t.Context(), deal.ID); n != 1 || err != nil {
		t.Errorf("%d portfolios of the license, %v", n, err)
	}
	_, err = b.Holdings.RemovePortfolio(t.Context(), p.ID)
	holdingstest.WantProblems(t, err, "IN_USE input.portfolioId")
	holdingstest.WantMessage(t, err, "license L1")
	change()
	b.Must(b.Acquisitions.DeleteLicense(t.Context(), deal.ID))
	b.Must(b.Collections.DeleteCollection(t.Context(), id, true))
}

// TestAdditionalLicenseRetains: what any of a portfolio's licenses gives for ever is kept, the main one named first.
func TestAdditionalLicenseRetains(t *testing.T) {
	t.Parallel()
	b := setupOrders(t)
	license := func(code string, perpetual bool) int64 {
		row, err := b.Acquisitions.CreateLicense(t.Context(), acquisitions.LicenseTexts{
			Code: &code, Perpetual: holdings.PerpetualChange{Access: &perpetual},
		})
		b.Must(err)
		return row.ID
	}
	plain, archive, main := license("PLAIN", false), license("ARCHIVE", true), license("MAIN", true)
	for titleID, change := range map[string]holdings.StaffChange{
		"j001": {holdings.FieldLicense: holdings.LicenseText(plain), holdings.FieldAdditional: holdings.LicensesText([]int64{archive})},
		"j002": {holdings.FieldLicense: holdings.LicenseText(main), holdings.FieldAdditional: holdings.LicensesText([]int64{archive})},
		"j003": {holdings.FieldAdditional: holdings.LicensesText([]int64{plain})},
	} {
		_, err := b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: b.PortfolioID(titleID), Staff: change})
		b.Must(err)
	}
	gone := []int64{b.PortfolioID("j001"), b.PortfolioID("j002"), b.PortfolioID("j003")}
	counts, _ := b.Sync(1, holdingstest.ListOf(append(holdingstest.Numbered(0, 1), holdingstest.Numbered(4, 30)...)...))
	if counts.Kept != 2 || counts.Removed != 1 {
		t.Errorf("%+v", counts)
	}
	found, err := b.Holdings.RetentionsOf(t.Context(), gone)
	b.Must(err)
	if got := fmt.Sprint(found[gone[0]].License, found[gone[1]].License, found[gone[2]].By); got != "ARCHIVEMAIN" {
		t.Errorf("%q", got)
	}
	if found[gone[0]].By != plan.RetainedByLicense {
		t.Errorf("%+v", found)
	}
}

// TestMoreOfAPOLine: what an order costs, from which fund, and for which interval.
func TestMoreOfAPOLine(t *testing.T) {
	t.Parallel()
	b := setupOrders(t)
	row := b.orderOf("POL-1", acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{
		ProcessType: new("Subscription"), Fund: new(" E-RES "), Price: new("0012345678901.10"), Currency: new("gbp"),
		IntervalFrom: new("2026-01-01"), IntervalUntil: new("2026-12-31"),
	}})
	stored := b.Store.Read.POLine.GetX(t.Context(), row.ID)
	if got := fmt.Sprint(stored.ProcessType, " ", stored.Fund, " ", stored.Price, " ", stored.Currency, " ", stored.IntervalFrom, " ",
		stored.IntervalUntil); got != "Subscription E-RES 0012345678901.10 GBP 2026-01-01 2026-12-31" {
		t.Errorf("%s", got)
	}
	for field, in := range map[string]acquisitions.POLineTexts{
		"input.price":         {Price: new("12,50")},
		"input.currency":      {Currency: new("POUND")},
		"input.intervalFrom":  {IntervalFrom: new("2026")},
		"input.intervalUntil": {IntervalUntil: new("2025-12-31")},
		"input.processType":   {ProcessType: new("a\nb")},
		"input.fund":          {Fund: new(strings.Repeat("x", 201))},
	} {
		_, err := b.Acquisitions.UpdatePOLine(t.Context(), row.ID, nil, acquisitions.POLineInput{POLineTexts: in})
		holdingstest.WantProblems(t, err, "BAD_USER_INPUT "+field)
	}
	_, err := b.Acquisitions.UpdatePOLine(t.Context(), row.ID, nil, acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{Currency: new("")}})
	holdingstest.WantProblems(t, err, "BAD_USER_INPUT input.currency")
	holdingstest.WantMessage(t, err, "has no currency")
}

// TestImportOfPackages: a file attaches PO lines to collections, and a dry run says the same and writes nothing.
func TestImportOfPackages(t *testing.T) {
	t.Parallel()
	b := setupOrders(t)
	b.orderOf("PKG-0", acquisitions.POLineInput{CollectionID: new(int64(holdingstest.CollectionID))})
	b.orderOf("POL-1", acquisitions.POLineInput{PortfolioID: new(b.PortfolioID("j001"))})
	const file = "number,ordered_collection,main,collection,title_id,price,currency,process_type,fund,interval_from,interval_until\n" +
		"PKG-1,journals,yes,,,1234.50,eur,Subscription,E-RES,2026-01-01,2026-12-31\n" +
		"POL-1,Journals,,,,,,,,,\n" +
		"PKG-2,nowhere,,,,,,,,,\n" +
		"PKG-3,journals,,journals,j002,,,,,,\n" +
		"PKG-4,,,,,1,,,,,\n" +
		"PKG-5,journals,yes,,,,,,,,\n" +
		"PKG-6,,,journals,,,,,,,\n"
	before := b.acquisitionsText()
	shown, err := b.Acquisitions.ImportPOLines(t.Context(), strings.NewReader(file), true)
	b.Must(err)
	if diff := cmp.Diff(before, b.acquisitionsText()); diff != "" {
		t.Errorf("the dry run wrote:\n%s", diff)
	}
	report, err := b.Acquisitions.ImportPOLines(t.Context(), strings.NewReader(file), false)
	b.Must(err)
	shown.DryRun = false
	if diff := cmp.Diff(shown, report); diff != "" {
		t.Errorf("the dry run said otherwise:\n%s", diff)
	}
	if report.Created != 1 || report.Moved != 1 || report.Refused != 5 {
		t.Errorf("%+v", report)
	}
	wantLine(t, report, 2, `attached to the collection "journals"`, `"PKG-0", until now the main PO line of the collection`)
	wantLine(t, report, 3, `moved from "Journal 001" to the collection "journals"`)
	wantLine(t, report, 4, "there is no collection")
	wantLine(t, report, 5, "orders one or the other")
	wantLine(t, report, 6, "has no currency")
	wantLine(t, report, 7, "line 2 makes another PO line the main one of this collection")
	wantLine(t, report, 8, "or name it as the ordered_collection")
	got := strings.Fields(b.ranksOf(holdingstest.CollectionID))
	slices.Sort(got)
	if diff := cmp.Diff([]string{"PKG-0", "PKG-1*", "POL-1"}, got); diff != "" {
		t.Error(diff)
	}
	one := b.Store.Read.POLine.Query().Where(poline.Number("PKG-1")).OnlyX(t.Context())
	if one.Price != "1234.50" || one.Currency != "EUR" || one.Fund != "E-RES" || one.ProcessType != "Subscription" || one.IntervalUntil != "2026-12-31" {
		t.Errorf("%v", one)
	}
	again, err := b.Acquisitions.ImportPOLines(t.Context(), strings.NewReader(file), false)
	if b.Must(err); again.Unchanged != 2 {
		t.Errorf("again: %+v", again)
	}
}

// TestImportOfPerpetualLicenses: a file says what gives perpetual access, and for which days.
func TestImportOfPerpetualLicenses(t *testing.T) {
	t.Parallel()
	b := setupOrders(t)
	report, err := b.Acquisitions.ImportLicenses(t.Context(), strings.NewReader("code,perpetual_access,perpetual_from,perpetual_until\n"+
		"L1,yes,2005,2015\nL2,no,2005,\nL3,perhaps,,\nL4,,,\nL5,yes,x,\n"), false)
	if b.Must(err); report.Created != 2 || report.Refused != 3 {
		t.Errorf("%+v", report)
	}
	wantLine(t, report, 3, "perpetual access itself")
	wantLine(t, report, 4, `perpetual_access is "perhaps"`)
	wantLine(t, report, 6, "is no date")
	l := b.Store.Read.License.Query().FirstX(t.Context())
	if !l.PerpetualAccess || l.PerpetualFrom != "2005-01-01" || l.PerpetualUntil != "2015-12-31" {
		t.Errorf("%v", l)
	}
}

// TestClosedFilter: PO lines by whether they are closed, as their status says in upper or lower case.
func TestClosedFilter(t *testing.T) {
	t.Parallel()
	b := setupOrders(t)
	for number, status := range map[string]string{"1": "Closed", "2": "CANCELLED", "3": "canceled", "4": "closed?", "5": "", "6": "Sent"} {
		b.orderOf(number, acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{Status: &status}})
	}
	for closed, want := range map[bool]int{true: 3, false: 3} {
		if n, err := b.Acquisitions.CountPOLines(t.Context(), acquisitions.POLineFilter{Closed: &closed}); n != want || err != nil {
			t.Errorf("closed %v: %d, %v", closed, n, err)
		}
	}
	b.Write(func(ctx context.Context, tx *store.Tx) error { // what the filter finds is what Closed says
		for _, row := range tx.POLine.Query().AllX(ctx) {
			if row.Number < "4" != holdings.ClosedOrder(row.Status) {
				t.Errorf("%v", row)
			}
		}
		return nil
	})
}
