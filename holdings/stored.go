package holdings

import (
	"context"
	"database/sql"
	"fmt"
)

// stored is a portfolio with its values, as a batch compares and writes it.
type stored struct {
	values    [len(titleColumns)]string
	moreKeys  string
	locked    string
	available bool
	listed    bool
	removedAt sql.NullInt64
	review    string

	former *[len(titleColumns)]string // of a preview: the values in the database, where an earlier part would have changed them

	coverage []Statement // of the part's own entitlement, in force or not
	entitlementState
}

// entitlementState is the part's own entitlement to a portfolio, but for its coverage.
type entitlementState struct {
	portfolioID  int64
	active       bool
	waiting      string // why it is suspended
	waitingSince string
	givenBack    bool
	own          ownValues
	ownHash      *int64
}

// entitle gives the portfolio the part's own entitlement. What its list has otherwise than the portfolio is told by the
// values that the portfolio would have by then.
func (p *stored) entitle(e entitlementState) {
	p.entitlementState = e
	if p.former == nil || e.portfolioID == 0 {
		return
	}
	said := e.own.over(p.former)
	p.own = nil
	for i, c := range titleColumns {
		if said[i] != "" && comparable(c, said[i]) != comparable(c, p.values[i]) {
			if p.own == nil {
				p.own = ownValues{}
			}
			p.own[c.String()] = said[i]
		}
	}
}

// query reads in SQL, inside a transaction or outside.
type query func(ctx context.Context, query string, args ...any) (*sql.Rows, error)

// loadEntitlements reads entitlements by id.
func loadEntitlements(ctx context.Context, read query, ids []int64) (map[int64]entitlementState, error) {
	found := make(map[int64]entitlementState, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	placeholders, args := inList(ids)
	rows,
		err := read(ctx,
		`SELECT id, portfolio_id, active, waiting, waiting_since, given_back, own_values, own_hash FROM entitlements WHERE id IN `+placeholders,
		args...)
	if err != nil {
		return nil, fmt.Errorf("read the entitlements: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var e entitlementState
		var own string
		if err := rows.Scan(&id, &e.portfolioID, &e.active, &e.waiting, &e.waitingSince, &e.givenBack, &own, &e.ownHash); err != nil {
			return nil, fmt.Errorf("read the entitlements: %w", err)
		}
		if e.own, err = parseOwnValues(own); err != nil {
			return nil, err
		}
		found[id] = e
	}
	return found, rows.Err()
}

// loadStored reads portfolios by id, inside the transaction that writes them.
func loadStored(ctx context.Context, read query, ids []int64) (map[int64]*stored, error) {
	found := make(map[int64]*stored, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	placeholders, args := inList(ids)
	rows, err := read(ctx, `SELECT id, more_keys, locked_fields, available, listed, removed_at, review, `+
		titleColumnNames+` FROM portfolios WHERE id IN `+placeholders, args...)
	if err != nil {
		return nil, fmt.Errorf("read the portfolios to compare: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		p := &stored{}
		targets := []any{&id, &p.moreKeys, &p.locked, &p.available, &p.listed, &p.removedAt, &p.review}
		for i := range p.values {
			targets = append(targets, &p.values[i])
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, fmt.Errorf("read the portfolios to compare: %w", err)
		}
		found[id] = p
	}
	return found, rows.Err()
}

// loadCoverage reads the statements of entitlements, each in order.
func loadCoverage(ctx context.Context, read query, entitlementIDs []int64) (map[int64][]Statement, error) {
	found := make(map[int64][]Statement, len(entitlementIDs))
	if len(entitlementIDs) == 0 {
		return found, nil
	}
	placeholders, args := inList(entitlementIDs)
	rows, err := read(ctx, `SELECT entitlement_id, `+statementColumnNames+` FROM coverage_statements
		WHERE entitlement_id IN `+placeholders+` ORDER BY entitlement_id, position`, args...)
	if err != nil {
		return nil, fmt.Errorf("read the coverage to compare: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var st Statement
		err := rows.Scan(&id, &st.DateFirst, &st.VolFirst, &st.IssueFirst, &st.DateLast, &st.VolLast, &st.IssueLast,
			&st.Embargo, &st.URL, &st.Notes, &st.Depth, &st.Kind)
		if err != nil {
			return nil, fmt.Errorf("read the coverage to compare: %w", err)
		}
		found[id] = append(found[id], st)
	}
	return found, rows.Err()
}
