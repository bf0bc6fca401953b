package door_test

import (
	"net/http"
	"strings"
	"testing"

	"autoholdings/internal/access"
	"autoholdings/internal/door"
)

// TestOpen: without access control whoever reaches the server may do everything, but no page elsewhere.
func TestOpen(t *testing.T) {
	t.Parallel()
	h := build(t, func(o *door.Options) { o.Access = nil })
	for _, path := range []string{"/", "/graphql", "/provider-files/1", "/of/nobody", "/metrics"} {
		for _, header := range []string{"", "Bearer autoh_nonsense", "Basic eDp5"} {
			if who := h.get(path, "Authorization", header).whom(t); who.Kind != "ANYBODY" || who.Scopes != "admin" {
				t.Errorf("%s: %+v", path, who)
			}
		}
	}
	if a := h.ask(ask{path: "/healthz", host: "evil.example"}); a.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("foreign host: %s", a.Status)
	}
	if a := h.ask(ask{method: http.MethodPost, path: "/graphql", header: map[string]string{"Origin": "https://evil.example"}}); a.StatusCode != http.StatusForbidden {
		t.Errorf("foreign page: %s", a.Status)
	}
}

// TestScopes: each path asks for its scope, and a path that nobody has thought of for admin.
func TestScopes(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	tokens := map[string]string{"nobody": ""}
	for _, scope := range []string{"read", "operate", "curate", "configure", "admin"} {
		tokens[scope] = h.token("of "+scope, access.Scope(scope))
	}
	const all, everybody = "read operate curate configure admin", "nobody read operate curate configure admin"
	for _, test := range []struct{ method, path, allowed, needs string }{
		{"GET", "/healthz", everybody, ""},
		{"GET", "/readyz", everybody, ""},
		{"GET", "/login", everybody, ""},
		{"GET", "/", all, "read"},
		{"GET", "/graphiql/start.js", all, "read"},
		{"GET", "/graphql", all, "read"},
		{"POST", "/graphql", all, "read"},
		{"GET", "/metrics", all, "read"},
		{"GET", "/jobs/Sm9iOjQy/report.tsv", all, "read"},
		{"HEAD", "/jobs/Sm9iOjQy/report.json", all, "read"},
		{"GET", "/collections/x/kbart.txt", all, "read"},
		{"GET", "/reconciliation/po-lines-not-listed.tsv", all, "read"},
		{"POST", "/files", "operate admin", "operate"},
		{"GET", "/provider-files/x", "admin", "admin"},
		{"GET", "/nobody/thought/of", "admin", "admin"},
		{"PUT", "/files", "admin", "admin"},
		{"DELETE", "/healthz", "admin", "admin"},
		{"GET", "//metrics", "admin", "admin"},
		{"GET", "/x/../metrics", "admin", "admin"},
	} {
		for who, token := range tokens {
			header := map[string]string{}
			if token != "" {
				header["Authorization"] = "Bearer " + token
			}
			a := h.ask(ask{method: test.method, path: test.path, header: header})
			want, code := http.StatusOK, ""
			switch {
			case strings.Contains(test.allowed, who):
			case who == "nobody":
				want, code = http.StatusUnauthorized, "UNAUTHENTICATED"
			default:
				want, code = http.StatusForbidden, "FORBIDDEN"
			}
			if who != "nobody" && test.path == "/login" {
				want = http.StatusSeeOther // who is known needs no page
			}
			if a.StatusCode != want || a.code() != code && test.method != "HEAD" {
				t.Errorf("%s %s as %s: %s %q", test.method, test.path, who, a.Status, a.body)
			}
			if want == http.StatusForbidden && !strings.Contains(a.body, "the scope "+test.needs) {
				t.Errorf("%s does not say what it needs: %s", test.path, a.body)
			}
			if want == http.StatusUnauthorized && a.Header.Get("WWW-Authenticate") != `Bearer realm="autoholdings"` {
				t.Errorf("%s: %q", test.path, a.Header.Get("WWW-Authenticate"))
			}
		}
	}
}

// TestBadCredentials: a credential that lets nobody in is refused on every path, even where none is needed.
func TestBadCredentials(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	good, expired, revoked, powerless := h.token("good", "read"), h.token("expired", "read"), h.token("revoked", "read"), h.token("powerless", "read")
	h.change(`UPDATE access_tokens SET expires_at = 1 WHERE name = 'expired'`)
	h.change(`UPDATE access_tokens SET revoked_at = 1 WHERE name = 'revoked'`)
	h.change(`UPDATE access_tokens SET scopes = 'of a later version' WHERE name = 'powerless'`)
	for name, header := range map[string]string{
		"unknown": "Bearer " + good[:len(good)-7] + "0000000", "mistyped": "Bearer autoh_x", "expired": "Bearer " + expired, "revoked": "Bearer " + revoked,
		"without scopes": "Bearer " + powerless, "another scheme": "Basic eDp5", "empty": "Bearer ", "no scheme": good, "foreign": "Bearer a.b.c",
		"two": "Bearer " + good + ", Bearer " + good, "long": "Bearer autoh_" + strings.Repeat("x", 20000),
	} {
		for _, path := range []string{"/healthz", "/login", "/", "/graphql", "/metrics", "/nobody/thought/of"} {
			a := h.get(path, "Authorization", header)
			if a.StatusCode != http.StatusUnauthorized || a.code() != "UNAUTHENTICATED" ||
				a.Header.Get("WWW-Authenticate") != `Bearer realm="autoholdings", error="invalid_token"` {
				t.Errorf("%s on %s: %s %s", name, path, a.Status, a.body)
			}
		}
	}
	if a := h.get("/", "Authorization", "bearer "+good); a.StatusCode != http.StatusOK {
		t.Errorf("the scheme in small letters: %s", a.Status)
	}
	for name, want := range map[string]string{expired: "has expired", revoked: "was revoked"} {
		if a := h.get("/", "Authorization", "Bearer "+name); !strings.Contains(a.body, want) {
			t.Errorf("%s does not say %q", a.body, want)
		}
	}
}

// TestTokenInAddress: a token in the address is refused, since it stands in logs and histories.
func TestTokenInAddress(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	token := h.token("good", "admin")
	for _, query := range []string{"access_token=" + token, "access_token=x", "a=" + token, "a=autoh%5f" + token[6:], "variables=%7B%22t%22:%22" + token + "%22%7D"} {
		for _, headers := range [][]string{nil, {"Authorization", "Bearer " + token}} {
			if a := h.get("/graphql?"+query, headers...); a.StatusCode != http.StatusBadRequest || !strings.Contains(a.body, "revoked") {
				t.Errorf("%s: %s %s", query, a.Status, a.body)
			}
		}
	}
	if a := h.get("/jobs/" + token + "/report.tsv"); a.StatusCode != http.StatusUnauthorized {
		t.Error(a.Status)
	}
	if text := h.log.String(); strings.Contains(text, token) || !strings.Contains(text, "/jobs/autoh_…/report.tsv") {
		t.Errorf("the log shows the token: %s", text)
	}
}

// TestHosts: only the server's own names are answered; where access is controlled, probes may come by any.
func TestHosts(t *testing.T) {
	t.Parallel()
	local, named := build(t, nil), build(t, func(o *door.Options) { o.PublicURL = "https://Holdings.example.org:8443" })
	for _, test := range []struct {
		house *house
		host  string
		want  bool
	}{
		{local, "localhost:8080", true},
		{local, "[::1]:80", true},
		{local, "127.0.0.9", true},
		{local, "evil.example", false},
		{local, "localhost.evil.example", false},
		{local, "192.0.2.1:8080", false},
		{named, "holdings.example.org:8443", true},
		{named, "HOLDINGS.EXAMPLE.ORG", true},
		{named, "127.0.0.1:8080", false},
		{named, "localhost", false},
		{named, "holdings.example.org.evil.example", false},
		{named, "evil.example", false},
	} {
		a := test.house.ask(ask{path: "/login", host: test.host})
		if got := a.StatusCode == http.StatusOK; got != test.want || !got && (a.StatusCode != http.StatusMisdirectedRequest || a.code() != "FORBIDDEN") {
			t.Errorf("%s: %s", test.host, a.Status)
		}
		if a := test.house.ask(ask{path: "/readyz", host: test.host}); a.StatusCode != http.StatusOK {
			t.Errorf("probe of %s: %s", test.host, a.Status)
		}
		// Prometheus asks by any name too, with a token.
		if a := test.house.ask(ask{path: "/metrics", host: test.host}); a.StatusCode != http.StatusUnauthorized {
			t.Errorf("numbers of %s: %s", test.host, a.Status)
		}
	}
}

// TestForgery: what pages elsewhere make a browser send is refused wherever something changes, and for the API and
// WebSockets in any case.
func TestForgery(t *testing.T) {
	t.Parallel()
	h := build(t, func(o *door.Options) {
		o.PublicURL, o.AllowOrigins = "http://holdings.example.org", []string{"https://staff.example.org"}
	})
	h.person("Ada", "admin")
	session := h.ask(ask{path: "/login", host: "holdings.example.org", form: map[string][]string{"name": {"Ada"}, "password": {password}}}).cookie(cookieName)
	const own, friend, evil = "http://holdings.example.org", "https://staff.example.org", "https://evil.example"
	for _, test := range []struct {
		method, path, site, origin, upgrade string
		want                                bool
	}{
		{"POST", "/graphql", "same-origin", own, "", true},
		{"POST", "/graphql", "", own, "", true},
		{"POST", "/graphql", "", "", "", true}, // a program
		{"POST", "/graphql", "cross-site", evil, "", false},
		{"POST", "/graphql", "cross-site", "", "", false},
		{"POST", "/graphql", "same-site", "http://other.example.org", "", false},
		{"POST", "/graphql", "", evil, "", false},
		{"POST", "/graphql", "", "null", "", false},
		{"POST", "/graphql", "cross-site", friend, "", true},
		{"POST", "/graphql", "", friend + ".evil.example", "", false},
		{"GET", "/graphql?query={x}", "cross-site", "", "", false},
		{"GET", "/graphql?query={x}", "none", "", "", true}, // typed by a person
		{"GET", "/graphql?query={x}", "", evil, "", false},
		{"GET", "/graphql", "", evil, "websocket", false},
		{"GET", "/graphql", "cross-site", evil, "websocket", false},
		{"GET", "/graphql", "same-origin", own, "websocket", true},
		{"GET", "/graphql", "cross-site", friend, "websocket", true},
		{"GET", "/other", "cross-site", evil, "websocket", false},
		{"POST", "/files", "cross-site", evil, "", false},
		{"DELETE", "/nobody/thought/of", "cross-site", evil, "", false},
		{"POST", "/logout", "cross-site", evil, "", false},
		{"POST", "/login", "cross-site", evil, "", false},
		{"POST", "/login", "cross-site", friend, "", false}, // nobody else signs people in
		{"POST", "/setup", "same-site", friend, "", false},
		{"GET", "/", "cross-site", "", "", true}, // a link
		{"GET", "/login", "cross-site", "", "", true},
	} {
		header := map[string]string{}
		for name, value := range map[string]string{"Sec-Fetch-Site": test.site, "Origin": test.origin, "Upgrade": test.upgrade} {
			if value != "" {
				header[name] = value
			}
		}
		if test.upgrade != "" {
			header["Connection"] = "Upgrade"
		}
		a := h.ask(ask{method: test.method, path: strings.ReplaceAll(strings.ReplaceAll(test.path, "{", "%7B"), "}", "%7D"), host: "holdings.example.org", header: header, cookies: []*http.Cookie{session}})
		if refused := a.StatusCode == http.StatusForbidden && a.code() == "FORBIDDEN"; refused == test.want {
			t.Errorf("%+v: %s %s", test, a.Status, a.body)
		}
	}
	if a := h.ask(ask{path: "/", host: "holdings.example.org", cookies: []*http.Cookie{session}}); a.whom(t).Name != "Ada" {
		t.Error("the session has ended meanwhile")
	}
}

// TestCORS: allowed front ends read answers, others do not, and none of the sign-in.
func TestCORS(t *testing.T) {
	t.Parallel()
	h := build(t, func(o *door.Options) { o.AllowOrigins = []string{"https://Staff.example.org:443/"} })
	const friend = "https://staff.example.org"
	preflight := func(path, origin string) answer {
		return h.ask(ask{method: http.MethodOptions, path: path, header: map[string]string{"Origin": origin, "Access-Control-Request-Method": "POST"}})
	}
	a := preflight("/graphql", friend)
	if a.StatusCode != http.StatusNoContent || a.Header.Get("Access-Control-Allow-Origin") != friend || a.Header.Get("Access-Control-Allow-Credentials") != "true" ||
		!strings.Contains(a.Header.Get("Access-Control-Allow-Headers"), "Authorization, Content-Type, If-None-Match") ||
		!strings.Contains(a.Header.Get("Access-Control-Expose-Headers"), "ETag") || !strings.Contains(a.Header.Get("Access-Control-Allow-Methods"), "POST") ||
		a.Header.Get("Vary") != "Origin" {
		t.Errorf("%s %v", a.Status, a.Header)
	}
	for _, refused := range []answer{
		preflight("/graphql", "https://evil.example"), preflight("/graphql", "null"), preflight("/login", friend), preflight("/setup", friend),
		preflight("/graphql", friend+".evil.example"), preflight("/auth/start", friend),
	} {
		if refused.StatusCode != http.StatusForbidden || refused.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s %v", refused.Status, refused.Header)
		}
	}
	if a := h.get("/metrics", "Origin", friend); a.StatusCode != http.StatusUnauthorized || a.Header.Get("Access-Control-Allow-Origin") != friend {
		t.Errorf("a front end cannot read why it is refused: %s %v", a.Status, a.Header)
	}
	if a := h.get("/login", "Origin", friend); a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("a front end elsewhere can read the sign-in")
	}
	if a := h.get("/healthz", "Origin", "https://evil.example"); a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("any page can read answers")
	}
}

// TestAddress: only a trusted proxy is believed, and only for what it says itself.
func TestAddress(t *testing.T) {
	t.Parallel()
	far, near := build(t, nil), build(t, func(o *door.Options) { o.TrustedProxies = []string{"127.0.0.1", "10.0.0.0/8", "2001:db8:1::/48"} })
	for _, test := range []struct {
		house               *house
		forwarded, standard string
		want                string
	}{
		{far, "192.0.2.7", "", "127.0.0.1"},
		{far, "", "for=192.0.2.7", "127.0.0.1"},
		{near, "", "", "127.0.0.1"},
		{near, "192.0.2.7", "", "192.0.2.7"},
		{near, "192.0.2.7:4711", "", "192.0.2.7"},
		{near, "1.2.3.4, 192.0.2.7", "", "192.0.2.7"},            // the first is the client's invention
		{near, "192.0.2.7, 10.1.2.3, 10.0.0.1", "", "192.0.2.7"}, // two more proxies
		{near, "10.1.2.3", "", "10.1.2.3"},
		{near, "2001:db8::7", "", "2001:db8::7"},
		{near, "[2001:db8::7]:80, 2001:db8:1::5", "", "2001:db8::7"},
		{near, "::ffff:192.0.2.7", "", "192.0.2.7"},
		{near, "192.0.2.7, unknown", "", "127.0.0.1"},
		{near, "192.0.2.7, nonsense, 10.0.0.1", "", "10.0.0.1"},
		{near, ",", "", "127.0.0.1"},
		{near, "", `for="[2001:db8::7]:80";proto=https, for=10.0.0.1`, "2001:db8::7"},
		{near, "", "proto=https;For=192.0.2.7", "192.0.2.7"},
		{near, "", "for=_hidden", "127.0.0.1"},
		{near, "192.0.2.7", "for=192.0.2.7", "192.0.2.7"},
		{near, "192.0.2.7", "for=1.2.3.4", "127.0.0.1"}, // one of them is the client's invention
		{near, "1.2.3.4", "for=192.0.2.7", "127.0.0.1"},
	} {
		header := map[string]string{}
		if test.forwarded != "" {
			header["X-Forwarded-For"] = test.forwarded
		}
		if test.standard != "" {
			header["Forwarded"] = test.standard
		}
		who := test.house.ask(ask{path: "/healthz", header: header}).whom(t)
		if who.Address != test.want || !strings.HasPrefix(strings.TrimPrefix(who.Peer, "["), test.want) {
			t.Errorf("%q %q: %+v, want %s", test.forwarded, test.standard, who, test.want)
		}
	}
}

// TestOptions: what cannot work is refused, with the option's name.
func TestOptions(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	oidc := func(change func(*door.OIDC)) door.Options {
		o := &door.OIDC{Issuer: "https://login.example.org", ClientID: "us", Map: []string{"staff=read"}}
		change(o)
		return door.Options{Access: h.access, OIDC: o}
	}
	for want, o := range map[string]door.Options{
		"--public-url: \"holdings\"":              {Access: h.access, PublicURL: "holdings"},
		"--public-url: \"ftp://x\"":               {Access: h.access, PublicURL: "ftp://x"},
		"is not below a path":                     {Access: h.access, PublicURL: "https://x/holdings"},
		"no host as browsers have it":             {Access: h.access, PublicURL: "https://*"},
		"one name or address":                     {Access: h.access, PublicURL: "https://one.example,two.example"},
		"a port from 1":                           {Access: h.access, PublicURL: "https://one.example:99999"},
		"more than a scheme":                      {Access: h.access, PublicURL: "https://one.example?"},
		"origin of one front end":                 {Access: h.access, AllowOrigins: []string{"https://*.example.org"}},
		"--allow-origin and":                      {AllowOrigins: []string{"https://one.example"}},
		"0.0.0.0/0 is every address":              {Access: h.access, TrustedProxies: []string{"0.0.0.0/0"}},
		"write https":                             {Access: h.access, PublicURL: "http://x", TLS: true},
		"--access controlled":                     {PublicURL: "https://x"},
		"there is no way to allow all":            {Access: h.access, AllowOrigins: []string{"*"}},
		"--allow-origin: \"https://x/y\"":         {Access: h.access, AllowOrigins: []string{"https://x/y"}},
		"--trusted-proxy: \"proxy\"":              {Access: h.access, TrustedProxies: []string{"proxy"}},
		"--oidc-issuer: \"http://login.example\"": oidc(func(o *door.OIDC) { o.Issuer = "http://login.example" }),
		"--oidc-client-id is not set":             oidc(func(o *door.OIDC) { o.ClientID = "" }),
		"--oidc-map is not set":                   oidc(func(o *door.OIDC) { o.Map = nil }),
		"--oidc-map: \"staff\"":                   oidc(func(o *door.OIDC) { o.Map = []string{"staff"} }),
		"\"write\" is no scope":                   oidc(func(o *door.OIDC) { o.Map = []string{"staff=read", "write"} }),
		"--oidc-map: \"=read\"":                   oidc(func(o *door.OIDC) { o.Map = []string{"=read"} }),
	} {
		if _, err := door.New(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %s", err, want)
		}
	}
	plain := build(t, func(o *door.Options) { o.PublicURL = "http://holdings.example.org" })
	if !strings.Contains(plain.log.String(), "browsers come without TLS") || plain.door.URL() != "http://holdings.example.org" {
		t.Errorf("no warning: %s", plain.log)
	}
	d, err := door.New(oidc(func(o *door.OIDC) { o.Map = []string{"staff=read", "operate", "heads=admin"} }))
	if err != nil || !d.GrantsAdmin() {
		t.Errorf("several scopes for one value: %v", err)
	}
}
