package holdings

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// formerPortfolios reads from the report of an interrupted run what the keys of the portfolios that it changed were
// before, by their index.
func formerPortfolios(
	ctx context.Context, s *store.Store, part *Part, portfolios *plan.ChunkedList[plan.HeldPortfolio],
) (map[int32]*plan.FormerPortfolio, error) {
	rows, err := s.Query(ctx, `SELECT portfolio_id, action, field, line, value_kind, old_value, new_value FROM job_changes
		WHERE part_id = ? AND portfolio_id IS NOT NULL AND action IN ('ADD', 'UPDATE', 'WAIT', 'REMOVE', 'KEEP', 'WITHDRAW', 'DIVERGES')
		ORDER BY id`, part.ID)
	if err != nil {
		return nil, fmt.Errorf("read what an interrupted run has written: %w", err)
	}
	defer rows.Close()
	var unreadable error
	former, byID := map[int32]*plan.FormerPortfolio{}, portfoliosByID(portfolios)
	values, said := map[int32]plan.DivergingValues{}, map[int32]plan.Values{}
	for rows.Next() {
		var id int64
		var line int32
		var action plan.Action
		var field string
		var was plan.Values
		if err := rows.Scan(&id, &action, &field, &line, &was.Kind, &was.Old, &was.New); err != nil {
			return nil, fmt.Errorf("read what an interrupted run has written: %w", err)
		}
		index, ok := byID[id]
		if !ok || was.Kind == plan.FurtherValues {
			continue
		}
		f := former[index]
		if f == nil {
			h := portfolios.At(index)
			f = &plan.FormerPortfolio{Identity: h.Identity, Round: h.RoundOf()}
			former[index] = f
		}
		switch {
		case was.Kind == plan.OwnValues:
			said[index] = was
		case field == "":
			unreadable = errors.Join(unreadable, f.Before(portfolios.At(index), action, line, was))
		case was.Kind == plan.TextValues:
			if values[index] == nil {
				values[index] = plan.DivergingValues{}
			}
			values[index][field] = was.Old
		}
	}
	if err := errors.Join(unreadable, rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	if err := sayFormer(ctx, s, portfolios, said, values); err != nil {
		return nil, err
	}
	for index, own := range values {
		former[index].ApplyDiverging(own)
	}
	return former, nil
}

// sayFormer adds what the profile's list said before where the run has changed that: it is matched with its own keys first.
func sayFormer(
	ctx context.Context, s *store.Store, portfolios *plan.ChunkedList[plan.HeldPortfolio], said map[int32]plan.Values,
	values map[int32]plan.DivergingValues,
) error {
	for chunk := range slices.Chunk(slices.Sorted(maps.Keys(said)), store.IDsAtOnce) {
		ids := make([]int64, len(chunk))
		for i, index := range chunk {
			ids[i] = portfolios.At(index).ID
		}
		shown, err := loadStored(ctx, s.Query, ids)
		if err != nil {
			return err
		}
		for i, index := range chunk {
			before, err := plan.ParseDivergingValues(said[index].Old)
			if err != nil {
				return err
			}
			since, err := plan.ParseDivergingValues(said[index].New)
			if err != nil {
				return err
			}
			former := plan.DivergingValues{}
			for field := range since { // it was as the portfolio was, unless what follows says otherwise
				former[field] = shown[ids[i]].Values[plan.TitleColumnNamed(field)]
			}
			maps.Copy(former, values[index])
			maps.Copy(former, before)
			values[index] = former
		}
	}
	return nil
}

// rejoinSuccessors finds the titles that an interrupted run added as successors of portfolios that have yet to leave.
func (w *portfolioTarget) rejoinSuccessors(ctx context.Context) error {
	byID := map[int64]int32{}
	for title, portfolio := range w.plan.Follows.Predecessor {
		if pair := w.plan.Pairs[title]; pair != plan.Unpaired {
			byID[w.plan.Portfolios.At(pair).ID] = portfolio
		}
	}
	if len(byID) == 0 {
		return nil
	}
	rows, err := w.out.Store.Query(ctx, `SELECT portfolio_id, title, title_id FROM job_changes
		WHERE part_id = ? AND action = 'ADD' AND field = '' AND portfolio_id IS NOT NULL`, w.out.Part.ID)
	if err != nil {
		return fmt.Errorf("read what an interrupted run has added: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r plan.Related
		if err := rows.Scan(&r.PortfolioID, &r.Title, &r.TitleID); err != nil {
			return fmt.Errorf("read what an interrupted run has added: %w", err)
		}
		if portfolio, ok := byID[r.PortfolioID]; ok {
			w.successors[portfolio] = r
		}
	}
	return rows.Err()
}
