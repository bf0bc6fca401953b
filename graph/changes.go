package graph

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/access"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
	"autoholdings/jobs"
)

var appliedListing = listing[*jobs.AppliedChange, *model.Change]{byMoment, model.Changes, (*jobs.AppliedChange).Position}

// newestFirst is the value of ChangeOrder for looking back.
const newestFirst = "NEWEST_FIRST"

func (r queryResolver) Changes(
	ctx context.Context, first *int, after *string, since *int64, order string, filter *model.ChangeFilter,
) (*model.ChangeConnection, error) {
	q, wrong := changeQuery(since, filter)
	q.NewestFirst = order == newestFirst
	return list(ctx, first, after, appliedListing, source[*jobs.AppliedChange]{
		read: func(ctx context.Context, w keyset.Window) (keyset.Page[*jobs.AppliedChange], error) {
			return r.reader.ChangesSince(ctx, q, w)
		},
		wrong: wrong,
	})
}

// byMoment decodes the arguments of a listing of changes.
func byMoment(first *int, after *string) (keyset.Window, error) {
	w, err := window(first, after, 4)
	if err != nil || w.After == nil {
		return w, err
	}
	for _, number := range w.After.Keys[:2] {
		if _, err := strconv.ParseInt(number, 10, 64); err != nil {
			return w, noCursor(*after)
		}
	}
	return w, nil
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
	q.Actions, q.Field = in.Action, in.Field
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
	if in.ActorID != nil {
		if q.ActorKind, q.ActorID, err = actorOf(*in.ActorID); err != nil {
			return err
		}
	}
	kind := access.Kind(orEmpty(in.ActorKind))
	if q.ActorKind != "" && kind != "" && kind != q.ActorKind {
		return problem.New(problem.BadInput, "filter.actorKind", "the actor is a %s: leave actorKind out", q.ActorKind)
	}
	q.ActorKind = cmp.Or(q.ActorKind, kind)
	return nil
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

func (r portfolioResolver) History(ctx context.Context, p *model.Portfolio, first *int, after *string) (*model.ChangeConnection, error) {
	w, err := byMoment(first, after)
	if err != nil {
		return nil, err
	}
	way := model.HistoryPage{First: w.First, After: orEmpty(after)}
	rows, err := p.Page.Histories.With(way).Of(ctx, p.Portfolio.ID, func(ctx context.Context) (map[int64][]*model.Change, error) {
		return r.historiesOfPage(ctx, p.Page, w)
	})
	return historyListing.connect(keyset.Cut(rows, w), w, nil), err
}

// historyListing is of changes that were wrapped for all portfolios of a page at once.
var historyListing = listing[*model.Change, *model.Change]{
	wrap: func(rows []*model.Change) []*model.Change { return rows }, at: func(c *model.Change) keyset.Position { return c.Position() },
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
