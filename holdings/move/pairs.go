package move

import (
	"context"
	"fmt"
	"slices"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// Pair is a portfolio and the one that follows it: a journal under a new name, or a record that took another one's place.
type Pair struct {
	FromID int64 `json:"fromId"`
	ToID   int64 `json:"toId"`
}

// PlanPairs plans to move all that hangs on some portfolios to others that a person names: PO lines, licenses and what
// staff put on them. Those that it moves from may be out of the holdings. sameTitle: each pair is one title. Each
// portfolio is moved from at most once, and none is moved to that is moved from. Pairs of which one was deleted are left
// out.
func (s *Service) PlanPairs(ctx context.Context, pairs []Pair, sameTitle bool) (*Plan, error) {
	p := &Plan{
		rules:   Rules{POLines: true, Licenses: true, IncludeInaccessible: true, Staff: true, SameTitle: sameTitle},
		sources: map[int64]*plan.ChunkedList[movable]{}, candidates: map[int64]map[int32][]int32{},
		passedOver: map[int64]map[int32][]int32{}, names: map[int64]string{}, additional: map[int64][]int64{},
		additionalThere: map[int64][]int64{}, whole: map[int64]ordered{},
	}
	toOf, from, to := map[int64]int64{}, []int64{}, []int64{}
	for _, pair := range pairs {
		toOf[pair.FromID] = pair.ToID
		from, to = append(from, pair.FromID), append(to, pair.ToID)
	}
	if err := s.readByID(ctx, p.rules, to, &p.targets); err != nil {
		return nil, err
	}
	collectionOf, err := s.collectionsOf(ctx, from)
	if err != nil {
		return nil, err
	}
	if err := s.nameTargets(ctx, p, to); err != nil {
		return nil, err
	}
	for chunk := range slices.Chunk(slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(from), to...)))), store.IDsAtOnce) {
		if err := additionalOf(ctx, s.store.Query, chunk, p.additional); err != nil {
			return nil, err
		}
	}
	var sources plan.ChunkedList[movable]
	if err := s.readByID(ctx, p.rules, from, &sources); err != nil {
		return nil, err
	}
	for i := range int32(sources.Len()) {
		m := sources.At(i)
		pair, there := indexOf(&p.targets, toOf[m.id])
		if !there {
			continue
		}
		m.pair = pair
		collection := collectionOf[m.id]
		if p.sources[collection] == nil {
			p.sources[collection] = &plan.ChunkedList[movable]{}
			p.rules.SourceIDs = append(p.rules.SourceIDs, collection)
		}
		p.sources[collection].Add(*m)
	}
	slices.Sort(p.rules.SourceIDs)
	for _, id := range p.rules.SourceIDs {
		p.foresee(p.sources[id])
	}
	return p, nil
}

// WithSomething returns those pairs of which something hangs on the portfolio that is moved from.
func (s *Service) WithSomething(ctx context.Context, pairs []Pair) (some []Pair, err error) {
	for chunk := range slices.Chunk(pairs, store.IDsAtOnce) {
		ids := make([]int64, len(chunk))
		for i, pair := range chunk {
			ids[i] = pair.FromID
		}
		has, err := store.IDSet(ctx, s.store.Query, `SELECT p.id FROM portfolios p WHERE (p.local_values <> '' OR p.access_rights <> ''
			OR p.license_id IS NOT NULL OR EXISTS (SELECT 1 FROM po_lines l WHERE l.portfolio_id = p.id)
			OR EXISTS (SELECT 1 FROM additional_licenses a WHERE a.portfolio_id = p.id)) AND p.id IN `, ids)
		if err != nil {
			return nil, fmt.Errorf("look for what is to be moved: %w", err)
		}
		for _, pair := range chunk {
			if has[pair.FromID] {
				some = append(some, pair)
			}
		}
	}
	return some, nil
}

// Sources are the collections from which the plan moves something, in the order in which they are moved.
func (p *Plan) Sources() []int64 { return p.rules.SourceIDs }

// readByID reads portfolios in the order of their ids.
func (s *Service) readByID(ctx context.Context, rules Rules, ids []int64, portfolios *plan.ChunkedList[movable]) error {
	for chunk := range slices.Chunk(slices.Compact(slices.Sorted(slices.Values(ids))), store.IDsAtOnce) {
		placeholders, args := store.InList(chunk)
		if err := readMovables(ctx, s.store, rules, portfolios, "p.id IN "+placeholders, args...); err != nil {
			return err
		}
	}
	return nil
}

// collectionsOf returns the collections of portfolios, by portfolio.
func (s *Service) collectionsOf(ctx context.Context, ids []int64) (map[int64]int64, error) {
	found := map[int64]int64{}
	for chunk := range slices.Chunk(ids, store.IDsAtOnce) {
		placeholders, args := store.InList(chunk)
		rows, err := s.store.Query(ctx, `SELECT id, collection_id FROM portfolios WHERE id IN `+placeholders, args...)
		if err != nil {
			return nil, fmt.Errorf("read the collections of portfolios: %w", err)
		}
		for rows.Next() {
			var id, collection int64
			if err := rows.Scan(&id, &collection); err != nil {
				return nil, fmt.Errorf("read the collections of portfolios: %w", err)
			}
			found[id] = collection
		}
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("read the collections of portfolios: %w", err)
		}
	}
	return found, nil
}

// nameTargets finds the names of the targets' collections.
func (s *Service) nameTargets(ctx context.Context, p *Plan, targets []int64) error {
	collectionOf, err := s.collectionsOf(ctx, targets)
	if err != nil {
		return err
	}
	rows, err := s.store.Read.Collection.Query().All(ctx)
	if err != nil {
		return fmt.Errorf("read the collections: %w", err)
	}
	names := map[int64]string{}
	for _, c := range rows {
		names[c.ID] = c.Name
	}
	for target, collection := range collectionOf {
		p.names[target] = names[collection]
	}
	return nil
}
