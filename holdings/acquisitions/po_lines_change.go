package acquisitions

import (
	"context"
	"fmt"
	"slices"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/poline"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
	"autoholdings/internal/storable"
	"autoholdings/internal/store"
)

// POLineChange makes, changes or deletes a PO line.
type POLineChange struct {
	ID      int64 // 0: a new one
	Version *int  // that the caller read; nil: any
	Delete  bool
	Input   POLineInput
	Wrong   error // a problem found while reading the id: it is refused for this alone
}

// ChangePOLines makes, changes and deletes PO lines in their order, in one transaction and a fixed number of statements. Each has its
// own outcome; where atomic is set, nothing is done unless all can be. The row of a change that is refused is as stored.
func (s *Service) ChangePOLines(ctx context.Context, changes []POLineChange, atomic bool) ([]holdings.Outcome[ent.POLine], error) {
	m := &manyPOLines{s: s, changes: changes}
	out, done, err := holdings.Together(ctx, s.store, len(changes), atomic, m.plan, m.write)
	for i := range out {
		switch {
		case out[i].Row == nil:
		case !done && out[i].Err == nil:
			out[i].Row = m.stored[out[i].Row.ID] // nil: a new one
		}
	}
	return out, err
}

// manyPOLines are changes of PO lines while they are made.
type manyPOLines struct {
	s       *Service
	changes []POLineChange
	editor  *poLineEditor
	known   *poLineTargets
	stored  map[int64]*ent.POLine // as they were, by id
	gone    []int64
}

// poLineTargets are what PO lines can be attached to, and which numbers are taken.
type poLineTargets struct {
	numbers     map[string]int64 // by whom
	portfolios  map[int64]*ent.Portfolio
	collections map[int64]bool
}

func (m *manyPOLines) plan(ctx context.Context, tx *store.Tx) ([]holdings.Outcome[ent.POLine], error) {
	m.editor, m.stored, m.gone = newPOLineEditor(tx.Now), map[int64]*ent.POLine{}, nil
	if err := m.load(ctx, tx.Client); err != nil {
		return nil, err
	}
	out, named := make([]holdings.Outcome[ent.POLine], len(m.changes)), map[int64]bool{}
	for i := range m.changes {
		c := &m.changes[i]
		if c.Wrong == nil && c.ID != 0 && named[c.ID] {
			c.Wrong = problem.New(problem.BadInput, "input.poLineId", "this PO line is named twice: say all that is to be done to it once")
		}
		named[c.ID] = true
		out[i].Row, out[i].Err = m.one(c)
	}
	return out, nil
}

// load reads the PO lines that are named, those that have their numbers, and what they are or will be attached to.
func (m *manyPOLines) load(ctx context.Context, client *ent.Client) error {
	var ids, portfolios, collections []int64
	var numbers []string
	for i := range m.changes {
		c := &m.changes[i]
		if ids = append(ids, c.ID); c.Delete {
			continue
		}
		if c.ID == 0 && c.Input.Number == nil {
			c.Input.Number = new(string)
		}
		var texts ent.POLine
		fillTexts(&problem.List{}, c.Input.of(&texts))
		if storable.OK(texts.Number) { // another one is refused already
			numbers = append(numbers, texts.Number)
		}
		portfolios, collections = append(portfolios, orZero(c.Input.PortfolioID)), append(collections, orZero(c.Input.CollectionID))
	}
	rows, err := client.POLine.Query().Where(poline.Or(poline.IDIn(ids...), poline.NumberIn(numbers...))).All(ctx)
	if err != nil {
		return fmt.Errorf("look up PO lines: %w", err)
	}
	m.known = &poLineTargets{numbers: map[string]int64{}, portfolios: map[int64]*ent.Portfolio{}, collections: map[int64]bool{}}
	holders := make([]Holder, 0, len(rows)+2*len(portfolios))
	for _, row := range rows {
		m.known.numbers[row.Number] = row.ID
		holders = append(holders, holderOf(row))
		if slices.Contains(ids, row.ID) {
			stored := *row
			m.stored[row.ID] = &stored
			m.editor.put(row)
		}
	}
	for i := range portfolios {
		holders = append(holders, Holder{Portfolio: portfolios[i]}, Holder{Collection: collections[i]})
	}
	if err := m.known.load(ctx, client, portfolios, collections); err != nil {
		return err
	}
	return m.editor.load(ctx, client, holders...)
}

func orZero(id *int64) int64 {
	if id == nil {
		return 0
	}
	return *id
}

func (k *poLineTargets) load(ctx context.Context, client *ent.Client, portfolioIDs, collectionIDs []int64) error {
	portfolios, err := client.Portfolio.Query().Where(portfolio.IDIn(portfolioIDs...)).
		Select(portfolio.FieldID, portfolio.FieldRemovedAt, portfolio.FieldPublicationTitle).All(ctx)
	if err != nil {
		return fmt.Errorf("look up portfolios: %w", err)
	}
	for _, p := range portfolios {
		k.portfolios[p.ID] = p
	}
	collections, err := client.Collection.Query().Where(collection.IDIn(collectionIDs...)).IDs(ctx)
	if err != nil {
		return fmt.Errorf("look up collections: %w", err)
	}
	for _, id := range collections {
		k.collections[id] = true
	}
	return nil
}

// checkAttachable adds a problem if no PO line can be attached to the holder.
func (k *poLineTargets) checkAttachable(problems *problem.List, to Holder) {
	p := k.portfolios[to.Portfolio]
	switch {
	case to.Collection != 0 && !k.collections[to.Collection]:
		problems.Add(problem.NotFound, "input.collectionId", "there is no such collection: it may have been deleted")
	case to.Portfolio == 0:
	case p == nil:
		problems.Add(problem.NotFound, "input.portfolioId", "there is no such portfolio")
	case p.RemovedAt != nil:
		problems.Add(problem.BadInput, "input.portfolioId", outOfHoldings, p.PublicationTitle)
	}
}

// one makes one change in the editor. It returns the row in the editor or, where the change is refused, as stored.
func (m *manyPOLines) one(c *POLineChange) (*ent.POLine, error) {
	if c.Wrong != nil {
		return nil, c.Wrong
	}
	row, isNew := m.editor.rows[c.ID], c.ID == 0
	switch stored := m.stored[c.ID]; {
	case isNew:
		row = &ent.POLine{ID: m.s.store.NextID(), CreatedAt: m.editor.now}
	case stored == nil:
		return nil, problem.New(problem.NotFound, "input.poLineId", "there is no such PO line: it may have been deleted")
	default:
		if err := problem.CheckVersion(fmt.Sprintf("the PO line %q", stored.Number), c.Version, stored.Version); err != nil {
			return stored, err
		}
	}
	if c.Delete {
		m.editor.attach(row, Holder{})
		delete(m.editor.rows, row.ID)
		delete(m.known.numbers, m.stored[row.ID].Number)
		m.gone = append(m.gone, row.ID)
		return row, nil
	}
	if err := c.Input.change(m.editor, row, m.known); err != nil {
		return m.stored[c.ID], err
	}
	return row, nil
}

func (m *manyPOLines) write(ctx context.Context, tx *store.Tx) error {
	if len(m.gone) > 0 {
		if _, err := tx.POLine.Delete().Where(poline.IDIn(m.gone...)).Exec(ctx); err != nil {
			return fmt.Errorf("delete PO lines: %w", err)
		}
	}
	return m.editor.write(ctx, tx)
}
