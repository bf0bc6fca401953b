package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"

	"autoholdings/internal/browsertest"
	"autoholdings/internal/store"
)

// TestPagesElsewhereInABrowser: while somebody is signed in, neither a page of another site nor one of a neighbour's name,
// which gets the cookies, can change, read or open anything.
func TestPagesElsewhereInABrowser(t *testing.T) {
	t.Parallel()
	dir, port := t.TempDir(), freePort(t)
	cert, key := makeCertificate(t, dir, "one")
	public := "https://holdings.example.org:" + port
	g := guard(t, "--data-dir", dir, "--addr", "127.0.0.1:"+port, "--public-url", public, "--tls-cert", cert, "--tls-key", key)
	text, err := os.ReadFile("testdata/attacking.html")
	must(t, err)
	pages := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, strings.ReplaceAll(string(text), "BASE", public))
	}))
	t.Cleanup(pages.Close)
	elsewhere, err := url.Parse(pages.URL)
	must(t, err)
	ctx := browsertest.Open(t, "*.example.org", "evil.example")
	link := regexp.MustCompile(`link="?(\S+/setup\?link=\w{43})`).FindStringSubmatch(g.log.String())
	if link == nil {
		t.Fatal(g.log)
	}
	must(t, chromedp.Do(ctx,
		chromedp.Navigate(link[1]), chromedp.SendKeys("#name", "Ada"), chromedp.SendKeys("#password", adminPassword),
		chromedp.SendKeys("#again", adminPassword), chromedp.Click("button[type=submit]"), chromedp.WaitVisible("#main h1"),
	))
	cookies, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.cookie"))
	if err != nil || cookies != "" {
		t.Errorf("scripts see the cookie: %q %v", cookies, err)
	}
	changed := counts(t, dir)
	for _, host := range []string{"evil.example", "neighbour.example.org"} {
		got, said := attackFrom(ctx, t, "https://"+host+":"+elsewhere.Port()+"/")
		want := map[string]string{
			"a simple POST": "refused", "JSON": "refused", "a query": "refused", "a mutation by GET": "refused", "a report": "refused",
			"an upload": "refused", "signing out": "refused", "an image": "refused", "a script": "refused", "a frame": "loaded",
			"a WebSocket": "refused", "a form": "sent",
		}
		for name, expected := range want {
			if got[name] != expected {
				t.Errorf("%s, %s: %q", host, name, got[name])
			}
		}
		if !strings.Contains(said, "frame") {
			t.Errorf("%s could frame the server's page: %s", host, said)
		}
		if now := counts(t, dir); now != changed {
			t.Errorf("%s changed something: %s, before %s", host, now, changed)
		}
	}
	must(t, chromedp.Do(ctx, chromedp.Navigate(public+"/graphiql/"), chromedp.WaitVisible(".graphiql-container"))) // still signed in
	if status := statusOf(ctx, t, queryOfAll); status != http.StatusOK {
		t.Errorf("the server's own page: %d", status)
	}
}

// statusOf asks the API from the page that is open.
func statusOf(ctx context.Context, t *testing.T, body string) int {
	t.Helper()
	const ask = `fetch("/graphql", {method: "POST", headers: {"Content-Type": "application/json"}, body: %q}).then(r => r.status)`
	script := fmt.Sprintf(ask, body)
	status, err := chromedp.Run(ctx, chromedp.Evaluate[int](script, chromedp.EvalAwaitPromise))
	must(t, err)
	return status
}

// attackFrom opens the page and returns what came of its attempts, and what the browser said on its console.
func attackFrom(ctx context.Context, t *testing.T, page string) (got map[string]string, said string) {
	t.Helper()
	var mutex sync.Mutex
	listening, stop := context.WithCancel(ctx)
	defer stop()
	must(t, chromedp.Listen(listening, func(event any) {
		if entry, ok := event.(*log.EventEntryAdded); ok {
			mutex.Lock()
			defer mutex.Unlock()
			said += entry.Entry.Text + "\n"
		}
	}))
	must(t, chromedp.Do(ctx, chromedp.Navigate(page)))
	text, err := chromedp.Run(ctx, chromedp.Text("#got"))
	must(t, err)
	must(t, json.Unmarshal([]byte(text), &got))
	mutex.Lock()
	defer mutex.Unlock()
	return got, said
}

// TestReboundNames: a page was served by somebody at a name that then leads to this server. What it asks as its own server
// is not answered, with access control and without.
func TestReboundNames(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(address string){
		"open": func(address string) {
			serve(t, "--addr", address, "--data-dir", t.TempDir(), "--oup-url", "https://example.org")
		},
		"controlled": func(address string) { guard(t, "--addr", address, "--data-dir", t.TempDir()) },
	} {
		page := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<!DOCTYPE html><p>How are you?</p>")
		})}
		page.SetKeepAlivesEnabled(false)
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		must(t, err)
		go func() { _ = page.Serve(listener) }()
		address := listener.Addr().String()
		_, port, _ := strings.Cut(address, ":")
		ctx := browsertest.Open(t, "rebound.example")
		must(t, chromedp.Do(ctx, chromedp.Navigate("http://rebound.example:"+port+"/"), chromedp.WaitVisible("p")))
		must(t, page.Close())
		start(address)
		if status := statusOf(ctx, t, queryOfAll); status != http.StatusMisdirectedRequest {
			t.Errorf("%s: a page of another name asks the API: %d", name, status)
		}
		must(t, chromedp.Do(ctx, chromedp.Navigate("http://rebound.example:"+port+"/")))
		if said, err := chromedp.Run(ctx, chromedp.Text("body")); err != nil || !strings.Contains(said, "is not this server's own") {
			t.Errorf("%s: %s %v", name, said, err)
		}
	}
}

// counts says how many rows there are of what a forged request could make or end.
func counts(t *testing.T, dir string) string {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{DataDir: dir})
	must(t, err)
	defer s.Close()
	ctx, r := t.Context(), s.Read
	return fmt.Sprintf("%d groups, %d files, %d sessions, %d audit entries", r.InventoryGroup.Query().CountX(ctx),
		r.ProviderFile.Query().CountX(ctx), r.Session.Query().CountX(ctx), r.AuditEntry.Query().CountX(ctx))
}
