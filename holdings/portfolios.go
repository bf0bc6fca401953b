package holdings

import (
	"context"

	"autoholdings/ent"
	"autoholdings/internal/problem"
)

// PortfolioChange is what to change of a portfolio; nil leaves a field as it is.
type PortfolioChange struct {
	ID           int64
	Available    *bool
	LockedFields *[]string // KBART names, or "coverage" for all seven columns of coverage
	Review       *string   // "": a person has decided
}

// UpdatePortfolio changes a portfolio.
func (s *Service) UpdatePortfolio(ctx context.Context, in PortfolioChange) (*ent.Portfolio, error) {
	return nil, problem.New(problem.NotYet, "", "not yet")
}
