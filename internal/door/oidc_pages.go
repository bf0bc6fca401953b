package door

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net/http"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"autoholdings/internal/access"
)

// redirectURI is where the issuer sends browsers back to.
func (d *Door) redirectURI(r *http.Request) string {
	if d.public != nil {
		return d.URL() + callbackPath
	}
	scheme := "http://"
	if d.secure {
		scheme = "https://"
	}
	return scheme + r.Host + callbackPath // r.Host is this machine's, see knownHost
}

// startAtIssuer sends the browser to the issuer: code flow with PKCE.
func (d *Door) startAtIssuer(w http.ResponseWriter, r *http.Request) {
	if d.issuer == nil {
		d.tell(w, http.StatusNotFound, noIssuer)
		return
	}
	provider, err := d.issuer.discover(r.Context())
	if err != nil {
		d.log.ErrorContext(r.Context(), "the issuer does not answer", "error", err)
		w.Header().Set("Retry-After", "5")
		d.tell(w, http.StatusServiceUnavailable, errIssuerAway.Error())
		return
	}
	a := attempt{rand.Text(), time.Now().Unix(), ownPath(r.URL.Query().Get("next"))}
	d.setCookie(w, issuerCookie, a.String(), attemptLife)
	to := d.issuer.config(provider, d.redirectURI(r)).AuthCodeURL(a.derive("state"), oidc.Nonce(a.derive("nonce")),
		oauth2.S256ChallengeOption(a.derive("verifier")))
	http.Redirect(w, r, to, http.StatusSeeOther) //nolint:gosec // G710: the issuer's address, of the configuration
}

const noIssuer = "this server has no other sign-in than its own: sign in with a password"

// backFromIssuer takes the browser that comes back from the issuer.
func (d *Door) backFromIssuer(w http.ResponseWriter, r *http.Request) {
	if d.issuer == nil {
		d.tell(w, http.StatusNotFound, noIssuer)
		return
	}
	begun, err := r.Cookie(d.cookieName(issuerCookie))
	d.forgetCookie(w, issuerCookie) // each attempt can be finished once
	var a attempt
	ok := err == nil
	if ok {
		a, ok = parseAttempt(begun.Value, time.Now())
	}
	query := r.URL.Query()
	switch {
	case !ok || subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(a.derive("state"))) != 1:
		d.tell(w, http.StatusBadRequest, "this sign-in was not begun in this browser, was finished already, or took more than ten minutes: "+
			"sign in again from the beginning")
	case query.Get("iss") != "" && query.Get("iss") != d.issuer.Issuer:
		d.tell(w, http.StatusBadRequest, "this answer comes from another sign-in than the one that was asked: sign in again from the beginning")
	case query.Get("error") != "":
		d.log.InfoContext(r.Context(), "the issuer let somebody not in", "error", cutTo(query.Get("error"), 100), "address", r.RemoteAddr)
		d.tell(w, http.StatusForbidden, "the library's sign-in did not let you in: sign in again, or ask those who run it")
	default:
		d.finishFromIssuer(w, r, a, query.Get("code"))
	}
}

func cutTo(text string, most int) string { return text[:min(len(text), most)] }

// finishFromIssuer begins the session of whom the issuer vouches for.
func (d *Door) finishFromIssuer(w http.ResponseWriter, r *http.Request, a attempt, code string) {
	ctx := r.Context()
	who, err := d.issuer.exchange(ctx, d.redirectURI(r), code, a)
	if err != nil {
		d.log.ErrorContext(ctx, "a sign-in at the issuer could not be finished", "error", err)
		d.tell(w, http.StatusBadGateway, "the library's sign-in gave an answer that this server cannot use: sign in again; the server's log "+
			"says why")
		return
	}
	cookie, p, err := d.access.SignInFrom(ctx, who, browserOf(r))
	switch {
	case errors.Is(err, access.ErrNoScopes), errors.Is(err, access.ErrDisabled):
		d.log.InfoContext(ctx, "somebody from the issuer was not let in", "subject", cutTo(who.Subject, 200), "because", err)
		d.tell(w, http.StatusForbidden, firstOf(err).Error())
	case err != nil:
		d.log.ErrorContext(ctx, "a sign-in could not be kept", "error", err)
		d.tell(w, http.StatusInternalServerError, "something went wrong here: try again in a moment; the server's log says what")
	default:
		d.signedIn(w, r, cookie, p)
		http.Redirect(w, r, a.next, http.StatusSeeOther)
	}
}
