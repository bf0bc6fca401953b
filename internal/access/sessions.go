package access

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/person"
	"autoholdings/ent/session"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// Browser is where somebody signs in.
type Browser struct {
	Address string // the client's
	Name    string // what it calls itself
}

// freeFailures is how many wrong passwords in a row cost no wait. Each further one doubles it, from a second to the most.
const (
	freeFailures = 3
	mostWait     = 15 * time.Minute
)

// waitAfter is how long no password is looked at after so many wrong ones in a row.
func waitAfter(failures int) time.Duration {
	if failures < freeFailures {
		return 0
	}
	return min(mostWait, time.Second<<min(failures-freeFailures, 20))
}

// errWrong is the answer to a wrong name and to a wrong password: whoever tries does not learn which.
var errWrong = problem.New(problem.BadInput, "", "the name or the password is wrong")

// SignIn begins a session of a person with a password, and returns the value of its cookie. A wrong password makes the
// person wait, longer each time.
func (s *Service) SignIn(ctx context.Context, name, password string, at Browser) (cookie string, p Principal, err error) {
	row, err := s.store.Read.Person.Query().Where(person.NameKey(kbart.FoldTitle(strings.TrimSpace(name))), person.Issuer("")).Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return "", p, fmt.Errorf("look for the person: %w", err)
	}
	if row == nil {
		row = &ent.Person{} // its password is looked at too, so that names cannot be told by the time it takes
	}
	now, err := s.store.DatabaseNow(ctx)
	if err != nil {
		return "", p, err
	}
	if wait := row.LockedUntil - now; wait > 0 {
		return "", p, problem.New(problem.Limited, "", "too many wrong passwords: wait %d seconds", (wait+999)/1000)
	}
	right, err := s.rightPassword(ctx, row.PasswordHash, password)
	switch {
	case err != nil:
		return "", p, err
	case row.ID == 0:
		return "", p, errWrong
	case !right:
		return "", p, errors.Join(errWrong, s.noteFailure(ctx, row.ID))
	case row.Disabled:
		return "", p, problem.New(problem.BadInput, "", "%v", ErrDisabled)
	}
	ctx = signingIn(ctx, principalOf(row), at)
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		now, err := findPerson(ctx, tx, row.ID)
		switch {
		case err != nil:
			return err
		case now.PasswordHash != row.PasswordHash || now.Disabled:
			return errWrong
		case now.LockedUntil > tx.Now: // other tries failed while this one was looked at: many at once are no way around the wait
			return problem.New(problem.Limited, "", "too many wrong passwords: wait %d seconds", (now.LockedUntil-tx.Now+999)/1000)
		}
		cookie, err = s.begin(ctx, tx, now, at)
		return err
	})
	return cookie, principalOf(row), err
}

// signingIn returns a context in which the sign-in is recorded as an act of the one who signs in.
func signingIn(ctx context.Context, p Principal, at Browser) context.Context {
	return Doing(With(ctx, p), Act{Name: "signIn", Address: cut(at.Address, 100)})
}

// noteFailure counts a wrong password.
func (s *Service) noteFailure(ctx context.Context, personID int64) error {
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		row, err := tx.Person.Get(ctx, personID)
		if err != nil {
			return fmt.Errorf("count a wrong password: %w", err)
		}
		wait := waitAfter(row.Failures + 1)
		err = row.Update().SetFailures(row.Failures + 1).SetLockedUntil(tx.Now + wait.Milliseconds()).SetUpdatedAt(tx.Now).Exec(ctx)
		if err != nil {
			return fmt.Errorf("count a wrong password: %w", err)
		}
		return nil
	})
}

func principalOf(row *ent.Person) Principal {
	return Principal{Kind: ByPerson, ID: row.ID, Name: row.Name, Scopes: Stored(row.Scopes)}
}

// begin begins a session, always with a new cookie.
func (s *Service) begin(ctx context.Context, tx *store.Tx, row *ent.Person, at Browser) (cookie string, err error) {
	if _, err := tx.Session.Delete().Where(session.ExpiresAtLTE(tx.Now)).Exec(ctx); err != nil {
		return "", fmt.Errorf("remove ended sessions: %w", err)
	}
	cookie = newSecret()
	err = tx.Session.Create().SetID(s.store.NextID()).SetCreatedAt(tx.Now).SetUpdatedAt(tx.Now).SetPersonID(row.ID).SetHash(hashOf(cookie)).
		SetExpiresAt(tx.Now + s.idle.Milliseconds()).SetUsedAt(tx.Now).SetBrowser(cut(at.Name, 200)).SetAddress(cut(at.Address, 100)).Exec(ctx)
	if err != nil {
		return "", fmt.Errorf("begin a session: %w", err)
	}
	return cookie, tx.Person.UpdateOneID(row.ID).SetFailures(0).SetLockedUntil(0).SetSeenAt(tx.Now).SetUpdatedAt(tx.Now).Exec(ctx)
}

func cut(text string, most int) string {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}

// BySession returns who has signed in with a cookie, or one of the errors above. Each use makes the session last longer.
func (s *Service) BySession(ctx context.Context, cookie string) (Principal, error) {
	row, err := s.store.Read.Session.Query().Where(session.Hash(hashOf(cookie))).WithPerson().Only(ctx)
	if ent.IsNotFound(err) {
		return Principal{}, ErrUnknown
	}
	if err != nil {
		return Principal{}, fmt.Errorf("look for the session: %w", err)
	}
	now, err := s.store.DatabaseNow(ctx)
	switch {
	case err != nil:
		return Principal{}, err
	case subtle.ConstantTimeCompare([]byte(row.Hash), []byte(hashOf(cookie))) != 1:
		return Principal{}, ErrUnknown
	case row.ExpiresAt <= now, row.CreatedAt+s.life.Milliseconds() <= now:
		return Principal{}, ErrExpired
	case row.Edges.Person.Disabled:
		return Principal{}, ErrDisabled
	}
	p := principalOf(row.Edges.Person)
	if len(p.Scopes) == 0 {
		return Principal{}, ErrDisabled
	}
	if now-row.UsedAt > useEvery.Milliseconds() {
		s.noteUse(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Session.Update().Where(session.ID(row.ID)).SetUsedAt(tx.Now).SetUpdatedAt(tx.Now).
				SetExpiresAt(tx.Now + s.idle.Milliseconds()).Save(ctx)
			return err
		})
	}
	return p, nil
}

// SignOut ends the session of a cookie.
func (s *Service) SignOut(ctx context.Context, cookie string) error {
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Session.Delete().Where(session.Hash(hashOf(cookie))).Exec(ctx)
		return err
	})
}

// EndSessions ends all sessions of a person, and returns how many there were.
func (s *Service) EndSessions(ctx context.Context, personID int64) (n int, err error) {
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := findPerson(ctx, tx, personID); err != nil {
			return err
		}
		n, err = tx.Session.Delete().Where(session.PersonID(personID)).Exec(ctx)
		return err
	})
	return n, err
}
