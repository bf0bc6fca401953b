package holdings

import (
	"context"
	"slices"
	"time"

	"autoholdings/ent"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// ShownCoverage is what of a portfolio is accessible, or was last: the statements of the entitlements in force and what
// is retained, or staff's own statements instead or in addition.
func ShownCoverage(p *ent.Portfolio, entitlements []Entitlement, retention plan.Retention) ([]SharedStatement, error) {
	own, has := LocalValuesOf(p).Coverage()
	if has && own.Mode == plan.Instead {
		return unshared(own.Statements), nil
	}
	retained, err := retainedStatements(p, entitlements, retention)
	if err != nil {
		return nil, err
	}
	var shown []SharedStatement
	if Entitled(entitlements) || !retention.Holds() {
		shown = Coverage(entitlements)
	}
	shown = append(append(shown, unshared(retained)...), unshared(own.Statements)...)
	slices.SortStableFunc(shown, func(a, b SharedStatement) int { return plan.CompareStart(a.Statement, b.Statement) })
	return shown, nil
}

// ShownCoverages is the shown coverage of some portfolios, in a fixed number of statements.
func ShownCoverages(
	ctx context.Context, query store.QueryFunc, portfolios []*ent.Portfolio,
) (map[int64][]plan.Statement, error) {
	shown := map[int64][]plan.Statement{}
	if len(portfolios) == 0 {
		return shown, nil
	}
	ids := make([]int64, len(portfolios))
	for i, p := range portfolios {
		ids[i] = p.ID
	}
	entitlements, err := entitlementsOf(ctx, query, ids)
	if err != nil {
		return nil, err
	}
	retained, err := LoadRetentions(ctx, query, ids)
	if err != nil {
		return nil, err
	}
	for _, p := range portfolios {
		statements, err := ShownCoverage(p, entitlements[p.ID], retained[p.ID])
		if err != nil {
			return nil, err
		}
		for _, st := range statements {
			shown[p.ID] = append(shown[p.ID], st.Statement)
		}
	}
	return shown, nil
}

func unshared(statements []plan.Statement) (shared []SharedStatement) {
	for _, st := range statements {
		shared = append(shared, SharedStatement{Statement: st})
	}
	return shared
}

// retainedStatements are what is retained of a portfolio: what lists took away and, if no entitlement is in force, the
// last coverage.
func retainedStatements(p *ent.Portfolio, entitlements []Entitlement, retention plan.Retention) ([]plan.Statement, error) {
	if !retention.Holds() {
		return nil, nil
	}
	taken, err := plan.StoredStatements(p.RetainedCoverage)
	if err != nil {
		return nil, err
	}
	kept := retention.Clip(taken, time.Time{})
	if last := inForce(entitlements); !Entitled(entitlements) && len(last) > 0 {
		kept = append(kept, retention.Clip(last[0].Coverage, EndedOn(last[0].EndedAt))...)
	}
	return kept, nil
}

// EndedOn is when an entitlement ended; zero: not known.
func EndedOn(at *int64) (t time.Time) {
	if at != nil {
		t = time.UnixMilli(*at).UTC()
	}
	return t
}

// CompareCoverage gives the provider's coverage in words, and says whether local coverage differs from it.
func CompareCoverage(own plan.LocalCoverage, entitlements []Entitlement) (words string, differs bool) {
	var theirs []plan.Statement
	for _, st := range Coverage(entitlements) {
		theirs = append(theirs, st.Statement)
	}
	return plan.CoverageText(theirs), own.Mode == plan.Addition || !plan.SameCoverage(theirs, own.Statements)
}
