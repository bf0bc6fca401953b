package door

import (
	"net/http"
	"time"
)

// The door's cookies. Where browsers come by TLS, their names begin with __Host-: such a cookie is this host's alone, and
// nobody else can set it.
const (
	sessionCookie = "autoholdings"         // of somebody who has signed in
	issuerCookie  = "autoholdings-sign-in" // of somebody who is at the issuer just now
)

func (d *Door) cookieName(name string) string {
	if d.secure {
		return "__Host-" + name
	}
	return name
}

// setCookie gives the browser a cookie. It ends after so long; 0: with the browser.
func (d *Door) setCookie(w http.ResponseWriter, name, value string, after time.Duration) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // G124: Secure wherever browsers come by TLS; without TLS it would never be sent
		Name: d.cookieName(name), Value: value, Path: "/", Secure: d.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		MaxAge: int(after / time.Second),
	})
}

func (d *Door) forgetCookie(w http.ResponseWriter, name string) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // G124: as above
		Name: d.cookieName(name), Path: "/", Secure: d.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: -1,
	})
}
