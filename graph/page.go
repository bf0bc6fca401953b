package graph

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"

	"autoholdings/graph/model"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
	"autoholdings/internal/storable"
)

// The limits of a page.
const (
	defaultFirst = 50
	maxFirst     = 500
)

// ask is the page of a listing that a client asks for: the first items after a cursor, or the last ones before one, in an order.
type ask struct {
	first   *int
	after   *string
	last    *int
	before  *string
	orderBy *model.Order
}

// listing says how the rows of a list become a page of things, in the order of its keys.
type listing[R comparable, T any] struct {
	keyset.Listing[R]
	wrap func([]R) []T
}

// source is where a list's rows are read from.
type source[R any] struct {
	read  func(context.Context, keyset.Window) (keyset.Page[R], error)
	count func(context.Context) (int, error)
	wrong error // why the list cannot be read with this filter
}

// list reads a page and returns it as a connection.
func list[R comparable, T any](ctx context.Context, a ask, l listing[R, T], from source[R]) (*model.Connection[T], error) {
	w, err := l.window(a)
	if err != nil {
		return nil, err
	}
	if from.wrong != nil {
		return nil, from.wrong
	}
	page, err := from.read(ctx, w)
	if err != nil {
		return nil, err
	}
	return l.connect(page, w, from), nil
}

// connect turns a page of rows into a connection.
func (l listing[R, T]) connect(page keyset.Page[R], w keyset.Window, from source[R]) *model.Connection[T] {
	c := &model.Connection[T]{Count: from.count, PageInfo: &model.PageInfo{}}
	for i, thing := range l.wrap(page.Items) {
		c.Edges = append(c.Edges, &model.Edge[T]{Cursor: l.cursor(w, page.Items[i]), Node: thing})
	}
	if n := len(c.Edges); n > 0 {
		c.PageInfo.StartCursor, c.PageInfo.EndCursor = &c.Edges[0].Cursor, &c.Edges[n-1].Cursor
	}
	more, behind := func(context.Context) (bool, error) { return page.More, nil }, l.behind(page, w, from)
	if c.PageInfo.Next, c.PageInfo.Previous = more, behind; w.Backwards {
		c.PageInfo.Next, c.PageInfo.Previous = behind, more
	}
	return c
}

// behind says whether anything stands on the side of the page from which it was read. It costs a statement, so that it is asked
// only where a client wants to know it.
func (l listing[R, T]) behind(page keyset.Page[R], w keyset.Window, from source[R]) func(context.Context) (bool, error) {
	return func(ctx context.Context) (bool, error) {
		if w.After == nil {
			return false, nil
		}
		if w.After = nil; len(page.Items) > 0 { // on an empty page all that there is stands behind it
			nearest := page.Items[0]
			if w.Backwards {
				nearest = page.Items[len(page.Items)-1]
			}
			at := l.Position(w, nearest)
			w.After = &at
		}
		w.First, w.Backwards = 1, !w.Backwards
		found, err := from.read(ctx, w)
		return len(found.Items) > 0, err
	}
}

// cut returns a page of a list that belongs to one thing. Such lists are short: they are read whole, those of all things of a page in
// one statement.
func (l listing[R, T]) cut(a ask, all []T, row func(T) R) (*model.Connection[T], error) {
	w, err := l.window(a)
	if err != nil {
		return nil, err
	}
	things := make(map[R]T, len(all))
	for _, thing := range all {
		things[row(thing)] = thing
	}
	rows := each(all, row)
	read := func(_ context.Context, w keyset.Window) (keyset.Page[R], error) { return l.Of(rows, w), nil }
	l.wrap = func(rows []R) []T { return each(rows, func(row R) T { return things[row] }) }
	return l.connect(l.Of(rows, w), w, source[R]{read: read, count: func(context.Context) (int, error) { return len(all), nil }}), nil
}

// filtered is a list with a filter. wrong says why the filter was refused; nil: it was not.
func filtered[F, R any](
	f F, wrong error, read func(context.Context, F, keyset.Window) (keyset.Page[R], error), count func(context.Context, F) (int, error),
) source[R] {
	return source[R]{
		read:  func(ctx context.Context, w keyset.Window) (keyset.Page[R], error) { return read(ctx, f, w) },
		count: func(ctx context.Context) (int, error) { return count(ctx, f) },
		wrong: wrong,
	}
}

// window decodes which page is asked for.
func (l listing[R, T]) window(a ask) (w keyset.Window, err error) {
	if a.orderBy != nil {
		w = l.Toward(w, a.orderBy.Field, a.orderBy.Direction == model.Descending)
	}
	name, n, cursor, argument := "first", a.first, a.after, "after"
	if a.last != nil || a.before != nil {
		if a.first != nil || a.after != nil {
			return w, problem.New(problem.BadInput, "last", "a page is read from one side: give first and after, or last and before")
		}
		w.Backwards = true
		name, n, cursor, argument = "last", a.last, a.before, "before"
	}
	if w.First = defaultFirst; n != nil {
		w.First = *n
	}
	if w.First < 1 || w.First > maxFirst {
		return w, problem.New(problem.BadInput, name, "%s is %d; it may be 1 to %d", name, w.First, maxFirst)
	}
	w.After, err = l.position(w, argument, cursor)
	return w, err
}

// position decodes a cursor of the window's order; nil: none is given.
func (l listing[R, T]) position(w keyset.Window, argument string, opaque *string) (*keyset.Position, error) {
	if opaque == nil {
		return nil, nil
	}
	c, err := decodeCursor(*opaque)
	at := keyset.Position{Keys: c.Keys, ID: c.ID}
	if err != nil || c.Order != l.orderOf(w) || !l.Fits(w, at) {
		return nil, problem.New(problem.BadInput, argument, "%.40q is not a cursor of this listing in this order: take one from "+
			"pageInfo.endCursor or pageInfo.startCursor", *opaque)
	}
	return &at, nil
}

// orderOf is the order as cursors name it: "" for the usual one.
func (l listing[R, T]) orderOf(w keyset.Window) string {
	if l.Usual(w) {
		return ""
	}
	return w.Order
}

// cursor is a row's position in the client's form: opaque, and valid only for the listing and the order that it came from.
func (l listing[R, T]) cursor(w keyset.Window, row R) string {
	at := l.Position(w, row)
	text, _ := json.Marshal(cursor{l.orderOf(w), at.Keys, at.ID}) // strings and a number: cannot fail
	return base64.RawURLEncoding.EncodeToString(text)
}

type cursor struct {
	Order string   `json:"o,omitempty"`
	Keys  []string `json:"k,omitempty"`
	ID    int64    `json:"i"`
}

func decodeCursor(opaque string) (c cursor, err error) {
	text, err := base64.RawURLEncoding.DecodeString(opaque)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	for _, key := range c.Keys {
		err = errors.Join(err, storable.Check(key))
	}
	return c, err
}
