package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"autoholdings/internal/access"
	"autoholdings/internal/store"
)

const adminPassword = "correct horse battery"

// guarded is a running `autoholdings serve` that asks who comes.
type guarded struct {
	t            *testing.T
	url, address string // for browsers, and where it listens
	log          *safeBuffer
	client       *http.Client // keeps cookies, follows nothing
	stop         func()
}

type safeBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// guard runs the command in this process. Names are resolved to where it listens, and its certificate is trusted.
func guard(t *testing.T, args ...string) *guarded {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	g := &guarded{t: t, log: &safeBuffer{}}
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, append([]string{
			"autoholdings", "serve", "--addr", "127.0.0.1:0", "--log-level", "warn", "--oup-url", "https://provider.example",
			"--access", "controlled",
		}, args...), strings.NewReader(""), in, g.log)
		in.CloseWithError(errors.Join(errors.New("the server ended"), err))
		ended <- err
	}()
	g.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v\n%s", err, g.log)
		}
	})
	t.Cleanup(g.stop)
	first := make([]byte, 1000)
	n, err := out.Read(first)
	must(t, err)
	go func() { _, _ = io.Copy(io.Discard, out) }()
	found := regexp.MustCompile(`serves (\S+)/graphql .* it listens on (\S+), and people sign in`).FindStringSubmatch(string(first[:n]))
	if found == nil {
		t.Fatalf("%s", first[:n])
	}
	g.url, g.address = found[1], found[2]
	jar, err := cookiejar.New(nil)
	must(t, err)
	g.client = &http.Client{
		Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, g.address)
			},
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true, DisableKeepAlives: true,
		},
	}
	return g
}

func (g *guarded) do(method, path string, body io.Reader, headers ...string) (*http.Response, string) {
	g.t.Helper()
	r, err := http.NewRequestWithContext(g.t.Context(), method, g.url+path, body)
	must(g.t, err)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := g.client.Do(r)
	must(g.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(g.t, err)
	return response, string(text)
}

// post sends JSON.
func (g *guarded) post(path, body string, headers ...string) (*http.Response, string) {
	g.t.Helper()
	return g.do(http.MethodPost, path, strings.NewReader(body), append([]string{"Content-Type", "application/json"}, headers...)...)
}

// becomeAdmin follows the link in the log.
func (g *guarded) becomeAdmin() {
	g.t.Helper()
	link := regexp.MustCompile(`link="?(\S+)/setup\?link=(\w{43})`).FindAllStringSubmatch(g.log.String(), -1)
	if len(link) != 1 || link[0][1] != g.url {
		g.t.Fatalf("the log has no link, or several: %s", g.log)
	}
	form := url.Values{"link": {link[0][2]}, "name": {"Ada"}, "password": {adminPassword}, "again": {adminPassword}}
	answer, text := g.do(http.MethodPost, "/setup", strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
	if answer.StatusCode != http.StatusSeeOther {
		g.t.Fatalf("%s %s", answer.Status, text)
	}
}

const queryOfAll = `{"query": "{ jobs { nodes { id } } }"}`

// TestGuarded: from the first start to a signed-in administrator, over each of the server's paths.
func TestGuarded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	g := guard(t, "--data-dir", dir, "--session-idle", "2h")
	paths := []string{
		"/", "/console/titles", "/graphiql/start.js", "/graphql?query=%7B__typename%7D", "/metrics", "/jobs/x/report.tsv",
		"/collections/x/kbart.txt", "/provider-files/x", "/reconciliation/po-lines-not-listed.tsv", "/nowhere",
	}
	for _, path := range paths {
		answer, text := g.do(http.MethodGet, path, nil)
		if answer.StatusCode != http.StatusUnauthorized || !strings.Contains(text, "UNAUTHENTICATED") {
			t.Errorf("%s without a credential: %s %s", path, answer.Status, text)
		}
	}
	for _, path := range []string{"/graphql", "/files?name=x"} {
		if answer, _ := g.post(path, queryOfAll); answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s without a credential: %s", path, answer.Status)
		}
	}
	g.becomeAdmin()
	for _, path := range paths {
		answer, text := g.do(http.MethodGet, path, nil)
		if answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden {
			t.Errorf("%s as the administrator: %s %s", path, answer.Status, text)
		}
	}
	if answer, text := g.post("/graphql", queryOfAll); answer.StatusCode != http.StatusOK || !strings.Contains(text, `"nodes"`) {
		t.Errorf("%s %s", answer.Status, text)
	}
	if answer, _ := g.post("/graphql", queryOfAll, "Origin", "https://evil.example"); answer.StatusCode != http.StatusForbidden {
		t.Errorf("a page elsewhere: %s", answer.Status)
	}
	g.stop()
	if text := g.log.String(); strings.Contains(text, adminPassword) || access.TokenPattern.MatchString(text) {
		t.Errorf("the log shows a secret: %s", text)
	}
	s, err := store.Open(t.Context(), store.Options{DataDir: dir})
	must(t, err)
	session := s.Read.Session.Query().OnlyX(t.Context())
	if lasts := time.Duration(session.ExpiresAt-session.CreatedAt) * time.Millisecond; lasts != 2*time.Hour {
		t.Errorf("a session lasts %s", lasts)
	}
	must(t, s.Close())
	again := guard(t, "--data-dir", dir)
	if text := again.log.String(); strings.Contains(text, "/setup?link=") {
		t.Errorf("somebody administers, and there is another link: %s", text)
	}
}

// TestIssuerOfServer: the server starts though its issuer does not answer, and says so; where the issuer names administrators,
// nobody is invited by the log.
func TestIssuerOfServer(t *testing.T) {
	t.Parallel()
	issuer := []string{"--oidc-issuer", "http://127.0.0.1:1", "--oidc-client-id", "us", "--oidc-map", "staff=read,operate"}
	g := guard(t, append(issuer, "--data-dir", t.TempDir(), "--oidc-map", "library systems=curate,admin")...)
	answer, text := g.do(http.MethodGet, "/login", nil)
	if answer.StatusCode != http.StatusOK || !strings.Contains(text, "Sign in at 127.0.0.1:1") {
		t.Errorf("%s %s", answer.Status, text)
	}
	answer, text = g.do(http.MethodGet, "/auth/start", nil)
	if answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(text, "does not answer just now") {
		t.Errorf("%s %s", answer.Status, text)
	}
	if strings.Contains(g.log.String(), "/setup?link=") {
		t.Error("somebody is invited though the issuer names administrators")
	}
	if g := guard(t, append(issuer, "--data-dir", t.TempDir())...); !strings.Contains(g.log.String(), "/setup?link=") {
		t.Error("nobody is invited though the issuer names no administrators")
	}
}

// TestOwnTLS: the server speaks TLS and HTTP/2, the cookie is the host's alone, and WebSockets work by the public name.
func TestOwnTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key := makeCertificate(t, dir, "one")
	g := guard(t, "--data-dir", dir, "--tls-cert", cert, "--tls-key", key, "--public-url", "https://holdings.example.org",
		"--allow-origin", "https://staff.example.org")
	if g.url != "https://holdings.example.org" {
		t.Errorf("%s", g.url)
	}
	g.becomeAdmin()
	answer, text := g.post("/graphql", queryOfAll)
	if answer.StatusCode != http.StatusOK || answer.ProtoMajor != 2 {
		t.Errorf("%s %s %s", answer.Proto, answer.Status, text)
	}
	own, err := url.Parse(g.url)
	must(t, err)
	cookies := g.client.Jar.Cookies(own)
	if len(cookies) != 1 || cookies[0].Name != "__Host-autoholdings" {
		t.Fatalf("%v", cookies)
	}
	for origin, want := range map[string]bool{g.url: true, "https://staff.example.org": true, "https://evil.example": false} {
		c, _, err := websocket.Dial(t.Context(), "wss://holdings.example.org/graphql", &websocket.DialOptions{
			HTTPClient: &http.Client{Transport: g.transportOf1()}, Subprotocols: []string{"graphql-transport-ws"},
			HTTPHeader: http.Header{"Origin": {origin}, "Cookie": {cookies[0].Name + "=" + cookies[0].Value}},
		})
		if (err == nil) != want {
			t.Errorf("%s: %v", origin, err)
		}
		if c != nil {
			_ = c.CloseNow()
		}
	}
	if answer, _ := g.do(http.MethodPost, "/files?name=x", strings.NewReader("publication_title\n"), "Origin", "https://staff.example.org",
		"Sec-Fetch-Site", "cross-site"); answer.StatusCode == http.StatusForbidden {
		t.Errorf("an allowed front end cannot upload: %s", answer.Status)
	}
}

// transportOf1 is the client's, for WebSockets, which are of HTTP/1.1.
func (g *guarded) transportOf1() *http.Transport {
	t := g.client.Transport.(*http.Transport).Clone()
	t.ForceAttemptHTTP2, t.TLSClientConfig.NextProtos = false, nil
	t.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	return t
}

// makeCertificate writes a certificate and its key, whose organisation is as given.
func makeCertificate(t *testing.T, dir, organisation string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{Organization: []string{organisation}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"holdings.example.org"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	must(t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	must(t, err)
	cert, key = filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	must(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	must(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}), 0o600))
	return cert, key
}

// TestCertificates: a certificate that is replaced is used at the next handshake; a broken one is not.
func TestCertificates(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := &safeBuffer{}
	cert, key := makeCertificate(t, dir, "one")
	c, err := serving{CertFile: cert, KeyFile: key}.openCertificates(slog.New(slog.NewTextHandler(log, nil)))
	must(t, err)
	c.every = 0
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = c.config()
	server.StartTLS()
	defer server.Close()
	server.TLS.Certificates = nil
	whose := func() string {
		conn, err := tls.Dial("tcp", server.Listener.Addr().String(), &tls.Config{InsecureSkipVerify: true, ServerName: "holdings.example.org"})
		must(t, err)
		defer conn.Close()
		return conn.ConnectionState().PeerCertificates[0].Subject.Organization[0]
	}
	touch := func(ago time.Duration) {
		for _, file := range []string{cert, key} {
			must(t, os.Chtimes(file, time.Time{}, time.Now().Add(-ago)))
		}
	}
	if got := whose(); got != "one" {
		t.Errorf("%s", got)
	}
	makeCertificate(t, dir, "two")
	touch(time.Hour)
	if got := whose(); got != "two" {
		t.Errorf("a new certificate is not used: %s", got)
	}
	must(t, os.WriteFile(cert, []byte("nonsense"), 0o600))
	touch(2 * time.Hour)
	if got := whose(); got != "two" || !strings.Contains(log.String(), "the certificate before goes on being used") {
		t.Errorf("a broken certificate: %s %s", got, log)
	}
	must(t, os.Remove(cert))
	if got := whose(); got != "two" {
		t.Errorf("no certificate: %s", got)
	}
	makeCertificate(t, dir, "three")
	touch(3 * time.Hour)
	if got := whose(); got != "three" {
		t.Errorf("a mended certificate is not used: %s", got)
	}
	c.every = time.Hour
	makeCertificate(t, dir, "four")
	touch(4 * time.Hour)
	if got := whose(); got != "three" {
		t.Errorf("the files are looked at each time: %s", got)
	}
}

// TestServeRefusals: what would let everybody in, or cannot work, ends the start and says how it works.
func TestServeRefusals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key := makeCertificate(t, dir, "one")
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"outside":        {[]string{"--addr", "0.0.0.0:0"}, "--access controlled --public-url https://NAME"},
		"every address":  {[]string{"--addr", ":0"}, "--access controlled --public-url https://NAME"},
		"IPv6":           {[]string{"--addr", "[::]:0"}, "--access controlled --public-url https://NAME"},
		"no name":        {[]string{"--addr", "0.0.0.0:0", "--access", "controlled"}, "give --public-url https://NAME"},
		"name, but open": {[]string{"--public-url", "https://holdings.example.org"}, "Give --access controlled too"},
		"issuer, but open": {
			[]string{"--oidc-issuer", "https://x.example", "--oidc-client-id", "x", "--oidc-map", "a=read"}, "Give --access controlled too",
		},
		"access":         {[]string{"--access", "none"}, "neither open nor controlled"},
		"half a pair":    {[]string{"--tls-cert", cert}, "--tls-cert and --tls-key belong together"},
		"no certificate": {[]string{"--tls-cert", cert + "x", "--tls-key", key}, "--tls-cert, --tls-key: "},
		"not a pair":     {[]string{"--tls-cert", cert, "--tls-key", cert}, "--tls-cert, --tls-key: "},
		"http with TLS":  {[]string{"--access=controlled", "--tls-cert", cert, "--tls-key", key, "--public-url", "http://x.org"}, "write https"},
		"no issuer":      {[]string{"--oidc-map", "a=read"}, "--oidc-map is set and --oidc-issuer is not"},
		"short session":  {[]string{"--session-idle", "5s"}, "less than a minute"},
		"proxy":          {[]string{"--trusted-proxy", "nginx"}, "--trusted-proxy"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			args := append([]string{
				"autoholdings", "serve", "--addr", "127.0.0.1:0", "--data-dir", t.TempDir(), "--oup-url", "https://provider.example",
			}, test.args...)
			if err := run(ctx, args, strings.NewReader(""), io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want it to say %q", err, test.want)
			}
		})
	}
}

// TestSocketsAndStreams: a WebSocket says who it is in its first message, and it and a stream of server-sent events end when
// their token is revoked.
func TestSocketsAndStreams(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	cfg := deployed(t).config
	cfg.DataDir, cfg.Log = t.TempDir(), log
	cfg.Serving = serving{Access: accessControlled, recheck: 5 * time.Millisecond}
	a, err := openApp(t.Context(), cfg, true)
	must(t, err)
	t.Cleanup(func() { must(t, a.Close()) })
	server := httptest.NewServer(a.handler())
	t.Cleanup(server.Close)
	made, err := a.access.CreateToken(t.Context(), access.TokenInput{Name: "nightly", Scopes: access.Scopes{access.Read}})
	must(t, err)
	open := func(payload any) (c *websocket.Conn, kind string, err error) {
		c, _, err = websocket.Dial(t.Context(), server.URL+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
		must(t, err)
		t.Cleanup(func() { _ = c.CloseNow() })
		must(t, wsjson.Write(t.Context(), c, map[string]any{"type": "connection_init", "payload": payload}))
		var answer struct{ Type string }
		err = wsjson.Read(t.Context(), c, &answer)
		return c, answer.Type, err
	}
	for name, payload := range map[string]any{
		"nothing": nil, "no token": map[string]any{}, "wrong token": map[string]any{"Authorization": "Bearer autoh_x"},
	} {
		closed := websocket.CloseError{}
		if _, kind, err := open(payload); !errors.As(err, &closed) || closed.Code != 4403 || !strings.Contains(closed.Reason, "token") {
			t.Errorf("%s: %q %v", name, kind, err)
		}
	}
	c, kind, err := open(map[string]any{"Authorization": "Bearer " + made.Secret})
	if kind != "connection_ack" {
		t.Fatalf("%q %v", kind, err)
	}
	const query = `{"query": "subscription { jobUpdated(id: \"Sm9iOjQy\") { id } }"}`
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/graphql", strings.NewReader(query))
	must(t, err)
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	must(t, err)
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("a stream without a credential: %s", answer.Status)
	}
	_, err = a.access.RevokeToken(t.Context(), made.Row.ID)
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for err = nil; err == nil; _, _, err = c.Read(ctx) { // pings may come before
	}
	if closed := (websocket.CloseError{}); !errors.As(err, &closed) {
		t.Errorf("the socket of a revoked token: %v", err)
	}
	_, kind, err = open(map[string]any{"Authorization": "Bearer " + made.Secret})
	if closed := (websocket.CloseError{}); !errors.As(err, &closed) || !strings.Contains(closed.Reason, "revoked") {
		t.Errorf("a revoked token: %q %v", kind, err)
	}
}
