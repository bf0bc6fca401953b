package profiles

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"autoholdings/ent"
	"autoholdings/ent/inventorygroup"
	"autoholdings/ent/profile"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
	"autoholdings/kbart"
)

// GroupChange holds the changes to an inventory group; nil leaves a field as it is.
type GroupChange struct {
	ID                int64
	Version           *int // the version the caller read; nil: any
	Name, Description *string
}

// CreateInventoryGroup creates an inventory group. Its name has only letters, digits and single spaces, and must be
// unique, ignoring case.
func (s *Service) CreateInventoryGroup(ctx context.Context, name, description string) (*ent.InventoryGroup, error) {
	name, description = strings.TrimSpace(name), strings.TrimSpace(description)
	var problems problem.List
	problems.CheckDescription(description)
	var made *ent.InventoryGroup
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := checkGroupName(ctx, tx, &problems, name, 0); err != nil {
			return err
		}
		if err := problems.Err(); err != nil {
			return err
		}
		now := tx.Now
		var err error
		made, err = tx.InventoryGroup.Create().SetID(s.store.NextID()).SetCreatedAt(now).SetUpdatedAt(now).
			SetName(name).SetDescription(description).Save(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// UpdateInventoryGroup changes an inventory group. If the change is refused, it also returns the group as stored, if
// there is one.
func (s *Service) UpdateInventoryGroup(ctx context.Context, in GroupChange) (*ent.InventoryGroup, error) {
	var problems problem.List
	if in.Description != nil {
		description := strings.TrimSpace(*in.Description)
		in.Description = &description
		problems.CheckDescription(description)
	}
	var group *ent.InventoryGroup
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if group, err = findGroup(ctx, tx, in.ID); err != nil {
			return err
		}
		if err := problem.CheckVersion(fmt.Sprintf("the inventory group %q", group.Name), in.Version, group.Version); err != nil {
			return err
		}
		if in.Name != nil {
			name := strings.TrimSpace(*in.Name)
			in.Name = &name
			if err := checkGroupName(ctx, tx, &problems, name, group.ID); err != nil {
				return err
			}
		}
		if err := problems.Err(); err != nil {
			return err
		}
		if in.Name == nil && in.Description == nil {
			return nil
		}
		group, err = tx.InventoryGroup.UpdateOne(group).SetUpdatedAt(tx.Now).AddVersion(1).
			SetNillableName(in.Name).SetNillableDescription(in.Description).Save(ctx)
		return err
	})
	return group, err
}

// DeleteInventoryGroup deletes an inventory group that no profile uses.
func (s *Service) DeleteInventoryGroup(ctx context.Context, id int64) error {
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		group, err := findGroup(ctx, tx, id)
		if err != nil {
			return err
		}
		users, err := tx.Profile.Query().Where(profile.HasGroupsWith(inventorygroup.ID(id))).Order(profile.ByID()).All(ctx)
		if err != nil {
			return fmt.Errorf("look up who has inventory group %d: %w", id, err)
		}
		if len(users) > 0 {
			return problem.New(problem.InUse, "input.inventoryGroupId",
				"the inventory group %q is that of %s: %s. Take it away from there first",
				group.Name, words.Count(len(users), "profile", "profiles"), holdings.QuotedNames(users))
		}
		return tx.InventoryGroup.DeleteOne(group).Exec(ctx)
	})
}

func findGroup(ctx context.Context, tx *store.Tx, id int64) (*ent.InventoryGroup, error) {
	group, err := tx.InventoryGroup.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil, problem.New(problem.NotFound, "input.inventoryGroupId", "there is no such inventory group: it may have been deleted")
	}
	if err != nil {
		return nil, fmt.Errorf("read inventory group %d: %w", id, err)
	}
	return group, nil
}

// checkGroupName adds the problems of a group's name. own is the group that has the name now, 0 for a new one.
func checkGroupName(ctx context.Context, tx *store.Tx, problems *problem.List, name string, own int64) error {
	const path = "input.name"
	before := len(*problems)
	problems.CheckNameUpTo(path, name, maxGroupName)
	if len(*problems) > before {
		return nil
	}
	if strings.ContainsFunc(name, notOfGroupName) || strings.Contains(name, "  ") {
		problems.Add(problem.BadInput, path,
			"the name %q holds more than letters, digits and single blanks: leave out punctuation and other signs", name)
		return nil
	}
	groups, err := tx.InventoryGroup.Query().Where(inventorygroup.IDNEQ(own)).All(ctx) // there are only tens of them
	if err != nil {
		return fmt.Errorf("read the inventory groups: %w", err)
	}
	for _, other := range groups {
		if kbart.FoldTitle(other.Name) == kbart.FoldTitle(name) {
			problems.Add(problem.BadInput, path, "there is an inventory group %q already: choose another name", other.Name)
		}
	}
	return nil
}

func notOfGroupName(r rune) bool {
	return r != ' ' && !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)
}
