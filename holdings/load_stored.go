package holdings

import (
	"context"
	"fmt"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// loadEntitlements reads entitlements by id.
func loadEntitlements(ctx context.Context, read store.QueryFunc, ids []int64) (map[int64]plan.EntitlementState, error) {
	found := make(map[int64]plan.EntitlementState, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	placeholders, args := store.InList(ids)
	rows,
		err := read(ctx,
		`SELECT id, portfolio_id, active, waiting, waiting_since, given_back, ended_at, own_values, own_hash FROM entitlements WHERE id IN `+
			placeholders, args...)
	if err != nil {
		return nil, fmt.Errorf("read the entitlements: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var e plan.EntitlementState
		var own string
		if err := rows.Scan(&id, &e.PortfolioID, &e.Active, &e.Waiting, &e.WaitingSince, &e.GivenBack, &e.EndedAt, &own,
			&e.OwnHash); err != nil {
			return nil, fmt.Errorf("read the entitlements: %w", err)
		}
		if e.Own, err = plan.ParseDivergingValues(own); err != nil {
			return nil, err
		}
		found[id] = e
	}
	return found, rows.Err()
}

// loadStored reads portfolios by id, inside the transaction that writes them.
func loadStored(ctx context.Context, read store.QueryFunc, ids []int64) (map[int64]*plan.StoredPortfolio, error) {
	found := make(map[int64]*plan.StoredPortfolio, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	placeholders, args := store.InList(ids)
	rows, err := read(ctx, `SELECT id, more_keys, local_values, retained_coverage, available, listed, removed_at, review, review_since, `+
		plan.TitleColumnNames+` FROM portfolios WHERE id IN `+placeholders, args...)
	if err != nil {
		return nil, fmt.Errorf("read the portfolios to compare: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var local, retained string
		p := &plan.StoredPortfolio{}
		targets := []any{&id, &p.MoreKeys, &local, &retained, &p.Available, &p.Listed, &p.RemovedAt, &p.Review, &p.ReviewSince}
		for i := range p.Values {
			targets = append(targets, &p.Values[i])
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, fmt.Errorf("read the portfolios to compare: %w", err)
		}
		if p.Local, err = plan.ParseLocalValues(local); err != nil {
			return nil, err
		}
		if p.Retained, err = plan.StoredStatements(retained); err != nil {
			return nil, err
		}
		found[id] = p
	}
	return found, rows.Err()
}

// loadCoverage reads the statements of entitlements, each in order.
func loadCoverage(ctx context.Context, read store.QueryFunc, entitlementIDs []int64) (map[int64][]plan.Statement, error) {
	found := make(map[int64][]plan.Statement, len(entitlementIDs))
	if len(entitlementIDs) == 0 {
		return found, nil
	}
	placeholders, args := store.InList(entitlementIDs)
	rows, err := read(ctx, `SELECT entitlement_id, `+plan.StatementColumnNames+` FROM coverage_statements
		WHERE entitlement_id IN `+placeholders+` ORDER BY entitlement_id, position`, args...)
	if err != nil {
		return nil, fmt.Errorf("read the coverage to compare: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var st plan.Statement
		err := rows.Scan(&id, &st.DateFirst, &st.VolFirst, &st.IssueFirst, &st.DateLast, &st.VolLast, &st.IssueLast,
			&st.Embargo, &st.URL, &st.Notes, &st.Depth, &st.Kind)
		if err != nil {
			return nil, fmt.Errorf("read the coverage to compare: %w", err)
		}
		found[id] = append(found[id], st)
	}
	return found, rows.Err()
}
