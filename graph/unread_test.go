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

// TestAnswersNobodyReads: they are bounded in all, and the connection of a client that does not read ends by itself,
// with all that was held for it.
func TestAnswersNobodyReads(t *testing.T) {
	b := setup(t, mockoup.Options{Titles: 3000})
	b.work()
	b.sync("APPLY", b.profile().ID)
	large := "{ " // some megabytes
	for i := range 40 {
		large += fmt.Sprintf("p%d: portfolios(first: 500) { nodes { id title titleId url printIdentifier onlineIdentifier } } ", i)
	}
	large += "}"
	b.serve(graph.Options{Limits: graph.Limits{Patience: 4 * time.Second, Unread: 2 << 20}})
	before := handlers()
	for i := range 3 {
		c, err := net.Dial("tcp", strings.TrimPrefix(b.api.URL, "http://"))
		must(t, err)
		defer c.Close()
		must(t, c.(*net.TCPConn).SetReadBuffer(4096))
		fmt.Fprintf(c, "GET /graphql?query=%s HTTP/1.1\r\nHost: localhost\r\n\r\n", url.QueryEscape(large))
		must(t, c.SetReadDeadline(time.Now().Add(time.Minute)))
		status := make([]byte, len("HTTP/1.1 200"))
		if _, err := io.ReadFull(c, status); err != nil {
			t.Fatal(err)
		}
		if refused := strings.HasSuffix(string(status), "503"); refused != (i > 0) { // the first has all that may be unread
			t.Errorf("answer %d: %s", i, status)
		}
	}
	payload, err := json.Marshal(map[string]any{"query": large})
	must(t, err)
	ws, _, err := websocket.Dial(t.Context(), b.api.URL+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	must(t, err)
	defer ws.CloseNow()
	b.tell(ws, message{Type: "connection_init"})
	for i := range 20 {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		text := fmt.Sprintf(`{"id": "%d", "type": "subscribe", "payload": %s}`, i, payload)
		err := ws.Write(ctx, websocket.MessageText, []byte(text))
		cancel()
		if err != nil {
			break // it is closed already
		}
	}
	begun := time.Now()
	for handlers() > before {
		if time.Since(begun) > 30*time.Second {
			t.Fatalf("%d handlers are at work, and %d before", handlers(), before)
		}
	}
	t.Logf("all were given up after %v", time.Since(begun))
	if a := b.ask("{ settings { version } }", nil); a.Status != http.StatusOK {
		t.Errorf("%s", a.Body)
	}
	b.serve(graph.Options{Limits: graph.Limits{Unread: 1}})
	if a := b.ask(large, nil); len(a.Errors) > 0 { // one alone is always let through
		t.Errorf("%.300s", a.Body)
	}
}

// handlers is how many goroutines handle requests.
func handlers() int {
	var text strings.Builder
	_ = pprof.Lookup("goroutine").WriteTo(&text, 2)
	return strings.Count(text.String(), "graph.NewHandler.withRequestID.func")
}
