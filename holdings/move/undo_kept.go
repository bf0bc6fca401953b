package move

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/internal/store"
)

// takeOutKept takes those portfolios out of the holdings again that the undo of lists has kept for what has gone back since.
func (u *moveUndoer) takeOutKept(ctx context.Context) error {
	w := u.to.out
	kept, err := w.KeptByUndo(ctx, u.subject)
	if err != nil || len(kept) == 0 {
		return err
	}
	placing, err := w.Updater(ctx, "portfolios", "removed_at = v.to_removed_at, updated_at = v.at", "to_removed_at BIGINT", "at BIGINT")
	if err != nil {
		return err
	}
	var lists *holdings.ShownUndo
	if u.shown != nil {
		lists = u.shown.lists
	}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(kept)), w.Batch) {
		if err := u.foreseeStaff(ctx, ids); err != nil {
			return err
		}
		err := w.Transaction(ctx, func(ctx context.Context, tx *store.Tx) error {
			return w.TakeOutKept(ctx, tx, kept, ids, placing, lists)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// foreseeStaff tells a preview's part what would hang on portfolios once all of it has gone back.
func (u *moveUndoer) foreseeStaff(ctx context.Context, ids []int64) error {
	if u.shown == nil {
		return nil
	}
	b := newMoveBatch(nil)
	if _, err := readStaff(ctx, u.to.out.Store.Read, b, ids); err != nil {
		return err
	}
	lines, err := loadPOLines(ctx, u.to.out.Store.Query, ids, nil)
	if err != nil {
		return fmt.Errorf("foresee what goes back: %w", err)
	}
	staff := map[int64]*holdings.ForeseenStaff{}
	for id, values := range b.staff {
		f := &holdings.ForeseenStaff{StaffValues: *values}
		if shown := u.shown.staff[id]; shown != nil {
			f.StaffValues = *shown
			f.LicenseID, f.AdditionalLicenses = values.LicenseID, values.AdditionalLicenses
		}
		if l, known := u.shown.licenses[id]; known {
			f.LicenseID, f.AdditionalLicenses = l.main, l.additional
		}
		for _, line := range lines[acquisitions.Holder{Portfolio: id}] {
			if !u.shown.back[line.id] {
				f.POLines = append(f.POLines, line.number)
			}
		}
		staff[id] = f
	}
	u.to.out.Part.Pairs = &holdings.Pairs{Staff: staff}
	return nil
}
