package graph

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/access"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
	"autoholdings/jobs"
)

var appliedListing = listing[*jobs.AppliedChange, *model.Change]{jobs.AppliedListing, model.Changes}

// newestFirst is the value of ChangeOrder for looking back.
const newestFirst = "NEWEST_FIRST"

func (r queryResolver) Changes(
	ctx context.Context, first *int, after *string, last *int, before *string, since *int64, order string, filter *model.ChangeFilter,
) (*model.ChangeConnection, error) {
	q, wrong := changeQuery(since, filter)
	q.NewestFirst = order == newestFirst
	return list(ctx, ask{first, after, last, before, nil}, appliedListing, source[*jobs.AppliedChange]{
		read: func(ctx context.Context, w keyset.Window) (keyset.Page[*jobs.AppliedChange], error) {
			return r.reader.ChangesSince(ctx, q, w)
		},
		wrong: wrong,
	})
}

// changeQuery returns what is asked for, or what is wrong with it.
func changeQuery(since *int64, in *model.ChangeFilter) (q jobs.ChangeQuery, err error) {
	q.Since = since
	if in == nil {
		return q, nil
	}
	if in.Until != nil {
		if since != nil && *since >= *in.Until {
			return q, problem.New(problem.BadInput, "filter.until", "until, %s, is not after since, %s: nothing lies between them",
				model.Moment(*in.Until), model.Moment(*since))
		}
		last := *in.Until - 1
		q.Until = &last
	}
	for _, action := range in.Action {
		if !slices.Contains(holdings.AppliedActions, plan.Action(action)) {
			return q, problem.New(problem.BadInput, "filter.action", "%.40q changes nothing: choose among %s", action,
				strings.Join(each(holdings.AppliedActions, func(a plan.Action) string { return string(a) }), ", "))
		}
	}
	q.Actions, q.Field, q.Content, q.TitlePrefix = in.Action, in.Field, orEmpty(in.Content), orEmpty(in.TitlePrefix)
	return q, changeSubjects(&q, in)
}

// changeSubjects adds whom and what the filter names.
func changeSubjects(q *jobs.ChangeQuery, in *model.ChangeFilter) error {
	portfolioID, err := optionalID(model.PortfolioType, "filter.portfolioId", in.PortfolioID)
	if err != nil {
		return err
	}
	if portfolioID != 0 {
		q.PortfolioIDs = []int64{portfolioID}
	}
	if q.CollectionID, err = optionalID(model.CollectionType, "filter.collectionId", in.CollectionID); err != nil {
		return err
	}
	if q.GroupID, err = optionalID(model.InventoryGroupType, "filter.groupId", in.GroupID); err != nil {
		return err
	}
	if q.PartID, err = optionalID(model.JobPartType, "filter.partId", in.PartID); err != nil {
		return err
	}
	q.ActorKind, q.ActorID, err = actorAsked(in.ActorID, in.ActorKind)
	return err
}

// actorAsked decodes the two fields of a filter that say who did it; "" and 0: anybody.
func actorAsked(opaque, ofKind *string) (kind access.Kind, id int64, err error) {
	asked := access.Kind(orEmpty(ofKind))
	if opaque == nil {
		return asked, 0, nil
	}
	if kind, id, err = actorOf(*opaque); err != nil {
		return "", 0, err
	}
	if asked != "" && asked != kind {
		return "", 0, problem.New(problem.BadInput, "filter.actorKind", "the actor is a %s: leave actorKind out", kind)
	}
	return kind, id, nil
}

// actorOf decodes the id of a person or token.
func actorOf(opaque string) (access.Kind, int64, error) {
	typeName, id, err := model.ParseID(opaque)
	switch {
	case err == nil && typeName == model.PersonType:
		return access.ByPerson, id, nil
	case err == nil && typeName == model.AccessTokenType:
		return access.ByToken, id, nil
	}
	return "", 0, problem.New(problem.BadInput, "filter.actorId", "%.80q is the id of no person and no token", opaque)
}

func (r portfolioResolver) History(
	ctx context.Context, p *model.Portfolio, first *int, after *string, last *int, before *string,
) (*model.ChangeConnection, error) {
	w, err := appliedListing.window(ask{first, after, last, before, nil})
	if err != nil {
		return nil, err
	}
	way := model.HistoryPage{First: w.First, Cursor: cmp.Or(orEmpty(after), orEmpty(before)), Backwards: w.Backwards}
	rows, err := p.Page.Histories.With(way).Of(ctx, p.Portfolio.ID, func(ctx context.Context) (map[int64][]*model.Change, error) {
		return r.historiesOfPage(ctx, p.Page, w)
	})
	return r.history(p.Portfolio.ID, keyset.Cut(slices.Clone(rows), w), w), err
}

// history is a page of a portfolio's changes, which were wrapped for all portfolios of a page at once.
func (r *resolver) history(portfolioID int64, page keyset.Page[*model.Change], w keyset.Window) *model.ChangeConnection {
	l := appliedListing
	l.wrap = func([]*jobs.AppliedChange) []*model.Change { return page.Items }
	rows := each(page.Items, func(c *model.Change) *jobs.AppliedChange { return c.AppliedChange })
	read := func(ctx context.Context, w keyset.Window) (keyset.Page[*jobs.AppliedChange], error) {
		found, err := r.reader.HistoriesOf(ctx, []int64{portfolioID}, w)
		return keyset.Cut(found[portfolioID], w), err
	}
	return l.connect(keyset.Page[*jobs.AppliedChange]{Items: rows, More: page.More}, w, source[*jobs.AppliedChange]{read: read})
}

func (r *resolver) historiesOfPage(ctx context.Context, page *model.PortfolioPage, w keyset.Window) (map[int64][]*model.Change, error) {
	found, err := r.reader.HistoriesOf(ctx, page.IDs(), w)
	return wrapLists(found, model.Changes), err
}

func (r changeResolver) Job(ctx context.Context, c *model.Change) (*model.Job, error) {
	return c.Page.Jobs.Of(ctx, c.JobID, func(ctx context.Context) (map[int64]*model.Job, error) {
		ids := each(c.Page.Rows, func(row *jobs.AppliedChange) int64 { return row.JobID })
		return readPage(ctx, ids, r.reader.JobsByID, model.Jobs)
	})
}

func (r changeResolver) Portfolio(ctx context.Context, c *model.Change) (*model.Portfolio, error) {
	return c.Page.Portfolios.Of(ctx, orZero(c.PortfolioID), func(ctx context.Context) (map[int64]*model.Portfolio, error) {
		ids := each(c.Page.Rows, func(row *jobs.AppliedChange) int64 { return orZero(row.PortfolioID) })
		return readPage(ctx, ids, r.holdings.PortfoliosByID, model.Portfolios)
	})
}

func (r changeResolver) Collection(ctx context.Context, c *model.Change) (*model.Collection, error) {
	return c.Page.Collections.Of(ctx, c.CollectionID, func(ctx context.Context) (map[int64]*model.Collection, error) {
		ids := each(c.Page.Rows, func(row *jobs.AppliedChange) int64 { return row.CollectionID })
		return readPage(ctx, ids, r.collections.CollectionsByID, model.Collections)
	})
}

func (r changeResolver) Profile(ctx context.Context, c *model.Change) (*model.Profile, error) {
	return c.Page.Profiles.Of(ctx, c.ProfileID, func(ctx context.Context) (map[int64]*model.Profile, error) {
		ids := each(c.Page.Rows, func(row *jobs.AppliedChange) int64 { return row.ProfileID })
		return readPage(ctx, ids, r.profiles.ProfilesByID, model.Profiles)
	})
}

func (r changeResolver) Groups(ctx context.Context, c *model.Change) ([]*model.JobGroup, error) {
	groups, err := c.Page.Groups.Of(ctx, c.JobChange.ID, func(ctx context.Context) (map[int64][]*model.JobGroup, error) {
		return r.groupsOfChanges(ctx, c.Page)
	})
	return append([]*model.JobGroup{}, groups...), err
}

func (r *resolver) groupsOfChanges(ctx context.Context, page *model.ChangePage) (map[int64][]*model.JobGroup, error) {
	names := map[int64][]string{}
	for _, row := range page.Rows {
		ofRow, err := (&model.Change{AppliedChange: row}).GroupNames()
		if err != nil {
			return nil, err
		}
		names[row.ID] = ofRow
	}
	return r.groupsNamed(ctx, names)
}
