package holdings

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// dbTexts reads texts of portfolios from the database.
type dbTexts struct {
	ctx        context.Context
	store      *store.Store
	portfolios *plan.ChunkedList[plan.HeldPortfolio]
}

func (d *dbTexts) Twins(portfolios []int32) (map[int32]plan.TwinOrder, error) {
	texts := map[int32]plan.TwinOrder{}
	err := d.eachOf(portfolios, "monograph_volume, monograph_edition, title_id", func(i int32, text []string) { texts[i] = text })
	return texts, err
}

func (d *dbTexts) URLs(portfolios []int32) (map[int32]uint64, error) {
	urls := make(map[int32]uint64, len(portfolios))
	err := d.eachOf(portfolios, "title_url", func(i int32, text []string) { urls[i] = plan.URLHash(text[0]) })
	return urls, err
}

// eachOf calls fn with these columns of each portfolio.
func (d *dbTexts) eachOf(portfolios []int32, columns string, fn func(i int32, text []string)) error {
	ids := make([]int64, len(portfolios))
	byID := make(map[int64]int32, len(portfolios))
	for n, i := range portfolios {
		ids[n] = d.portfolios.At(i).ID
		byID[ids[n]] = i
	}
	for batch := range slices.Chunk(ids, 2000) {
		placeholders, args := store.InList(batch)
		rows, err := d.store.Query(d.ctx, "SELECT id, "+columns+" FROM portfolios WHERE id IN "+placeholders, args...)
		if err != nil {
			return fmt.Errorf("read the portfolios: %w", err)
		}
		for rows.Next() {
			var id int64
			text := make([]string, 1+strings.Count(columns, ","))
			targets := []any{&id}
			for i := range text {
				targets = append(targets, &text[i])
			}
			if err := rows.Scan(targets...); err != nil {
				return errors.Join(fmt.Errorf("read the portfolios: %w", err), rows.Close())
			}
			fn(byID[id], text)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return fmt.Errorf("read the portfolios: %w", err)
		}
	}
	return nil
}
