package acquisitions

import (
	"context"
	"fmt"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/additionallicense"
	"autoholdings/ent/collection"
	"autoholdings/ent/license"
	"autoholdings/ent/portfolio"
	"autoholdings/internal/problem"
	"autoholdings/internal/search"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
)

// CreateLicense creates a license. UpdatePortfolio and UpdateCollection attach it.
func (s *Service) CreateLicense(ctx context.Context, in LicenseTexts) (*ent.License, error) {
	return s.changeLicense(ctx, LicenseChange{Texts: in})
}

// UpdateLicense changes a license. version is the version the caller read; nil means any. If the change is refused, it
// also returns the license as stored, if there is one.
func (s *Service) UpdateLicense(ctx context.Context, id int64, version *int, in LicenseTexts) (*ent.License, error) {
	return s.changeLicense(ctx, LicenseChange{ID: id, Version: version, Texts: in})
}

func (s *Service) changeLicense(ctx context.Context, c LicenseChange) (*ent.License, error) {
	out, err := s.ChangeLicenses(ctx, []LicenseChange{c}, true)
	if err != nil {
		return nil, err
	}
	return out[0].Row, out[0].Err
}

// DeleteLicense deletes a license that is not used by any collection or portfolio, hidden ones included.
func (s *Service) DeleteLicense(ctx context.Context, id int64) error {
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		row, err := findLicense(ctx, tx, id)
		if err != nil {
			return err
		}
		users, err := usersOfLicense(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(users) > 0 {
			return problem.New(problem.InUse, "input.licenseId",
				"the license %q is that of %s: take it away from there first", row.Code, strings.Join(users, " and "))
		}
		return tx.License.DeleteOne(row).Exec(ctx)
	})
}

// usersOfLicense says, in words, what uses a license.
func usersOfLicense(ctx context.Context, tx *store.Tx, id int64) (users []string, err error) {
	has := portfolio.Or(portfolio.LicenseID(id), portfolio.HasAdditionalWith(additionallicense.LicenseID(id)))
	portfolios, err := tx.Portfolio.Query().Where(has).Count(ctx)
	if err != nil {
		return nil, fmt.Errorf("count the portfolios of license %d: %w", id, err)
	}
	hidden, err := tx.Portfolio.Query().Where(has, portfolio.RemovedAtNotNil()).Count(ctx)
	if err != nil {
		return nil, fmt.Errorf("count the portfolios of license %d: %w", id, err)
	}
	collections, err := tx.Collection.Query().Where(collection.LicenseID(id)).Order(collection.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the collections of license %d: %w", id, err)
	}
	if portfolios > 0 {
		user := words.Count(portfolios, "portfolio", "portfolios")
		if hidden > 0 {
			user += fmt.Sprintf(" (%d of them out of the holdings)", hidden)
		}
		users = append(users, user)
	}
	if len(collections) > 0 {
		names := words.Quoted(collections, func(c *ent.Collection) string { return c.Name })
		users = append(users, words.Count(len(collections), "collection", "collections")+" ("+names+")")
	}
	return users, nil
}

func findLicense(ctx context.Context, tx *store.Tx, id int64) (*ent.License, error) {
	row, err := tx.License.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil, problem.New(problem.NotFound, "input.licenseId", "there is no such license: it may have been deleted")
	}
	if err != nil {
		return nil, fmt.Errorf("read license %d: %w", id, err)
	}
	return row, nil
}

func sameLicense(a, b *ent.License) bool {
	return a.Code == b.Code && a.Name == b.Name && a.Vendor == b.Vendor && a.Status == b.Status && a.Type == b.Type &&
		a.StartsOn == b.StartsOn && a.EndsOn == b.EndsOn && a.Note == b.Note &&
		a.PerpetualAccess == b.PerpetualAccess && a.PerpetualFrom == b.PerpetualFrom && a.PerpetualUntil == b.PerpetualUntil
}

// writeLicenses stores new and changed licenses and increments their versions.
func writeLicenses(ctx context.Context, tx *store.Tx, changed []*ent.License) error {
	rows := make([][]any, len(changed))
	for i, row := range changed {
		row.UpdatedAt = tx.Now
		row.Version++ // 0 for a new one
		row.Words = search.LicenseWords(row.Code, row.Name, row.Vendor, row.Type, row.Note)
		rows[i] = []any{
			row.ID, row.CreatedAt, row.UpdatedAt, row.Code, row.Name, row.Vendor, row.Status, row.Type, row.StartsOn, row.EndsOn, row.Note,
			row.PerpetualAccess, row.PerpetualFrom, row.PerpetualUntil, row.Version, row.Words,
		}
	}
	return store.Upsert(ctx, tx, license.Table, licenseColumns, rows)
}

var licenseColumns = []string{
	"id", "created_at", "updated_at", "code", "name", "vendor", "status", "type", "starts_on", "ends_on", "note",
	"perpetual_access", "perpetual_from", "perpetual_until", "version", "words",
}

// licensesByCode reads the licenses named in lines of a file.
func licensesByCode(ctx context.Context, client *ent.Client, lines []*importLine) (map[string]*ent.License, error) {
	codes := make([]string, len(lines))
	for i, l := range lines {
		codes[i] = l.Number
	}
	rows, err := client.License.Query().Where(license.CodeIn(codes...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("look up licenses: %w", err)
	}
	found := make(map[string]*ent.License, len(rows))
	for _, row := range rows {
		found[row.Code] = row
	}
	return found, nil
}
