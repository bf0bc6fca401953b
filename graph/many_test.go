package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/graph/model"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// manyPayload is what mutations of many things answer.
type manyPayload struct {
	Deleted                      []*string
	Updated, Created, Portfolios []*manyThing
	UserErrors                   []struct {
		Code, Message string
		Path          []string
	}
	statements int
}

type manyThing struct {
	ID, Number, Code, Title string
	Version                 int
	Main                    bool
}

var manySelected = map[string]string{
	"changePoLines":    "deleted updated { id number main version } created { id number main version }",
	"changeLicenses":   "updated { id code version } created { id code version }",
	"createPortfolios": "portfolios { id title }",
}

// together sends a mutation of many things, and checks what it is told of.
func (b *testBundle) together(name string, in input, told ...string) (p manyPayload) {
	b.t.Helper()
	var got map[string]manyPayload
	b.counter.take()
	b.query(fmt.Sprintf(`mutation($in: %s!) { %s(input: $in) { %s userErrors { code message path } } }`,
		strings.ToUpper(name[:1])+name[1:]+"Input", name, manySelected[name]), input{"in": in}, &got)
	p = got[name]
	p.statements = len(b.counter.take())
	var wrong []string
	for _, e := range p.UserErrors {
		wrong = append(wrong, e.Code+" "+strings.Join(e.Path, "."))
	}
	slices.Sort(wrong)
	if diff := cmp.Diff(told, wrong); diff != "" {
		b.t.Errorf("%s %v:\n%s", name, in, diff)
	}
	return p
}

// calledOf says which things there are, by their names; "-" for each that is not.
func calledOf(things []*manyThing) (names string) {
	for _, p := range things {
		if p == nil {
			names += " -"
			continue
		}
		names += " " + p.Number + p.Code + p.Title
	}
	return strings.TrimSpace(names)
}

// TestChangePoLines: each item has its own outcome, with its place in its errors; with atomic it is all or nothing.
func TestChangePoLines(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20}).work()
	b.sync(jobs.Apply, b.profile().ID)
	at := b.somePortfolios(2)
	p := b.together("changePoLines", input{"create": []input{
		{"number": "A", "portfolioId": at[0]},
		{"number": "B", "portfolioId": at[0]},
		{"number": "A"},
		{"number": " "},
		{"number": "C", "portfolioId": "x"},
		{"number": "D", "portfolioId": at[1], "main": false},
		{"number": "E", "main": true},
		{"number": "F", "collectionId": model.ID(model.CollectionType, 4711)},
		{"number": "G", "price": "1"},
	}}, "BAD_USER_INPUT input.create.3.number", "BAD_USER_INPUT input.create.4.portfolioId", "BAD_USER_INPUT input.create.5.main",
		"BAD_USER_INPUT input.create.6.main", "BAD_USER_INPUT input.create.8.currency", "CONFLICT input.create.2.number",
		"NOT_FOUND input.create.7.collectionId")
	if calledOf(p.Created) != "A B - - - - - - -" || !p.Created[0].Main || p.Created[1].Main {
		t.Errorf("%s", calledOf(p.Created))
	}
	a, second := p.Created[0], p.Created[1]
	p = b.together("changePoLines", input{
		"delete": []input{{"poLineId": a.ID}, {"poLineId": model.ID(model.POLineType, 4711)}},
		"update": []input{
			{"poLineId": second.ID, "version": 1, "vendor": "OUP"},
			{"poLineId": second.ID, "vendor": "twice"},
			{"poLineId": "x"},
			{"poLineId": a.ID, "vendor": "gone"},
		},
		"create": []input{{"number": "A", "portfolioId": at[1]}},
	}, "BAD_USER_INPUT input.update.1.poLineId", "BAD_USER_INPUT input.update.2.poLineId", "BAD_USER_INPUT input.update.3.poLineId",
		"NOT_FOUND input.delete.1.poLineId")
	if p.Deleted[0] == nil || *p.Deleted[0] != a.ID || p.Deleted[1] != nil || calledOf(p.Created) != "A" || calledOf(p.Updated) != "B - - -" {
		t.Errorf("%v %s %s", p.Deleted, calledOf(p.Updated), calledOf(p.Created))
	}
	if u := p.Updated[0]; u.Version != 2 || !u.Main { // it became main when A was deleted, in the same write
		t.Errorf("%+v", u)
	}
	before := b.store.Read.POLine.Query().CountX(t.Context())
	p = b.together("changePoLines", input{
		"atomic": true, "delete": []input{{"poLineId": second.ID}}, "create": []input{{"number": "H"}, {"number": "A"}},
	}, "CONFLICT input.create.1.number")
	if p.Deleted[0] != nil || calledOf(p.Created) != "- -" || b.store.Read.POLine.Query().CountX(t.Context()) != before {
		t.Errorf("all or nothing: %v %s", p.Deleted, calledOf(p.Created))
	}
	p = b.together("changePoLines", input{"atomic": true, "update": []input{{"poLineId": second.ID, "version": 7, "note": "n"}}},
		"CONFLICT input.update.0.version")
	if calledOf(p.Updated) != "B" {
		t.Errorf("a refused change shows %s", calledOf(p.Updated))
	}
	b.together("changePoLines", input{}, "BAD_USER_INPUT input")
	b.costsOfMany("changePoLines", func(i int) input { return input{"number": fmt.Sprint("N", i), "portfolioId": at[i%2]} }, "create")
}

// costsOfMany checks that many items cost no more statements than few, and that there is a limit.
func (b *testBundle) costsOfMany(name string, item func(i int) input, list string) {
	b.t.Helper()
	items := func(from, to int) (all []input) {
		for i := from; i < to; i++ {
			all = append(all, item(i))
		}
		return all
	}
	few := b.together(name, input{list: items(0, 2)}).statements
	if many := b.together(name, input{list: items(2, 152)}).statements; many > few+2 {
		b.t.Errorf("%s: %d statements for 150 items, %d for 2", name, many, few)
	}
	b.together(name, input{list: items(0, 501)}, "LIMITED input")
}

// TestChangeLicenses at once, each with its own outcome or all or nothing.
func TestChangeLicenses(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	p := b.together("changeLicenses", input{"create": []input{{"code": "A"}, {"code": "A"}, {"code": ""}, {"code": "B", "startsOn": "soon"}}},
		"BAD_USER_INPUT input.create.2.code", "BAD_USER_INPUT input.create.3.startsOn", "CONFLICT input.create.1.code")
	if calledOf(p.Created) != "A - - -" {
		t.Errorf("%s", calledOf(p.Created))
	}
	a := p.Created[0]
	p = b.together("changeLicenses", input{
		"update": []input{
			{"licenseId": a.ID, "version": 1, "name": "Big Deal"}, {"licenseId": a.ID}, {"licenseId": model.ID(model.LicenseType, 4711)},
		},
		"create": []input{{"code": "C"}},
	}, "BAD_USER_INPUT input.update.1.licenseId", "NOT_FOUND input.update.2.licenseId")
	if calledOf(p.Updated) != "A - -" || p.Updated[0].Version != 2 || calledOf(p.Created) != "C" {
		t.Errorf("%s %s", calledOf(p.Updated), calledOf(p.Created))
	}
	p = b.together("changeLicenses", input{
		"atomic": true, "update": []input{{"licenseId": a.ID, "version": 1, "name": "x"}}, "create": []input{{"code": "D"}},
	}, "CONFLICT input.update.0.version")
	if calledOf(p.Updated) != "A" || calledOf(p.Created) != "-" {
		t.Errorf("all or nothing: %s %s", calledOf(p.Updated), calledOf(p.Created))
	}
	b.together("changeLicenses", input{"create": []input{}}, "BAD_USER_INPUT input")
	b.costsOfMany("changeLicenses", func(i int) input { return input{"code": fmt.Sprint("N", i)} }, "create")
}

// TestCreatePortfolios by hand at once, each with its own outcome or all or nothing; they are accessible, and it is recorded.
func TestCreatePortfolios(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20}).work()
	b.sync(jobs.Apply, b.profile().ID)
	ours, others := b.local("Ours"), b.local("Others")
	provider := model.ID(model.CollectionType, b.store.Read.Portfolio.Query().FirstX(t.Context()).CollectionID)
	p := b.together("createPortfolios", input{"portfolios": []input{
		{"collectionId": ours, "title": "Annals", "titleId": "annals", "coverage": []input{{"from": "1950"}}},
		{"collectionId": others, "title": "Annals"},
		{"collectionId": ours, "title": "Annals again", "titleId": "annals"},
		{"collectionId": provider, "title": "x"},
		{"collectionId": "x", "title": "x"},
		{"collectionId": ours, "title": " ", "url": "x"},
		{"collectionId": model.ID(model.CollectionType, 4711), "title": "x"},
	}}, "BAD_USER_INPUT input.portfolios.3.collectionId", "BAD_USER_INPUT input.portfolios.4.collectionId",
		"BAD_USER_INPUT input.portfolios.5.title", "BAD_USER_INPUT input.portfolios.5.url", "CONFLICT input.portfolios.2.title",
		"NOT_FOUND input.portfolios.6.collectionId")
	if calledOf(p.Portfolios) != "Annals Annals - - - - -" {
		t.Errorf("%s", calledOf(p.Portfolios))
	}
	if s := b.standing(p.Portfolios[0].ID); !s.Accessible || len(s.Entitlements) != 1 {
		t.Errorf("%+v", s)
	}
	if n := b.store.Read.Edit.Query().CountX(t.Context()); n != 2 {
		t.Errorf("%d edits are recorded", n)
	}
	p = b.together("createPortfolios", input{"atomic": true, "portfolios": []input{
		{"collectionId": ours, "title": "New"}, {"collectionId": ours, "title": "Annals", "titleId": "annals"},
	}}, "CONFLICT input.portfolios.1.title")
	if calledOf(p.Portfolios) != "- -" {
		t.Errorf("all or nothing: %s", calledOf(p.Portfolios))
	}
	b.costsOfMany("createPortfolios", func(i int) input {
		return input{"collectionId": ours, "title": fmt.Sprint("N", i), "titleId": fmt.Sprint("n", i)}
	}, "portfolios")
}
