package access

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"autoholdings/ent"
	"autoholdings/ent/person"
	"autoholdings/ent/session"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// ErrNoScopes is returned for somebody whom the library's own sign-in knows, but for whom it says nothing that gives a
// right here.
var ErrNoScopes = errors.New("the library's sign-in knows you, but nothing that it says of you gives a right here: ask an " +
	"administrator, who decides which of its groups may do what (--oidc-map)")

// FromIssuer is somebody as an issuer of OpenID Connect describes them.
type FromIssuer struct {
	Issuer  string // its URL
	Subject string // its name of the person, which never changes
	Name    string // as shown; empty: the subject
	Scopes  Scopes // what the person may do by what the issuer says
}

// shownName is the name as one line of at most problem.MaxName characters.
func (in FromIssuer) shownName() string {
	for _, name := range []string{in.Name, in.Subject} {
		name = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return ' '
			}
			return r
		}, name)
		if name = strings.TrimSpace(cut(name, problem.MaxName)); name != "" {
			return name
		}
	}
	return "somebody"
}

// SignInFrom begins a session of a person whom an issuer vouches for, and returns the value of its cookie. The person is
// kept by issuer and subject, with what the issuer says now. The error is ErrDisabled for somebody whose access was taken
// away here, and ErrNoScopes for somebody without a right, whose other sessions end.
func (s *Service) SignInFrom(ctx context.Context, in FromIssuer, at Browser) (cookie string, p Principal, err error) {
	refused := error(nil)
	ctx = signingIn(ctx, Principal{Kind: ByPerson, Name: in.shownName()}, at)
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		row, err := s.keepFromIssuer(ctx, tx, in)
		switch {
		case err != nil:
			return err
		case len(in.Scopes) == 0: // what the issuer has taken away is written, so this is no error of the transaction
			refused = ErrNoScopes
			return nil
		case row.Disabled:
			refused = ErrDisabled
			return nil
		}
		p = principalOf(row)
		cookie, err = s.begin(ctx, tx, row, at)
		return err
	})
	if err = errors.Join(err, refused); err != nil {
		return "", Principal{}, err
	}
	return cookie, p, nil
}

// keepFromIssuer writes what an issuer says of a person. It returns nil for somebody new without any right.
func (s *Service) keepFromIssuer(ctx context.Context, tx *store.Tx, in FromIssuer) (*ent.Person, error) {
	if in.Issuer == "" || in.Subject == "" {
		return nil, errors.New("keep a person of an issuer: the issuer or its name of the person is missing")
	}
	name := in.shownName()
	row, err := tx.Person.Query().Where(person.Issuer(in.Issuer), person.Subject(in.Subject)).Only(ctx)
	switch {
	case ent.IsNotFound(err) && len(in.Scopes) == 0:
		return nil, nil
	case ent.IsNotFound(err):
		row, err = tx.Person.Create().SetID(s.store.NextID()).SetCreatedAt(tx.Now).SetUpdatedAt(tx.Now).SetName(name).
			SetNameKey(kbart.FoldTitle(name)).SetIssuer(in.Issuer).SetSubject(in.Subject).SetScopes(in.Scopes.String()).Save(ctx)
	case err == nil:
		row, err = row.Update().SetUpdatedAt(tx.Now).SetName(name).SetNameKey(kbart.FoldTitle(name)).SetScopes(in.Scopes.String()).Save(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("keep a person of %s: %w", in.Issuer, err)
	}
	if len(in.Scopes) == 0 {
		if _, err := tx.Session.Delete().Where(session.PersonID(row.ID)).Exec(ctx); err != nil {
			return nil, fmt.Errorf("end the sessions of person %d: %w", row.ID, err)
		}
	}
	return row, nil
}

// ByIssuer returns who asks with a token of an issuer that was found to be right. The person may do what this token says,
// and is kept when seen the first time. The errors are those of SignInFrom.
func (s *Service) ByIssuer(ctx context.Context, in FromIssuer) (Principal, error) {
	if len(in.Scopes) == 0 {
		return Principal{}, ErrNoScopes
	}
	row, err := s.store.Read.Person.Query().Where(person.Issuer(in.Issuer), person.Subject(in.Subject)).Only(ctx)
	if ent.IsNotFound(err) {
		at := Browser{Address: Address(ctx)}
		err = s.store.Write(signingIn(ctx, Principal{Kind: ByPerson, Name: in.shownName()}, at), func(ctx context.Context, tx *store.Tx) error {
			there, err := tx.Person.Query().Where(person.Issuer(in.Issuer), person.Subject(in.Subject)).Only(ctx)
			if ent.IsNotFound(err) {
				there, err = s.keepFromIssuer(ctx, tx, in)
			}
			row = there
			return err
		})
	}
	if err != nil {
		return Principal{}, fmt.Errorf("look for the person of %s: %w", in.Issuer, err)
	}
	if row.Disabled {
		return Principal{}, ErrDisabled
	}
	return Principal{Kind: ByPerson, ID: row.ID, Name: row.Name, Scopes: in.Scopes}, nil
}
