package door_test

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"autoholdings/internal/door"
)

const attemptCookie = "autoholdings-sign-in"

// withIssuer builds a house with a sign-in of the library.
func withIssuer(t *testing.T, change func(*door.OIDC)) (*house, *localIssuer) {
	t.Helper()
	i := startIssuer(t)
	return buildFor(t, i, change), i
}

func buildFor(t *testing.T, i *localIssuer, change func(*door.OIDC)) *house {
	t.Helper()
	return build(t, func(o *door.Options) {
		o.OIDC = &door.OIDC{
			Issuer: i.URL, ClientID: clientID, ClientSecret: clientSecret, Audience: audience,
			Map: []string{"staff=read", "operate", "heads=admin", "readers=read"},
		}
		if change != nil {
			change(o.OIDC)
		}
	})
}

// begin goes to the issuer and returns the browser's cookie and the way back.
func (h *house) begin(next string) (*http.Cookie, string) {
	h.t.Helper()
	a := h.get("/auth/start?next=" + url.QueryEscape(next))
	c := a.cookie(attemptCookie)
	if a.StatusCode != http.StatusSeeOther || c == nil || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.MaxAge != 600 {
		h.t.Fatalf("%s %v %s", a.Status, a.Header, a.body)
	}
	back, err := http.DefaultTransport.RoundTrip(requestOf(h.t, a.Header.Get("Location")))
	must(h.t, err)
	_ = back.Body.Close()
	return c, strings.TrimPrefix(back.Header.Get("Location"), h.server.URL)
}

func requestOf(t testing.TB, address string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
	must(t, err)
	return r
}

// signInAtIssuer goes all the way and returns the last answer.
func (h *house) signInAtIssuer(cookies ...*http.Cookie) answer {
	h.t.Helper()
	c, back := h.begin("/metrics")
	return h.with(back, append(cookies, c)...)
}

// TestIssuer: somebody signs in at the library's own sign-in and may do what it says of them, then as it says later.
func TestIssuer(t *testing.T) {
	t.Parallel()
	h, i := withIssuer(t, nil)
	if a := h.get("/login?next=%2Fmetrics"); !strings.Contains(a.body, `href="/auth/start?next=%2fmetrics"`) || !strings.Contains(a.body, strings.TrimPrefix(i.URL, "http://")) {
		t.Errorf("the sign-in does not lead there: %s", a.body)
	}
	a := h.signInAtIssuer()
	c := a.cookie(cookieName)
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/metrics" || c == nil || a.cookie(attemptCookie) == nil || a.cookie(attemptCookie).MaxAge >= 0 {
		t.Fatalf("%s %v %s\n%s", a.Status, a.Header, a.body, h.log)
	}
	if who := h.with("/", c).whom(t); who.Kind != "PERSON" || who.Name != "Ada Lovelace" || who.Scopes != "read operate" {
		t.Errorf("%+v", who)
	}
	i.set(func() { i.claims = map[string]any{"groups": []string{"heads", "others"}, "name": "Ada King\n"} })
	c2 := h.signInAtIssuer(c).cookie(cookieName)
	if who := h.with("/", c2).whom(t); who.Name != "Ada King" || who.Scopes != "admin" {
		t.Errorf("%+v", who)
	}
	if a := h.with("/", c); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("the session before goes on: %s", a.Status)
	}
	row := h.store.Read.Person.Query().OnlyX(t.Context())
	if row.Issuer != i.URL || row.Subject != "ada-1" || row.PasswordHash != "" || row.Name != "Ada King" {
		t.Errorf("%+v", row)
	}
	// Nobody gets in with a password as that person.
	if a := h.ask(ask{path: "/login", form: url.Values{"name": {"Ada King"}, "password": {""}}}); a.cookie(cookieName) != nil {
		t.Error("a person of the issuer signs in with an empty password")
	}
	// What the issuer takes away is gone, in other browsers too.
	i.set(func() { i.claims = map[string]any{"groups": []string{"others"}} })
	if a := h.signInAtIssuer(); a.StatusCode != http.StatusForbidden || !strings.Contains(a.body, "nothing that it says of you gives a right here") {
		t.Errorf("%s %s", a.Status, a.body)
	}
	if a := h.with("/", c2); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("a session without rights goes on: %s", a.Status)
	}
	// And so is what an administrator takes away here.
	i.set(func() { i.claims = nil })
	c3 := h.signInAtIssuer().cookie(cookieName)
	h.change(`UPDATE people SET disabled = true`)
	if a := h.signInAtIssuer(); a.StatusCode != http.StatusForbidden || !strings.Contains(a.body, "taken away") || a.cookie(cookieName) != nil {
		t.Errorf("%s %s", a.Status, a.body)
	}
	if a := h.with("/", c3); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("%s", a.Status)
	}
	if n := h.store.Read.Person.Query().CountX(t.Context()); n != 1 {
		t.Errorf("%d people", n)
	}
}

// TestNobodyOfIssuer: somebody without a right leaves nothing behind.
func TestNobodyOfIssuer(t *testing.T) {
	t.Parallel()
	h, i := withIssuer(t, nil)
	i.set(func() { i.claims = map[string]any{"groups": nil} })
	if a := h.signInAtIssuer(); a.StatusCode != http.StatusForbidden || a.cookie(cookieName) != nil {
		t.Errorf("%s", a.Status)
	}
	if n := h.store.Read.Person.Query().CountX(t.Context()); n != 0 {
		t.Errorf("%d people", n)
	}
}

// TestClaims: the scopes come from a list, from words, from within objects or from userinfo, and the name from the first that
// there is.
func TestClaims(t *testing.T) {
	t.Parallel()
	i := startIssuer(t)
	for name, test := range map[string]struct {
		scopesClaim, nameClaim string
		claims, userinfo       map[string]any
		want                   string // name: scopes
	}{
		"words":         {"scope", "", map[string]any{"scope": "email heads"}, nil, "Ada Lovelace: admin"},
		"one text":      {"role", "", map[string]any{"role": "library staff"}, nil, "Ada Lovelace: curate"},
		"within":        {"realm_access.roles", "", map[string]any{"realm_access": map[string]any{"roles": []string{"staff"}}}, nil, "Ada Lovelace: read operate"},
		"dots":          {"https://x.example/roles", "", map[string]any{"https://x.example/roles": []any{"staff", 7}}, nil, "Ada Lovelace: read operate"},
		"several":       {"", "", map[string]any{"groups": []string{"staff", "library staff"}}, nil, "Ada Lovelace: read operate curate"},
		"userinfo":      {"", "", map[string]any{"groups": nil}, map[string]any{"sub": "ada-1", "groups": []string{"heads"}, "name": "Other"}, "Ada Lovelace: admin"},
		"own name":      {"", "nickname", map[string]any{"nickname": "Countess"}, nil, "Countess: read operate"},
		"no name":       {"", "", map[string]any{"name": nil}, nil, "ada-1: read operate"},
		"preferred":     {"", "", map[string]any{"name": " ", "preferred_username": "ada"}, nil, "ada: read operate"},
		"odd name":      {"", "", map[string]any{"name": "A\x00d\u0085a\u200b"}, nil, "A d a\u200b: read operate"},
		"long name":     {"", "", map[string]any{"name": strings.Repeat("ä", 300)}, nil, strings.Repeat("ä", 200) + ": read operate"},
		"numbers alone": {"", "", map[string]any{"groups": 7}, nil, ""},
		"no such":       {"nothing.here", "", nil, nil, ""},
	} {
		i.set(func() { i.claims, i.userinfo = test.claims, test.userinfo })
		h := buildFor(t, i, func(o *door.OIDC) {
			o.ScopesClaim, o.NameClaim, o.Map = test.scopesClaim, test.nameClaim, append(o.Map, "library staff=curate")
		})
		a := h.signInAtIssuer()
		got := ""
		if c := a.cookie(cookieName); c != nil {
			who := h.with("/", c).whom(t)
			got = who.Name + ": " + who.Scopes
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q; %s", name, got, test.want, a.Status)
		}
	}
	// The userinfo of somebody else.
	i.set(func() {
		i.claims, i.userinfo = map[string]any{"groups": nil}, map[string]any{"sub": "eve", "groups": []string{"heads"}}
	})
	if a := buildFor(t, i, nil).signInAtIssuer(); a.StatusCode != http.StatusBadGateway {
		t.Errorf("another's userinfo: %s", a.Status)
	}
}

// TestForgedAnswers: only the browser that began a sign-in finishes it, once, in time, and with what the issuer made for it.
func TestForgedAnswers(t *testing.T) {
	t.Parallel()
	h, i := withIssuer(t, nil)
	mine, back := h.begin("/")
	other, theirs := h.begin("/")
	query := func(path, name, value string) string {
		u, err := url.Parse(path)
		must(t, err)
		q := u.Query()
		q.Set(name, value)
		return u.Path + "?" + q.Encode()
	}
	parts := strings.SplitN(mine.Value, ".", 3)
	shifted := func(d time.Duration) *http.Cookie {
		begun, err := strconv.ParseInt(parts[1], 10, 64)
		must(t, err)
		return &http.Cookie{Name: attemptCookie, Value: parts[0] + "." + strconv.FormatInt(begun+int64(d/time.Second), 10) + "." + parts[2]}
	}
	for name, a := range map[string]answer{
		"no cookie":         h.with(back),
		"another's cookie":  h.with(back, other),
		"no state":          h.with(query(back, "state", ""), mine),
		"another state":     h.with(query(back, "state", strings.Repeat("x", 43)), mine),
		"later":             h.with(back, shifted(time.Minute)), // the time belongs to what is derived
		"empty cookie":      h.with(back, &http.Cookie{Name: attemptCookie, Value: "x"}),
		"short secret":      h.with(back, &http.Cookie{Name: attemptCookie, Value: "x." + parts[1] + "." + parts[2]}),
		"another way to go": h.with(back, &http.Cookie{Name: attemptCookie, Value: parts[0] + "." + parts[1] + ".L2V2aWw"}),
		"another issuer":    h.with(query(back, "iss", "https://evil.example"), mine),
		"nothing":           h.with("/auth/callback"),
	} {
		if a.StatusCode != http.StatusBadRequest || a.cookie(cookieName) != nil || !strings.Contains(a.body, "sign in again") {
			t.Errorf("%s: %s", name, a.Status)
		}
	}
	if a := h.with(query(back, "error", "access_denied"), mine); a.StatusCode != http.StatusForbidden {
		t.Errorf("%s", a.Status)
	}
	// A code of somebody else's sign-in, put into this browser's: PKCE.
	stolen, err := url.Parse(theirs)
	must(t, err)
	for name, code := range map[string]string{"stolen": stolen.Query().Get("code"), "unknown": "x", "none": ""} {
		if a := h.with(query(back, "code", code), mine); a.StatusCode != http.StatusBadGateway || a.cookie(cookieName) != nil {
			t.Errorf("%s code: %s", name, a.Status)
		}
	}
	if strings.Contains(h.log.String(), "the code was") {
		t.Error("the log has the issuer's whole answer")
	}
	if a := h.with(back, mine); a.StatusCode != http.StatusSeeOther || a.cookie(cookieName) == nil {
		t.Errorf("the sign-in itself: %s %s", a.Status, h.log)
	}
	if a := h.with(back, mine); a.StatusCode != http.StatusBadGateway {
		t.Errorf("a second time: %s", a.Status)
	}
	// ID tokens that are not this sign-in's.
	for name, claims := range map[string]map[string]any{
		"nonce": {"nonce": "x"}, "no nonce": {"nonce": nil}, "audience": {"aud": "another"}, "issuer": {"iss": "https://evil.example"},
		"expired": {"exp": time.Now().Add(-time.Hour).Unix()}, "no subject": {"sub": nil},
	} {
		i.set(func() { i.claims = claims })
		if a := h.signInAtIssuer(); a.StatusCode != http.StatusBadGateway || a.cookie(cookieName) != nil || !strings.Contains(a.body, "an answer that this server cannot use") {
			t.Errorf("%s: %s", name, a.Status)
		}
	}
	i.set(func() { i.claims, i.refuses = nil, "access_denied" })
	if a := h.signInAtIssuer(); a.StatusCode != http.StatusForbidden || !strings.Contains(a.body, "did not let you in") {
		t.Errorf("%s %s", a.Status, a.body)
	}
}

// TestIssuerNext: the browser comes back to a path of this server, whatever was asked for.
func TestIssuerNext(t *testing.T) {
	t.Parallel()
	h, _ := withIssuer(t, nil)
	c, back := h.begin("//evil.example")
	if a := h.with(back, c); a.Header.Get("Location") != "/" {
		t.Errorf("%s", a.Header.Get("Location"))
	}
}

// TestPublicClient: the issuer may know the server without a secret.
func TestPublicClient(t *testing.T) {
	t.Parallel()
	h, i := withIssuer(t, func(o *door.OIDC) { o.ClientSecret = "" })
	i.set(func() { i.public = true })
	if a := h.signInAtIssuer(); a.cookie(cookieName) == nil {
		t.Errorf("%s", a.Status)
	}
	wrong := buildFor(t, startIssuer(t), func(o *door.OIDC) { o.ClientSecret = "wrong" })
	if a := wrong.signInAtIssuer(); a.StatusCode != http.StatusBadGateway || strings.Contains(wrong.log.String(), `"wrong"`) {
		t.Errorf("%s", a.Status)
	}
}

// TestIssuerAway: the server runs without its issuer, says so, and goes on when it is back.
func TestIssuerAway(t *testing.T) {
	t.Parallel()
	i := startIssuer(t)
	i.set(func() { i.away = true })
	h := buildFor(t, i, nil)
	h.person("Ada", "read")
	a := h.get("/auth/start")
	if a.StatusCode != http.StatusServiceUnavailable || !strings.Contains(a.body, "does not answer just now") || a.Header.Get("Retry-After") == "" {
		t.Errorf("%s %s", a.Status, a.body)
	}
	if a := h.get("/", "Authorization", "Bearer "+i.sign(map[string]any{"aud": audience, "sub": "nightly", "groups": []string{"staff"}})); a.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("%s", a.Status)
	}
	h.with("/", h.signIn("Ada")).whom(t) // with a password
	asked := i.asked["/.well-known/openid-configuration"]
	for range 50 {
		h.get("/auth/start")
	}
	if n := i.asked["/.well-known/openid-configuration"] - asked; n > 10 {
		t.Errorf("it is asked %d times", n)
	}
	i.set(func() { i.away = false })
	for deadline := time.Now().Add(10 * time.Second); ; { // it is asked again after a second
		if a = h.get("/auth/start"); a.StatusCode == http.StatusSeeOther || time.Now().After(deadline) {
			break
		}
	}
	if a.StatusCode != http.StatusSeeOther || h.signInAtIssuer().cookie(cookieName) == nil {
		t.Errorf("back: %s", a.Status)
	}
}

// TestNoIssuer: without a sign-in of the library its paths say so.
func TestNoIssuer(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	for _, path := range []string{"/auth/start", "/auth/callback?code=x&state=y"} {
		if a := h.get(path); a.StatusCode != http.StatusNotFound || !strings.Contains(a.body, "sign in with a password") {
			t.Errorf("%s: %s", path, a.Status)
		}
	}
}

// TestBearers: programs come with tokens of the issuer, if they are for this server, and in force, and by the issuer.
func TestBearers(t *testing.T) {
	t.Parallel()
	h, i := withIssuer(t, nil)
	usual := map[string]any{"sub": "nightly", "aud": []string{"others", audience}, "groups": []string{"staff"}, "name": "Nightly"}
	with := func(name string, value any) map[string]any {
		claims := maps.Clone(usual)
		claims[name] = value
		return claims
	}
	bearer := func(token string) answer { return h.get("/", "Authorization", "Bearer "+token) }
	if who := bearer(i.sign(usual)).whom(t); who.Name != "Nightly" || who.Scopes != "read operate" || who.Kind != "PERSON" {
		t.Errorf("%+v", who)
	}
	good := strings.Split(i.sign(usual), ".")
	other := startIssuer(t)
	none := strings.Split(i.signWith(map[string]any{"alg": "none"}, with("iss", i.URL)), ".")
	for name, token := range map[string]string{
		"expired": i.sign(with("exp", time.Now().Add(-time.Minute).Unix())), "not yet": i.sign(with("nbf", time.Now().Add(time.Hour).Unix())),
		"for others": i.sign(with("aud", clientID)), "for nobody": i.sign(with("aud", nil)), "by others": other.sign(usual), "no subject": i.sign(with("sub", nil)),
		"another body": good[0] + "." + strings.Split(i.sign(with("sub", "eve")), ".")[1] + "." + good[2], "no signature": good[0] + "." + good[1] + ".",
		"none": none[0] + "." + none[1] + ".", "another key": i.signWith(map[string]any{"alg": "RS256", "kid": "two"}, usual),
		"by a secret": i.signWith(map[string]any{"alg": "HS256", "kid": "one"}, usual), "two parts": good[0] + "." + good[1],
		"nonsense": "a.b.c",
	} {
		if a := bearer(token); a.StatusCode != http.StatusUnauthorized || a.code() != "UNAUTHENTICATED" {
			t.Errorf("%s: %s %s", name, a.Status, a.body)
		}
	}
	if a := bearer(i.sign(with("groups", []string{"others"}))); a.StatusCode != http.StatusForbidden || a.code() != "FORBIDDEN" {
		t.Errorf("without a right: %s", a.Status)
	}
	// Forged tokens do not make the issuer be asked each time, and a new key is found.
	asked := i.asked["/keys"]
	for range 50 {
		bearer(i.signWith(map[string]any{"alg": "RS256", "kid": "three"}, usual))
	}
	if n := i.asked["/keys"] - asked; n > 5 {
		t.Errorf("the keys are asked for %d times", n)
	}
	// A person is kept once, with the rights of the sign-in; a token has its own.
	if n := h.store.Read.Person.Query().CountX(t.Context()); n != 1 {
		t.Errorf("%d people", n)
	}
	if who := bearer(i.sign(with("groups", []string{"heads"}))).whom(t); who.Scopes != "admin" {
		t.Errorf("%+v", who)
	}
	if row := h.store.Read.Person.Query().OnlyX(t.Context()); row.Scopes != "read operate" {
		t.Errorf("a token changes what the person may do: %s", row.Scopes)
	}
	h.change(`UPDATE people SET disabled = true`)
	if a := bearer(i.sign(usual)); a.StatusCode != http.StatusUnauthorized || !strings.Contains(a.body, "taken away") {
		t.Errorf("disabled: %s", a.Status)
	}
}

// TestNoAudience: without an audience no tokens of the issuer are taken, ID tokens least of all.
func TestNoAudience(t *testing.T) {
	t.Parallel()
	h, i := withIssuer(t, func(o *door.OIDC) { o.Audience = "" })
	for _, aud := range []string{clientID, audience, ""} {
		a := h.get("/", "Authorization", "Bearer "+i.sign(map[string]any{"sub": "x", "aud": aud, "groups": []string{"heads"}}))
		if a.StatusCode != http.StatusUnauthorized || !strings.Contains(a.body, "--oidc-audience") {
			t.Errorf("%q: %s %s", aud, a.Status, a.body)
		}
	}
}

// TestPublicNameOfCallback: the issuer sends browsers to the public URL, whatever host was asked.
func TestPublicNameOfCallback(t *testing.T) {
	t.Parallel()
	i := startIssuer(t)
	h := build(t, func(o *door.Options) {
		o.PublicURL = "https://holdings.example.org"
		o.OIDC = &door.OIDC{Issuer: i.URL, ClientID: clientID, Map: []string{"staff=read"}}
	})
	a := h.ask(ask{path: "/auth/start", host: "holdings.example.org"})
	to, err := url.Parse(a.Header.Get("Location"))
	must(t, err)
	if to.Query().Get("redirect_uri") != "https://holdings.example.org/auth/callback" || a.cookie("__Host-"+attemptCookie) == nil {
		t.Errorf("%s %v", to, a.Header)
	}
	if scopes := strings.Fields(to.Query().Get("scope")); !slices.Contains(scopes, "openid") {
		t.Errorf("%s", to)
	}
}
