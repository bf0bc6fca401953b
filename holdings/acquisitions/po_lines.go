package acquisitions

import (
	"context"
	"slices"

	"autoholdings/ent"
	"autoholdings/internal/problem"
)

// POLineInput is a PO line to create, or the changes to one; nil leaves a field as it is.
type POLineInput struct {
	POLineTexts
	PortfolioID  *int64 // 0: none; any other takes it from the collection
	CollectionID *int64 // that it orders as a whole; 0: none; any other takes it from the portfolio
	Main         *bool
	Wrong        problem.List // problems found while reading the input: it is refused for these too
}

// CreatePOLine creates a PO line. The first one of a portfolio or collection is its main one.
func (s *Service) CreatePOLine(ctx context.Context, in POLineInput) (*ent.POLine, error) {
	return s.changePOLine(ctx, POLineChange{Input: in})
}

// UpdatePOLine changes, attaches or detaches a PO line. version is the version the caller read; nil means any. If the
// PO line becomes main, the former main one becomes additional. If it stops being main, the oldest of the others
// becomes main. If the change is refused, it also returns the PO line as stored, if there is one.
func (s *Service) UpdatePOLine(ctx context.Context, id int64, version *int, in POLineInput) (*ent.POLine, error) {
	return s.changePOLine(ctx, POLineChange{ID: id, Version: version, Input: in})
}

// DeletePOLine deletes a PO line. If it was the main one, the oldest of the others becomes main.
func (s *Service) DeletePOLine(ctx context.Context, id int64) error {
	_, err := s.changePOLine(ctx, POLineChange{ID: id, Delete: true})
	return err
}

func (s *Service) changePOLine(ctx context.Context, c POLineChange) (*ent.POLine, error) {
	out, err := s.ChangePOLines(ctx, []POLineChange{c}, true)
	if err != nil {
		return nil, err
	}
	return out[0].Row, out[0].Err
}

// change applies the input to a row in the editor, or says why it cannot.
func (in *POLineInput) change(e *poLineEditor, row *ent.POLine, known *poLineTargets) error {
	problems, after := slices.Clone(in.Wrong), *row
	fillTexts(&problems, in.of(&after))
	checkOrder(&problems, &after)
	if id, taken := known.numbers[after.Number]; taken && id != row.ID {
		problems.Add(problem.Conflict, "input.number", "there is a PO line %q already: change that one, or give another number", after.Number)
	}
	target := in.target(&problems, holderOf(row))
	if target != holderOf(row) {
		known.checkAttachable(&problems, target)
	}
	if in.Main != nil && len(in.Wrong) == 0 {
		checkRank(&problems, e, row, target, *in.Main)
	}
	if err := problems.Err(); err != nil {
		return err
	}
	if *row = after; e.rows[row.ID] == nil {
		e.add(row)
	}
	known.numbers[row.Number] = row.ID
	if target != holderOf(row) {
		e.attach(row, target)
	}
	if in.Main != nil && target != (Holder{}) {
		e.rank(row, *in.Main)
	}
	return nil
}

// target is where a PO line will be attached that is attached to a holder now.
func (in *POLineInput) target(problems *problem.List, now Holder) Holder {
	portfolio, collection := in.PortfolioID != nil, in.CollectionID != nil
	switch {
	case portfolio && collection && *in.PortfolioID != 0 && *in.CollectionID != 0:
		problems.Add(problem.BadInput, "input.collectionId",
			"a PO line orders either one portfolio or a collection as a whole: leave portfolioId or collectionId out")
		return now
	case portfolio && *in.PortfolioID != 0:
		return Holder{Portfolio: *in.PortfolioID}
	case collection && *in.CollectionID != 0:
		return Holder{Collection: *in.CollectionID}
	case portfolio && now.Portfolio != 0, collection && now.Collection != 0:
		return Holder{}
	default:
		return now
	}
}

// checkRank adds the reason why a row cannot be main or additional, as requested, where it will be attached.
func checkRank(problems *problem.List, e *poLineEditor, row *ent.POLine, target Holder, main bool) {
	const path = "input.main"
	alone := !slices.ContainsFunc(e.of[target], func(other *ent.POLine) bool { return other != row })
	switch {
	case target == (Holder{}) && main:
		problems.Add(problem.BadInput, path,
			"only a PO line of a portfolio or collection is main or additional, and this one is attached to none: give portfolioId or "+
				"collectionId too, or leave main out")
	case main || !alone:
	case target.Portfolio != 0:
		problems.Add(problem.BadInput, path,
			"it is the only PO line of its portfolio, and so the main one: make another one main, or leave main out")
	case target.Collection != 0:
		problems.Add(problem.BadInput, path,
			"it is the only PO line of its collection, and so the main one: make another one main, or leave main out")
	}
}

const outOfHoldings = "%q is out of the holdings, so no PO line can be attached to it: it comes back when the provider lists it again, " +
	"or when the job that removed it is undone. Attach it then, or attach it to a portfolio that is in the holdings"
