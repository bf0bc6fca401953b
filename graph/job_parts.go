package graph

import (
	"context"
	"slices"

	"autoholdings/ent"
	"autoholdings/graph/model"
	"autoholdings/jobs"
)

func (r jobPartResolver) Profile(ctx context.Context, p *model.JobPart) (*model.Profile, error) {
	return r.profileOfPart(ctx, p)
}

func (r jobPartResolver) Collection(ctx context.Context, p *model.JobPart) (*model.Collection, error) {
	return p.Page.Collections.Of(ctx, orZero(p.CollectionID), func(ctx context.Context) (map[int64]*model.Collection, error) {
		ids := each(p.Page.Rows, func(row *ent.JobPart) int64 { return orZero(row.CollectionID) })
		return readPage(ctx, ids, r.collections.CollectionsByID, model.Collections)
	})
}

func (r jobPartResolver) File(ctx context.Context, p *model.JobPart) (*model.ProviderFile, error) {
	return p.Page.Files.Of(ctx, orZero(p.ProviderFileID), func(ctx context.Context) (map[int64]*model.ProviderFile, error) {
		ids := each(p.Page.Rows, func(row *ent.JobPart) int64 { return orZero(row.ProviderFileID) })
		return readPage(ctx, ids, r.holdings.ProviderFilesByID, model.ProviderFiles)
	})
}

func (r jobPartResolver) Groups(ctx context.Context, p *model.JobPart) ([]*model.JobGroup, error) {
	groups, err := r.groupsOfPart(ctx, p)
	return append([]*model.JobGroup{}, groups...), err
}

// Decisions returns the decisions on the part's list, whichever job they were made in.
func (r jobPartResolver) Decisions(ctx context.Context, p *model.JobPart) ([]*model.JobPartDecision, error) {
	decisions, err := p.Page.Decisions.Of(ctx, p.JobPart.ID, func(ctx context.Context) (map[int64][]*model.JobPartDecision, error) {
		return r.decisionsOfPage(ctx, p.Page)
	})
	return append([]*model.JobPartDecision{}, decisions...), err
}

func (r *resolver) decisionsOfPage(ctx context.Context, page *model.JobPartPage) (map[int64][]*model.JobPartDecision, error) {
	known, err := r.reader.DecisionsOf(ctx, page.Rows)
	found := make(map[int64][]*model.JobPartDecision, len(known))
	for id, ofPart := range known {
		found[id] = each(ofPart, func(d jobs.KindDecision) *model.JobPartDecision { return &model.JobPartDecision{KindDecision: d} })
	}
	return found, err
}

func (r *resolver) profileOfPart(ctx context.Context, p *model.JobPart) (*model.Profile, error) {
	return p.Page.Profiles.Of(ctx, orZero(p.ProfileID), func(ctx context.Context) (map[int64]*model.Profile, error) {
		ids := each(p.Page.Rows, func(row *ent.JobPart) int64 { return orZero(row.ProfileID) })
		return readPage(ctx, ids, r.profiles.ProfilesByID, model.Profiles)
	})
}

// groupsOfPart returns the groups under their names at the time; those that still have that name have an id.
func (r *resolver) groupsOfPart(ctx context.Context, p *model.JobPart) ([]*model.JobGroup, error) {
	return p.Page.Groups.Of(ctx, p.JobPart.ID, func(ctx context.Context) (map[int64][]*model.JobGroup, error) {
		names := map[int64][]string{}
		for _, row := range p.Page.Rows {
			ofRow, err := (&model.JobPart{JobPart: row}).GroupNames()
			if err != nil {
				return nil, err
			}
			names[row.ID] = ofRow
		}
		return r.groupsNamed(ctx, names)
	})
}

// groupsNamed finds the groups of several things by their names.
func (r *resolver) groupsNamed(ctx context.Context, names map[int64][]string) (map[int64][]*model.JobGroup, error) {
	var all []string
	for _, some := range names {
		all = append(all, some...)
	}
	slices.Sort(all)
	known, err := r.profiles.InventoryGroupsByName(ctx, slices.Compact(all))
	if err != nil {
		return nil, err
	}
	found := map[int64][]*model.JobGroup{}
	for id, some := range names {
		found[id] = each(some, func(name string) *model.JobGroup { return jobGroup(name, known[name]) })
	}
	return found, nil
}

func jobGroup(name string, known *ent.InventoryGroup) *model.JobGroup {
	g := &model.JobGroup{Name: name}
	if known != nil {
		id := model.ID(model.InventoryGroupType, known.ID)
		g.ID = &id
	}
	return g
}
