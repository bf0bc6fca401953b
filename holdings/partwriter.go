package holdings

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"autoholdings/internal/store"
)

// partWriter writes one part of a job: its fenced transactions, its counts, its report, and the rows gathered for it.
// Whoever applies, undoes or moves has one.
type partWriter struct {
	store *store.Store
	part  *Part
	batch int  // how many titles one transaction writes
	show  bool // write the report only: a preview, or a plan that waits for a person
	now   int64

	counts      Counts
	done, total int // progress, as Part.Fence is told

	changes   *store.Inserter   // lines of the report: written last, since they name what the others insert
	inserters []*store.Inserter // all others that take part in each transaction
}

func (s *Service) newPartWriter(ctx context.Context, part *Part, show bool) (w *partWriter, err error) {
	w = &partWriter{store: s.store, part: part, batch: s.BatchTitles, show: show, now: store.Now()}
	w.changes, err = s.store.Inserter(ctx, "job_changes", changeColumns...)
	return w, err
}

// inserter makes one that takes part in each transaction.
func (w *partWriter) inserter(ctx context.Context, table string, columns ...string) (*store.Inserter, error) {
	in, err := w.store.Inserter(ctx, table, columns...)
	if err == nil {
		w.inserters = append(w.inserters, in)
	}
	return in, err
}

// updater makes one that takes part in each transaction.
func (w *partWriter) updater(ctx context.Context, table, set string, values ...string) (*store.Inserter, error) {
	in, err := w.store.Updater(ctx, table, set, values...)
	if err == nil {
		w.inserters = append(w.inserters, in)
	}
	return in, err
}

// all are the inserters in the order in which they write.
func (w *partWriter) all() []*store.Inserter {
	if w.changes == nil {
		return w.inserters
	}
	return append(slices.Clip(w.inserters), w.changes)
}

func (w *partWriter) close() error {
	var errs []error
	for _, in := range w.all() {
		errs = append(errs, in.Close())
	}
	return errors.Join(errs...)
}

// begin is the part's first transaction, with Part.Begun and with what there is to list at once: a run that starts
// again finds all of it or none. What an earlier showing of the part recorded makes way.
func (w *partWriter) begin(ctx context.Context, list func(context.Context, *store.Tx) error) error {
	return w.transaction(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := w.clearReport(ctx, tx); err != nil {
			return err
		}
		if list != nil {
			if err := list(ctx, tx); err != nil {
				return err
			}
		}
		return w.part.Begun(ctx, tx, w.counts)
	})
}

// end is the part's last transaction, with Part.Finish.
func (w *partWriter) end(ctx context.Context, last func(context.Context, *store.Tx) error) error {
	return w.transaction(ctx, func(ctx context.Context, tx *store.Tx) error {
		if last != nil {
			if err := last(ctx, tx); err != nil {
				return err
			}
		}
		if err := w.saveCounts(ctx, tx); err != nil { // before Finish, which sums them up
			return err
		}
		return w.part.Finish(ctx, tx, w.counts)
	})
}

// transaction runs write fenced. The counts it raised and the rows it gathered count only if it was committed.
func (w *partWriter) transaction(ctx context.Context, write func(ctx context.Context, tx *store.Tx) error) error {
	before := w.counts
	before.Fields = slices.Clone(w.counts.Fields)
	if w.counts.Move != nil {
		move := *w.counts.Move
		before.Move = &move
	}
	err := w.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := w.part.Fence(ctx, tx, Progress{Done: w.done, Total: w.total}); err != nil {
			return err
		}
		if err := write(ctx, tx); err != nil {
			return err
		}
		for _, in := range w.all() {
			if err := in.Flush(ctx, tx); err != nil {
				return err
			}
		}
		return w.saveCounts(ctx, tx)
	})
	if err != nil {
		w.counts = before
		for _, in := range w.all() {
			in.Discard()
		}
	}
	return err
}

func (w *partWriter) saveCounts(ctx context.Context, tx *store.Tx) error {
	counts, err := json.Marshal(w.counts)
	if err != nil {
		return err
	}
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE job_parts SET counts = ?, updated_at = ? WHERE id = ?`, string(counts), w.now,
		w.part.ID); err != nil {
		return fmt.Errorf("record the counts: %w", err)
	}
	return nil
}

func (w *partWriter) clearReport(ctx context.Context, tx *store.Tx) error {
	for _, table := range []string{"job_changes", "job_findings"} {
		if _, err := tx.SQL.ExecContext(ctx, `DELETE FROM `+table+` WHERE part_id = ?`, w.part.ID); err != nil {
			return fmt.Errorf("clear the report: %w", err)
		}
	}
	return nil
}
