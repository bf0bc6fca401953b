package graph

import (
	"context"

	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings/worklist"
	"autoholdings/jobs"
)

var worklistListing = listing[*worklist.Item, *model.WorklistItem]{worklist.ItemListing, worklistItems}

func worklistItems(items []*worklist.Item) []*model.WorklistItem {
	mutations := map[string]string{}
	for _, t := range jobs.Types("") {
		mutations[t.Kind] = t.Mutation
	}
	return model.WorklistItems(items, func(kind string) string { return mutations[kind] })
}

func (r queryResolver) Worklist(
	ctx context.Context, first *int, after *string, last *int, before *string, filter *model.WorklistFilter,
) (*model.WorklistConnection, error) {
	f, wrong := worklistFilter(filter)
	return list(ctx, ask{first, after, last, before, nil}, worklistListing, filtered(f, wrong, r.worklist.Items, r.worklist.CountItems))
}

func worklistFilter(in *model.WorklistFilter) (f worklist.Filter, err error) {
	if in == nil {
		return f, nil
	}
	f = worklist.Filter{
		Types: each(in.Types, func(t string) worklist.Type { return worklist.Type(t) }), State: worklist.State(orEmpty(in.State)),
		Unassigned: in.Unassigned != nil && *in.Unassigned, Since: in.Since,
	}
	if f.ProfileIDs, err = idsOf(model.ProfileType, "filter.profileIds", in.ProfileIDs); err != nil {
		return f, err
	}
	if f.CollectionIDs, err = idsOf(model.CollectionType, "filter.collectionIds", in.CollectionIDs); err != nil {
		return f, err
	}
	f.AssignedTo, err = optionalID(model.PersonType, "filter.assignedTo", in.AssignedTo)
	return f, err
}

func (r queryResolver) WorklistCounts(ctx context.Context, filter *model.WorklistFilter) ([]*model.WorklistCount, error) {
	f, err := worklistFilter(filter)
	if err != nil {
		return nil, err
	}
	counts, err := r.worklist.Counts(ctx, f)
	return model.WorklistCounts(counts), err
}

func (r queryResolver) WorklistPeople(ctx context.Context) ([]*model.WorklistPerson, error) {
	people, err := r.worklist.People(ctx)
	return each(people, func(p worklist.Person) *model.WorklistPerson { return &model.WorklistPerson{Person: p} }), err
}

func worklistRefs(items []*generated.WorklistItemRef) []worklist.Ref {
	return each(items, func(item *generated.WorklistItemRef) worklist.Ref {
		return worklist.Ref{ID: item.ID, Version: inputValue(item.Version)}
	})
}

// marked wraps the items that a mutation answers with; nil where it was refused.
func (r *resolver) marked(items []*worklist.Item) []*model.WorklistItem {
	if items == nil {
		return nil
	}
	r.watched.look()
	return worklistItems(items)
}

func (r mutationResolver) AssignWorklistItems(
	ctx context.Context, in generated.AssignWorklistItemsInput,
) (*generated.AssignWorklistItemsPayload, error) {
	personID, wrong := optionalID(model.PersonType, "input.personId", inputValue(in.PersonID))
	items, problems, err := carryOut(ctx, notZero(personID), wrong, func(ctx context.Context, id *int64) ([]*worklist.Item, error) {
		return r.worklist.Assign(ctx, worklistRefs(in.Items), id)
	})
	return &generated.AssignWorklistItemsPayload{Items: r.marked(items), UserErrors: problems}, err
}

// notZero is an optional id as a pointer; nil for 0.
func notZero(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

func (r mutationResolver) MarkWorklistItems(
	ctx context.Context, in generated.MarkWorklistItemsInput,
) (*generated.MarkWorklistItemsPayload, error) {
	marking := worklist.Marking{State: worklist.State(in.State), Until: orElse(in.Until, ""), Note: orElse(in.Note, "")}
	items, problems, err := carryOut(ctx, marking, nil, func(ctx context.Context, m worklist.Marking) ([]*worklist.Item, error) {
		return r.worklist.Mark(ctx, worklistRefs(in.Items), m)
	})
	return &generated.MarkWorklistItemsPayload{Items: r.marked(items), UserErrors: problems}, err
}

// WorklistChanged sends how the worklist stands now, and again each time it has changed.
func (r subscriptionResolver) WorklistChanged(ctx context.Context) (<-chan *model.WorklistChange, error) {
	counts, changes := r.watched.watch(ctx), make(chan *model.WorklistChange, 1)
	select {
	case first := <-counts:
		go sendChanges(ctx, first, counts, changes)
		return changes, first.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
