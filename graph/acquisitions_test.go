package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent/portfolio"
	"autoholdings/graph/model"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// somePortfolios are the ids of the first portfolios in the holdings, by title.
func (b *testBundle) somePortfolios(n int) (ids []string) {
	b.t.Helper()
	rows := b.store.Read.Portfolio.Query().Where(portfolio.RemovedAtIsNil()).Order(portfolio.ByTitleKey(), portfolio.ByID()).Limit(n).
		IDsX(b.t.Context())
	for _, id := range rows {
		ids = append(ids, model.ID(model.PortfolioType, id))
	}
	return ids
}

// hidden takes a portfolio out of the holdings.
func (b *testBundle) hidden() string {
	b.t.Helper()
	p := b.store.Read.Portfolio.Query().Order(portfolio.ByID()).FirstX(b.t.Context())
	b.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Portfolio.UpdateOneID(p.ID).SetRemovedAt(1).SetAvailable(false).SetListed(false).Exec(ctx)
	})
	return model.ID(model.PortfolioType, p.ID)
}

func TestPOLineMutations(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30}).work()
	b.sync(jobs.Apply, b.profile().ID)
	gone := b.hidden()
	at := b.somePortfolios(2)
	one := b.done("createPoLine", input{
		"number": " POL-1 ", "vendor": "OUP", "status": "Sent", "type": "Subscription", "orderedOn": "2024-02-29", "renewsOn": "2026-12-31",
		"note": "a\nb", "portfolioId": at[0],
	}).PoLine
	if one.Number != "POL-1" || *one.Vendor != "OUP" || *one.Note != "a\nb" || *one.OrderedOn != "2024-02-29" || !one.Main ||
		one.Version != 1 || one.Portfolio.ID != at[0] {
		t.Errorf("%+v", one)
	}
	two := b.done("createPoLine", input{"number": "POL-2", "portfolioId": at[0]}).PoLine
	if two.Main || two.Vendor != nil || two.OrderedOn != nil {
		t.Errorf("%+v", two)
	}
	alone := b.done("createPoLine", input{"number": "POL-3", "portfolioId": nil, "main": nil}).PoLine
	if alone.Portfolio != nil || alone.Main {
		t.Errorf("%+v", alone)
	}

	b.wrongPOLines(one, at[0], gone)

	now := b.done("updatePoLine", input{"poLineId": two.ID, "version": 1, "main": true, "status": "Closed"}).PoLine
	if !now.Main || *now.Status != "Closed" || now.Version != 2 {
		t.Errorf("%+v", now)
	}
	now = b.done("updatePoLine", input{"poLineId": one.ID, "version": 2, "vendor": nil, "note": nil, "orderedOn": nil}).PoLine
	if now.Main || now.Vendor != nil || now.Note != nil || now.OrderedOn != nil || *now.Status != "Sent" {
		t.Errorf("null empties, and what is left out stays: %+v", now)
	}
	if now = b.done("updatePoLine", input{"poLineId": two.ID, "portfolioId": nil}).PoLine; now.Portfolio != nil || now.Main {
		t.Errorf("detached: %+v", now)
	}
	if now = b.done("updatePoLine", input{"poLineId": one.ID, "portfolioId": at[1]}).PoLine; now.Portfolio.ID != at[1] || !now.Main {
		t.Errorf("moved: %+v", now)
	}
	if deleted := b.done("deletePoLine", input{"poLineId": one.ID}).DeletedID; deleted == nil || *deleted != one.ID {
		t.Errorf("deleted %v", deleted)
	}
	b.refused("deletePoLine", input{"poLineId": one.ID}, "NOT_FOUND input.poLineId")
}

// wrongPOLines refuses what is wrong of a PO line, one that is there and one that is new; gone is a portfolio out of
// the holdings.
func (b *testBundle) wrongPOLines(one *thing, portfolioID, gone string) {
	b.t.Helper()
	long, note := strings.Repeat("x", 201), strings.Repeat("x", 2001)
	b.unchanged(func() {
		for _, name := range []string{"createPoLine", "updatePoLine"} {
			refused := func(in input, want ...string) *payload {
				b.t.Helper()
				if name == "updatePoLine" {
					in["poLineId"] = one.ID
				} else if _, given := in["number"]; !given {
					in["number"] = "POL-9"
				}
				return b.refused(name, in, want...)
			}
			refused(input{"number": ""}, "BAD_USER_INPUT input.number")
			refused(input{"number": "POL-2"}, "CONFLICT input.number")
			refused(input{"portfolioId": "garbage"}, "BAD_USER_INPUT input.portfolioId")
			refused(input{"portfolioId": "garbage", "number": "", "main": true}, "BAD_USER_INPUT input.portfolioId", "BAD_USER_INPUT input.number")
			refused(input{"portfolioId": model.ID(model.LicenseType, 1)}, "BAD_USER_INPUT input.portfolioId")
			refused(input{"portfolioId": model.ID(model.PortfolioType, 4711)}, "NOT_FOUND input.portfolioId")
			refused(input{"portfolioId": gone}, "BAD_USER_INPUT input.portfolioId")
			refused(input{"portfolioId": nil, "main": true}, "BAD_USER_INPUT input.main")
			p := refused(input{
				"number": long, "vendor": long, "status": long, "type": long, "orderedOn": "x", "renewsOn": "2024-13-01",
				"note": note,
			},
				"BAD_USER_INPUT input.number", "BAD_USER_INPUT input.vendor", "BAD_USER_INPUT input.status", "BAD_USER_INPUT input.type",
				"BAD_USER_INPUT input.orderedOn", "BAD_USER_INPUT input.renewsOn", "BAD_USER_INPUT input.note")
			if is := p.PoLine; name == "updatePoLine" &&
				(is == nil || is.Number != "POL-1" || *is.Vendor != "OUP" || is.Portfolio.ID != portfolioID) {
				b.t.Errorf("beside the refusal %+v", is)
			}
		}
		b.refused("updatePoLine", input{"poLineId": one.ID, "version": 9, "vendor": "X"}, "CONFLICT input.version")
		b.wrongIDs("updatePoLine", "PoLine", "poLineId", nil)
		b.wrongIDs("deletePoLine", "PoLine", "poLineId", nil)
	})
}

func TestLicenseMutations(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30}).work()
	b.sync(jobs.Apply, b.profile().ID)
	at := b.somePortfolios(2)
	one := b.done("createLicense", input{
		"code": " L-1 ", "name": "Big deal", "vendor": "OUP", "status": "Active", "type": "Negotiated", "startsOn": "2026-01-01",
		"endsOn": "2026-12-31", "note": "a\nb",
	}).License
	if one.Code != "L-1" || one.Name != "Big deal" || *one.StartsOn != "2026-01-01" || *one.EndsOn != "2026-12-31" || one.Version != 1 {
		t.Errorf("%+v", one)
	}
	b.done("createLicense", input{"code": "L-2"})
	b.wrongLicenses(one, at[0])
	if now := b.done("updateLicense", input{"licenseId": one.ID, "version": 1, "name": nil, "endsOn": nil}).License; now.EndsOn != nil ||
		now.Name != "" || now.Version != 2 {
		t.Errorf("%+v", now)
	}

	collection := b.collectionID(journalsCZ)
	for _, id := range at {
		if p := b.done("updatePortfolio", input{"portfolioId": id, "licenseId": one.ID}).Portfolio; p.License == nil || p.License.ID != one.ID {
			t.Errorf("%+v", p)
		}
	}
	b.done("updateCollection", input{"collectionId": collection, "licenseId": one.ID})
	var got struct {
		Node struct {
			Portfolios  page
			Collections page
		}
	}
	b.query(`query($id: ID!) { node(id: $id) { ... on License { portfolios { totalCount nodes { id } } collections { nodes { id } } } } }`,
		map[string]any{"id": one.ID}, &got)
	if diff := cmp.Diff(at, got.Node.Portfolios.ids()); diff != "" || got.Node.Portfolios.TotalCount != 2 ||
		!slices.Equal(got.Node.Collections.ids(), []string{collection}) {
		t.Errorf("where it is used: %+v\n%s", got, diff)
	}
	b.unchanged(func() { b.refused("deleteLicense", input{"licenseId": one.ID}, "IN_USE input.licenseId") })
	for _, id := range at {
		if p := b.done("updatePortfolio", input{"portfolioId": id, "licenseId": nil}).Portfolio; p.License != nil {
			t.Errorf("%+v", p)
		}
	}
	b.done("updateCollection", input{"collectionId": collection, "licenseId": nil})
	if deleted := b.done("deleteLicense", input{"licenseId": one.ID}).DeletedID; deleted == nil || *deleted != one.ID {
		t.Errorf("deleted %v", deleted)
	}
}

// wrongLicenses refuses what is wrong of a license, one that is there and one that is new.
func (b *testBundle) wrongLicenses(one *thing, portfolioID string) {
	b.t.Helper()
	long, note := strings.Repeat("x", 201), strings.Repeat("x", 2001)
	b.unchanged(func() {
		for _, name := range []string{"createLicense", "updateLicense"} {
			refused := func(in input, want ...string) {
				b.t.Helper()
				if name == "updateLicense" {
					in["licenseId"] = one.ID
				}
				if p := b.refused(name, in, want...); name == "updateLicense" && (p.License == nil || p.License.Code != "L-1") {
					b.t.Errorf("beside the refusal %+v", p.License)
				}
			}
			refused(input{"code": " "}, "BAD_USER_INPUT input.code")
			refused(input{"code": "L-2"}, "CONFLICT input.code")
			refused(input{"code": "L-3", "startsOn": "2026-02-01", "endsOn": "2026-01-31"}, "BAD_USER_INPUT input.endsOn")
			refused(input{"code": long, "name": long, "vendor": long, "status": long, "type": long, "startsOn": "x", "endsOn": "x", "note": note},
				"BAD_USER_INPUT input.code", "BAD_USER_INPUT input.name", "BAD_USER_INPUT input.vendor", "BAD_USER_INPUT input.status",
				"BAD_USER_INPUT input.type",
				"BAD_USER_INPUT input.startsOn", "BAD_USER_INPUT input.endsOn", "BAD_USER_INPUT input.note")
		}
		b.refused("updateLicense", input{"licenseId": one.ID, "version": 4, "name": "X"}, "CONFLICT input.version")
		b.wrongIDs("deleteLicense", "License", "licenseId", nil)
		b.wrongIDs("updateLicense", "License", "licenseId", nil)
		b.wrongIDs("updatePortfolio", "License", "licenseId", input{"portfolioId": portfolioID})
	})
}

func TestCollectionSetMutations(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	local := b.done("createCollection", input{"name": "A local one"}).Collection.ID
	journals, books := b.collectionID(journalsCZ), b.collectionID(booksCZ)
	set := b.done("createCollectionSet", input{"name": "Old ones", "description": "To leave", "collectionIds": []string{local, journals}}).
		CollectionSet
	if set.Name != "Old ones" || *set.Description != "To leave" || set.MemberCount != 2 || set.Version != 1 ||
		len(set.Collections.Nodes) != 2 || set.Collections.Nodes[0].ID != local {
		t.Errorf("%+v", set)
	}
	empty := b.done("createCollectionSet", input{"name": "Empty", "collectionIds": nil}).CollectionSet
	if empty.MemberCount != 0 || empty.Description != nil {
		t.Errorf("%+v", empty)
	}
	b.wrongSets(set, local, journals, books)
	now := b.done("updateCollectionSet", input{
		"setId": set.ID, "version": 1, "description": nil, "addCollectionIds": []string{books},
		"removeCollectionIds": []string{journals},
	}).CollectionSet
	if now.MemberCount != 2 || now.Description != nil || now.Version != 2 || now.Collections.Nodes[0].ID != local ||
		now.Collections.Nodes[1].ID != books {
		t.Errorf("%+v", now)
	}
	var got struct {
		CollectionSets, Of page
		Collection         struct{ Sets page }
	}
	b.query(`query($id: ID!) { collectionSets(filter: {namePrefix: "Old"}) { totalCount nodes { id } }
		of: collectionSets(filter: {collectionId: $id}) { nodes { id } }
		collection(id: $id) { sets { nodes { id } } } }`, map[string]any{"id": local}, &got)
	if !slices.Equal(got.CollectionSets.ids(), []string{set.ID}) || !slices.Equal(got.Of.ids(), []string{set.ID}) ||
		len(got.Collection.Sets.ids()) != 1 || got.CollectionSets.TotalCount != 1 {
		t.Errorf("%+v", got)
	}
	if now = b.done("updateCollectionSet", input{"setId": set.ID, "collectionIds": []string{}}).CollectionSet; now.MemberCount != 0 {
		t.Errorf("%+v", now)
	}
	b.done("deleteCollection", input{"collectionId": local})
	b.refused("deleteCollection", input{"collectionId": local}, "NOT_FOUND input.collectionId")
	b.done("deleteCollectionSet", input{"setId": set.ID})
	b.refused("deleteCollectionSet", input{"setId": set.ID}, "NOT_FOUND input.setId")
}

// wrongSets refuses what is wrong of a set; the others are collections, of which local is in the set.
func (b *testBundle) wrongSets(set *thing, local, journals, books string) {
	b.t.Helper()
	b.unchanged(func() {
		gone := model.ID(model.CollectionType, 4711)
		b.refused("createCollectionSet", input{"name": "OLD ONES"}, "CONFLICT input.name")
		b.refused("createCollectionSet", input{"name": "", "description": strings.Repeat("x", 501), "collectionIds": []string{gone}},
			"BAD_USER_INPUT input.name", "BAD_USER_INPUT input.description", "NOT_FOUND input.collectionIds")
		b.refused("createCollectionSet", input{"name": "X", "collectionIds": []string{"garbage"}}, "BAD_USER_INPUT input.collectionIds")
		b.refused("updateCollectionSet", input{
			"setId": set.ID, "name": "", "addCollectionIds": []string{"x"},
			"removeCollectionIds": []string{"y"},
		},
			"BAD_USER_INPUT input.name", "BAD_USER_INPUT input.addCollectionIds", "BAD_USER_INPUT input.removeCollectionIds")
		for _, field := range []string{"collectionIds", "addCollectionIds", "removeCollectionIds"} {
			b.refused("updateCollectionSet", input{"setId": set.ID, field: []string{local, model.ID(model.ProfileType, 1)}}, "BAD_USER_INPUT input."+
				field)
			b.refused("updateCollectionSet", input{"setId": set.ID, field: []string{gone}}, "NOT_FOUND input."+field)
		}
		b.refused("updateCollectionSet", input{"setId": set.ID, "addCollectionIds": []string{books}, "removeCollectionIds": []string{books}},
			"BAD_USER_INPUT input.removeCollectionIds")
		p := b.refused("updateCollectionSet", input{"setId": set.ID, "version": 5, "name": "X"}, "CONFLICT input.version")
		if p.CollectionSet == nil || p.CollectionSet.MemberCount != 2 {
			b.t.Errorf("beside the conflict %+v", p.CollectionSet)
		}
		b.wrongIDs("updateCollectionSet", "CollectionSet", "setId", nil)
		b.wrongIDs("deleteCollectionSet", "CollectionSet", "setId", nil)
		b.refused("deleteCollection", input{"collectionId": local}, "IN_USE input.collectionId")
		b.refused("deleteCollection", input{"collectionId": journals, "withPortfolios": true}, "BAD_USER_INPUT input.collectionId")
		b.wrongIDs("deleteCollection", "Collection", "collectionId", nil)
	})
}

// TestDeletionWaitsForJobs: neither a collection nor a set goes while an unfinished job is of it, however it names
// them.
func TestDeletionWaitsForJobs(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	collection := b.done("createCollection", input{"name": "A local one"}).Collection.ID
	set := b.done("createCollectionSet", input{"name": "Some"}).CollectionSet.ID
	_, id, _ := model.ParseID(collection)
	_, setID, _ := model.ParseID(set)
	for name, of := range map[string]struct {
		kind string
		args map[string]any
	}{
		"writes it":        {jobs.KindMove, map[string]any{"collectionIds": []int64{3, id}}},
		"imports into it":  {jobs.KindImport, map[string]any{"collectionIds": []int64{id}, "fileId": 1}},
		"undoes it":        {jobs.KindUndo, map[string]any{"collectionIds": []int64{id}}},
		"target":           {jobs.KindMove, map[string]any{"targetCollectionId": id, "setId": setID}},
		"has a part of it": {jobs.KindMove, map[string]any{}},
		"is its writer":    {jobs.KindMove, map[string]any{}},
	} {
		jobID := b.store.NextID()
		b.write(func(ctx context.Context, tx *store.Tx) error {
			text, err := json.Marshal(of.args)
			must(t, err)
			err = tx.Job.Create().SetID(jobID).SetCreatedAt(1).SetUpdatedAt(1).SetKind(of.kind).SetState(jobs.NeedsReview).SetMode(jobs.Apply).
				SetTrigger(jobs.Manual).SetArgs(text).SetDueAt(1).Exec(ctx)
			must(t, err)
			if name == "has a part of it" {
				must(t, tx.JobPart.Create().SetID(b.store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetJobID(jobID).SetCollectionID(id).
					SetProfileName("").
					SetContent("BOOKS").SetState(jobs.PartHeld).Exec(ctx))
			}
			if name == "is its writer" {
				must(t, tx.Collection.UpdateOneID(id).SetWriterJobID(jobID).Exec(ctx))
			}
			return nil
		})
		b.unchanged(func() {
			p := b.refused("deleteCollection", input{"collectionId": collection, "withPortfolios": true}, "CONFLICT input.collectionId")
			if !strings.Contains(p.UserErrors[0].Message, "needs review") {
				t.Errorf("%s: %q", name, p.UserErrors[0].Message)
			}
			if of.args["setId"] != nil {
				b.refused("deleteCollectionSet", input{"setId": set}, "CONFLICT input.setId")
			}
		})
		b.write(func(ctx context.Context, tx *store.Tx) error {
			must(t, tx.Collection.UpdateOneID(id).ClearWriterJobID().Exec(ctx))
			return tx.Job.UpdateOneID(jobID).SetState(jobs.Succeeded).Exec(ctx)
		})
	}
	b.done("deleteCollectionSet", input{"setId": set})
	b.done("deleteCollection", input{"collectionId": collection})
}

// TestAcquisitionFilters: each field narrows the list.
func TestAcquisitionFilters(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	c.done("createPoLine", input{"number": "XPOL-1"})
	all := c.list(listingOf("", "poLines", ""), 500, nil).ids()
	count := func(field, filter string) int {
		t.Helper()
		p := c.list(listingOf("", field, filter), 500, nil)
		if p.TotalCount != len(p.Nodes) {
			t.Errorf("%s %s: %d of %d", field, filter, len(p.Nodes), p.TotalCount)
		}
		return p.TotalCount
	}
	if n := count("poLines", `{attached: false}`); n != 1 {
		t.Errorf("%d are not attached", n)
	}
	if n := count("poLines", `{attached: true}`); n != len(all)-1 {
		t.Errorf("%d of %d are attached", n, len(all))
	}
	if n := count("poLines", `{numberPrefix: "POL-1-"}`); n != 2 {
		t.Errorf("%d begin with POL-1-", n)
	}
	if n := count("poLines", `{numberPrefix: "POL"}`); n != len(all)-1 {
		t.Errorf("%d begin with POL", n)
	}
	in := 0
	for _, row := range c.store.Read.Collection.Query().AllX(t.Context()) {
		in += count("poLines", fmt.Sprintf(`{collectionId: %q}`, model.ID(model.CollectionType, row.ID)))
	}
	if in != len(all)-1 {
		t.Errorf("%d of %d are in a collection", in, len(all))
	}
	if n := count("licenses", `{codePrefix: "L"}`); n != 8 {
		t.Errorf("%d licenses begin with L", n)
	}
	if n := count("licenses", `{codePrefix: "l"}`); n != 0 {
		t.Errorf("%d licenses begin with l", n)
	}
	for _, filter := range []string{`{collectionId: "x"}`, fmt.Sprintf(`{collectionId: %q}`, model.ID(model.PortfolioType, 1))} {
		for _, field := range []string{
			"poLines", "collectionSets", "poLinesNotListed", "portfoliosWithoutPoLine",
			"portfoliosKeptWithoutReason", "portfoliosOfClosedOrders",
		} {
			if a := c.ask(fmt.Sprintf(`{ %s(filter: %s) { totalCount } }`, field, filter), nil); a.code() != "BAD_USER_INPUT" {
				t.Errorf("%s %s: %s", field, filter, a.Body)
			}
		}
	}
}

// TestReconciliationAfterSyncs: PO lines of titles that the provider has taken from its list, as the API shows them.
func TestReconciliationAfterSyncs(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 200}).work()
	profile := b.profile().ID
	b.sync(jobs.Apply, profile)
	before := b.list(listingOf("", "portfoliosWithoutPoLine", ""), 500, nil)
	if listed := b.store.Read.Portfolio.Query().CountX(t.Context()); before.TotalCount != listed ||
		b.list(listingOf("", "poLinesNotListed", ""), 5, nil).TotalCount != 0 {
		t.Fatalf("%d of %d titles without a PO line", before.TotalCount, listed)
	}
	for i, id := range before.ids() {
		b.done("createPoLine", input{"number": fmt.Sprint("POL-", i), "portfolioId": id})
	}
	if n := b.list(listingOf("", "portfoliosWithoutPoLine", ""), 5, nil).TotalCount; n != 0 {
		t.Errorf("%d titles without a PO line, and each was given one", n)
	}
	acquisitions := func() string {
		text, err := json.Marshal([]any{b.store.Read.POLine.Query().AllX(t.Context()), b.store.Read.License.Query().AllX(t.Context())})
		must(t, err)
		return string(text)
	}
	dump, kept := acquisitions(), 0
	for range 4 {
		must(t, b.mock.Step(1))
		b.sync(jobs.Apply, profile)
		kept = b.store.Read.Portfolio.Query().Where(portfolio.Listed(false)).CountX(t.Context())
	}
	if kept == 0 {
		t.Fatal("the provider has taken nothing from its list, so the test shows nothing")
	}
	if dump != acquisitions() {
		t.Error("a sync has changed a PO line or a license")
	}
	walked := b.walk(t, listingOf("", "poLinesNotListed", ""), 3)
	journals := b.list(listingOf("", "poLinesNotListed", fmt.Sprintf(`{collectionId: %q}`, b.collectionID(journalsCZ))), 500, nil)
	books := b.list(listingOf("", "poLinesNotListed", fmt.Sprintf(`{collectionId: %q}`, b.collectionID(booksCZ))), 500, nil)
	if len(walked) != kept || journals.TotalCount+books.TotalCount != kept {
		t.Errorf("%d PO lines of titles not listed, %d and %d by collection, and %d titles are kept", len(walked), journals.TotalCount,
			books.TotalCount, kept)
	}
	added := b.store.Read.Portfolio.Query().Where(portfolio.Listed(true)).CountX(t.Context()) - (before.TotalCount - kept)
	if n := b.list(listingOf("", "portfoliosWithoutPoLine", ""), 5, nil).TotalCount; n != added {
		t.Errorf("%d titles without a PO line, and %d were added", n, added)
	}
}

// TestAcquisitionStatements: pages of PO lines, licenses and sets cost the same whatever their size.
func TestAcquisitionStatements(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	for i := range 8 {
		c.write(func(ctx context.Context, tx *store.Tx) error {
			collection := tx.Collection.Query().Offset(i % 7).FirstX(ctx)
			return tx.Collection.UpdateOneID(collection.ID).SetLicenseID(c.licenses[i%3].ID).Exec(ctx)
		})
	}
	for name, test := range map[string]struct {
		query string
		most  int
		sizes []int
	}{
		"licenses": {`query($first: Int) { licenses(first: $first) { nodes { code collections { nodes { name license { code }
			sets { nodes { name memberCount } } } } } } }`, 6, []int{2, 5, 8}},
		"sets": {`query($first: Int) { collectionSets(first: $first) { nodes { name memberCount } } }`, 2, []int{1, 3, 5}},
		"collections": {
			`query($first: Int) { collections(first: $first) { nodes { name sets { nodes { name memberCount } } } } }`, 4,
			[]int{1, 3, 7},
		},
		"not listed": {`query($first: Int) { poLinesNotListed(first: $first) { nodes { number portfolio { title collection { name } poLines {
			nodes { number } } } } } }`, 4, []int{1, 2, 4}},
		"no PO line": {`query($first: Int) { portfoliosWithoutPoLine(first: $first) { nodes { title collection { name sets { nodes { name } }
			} license {
			code } } } }`, 5, []int{2, 20, 40}},
	} {
		before := -1
		for _, first := range test.sizes {
			statements, _ := c.cost(test.query, map[string]any{"first": first}, "")
			if len(statements) > test.most || before >= 0 && len(statements) != before {
				t.Errorf("%s: %d statements for %d, before %d, want at most %d: %s", name, len(statements), first, before, test.most,
					tables(statements))
			}
			before = len(statements)
		}
	}
}

// TestStalePOLine: of two who change the same version one is refused.
func TestStalePOLine(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	line := b.done("createPoLine", input{"number": "1"}).PoLine
	license := b.done("createLicense", input{"code": "1"}).License
	for range 2 {
		_, _ = b.mutate("updatePoLine", input{"poLineId": line.ID, "version": 1, "vendor": "A"}),
			b.mutate("updateLicense", input{"licenseId": license.ID, "version": 1, "vendor": "A"})
	}
	b.refused("updatePoLine", input{"poLineId": line.ID, "version": 1, "vendor": "B"}, "CONFLICT input.version")
	b.refused("updateLicense", input{"licenseId": license.ID, "version": 1, "vendor": "B"}, "CONFLICT input.version")
	if now := b.done("updatePoLine", input{"poLineId": line.ID, "version": 2}).PoLine; *now.Vendor != "A" || now.Version != 2 {
		t.Errorf("%+v", now)
	}
}
