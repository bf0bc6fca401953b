package acquisitions

import (
	"context"
	"fmt"
	"slices"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/poline"
	"autoholdings/internal/problem"
	"autoholdings/internal/storable"
	"autoholdings/internal/store"
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
	if in.Number == nil {
		in.Number = new(string)
	}
	row := &ent.POLine{ID: s.store.NextID()}
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		e := newPOLineEditor(tx.Now)
		row.CreatedAt = tx.Now
		e.add(row)
		return in.save(ctx, tx, e, row)
	})
	if err != nil {
		return nil, err
	}
	return row, nil
}

// UpdatePOLine changes, attaches or detaches a PO line. version is the version the caller read; nil means any. If the
// PO line becomes main, the former main one becomes additional. If it stops being main, the oldest of the others
// becomes main. If the change is refused, it also returns the PO line as stored, if there is one.
func (s *Service) UpdatePOLine(ctx context.Context, id int64, version *int, in POLineInput) (*ent.POLine, error) {
	var row *ent.POLine
	var stored ent.POLine
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if row, err = findPOLine(ctx, tx, id); err != nil {
			return err
		}
		stored = *row
		if err := problem.CheckVersion(fmt.Sprintf("the PO line %q", row.Number), version, row.Version); err != nil {
			return err
		}
		e := newPOLineEditor(tx.Now)
		e.put(row)
		return in.save(ctx, tx, e, row)
	})
	if err != nil && row != nil {
		return &stored, err
	}
	return row, err
}

// DeletePOLine deletes a PO line. If it was the main one, the oldest of the others becomes main.
func (s *Service) DeletePOLine(ctx context.Context, id int64) error {
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		row, err := findPOLine(ctx, tx, id)
		if err != nil {
			return err
		}
		e := newPOLineEditor(tx.Now)
		if err := e.load(ctx, tx.Client, holderOf(row)); err != nil {
			return err
		}
		e.attach(e.put(row), Holder{})
		if err := tx.POLine.DeleteOneID(id).Exec(ctx); err != nil {
			return fmt.Errorf("delete PO line %d: %w", id, err)
		}
		delete(e.rows, id)
		return e.write(ctx, tx)
	})
}

func findPOLine(ctx context.Context, tx *store.Tx, id int64) (*ent.POLine, error) {
	row, err := tx.POLine.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil, problem.New(problem.NotFound, "input.poLineId", "there is no such PO line: it may have been deleted")
	}
	if err != nil {
		return nil, fmt.Errorf("read PO line %d: %w", id, err)
	}
	return row, nil
}

// save applies the input to a row in the editor, and stores it.
func (in *POLineInput) save(ctx context.Context, tx *store.Tx, e *poLineEditor, row *ent.POLine) error {
	problems := slices.Clone(in.Wrong)
	fillTexts(&problems, in.of(row))
	checkOrder(&problems, row)
	if err := checkNumber(ctx, tx, &problems, row); err != nil {
		return err
	}
	target := in.target(&problems, holderOf(row))
	if target != holderOf(row) {
		if err := checkAttachable(ctx, tx, &problems, target); err != nil {
			return err
		}
	}
	if err := e.load(ctx, tx.Client, holderOf(row), target); err != nil {
		return err
	}
	if target != holderOf(row) {
		e.attach(row, target)
	}
	if in.Main != nil && len(in.Wrong) == 0 {
		checkRank(&problems, e, row, *in.Main)
	}
	if err := problems.Err(); err != nil {
		return err
	}
	return e.write(ctx, tx)
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

// checkRank makes the row main or additional as requested, or adds the reason why it cannot.
func checkRank(problems *problem.List, e *poLineEditor, row *ent.POLine, main bool) {
	const path = "input.main"
	switch {
	case holderOf(row) == (Holder{}) && main:
		problems.Add(problem.BadInput, path,
			"only a PO line of a portfolio or collection is main or additional, and this one is attached to none: give portfolioId or "+
				"collectionId too, or leave main out")
	case holderOf(row).Portfolio != 0 && !e.rank(row, main):
		problems.Add(problem.BadInput, path,
			"it is the only PO line of its portfolio, and so the main one: make another one main, or leave main out")
	case holderOf(row).Collection != 0 && !e.rank(row, main):
		problems.Add(problem.BadInput, path,
			"it is the only PO line of its collection, and so the main one: make another one main, or leave main out")
	}
}

// checkNumber adds a problem if another PO line has the number. A number that cannot be stored is refused already.
func checkNumber(ctx context.Context, tx *store.Tx, problems *problem.List, row *ent.POLine) error {
	if !storable.OK(row.Number) {
		return nil
	}
	taken, err := tx.POLine.Query().Where(poline.Number(row.Number), poline.IDNEQ(row.ID)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("look up PO line %q: %w", row.Number, err)
	}
	if taken {
		problems.Add(problem.Conflict, "input.number", "there is a PO line %q already: change that one, or give another number", row.Number)
	}
	return nil
}

// checkAttachable adds a problem if no PO line can be attached to the holder.
func checkAttachable(ctx context.Context, tx *store.Tx, problems *problem.List, to Holder) error {
	switch {
	case to.Collection != 0:
		there, err := tx.Collection.Query().Where(collection.ID(to.Collection)).Exist(ctx)
		if err != nil {
			return fmt.Errorf("look up collection %d: %w", to.Collection, err)
		}
		if !there {
			problems.Add(problem.NotFound, "input.collectionId", "there is no such collection: it may have been deleted")
		}
		return nil
	case to.Portfolio == 0:
		return nil
	}
	p, err := tx.Portfolio.Get(ctx, to.Portfolio)
	switch {
	case ent.IsNotFound(err):
		problems.Add(problem.NotFound, "input.portfolioId", "there is no such portfolio")
	case err != nil:
		return fmt.Errorf("read portfolio %d: %w", to.Portfolio, err)
	case p.RemovedAt != nil:
		problems.Add(problem.BadInput, "input.portfolioId", outOfHoldings, p.PublicationTitle)
	}
	return nil
}

const outOfHoldings = "%q is out of the holdings, so no PO line can be attached to it: it comes back when the provider lists it again, " +
	"or when the job that removed it is undone. Attach it then, or attach it to a portfolio that is in the holdings"
