package graph_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"autoholdings/ent/portfolio"
	"autoholdings/graph/model"
	"autoholdings/holdings/acquisitions"
	"autoholdings/mockoup"
)

// table reads a TSV download: its lines, as columns by name.
func (b *downloadsBundle) table(path, name string) (rows []map[string]string) {
	b.t.Helper()
	d := b.get(path)
	d.isSavedAs(b.t, "text/tab-separated-values; charset=utf-8", fmt.Sprintf("%s-%s.tsv", name, time.Now().UTC().Format(time.DateOnly)))
	body, marked := strings.CutPrefix(d.body, "\ufeff")
	if !marked {
		b.t.Error("no byte order mark: Excel would take the text for something other than UTF-8")
	}
	lines := strings.Split(strings.TrimSuffix(body, "\n"), "\n")
	columns := strings.Split(lines[0], "\t")
	for _, line := range lines[1:] {
		cells := strings.Split(line, "\t")
		if len(cells) != len(columns) {
			b.t.Fatalf("%d cells under %d columns: %q", len(cells), len(columns), line)
		}
		row := map[string]string{}
		for i, cell := range cells {
			row[columns[i]] = cell
		}
		rows = append(rows, row)
	}
	return rows
}

func TestReconciliationTSV(t *testing.T) {
	t.Parallel()
	b := setUpDownloads(t, mockoup.Options{Titles: 2600})
	if rows := b.table(notListed, "po-lines-not-listed"); len(rows) != 0 {
		t.Errorf("%d lines before there is anything", len(rows))
	}
	b.sync()
	portfolios := b.store.Read.Portfolio.Query().Where(portfolio.CollectionID(b.collection)).Order(portfolio.ByTitleKey(), portfolio.ByID()).
		AllX(t.Context())
	for i, p := range portfolios[:2] {
		number, note := fmt.Sprintf("=POL-%d", i), "two\nlines\tand a tab"
		_, err := b.acquisitions.CreatePOLine(t.Context(),
			acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{Number: &number, Note: &note}, PortfolioID: &p.ID})
		b.check(err)
	}
	b.write("UPDATE portfolios SET listed = FALSE, available = FALSE, publication_title = '@title' WHERE id = ?", portfolios[1].ID)
	b.write("UPDATE portfolios SET listed = FALSE, available = FALSE, removed_at = 1 WHERE id = ?", portfolios[2].ID)

	rows := b.table(notListed, "po-lines-not-listed")
	if len(rows) != 1 {
		t.Fatalf("%d PO lines", len(rows))
	}
	id := model.ID(model.PortfolioType, portfolios[1].ID)
	if r := rows[0]; r["number"] != "'=POL-1" || r["note"] != "two lines and a tab" || r["title"] != "'@title" || r["portfolio_id"] != id ||
		r["main"] != "yes" || r["collection"] == "" || r["po_line_id"] == "" {
		t.Errorf("%v", r)
	}
	all := b.store.Read.Portfolio.Query().CountX(t.Context())
	rows = b.table(withoutOrder, "portfolios-without-po-line")
	if len(rows) != all-3 || all < 2000 {
		t.Errorf("%d of %d portfolios", len(rows), all)
	}
	journals := "?collection=" + model.ID(model.CollectionType, b.collection)
	rows = b.table(withoutOrder+journals, "portfolios-without-po-line")
	if len(rows) != len(portfolios)-3 || rows[0]["title"] != portfolios[3].PublicationTitle ||
		rows[0]["portfolio_id"] != model.ID(model.PortfolioType, portfolios[3].ID) || rows[0]["available"] != "true" {
		t.Errorf("%d of %d journals, the first %v", len(rows), len(portfolios), rows[0])
	}
	if rows = b.table(notListed+journals, "po-lines-not-listed"); len(rows) != 1 {
		t.Errorf("%d PO lines of journals", len(rows))
	}
	b.write("UPDATE entitlements SET active = FALSE WHERE portfolio_id IN (?, ?)", portfolios[1].ID, portfolios[3].ID)
	b.write("UPDATE portfolios SET listed = FALSE WHERE id = ?", portfolios[3].ID)
	for _, path := range []string{withoutReason, withoutReason + journals} { // the other one has a PO line
		if rows = b.table(path, "portfolios-kept-without-reason"); len(rows) != 1 ||
			rows[0]["portfolio_id"] != model.ID(model.PortfolioType, portfolios[3].ID) {
			t.Errorf("%s: %v", path, rows)
		}
	}
	b.write("UPDATE po_lines SET status = 'CLOSED'")
	for _, path := range []string{closedOrders, closedOrders + journals} {
		if rows = b.table(path, "portfolios-of-closed-orders"); len(rows) != 1 || rows[0]["portfolio_id"] != id {
			t.Errorf("%s: %v", path, rows)
		}
	}
	b.wrongReconciliations()
}

// The addresses of the reconciliation's lists.
const (
	notListed     = "/reconciliation/po-lines-not-listed.tsv"
	withoutOrder  = "/reconciliation/portfolios-without-po-line.tsv"
	withoutReason = "/reconciliation/portfolios-kept-without-reason.tsv"
	closedOrders  = "/reconciliation/portfolios-of-closed-orders.tsv"
)

// wrongReconciliations asks for the lists with parameters that are wrong and, at last, of a database that is broken.
func (b *downloadsBundle) wrongReconciliations() {
	b.t.Helper()
	for _, path := range []string{notListed, withoutOrder, withoutReason, closedOrders} {
		b.request(http.MethodGet, path+"?collection=garbage").hasCode(b.t, http.StatusBadRequest, "BAD_USER_INPUT")
		b.request(http.MethodGet, path+"?collection=").hasCode(b.t, http.StatusBadRequest, "BAD_USER_INPUT")
		b.request(http.MethodGet, path+"?collection="+model.ID(model.LicenseType, 1)).hasCode(b.t, http.StatusBadRequest, "BAD_USER_INPUT")
		b.request(http.MethodGet, path+"?collection="+model.ID(model.CollectionType, 4711)).hasCode(b.t, http.StatusNotFound, "NOT_FOUND")
		b.request(http.MethodGet, path+"?collectionId=x").hasCode(b.t, http.StatusBadRequest, "BAD_USER_INPUT")
		if d := b.request(http.MethodHead, path); d.body != "" {
			b.t.Errorf("HEAD %s has a body", path)
		}
	}
	b.write("ALTER TABLE po_lines RENAME TO taken_away")
	for _, path := range []string{notListed, withoutOrder, withoutReason, closedOrders} {
		b.request(http.MethodGet, path).hasCode(b.t, http.StatusInternalServerError, "INTERNAL")
	}
}
