package access

import (
	"context"
	"fmt"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/person"
	"autoholdings/ent/session"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// PersonInput describes a person with a password of this server.
type PersonInput struct {
	Name     string
	Password string
	Scopes   Scopes
}

// AddPerson adds somebody who signs in with a password.
func (s *Service) AddPerson(ctx context.Context, in PersonInput) (row *ent.Person, err error) {
	var problems problem.List
	in.Name = strings.TrimSpace(in.Name)
	problems.CheckName("input.name", in.Name)
	CheckPassword(&problems, "input.password", in.Name, in.Password)
	in.Scopes.check(&problems)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	hash, err := s.hashPassword(ctx, in.Password)
	if err != nil {
		return nil, err
	}
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		row, err = s.insertPerson(ctx, tx, in.Name, hash, in.Scopes)
		return err
	})
	return row, err
}

func (s *Service) insertPerson(ctx context.Context, tx *store.Tx, name, hash string, scopes Scopes) (*ent.Person, error) {
	key := kbart.FoldTitle(name)
	same, err := tx.Person.Query().Where(person.NameKey(key), person.Issuer("")).Exist(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for a person of the same name: %w", err)
	}
	if same {
		return nil, problem.New(problem.Conflict, "input.name", "there is a person %q already: give another name", name)
	}
	return tx.Person.Create().SetID(s.store.NextID()).SetCreatedAt(tx.Now).SetUpdatedAt(tx.Now).SetName(name).SetNameKey(key).
		SetPasswordHash(hash).SetScopes(scopes.String()).Save(ctx)
}

// PersonChange is what is changed of a person. nil: it stays.
type PersonChange struct {
	Version  *int // as it was read; nil: any version
	Password *string
	Scopes   Scopes
	Disabled *bool
}

// UpdatePerson changes a person. A new password, and losing access, end the person's sessions.
func (s *Service) UpdatePerson(ctx context.Context, id int64, in PersonChange) (row *ent.Person, err error) {
	hash := ""
	if in.Password != nil {
		var problems problem.List
		CheckPassword(&problems, "input.password", "", *in.Password)
		if err := problems.Err(); err != nil {
			return nil, err
		}
		if hash, err = s.hashPassword(ctx, *in.Password); err != nil {
			return nil, err
		}
	}
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if row, err = findPerson(ctx, tx, id); err != nil {
			return err
		}
		row, err = in.save(ctx, tx, row, hash)
		return err
	})
	return row, err
}

func findPerson(ctx context.Context, tx *store.Tx, id int64) (*ent.Person, error) {
	row, err := tx.Person.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil, problem.New(problem.NotFound, "input.personId", "there is no such person")
	}
	if err != nil {
		return nil, fmt.Errorf("read person %d: %w", id, err)
	}
	return row, nil
}

func (in *PersonChange) save(ctx context.Context, tx *store.Tx, row *ent.Person, hash string) (*ent.Person, error) {
	if err := problem.CheckVersion(row.Name, in.Version, row.Version); err != nil {
		return row, err
	}
	if row.Issuer != "" && (in.Password != nil || in.Scopes != nil) {
		return nil, problem.New(problem.WrongState, "input.personId",
			"%s signs in at %s, which says what the person may do: change it there", row.Name, row.Issuer)
	}
	update := row.Update().SetUpdatedAt(tx.Now).AddVersion(1)
	if in.Scopes != nil {
		var problems problem.List
		if in.Scopes.check(&problems); problems.Err() != nil {
			return nil, problems.Err()
		}
		update.SetScopes(in.Scopes.String())
	}
	if in.Password != nil {
		update.SetPasswordHash(hash).SetFailures(0).SetLockedUntil(0)
	}
	if in.Disabled != nil {
		update.SetDisabled(*in.Disabled)
	}
	if in.Password != nil || in.Disabled != nil && *in.Disabled {
		if _, err := tx.Session.Delete().Where(session.PersonID(row.ID)).Exec(ctx); err != nil {
			return nil, fmt.Errorf("end the sessions of person %d: %w", row.ID, err)
		}
	}
	after, err := update.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("save person %d: %w", row.ID, err)
	}
	return after, keepAnAdmin(ctx, tx, row, after)
}

// keepAnAdmin refuses to take away the last person with a password who may administer.
func keepAnAdmin(ctx context.Context, tx *store.Tx, before, after *ent.Person) error {
	if !administers(before) || after != nil && administers(after) {
		return nil
	}
	others, err := tx.Person.Query().Where(person.Issuer(""), person.Disabled(false)).Order(person.ByID()).All(ctx)
	if err != nil {
		return fmt.Errorf("look for administrators: %w", err)
	}
	for _, other := range others {
		if administers(other) {
			return nil
		}
	}
	return problem.New(problem.InUse, "input.personId", "%s is the last person with a password who may administer: add another first",
		before.Name)
}

func administers(p *ent.Person) bool { return !p.Disabled && Stored(p.Scopes).Has(Admin) }

// RemovePerson removes a person and the person's sessions. What the person did stays in the audit, under the name.
func (s *Service) RemovePerson(ctx context.Context, id int64) error {
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		row, err := findPerson(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Person.DeleteOne(row).Exec(ctx); err != nil {
			return fmt.Errorf("remove person %d: %w", id, err)
		}
		return keepAnAdmin(ctx, tx, row, nil)
	})
}
