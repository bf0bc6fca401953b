package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/graph"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/mockoup"
)

// accessJSON is an answer as GET /access and the query give it.
type accessJSON struct {
	Granted, Wholly          bool
	Reason, Message, OpensOn string
	Portfolios               []struct {
		Title, URL, Reason string
		Granted            bool
		Coverage           *struct{ Text, Kind string }
		Retention          *struct{ By string }
		Proxy              *bool
		Entitlements       []struct {
			Profile *struct{ Name, Description string }
		}
		Portfolio struct {
			Title      string
			Collection struct{ Name string }
		}
		Collection             struct{ Name string }
		TemporarilyUnavailable string
	}
	Errors []struct {
		Message    string
		Extensions struct{ Code, RequestID, Limit string }
	}
}

// mayRead asks GET /access.
func (b *testBundle) mayRead(query url.Values) (status int, a accessJSON) {
	b.t.Helper()
	got := b.get("/access?" + query.Encode())
	must(b.t, json.Unmarshal([]byte(got.Body), &a))
	return got.Status, a
}

// mayReadAll asks POST /access.
func (b *testBundle) mayReadAll(body string) *answer {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.api.URL+"/access", strings.NewReader(body))
	must(b.t, err)
	return b.send(r)
}

// withReadings has a local collection of a few titles, one of them twice.
func withReadings(t *testing.T) *testBundle {
	t.Helper()
	b := setup(t, mockoup.Options{Titles: 20}).work()
	for _, name := range []string{"Ours", "Theirs"} {
		b.importedList(b.local(name), holdingstest.KBART(`Annals; id=annals; print=@1; first=1990; last=1999; url=https://x.example/`+name+`
			Brain of `+name+`; id=brain`+name+`; online=@2; first=2000; embargo=P1Y`))
	}
	p, err := b.store.IDs(t.Context(), `SELECT p.id FROM portfolios p JOIN collections c ON c.id = p.collection_id
		WHERE p.title_id = 'annals' AND c.name = 'Theirs'`)
	must(t, err)
	_, err = b.holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: p[0], Staff: holdings.StaffChange{
		plan.CoverageField: new(plan.ToJSON(plan.LocalCoverage{Mode: plan.Instead, Statements: []plan.Statement{{DateFirst: "1995"}}})),
		plan.Proxy:         new("on"), plan.Unavailable: new("moving"),
	}})
	must(t, err)
	return b
}

// TestAccess by the query and by address: the same is said, of each portfolio that has the identifier.
func TestAccess(t *testing.T) {
	t.Parallel()
	b := withReadings(t)
	issn := holdingstest.IdentifierCalled("@1")
	status, a := b.mayRead(url.Values{"identifier": {issn}, "date": {"2005-07"}, "volume": {"5"}, "issue": {"2"}})
	if status != http.StatusOK || !a.Granted || !a.Wholly || a.Reason != "" || len(a.Portfolios) != 2 {
		t.Fatalf("%d %+v", status, a)
	}
	granting, denying := a.Portfolios[0], a.Portfolios[1]
	if granting.Collection.Name != "Theirs" ||
		granting.URL != "https://x.example/Theirs" || granting.Coverage.Kind != "LOCAL" || !*granting.Proxy ||
		granting.TemporarilyUnavailable != "moving" || len(granting.Entitlements) != 1 || granting.Entitlements[0].Profile != nil {
		t.Errorf("%+v", granting)
	}
	if denying.Reason != "AFTER_COVERAGE" || denying.Collection.Name != "Ours" || denying.Coverage != nil || len(denying.Entitlements) != 0 {
		t.Errorf("%+v", denying)
	}
	const query = `query($identifier: String!, $date: String) { access(identifier: $identifier, date: $date, volume: "5", issue: "2") {
		granted wholly reason message opensOn portfolios { granted reason url proxy coverage { text kind profiles { id } } retention { by }
			entitlements { active profile { description } coverage { from } } portfolio { title collection { name } } } } }`
	var data struct{ Access accessJSON }
	b.counter.take()
	b.query(query, map[string]any{"identifier": issn, "date": "2005-07"}, &data)
	if n := len(b.counter.take()); n > 6 {
		t.Errorf("%d statements for a question", n)
	}
	for i := range data.Access.Portfolios { // what the two tell in their own places
		shown, told := &data.Access.Portfolios[i], &a.Portfolios[i]
		shown.Title, shown.Collection = shown.Portfolio.Title, shown.Portfolio.Collection
		shown.TemporarilyUnavailable = told.TemporarilyUnavailable
		shown.Portfolio = told.Portfolio
	}
	if diff := cmp.Diff(a, data.Access); diff != "" {
		t.Error(diff)
	}
	if _, a := b.mayRead(url.Values{"identifier": {holdingstest.IdentifierCalled("@2")}, "date": {"2999"}}); a.Reason != "EMBARGOED" ||
		a.OpensOn != "3000-01-01" || !strings.Contains(a.Message, "until 3000-01-01") {
		t.Errorf("%+v", a)
	}
	status, a = b.mayRead(url.Values{"identifier": {"nothing"}})
	if status != http.StatusOK || a.Reason != "UNKNOWN_TITLE" || a.Portfolios == nil {
		t.Errorf("%d %+v", status, a)
	}
}

// TestAccessRefuses what cannot be asked, by the query and by address, with what to do.
func TestAccessRefuses(t *testing.T) {
	t.Parallel()
	b := withReadings(t)
	group := b.newGroup("Law")
	b.done("deleteInventoryGroup", input{"inventoryGroupId": group})
	for name, c := range map[string]struct {
		status  int
		code    string
		message string
		query   url.Values
	}{
		"nothing":           {400, "BAD_USER_INPUT", "identifier: it is empty", url.Values{}},
		"a mistyped ISSN":   {400, "BAD_USER_INPUT", "wrong check digit", url.Values{"identifier": {"0006-8951"}}},
		"no date":           {400, "BAD_USER_INPUT", "date: \"2005-13\" is no date", url.Values{"identifier": {"annals"}, "date": {"2005-13"}}},
		"another parameter": {400, "BAD_USER_INPUT", "there is identifier, date", url.Values{"issn": {"annals"}}},
		"no id of a group":  {400, "BAD_USER_INPUT", "group: ", url.Values{"identifier": {"annals"}, "group": {"Law"}}},
		"a group that is gone": {
			404, "NOT_FOUND", "no such inventory group", url.Values{"identifier": {"annals"}, "group": {group}},
		},
		"no text": {400, "BAD_USER_INPUT", "NUL", url.Values{"identifier": {"a\x00b"}}},
	} {
		status, a := b.mayRead(c.query)
		if status != c.status || len(a.Errors) != 1 || a.Errors[0].Extensions.Code != c.code ||
			!strings.Contains(a.Errors[0].Message, c.message) || a.Errors[0].Extensions.RequestID == "" {
			t.Errorf("%s: %d %+v", name, status, a)
		}
	}
	for arguments, message := range map[string]string{
		`identifier: "0006-8951"`:                               "wrong check digit",
		`identifier: "annals", date: "yesterday"`:               "is no date",
		`identifier: "annals", groupId: "Law"`:                  "groupId: ",
		fmt.Sprintf(`identifier: "annals", groupId: %q`, group): "no such inventory group",
	} {
		if a := b.ask("{ access("+arguments+") { granted } }", nil); len(a.Errors) != 1 || !strings.Contains(a.Errors[0].Message, message) {
			t.Errorf("%s: %s", arguments, a.Body)
		}
	}
}

// TestAccessOfMany: many questions are answered in their order and form, in few statements; one that is wrong has its error
// in its place, and what is no question is refused as a whole.
func TestAccessOfMany(t *testing.T) {
	t.Parallel()
	b := withReadings(t)
	group := b.newGroup("Law")
	one := fmt.Sprintf(`{"identifier": "annals", "date": 1997, "volume": 7, "issue": null, "group": %q}`, group)
	var asked []string
	for i := range 10_000 {
		asked = append(asked, []string{one, `{"identifier": "brainOurs", "date": "2003"}`, `{"identifier": "annals", "date": "no"}`}[i%3])
	}
	for name, c := range map[string]struct{ body, contentType string }{
		"an array":   {"[" + strings.Join(asked, ",\n") + "]", "application/json"},
		"JSON lines": {strings.Join(asked, "\n"), "application/x-ndjson"},
	} {
		b.counter.take()
		got := b.mayReadAll(c.body)
		if n := len(b.counter.take()); n > 100 { // a statement for 250 questions of a group
			t.Errorf("%s: %d statements", name, n)
		}
		if got.Status != http.StatusOK || got.ContentType != c.contentType {
			t.Fatalf("%s: %d %.200s", name, got.Status, got.Body)
		}
		var answers []accessJSON
		if name == "an array" {
			must(t, json.Unmarshal([]byte(got.Body), &answers))
		} else {
			for line := range strings.Lines(got.Body) {
				var a accessJSON
				must(t, json.Unmarshal([]byte(line), &a))
				answers = append(answers, a)
			}
		}
		if len(answers) != len(asked) {
			t.Fatalf("%s: %d answers", name, len(answers))
		}
		for i, a := range answers {
			ok := []bool{
				a.Granted && len(a.Portfolios) == 2, a.Granted && len(a.Portfolios) == 1,
				len(a.Errors) == 1 && a.Errors[0].Extensions.Code == "BAD_USER_INPUT",
			}[i%3]
			if !ok {
				t.Fatalf("%s: answer %d: %+v", name, i, a)
			}
		}
	}
	for body, message := range map[string]string{
		"": "there is no question", "[]": "there is no question", " \n ": "there is no question",
		`{"identifier": "x"`:   "question 1 cannot be read",
		`[{"identifier": "x"}`: "question 2", `[{"identifier": "x"}] {}`: "question 2", `{"identifier": "x"} []`: "question 2",
		`{"issn": "x"}`: "question 1", `{"identifier": 7}`: "question 1", `{"identifier": "x", "volume": 1.5}`: "question 1",
		strings.Repeat(`{"identifier": "x"}`, 10_001): "questions of one POST /access",
	} {
		got := b.mayReadAll(body)
		if got.Status < 400 || got.Status >= 500 || !strings.Contains(got.Body, message) || !strings.Contains(got.Body, `"requestId"`) {
			t.Errorf("%.60q: %d %.300s", body, got.Status, got.Body)
		}
	}
}

// TestAccessLimits: questions are queries among others, and count as operations.
func TestAccessLimits(t *testing.T) {
	t.Parallel()
	b := withReadings(t)
	b.serve(graph.Options{Limits: graph.Limits{Requests: 3, Questions: 2}})
	got := b.mayReadAll(strings.Repeat(`{"identifier": "x"}`, 3))
	if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `"QUESTIONS"`) {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	for range 2 {
		if status, a := b.mayRead(url.Values{"identifier": {"annals"}}); status != http.StatusOK || !a.Granted {
			t.Errorf("%d %+v", status, a)
		}
	}
	if got = b.mayReadAll(`{"identifier": "annals"}`); got.Status != http.StatusOK {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	status, a := b.mayRead(url.Values{"identifier": {"annals"}})
	if status != http.StatusTooManyRequests || a.Errors[0].Extensions.Limit != "REQUESTS" {
		t.Errorf("%d %+v", status, a)
	}
	b.serve(graph.Options{Limits: graph.Limits{QueryTime: 1}})
	status, a = b.mayRead(url.Values{"identifier": {"annals"}})
	if status != http.StatusServiceUnavailable || a.Errors[0].Extensions.Limit != "QUERY_TIME" {
		t.Errorf("%d %+v", status, a)
	}
}
