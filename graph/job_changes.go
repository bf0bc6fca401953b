package graph

import (
	"context"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/holdings/move"
	"autoholdings/jobs"
)

var changeListing = listing[*ent.JobChange, model.JobChange]{jobs.ChangeListing, model.JobChanges}

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

// lineResolver resolves what all types of changes have.
type lineResolver[T model.JobChange] struct{ *resolver }

// The resolvers of the types that have more.
type (
	unclearChangeResolver struct {
		lineResolver[*model.UnclearChange]
	}
	valueChangeResolver struct {
		lineResolver[*model.ValueChange]
	}
	movedChangeResolver struct {
		lineResolver[*model.MovedChange]
	}
)

func (r *resolver) AddedChange() generated.AddedChangeResolver {
	return lineResolver[*model.AddedChange]{r}
}

func (r *resolver) LeavingChange() generated.LeavingChangeResolver {
	return lineResolver[*model.LeavingChange]{r}
}

func (r *resolver) UnclearChange() generated.UnclearChangeResolver {
	return unclearChangeResolver{lineResolver[*model.UnclearChange]{r}}
}

func (r *resolver) CoverageChange() generated.CoverageChangeResolver {
	return lineResolver[*model.CoverageChange]{r}
}

func (r *resolver) ValueChange() generated.ValueChangeResolver {
	return valueChangeResolver{lineResolver[*model.ValueChange]{r}}
}

func (r *resolver) MovedChange() generated.MovedChangeResolver {
	return movedChangeResolver{lineResolver[*model.MovedChange]{r}}
}

func (r *resolver) GroupChange() generated.GroupChangeResolver {
	return lineResolver[*model.GroupChange]{r}
}

func (r *resolver) RowChange() generated.RowChangeResolver {
	return lineResolver[*model.RowChange]{r}
}

func (r *resolver) PortfolioChange() generated.PortfolioChangeResolver {
	return lineResolver[*model.PortfolioChange]{r}
}

func (r lineResolver[T]) Part(ctx context.Context, c T) (*model.JobPart, error) {
	return r.partOfChange(ctx, c.Base())
}

func (r lineResolver[T]) Profile(ctx context.Context, c T) (*model.Profile, error) {
	part, err := r.partOfChange(ctx, c.Base())
	if err != nil || part == nil {
		return nil, err
	}
	return r.profileOfPart(ctx, part)
}

func (r lineResolver[T]) Groups(ctx context.Context, c T) ([]*model.JobGroup, error) {
	part, err := r.partOfChange(ctx, c.Base())
	if err != nil || part == nil {
		return []*model.JobGroup{}, err
	}
	groups, err := r.groupsOfPart(ctx, part)
	return append([]*model.JobGroup{}, groups...), err
}

func (r lineResolver[T]) Portfolio(ctx context.Context, c T) (*model.Portfolio, error) {
	line := c.Base()
	return r.portfolioOfChange(ctx, line.Page, orZero(line.PortfolioID))
}

func (r unclearChangeResolver) Candidates(ctx context.Context, c *model.UnclearChange) ([]*model.Portfolio, error) {
	return present(holdings.ValuesOf(c.JobChange).Candidates(), func(id int64) (*model.Portfolio, error) {
		return r.portfolioOfChange(ctx, c.Page, id)
	})
}

func (r movedChangeResolver) Target(ctx context.Context, c *model.MovedChange) (*model.Portfolio, error) {
	target, _, _ := move.Moved(c.JobChange)
	return r.portfolioOfChange(ctx, c.Page, target)
}

func (r movedChangeResolver) PoLine(ctx context.Context, c *model.MovedChange) (*model.POLine, error) {
	_, line, _ := move.Moved(c.JobChange)
	return c.Page.POLines.Of(ctx, line, func(ctx context.Context) (map[int64]*model.POLine, error) {
		ids := each(c.Page.Rows, func(row *ent.JobChange) int64 { _, line, _ := move.Moved(row); return line })
		return readPage(ctx, ids, r.acquisitions.POLinesByID, model.POLines)
	})
}

func (r movedChangeResolver) License(ctx context.Context, c *model.MovedChange) (*model.License, error) {
	return r.licenseOfLine(ctx, c.ChangeLine)
}

func (r valueChangeResolver) License(ctx context.Context, c *model.ValueChange) (*model.License, error) {
	return r.licenseOfLine(ctx, c.ChangeLine)
}

func (r *resolver) licenseOfLine(ctx context.Context, c *model.ChangeLine) (*model.License, error) {
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

func (r *resolver) partOfChange(ctx context.Context, c *model.ChangeLine) (*model.JobPart, error) {
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
