package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"autoholdings/mockoup"
)

// attacked is a server in a process of its own that others attack while a client uses it.
type attacked struct {
	*server

	pid     int
	address string
	token   string      // of the other client; "": it needs none
	times   int         // so often the other client asks during an attack
	exports []string    // paths of downloads
	bystand http.Client // another client, from an address of its own
}

// ratio is how much slower the server may answer another client while it is attacked: the 99th percentiles compared.
const ratio = 10

// shortest is the least that counts as a time without an attack: what is shorter depends on who else uses the machine.
const shortest = 5 * time.Millisecond

// TestAttacks: whatever attackers send is refused or served in bounded time. Another client is served meanwhile, and
// afterwards the process holds no more than before.
func TestAttacks(t *testing.T) {
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 6000})
	s, process := program(t, "--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure")
	if job := s.wait(s.start(s.administer(mockoup.DemoKey))); job.State != "SUCCEEDED" {
		t.Fatalf("%s: %s", job.State, job.Summary)
	}
	a := newAttacked(s, process.Process.Pid, "")
	var found struct {
		Collections struct{ Nodes []struct{ KbartURL string } }
	}
	s.do("{ collections { nodes { kbartUrl } } }", nil, &found)
	for _, c := range found.Collections.Nodes {
		a.exports = append(a.exports, c.KbartURL)
	}
	a.use(50) // until it is warm
	before := a.holds()
	for name, attack := range map[string]attack{
		"fragments": a.sending(chain(22, 2)), "a long document": a.sending("{ " + strings.Repeat("__typename ", 7000) + "}"),
		"aliases": a.sending(numbered(2000, "a%d: __typename ")), "width": a.sending(numbered(12_000, "f%d ")),
		"directives":  a.sending("{ __typename " + strings.Repeat("@skip(if: false) ", 3000) + "}"),
		"depth":       a.sending(strings.Repeat("{ a ", 900) + strings.Repeat("}", 900)),
		"wrong names": a.sending(numbered(7000, "collection%d ")),
		"variables": a.sendingBody(`{"query": "query($v: [ID!]!) { nodes(ids: $v) { id } }", "variables": {"v": ` +
			strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}}`),
		"many variables": a.sendingBody(`{"query": "query($v: [ID!]!) { nodes(ids: $v) { id } }", "variables": {"v": [` +
			strings.Repeat(`"1",`, 200_000) + `"1"]}}`),
		"batches":      a.sendingBody("[" + strings.Repeat(`{"query": "{ settings { version } }"},`, 5000) + `{}]`),
		"half bodies":  a.halfBodies,
		"slow readers": a.slowReaders,
		"slow files":   a.slowDownloads,
		"idle":         a.idle,
		"WebSockets":   a.webSockets,
	} {
		t.Run(name, func(t *testing.T) { a.withstands(t, attack, before) })
	}
}

// newAttacked makes the other client, which has an address of its own and, where access is controlled, a token.
func newAttacked(s *server, pid int, token string) *attacked {
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	a := &attacked{
		server: s, pid: pid, address: strings.TrimPrefix(s.api.url, "http://"), token: token, times: 40,
		bystand: http.Client{Transport: &http.Transport{DialContext: dialer.DialContext}, Timeout: time.Minute},
	}
	s.t.Cleanup(a.bystand.CloseIdleConnections)
	return a
}

// withstands fails if an attack makes the server too slow for another client, or leaves something behind.
func (a *attacked) withstands(t *testing.T, attack attack, before held) {
	t.Helper()
	for round := 1; ; round++ { // others use this machine too: what is slow because of them is measured again
		quiet, attacked := a.under(t, attack, before)
		t.Logf("p99 of another client: %v, %.1f times the %v without the attack", attacked, float64(attacked)/float64(quiet), quiet)
		if attacked <= ratio*quiet {
			break
		}
		if round == 3 {
			t.Errorf("another client's p99 is %v, and %v without the attack", attacked, quiet)
			break
		}
	}
}

// under measures the 99th percentile of another client without an attack and beside one, and checks that nothing is left
// of the attack.
func (a *attacked) under(t *testing.T, attack attack, before held) (quiet, attacked time.Duration) {
	t.Helper()
	quiet = a.use(a.times / 2)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var group sync.WaitGroup
	begun := make(chan struct{})
	group.Go(func() { attack(ctx, t, sync.OnceFunc(func() { close(begun) })) })
	<-begun
	attacked = a.use(a.times)
	during := a.holds()
	stop()
	group.Wait()
	after := a.settles(before)
	t.Logf("before, during, after: %v; %v; %v", before, during, after)
	return max(quiet, a.use(a.times/2), shortest), attacked
}

// attack goes on until its context ends. It calls begun when all of it is in place.
type attack func(ctx context.Context, t *testing.T, begun func())

// use asks for a page so many times and returns the 99th percentile of the times that it took.
func (a *attacked) use(times int) time.Duration {
	a.t.Helper()
	const query = `{"query": "{ portfolios(first: 100) { nodes { title url collection { name } coverage { from to } } } }"}`
	took := make([]time.Duration, times)
	for i := range took {
		begun := time.Now()
		response := a.askAside(http.MethodPost, "/graphql", query)
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK || bytes.Contains(text, []byte(`"errors"`)) {
			a.t.Fatalf("another client is not served: %s %v %.200s", response.Status, err, text)
		}
		took[i] = time.Since(begun)
	}
	slices.Sort(took)
	return took[times*99/100-1]
}

// askAside sends a request of the other client.
func (a *attacked) askAside(method, path, body string) *http.Response {
	a.t.Helper()
	r, err := http.NewRequestWithContext(a.t.Context(), method, a.api.url+path, strings.NewReader(body))
	must(a.t, err)
	r.Header.Set("Content-Type", "application/json")
	if a.token != "" {
		r.Header.Set("Authorization", "Bearer "+a.token)
	}
	response, err := a.bystand.Do(r)
	must(a.t, err)
	return response
}

// holdings of a process.
type held struct {
	goroutines, descriptors, files int
	heap                           int64
}

func (h held) String() string {
	return fmt.Sprintf("%d goroutines, %d descriptors, %d temporary files, %d MB", h.goroutines, h.descriptors, h.files, h.heap>>20)
}

// holds returns what the server's process holds now.
func (a *attacked) holds() (h held) {
	a.t.Helper()
	response := a.askAside(http.MethodGet, "/metrics", "")
	defer response.Body.Close()
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		n, _ := strconv.ParseFloat(value, 64)
		switch name {
		case "go_goroutines":
			h.goroutines = int(n)
		case "process_open_fds":
			h.descriptors = int(n)
		case "go_memstats_heap_alloc_bytes":
			h.heap = int64(n)
		}
	}
	links, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", a.pid))
	must(a.t, err)
	for _, link := range links {
		if target, _ := os.Readlink(link); strings.HasSuffix(target, " (deleted)") {
			h.files++
		}
	}
	return h
}

// settles waits until the process holds about what it held before.
func (a *attacked) settles(before held) (now held) {
	a.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; a.use(2) {
		now = a.holds()
		if now.goroutines <= before.goroutines+20 && now.descriptors <= before.descriptors+10 && now.files <= before.files &&
			now.heap <= 2*before.heap+64<<20 {
			return now
		}
		if time.Now().After(deadline) {
			a.t.Errorf("the process held %v, and now %v", before, now)
			return now
		}
	}
}

// attackers is how many connections send documents at once.
const attackers = 6

// sending sends a document again and again, by POST and, where it fits, by GET.
func (a *attacked) sending(document string) attack {
	body, _ := json.Marshal(map[string]string{"query": document})
	byAddress := a.api.url + "/graphql?query=" + url.QueryEscape(document)
	return func(ctx context.Context, t *testing.T, begun func()) {
		begun()
		a.flood(ctx, t, func(i int) (*http.Request, error) {
			if i%2 == 1 && len(byAddress) < 60_000 {
				return http.NewRequestWithContext(ctx, http.MethodGet, byAddress, nil)
			}
			return http.NewRequestWithContext(ctx, http.MethodPost, a.api.url+"/graphql", bytes.NewReader(body))
		})
	}
}

func (a *attacked) sendingBody(body string) attack {
	return func(ctx context.Context, t *testing.T, begun func()) {
		begun()
		a.flood(ctx, t, func(int) (*http.Request, error) {
			return http.NewRequestWithContext(ctx, http.MethodPost, a.api.url+"/graphql", strings.NewReader(body))
		})
	}
}

// flood sends requests that must all be refused, each in bounded time.
func (a *attacked) flood(ctx context.Context, t *testing.T, request func(i int) (*http.Request, error)) {
	client := http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: attackers}}
	defer client.CloseIdleConnections()
	var group sync.WaitGroup
	for i := range attackers {
		group.Go(func() {
			for ctx.Err() == nil {
				r, err := request(i)
				if err != nil {
					t.Error(err)
					return
				}
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("Accept", "application/graphql-response+json") // whose status says what is wrong
				begun := time.Now()
				response, err := client.Do(r)
				if err != nil {
					continue // the attack is over, or the server closed what it would not read
				}
				text, _ := io.ReadAll(response.Body)
				response.Body.Close()
				if response.StatusCode < 400 || response.StatusCode == http.StatusInternalServerError || time.Since(begun) > 20*time.Second {
					t.Errorf("%s after %v: %.200s", response.Status, time.Since(begun), text)
				}
			}
		})
	}
	group.Wait()
}

// open opens connections, sends each the text, and reads nothing until the attack is over.
func (a *attacked) open(ctx context.Context, t *testing.T, begun func(), n int, text func(i int) string) {
	var open []net.Conn
	for i := range n {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", a.address)
		if err != nil {
			if ctx.Err() == nil {
				t.Error(err)
			}
			break
		}
		open = append(open, c)
		if _, err := io.WriteString(c, text(i)); err != nil {
			t.Error(err)
		}
	}
	begun()
	<-ctx.Done()
	for _, c := range open {
		c.Close()
	}
}

func (a *attacked) halfBodies(ctx context.Context, t *testing.T, begun func()) {
	paths := []string{"/graphql", "/files", "/healthz", "/jobs/x/report.tsv"}
	a.open(ctx, t, begun, 1000, func(i int) string {
		return "POST " + paths[i%len(paths)] + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
			"Content-Length: 1000000\r\n\r\n{\"query\":"
	})
}

func (a *attacked) slowReaders(ctx context.Context, t *testing.T, begun func()) {
	document := numbered(6, "p%d: portfolios(first: 500) { nodes { id title url coverage { from to } } } ")
	a.open(ctx, t, begun, 60, func(int) string {
		return "GET /graphql?query=" + url.QueryEscape(document) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"
	})
}

func (a *attacked) slowDownloads(ctx context.Context, t *testing.T, begun func()) {
	a.open(ctx, t, begun, 40, func(i int) string {
		return "GET " + a.exports[i%len(a.exports)] + " HTTP/1.1\r\nHost: localhost\r\n\r\n"
	})
}

// idle opens ten thousand connections, or as many as this machine allows.
func (a *attacked) idle(ctx context.Context, t *testing.T, begun func()) {
	var limit syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	n := min(10_000, int(limit.Cur)-500)
	t.Logf("%d connections", n)
	a.open(ctx, t, begun, n, func(i int) string {
		if i%2 == 0 {
			return ""
		}
		return "GET /graphql HTTP/1.1\r\nHost: loc"
	})
}

// webSockets opens many, sends each more subscriptions than one may have, and documents that are refused, and reads
// nothing.
func (a *attacked) webSockets(ctx context.Context, t *testing.T, begun func()) {
	var group sync.WaitGroup
	bomb, _ := json.Marshal(map[string]any{"id": "x", "type": "subscribe", "payload": map[string]string{"query": chain(22, 2)}})
	large, _ := json.Marshal(map[string]any{"id": "y", "type": "subscribe", "payload": map[string]string{
		"query": numbered(3, "p%d: portfolios(first: 500) { nodes { id title url } } "),
	}})
	defer begun()
	for range 100 {
		group.Go(func() {
			c, _, err := websocket.Dial(ctx, a.api.url+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
			if err != nil {
				return
			}
			defer c.CloseNow()
			_ = c.Write(ctx, websocket.MessageText, []byte(`{"type": "connection_init"}`))
			for range 30 {
				_ = c.Write(ctx, websocket.MessageText, bomb)
				_ = c.Write(ctx, websocket.MessageText, large)
			}
			begun() // the first one is through; the others are at it
			<-ctx.Done()
		})
	}
	group.Wait()
}

// numbered is a document with a selection so many times, each with its number.
func numbered(n int, selection string) string {
	var text strings.Builder
	text.WriteString("{ ")
	for i := range n {
		fmt.Fprintf(&text, selection, i)
	}
	return text.String() + "}"
}

// chain are fragments that each spread the next one several times.
func chain(levels, times int) string {
	var text strings.Builder
	text.WriteString("{ ...F0 }")
	for i := range levels {
		fmt.Fprintf(&text, " fragment F%d on Query { %s }", i, strings.Repeat(fmt.Sprintf("...F%d ", i+1), times))
	}
	fmt.Fprintf(&text, " fragment F%d on Query { __typename }", levels)
	return text.String()
}
