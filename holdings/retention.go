package holdings

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// A portfolio is *retained* if the library has perpetual access to it: if no list has it any more, it stays in the
// holdings and accessible, with its last coverage. Staff say so of the portfolio itself (also that it has current access
// only), else of a license of it, the main one first, else of its collection; a portfolio without a main license of its own has
// its collection's as its main one.
// A mark with days retains nothing where the last coverage is none of these days.

// markSQL is the mark by which a portfolio p of a collection k is retained, as parseMark reads it; empty: it is not.
var markSQL = `CASE
	WHEN p.access_rights = 'PERPETUAL' AND ` + reaches("p") + ` THEN ` + markOf("P", "p") + `
	WHEN p.access_rights <> '' THEN ''
	ELSE COALESCE((SELECT ` + markOf("L", "l") + ` || ' ' || l.code FROM licenses l
			WHERE l.id = COALESCE(p.license_id, k.license_id) AND l.perpetual_access AND ` + reaches("l") + `),
		(SELECT ` + markOf("L", "l") + ` || ' ' || l.code FROM additional_licenses a JOIN licenses l ON l.id = a.license_id
			WHERE a.portfolio_id = p.id AND l.perpetual_access AND ` + reaches("l") + ` ORDER BY l.code LIMIT 1),
		CASE WHEN k.perpetual_access AND ` + reaches("k") + ` THEN ` + markOf("C", "k") + ` ELSE '' END)
	END`

// RetainedSQL is the condition that a portfolio p of a collection k is retained.
var RetainedSQL = `(` + markSQL + `) <> ''`

func markOf(by, table string) string {
	return `'` + by + ` ' || ` + table + `.perpetual_from || ' ' || ` + table + `.perpetual_until`
}

// lastEntitlementSQL is the id of the entitlement whose coverage a portfolio p has now or had last.
var lastEntitlementSQL = lastEntitlementOf(0)

// lastEntitlementOf is the same of those entitlements that reach a group; 0: of all.
func lastEntitlementOf(groupID int64) string {
	return `(SELECT o.id FROM entitlements o WHERE o.portfolio_id = p.id AND ` + ofGroupSQL("o", groupID) + `
	ORDER BY o.active DESC, COALESCE(o.ended_at, 0) DESC, o.id LIMIT 1)`
}

// reaches is the condition that the days of a table's mark meet the last coverage of a portfolio p. A date that names a
// year or a month is compared with so much of the mark's.
func reaches(table string) string {
	from, until := table+`.perpetual_from`, table+`.perpetual_until`
	return `(` + from + ` = '' AND ` + until + ` = ''
		OR NOT EXISTS (SELECT 1 FROM coverage_statements s WHERE s.entitlement_id = ` + lastEntitlementSQL + `)
		OR EXISTS (SELECT 1 FROM coverage_statements s WHERE s.entitlement_id = ` + lastEntitlementSQL + `
			AND (` + until + ` = '' OR s.date_first_issue_online <= SUBSTR(` + until + `, 1, LENGTH(s.date_first_issue_online)))
			AND (` + from + ` = '' OR s.date_last_issue_online >= SUBSTR(` + from + `, 1, LENGTH(s.date_last_issue_online)))))`
}

// parseMark reads what markSQL gives.
func parseMark(text string) (r plan.Retention) {
	parts := strings.SplitN(text, " ", 4)
	if len(parts) < 3 {
		return r
	}
	r.From, r.Until = parts[1], parts[2]
	switch parts[0] {
	case "P":
		r.By = plan.RetainedByPortfolio
	case "C":
		r.By = plan.RetainedByCollection
	default:
		r.By, r.License = plan.RetainedByLicense, parts[3]
	}
	return r
}

// RetentionsOf reads by which mark portfolios are retained; those that are not are not in the map.
func (s *Service) RetentionsOf(ctx context.Context, portfolioIDs []int64) (map[int64]plan.Retention, error) {
	return LoadRetentions(ctx, s.store.Query, portfolioIDs)
}

// LoadRetentions does the same, in a transaction or outside.
func LoadRetentions(ctx context.Context, read store.QueryFunc, portfolioIDs []int64) (map[int64]plan.Retention, error) {
	found := map[int64]plan.Retention{}
	if len(portfolioIDs) == 0 {
		return found, nil
	}
	placeholders, args := store.InList(portfolioIDs)
	rows, err := read(ctx, `SELECT m.id, m.mark FROM (SELECT p.id AS id, `+markSQL+` AS mark
		FROM portfolios p JOIN collections k ON k.id = p.collection_id WHERE p.id IN `+placeholders+`) m WHERE m.mark <> ''`, args...)
	if err != nil {
		return nil, fmt.Errorf("read what is retained: %w", err)
	}
	return found, readRetentions(rows, found)
}

func readRetentions(rows *sql.Rows, into map[int64]plan.Retention) error {
	defer rows.Close()
	for rows.Next() {
		var id int64
		var mark string
		if err := rows.Scan(&id, &mark); err != nil {
			return fmt.Errorf("read what is retained: %w", err)
		}
		into[id] = parseMark(mark)
	}
	return rows.Err()
}

// markRetained marks the portfolios that are retained. Where nobody said so of anything, that is known at once.
func markRetained(ctx context.Context, s *store.Store, part *Part, portfolios *plan.ChunkedList[plan.HeldPortfolio]) error {
	marked, err := s.IDs(ctx, `SELECT k.id FROM collections k WHERE k.id = ? AND (k.perpetual_access
		OR EXISTS (SELECT 1 FROM licenses WHERE perpetual_access)
		OR EXISTS (SELECT 1 FROM portfolios WHERE collection_id = k.id AND access_rights <> ''))`, part.CollectionID)
	if err != nil || len(marked) == 0 {
		return err
	}
	ids, err := s.IDs(ctx, `SELECT p.id FROM portfolios p JOIN collections k ON k.id = p.collection_id
		WHERE p.collection_id = ? AND p.removed_at IS NULL AND `+RetainedSQL, part.CollectionID)
	if err != nil || len(ids) == 0 {
		return err
	}
	byID := portfoliosByID(portfolios)
	for _, id := range ids {
		if i, ok := byID[id]; ok {
			portfolios.At(i).Retained = true
		}
	}
	return nil
}
