package graph

import (
	"context"
	"slices"

	"autoholdings/ent"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/internal/keyset"
	"autoholdings/jobs"
)

func (r *resolver) partsOf(ctx context.Context, j *model.Job) ([]*model.JobPart, error) {
	return j.Page.Parts.Of(ctx, j.Job.ID, func(ctx context.Context) (map[int64][]*model.JobPart, error) {
		rows, err := r.reader.PartsOf(ctx, j.Page.IDs())
		found := map[int64][]*model.JobPart{}
		for _, part := range model.JobParts(rows) {
			found[part.JobID] = append(found[part.JobID], part)
		}
		return found, err
	})
}

func (r jobResolver) Parts(ctx context.Context, j *model.Job) ([]*model.JobPart, error) {
	parts, err := r.partsOf(ctx, j)
	return append([]*model.JobPart{}, parts...), err
}

// Profiles are those that the job was queued for and, for one that reverses another, those of its parts.
func (r jobResolver) Profiles(ctx context.Context, j *model.Job) ([]*model.Profile, error) {
	ids := jobs.ProfileIDs(j.Job)
	if len(ids) == 0 {
		parts, err := r.partsOf(ctx, j)
		if err != nil {
			return nil, err
		}
		ids = distinct(each(parts, func(p *model.JobPart) int64 { return value(p.ProfileID) }))
	}
	profiles := []*model.Profile{}
	for _, id := range ids {
		p, err := j.Page.Profiles.Of(ctx, id, func(ctx context.Context) (map[int64]*model.Profile, error) {
			return r.profilesOfJobs(ctx, j.Page)
		})
		if err != nil {
			return nil, err
		}
		if p != nil {
			profiles = append(profiles, p)
		}
	}
	return profiles, nil
}

func (r jobResolver) profilesOfJobs(ctx context.Context, page *model.JobPage) (map[int64]*model.Profile, error) {
	var ids []int64
	for _, row := range page.Rows {
		ids = append(ids, jobs.ProfileIDs(row)...)
	}
	parts, err := r.reader.PartsOf(ctx, page.IDs())
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		ids = append(ids, value(p.ProfileID))
	}
	return byID(ctx, ids, r.holdings.ProfilesByID, model.Profiles)
}

// Groups are those of the job's parts, each once, by name.
func (r jobResolver) Groups(ctx context.Context, j *model.Job) ([]*model.JobGroup, error) {
	parts, err := r.partsOf(ctx, j)
	if err != nil {
		return nil, err
	}
	groups := []*model.JobGroup{}
	for _, p := range parts {
		ofPart, err := r.groupsOfPart(ctx, p)
		if err != nil {
			return nil, err
		}
		for _, g := range ofPart {
			if !slices.ContainsFunc(groups, func(known *model.JobGroup) bool { return known.Name == g.Name }) {
				groups = append(groups, g)
			}
		}
	}
	return groups, nil
}

// groupsOfPart are the groups as they were called at the time; those that still are called so have an id.
func (r *resolver) groupsOfPart(ctx context.Context, p *model.JobPart) ([]*model.JobGroup, error) {
	return p.Page.Groups.Of(ctx, p.JobPart.ID, func(ctx context.Context) (map[int64][]*model.JobGroup, error) {
		names, all := map[int64][]string{}, []string{}
		for _, row := range p.Page.Rows {
			ofRow, err := (&model.JobPart{JobPart: row}).GroupNames()
			if err != nil {
				return nil, err
			}
			names[row.ID], all = ofRow, append(all, ofRow...)
		}
		known, err := r.holdings.InventoryGroupsByName(ctx, all)
		if err != nil {
			return nil, err
		}
		found := map[int64][]*model.JobGroup{}
		for id, ofRow := range names {
			for _, name := range ofRow {
				found[id] = append(found[id], jobGroup(name, known[name]))
			}
		}
		return found, nil
	})
}

func jobGroup(name string, known *ent.InventoryGroup) *model.JobGroup {
	g := &model.JobGroup{Name: name}
	if known != nil {
		id := model.ID(model.InventoryGroupType, known.ID)
		g.ID = &id
	}
	return g
}

func (r jobResolver) Findings(
	ctx context.Context, j *model.Job, first *int, after *string, filter *model.JobFindingFilter,
) (*model.JobFindingConnection, error) {
	w, err := window(first, after, 0)
	if err != nil {
		return nil, err
	}
	var f jobs.FindingFilter
	if filter != nil {
		f = jobs.FindingFilter{Severities: each(filter.Severity, model.SeverityNumber), Code: text(filter.Code), Column: text(filter.Column)}
	}
	read := func(ctx context.Context, w keyset.Window) (keyset.Page[*ent.JobFinding], error) {
		return r.reader.Findings(ctx, j.Job.ID, f, w)
	}
	return list(ctx, w, read, listing[*ent.JobFinding, *model.JobFinding]{
		model.JobFindings, func(row *ent.JobFinding) keyset.Position { return keyset.Position{ID: row.ID} },
		func(ctx context.Context) (int, error) { return r.reader.CountFindings(ctx, j.Job.ID, f) },
	})
}

func (r jobResolver) Changes(
	ctx context.Context, j *model.Job, first *int, after *string, filter *model.JobChangeFilter,
) (*model.JobChangeConnection, error) {
	w, err := window(first, after, 2)
	if err != nil {
		return nil, err
	}
	var f jobs.ChangeFilter
	if filter != nil {
		f = jobs.ChangeFilter{Actions: filter.Action, Field: filter.Field}
		if f.PortfolioID, err = optionalID(model.PortfolioType, "filter.portfolioId", filter.PortfolioID); err != nil {
			return nil, err
		}
	}
	read := func(ctx context.Context, w keyset.Window) (keyset.Page[*ent.JobChange], error) {
		return r.reader.Changes(ctx, j.Job.ID, f, w)
	}
	return list(ctx, w, read, listing[*ent.JobChange, *model.JobChange]{
		model.JobChanges, func(row *ent.JobChange) keyset.Position {
			return keyset.Position{Keys: []string{row.Action, row.Field}, ID: row.ID}
		},
		func(ctx context.Context) (int, error) { return r.reader.CountChanges(ctx, j.Job.ID, f) },
	})
}

func (r jobResolver) Subject(ctx context.Context, j *model.Job) (*model.Job, error) {
	return r.related(ctx, j, j.SubjectJobID)
}

func (r jobResolver) WaitsFor(ctx context.Context, j *model.Job) (*model.Job, error) {
	return r.related(ctx, j, j.WaitsForJobID)
}

func (r jobResolver) related(ctx context.Context, j *model.Job, id *int64) (*model.Job, error) {
	return j.Page.Jobs.Of(ctx, value(id), func(ctx context.Context) (map[int64]*model.Job, error) {
		var ids []int64
		for _, row := range j.Page.Rows {
			ids = append(ids, value(row.SubjectJobID), value(row.WaitsForJobID))
		}
		return byID(ctx, ids, r.reader.JobsByID, model.Jobs)
	})
}

func (r jobPartResolver) Profile(ctx context.Context, p *model.JobPart) (*model.Profile, error) {
	return r.profileOfPart(ctx, p)
}

func (r *resolver) profileOfPart(ctx context.Context, p *model.JobPart) (*model.Profile, error) {
	return p.Page.Profiles.Of(ctx, value(p.ProfileID), func(ctx context.Context) (map[int64]*model.Profile, error) {
		ids := each(p.Page.Rows, func(row *ent.JobPart) int64 { return value(row.ProfileID) })
		return byID(ctx, ids, r.holdings.ProfilesByID, model.Profiles)
	})
}

func (r jobPartResolver) Collection(ctx context.Context, p *model.JobPart) (*model.Collection, error) {
	return p.Page.Collections.Of(ctx, value(p.CollectionID), func(ctx context.Context) (map[int64]*model.Collection, error) {
		ids := each(p.Page.Rows, func(row *ent.JobPart) int64 { return value(row.CollectionID) })
		return byID(ctx, ids, r.holdings.CollectionsByID, model.Collections)
	})
}

func (r jobPartResolver) File(ctx context.Context, p *model.JobPart) (*model.ProviderFile, error) {
	return p.Page.Files.Of(ctx, value(p.ProviderFileID), func(ctx context.Context) (map[int64]*model.ProviderFile, error) {
		ids := each(p.Page.Rows, func(row *ent.JobPart) int64 { return value(row.ProviderFileID) })
		return byID(ctx, ids, r.holdings.ProviderFilesByID, model.ProviderFiles)
	})
}

func (r jobPartResolver) Groups(ctx context.Context, p *model.JobPart) ([]*model.JobGroup, error) {
	groups, err := r.groupsOfPart(ctx, p)
	return append([]*model.JobGroup{}, groups...), err
}

// Decisions are those on the part's list, whichever job they were made in.
func (r jobPartResolver) Decisions(ctx context.Context, p *model.JobPart) ([]*model.JobPartDecision, error) {
	decisions, err := p.Page.Decisions.Of(ctx, p.JobPart.ID, func(ctx context.Context) (map[int64][]*model.JobPartDecision, error) {
		known, err := r.reader.DecisionsOf(ctx, p.Page.Rows)
		found := map[int64][]*model.JobPartDecision{}
		for id, ofPart := range known {
			found[id] = each(ofPart, func(d jobs.KindDecision) *model.JobPartDecision { return &model.JobPartDecision{KindDecision: d} })
		}
		return found, err
	})
	return append([]*model.JobPartDecision{}, decisions...), err
}

func (r jobFindingResolver) Part(ctx context.Context, f *model.JobFinding) (*model.JobPart, error) {
	return f.Page.Parts.Of(ctx, f.PartID, func(ctx context.Context) (map[int64]*model.JobPart, error) {
		return byID(ctx, f.Page.PartIDs, r.reader.PartsByID, model.JobParts)
	})
}

func (r *resolver) partOfChange(ctx context.Context, c *model.JobChange) (*model.JobPart, error) {
	return c.Page.Parts.Of(ctx, c.PartID, func(ctx context.Context) (map[int64]*model.JobPart, error) {
		ids := each(c.Page.Rows, func(row *ent.JobChange) int64 { return row.PartID })
		return byID(ctx, ids, r.reader.PartsByID, model.JobParts)
	})
}

func (r jobChangeResolver) Part(ctx context.Context, c *model.JobChange) (*model.JobPart, error) {
	return r.partOfChange(ctx, c)
}

func (r jobChangeResolver) Profile(ctx context.Context, c *model.JobChange) (*model.Profile, error) {
	part, err := r.partOfChange(ctx, c)
	if err != nil || part == nil {
		return nil, err
	}
	return r.profileOfPart(ctx, part)
}

func (r jobChangeResolver) Groups(ctx context.Context, c *model.JobChange) ([]*model.JobGroup, error) {
	part, err := r.partOfChange(ctx, c)
	if err != nil || part == nil {
		return []*model.JobGroup{}, err
	}
	groups, err := r.groupsOfPart(ctx, part)
	return append([]*model.JobGroup{}, groups...), err
}

// portfolios are those that the page's changes are of, the candidates of ambiguous titles, and the targets of moves.
func (r jobChangeResolver) portfolio(ctx context.Context, page *model.JobChangePage, id int64) (*model.Portfolio, error) {
	return page.Portfolios.Of(ctx, id, func(ctx context.Context) (map[int64]*model.Portfolio, error) {
		var ids []int64
		for _, row := range page.Rows {
			ids = append(ids, value(row.PortfolioID))
			ids = append(ids, holdings.ValuesOf(row).Candidates()...)
			target, _, _ := holdings.Moved(row)
			ids = append(ids, target)
		}
		return byID(ctx, ids, r.holdings.PortfoliosByID, model.Portfolios)
	})
}

func (r jobChangeResolver) Portfolio(ctx context.Context, c *model.JobChange) (*model.Portfolio, error) {
	return r.portfolio(ctx, c.Page, value(c.PortfolioID))
}

func (r jobChangeResolver) Candidates(ctx context.Context, c *model.JobChange) ([]*model.Portfolio, error) {
	portfolios := []*model.Portfolio{}
	for _, id := range holdings.ValuesOf(c.JobChange).Candidates() {
		p, err := r.portfolio(ctx, c.Page, id)
		if err != nil {
			return nil, err
		}
		if p != nil {
			portfolios = append(portfolios, p)
		}
	}
	return portfolios, nil
}
