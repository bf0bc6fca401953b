package holdings

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// PartWriter writes one part of a job: its fenced transactions, its counts, its report, and the rows gathered for it.
// Applying, undoing and moving all use one.
type PartWriter struct {
	Store *store.Store
	Part  *Part
	Batch int  // how many titles one transaction writes
	Show  bool // write the report only: a preview, or a plan that waits for a person
	Now   int64

	Counts      plan.Counts
	Done, Total int // progress, which Part.Fence gets

	changes   *store.Inserter   // lines of the report: written last, since they name what the others insert
	inserters []*store.Inserter // all others that take part in each transaction
}

// NewPartWriter starts writing a part. With show, only its report is written. Close the writer in the end, even after
// an error.
func (s *Service) NewPartWriter(ctx context.Context, part *Part, show bool) (w *PartWriter, err error) {
	now, err := s.store.DatabaseNow(ctx)
	if err != nil {
		return nil, err
	}
	w = &PartWriter{Store: s.store, Part: part, Batch: s.BatchTitles, Show: show, Now: now}
	w.changes, err = s.store.Inserter(ctx, "job_changes", changeColumns...)
	return w, err
}

// inserter makes an inserter whose rows each transaction writes.
func (w *PartWriter) inserter(ctx context.Context, table string, columns ...string) (*store.Inserter, error) {
	in, err := w.Store.Inserter(ctx, table, columns...)
	if err == nil {
		w.inserters = append(w.inserters, in)
	}
	return in, err
}

// Updater makes an updater whose rows each transaction writes.
func (w *PartWriter) Updater(ctx context.Context, table, set string, values ...string) (*store.Inserter, error) {
	in, err := w.Store.Updater(ctx, table, set, values...)
	if err == nil {
		w.inserters = append(w.inserters, in)
	}
	return in, err
}

// all are the inserters in the order in which they write.
func (w *PartWriter) all() []*store.Inserter {
	if w.changes == nil {
		return w.inserters
	}
	return append(slices.Clip(w.inserters), w.changes)
}

// Close frees what the writer prepared. A nil writer, of which not even the start worked, has nothing.
func (w *PartWriter) Close() error {
	if w == nil {
		return nil
	}
	var errs []error
	for _, in := range w.all() {
		errs = append(errs, in.Close())
	}
	return errors.Join(errs...)
}

// Begin runs the part's first transaction: it clears what an earlier preview of the part recorded, then calls list,
// which may be nil, and Part.Begun. A run that starts again finds all of this or none.
func (w *PartWriter) Begin(ctx context.Context, list func(context.Context, *store.Tx) error) error {
	return w.transaction(ctx, w.Store.Write, func(ctx context.Context, tx *store.Tx) error {
		if err := w.clearReport(ctx, tx); err != nil {
			return err
		}
		if list != nil {
			if err := list(ctx, tx); err != nil {
				return err
			}
		}
		return w.Part.Begun(ctx, tx, w.Counts)
	})
}

// End runs the part's last transaction: it calls last, which may be nil, and Part.Finish.
func (w *PartWriter) End(ctx context.Context, last func(context.Context, *store.Tx) error) error {
	return w.transaction(ctx, w.Store.Write, func(ctx context.Context, tx *store.Tx) error {
		if last != nil {
			if err := last(ctx, tx); err != nil {
				return err
			}
		}
		if err := w.saveCounts(ctx, tx); err != nil { // before Finish, which sums them up
			return err
		}
		if err := w.Part.Finish(ctx, tx, w.Counts); err != nil || w.Show {
			return err
		}
		if err := w.flush(ctx, tx); err != nil { // its last lines may be its only ones
			return err
		}
		return Settle(ctx, tx, w.Part.ID)
	})
}

func (w *PartWriter) flush(ctx context.Context, tx *store.Tx) error {
	for _, in := range w.all() {
		if err := in.Flush(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// Transaction runs write in a fenced transaction, beside those of other jobs: write must change only what belongs to the
// job's collections. The counts it raised and the rows it gathered are dropped if the transaction fails.
func (w *PartWriter) Transaction(ctx context.Context, write func(ctx context.Context, tx *store.Tx) error) error {
	return w.transaction(ctx, w.Store.WriteBeside, write)
}

// begin is Store.Write or Store.WriteBeside.
type begin = func(context.Context, func(context.Context, *store.Tx) error) error

// TransactionAlone is Transaction with no other beside it, for what is not the collections' own alone, such as a number that is
// given once in the whole database.
func (w *PartWriter) TransactionAlone(ctx context.Context, write func(ctx context.Context, tx *store.Tx) error) error {
	return w.transaction(ctx, w.Store.Write, write)
}

func (w *PartWriter) transaction(ctx context.Context, begin begin, write func(ctx context.Context, tx *store.Tx) error) error {
	before := w.Counts
	before.Fields = slices.Clone(w.Counts.Fields)
	if w.Counts.Move != nil {
		move := *w.Counts.Move
		before.Move = &move
	}
	if w.Counts.Bulk != nil {
		bulk := *w.Counts.Bulk
		before.Bulk = &bulk
	}
	before.Groups = w.Counts.Groups.Clone()
	err := begin(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := w.Part.Fence(ctx, tx, Progress{Done: w.Done, Total: w.Total}); err != nil {
			return err
		}
		if err := write(ctx, tx); err != nil {
			return err
		}
		if err := w.flush(ctx, tx); err != nil {
			return err
		}
		return w.saveCounts(ctx, tx)
	})
	if err != nil {
		w.Counts = before
		for _, in := range w.all() {
			in.Discard()
		}
	}
	return err
}

func (w *PartWriter) saveCounts(ctx context.Context, tx *store.Tx) error {
	counts, err := json.Marshal(w.Counts)
	if err != nil {
		return err
	}
	set, args := `counts = ?, updated_at = ?`, []any{string(counts), tx.Now}
	if !w.Show {
		set, args = set+`, written_at = ?`, append(args, tx.Now)
	}
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE job_parts SET `+set+` WHERE id = ?`, append(args, w.Part.ID)...); err != nil {
		return fmt.Errorf("record the counts: %w", err)
	}
	return nil
}

func (w *PartWriter) clearReport(ctx context.Context, tx *store.Tx) error {
	for _, table := range []string{"job_changes", "job_findings"} {
		if _, err := tx.SQL.ExecContext(ctx, `DELETE FROM `+table+` WHERE part_id = ?`, w.Part.ID); err != nil {
			return fmt.Errorf("clear the report: %w", err)
		}
	}
	return nil
}
