// Package keyset pages through sorted listings by position instead of by number. Page 1,000 costs as much as page 1,
// and rows that are inserted in the meantime do not shift pages or appear twice.
package keyset

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strconv"
	"strings"

	"entgo.io/ent/dialect/sql"
)

// Position is the position of an item in a listing: its sort keys and, to tell equal keys apart, its id. Keys that are numbers
// are here as text.
type Position struct {
	Keys []string
	ID   int64
}

// Window is the requested part of a listing: the first First items after a position, or the last ones before it. A nil
// position is the end of the listing from which it is read.
type Window struct {
	First     int
	After     *Position // where reading begins, in the direction of reading
	Backwards bool      // reads from the end of the listing to its beginning; the page is in the listing's order all the same
	Order     string    // the name of one of the listing's orders; "": the usual one
	Turned    bool      // the order is the other way round
}

// Reversed says that the window's items are read against the order as the listing declares it.
func (w Window) Reversed() bool { return w.Turned != w.Backwards }

// Page is a part of a listing. More says whether there are items beyond it in the direction of reading.
type Page[T any] struct {
	Items []T
	More  bool
}

// Key is what a listing is sorted by: a column with text or whole numbers.
type Key[R any] struct {
	column string
	text   func(R) string
	number func(R) int64
}

// Text is a key that is text. A listing that is read by statements of its own gives no column.
func Text[R any](column string, of func(R) string) Key[R] { return Key[R]{column: column, text: of} }

// Number is a key that is a whole number.
func Number[R any](column string, of func(R) int64) Key[R] { return Key[R]{column: column, number: of} }

func (k Key[R]) of(row R) string {
	if k.number != nil {
		return strconv.FormatInt(k.number(row), 10)
	}
	return k.text(row)
}

// Order is a way to sort a listing: by keys and then by id, all in one direction.
type Order[R any] struct {
	Name string // by which a window asks for it
	Keys []Key[R]
	Desc bool // highest first
}

// By sorts by keys and then by id, lowest first.
func By[R any](name string, keys ...Key[R]) Order[R] { return Order[R]{Name: name, Keys: keys} }

// Newest sorts rows by the time at which they were created, newest first. Sorting by id would not do this, because each process
// has its own range of ids.
func Newest[R any](createdAt func(R) int64) Order[R] {
	return Order[R]{Name: "CREATED_AT", Keys: []Key[R]{Number("created_at", createdAt)}, Desc: true}
}

// UpdatedAt is the name of the order that Changed makes.
const UpdatedAt = "UPDATED_AT"

// Changed sorts rows by the time at which they were last written, those that have not changed for longest first.
func Changed[R any](updatedAt func(R) int64) Order[R] {
	return By(UpdatedAt, Number("updated_at", updatedAt))
}

// Listing is how the rows of a list are sorted. It is all that paging needs to know of them.
type Listing[R any] struct {
	id     func(R) int64
	orders []Order[R]
}

// Sorted is a listing with these orders, the usual one first; without any, it is sorted by id, which is the order in which one
// process made the rows.
func Sorted[R any](id func(R) int64, orders ...Order[R]) Listing[R] {
	if len(orders) == 0 {
		orders = []Order[R]{By[R]("ID")}
	}
	return Listing[R]{id, orders}
}

// order finds the order that a window asks for; one that is not there is the usual one.
func (l Listing[R]) order(w Window) Order[R] {
	if i := slices.IndexFunc(l.orders, func(o Order[R]) bool { return o.Name == w.Order }); i >= 0 {
		return l.orders[i]
	}
	return l.orders[0]
}

// Names are the names of the listing's orders.
func (l Listing[R]) Names() (names []string) {
	for _, order := range l.orders {
		names = append(names, order.Name)
	}
	return names
}

// Toward is the window's part of the listing, read so that its items are sorted by an order, the highest first or last.
func (l Listing[R]) Toward(w Window, order string, desc bool) Window {
	w.Order = order
	w.Turned = l.order(w).Desc != desc
	return w
}

// Usual says that the window's order is the one in which the listing is sorted unless asked otherwise.
func (l Listing[R]) Usual(w Window) bool { return l.order(w).Name == l.orders[0].Name }

// Fits says whether a position can be one of an item in the window's order.
func (l Listing[R]) Fits(w Window, p Position) bool {
	keys := l.order(w).Keys
	if len(p.Keys) != len(keys) {
		return false
	}
	for i, key := range keys {
		if _, err := strconv.ParseInt(p.Keys[i], 10, 64); err != nil && key.number != nil {
			return false
		}
	}
	return true
}

// Position is where a row stands in the window's order.
func (l Listing[R]) Position(w Window, row R) Position {
	p := Position{ID: l.id(row)}
	for _, key := range l.order(w).Keys {
		p.Keys = append(p.Keys, key.of(row))
	}
	return p
}

// At is where a row stands in the usual order.
func (l Listing[R]) At(row R) Position { return l.Position(Window{}, row) }

// Select limits a query to the window and one more row, by which Cut sees whether there are more.
//
// The condition compares rows, (key, id) > (?, ?). With OR instead, PostgreSQL would read the index from its beginning.
func (l Listing[R]) Select(w Window) func(*sql.Selector) {
	order := l.order(w)
	return func(s *sql.Selector) {
		var columns []string
		for _, key := range order.Keys {
			columns = append(columns, s.C(key.column))
		}
		columns = append(columns, s.C("id"))
		downwards := order.Desc != w.Reversed()
		if w.After != nil {
			s.Where(order.beyond(columns, *w.After, downwards))
		}
		for _, column := range columns {
			if downwards {
				column = sql.Desc(column)
			}
			s.OrderBy(column)
		}
		s.Limit(w.First + 1)
	}
}

func (o Order[R]) beyond(columns []string, p Position, downwards bool) *sql.Predicate {
	args := make([]any, 0, len(columns))
	for i, key := range o.Keys {
		if key.number != nil {
			n, _ := strconv.ParseInt(p.Keys[i], 10, 64) // positions from outside were checked when they were decoded
			args = append(args, n)
			continue
		}
		args = append(args, p.Keys[i])
	}
	args = append(args, p.ID)
	if downwards {
		return sql.CompositeLT(columns, args...)
	}
	return sql.CompositeGT(columns, args...)
}

// Cut makes a page of the rows that Select read: one more than the page has, in the direction of reading.
func Cut[T any](items []T, w Window) Page[T] {
	page := Page[T]{Items: items}
	if len(items) > w.First {
		page = Page[T]{Items: items[:w.First], More: true}
	}
	if w.Backwards {
		slices.Reverse(page.Items)
	}
	return page
}

// Of is the window's page of a list that is read whole already, in any order.
func (l Listing[R]) Of(all []R, w Window) Page[R] {
	order, sorted := l.order(w), slices.Clone(all)
	direction := 1
	if order.Desc != w.Reversed() {
		direction = -1
	}
	slices.SortFunc(sorted, func(a, b R) int { return direction * order.compare(l.Position(w, a), l.Position(w, b)) })
	if w.After != nil {
		sorted = slices.DeleteFunc(sorted, func(row R) bool { return direction*order.compare(l.Position(w, row), *w.After) <= 0 })
	}
	return Cut(sorted[:min(len(sorted), w.First+1)], w)
}

func (o Order[R]) compare(a, b Position) int {
	for i, key := range o.Keys {
		order := strings.Compare(a.Keys[i], b.Keys[i])
		if key.number != nil {
			m, _ := strconv.ParseInt(a.Keys[i], 10, 64) // positions from outside were checked when they were decoded
			n, _ := strconv.ParseInt(b.Keys[i], 10, 64)
			order = cmp.Compare(m, n)
		}
		if order != 0 {
			return order
		}
	}
	return cmp.Compare(a.ID, b.ID)
}

// Query is the part of ent's queries that listing needs.
type Query[Q, R any, P ~func(*sql.Selector)] interface {
	Where(predicates ...P) Q
	All(ctx context.Context) ([]R, error)
}

// List reads a window of the rows that the query and the conditions select.
func List[Q Query[Q, R, P], R any, P ~func(*sql.Selector)](
	ctx context.Context, q Q, l Listing[R], w Window, where []P,
) (Page[R], error) {
	rows, err := q.Where(append(where, P(l.Select(w)))...).All(ctx)
	return Cut(rows, w), err
}

// All reads a whole listing, first rows at a time, so that a slow reader does not hold a database connection. position
// returns the position of a row. If read fails, the last pair has its error.
func All[R any](first int, read func(Window) (Page[R], error), position func(R) Position) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		w := Window{First: first}
		for {
			page, err := read(w)
			if err != nil {
				var none R
				yield(none, err)
				return
			}
			for _, row := range page.Items {
				if !yield(row, nil) {
					return
				}
			}
			if !page.More {
				return
			}
			last := position(page.Items[len(page.Items)-1])
			w.After = &last
		}
	}
}

// ByID reads rows by id. The map does not have ids that do not exist.
func ByID[Q Query[Q, R, P], R any, P ~func(*sql.Selector)](ctx context.Context, q Q, ids []int64, id func(R) int64) (map[int64]R, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	rows, err := q.Where(P(func(s *sql.Selector) { s.Where(sql.In(s.C("id"), args...)) })).All(ctx)
	if err != nil {
		return nil, err
	}
	found := make(map[int64]R, len(rows))
	for _, row := range rows {
		found[id(row)] = row
	}
	return found, nil
}

// Begins is the condition that a column begins with the text as it is.
func Begins(column, text string) func(*sql.Selector) {
	return func(s *sql.Selector) {
		s.Where(sql.And(sql.GTE(s.C(column), text), sql.LT(s.C(column), text+"\U0010FFFF")))
	}
}

// Within limits a query to the first n rows of a table that the listing has in the window, before other conditions: those of a
// stretch that is read whatever it has. of further limits which rows these are; nil: to none. Where the listing ends sooner, the
// query finds nothing.
func (l Listing[R]) Within(w Window, n int, table string, of func(*sql.Selector)) func(*sql.Selector) {
	order := l.order(w)
	return func(s *sql.Selector) {
		t := sql.Table(table).As("stretch")
		ours, theirs := []string{}, []string{}
		for _, key := range order.Keys {
			ours, theirs = append(ours, s.C(key.column)), append(theirs, t.C(key.column))
		}
		ours, theirs = append(ours, s.C("id")), append(theirs, t.C("id"))
		end := sql.Dialect(s.Dialect()).Select(theirs...).From(t)
		if of != nil {
			of(end)
		}
		l.Select(w)(end)
		end.Offset(n - 1).Limit(1)
		compared := " <= "
		if order.Desc != w.Reversed() {
			compared = " >= "
		}
		s.Where(sql.P(func(b *sql.Builder) {
			b.WriteString("(" + strings.Join(ours, ", ") + ")" + compared)
			b.Wrap(func(b *sql.Builder) { b.Join(end) })
		}))
	}
}
