package graph_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"autoholdings/graph/model"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

const watchJob = `subscription($id: ID!) { jobUpdated(id: $id) { id state verdict attempt waitsFor { id } progress { phase done total } } }`

// event is what a subscription sends: an update, or errors.
type event struct {
	Data struct {
		JobUpdated, JobsChanged, WorklistChanged json.RawMessage
	}
	Errors []apiError
}

// update is the job that the event shows.
func (e event) update() (u struct {
	ID, State string
	Verdict   *string
},
) {
	_ = json.Unmarshal(e.Data.JobUpdated, &u) // errors leave it empty
	return u
}

// stream is a running subscription. next returns false once it was completed in proper form.
type stream struct {
	next  func() (event, bool)
	leave func() // without a word
}

// transports are the ways to watch.
var transports = map[string]func(b *testBundle, query string, variables map[string]any) stream{
	"WebSocket": overWebSocket, "server-sent events": overEvents,
}

// onEachTransport runs a test over each.
func onEachTransport(t *testing.T, test func(t *testing.T, subscribe func(b *testBundle, query string, variables map[string]any) stream)) {
	for name, subscribe := range transports {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, subscribe)
		})
	}
}

func overEvents(b *testBundle, query string, variables map[string]any) stream {
	b.t.Helper()
	ctx, leave := context.WithCancel(b.t.Context())
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	must(b.t, err)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.api.URL+"/graphql", strings.NewReader(string(body)))
	must(b.t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/event-stream")
	response, err := b.api.Client().Do(request)
	must(b.t, err)
	b.t.Cleanup(func() { leave(); response.Body.Close() })
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "text/event-stream" {
		b.t.Fatalf("%s %s", response.Status, response.Header.Get("Content-Type"))
	}
	lines := bufio.NewScanner(response.Body)
	return stream{leave: leave, next: func() (e event, more bool) {
		b.t.Helper()
		for kind := ""; lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch {
			case name == "event":
				kind = value
			case name == "data" && kind == "next":
				must(b.t, json.Unmarshal([]byte(value), &e))
				return e, true
			case lines.Text() == "" && kind == "complete":
				if lines.Scan() {
					b.t.Errorf("behind the completion comes %q", lines.Text())
				}
				return e, false
			}
		}
		b.t.Fatalf("the stream broke off: %v", lines.Err())
		return e, false
	}}
}

// message is one of the protocol graphql-transport-ws.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// connect opens a connection that was acknowledged.
func (b *testBundle) connect() *websocket.Conn {
	b.t.Helper()
	connection, _, err := websocket.Dial(b.t.Context(), b.api.URL+"/graphql",
		&websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	must(b.t, err)
	b.t.Cleanup(func() { _ = connection.CloseNow() })
	b.tell(connection, message{Type: "connection_init"})
	if m := b.hear(connection); m.Type != "connection_ack" {
		b.t.Fatalf("instead of an acknowledgement: %+v", m)
	}
	return connection
}

func (b *testBundle) tell(c *websocket.Conn, m message) {
	b.t.Helper()
	must(b.t, wsjson.Write(b.t.Context(), c, m))
}

// hear reads the next message that is no ping.
func (b *testBundle) hear(c *websocket.Conn) (m message) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), time.Minute)
	defer cancel()
	for {
		must(b.t, wsjson.Read(ctx, c, &m))
		if m.Type != "ping" {
			return m
		}
	}
}

func operation(query string, variables map[string]any) json.RawMessage {
	payload, _ := json.Marshal(map[string]any{"query": query, "variables": variables})
	return payload
}

func overWebSocket(b *testBundle, query string, variables map[string]any) stream {
	b.t.Helper()
	c := b.connect()
	b.tell(c, message{ID: "1", Type: "subscribe", Payload: operation(query, variables)})
	return stream{leave: func() { _ = c.CloseNow() }, next: func() (e event, more bool) {
		b.t.Helper()
		switch m := b.hear(c); m.Type {
		case "next":
			must(b.t, json.Unmarshal(m.Payload, &e))
			return e, true
		case "error":
			must(b.t, json.Unmarshal(m.Payload, &e.Errors))
			return e, true
		case "complete":
			return e, false
		default:
			b.t.Fatalf("%+v", m)
			return e, false
		}
	}}
}

// TestJobUpdated: the first event is the job as it is, each further one differs from the one before, the last one is
// final, and then the stream is completed.
func TestJobUpdated(t *testing.T) {
	t.Parallel()
	onEachTransport(t, func(t *testing.T, subscribe func(*testBundle, string, map[string]any) stream) {
		b := setup(t, mockoup.Options{Titles: 400})
		job := b.start(jobs.Apply, b.profile().ID)
		id := model.ID(model.JobType, job.ID)
		updates := subscribe(b, watchJob, map[string]any{"id": id})
		first, more := updates.next()
		if !more || first.update().ID != id || first.update().State != jobs.Queued || first.update().Verdict != nil {
			t.Fatalf("the first event: %+v", first)
		}
		b.work()
		last, n := first, 1
		for {
			e, more := updates.next()
			if !more {
				break
			}
			if len(e.Errors) > 0 || e.update().ID != id {
				t.Fatalf("%+v", e)
			}
			if now := string(e.Data.JobUpdated); now == string(last.Data.JobUpdated) {
				t.Errorf("the same twice: %s", now)
			}
			last, n = e, n+1
		}
		if u := last.update(); u.State != jobs.Succeeded || u.Verdict == nil || *u.Verdict != jobs.VerdictChanged || n < 2 {
			t.Errorf("the last of %d events: %+v", n, u)
		}
		again := subscribe(b, watchJob, map[string]any{"id": id})
		if e, more := again.next(); !more || e.update().State != jobs.Succeeded {
			t.Errorf("a job that is over: %+v", e)
		}
		if e, more := again.next(); more {
			t.Errorf("behind the final state: %+v", e)
		}
	})
}

// TestJobWaitsForAPerson: a job that was held is not over; the watcher hears of the decision.
func TestJobWaitsForAPerson(t *testing.T) {
	t.Parallel()
	onEachTransport(t, func(t *testing.T, subscribe func(*testBundle, string, map[string]any) stream) {
		b := setup(t, mockoup.Options{Titles: 150}).work()
		p := b.profile()
		b.sync(jobs.Apply, p.ID)
		must(t, b.mock.SetFault(mockoup.Fault{Kind: "half"}))
		held := b.sync(jobs.Apply, p.ID)
		id := model.ID(model.JobType, held.ID)
		updates := subscribe(b, watchJob, map[string]any{"id": id})
		if e, more := updates.next(); !more || e.update().State != jobs.NeedsReview {
			t.Fatalf("%s: %+v", held.State, e)
		}
		b.done("rejectJob", input{"jobId": id})
		if e, more := updates.next(); !more || e.update().State != jobs.Cancelled || *e.update().Verdict != jobs.VerdictBlocked {
			t.Errorf("%+v", e)
		}
		if e, more := updates.next(); more {
			t.Errorf("behind the final state: %+v", e)
		}
	})
}

// TestSeveralWatchers: each hears the end, also when the end is that a person stops the job.
func TestSeveralWatchers(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20}).run(false)
	id := model.ID(model.JobType, b.start(jobs.Apply, b.profile().ID).ID)
	var watching []stream
	for _, subscribe := range transports {
		for range 3 {
			updates := subscribe(b, watchJob, map[string]any{"id": id})
			if e, more := updates.next(); !more || e.update().State != jobs.Queued {
				t.Fatalf("%+v", e)
			}
			watching = append(watching, updates)
		}
	}
	b.done("cancelJob", input{"jobId": id})
	for _, updates := range watching {
		if e, more := updates.next(); !more || e.update().State != jobs.Cancelled {
			t.Errorf("%+v", e)
		}
		if e, more := updates.next(); more {
			t.Errorf("behind the final state: %+v", e)
		}
	}
}

// TestWrongSubscriptions: what cannot be watched is refused in the words of any other request, and the stream ends.
func TestWrongSubscriptions(t *testing.T) {
	t.Parallel()
	onEachTransport(t, func(t *testing.T, subscribe func(*testBundle, string, map[string]any) stream) {
		b := setup(t, mockoup.Options{Titles: 20})
		for name, test := range map[string]struct {
			query, id, code string
		}{
			"unknown job":   {watchJob, model.ID("Job", 4711), "NOT_FOUND"},
			"another thing": {watchJob, model.ID("Profile", 1), "BAD_USER_INPUT"},
			"garbage":       {watchJob, "garbage", "BAD_USER_INPUT"},
			"unknown field": {`subscription($id: ID!) { jobUpdated(id: $id) { colour } }`, "x", "BAD_USER_INPUT"},
			"no GraphQL":    {`subscription {`, "x", "BAD_USER_INPUT"},
			"too much of all": {`subscription($id: ID!) { jobUpdated(id: $id) { changes(first: 500) { nodes { portfolio { collection {
				portfolios(first: 500) { nodes { id } } } } } } } }`, "x", "LIMITED"},
		} {
			updates := subscribe(b, test.query, map[string]any{"id": test.id})
			e, more := updates.next()
			if !more || len(e.Errors) != 1 || e.Errors[0].Extensions.Code != test.code || e.Errors[0].Extensions.RequestID == "" {
				t.Errorf("%s: %+v", name, e)
			}
			if e, more := updates.next(); more {
				t.Errorf("%s: behind the error: %+v", name, e)
			}
		}
		must(t, b.store.Close())
		updates := subscribe(b, watchJob, map[string]any{"id": model.ID("Job", 1)})
		e, _ := updates.next()
		if len(e.Errors) != 1 || e.Errors[0].Extensions.Code != "INTERNAL" || strings.Contains(e.Errors[0].Message, "sql") {
			t.Fatalf("a fault: %+v", e)
		}
		if line := b.logLine(e.Errors[0].Extensions.RequestID); !strings.Contains(line, "database is closed") {
			t.Errorf("the log says: %q", line)
		}
	})
}

// TestWebSocket: one connection carries queries, mutations and several subscriptions, answers a ping, and takes one
// subscription back.
func TestWebSocket(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20}).run(false)
	id := model.ID(model.JobType, b.start(jobs.Apply, b.profile().ID).ID)
	c := b.connect()
	b.tell(c, message{Type: "ping"})
	if m := b.hear(c); m.Type != "pong" {
		t.Errorf("instead of a pong: %+v", m)
	}
	for _, name := range []string{"kept", "taken back"} {
		b.tell(c, message{ID: name, Type: "subscribe", Payload: operation(watchJob, map[string]any{"id": id})})
		if m := b.hear(c); m.ID != name || m.Type != "next" || !strings.Contains(string(m.Payload), `"QUEUED"`) {
			t.Errorf("%+v %s", m, m.Payload)
		}
	}
	b.tell(c, message{ID: "taken back", Type: "complete"})
	if m := b.hear(c); m.ID != "taken back" || m.Type != "complete" {
		t.Errorf("%+v", m)
	}
	b.tell(c, message{ID: "q", Type: "subscribe", Payload: operation(`{ settings { version } }`, nil)})
	if m := b.hear(c); m.ID != "q" || string(m.Payload) != `{"data":{"settings":{"version":1}}}` {
		t.Errorf("%+v %s", m, m.Payload)
	}
	if m := b.hear(c); m.ID != "q" || m.Type != "complete" {
		t.Errorf("%+v", m)
	}
	b.tell(c, message{
		ID: "m", Type: "subscribe",
		Payload: operation(`mutation($in: CancelJobInput!) { cancelJob(input: $in) { job { state } } }`,
			map[string]any{"in": input{"jobId": id}}),
	})
	heard := map[string]string{}
	for range 4 { // in whichever order: the answer and the update, and both completions
		m := b.hear(c)
		heard[m.ID+" "+m.Type] = string(m.Payload)
	}
	if !strings.Contains(heard["m next"], "CANCELLED") || !strings.Contains(heard["kept next"], "CANCELLED") || len(heard) != 4 {
		t.Errorf("%v", heard)
	}
	must(t, c.Close(websocket.StatusNormalClosure, ""))
}

// TestOtherOrigins: a page of another site cannot open a connection in its visitor's name.
func TestOtherOrigins(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	_, response, err := websocket.Dial(t.Context(), b.api.URL+"/graphql", &websocket.DialOptions{
		Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"Origin": {"https://elsewhere.example"}},
	})
	if err == nil || response == nil || response.StatusCode < 400 {
		t.Errorf("%v %v", response, err)
	}
}

// TestNobodyWatches does not run beside other tests, since it looks at all goroutines: none is left of a subscription
// whose client has left or has heard the end, though its connection stays.
func TestNobodyWatches(t *testing.T) {
	for name, subscribe := range transports {
		b := setup(t, mockoup.Options{Titles: 20}).run(false)
		job := b.start(jobs.Apply, b.profile().ID)
		id := map[string]any{"id": model.ID(model.JobType, job.ID)}
		leaving, staying := subscribe(b, watchJob, id), subscribe(b, watchJob, id)
		for _, s := range []stream{leaving, staying} {
			if _, more := s.next(); !more {
				t.Fatal("no first event")
			}
		}
		b.awaitWatchers(name+", both there", 2)
		leaving.leave()
		b.awaitWatchers(name+", one has left", 1)
		b.write(func(ctx context.Context, tx *store.Tx) error {
			return tx.Job.UpdateOne(job).SetState(jobs.Cancelled).Exec(ctx)
		})
		for more := true; more; {
			_, more = staying.next()
		}
		b.awaitWatchers(name+", the other one has heard the end", 0)
	}
}

// awaitWatchers waits until so many goroutines watch jobs, and as many send updates.
func (b *testBundle) awaitWatchers(when string, want int) {
	b.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		var stacks strings.Builder
		must(b.t, pprof.Lookup("goroutine").WriteTo(&stacks, 2))
		watching := strings.Count(stacks.String(), "created by autoholdings/jobs.(*Service).Watch")
		sending := strings.Count(stacks.String(), "created by autoholdings/graph.(*resolver).follow")
		if watching == want && sending == want {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("%s: %d goroutines watch and %d send, want %d", when, watching, sending, want)
		}
		runtime.Gosched()
	}
}
