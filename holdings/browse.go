package holdings

import (
	"context"
	"fmt"
	"strings"

	"entgo.io/ent/dialect/sql"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/communityzonecollection"
	"autoholdings/ent/communityzonetitle"
	"autoholdings/ent/inventorygroup"
	"autoholdings/ent/predicate"
	"autoholdings/ent/profile"
	"autoholdings/ent/providerfile"
	"autoholdings/internal/keyset"
)

// This file and browse_portfolios.go read for those who look at the holdings: listings in pages, single things by id,
// and what belongs to the things of one page, always for all of them in one statement.

// The sort orders of the listings.
var (
	byName  = keyset.Order{Keys: []string{"name"}}     // inventory groups
	byKey   = keyset.Order{Keys: []string{"name_key"}} // collections: by folded name
	byTitle = keyset.Order{Keys: []string{"title_key"}}
	oldest  = keyset.Order{} // in the order in which they were made
)

// prefixed is the condition that a folded column begins with the folded text.
func prefixed(column, text string) func(*sql.Selector) {
	folded := FoldTitle(text)
	return func(s *sql.Selector) {
		s.Where(sql.And(sql.GTE(s.C(column), folded), sql.LT(s.C(column), folded+"\U0010FFFF")))
	}
}

// begins is the condition that a column begins with the text as it is.
func begins(column, text string) func(*sql.Selector) {
	return func(s *sql.Selector) {
		s.Where(sql.And(sql.GTE(s.C(column), text), sql.LT(s.C(column), text+"\U0010FFFF")))
	}
}

// InventoryGroups lists groups by name.
func (s *Service) InventoryGroups(ctx context.Context, w keyset.Window) (keyset.Page[*ent.InventoryGroup], error) {
	return keyset.List(ctx, s.store.Read.InventoryGroup.Query(), byName, w, []predicate.InventoryGroup(nil))
}

// CountInventoryGroups counts what InventoryGroups lists.
func (s *Service) CountInventoryGroups(ctx context.Context) (int, error) {
	return s.store.Read.InventoryGroup.Query().Count(ctx)
}

// InventoryGroupsByID reads groups; those that are not there are missing from the map.
func (s *Service) InventoryGroupsByID(ctx context.Context, ids []int64) (map[int64]*ent.InventoryGroup, error) {
	return keyset.ByID(ctx, s.store.Read.InventoryGroup.Query(), ids, func(row *ent.InventoryGroup) int64 { return row.ID })
}

// InventoryGroupsByName reads groups by their present names.
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

// CommunityZoneFilter narrows a listing of the Community Zone; empty fields do not.
type CommunityZoneFilter struct {
	Search  string // words that all stand in name or provider, or the Community Zone's number
	Content string
}

func (f CommunityZoneFilter) where() (where []predicate.CommunityZoneCollection) {
	if f.Content != "" {
		where = append(where, communityzonecollection.Content(f.Content))
	}
	var words []predicate.CommunityZoneCollection
	for word := range strings.FieldsSeq(f.Search) {
		words = append(words, communityzonecollection.Or(
			communityzonecollection.NameKeyContains(FoldTitle(word)),
			communityzonecollection.ProviderContainsFold(word)))
	}
	if len(words) > 0 {
		number := communityzonecollection.CzID(strings.TrimSpace(f.Search))
		where = append(where, communityzonecollection.Or(number, communityzonecollection.And(words...)))
	}
	return where
}

// CommunityZoneCollections lists the Community Zone by folded name.
func (s *Service) CommunityZoneCollections(
	ctx context.Context, f CommunityZoneFilter, w keyset.Window,
) (keyset.Page[*ent.CommunityZoneCollection], error) {
	return keyset.List(ctx, s.store.Read.CommunityZoneCollection.Query(), byKey, w, f.where())
}

// CountCommunityZoneCollections counts what CommunityZoneCollections lists.
func (s *Service) CountCommunityZoneCollections(ctx context.Context, f CommunityZoneFilter) (int, error) {
	return s.store.Read.CommunityZoneCollection.Query().Where(f.where()...).Count(ctx)
}

// CommunityZoneCollectionsByID reads Community Zone collections by our id.
func (s *Service) CommunityZoneCollectionsByID(ctx context.Context, ids []int64) (map[int64]*ent.CommunityZoneCollection, error) {
	return keyset.ByID(ctx, s.store.Read.CommunityZoneCollection.Query(), ids, func(row *ent.CommunityZoneCollection) int64 { return row.ID })
}

// CommunityZoneTitleCounts counts the titles of Community Zone collections.
func (s *Service) CommunityZoneTitleCounts(ctx context.Context, ids []int64) (map[int64]int, error) {
	var rows []struct {
		ID    int64 `json:"community_zone_collection_id"`
		Count int   `json:"count"`
	}
	err := s.store.Read.CommunityZoneTitle.Query().
		Where(communityzonetitle.CommunityZoneCollectionIDIn(ids...), communityzonetitle.RemovedAtIsNil()).
		GroupBy(communityzonetitle.FieldCommunityZoneCollectionID).Aggregate(ent.Count()).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("count the titles of the Community Zone: %w", err)
	}
	counts := make(map[int64]int, len(rows))
	for _, row := range rows {
		counts[row.ID] = row.Count
	}
	return counts, nil
}

// CollectionFilter narrows a listing of collections; empty and nil fields do not.
type CollectionFilter struct {
	NamePrefix      string
	CommunityZoneID string
	Active          *bool
}

func (f CollectionFilter) where() (where []predicate.Collection) {
	if f.NamePrefix != "" {
		where = append(where, prefixed(collection.FieldNameKey, f.NamePrefix))
	}
	if f.CommunityZoneID != "" {
		where = append(where, collection.HasCommunityZoneCollectionWith(communityzonecollection.CzID(f.CommunityZoneID)))
	}
	if f.Active != nil {
		where = append(where, collection.Active(*f.Active))
	}
	return where
}

// Collections lists the library's collections by folded name.
func (s *Service) Collections(ctx context.Context, f CollectionFilter, w keyset.Window) (keyset.Page[*ent.Collection], error) {
	return keyset.List(ctx, s.store.Read.Collection.Query(), byKey, w, f.where())
}

// CountCollections counts what Collections lists.
func (s *Service) CountCollections(ctx context.Context, f CollectionFilter) (int, error) {
	return s.store.Read.Collection.Query().Where(f.where()...).Count(ctx)
}

// CollectionsByID reads collections.
func (s *Service) CollectionsByID(ctx context.Context, ids []int64) (map[int64]*ent.Collection, error) {
	return keyset.ByID(ctx, s.store.Read.Collection.Query(), ids, func(row *ent.Collection) int64 { return row.ID })
}

// CollectionsOfCommunityZone reads the collections that were activated from Community Zone collections, by the id of
// these.
func (s *Service) CollectionsOfCommunityZone(ctx context.Context, ids []int64) (map[int64]*ent.Collection, error) {
	rows, err := s.store.Read.Collection.Query().Where(collection.CommunityZoneCollectionIDIn(ids...)).All(ctx)
	if err != nil {
		return nil, err
	}
	found := make(map[int64]*ent.Collection, len(rows))
	for _, row := range rows {
		found[*row.CommunityZoneCollectionID] = row
	}
	return found, nil
}

// ProfileFilter narrows a listing of profiles; nil does not.
type ProfileFilter struct{ Active *bool }

func (f ProfileFilter) where() (where []predicate.Profile) {
	if f.Active != nil {
		where = append(where, profile.Active(*f.Active))
	}
	return where
}

// Profiles lists profiles in the order in which they were made.
func (s *Service) Profiles(ctx context.Context, f ProfileFilter, w keyset.Window) (keyset.Page[*ent.Profile], error) {
	return keyset.List(ctx, s.store.Read.Profile.Query(), oldest, w, f.where())
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

// ProviderFileFilter narrows a listing of files; empty fields do not.
type ProviderFileFilter struct {
	ProfileID int64
	Content   string
}

func (f ProviderFileFilter) where() (where []predicate.ProviderFile) {
	if f.ProfileID != 0 {
		where = append(where, providerfile.ProfileID(f.ProfileID))
	}
	if f.Content != "" {
		where = append(where, providerfile.Content(f.Content))
	}
	return where
}

// ProviderFiles lists the provider's files, newest first.
func (s *Service) ProviderFiles(ctx context.Context, f ProviderFileFilter, w keyset.Window) (keyset.Page[*ent.ProviderFile], error) {
	return keyset.List(ctx, s.store.Read.ProviderFile.Query(), keyset.Newest, w, f.where())
}

// CountProviderFiles counts what ProviderFiles lists.
func (s *Service) CountProviderFiles(ctx context.Context, f ProviderFileFilter) (int, error) {
	return s.store.Read.ProviderFile.Query().Where(f.where()...).Count(ctx)
}

// ProviderFilesByID reads the provider's files.
func (s *Service) ProviderFilesByID(ctx context.Context, ids []int64) (map[int64]*ent.ProviderFile, error) {
	return keyset.ByID(ctx, s.store.Read.ProviderFile.Query(), ids, func(row *ent.ProviderFile) int64 { return row.ID })
}

// Settings reads the settings.
func (s *Service) Settings(ctx context.Context) (*ent.Setting, error) {
	row, err := s.store.Read.Setting.Get(ctx, settingsID)
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	return row, nil
}

// settingsID is the one row of settings; store.Open makes it.
const settingsID = 1
