package graph_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/portfolio"
	"autoholdings/graph/model"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// localQuery asks for all that staff can put on a portfolio.
const localQuery = `query($id: ID!) { portfolio(id: $id) { title url version publicNote internalNote authenticationNote
	temporarilyUnavailable accessRights perpetualFrom perpetualUntil lockedFields retention { by from until licenseCode }
	proxy { on groups { on group { name } } }
	localValues { field value providerValue differs coverage { mode statements { from to kind } } } coverage { from to kind } } }`

// setupJournal syncs 30 titles of each type and returns one of the journals.
func setupJournal(t *testing.T) (b *testBundle, row *ent.Portfolio, id string) {
	t.Helper()
	b = setup(t, mockoup.Options{Titles: 30}).work()
	b.sync(jobs.Apply, b.profile().ID)
	row = b.store.Read.Portfolio.Query().Where(portfolio.PublicationType("serial")).Order(portfolio.ByID()).FirstX(t.Context())
	return b, row, model.ID(model.PortfolioType, row.ID)
}

// TestLocalValuesOfAPortfolio: all that staff can put on a portfolio goes in, is shown beside the provider's values, and is
// taken back, field by field.
func TestLocalValuesOfAPortfolio(t *testing.T) {
	t.Parallel()
	b, row, id := setupJournal(t)
	group := b.done("createInventoryGroup", input{"name": "North"}).InventoryGroup
	shown := func() string {
		t.Helper()
		var got struct{ Portfolio json.RawMessage }
		b.query(localQuery, input{"id": id}, &got)
		return string(got.Portfolio)
	}
	before := shown()
	in := input{
		"portfolioId": id, "version": 1, "publicNote": "for patrons", "internalNote": "for staff", "authenticationNote": "by barcode",
		"temporarilyUnavailable": "moving", "accessRights": "PERPETUAL", "perpetualFrom": "2010", "perpetualUntil": "2015-02",
		"proxy": input{"on": true, "groups": []input{{"groupId": group.ID, "on": false}}},
		"localValues": []input{
			{"field": "publication_title", "value": "Ours"},
			{"field": "notes", "value": ""},
			{"field": "coverage", "coverage": input{"mode": "INSTEAD", "statements": []input{{"from": "1950", "to": "1960", "embargo": "r1y"}}}},
		},
	}
	b.done("updatePortfolio", in)
	want := shownLocal(row)
	var got map[string]any
	must(t, json.Unmarshal([]byte(shown()), &got))
	values := got["localValues"].([]any)
	delete(got, "localValues")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(values) != 8 {
		t.Errorf("%v", values)
	}
	if diff := cmp.Diff(map[string]any{
		"field": "publication_title", "value": "Ours", "providerValue": row.PublicationTitle, "differs": true, "coverage": nil,
	}, values[0]); diff != "" {
		t.Error(diff)
	}
	b.refused("updatePortfolio", in, "CONFLICT input.version")

	back := input{"portfolioId": id, "proxy": nil, "accessRights": nil, "lockedFields": []string{}}
	for _, field := range []string{"publicNote", "internalNote", "authenticationNote", "temporarilyUnavailable"} {
		back[field] = nil
	}
	b.done("updatePortfolio", back)
	must(t, json.Unmarshal([]byte(before), &want))
	got = map[string]any{}
	must(t, json.Unmarshal([]byte(shown()), &got))
	want["version"] = 3.
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("taken back: %s", diff)
	}
}

// TestWrongLocalValues: what is wrong is refused with its path, and nothing is written.
func TestWrongLocalValues(t *testing.T) {
	t.Parallel()
	b, _, id := setupJournal(t)
	b.unchanged(func() {
		for path, wrong := range map[string]input{
			"BAD_USER_INPUT input.localValues":    {"localValues": []input{{"field": "public_note", "value": "x"}}},
			"BAD_USER_INPUT input.localValues   ": {"localValues": []input{{"field": "notes", "value": "a"}, {"field": "notes", "value": "b"}}},
			"BAD_USER_INPUT input.localValues ":   {"localValues": []input{{"field": "coverage", "value": "1996"}}},
			"BAD_USER_INPUT input.localValues  ": {"localValues": []input{
				{"field": "notes", "coverage": input{"mode": "INSTEAD", "statements": []input{}}},
			}},
			"BAD_USER_INPUT input.proxy.groups":  {"proxy": input{"on": true, "groups": []input{{"groupId": id, "on": true}}}},
			"BAD_USER_INPUT input.perpetualFrom": {"accessRights": "PERPETUAL", "perpetualFrom": "then"},
			"BAD_USER_INPUT input.publicNote":    {"publicNote": ""},
		} {
			wrong["portfolioId"] = id
			b.refused("updatePortfolio", wrong, strings.TrimSpace(path))
		}
	})
}

// TestFiltersOfWhatStaffSay: portfolios are found by local values and by rights.
func TestFiltersOfWhatStaffSay(t *testing.T) {
	t.Parallel()
	b, _, id := setupJournal(t)
	count := func(filter input) (n int) {
		t.Helper()
		var got struct{ Portfolios struct{ TotalCount int } }
		b.query(`query($f: PortfolioFilter) { portfolios(filter: $f) { totalCount } }`, input{"f": filter}, &got)
		return got.Portfolios.TotalCount
	}
	b.done("updatePortfolio", input{"portfolioId": id, "publicNote": "x", "accessRights": "CURRENT"})
	for _, c := range []struct {
		filter input
		want   int
	}{
		{input{"hasLocalValues": true}, 1},
		{input{"localField": "public_note"}, 1},
		{input{"localField": "notes"}, 0},
		{input{"accessRights": "CURRENT"}, 1},
		{input{"accessRights": "PERPETUAL"}, 0},
		{input{"retained": true}, 0},
		{input{"retainedOnly": true}, 0},
	} {
		if n := count(c.filter); n != c.want {
			t.Errorf("%v finds %d, want %d", c.filter, n, c.want)
		}
	}
}

// shownLocal is what a journal shows once all is put on it, but for the list of its local values.
func shownLocal(row *ent.Portfolio) map[string]any {
	return map[string]any{
		"title": "Ours", "url": row.TitleURL, "version": 2., "publicNote": "for patrons", "internalNote": "for staff",
		"authenticationNote": "by barcode", "temporarilyUnavailable": "moving", "accessRights": "PERPETUAL",
		"perpetualFrom": "2010-01-01", "perpetualUntil": "2015-02-28",
		"lockedFields": []any{"publication_title", "notes", "coverage"},
		"retention":    map[string]any{"by": "PORTFOLIO", "from": "2010-01-01", "until": "2015-02-28", "licenseCode": nil},
		"proxy": map[string]any{"on": true, "groups": []any{
			map[string]any{"on": false, "group": map[string]any{"name": "North"}},
		}},
		"coverage": []any{map[string]any{"from": "1950", "to": "1960", "kind": "LOCAL"}},
	}
}
