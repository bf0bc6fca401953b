// Package keyset pages through sorted listings by position instead of by number: page 1,000 costs what page 1 costs,
// and rows that are inserted meanwhile neither shift a page nor repeat in it.
package keyset

import (
	"context"
	"iter"
	"strconv"

	"entgo.io/ent/dialect/sql"
)

// Position is where an item stands in its listing: its sort keys, and its id where they are equal or there are none.
type Position struct {
	Keys []string
	ID   int64
}

// Window is the part of a listing that is asked for: the first First items after a position; nil is the beginning.
type Window struct {
	First int
	After *Position
}

// Page is a part of a listing. More says whether the listing goes on behind it.
type Page[T any] struct {
	Items []T
	More  bool
}

// Order is how a listing is sorted: by columns and then by id.
type Order struct {
	Keys    []string // columns; none sorts by id alone
	Numbers bool     // the columns hold whole numbers, which positions have as text; else they hold text
	Desc    bool     // the highest first
}

// Newest sorts by when rows were made, the newest first. Ids do not tell: each process has a range of its own.
var Newest = Order{Keys: []string{"created_at"}, Numbers: true, Desc: true}

// Oldest sorts by id: in the order in which one process made the rows.
var Oldest = Order{}

// By sorts by a column of text.
func By(column string) Order { return Order{Keys: []string{column}} }

// Made is a row's position in a listing sorted by Newest.
func Made(createdAt, id int64) Position {
	return Position{Keys: []string{strconv.FormatInt(createdAt, 10)}, ID: id}
}

// Select limits a query to the window, and reads one row more than it holds: Cut tells by it whether there is more.
//
// The condition has the row form, (key, id) > (?, ?): with OR instead, PostgreSQL walks the index from its beginning.
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
			n, _ := strconv.ParseInt(key, 10, 64) // whoever takes positions from outside has looked at them
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

// Cut makes a page of what Select read.
func Cut[T any](items []T, w Window) Page[T] {
	if len(items) > w.First {
		return Page[T]{Items: items[:w.First], More: true}
	}
	return Page[T]{Items: items}
}

// Query is what ent's queries have in common, as far as listing needs it.
type Query[Q, R any, P ~func(*sql.Selector)] interface {
	Where(predicates ...P) Q
	All(ctx context.Context) ([]R, error)
}

// List reads the window of what the query and the conditions select.
func List[Q Query[Q, R, P], R any, P ~func(*sql.Selector)](ctx context.Context, q Q, o Order, w Window, where []P) (Page[R], error) {
	rows, err := q.Where(append(where, P(o.Select(w)))...).All(ctx)
	return Cut(rows, w), err
}

// All reads a listing to its end, first rows at a time, so that no connection of the database is held while the reader
// takes its time. at is a row's position. The last pair has an error where read had one.
func All[R any](first int, read func(Window) (Page[R], error), at func(R) Position) iter.Seq2[R, error] {
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
			last := at(page.Items[len(page.Items)-1])
			w.After = &last
		}
	}
}

// ByID reads rows by id. Those that are not there are missing from the map.
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
