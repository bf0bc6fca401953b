package worklist

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// Filter narrows the list; an empty field is no filter, but of State, where it means Open.
type Filter struct {
	Types         []Type
	ProfileIDs    []int64 // what is about one of these profiles
	CollectionIDs []int64 // what is about one of these collections
	AssignedTo    int64   // whose it is
	Unassigned    bool    // it is nobody's
	State         State
	Since         *int64 // Unix milliseconds: what waits since then, or began to wait later
}

func (f Filter) has(t Type) bool { return len(f.Types) == 0 || slices.Contains(f.Types, t) }

func (f Filter) state() State { return cmp.Or(f.State, Open) }

// Position is where an item stands in the list: its type, what the type is sorted by, its subject and its detail.
type Position struct {
	Key
	Order int64
}

// Position returns where the item stands.
func (i *Item) Position() Position { return Position{i.Key, i.position} }

// ItemListing sorts items by type, in the order of Types, and within a type the oldest first.
var ItemListing = keyset.Sorted(func(i *Item) int64 { return i.Subject }, keyset.By("TYPE",
	keyset.Text("", func(i *Item) string { return string(i.Type) }),
	keyset.Number("", func(i *Item) int64 { return i.position }),
	keyset.Text("", func(i *Item) string { return i.Detail }),
))

// Items reads a page of the list. It takes a fixed number of statements for each type of which it has items.
func (s *Service) Items(ctx context.Context, f Filter, w keyset.Window) (page keyset.Page[*Item], err error) {
	today, err := s.today(ctx)
	if err != nil {
		return page, err
	}
	types, after := Types, positionOf(w.After)
	if w.Backwards {
		types = slices.Clone(Types)
		slices.Reverse(types)
	}
	if after != nil {
		if !after.Type.Known() {
			side := "after"
			if w.Backwards {
				side = "before"
			}
			return page, problem.New(problem.BadInput, side, "no item of the worklist is of type %.40q: take a cursor from a page of it", after.Type)
		}
		types = types[slices.Index(types, after.Type):]
	}
	var items []*Item
	for _, t := range types {
		if !f.has(t) || len(items) > w.First {
			continue
		}
		var from *Position
		if after != nil && after.Type == t {
			from = after
		}
		ofType, err := s.itemsOf(ctx, t, f, window{w.First + 1 - len(items), from, today, w.Backwards})
		if err != nil {
			return page, err
		}
		items = append(items, ofType...)
	}
	page = keyset.Cut(items, w)
	return page, s.describe(ctx, page.Items)
}

// positionOf decodes a position of ItemListing; nil: an end of the list.
func positionOf(p *keyset.Position) *Position {
	if p == nil {
		return nil
	}
	order, _ := strconv.ParseInt(p.Keys[1], 10, 64) // positions from outside were checked when they were decoded
	return &Position{Key{Type: Type(p.Keys[0]), Subject: p.ID, Detail: p.Keys[2]}, order}
}

// window is the part of a type's items that is asked for.
type window struct {
	limit     int
	after     *Position
	today     string
	backwards bool
}

// beyond compares what comes after a position with it, and direction is that of ORDER BY.
func (w window) beyond() (beyond, direction string) {
	if w.backwards {
		return `<`, ` DESC`
	}
	return `>`, ``
}

func (s *Service) itemsOf(ctx context.Context, t Type, f Filter, w window) ([]*Item, error) {
	if t == Alert {
		return s.alertsIn(ctx, f, w)
	}
	src := s.source(t)
	q := src.selecting(f, w.today)
	beyond, direction := w.beyond()
	order := src.since + direction + `, ` + src.subject + direction
	switch {
	case src.byID:
		if order = src.subject + direction; w.after != nil {
			q.add(src.subject+` `+beyond+` ?`, w.after.Subject)
		}
	case w.after != nil:
		q.add(`(`+src.since+`, `+src.subject+`) `+beyond+` (?, ?)`, w.after.Order, w.after.Subject)
	}
	text := `SELECT ` + src.columns(`''`) + q.text() + ` ORDER BY ` + order + ` LIMIT ?`
	return src.read(ctx, s.store.Query, w.today, text, append(q.args, w.limit)...)
}

func (s *Service) source(t Type) source {
	return s.sources[slices.IndexFunc(s.sources, func(src source) bool { return src.of == t })]
}

// query is the part of a statement behind its columns.
type query struct {
	from       string
	conditions []string
	args       []any
}

func (q *query) add(condition string, args ...any) {
	q.conditions, q.args = append(q.conditions, condition), append(q.args, args...)
}

func (q *query) text() string {
	return ` FROM ` + q.from + ` WHERE ` + strings.Join(q.conditions, ` AND `)
}

// all selects all items of the type, each with the mark that counts.
func (src source) all() *query {
	return &query{
		from: src.from + ` LEFT JOIN worklist_marks m ON m.type = '` + string(src.of) + `' AND m.subject_id = ` + src.subject +
			` AND (m.fingerprint = ` + src.fingerprint + ` OR ` + src.fingerprint + ` = '') LEFT JOIN people a ON a.id = m.assignee_id`,
		conditions: []string{`(` + src.where + `)`},
	}
}

// selecting selects the items that a filter asks for.
func (src source) selecting(f Filter, today string) *query {
	q := src.filtered(f)
	switch f.state() {
	case Done:
		q.add(`m.state = 'DONE'`)
	case NotNow:
		q.add(`m.state = 'NOT_NOW' AND m.until > ?`, today)
	default:
		q.add(`(m.id IS NULL OR m.state = '' OR m.state = 'NOT_NOW' AND m.until <= ?)`, today)
	}
	return q
}

// filtered selects the items that a filter asks for, in any state.
func (src source) filtered(f Filter) *query {
	q := src.all()
	for _, about := range []struct {
		ids       []int64
		condition string
	}{{f.ProfileIDs, src.ofProfiles}, {f.CollectionIDs, src.ofCollections}} {
		if len(about.ids) > 0 {
			placeholders, args := store.InList(about.ids)
			q.add(strings.Replace(about.condition, "%s", placeholders, 1), args...)
		}
	}
	if f.AssignedTo != 0 {
		q.add(`m.assignee_id = ?`, f.AssignedTo)
	}
	if f.Unassigned {
		q.add(`m.assignee_id IS NULL`)
	}
	if f.Since != nil {
		q.add(src.since+` >= ?`, *f.Since)
	}
	return q
}

// columns are what read reads. The fingerprint is asked for only where it is needed, since it may cost a look-up.
func (src source) columns(fingerprint string) string {
	position := src.since
	if src.byID {
		position = `0`
	}
	return src.subject + `, ` + src.since + `, ` + position + `, ` + fingerprint + `, ` + markColumns
}

const markColumns = `COALESCE(m.id, 0), COALESCE(m.state, ''), COALESCE(m.until, ''), COALESCE(m.note, ''), COALESCE(m.assignee_id, 0),
	COALESCE(a.name, ''), COALESCE(m.actor_kind, ''), COALESCE(m.actor_name, ''), COALESCE(m.updated_at, 0), COALESCE(m.version, 0)`

// markTargets are where a row's markColumns go.
func markTargets(m *Mark, assignee *Person) []any {
	return []any{&m.id, &m.State, &m.Until, &m.Note, &assignee.ID, &assignee.Name, &m.By.Kind, &m.By.Name, &m.At, &m.Version}
}

// scanned completes what was read into markTargets.
func (m *Mark) scanned(assignee Person, today string) {
	if assignee.ID != 0 {
		m.Assignee = &assignee
	}
	if m.State == "" || m.State == NotNow && m.Until <= today {
		m.State, m.Until = Open, ""
	}
}

func (src source) read(ctx context.Context, read store.QueryFunc, today, text string, args ...any) (items []*Item, err error) {
	rows, err := read(ctx, text, args...)
	if err != nil {
		return nil, fmt.Errorf("read the worklist's items of type %s: %w", src.of, err)
	}
	defer rows.Close()
	for rows.Next() {
		item, assignee := &Item{Key: Key{Type: src.of}}, Person{}
		targets := []any{&item.Subject, &item.Since, &item.position, &item.fingerprint}
		if err := rows.Scan(append(targets, markTargets(&item.Mark, &assignee)...)...); err != nil {
			return nil, fmt.Errorf("read the worklist's items of type %s: %w", src.of, err)
		}
		item.Mark.scanned(assignee, today)
		items = append(items, item)
	}
	return items, rows.Err()
}

// find reads the items that still are there by their keys: one statement for each type.
func (s *Service) find(ctx context.Context, read store.QueryFunc, today string, keys []Key, alerts []*Item) (map[Key]*Item, error) {
	subjects, found := map[Type][]int64{}, map[Key]*Item{}
	for _, k := range keys {
		subjects[k.Type] = append(subjects[k.Type], k.Subject)
	}
	if err := markAlerts(ctx, read, today, alerts); err != nil {
		return nil, err
	}
	all := slices.Clone(alerts)
	for _, src := range s.sources {
		if len(subjects[src.of]) == 0 {
			continue
		}
		placeholders, args := store.InList(subjects[src.of])
		q := src.all()
		q.add(src.subject+` IN `+placeholders, args...)
		items, err := src.read(ctx, read, today, `SELECT `+src.columns(src.fingerprint)+q.text(), q.args...)
		if err != nil {
			return nil, err
		}
		all = append(all, items...)
	}
	for _, item := range all {
		found[item.Key] = item
	}
	return found, nil
}

// Count is how many items of a type there are in each state.
type Count struct {
	Type               Type
	Open, NotNow, Done int
	Newest             int64 // since when the newest of the open ones waits, in Unix milliseconds; 0: there is none, or it is not known
}

func (c *Count) add(state State, n int, newest int64) {
	switch state {
	case Done:
		c.Done += n
	case NotNow:
		c.NotNow += n
	default:
		c.Open, c.Newest = c.Open+n, max(c.Newest, newest)
	}
}

// of returns the number in a state.
func (c *Count) of(state State) int {
	return map[State]int{Open: c.Open, NotNow: c.NotNow, Done: c.Done}[state]
}

// Counts counts the items of each type in each state, in the order of the list: one statement for each type, and a few
// for the alerts. Of the filter, State does not count.
func (s *Service) Counts(ctx context.Context, f Filter) (counts []Count, err error) {
	today, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range Types {
		if !f.has(t) {
			continue
		}
		c := Count{Type: t}
		if t == Alert {
			err = s.countAlerts(ctx, f, today, &c)
		} else {
			err = s.source(t).count(ctx, s.store.Query, f, today, &c)
		}
		if err != nil {
			return nil, err
		}
		counts = append(counts, c)
	}
	return counts, nil
}

// CountItems counts what Items lists.
func (s *Service) CountItems(ctx context.Context, f Filter) (n int, err error) {
	counts, err := s.Counts(ctx, f)
	for _, c := range counts {
		n += c.of(f.state())
	}
	return n, err
}

func (src source) count(ctx context.Context, read store.QueryFunc, f Filter, today string, c *Count) error {
	q := src.filtered(f)
	rows, err := read(ctx, `SELECT state, COUNT(*), MAX(since) FROM (SELECT CASE WHEN m.state = 'NOT_NOW' AND m.until <= ? THEN ''
		ELSE COALESCE(m.state, '') END AS state, `+src.since+` AS since`+q.text()+`) AS items GROUP BY state`, append([]any{today}, q.args...)...)
	if err != nil {
		return fmt.Errorf("count the worklist's items of type %s: %w", src.of, err)
	}
	defer rows.Close()
	for rows.Next() {
		var state State
		var n int
		var newest sql.NullInt64
		if err := rows.Scan(&state, &n, &newest); err != nil {
			return fmt.Errorf("count the worklist's items of type %s: %w", src.of, err)
		}
		c.add(state, n, newest.Int64)
	}
	return rows.Err()
}
