package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"autoholdings/ent"
	"autoholdings/ent/job"
	"autoholdings/ent/jobpart"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// undoArgs are the arguments of a job that reverses another: the collections that it writes. It waits for the jobs that
// write them, and none of them is deleted under it.
func undoArgs(ctx context.Context, tx *store.Tx, subject *ent.Job) (json.RawMessage, error) {
	var ids []int64
	if subject.Kind == KindMove {
		args, err := argsOf[moveArgs](subject)
		if err != nil {
			return nil, err
		}
		ids = args.CollectionIDs
	} else {
		parts, err := writtenParts(ctx, tx.Client, subject)
		if err != nil {
			return nil, err
		}
		for _, part := range parts {
			ids = append(ids, *part.CollectionID)
		}
	}
	slices.Sort(ids)
	return json.Marshal(map[string][]int64{"collectionIds": slices.Compact(ids)})
}

// writtenMoveParts are a move's parts that may have moved something.
func writtenMoveParts(ctx context.Context, client *ent.Client, jobID int64) ([]*ent.JobPart, error) {
	parts, err := client.JobPart.Query().Where(jobpart.JobID(jobID), writtenState).Order(jobpart.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the parts of job %d: %w", jobID, err)
	}
	return parts, nil
}

// checkUndoMove refuses to undo a move that wrote nothing, whose old collections are all gone, or that is not the
// newest of its collections.
func checkUndoMove(ctx context.Context, tx *store.Tx, row *ent.Job) error {
	written, err := writtenMoveParts(ctx, tx.Client, row.ID)
	if err != nil {
		return err
	}
	if len(written) == 0 {
		return wrongState(row, "undone", "it moved nothing, or was undone already")
	}
	if !slices.ContainsFunc(written, func(p *ent.JobPart) bool { return p.CollectionID != nil }) {
		return wrongState(row, "undone", "the collections that it moved from were deleted since")
	}
	args, err := argsOf[moveArgs](row)
	if err != nil {
		return err
	}
	last := slices.MaxFunc(written, func(a, b *ent.JobPart) int {
		return cmp.Or(cmp.Compare(a.UpdatedAt, b.UpdatedAt), cmp.Compare(a.ID, b.ID))
	})
	later, err := tx.JobPart.Query().Where(writtenAfter(last), jobpart.JobIDNEQ(row.ID), writtenState, jobpart.HasJobWith(job.Kind(KindMove))).
		WithJob().Order(lastWritten).All(ctx)
	if err != nil {
		return fmt.Errorf("look for later moves: %w", err)
	}
	for _, part := range later {
		others, err := argsOf[moveArgs](part.Edges.Job)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(others.CollectionIDs, func(id int64) bool { return slices.Contains(args.CollectionIDs, id) }) {
			return problem.New(problem.Conflict, "input.jobId", "%s has moved from or to the same collections since: undo that one first",
				jobName(part.JobID))
		}
	}
	return nil
}

// undoMove reverses the subject's parts, the last first.
func (r *run) undoMove(ctx context.Context, subjectID int64) error {
	parts, err := r.parts(ctx, "prepare", func(ctx context.Context, tx *store.Tx) error { return r.makeUndoMoveParts(ctx, tx, subjectID) })
	if err != nil {
		return err
	}
	var shown *holdings.ShownUndo
	if r.job.Mode == Preview {
		shown = holdings.NewShownUndo()
	}
	for i, part := range parts {
		if !open(part.State) && (shown == nil || part.State != PartPreviewed) { // a showing is begun anew: its parts build on each other
			continue
		}
		subject, err := r.s.store.Read.JobPart.Query().Where(jobpart.JobID(subjectID), jobpart.CollectionID(*part.CollectionID)).Only(ctx)
		if err != nil {
			return fmt.Errorf("read the part to undo: %w", err)
		}
		if err := r.undoMovePart(ctx, subject, part, shown, i == len(parts)-1); err != nil {
			return err
		}
	}
	return r.finish(ctx)
}

func (r *run) makeUndoMoveParts(ctx context.Context, tx *store.Tx, subjectID int64) error {
	if err := stillUndoable(ctx, tx, subjectID); err != nil {
		return err
	}
	written, err := writtenMoveParts(ctx, tx.Client, subjectID)
	if err != nil {
		return err
	}
	for _, subject := range slices.Backward(written) {
		part := r.newPart(tx).SetContent("").SetNillableCollectionID(subject.CollectionID).SetCollectionName(subject.CollectionName).
			SetState(PartFetched)
		if subject.CollectionID == nil {
			part.SetState(PartFailed).SetCode("COLLECTION_GONE").
				SetMessage(fmt.Sprintf("the collection %q was deleted since: what was moved from it stays where it is", subject.CollectionName)).
				SetHint("Attach its PO lines and licenses by hand where they belong.")
		}
		if err := r.makePart(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) undoMovePart(ctx context.Context, subject, row *ent.JobPart, shown *holdings.ShownUndo, last bool) error {
	pr := &partRun{run: r, part: row, last: last}
	part := pr.movePart("undo", shown != nil, func(ctx context.Context,
		tx *store.Tx,
	) error {
		return r.closeUndone(ctx, tx, KindMove, subject)
	})
	resumed, err := pr.resumed()
	if err != nil {
		return err
	}
	_, err = r.s.holdings.UndoMove(ctx, subject.ID, part, resumed, shown)
	return err
}
