package access

import (
	"context"
	"crypto/subtle"
	"fmt"
	"time"

	"autoholdings/ent/person"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// invitationLife is how long the link for the first administrator can be used.
const invitationLife = 24 * time.Hour

// InviteFirst returns the secret of a link by which the first administrator enters a name and a password, or "" where
// somebody can administer already. Each call makes former links worthless.
func (s *Service) InviteFirst(ctx context.Context) (secret string, err error) {
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if there, err := somebodyAdministers(ctx, tx); err != nil || there {
			return err
		}
		secret = newSecret()
		return tx.Setting.UpdateOneID(store.SettingsID).SetInvitationHash(hashOf(secret)).
			SetInvitationExpiresAt(tx.Now + invitationLife.Milliseconds()).Exec(ctx)
	})
	if err != nil {
		return "", fmt.Errorf("make a link for the first administrator: %w", err)
	}
	return secret, nil
}

func somebodyAdministers(ctx context.Context, tx *store.Tx) (bool, error) {
	people, err := tx.Person.Query().Where(person.Issuer(""), person.Disabled(false)).Order(person.ByID()).All(ctx)
	if err != nil {
		return false, fmt.Errorf("look for administrators: %w", err)
	}
	for _, p := range people {
		if administers(p) {
			return true, nil
		}
	}
	return false, nil
}

// AcceptInvitation makes the first administrator and begins a session. The link can be used once.
func (s *Service) AcceptInvitation(ctx context.Context, secret string, in PersonInput, at Browser) (cookie string, err error) {
	var problems problem.List
	problems.CheckName("input.name", in.Name)
	CheckPassword(&problems, "input.password", in.Name, in.Password)
	if err := problems.Err(); err != nil {
		return "", err
	}
	if err := s.checkInvitation(ctx, secret); err != nil {
		return "", err
	}
	hash, err := s.hashPassword(ctx, in.Password)
	if err != nil {
		return "", err
	}
	ctx = signingIn(ctx, Principal{Kind: ByPerson, Name: in.Name}, at)
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		row, err := tx.Setting.Get(ctx, store.SettingsID)
		if err != nil {
			return fmt.Errorf("read the invitation: %w", err)
		}
		if !sameInvitation(row.InvitationHash, row.InvitationExpiresAt, secret, tx.Now) {
			return errInvitation
		}
		switch there, err := somebodyAdministers(ctx, tx); {
		case err != nil:
			return err
		case there:
			return errInvitation
		}
		admin, err := s.insertPerson(ctx, tx, in.Name, hash, Scopes{Admin})
		if err != nil {
			return err
		}
		if err := row.Update().SetInvitationHash("").SetInvitationExpiresAt(0).Exec(ctx); err != nil {
			return fmt.Errorf("use up the invitation: %w", err)
		}
		cookie, err = s.begin(ctx, tx, admin, at)
		return err
	})
	return cookie, err
}

// checkInvitation looks at a link before a password is hashed for it.
func (s *Service) checkInvitation(ctx context.Context, secret string) error {
	row, err := s.store.Read.Setting.Get(ctx, store.SettingsID)
	if err != nil {
		return fmt.Errorf("read the invitation: %w", err)
	}
	now, err := s.store.DatabaseNow(ctx)
	if err != nil {
		return err
	}
	if !sameInvitation(row.InvitationHash, row.InvitationExpiresAt, secret, now) {
		return errInvitation
	}
	return nil
}

var errInvitation = problem.New(problem.BadInput, "", "this link was used, has expired, or was replaced by a newer one: look into the "+
	"server's log for the newest, or have an administrator add you")

func sameInvitation(hash string, expires int64, secret string, now int64) bool {
	return hash != "" && expires > now && subtle.ConstantTimeCompare([]byte(hash), []byte(hashOf(secret))) == 1
}
