package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"autoholdings/graph"
	"autoholdings/graph/model"
	"autoholdings/holdings/bulk"
	"autoholdings/internal/access"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// limited is a bundle whose API has limits of its own.
func limited(t *testing.T, limits graph.Limits) *testBundle {
	t.Helper()
	b := setup(t, mockoup.Options{Titles: 30})
	b.serve(graph.Options{Limits: limits})
	return b
}

// serve serves the API anew with other options.
func (b *testBundle) serve(o graph.Options) {
	b.t.Helper()
	o.Library, o.Jobs, o.Store, o.Access, o.Logger = b.library, b.jobs, b.store, b.access, b.logger
	api := graph.Bodies(o.Limits, as(access.Anybody, graph.NewHandler(o))) // as the program has it
	b.api = httptest.NewServer(b.counter.counting(api))
	b.t.Cleanup(b.api.Close)
}

// chain are fragments that each spread the next one as often, from an operation.
func chain(levels, times int, field string) string {
	var text strings.Builder
	text.WriteString("{ ...F0 }")
	for i := range levels {
		fmt.Fprintf(&text, " fragment F%d on Query { %s }", i, strings.Repeat(fmt.Sprintf("...F%d ", i+1), times))
	}
	fmt.Fprintf(&text, " fragment F%d on Query { %s }", levels, field)
	return text.String()
}

// bombs are documents that would cost far more than they look.
func bombs() map[string]struct{ document, limit string } {
	deep := "{ profiles { nodes { " + strings.Repeat("groups { profiles { ", 200) + "id" + strings.Repeat(" } }", 200) + " } } }"
	var aliased, pages strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&aliased, "a%d: __typename ", i)
	}
	for i := range 400 {
		fmt.Fprintf(&pages, "a%d: portfolios(first: 1) { totalCount } ", i)
	}
	crossed := "{ " + strings.Repeat("a: settings { "+strings.Repeat("version ", 45)+"} ", 45) + "}"
	var inFragments strings.Builder
	for i := range 80 {
		fmt.Fprintf(&inFragments, " fragment G%d on Query { __typename }", i)
	}
	spreads := ""
	for i := range 80 {
		spreads += fmt.Sprintf("...G%d ", i)
	}
	var searches strings.Builder
	for i := range 5 { // without the search they are cheap
		fmt.Fprintf(&searches, `s%d: collections(first: 500) { nodes { portfolios(first: 1, filter: {search: "a"}) { nodes { id } } } } `, i)
	}
	nested := "title" // 500 to the power of 9 is more than an int holds
	for range 9 {
		nested = "portfolios(first: 500) { nodes { license { " + nested + " } } }"
		nested = strings.ReplaceAll(nested, "license { title }", "title")
	}
	return map[string]struct{ document, limit string }{
		"fragments":                {chain(22, 2, "__typename"), "SELECTIONS"},
		"many levels":              {chain(300, 2, "__typename"), "SELECTIONS"},
		"a long chain":             {chain(1500, 1, "__typename"), "SELECTIONS"},
		"fragments with fields":    {aliasedChain(24), "SELECTIONS"},
		"the same field":           {"{ " + strings.Repeat("__typename ", 7000) + "}", "SAME_FIELD"},
		"the same, in fragments":   {"{ " + spreads + "}" + inFragments.String(), "SAME_FIELD"},
		"the same, inside it":      {crossed, "SAME_FIELD"},
		"aliases":                  {"{ " + aliased.String() + "}", "ALIASES"},
		"directives on one field":  {"{ __typename " + strings.Repeat("@include(if: true) ", 1000) + "}", "DIRECTIVES"},
		"depth":                    {deep, "DEPTH"},
		"depth of values":          {`{ node(id: ` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `) { id } }`, "DEPTH"},
		"tokens":                   {"{ " + strings.Repeat("x ", 20_000) + "}", "TOKENS"},
		"width":                    {"{ " + wide(11_000) + "}", "SELECTIONS"},
		"counts":                   {"{ " + pages.String() + "}", "COMPLEXITY"},
		"pages inside pages":       {"{ collections(first: 500) { nodes { portfolios(first: 500) { nodes { title } } } } }", "COMPLEXITY"},
		"searches inside pages":    {"{ " + searches.String() + "}", "COMPLEXITY"},
		"beyond what an int holds": {"{ " + nested + " }", "COMPLEXITY"},
	}
}

func aliasedChain(levels int) string {
	var text strings.Builder
	text.WriteString("{ ...F0 }")
	for i := range levels {
		fmt.Fprintf(&text, " fragment F%d on Query { a%d: node(id: 1) { id } ...F%d ...F%d }", i, i, i+1, i+1)
	}
	fmt.Fprintf(&text, " fragment F%d on Query { __typename }", levels)
	return text.String()
}

func wide(fields int) string {
	var text strings.Builder
	for i := range fields {
		fmt.Fprintf(&text, "f%d ", i)
	}
	return text.String()
}

// TestBombs: each is refused by its limit, over each transport, in the time that reading it takes.
func TestBombs(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30})
	for name, bomb := range bombs() {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			byPost := b.ask(bomb.document, nil)
			took := time.Since(begun)
			if byPost.Status != http.StatusUnprocessableEntity {
				t.Errorf("status %d: %.200s", byPost.Status, byPost.Body)
			}
			for way, a := range map[string]*answer{
				"POST": byPost, "plain": b.post(bomb.document, http.Header{"Content-Type": {"application/graphql"}}),
				"GET": b.byAddress(bomb.document, nil), "events": b.byEvents(bomb.document), "WebSocket": b.bySocket(bomb.document),
			} {
				if way == "GET" && len(bomb.document) > 500_000 {
					continue
				}
				if a.code() != "LIMITED" || a.Errors[0].Extensions.Limit != bomb.limit {
					t.Errorf("%s: %.300s", way, a.Body)
				}
			}
			t.Logf("%d bytes took %v", len(bomb.document), took)
			if took > time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func (b *testBundle) byAddress(query string, header http.Header) *answer {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.api.URL+"/graphql", nil)
	must(b.t, err)
	values := request.URL.Query()
	values.Set("query", query)
	request.URL.RawQuery = values.Encode()
	for name, values := range header {
		request.Header[name] = values
	}
	return b.send(request)
}

// byEvents takes the first event.
func (b *testBundle) byEvents(query string) *answer {
	b.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query})
	must(b.t, err)
	a := b.post(string(body), http.Header{"Accept": {"text/event-stream"}})
	_, rest, _ := strings.Cut(a.Body, "data: ")
	data, _, _ := strings.Cut(rest, "\n")
	_ = json.Unmarshal([]byte(data), a)
	return a
}

// bySocket takes the first message, of errors or of data.
func (b *testBundle) bySocket(query string) *answer {
	b.t.Helper()
	c := b.connect()
	defer c.CloseNow()
	c.SetReadLimit(-1)
	payload, err := json.Marshal(map[string]any{"query": query})
	must(b.t, err)
	b.tell(c, message{ID: "1", Type: "subscribe", Payload: payload})
	m := b.hear(c)
	a := &answer{Body: string(m.Payload)}
	if m.Type == "error" {
		_ = json.Unmarshal(m.Payload, &a.Errors)
	} else {
		_ = json.Unmarshal(m.Payload, a)
	}
	return a
}

// TestDocumentsOfRealClients: what clients do send is far from the limits: GraphiQL's questions about the schema, a whole
// page with everything, and many changes in one request.
func TestDocumentsOfRealClients(t *testing.T) {
	t.Parallel()
	b := limited(t, graph.Limits{Tokens: 4000, Depth: 16, Selections: 2000, Aliases: 210, SameField: 10, Directives: 10})
	introspection := `query { __schema { queryType { name } types { ...FullType } directives { name locations args { ...Value } } } }
		fragment FullType on __Type { kind name description fields(includeDeprecated: true) { name args { ...Value } type { ...Ref } }
			inputFields { ...Value } interfaces { ...Ref } enumValues { name } possibleTypes { ...Ref } }
		fragment Value on __InputValue { name description type { ...Ref } defaultValue }
		fragment Ref on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }`
	var many strings.Builder
	for i := range 200 {
		fmt.Fprintf(&many, "g%d: node(id: $id) { ... on InventoryGroup { name } }\n", i)
	}
	id := model.ID(model.InventoryGroupType, 1)
	for name, query := range map[string]string{"introspection": introspection, "many": "query($id: ID!) { " + many.String() + "}"} {
		if a := b.ask(query, map[string]any{"id": id}); len(a.Errors) > 0 {
			t.Errorf("%s: %.300s", name, a.Body)
		}
	}
}

// TestBodies: a body is bounded in size and in the time that it may take.
func TestBodies(t *testing.T) {
	t.Parallel()
	b := limited(t, graph.Limits{Body: 100_000, BodyTime: 50 * time.Millisecond})
	a := b.post(`{"query": "{ settings { version } } #`+strings.Repeat(" ", 100_000)+`"}`, nil)
	if a.Status != http.StatusRequestEntityTooLarge || a.code() != "LIMITED" || a.Errors[0].Extensions.Limit != "BODY" {
		t.Errorf("too long: %s", a.Body)
	}
	address := strings.TrimPrefix(b.api.URL, "http://")
	for _, path := range []string{"/graphql", "/files", "/jobs/x/report.tsv", "/nowhere"} {
		c, err := net.Dial("tcp", address)
		must(t, err)
		defer c.Close()
		must(t, c.SetDeadline(time.Now().Add(20*time.Second)))
		limits := graph.Limits{UploadPatience: 50 * time.Millisecond, BodyTime: 50 * time.Millisecond}
		if path == "/files" { // its patience is another
			b.serve(graph.Options{Limits: limits})
			c.Close()
			c, err = net.Dial("tcp", strings.TrimPrefix(b.api.URL, "http://"))
			must(t, err)
			must(t, c.SetDeadline(time.Now().Add(20*time.Second)))
		}
		upgrade := ""
		if path == "/nowhere" { // which is no handshake, and no way around a time
			upgrade = "Upgrade: x\r\n"
		}
		fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: localhost\r\n%sContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"query\":",
			path, upgrade)
		if _, err := io.ReadAll(c); err != nil { // it ends when the server closes the connection
			t.Errorf("%s: half a body stays: %v", path, err)
		}
	}
}

// TestStrangers: a WebSocket whose client has not said who it is takes one of few places, and may send little.
func TestStrangers(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30})
	b.api = httptest.NewServer(graph.NewHandler(graph.Options{
		Library: b.library, Jobs: b.jobs, Store: b.store, Access: b.access, Logger: b.logger,
		Limits: graph.Limits{Strangers: 3, StrangersPerCaller: 2, Wait: 20 * time.Millisecond},
		InitWebSocket: func(ctx context.Context, payload map[string]any) (context.Context, error) {
			return access.With(ctx, withScopes(access.Read)), nil
		},
	}))
	t.Cleanup(b.api.Close)
	dial := func() (*websocket.Conn, *http.Response, error) {
		options := &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}}
		c, response, err := websocket.Dial(t.Context(), b.api.URL+"/graphql", options)
		if c != nil {
			t.Cleanup(func() { _ = c.CloseNow() })
		}
		return c, response, err
	}
	first, _, err := dial()
	must(t, err)
	second, _, err := dial()
	must(t, err)
	_, response, err := dial()
	if err == nil || response == nil || response.StatusCode != http.StatusServiceUnavailable {
		t.Fatalf("a third stranger: %v", err)
	}
	b.tell(first, message{Type: "connection_init"})
	if m := b.hear(first); m.Type != "connection_ack" {
		t.Fatalf("%+v", m)
	}
	third, _, err := dial() // the first is no stranger any more
	must(t, err)
	must(t, third.CloseNow())
	long, err := json.Marshal(map[string]string{"query": "{ settings { version } } #" + strings.Repeat(" ", 100_000)})
	must(t, err)
	b.tell(first, message{ID: "1", Type: "subscribe", Payload: long})
	if m := b.hear(first); m.Type != "next" {
		t.Errorf("%+v", m)
	}
	if err := wsjson.Write(t.Context(), second, message{Type: "connection_init", Payload: long}); err == nil {
		if _, _, err := second.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusMessageTooBig {
			t.Errorf("a stranger's long message: %v", err)
		}
	}
}

// TestUploadsAtOnce: uploads have places and a time, so that slow ones cost nobody else anything.
func TestUploadsAtOnce(t *testing.T) {
	t.Parallel()
	begun := func(b *testBundle) net.Conn {
		c, err := net.Dial("tcp", strings.TrimPrefix(b.api.URL, "http://"))
		must(t, err)
		must(t, c.SetDeadline(time.Now().Add(20*time.Second)))
		t.Cleanup(func() { c.Close() })
		fmt.Fprint(c, "POST /files?name=slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\npublication_title\n")
		return c
	}
	list := []byte("publication_title\ttitle_id\nBrain\tbrain\n")
	for limits, limit := range map[graph.Limits]string{
		{Uploads: 1, Wait: time.Second}:                      "UPLOADS_PER_CALLER", // one caller has no more than all
		{Uploads: 5, UploadsPerCaller: 1, Wait: time.Second}: "UPLOADS_PER_CALLER",
	} {
		b := limited(t, limits)
		slow := begun(b)
		for { // until the slow one has its place
			a, _ := b.upload("name=quick", list, nil)
			if a.code() == "LIMITED" && a.Errors[0].Extensions.Limit == limit && a.Status == http.StatusServiceUnavailable {
				break
			} else if a.Status != http.StatusCreated {
				t.Fatalf("%s", a.Body)
			}
		}
		slow.Close()
		for {
			if a, _ := b.upload("name=quick", list, nil); a.Status == http.StatusCreated {
				break
			} else if a.code() != "LIMITED" {
				t.Fatalf("%s", a.Body)
			}
		}
	}
	b := limited(t, graph.Limits{UploadTime: 50 * time.Millisecond})
	c := begun(b)
	var err error
	for err == nil { // it never pauses
		_, err = c.Write([]byte("Brain\n"))
	}
	if a, _ := b.upload("name=quick", list, nil); a.Status != http.StatusCreated {
		t.Errorf("%s", a.Body)
	}
}

// TestValues: a list of variables that is far longer than any that may be given is refused before it is looked at.
func TestValues(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30})
	values := func(n int) *answer {
		return b.ask(`query($v: [ID!]!) { nodes(ids: $v) { id } }`, map[string]any{"v": make([]string, n)})
	}
	if a := values(126_000); a.code() != "LIMITED" || a.Errors[0].Extensions.Limit != "VALUES" || a.Status != http.StatusUnprocessableEntity {
		t.Errorf("%s", a.Body)
	}
	c := b.connect() // messages are decoded elsewhere than bodies
	payload, err := json.Marshal(map[string]any{
		"query": `query($v: [ID!]!) { nodes(ids: $v) { id } }`, "variables": map[string]any{"v": make([]string, 126_000)},
	})
	must(t, err)
	b.tell(c, message{ID: "1", Type: "subscribe", Payload: payload})
	if m := b.hear(c); !bytes.Contains(m.Payload, []byte(`"limit":"VALUES"`)) {
		t.Errorf("over a WebSocket: %.300s", m.Payload)
	}
	if a := values(120_000); a.code() != "BAD_USER_INPUT" { // as nodes has it
		t.Errorf("%s", a.Body)
	}
}

// TestLongListsFit: as many things as an input says it takes go through the limits of requests.
func TestLongListsFit(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30})
	ids := make([]string, bulk.LongestList)
	for i := range ids {
		ids[i] = model.ID(model.PortfolioType, 1<<53+int64(i)) // as long as they get
	}
	var parts, pairs []input
	for i := range 20_000 {
		parts = append(parts, input{"portfolioId": ids[i]})
		pairs = append(pairs, input{"portfolioId": ids[i], "titleOfId": ids[i+20_000]})
	}
	b.wants("changePortfolios", input{"selection": input{"portfolioIds": ids}, "change": input{"available": false}},
		"NOT_FOUND input.selection.portfolioIds")
	b.wants("createPortfolioSet", input{"name": "Many", "portfolioIds": ids}, "NOT_FOUND input.portfolioIds")
	for _, in := range []input{{"part": parts}, {"pair": pairs}} {
		if p := b.many("decidePairings", in); p.Job != nil || len(p.UserErrors) == 0 || p.UserErrors[0].Code != "NOT_FOUND" {
			t.Errorf("%d decisions: %.300v", 20_000, p)
		}
	}
	b.wants("decidePairings", input{"part": parts, "pair": pairs[:1]}, "LIMITED input.pair")
	var follow []input
	for i := range 20_000 {
		follow = append(follow, input{"fromId": ids[i], "toId": ids[i+20_000]})
	}
	if p := b.many("carryOver", input{"pairs": follow}); p.Job != nil || len(p.UserErrors) == 0 || p.UserErrors[0].Code != "NOT_FOUND" {
		t.Errorf("%d pairs: %.300v", len(follow), p)
	}
}

// TestTimeOfOperations: a query that takes too long ends with an error that says so, and a mutation too; a subscription
// may last.
func TestTimeOfOperations(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30})
	const query = `{ portfolios { totalCount nodes { title collection { name } } } collections { totalCount } }`
	const mutation = `mutation { createInventoryGroup(input: {name: "Late"}) { userErrors { code } } }`
	for name, limits := range map[string]graph.Limits{
		"before it begins": {QueryTime: time.Nanosecond, MutationTime: time.Nanosecond},
		"half way":         {QueryTime: 50 * time.Millisecond, MutationTime: 50 * time.Millisecond},
	} {
		b.serve(graph.Options{Limits: limits})
		b.counter.stuck.Store(true)
		a := b.ask(query, nil)
		b.counter.stuck.Store(false)
		if a.code() != "LIMITED" || a.Errors[0].Extensions.Limit != "QUERY_TIME" || !strings.Contains(a.Errors[0].Message, "shorter pages") {
			t.Errorf("query, %s: %s", name, a.Body)
		}
		writing, end := make(chan struct{}), make(chan struct{})
		var group sync.WaitGroup
		group.Go(func() { b.hold(writing, end) })
		<-writing
		a = b.ask(mutation, nil)
		close(end)
		group.Wait()
		if a.code() != "LIMITED" || a.Errors[0].Extensions.Limit != "MUTATION_TIME" {
			t.Errorf("mutation, %s: %s", name, a.Body)
		}
	}
	if n := b.store.Read.InventoryGroup.Query().CountX(t.Context()); n != 0 {
		t.Errorf("%d groups were made too late", n)
	}
	job := b.start(jobs.Apply, b.profile().ID)
	s := overEvents(b, watchJob, map[string]any{"id": model.ID(model.JobType, job.ID)})
	if e, more := s.next(); !more || e.update().State != jobs.Queued {
		t.Errorf("a subscription: %+v", e)
	}
}

// TestOperationsAtOnce: while one caller has all places that it may have, its next request is refused after a while, and
// another caller is served.
func TestOperationsAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30})
	type callerKey struct{}
	options := graph.Options{
		Library: b.library, Jobs: b.jobs, Store: b.store, Access: b.access, Logger: b.logger,
		Limits: graph.Limits{Mutations: 2, MutationsPerCaller: 1, Requests: 3, Wait: 20 * time.Millisecond},
		Caller: func(ctx context.Context) string { name, _ := ctx.Value(callerKey{}).(string); return name },
	}
	handler := as(access.Anybody, graph.NewHandler(options))
	b.api = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, r.Header.Get("X-Caller"))))
	}))
	t.Cleanup(b.api.Close)
	writing, written := make(chan struct{}), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() { // lets no mutation through
		b.hold(writing, written)
	})
	<-writing
	mutate := func(caller string) *answer {
		return b.post(`{"query": "mutation { createInventoryGroup(input: {name: \"`+caller+`\"}) { userErrors { code } } }"}`,
			http.Header{"X-Caller": {caller}})
	}
	answers := make(chan *answer, 3)
	for range 2 {
		group.Go(func() { answers <- mutate("one") })
	}
	refused := <-answers // the other one waits for the database
	if refused.Status != http.StatusServiceUnavailable || refused.code() != "LIMITED" || refused.RetryAfter == "" ||
		refused.Errors[0].Extensions.Limit != "MUTATIONS_PER_CALLER" {
		t.Errorf("%d %q %s", refused.Status, refused.RetryAfter, refused.Body)
	}
	if a := b.post(`{"query": "{ settings { version } }"}`, http.Header{"X-Caller": {"one"}}); a.Status != http.StatusOK {
		t.Errorf("a query beside waiting mutations: %s", a.Body)
	}
	group.Go(func() { answers <- mutate("two") })
	close(written)
	for range 2 {
		if a := <-answers; len(a.Errors) > 0 {
			t.Errorf("%s", a.Body)
		}
	}
	group.Wait()
	a := b.post(`{"query": "{ settings { version } }"}`, http.Header{"X-Caller": {"one"}})
	if a.Status != http.StatusTooManyRequests || a.code() != "LIMITED" || a.Errors[0].Extensions.Limit != "REQUESTS" || a.RetryAfter == "" {
		t.Errorf("the fourth request of a minute: %d %s", a.Status, a.Body)
	}
	if a := b.post(`{"query": "{ settings { version } }"}`, http.Header{"X-Caller": {"two"}}); a.Status != http.StatusOK {
		t.Errorf("another caller: %s", a.Body)
	}
}

// TestStreams: streams are bounded, in all and over one WebSocket, and room is free again when they end.
func TestStreams(t *testing.T) {
	t.Parallel()
	b := limited(t, graph.Limits{Streams: 3, StreamsPerCaller: 2, Subscriptions: 2})
	id := model.ID(model.JobType, b.start(jobs.Apply, b.profile().ID).ID)
	payload, err := json.Marshal(map[string]any{"query": watchJob, "variables": map[string]any{"id": id}})
	must(t, err)
	c := b.connect()
	for _, name := range []string{"1", "2"} {
		b.tell(c, message{ID: name, Type: "subscribe", Payload: payload})
		if m := b.hear(c); m.Type != "next" {
			t.Fatalf("%+v", m)
		}
	}
	b.tell(c, message{ID: "3", Type: "subscribe", Payload: payload})
	if m := b.hear(c); !bytes.Contains(m.Payload, []byte(`"limit":"SUBSCRIPTIONS"`)) {
		t.Errorf("a third subscription: %+v", m)
	}
	if m := b.hear(c); m.Type != "complete" || m.ID != "3" {
		t.Errorf("a third subscription: %+v", m)
	}
	b.tell(c, message{ID: "2", Type: "complete"})
	if m := b.hear(c); m.Type != "complete" || m.ID != "2" {
		t.Errorf("the end of the second: %+v", m)
	}
	b.tell(c, message{ID: "4", Type: "subscribe", Payload: payload})
	if m := b.hear(c); m.Type != "next" || m.ID != "4" {
		t.Errorf("in its place: %+v", m)
	}

	stream := overEvents(b, watchJob, map[string]any{"id": id})
	stream.next()
	overGraphQL := &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}}
	_, response, err := websocket.Dial(t.Context(), b.api.URL+"/graphql", overGraphQL)
	if err == nil || response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" {
		t.Errorf("a third stream: %v", err)
	}
	stream.leave()
	for deadline := time.Now().Add(20 * time.Second); ; {
		again, _, err := websocket.Dial(t.Context(), b.api.URL+"/graphql", overGraphQL)
		if err == nil {
			again.CloseNow()
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the room of a stream that was left is not free")
		}
	}
}

// TestPagesElsewhere cannot make a browser ask, by whatever method.
func TestPagesElsewhere(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30})
	for name, c := range map[string]struct {
		header http.Header
		status int
	}{
		"an image elsewhere": {http.Header{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Dest": {"image"}}, http.StatusForbidden},
		"a sister site":      {http.Header{"Sec-Fetch-Site": {"same-site"}}, http.StatusForbidden},
		"an old browser":     {http.Header{"Origin": {"http://evil.example"}}, http.StatusForbidden},
		"a link elsewhere": {
			http.Header{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}, "Sec-Fetch-Dest": {"document"}}, http.StatusForbidden,
		},
		"its own page": {http.Header{"Sec-Fetch-Site": {"same-origin"}}, http.StatusOK},
		"a person":     {http.Header{"Sec-Fetch-Site": {"none"}}, http.StatusOK},
		"a program":    {nil, http.StatusOK},
	} {
		for way, a := range map[string]*answer{
			"GET": b.byAddress("{ settings { version } }", c.header), "POST": b.post(`{"query": "{ settings { version } }"}`, c.header),
		} {
			if a.Status != c.status || c.status == http.StatusForbidden && (a.code() != "FORBIDDEN" || a.Errors[0].Message == "") {
				t.Errorf("%s by %s: %d %s", name, way, a.Status, a.Body)
			}
		}
	}
	if a := b.post(`{"query": "{ settings { version } }"}`, http.Header{
		"Accept": {"text/event-stream"}, "Sec-Fetch-Site": {"cross-site"},
	}); a.Status != http.StatusForbidden {
		t.Errorf("server-sent events: %d", a.Status)
	}
	if a := b.byAddress("{ settings { version } }&variables=%zz", nil); a.Status != http.StatusOK || a.code() != "BAD_USER_INPUT" {
		t.Errorf("an escaped address: %d %s", a.Status, a.Body)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.api.URL+"/graphql?query=%7Bsettings%7Bversion%7D%7D;x=%zz", nil)
	if err == nil {
		if a := b.send(request); a.Status != http.StatusBadRequest || a.code() != "BAD_USER_INPUT" {
			t.Errorf("a broken address: %d %s", a.Status, a.Body)
		}
	}
}

// TestSchemaHidden: the schema and its names are told only where that is wanted.
func TestSchemaHidden(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30})
	ask := func() (introspected bool, suggested int) {
		t.Helper()
		for _, wrong := range []string{
			"{ setings { version } }", "{ settings }", "{ portfolios(fist: 1) { totalCount } }", "{ node(id: 1) { ... on Portfoli { id } } }",
			"{ portfolios(filter: {titlePrefi: 1}) { totalCount } }", "{ providerFiles(filter: {content: BOOK}) { totalCount } }",
		} {
			if a := b.ask(wrong, nil); strings.Contains(a.Body, "Did you mean") || strings.Contains(a.Body, "settings { ... }") {
				suggested++
			}
		}
		return len(b.ask("{ __schema { queryType { name } } }", nil).Errors) == 0, suggested
	}
	if introspected, suggested := ask(); !introspected || suggested < 5 {
		t.Errorf("by default: %v, %d", introspected, suggested)
	}
	b.serve(graph.Options{Limits: graph.Limits{NoIntrospection: true, NoSuggestions: true}})
	if introspected, suggested := ask(); introspected || suggested > 0 {
		t.Errorf("hidden: %v, %d", introspected, suggested)
	}
}
