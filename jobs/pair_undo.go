package jobs

import (
	"context"
	"fmt"
	"slices"

	"autoholdings/ent"
	"autoholdings/ent/jobpart"
	"autoholdings/holdings"
	"autoholdings/holdings/move"
	"autoholdings/internal/store"
)

// undoPairs undoes pairings by hand: what the lists changed under them is reversed, then what hung on the portfolios goes back, and
// with the end of that the decisions no longer hold. An undo that is cancelled half way leaves them in force.
type undoPairs struct{}

// ofLists are the parts of the job that planned lists.
func (undoPairs) ofLists() undoByParts { return undoByParts{ofProfiles: true} }

// check returns a problem if the job wrote nothing, was undone already, or is not the newest of its collections.
func (u undoPairs) check(ctx context.Context, tx *store.Tx, undone *ent.Job) error {
	lists, err := u.ofLists().writtenParts(ctx, tx.Client, undone)
	if err != nil {
		return err
	}
	moves, err := u.moves(ctx, tx.Client, undone.ID)
	if err != nil {
		return err
	}
	if len(lists)+len(moves) == 0 {
		return wrongState(undone, "undone", "it changed no holdings, or was undone already; takeBackPairing ends its decisions")
	}
	for _, part := range lists {
		if err := checkNewest(ctx, tx, part); err != nil {
			return err
		}
	}
	return nil
}

// moves are the parts that moved what hung on portfolios.
func (undoPairs) moves(ctx context.Context, client *ent.Client, jobID int64) ([]*ent.JobPart, error) {
	written, err := writtenMoveParts(ctx, client, jobID)
	return slices.DeleteFunc(written, func(p *ent.JobPart) bool { return p.Content != "" || p.CollectionID == nil }), err
}

// writes returns the collections that the job wrote.
func (undoPairs) writes(_ context.Context, _ *store.Tx, undone *ent.Job) ([]int64, error) {
	args, err := argsOf[collectionsMoved](undone)
	return args.CollectionIDs, err
}

// perform reverses the job's parts, the last first.
func (u undoPairs) perform(ctx context.Context, r *run, undone *ent.Job) error {
	parts, err := r.parts(ctx, "prepare", func(ctx context.Context, tx *store.Tx) error { return u.makeParts(ctx, tx, r, undone) })
	if err != nil {
		return err
	}
	if r.job.Mode == Apply {
		r.whenDone = func(ctx context.Context, tx *store.Tx) error { return holdings.ForgetPairings(ctx, tx, undone.ID) }
	}
	lists := r.shownUndo(parts)
	var moves *move.ShownUndo
	if lists != nil {
		moves = move.NewShownUndo(lists)
	}
	return r.eachOpen(ctx, parts, func(ctx context.Context, part *ent.JobPart, last bool) error {
		if part.CollectionID == nil || part.Content != "" && part.ProfileID == nil {
			pr := &partRun{run: r, part: part, last: last}
			return pr.settlePart(ctx, &failure{codeProfileGone, "the profile or the collection was deleted meanwhile", ""})
		}
		subject, err := r.s.store.Read.JobPart.Query().Where(jobpart.JobID(undone.ID), ofProfile(part.ProfileID),
			jobpart.CollectionID(*part.CollectionID), jobpart.Content(part.Content)).Only(ctx)
		if err != nil {
			return fmt.Errorf("read the part to undo: %w", err)
		}
		if part.Content == "" {
			return r.undoMovePart(ctx, subject, part, moves, last)
		}
		return r.undoPart(ctx, &pairKind, subject, part, lists, last)
	})
}

func (u undoPairs) makeParts(ctx context.Context, tx *store.Tx, r *run, undone *ent.Job) error {
	if err := u.ofLists().makeParts(ctx, tx, r, undone); err != nil {
		return err
	}
	moves, err := u.moves(ctx, tx.Client, undone.ID)
	if err != nil {
		return err
	}
	for _, m := range slices.Backward(moves) {
		err := r.makePart(ctx, r.newPart(tx).SetContent("").SetNillableCollectionID(m.CollectionID).SetCollectionName(m.CollectionName).
			SetState(PartFetched))
		if err != nil {
			return err
		}
	}
	return nil
}
