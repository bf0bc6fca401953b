package main

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"autoholdings/internal/store"
)

// freePort returns a port of this machine that nobody listens on just now.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	must(t, err)
	return port
}

// behindProxy starts a server and a proxy before it that is given the server's address. The client comes from 127.0.0.2 and asks
// the proxy's port by the public name.
func behindProxy(t *testing.T, scheme, port string, start func(server string) *exec.Cmd) (g *guarded, dir string) {
	t.Helper()
	dir = t.TempDir()
	public := scheme + "://holdings.example.org:" + port
	g = guard(t, "--data-dir", dir, "--public-url", public, "--trusted-proxy", "127.0.0.1")
	proxy := start(g.address)
	var said safeBuffer
	proxy.Stdout, proxy.Stderr = &said, &said
	must(t, proxy.Start())
	t.Cleanup(func() {
		must(t, proxy.Process.Signal(os.Interrupt))
		_ = proxy.Wait()
	})
	g.address = "127.0.0.1:" + port
	jar, err := cookiejar.New(nil)
	must(t, err)
	g.client.Jar = jar
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	g.client.Transport = &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, g.address)
		},
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true,
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) { // until the proxy listens
		if conn, err := dialer.Dial("tcp", g.address); err == nil {
			_ = conn.Close()
			return g, dir
		}
		if time.Now().After(deadline) {
			t.Fatalf("the proxy does not listen:\n%s", said.String())
		}
	}
}

// works goes through what a proxy can break: hosts, origins, cookies, clients' addresses, WebSockets and streams.
func (g *guarded) works(dir string) {
	t := g.t
	t.Helper()
	if answer, text := g.do(http.MethodGet, "/readyz", nil); answer.StatusCode != http.StatusOK {
		t.Fatalf("%s %s", answer.Status, text)
	}
	g.becomeAdmin()
	form := url.Values{"name": {"Ada"}, "password": {adminPassword}}
	answer, text := g.do(http.MethodPost, "/login", strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded",
		"X-Forwarded-For", "192.0.2.66", "Forwarded", "for=192.0.2.66", "Origin", g.url, "User-Agent", "second")
	if answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s %s", answer.Status, text)
	}
	if answer, text := g.post("/graphql", queryOfAll, "Origin", g.url); answer.StatusCode != http.StatusOK {
		t.Errorf("%s %s", answer.Status, text)
	}
	if answer, _ := g.post("/graphql", queryOfAll, "Origin", "https://evil.example"); answer.StatusCode != http.StatusForbidden {
		t.Errorf("a page elsewhere: %s", answer.Status)
	}
	own, err := url.Parse(g.url)
	must(t, err)
	cookies := g.client.Jar.Cookies(own)
	if len(cookies) != 1 || !strings.HasSuffix(cookies[0].Name, "autoholdings") {
		t.Fatalf("%v", cookies)
	}
	for origin, want := range map[string]bool{g.url: true, "https://evil.example": false} {
		c, _, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(g.url, "http")+"/graphql", &websocket.DialOptions{
			HTTPClient: &http.Client{Transport: g.transportOf1()}, Subprotocols: []string{"graphql-transport-ws"},
			HTTPHeader: http.Header{"Origin": {origin}, "Cookie": {cookies[0].Name + "=" + cookies[0].Value}},
		})
		if (err == nil) != want {
			t.Errorf("a WebSocket of %s: %v", origin, err)
		}
		if c != nil {
			_ = c.CloseNow()
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, g.url+"/login", nil)
	must(t, err)
	r.Host = "evil.example"
	if answer, err := g.client.Do(r); err == nil { // or the proxy refuses it, or answers with nothing
		text, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode == http.StatusOK && len(text) > 0 {
			t.Errorf("a foreign host is answered: %s", text)
		}
	}
	g.stop()
	s, err := store.Open(t.Context(), store.Options{DataDir: dir})
	must(t, err)
	defer s.Close()
	for _, session := range s.Read.Session.Query().AllX(t.Context()) {
		if session.Address != "127.0.0.2" {
			t.Errorf("%s signed in from %s", session.Browser, session.Address)
		}
	}
}

// installed finds a program that may not be on the path of everybody.
func installed(t *testing.T, name string) string {
	t.Helper()
	for _, path := range []string{name, "/usr/sbin/" + name} {
		if found, err := exec.LookPath(path); err == nil {
			return found
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not installed: .ci/run does that", name)
	}
	t.Skipf("%s is not installed", name)
	return ""
}

// adapt replaces a text of a recipe that is there exactly once.
func adapt(t *testing.T, recipe *string, old, with string) {
	t.Helper()
	if strings.Count(*recipe, old) != 1 {
		t.Fatalf("%q is in the recipe %d times", old, strings.Count(*recipe, old))
	}
	*recipe = strings.Replace(*recipe, old, with, 1)
}

// TestNginx: the server works behind nginx with deploy/nginx.conf.
func TestNginx(t *testing.T) {
	t.Parallel()
	nginx, dir, port := installed(t, "nginx"), t.TempDir(), freePort(t)
	makeCertificate(t, dir, "one")
	g, data := behindProxy(t, "https", port, func(server string) *exec.Cmd {
		recipe := readText(t, deployDir+"/nginx.conf")
		adapt(t, &recipe, "listen 8443 ssl", "listen 127.0.0.1:"+port+" ssl")
		adapt(t, &recipe, "http://127.0.0.1:8080", "http://"+server)
		recipe = strings.NewReplacer("/etc/nginx/tls/", dir+"/", "/tmp/", dir+"/").Replace(recipe)
		file := filepath.Join(dir, "nginx.conf")
		must(t, os.WriteFile(file, []byte(recipe), 0o600))
		return exec.CommandContext(t.Context(), nginx, "-p", dir, "-c", file, "-g", "daemon off; master_process off;")
	})
	g.works(data)
}

// TestCaddy: and behind Caddy with deploy/Caddyfile, but for the certificates that it gets by itself.
func TestCaddy(t *testing.T) {
	t.Parallel()
	caddy, dir, port := installed(t, "caddy"), t.TempDir(), freePort(t)
	g, data := behindProxy(t, "http", port, func(server string) *exec.Cmd {
		recipe := readText(t, deployDir+"/Caddyfile")
		adapt(t, &recipe, "127.0.0.1:8080", server)
		file := filepath.Join(dir, "Caddyfile")
		must(t, os.WriteFile(file, []byte(recipe), 0o600))
		cmd := exec.CommandContext(t.Context(), caddy, "run", "--config", file, "--adapter", "caddyfile")
		cmd.Env = append(os.Environ(), "AUTOHOLDINGS_PUBLIC_URL=http://holdings.example.org:"+port, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
		return cmd
	})
	g.works(data)
}

// TestRecipes: what the recipes must say is in them, where neither program is installed.
func TestRecipes(t *testing.T) {
	t.Parallel()
	for name, wants := range map[string][]string{
		"nginx.conf": {
			`proxy_pass http://127\.0\.0\.1:8080;`, `proxy_set_header Host \$http_host;`, `proxy_set_header X-Forwarded-For \$remote_addr;`,
			`proxy_set_header Forwarded "";`, `proxy_set_header Upgrade \$http_upgrade;`, `proxy_buffering off;`, `client_max_body_size 0;`,
			`access_log off;`,
		},
		"Caddyfile": {`(?m)^\{\$AUTOHOLDINGS_PUBLIC_URL\} \{$`, `reverse_proxy 127\.0\.0\.1:8080 \{`, `header_up -Forwarded`},
	} {
		text := readText(t, filepath.Join(deployDir, name))
		if strings.Count(text, "{") != strings.Count(text, "}") {
			t.Errorf("%s: a brace is missing", name)
		}
		for _, want := range wants {
			if !regexp.MustCompile(want).MatchString(text) {
				t.Errorf("%s has no %s", name, want)
			}
		}
	}
}
