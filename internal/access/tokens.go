package access

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/accesstoken"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// TokenInput describes a token that is to be made.
type TokenInput struct {
	Name      string
	Scopes    Scopes
	ExpiresAt *int64        // Unix milliseconds; nil: never
	ExpiresIn time.Duration // instead of ExpiresAt
}

// MaxTokens is how many tokens there can be at once that are in force.
const MaxTokens = 1000

// NewToken is a token that was just made. Its secret is shown this once.
type NewToken struct {
	Secret string
	Row    *ent.AccessToken
}

// CreateToken makes a token.
func (s *Service) CreateToken(ctx context.Context, in TokenInput) (made NewToken, err error) {
	secret := newToken()
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := in.check(ctx, tx); err != nil {
			return err
		}
		creator, _ := From(ctx)
		create := tx.AccessToken.Create().SetID(s.store.NextID()).SetCreatedAt(tx.Now).SetUpdatedAt(tx.Now).SetName(in.Name).
			SetStart(secret[:len(TokenPrefix)+shownDigits]).SetHash(hashOf(secret)).SetScopes(in.Scopes.String()).
			SetCreatedBy(creator.String())
		made.Row, err = create.SetNillableExpiresAt(in.ExpiresAt).Save(ctx)
		return err
	})
	if err != nil {
		return NewToken{}, err
	}
	made.Secret = secret
	return made, nil
}

func (in *TokenInput) check(ctx context.Context, tx *store.Tx) error {
	var problems problem.List
	problems.CheckName("input.name", in.Name)
	in.Scopes.check(&problems)
	if in.ExpiresIn > 0 {
		in.ExpiresAt = new(tx.Now + in.ExpiresIn.Milliseconds())
	}
	if in.ExpiresIn < 0 || in.ExpiresAt != nil && *in.ExpiresAt <= tx.Now {
		problems.Add(problem.BadInput, "input.expiresAt", "the token would have expired already: give a time to come")
	}
	if err := problems.Err(); err != nil {
		return err
	}
	inForce := tx.AccessToken.Query().
		Where(accesstoken.RevokedAtIsNil(), accesstoken.Or(accesstoken.ExpiresAtIsNil(), accesstoken.ExpiresAtGT(tx.Now)))
	same, err := inForce.Clone().Where(accesstoken.Name(in.Name)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("look for a token of the same name: %w", err)
	}
	if same {
		return problem.New(problem.Conflict, "input.name", "there is a token %q already: revoke it first, or give another name", in.Name)
	}
	switch n, err := inForce.Count(ctx); {
	case err != nil:
		return fmt.Errorf("count the tokens: %w", err)
	case n >= MaxTokens:
		return problem.New(problem.Limited, "", "there are %d tokens already: revoke those that nobody uses", n)
	}
	return nil
}

// RevokeToken ends a token. Requests that come with it from then on are refused, on every machine.
func (s *Service) RevokeToken(ctx context.Context, id int64) (row *ent.AccessToken, err error) {
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		row, err = tx.AccessToken.Get(ctx, id)
		switch {
		case ent.IsNotFound(err):
			return problem.New(problem.NotFound, "input.tokenId", "there is no such token")
		case err != nil:
			return fmt.Errorf("read token %d: %w", id, err)
		case row.RevokedAt != nil:
			return nil
		}
		row, err = row.Update().SetRevokedAt(tx.Now).SetUpdatedAt(tx.Now).Save(ctx)
		return err
	})
	return row, err
}

// ByToken returns whose token a secret is, or one of the errors above.
func (s *Service) ByToken(ctx context.Context, secret string) (Principal, error) {
	if !looksLikeToken(secret) {
		return Principal{}, ErrUnknown
	}
	const query = `SELECT id, name, hash, scopes, expires_at, revoked_at, COALESCE(used_at, 0), ` + store.NowSQL + `
		FROM access_tokens WHERE hash = ?`
	rows, err := s.store.Query(ctx, query, hashOf(secret))
	if err != nil {
		return Principal{}, fmt.Errorf("look for the token: %w", err)
	}
	defer rows.Close()
	if !rows.Next() {
		return Principal{}, errors.Join(ErrUnknown, rows.Err())
	}
	p := Principal{Kind: ByToken}
	var hash, scopes string
	var expires, revoked sql.NullInt64
	var used, now int64
	if err := rows.Scan(&p.ID, &p.Name, &hash, &scopes, &expires, &revoked, &used, &now); err != nil {
		return Principal{}, fmt.Errorf("read the token: %w", err)
	}
	switch p.Scopes = Stored(scopes); {
	case subtle.ConstantTimeCompare([]byte(hash), []byte(hashOf(secret))) != 1:
		return Principal{}, ErrUnknown
	case revoked.Valid:
		return Principal{}, ErrRevoked
	case expires.Valid && expires.Int64 <= now:
		return Principal{}, ErrExpired
	case len(p.Scopes) == 0:
		return Principal{}, ErrUnknown
	}
	if now-used > useEvery.Milliseconds() {
		s.noteUse(func(ctx context.Context, tx *store.Tx) error {
			return tx.AccessToken.UpdateOneID(p.ID).SetUsedAt(tx.Now).Exec(ctx)
		})
	}
	return p, nil
}
