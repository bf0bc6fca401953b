package move

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"autoholdings/holdings/plan"
)

// Difference is how a plan differs from the preview that a person agreed to.
type Difference struct {
	Portfolios int      // how many differ
	Titles     []string // the first of them, titlesNamed at most
	Now        plan.MoveCounts
}

// titlesNamed is how many of the titles that differ are named.
const titlesNamed = 3

func (d *Difference) add(title string) {
	d.Portfolios++
	if len(d.Titles) < titlesNamed {
		d.Titles = append(d.Titles, title)
	}
}

// CompareMove compares a plan with a preview, portfolio by portfolio. previews has the preview's parts by collection.
// From then on ApplyMove leaves the portfolios that differ as they are. Titles and names are not compared, nor are
// portfolios without anything to move.
func (s *Service) CompareMove(ctx context.Context, plan *Plan, previews map[int64]int64) (Difference, error) {
	c := &moveComparison{service: s, plan: plan}
	plan.changed, plan.wholeChanged = map[int64]bool{}, map[int64]bool{}
	for _, collectionID := range plan.rules.SourceIDs {
		if err := c.compare(ctx, collectionID, previews[collectionID]); err != nil {
			return Difference{}, err
		}
	}
	plan.shown = nil
	return c.found, nil
}

type moveComparison struct {
	service *Service
	plan    *Plan
	found   Difference
}

func (c *moveComparison) compare(ctx context.Context, collectionID, previewPart int64) error {
	before, whole, err := c.read(ctx, previewPart)
	if err != nil {
		return err
	}
	if err := c.compareWhole(ctx, collectionID, whole); err != nil {
		return err
	}
	for from := 0; from < c.plan.portfoliosOf(collectionID).Len(); from += c.service.holdings.BatchTitles {
		batch := c.plan.batch(collectionID, from, c.service.holdings.BatchTitles, func(int64) bool { return true })
		b, err := c.show(ctx, batch)
		if err != nil {
			return err
		}
		now := b.signatures()
		for _, m := range batch.sources {
			if now[m.id] != before[m.id] {
				c.plan.changed[m.id] = true
				c.found.add(b.portfolios[m.id].Title)
			}
			delete(before, m.id)
		}
	}
	return c.addGone(ctx, slices.Sorted(maps.Keys(before)))
}

// compareWhole compares what happens to the PO lines that order a collection itself.
func (c *moveComparison) compareWhole(ctx context.Context, collectionID int64, before uint64) error {
	name, err := collectionName(ctx, c.service.store.Query, collectionID)
	if err != nil {
		return err
	}
	b, now := newMoveBatch(c.plan), uint64(0)
	b.decideWhole(collectionID, name)
	counts := plan.Counts{Move: &c.found.Now}
	for _, row := range b.found {
		counts.CountMove(row.action)
		now += plan.MoveSignature(row.action, row.values)
	}
	if now != before {
		c.plan.wholeChanged[collectionID] = true
		c.found.add(name)
	}
	return nil
}

// read reads what a preview shows about each portfolio, and about the collection itself. Of a portfolio that has been
// deleted since, only the title is left.
func (c *moveComparison) read(ctx context.Context, part int64) (found map[int64]uint64, whole uint64, err error) {
	rows, err := c.service.store.Query(ctx,
		`SELECT portfolio_id, action, title, value_kind, old_value, new_value FROM job_changes WHERE part_id = ? AND action <> ? ORDER BY id`,
		part, string(plan.NothingToMove))
	if err != nil {
		return nil, 0, fmt.Errorf("read the preview: %w", err)
	}
	defer rows.Close()
	found = map[int64]uint64{}
	for rows.Next() {
		var id sql.NullInt64
		var action, title string
		var values plan.Values
		if err := rows.Scan(&id, &action, &title, &values.Kind, &values.Old, &values.New); err != nil {
			return nil, 0, fmt.Errorf("read the preview: %w", err)
		}
		if _, to, ok := values.Moved(); ok && to.Whole != 0 {
			whole += plan.MoveSignature(plan.Action(action), values)
			continue
		}
		if !id.Valid {
			c.found.add(title)
			continue
		}
		found[id.Int64] += plan.MoveSignature(plan.Action(action), values)
	}
	return found, whole, rows.Err()
}

// show decides what happens to the portfolios, as a preview would now.
func (c *moveComparison) show(ctx context.Context, batch sourceBatch) (*moveBatch, error) {
	b, err := loadMoveBatch(ctx, c.service.store.Query, c.plan, batch)
	if err != nil {
		return nil, err
	}
	if err := b.loadStaff(ctx, c.service.store.Read, c.service.store.Query, batch); err != nil {
		return nil, err
	}
	for i, m := range batch.sources {
		b.decide(m, batch.candidates[i], batch.passedOver[i])
	}
	counts := plan.Counts{Move: &c.found.Now}
	counts.Move.Portfolios += len(batch.sources)
	for _, row := range b.found {
		counts.CountMove(row.action)
	}
	return b, nil
}

// signatures returns a hash of what the report says about each portfolio that has anything to move.
func (b *moveBatch) signatures() map[int64]uint64 {
	found := map[int64]uint64{}
	for _, row := range b.found {
		if row.action != plan.NothingToMove {
			found[row.portfolio] += plan.MoveSignature(row.action, row.values)
		}
	}
	return found
}

// addGone adds portfolios that are no longer in the holdings.
func (c *moveComparison) addGone(ctx context.Context, ids []int64) error {
	named := ids[:min(len(ids), titlesNamed)]
	portfolios, err := c.service.holdings.PortfoliosByID(ctx, named)
	if err != nil {
		return err
	}
	for _, id := range named {
		title := ""
		if p := portfolios[id]; p != nil {
			title = p.PublicationTitle
		}
		c.found.add(title)
	}
	c.found.Portfolios += len(ids) - len(named)
	return ctx.Err()
}
