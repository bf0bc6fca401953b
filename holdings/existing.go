package holdings

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"

	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// identitySQL is the keys of a portfolio, or of a title of the Community Zone, in one text: a cell costs more to read than
// its bytes. None but the last, which takes the rest, can hold a tab.
const identitySQL = "title_key || '\t' || print_key || '\t' || online_key || '\t' || more_keys || '\t' || publication_type || '\t' || title_id"

// loadHeld reads what planning needs of a collection's portfolios, hidden ones too: keys and hashes, no values.
func loadHeld(ctx context.Context, s *store.Store, part *Part) (portfolios chunked[held], err error) {
	const query = `
		SELECT p.id, ` + identitySQL + `, p.values_hash,
			CASE WHEN p.listed THEN 1 ELSE 0 END
			+ CASE WHEN p.removed_at IS NOT NULL THEN 2 ELSE 0 END
			+ CASE p.review WHEN '' THEN 0 WHEN 'AMBIGUOUS' THEN 4 ELSE 8 END
			+ CASE WHEN p.locked_fields <> '' THEN 16 ELSE 0 END
			+ CASE WHEN e.active THEN 32 ELSE 0 END,
			COALESCE(e.id, 0), COALESCE(e.coverage_hash, 0)
		FROM portfolios p
		LEFT JOIN entitlements e ON e.portfolio_id = p.id AND e.profile_id IS NOT DISTINCT FROM ?
		WHERE p.collection_id = ?`
	rows, err := s.Query(ctx, query, part.profile(), part.CollectionID)
	if err != nil {
		return portfolios, fmt.Errorf("read the portfolios: %w", err)
	}
	defer rows.Close()
	var identity sql.RawBytes
	var flags, values, coverage int64
	for rows.Next() {
		var h held
		err := rows.Scan(&h.id, &identity, &values, &flags, &h.entitlement, &coverage)
		if err != nil {
			return portfolios, fmt.Errorf("read the portfolios: %w", err)
		}
		h.values, h.coverage = uint64(values), uint64(coverage)
		h.listed, h.hidden = flags&1 != 0, flags&2 != 0
		h.review, h.unreadable = flags&4 != 0, flags&8 != 0
		h.locked, h.entitled = flags&16 != 0, flags&32 != 0
		h.setIdentity(identity)
		portfolios.add(h)
	}
	if err := rows.Err(); err != nil {
		return portfolios, fmt.Errorf("read the portfolios: %w", err)
	}
	if err := markOrdered(ctx, s, part, &portfolios); err != nil {
		return portfolios, err
	}
	return portfolios, markElsewhere(ctx, s, part, &portfolios)
}

// setIdentity takes the keys as identitySQL has them.
func (m *matchable) setIdentity(text []byte) {
	next := func() (part []byte) {
		part, text, _ = bytes.Cut(text, []byte("\t"))
		return part
	}
	m.folded = bytesHash(next())
	m.addKey(bytesHash(next()))
	m.addKey(bytesHash(next()))
	for more := range fields(next()) {
		m.addKey(bytesHash(more))
	}
	switch string(next()) {
	case "serial":
		m.kind = kbart.Serial
	case "monograph":
		m.kind = kbart.Monograph
	}
	m.titleID = bytesHash(text)
}

// markOrdered marks the portfolios that have a PO line.
func markOrdered(ctx context.Context, s *store.Store, part *Part, portfolios *chunked[held]) error {
	return markEach(ctx, s, portfolios, func(h *held, _ int64) { h.ordered = true }, `
		SELECT l.portfolio_id, 0 FROM po_lines l JOIN portfolios p ON p.id = l.portfolio_id
		WHERE p.collection_id = ?`, part.CollectionID)
}

// markElsewhere marks the portfolios that another entitlement holds, and those among them where it is of a profile that has
// a newer release than ours, or one of the same date and was made first: its title fields stand. Where the part is of no
// profile those of any profile do.
func markElsewhere(ctx context.Context, s *store.Store, part *Part, portfolios *chunked[held]) error {
	outranking, err := outrankingProfiles(ctx, s, part)
	if err != nil {
		return err
	}
	mark := func(h *held, profileID int64) {
		h.elsewhere, h.shared = true, h.shared || profileID != 0
		h.outranked = h.outranked || outranking[profileID] || !part.ofProfile()
	}
	return markEach(ctx, s, portfolios, mark, `
		SELECT e.portfolio_id, COALESCE(e.profile_id, 0) FROM entitlements e JOIN portfolios p ON p.id = e.portfolio_id
		WHERE p.collection_id = ? AND e.active AND e.profile_id IS DISTINCT FROM ?`,
		part.CollectionID, part.profile())
}

// outrankingProfiles are those whose last applied release is newer than the one of this part, or as new and the
// profile older.
func outrankingProfiles(ctx context.Context, s *store.Store, part *Part) (map[int64]bool, error) {
	rows, err := s.Query(ctx, `SELECT f.profile_id, f.date FROM provider_files f WHERE f.content = ? AND f.profile_id <> ?
		AND f.id = (SELECT l.id FROM provider_files l WHERE l.profile_id = f.profile_id AND l.content = f.content
			AND l.applied_at IS NOT NULL ORDER BY l.applied_at DESC, l.id DESC LIMIT 1)`, part.Content, part.ProfileID)
	if err != nil {
		return nil, fmt.Errorf("read the releases of other profiles: %w", err)
	}
	defer rows.Close()
	outranking := map[int64]bool{}
	for rows.Next() {
		var profileID int64
		var date string
		if err := rows.Scan(&profileID, &date); err != nil {
			return nil, fmt.Errorf("read the releases of other profiles: %w", err)
		}
		outranking[profileID] = date > part.Release || date == part.Release && profileID < part.ProfileID
	}
	return outranking, rows.Err()
}

func markEach(ctx context.Context, s *store.Store, portfolios *chunked[held], mark func(*held, int64), query string, args ...any) error {
	rows, err := s.Query(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("read the portfolios: %w", err)
	}
	defer rows.Close()
	var byID map[int64]int32
	for rows.Next() {
		var portfolioID, value int64
		if err := rows.Scan(&portfolioID, &value); err != nil {
			return fmt.Errorf("read the portfolios: %w", err)
		}
		if byID == nil { // only now: most collections have nothing to mark
			byID = make(map[int64]int32, portfolios.len())
			for i := range int32(portfolios.len()) {
				byID[portfolios.at(i).id] = i
			}
		}
		if i, ok := byID[portfolioID]; ok {
			mark(portfolios.at(i), value)
		}
	}
	return rows.Err()
}

// stored is a portfolio with its values, as a batch compares and writes it.
type stored struct {
	values    [len(titleColumns)]string
	moreKeys  string
	locked    string
	available bool
	listed    bool
	removedAt sql.NullInt64
	review    string
	coverage  []Statement // of the part's own entitlement, active or ended
}

// loadStored reads portfolios by id, inside the transaction that writes them.
func loadStored(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]*stored, error) {
	found := make(map[int64]*stored, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	placeholders, args := inList(ids)
	rows, err := tx.SQL.QueryContext(ctx, `SELECT id, more_keys, locked_fields, available, listed, removed_at, review, `+
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
func loadCoverage(ctx context.Context, tx *store.Tx, entitlementIDs []int64) (map[int64][]Statement, error) {
	found := make(map[int64][]Statement, len(entitlementIDs))
	if len(entitlementIDs) == 0 {
		return found, nil
	}
	placeholders, args := inList(entitlementIDs)
	rows, err := tx.SQL.QueryContext(ctx, `SELECT entitlement_id, `+statementColumnNames+` FROM coverage_statements
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
