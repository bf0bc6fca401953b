package acquisitions

import (
	"context"
	"fmt"
	"iter"

	"entgo.io/ent/dialect/sql"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/portfolio"
	"autoholdings/ent/predicate"
	"autoholdings/holdings"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
)

// This file answers what librarians ask when they compare orders with holdings: what is paid for but no longer listed,
// what is listed but not paid for, and what was kept but is no longer listed or paid for.

// NotListedSQL is the condition that a provider once listed a portfolio but no longer does. A portfolio that no profile
// ever had does not count, for example a local one: its only entitlement, if any, is active and of no profile. An ended
// entitlement of no profile comes from a deleted profile. Nor does one that is out of the holdings: its orders are closed, and
// somebody has ended what they protected.
const NotListedSQL = `NOT portfolios.listed AND portfolios.removed_at IS NULL AND EXISTS (SELECT 1 FROM entitlements e
	WHERE e.portfolio_id = portfolios.id AND (e.profile_id IS NOT NULL OR NOT e.active))`

// notListed selects PO lines whose portfolio is no longer listed.
func notListed(collectionID int64) predicate.POLine {
	p := sql.Table(portfolio.Table)
	conditions := []*sql.Predicate{sql.ExprP(NotListedSQL)}
	if collectionID != 0 {
		conditions = append(conditions, sql.EQ(p.C(portfolio.FieldCollectionID), collectionID))
	}
	return onPortfolio(conditions...)
}

// POLinesNotListed lists the PO lines whose portfolio the provider no longer lists, in the order of creation.
// collectionID is 0 for all collections.
func (s *Service) POLinesNotListed(ctx context.Context, collectionID int64, w keyset.Window) (keyset.Page[*ent.POLine], error) {
	return keyset.List(ctx, s.store.Read.POLine.Query(), POLineListing, w, []predicate.POLine{notListed(collectionID)})
}

// CountPOLinesNotListed counts what POLinesNotListed lists.
func (s *Service) CountPOLinesNotListed(ctx context.Context, collectionID int64) (int, error) {
	return s.store.Read.POLine.Query().Where(notListed(collectionID)).Count(ctx)
}

// WithoutPOLineSQL is the condition that a portfolio is in the holdings, listed, and without a PO line, as is its collection.
const WithoutPOLineSQL = `portfolios.removed_at IS NULL AND portfolios.listed
	AND NOT EXISTS (SELECT 1 FROM po_lines WHERE po_lines.portfolio_id = portfolios.id)
	AND NOT EXISTS (SELECT 1 FROM po_lines w WHERE w.collection_id = portfolios.collection_id)`

// withoutPOLine selects portfolios without a PO line.
func withoutPOLine(collectionID int64) []predicate.Portfolio {
	where := []predicate.Portfolio{func(s *sql.Selector) { s.Where(sql.ExprP(WithoutPOLineSQL)) }}
	if collectionID != 0 {
		where = append(where, portfolio.CollectionID(collectionID))
	}
	return where
}

// PortfoliosWithoutPOLine lists portfolios that the provider lists but that have no PO line, by folded title.
// collectionID is 0 for all collections.
func (s *Service) PortfoliosWithoutPOLine(ctx context.Context, collectionID int64, w keyset.Window) (keyset.Page[*ent.Portfolio], error) {
	return keyset.List(ctx, s.store.Read.Portfolio.Query(), holdings.PortfolioListing, w, withoutPOLine(collectionID))
}

// CountPortfoliosWithoutPOLine counts what PortfoliosWithoutPOLine lists.
func (s *Service) CountPortfoliosWithoutPOLine(ctx context.Context, collectionID int64) (int, error) {
	return s.store.Read.Portfolio.Query().Where(withoutPOLine(collectionID)...).Count(ctx)
}

// ofClosedOrders selects portfolios that were kept, and that only closed orders hold.
func ofClosedOrders(collectionID int64) holdings.PortfolioFilter {
	yes := true
	return holdings.PortfolioFilter{CollectionID: collectionID, ClosedOrders: &yes}
}

// PortfoliosOfClosedOrders lists portfolios that were kept, and that only closed orders hold in the holdings, by folded title.
// collectionID is 0 for all collections.
func (s *Service) PortfoliosOfClosedOrders(ctx context.Context, collectionID int64, w keyset.Window) (keyset.Page[*ent.Portfolio], error) {
	return s.holdings.Portfolios(ctx, ofClosedOrders(collectionID), w)
}

// CountPortfoliosOfClosedOrders counts what PortfoliosOfClosedOrders lists.
func (s *Service) CountPortfoliosOfClosedOrders(ctx context.Context, collectionID int64) (int, error) {
	return s.holdings.CountPortfolios(ctx, ofClosedOrders(collectionID))
}

// AllPortfoliosOfClosedOrders yields everything that PortfoliosOfClosedOrders lists, each with its collection (Edges). If
// reading fails, the last pair has the error.
func (s *Service) AllPortfoliosOfClosedOrders(ctx context.Context, collectionID int64) iter.Seq2[*ent.Portfolio, error] {
	return s.allPortfolios(ctx, ofClosedOrders(collectionID).Where())
}

// keptWithoutReason selects portfolios that were kept, but whose reason for keeping is gone.
func keptWithoutReason(collectionID int64) holdings.PortfolioFilter {
	yes := true
	return holdings.PortfolioFilter{CollectionID: collectionID, Unprotected: &yes}
}

// PortfoliosKeptWithoutReason lists portfolios that were kept, but no longer have a reason to be, by folded title.
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

// reconciliationPage is how many rows are read at a time when all are wanted, so a slow reader does not hold a
// transaction open.
const reconciliationPage = 1000

// AllPOLinesNotListed yields everything that POLinesNotListed lists, each with its portfolio and collection (Edges). If
// reading fails, the last pair has the error.
func (s *Service) AllPOLinesNotListed(ctx context.Context, collectionID int64) iter.Seq2[*ent.POLine, error] {
	return pages(func(w keyset.Window) (keyset.Page[*ent.POLine], error) {
		query := s.store.Read.POLine.Query().WithPortfolio(func(q *ent.PortfolioQuery) { q.WithCollection() })
		return keyset.List(ctx, query, POLineListing, w, []predicate.POLine{notListed(collectionID)})
	}, POLineListing.At)
}

// AllPortfoliosWithoutPOLine yields everything that PortfoliosWithoutPOLine lists, each with its collection (Edges). If
// reading fails, the last pair has the error.
func (s *Service) AllPortfoliosWithoutPOLine(ctx context.Context, collectionID int64) iter.Seq2[*ent.Portfolio, error] {
	return s.allPortfolios(ctx, withoutPOLine(collectionID))
}

// AllPortfoliosKeptWithoutReason yields everything that PortfoliosKeptWithoutReason lists, each with its collection
// (Edges). If reading fails, the last pair has the error.
func (s *Service) AllPortfoliosKeptWithoutReason(ctx context.Context, collectionID int64) iter.Seq2[*ent.Portfolio, error] {
	return s.allPortfolios(ctx, keptWithoutReason(collectionID).Where())
}

func (s *Service) allPortfolios(ctx context.Context, where []predicate.Portfolio) iter.Seq2[*ent.Portfolio, error] {
	return pages(func(w keyset.Window) (keyset.Page[*ent.Portfolio], error) {
		return keyset.List(ctx, s.store.Read.Portfolio.Query().WithCollection(), holdings.PortfolioListing, w, where)
	}, holdings.PortfolioListing.At)
}

// pages is keyset.All for a reconciliation listing.
func pages[R any](read func(keyset.Window) (keyset.Page[R], error), at func(R) keyset.Position) iter.Seq2[R, error] {
	return keyset.All(reconciliationPage, func(w keyset.Window) (keyset.Page[R], error) {
		page, err := read(w)
		if err != nil {
			err = fmt.Errorf("reconciliation: %w", err)
		}
		return page, err
	}, at)
}

// CheckCollection returns a problem if the collection does not exist.
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
