package access

import (
	"context"
	"crypto/subtle"
	"fmt"
	"strings"
	"sync"
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
// person wait, longer each time; until then no password is looked at.
func (s *Service) SignIn(ctx context.Context, name, password string, at Browser) (cookie string, p Principal, err error) {
	row, err := s.beginTry(ctx, kbart.FoldTitle(strings.TrimSpace(name)))
	if err != nil {
		return "", p, err
	}
	right, err := s.rightPassword(ctx, row.PasswordHash, password)
	switch {
	case err != nil:
		return "", p, err
	case row.ID == 0, !right:
		return "", p, errWrong
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

// beginTry returns the person of a name, and counts the try as a wrong one before its password is looked at: so many
// tries at once are no way around the wait, and what comes of them tells nothing of their passwords. begin takes that back
// for a right one. A name that nobody has is answered alike, and its password is looked at too, so that names cannot be
// told by the answers or by the time that they take.
func (s *Service) beginTry(ctx context.Context, key string) (row *ent.Person, err error) {
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		row, err = tx.Person.Query().Where(person.NameKey(key), person.Issuer("")).Only(ctx)
		if err != nil && !ent.IsNotFound(err) {
			return fmt.Errorf("look for the person: %w", err)
		}
		if row == nil {
			failures, lockedUntil := s.nobody.begin(key, tx.Now)
			row = &ent.Person{Failures: failures, LockedUntil: lockedUntil}
		}
		if wait := row.LockedUntil - tx.Now; wait > 0 {
			return tooManyTries(wait)
		}
		n, err := tx.Person.Update().
			Where(person.ID(row.ID), person.Failures(row.Failures), person.LockedUntil(row.LockedUntil)).
			SetFailures(row.Failures + 1).SetLockedUntil(tx.Now + waitAfter(row.Failures+1).Milliseconds()).SetUpdatedAt(tx.Now).Save(ctx)
		switch {
		case err != nil:
			return fmt.Errorf("count the tries of a person: %w", err)
		case n == 0 && row.ID != 0: // another process has counted one at this moment
			return tooManyTries(1000)
		}
		return nil
	})
	return row, err
}

func tooManyTries(milliseconds int64) error {
	return problem.New(problem.Limited, "", "too many wrong passwords: wait %d seconds", (milliseconds+999)/1000)
}

// nobody counts the tries of names that nobody has, as the table counts those of people. It forgets them with the process.
type nobody struct {
	mutex sync.Mutex
	tries map[string]triesOfName
}

type triesOfName struct {
	failures    int
	lockedUntil int64
}

// namesKnown is how many names are remembered. Then all are forgotten.
const namesKnown = 10_000

// begin counts a try unless the name waits, and returns what was counted before.
func (n *nobody) begin(key string, now int64) (failures int, lockedUntil int64) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	before := n.tries[key]
	if before.lockedUntil > now {
		return before.failures, before.lockedUntil
	}
	if n.tries == nil || len(n.tries) >= namesKnown {
		n.tries = map[string]triesOfName{}
	}
	n.tries[key] = triesOfName{before.failures + 1, now + waitAfter(before.failures+1).Milliseconds()}
	return before.failures, before.lockedUntil
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
	ctx = Doing(ctx, Act{Name: "signOut", Address: cut(Address(ctx), 100)})
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
