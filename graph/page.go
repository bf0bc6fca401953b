package graph

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strconv"

	"autoholdings/graph/model"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
)

// The bounds of a page.
const (
	defaultFirst = 50
	maxFirst     = 500
)

// cursor is a position as a client carries it: opaque, and good for the listing that it came from.
type cursor struct {
	Keys []string `json:"k,omitempty"`
	ID   int64    `json:"i"`
}

func encodeCursor(p keyset.Position) string {
	text, _ := json.Marshal(cursor(p)) // strings and a number: cannot fail
	return base64.RawURLEncoding.EncodeToString(text)
}

// window decodes the arguments of a listing whose order has so many keys.
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
	var c cursor
	text, err := base64.RawURLEncoding.DecodeString(*after)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil || len(c.Keys) != keys {
		return w, problem.New(problem.BadInput, "after", "%.40q is no cursor of this listing; take one from pageInfo.endCursor", *after)
	}
	position := keyset.Position(c)
	w.After = &position
	return w, nil
}

// windowByTime is window for a listing that is sorted by when things were made.
func windowByTime(first *int, after *string) (keyset.Window, error) {
	w, err := window(first, after, 1)
	if err != nil || w.After == nil {
		return w, err
	}
	if _, err := strconv.ParseInt(w.After.Keys[0], 10, 64); err != nil {
		return w, problem.New(problem.BadInput, "after", "%.40q is no cursor of this listing; take one from pageInfo.endCursor", *after)
	}
	return w, nil
}

// listing says how the rows of a listing become a page of things.
type listing[R, T any] struct {
	wrap  func([]R) []T
	at    func(R) keyset.Position
	count func(ctx context.Context) (int, error)
}

// connect makes a connection of a page of rows.
func connect[R, T any](page keyset.Page[R], w keyset.Window, l listing[R, T]) *model.Connection[T] {
	c := &model.Connection[T]{Count: l.count, PageInfo: &model.PageInfo{HasNextPage: page.More, HasPreviousPage: w.After != nil}}
	for i, thing := range l.wrap(page.Items) {
		c.Edges = append(c.Edges, &model.Edge[T]{Cursor: encodeCursor(l.at(page.Items[i])), Node: thing})
	}
	if n := len(c.Edges); n > 0 {
		c.PageInfo.StartCursor, c.PageInfo.EndCursor = &c.Edges[0].Cursor, &c.Edges[n-1].Cursor
	}
	return c
}

// list reads a page and makes a connection of it.
func list[R, T any](
	ctx context.Context, w keyset.Window, read func(context.Context, keyset.Window) (keyset.Page[R], error), l listing[R, T],
) (*model.Connection[T], error) {
	page, err := read(ctx, w)
	if err != nil {
		return nil, err
	}
	return connect(page, w, l), nil
}

// idOf takes an opaque id of one type apart; path names the argument.
func idOf(typeName, path, opaque string) (int64, error) {
	found, id, err := model.ParseID(opaque)
	if err != nil {
		return 0, problem.New(problem.BadInput, path, "%v", err)
	}
	if found != typeName {
		return 0, problem.New(problem.BadInput, path, "%.80q is the id of a %s, not of a %s", opaque, found, typeName)
	}
	return id, nil
}

// optionalID is idOf of what may be left out: 0 then.
func optionalID(typeName, path string, opaque *string) (int64, error) {
	if opaque == nil {
		return 0, nil
	}
	return idOf(typeName, path, *opaque)
}

// text is what an optional text says; "" where it is left out.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// one is the only row of a read by id, wrapped; nil where it is not there.
func one[R, T any](
	ctx context.Context, id int64, read func(context.Context, []int64) (map[int64]R, error), wrap func([]R) []T,
) (thing T, err error) {
	rows, err := read(ctx, []int64{id})
	if err != nil {
		return thing, err
	}
	if row, ok := rows[id]; ok {
		thing = wrap([]R{row})[0]
	}
	return thing, nil
}

// byID reads rows and wraps them as one page, by id.
func byID[R, T any](
	ctx context.Context, ids []int64, read func(context.Context, []int64) (map[int64]R, error), wrap func([]R) []T,
) (map[int64]T, error) {
	rows, err := read(ctx, distinct(ids))
	if err != nil {
		return nil, err
	}
	order, things := make([]int64, 0, len(rows)), make([]R, 0, len(rows))
	for id, row := range rows {
		order, things = append(order, id), append(things, row)
	}
	found := make(map[int64]T, len(rows))
	for i, thing := range wrap(things) {
		found[order[i]] = thing
	}
	return found, nil
}

func distinct(ids []int64) []int64 {
	seen := make(map[int64]bool, len(ids))
	kept := make([]int64, 0, len(ids))
	for _, id := range ids {
		if id != 0 && !seen[id] {
			seen[id] = true
			kept = append(kept, id)
		}
	}
	return kept
}

// value is what a nullable column holds; 0 for NULL.
func value(id *int64) int64 {
	if id == nil {
		return 0
	}
	return *id
}
