package model

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"autoholdings/ent"
	"autoholdings/internal/access"
)

// MarshalAccessScope writes a scope by its name in the API.
func MarshalAccessScope(s access.Scope) graphql.Marshaler {
	return graphql.MarshalString(strings.ToUpper(string(s)))
}

// UnmarshalAccessScope reads a scope by its name in the API.
func UnmarshalAccessScope(v any) (access.Scope, error) {
	name, err := graphql.UnmarshalString(v)
	if err != nil {
		return "", err
	}
	for _, scope := range access.AllScopes {
		if strings.ToUpper(string(scope)) == name {
			return scope, nil
		}
	}
	return "", fmt.Errorf("%.40q is no scope: there are %s", name, access.AllScopesText())
}

// Actor is who did something.
type Actor struct {
	Kind string
	Name *string
}

// ActorKinds are the kinds of actors, as the enum ActorKind has them.
var ActorKinds = []string{
	string(access.ByPerson), string(access.ByToken), string(access.ByCommand), string(access.BySchedule), string(access.ByAnybody),
}

// IsActorKind reports whether it is one of ActorKinds.
func IsActorKind(name string) bool { return slices.Contains(ActorKinds, name) }

// ActorOf is who did something as it is stored; nil where that was not recorded.
func ActorOf(kind, name string) *Actor {
	if kind == "" {
		return nil
	}
	return &Actor{kind, orNull(name)}
}

// Viewer is who asks.
type Viewer struct{ access.Principal }

// Kind is what they are.
func (v *Viewer) Kind() string { return string(v.Principal.Kind) }

// Name is null where access is not controlled.
func (v *Viewer) Name() *string { return orNull(v.Principal.Name) }

// Scopes are what they may do; all of them for one who administers.
func (v *Viewer) Scopes() []access.Scope {
	if v.Principal.Scopes.Has(access.Admin) {
		return access.AllScopes
	}
	return v.Principal.Scopes
}

// AccessToken is a token by which a program comes in.
type AccessToken struct{ *ent.AccessToken }

// AccessTokens makes a page of rows.
func AccessTokens(rows []*ent.AccessToken) []*AccessToken {
	return wrap(rows, func(row *ent.AccessToken) *AccessToken { return &AccessToken{row} })
}

func (*AccessToken) IsNode() {}

// ID is the opaque id.
func (t *AccessToken) ID() string { return ID(AccessTokenType, t.AccessToken.ID) }

// Scopes are what its bearer may do.
func (t *AccessToken) Scopes() []access.Scope { return access.Stored(t.AccessToken.Scopes) }

// Person is somebody who signs in.
type Person struct{ *ent.Person }

// People makes a page of rows.
func People(rows []*ent.Person) []*Person {
	return wrap(rows, func(row *ent.Person) *Person { return &Person{row} })
}

func (*Person) IsNode() {}

// ID is the opaque id.
func (p *Person) ID() string { return ID(PersonType, p.Person.ID) }

// Issuer is null for one who signs in with a password of this server.
func (p *Person) Issuer() *string { return orNull(p.Person.Issuer) }

// Scopes are what the person may do.
func (p *Person) Scopes() []access.Scope { return access.Stored(p.Person.Scopes) }

// AuditEntry is one thing that somebody did.
type AuditEntry struct{ *ent.AuditEntry }

// AuditEntries makes a page of rows.
func AuditEntries(rows []*ent.AuditEntry) []*AuditEntry {
	return wrap(rows, func(row *ent.AuditEntry) *AuditEntry { return &AuditEntry{row} })
}

func (*AuditEntry) IsNode() {}

// ID is the opaque id.
func (e *AuditEntry) ID() string { return ID(AuditEntryType, e.AuditEntry.ID) }

// Actor is who did it.
func (e *AuditEntry) Actor() *Actor { return &Actor{e.ActorKind, orNull(e.ActorName)} }

// Input is what was asked for, as JSON.
func (e *AuditEntry) Input() *string { return orNull(string(e.AuditEntry.Input)) }

// Address is null for the command line.
func (e *AuditEntry) Address() *string { return orNull(e.AuditEntry.Address) }

// RequestID is null where there was no request.
func (e *AuditEntry) RequestID() *string { return orNull(e.AuditEntry.RequestID) }

// AuditedRow is a row that an act wrote.
type AuditedRow struct{ access.Changed }

// ID is null where several were written at once.
func (r *AuditedRow) ID() *string { return orNull(r.Changed.ID) }

// Changed are the rows that were written.
func (e *AuditEntry) Changed() ([]*AuditedRow, error) {
	var rows []access.Changed
	if len(e.AuditEntry.Changed) > 0 {
		if err := json.Unmarshal(e.AuditEntry.Changed, &rows); err != nil {
			return nil, fmt.Errorf("read what audit entry %d says was changed: %w", e.AuditEntry.ID, err)
		}
	}
	return wrap(rows, func(row access.Changed) *AuditedRow { return &AuditedRow{row} }), nil
}
