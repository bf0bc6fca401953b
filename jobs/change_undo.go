package jobs

import (
	"context"
	"fmt"
	"slices"

	"autoholdings/ent"
	"autoholdings/ent/jobpart"
	"autoholdings/internal/store"
)

// undoChange undoes changes of many portfolios. They can be undone in any order: what a later job or somebody changed since stays.
type undoChange struct{}

// check returns a problem if the job changed nothing or was undone already.
func (undoChange) check(ctx context.Context, tx *store.Tx, undone *ent.Job) error {
	written, err := writtenMoveParts(ctx, tx.Client, undone.ID)
	if err == nil && !slices.ContainsFunc(written, func(p *ent.JobPart) bool { return p.CollectionID != nil }) {
		return wrongState(undone, "undone", "it changed nothing, was undone already, or its collections were deleted since")
	}
	return err
}

// writes returns the collections that the job wrote.
func (undoChange) writes(_ context.Context, _ *store.Tx, undone *ent.Job) ([]int64, error) {
	args, err := kindOf(undone.Kind).arguments(undone)
	if err != nil {
		return nil, err
	}
	return args.involved().writes, nil
}

// perform reverses the job's parts, the last first.
func (undoChange) perform(ctx context.Context, r *run, undone *ent.Job) error {
	parts, err := r.parts(ctx, "prepare", func(ctx context.Context, tx *store.Tx) error { return r.makeUndoMoveParts(ctx, tx, undone.ID) })
	if err != nil {
		return err
	}
	return r.eachOpen(ctx, parts, func(ctx context.Context, part *ent.JobPart, last bool) error {
		if part.CollectionID == nil {
			pr := &partRun{run: r, part: part, last: last}
			return pr.settlePart(ctx, errCollectionGone)
		}
		subject, err := r.s.store.Read.JobPart.Query().Where(jobpart.JobID(undone.ID), jobpart.CollectionID(*part.CollectionID)).Only(ctx)
		if err != nil {
			return fmt.Errorf("read the part to undo: %w", err)
		}
		pr := &partRun{run: r, part: part, last: last}
		show := r.job.Mode == Preview
		undo := pr.plainPart("undo", show, func(ctx context.Context, tx *store.Tx) error { return setPart(ctx, tx, subject.ID, PartUndone) })
		resumed, err := pr.resumed()
		if err != nil {
			return err
		}
		_, err = r.s.bulk.Undo(ctx, subject.ID, undo, resumed, show)
		return err
	})
}
