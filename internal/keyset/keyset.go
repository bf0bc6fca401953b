// Package keyset pages through sorted listings by position instead of by number. Page 1,000 costs as much as page 1,
// and rows that are inserted in the meantime do not shift pages or appear twice.
package keyset

import (
	"context"
	"iter"
	"strconv"

	"entgo.io/ent/dialect/sql"
)

// Position is the position of an item in a listing: its sort keys and, to tell equal keys apart, its id.
type Position struct {
	Keys []string
	ID   int64
}

// Window is the requested part of a listing: the first First items after a position. A nil position is the beginning.
type Window struct {
	First int
	After *Position
}

// Page is a part of a listing. More says whether there are items after it.
type Page[T any] struct {
	Items []T
	More  bool
}

// Order is how a listing is sorted: by columns and then by id.
type Order struct {
	Keys    []string // columns; empty = by id alone
	Numbers bool     // the columns have whole numbers (positions have them as text); otherwise they have text
	Desc    bool     // highest first
}

// Newest sorts rows by the time they were created, newest first. Sorting by id would not do this, because each process
// has its own range of ids.
var Newest = Order{Keys: []string{"created_at"}, Numbers: true, Desc: true}

// Oldest sorts by id: in the order in which one process made the rows.
var Oldest = Order{}

// By sorts by a column of text.
func By(column string) Order { return Order{Keys: []string{column}} }

// Made returns a row's position in a listing sorted by Newest.
func Made(createdAt, id int64) Position {
	return Position{Keys: []string{strconv.FormatInt(createdAt, 10)}, ID: id}
}

// Select limits a query to the window and one more row, by which Cut sees whether there are more.
//
// The condition compares rows, (key, id) > (?, ?). With OR instead, PostgreSQL would read the index from its beginning.
func (o Order) Select(w Window) func(*sql.Selector) {
	return func(s *sql.Selector) {
		var columns []string
		for _, key := range o.Keys {
			columns = append(columns, s.C(key))
		}
		columns = append(columns, s.C("id"))
		if w.After != nil {
			s.Where(o.after(columns, *w.After))
		}
		for _, column := range columns {
			if o.Desc {
				column = sql.Desc(column)
			}
			s.OrderBy(column)
		}
		s.Limit(w.First + 1)
	}
}

func (o Order) after(columns []string, p Position) *sql.Predicate {
	args := make([]any, 0, len(columns))
	for _, key := range p.Keys {
		if o.Numbers {
			n, _ := strconv.ParseInt(key, 10, 64) // positions from outside were checked when they were decoded
			args = append(args, n)
			continue
		}
		args = append(args, key)
	}
	args = append(args, p.ID)
	if o.Desc {
		return sql.CompositeLT(columns, args...)
	}
	return sql.CompositeGT(columns, args...)
}

// Cut makes a page of the rows that Select read.
func Cut[T any](items []T, w Window) Page[T] {
	if len(items) > w.First {
		return Page[T]{Items: items[:w.First], More: true}
	}
	return Page[T]{Items: items}
}

// Query is the part of ent's queries that listing needs.
type Query[Q, R any, P ~func(*sql.Selector)] interface {
	Where(predicates ...P) Q
	All(ctx context.Context) ([]R, error)
}

// List reads a window of the rows that the query and the conditions select.
func List[Q Query[Q, R, P], R any, P ~func(*sql.Selector)](ctx context.Context, q Q, o Order, w Window, where []P) (Page[R], error) {
	rows, err := q.Where(append(where, P(o.Select(w)))...).All(ctx)
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
