package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"autoholdings/internal/access"
)

// TestAttacksOnTheDoor: whoever has no credential, or one that allows little, gets nowhere with guesses, forged headers
// and addresses, odd paths and lists that unpack to anything. Another client is served meanwhile, the process holds no
// more than before, and nothing of it forges a line of the log.
func TestAttacksOnTheDoor(t *testing.T) {
	dir, log := t.TempDir(), &safeBuffer{}
	s, process := programLogging(t, log, "--data-dir", dir, "--oup-url", "https://example.org", "--access", "controlled",
		"--log-level", "info", "--oup-max-size", strconv.Itoa(64<<20))
	token := func(scope string) string {
		secret, err := command(t, "token", "create", "--data-dir", dir, "--scope", scope, scope)
		must(t, err)
		return strings.TrimSpace(secret)
	}
	reader, operator := token("read"), token("operate,configure,curate")
	_, err := typed(t, adminPassword+"\n", "user", "add", "--data-dir", dir, "--scope", "admin", "Ada")
	must(t, err)
	a := newAttacked(s, process.Process.Pid, reader)
	a.times = 600 // the answers are short
	a.use(50)     // until it is warm
	before := a.holds()
	for name, attack := range map[string]attack{
		"tokens":           a.guessing(func() *http.Request { return a.asking("/graphql", "Authorization", "Bearer autoh_"+randomText(43)) }),
		"tokens of others": a.guessing(func() *http.Request { return a.asking("/graphql", "Authorization", "Bearer "+randomText(900)) }),
		"cookies":          a.guessing(func() *http.Request { return a.asking("/graphql", "Cookie", "autoholdings="+randomText(43)) }),
		"passwords":        a.guessing(func() *http.Request { return a.form("/login", "name", "Ada", "password", randomText(14)) }),
		"names":            a.guessing(func() *http.Request { return a.form("/login", "name", randomText(9), "password", adminPassword) }),
		"links": a.guessing(func() *http.Request {
			return a.form("/setup", "link", randomText(43), "name", "Eve", "password", adminPassword, "again", adminPassword)
		}),
		"paths":   a.guessing(a.oddPath(reader)),
		"headers": a.oddHeaders,
		"lists":   a.packedLists(operator),
	} {
		t.Run(name, func(t *testing.T) { a.withstands(t, attack, before) })
	}
	for line := range strings.Lines(log.String()) {
		if text := strings.TrimSuffix(line, "\n"); !strings.HasPrefix(line, "time=") || strings.ContainsFunc(text, steers) {
			t.Errorf("a line of the log is forged or steers a terminal: %q", line)
			break
		}
	}
	if strings.Contains(log.String(), adminPassword) || access.TokenPattern.MatchString(log.String()) {
		t.Error("the log shows a secret")
	}
}

// guessing sends requests one after the other from several connections, each of an address of its own. Each must be
// refused in bounded time.
func (a *attacked) guessing(next func() *http.Request) attack {
	return func(ctx context.Context, t *testing.T, begun func()) {
		begun()
		var group sync.WaitGroup
		for i := range attackers {
			group.Go(func() {
				dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(i+1))}}
				client := http.Client{
					Transport:     &http.Transport{DialContext: dialer.DialContext, DisableCompression: true},
					CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
				}
				defer client.CloseIdleConnections()
				for ctx.Err() == nil {
					begun := time.Now()
					response, err := client.Do(next().WithContext(ctx))
					if err != nil {
						continue // the attack is over
					}
					text, _ := io.ReadAll(response.Body)
					response.Body.Close()
					if code := response.StatusCode; code < 300 || code >= 500 && code != http.StatusServiceUnavailable ||
						len(response.Cookies()) > 0 && response.Cookies()[0].MaxAge >= 0 || time.Since(begun) > 20*time.Second {
						t.Errorf("%s %s after %v: %.200s", response.Request.URL, response.Status, time.Since(begun), text)
					}
				}
			})
		}
		group.Wait()
	}
}

func randomText(n int) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"[rand.IntN(64)]
	}
	return string(text)
}

func (a *attacked) asking(path string, header ...string) *http.Request {
	r, err := http.NewRequest(http.MethodPost, a.api.url+path, strings.NewReader(queryOfAll))
	must(a.t, err)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func (a *attacked) form(path string, fields ...string) *http.Request {
	values := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	r, err := http.NewRequest(http.MethodPost, a.api.url+path, strings.NewReader(values.Encode()))
	must(a.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Forwarded-For", fmt.Sprintf("198.51.100.%d", rand.IntN(256))) // nobody believes it
	return r
}

// oddPath asks for paths that lead elsewhere, if anything takes them for files or for other paths.
func (a *attacked) oddPath(token string) func() *http.Request {
	paths := []string{
		"/graphiql/../go.mod", "/graphiql/..%2f..%2fgo.mod", "/graphiql/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/..%5c..%5cetc",
		"/jobs/%00/report.tsv",
		"/jobs/..%2f..%2f/report.tsv", "/provider-files/..%2f..%2fautoholdings.db", "/provider-files/%2e%2e%2fsealing.key", "/autoholdings.db",
		"/sealing.key", "/.env", "/collections/" + strings.Repeat("A", 30_000) + "/kbart.txt", "/collections/%ff%fe/kbart.txt", "/debug/pprof/",
		"/graphql/", "/GRAPHQL", "/metrics/../audit.tsv", "/audit.tsv?since=%0d%0aSet-Cookie:x=1", "/login/../audit.tsv", "/healthz/../audit.tsv",
		"/jobs/x/report.tsv?name=%0d%0aX-Injected:1", "/%0d%0aSet-Cookie:%20autoholdings=x",
	}
	return func() *http.Request {
		r, err := http.NewRequest(http.MethodGet, a.api.url, nil)
		must(a.t, err)
		path := paths[rand.IntN(len(paths))]
		r.URL.Opaque = "//" + a.address + path // as it is, not cleaned
		r.Header.Set("Authorization", "Bearer "+token)
		return r
	}
}

// oddHeaders writes requests that no client would send, each on a connection of its own.
func (a *attacked) oddHeaders(ctx context.Context, t *testing.T, begun func()) {
	begun()
	requests := []string{
		"GET / HTTP/1.1\r\nHost: evil.example\r\n", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n", "GET / HTTP/1.1\r\n",
		"GET http://evil.example/audit.tsv HTTP/1.1\r\nHost: localhost\r\n", "GET /\r\nlevel=ERROR msg=forged HTTP/1.1\r\nHost: localhost\r\n",
		"GET /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\x1b[2J\r\n", "TRACE / HTTP/1.1\r\nHost: localhost\r\n",
		"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n", "GET /\x1b[31m HTTP/1.1\r\nHost: localhost\r\n",
		"GET /%0alevel=ERROR HTTP/1.1\r\nHost: localhost\r\nUser-Agent: \u202e\u009b31m\r\n", "GET / HTTP/9.9\r\nHost: localhost\r\n",
		"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
			"GET /audit.tsv HTTP/1.1\r\nHost: localhost\r\n",
		"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n",
		"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
		"GET / HTTP/1.1\r\nHost: localhost\r\n" + strings.Repeat("X-Many: many\r\n", 20_000),
		"GET /" + strings.Repeat("a", 200_000) + " HTTP/1.1\r\nHost: localhost\r\n",
		"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: " + strings.Repeat("autoholdings=x; ", 3000) + "\r\n",
		"GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.example\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
	}
	var group sync.WaitGroup
	for range attackers {
		group.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				request := requests[i%len(requests)]
				c, err := (&net.Dialer{Timeout: 20 * time.Second}).DialContext(ctx, "tcp", a.address)
				if err != nil {
					continue
				}
				_ = c.SetDeadline(time.Now().Add(20 * time.Second))
				_, _ = io.WriteString(c, request+"Connection: close\r\n\r\n") // the server may have closed it before the end
				status, err := bufio.NewReader(c).ReadString('\n')
				c.Close()
				if err == nil && !regexp.MustCompile(`^HTTP/1\.[01] (3|4|50[15])`).MatchString(status) {
					t.Errorf("%.80q is answered by %s", request, status)
				}
			}
		})
	}
	group.Wait()
}

// packedLists uploads lists that unpack to far more than they are, that are broken, or of which no row can be used, and
// has each imported.
func (a *attacked) packedLists(token string) attack {
	return func(ctx context.Context, t *testing.T, begun func()) {
		lists := hostileLists(t)
		for i := 0; ctx.Err() == nil; i++ {
			if i == len(lists) { // each was sent once
				begun()
			}
			list := lists[i%len(lists)]
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.api.url+"/files?name=x", bytes.NewReader(list.text))
			must(t, err)
			r.Header.Set("Authorization", "Bearer "+token)
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				continue // the attack is over
			}
			var file struct{ ID string }
			text, _ := io.ReadAll(response.Body)
			response.Body.Close()
			kept := response.StatusCode == http.StatusCreated
			if response.StatusCode == http.StatusInternalServerError || kept != list.kept && ctx.Err() == nil {
				t.Errorf("%s: %s %.300s", list.name, response.Status, text)
			}
			if json.Unmarshal(text, &file) == nil && file.ID != "" {
				a.imports(ctx, t, token, file.ID)
			}
		}
	}
}

// imports imports an uploaded list and waits until its job has ended.
func (a *attacked) imports(ctx context.Context, t *testing.T, token, fileID string) {
	var made struct {
		CreateCollection struct{ Collection struct{ ID string } }
		ImportCollection struct{ Job struct{ ID string } }
		Job              struct{ State string }
	}
	ask := func(query string, variables map[string]any) (ok bool) {
		body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
		must(t, err)
		r := a.asking("/graphql", "Authorization", "Bearer "+token).WithContext(ctx)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			return false // the attack is over
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			return false
		}
		if response.StatusCode != http.StatusOK || bytes.Contains(text, []byte(`"errors"`)) {
			t.Errorf("%s %s", response.Status, text)
			return false
		}
		must(t, json.Unmarshal(text, &struct{ Data any }{&made}))
		return true
	}
	ok := ask(`mutation($name: String!) { createCollection(input: {name: $name, active: true}) { collection { id } } }`,
		map[string]any{"name": randomText(20)}) &&
		ask(`mutation($c: ID!, $f: ID!) { importCollection(input: {collectionId: $c, fileId: $f}) { job { id } } }`,
			map[string]any{"c": made.CreateCollection.Collection.ID, "f": fileID})
	for ended := !ok; !ended; {
		ended = !ask(`query($id: ID!) { job(id: $id) { state } }`, map[string]any{"id": made.ImportCollection.Job.ID}) ||
			slices.Contains([]string{"SUCCEEDED", "FAILED", "CANCELLED", "NEEDS_REVIEW"}, made.Job.State)
	}
}

// hostile is a list that somebody sends to do harm.
type hostile struct {
	name string
	text []byte
	kept bool // it is a list, and is kept; what is in it is another matter
}

func hostileLists(t *testing.T) []hostile {
	const header = "publication_title\tprint_identifier\ttitle_id\n"
	packed := func(text string, times int) []byte {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		for range times {
			_, err := io.WriteString(w, text)
			must(t, err)
		}
		must(t, w.Close())
		return out.Bytes()
	}
	var members bytes.Buffer
	archive := zip.NewWriter(&members)
	for i := range 5000 {
		_, err := archive.Create(fmt.Sprintf("../../%d.txt", i))
		must(t, err)
	}
	must(t, archive.Close())
	bomb := packed(strings.Repeat("\t", 1<<20), 300)
	return []hostile{
		{"a gzip bomb", bomb, false},
		{"a bomb in a bomb", packed(string(bomb), 1), false},
		{"half a gzip file", bomb[:len(bomb)/2], false},
		{"a ZIP of many", members.Bytes(), false},
		{"rows that cannot be used", packed(header+strings.Repeat("\tno such number\t\n", 20_000), 1), true},
		{"formulas and escapes", packed(header+strings.Repeat("=HYPERLINK(\"https://evil.example\")\x1b[2J\u202e\t\tevil\n", 2000), 1), true},
		{"one long line", packed(header+strings.Repeat("x", 1<<20), 30), true},
	}
}
