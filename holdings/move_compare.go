package holdings

import (
	"context"
	"database/sql"
	"fmt"
)

// MoveDifference is how a plan differs from the preview that a person agreed to.
type MoveDifference struct {
	Portfolios int      // how many differ
	Titles     []string // the first of them, titlesNamed at most
	Now        MoveCounts
}

// titlesNamed is how many of the titles that differ are named.
const titlesNamed = 3

func (d *MoveDifference) add(title string) {
	d.Portfolios++
	if len(d.Titles) < titlesNamed {
		d.Titles = append(d.Titles, title)
	}
}

// CompareMove compares a plan with a preview, portfolio by portfolio: previews are its parts by collection. From then on
// ApplyMove leaves the portfolios that differ as they are. What things are called plays no part, nor do portfolios
// without anything to move.
func (s *Service) CompareMove(ctx context.Context, plan *MovePlan, previews map[int64]int64) (MoveDifference, error) {
	c := &moveComparison{service: s, plan: plan}
	plan.changed = map[int64]bool{}
	for _, collectionID := range plan.rules.SourceIDs {
		if err := c.compare(ctx, collectionID, previews[collectionID]); err != nil {
			return MoveDifference{}, err
		}
	}
	return c.found, nil
}

type moveComparison struct {
	service *Service
	plan    *MovePlan
	found   MoveDifference
}

// shown is what a preview shows of one portfolio.
type shown struct {
	signature uint64
	title     string
}

func (c *moveComparison) compare(ctx context.Context, collectionID, previewPart int64) error {
	before, err := c.read(ctx, previewPart)
	if err != nil {
		return err
	}
	for from := 0; from < c.plan.sources[collectionID].len(); from += c.service.BatchTitles {
		batch := c.plan.batch(collectionID, from, c.service.BatchTitles, func(int64) bool { return true })
		now, err := c.show(ctx, batch)
		if err != nil {
			return err
		}
		for _, m := range batch.sources {
			if now[m.id].signature != before[m.id].signature {
				c.plan.changed[m.id] = true
				c.found.add(now[m.id].title)
			}
			delete(before, m.id)
		}
	}
	for _, gone := range before {
		c.found.add(gone.title)
	}
	return ctx.Err()
}

// read reads a preview's part. Where a portfolio was deleted since, its line has none, and stands under a negative number.
func (c *moveComparison) read(ctx context.Context, part int64) (map[int64]shown, error) {
	rows, err := c.service.store.Query(ctx, `SELECT portfolio_id, action, title, old_value, new_value FROM job_changes WHERE part_id = ? AND action <> ? ORDER BY id`,
		part, string(NothingToMove))
	if err != nil {
		return nil, fmt.Errorf("read the preview: %w", err)
	}
	defer rows.Close()
	found := map[int64]shown{}
	for rows.Next() {
		var id sql.NullInt64
		var action, title, before, after string
		if err := rows.Scan(&id, &action, &title, &before, &after); err != nil {
			return nil, fmt.Errorf("read the preview: %w", err)
		}
		if !id.Valid {
			id.Int64 = -int64(len(found)) - 1
		}
		found[id.Int64] = shown{found[id.Int64].signature + moveSignature(action, before, after), title}
	}
	return found, rows.Err()
}

// show is what a preview would show of the portfolios now.
func (c *moveComparison) show(ctx context.Context, batch sourceBatch) (map[int64]shown, error) {
	b, err := loadMoveBatch(ctx, c.service.store.Query, c.plan, batch.sources)
	if err != nil {
		return nil, err
	}
	for i, m := range batch.sources {
		b.decide(m, batch.candidates[i])
	}
	counts := Counts{Move: &c.found.Now}
	counts.Move.Portfolios += len(batch.sources)
	found := map[int64]shown{}
	for _, row := range b.found {
		counts.countMove(row.action)
		signature := found[row.portfolio].signature
		if row.action != NothingToMove {
			signature += moveSignature(string(row.action), row.before, row.after)
		}
		found[row.portfolio] = shown{signature, row.title}
	}
	return found, nil
}
