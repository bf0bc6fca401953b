package holdings

import (
	"context"
	"errors"
	"fmt"

	"autoholdings/internal/store"
)

// A run that was interrupted has written a share of its plan. The plan of the run that goes on must not take that share
// for what was there before: a title that was added because nobody could tell which portfolio it is would settle the
// question, and what it might have been would leave. So the portfolios take part in the pairing as they were before the
// part began.

// formerPortfolio is a portfolio that the interrupted run changed, as it was before.
type formerPortfolio struct {
	identity
	round   uint8
	others  bool  // the profile had no entitlement to it: its keys were those of others
	created int32 // line of the title that it was made for; 0: it was there before
}

// formerPortfolios reads from the report of an interrupted run what it changed in the keys of portfolios, by their
// place.
func formerPortfolios(ctx context.Context, s *store.Store, part *Part, portfolios *chunked[held]) (map[int32]*formerPortfolio, error) {
	rows, err := s.Query(ctx, `SELECT portfolio_id, action, field, line, value_kind, old_value FROM job_changes
		WHERE part_id = ? AND portfolio_id IS NOT NULL AND action IN ('ADD', 'UPDATE', 'WAIT', 'REMOVE', 'KEEP', 'WITHDRAW')
		ORDER BY id`, part.ID)
	if err != nil {
		return nil, fmt.Errorf("read what an interrupted run has written: %w", err)
	}
	defer rows.Close()
	var unreadable error
	former, byID := map[int32]*formerPortfolio{}, portfoliosByID(portfolios)
	values := map[int32]ownValues{}
	for rows.Next() {
		var id int64
		var line int32
		var action Action
		var field string
		var was Values
		if err := rows.Scan(&id, &action, &field, &line, &was.Kind, &was.Old); err != nil {
			return nil, fmt.Errorf("read what an interrupted run has written: %w", err)
		}
		index, ok := byID[id]
		if !ok {
			continue
		}
		f := former[index]
		if f == nil {
			h := portfolios.at(index)
			f = &formerPortfolio{identity: h.identity, round: h.roundOf()}
			former[index] = f
		}
		switch {
		case field == "":
			unreadable = errors.Join(unreadable, f.before(portfolios.at(index), action, line, was))
		case was.Kind == TextValues:
			if values[index] == nil {
				values[index] = ownValues{}
			}
			values[index][field] = was.Old
		}
	}
	for index, own := range values {
		former[index].overlayValues(own)
	}
	return former, errors.Join(unreadable, rows.Err())
}

// before takes the line of the report that says what became of the portfolio as a whole.
func (f *formerPortfolio) before(h *held, action Action, line int32, was Values) error {
	state, err := was.state()
	switch {
	case err != nil:
		return err
	case action == Add && was.Old == "":
		f.created = line
	case action == Add && state.RemovedAt != nil:
		f.round, f.others = lastRound, state.Entitled == "" && h.someoneElse
	case action == Add && !h.elsewhere && (state.Entitled != "" || h.everListed):
		f.round, f.others = 1, state.Entitled == "" && h.someoneElse
	case action == Add:
		f.round, f.others = 0, state.Entitled == "" && h.someoneElse
	case state.Waiting != "" && !h.elsewhere: // it had waited already, and left
		f.round = 1
	default:
		f.round = 0
	}
	return nil
}

// at is the identity under which a portfolio takes part in the pairing.
func (in *planned) at(h *held, i int32) *identity {
	if f := in.former[i]; f != nil {
		return &f.identity
	}
	return &h.identity
}

func (in *planned) roundOf(h *held, i int32) uint8 {
	if f := in.former[i]; f != nil {
		return f.round
	}
	return h.roundOf()
}

// byOthersKeys says whether a portfolio takes part under the keys of other entitlements: the part's profile had none to
// it.
func (in *planned) byOthersKeys(h *held, i int32) bool {
	if f := in.former[i]; f != nil {
		return f.others
	}
	return h.entitlement == 0 && h.someoneElse
}

// hadKey says whether a portfolio had an identifier before this list.
func (in *planned) hadKey(h *held, i int32, key uint64) bool {
	if f := in.former[i]; f != nil && f.created != 0 {
		return false
	}
	return in.at(h, i).hasKey(key)
}

// leaveOut takes the portfolios out of the pairing that an interrupted run made.
func (in *planned) leaveOut(portfolios *side) {
	for i, f := range in.former {
		portfolios.out[i] = portfolios.out[i] || f.created != 0
	}
}

// rejoin pairs the titles with the portfolios that an interrupted run made for them, by the line of the list: it is of
// the same bytes.
func (in *planned) rejoin(l *list, titles, portfolios *side) {
	byLine := map[int32]int32{}
	for i, f := range in.former {
		if f.created != 0 {
			byLine[f.created] = i
		}
	}
	if len(byLine) == 0 {
		return
	}
	for title := range titles.pair {
		portfolio, ok := byLine[l.titles.at(int32(title)).line]
		if !ok {
			continue
		}
		if other := titles.pair[title]; other != unpaired {
			portfolios.pair[other] = unpaired
		}
		titles.pair[title], portfolios.pair[portfolio] = portfolio, int32(title)
	}
}

// open says whether a title had no portfolio of its own before this list.
func (in *planned) open(pair int32) bool {
	f := in.former[pair]
	return pair == unpaired || f != nil && f.created != 0
}

// rejoinSuccessors finds the names of titles that an interrupted run added and that go on from portfolios which are
// still to leave.
func (w *portfolioTarget) rejoinSuccessors(ctx context.Context) error {
	byID := map[int64]int32{}
	for title, portfolio := range w.plan.follows.predecessor {
		if pair := w.plan.pair[title]; pair != unpaired {
			byID[w.plan.held.at(pair).id] = portfolio
		}
	}
	if len(byID) == 0 {
		return nil
	}
	rows, err := w.out.store.Query(ctx, `SELECT portfolio_id, title, title_id FROM job_changes
		WHERE part_id = ? AND action = 'ADD' AND field = '' AND portfolio_id IS NOT NULL`, w.out.part.ID)
	if err != nil {
		return fmt.Errorf("read what an interrupted run has added: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r Related
		if err := rows.Scan(&r.PortfolioID, &r.Title, &r.TitleID); err != nil {
			return fmt.Errorf("read what an interrupted run has added: %w", err)
		}
		if portfolio, ok := byID[r.PortfolioID]; ok {
			w.successors[portfolio] = r
		}
	}
	return rows.Err()
}
