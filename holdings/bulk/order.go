package bulk

import (
	"context"
	"fmt"
	"slices"

	"entgo.io/ent/dialect/sql"

	"autoholdings/ent"
	"autoholdings/ent/portfolio"
	"autoholdings/ent/portfoliosetmember"
	"autoholdings/ent/predicate"
	"autoholdings/holdings"
	"autoholdings/internal/store"
)

// Action is what is done with the portfolios.
type Action string

// The actions.
const (
	Change          Action = "CHANGE"            // what staff decide about them
	Remove          Action = "REMOVE"            // out of the holdings, those that nothing holds
	EndClosedOrders Action = "END_CLOSED_ORDERS" // out of the holdings, those that were kept and that only closed orders hold
	Restore         Action = "RESTORE"           // back into the holdings
	Move            Action = "MOVE"              // to another, local collection
)

// Actions are all actions.
var Actions = []Action{Change, Remove, EndClosedOrders, Restore, Move}

// Order is what to do with which portfolios.
type Order struct {
	Action Action
	Select Selection            // unless Lines says which
	Change holdings.StaffChange // of each selected portfolio, for Change
	Lines  *Lines               // of a file: which portfolios, and the change of each; nil: Select and Change
	Target *ent.Collection      // for Move

	names   map[int64]string     // of collections, by id
	arrived holdings.TitlesThere // for Move: of the portfolios that this order has moved to the target
}

// Forget forgets what was decided so far, so that it can be decided anew.
func (o *Order) Forget() { o.arrived = nil }

// Selection is some portfolios: exactly one field is set.
type Selection struct {
	Filter *holdings.PortfolioFilter
	IDs    []int64 // sorted
	SetID  int64   // a set that lists its portfolios
}

// where is the selection within a collection, as conditions that name the id first where it is a list.
func (sel Selection) where(action Action, collectionID int64) []predicate.Portfolio {
	switch {
	case sel.Filter != nil:
		f := *sel.Filter
		if action == Restore {
			f.Removed = true
		}
		if collectionID != 0 {
			if f.CollectionID != 0 && f.CollectionID != collectionID {
				return nothing
			}
			f.CollectionID = collectionID
		}
		return f.Where()
	case sel.SetID != 0:
		return append(inCollection(collectionID), inSet(sel.SetID))
	case len(sel.IDs) > 0:
		return append(inCollection(collectionID), portfolio.IDIn(sel.IDs...))
	default:
		return nothing // a selection that says nothing selects nothing
	}
}

// nothing is the condition that no portfolio meets.
var nothing = []predicate.Portfolio{func(s *sql.Selector) { s.Where(sql.False()) }}

func inCollection(id int64) []predicate.Portfolio {
	if id == 0 {
		return nil
	}
	return []predicate.Portfolio{portfolio.CollectionID(id)}
}

// inSet is the condition that a portfolio is listed in a set.
func inSet(setID int64) predicate.Portfolio {
	return func(s *sql.Selector) {
		m := sql.Table(portfoliosetmember.Table)
		s.Where(sql.In(s.C(portfolio.FieldID), sql.Select(m.C(portfoliosetmember.FieldPortfolioID)).From(m).
			Where(sql.EQ(m.C(portfoliosetmember.FieldPortfolioSetID), setID))))
	}
}

// CollectionsOf returns the collections of the selected portfolios, sorted by id.
func (s *Service) CollectionsOf(ctx context.Context, client *ent.Client, action Action, sel Selection) (ids []int64, err error) {
	find := func(where ...predicate.Portfolio) error {
		var found []int64
		err := client.Portfolio.Query().Where(where...).Unique(true).Select(portfolio.FieldCollectionID).Scan(ctx, &found)
		if err != nil {
			return fmt.Errorf("look up the collections of the portfolios: %w", err)
		}
		ids = append(ids, found...)
		return nil
	}
	if sel.IDs == nil {
		if err := find(sel.where(action, 0)...); err != nil {
			return nil, err
		}
	}
	for chunk := range slices.Chunk(sel.IDs, store.IDsAtOnce) {
		if err := find(portfolio.IDIn(chunk...)); err != nil {
			return nil, err
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// missingOf counts the ids that name no portfolio.
func missingOf(ctx context.Context, client *ent.Client, ids []int64) (missing int, err error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	missing = len(ids)
	for chunk := range slices.Chunk(ids, store.IDsAtOnce) {
		n, err := client.Portfolio.Query().Where(portfolio.IDIn(chunk...)).Count(ctx)
		if err != nil {
			return 0, fmt.Errorf("look up portfolios: %w", err)
		}
		missing -= n
	}
	return missing, nil
}

// idsIn returns the portfolios of a collection that the order is about and that come after one, sorted by id.
func (s *Service) idsIn(ctx context.Context, o *Order, collectionID, after int64) (ids []int64, err error) {
	switch {
	case o.Lines != nil:
		for _, t := range o.Lines.ByCollection[collectionID] {
			if t.Portfolio > after {
				ids = append(ids, t.Portfolio)
			}
		}
		return ids, nil
	case o.Select.IDs != nil:
		for chunk := range slices.Chunk(o.Select.IDs, store.IDsAtOnce) {
			found, err := s.store.Read.Portfolio.Query().Where(portfolio.IDIn(chunk...), portfolio.CollectionID(collectionID),
				portfolio.IDGT(after)).
				IDs(ctx)
			if err != nil {
				return nil, fmt.Errorf("look up the portfolios: %w", err)
			}
			ids = append(ids, found...)
		}
	default:
		where := append(o.Select.where(o.Action, collectionID), portfolio.IDGT(after))
		if ids, err = s.store.Read.Portfolio.Query().Where(where...).IDs(ctx); err != nil {
			return nil, fmt.Errorf("look up the portfolios: %w", err)
		}
	}
	slices.Sort(ids)
	return ids, nil
}
