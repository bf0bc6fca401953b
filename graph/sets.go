package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
)

func (r queryResolver) CollectionSets(
	ctx context.Context, first *int, after *string, filter *model.CollectionSetFilter,
) (*model.Connection[*model.CollectionSet], error) {
	w, err := window(first, after, 1)
	if err != nil {
		return nil, err
	}
	var f holdings.SetFilter
	if filter != nil {
		f.NamePrefix = text(filter.NamePrefix)
		if f.CollectionID, err = optionalID(model.CollectionType, "filter.collectionId", filter.CollectionID); err != nil {
			return nil, err
		}
	}
	return list(ctx, w, with(f, r.holdings.CollectionSets), listing[*ent.CollectionSet, *model.CollectionSet]{
		model.CollectionSets, func(row *ent.CollectionSet) keyset.Position {
			return keyset.Position{Keys: []string{row.Name}, ID: row.ID}
		}, counting(f, r.holdings.CountCollectionSets),
	})
}

func (r mutationResolver) CreateCollectionSet(
	ctx context.Context, in generated.CreateCollectionSetInput,
) (*generated.CreateCollectionSetPayload, error) {
	set := holdings.SetInput{Name: &in.Name, Description: given(in.Description)}
	set.CollectionIDs = collectionIDs(&set.Wrong, "input.collectionIds", in.CollectionIds)
	row, err := r.holdings.CreateCollectionSet(ctx, set)
	payload := &generated.CreateCollectionSetPayload{CollectionSet: only(row, model.CollectionSets)}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

// collectionIDs takes the ids of collections apart, and adds what is wrong with the first that is none; nil where none
// are given.
func collectionIDs(wrong *problem.List, path string, opaque graphql.Omittable[[]string]) *[]int64 {
	given, set := opaque.ValueOK()
	if !set || given == nil {
		return nil
	}
	ids := make([]int64, len(given))
	for i, id := range given {
		var err error
		if ids[i], err = idOf(model.CollectionType, path, id); err != nil {
			problems, _ := problem.In(err)
			*wrong = append(*wrong, problems...)
			return nil
		}
	}
	return &ids
}

func (r mutationResolver) UpdateCollectionSet(
	ctx context.Context, in generated.UpdateCollectionSetInput,
) (*generated.UpdateCollectionSetPayload, error) {
	payload := &generated.UpdateCollectionSetPayload{}
	id, err := idOf(model.CollectionSetType, "input.setId", in.SetID)
	if err == nil {
		var row *ent.CollectionSet
		row, err = r.holdings.UpdateCollectionSet(ctx, id, given(in.Version), setChange(in))
		payload.CollectionSet = only(row, model.CollectionSets)
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

func setChange(in generated.UpdateCollectionSetInput) holdings.SetInput {
	change := holdings.SetInput{Name: given(in.Name), Description: cleared(in.Description)}
	change.CollectionIDs = collectionIDs(&change.Wrong, "input.collectionIds", in.CollectionIds)
	if add := collectionIDs(&change.Wrong, "input.addCollectionIds", in.AddCollectionIds); add != nil {
		change.Add = *add
	}
	if remove := collectionIDs(&change.Wrong, "input.removeCollectionIds", in.RemoveCollectionIds); remove != nil {
		change.Remove = *remove
	}
	return change
}

func (r mutationResolver) DeleteCollectionSet(
	ctx context.Context, in generated.DeleteCollectionSetInput,
) (*generated.DeleteCollectionSetPayload, error) {
	payload := &generated.DeleteCollectionSetPayload{}
	id, err := idOf(model.CollectionSetType, "input.setId", in.SetID)
	if err == nil {
		err = r.holdings.DeleteCollectionSet(ctx, id)
		if err == nil {
			payload.DeletedID = &in.SetID
		}
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

func (r mutationResolver) DeleteCollection(
	ctx context.Context, in generated.DeleteCollectionInput,
) (*generated.DeleteCollectionPayload, error) {
	payload := &generated.DeleteCollectionPayload{}
	id, err := idOf(model.CollectionType, "input.collectionId", in.CollectionID)
	if err == nil {
		if err = r.holdings.DeleteCollection(ctx, id, orElse(in.WithPortfolios, false)); err == nil {
			payload.DeletedID = &in.CollectionID
		}
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

func (r collectionSetResolver) Collections(
	ctx context.Context, s *model.CollectionSet, first *int, after *string,
) (*model.Connection[*model.Collection], error) {
	w, err := window(first, after, 1)
	if err != nil {
		return nil, err
	}
	return list(ctx, w, with(s.CollectionSet.ID, r.holdings.CollectionsOfSet), listing[*ent.Collection, *model.Collection]{
		model.Collections, func(row *ent.Collection) keyset.Position {
			return keyset.Position{Keys: []string{row.NameKey}, ID: row.ID}
		}, func(ctx context.Context) (int, error) { return r.MemberCount(ctx, s) },
	})
}

func (r collectionSetResolver) MemberCount(ctx context.Context, s *model.CollectionSet) (int, error) {
	return s.Page.MemberCounts.Of(ctx, s.CollectionSet.ID, func(ctx context.Context) (map[int64]int, error) {
		return r.holdings.MemberCounts(ctx, s.Page.IDs)
	})
}

func (r collectionResolver) Sets(ctx context.Context, c *model.Collection) ([]*model.CollectionSet, error) {
	return c.Page.Sets.Of(ctx, c.Collection.ID, func(ctx context.Context) (map[int64][]*model.CollectionSet, error) {
		rows, err := r.holdings.SetsOfCollections(ctx, each(c.Page.Rows, func(row *ent.Collection) int64 { return row.ID }))
		return eachList(rows, model.CollectionSets), err
	})
}
