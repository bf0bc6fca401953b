package jobs

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"autoholdings/ent"
	"autoholdings/ent/job"
	"autoholdings/ent/jobpart"
	"autoholdings/holdings/move"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// undoMove undoes moves, the last part first.
type undoMove struct{}

// undoneAsMoves returns the names of the kinds that are undone as moves are.
func undoneAsMoves() []string {
	return namesOf(func(k *jobKind) bool { return k.undo == undoMove{} })
}

// collectionsMoved are the collections that a move wrote, of whichever kind it is.
type collectionsMoved struct {
	CollectionIDs []int64 `json:"collectionIds"`
}

// check returns a problem if the move wrote nothing, all its old collections are gone, or it is not the newest job of
// its collections.
func (undoMove) check(ctx context.Context, tx *store.Tx, undone *ent.Job) error {
	written, err := writtenMoveParts(ctx, tx.Client, undone.ID)
	if err != nil {
		return err
	}
	if len(written) == 0 {
		return wrongState(undone, "undone", "it moved nothing, or was undone already")
	}
	if !slices.ContainsFunc(written, func(p *ent.JobPart) bool { return p.CollectionID != nil }) {
		return wrongState(undone, "undone", "the collections that it moved from were deleted since")
	}
	args, err := argsOf[collectionsMoved](undone)
	if err != nil {
		return wrongState(undone, "undone", argumentsUnreadable)
	}
	last := slices.MaxFunc(written, func(a, b *ent.JobPart) int {
		return cmp.Or(cmp.Compare(writtenAt(a), writtenAt(b)), cmp.Compare(a.ID, b.ID))
	})
	later, err := tx.JobPart.Query().
		Where(writtenAfter(last), jobpart.JobIDNEQ(undone.ID), writtenState, jobpart.HasJobWith(job.KindIn(undoneAsMoves()...))).
		WithJob().Order(lastWritten).All(ctx)
	if err != nil {
		return fmt.Errorf("look for later moves: %w", err)
	}
	for _, part := range later {
		others, err := argsOf[collectionsMoved](part.Edges.Job)
		if err != nil {
			return problem.New(problem.Conflict, "input.jobId", "%s, a later move, may have moved from or to the same collections: %s",
				jobName(part.JobID), argumentsUnreadable)
		}
		if slices.ContainsFunc(others.CollectionIDs, func(id int64) bool { return slices.Contains(args.CollectionIDs, id) }) {
			return problem.New(problem.Conflict, "input.jobId", "%s has moved from or to the same collections since: undo that one first",
				jobName(part.JobID))
		}
	}
	return nil
}

// writes returns the collections that the move wrote.
func (undoMove) writes(_ context.Context, _ *store.Tx, undone *ent.Job) ([]int64, error) {
	args, err := argsOf[collectionsMoved](undone)
	return args.CollectionIDs, err
}

// perform reverses the move's parts, the last first.
func (undoMove) perform(ctx context.Context, r *run, undone *ent.Job) error {
	parts, err := r.parts(ctx, "prepare", func(ctx context.Context, tx *store.Tx) error { return r.makeUndoMoveParts(ctx, tx, undone.ID) })
	if err != nil {
		return err
	}
	var shown *move.ShownUndo
	if r.job.Mode == Preview {
		shown = move.NewShownUndo(nil)
	}
	for i, part := range parts {
		if !isOpen(part.State) && (shown == nil || part.State != PartPreviewed) { // a preview starts anew: its parts build on each other
			continue
		}
		subject, err := r.s.store.Read.JobPart.Query().Where(jobpart.JobID(undone.ID), jobpart.CollectionID(*part.CollectionID)).Only(ctx)
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
			part.SetState(PartFailed).SetCode(codeCollectionGone.String()).
				SetMessage(fmt.Sprintf("the collection %q was deleted since: what was moved from it stays where it is", subject.CollectionName)).
				SetHint("Attach its PO lines and licenses by hand where they belong.")
		}
		if err := r.makePart(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) undoMovePart(ctx context.Context, subject, row *ent.JobPart, shown *move.ShownUndo, last bool) error {
	pr := &partRun{run: r, part: row, last: last}
	part := pr.plainPart("undo", shown != nil, func(ctx context.Context, tx *store.Tx) error {
		return r.closeUndone(ctx, tx, &moveKind, subject)
	})
	resumed, err := pr.resumed()
	if err != nil {
		return err
	}
	_, err = r.s.moves.UndoMove(ctx, subject.ID, part, resumed, shown)
	return err
}

// writtenMoveParts returns a move's parts that may have moved something.
func writtenMoveParts(ctx context.Context, client *ent.Client, jobID int64) ([]*ent.JobPart, error) {
	parts, err := client.JobPart.Query().Where(jobpart.JobID(jobID), writtenState).Order(jobpart.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the parts of job %d: %w", jobID, err)
	}
	return parts, nil
}
