package holdings

import (
	"context"
	sqldb "database/sql"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent/dialect/sql"

	"autoholdings/ent"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/poline"
	"autoholdings/ent/portfolio"
	"autoholdings/ent/predicate"
	"autoholdings/holdings/plan"
	"autoholdings/internal/keyset"
	"autoholdings/internal/search"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// PortfolioFilter narrows a listing of portfolios; empty and nil fields are ignored. Each field is answered from an
// index.
type PortfolioFilter struct {
	CollectionID int64
	TitlePrefix  string
	TitleID      string
	Identifier   string // ISSN or ISBN in any notation
	Available    *bool
	Listed       *bool
	NeedsReview  *bool
	Waiting      *bool  // see Waiting
	Unprotected  *bool  // kept, but what they were kept for is gone: see unprotected
	ClosedOrders *bool  // kept, and only closed orders hold it: see onlyClosedOrders
	Removed      bool   // the removed ones instead of those in the holdings
	ProfileID    int64  // those to which this profile has an entitlement in force
	Retained     *bool  // no list has it, and it is retained; see isRetained
	OnlyRetained *bool  // and nothing else keeps it
	HasLocal     *bool  // it has local values
	LocalField   string // it has a local value of this field
	AccessRights string // as staff say: Current or Perpetual
	GroupID      int64  // those that reach this inventory group; see groups.go

	PublicationType string `json:",omitempty"` // serial or monograph
	LicenseID       int64  `json:",omitempty"` // its own license, main or additional, is this one
	HasPOLine       *bool  `json:",omitempty"` // it has a PO line of its own
	ChangedSince    *int64 `json:",omitempty"` // Unix milliseconds: at this moment or later
	CoverageOn      string `json:",omitempty"` // YYYY-MM-DD: an entitlement in force covers this day; see coversSQL
	Search          string `json:",omitempty"` // words that they all have, provider's or local; blank: not searched
}

// Where is the filter as conditions of a query.
func (f PortfolioFilter) Where() []predicate.Portfolio {
	var where []predicate.Portfolio
	if f.Removed {
		where = append(where, f.among(sql.NotNull(portfolio.FieldRemovedAt)))
	} else {
		where = append(where, portfolio.RemovedAtIsNil())
	}
	if f.CollectionID != 0 {
		where = append(where, f.inCollection())
	}
	if key := kbart.FoldTitle(f.TitlePrefix); key != "" {
		where = append(where, keyset.Begins(portfolio.FieldTitleKey, key))
	} else if f.TitlePrefix != "" { // "???" finds titles like it, and not all of them
		where = append(where, portfolio.TitleKey(key))
	}
	if f.TitleID != "" {
		where = append(where, portfolio.TitleID(f.TitleID))
	}
	if f.Identifier != "" {
		where = append(where, Identified(portfolio.Table, f.Identifier))
	}
	where = append(where, f.states()...)
	where = append(where, f.unentitled()...)
	where = append(where, f.said()...)
	if f.ProfileID != 0 {
		where = append(where, entitledBy(f.ProfileID))
	}
	if f.GroupID != 0 {
		where = append(where, reaching(f.GroupID))
	}
	return append(where, f.more()...)
}

// more are the conditions on type, license, order, change, coverage and words.
func (f PortfolioFilter) more() (where []predicate.Portfolio) {
	if f.PublicationType != "" {
		where = append(where, portfolio.PublicationType(f.PublicationType))
	}
	if f.LicenseID != 0 {
		where = append(where, Licensed(f.LicenseID))
	}
	switch {
	case f.HasPOLine == nil:
	case *f.HasPOLine:
		where = append(where, ordered)
	default:
		where = append(where, func(s *sql.Selector) { s.Where(sql.NotExists(poLinesOf(s))) })
	}
	if f.ChangedSince != nil {
		where = append(where, f.among(sql.GTE(portfolio.FieldUpdatedAt, *f.ChangedSince)))
	}
	if f.CoverageOn != "" {
		where = append(where, covering(f.CoverageOn))
	}
	if f.searches() {
		where = append(where, search.Parse(f.Search).Found(search.Portfolios))
	}
	return where
}

func (f PortfolioFilter) searches() bool { return strings.TrimSpace(f.Search) != "" }

// Licensed selects the portfolios that have the license as their own, in a form that makes the database start from them.
func Licensed(licenseID int64) predicate.Portfolio {
	return func(s *sql.Selector) {
		s.Where(sql.P(func(b *sql.Builder) {
			b.WriteString(s.C(portfolio.FieldID) + " IN (SELECT id FROM portfolios WHERE license_id = ").Arg(licenseID).
				WriteString(" UNION ALL SELECT portfolio_id FROM additional_licenses WHERE license_id = ").Arg(licenseID).WriteString(")")
		}))
	}
}

// ordered is the condition that a portfolio has a PO line, in a form that makes the database start from the PO lines, of which
// there are fewer.
func ordered(s *sql.Selector) {
	l := sql.Table(poline.Table)
	s.Where(sql.In(s.C(portfolio.FieldID), sql.Select(l.C(poline.FieldPortfolioID)).From(l).Where(sql.NotNull(l.C(poline.FieldPortfolioID)))))
}

// coversSQL is the condition that an entitlement in force of the portfolio of this id covers a day, embargoes apart. A date of a
// year or month begins each of its days, and '~' sorts behind all of them.
const coversSQL = `EXISTS (SELECT 1 FROM entitlements f JOIN coverage_statements d ON d.entitlement_id = f.id WHERE f.portfolio_id = %s
	AND f.active AND d.date_first_issue_online <= ? AND (d.date_last_issue_online = '' OR d.date_last_issue_online || '~' > ?))`

// covering is the condition that an entitlement in force covers a day.
func covering(day string) predicate.Portfolio {
	return func(s *sql.Selector) {
		before, after, _ := strings.Cut(fmt.Sprintf(coversSQL, s.C(portfolio.FieldID)), "?")
		between, end, _ := strings.Cut(after, "?")
		s.Where(sql.P(func(b *sql.Builder) { b.WriteString(before).Arg(day).WriteString(between).Arg(day).WriteString(end) }))
	}
}

// inCollection is the condition on the collection. If another field finds the few matches at once, the plus before the
// column keeps the database from walking the whole collection instead. It would prefer that because the collection
// comes sorted.
func (f PortfolioFilter) inCollection() predicate.Portfolio {
	if f.TitleID == "" && f.Identifier == "" && !f.Removed && !f.searches() {
		return portfolio.CollectionID(f.CollectionID)
	}
	return func(s *sql.Selector) {
		s.Where(sql.P(func(b *sql.Builder) {
			b.WriteString("+" + s.C(portfolio.FieldCollectionID) + " = ").Arg(f.CollectionID)
		}))
	}
}

// states are the conditions on Available, Listed and NeedsReview. Each has one rare value, with a partial index by
// collection. The condition is written exactly as in the index, or the index would not be used.
func (f PortfolioFilter) states() (where []predicate.Portfolio) {
	for _, state := range []struct {
		asked *bool
		few   bool // the rare value
		isFew string
		other string
	}{
		{f.Available, false, "NOT available", "available"},
		{f.Listed, false, "NOT listed", "listed"},
		{f.NeedsReview, true, "review <> ''", "review = ''"},
	} {
		switch {
		case state.asked == nil:
		case *state.asked != state.few:
			where = append(where, func(s *sql.Selector) { s.Where(sql.ExprP(state.other)) })
		case f.CollectionID != 0 || f.Removed:
			where = append(where, func(s *sql.Selector) { s.Where(sql.ExprP(state.isFew)) })
		default:
			where = append(where, f.among(sql.ExprP(state.isFew), sql.IsNull(portfolio.FieldRemovedAt)))
		}
	}
	return where
}

// unentitled are the conditions on portfolios that have no entitlement in force.
func (f PortfolioFilter) unentitled() (where []predicate.Portfolio) {
	for _, state := range []struct {
		asked     *bool
		condition predicate.Portfolio
	}{
		{f.Waiting, isWaiting},
		{f.Unprotected, unprotected},
		{f.ClosedOrders, onlyClosedOrders},
		{f.Retained, isRetained(false)},
		{f.OnlyRetained, isRetained(true)},
	} {
		switch {
		case state.asked == nil:
		case *state.asked:
			where = append(where, state.condition)
		default:
			where = append(where, portfolio.Not(state.condition))
		}
	}
	if f.unlistedOnly() && f.CollectionID == 0 {
		where = append(where, f.among(sql.ExprP("NOT listed"), sql.IsNull(portfolio.FieldRemovedAt)))
	}
	return where
}

// said are the conditions on what staff say.
func (f PortfolioFilter) said() (where []predicate.Portfolio) {
	switch {
	case f.HasLocal == nil:
	case *f.HasLocal:
		where = append(where, hasLocal(""))
	default:
		where = append(where, portfolio.Not(hasLocal("")))
	}
	if f.LocalField != "" {
		where = append(where, hasLocal(f.LocalField))
	}
	if f.AccessRights != "" {
		where = append(where, func(s *sql.Selector) { s.Where(sql.ExprP("access_rights <> ''")) }, portfolio.AccessRights(f.AccessRights))
	}
	return where
}

// unlistedOnly says that the filter finds only portfolios that no provider lists.
func (f PortfolioFilter) unlistedOnly() bool {
	asked := []*bool{f.Unprotected, f.ClosedOrders, f.Retained, f.OnlyRetained}
	return slices.ContainsFunc(asked, func(asked *bool) bool { return asked != nil && *asked })
}

// isWaiting is the condition that a portfolio has a suspended entitlement and none in force.
func isWaiting(s *sql.Selector) {
	t := sql.Table(entitlement.Table)
	suspended := sql.Select(t.C(entitlement.FieldPortfolioID)).From(t).Where(sql.ExprP("waiting <> ''")) // written as in the partial index
	s.Where(sql.And(sql.In(s.C(portfolio.FieldID), suspended), sql.NotExists(ofPortfolio(s, sql.EQ("active", true)))))
}

// unprotected is the condition that a portfolio was kept, and that what it was kept for is gone: it has no PO line, and it
// is not retained.
func unprotected(s *sql.Selector) {
	s.Where(sql.And(kept(s), sql.NotExists(poLinesOf(s)), sql.Not(retainedOf(s))))
}

// onlyClosedOrders is the condition that a portfolio was kept, and that nothing but closed orders holds it: Holds, for all
// portfolios at once.
func onlyClosedOrders(s *sql.Selector) {
	id := s.C(portfolio.FieldID)
	s.Where(sql.And(kept(s), sql.ExprP("license_id IS NULL"),
		sql.ExprP("NOT EXISTS (SELECT 1 FROM additional_licenses a WHERE a.portfolio_id = "+id+")"),
		sql.ExprP("EXISTS (SELECT 1 FROM po_lines l WHERE l.portfolio_id = "+id+")"),
		sql.ExprP("NOT EXISTS (SELECT 1 FROM po_lines l WHERE l.portfolio_id = "+id+" AND NOT "+ClosedOrderSQL+")"), sql.Not(retainedOf(s))))
}

// kept is the condition that a portfolio is in the holdings, though no provider lists it and it has no entitlement in force
// or suspended.
func kept(s *sql.Selector) *sql.Predicate {
	return sql.And(sql.IsNull(s.C(portfolio.FieldRemovedAt)), sql.ExprP("NOT listed"),
		sql.NotExists(ofPortfolio(s, sql.Or(sql.EQ("active", true), sql.NEQ("waiting", "")))))
}

// retainedOf is the condition that the outer query's portfolio is retained.
func retainedOf(s *sql.Selector) *sql.Predicate { return isTrueOf(s, RetainedSQL) }

// isTrueOf is a condition on a portfolio p of a collection k, for the outer query's portfolio.
func isTrueOf(s *sql.Selector, condition string) *sql.Predicate {
	return sql.P(func(b *sql.Builder) {
		b.WriteString(`EXISTS (SELECT 1 FROM portfolios p JOIN collections k ON k.id = p.collection_id WHERE p.id = ` + s.C(portfolio.FieldID) +
			` AND ` + condition + `)`)
	})
}

// reaching is the condition that a portfolio reaches an inventory group.
func reaching(groupID int64) predicate.Portfolio {
	return func(s *sql.Selector) { s.Where(isTrueOf(s, reachesSQL(groupID))) }
}

// isRetained is the condition that a portfolio is in the holdings because it is retained: no entitlement to it is in
// force. alone adds that it has no PO line, so that it would be kept without reason if it were not retained.
func isRetained(alone bool) predicate.Portfolio {
	return func(s *sql.Selector) {
		s.Where(sql.And(sql.IsNull(s.C(portfolio.FieldRemovedAt)), sql.ExprP("NOT listed"),
			sql.NotExists(ofPortfolio(s, sql.EQ("active", true))), retainedOf(s)))
		if alone {
			s.Where(sql.NotExists(poLinesOf(s)))
		}
	}
}

// hasLocal is the condition that a portfolio has local values; field "": of any field. It is written as in the partial
// index.
func hasLocal(field string) predicate.Portfolio {
	return func(s *sql.Selector) {
		s.Where(sql.ExprP("local_values <> ''"))
		if field != "" {
			s.Where(sql.Contains(s.C(portfolio.FieldLocalValues), `"`+field+`":`))
		}
	}
}

// poLinesOf selects the PO lines of the outer query's portfolio.
func poLinesOf(s *sql.Selector) *sql.Selector {
	l := sql.Table(poline.Table)
	return sql.Select(l.C(poline.FieldID)).From(l).Where(sql.ColumnsEQ(l.C(poline.FieldPortfolioID), s.C(portfolio.FieldID)))
}

// ofPortfolio selects those entitlements of the outer query's portfolio that meet a condition.
func ofPortfolio(s *sql.Selector, condition *sql.Predicate) *sql.Selector {
	t := sql.Table(entitlement.Table)
	return sql.Select(t.C(entitlement.FieldID)).From(t).
		Where(sql.And(sql.ColumnsEQ(t.C(entitlement.FieldPortfolioID), s.C(portfolio.FieldID)), condition))
}

// among makes the database start with the few portfolios that meet the conditions. Otherwise it would walk all titles
// in order, hoping to fill a page soon.
func (f PortfolioFilter) among(conditions ...*sql.Predicate) predicate.Portfolio {
	return func(s *sql.Selector) {
		few := sql.Select(portfolio.FieldID).From(sql.Table(portfolio.Table)).Where(sql.And(conditions...))
		if f.CollectionID != 0 {
			few.Where(sql.EQ(portfolio.FieldCollectionID, f.CollectionID))
		}
		s.Where(sql.In(s.C(portfolio.FieldID), few))
	}
}

// Identified finds the titles of a table by ISSN or ISBN. Any other text finds nothing.
func Identified(table, identifier string) func(*sql.Selector) {
	key := kbart.IdentifierKey(strings.TrimSpace(identifier))
	return func(s *sql.Selector) {
		if key == "" {
			s.Where(sql.False())
			return
		}
		t := sql.Table(table)
		found := sql.Select(t.C("id")).From(t).Where(sql.EQ(t.C("print_key"), key)).
			Union(sql.Select(t.C("id")).From(t).Where(sql.EQ(t.C("online_key"), key)))
		s.Where(sql.In(s.C("id"), found))
	}
}

func entitledBy(profileID int64) predicate.Portfolio {
	return func(s *sql.Selector) {
		t := sql.Table(entitlement.Table)
		s.Where(sql.Exists(sql.Select(t.C("id")).From(t).Where(sql.And(
			sql.ColumnsEQ(t.C(entitlement.FieldPortfolioID), s.C(portfolio.FieldID)),
			sql.EQ(t.C(entitlement.FieldProfileID), profileID), sql.EQ(t.C(entitlement.FieldActive), true)))))
	}
}

// PortfolioListing sorts portfolios by folded title unless asked otherwise.
var PortfolioListing = keyset.Sorted(func(row *ent.Portfolio) int64 { return row.ID },
	keyset.By("TITLE", keyset.Text(portfolio.FieldTitleKey, func(row *ent.Portfolio) string { return row.TitleKey })),
	keyset.By("TITLE_ID", keyset.Text(portfolio.FieldTitleID, func(row *ent.Portfolio) string { return row.TitleID })),
	keyset.By("PRINT_IDENTIFIER", keyset.Text(portfolio.FieldPrintKey, func(row *ent.Portfolio) string { return row.PrintKey })),
	keyset.By("ONLINE_IDENTIFIER", keyset.Text(portfolio.FieldOnlineKey, func(row *ent.Portfolio) string { return row.OnlineKey })),
	keyset.Changed(func(row *ent.Portfolio) int64 { return row.UpdatedAt }),
)

// Portfolios lists portfolios by folded title, or as the window says. An inventory group that does not exist is a problem of code
// NotFound.
func (s *Service) Portfolios(ctx context.Context, f PortfolioFilter, w keyset.Window) (keyset.Page[*ent.Portfolio], error) {
	return s.PortfoliosWith(nil)(ctx, f, w)
}

// PortfoliosWith is Portfolios with these columns alone, which have those that pages are ordered by; none: with all. The rows do not
// have what was not read.
func (s *Service) PortfoliosWith(
	columns []string,
) func(context.Context, PortfolioFilter, keyset.Window) (keyset.Page[*ent.Portfolio], error) {
	return func(ctx context.Context, f PortfolioFilter, w keyset.Window) (keyset.Page[*ent.Portfolio], error) {
		return s.listPortfolios(ctx, func() *ent.PortfolioQuery { return s.portfoliosWith(columns) }, f, w)
	}
}

func (s *Service) portfoliosWith(columns []string) *ent.PortfolioQuery {
	q := s.store.Read.Portfolio.Query()
	if len(columns) > 0 {
		q.Select(columns...)
	}
	return q
}

func (s *Service) listPortfolios(
	ctx context.Context, query func() *ent.PortfolioQuery, f PortfolioFilter, w keyset.Window,
) (page keyset.Page[*ent.Portfolio], err error) {
	if _, err := s.findGroup(ctx, f.GroupID); err != nil {
		return page, err
	}
	if f.searches() {
		return search.List(ctx, query, f.searched(), w)
	}
	var since []predicate.Portfolio
	if f.ChangedSince != nil && w.Order == keyset.UpdatedAt { // the page begins in the index that the condition would start from
		since, f.ChangedSince = []predicate.Portfolio{portfolio.UpdatedAtGTE(*f.ChangedSince)}, nil
	}
	return keyset.List(ctx, query(), PortfolioListing, w, append(since, f.Where()...))
}

// searched is the listing that is searched.
func (f PortfolioFilter) searched() search.Listing[*ent.Portfolio, predicate.Portfolio] {
	asked := search.Parse(f.Search)
	l := search.Listing[*ent.Portfolio, predicate.Portfolio]{
		Table: search.Portfolios, Listing: PortfolioListing, Indexed: PortfolioListing.Names(),
		Found: asked.Found(search.Portfolios), Tested: asked.Tested(search.Portfolios),
	}
	if f.CollectionID != 0 {
		l.Of, l.Indexed = portfolio.CollectionID(f.CollectionID), []string{keyset.UpdatedAt}
	}
	f.Search = ""
	l.Where = f.Where()
	return l
}

// CountPortfolios counts what Portfolios lists.
func (s *Service) CountPortfolios(ctx context.Context, f PortfolioFilter) (int, error) {
	if _, err := s.findGroup(ctx, f.GroupID); err != nil {
		return 0, err
	}
	return s.store.Read.Portfolio.Query().Where(f.Where()...).Count(ctx)
}

// PortfoliosByID reads portfolios, removed ones too.
func (s *Service) PortfoliosByID(ctx context.Context, ids []int64) (map[int64]*ent.Portfolio, error) {
	return s.PortfoliosByIDWith(nil)(ctx, ids)
}

// PortfoliosByIDWith is PortfoliosByID with these columns alone; none: with all. The rows do not have what was not read.
func (s *Service) PortfoliosByIDWith(columns []string) func(context.Context, []int64) (map[int64]*ent.Portfolio, error) {
	return func(ctx context.Context, ids []int64) (map[int64]*ent.Portfolio, error) {
		return keyset.ByID(ctx, s.portfoliosWith(columns), ids, func(row *ent.Portfolio) int64 { return row.ID })
	}
}

// Entitlement is a profile's entitlement to a portfolio, or the library's own, with the coverage it gives.
type Entitlement struct {
	*ent.Entitlement
	Coverage []plan.Statement
}

// ended is when an entitlement ended, in Unix milliseconds; 0 if that is not known.
func (e Entitlement) ended() int64 {
	if e.EndedAt == nil {
		return 0
	}
	return *e.EndedAt
}

// EntitlementsOf reads the entitlements of portfolios, active and ended, in the order of the profiles, in one statement.
func (s *Service) EntitlementsOf(ctx context.Context, portfolioIDs []int64) (map[int64][]Entitlement, error) {
	return entitlementsOf(ctx, s.store.Query, portfolioIDs)
}

// entitlementsOf reads in SQL rather than by ent: every page with coverage does, and ent took most of its time.
func entitlementsOf(ctx context.Context, query store.QueryFunc, portfolioIDs []int64) (map[int64][]Entitlement, error) {
	found := make(map[int64][]Entitlement, len(portfolioIDs))
	if len(portfolioIDs) == 0 {
		return found, nil
	}
	placeholders, args := store.InList(portfolioIDs)
	rows, err := query(ctx, `SELECT e.id, e.created_at, e.updated_at, e.portfolio_id, e.profile_id, e.active, e.waiting, e.waiting_since,
		e.ended_at, e.given_back, e.own_values, e.own_hash, e.coverage_hash, c.position, `+plan.StatementColumnNames+`
		FROM entitlements e LEFT JOIN coverage_statements c ON c.entitlement_id = e.id
		WHERE e.portfolio_id IN `+placeholders+` ORDER BY e.profile_id, e.id, c.position`, args...)
	if err != nil {
		return nil, fmt.Errorf("read the entitlements: %w", err)
	}
	defer rows.Close()
	var last Entitlement
	for rows.Next() {
		row, statement, err := scanEntitlement(rows)
		if err != nil {
			return nil, fmt.Errorf("read the entitlements: %w", err)
		}
		of := found[row.PortfolioID]
		if last.Entitlement == nil || last.ID != row.ID {
			last = Entitlement{Entitlement: row}
			of = append(of, last)
		}
		if statement != nil {
			of[len(of)-1].Coverage = append(of[len(of)-1].Coverage, *statement)
		}
		found[row.PortfolioID] = of
	}
	return found, rows.Err()
}

// scanEntitlement reads an entitlement with one of its statements, or with nil if it has none.
func scanEntitlement(rows *sqldb.Rows) (*ent.Entitlement, *plan.Statement, error) {
	e := &ent.Entitlement{}
	var position sqldb.NullInt64
	var st plan.Statement
	var cells [8]sqldb.NullString
	err := rows.Scan(&e.ID, &e.CreatedAt, &e.UpdatedAt, &e.PortfolioID, &e.ProfileID, &e.Active, &e.Waiting, &e.WaitingSince,
		&e.EndedAt, &e.GivenBack, &e.OwnValues, &e.OwnHash, &e.CoverageHash, &position,
		&cells[0], &cells[1], &cells[2], &cells[3], &cells[4], &cells[5], &cells[6], &st.URL, &st.Notes, &st.Depth, &cells[7])
	if err != nil || !position.Valid {
		return e, nil, err
	}
	for i, cell := range []*string{
		&st.DateFirst, &st.VolFirst, &st.IssueFirst, &st.DateLast, &st.VolLast, &st.IssueLast, &st.Embargo, &st.Kind,
	} {
		*cell = cells[i].String
	}
	return e, &st, nil
}

// SharedStatement is a coverage statement and the profiles that give it.
type SharedStatement struct {
	plan.Statement
	ProfileIDs []int64
}

// Coverage combines what a portfolio's active entitlements give: each statement once, in date order, never merged. The
// library's own entitlement counts only if no profile's is active. If none is active, the coverage is that of the
// entitlement that ended last.
func Coverage(entitlements []Entitlement) []SharedStatement {
	var union []SharedStatement
	places := map[uint64]int{}
	for _, e := range inForce(entitlements) {
		for _, st := range e.Coverage {
			full := st.FullHash()
			i, known := places[full]
			if !known {
				i = len(union)
				places[full] = i
				union = append(union, SharedStatement{Statement: st})
			}
			if e.ProfileID != nil {
				union[i].ProfileIDs = append(union[i].ProfileIDs, *e.ProfileID)
			}
		}
	}
	slices.SortStableFunc(union, func(a, b SharedStatement) int { return plan.CompareStart(a.Statement, b.Statement) })
	return union
}

// inForce are the entitlements that determine a portfolio's coverage: the active ones of profiles, else the library's
// own if active, else the one that ended last.
func inForce(entitlements []Entitlement) []Entitlement {
	var ofProfiles, own, last []Entitlement
	for _, e := range entitlements {
		switch {
		case e.Active && e.ProfileID != nil:
			ofProfiles = append(ofProfiles, e)
		case e.Active:
			own = append(own, e)
		case last == nil || e.ended() > last[0].ended():
			last = []Entitlement{e}
		}
	}
	switch {
	case ofProfiles != nil:
		return ofProfiles
	case own != nil:
		return own
	default:
		return last
	}
}
