package acquisitions

import (
	"context"
	"fmt"
	"iter"

	"entgo.io/ent/dialect/sql"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/poline"
	"autoholdings/ent/portfolio"
	"autoholdings/ent/predicate"
	"autoholdings/holdings"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
)

// This file answers what librarians ask when they compare orders and holdings: what is paid for and no longer listed,
// what is listed and not paid for, and what was kept and is neither listed nor paid for any more.

// notListed is the condition that a PO line's portfolio was listed by a provider once and is listed no more. A
// portfolio that no profile ever entitled to, such as a local one, does not count: its only entitlement, if any, is in
// force and of no profile. An ended one of no profile is left of a profile that was deleted.
func notListed(collectionID int64) predicate.POLine {
	p, e := sql.Table(portfolio.Table), sql.Table(entitlement.Table)
	once := sql.Select(e.C(entitlement.FieldID)).From(e).Where(sql.And(
		sql.ColumnsEQ(e.C(entitlement.FieldPortfolioID), p.C(portfolio.FieldID)),
		sql.Or(sql.NotNull(e.C(entitlement.FieldProfileID)), sql.EQ(e.C(entitlement.FieldActive), false))))
	conditions := []*sql.Predicate{sql.EQ(p.C(portfolio.FieldListed), false), sql.Exists(once)}
	if collectionID != 0 {
		conditions = append(conditions, sql.EQ(p.C(portfolio.FieldCollectionID), collectionID))
	}
	return onPortfolio(conditions...)
}

// POLinesNotListed lists PO lines whose portfolio the provider listed once and lists no more, in the order in which
// they were made; collectionID is 0 for all collections.
func (s *Service) POLinesNotListed(ctx context.Context, collectionID int64, w keyset.Window) (keyset.Page[*ent.POLine], error) {
	return keyset.List(ctx, s.store.Read.POLine.Query(), keyset.Oldest, w, []predicate.POLine{notListed(collectionID)})
}

// CountPOLinesNotListed counts what POLinesNotListed lists.
func (s *Service) CountPOLinesNotListed(ctx context.Context, collectionID int64) (int, error) {
	return s.store.Read.POLine.Query().Where(notListed(collectionID)).Count(ctx)
}

// withoutPOLine are the conditions that a portfolio is in the holdings, listed, and has no PO line.
func withoutPOLine(collectionID int64) []predicate.Portfolio {
	where := []predicate.Portfolio{portfolio.RemovedAtIsNil(), func(s *sql.Selector) {
		t := sql.Table(poline.Table)
		ordered := sql.Select(t.C(poline.FieldID)).From(t).Where(sql.ColumnsEQ(t.C(poline.FieldPortfolioID), s.C(portfolio.FieldID)))
		s.Where(sql.And(sql.ExprP("listed"), sql.NotExists(ordered)))
	}}
	if collectionID != 0 {
		where = append(where, portfolio.CollectionID(collectionID))
	}
	return where
}

// PortfoliosWithoutPOLine lists portfolios that the provider lists and that have no PO line, by folded title;
// collectionID is 0 for all collections.
func (s *Service) PortfoliosWithoutPOLine(ctx context.Context, collectionID int64, w keyset.Window) (keyset.Page[*ent.Portfolio], error) {
	return keyset.List(ctx, s.store.Read.Portfolio.Query(), keyset.By("title_key"), w, withoutPOLine(collectionID))
}

// CountPortfoliosWithoutPOLine counts what PortfoliosWithoutPOLine lists.
func (s *Service) CountPortfoliosWithoutPOLine(ctx context.Context, collectionID int64) (int, error) {
	return s.store.Read.Portfolio.Query().Where(withoutPOLine(collectionID)...).Count(ctx)
}

// keptWithoutReason is the filter of portfolios that were kept and whose protection has gone.
func keptWithoutReason(collectionID int64) holdings.PortfolioFilter {
	yes := true
	return holdings.PortfolioFilter{CollectionID: collectionID, Unprotected: &yes}
}

// PortfoliosKeptWithoutReason lists portfolios that were kept, and that nothing is left to keep for, by folded title;
// collectionID is 0 for all collections.
func (s *Service) PortfoliosKeptWithoutReason(
	ctx context.Context, collectionID int64, w keyset.Window,
) (keyset.Page[*ent.Portfolio], error) {
	return s.holdings.Portfolios(ctx, keptWithoutReason(collectionID), w)
}

// CountPortfoliosKeptWithoutReason counts what PortfoliosKeptWithoutReason lists.
func (s *Service) CountPortfoliosKeptWithoutReason(ctx context.Context, collectionID int64) (int, error) {
	return s.holdings.CountPortfolios(ctx, keptWithoutReason(collectionID))
}

// reconciliationPage is how many rows are read at a time when all are wanted: a reader that is slow holds no
// transaction open.
const reconciliationPage = 1000

// AllPOLinesNotListed is all that POLinesNotListed lists, each with its portfolio and its collection (Edges). The last
// pair has an error where reading failed.
func (s *Service) AllPOLinesNotListed(ctx context.Context, collectionID int64) iter.Seq2[*ent.POLine, error] {
	return pages(func(w keyset.Window) (keyset.Page[*ent.POLine], error) {
		query := s.store.Read.POLine.Query().WithPortfolio(func(q *ent.PortfolioQuery) { q.WithCollection() })
		return keyset.List(ctx, query, keyset.Oldest, w, []predicate.POLine{notListed(collectionID)})
	}, func(row *ent.POLine) keyset.Position { return keyset.Position{ID: row.ID} })
}

// AllPortfoliosWithoutPOLine is all that PortfoliosWithoutPOLine lists, each with its collection (Edges). The last pair
// has an error where reading failed.
func (s *Service) AllPortfoliosWithoutPOLine(ctx context.Context, collectionID int64) iter.Seq2[*ent.Portfolio, error] {
	return s.allPortfolios(ctx, withoutPOLine(collectionID))
}

// AllPortfoliosKeptWithoutReason is all that PortfoliosKeptWithoutReason lists, each with its collection (Edges). The
// last pair has an error where reading failed.
func (s *Service) AllPortfoliosKeptWithoutReason(ctx context.Context, collectionID int64) iter.Seq2[*ent.Portfolio, error] {
	return s.allPortfolios(ctx, keptWithoutReason(collectionID).Where())
}

func (s *Service) allPortfolios(ctx context.Context, where []predicate.Portfolio) iter.Seq2[*ent.Portfolio, error] {
	return pages(func(w keyset.Window) (keyset.Page[*ent.Portfolio], error) {
		return keyset.List(ctx, s.store.Read.Portfolio.Query().WithCollection(), keyset.By("title_key"), w, where)
	}, func(row *ent.Portfolio) keyset.Position {
		return keyset.Position{Keys: []string{row.TitleKey}, ID: row.ID}
	})
}

// pages is keyset.All of a listing of the reconciliation.
func pages[R any](read func(keyset.Window) (keyset.Page[R], error), at func(R) keyset.Position) iter.Seq2[R, error] {
	return keyset.All(reconciliationPage, func(w keyset.Window) (keyset.Page[R], error) {
		page, err := read(w)
		if err != nil {
			err = fmt.Errorf("reconciliation: %w", err)
		}
		return page, err
	}, at)
}

// CheckCollection refuses where there is no such collection.
func (s *Service) CheckCollection(ctx context.Context, id int64, path string) error {
	there, err := s.store.Read.Collection.Query().Where(collection.ID(id)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("look up collection %d: %w", id, err)
	}
	if !there {
		return problem.New(problem.NotFound, path, "there is no such collection: it may have been deleted")
	}
	return nil
}
