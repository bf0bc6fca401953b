package holdings

import (
	"context"
	"fmt"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// ShownUndo is what the parts of an undo's preview have shown so far. A later part reverses what it finds by then, and none of that
// is in the database.
type ShownUndo struct {
	Last       bool // no part follows, so nothing more need be known
	portfolios map[int64]*shownPortfolio
}

// NewShownUndo begins a preview.
func NewShownUndo() *ShownUndo { return &ShownUndo{portfolios: map[int64]*shownPortfolio{}} }

// shownPortfolio is a portfolio as it would be by now.
type shownPortfolio struct {
	now     plan.StoredPortfolio // without an entitlement
	held    map[int64]heldAs     // by those profiles whose entitlement was reversed; 0: the library's own
	changes []shownChange        // the oldest first
}

// heldAs is an entitlement as it would be by now.
type heldAs struct{ active, waits bool }

// shownChange is a change of title columns. Entitlements keep what their own lists say.
type shownChange struct {
	valueChange
	profile int64 // whose part it was: what its own list says is restored
	all     bool  // its entitlement, too, keeps what its list says
}

// note notes what was shown of a portfolio, which is p before that.
func (s *ShownUndo) note(id int64, p *plan.StoredPortfolio, note func(*shownPortfolio)) {
	if s.Last {
		return
	}
	if s.portfolios[id] == nil {
		s.portfolios[id] = &shownPortfolio{now: *p, held: map[int64]heldAs{}}
		s.portfolios[id].now.Coverage, s.portfolios[id].now.EntitlementState = nil, plan.EntitlementState{}
	}
	note(s.portfolios[id])
}

// Portfolio tells what a portfolio would be called by now, and whether it would be out of the holdings. known is false for one of
// which nothing was shown.
func (s *ShownUndo) Portfolio(id int64) (title plan.Citation, hidden, known bool) {
	if s == nil || s.portfolios[id] == nil {
		return title, false, false
	}
	now := &s.portfolios[id].now
	return plan.CitationOf(&now.Values), now.RemovedAt != nil, true
}

// foresee brings portfolios, as they are in the database, in the state in which a part would find them.
func (s *ShownUndo) foresee(ctx context.Context, tx *store.Tx, part *Part, now *reversing) error {
	if s == nil {
		return nil
	}
	var ids []int64
	for id, p := range now.there {
		shown := s.portfolios[id]
		if shown == nil {
			continue
		}
		ids = append(ids, id)
		coverage, own := p.Coverage, now.entitlements[id]
		*p = shown.now
		if own.id != 0 {
			own.EntitlementState = shown.said(part.ProfileID, own.EntitlementState)
			now.entitlements[id] = own
		}
		p.Coverage, p.EntitlementState = coverage, own.EntitlementState
	}
	return s.foreseeHolders(ctx, tx, part, ids, now)
}

// said is an entitlement with what its list says beside what the portfolio would show by now.
func (s *shownPortfolio) said(profile int64, e plan.EntitlementState) plan.EntitlementState {
	o := otherEntitlement{own: e.Own, hash: e.OwnHash}
	for i := range s.changes {
		if c := &s.changes[i]; c.all || c.profile != profile {
			o.keep(&c.valueChange)
		}
	}
	e.Own, e.OwnHash = o.own, o.hash
	return e
}

// foreseeHolders tells what else would hold the portfolios by now.
func (s *ShownUndo) foreseeHolders(ctx context.Context, tx *store.Tx, part *Part, ids []int64, now *reversing) error {
	if len(ids) == 0 {
		return nil
	}
	placeholders, args := store.InList(ids)
	rows, err := tx.SQL.QueryContext(ctx, `SELECT portfolio_id, COALESCE(profile_id, 0), active, waiting <> '' FROM entitlements
		WHERE portfolio_id IN `+placeholders, args...)
	if err != nil {
		return fmt.Errorf("read what else holds the portfolios: %w", err)
	}
	defer rows.Close()
	for _, id := range ids {
		delete(now.others, id)
	}
	for rows.Next() {
		var id, profile int64
		var held heldAs
		if err := rows.Scan(&id, &profile, &held.active, &held.waits); err != nil {
			return fmt.Errorf("read what else holds the portfolios: %w", err)
		}
		if shown, known := s.portfolios[id].held[profile]; known {
			held = shown
		}
		if profile != part.ProfileID && (held.active || held.waits) {
			o := now.others[id]
			now.others[id] = otherHolder{any: true, profile: o.profile || held.active && profile != 0}
		}
	}
	return rows.Err()
}
