package graph_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent/portfolio"
	"autoholdings/graph/model"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// answered asks and returns the answer's data as it came.
func (b *testBundle) answered(query string, variables input) string {
	b.t.Helper()
	a := b.ask(query, variables)
	if !strings.Contains(a.Body, `"data"`) || strings.Contains(a.Body, `"errors"`) {
		b.t.Fatalf("%s: %s", query, a.Body)
	}
	return a.Body
}

func (b *testBundle) contains(text string, wanted ...string) {
	b.t.Helper()
	for _, want := range wanted {
		if !strings.Contains(text, want) {
			b.t.Errorf("no %s in\n%s", want, text)
		}
	}
}

// TestOrdersOfCollections: all that a PO line says, on a collection as a whole, by hand and from a file.
func TestOrdersOfCollections(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30}).work()
	b.sync(jobs.Apply, b.profile().ID)
	collection := b.collectionID(journalsCZ)
	const fields = `number closed processType fund price currency intervalFrom intervalUntil main portfolio { id } collection { id }`
	const create = `mutation($in: CreatePoLineInput!) { createPoLine(input: $in) { poLine { id ` + fields + ` } userErrors { path } } }`
	made := b.answered(create, input{"in": input{
		"number": "PKG-1", "collectionId": collection, "status": "Closed", "processType": "Subscription", "fund": "E-RES", "price": "12.50",
		"currency": "gbp", "intervalFrom": "2026-01-01", "intervalUntil": "2026-12-31",
	}})
	b.contains(made, `"closed":true`, `"price":"12.50"`, `"currency":"GBP"`, `"intervalUntil":"2026-12-31"`, `"main":true`, `"portfolio":null`,
		`"collection":{"id":"`+collection+`"}`)
	b.refused("createPoLine", input{"number": "PKG-2", "collectionId": model.ID(model.LicenseType, 1)}, "BAD_USER_INPUT input.collectionId")
	b.refused("createPoLine", input{"number": "PKG-2", "collectionId": collection, "portfolioId": b.somePortfolios(1)[0]},
		"BAD_USER_INPUT input.collectionId")
	b.refused("createPoLine", input{"number": "PKG-2", "price": "1"}, "BAD_USER_INPUT input.currency")
	file := "number,ordered_collection,fund,main\nPKG-2," + collection + ",PRINT,yes\nPKG-3,nowhere,,\n"
	const load = `mutation($in: ImportAcquisitionsInput!) { importPoLines(input: $in) { report { dryRun created refused warnings
		lines { line action number message } } userErrors { code path message } } }`
	for _, dryRun := range []bool{true, false} {
		report := b.answered(load, input{"in": input{"file": file, "dryRun": dryRun}})
		b.contains(report, fmt.Sprintf(`"dryRun":%v,"created":1,"refused":1`, dryRun), `"action":"CREATED"`, `"action":"REFUSED"`,
			"there is no collection")
	}
	b.contains(b.answered(load, input{"in": input{"file": "title\nx\n"}}), `"report":null`, `"path":["input","file"]`, "no column")
	b.contains(b.answered(`mutation($in: ImportAcquisitionsInput!) { importLicenses(input: $in) {
		report { created updated unchanged attached moved } userErrors { code } } }`,
		input{"in": input{"file": "code,perpetual_access\nL1,yes\n"}}), `"created":1`)
	found := b.answered(fmt.Sprintf(`{ collection(id: %q) { poLines { nodes { number main } } } poLines(filter: {closed: true}) { nodes {
		number } }
		open: poLines(filter: {closed: false, collectionId: %q}) { nodes { number } } }`, collection, collection), nil)
	b.contains(found, `"poLines":{"nodes":[{"number":"PKG-2","main":true},{"number":"PKG-1","main":false}]}`,
		`"poLines":{"nodes":[{"number":"PKG-1"}]}`,
		`"open":{"nodes":[{"number":"PKG-2"}]}`)
}

// TestAdditionalLicenses: set by hand, and shown by code.
func TestAdditionalLicenses(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30}).work()
	b.sync(jobs.Apply, b.profile().ID)
	p := b.somePortfolios(2)
	var licenses []string
	for _, code := range []string{"B", "A", "Main"} {
		licenses = append(licenses, b.done("createLicense", input{"code": code}).License.ID)
	}
	b.done("updatePortfolio", input{"portfolioId": p[0], "licenseId": licenses[2], "additionalLicenseIds": licenses[:2]})
	shown := func() string {
		t.Helper()
		return b.answered(fmt.Sprintf(`{ portfolio(id: %q) { license { code }
			additionalLicenses { code portfolios { totalCount } } } }`, p[0]), nil)
	}
	b.contains(shown(), `"license":{"code":"Main"}`, `"additionalLicenses":[{"code":"A","portfolios":{"totalCount":1}},{"code":"B"`)
	b.unchanged(func() {
		b.refused("deleteLicense", input{"licenseId": licenses[0]}, "IN_USE input.licenseId")
		b.refused("updatePortfolio", input{"portfolioId": p[0], "additionalLicenseIds": licenses}, "BAD_USER_INPUT input")
		b.refused("updatePortfolio", input{"portfolioId": p[0], "additionalLicenseIds": []string{"x"}},
			"BAD_USER_INPUT input.additionalLicenseIds")
		b.refused("updatePortfolio", input{"portfolioId": p[0], "additionalLicenseIds": []string{model.ID(model.LicenseType, 4711)}},
			"NOT_FOUND input.additionalLicenseIds")
		b.wants("changePortfolios", input{"selection": input{"portfolioIds": p}, "change": input{
			"additionalLicenseIds": []string{model.ID(model.LicenseType, 4711)},
		}}, "NOT_FOUND input.change.additionalLicenseIds")
	})
	b.done("updatePortfolio", input{"portfolioId": p[0], "additionalLicenseIds": nil})
	b.contains(shown(), `"license":{"code":"Main"}`, `"additionalLicenses":[]`)
}

// TestEndClosedOrders: listed, previewed, done as previewed, and undone.
func TestEndClosedOrders(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30}).work()
	b.sync(jobs.Apply, b.profile().ID)
	row := b.store.Read.Portfolio.Query().Order(portfolio.ByID()).FirstX(t.Context())
	id := model.ID(model.PortfolioType, row.ID)
	line := b.done("createPoLine", input{"number": "POL-1", "status": "Sent", "portfolioId": id}).PoLine
	b.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, "UPDATE entitlements SET active = FALSE, ended_at = 1 WHERE portfolio_id = ?", row.ID)
		tx.Portfolio.UpdateOneID(row.ID).SetListed(false).ExecX(ctx)
		return err
	})
	if got := b.nodes("portfoliosOfClosedOrders", "first: 10"); len(got) != 0 {
		t.Errorf("the order is open: %v", got)
	}
	b.done("updatePoLine", input{"poLineId": line.ID, "status": "Closed"})
	for field, arguments := range map[string]string{
		"portfoliosOfClosedOrders": fmt.Sprintf("first: 10, filter: {collectionId: %q}", model.ID(model.CollectionType, row.CollectionID)),
		"portfolios":               "filter: {keptForClosedOrders: true}",
	} {
		if diff := cmp.Diff([]string{id}, b.nodes(field, arguments)); diff != "" {
			t.Errorf("%s:\n%s", field, diff)
		}
	}
	end := input{"action": "END_CLOSED_ORDERS", "selection": input{"filter": input{"keptForClosedOrders": true}}}
	preview := b.changed(and(end, "mode", "PREVIEW"), jobs.VerdictPreviewed)
	if b.standing(id).RemovedAt != nil {
		t.Error("the preview wrote something")
	}
	job := b.changed(and(end, "previewJobId", preview), jobs.VerdictChanged)
	if b.standing(id).RemovedAt == nil {
		t.Error("it is in the holdings still")
	}
	b.contains(b.answered(fmt.Sprintf(`{ job(id: %q) { summary changes { nodes { action } } }
		node(id: %q) { ... on PoLine { portfolio { id } } } }`,
		job, line.ID), nil), "1 portfolio taken out of the holdings", `"action":"REMOVE"`, `"portfolio":{"id":"`+id+`"}`)
	b.wants("changePortfolios", and(end, "change", input{"available": false}), "BAD_USER_INPUT input.change")
	undo := b.done("undoJob", input{"jobId": job}).Job
	if ended := b.waitFor(undo.ID); ended.Verdict != jobs.VerdictChanged || b.standing(id).RemovedAt != nil {
		t.Errorf("undone: %+v %+v", ended, b.standing(id))
	}
}
