package search

import (
	"context"
	"slices"

	"entgo.io/ent/dialect/sql"

	"autoholdings/internal/keyset"
)

// Listing is a sorted listing of a table that is searched.
type Listing[R any, P ~func(*sql.Selector)] struct {
	Table Table
	keyset.Listing[R]
	Indexed []string            // the orders, beside the usual one, in which an index has the rows that Of asks for
	Where   []P                 // all conditions but the search
	Of      func(*sql.Selector) // the conditions that the index behind the usual order begins with; nil: none

	// Found and Tested are the search: see the methods of Query.
	Found, Tested P
}

// List reads a window of those rows of a listing that are found. query makes a new query of the table each time.
//
// A word that many titles have fills a page within the next few rows of the listing, so these are looked at first, row
// by row, where an index has them in the window's order. Only then are all hits gathered by the index of words, and sorted: that
// takes as long as there are many.
func List[Q keyset.Query[Q, R, P], R any, P ~func(*sql.Selector)](
	ctx context.Context, query func() Q, l Listing[R, P], w keyset.Window,
) (keyset.Page[R], error) {
	for _, n := range l.stretches(w) {
		within := P(l.Within(w, n, l.Table.Name, l.Of))
		page, err := keyset.List(ctx, query(), l.Listing, w, append(slices.Clone(l.Where), l.Tested, within))
		if err != nil || page.More {
			return page, err
		}
		if many := n / 25; len(page.Items) < many {
			break
		}
	}
	return keyset.List(ctx, query(), l.Listing, w, []P{l.hits(w)})
}

// stretches are how many rows of the listing are looked at first, one number after the other.
func (l Listing[R, P]) stretches(w keyset.Window) []int {
	if !l.Usual(w) && !slices.Contains(l.Indexed, w.Order) {
		return nil
	}
	return []int{10 * (w.First + 1), 60 * (w.First + 1)}
}

// hits are the rows of a window that are found. The hits are sorted by themselves, so that all columns are read of the
// window's rows alone.
func (l Listing[R, P]) hits(w keyset.Window) P {
	return func(s *sql.Selector) {
		t := sql.Table(l.Table.Name).As("hits")
		hits := sql.Dialect(s.Dialect()).Select(t.C("id")).From(t)
		for _, condition := range append(slices.Clone(l.Where), l.Found) {
			condition(hits)
		}
		l.Select(w)(hits)
		s.Where(sql.In(s.C("id"), hits))
	}
}
