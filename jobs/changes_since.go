package jobs

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"autoholdings/ent"
	"autoholdings/holdings"
	"autoholdings/internal/access"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// AppliedChange is one change of a portfolio that was applied: a line of a job's report, or what somebody changed by hand.
type AppliedChange struct {
	*ent.JobChange // of an edit: with the edit's id, and without job and part

	Moment         int64       // Unix milliseconds: when the part of the job was over, or the edit was made
	ActorKind      access.Kind // as in the audit; "": not recorded
	ActorName      string
	CollectionID   int64 // 0: of a part whose collection was deleted since
	CollectionName string
	ProfileID      int64  // 0: none, or deleted since
	ProfileName    string // at the time; "": none
	Groups         []byte // JSON: the names of the profile's inventory groups at the time; nil: none
}

// IsEdit reports whether it was changed by hand.
func (c *AppliedChange) IsEdit() bool { return c.PartID == 0 }

// AppliedListing sorts changes by their moments, within a part as its report.
var AppliedListing = keyset.Sorted(func(c *AppliedChange) int64 { return c.ID }, keyset.By("MOMENT",
	keyset.Number("", func(c *AppliedChange) int64 { return c.Moment }),
	keyset.Number("", func(c *AppliedChange) int64 { return c.PartID }),
	keyset.Text("", func(c *AppliedChange) string { action, _ := c.within(); return action }),
	keyset.Text("", func(c *AppliedChange) string { _, field := c.within(); return field }),
))

// within is its place in its part before its id. Edits of one moment are in the order in which they were recorded.
func (c *AppliedChange) within() (action, field string) {
	if c.IsEdit() {
		return "", ""
	}
	return c.Action, c.JobChange.Field
}

// ChangeQuery says which changes to list; an empty field is no filter.
type ChangeQuery struct {
	Since, Until *int64 // Unix milliseconds, both included
	NewestFirst  bool

	PortfolioIDs []int64 // changes of these portfolios
	CollectionID int64
	GroupID      int64 // done for a profile that the group has now; without a profile: of a portfolio that such a profile lists or listed
	Actions      []string
	Field        *string // ""; of portfolios as a whole
	ActorKind    access.Kind
	ActorID      int64
	PartID       int64  // of what jobs changed
	Content      string // BOOKS or JOURNALS; of an edit, that of its collection
	TitlePrefix  string // the beginning of the title at the time, in any case, punctuation and blanks collapsed
}

// ChangesSince lists the changes that jobs applied and staff made by hand, in the order of their moments (holdings.Settle);
// within a part in the order of its report.
//
// Whoever polls it with the cursor of the last change misses none and gets none twice: a part shows its changes only when it is
// over, and what becomes part of the list later is later in it. All statements of a page stop at the moment that was the latest
// when it began, so that they see the same list without a transaction around them.
func (r *Reader) ChangesSince(ctx context.Context, q ChangeQuery, w keyset.Window) (keyset.Page[*AppliedChange], error) {
	l := newChangeList(r, q, w)
	var latest sql.NullInt64
	err := r.scan(ctx, holdings.LatestMomentSQL, nil, func(rows *sql.Rows) error { return rows.Scan(&latest) })
	if err != nil {
		return keyset.Page[*AppliedChange]{}, err
	}
	if err := r.checkReach(ctx, &l, w); err != nil {
		return keyset.Page[*AppliedChange]{}, err
	}
	if q.Until == nil || *q.Until > latest.Int64 {
		l.q.Until = &latest.Int64
	}
	if len(q.PortfolioIDs) > 0 {
		err = l.readOfPortfolios(ctx)
	} else {
		err = l.readAll(ctx)
	}
	if err != nil {
		return keyset.Page[*AppliedChange]{}, err
	}
	slices.SortFunc(l.found, l.compare)
	return keyset.Cut(l.found[:min(len(l.found), l.limit)], w), nil
}

// AppliedByID returns changes: those that are lines of reports, and those that were made by hand. What is no change that was
// applied is missing.
func (r *Reader) AppliedByID(ctx context.Context, lines, edits []int64) ([]*AppliedChange, error) {
	l := changeList{r: r, limit: max(len(lines), len(edits))}
	if len(lines) > 0 {
		placeholders, ids := store.InList(lines)
		s := &selection{from: changesFrom}
		s.add(`c.id IN `+placeholders, ids...)
		s.add(`p.settled_at IS NOT NULL`)
		l.narrowChanges(s, false)
		if err := l.readFirst(ctx, s, ``); err != nil {
			return nil, err
		}
	}
	if len(edits) > 0 {
		placeholders, ids := store.InList(edits)
		s := &selection{from: editsFrom}
		s.add(`e.id IN `+placeholders, ids...)
		if err := l.readFirst(ctx, s, ``); err != nil {
			return nil, err
		}
	}
	return l.found, nil
}

// checkReach refuses what is to have all changes since a moment at which they were not all kept any more. Whoever asks for the
// newest, or for all there are, gets those.
func (r *Reader) checkReach(ctx context.Context, l *changeList, w keyset.Window) error {
	since := l.q.Since
	if since == nil && l.after != nil && !l.q.NewestFirst && !w.Backwards {
		since = &l.after.moment
	}
	if since == nil {
		return nil
	}
	from, err := holdings.ChangesFrom(ctx, r.store.Query)
	if err == nil && *since < from {
		return problem.New(problem.BadInput, "filter.since", "what jobs changed is kept since %s, and some that came before may be missing: ask "+
			"for the changes since then, or without since for those that are there", holdings.AsMoment(from))
	}
	return err
}

// Installation is when the installation began, in Unix milliseconds. It stays the same when the database is copied.
func (r *Reader) Installation(ctx context.Context) (began int64, err error) {
	err = r.scan(ctx, `SELECT created_at FROM settings WHERE id = ?`, []any{store.SettingsID}, func(rows *sql.Rows) error {
		return rows.Scan(&began)
	})
	return began, err
}

// HistoriesOf returns the newest changes of each portfolio after a position, up to one more than w.First, in the direction in
// which the window is read: newest first, unless backwards.
func (r *Reader) HistoriesOf(ctx context.Context, portfolioIDs []int64, w keyset.Window) (map[int64][]*AppliedChange, error) {
	l := newChangeList(r, ChangeQuery{NewestFirst: true, PortfolioIDs: portfolioIDs}, w)
	if err := l.readOfPortfolios(ctx); err != nil {
		return nil, err
	}
	slices.SortFunc(l.found, l.compare)
	found := map[int64][]*AppliedChange{}
	for _, c := range l.found {
		found[*c.PortfolioID] = append(found[*c.PortfolioID], c)
	}
	return found, nil
}

// changeList reads one page.
type changeList struct {
	r     *Reader
	q     ChangeQuery
	after *changePosition // nil: from the beginning
	limit int             // of changes
	found []*AppliedChange
}

// newChangeList reads a window. Backwards it reads the list the other way round.
func newChangeList(r *Reader, q ChangeQuery, w keyset.Window) changeList {
	q.NewestFirst = q.NewestFirst != w.Backwards
	l := changeList{r: r, q: q, limit: w.First + 1}
	if w.After != nil {
		l.after = positionOf(*w.After)
	}
	return l
}

// changePosition is keyset.Position of an AppliedChange.
type changePosition struct {
	moment, part  int64
	action, field string
	id            int64
}

// positionOf decodes a position, whose first two keys are numbers.
func positionOf(p keyset.Position) *changePosition {
	moment, _ := strconv.ParseInt(p.Keys[0], 10, 64) // positions from outside were checked when they were decoded
	part, _ := strconv.ParseInt(p.Keys[1], 10, 64)
	return &changePosition{moment, part, p.Keys[2], p.Keys[3], p.ID}
}

// editID is the id that stands for the position among the edits of its moment. A part comes after them.
func (p *changePosition) editID() int64 {
	if p.part == 0 {
		return p.id
	}
	return math.MaxInt64
}

func (l *changeList) compare(a, b *AppliedChange) int {
	actionA, fieldA := a.within()
	actionB, fieldB := b.within()
	order := cmp.Or(cmp.Compare(a.Moment, b.Moment), cmp.Compare(a.PartID, b.PartID), cmp.Compare(actionA, actionB),
		cmp.Compare(fieldA, fieldB), cmp.Compare(a.ID, b.ID))
	if l.q.NewestFirst {
		return -order
	}
	return order
}

// The columns of both sources, in the same order. Those of order are the position.
const (
	changesFrom = `SELECT p.settled_at AS moment, p.id AS part, c.action AS by_action, c.field AS by_field, c.id AS id,
		c.action AS action, c.field AS field, c.job_id AS job_id, c.portfolio_id AS portfolio_id, c.title AS title, c.title_id AS title_id,
		c.print_identifier AS print_identifier, c.online_identifier AS online_identifier, c.value_kind AS value_kind,
		c.old_value AS old_value, c.new_value AS new_value, c.line AS line, j.actor_kind AS actor_kind, j.actor_name AS actor_name,
		COALESCE(p.collection_id, 0) AS collection_id, p.collection_name AS collection_name, COALESCE(p.profile_id, 0) AS profile_id,
		p.profile_name AS profile_name, CAST(p.groups AS TEXT) AS group_names
		FROM job_changes c JOIN job_parts p ON p.id = c.part_id JOIN jobs j ON j.id = p.job_id`
	editsFrom = `SELECT e.created_at AS moment, CAST(0 AS BIGINT) AS part, '' AS by_action, '' AS by_field, e.id AS id,
		e.action AS action, e.field AS field, CAST(0 AS BIGINT) AS job_id, e.portfolio_id AS portfolio_id, e.title AS title,
		e.title_id AS title_id, e.print_identifier AS print_identifier, e.online_identifier AS online_identifier,
		e.value_kind AS value_kind, e.old_value AS old_value, e.new_value AS new_value, 0 AS line, e.actor_kind AS actor_kind,
		e.actor_name AS actor_name, e.collection_id AS collection_id, COALESCE(n.name, '') AS collection_name,
		CAST(0 AS BIGINT) AS profile_id, '' AS profile_name, CAST(NULL AS TEXT) AS group_names
		FROM edits e LEFT JOIN collections n ON n.id = e.collection_id`
)

// readAll reads the rest of the part at the position, the parts that follow, and the edits. No page sorts or reads more of a
// part than it shows: the parts are read first, each with how many changes it has, up to the page's length.
func (l *changeList) readAll(ctx context.Context) error {
	if l.after != nil && l.after.part != 0 {
		s := l.changesOf(l.after.part)
		s.add(fmt.Sprintf(`(c.action, c.field, c.id) %s (?, ?, ?)`, l.beyond()), l.after.action, l.after.field, l.after.id)
		if err := l.readFirst(ctx, s, l.reportOrder()); err != nil {
			return err
		}
	}
	if len(l.found) < l.limit {
		if err := l.readParts(ctx); err != nil {
			return err
		}
	}
	return l.readEdits(ctx)
}

// changesOf selects what a part changed.
func (l *changeList) changesOf(part int64) *selection {
	s := &selection{from: changesFrom}
	s.add(`c.part_id = ?`, part)
	l.window(s, `p.settled_at`)
	l.narrowParts(s)
	l.narrowChanges(s, true)
	return s
}

func (l *changeList) readParts(ctx context.Context) error {
	whole, last, err := l.partsToShow(ctx)
	if err != nil || last == 0 {
		return err
	}
	s := l.changesOf(last)
	query, args := s.first(l.limit, l.reportOrder())
	if len(whole) > 0 {
		s := &selection{from: changesFrom}
		placeholders, ids := store.InList(whole)
		s.add(`c.part_id IN `+placeholders, ids...)
		l.narrowChanges(s, false)
		all, more := s.sql()
		query, args = all+` UNION ALL SELECT * FROM (`+query+`) AS of_last`, append(more, args...)
	}
	return l.read(ctx, query, args)
}

// partsToShow returns the parts after the position of which the page shows all changes, and the last one, of which it shows as
// many as it still has room for; 0: there is none.
func (l *changeList) partsToShow(ctx context.Context) (whole []int64, last int64, err error) {
	matching := &selection{from: `SELECT 1 FROM job_changes c`}
	matching.add(`c.part_id = p.id`)
	l.narrowChanges(matching, false)
	some, args := matching.sql()
	s := &selection{from: `SELECT p.id, (SELECT COUNT(*) FROM (` + some + ` LIMIT ?) AS counted)
		FROM job_parts p JOIN jobs j ON j.id = p.job_id`}
	s.args = append(slices.Clone(args), l.limit)
	s.add(`p.settled_at IS NOT NULL`)
	l.window(s, `p.settled_at`)
	if l.after != nil {
		s.add(fmt.Sprintf(`(p.settled_at, p.id) %s (?, ?)`, l.beyond()), l.after.moment, l.after.part)
	}
	l.narrowParts(s)
	s.add(`EXISTS (`+some+`)`, args...)
	room := l.limit - len(l.found)
	query, args := s.first(room, l.ordered(`p.settled_at`, `p.id`))
	err = l.r.scan(ctx, query, args, func(rows *sql.Rows) error {
		var id int64
		var n int
		if err := rows.Scan(&id, &n); err != nil || room <= 0 {
			return err
		}
		if last != 0 {
			whole = append(whole, last)
		}
		last, room = id, room-n
		return nil
	})
	return whole, last, err
}

func (l *changeList) readEdits(ctx context.Context) error {
	s := l.edits()
	if l.after != nil {
		s.add(fmt.Sprintf(`(e.created_at, e.id) %s (?, ?)`, l.beyond()), l.after.moment, l.after.editID())
	}
	return l.readFirst(ctx, s, l.ordered(`e.created_at`, `e.id`))
}

// edits selects what was changed by hand.
func (l *changeList) edits() *selection {
	s := &selection{from: editsFrom}
	l.window(s, `e.created_at`)
	if l.q.CollectionID != 0 {
		s.add(`e.collection_id = ?`, l.q.CollectionID)
	}
	if len(l.q.Actions) > 0 {
		s.among(`e.action`, l.q.Actions)
	}
	if l.q.Field != nil {
		s.add(`e.field = ?`, *l.q.Field)
	}
	if l.q.PartID != 0 {
		s.add(`FALSE`)
	}
	if l.q.Content != "" {
		s.add(`n.content = ?`, l.q.Content)
	}
	l.narrowTitle(s, `e`)
	l.narrowActor(s, `e.actor_kind`, `e.actor_id`)
	if l.q.GroupID != 0 {
		s.add(listedForGroup(`e.portfolio_id`), l.q.GroupID)
	}
	return s
}

// readOfPortfolios reads the first changes of each portfolio. It reads all changes of the portfolio: they are few.
func (l *changeList) readOfPortfolios(ctx context.Context) error {
	placeholders, ids := store.InList(l.q.PortfolioIDs)
	changes := &selection{from: changesFrom}
	changes.add(`c.portfolio_id IN `+placeholders, ids...)
	changes.add(`p.settled_at IS NOT NULL`)
	l.window(changes, `p.settled_at`)
	l.narrowParts(changes)
	l.narrowChanges(changes, false)
	edits := l.edits()
	edits.add(`e.portfolio_id IN `+placeholders, ids...)
	if p := l.after; p != nil {
		changes.add(fmt.Sprintf(`(p.settled_at, p.id, c.action, c.field, c.id) %s (?, ?, ?, ?, ?)`, l.beyond()),
			p.moment, p.part, p.action, p.field, p.id)
		edits.add(fmt.Sprintf(`(e.created_at, e.id) %s (?, ?)`, l.beyond()), p.moment, p.editID())
	}
	ofJobs, args := changes.sql()
	byHand, more := edits.sql()
	query := `SELECT * FROM (SELECT both_of.*, ROW_NUMBER() OVER (PARTITION BY portfolio_id` +
		l.ordered(`moment`, `part`, `by_action`, `by_field`, `id`) + `) AS place
		FROM (` + ofJobs + ` UNION ALL ` + byHand + `) AS both_of) AS placed WHERE place <= ?`
	return l.read(ctx, query, append(append(args, more...), l.limit))
}

// window keeps to the moments that are asked for.
func (l *changeList) window(s *selection, moment string) {
	if l.q.Since != nil {
		s.add(moment+` >= ?`, *l.q.Since)
	}
	if l.q.Until != nil {
		s.add(moment+` <= ?`, *l.q.Until)
	}
}

// narrowParts is the part of the filter that parts and their jobs answer.
func (l *changeList) narrowParts(s *selection) {
	if l.q.CollectionID != 0 {
		s.add(`p.collection_id = ?`, l.q.CollectionID)
	}
	if l.q.PartID != 0 {
		s.add(`p.id = ?`, l.q.PartID)
	}
	if l.q.Content != "" {
		s.add(`p.content = ?`, l.q.Content)
	}
	l.narrowActor(s, `j.actor_kind || ''`, `j.actor_id + 0`) // not by the index of jobs: the parts come in their order
}

func (l *changeList) narrowTitle(s *selection, table string) {
	if l.q.TitlePrefix != "" {
		begins := kbart.FoldTitle(l.q.TitlePrefix)
		s.add(table+`.title_key >= ? AND `+table+`.title_key < ?`, begins, begins+"\U0010FFFF")
	}
}

func (l *changeList) narrowActor(s *selection, kind, id string) {
	if l.q.ActorKind != "" {
		s.add(kind+` = ?`, string(l.q.ActorKind))
	}
	if l.q.ActorID != 0 {
		s.add(id+` = ?`, l.q.ActorID)
	}
}

// narrowChanges is the part of the filter that lines answer; only lines of what was applied are changes. A listing in the order
// of the report reads its index in that order: several actions are then no way into the index, but where the field is known.
func (l *changeList) narrowChanges(s *selection, inOrder bool) {
	actions := l.q.Actions
	if len(actions) == 0 {
		for _, action := range holdings.AppliedActions {
			actions = append(actions, string(action))
		}
	}
	column, field := `c.action`, `c.field`
	if inOrder && l.q.Field == nil && len(actions) > 1 {
		column = `c.action || ''`
	}
	if l.q.TitlePrefix != "" { // the index of a job's titles finds the few lines
		column, field = `c.action || ''`, `c.field || ''`
		s.add(`c.job_id = p.job_id`)
		l.narrowTitle(s, `c`)
	}
	s.among(column, actions)
	if l.q.Field != nil {
		s.add(field+` = ?`, *l.q.Field)
	}
	if l.q.GroupID != 0 {
		s.add(`(p.profile_id IN (SELECT profile_id FROM profile_groups WHERE inventory_group_id = ?) OR p.profile_id IS NULL AND `+
			listedForGroup(`c.portfolio_id`)+`)`, l.q.GroupID, l.q.GroupID)
	}
}

// listedForGroup is the condition that a profile of a group lists a portfolio, or did.
func listedForGroup(portfolio string) string {
	return `EXISTS (SELECT 1 FROM entitlements t JOIN profile_groups g ON g.profile_id = t.profile_id
		WHERE t.portfolio_id = ` + portfolio + ` AND g.inventory_group_id = ?)`
}

// beyond compares what comes after a position with it.
func (l *changeList) beyond() string {
	if l.q.NewestFirst {
		return "<"
	}
	return ">"
}

func (l *changeList) ordered(columns ...string) string {
	if l.q.NewestFirst {
		return ` ORDER BY ` + strings.Join(columns, ` DESC, `) + ` DESC`
	}
	return ` ORDER BY ` + strings.Join(columns, `, `)
}

func (l *changeList) reportOrder() string { return l.ordered(`c.action`, `c.field`, `c.id`) }

func (l *changeList) readFirst(ctx context.Context, s *selection, order string) error {
	query, args := s.first(l.limit, order)
	return l.read(ctx, query, args)
}

// read adds what a query of changes finds.
func (l *changeList) read(ctx context.Context, query string, args []any) error {
	return l.r.scan(ctx, query, args, func(rows *sql.Rows) error {
		c := &AppliedChange{JobChange: &ent.JobChange{}}
		var byAction, byField string
		var groups sql.NullString
		to := []any{
			&c.Moment, &c.PartID, &byAction, &byField, &c.ID, &c.Action, &c.JobChange.Field, &c.JobID, &c.PortfolioID, &c.Title, &c.TitleID,
			&c.PrintIdentifier, &c.OnlineIdentifier, &c.ValueKind, &c.OldValue, &c.NewValue, &c.Line, &c.ActorKind, &c.ActorName,
			&c.CollectionID, &c.CollectionName, &c.ProfileID, &c.ProfileName, &groups,
		}
		if names, err := rows.Columns(); err != nil || len(names) > len(to) { // its place among those of its portfolio
			to = append(to, new(int))
		}
		if err := rows.Scan(to...); err != nil {
			return err
		}
		if groups.Valid {
			c.Groups = []byte(groups.String)
		}
		l.found = append(l.found, c)
		return nil
	})
}

// scan calls row for each row that a query finds.
func (r *Reader) scan(ctx context.Context, query string, args []any, row func(*sql.Rows) error) error {
	rows, err := r.store.Query(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("read changes: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows); err != nil {
			return fmt.Errorf("read changes: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read changes: %w", err)
	}
	return nil
}

// selection is a query under way.
type selection struct {
	from  string
	where []string
	args  []any
}

func (s *selection) add(condition string, args ...any) {
	s.where, s.args = append(s.where, condition), append(s.args, args...)
}

func (s *selection) among(column string, values []string) {
	args := make([]any, len(values))
	for i, value := range values {
		args[i] = value
	}
	if len(args) == 1 {
		s.add(column+` = ?`, args...)
		return
	}
	s.add(column+` IN (?`+strings.Repeat(`, ?`, len(args)-1)+`)`, args...)
}

func (s *selection) sql() (query string, args []any) {
	query = s.from
	if len(s.where) > 0 {
		query += ` WHERE ` + strings.Join(s.where, ` AND `)
	}
	return query, slices.Clip(s.args)
}

// first is the first rows of the selection in an order.
func (s *selection) first(limit int, order string) (query string, args []any) {
	query, args = s.sql()
	return query + order + ` LIMIT ?`, append(args, limit)
}
