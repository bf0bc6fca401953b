package holdings

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings/plan"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// What portfolios were at a former moment is what they are now with all later changes taken back, the newest first: lines of
// jobs' reports and what staff changed by hand. A change counts from the moment at which it became part of all changes (Settle).
//
// Not recorded, and so as it is now: the service of collections, the groups of profiles, which licenses and collections give
// perpetual access. Where changes cannot be taken back (see checkRecorded) a former day is refused.

// formerPortfolio is a portfolio as it was.
type formerPortfolio struct {
	id, collectionID int64
	absent           bool // it had not been made
	values           [len(plan.TitleColumns)]string
	staff            StaffValues
	removedAt        *int64
	taken            []plan.Statement
	entitlements     []*formerEntitlement
}

// formerEntitlement is an entitlement as it was.
type formerEntitlement struct {
	id        int64
	profileID *int64
	absent    bool
	active    bool
	endedAt   *int64
	said      otherEntitlement
	coverage  []plan.Statement
}

// laterChange has the lines of one part about one portfolio, or one edit of it.
type laterChange struct {
	portfolioID, part, profile int64
	kind                       string // of the job; "": an edit
	lines                      []recorded
}

// FormerMoment reads a former moment: the end of a day (UTC), or a moment as RFC 3339 has it.
func FormerMoment(text string, now time.Time) (moment time.Time, err error) {
	if moment, err = time.Parse(time.DateOnly, text); err == nil {
		moment = moment.AddDate(0, 0, 1).Add(-time.Millisecond)
		if moment.Sub(now) < 24*time.Hour { // today as well
			return moment, nil
		}
	} else if moment, err = time.Parse(time.RFC3339, text); err != nil {
		return moment, problem.New(problem.BadInput, "asOf",
			"%.40q is neither a day (YYYY-MM-DD) nor a moment such as 2026-11-23T18:16:00Z", text)
	} else if !moment.After(now) {
		return moment.UTC(), nil
	}
	return moment, problem.New(problem.BadInput, "asOf", "%.40q has not come yet: ask for today or a former day", text)
}

// recordedMoment reads a moment; none where there is no row.
func (s *Service) recordedMoment(ctx context.Context, query string, args ...any) (at sql.NullInt64, err error) {
	rows, err := s.store.Query(ctx, query, args...)
	if err != nil {
		return at, fmt.Errorf("look how far back changes are recorded: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&at); err != nil {
			return at, fmt.Errorf("look how far back changes are recorded: %w", err)
		}
	}
	return at, rows.Err()
}

// checkRecorded refuses a moment if what happened since cannot be taken back in a collection; 0: in any.
func (s *Service) checkRecorded(ctx context.Context, collectionID, moment int64) error {
	row := func(query string, args ...any) (sql.NullInt64, error) { return s.recordedMoment(ctx, query, args...) }
	began, err := row(`SELECT created_at FROM settings`)
	if err != nil {
		return err
	}
	if moment < began.Int64 {
		return problem.New(problem.BadInput, "asOf", "changes are recorded since %s: ask for a later moment", AsMoment(began.Int64))
	}
	from, err := ChangesFrom(ctx, s.store.Query)
	if err != nil {
		return err
	}
	if moment < from {
		return problem.New(problem.BadInput, "asOf", "what jobs changed is kept since %s: ask for a later moment", AsMoment(from))
	}
	carried, err := row(`SELECT MAX(p.settled_at) FROM job_parts p WHERE p.settled_at > ? AND EXISTS (SELECT 1 FROM job_changes c
		WHERE c.part_id = p.id AND (c.action = 'MOVE_VALUE' OR c.action = 'MOVE_LICENSE'
			AND EXISTS (SELECT 1 FROM licenses WHERE perpetual_access)))`, moment)
	if err != nil {
		return err
	}
	if carried.Valid {
		return problem.New(problem.WrongState, "asOf", "on %s a job moved licenses or local values between titles, which cannot be taken back: "+
			"ask for a later moment", AsMoment(carried.Int64))
	}
	undone, err := row(`SELECT MAX(u.settled_at) FROM job_parts u JOIN jobs j ON j.id = u.job_id
		JOIN job_parts p ON p.job_id = j.subject_job_id AND p.collection_id = u.collection_id
		JOIN job_changes a ON a.part_id = p.id AND a.action = 'ADD' AND a.field = '' AND a.old_value <> ''
		JOIN job_changes t ON t.part_id = u.id AND t.portfolio_id = a.portfolio_id AND t.field = ''
			AND t.action IN ('REMOVE', 'KEEP', 'WITHDRAW')
		WHERE j.kind = 'UNDO' AND (u.collection_id = ? OR CAST(? AS BIGINT) = 0) AND u.settled_at > ? AND p.settled_at <= ?
		AND a.old_value NOT LIKE '%"entitlement":%' AND t.old_value NOT LIKE '%"deleted":%'`, collectionID, collectionID, moment, moment)
	if err != nil {
		return err
	}
	if undone.Valid {
		return problem.New(problem.WrongState, "asOf", "on %s a version before this one undid a job that had added titles, and kept nothing "+
			"of what their lists said: ask for a later moment, or for one before that job", AsMoment(undone.Int64))
	}
	deleted, err := row(`SELECT MAX(COALESCE(p.settled_at, p.written_at)) FROM job_parts p JOIN jobs j ON j.id = p.job_id
		WHERE (p.collection_id = ? OR CAST(? AS BIGINT) = 0) AND p.profile_id IS NULL AND p.profile_name <> '' AND p.settled_at > ?`,
		collectionID, collectionID, moment)
	if err != nil {
		return err
	}
	if deleted.Valid {
		return problem.New(problem.WrongState, "asOf", "on %s a job of a profile that was deleted since changed the collection, and whose "+
			"titles they were is not known any more: ask for a later moment", AsMoment(deleted.Int64))
	}
	return nil
}

// later is the condition on a part p of a change that it came after a moment, or that the part is not over yet.
const later = `p.written_at IS NOT NULL AND (p.settled_at > ? OR p.settled_at IS NULL)`

// changedSinceSQL selects the portfolios that may have been in a collection at a moment, 0: in any, and have changed since.
func changedSinceSQL(collectionID, moment int64) (query string, args []any) {
	if collectionID == 0 {
		return `SELECT c.portfolio_id FROM job_parts p JOIN job_changes c ON c.part_id = p.id
			WHERE ` + later + ` AND c.portfolio_id IS NOT NULL
			UNION SELECT e.portfolio_id FROM edits e WHERE e.created_at > ? AND e.portfolio_id IS NOT NULL`, []any{moment, moment}
	}
	return `SELECT DISTINCT c.portfolio_id FROM job_parts p JOIN job_changes c ON c.part_id = p.id
			WHERE p.collection_id = ? AND ` + later + ` AND c.portfolio_id IS NOT NULL
		UNION SELECT e.portfolio_id FROM edits e WHERE e.collection_id = ? AND e.created_at > ? AND e.portfolio_id IS NOT NULL
		UNION SELECT c.portfolio_id FROM job_parts p JOIN job_changes c ON c.part_id = p.id JOIN portfolios x ON x.id = c.portfolio_id
			WHERE c.action = 'MOVE_PORTFOLIO' AND x.collection_id = ? AND ` + later,
		[]any{collectionID, moment, collectionID, moment, collectionID, moment}
}

// changedSince returns the portfolios that changedSinceSQL selects.
func (s *Service) changedSince(ctx context.Context, collectionID, moment int64) (map[int64]bool, error) {
	query, args := changedSinceSQL(collectionID, moment)
	ids, err := s.store.IDs(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read what has changed since: %w", err)
	}
	changed := make(map[int64]bool, len(ids))
	for _, id := range ids {
		changed[id] = true
	}
	return changed, nil
}

// formerPortfolios returns portfolios as they were at a moment, in the order of the ids.
func (s *Service) formerPortfolios(ctx context.Context, ids []int64, moment int64) ([]*formerPortfolio, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := s.store.Read.Portfolio.Query().Where(portfolio.IDIn(ids...)).WithAdditional().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the portfolios: %w", err)
	}
	entitlements, err := entitlementsOf(ctx, s.store.Query, ids)
	if err != nil {
		return nil, err
	}
	former := map[int64]*formerPortfolio{}
	for _, row := range rows {
		p := &formerPortfolio{id: row.ID, collectionID: row.CollectionID, values: ProviderValues(row), removedAt: row.RemovedAt}
		if p.staff, err = StaffValuesOf(row); err != nil {
			return nil, err
		}
		if p.taken, err = plan.StoredStatements(row.RetainedCoverage); err != nil {
			return nil, err
		}
		for _, e := range entitlements[row.ID] {
			f := &formerEntitlement{id: e.ID, profileID: e.ProfileID, active: e.Active, endedAt: e.EndedAt, coverage: e.Coverage}
			f.said = otherEntitlement{id: e.ID, portfolioID: row.ID, hash: e.OwnHash}
			if f.said.own, err = plan.ParseDivergingValues(e.OwnValues); err != nil {
				return nil, err
			}
			p.entitlements = append(p.entitlements, f)
		}
		former[row.ID] = p
	}
	changes, err := s.laterChanges(ctx, ids, moment)
	if err != nil {
		return nil, err
	}
	for _, c := range changes {
		if p := former[c.portfolioID]; p != nil {
			if err := p.takeBack(c); err != nil {
				return nil, err
			}
		}
	}
	found := make([]*formerPortfolio, 0, len(ids))
	for _, id := range ids {
		if p := former[id]; p != nil {
			found = append(found, p)
		}
	}
	return found, nil
}

// laterChanges reads what changed portfolios since a moment, the newest first.
func (s *Service) laterChanges(ctx context.Context, ids []int64, moment int64) (changes []*laterChange, err error) {
	placeholders, of := store.InList(ids)
	actions := make([]any, len(AppliedActions))
	for i, action := range AppliedActions {
		actions[i] = string(action)
	}
	rows, err := s.store.Query(ctx, `SELECT c.portfolio_id, COALESCE(p.settled_at, 9007199254740991) AS moment, p.id AS part, c.id AS id,
			c.action, c.field, c.value_kind, c.old_value, c.new_value, COALESCE(p.profile_id, 0), j.kind
		FROM job_changes c JOIN job_parts p ON p.id = c.part_id JOIN jobs j ON j.id = p.job_id
		WHERE c.portfolio_id IN `+placeholders+` AND `+later+` AND c.action IN (?`+strings.Repeat(", ?", len(actions)-1)+`)
		UNION ALL SELECT e.portfolio_id, e.created_at, CAST(0 AS BIGINT), e.id, e.action, e.field, e.value_kind, e.old_value, e.new_value,
			CAST(0 AS BIGINT), '' FROM edits e WHERE e.portfolio_id IN `+placeholders+` AND e.created_at > ?
		ORDER BY moment DESC, part DESC, id DESC`, slices.Concat(of, []any{moment}, actions, of, []any{moment})...)
	if err != nil {
		return nil, fmt.Errorf("read what has changed since: %w", err)
	}
	defer rows.Close()
	last := map[int64]*laterChange{}
	for rows.Next() {
		var c laterChange
		var at int64
		var r recorded
		if err := rows.Scan(&c.portfolioID, &at, &c.part, &r.id, &r.action, &r.field, &r.values.Kind, &r.values.Old, &r.values.New, &c.profile,
			&c.kind); err != nil {
			return nil, fmt.Errorf("read what has changed since: %w", err)
		}
		same := last[c.portfolioID]
		if same == nil || same.part != c.part || c.part == 0 {
			same = &c
			last[c.portfolioID] = same
			changes = append(changes, same)
		}
		same.lines = append(same.lines, r)
	}
	return changes, rows.Err()
}

// takeBack takes a change back. Nothing has to be checked, since all that came later has been taken back already.
func (p *formerPortfolio) takeBack(c *laterChange) error {
	lines := linesOf(c.lines)
	e := p.of(c.profile)
	before := p.values
	for _, r := range lines.fields {
		if err := p.takeFieldBack(r, e); err != nil {
			return fmt.Errorf("take back line %d of a report: %w", r.id, err)
		}
	}
	// Where the values of a list took over, or an undo ended that, all lists say what they said. Otherwise the list of the part
	// said something new.
	all := lines.whole != nil && lines.whole.action == map[bool]plan.Action{true: plan.Add, false: plan.Withdraw}[c.kind == "UNDO"]
	if before != p.values {
		p.keepSaid(before, e, all)
	}
	if e != nil && (lines.diverging != nil || before != p.values && !all) {
		if err := e.saidBefore(&before, &p.values, lines.diverging); err != nil {
			return err
		}
	}
	if lines.whole == nil {
		return nil
	}
	return p.takeWholeBack(lines.whole, e, c.profile)
}

// restore puts an entitlement back that an undo deleted.
func (p *formerPortfolio) restore(profile int64, was *plan.DeletedEntitlement) (*formerEntitlement, error) {
	e := p.of(profile) // one that was made later, and is absent by now
	if e == nil {
		e = &formerEntitlement{}
		if profile != 0 {
			e.profileID = &profile
		}
		p.entitlements = append(p.entitlements, e)
	}
	own, err := plan.ParseDivergingValues(was.Own)
	e.id, e.absent, e.coverage = was.ID, false, was.Coverage
	e.said = otherEntitlement{id: was.ID, portfolioID: p.id, own: own, hash: was.Hash}
	return e, err
}

// of is the entitlement of a profile; 0: of none.
func (p *formerPortfolio) of(profile int64) *formerEntitlement {
	for _, e := range p.entitlements {
		if e.profileID == nil && profile == 0 || e.profileID != nil && *e.profileID == profile {
			return e
		}
	}
	return nil
}

// keepSaid lets other lists say what they said, while title columns change; all: the list of the change, too.
func (p *formerPortfolio) keepSaid(before [len(plan.TitleColumns)]string, own *formerEntitlement, all bool) {
	change := valueChange{p.id, before, p.values}
	for _, e := range p.entitlements {
		if e == own && !all {
			continue
		}
		e.said.keep(&change)
		for i, c := range plan.TitleColumns {
			said, has := e.said.own[c.String()]
			if has && p.values[i] == "" && said == before[i] { // or it would have been the portfolio's value
				delete(e.said.own, c.String())
				*e.said.hash ^= int64(plan.FieldHash(c, said))
			}
		}
	}
}

// saidBefore makes an entitlement say what its list said before a part of its own profile: the columns that it leaves empty, which
// its hash tells, are the same, but for those that the part changed.
func (e *formerEntitlement) saidBefore(now, before *[len(plan.TitleColumns)]string, diverging *recorded) (err error) {
	hash := plan.HashValues(now)
	if e.said.hash != nil {
		hash = uint64(*e.said.hash)
	}
	empty := leftEmpty(now, e.said.own, hash)
	if diverging != nil {
		if e.said.own, err = plan.ParseDivergingValues(diverging.values.Old); err != nil {
			return err
		}
	}
	hash = 0
	for i, c := range plan.TitleColumns {
		said, has := e.said.own[c.String()]
		switch {
		case has:
			hash ^= plan.FieldHash(c, said)
		case empty&(1<<i) == 0 || now[i] != before[i]:
			hash ^= plan.FieldHash(c, before[i])
		}
	}
	e.said.hash = new(int64(hash))
	return nil
}

func (p *formerPortfolio) takeFieldBack(r *recorded, e *formerEntitlement) error {
	if before, _, ok := r.values.Staff(); ok {
		p.staff.set(r.field, before)
		return nil
	}
	before, _, isCoverage, err := r.values.Coverage()
	switch {
	case err != nil:
		return err
	case isCoverage && r.field == plan.RetainedField:
		p.taken = before
	case isCoverage && e != nil:
		e.coverage = before
	case r.values.Kind == plan.TextValues && plan.TitleColumnNamed(r.field) >= 0:
		p.values[plan.TitleColumnNamed(r.field)] = r.values.Old
	}
	return nil // the rest is of no consequence for what is accessible
}

// takeWholeBack takes back that a portfolio came or went.
func (p *formerPortfolio) takeWholeBack(r *recorded, e *formerEntitlement, profile int64) error {
	if before, _, ok := r.values.Places(); ok {
		p.collectionID, p.removedAt = before.Collection, before.RemovedAt
		for _, was := range before.Entitlements {
			for _, e := range p.entitlements {
				if e.id == was.ID {
					e.active, e.endedAt = was.Active, was.EndedAt
				}
			}
		}
		return nil
	}
	was, err := r.values.State()
	if err != nil {
		return fmt.Errorf("take back line %d of a report: %w", r.id, err)
	}
	switch r.action {
	case plan.Add:
		if r.values.Old == "" {
			p.absent = true
			return nil
		}
		p.removedAt = was.RemovedAt
		if e != nil {
			e.active, e.endedAt, e.absent = false, was.EndedAt, was.Entitled == ""
		}
	case plan.Remove, plan.Keep, plan.Withdraw, plan.Wait:
		p.removedAt = was.RemovedAt
		if was.Deleted != nil {
			if e, err = p.restore(profile, was.Deleted); err != nil {
				return fmt.Errorf("take back line %d of a report: %w", r.id, err)
			}
		}
		if e != nil {
			e.active, e.endedAt = was.Waiting == "", was.EndedAt
		}
	}
	return nil
}

// perpetualMarks are what gives perpetual access in a collection, as it is now.
type perpetualMarks struct {
	licenses   map[int64]plan.Retention // by id
	collection plan.Retention
	collID     int64 // the collection's own license
}

func (s *Service) perpetualMarks(ctx context.Context, c *ent.Collection) (*perpetualMarks, error) {
	licenses, err := s.perpetualLicenses(ctx)
	return marksOf(c, licenses), err
}

func marksOf(c *ent.Collection, licenses map[int64]plan.Retention) *perpetualMarks {
	m := &perpetualMarks{licenses: licenses}
	if c.PerpetualAccess {
		m.collection = plan.Retention{By: plan.RetainedByCollection, From: c.PerpetualFrom, Until: c.PerpetualUntil}
	}
	if c.LicenseID != nil {
		m.collID = *c.LicenseID
	}
	return m
}

// perpetualLicenses are the licenses that give perpetual access, by id.
func (s *Service) perpetualLicenses(ctx context.Context) (map[int64]plan.Retention, error) {
	licenses, err := s.store.Read.License.Query().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the licenses: %w", err)
	}
	found := map[int64]plan.Retention{}
	for _, l := range licenses {
		if l.PerpetualAccess {
			found[l.ID] = plan.Retention{By: plan.RetainedByLicense, From: l.PerpetualFrom, Until: l.PerpetualUntil, License: l.Code}
		}
	}
	return found, nil
}

// retention is markSQL for a portfolio as it was.
func (p *formerPortfolio) retention(m *perpetualMarks) plan.Retention {
	last := p.last(p.entitlements)
	v := &p.staff
	own := plan.Retention{By: plan.RetainedByPortfolio, From: v.PerpetualFrom, Until: v.PerpetualUntil}
	if v.AccessRights == Perpetual && meets(own, last) {
		return own
	}
	if v.AccessRights != "" {
		return plan.Retention{}
	}
	if mark, ok := m.licenses[cmp.Or(v.LicenseID, m.collID)]; ok && meets(mark, last) {
		return mark
	}
	var additional []plan.Retention
	for _, id := range v.AdditionalLicenses {
		if mark, ok := m.licenses[id]; ok && meets(mark, last) {
			additional = append(additional, mark)
		}
	}
	if len(additional) > 0 {
		return slices.MinFunc(additional, func(a, b plan.Retention) int { return strings.Compare(a.License, b.License) })
	}
	if m.collection.Holds() && meets(m.collection, last) {
		return m.collection
	}
	return plan.Retention{}
}

// meets says whether the days of a mark meet the coverage of an entitlement, as reaches has it in SQL.
func meets(mark plan.Retention, last *formerEntitlement) bool {
	if mark.From == "" && mark.Until == "" || last == nil || len(last.coverage) == 0 {
		return true
	}
	return slices.ContainsFunc(last.coverage, func(s plan.Statement) bool {
		return (mark.Until == "" || s.DateFirst <= mark.Until[:min(len(mark.Until), len(s.DateFirst))]) &&
			(mark.From == "" || s.DateLast >= mark.From[:min(len(mark.From), len(s.DateLast))])
	})
}

// last is the entitlement in force, or else the one that ended last: lastEntitlementOf.
func (p *formerPortfolio) last(of []*formerEntitlement) (last *formerEntitlement) {
	for _, e := range of {
		if e.absent {
			continue
		}
		if last == nil || compareLast(e, last) < 0 {
			last = e
		}
	}
	return last
}

func compareLast(a, b *formerEntitlement) int {
	rank := func(e *formerEntitlement) int {
		if e.active {
			return 0
		}
		return 1
	}
	ended := func(e *formerEntitlement) int64 {
		if e.endedAt == nil {
			return 0
		}
		return *e.endedAt
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), -cmp.Compare(ended(a), ended(b)), cmp.Compare(a.id, b.id))
}

// exported are the rows of exportedSQL of a portfolio as it was; ok is false if it was not accessible for the group.
func (p *formerPortfolio) exported(m *perpetualMarks, groups map[int64][]*ent.InventoryGroup, groupID int64) (rows []exported, ok bool) {
	if p.absent || p.removedAt != nil || !p.staff.Available {
		return nil, false
	}
	mark := p.retention(m)
	var there, active, ofProfiles []*formerEntitlement
	for _, e := range p.entitlements {
		if e.absent {
			continue
		}
		there = append(there, e)
		if e.active {
			if active = append(active, e); e.profileID != nil {
				ofProfiles = append(ofProfiles, e)
			}
		}
	}
	deciding := ofProfiles
	switch {
	case ofProfiles != nil:
	case active != nil:
		deciding = active
	case !mark.Holds():
		return nil, false
	case there == nil:
		return []exported{p.row(nil, nil, mark)}, true
	default:
		deciding = there
	}
	if groupID != 0 {
		deciding = slices.DeleteFunc(slices.Clone(deciding), func(e *formerEntitlement) bool {
			return !Entitlement{Entitlement: &ent.Entitlement{ProfileID: e.profileID}}.reaches(groups, groupID)
		})
	}
	if len(deciding) == 0 {
		return nil, false
	}
	if active == nil {
		deciding = []*formerEntitlement{p.last(deciding)}
	}
	slices.SortFunc(deciding, func(a, b *formerEntitlement) int { return cmp.Compare(a.id, b.id) })
	for _, e := range deciding {
		if len(e.coverage) == 0 {
			rows = append(rows, p.row(e, nil, mark))
		}
		for i := range e.coverage {
			rows = append(rows, p.row(e, &e.coverage[i], mark))
		}
	}
	return rows, true
}

func (p *formerPortfolio) row(e *formerEntitlement, st *plan.Statement, mark plan.Retention) exported {
	x := exported{id: p.id, values: p.values, local: maps.Clone(p.staff.Local), taken: p.taken}
	if e != nil {
		x.ended, x.endedAt = !e.active, e.endedAt
	}
	if len(p.taken) > 0 || x.ended {
		x.retention = mark
	}
	if st != nil {
		copied := *st
		x.from, x.statement = &e.id, relativeToPortfolio(&copied, &x.values, e.said.own)
	}
	return x
}

// formerAtOnce is how many portfolios are taken back at once.
const formerAtOnce = 500

// eachFormerlyExported streams what eachExported would have at a moment. What has not changed since is streamed from the
// tables, and the others come in between: first only the order of their titles is kept, then some are taken back at a time.
func (s *Service) eachFormerlyExported(ctx context.Context, of ExportOf, fn func(exported) error) error {
	if err := s.checkRecorded(ctx, of.CollectionID, of.AsOf); err != nil {
		return err
	}
	changed, err := s.changedSince(ctx, of.CollectionID, of.AsOf)
	if err != nil {
		return err
	}
	f, err := s.newFormerExport(ctx, of)
	if err != nil {
		return err
	}
	if f.served {
		if err := f.sort(slices.Sorted(maps.Keys(changed))); err != nil {
			return err
		}
	}
	err = s.eachExported(ctx, of, func(x exported) error {
		if changed[x.id] {
			return nil
		}
		if err := f.upTo(&formerPlace{kbart.FoldTitle(x.values[0]), x.id}, fn); err != nil {
			return err
		}
		return fn(x)
	})
	if err == nil {
		err = f.upTo(nil, fn)
	}
	if err != nil {
		return err
	}
	now, err := s.changedSince(ctx, of.CollectionID, of.AsOf)
	if err == nil && !maps.Equal(now, changed) {
		err = problem.New(problem.Conflict, "asOf", "the collection was changed while it was read: ask again")
	}
	return err
}

// formerExport has the portfolios that have changed since a moment and were exported then, in the order of the export.
type formerExport struct {
	service *Service
	ctx     context.Context //nolint:containedctx // of one export
	of      ExportOf
	marks   *perpetualMarks
	groups  map[int64][]*ent.InventoryGroup
	served  bool

	places []formerPlace
	ready  [][]exported // of the first places
}

// formerPlace is where a portfolio stood.
type formerPlace struct {
	key string // of its title
	id  int64
}

func (a *formerPlace) compare(b *formerPlace) int {
	return cmp.Or(strings.Compare(a.key, b.key), cmp.Compare(a.id, b.id))
}

func (s *Service) newFormerExport(ctx context.Context, of ExportOf) (*formerExport, error) {
	c, err := s.store.Read.Collection.Get(ctx, of.CollectionID)
	if err != nil {
		return nil, fmt.Errorf("read the collection: %w", err)
	}
	f := &formerExport{service: s, ctx: ctx, of: of, served: c.Active && c.Available, groups: map[int64][]*ent.InventoryGroup{}}
	if f.marks, err = s.perpetualMarks(ctx, c); err != nil {
		return nil, fmt.Errorf("read what gives perpetual access: %w", err)
	}
	profiles, err := s.store.Read.Profile.Query().WithGroups().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the profiles' groups: %w", err)
	}
	for _, p := range profiles {
		f.groups[p.ID] = p.Edges.Groups
	}
	return f, nil
}

// rowsOf takes portfolios back, and returns what was exported of each that was.
func (f *formerExport) rowsOf(ids []int64, visit func(rows []exported)) error {
	former, err := f.service.formerPortfolios(f.ctx, ids, f.of.AsOf)
	if err != nil {
		return err
	}
	for _, p := range former {
		if rows, ok := p.exported(f.marks, f.groups, f.of.GroupID); ok && p.collectionID == f.of.CollectionID {
			visit(rows)
		}
	}
	return nil
}

func (f *formerExport) sort(ids []int64) error {
	for some := range slices.Chunk(ids, formerAtOnce) {
		err := f.rowsOf(some, func(rows []exported) {
			f.places = append(f.places, formerPlace{kbart.FoldTitle(rows[0].values[0]), rows[0].id})
		})
		if err != nil {
			return err
		}
	}
	slices.SortFunc(f.places, func(a, b formerPlace) int { return a.compare(&b) })
	return nil
}

// upTo passes the portfolios on that stood before a place; nil: all that are left.
func (f *formerExport) upTo(place *formerPlace, fn func(exported) error) error {
	for len(f.places) > 0 && (place == nil || f.places[0].compare(place) < 0) {
		if len(f.ready) == 0 {
			if err := f.prepare(); err != nil {
				return err
			}
		}
		for _, x := range f.ready[0] {
			if err := fn(x); err != nil {
				return err
			}
		}
		f.places, f.ready = f.places[1:], f.ready[1:]
	}
	return nil
}

// prepare takes the next portfolios back.
func (f *formerExport) prepare() error {
	next := f.places[:min(len(f.places), formerAtOnce)]
	byID := make(map[int64][]exported, len(next))
	ids := make([]int64, len(next))
	for i, place := range next {
		ids[i] = place.id
	}
	if err := f.rowsOf(ids, func(rows []exported) { byID[rows[0].id] = rows }); err != nil {
		return err
	}
	f.ready = f.ready[:0]
	for _, place := range next {
		f.ready = append(f.ready, byID[place.id])
	}
	return nil
}
