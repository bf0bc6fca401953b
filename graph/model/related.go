package model

import (
	"context"
	"sync"
)

// Related is what belongs to the things of one page: whoever asks first loads it for all of them, in one go, and the
// others share it. So a page costs the same number of statements whatever its size.
type Related[V any] struct {
	once  sync.Once
	found map[int64]V
	err   error
}

// Of returns what belongs to id; load reads it for the whole page, by id.
func (r *Related[V]) Of(ctx context.Context, id int64, load func(ctx context.Context) (map[int64]V, error)) (V, error) {
	r.once.Do(func() { r.found, r.err = load(ctx) })
	return r.found[id], r.err
}

// RelatedBy is a Related for each way of asking, such as a page of a list that every thing has.
type RelatedBy[K comparable, V any] struct {
	mu sync.Mutex
	by map[K]*Related[V]
}

// With is what is related when asked in this way.
func (r *RelatedBy[K, V]) With(way K) *Related[V] {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.by == nil {
		r.by = map[K]*Related[V]{}
	}
	if r.by[way] == nil {
		r.by[way] = &Related[V]{}
	}
	return r.by[way]
}
