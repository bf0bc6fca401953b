package move

import (
	"context"
	"errors"
	"fmt"

	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// ApplyMove moves the PO lines and licenses of one collection, part.CollectionID, in short transactions, and at last the PO
// lines that order the collection itself. Each portfolio is moved whole: what it has is detached from it and attached to its
// counterpart in one transaction. What has changed since the plan was made is left as it is and listed. resumed are the
// counts recorded so far, if an earlier run began the part: the portfolios that it reported are done.
func (s *Service) ApplyMove(ctx context.Context, plan *Plan, part *holdings.Part, resumed *plan.Counts) (plan.Counts, error) {
	return s.runMove(ctx, plan, part, resumed, false)
}

// ShowMove writes the plan's report on one collection and nothing else.
func (s *Service) ShowMove(ctx context.Context, plan *Plan, part *holdings.Part) (plan.Counts, error) {
	return s.runMove(ctx, plan, part, nil, true)
}

func (s *Service) runMove(
	ctx context.Context, planned *Plan, part *holdings.Part, resumed *plan.Counts, show bool,
) (plan.Counts, error) {
	w, err := s.newMoveWriter(ctx, part, show)
	m := &mover{w, planned}
	if err != nil {
		return plan.Counts{}, errors.Join(err, w.out.Close())
	}
	return w.run(ctx, resumed, m.eachBatch)
}

// mover moves what one collection's portfolios have.
type mover struct {
	to   *moveWriter
	plan *Plan
}

// moveWriter writes a part of a move, or of its undo.
type moveWriter struct {
	out      *holdings.PartWriter
	reported map[int64]bool // by the run that this one continues

	wholeReported bool // likewise: what orders the collection itself

	attaching, licensing *store.Inserter // update PO lines and portfolios
	staffing             *holdings.StaffUpdater
}

func (s *Service) newMoveWriter(ctx context.Context, part *holdings.Part, show bool) (w *moveWriter, err error) {
	w = &moveWriter{}
	if w.out, err = s.holdings.NewPartWriter(ctx, part, show); err != nil {
		return w, err
	}
	w.attaching, err = w.out.Updater(ctx, "po_lines",
		"portfolio_id = v.to_portfolio, collection_id = v.to_collection, main = v.to_main, updated_at = v.at, version = po_lines.version + 1",
		"to_portfolio BIGINT", "to_collection BIGINT", "to_main BOOLEAN", "at BIGINT")
	if err != nil {
		return w, err
	}
	if w.staffing, err = w.out.StaffUpdater(ctx); err != nil {
		return w, err
	}
	w.licensing, err = w.out.Updater(ctx, "portfolios", "license_id = v.to_license, updated_at = v.at", "to_license BIGINT", "at BIGINT")
	return w, err
}

// run does a part in batches. resumed are the counts of an earlier run, if any: what that run has reported is done.
func (w *moveWriter) run(ctx context.Context, resumed *plan.Counts, eachBatch func(context.Context) error) (_ plan.Counts, err error) {
	w.out.Counts.Move = &plan.MoveCounts{}
	defer func() { err = errors.Join(err, w.out.Close()) }()
	if resumed != nil {
		if resumed.Move != nil {
			w.out.Counts = *resumed
		}
		if w.reported, err = w.readReported(ctx); err != nil {
			return plan.Counts{}, err
		}
	} else if err := w.out.Begin(ctx, nil); err != nil {
		return plan.Counts{}, err
	}
	if err := eachBatch(ctx); err != nil {
		return plan.Counts{}, err
	}
	err = w.out.End(ctx, nil)
	return w.out.Counts, err
}

func (w *moveWriter) readReported(ctx context.Context) (map[int64]bool, error) {
	ids, err := store.ScanIDs(w.out.Store.Query(ctx,
		`SELECT DISTINCT portfolio_id FROM job_changes WHERE part_id = ? AND portfolio_id IS NOT NULL`,
		w.out.Part.ID))
	if err != nil {
		return nil, fmt.Errorf("read what was reported: %w", err)
	}
	reported := make(map[int64]bool, len(ids))
	for _, id := range ids {
		reported[id] = true
	}
	whole, err := w.out.Store.IDs(ctx, `SELECT id FROM job_changes WHERE part_id = ? AND portfolio_id IS NULL AND field <> '' LIMIT 1`,
		w.out.Part.ID)
	if err != nil {
		return nil, fmt.Errorf("read what was reported: %w", err)
	}
	w.wholeReported = len(whole) > 0
	return reported, nil
}

// eachBatch goes through the collection's portfolios in the order of their ids.
func (m *mover) eachBatch(ctx context.Context) error {
	sources := m.plan.portfoliosOf(m.to.out.Part.CollectionID)
	m.to.out.Total = sources.Len()
	m.to.out.Done = len(m.to.reported)
	for from := 0; from < sources.Len(); from += m.to.out.Batch {
		batch := m.plan.batch(m.to.out.Part.CollectionID, from, m.to.out.Batch, func(id int64) bool { return !m.to.reported[id] })
		for _, some := range batch.apart() {
			m.to.out.Done += len(some.sources)
			err := m.to.out.Transaction(ctx, func(ctx context.Context, tx *store.Tx) error { return m.writeBatch(ctx, tx, some) })
			if err != nil {
				return err
			}
		}
	}
	return m.moveWhole(ctx)
}

// sourceBatch is some portfolios of a collection in the plan, with the candidates of each.
type sourceBatch struct {
	sources    []*movable
	candidates [][]int32
	passedOver [][]int32
}

// batch takes n of a collection's portfolios, starting at an index, and leaves out those that toBe rejects.
func (p *Plan) batch(collectionID int64, from, n int, toBe func(id int64) bool) (b sourceBatch) {
	sources := p.portfoliosOf(collectionID)
	for i := from; i < min(from+n, sources.Len()); i++ {
		if m := sources.At(int32(i)); toBe(m.id) {
			b.sources = append(b.sources, m)
			b.candidates = append(b.candidates, p.candidates[collectionID][int32(i)])
			b.passedOver = append(b.passedOver, p.passedOver[collectionID][int32(i)])
		}
	}
	return b
}

// apart splits a batch where two of its portfolios go to one, as pairs that staff name may: the later one is compared with what the
// earlier one has brought there.
func (b sourceBatch) apart() (batches []sourceBatch) {
	there, from := map[int32]bool{}, 0
	cut := func(to int) {
		if from < to {
			batches = append(batches, sourceBatch{b.sources[from:to], b.candidates[from:to], b.passedOver[from:to]})
		}
		from = to
		clear(there)
	}
	for i, m := range b.sources {
		if m.pair == plan.Unpaired {
			continue
		}
		if there[m.pair] {
			cut(i)
		}
		there[m.pair] = true
	}
	cut(len(b.sources))
	return batches
}

func (m *mover) writeBatch(ctx context.Context, tx *store.Tx, batch sourceBatch) error {
	now, err := loadMoveBatch(ctx, tx.SQL.QueryContext, m.plan, batch)
	if err != nil {
		return err
	}
	now.check = !m.to.out.Show
	if err := now.loadStaff(ctx, tx.Client, tx.SQL.QueryContext, batch); err != nil {
		return err
	}
	for i, source := range batch.sources {
		now.decide(source, batch.candidates[i], batch.passedOver[i])
	}
	m.to.out.Counts.Move.Portfolios += len(batch.sources)
	m.to.report(now)
	if m.to.out.Show {
		return nil
	}
	m.to.writeStaff(now)
	return m.to.write(ctx, tx, now)
}

// writeStaff writes what staff decided, of the portfolios on which that changes.
func (w *moveWriter) writeStaff(b *moveBatch) {
	for id := range b.staffed {
		w.staffing.Set(id, b.staff[id])
	}
}

// write writes what was decided. The order does not matter: no PO line becomes main while its portfolio has another
// main one.
func (w *moveWriter) write(ctx context.Context, tx *store.Tx, b *moveBatch) error {
	for _, l := range b.lineMoves {
		w.attaching.Add(orNull(l.to.Portfolio), orNull(l.to.Collection), l.main, w.out.Now, l.line)
	}
	for _, l := range b.licensed {
		w.licensing.Add(orNull(l.license), w.out.Now, l.portfolio)
	}
	if err := w.attaching.Flush(ctx, tx); err != nil {
		return err
	}
	if err := w.licensing.Flush(ctx, tx); err != nil {
		return err
	}
	if len(b.relicensed) == 0 {
		return nil
	}
	return holdings.WriteAdditionalLicenses(ctx, tx, b.relicensed)
}

// orNull is an id for the database; 0 stands for none.
func orNull(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}
