package holdings

import (
	"context"
	"errors"
	"fmt"

	"autoholdings/internal/store"
)

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
