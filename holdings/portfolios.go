package holdings

import (
	"context"
	"fmt"
	"slices"

	"autoholdings/ent/license"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// CheckLicenses adds a problem, at path(field), if some of the licenses that a change gives are not there.
func CheckLicenses(ctx context.Context, tx *store.Tx, problems *problem.List, change StaffChange, path func(field string) string) error {
	ids := change.Licenses()
	if len(ids) == 0 {
		return nil
	}
	there, err := tx.License.Query().Where(license.IDIn(ids...)).IDs(ctx)
	if err != nil {
		return fmt.Errorf("look up licenses: %w", err)
	}
	for _, field := range []string{FieldLicense, FieldAdditional} {
		for _, id := range (StaffChange{field: change[field]}).Licenses() {
			if !slices.Contains(there, id) {
				problems.Add(problem.NotFound, path(field), "there is no such license: it may have been deleted")
				break
			}
		}
	}
	return nil
}

// CheckLicense adds a problem if there is no such license; 0 stands for none.
func CheckLicense(ctx context.Context, tx *store.Tx, problems *problem.List, id int64) error {
	if id == 0 {
		return nil
	}
	there, err := tx.License.Query().Where(license.ID(id)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("look up license %d: %w", id, err)
	}
	if !there {
		problems.Add(problem.NotFound, "input.licenseId", "there is no such license: it may have been deleted")
	}
	return nil
}
