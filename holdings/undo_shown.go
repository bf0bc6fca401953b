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

// portfolio is what was shown of a portfolio; nil: nothing.
func (s *ShownUndo) portfolio(id int64) *shownPortfolio {
	if s == nil {
		return nil
	}
	return s.portfolios[id]
}

// Portfolio tells what a portfolio would be called by now, and whether it would be out of the holdings. known is false for one of
// which nothing was shown.
func (s *ShownUndo) Portfolio(id int64) (title plan.Citation, hidden, known bool) {
	shown := s.portfolio(id)
	if shown == nil {
		return title, false, false
	}
	return plan.CitationOf(&shown.now.Values), shown.now.RemovedAt != nil, true
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
	holders, err := s.holders(ctx, tx, part.ProfileID, ids)
	for _, id := range ids {
		now.others[id] = holders[id]
	}
	return err
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

// nobody is the id of no profile; 0 stands for the library's own.
const nobody = -1

// holders tells what would hold portfolios by now besides a profile.
func (s *ShownUndo) holders(ctx context.Context, tx *store.Tx, besides int64, ids []int64) (map[int64]otherHolder, error) {
	found := map[int64]otherHolder{}
	if len(ids) == 0 {
		return found, nil
	}
	placeholders, args := store.InList(ids)
	rows, err := tx.SQL.QueryContext(ctx, `SELECT portfolio_id, COALESCE(profile_id, 0), active, waiting <> '' FROM entitlements
		WHERE portfolio_id IN `+placeholders, args...)
	if err != nil {
		return nil, fmt.Errorf("read what holds the portfolios: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, profile int64
		var held heldAs
		if err := rows.Scan(&id, &profile, &held.active, &held.waits); err != nil {
			return nil, fmt.Errorf("read what holds the portfolios: %w", err)
		}
		if shown := s.portfolio(id); shown != nil {
			if as, known := shown.held[profile]; known {
				held = as
			}
		}
		if profile != besides && (held.active || held.waits) {
			o := found[id]
			found[id] = otherHolder{any: true, profile: o.profile || held.active && profile != 0}
		}
	}
	return found, rows.Err()
}
