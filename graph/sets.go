package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings/collections"
	"autoholdings/internal/problem"
)

var collectionSetListing = listing[*ent.CollectionSet, *model.CollectionSet]{collections.SetListing, model.CollectionSets}

func (r queryResolver) CollectionSets(
	ctx context.Context, first *int, after *string, last *int, before *string, filter *model.CollectionSetFilter,
) (*model.Connection[*model.CollectionSet], error) {
	f, wrong := setFilter(filter)
	return list(ctx, ask{first, after, last, before, nil}, collectionSetListing,
		filtered(f, wrong, r.collections.CollectionSets, r.collections.CountCollectionSets))
}

func setFilter(in *model.CollectionSetFilter) (f collections.SetFilter, err error) {
	if in == nil {
		return f, nil
	}
	f.NamePrefix = orEmpty(in.NamePrefix)
	f.CollectionID, err = optionalID(model.CollectionType, "filter.collectionId", in.CollectionID)
	return f, err
}

func (r mutationResolver) CreateCollectionSet(
	ctx context.Context, in generated.CreateCollectionSetInput,
) (*generated.CreateCollectionSetPayload, error) {
	row, problems, err := carryOut(ctx, newSet(in), nil, r.collections.CreateCollectionSet)
	return &generated.CreateCollectionSetPayload{CollectionSet: wrapOne(row, model.CollectionSets), UserErrors: problems}, err
}

func newSet(in generated.CreateCollectionSetInput) collections.SetInput {
	set := collections.SetInput{Name: &in.Name, Description: inputValue(in.Description)}
	set.CollectionIDs = collectionIDs(&set.Wrong, "input.collectionIds", in.CollectionIds)
	return set
}

func (r mutationResolver) UpdateCollectionSet(
	ctx context.Context, in generated.UpdateCollectionSetInput,
) (*generated.UpdateCollectionSetPayload, error) {
	id, wrong := idOf(model.CollectionSetType, "input.setId", in.SetID)
	row, problems, err := carryOut(ctx, id, wrong, func(ctx context.Context, id int64) (*ent.CollectionSet, error) {
		return r.collections.UpdateCollectionSet(ctx, id, inputValue(in.Version), setChange(in))
	})
	return &generated.UpdateCollectionSetPayload{CollectionSet: wrapOne(row, model.CollectionSets), UserErrors: problems}, err
}

func setChange(in generated.UpdateCollectionSetInput) collections.SetInput {
	change := collections.SetInput{Name: inputValue(in.Name), Description: textChange(in.Description)}
	change.CollectionIDs = collectionIDs(&change.Wrong, "input.collectionIds", in.CollectionIds)
	if add := collectionIDs(&change.Wrong, "input.addCollectionIds", in.AddCollectionIds); add != nil {
		change.Add = *add
	}
	if remove := collectionIDs(&change.Wrong, "input.removeCollectionIds", in.RemoveCollectionIds); remove != nil {
		change.Remove = *remove
	}
	return change
}

// collectionIDs decodes the ids of collections, and adds a problem for the first invalid one; nil if none are given.
func collectionIDs(wrong *problem.List, path string, opaque graphql.Omittable[[]string]) *[]int64 {
	given, set := opaque.ValueOK()
	if !set || given == nil {
		return nil
	}
	ids, err := idsOf(model.CollectionType, path, given)
	if err != nil {
		problems, _ := problem.In(err)
		*wrong = append(*wrong, problems...)
		return nil
	}
	return &ids
}

func (r mutationResolver) DeleteCollectionSet(
	ctx context.Context, in generated.DeleteCollectionSetInput,
) (*generated.DeleteCollectionSetPayload, error) {
	id, wrong := idOf(model.CollectionSetType, "input.setId", in.SetID)
	deleted, problems, err := carryOut(ctx, id, wrong, deletion(in.SetID, r.collections.DeleteCollectionSet))
	return &generated.DeleteCollectionSetPayload{DeletedID: deleted, UserErrors: problems}, err
}

func (r collectionSetResolver) Collections(
	ctx context.Context, s *model.CollectionSet, first *int, after *string, last *int, before *string, orderBy *model.Order,
) (*model.Connection[*model.Collection], error) {
	members := filtered(s.CollectionSet.ID, nil, r.collections.CollectionsOfSet, func(ctx context.Context, _ int64) (int, error) {
		return r.MemberCount(ctx, s)
	})
	return list(ctx, ask{first, after, last, before, orderBy}, collectionListing, members)
}

func (r collectionSetResolver) MemberCount(ctx context.Context, s *model.CollectionSet) (int, error) {
	return s.Page.MemberCounts.Of(ctx, s.CollectionSet.ID, func(ctx context.Context) (map[int64]int, error) {
		return r.collections.MemberCounts(ctx, s.Page.IDs)
	})
}
