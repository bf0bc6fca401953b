package graph

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"

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

// listing says how the rows of a list become a page of things.
type listing[R, T any] struct {
	window func(first *int, after *string) (keyset.Window, error) // decodes the arguments: byKeys or byTime
	wrap   func([]R) []T
	at     func(R) keyset.Position
}

// source is where a list's rows are read from.
type source[R any] struct {
	read  func(context.Context, keyset.Window) (keyset.Page[R], error)
	count func(context.Context) (int, error)
	wrong error // why the list cannot be read with this filter
}

// list reads a page and returns it as a connection.
func list[R, T any](
	ctx context.Context, first *int, after *string, l listing[R, T], from source[R],
) (*model.Connection[T], error) {
	w, err := l.window(first, after)
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
	return l.connect(page, w, from.count), nil
}

// connect turns a page of rows into a connection.
func (l listing[R, T]) connect(page keyset.Page[R], w keyset.Window, count func(context.Context) (int, error)) *model.Connection[T] {
	c := &model.Connection[T]{Count: count, PageInfo: &model.PageInfo{HasNextPage: page.More, HasPreviousPage: w.After != nil}}
	for i, thing := range l.wrap(page.Items) {
		c.Edges = append(c.Edges, &model.Edge[T]{Cursor: encodeCursor(l.at(page.Items[i])), Node: thing})
	}
	if n := len(c.Edges); n > 0 {
		c.PageInfo.StartCursor, c.PageInfo.EndCursor = &c.Edges[0].Cursor, &c.Edges[n-1].Cursor
	}
	return c
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

// byKeys decodes the arguments of a listing whose order has this many keys before the id.
func byKeys(keys int) func(first *int, after *string) (keyset.Window, error) {
	return func(first *int, after *string) (keyset.Window, error) { return window(first, after, keys) }
}

// byTime decodes the arguments of a listing sorted by creation time.
func byTime(first *int, after *string) (keyset.Window, error) {
	w, err := window(first, after, 1)
	if err != nil || w.After == nil {
		return w, err
	}
	if _, err := strconv.ParseInt(w.After.Keys[0], 10, 64); err != nil {
		return w, noCursor(*after)
	}
	return w, nil
}

func window(first *int, after *string, keys int) (keyset.Window, error) {
	w := keyset.Window{First: defaultFirst}
	if first != nil {
		w.First = *first
	}
	if w.First < 1 || w.First > maxFirst {
		return w, problem.New(problem.BadInput, "first", "first is %d; it may be 1 to %d", w.First, maxFirst)
	}
	if after == nil {
		return w, nil
	}
	position, err := decodeCursor(*after)
	if err != nil || len(position.Keys) != keys {
		return w, noCursor(*after)
	}
	w.After = &position
	return w, nil
}

func noCursor(after string) error {
	return problem.New(problem.BadInput, "after", "%.40q is not a cursor of this listing: take one from pageInfo.endCursor", after)
}

// cursor is a position in the client's form: opaque, and valid only for the listing that it came from.
type cursor struct {
	Keys []string `json:"k,omitempty"`
	ID   int64    `json:"i"`
}

func encodeCursor(p keyset.Position) string {
	text, _ := json.Marshal(cursor(p)) // strings and a number: cannot fail
	return base64.RawURLEncoding.EncodeToString(text)
}

func decodeCursor(opaque string) (keyset.Position, error) {
	var c cursor
	text, err := base64.RawURLEncoding.DecodeString(opaque)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	for _, key := range c.Keys {
		err = errors.Join(err, storable.Check(key))
	}
	return keyset.Position(c), err
}
