package collections

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent/dialect/sql"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/collectionset"
	"autoholdings/ent/collectionsetmember"
	"autoholdings/ent/predicate"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
)

// SetInput is a set of electronic collections to create, or what to change in one; nil leaves a field as it is.
type SetInput struct {
	Name, Description *string
	CollectionIDs     *[]int64 // all its collections; Add and Remove then apply to these
	Add, Remove       []int64
	Wrong             problem.List // problems found while reading the input; it is refused for these, too
}

// CreateCollectionSet creates a set.
func (s *Service) CreateCollectionSet(ctx context.Context, in SetInput) (*ent.CollectionSet, error) {
	if in.Name == nil {
		in.Name = new(string)
	}
	var made *ent.CollectionSet
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		members, err := in.check(ctx, tx, 0, nil)
		if err != nil {
			return err
		}
		now := tx.Now
		made, err = tx.CollectionSet.Create().SetID(s.store.NextID()).SetCreatedAt(now).SetUpdatedAt(now).
			SetName(*in.Name).SetNillableDescription(in.Description).AddCollectionIDs(members...).Save(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// UpdateCollectionSet changes a set; version is the one that was read, nil for any version. Along with a refusal it
// returns the set as it is, if there is one.
func (s *Service) UpdateCollectionSet(ctx context.Context, id int64, version *int, in SetInput) (*ent.CollectionSet, error) {
	var set *ent.CollectionSet
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if set, err = findSet(ctx, tx, id); err != nil {
			return err
		}
		if err := problem.CheckVersion(fmt.Sprintf("the set %q", set.Name), version, set.Version); err != nil {
			return err
		}
		had, err := membersOf(ctx, tx, id)
		if err != nil {
			return err
		}
		members, err := in.check(ctx, tx, id, had)
		if err != nil {
			return err
		}
		sameName := in.Name == nil || *in.Name == set.Name
		sameDescription := in.Description == nil || *in.Description == set.Description
		if sameName && sameDescription && slices.Equal(had, members) {
			return nil
		}
		set, err = tx.CollectionSet.UpdateOne(set).SetUpdatedAt(tx.Now).AddVersion(1).
			SetNillableName(in.Name).SetNillableDescription(in.Description).
			RemoveCollectionIDs(without(had, members)...).AddCollectionIDs(without(members, had)...).Save(ctx)
		return err
	})
	return set, err
}

// DeleteCollectionSet deletes a set. Its collections stay. It is refused while a job of the set is unfinished.
func (s *Service) DeleteCollectionSet(ctx context.Context, id int64) error {
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		set, err := findSet(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.busy.Set(ctx, tx, id); err != nil {
			return err
		}
		return tx.CollectionSet.DeleteOne(set).Exec(ctx)
	})
}

func findSet(ctx context.Context, tx *store.Tx, id int64) (*ent.CollectionSet, error) {
	set, err := tx.CollectionSet.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil, problem.New(problem.NotFound, "input.setId", "there is no such set: it may have been deleted")
	}
	if err != nil {
		return nil, fmt.Errorf("read set %d: %w", id, err)
	}
	return set, nil
}

// membersOf are the ids of a set's collections, in their order.
func membersOf(ctx context.Context, tx *store.Tx, setID int64) ([]int64, error) {
	ids, err := tx.Collection.Query().Where(inSet(setID)).Order(collection.ByID()).IDs(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the collections of set %d: %w", setID, err)
	}
	return ids, nil
}

func without(ids, these []int64) []int64 {
	return slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return slices.Contains(these, id) })
}

// check trims the texts and returns the ids of the collections that the set will have, in their order, or everything
// that is wrong. own is the set that is changed, 0 for a new one. had are its present collections.
func (in *SetInput) check(ctx context.Context, tx *store.Tx, own int64, had []int64) (members []int64, err error) {
	problems := slices.Clone(in.Wrong)
	if in.Name != nil {
		name := strings.TrimSpace(*in.Name)
		in.Name = &name
		problems.CheckName("input.name", name)
		if err := checkSetName(ctx, tx, &problems, name, own); err != nil {
			return nil, err
		}
	}
	if in.Description != nil {
		description := strings.TrimSpace(*in.Description)
		in.Description = &description
		problems.CheckDescription(description)
	}
	members = had
	if in.CollectionIDs != nil {
		members = *in.CollectionIDs
		if err := checkCollections(ctx, tx, &problems, "input.collectionIds", members); err != nil {
			return nil, err
		}
	}
	if err := checkCollections(ctx, tx, &problems, "input.addCollectionIds", in.Add); err != nil {
		return nil, err
	}
	if err := checkCollections(ctx, tx, &problems, "input.removeCollectionIds", in.Remove); err != nil {
		return nil, err
	}
	for _, id := range in.Add {
		if slices.Contains(in.Remove, id) {
			problems.Add(problem.BadInput, "input.removeCollectionIds", "a collection is both to be added and to be taken out: name it once")
			break
		}
	}
	members = without(slices.Concat(members, in.Add), in.Remove)
	slices.Sort(members)
	return slices.Compact(members), problems.Err()
}

// checkSetName adds a problem if another set has the name, in upper or lower case.
func checkSetName(ctx context.Context, tx *store.Tx, problems *problem.List, name string, own int64) error {
	var others []string
	// there are only tens of sets
	err := tx.CollectionSet.Query().Where(collectionset.IDNEQ(own)).Select(collectionset.FieldName).Scan(ctx, &others)
	if err != nil {
		return fmt.Errorf("read the sets: %w", err)
	}
	for _, other := range others {
		if strings.EqualFold(other, name) {
			problems.Add(problem.Conflict, "input.name", "there is a set %q already: choose another name", other)
		}
	}
	return nil
}

// checkCollections adds a problem if collections do not exist.
func checkCollections(ctx context.Context, tx *store.Tx, problems *problem.List, path string, ids []int64) error {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	missing := len(ids)
	for chunk := range slices.Chunk(ids, store.IDsAtOnce) {
		there, err := tx.Collection.Query().Where(collection.IDIn(chunk...)).Count(ctx)
		if err != nil {
			return fmt.Errorf("look up collections: %w", err)
		}
		missing -= there
	}
	if missing > 0 {
		problems.Add(problem.NotFound, path, "%s not there: list collections for those that are",
			words.Count(missing, "of the collections is", "of the collections are"))
	}
	return nil
}

// inSet is the condition that a collection is in a set.
func inSet(setID int64) predicate.Collection {
	return func(s *sql.Selector) {
		members := sql.Table(collectionsetmember.Table)
		s.Where(sql.In(s.C(collection.FieldID), sql.Select(members.C(collectionsetmember.FieldCollectionID)).From(members).
			Where(sql.EQ(members.C(collectionsetmember.FieldCollectionSetID), setID))))
	}
}

// SetFilter narrows a listing of sets; empty fields are ignored.
type SetFilter struct {
	NamePrefix   string
	CollectionID int64 // sets that this collection is in
}

func (f SetFilter) where() (where []predicate.CollectionSet) {
	if f.NamePrefix != "" {
		where = append(where, keyset.Begins(collectionset.FieldName, f.NamePrefix))
	}
	if f.CollectionID != 0 {
		where = append(where, func(s *sql.Selector) {
			members := sql.Table(collectionsetmember.Table)
			s.Where(sql.In(s.C(collectionset.FieldID), sql.Select(members.C(collectionsetmember.FieldCollectionSetID)).From(members).
				Where(sql.EQ(members.C(collectionsetmember.FieldCollectionID), f.CollectionID))))
		})
	}
	return where
}

// SetListing sorts sets by name.
var SetListing = keyset.Sorted(func(row *ent.CollectionSet) int64 { return row.ID },
	keyset.By("NAME", keyset.Text(collectionset.FieldName, func(row *ent.CollectionSet) string { return row.Name })))

// CollectionSets lists sets by name.
func (s *Service) CollectionSets(ctx context.Context, f SetFilter, w keyset.Window) (keyset.Page[*ent.CollectionSet], error) {
	return keyset.List(ctx, s.store.Read.CollectionSet.Query(), SetListing, w, f.where())
}

// CountCollectionSets counts what CollectionSets lists.
func (s *Service) CountCollectionSets(ctx context.Context, f SetFilter) (int, error) {
	return s.store.Read.CollectionSet.Query().Where(f.where()...).Count(ctx)
}

// CollectionSetsByID reads sets.
func (s *Service) CollectionSetsByID(ctx context.Context, ids []int64) (map[int64]*ent.CollectionSet, error) {
	return keyset.ByID(ctx, s.store.Read.CollectionSet.Query(), ids, func(row *ent.CollectionSet) int64 { return row.ID })
}

// CollectionsOfSet lists a set's collections by folded name.
func (s *Service) CollectionsOfSet(ctx context.Context, setID int64, w keyset.Window) (keyset.Page[*ent.Collection], error) {
	return keyset.List(ctx, s.store.Read.Collection.Query(), CollectionListing, w, []predicate.Collection{inSet(setID)})
}

// MemberCounts counts the collections of sets.
func (s *Service) MemberCounts(ctx context.Context, setIDs []int64) (map[int64]int, error) {
	var rows []struct {
		ID    int64 `json:"collection_set_id"`
		Count int   `json:"count"`
	}
	err := s.store.Read.CollectionSetMember.Query().Where(collectionsetmember.CollectionSetIDIn(setIDs...)).
		GroupBy(collectionsetmember.FieldCollectionSetID).Aggregate(ent.Count()).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("count the collections of sets: %w", err)
	}
	counts := make(map[int64]int, len(rows))
	for _, row := range rows {
		counts[row.ID] = row.Count
	}
	return counts, nil
}

// SetsOfCollections reads the sets that collections are in, each by name.
func (s *Service) SetsOfCollections(ctx context.Context, collectionIDs []int64) (map[int64][]*ent.CollectionSet, error) {
	rows, err := s.store.Read.Collection.Query().Where(collection.IDIn(collectionIDs...)).Select(collection.FieldID).
		WithSets(func(q *ent.CollectionSetQuery) { q.Order(collectionset.ByName()) }).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the sets of collections: %w", err)
	}
	found := make(map[int64][]*ent.CollectionSet, len(rows))
	for _, row := range rows {
		found[row.ID] = row.Edges.Sets
	}
	return found, nil
}
