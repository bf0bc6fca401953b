// Package access knows who may come in and what they may do: tokens of programs, people with their passwords and
// sessions, and the record of who did what. It knows no HTTP and no GraphQL.
package access

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"autoholdings/internal/problem"
)

// Scope is a right. Each of them includes Read, since what a change answers with is what reading shows; Admin includes
// all.
type Scope string

// The scopes, from the one that everybody has who may come in.
const (
	Read      Scope = "read"      // see everything but what Admin is for
	Operate   Scope = "operate"   // run, preview, cancel, approve, reject and undo jobs
	Curate    Scope = "curate"    // portfolios, PO lines, licenses, and what staff decide about titles
	Configure Scope = "configure" // profiles, schedules, collections, groups, settings
	Admin     Scope = "admin"     // tokens, people, secrets, provider files, the audit
)

// AllScopes are the scopes in the order in which they are shown.
var AllScopes = []Scope{Read, Operate, Curate, Configure, Admin}

// Scopes are some scopes, in the order of AllScopes.
type Scopes []Scope

// ParseScopes reads scopes separated by blanks or commas. The error names one that is unknown, and is returned for none
// at all too.
func ParseScopes(text string) (Scopes, error) {
	var found Scopes
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' })
	for _, scope := range AllScopes {
		if slices.Contains(words, string(scope)) {
			found = append(found, scope)
		}
	}
	for _, word := range words {
		if !slices.Contains(AllScopes, Scope(word)) {
			return nil, fmt.Errorf("%.40q is no scope: there are %s", word, AllScopesText())
		}
	}
	if found == nil {
		return nil, fmt.Errorf("no scope is given: there are %s", AllScopesText())
	}
	return found, nil
}

// AllScopesText lists the scopes in words.
func AllScopesText() string {
	last := len(AllScopes) - 1
	return Scopes(AllScopes[:last]).join(", ") + " and " + string(AllScopes[last])
}

// String returns the scopes separated by blanks, as they are stored.
func (s Scopes) String() string { return s.join(" ") }

func (s Scopes) join(separator string) string {
	words := make([]string, len(s))
	for i, scope := range s {
		words[i] = string(scope)
	}
	return strings.Join(words, separator)
}

// check adds a problem for scopes that cannot be given, and puts the others in order.
func (s *Scopes) check(problems *problem.List) {
	found, err := ParseScopes(s.String())
	if err != nil {
		problems.Add(problem.BadInput, "input.scopes", "%v", err)
	}
	*s = found
}

// Has reports whether the scopes allow what needs one.
func (s Scopes) Has(needed Scope) bool {
	return slices.Contains(s, needed) || slices.Contains(s, Admin) || needed == Read && len(s) > 0
}

// Stored reads scopes as they are stored. Those that only another version knows allow nothing here.
func Stored(text string) (found Scopes) {
	for _, scope := range AllScopes {
		if slices.Contains(strings.Fields(text), string(scope)) {
			found = append(found, scope)
		}
	}
	return found
}

// Kind says what an actor is.
type Kind string

// The kinds of actors.
const (
	ByPerson   Kind = "PERSON"
	ByToken    Kind = "TOKEN"
	ByCommand  Kind = "COMMAND"  // of the command line, by somebody who reads and writes the database anyway
	BySchedule Kind = "SCHEDULE" // a job that was due
	ByAnybody  Kind = "ANYBODY"  // where access is not controlled
)

// Principal is who asks, and what they may do.
type Principal struct {
	Kind   Kind
	ID     int64  // of the person or token; 0: neither
	Name   string // of the person, the token or the command
	Scopes Scopes
}

// Anybody is who asks where access is not controlled.
var Anybody = Principal{Kind: ByAnybody, Scopes: Scopes{Admin}}

// String names the principal for people, such as `token "nightly"`.
func (p Principal) String() string {
	switch p.Kind {
	case ByPerson:
		return p.Name
	case ByToken:
		return fmt.Sprintf("token %q", p.Name)
	case ByCommand:
		return fmt.Sprintf("command %q", p.Name)
	case BySchedule:
		return "schedule"
	default:
		return "anybody"
	}
}

type contextKey struct{}

// With returns a context of a principal's request.
func With(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, contextKey{}, p)
}

// From returns the principal of a context; ok is false where there is none, who may do nothing.
func From(ctx context.Context) (p Principal, ok bool) {
	p, ok = ctx.Value(contextKey{}).(Principal)
	return p, ok
}

type addressKey struct{}

// WithAddress returns a context of a request that came from a client's address.
func WithAddress(ctx context.Context, address string) context.Context {
	return context.WithValue(ctx, addressKey{}, address)
}

// Address returns the client's address; "" where there is none.
func Address(ctx context.Context) string {
	address, _ := ctx.Value(addressKey{}).(string)
	return address
}

// Check returns a problem if the context's principal may not do what needs a scope. Without a principal nobody may do
// anything.
func Check(ctx context.Context, needed Scope) error {
	switch p, ok := From(ctx); {
	case !ok:
		return problem.New(problem.Unauthenticated, "", "%v", ErrNoCredentials)
	case !p.Scopes.Has(needed):
		return problem.New(problem.Forbidden, "", "%s may %s here, and this needs %s: ask an administrator", p, p.Scopes.join(", "), needed)
	}
	return nil
}
