package holdings

import (
	"context"
	"fmt"

	"autoholdings/ent/license"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

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
