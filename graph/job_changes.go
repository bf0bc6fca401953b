package graph

import (
	"context"

	"autoholdings/ent"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/holdings/move"
	"autoholdings/jobs"
)

var changeListing = listing[*ent.JobChange, *model.JobChange]{jobs.ChangeListing, model.JobChanges}

func changeFilter(in *model.JobChangeFilter) (f jobs.ChangeFilter, err error) {
	if in == nil {
		return f, nil
	}
	f = jobs.ChangeFilter{Actions: in.Action, Field: in.Field, Content: orEmpty(in.Content), TitlePrefix: orEmpty(in.TitlePrefix)}
	if f.PartID, err = optionalID(model.JobPartType, "filter.partId", in.PartID); err != nil {
		return f, err
	}
	f.PortfolioID, err = optionalID(model.PortfolioType, "filter.portfolioId", in.PortfolioID)
	return f, err
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

func (r jobChangeResolver) Portfolio(ctx context.Context, c *model.JobChange) (*model.Portfolio, error) {
	return r.portfolioOfChange(ctx, c.Page, orZero(c.PortfolioID))
}

func (r jobChangeResolver) Candidates(ctx context.Context, c *model.JobChange) ([]*model.Portfolio, error) {
	return present(holdings.ValuesOf(c.JobChange).Candidates(), func(id int64) (*model.Portfolio, error) {
		return r.portfolioOfChange(ctx, c.Page, id)
	})
}

func (r jobChangeResolver) Target(ctx context.Context, c *model.JobChange) (*model.Portfolio, error) {
	target, _, _ := move.Moved(c.JobChange)
	return r.portfolioOfChange(ctx, c.Page, target)
}

func (r jobChangeResolver) PoLine(ctx context.Context, c *model.JobChange) (*model.POLine, error) {
	_, line, _ := move.Moved(c.JobChange)
	return c.Page.POLines.Of(ctx, line, func(ctx context.Context) (map[int64]*model.POLine, error) {
		ids := each(c.Page.Rows, func(row *ent.JobChange) int64 { _, line, _ := move.Moved(row); return line })
		return readPage(ctx, ids, r.acquisitions.POLinesByID, model.POLines)
	})
}

func (r jobChangeResolver) License(ctx context.Context, c *model.JobChange) (*model.License, error) {
	return c.Page.Licenses.Of(ctx, licenseOfChange(c.JobChange), func(ctx context.Context) (map[int64]*model.License, error) {
		return readPage(ctx, each(c.Page.Rows, licenseOfChange), r.acquisitions.LicensesByID, model.Licenses)
	})
}

// licenseOfChange is the license that is moved, given or taken away; 0: none.
func licenseOfChange(row *ent.JobChange) int64 {
	if _, _, license := move.Moved(row); license != 0 {
		return license
	}
	return holdings.LicenseOfChange(row)
}

func (r *resolver) partOfChange(ctx context.Context, c *model.JobChange) (*model.JobPart, error) {
	return c.Page.Parts.Of(ctx, c.PartID, func(ctx context.Context) (map[int64]*model.JobPart, error) {
		ids := each(c.Page.Rows, func(row *ent.JobChange) int64 { return row.PartID })
		return readPage(ctx, ids, r.reader.PartsByID, model.JobParts)
	})
}

// portfolioOfChange returns a portfolio mentioned in the page's changes: the one that changed, a candidate of an
// ambiguous title, or the target of a move.
func (r *resolver) portfolioOfChange(ctx context.Context, page *model.JobChangePage, id int64) (*model.Portfolio, error) {
	return page.Portfolios.Of(ctx, id, func(ctx context.Context) (map[int64]*model.Portfolio, error) {
		var ids []int64
		for _, row := range page.Rows {
			ids = append(ids, orZero(row.PortfolioID))
			ids = append(ids, holdings.ValuesOf(row).Candidates()...)
			target, _, _ := move.Moved(row)
			ids = append(ids, target)
		}
		return readPage(ctx, ids, r.holdings.PortfoliosByID, model.Portfolios)
	})
}
