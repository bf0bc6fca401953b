package graph

import (
	"context"
	"maps"
	"slices"
)

// readOne reads one row by its id and wraps it; nil if there is none.
func readOne[R, T any](
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

// readByOpaqueID reads the row with an opaque id given in a query.
func readByOpaqueID[R, T any](
	ctx context.Context, typeName, opaque string, read func(context.Context, []int64) (map[int64]R, error), wrap func([]R) []T,
) (thing T, err error) {
	id, err := idOf(typeName, "id", opaque)
	if err != nil {
		return thing, err
	}
	return readOne(ctx, id, read, wrap)
}

// readPage reads rows and wraps them as one page, by id.
func readPage[R, T any](
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

// present returns the things with these ids, in order, without those that no longer exist.
func present[K, T any](ids []K, find func(id K) (*T, error)) ([]*T, error) {
	things := []*T{}
	for _, id := range ids {
		thing, err := find(id)
		if err != nil {
			return nil, err
		}
		if thing != nil {
			things = append(things, thing)
		}
	}
	return things, nil
}

// wrapOne wraps one row; nil stays nil.
func wrapOne[R, T any](row *R, wrap func([]*R) []*T) *T {
	if row == nil {
		return nil
	}
	return wrap([]*R{row})[0]
}

// each maps rows to one thing each.
func each[R, T any](rows []R, of func(R) T) []T {
	things := make([]T, len(rows))
	for i, row := range rows {
		things[i] = of(row)
	}
	return things
}

// wrapLists wraps lists of rows, all as one page.
func wrapLists[R, T any](rows map[int64][]R, wrap func([]R) []T) map[int64][]T {
	ids := slices.Collect(maps.Keys(rows))
	var flat []R
	for _, id := range ids {
		flat = append(flat, rows[id]...)
	}
	wrapped := wrap(flat)
	things := make(map[int64][]T, len(rows))
	for _, id := range ids {
		n := len(rows[id])
		things[id], wrapped = wrapped[:n:n], wrapped[n:]
	}
	return things
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

// orZero returns a nullable column's value; 0 for NULL.
func orZero(id *int64) int64 {
	if id == nil {
		return 0
	}
	return *id
}
