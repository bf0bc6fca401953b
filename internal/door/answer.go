package door

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"autoholdings/internal/access"
	"autoholdings/internal/problem"
)

// refusal is an answer to somebody who is not let in.
type refusal struct {
	status  int
	code    problem.Code
	message string
}

// errNotNow is told instead of a fault.
var errNotNow = errors.New("the server cannot find out who you are just now: try again in a moment; its log says why")

func unauthenticated(err error) refusal {
	return refusal{http.StatusUnauthorized, problem.Unauthenticated, firstOf(err).Error()}
}

// firstOf returns the error for the one who asks, without what it was joined with.
func firstOf(err error) error {
	for _, known := range append(slices.Clone(badCredential), access.ErrNoScopes) {
		if errors.Is(err, known) {
			return known
		}
	}
	return errNotNow
}

func forbidden(p access.Principal, needed access.Scope) refusal {
	return refusal{
		http.StatusForbidden, problem.Forbidden,
		fmt.Sprintf("this needs the scope %s, and %s has %s: ask an administrator, or use "+
			"another token", needed, p, p.Scopes),
	}
}

var inAddress = refusal{http.StatusBadRequest, problem.BadInput, "the address holds a token, which logs and histories now have: send it " +
	"as \"Authorization: Bearer …\", and have this one revoked"}

// refuseCredential answers a request whose credential lets nobody in, or could not be looked at.
func (d *Door) refuseCredential(w http.ResponseWriter, r *http.Request, err error) {
	d.log.DebugContext(r.Context(), "a credential lets nobody in", "address", r.RemoteAddr, "error", err)
	switch {
	case errors.Is(err, access.ErrNoScopes):
		d.refuse(w, r, refusal{http.StatusForbidden, problem.Forbidden, access.ErrNoScopes.Error()})
	case isBadCredential(err):
		d.refuse(w, r, unauthenticated(err))
	default:
		d.log.ErrorContext(r.Context(), "a credential could not be looked at", "error", err)
		w.Header().Set("Retry-After", "5")
		d.refuse(w, r, refusal{http.StatusServiceUnavailable, problem.Internal, errNotNow.Error()})
	}
}

// refuse answers in the form that the API has for errors, and logs it. No credential is repeated.
func (d *Door) refuse(w http.ResponseWriter, r *http.Request, why refusal) {
	id := rand.Text()[:12]
	path := access.TokenPattern.ReplaceAllString(r.URL.Path, access.TokenPrefix+"…")
	d.log.InfoContext(r.Context(), "refused", "request", id, "status", why.status, "method", cutTo(r.Method, 20), "path", cutTo(path, 200),
		"address", r.RemoteAddr, "because", why.message)
	header := w.Header()
	header.Set("X-Request-Id", id)
	header.Set("Content-Type", "application/json")
	header.Set("Cache-Control", "no-store")
	if why.status == http.StatusUnauthorized {
		challenge := `Bearer realm="autoholdings"`
		if r.Header.Get("Authorization") != "" {
			challenge += `, error="invalid_token"`
		}
		header.Set("WWW-Authenticate", challenge)
	}
	w.WriteHeader(why.status)
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": []any{map[string]any{ // the client may be gone
		"message": why.message, "extensions": map[string]any{"code": why.code, "requestId": id},
	}}})
}
