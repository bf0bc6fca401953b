package collections

import (
	"context"
	"fmt"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/communityzonecollection"
	"autoholdings/ent/communityzonetitle"
	"autoholdings/ent/predicate"
	"autoholdings/internal/keyset"
	"autoholdings/kbart"
)

// CommunityZoneFilter narrows a listing of the Community Zone; empty fields are ignored.
type CommunityZoneFilter struct {
	Search  string // words that all occur in the name or provider, or the Community Zone's number
	Content string
}

func (f CommunityZoneFilter) where() (where []predicate.CommunityZoneCollection) {
	if f.Content != "" {
		where = append(where, communityzonecollection.Content(f.Content))
	}
	var words []predicate.CommunityZoneCollection
	for word := range strings.FieldsSeq(f.Search) {
		words = append(words, communityzonecollection.Or(
			communityzonecollection.NameKeyContains(kbart.FoldTitle(word)),
			communityzonecollection.ProviderContainsFold(word)))
	}
	if len(words) > 0 {
		number := communityzonecollection.CzID(strings.TrimSpace(f.Search))
		where = append(where, communityzonecollection.Or(number, communityzonecollection.And(words...)))
	}
	return where
}

// CommunityZoneListing sorts the Community Zone's collections by folded name.
var CommunityZoneListing = keyset.Sorted(func(row *ent.CommunityZoneCollection) int64 { return row.ID },
	keyset.By("NAME", keyset.Text(communityzonecollection.FieldNameKey, func(row *ent.CommunityZoneCollection) string { return row.NameKey })))

// CommunityZoneCollections lists the Community Zone by folded name.
func (s *Service) CommunityZoneCollections(
	ctx context.Context, f CommunityZoneFilter, w keyset.Window,
) (keyset.Page[*ent.CommunityZoneCollection], error) {
	return keyset.List(ctx, s.store.Read.CommunityZoneCollection.Query(), CommunityZoneListing, w, f.where())
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

// CollectionFilter narrows a listing of collections; empty and nil fields are ignored.
type CollectionFilter struct {
	NamePrefix      string
	CommunityZoneID string
	Active          *bool
}

func (f CollectionFilter) where() (where []predicate.Collection) {
	if f.NamePrefix != "" {
		where = append(where, keyset.Begins(collection.FieldNameKey, kbart.FoldTitle(f.NamePrefix)))
	}
	if f.CommunityZoneID != "" {
		where = append(where, collection.HasCommunityZoneCollectionWith(communityzonecollection.CzID(f.CommunityZoneID)))
	}
	if f.Active != nil {
		where = append(where, collection.Active(*f.Active))
	}
	return where
}

// CollectionListing sorts collections by folded name unless asked otherwise.
var CollectionListing = keyset.Sorted(func(row *ent.Collection) int64 { return row.ID },
	keyset.By("NAME", keyset.Text(collection.FieldNameKey, func(row *ent.Collection) string { return row.NameKey })),
	keyset.Changed(func(row *ent.Collection) int64 { return row.UpdatedAt }),
)

// Collections lists the library's collections by folded name.
func (s *Service) Collections(ctx context.Context, f CollectionFilter, w keyset.Window) (keyset.Page[*ent.Collection], error) {
	return keyset.List(ctx, s.store.Read.Collection.Query(), CollectionListing, w, f.where())
}

// CountCollections counts what Collections lists.
func (s *Service) CountCollections(ctx context.Context, f CollectionFilter) (int, error) {
	return s.store.Read.Collection.Query().Where(f.where()...).Count(ctx)
}

// CollectionsByID reads collections.
func (s *Service) CollectionsByID(ctx context.Context, ids []int64) (map[int64]*ent.Collection, error) {
	return keyset.ByID(ctx, s.store.Read.Collection.Query(), ids, func(row *ent.Collection) int64 { return row.ID })
}

// CollectionsOfCommunityZone reads the collections that were activated from Community Zone collections, by the ids of
// the latter.
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
