package graph

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/holdings/bulk"
	"autoholdings/internal/problem"
	"autoholdings/jobs"
)

func (r mutationResolver) ChangePortfolios(
	ctx context.Context, in generated.ChangePortfoliosInput,
) (*generated.ChangePortfoliosPayload, error) {
	request, wrong := changeRequest(in)
	job, problems, err := carryOut(ctx, request, wrong, r.jobs.StartChange)
	return &generated.ChangePortfoliosPayload{Job: wrapOne(job, model.Jobs), UserErrors: problems}, err
}

func changeRequest(in generated.ChangePortfoliosInput) (request jobs.ChangeRequest, err error) {
	request = jobs.ChangeRequest{
		Action: orElse(in.Action, string(bulk.Change)), Mode: in.Mode, IdempotencyKey: orElse(in.IdempotencyKey, ""),
	}
	if change := inputValue(in.Change); change != nil {
		if request.Change, err = staffChange(*change); err != nil {
			return request, inField(err, "change")
		}
	}
	for _, id := range []struct {
		to             *int64
		typeName, path string
		given          *string
	}{
		{&request.TargetID, model.CollectionType, "input.targetCollectionId", inputValue(in.TargetCollectionID)},
		{&request.PreviewJobID, model.JobType, "input.previewJobId", inputValue(in.PreviewJobID)},
	} {
		if *id.to, err = optionalID(id.typeName, id.path, id.given); err != nil {
			return request, err
		}
	}
	return request, selectionOf(&request, in.Selection)
}

// selectionOf decodes which portfolios are meant.
func selectionOf(request *jobs.ChangeRequest, in *generated.PortfolioSelectionInput) (err error) {
	if request.Filter, err = filterInput(in.Filter, "input.selection"); err != nil {
		return err
	}
	if ids := inputList(in.PortfolioIds); ids != nil {
		if request.PortfolioIDs, err = idsOf(model.PortfolioType, "input.selection.portfolioIds", ids); err != nil {
			return err
		}
	}
	if request.SetID, err = optionalID(model.PortfolioSetType, "input.selection.setId", inputValue(in.SetID)); err != nil {
		return err
	}
	request.File = inputValue(in.File)
	request.FileID, err = optionalID(model.ProviderFileType, "input.selection.fileId", inputValue(in.FileID))
	return err
}

// filterInput decodes a filter that stands in an input; nil if there is none.
func filterInput(in graphql.Omittable[*model.PortfolioFilter], path string) (*holdings.PortfolioFilter, error) {
	given := inputValue(in)
	if given == nil {
		return nil, nil
	}
	f, err := portfolioFilter(given)
	if problems, ok := problem.In(err); ok {
		return nil, problem.New(problem.BadInput, path+".filter", "%s", problems[0].Message)
	}
	return &f, err
}

// inField says of problems with an input that it is a field of another one.
func inField(err error, field string) error {
	problems, ok := problem.In(err)
	if !ok {
		return err
	}
	var moved problem.List
	for _, p := range problems {
		m := *p
		if len(p.Path) > 0 {
			m.Path = slices.Insert(slices.Clone(p.Path), 1, field)
		}
		moved = append(moved, &m)
	}
	return moved.Err()
}

func (r mutationResolver) CreatePortfolio(
	ctx context.Context, in generated.CreatePortfolioInput,
) (*generated.CreatePortfolioPayload, error) {
	made, wrong := newPortfolio(in)
	row, problems, err := carryOut(ctx, made, wrong, r.holdings.CreatePortfolio)
	return &generated.CreatePortfolioPayload{Portfolio: wrapOne(row, model.Portfolios), UserErrors: problems}, err
}

func (r mutationResolver) CreatePortfolios(
	ctx context.Context, in generated.CreatePortfoliosInput,
) (*generated.CreatePortfoliosPayload, error) {
	all := each(in.Portfolios, func(one *generated.CreatePortfolioInput) holdings.NewPortfolio {
		made, wrong := newPortfolio(*one)
		made.Wrong = wrong
		return made
	})
	out, problems, err := carryOutMany(ctx, r.limits, all, []string{"portfolios"}, []int{len(all)}, in.Atomic, r.holdings.CreatePortfolios)
	return &generated.CreatePortfoliosPayload{Portfolios: wrapEach(out, model.Portfolios), UserErrors: problems}, err
}

func newPortfolio(in generated.CreatePortfolioInput) (made holdings.NewPortfolio, err error) {
	text := func(o graphql.Omittable[*string]) string { return orEmpty(inputValue(o)) }
	made = holdings.NewPortfolio{Title: map[string]string{
		"publication_title": in.Title, "title_id": text(in.TitleID), "print_identifier": text(in.PrintIdentifier),
		"online_identifier": text(in.OnlineIdentifier), "title_url": text(in.URL), "publication_type": text(in.PublicationType),
		"publisher_name": text(in.PublisherName), "first_author": text(in.FirstAuthor), "notes": text(in.Notes),
	}}
	made.Coverage = coverageOf(&generated.LocalCoverageInput{Statements: inputList(in.Coverage)}).Statements
	made.CollectionID, err = idOf(model.CollectionType, "input.collectionId", in.CollectionID)
	return made, err
}

var portfolioSetListing = listing[*ent.PortfolioSet, *model.PortfolioSet]{bulk.SetListing, model.PortfolioSets}

func (r queryResolver) PortfolioSets(
	ctx context.Context, first *int, after *string, last *int, before *string, filter *model.PortfolioSetFilter,
) (*model.PortfolioSetConnection, error) {
	f := bulk.SetFilter{}
	if filter != nil {
		f.NamePrefix = orEmpty(filter.NamePrefix)
	}
	return list(ctx, ask{first, after, last, before, nil}, portfolioSetListing, filtered(f, nil, r.bulk.Sets, r.bulk.CountSets))
}

func (r portfolioSetResolver) Portfolios(
	ctx context.Context, s *model.PortfolioSet, first *int, after *string, last *int, before *string, orderBy *model.Order,
) (*model.PortfolioConnection, error) {
	return list(ctx, ask{first, after, last, before, orderBy}, portfolioListing, filtered(
		s.PortfolioSet, nil, r.bulk.PortfoliosOfSet, r.bulk.CountPortfoliosOfSet,
	))
}

func (r mutationResolver) CreatePortfolioSet(
	ctx context.Context, in generated.CreatePortfolioSetInput,
) (*generated.CreatePortfolioSetPayload, error) {
	set := bulk.SetInput{Name: &in.Name, Description: inputValue(in.Description)}
	wrong := setMembers(&set, in.Filter, in.PortfolioIds)
	row, problems, err := carryOut(ctx, set, wrong, r.bulk.CreateSet)
	return &generated.CreatePortfolioSetPayload{PortfolioSet: wrapOne(row, model.PortfolioSets), UserErrors: problems}, err
}

// setMembers decodes which portfolios are in a set.
func setMembers(set *bulk.SetInput, filter graphql.Omittable[*model.PortfolioFilter],
	portfolioIDs graphql.Omittable[[]string],
) (err error) {
	if set.Filter, err = filterInput(filter, "input"); err != nil {
		return err
	}
	if given := inputList(portfolioIDs); given != nil {
		ids, err := idsOf(model.PortfolioType, "input.portfolioIds", given)
		set.IDs = &ids
		return err
	}
	return nil
}

func (r mutationResolver) UpdatePortfolioSet(
	ctx context.Context, in generated.UpdatePortfolioSetInput,
) (*generated.UpdatePortfolioSetPayload, error) {
	id, set, wrong := portfolioSetChange(in)
	row, problems, err := carryOut(ctx, id, wrong, func(ctx context.Context, id int64) (*ent.PortfolioSet, error) {
		return r.bulk.UpdateSet(ctx, id, inputValue(in.Version), set)
	})
	return &generated.UpdatePortfolioSetPayload{PortfolioSet: wrapOne(row, model.PortfolioSets), UserErrors: problems}, err
}

func portfolioSetChange(in generated.UpdatePortfolioSetInput) (id int64, set bulk.SetInput, wrong error) {
	id, wrong = idOf(model.PortfolioSetType, "input.setId", in.SetID)
	set = bulk.SetInput{Name: inputValue(in.Name), Description: textChange(in.Description)}
	if wrong == nil {
		wrong = setMembers(&set, in.Filter, in.PortfolioIds)
	}
	for _, list := range []struct {
		to    *[]int64
		path  string
		given []string
	}{
		{&set.Add, "input.addPortfolioIds", inputList(in.AddPortfolioIds)},
		{&set.Remove, "input.removePortfolioIds", inputList(in.RemovePortfolioIds)},
	} {
		if wrong == nil && list.given != nil {
			*list.to, wrong = idsOf(model.PortfolioType, list.path, list.given)
		}
	}
	return id, set, wrong
}

func (r mutationResolver) DeletePortfolioSet(
	ctx context.Context, in generated.DeletePortfolioSetInput,
) (*generated.DeletePortfolioSetPayload, error) {
	id, wrong := idOf(model.PortfolioSetType, "input.setId", in.SetID)
	deleted, problems, err := carryOut(ctx, id, wrong, deletion(in.SetID, r.bulk.DeleteSet))
	return &generated.DeletePortfolioSetPayload{DeletedID: deleted, UserErrors: problems}, err
}
