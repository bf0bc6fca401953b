package holdings

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/license"
	"autoholdings/holdings/plan"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// PortfolioChange is what to change in a portfolio; nil leaves a field as it is.
type PortfolioChange struct {
	ID           int64
	Available    *bool
	LockedFields *[]string // KBART names of the title's columns, or "coverage" for all seven columns of coverage
	Review       *string   // "": a person has decided
	LicenseID    *int64    // its own license; 0: none
}

// UpdatePortfolio changes what staff decide about a portfolio, even one that is out of the holdings. Along with a
// refusal it returns the portfolio as it is, if there is one.
func (s *Service) UpdatePortfolio(ctx context.Context, in PortfolioChange) (*ent.Portfolio, error) {
	var problems problem.List
	locked := in.checkLocks(&problems)
	if in.Review != nil && *in.Review != "" {
		problems.Add(problem.BadInput, "input.review", "a review can only be decided: a sync sets it where it needs a person")
	}
	var p *ent.Portfolio
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		p, err = tx.Portfolio.Get(ctx, in.ID)
		if ent.IsNotFound(err) {
			return problem.New(problem.NotFound, "input.portfolioId", "there is no such portfolio")
		}
		if err != nil {
			return fmt.Errorf("read portfolio %d: %w", in.ID, err)
		}
		if in.LicenseID != nil {
			if err := CheckLicense(ctx, tx, &problems, *in.LicenseID); err != nil {
				return err
			}
		}
		if err := problems.Err(); err != nil {
			return err
		}
		if in.Available == nil && in.LockedFields == nil && in.Review == nil && in.LicenseID == nil {
			return nil
		}
		update := tx.Portfolio.UpdateOne(p).SetUpdatedAt(tx.Now).
			SetNillableAvailable(in.Available).SetNillableLockedFields(locked).SetNillableReview(in.Review)
		switch {
		case in.LicenseID == nil:
		case *in.LicenseID == 0:
			update.ClearLicenseID()
		default:
			update.SetLicenseID(*in.LicenseID)
		}
		p, err = update.Save(ctx)
		return err
	})
	return p, err
}

// checkLocks returns the locks as they are stored: each once, in the order of the columns, separated by blanks. It adds
// a problem for each unknown field.
func (in *PortfolioChange) checkLocks(problems *problem.List) *string {
	if in.LockedFields == nil {
		return nil
	}
	known := append(strings.Split(plan.TitleColumnNames, ", "), plan.CoverageField)
	for _, name := range *in.LockedFields {
		if !slices.Contains(known, name) {
			problems.Add(problem.BadInput, "input.lockedFields", "there is no field %q to lock: choose among %s", name, strings.Join(known, ", "))
		}
	}
	locked := strings.Join(slices.DeleteFunc(known, func(name string) bool { return !slices.Contains(*in.LockedFields, name) }), " ")
	return &locked
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
