package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"autoholdings/provider"
	"autoholdings/provider/oup"
)

// FuzzHeaders: whatever a request says in its method, address and headers, nobody comes in without a credential, nothing
// of it is a fault of the server, and nothing is forged in the answer's headers or in the log.
func FuzzHeaders(f *testing.F) {
	log := &safeBuffer{}
	a, err := openApp(f.Context(), config{
		DataDir: f.TempDir(), Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Providers: []providerConfig{{oup.Provider(), provider.Options{Template: provider.Template{BaseURL: "https://example.org"}}}},
		Serving:   serving{Access: accessControlled, TrustedProxies: []string{"192.0.2.0/24"}},
	}, true)
	must(f, err)
	f.Cleanup(func() { must(f, a.Close()) })
	handler := a.handler()
	paths := []string{
		"/", "/graphql", "/files", "/login", "/setup", "/auth/callback", "/metrics", "/audit.tsv",
		"/jobs/x/report.tsv", "/provider-files/x",
	}
	for i, header := range []string{
		"Authorization: Bearer autoh_x", "Authorization: Basic eDp5", "Cookie: autoholdings=x; autoholdings=y", "Origin: https://evil.example",
		"Sec-Fetch-Site: cross-site", "X-Forwarded-For: 198.51.100.1, 192.0.2.9", "Host: evil.example", "Accept: text/event-stream",
		"Upgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: x", "Range: bytes=0-9,5-", "If-None-Match: \"x\"",
		"Content-Type: application/json; charset=\xff", "Accept-Encoding: gzip;q=x", "X-Request-Id: \x1b[2J", "Forwarded: for=\"[::1]:x\"",
		"Access-Control-Request-Method: DELETE\nOrigin: null", "Transfer-Encoding: chunked", "Expect: 100-continue", "TE: trailers",
	} {
		for j, path := range paths {
			f.Add([]string{"GET", "POST", "HEAD", "OPTIONS", "PUT", "BREW"}[(i+j)%6], path, "query={__typename}", header, []byte(queryOfAll))
		}
	}
	f.Fuzz(func(t *testing.T, method, path, query, headers string, body []byte) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", bytes.NewReader(body))
		if method != "" && strings.Trim(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" { // net/http refuses others
			r.Method = method
		}
		r.Host, r.URL.Path, r.URL.RawQuery, r.RemoteAddr = "localhost", "/"+strings.TrimLeft(path, "/"), query, "192.0.2.9:4711"
		for line := range strings.SplitSeq(headers, "\n") {
			name, value, _ := strings.Cut(line, ":")
			if name = http.CanonicalHeaderKey(strings.TrimSpace(name)); name == "Host" {
				r.Host = strings.TrimSpace(value)
			} else if name != "" {
				r.Header.Add(name, strings.TrimSpace(value))
			}
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		text, err := io.ReadAll(w.Body)
		must(t, err)
		if w.Code >= http.StatusInternalServerError && w.Code != http.StatusNotImplemented && r.URL.Path != "/readyz" {
			t.Errorf("%s %q: %d %.300s\n%s", r.Method, r.URL.Path, w.Code, text, log)
		}
		open := w.Code < 300 && (bytes.Contains(text, []byte(`"data":{`)) || strings.HasPrefix(r.URL.Path, "/graphiql"))
		if open || strings.Contains(log.String(), "\nlevel=ERROR") || len(w.Result().Cookies()) > 0 && w.Result().Cookies()[0].MaxAge >= 0 {
			t.Errorf("%s %q lets somebody in: %d %.300s", r.Method, r.URL.Path, w.Code, text)
		}
		if strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") && len(text) > 0 && !json.Valid(text) {
			t.Errorf("%s %q: no JSON: %.300s", r.Method, r.URL.Path, text)
		}
	})
}
