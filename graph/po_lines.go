package graph

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings/acquisitions"
	"autoholdings/internal/problem"
)

var poLineListing = listing[*ent.POLine, *model.POLine]{acquisitions.POLineListing, model.POLines}

// orderedListing is that of the PO lines of one portfolio or collection.
var orderedListing = listing[*ent.POLine, *model.POLine]{acquisitions.OrderedListing, nil}

func poLineRow(line *model.POLine) *ent.POLine { return line.POLine }

func (r queryResolver) PoLines(
	ctx context.Context, first *int, after *string, last *int, before *string, orderBy *model.Order, filter *model.POLineFilter,
) (*model.POLineConnection, error) {
	f, wrong := poLineFilter(filter)
	return list(ctx, ask{first, after, last, before, orderBy}, poLineListing,
		filtered(f, wrong, r.acquisitions.POLines, r.acquisitions.CountPOLines))
}

func poLineFilter(in *model.POLineFilter) (f acquisitions.POLineFilter, err error) {
	if in == nil {
		return f, nil
	}
	f = acquisitions.POLineFilter{
		Number: orEmpty(in.Number), NumberPrefix: orEmpty(in.NumberPrefix), Vendor: orEmpty(in.Vendor), Status: orEmpty(in.Status),
		Attached: in.Attached, Closed: in.Closed, Search: orEmpty(in.Search),
	}
	if f.PortfolioID, err = optionalID(model.PortfolioType, "filter.portfolioId", in.PortfolioID); err != nil {
		return f, err
	}
	f.CollectionID, err = optionalID(model.CollectionType, "filter.collectionId", in.CollectionID)
	return f, err
}

func (r mutationResolver) CreatePoLine(ctx context.Context, in generated.CreatePoLineInput) (*generated.CreatePoLinePayload, error) {
	row, problems, err := carryOut(ctx, newPOLine(in), nil, r.acquisitions.CreatePOLine)
	return &generated.CreatePoLinePayload{PoLine: wrapOne(row, model.POLines), UserErrors: problems}, err
}

func newPOLine(in generated.CreatePoLineInput) acquisitions.POLineInput {
	return poLineInput(acquisitions.POLineTexts{
		Number: &in.Number, Vendor: inputValue(in.Vendor), Status: inputValue(in.Status), Type: inputValue(in.Type),
		OrderedOn: inputValue(in.OrderedOn), RenewsOn: inputValue(in.RenewsOn), Note: inputValue(in.Note),
		ProcessType: inputValue(in.ProcessType), Fund: inputValue(in.Fund), Price: inputValue(in.Price), Currency: inputValue(in.Currency),
		IntervalFrom: inputValue(in.IntervalFrom), IntervalUntil: inputValue(in.IntervalUntil),
	}, in.PortfolioID, in.CollectionID, in.Main)
}

func (r mutationResolver) UpdatePoLine(ctx context.Context, in generated.UpdatePoLineInput) (*generated.UpdatePoLinePayload, error) {
	id, wrong := idOf(model.POLineType, "input.poLineId", in.PoLineID)
	row, problems, err := carryOut(ctx, id, wrong, func(ctx context.Context, id int64) (*ent.POLine, error) {
		return r.acquisitions.UpdatePOLine(ctx, id, inputValue(in.Version), poLineChange(in))
	})
	return &generated.UpdatePoLinePayload{PoLine: wrapOne(row, model.POLines), UserErrors: problems}, err
}

func poLineChange(in generated.UpdatePoLineInput) acquisitions.POLineInput {
	return poLineInput(acquisitions.POLineTexts{
		Number: inputValue(in.Number), Vendor: textChange(in.Vendor), Status: textChange(in.Status), Type: textChange(in.Type),
		OrderedOn: textChange(in.OrderedOn), RenewsOn: textChange(in.RenewsOn), Note: textChange(in.Note),
		ProcessType: textChange(in.ProcessType), Fund: textChange(in.Fund), Price: textChange(in.Price), Currency: textChange(in.Currency),
		IntervalFrom: textChange(in.IntervalFrom), IntervalUntil: textChange(in.IntervalUntil),
	}, in.PortfolioID, in.CollectionID, in.Main)
}

// poLineInput decodes what creating and updating a PO line have in common. A null portfolio or collection means none.
func poLineInput(
	texts acquisitions.POLineTexts, portfolioID, collectionID graphql.Omittable[*string], main graphql.Omittable[*bool],
) acquisitions.POLineInput {
	in := acquisitions.POLineInput{POLineTexts: texts, Main: inputValue(main)}
	for _, holder := range []struct {
		to             **int64
		typeName, path string
		given          graphql.Omittable[*string]
	}{
		{&in.PortfolioID, model.PortfolioType, "input.portfolioId", portfolioID},
		{&in.CollectionID, model.CollectionType, "input.collectionId", collectionID},
	} {
		if opaque, set := holder.given.ValueOK(); set {
			id, err := optionalID(holder.typeName, holder.path, opaque)
			wrong, _ := problem.In(err)
			in.Wrong = append(in.Wrong, wrong...)
			if err == nil {
				*holder.to = &id
			}
		}
	}
	return in
}

func (r mutationResolver) DeletePoLine(ctx context.Context, in generated.DeletePoLineInput) (*generated.DeletePoLinePayload, error) {
	id, wrong := idOf(model.POLineType, "input.poLineId", in.PoLineID)
	deleted, problems, err := carryOut(ctx, id, wrong, deletion(in.PoLineID, r.acquisitions.DeletePOLine))
	return &generated.DeletePoLinePayload{DeletedID: deleted, UserErrors: problems}, err
}

func (r mutationResolver) ChangePoLines(ctx context.Context, in generated.ChangePoLinesInput) (*generated.ChangePoLinesPayload, error) {
	deleted, updated, created := inputList(in.Delete), inputList(in.Update), inputList(in.Create)
	rows, problems, err := carryOutMany(ctx, r.limits, poLineChanges(deleted, updated, created), []string{"delete", "update", "create"},
		[]int{len(deleted), len(updated), len(created)}, in.Atomic, r.acquisitions.ChangePOLines)
	payload := &generated.ChangePoLinesPayload{UserErrors: problems}
	payload.Deleted = deletedIDs(deleted, rows, problems, in.Atomic)
	lines := wrapEach(rows[len(deleted):], model.POLines)
	payload.Updated, payload.Created = lines[:len(updated)], lines[len(updated):]
	return payload, err
}

func poLineChanges(
	deleted []*generated.DeletePoLineInput, updated []*generated.UpdatePoLineInput, created []*generated.CreatePoLineInput,
) (changes []acquisitions.POLineChange) {
	for _, d := range deleted {
		id, wrong := idOf(model.POLineType, "input.poLineId", d.PoLineID)
		changes = append(changes, acquisitions.POLineChange{ID: id, Delete: true, Wrong: wrong})
	}
	for _, u := range updated {
		id, wrong := idOf(model.POLineType, "input.poLineId", u.PoLineID)
		changes = append(changes, acquisitions.POLineChange{ID: id, Version: inputValue(u.Version), Input: poLineChange(*u), Wrong: wrong})
	}
	for _, c := range created {
		changes = append(changes, acquisitions.POLineChange{Input: newPOLine(*c)})
	}
	return changes
}

// deletedIDs are the ids of the first rows, as the client gave them; null for each that was not deleted.
func deletedIDs(asked []*generated.DeletePoLineInput, rows []*ent.POLine, problems []*model.UserError, atomic bool) []*string {
	ids := make([]*string, len(asked))
	for i := range asked {
		refused := slices.ContainsFunc(problems, func(p *model.UserError) bool {
			return len(p.Path) > 2 && p.Path[1] == "delete" && p.Path[2] == strconv.Itoa(i)
		})
		if rows[i] != nil && !refused && (!atomic || len(problems) == 0) {
			ids[i] = &asked[i].PoLineID
		}
	}
	return ids
}

func (r poLineResolver) Portfolio(ctx context.Context, l *model.POLine) (*model.Portfolio, error) {
	return l.Page.Portfolios.Of(ctx, orZero(l.PortfolioID), func(ctx context.Context) (map[int64]*model.Portfolio, error) {
		ids := each(l.Page.Rows, func(row *ent.POLine) int64 { return orZero(row.PortfolioID) })
		return readPage(ctx, ids, r.holdings.PortfoliosByID, model.Portfolios)
	})
}

func (r poLineResolver) Collection(ctx context.Context, l *model.POLine) (*model.Collection, error) {
	return l.Page.Collections.Of(ctx, orZero(l.CollectionID), func(ctx context.Context) (map[int64]*model.Collection, error) {
		ids := each(l.Page.Rows, func(row *ent.POLine) int64 { return orZero(row.CollectionID) })
		return readPage(ctx, ids, r.collections.CollectionsByID, model.Collections)
	})
}

func (r mutationResolver) ImportPoLines(
	ctx context.Context, in generated.ImportAcquisitionsInput,
) (*generated.ImportAcquisitionsPayload, error) {
	return importAcquisitions(ctx, in, r.acquisitions.ImportPOLines)
}

func (r mutationResolver) ImportLicenses(
	ctx context.Context, in generated.ImportAcquisitionsInput,
) (*generated.ImportAcquisitionsPayload, error) {
	return importAcquisitions(ctx, in, r.acquisitions.ImportLicenses)
}

func importAcquisitions(
	ctx context.Context, in generated.ImportAcquisitionsInput,
	load func(context.Context, io.Reader, bool) (acquisitions.ImportReport, error),
) (*generated.ImportAcquisitionsPayload, error) {
	report, err := load(ctx, strings.NewReader(in.File), orElse(in.DryRun, false))
	if problems, ok := problem.In(err); ok {
		report, err = acquisitions.ImportReport{}, problem.New(problem.BadInput, "input.file", "%s", problems[0].Message)
	}
	problems, err := userErrors(err)
	if len(problems) > 0 || err != nil {
		return &generated.ImportAcquisitionsPayload{UserErrors: problems}, err
	}
	return &generated.ImportAcquisitionsPayload{Report: &report, UserErrors: problems}, nil
}
