package holdings

import (
	"context"
	"fmt"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/portfolio"
	"autoholdings/ent/refusedrow"
	"autoholdings/holdings/plan"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// RefusedRow is a row of a list that could not be used.
type RefusedRow struct {
	Hash   uint64 // of its cells: it identifies the row in other lists
	Line   int    // where it begins in the list
	Text   string // its cells, separated by tabs
	Reason string // one of kbart's reasons
}

// longestRow is how much of a row is kept for people to read, in bytes.
const longestRow = 4000

// RefusedRowAt reads the refused row that begins on a line of a list. It returns a NOT_FOUND problem if there is none.
func (s *Service) RefusedRowAt(ctx context.Context, list plan.Source, line int) (row RefusedRow, err error) {
	ctx, found := context.WithCancel(ctx)
	defer found()
	_, err = plan.EachRecord(ctx, list, nil, func(rec *kbart.Record) {
		if rec.Line == line && rec.Fate == kbart.Refused && rec.Reason != kbart.ReasonRepeatedHeader {
			text := strings.Join(rec.Cells(), "\t")
			row = RefusedRow{plan.RowHash(rec), rec.Line, strings.ToValidUTF8(text[:min(len(text), longestRow)], ""), rec.Reason}
			found()
		}
	})
	if row.Line != 0 {
		return row, nil
	}
	if err != nil {
		return row, err
	}
	return row, problem.New(problem.NotFound, "input.line",
		"no refused row begins on line %d of %s: choose a line that the report lists as refused", line, list.Name)
}

// JudgeRefusedRow stores what a person says about a refused row in the lists of a collection: that it belongs to a
// portfolio or, if portfolioID is nil, that it hides none. The portfolio then stays as long as the row keeps coming and
// no readable row takes its place. The judgement holds for the same cells in any list, from the next plan on. It
// replaces an earlier one. It is refused while a job writes the collection.
func (s *Service) JudgeRefusedRow(ctx context.Context, collectionID int64, row RefusedRow, portfolioID *int64) error {
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := checkJudgement(ctx, tx, collectionID, portfolioID); err != nil {
			return err
		}
		if err := s.busy.Writing(ctx, tx, collectionID); err != nil {
			return err
		}
		now := tx.Now
		known, err := tx.RefusedRow.Query().Where(refusedrow.CollectionID(collectionID), refusedrow.RowHash(int64(row.Hash))).Only(ctx)
		switch {
		case ent.IsNotFound(err):
			err = tx.RefusedRow.Create().SetID(s.store.NextID()).SetCreatedAt(now).SetUpdatedAt(now).SetCollectionID(collectionID).
				SetRowHash(int64(row.Hash)).SetRow(row.Text).SetNillablePortfolioID(portfolioID).Exec(ctx)
		case err == nil && portfolioID == nil:
			err = known.Update().ClearPortfolioID().SetUpdatedAt(now).Exec(ctx)
		case err == nil:
			err = known.Update().SetPortfolioID(*portfolioID).SetUpdatedAt(now).Exec(ctx)
		}
		if err != nil {
			return fmt.Errorf("keep what is said of line %d: %w", row.Line, err)
		}
		return nil
	})
}

// checkJudgement refuses a collection that does not exist, and a portfolio that is not in its holdings.
func checkJudgement(ctx context.Context, tx *store.Tx, collectionID int64, portfolioID *int64) error {
	switch exists, err := tx.Collection.Query().Where(collection.ID(collectionID)).Exist(ctx); {
	case err != nil:
		return fmt.Errorf("read collection %d: %w", collectionID, err)
	case !exists:
		return problem.New(problem.NotFound, "input.collectionId", "there is no such collection: it may have been deleted")
	case portfolioID == nil:
		return nil
	}
	p, err := tx.Portfolio.Query().Where(portfolio.ID(*portfolioID)).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return problem.New(problem.NotFound, "input.portfolioId", "there is no such portfolio: it may have been deleted with its collection")
	case err != nil:
		return fmt.Errorf("read portfolio %d: %w", *portfolioID, err)
	case p.CollectionID != collectionID:
		return problem.New(problem.BadInput, "input.portfolioId",
			"%q belongs to another collection: choose a portfolio of the collection that the list is for", p.PublicationTitle)
	case p.RemovedAt != nil:
		return problem.New(problem.WrongState, "input.portfolioId",
			"%q is out of the holdings: restore it first, or say that the row hides nothing", p.PublicationTitle)
	}
	return nil
}

// judgedRows returns what people said about refused rows of the part's collection: the portfolio's id, or 0, by row
// hash.
func (s *Service) judgedRows(ctx context.Context, part *Part) (map[uint64]int64, error) {
	if part.CollectionID == 0 {
		return nil, nil
	}
	rows, err := s.store.Query(ctx, `SELECT row_hash, COALESCE(portfolio_id, 0) FROM refused_rows WHERE collection_id = ?`, part.CollectionID)
	if err != nil {
		return nil, fmt.Errorf("read what was said of refused rows: %w", err)
	}
	defer rows.Close()
	judged := map[uint64]int64{}
	for rows.Next() {
		var hash, portfolioID int64
		if err := rows.Scan(&hash, &portfolioID); err != nil {
			return nil, fmt.Errorf("read what was said of refused rows: %w", err)
		}
		judged[uint64(hash)] = portfolioID
	}
	return judged, rows.Err()
}
