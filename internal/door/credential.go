package door

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"autoholdings/internal/access"
)

// credential is what a request says of who asks: a bearer token or a session's cookie; neither: nothing.
type credential struct{ bearer, cookie string }

// errNotBearer is for a header that is no bearer token.
var errNotBearer = errors.New("the header Authorization holds no bearer token: send \"Authorization: Bearer …\", once")

// maxCredential is the longest credential that is looked at, in bytes. Tokens of issuers have some thousand.
const maxCredential = 16 << 10

// credentialOf reads a request's credential. A token goes before a cookie. The error is for the one who asks.
func (d *Door) credentialOf(r *http.Request) (credential, error) {
	if given := r.Header.Values("Authorization"); len(given) > 0 {
		if len(given) > 1 {
			return credential{}, errNotBearer
		}
		return parseBearer(given[0])
	}
	for _, cookie := range r.CookiesNamed(d.cookieName(sessionCookie)) {
		if cookie.Value != "" && len(cookie.Value) <= maxCredential {
			return credential{cookie: cookie.Value}, nil
		}
	}
	return credential{}, nil
}

func parseBearer(text string) (credential, error) {
	scheme, token, _ := strings.Cut(text, " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" || len(token) > maxCredential {
		return credential{}, errNotBearer
	}
	return credential{bearer: token}, nil
}

// tokenInQuery reports whether somebody has put a token into the address.
func tokenInQuery(r *http.Request) bool {
	if r.URL.RawQuery == "" {
		return false
	}
	query, err := url.QueryUnescape(r.URL.RawQuery)
	if err != nil {
		query = r.URL.RawQuery
	}
	return r.URL.Query().Has("access_token") || access.TokenPattern.MatchString(query)
}

// principalOf returns whose credential it is. The error is one of access's, or a fault.
func (d *Door) principalOf(ctx context.Context, c credential) (access.Principal, error) {
	switch {
	case c.cookie != "":
		return d.access.BySession(ctx, c.cookie)
	case strings.HasPrefix(c.bearer, access.TokenPrefix):
		return d.access.ByToken(ctx, c.bearer)
	case d.issuer != nil:
		return d.issuer.byBearer(ctx, d.access, c.bearer)
	default:
		return access.Principal{}, access.ErrUnknown
	}
}

// badCredential are the errors that say that a credential lets nobody in. All others are faults.
var badCredential = []error{
	access.ErrNoCredentials, access.ErrUnknown, access.ErrExpired, access.ErrRevoked, access.ErrDisabled, errNotBearer, errNoBearers,
}

func isBadCredential(err error) bool {
	return slices.ContainsFunc(badCredential, func(bad error) bool { return errors.Is(err, bad) })
}

// opensSocket reports whether a request opens a WebSocket of the API.
func opensSocket(r *http.Request) bool {
	return r.Method == http.MethodGet && r.URL.Path == graphQLPath && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// staysOpen reports whether the answer to a request goes on for as long as the client listens.
func staysOpen(r *http.Request) bool {
	return opensSocket(r) || strings.Contains(r.Header.Get("Accept"), "text/event-stream")
}

// InitWebSocket finds out who opens a WebSocket, from the payload of its first message, connection_init: a program or a
// front end sends {"Authorization": "Bearer …"}, since browsers cannot set headers. Without that it is whoever the request
// that opened the socket was from. ctx is that request's. The context that is returned has the principal, and ends when the
// credential does. The error is for the client.
func (d *Door) InitWebSocket(ctx context.Context, payload map[string]any) (context.Context, error) {
	if d.access == nil {
		return access.With(ctx, access.Anybody), nil
	}
	given := payload["Authorization"]
	if given == nil {
		given = payload["authorization"]
	}
	if given == nil {
		if _, known := access.From(ctx); known {
			return ctx, nil // which the door watches already
		}
		return ctx, access.ErrNoCredentials
	}
	text, _ := given.(string)
	c, err := parseBearer(text)
	if err != nil {
		return ctx, err
	}
	p, err := d.principalOf(ctx, c)
	switch {
	case errors.Is(err, access.ErrNoScopes), isBadCredential(err):
		return ctx, firstOf(err)
	case err != nil:
		d.log.ErrorContext(ctx, "a WebSocket's credential could not be looked at", "error", err)
		return ctx, errNotNow
	}
	ctx, _ = d.watch(access.With(ctx, p), c, p) // it ends with the request's own context
	return ctx, nil
}

// watch returns a context that ends when the credential does, at most two looks later. It ends too when its bearer may do
// more or less than before: the client then opens the connection anew.
func (d *Door) watch(ctx context.Context, c credential, p access.Principal) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	var failures atomic.Int32
	look := time.NewTicker(d.recheck)
	go func() {
		defer cancel()
		defer look.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-look.C:
			}
			now, err := d.principalOf(ctx, c)
			switch {
			case ctx.Err() != nil:
				return
			case err == nil && now.Scopes.String() == p.Scopes.String():
				failures.Store(0)
			case err == nil, isBadCredential(err), errors.Is(err, access.ErrNoScopes), failures.Add(1) >= 2:
				d.log.InfoContext(ctx, "a connection is closed whose credential has ended or could not be looked at", "who", p.String(), "error", err)
				return
			}
		}
	}()
	return ctx, cancel
}
