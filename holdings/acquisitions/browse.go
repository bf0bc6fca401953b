package acquisitions

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent/dialect/sql"

	"autoholdings/ent"
	"autoholdings/ent/additionallicense"
	"autoholdings/ent/collection"
	"autoholdings/ent/license"
	"autoholdings/ent/poline"
	"autoholdings/ent/portfolio"
	"autoholdings/ent/predicate"
	"autoholdings/holdings"
	"autoholdings/internal/keyset"
	"autoholdings/internal/search"
)

// POLineFilter narrows a listing of PO lines; an empty field is no filter.
type POLineFilter struct {
	Number, NumberPrefix, Vendor, Status string
	PortfolioID                          int64
	CollectionID                         int64 // PO lines of this collection's portfolios, and of the collection as a whole
	Attached                             *bool
	Closed                               *bool
	Search                               string // words that it has all, or the title that it orders; blank = not searched
}

func (f POLineFilter) where() (where []predicate.POLine) {
	if f.Number != "" {
		where = append(where, poline.Number(f.Number))
	}
	if f.NumberPrefix != "" {
		where = append(where, keyset.Begins(poline.FieldNumber, f.NumberPrefix))
	}
	if f.Vendor != "" {
		where = append(where, poline.Vendor(f.Vendor))
	}
	if f.Status != "" {
		where = append(where, poline.Status(f.Status))
	}
	if f.PortfolioID != 0 {
		where = append(where, poline.PortfolioID(f.PortfolioID))
	}
	if f.CollectionID != 0 {
		where = append(where, poline.Or(poline.CollectionID(f.CollectionID), onPortfolio(sql.EQ(portfolio.FieldCollectionID, f.CollectionID))))
	}
	switch attached := poline.Or(poline.PortfolioIDNotNil(), poline.CollectionIDNotNil()); {
	case f.Attached == nil:
	case *f.Attached:
		where = append(where, attached)
	default:
		where = append(where, poline.Not(attached))
	}
	switch {
	case f.Closed == nil:
	case *f.Closed:
		where = append(where, closed)
	default:
		where = append(where, poline.Not(closed))
	}
	if asked := search.Parse(f.Search); f.searches() {
		where = append(where, poline.Or(asked.Found(search.POLines), orders(asked.Found(search.Portfolios))))
	}
	return where
}

func (f POLineFilter) searches() bool { return strings.TrimSpace(f.Search) != "" }

// searched is the listing that is searched.
func (f POLineFilter) searched() search.Listing[*ent.POLine, predicate.POLine] {
	asked := search.Parse(f.Search)
	l := search.Listing[*ent.POLine, predicate.POLine]{
		Table: search.POLines, Listing: POLineListing,
		Found:  poline.Or(asked.Found(search.POLines), orders(asked.Found(search.Portfolios))),
		Tested: poline.Or(asked.Tested(search.POLines), ordersTested(asked)),
	}
	f.Search = ""
	l.Where = f.where()
	return l
}

// orders is the condition that a PO line orders a portfolio that meets a condition.
func orders(condition func(*sql.Selector)) predicate.POLine {
	return func(s *sql.Selector) {
		t := sql.Table(portfolio.Table).As("ordered")
		found := sql.Dialect(s.Dialect()).Select(t.C(portfolio.FieldID)).From(t)
		condition(found)
		s.Where(sql.In(s.C(poline.FieldPortfolioID), found))
	}
}

// ordersTested is the condition that a PO line orders a portfolio that is found, by looking at each.
func ordersTested(asked search.Query) predicate.POLine {
	return func(s *sql.Selector) {
		t := sql.Table(portfolio.Table).As("ordered")
		found := sql.Dialect(s.Dialect()).Select(t.C(portfolio.FieldID)).From(t)
		found.Where(sql.ColumnsEQ(t.C(portfolio.FieldID), s.C(poline.FieldPortfolioID)))
		asked.Tested(search.Portfolios)(found)
		s.Where(sql.Exists(found))
	}
}

// closed is the condition that a PO line is closed.
func closed(s *sql.Selector) {
	s.Where(sql.ExprP("EXISTS (SELECT 1 FROM po_lines l WHERE l.id = " + s.C(poline.FieldID) + " AND " + holdings.ClosedOrderSQL + ")"))
}

// onPortfolio selects PO lines whose portfolio meets the conditions. The query looks up each PO line's portfolio, since
// there may be a thousand times as many portfolios as PO lines.
func onPortfolio(conditions ...*sql.Predicate) predicate.POLine {
	return func(s *sql.Selector) {
		t := sql.Table(portfolio.Table)
		conditions := append(conditions, sql.ColumnsEQ(t.C(portfolio.FieldID), s.C(poline.FieldPortfolioID)))
		s.Where(sql.Exists(sql.Select(t.C(portfolio.FieldID)).From(t).Where(sql.And(conditions...))))
	}
}

// POLineListing sorts PO lines in the order of creation unless asked otherwise.
var POLineListing = keyset.Sorted(func(row *ent.POLine) int64 { return row.ID },
	keyset.By[*ent.POLine]("CREATED"),
	keyset.By("NUMBER", keyset.Text(poline.FieldNumber, func(row *ent.POLine) string { return row.Number })),
	keyset.By("RENEWS_ON", keyset.Text(poline.FieldRenewsOn, func(row *ent.POLine) string { return row.RenewsOn })),
	keyset.Changed(func(row *ent.POLine) int64 { return row.UpdatedAt }),
)

// POLines lists PO lines in the order of creation, or as the window says.
func (s *Service) POLines(ctx context.Context, f POLineFilter, w keyset.Window) (keyset.Page[*ent.POLine], error) {
	if f.searches() {
		return search.List(ctx, s.store.Read.POLine.Query, f.searched(), w)
	}
	return keyset.List(ctx, s.store.Read.POLine.Query(), POLineListing, w, f.where())
}

// CountPOLines counts what POLines lists.
func (s *Service) CountPOLines(ctx context.Context, f POLineFilter) (int, error) {
	return s.store.Read.POLine.Query().Where(f.where()...).Count(ctx)
}

// POLinesByID reads PO lines.
func (s *Service) POLinesByID(ctx context.Context, ids []int64) (map[int64]*ent.POLine, error) {
	return keyset.ByID(ctx, s.store.Read.POLine.Query(), ids, func(row *ent.POLine) int64 { return row.ID })
}

// POLinesOf reads the PO lines of portfolios in one query, the main one first.
func (s *Service) POLinesOf(ctx context.Context, portfolioIDs []int64) ([]*ent.POLine, error) {
	return s.store.Read.POLine.Query().Where(poline.PortfolioIDIn(portfolioIDs...)).
		Order(poline.ByPortfolioID(), poline.ByMain(sql.OrderDesc()), poline.ByID()).All(ctx)
}

// OrderedListing sorts the PO lines of one portfolio or collection, the main one first.
var OrderedListing = keyset.Sorted(func(row *ent.POLine) int64 { return row.ID }, keyset.By("MAIN",
	keyset.Number(poline.FieldMain, func(row *ent.POLine) int64 {
		if row.Main {
			return 0
		}
		return 1
	})))

// POLinesOfCollections reads the PO lines that order collections as a whole, in one query, the main one first.
func (s *Service) POLinesOfCollections(ctx context.Context, collectionIDs []int64) ([]*ent.POLine, error) {
	return s.store.Read.POLine.Query().Where(poline.CollectionIDIn(collectionIDs...)).
		Order(poline.ByCollectionID(), poline.ByMain(sql.OrderDesc()), poline.ByID()).All(ctx)
}

// LicenseFilter narrows a listing of licenses; an empty field is no filter.
type LicenseFilter struct {
	Code, CodePrefix, Vendor, Status string
	Search                           string // words that it has all; blank = not searched
}

func (f LicenseFilter) where() (where []predicate.License) {
	if f.Code != "" {
		where = append(where, license.Code(f.Code))
	}
	if f.CodePrefix != "" {
		where = append(where, keyset.Begins(license.FieldCode, f.CodePrefix))
	}
	if f.Vendor != "" {
		where = append(where, license.Vendor(f.Vendor))
	}
	if f.Status != "" {
		where = append(where, license.Status(f.Status))
	}
	if f.searches() {
		where = append(where, search.Parse(f.Search).Found(search.Licenses))
	}
	return where
}

// LicenseListing sorts licenses in the order of creation unless asked otherwise.
var LicenseListing = keyset.Sorted(func(row *ent.License) int64 { return row.ID },
	keyset.By[*ent.License]("CREATED"),
	keyset.By("CODE", keyset.Text(license.FieldCode, func(row *ent.License) string { return row.Code })),
	keyset.By("ENDS_ON", keyset.Text(license.FieldEndsOn, func(row *ent.License) string { return row.EndsOn })),
	keyset.Changed(func(row *ent.License) int64 { return row.UpdatedAt }),
)

func (f LicenseFilter) searches() bool { return strings.TrimSpace(f.Search) != "" }

// searched is the listing that is searched.
func (f LicenseFilter) searched() search.Listing[*ent.License, predicate.License] {
	asked, table := search.Parse(f.Search), search.Licenses
	l := search.Listing[*ent.License, predicate.License]{
		Table: table, Listing: LicenseListing, Found: asked.Found(table), Tested: asked.Tested(table),
	}
	f.Search = ""
	l.Where = f.where()
	return l
}

// Licenses lists licenses in the order of creation, or as the window says.
func (s *Service) Licenses(ctx context.Context, f LicenseFilter, w keyset.Window) (keyset.Page[*ent.License], error) {
	if f.searches() {
		return search.List(ctx, s.store.Read.License.Query, f.searched(), w)
	}
	return keyset.List(ctx, s.store.Read.License.Query(), LicenseListing, w, f.where())
}

// CountLicenses counts what Licenses lists.
func (s *Service) CountLicenses(ctx context.Context, f LicenseFilter) (int, error) {
	return s.store.Read.License.Query().Where(f.where()...).Count(ctx)
}

// LicensesByID reads licenses.
func (s *Service) LicensesByID(ctx context.Context, ids []int64) (map[int64]*ent.License, error) {
	return keyset.ByID(ctx, s.store.Read.License.Query(), ids, func(row *ent.License) int64 { return row.ID })
}

// AdditionalLicensesOf reads the licenses that portfolios have beside their main one, by code.
func (s *Service) AdditionalLicensesOf(ctx context.Context, portfolioIDs []int64) (map[int64][]*ent.License, error) {
	rows, err := s.store.Read.AdditionalLicense.Query().Where(additionallicense.PortfolioIDIn(portfolioIDs...)).WithLicense().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the additional licenses of portfolios: %w", err)
	}
	rows = slices.DeleteFunc(rows, func(row *ent.AdditionalLicense) bool { return row.Edges.License == nil }) // deleted meanwhile
	slices.SortFunc(rows, func(a, b *ent.AdditionalLicense) int {
		return strings.Compare(a.Edges.License.Code, b.Edges.License.Code)
	})
	found := map[int64][]*ent.License{}
	for _, row := range rows {
		found[row.PortfolioID] = append(found[row.PortfolioID], row.Edges.License)
	}
	return found, nil
}

// CollectionsOfLicenses reads the collections that have these licenses, by name. A portfolio of such a collection has
// its license unless it has one of its own.
func (s *Service) CollectionsOfLicenses(ctx context.Context, licenseIDs []int64) (map[int64][]*ent.Collection, error) {
	rows, err := s.store.Read.Collection.Query().Where(collection.LicenseIDIn(licenseIDs...)).Order(collection.ByNameKey(), collection.ByID()).
		All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the collections of licenses: %w", err)
	}
	found := make(map[int64][]*ent.Collection, len(licenseIDs))
	for _, row := range rows {
		found[*row.LicenseID] = append(found[*row.LicenseID], row)
	}
	return found, nil
}

// PortfoliosOfLicense lists the portfolios that have the license as their own, main or additional, by folded title. It includes those that
// are out of the holdings.
func (s *Service) PortfoliosOfLicense(ctx context.Context, licenseID int64, w keyset.Window) (keyset.Page[*ent.Portfolio], error) {
	return keyset.List(ctx, s.store.Read.Portfolio.Query(), holdings.PortfolioListing, w, []predicate.Portfolio{holdings.Licensed(licenseID)})
}

// CountPortfoliosOfLicense counts what PortfoliosOfLicense lists.
func (s *Service) CountPortfoliosOfLicense(ctx context.Context, licenseID int64) (int, error) {
	return s.store.Read.Portfolio.Query().Where(holdings.Licensed(licenseID)).Count(ctx)
}
