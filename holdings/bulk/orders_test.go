package bulk_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/additionallicense"
	"autoholdings/ent/license"
	"autoholdings/ent/poline"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/bulk"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/keyset"
	"autoholdings/internal/store"
)

// licenses makes licenses of these codes and returns them as a staff value.
func (b *testBundle) licenses(codes ...string) *string {
	b.T.Helper()
	var ids []int64
	for _, code := range codes {
		row, err := b.Store.Read.License.Query().Where(license.Code(code)).Only(b.T.Context())
		if ent.IsNotFound(err) {
			row, err = b.Acquisitions.CreateLicense(b.T.Context(), acquisitions.LicenseTexts{Code: &code})
		}
		b.Must(err)
		ids = append(ids, row.ID)
	}
	slices.Sort(ids)
	return holdings.LicensesText(ids)
}

func (b *testBundle) decide(titleID string, change holdings.StaffChange) {
	b.T.Helper()
	_, err := b.Holdings.UpdatePortfolio(b.T.Context(), holdings.PortfolioChange{ID: b.PortfolioID(titleID), Staff: change})
	b.Must(err)
}

// whole is dump with what hangs on the portfolios.
func (b *testBundle) whole() string {
	b.T.Helper()
	text := b.dump()
	for _, l := range b.Store.Read.POLine.Query().Order(poline.ByID()).AllX(b.T.Context()) {
		text += fmt.Sprintln(l, l.PortfolioID != nil)
	}
	for _, a := range b.Store.Read.AdditionalLicense.Query().Order(additionallicense.ByPortfolioID(), additionallicense.ByLicenseID()).
		AllX(b.T.Context()) {
		text += fmt.Sprintln(a.PortfolioID, a.LicenseID)
	}
	return text
}

func (b *testBundle) setStatus(number, status string) {
	b.T.Helper()
	row := b.Store.Read.POLine.Query().Where(poline.Number(number)).OnlyX(b.T.Context())
	_, err := b.Acquisitions.UpdatePOLine(b.T.Context(), row.ID, nil,
		acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{Status: &status}})
	b.Must(err)
}

// keptForOrders are portfolios with closed orders, each with something else: j001 and j006 have nothing else.
func keptForOrders(t *testing.T) *testBundle {
	t.Helper()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 30)...))
	for i := range 8 {
		b.AddPOLine(fmt.Sprint("POL-", i), fmt.Sprintf("j%03d", i))
		b.setStatus(fmt.Sprint("POL-", i), "CLOSED")
	}
	b.AddPOLine("POL-OPEN", "j002")
	b.decide("j003", holdings.StaffChange{holdings.FieldLicense: b.licenses("L1")})
	b.decide("j004", holdings.StaffChange{holdings.FieldAdditional: b.licenses("L1", "L2")})
	b.decide("j005", holdings.StaffChange{holdings.FieldAccessRights: of(holdings.Perpetual)})
	b.setStatus("POL-6", "cancelled")
	list := append(holdingstest.Numbered(0, 1), holdingstest.Numbered(8, 30)...)
	b.Sync(1, holdingstest.ListOf(list...))
	b.Must(b.Acquisitions.DeletePOLine(t.Context(), b.Store.Read.POLine.Query().Where(poline.Number("POL-7")).OnlyIDX(t.Context())))
	return b
}

func endClosed() *bulk.Order {
	return &bulk.Order{Action: bulk.EndClosedOrders, Select: all()}
}

func (b *testBundle) listed(f holdings.PortfolioFilter) string {
	b.T.Helper()
	found, err := b.Holdings.Portfolios(b.T.Context(), f, keyset.Window{First: 100})
	b.Must(err)
	var ids []string
	for _, p := range found.Items {
		ids = append(ids, p.TitleID)
	}
	slices.Sort(ids)
	return strings.Join(ids, " ")
}

// TestEndClosedOrders: what only closed orders keep is listed, and taken out; everything else stays with the reason. The
// preview says what is done, the PO lines stay on the hidden records, and an undo gives everything back.
func TestEndClosedOrders(t *testing.T) {
	t.Parallel()
	b := keptForOrders(t)
	closed := holdings.PortfolioFilter{ClosedOrders: new(true)}
	if got := b.listed(closed); got != "j001 j006" {
		t.Errorf("only closed orders keep %q", got)
	}
	if got := b.listed(holdings.PortfolioFilter{ClosedOrders: new(false)}); len(strings.Fields(got)) != 28 {
		t.Errorf("of the others: %q", got)
	}
	if n, err := b.Acquisitions.CountPortfoliosOfClosedOrders(t.Context(), holdingstest.CollectionID); n != 2 || err != nil {
		t.Errorf("%d portfolios of closed orders, %v", n, err)
	}
	before := b.whole()
	shown, preview := b.run(endClosed(), attempt{show: true})
	if b.whole() != before {
		t.Error("the preview wrote something")
	}
	done, job := b.run(endClosed(), attempt{})
	if diff := cmp.Diff(shown, done) + cmp.Diff(b.report(preview), b.report(job)); diff != "" {
		t.Errorf("previewed:\n%s", diff)
	}
	if done.Removed != 2 || done.Bulk.Refused != 28 {
		t.Errorf("%+v", done)
	}
	for _, want := range []string{
		"REFUSED Journal 000 :  > it has the PO line POL-0", "a provider lists it", "REFUSED Journal 002 :  > it has the PO lines POL-2, POL-OPEN",
		"it has the license L1", "it has the license L2", "it is retained", "REFUSED Journal 007 :  > it has no closed order", "REMOVE Journal 001",
		"REMOVE Journal 006", "or end what closed orders protect",
	} {
		if !strings.Contains(b.report(job), want) {
			t.Errorf("no %q in\n%s", want, b.report(job))
		}
	}
	if got := b.listed(closed); got != "" {
		t.Errorf("still kept for closed orders: %q", got)
	}
	notListed, err := b.Acquisitions.CountPOLinesNotListed(t.Context(), 0)
	if b.Must(err); notListed != 5 { // of j002 (two), j003, j004, j005
		t.Errorf("%d PO lines whose title is not listed", notListed)
	}
	attached := b.Store.Read.POLine.Query().Where(poline.HasPortfolioWith(portfolio.RemovedAtNotNil())).CountX(t.Context())
	if attached != 2 {
		t.Errorf("%d PO lines on hidden records", attached)
	}
	if again, _ := b.run(endClosed(), attempt{}); again.Changed() {
		t.Errorf("again: %+v", again)
	}
	undone, undo := b.undo(job, attempt{})
	if undone.Bulk.Restored != 2 || undone.Left != 0 {
		t.Errorf("%+v\n%s", undone, b.report(undo))
	}
	if diff := cmp.Diff(before, b.whole()); diff != "" {
		t.Errorf("undone:\n%s", diff)
	}
}

// TestEndedOrdersOfWhatCameBack: a title that the provider lists again comes back with its PO line, and an undo has nothing to
// do there; one that was moved since is left, and listed.
func TestEndedOrdersOfWhatCameBack(t *testing.T) {
	t.Parallel()
	b := keptForOrders(t)
	_, job := b.run(endClosed(), attempt{})
	b.Sync(1, holdingstest.ListOf(append(holdingstest.Numbered(0, 2), holdingstest.Numbered(8, 30)...)...))
	line := b.Store.Read.POLine.Query().Where(poline.Number("POL-1")).WithPortfolio().OnlyX(t.Context())
	if p := line.Edges.Portfolio; p == nil || p.RemovedAt != nil || !p.Listed || p.TitleID != "j001" {
		t.Errorf("%+v", p)
	}
	c := b.Store.Read.Collection.GetX(t.Context(), b.local("Ours"))
	moved, _ := b.run(&bulk.Order{Action: bulk.Move, Target: c, Select: bulk.Selection{IDs: []int64{b.PortfolioID("j006")}}}, attempt{})
	if moved.Bulk.Moved != 1 {
		t.Errorf("%+v", moved)
	}
	before := b.whole()
	undone, undo := b.undo(job, attempt{})
	if undone.Left != 1 || undone.Bulk.Restored != 0 || !strings.Contains(b.report(undo), "LEFT Journal 006") {
		t.Errorf("%+v\n%s", undone, b.report(undo))
	}
	if diff := cmp.Diff(before, b.whole()); diff != "" {
		t.Errorf("undone:\n%s", diff)
	}
}

// TestEndClosedOrdersOfTheLibrarysOwn: what is the library's own, or waits for a person, does not leave for its orders.
func TestEndClosedOrdersOfTheLibrarysOwn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.local("Ours")
	p, err := b.Holdings.CreatePortfolio(t.Context(), holdings.NewPortfolio{CollectionID: id, Title: map[string]string{"publication_title": "Own"}})
	b.Must(err)
	_, err = b.Acquisitions.CreatePOLine(t.Context(), acquisitions.POLineInput{
		POLineTexts: acquisitions.POLineTexts{Number: of("POL-1"), Status: of("Closed")}, PortfolioID: &p.ID,
	})
	b.Must(err)
	counts, job := b.run(endClosed(), attempt{collection: id})
	if counts.Removed != 0 || counts.Bulk.Refused != 1 || !strings.Contains(b.report(job), "library's own") {
		t.Errorf("%+v\n%s", counts, b.report(job))
	}
	if got := b.listed(holdings.PortfolioFilter{CollectionID: id, ClosedOrders: new(true)}); got != "" {
		t.Errorf("listed: %q", got)
	}
}

// TestInterruptedEndOfClosedOrders: whichever transaction fails, the next run does the rest, and so does an undo.
func TestInterruptedEndOfClosedOrders(t *testing.T) {
	t.Parallel()
	var want string
	for failAt := range 4 {
		b := keptForOrders(t)
		b.Holdings.BatchTitles = 10
		before := b.whole()
		_, job := b.run(endClosed(), attempt{failAt: failAt})
		got := b.report(job)
		b.undo(job, attempt{failAt: failAt})
		if diff := cmp.Diff(before, b.whole()); diff != "" {
			t.Errorf("undone, failing at %d:\n%s", failAt, diff)
		}
		if failAt == 0 {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("failing at %d:\n%s", failAt, diff)
		}
	}
}

// TestAdditionalLicenses: they are set in bulk and from a file, exported so that the same file does nothing, checked, and put
// back by an undo.
func TestAdditionalLicenses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 4)...))
	b.decide("j001", holdings.StaffChange{holdings.FieldLicense: b.licenses("Main")})
	b.decide("j002", holdings.StaffChange{holdings.FieldAdditional: b.licenses("A", "Odd; B")})
	before, exported := b.whole(), b.export()
	if !strings.Contains(exported, `"[""A"",""Odd; B""]"`) {
		t.Errorf("no list of codes in\n%s", exported)
	}
	lines, err := b.bulk.ReadLines(t.Context(), strings.NewReader(exported))
	b.Must(err)
	if counts, job := b.run(&bulk.Order{Action: bulk.Change, Lines: lines}, attempt{}); counts.Changed() || len(lines.Unused) > 0 {
		t.Errorf("an export changes something: %+v\n%s\n%v", counts, b.report(job), lines.Unused)
	}

	change := &bulk.Order{Action: bulk.Change, Select: all(), Change: holdings.StaffChange{holdings.FieldAdditional: b.licenses("Main", "A")}}
	shown, preview := b.run(change, attempt{show: true})
	done, job := b.run(change, attempt{})
	if diff := cmp.Diff(shown, done) + cmp.Diff(b.report(preview), b.report(job)); diff != "" {
		t.Errorf("previewed:\n%s", diff)
	}
	if done.Updated != 3 || done.Bulk.Refused != 1 || !strings.Contains(b.report(job), "REFUSED Journal 001") {
		t.Errorf("%+v\n%s", done, b.report(job))
	}
	if _, err := b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{
		ID: b.PortfolioID("j001"), Staff: holdings.StaffChange{holdings.FieldAdditional: b.licenses("Main")},
	}); err == nil || !strings.Contains(err.Error(), "name it once") {
		t.Errorf("main and additional: %v", err)
	}
	b.undo(job, attempt{})
	if diff := cmp.Diff(before, b.whole()); diff != "" {
		t.Errorf("undone:\n%s", diff)
	}
	lines, err = b.bulk.ReadLines(t.Context(), strings.NewReader("title_id,additional_licenses\nj000,A; Nobody\nj001,[A\n"+
		"j002,(none)\nj003,\"[\"\"Odd; B\"\"]\"\n"))
	b.Must(err)
	if len(lines.Unused) != 2 || !strings.Contains(lines.Unused[0].Why, `the code "Nobody"`) ||
		!strings.Contains(lines.Unused[1].Why, "semicolons between them") {
		t.Errorf("%+v", lines.Unused)
	}
	if counts, job := b.run(&bulk.Order{Action: bulk.Change, Lines: lines}, attempt{}); counts.Updated != 2 {
		t.Errorf("%+v\n%s", counts, b.report(job))
	}
	if text := b.export(); !strings.Contains(text, `"[""Odd; B""]"`) || strings.Contains(text, `""A""`) {
		t.Errorf("after the file:\n%s", text)
	}
}

// TestLicenseDeletedBeforeUndo: what an undo would put back and is gone is left.
func TestLicenseDeletedBeforeUndo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 2)...))
	b.decide("j001", holdings.StaffChange{holdings.FieldAdditional: b.licenses("A")})
	_, job := b.run(&bulk.Order{Action: bulk.Change, Select: all(), Change: holdings.StaffChange{holdings.FieldAdditional: nil}}, attempt{})
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.License.Delete().Exec(ctx)
		return err
	})
	undone, undo := b.undo(job, attempt{})
	if undone.Left != 1 || !strings.Contains(b.report(undo), "license that was there before was deleted") {
		t.Errorf("%+v\n%s", undone, b.report(undo))
	}
}
