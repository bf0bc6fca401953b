package graph

import (
	"context"
	"time"

	"autoholdings/ent"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
)

// AsOf takes the portfolios of a page back together.
func (r portfolioResolver) AsOf(ctx context.Context, p *model.Portfolio, day string) (*model.FormerPortfolio, error) {
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return nil, problem.New(problem.BadInput, "day", "%.40q is no day: write YYYY-MM-DD", day)
	}
	moment, err := holdings.FormerMoment(day, time.Now().UTC())
	if err != nil {
		return nil, err
	}
	return p.Page.Former.With(moment.UnixMilli()).Of(ctx, p.Portfolio.ID, func(ctx context.Context) (map[int64]*model.FormerPortfolio, error) {
		return r.formerPortfolios(ctx, p.Page.IDs(), moment.UnixMilli())
	})
}

var formerListing = listing[*holdings.ListedPortfolio, *model.Portfolio]{
	holdings.FormerListing, func(rows []*holdings.ListedPortfolio) []*model.Portfolio {
		return model.Portfolios(each(rows, func(row *holdings.ListedPortfolio) *ent.Portfolio { return row.Portfolio }))
	},
}

// portfoliosAsOf lists portfolios as they were at the end of a day.
func (r *resolver) portfoliosAsOf(
	ctx context.Context, a ask, f holdings.PortfolioFilter, day string,
) (*model.PortfolioConnection, error) {
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return nil, problem.New(problem.BadInput, "asOf", "%.40q is no day: write YYYY-MM-DD", day)
	}
	moment, err := holdings.FormerMoment(day, time.Now().UTC())
	if err != nil {
		return nil, err
	}
	if a.orderBy != nil && a.orderBy.Field == keyset.UpdatedAt {
		return nil, problem.New(problem.BadInput, "orderBy.field",
			"when portfolios had last changed by then is not recorded: order by TITLE, TITLE_ID, PRINT_IDENTIFIER or ONLINE_IDENTIFIER")
	}
	former := r.holdings.Former(moment.UnixMilli(), columnsAsked(ctx, "nodes", "edges", "node"))
	return list(ctx, a, formerListing, filtered(f, nil, former.List, former.Count))
}

func (r *resolver) formerPortfolios(ctx context.Context, ids []int64, moment int64) (map[int64]*model.FormerPortfolio, error) {
	former, err := r.holdings.PortfoliosAsOf(ctx, ids, moment)
	if err != nil {
		return nil, err
	}
	var collectionIDs []int64
	for _, p := range former {
		collectionIDs = append(collectionIDs, p.CollectionID)
	}
	collections, err := readPage(ctx, collectionIDs, r.collections.CollectionsByID, model.Collections)
	if err != nil {
		return nil, err
	}
	found := make(map[int64]*model.FormerPortfolio, len(former))
	for id, p := range former {
		was := &model.FormerPortfolio{FormerPortfolio: p, Collection: collections[p.CollectionID], Coverage: []*model.Coverage{}}
		for _, st := range p.Coverage {
			was.Coverage = append(was.Coverage, &model.Coverage{Statement: st, Page: &model.CoveragePage{}})
		}
		found[id] = was
	}
	return found, nil
}
