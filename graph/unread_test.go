package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"autoholdings/graph"
	"autoholdings/mockoup"
)

// withLargeAnswers is a bundle with a query whose answer has some megabytes.
func withLargeAnswers(t *testing.T) (b *testBundle, query string) {
	t.Helper()
	b = setup(t, mockoup.Options{Titles: 3000})
	b.work()
	b.sync("APPLY", b.profile().ID)
	for i := range 40 {
		query += fmt.Sprintf("p%d: portfolios(first: 500) { nodes { id title titleId url printIdentifier onlineIdentifier } } ", i)
	}
	return b, "{ " + query + "}"
}

// unread asks and reads no more than the status.
func (b *testBundle) unread(query string) (c net.Conn, status string) {
	b.t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(b.api.URL, "http://"))
	must(b.t, err)
	b.t.Cleanup(func() { _ = c.Close() })
	must(b.t, c.(*net.TCPConn).SetReadBuffer(4096))
	fmt.Fprintf(c, "GET /graphql?query=%s HTTP/1.1\r\nHost: localhost\r\n\r\n", url.QueryEscape(query))
	must(b.t, c.SetReadDeadline(time.Now().Add(time.Minute)))
	begin := make([]byte, len("HTTP/1.1 200"))
	_, err = io.ReadFull(c, begin)
	must(b.t, err)
	return c, strings.TrimPrefix(string(begin), "HTTP/1.1 ")
}

// TestUnreadAnswersAreBounded: while one client has all that may be unread, others get no large answer, but small ones.
func TestUnreadAnswersAreBounded(t *testing.T) {
	b, large := withLargeAnswers(t)
	b.serve(graph.Options{Limits: graph.Limits{Patience: time.Hour, Unread: 2 << 20}})
	for i, want := range []string{"200", "503", "503"} {
		c, status := b.unread(large)
		defer c.Close()
		if status != want {
			t.Errorf("answer %d: %s", i, status)
		}
	}
	if a := b.ask("{ settings { version } }", nil); a.Status != http.StatusOK {
		t.Errorf("%s", a.Body)
	}
	b.serve(graph.Options{Limits: graph.Limits{Unread: 1}})
	if a := b.ask(large, nil); len(a.Errors) > 0 { // one alone is always let through
		t.Errorf("%.300s", a.Body)
	}
}

// TestAnswersNobodyReads: the connection of a client that does not read ends by itself, with all that was held for it.
func TestAnswersNobodyReads(t *testing.T) {
	b, large := withLargeAnswers(t)
	before := handlers()
	b.serve(graph.Options{Limits: graph.Limits{Patience: 500 * time.Millisecond}})
	c, _ := b.unread(large)
	defer c.Close()
	payload, err := json.Marshal(map[string]any{"query": large})
	must(t, err)
	overGraphQL := &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}}
	ws, _, err := websocket.Dial(t.Context(), b.api.URL+"/graphql", overGraphQL)
	must(t, err)
	defer ws.CloseNow()
	b.tell(ws, message{Type: "connection_init"})
	for i := range 20 {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		err := ws.Write(ctx, websocket.MessageText, fmt.Appendf(nil, `{"id": "%d", "type": "subscribe", "payload": %s}`, i, payload))
		cancel()
		if err != nil {
			break // it is closed already
		}
	}
	begun := time.Now()
	for handlers() > before {
		if time.Since(begun) > time.Minute {
			t.Fatalf("%d handlers are at work, and %d before", handlers(), before)
		}
	}
	t.Logf("all were given up after %v", time.Since(begun))
}

// handlers is how many goroutines handle requests.
func handlers() int {
	var text strings.Builder
	_ = pprof.Lookup("goroutine").WriteTo(&text, 2)
	return strings.Count(text.String(), "graph.NewHandler.withRequestID.func")
}
