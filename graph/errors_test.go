package graph_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"autoholdings/graph/model"
	"autoholdings/mockoup"
)

// TestFaultsAreMasked: what goes wrong inside is told to the log, with its cause, and to nobody else; both name the
// request.
func TestFaultsAreMasked(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	must(t, b.store.Close())
	id := model.ID("Job", 1)
	for name, query := range map[string]string{
		"listing": `{ portfolios { nodes { id } } }`, "count": `{ jobs { totalCount } }`, "settings": `{ settings { version } }`,
		"node":     fmt.Sprintf(`{ node(id: %q) { id } }`, id),
		"mutation": `mutation { createInventoryGroup(input: {name: "Law"}) { userErrors { code } } }`,
		"profile": `mutation { createProfile(input: {customerNumber: "demo", apiKey: "k", idempotencyKey: "once", runNow: true}) { userErrors {
			code } } }`,
		"control": fmt.Sprintf(`mutation { cancelJob(input: {jobId: %q}) { userErrors { code } } }`, id),
	} {
		a := b.ask(query, nil)
		if a.code() != "INTERNAL" || a.RequestID == "" || a.Errors[0].Extensions.RequestID != a.RequestID {
			t.Errorf("%s: %q %s", name, a.RequestID, a.Body)
		}
		for _, inside := range []string{"sql", "database", "closed", "SELECT", "portfolios:", "transaction"} {
			if strings.Contains(a.Body, inside) {
				t.Errorf("%s: the answer says %q: %s", name, inside, a.Body)
			}
		}
		if line := b.logLine(a.RequestID); !strings.Contains(line, "database is closed") || !strings.Contains(line, "level=ERROR") {
			t.Errorf("%s: the log says of request %s: %q", name, a.RequestID, line)
		}
	}
}

// logLine is the line of the log that names a request.
func (b *testBundle) logLine(requestID string) string {
	for line := range strings.Lines(b.log.String()) {
		if strings.Contains(line, "request="+requestID) {
			return line
		}
	}
	return ""
}

// TestWrongOperations: what is no operation of this schema is the caller's mistake, and the answer says where it is.
func TestWrongOperations(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	for name, test := range map[string]struct {
		query     string
		variables map[string]any
		says      string
	}{
		"empty":            {"", nil, "no operation"},
		"not GraphQL":      {"SELECT * FROM portfolios", nil, "SELECT"},
		"cut off":          {"{ portfolios {", nil, "Expected"},
		"unknown field":    {"{ portfolios { nodes { titel } } }", nil, "titel"},
		"unknown argument": {"{ portfolios(newest: 5) { nodes { id } } }", nil, "newest"},
		"unknown enum":     {`{ jobs(filter: {state: [DONE]}) { nodes { id } } }`, nil, "DONE"},
		"no selection":     {"{ portfolios }", nil, "selection"},
		"missing argument": {"{ portfolio { id } }", nil, "id"},
		"missing variable": {"query($id: ID!) { portfolio(id: $id) { id } }", nil, "id"},
		"wrong variable":   {"query($first: Int) { portfolios(first: $first) { nodes { id } } }", map[string]any{"first": "many"}, "first"},
		"wrong enum": {
			"query($s: [JobState!]) { jobs(filter: {state: $s}) { nodes { id } } }",
			map[string]any{"s": []string{"DONE"}},
			"DONE",
		},
		"unknown input": {
			"mutation($i: UpdateSettingsInput!) { updateSettings(input: $i) { userErrors { code } } }",
			map[string]any{"i": map[string]any{"colour": 1}},
			"colour",
		},
		"unknown mutation":   {"mutation { dropTables }", nil, "dropTables"},
		"number of 64 bits":  {"{ portfolios(first: 99999999999) { nodes { id } } }", nil, ""},
		"several operations": {"query a { settings { version } } query b { settings { version } }", nil, "operation"},
	} {
		a := b.ask(test.query, test.variables)
		if len(a.Errors) == 0 || !strings.Contains(a.Body, test.says) {
			t.Errorf("%s: %s", name, a.Body)
		}
		for _, e := range a.Errors {
			if e.Extensions.Code != "BAD_USER_INPUT" || e.Extensions.RequestID != a.RequestID {
				t.Errorf("%s: request %s: %s", name, a.RequestID, a.Body)
			}
		}
	}
}

// TestLimits: a request that is too large, too long or asks for too much is refused before it costs anything.
func TestLimits(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	deep := `{ portfolios(first: 500) { nodes { collection { portfolios(first: 500) { nodes { title } } } } } }`
	aliases := "{" + strings.Repeat(" a: portfolios(first: 500) { nodes { title } }", 1)
	for i := range 600 {
		aliases += fmt.Sprintf(" p%d: portfolios(first: 500) { nodes { title } }", i)
	}
	aliases += "}"
	nodes := `query($ids: [ID!]!) { nodes(ids: $ids) { ... on Collection { portfolios(first: 500) { nodes { title } } } } }`
	ids := make([]string, 500)
	for i := range ids {
		ids[i] = model.ID("Collection", int64(i+1))
	}
	b.counter.take()
	for name, test := range map[string]struct {
		query     string
		variables map[string]any
	}{
		"nested listings": {deep, nil}, "aliases": {aliases, nil}, "listings of nodes": {nodes, map[string]any{"ids": ids}},
		"tokens": {"{" + strings.Repeat(" settings { version }", 4000) + " }", nil},
	} {
		a := b.ask(test.query, test.variables)
		if a.code() != "LIMITED" || a.Errors[0].Extensions.RequestID != a.RequestID {
			t.Errorf("%s: %d %.400s", name, a.Status, a.Body)
		}
	}
	for name, header := range map[string]http.Header{"JSON": nil, "events": {"Accept": {"text/event-stream"}}} {
		a := b.post(`{"query": "{ settings { version } }", "variables": {"x": "`+strings.Repeat("x", 4<<20)+`"}}`, header)
		if a.Status != http.StatusRequestEntityTooLarge || a.code() != "LIMITED" {
			t.Errorf("a body of more than four mebibytes, for %s: %d %.400s", name, a.Status, a.Body)
		}
	}
	if cost := b.counter.take(); len(cost) > 0 {
		t.Errorf("what was refused cost %d statements: %s", len(cost), cost)
	}
	large := `{ portfolios(first: 500) { nodes { title collection { name } coverage { text profiles { name } } availableFor { name } poLines {
		nodes { number } } license { code } } } }`
	if a := b.ask(large, nil); len(a.Errors) > 0 {
		t.Errorf("the largest page: %s", a.Body)
	}
}

// TestMalformedBodies: a body that is no request is refused, and not repeated: it may hold a key.
func TestMalformedBodies(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	for name, body := range map[string]string{
		"nothing": "", "no JSON": "{ portfolios }", "cut off": `{"query": "{ settings`, "a list": `[{"query": "{ settings { version } }"}]`,
		"a number": `{"query": 5}`, "further text": `{"query": "{ settings { version } }"} and more`,
	} {
		for accept, header := range map[string]http.Header{"JSON": nil, "events": {"Accept": {"text/event-stream"}}} {
			a := b.post(body, header)
			if a.Status != http.StatusBadRequest || a.code() != "BAD_USER_INPUT" || a.Errors[0].Extensions.RequestID != a.RequestID {
				t.Errorf("%s for %s: %d %s", name, accept, a.Status, a.Body)
			}
			if strings.Contains(a.Body, "settings") || strings.Contains(a.Body, "portfolios") {
				t.Errorf("%s for %s: the answer repeats the body: %s", name, accept, a.Body)
			}
		}
	}
	a := b.post(`{"query": "{ settings { version } }"}`, http.Header{"Content-Type": {"text/plain"}})
	if a.Status != http.StatusUnsupportedMediaType {
		t.Errorf("text/plain, which a page of any site may send: %d %s", a.Status, a.Body)
	}
}

// TestGET: a query may be asked with GET, a mutation may not.
func TestGET(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	get := func(query string) *answer {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.api.URL+"/graphql?query="+url.QueryEscape(query), nil)
		must(t, err)
		return b.send(request)
	}
	if a := get(`{ settings { version } }`); string(a.Data) != `{"settings":{"version":1}}` {
		t.Errorf("a query: %d %s", a.Status, a.Body)
	}
	a := get(`mutation { updateSettings(input: {institutionName: "By GET"}) { userErrors { code } } }`)
	if len(a.Errors) == 0 || a.Status < 400 {
		t.Errorf("a mutation: %d %s", a.Status, a.Body)
	}
	if row := b.store.Read.Setting.Query().OnlyX(t.Context()); row.InstitutionName != "" {
		t.Errorf("a mutation with GET wrote %q", row.InstitutionName)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, b.api.URL+"/graphql", nil)
	must(t, err)
	if a := b.send(request); a.Status < 400 {
		t.Errorf("DELETE: %d %s", a.Status, a.Body)
	}
}

// TestIntrospection: the server says what its contract says, descriptions included.
func TestIntrospection(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	var got struct {
		Schema struct {
			MutationType, SubscriptionType struct{ Name string }
			Types                          []struct {
				Name        string
				Description *string
				Fields      []struct{ Name, Description string }
			}
		} `json:"__schema"`
	}
	b.query(`{ __schema { mutationType { name } subscriptionType { name } types { name description fields { name description } } } }`, nil,
		&got)
	if got.Schema.MutationType.Name != "Mutation" || got.Schema.SubscriptionType.Name != "Subscription" {
		t.Errorf("%+v", got.Schema)
	}
	schema := contract(t)
	for _, shown := range got.Schema.Types {
		written := schema.Types[shown.Name]
		switch {
		case written == nil:
			t.Errorf("%s is not in the contract", shown.Name)
		case written.BuiltIn:
			continue
		case shown.Description == nil || *shown.Description == "":
			t.Errorf("%s is not described", shown.Name)
		}
		for _, field := range shown.Fields {
			if field.Description == "" || written.Fields.ForName(field.Name) == nil {
				t.Errorf("%s.%s is not in the contract, or not described", shown.Name, field.Name)
			}
		}
	}
	if len(got.Schema.Types) != len(schema.Types) {
		t.Errorf("%d types are shown of %d", len(got.Schema.Types), len(schema.Types))
	}
}

// TestGraphiQL: the page and everything that it loads come from here, gzipped and plain.
func TestGraphiQL(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	response, page := b.fetch("/graphiql/", "")
	if response.StatusCode != http.StatusOK || !strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		t.Fatalf("the page: %s %s", response.Status, response.Header.Get("Content-Type"))
	}
	if policy := response.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'self'") {
		t.Errorf("Content-Security-Policy %q", policy)
	}
	assets := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(string(page), -1)
	if len(assets) < 6 {
		t.Fatalf("the page loads %v", assets)
	}
	for _, asset := range assets {
		plain, text := b.fetch(asset[1], "identity")
		if plain.StatusCode != http.StatusOK || plain.Header.Get("Content-Encoding") != "" || len(text) < 100 {
			t.Errorf("%s, plain: %s, %d bytes, encoding %q", asset[1], plain.Status, len(text), plain.Header.Get("Content-Encoding"))
			continue
		}
		want := map[bool]string{true: "text/css", false: "text/javascript"}[strings.HasSuffix(asset[1], ".css")]
		packed, content := b.fetch(asset[1], "gzip, br")
		if packed.Header.Get("Content-Encoding") == "gzip" {
			reader, err := gzip.NewReader(bytes.NewReader(content))
			must(t, err)
			content, err = io.ReadAll(reader)
			must(t, err)
		}
		if packed.StatusCode != http.StatusOK || !bytes.Equal(text, content) {
			t.Errorf("%s, gzipped: %s, not what it is plain", asset[1], packed.Status)
		}
		for _, r := range []*http.Response{plain, packed} {
			if !strings.HasPrefix(r.Header.Get("Content-Type"), want) || r.Header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("%s: type %q, vary %q", asset[1], r.Header.Get("Content-Type"), r.Header.Get("Vary"))
			}
		}
	}
	for path, status := range map[string]int{
		"/graphiql/nothing.js": http.StatusNotFound, "/graphiql/../handler.go": http.StatusNotFound, "/nothing": http.StatusNotFound,
		"/": http.StatusNotFound,
	} {
		if response, _ := b.fetch(path, "gzip"); response.StatusCode != status {
			t.Errorf("%s: %s", path, response.Status)
		}
	}
}

// fetch gets a file with one Accept-Encoding, as it is sent.
func (b *testBundle) fetch(path, encoding string) (*http.Response, []byte) {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.api.URL+path, nil)
	must(b.t, err)
	if encoding != "" {
		request.Header.Set("Accept-Encoding", encoding) // then the client leaves the content packed
	}
	response, err := b.api.Client().Do(request)
	must(b.t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	must(b.t, err)
	return response, content
}

// TestRequestIDs: no two requests have the same.
func TestRequestIDs(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	seen := map[string]bool{}
	for range 20 {
		a := b.ask(`{ settings { version } }`, nil)
		if a.RequestID == "" || seen[a.RequestID] || !json.Valid([]byte(a.Body)) {
			t.Errorf("request id %q", a.RequestID)
		}
		seen[a.RequestID] = true
	}
}
