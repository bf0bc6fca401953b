package profiles

import (
	"context"
	"fmt"

	"autoholdings/ent"
	"autoholdings/ent/inventorygroup"
	"autoholdings/ent/predicate"
	"autoholdings/ent/profile"
	"autoholdings/internal/keyset"
)

// InventoryGroupListing sorts inventory groups by name.
var InventoryGroupListing = keyset.Sorted(func(row *ent.InventoryGroup) int64 { return row.ID },
	keyset.By("NAME", keyset.Text(inventorygroup.FieldName, func(row *ent.InventoryGroup) string { return row.Name })))

// InventoryGroups lists groups by name.
func (s *Service) InventoryGroups(ctx context.Context, w keyset.Window) (keyset.Page[*ent.InventoryGroup], error) {
	return keyset.List(ctx, s.store.Read.InventoryGroup.Query(), InventoryGroupListing, w, []predicate.InventoryGroup(nil))
}

// AllInventoryGroups reads all groups, by name: there are only tens of them.
func (s *Service) AllInventoryGroups(ctx context.Context) ([]*ent.InventoryGroup, error) {
	return s.store.Read.InventoryGroup.Query().Order(inventorygroup.ByName()).All(ctx)
}

// CountInventoryGroups counts what InventoryGroups lists.
func (s *Service) CountInventoryGroups(ctx context.Context) (int, error) {
	return s.store.Read.InventoryGroup.Query().Count(ctx)
}

// InventoryGroupsByID reads groups; those that do not exist are missing from the map.
func (s *Service) InventoryGroupsByID(ctx context.Context, ids []int64) (map[int64]*ent.InventoryGroup, error) {
	return keyset.ByID(ctx, s.store.Read.InventoryGroup.Query(), ids, func(row *ent.InventoryGroup) int64 { return row.ID })
}

// InventoryGroupsByName reads groups by their current names.
func (s *Service) InventoryGroupsByName(ctx context.Context, names []string) (map[string]*ent.InventoryGroup, error) {
	if len(names) == 0 {
		return nil, nil
	}
	rows, err := s.store.Read.InventoryGroup.Query().Where(inventorygroup.NameIn(names...)).All(ctx)
	if err != nil {
		return nil, err
	}
	found := make(map[string]*ent.InventoryGroup, len(rows))
	for _, row := range rows {
		found[row.Name] = row
	}
	return found, nil
}

// ProfileFilter narrows a listing of profiles; nil is no filter.
type ProfileFilter struct{ Active *bool }

func (f ProfileFilter) where() (where []predicate.Profile) {
	if f.Active != nil {
		where = append(where, profile.Active(*f.Active))
	}
	return where
}

// ProfileListing sorts profiles in the order of creation.
var ProfileListing = keyset.Sorted(func(row *ent.Profile) int64 { return row.ID })

// Profiles lists profiles in the order of creation.
func (s *Service) Profiles(ctx context.Context, f ProfileFilter, w keyset.Window) (keyset.Page[*ent.Profile], error) {
	return keyset.List(ctx, s.store.Read.Profile.Query(), ProfileListing, w, f.where())
}

// CountProfiles counts what Profiles lists.
func (s *Service) CountProfiles(ctx context.Context, f ProfileFilter) (int, error) {
	return s.store.Read.Profile.Query().Where(f.where()...).Count(ctx)
}

// ProfilesByID reads profiles.
func (s *Service) ProfilesByID(ctx context.Context, ids []int64) (map[int64]*ent.Profile, error) {
	return keyset.ByID(ctx, s.store.Read.Profile.Query(), ids, func(row *ent.Profile) int64 { return row.ID })
}

// GroupsOfProfiles reads the groups of profiles, each by name.
func (s *Service) GroupsOfProfiles(ctx context.Context, profileIDs []int64) (map[int64][]*ent.InventoryGroup, error) {
	rows, err := s.store.Read.Profile.Query().Where(profile.IDIn(profileIDs...)).Select(profile.FieldID).
		WithGroups(func(q *ent.InventoryGroupQuery) { q.Order(inventorygroup.ByName()) }).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the groups of profiles: %w", err)
	}
	found := make(map[int64][]*ent.InventoryGroup, len(rows))
	for _, row := range rows {
		found[row.ID] = row.Edges.Groups
	}
	return found, nil
}

// ProfilesOfGroups reads the profiles of groups.
func (s *Service) ProfilesOfGroups(ctx context.Context, groupIDs []int64) (map[int64][]*ent.Profile, error) {
	rows, err := s.store.Read.InventoryGroup.Query().Where(inventorygroup.IDIn(groupIDs...)).Select(inventorygroup.FieldID).
		WithProfiles(func(q *ent.ProfileQuery) { q.Order(profile.ByID()) }).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the profiles of groups: %w", err)
	}
	found := make(map[int64][]*ent.Profile, len(rows))
	for _, row := range rows {
		found[row.ID] = row.Edges.Profiles
	}
	return found, nil
}
