package door_test

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"autoholdings/internal/access"
	"autoholdings/internal/door"
)

// withSockets builds a house that looks at open connections every few milliseconds. What is behind the door takes the first
// message of a WebSocket for connection_init's payload, tells who it is, and closes when the context ends; anything else
// is answered by a stream that goes on until then.
func withSockets(t *testing.T, change func(*door.Options)) *house {
	t.Helper()
	h := build(t, func(o *door.Options) {
		o.Recheck = 5 * time.Millisecond
		if change != nil {
			change(o)
		}
	})
	h.server.Close()
	h.server = httptest.NewServer(h.door.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "" {
			_, _ = w.Write([]byte("data\n"))
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
			return
		}
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
		if err != nil {
			return
		}
		var payload map[string]any
		if wsjson.Read(r.Context(), c, &payload) != nil {
			return
		}
		ctx, err := h.door.InitWebSocket(r.Context(), payload)
		if err != nil {
			_ = c.Close(4403, err.Error()[:min(len(err.Error()), 120)])
			return
		}
		p, _ := access.From(ctx)
		_ = wsjson.Write(r.Context(), c, p.String())
		<-ctx.Done()
		_ = c.Close(websocket.StatusNormalClosure, "ended")
	})))
	t.Cleanup(h.server.Close)
	return h
}

// dial opens a WebSocket with a payload, and returns who the server says it is, or why it was closed.
func (h *house) dial(payload map[string]any, cookies ...*http.Cookie) (c *websocket.Conn, who string, err error) {
	h.t.Helper()
	header := http.Header{}
	for _, c := range cookies {
		header.Add("Cookie", c.Name+"="+c.Value)
	}
	c, _, err = websocket.Dial(h.t.Context(), h.server.URL+"/graphql", &websocket.DialOptions{HTTPHeader: header})
	if err != nil {
		return nil, "", err
	}
	h.t.Cleanup(func() { _ = c.CloseNow() })
	if err := wsjson.Write(h.t.Context(), c, payload); err != nil {
		return c, "", err
	}
	err = wsjson.Read(h.t.Context(), c, &who)
	return c, who, err
}

// TestSocketPayload: the first message says who opens the socket, or else the cookie.
func TestSocketPayload(t *testing.T) {
	t.Parallel()
	h := withSockets(t, nil)
	token := h.token("nightly", "read")
	h.person("Ada", "read")
	c := h.signIn("Ada")
	for name, test := range map[string]struct {
		payload map[string]any
		cookies []*http.Cookie
		want    string // who it is, or part of why it is closed
	}{
		"token":           {map[string]any{"Authorization": "Bearer " + token}, nil, `token "nightly"`},
		"small letters":   {map[string]any{"authorization": "bearer " + token}, nil, `token "nightly"`},
		"cookie":          {map[string]any{"other": 1}, []*http.Cookie{c}, "Ada"},
		"token first":     {map[string]any{"Authorization": "Bearer " + token}, []*http.Cookie{c}, `token "nightly"`},
		"nothing":         {map[string]any{}, nil, "this server asks who you are"},
		"no payload":      {nil, nil, "this server asks who you are"},
		"wrong token":     {map[string]any{"Authorization": "Bearer autoh_x"}, nil, "is not known here"},
		"over a cookie":   {map[string]any{"Authorization": "Bearer autoh_x"}, []*http.Cookie{c}, "is not known here"},
		"no text":         {map[string]any{"Authorization": 7}, nil, "holds no bearer token"},
		"another scheme":  {map[string]any{"Authorization": "Basic eDp5"}, nil, "holds no bearer token"},
		"nothing behind":  {map[string]any{"Authorization": "Bearer "}, nil, "holds no bearer token"},
		"of the issuer's": {map[string]any{"Authorization": "Bearer a.b.c"}, nil, "is not known here"},
	} {
		_, who, err := h.dial(test.payload, test.cookies...)
		if closed := (websocket.CloseError{}); errors.As(err, &closed) {
			who = closed.Reason
		}
		if !strings.Contains(who, test.want) {
			t.Errorf("%s: %q %v, want %q", name, who, err, test.want)
		}
	}
	if _, _, err := h.dial(nil, &http.Cookie{Name: cookieName, Value: strings.Repeat("x", 43)}); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("a wrong cookie: %v", err)
	}
}

// TestNoSocketElsewhere: only the API's own path lets somebody in who says who they are later.
func TestNoSocketElsewhere(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	for _, a := range []ask{
		{path: "/metrics", header: pairs([]string{"Upgrade", "websocket", "Connection", "Upgrade"})},
		{path: "/graphql/", header: pairs([]string{"Upgrade", "websocket", "Connection", "Upgrade"})},
		{path: "/graphql", header: pairs([]string{"Upgrade", "h2c", "Connection", "Upgrade"})},
		{method: http.MethodPost, path: "/graphql", header: pairs([]string{"Upgrade", "websocket", "Connection", "Upgrade"})},
	} {
		if got := h.ask(a); got.StatusCode != http.StatusUnauthorized {
			t.Errorf("%+v: %s %s", a, got.Status, got.body)
		}
	}
	if who := h.get("/graphql", "Upgrade", "websocket", "Connection", "Upgrade").whom(t); who.Known {
		t.Errorf("before the first message it is %+v", who)
	}
}

// TestEndedWhileOpen: a socket and a stream end when their credential does.
func TestEndedWhileOpen(t *testing.T) {
	t.Parallel()
	for name, statement := range map[string]string{
		"revoked token":     `UPDATE access_tokens SET revoked_at = 1`,
		"expired token":     `UPDATE access_tokens SET expires_at = 1`,
		"ended session":     `DELETE FROM sessions`,
		"old session":       `UPDATE sessions SET created_at = 1`,
		"disabled person":   `UPDATE people SET disabled = true`,
		"other rights":      `UPDATE people SET scopes = 'read operate'`,
		"database lost now": `ALTER TABLE access_tokens RENAME TO lost`,
	} {
		h := withSockets(t, nil)
		token := h.token("nightly", "read")
		h.person("Ada", "read")
		var payload map[string]any
		var cookies []*http.Cookie
		if strings.Contains(statement, "access_tokens") {
			payload = map[string]any{"Authorization": "Bearer " + token}
		} else {
			cookies = append(cookies, h.signIn("Ada"))
		}
		c, who, err := h.dial(payload, cookies...)
		if who == "" {
			t.Fatal(name, err)
		}
		stream := h.stream(token, cookies)
		h.change(statement)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		var closed websocket.CloseError
		if _, _, err := c.Read(ctx); !errors.As(err, &closed) || closed.Code != websocket.StatusNormalClosure {
			t.Errorf("%s: %v", name, err)
		}
		for stream.Scan() { // it ends
		}
		if ctx.Err() != nil {
			t.Errorf("%s: the stream does not end", name)
		}
		cancel()
	}
}

// stream opens a stream of server-sent events and reads its beginning.
func (h *house) stream(token string, cookies []*http.Cookie) *bufio.Scanner {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, h.server.URL+"/graphql", strings.NewReader("{}"))
	must(h.t, err)
	r.Header.Set("Accept", "text/event-stream")
	for _, c := range cookies {
		r.AddCookie(c)
	}
	if cookies == nil {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(r)
	must(h.t, err)
	h.t.Cleanup(func() { _ = response.Body.Close() })
	lines := bufio.NewScanner(response.Body)
	if !lines.Scan() || lines.Text() != "data" {
		h.t.Fatalf("%s %s", response.Status, lines.Text())
	}
	return lines
}

// TestOpenSockets: without access control everybody may do everything on a socket too.
func TestOpenSockets(t *testing.T) {
	t.Parallel()
	h := withSockets(t, func(o *door.Options) { o.Access = nil })
	if _, who, err := h.dial(map[string]any{"Authorization": "Bearer nonsense"}); who != "anybody" {
		t.Errorf("%q %v", who, err)
	}
}
