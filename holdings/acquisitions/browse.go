package acquisitions

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/license"
	"autoholdings/ent/poline"
	"autoholdings/ent/portfolio"
	"autoholdings/ent/predicate"
	"autoholdings/internal/keyset"
)

// POLineFilter narrows a listing of PO lines; an empty field is no filter.
type POLineFilter struct {
	Number, NumberPrefix, Vendor, Status string
	PortfolioID                          int64
	CollectionID                         int64 // PO lines of this collection's portfolios
	Attached                             *bool
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
		where = append(where, onPortfolio(sql.EQ(portfolio.FieldCollectionID, f.CollectionID)))
	}
	switch {
	case f.Attached == nil:
	case *f.Attached:
		where = append(where, poline.PortfolioIDNotNil())
	default:
		where = append(where, poline.PortfolioIDIsNil())
	}
	return where
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

// POLines lists PO lines in the order of creation.
func (s *Service) POLines(ctx context.Context, f POLineFilter, w keyset.Window) (keyset.Page[*ent.POLine], error) {
	return keyset.List(ctx, s.store.Read.POLine.Query(), keyset.Oldest, w, f.where())
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

// LicenseFilter narrows a listing of licenses; an empty field is no filter.
type LicenseFilter struct{ Code, CodePrefix, Vendor, Status string }

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
	return where
}

// Licenses lists licenses in the order of creation.
func (s *Service) Licenses(ctx context.Context, f LicenseFilter, w keyset.Window) (keyset.Page[*ent.License], error) {
	return keyset.List(ctx, s.store.Read.License.Query(), keyset.Oldest, w, f.where())
}

// CountLicenses counts what Licenses lists.
func (s *Service) CountLicenses(ctx context.Context, f LicenseFilter) (int, error) {
	return s.store.Read.License.Query().Where(f.where()...).Count(ctx)
}

// LicensesByID reads licenses.
func (s *Service) LicensesByID(ctx context.Context, ids []int64) (map[int64]*ent.License, error) {
	return keyset.ByID(ctx, s.store.Read.License.Query(), ids, func(row *ent.License) int64 { return row.ID })
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

// PortfoliosOfLicense lists the portfolios that have the license as their own, by folded title. It includes those that
// are out of the holdings.
func (s *Service) PortfoliosOfLicense(ctx context.Context, licenseID int64, w keyset.Window) (keyset.Page[*ent.Portfolio], error) {
	return keyset.List(ctx, s.store.Read.Portfolio.Query(), keyset.By("title_key"), w, []predicate.Portfolio{licensed(licenseID)})
}

// CountPortfoliosOfLicense counts what PortfoliosOfLicense lists.
func (s *Service) CountPortfoliosOfLicense(ctx context.Context, licenseID int64) (int, error) {
	return s.store.Read.Portfolio.Query().Where(licensed(licenseID)).Count(ctx)
}

// licensed selects the portfolios that have the license, in a form that makes the database start from them.
func licensed(licenseID int64) predicate.Portfolio {
	return func(s *sql.Selector) {
		t := sql.Table(portfolio.Table)
		s.Where(sql.In(s.C(portfolio.FieldID), sql.Select(t.C(portfolio.FieldID)).From(t).
			Where(sql.EQ(t.C(portfolio.FieldLicenseID), licenseID))))
	}
}
