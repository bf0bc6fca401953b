package door_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"autoholdings/ent/person"
	"autoholdings/internal/door"
)

// TestSession: a person signs in, is known by the cookie, and signs out.
func TestSession(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	id := h.person("Ada", "operate")
	if a := h.get("/graphiql/?x=1", "Accept", "text/html"); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/login?next=%2Fgraphiql%2F%3Fx%3D1" {
		t.Errorf("a browser is not led to the sign-in: %s %s", a.Status, a.Header.Get("Location"))
	}
	if a := h.get("/graphql", "Accept", "text/html"); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("the API leads to the sign-in: %s", a.Status)
	}
	a := h.ask(ask{path: "/login", form: url.Values{"name": {" ada "}, "password": {password}, "next": {"/graphiql/?x=1"}}, header: map[string]string{"User-Agent": "Test/1"}})
	c := a.cookie(cookieName)
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/graphiql/?x=1" || c == nil {
		t.Fatalf("%s %v", a.Status, a.Header)
	}
	if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Secure || c.Domain != "" || c.MaxAge != 0 || len(c.Value) < 40 {
		t.Errorf("cookie %+v", c)
	}
	if who := h.with("/", c).whom(t); who.Name != "Ada" || who.Kind != "PERSON" || who.Scopes != "operate" {
		t.Errorf("%+v", who)
	}
	kept := h.store.Read.Session.Query().OnlyX(t.Context())
	if kept.Hash == c.Value || kept.Browser != "Test/1" || kept.Address != "127.0.0.1" || kept.PersonID != id {
		t.Errorf("kept: %+v", kept)
	}
	if a := h.with("/login?next=/metrics", c); a.Header.Get("Location") != "/metrics" {
		t.Errorf("who is signed in is asked again: %s", a.Status)
	}
	if a := h.with("/logout", c); !strings.Contains(a.body, "<strong>Ada</strong>") {
		t.Errorf("%s", a.body)
	}
	a = h.ask(ask{path: "/logout", form: url.Values{}, cookies: []*http.Cookie{c}})
	if gone := a.cookie(cookieName); a.StatusCode != http.StatusSeeOther || gone == nil || gone.MaxAge >= 0 || gone.Value != "" {
		t.Errorf("%s %v", a.Status, a.Header)
	}
	if a := h.with("/", c); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("the cookie works after the sign-out: %s", a.Status)
	}
	if a := h.ask(ask{path: "/logout", form: url.Values{}}); a.StatusCode != http.StatusSeeOther {
		t.Errorf("sign out without a session: %s", a.Status)
	}
	if a := h.get("/logout"); a.Header.Get("Location") != "/login" {
		t.Errorf("%s", a.Status)
	}
}

// TestNewCookie: each sign-in begins a session of its own, whatever cookie the browser brought, and ends the one before.
func TestNewCookie(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.person("Ada", "read")
	planted := &http.Cookie{Name: cookieName, Value: strings.Repeat("x", 43)}
	first := h.signIn("Ada", planted)
	second := h.signIn("Ada", first)
	if first.Value == planted.Value || second.Value == first.Value {
		t.Error("a cookie is used again")
	}
	for name, c := range map[string]*http.Cookie{"planted": planted, "first": first} {
		if a := h.with("/", c); a.StatusCode != http.StatusUnauthorized || a.cookie(cookieName) == nil || a.cookie(cookieName).MaxAge >= 0 {
			t.Errorf("%s: %s", name, a.Status)
		}
	}
	if who := h.with("/", second).whom(t); who.Name != "Ada" {
		t.Errorf("%+v", who)
	}
}

// TestEndedSessions: a session ends by the database's clock, and with what is done to its person.
func TestEndedSessions(t *testing.T) {
	t.Parallel()
	for name, statement := range map[string]string{
		"idle":      `UPDATE sessions SET expires_at = 1`,
		"old":       `UPDATE sessions SET created_at = 1`,
		"revoked":   `DELETE FROM sessions`,
		"disabled":  `UPDATE people SET disabled = true`,
		"powerless": `UPDATE people SET scopes = ''`,
	} {
		h := build(t, nil)
		h.person("Ada", "read")
		c := h.signIn("Ada")
		h.with("/", c).whom(t)
		h.change(statement)
		a := h.with("/graphql", c)
		if a.StatusCode != http.StatusUnauthorized || a.code() != "UNAUTHENTICATED" || a.cookie(cookieName) == nil {
			t.Errorf("%s: %s", name, a.Status)
		}
		if a := h.ask(ask{path: "/", cookies: []*http.Cookie{c}, header: map[string]string{"Accept": "text/html"}}); a.Header.Get("Location") != "/login?next=%2F" {
			t.Errorf("%s: a browser is not led to the sign-in: %s", name, a.Status)
		}
		if a := h.with("/login", c); a.StatusCode != http.StatusOK {
			t.Errorf("%s: the sign-in is not shown: %s", name, a.Status)
		}
	}
}

// TestSecureCookie: behind TLS the cookie is the host's alone, and one without the prefix is none.
func TestSecureCookie(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]door.Options{"by name": {PublicURL: "https://holdings.example.org"}, "own TLS": {TLS: true}} {
		h := build(t, func(d *door.Options) { d.PublicURL, d.TLS = o.PublicURL, o.TLS })
		host := strings.TrimPrefix(o.PublicURL, "https://")
		h.person("Ada", "read")
		a := h.ask(ask{path: "/login", host: host, form: url.Values{"name": {"Ada"}, "password": {password}}})
		c := a.cookie("__Host-autoholdings")
		if c == nil || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
			t.Fatalf("%s: %v", name, a.Header)
		}
		h.ask(ask{path: "/", host: host, cookies: []*http.Cookie{c}}).whom(t)
		c.Name = cookieName
		if a := h.ask(ask{path: "/", host: host, cookies: []*http.Cookie{c}}); a.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: a cookie that others can set lets in: %s", name, a.Status)
		}
	}
}

// TestTokenBeforeCookie: who sends a token is whose token it is.
func TestTokenBeforeCookie(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.person("Ada", "admin")
	c := h.signIn("Ada")
	a := h.ask(ask{path: "/", cookies: []*http.Cookie{c}, header: map[string]string{"Authorization": "Bearer " + h.token("reader", "read")}})
	if who := a.whom(t); who.Kind != "TOKEN" || who.Scopes != "read" {
		t.Errorf("%+v", who)
	}
	if a := h.ask(ask{path: "/", cookies: []*http.Cookie{c}, header: map[string]string{"Authorization": "Bearer autoh_x"}}); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("a good cookie hides a bad token: %s", a.Status)
	}
}

// TestOpenRedirects: after the sign-in the browser stays on this server.
func TestOpenRedirects(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.person("Ada", "read")
	c := h.signIn("Ada")
	for next, want := range map[string]string{
		"": "/", "/": "/", "/graphiql/?a=b&c=%2F": "/graphiql/?a=b&c=%2F", "/jobs/x/report.tsv": "/jobs/x/report.tsv",
		"https://evil.example": "/", "//evil.example": "/", "/\\evil.example": "/", "\\\\evil.example": "/", "javascript:alert(1)": "/",
		"evil.example": "/", "/%2F/evil.example": "/", "/%5Cevil.example": "/", "/\tx": "/", "/x\r\nSet-Cookie: a=b": "/", "http:evil.example": "/",
		"/login": "/", "/logout": "/", "/auth/start": "/", "/.//evil.example": "/evil.example", "/" + strings.Repeat("x", 3000): "/",
	} {
		a := h.with("/login?next="+url.QueryEscape(next), c)
		if got := a.Header.Get("Location"); got != want || a.StatusCode != http.StatusSeeOther || len(a.Header.Values("Set-Cookie")) > 0 {
			t.Errorf("%.50q leads to %.50q, not %q", next, got, want)
		}
	}
}

// TestWrongPasswords: who tries does not learn whether the name or the password was wrong, and has to wait, as a person and
// as a client.
func TestWrongPasswords(t *testing.T) {
	t.Parallel()
	h := build(t, func(o *door.Options) { o.TrustedProxies = []string{"127.0.0.0/8"} })
	h.person("Ada", "read")
	from := func(address, name, secret string) answer {
		return h.ask(ask{path: "/login", form: url.Values{"name": {name}, "password": {secret}}, header: map[string]string{"X-Forwarded-For": address}})
	}
	wrong, nobody := from("192.0.2.1", "Ada", "wrong <password>"), from("192.0.2.1", "Bob <b>", "wrong <password>")
	for name, a := range map[string]answer{"password": wrong, "name": nobody} {
		if a.StatusCode != http.StatusBadRequest || !strings.Contains(a.body, "the name or the password is wrong") || a.cookie(cookieName) != nil ||
			!strings.Contains(a.body, `<div role="alert"`) || strings.Contains(a.body, "wrong &lt;password") || strings.Contains(a.body, "<b>") {
			t.Errorf("wrong %s: %s %s", name, a.Status, a.body)
		}
	}
	if !strings.Contains(nobody.body, `value="Bob &lt;b&gt;"`) {
		t.Errorf("the name has to be typed again: %s", nobody.body)
	}
	// The person, from anywhere.
	for i := range 5 {
		from("192.0.2."+string(rune('2'+i)), "Ada", "wrong password")
	}
	if a := from("192.0.2.99", "Ada", password); a.StatusCode != http.StatusTooManyRequests || !strings.Contains(a.body, "too many wrong passwords: wait") {
		t.Errorf("the right password needs no wait: %s %s", a.Status, a.body)
	}
	h.change(`UPDATE people SET locked_until = 0, failures = 0`)
	// The client, with any names.
	for range 10 {
		from("198.51.100.1", "Bob", "wrong password")
	}
	a := from("198.51.100.1", "Ada", password)
	if a.StatusCode != http.StatusTooManyRequests || a.Header.Get("Retry-After") == "" || !strings.Contains(a.body, "from your address") {
		t.Errorf("the client needs no wait: %s %s", a.Status, a.body)
	}
	if a := from("198.51.100.2", "Ada", password); a.StatusCode != http.StatusSeeOther {
		t.Errorf("another client has to wait: %s", a.Status)
	}
	h.change(`UPDATE people SET disabled = true`)
	if a := from("198.51.100.2", "Ada", password); a.StatusCode != http.StatusBadRequest || !strings.Contains(a.body, "taken away") {
		t.Errorf("%s %s", a.Status, a.body)
	}
}

// TestSetup: the first administrator comes in by the link, once.
func TestSetup(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	link, err := h.access.InviteFirst(t.Context())
	must(t, err)
	if a := h.get("/setup?link=" + link); a.StatusCode != http.StatusOK || !strings.Contains(a.body, `value="`+link+`"`) || !strings.Contains(a.body, `autocomplete="new-password"`) {
		t.Errorf("%s %s", a.Status, a.body)
	}
	if a := h.get("/setup"); a.StatusCode != http.StatusBadRequest || !strings.Contains(a.body, "the link is not whole") {
		t.Errorf("%s %s", a.Status, a.body)
	}
	try := func(link, name, one, two string) answer {
		return h.ask(ask{path: "/setup", form: url.Values{"link": {link}, "name": {name}, "password": {one}, "again": {two}}})
	}
	for want, a := range map[string]answer{
		"the two passwords differ": try(link, "Ada", password, password+"x"),
		"the password has 5":       try(link, "Ada", "short", "short"),
		"the name is empty":        try(link, " ", password, password),
		"this link was used":       try(link+"x", "Ada", password, password),
	} {
		if a.StatusCode != http.StatusBadRequest || !strings.Contains(a.body, want) || a.cookie(cookieName) != nil {
			t.Errorf("%s: %s %s", want, a.Status, a.body)
		}
	}
	a := try(link, "Ada", password, password)
	if c := a.cookie(cookieName); a.StatusCode != http.StatusSeeOther || c == nil || h.with("/", c).whom(t).Scopes != "admin" {
		t.Fatalf("%s %s", a.Status, a.body)
	}
	if a := try(link, "Eve", password, password); a.StatusCode != http.StatusBadRequest || h.store.Read.Person.Query().Where(person.Name("Eve")).CountX(t.Context()) != 0 {
		t.Errorf("the link works twice: %s", a.Status)
	}
	if again, err := h.access.InviteFirst(t.Context()); again != "" || err != nil {
		t.Errorf("somebody administers, and there is another link: %v", err)
	}
}

// TestSetupTooLate: the link ends by the database's clock.
func TestSetupTooLate(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	link, err := h.access.InviteFirst(t.Context())
	must(t, err)
	h.change(`UPDATE settings SET invitation_expires_at = 1`)
	a := h.ask(ask{path: "/setup", form: url.Values{"link": {link}, "name": {"Ada"}, "password": {password}, "again": {password}}})
	if a.StatusCode != http.StatusBadRequest || !strings.Contains(a.body, "has expired") {
		t.Errorf("%s %s", a.Status, a.body)
	}
}

// TestPages: the pages of the sign-in load nothing, run nothing, are kept nowhere and stand in no frame, and can be used
// without seeing them.
func TestPages(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.person("Ada", "read")
	c := h.signIn("Ada")
	for _, a := range []answer{
		h.get("/login?next=" + url.QueryEscape(`/"><script>alert(1)</script>`)), h.get("/setup?link=" + url.QueryEscape(`"><script>`)), h.with("/logout", c),
		h.get("/auth/start"), h.get("/auth/callback?code=x"), h.ask(ask{path: "/login", form: url.Values{"name": {"<script>"}}}),
		h.ask(ask{path: "/login", form: url.Values{"name": {strings.Repeat("x", 20000)}}}),
		h.ask(ask{method: http.MethodPost, path: "/login?%zz", header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}}),
	} {
		header := a.Header
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
			"Cache-Control":           "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
			"Content-Type": "text/html; charset=utf-8",
		} {
			if header.Get(name) != want {
				t.Errorf("%s: %s is %q", a.Request.URL, name, header.Get(name))
			}
		}
		if strings.Contains(a.body, "<script") || strings.Contains(a.body, "style=") || !strings.Contains(a.body, `<html lang="en">`) ||
			strings.Count(a.body, "<h1>") != 1 {
			t.Errorf("%s", a.body)
		}
		for _, field := range strings.Split(a.body, "<input id=\"")[1:] {
			id, _, _ := strings.Cut(field, `"`)
			if !strings.Contains(a.body, `<label for="`+id+`">`) || !strings.Contains(field, "autocomplete=") {
				t.Errorf("the field %s has no label or purpose", id)
			}
		}
	}
	if a := h.get("/auth/style.css"); a.StatusCode != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/css") {
		t.Errorf("%s %v", a.Status, a.Header)
	}
	for _, path := range []string{"/auth/", "/auth/nothing"} {
		if a := h.get(path); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, a.Status)
		}
	}
}

// TestDatabaseAway: a credential that cannot be looked at lets nobody in, and the fault is not shown.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	token := h.token("good", "read")
	h.person("Ada", "read")
	c := h.signIn("Ada")
	link := strings.Repeat("x", 43)
	h.change(`DROP TABLE sessions`)
	h.change(`ALTER TABLE access_tokens RENAME TO lost_tokens`)
	h.change(`ALTER TABLE people RENAME TO lost_people`)
	h.change(`ALTER TABLE settings RENAME TO lost_settings`)
	for name, a := range map[string]answer{
		"token": h.get("/", "Authorization", "Bearer "+token), "cookie": h.with("/", c), "cookie on the sign-in": h.with("/login", c),
	} {
		if a.StatusCode != http.StatusServiceUnavailable || a.code() != "INTERNAL" || a.Header.Get("Retry-After") == "" || strings.Contains(a.body, "table") ||
			a.cookie(cookieName) != nil {
			t.Errorf("%s: %s %s", name, a.Status, a.body)
		}
	}
	for name, a := range map[string]answer{
		"sign in": h.ask(ask{path: "/login", form: url.Values{"name": {"Ada"}, "password": {password}}}),
		"set up":  h.ask(ask{path: "/setup", form: url.Values{"link": {link}, "name": {"Ada"}, "password": {password}, "again": {password}}}),
	} {
		if a.StatusCode != http.StatusInternalServerError || !strings.Contains(a.body, "something went wrong here") || strings.Contains(a.body, "people") {
			t.Errorf("%s: %s %s", name, a.Status, a.body)
		}
	}
	if a := h.ask(ask{path: "/healthz"}); a.StatusCode != http.StatusOK {
		t.Errorf("%s", a.Status)
	}
}
