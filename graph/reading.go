package graph

import (
	"context"
	"slices"

	"autoholdings/graph/model"
	"autoholdings/holdings"
)

// Access answers one question: may this be read?
func (r queryResolver) Access(
	ctx context.Context, identifier string, date, volume, issue, groupID *string,
) (*model.AccessAnswer, error) {
	group, err := optionalID(model.InventoryGroupType, "groupId", groupID)
	if err != nil {
		return nil, err
	}
	return r.answerOf(ctx, holdings.AccessQuestion{
		Identifier: identifier, Date: orEmpty(date), Volume: orEmpty(volume), Issue: orEmpty(issue), GroupID: group,
	})
}

func (r *resolver) answerOf(ctx context.Context, q holdings.AccessQuestion) (*model.AccessAnswer, error) {
	answers, err := r.holdings.Access(ctx, []holdings.AccessQuestion{q})
	if err != nil {
		return nil, err
	}
	if wrong := answers[0].Wrong; wrong != nil {
		return nil, wrong
	}
	return model.AccessAnswerOf(answers[0], q.GroupID), nil
}

func (r portfolioAccessResolver) Portfolio(ctx context.Context, a *model.PortfolioAccess) (*model.Portfolio, error) {
	return a.Page.Portfolios.Of(ctx, a.By.PortfolioID, func(ctx context.Context) (map[int64]*model.Portfolio, error) {
		return readPage(ctx, a.Page.IDs, r.holdings.PortfoliosByID, model.Portfolios)
	})
}

func (r portfolioAccessResolver) Entitlements(ctx context.Context, a *model.PortfolioAccess) ([]*model.Entitlement, error) {
	p, err := r.Portfolio(ctx, a)
	if err != nil || p == nil {
		return []*model.Entitlement{}, err
	}
	all, err := portfolioResolver(r).Entitlements(ctx, p)
	return slices.DeleteFunc(append([]*model.Entitlement{}, all...), func(e *model.Entitlement) bool { return !grants(a, e) }), err
}

func grants(a *model.PortfolioAccess, e *model.Entitlement) bool {
	return slices.ContainsFunc(a.By.Entitlements, func(g holdings.Granting) bool { return g.ID == e.Entitlement.ID })
}
