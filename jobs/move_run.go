package jobs

import (
	"context"
	"fmt"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/jobpart"
	"autoholdings/holdings"
	"autoholdings/holdings/move"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
)

// perform plans the whole move, then handles the collections one after the other. A resumed run plans again: what was
// moved is at its counterpart, and nothing is reported twice.
func (a moveArgs) perform(ctx context.Context, r *run) error {
	parts, err := r.moveParts(ctx, a.SourceIDs, func(ctx context.Context, tx *store.Tx) error { return checkTargetStill(ctx, tx, a.TargetID) })
	if err != nil {
		return err
	}
	rules := move.Rules{
		TargetID: a.TargetID, POLines: a.POLines, Licenses: a.Licenses, Overwrite: a.LicenseConflict == Overwrite,
		IncludeInaccessible: a.IncludeInaccessible,
	}
	for _, p := range parts {
		if p.CollectionID != nil {
			rules.SourceIDs = append(rules.SourceIDs, *p.CollectionID)
		}
	}
	planned, err := r.s.moves.PlanMove(ctx, rules)
	if ent.IsNotFound(err) {
		return &failure{codeCollectionGone, "the target collection was deleted", "Choose another target."}
	}
	if err != nil {
		return err
	}
	return r.applyMove(ctx, planned, parts)
}

// moveParts returns the parts of a move, one for each collection that it moves from. check is asked before they are made.
func (r *run) moveParts(
	ctx context.Context, sourceIDs []int64, check func(context.Context, *store.Tx) error,
) (parts []*ent.JobPart, err error) {
	parts, err = r.parts(ctx, "plan", func(ctx context.Context, tx *store.Tx) error {
		if err := check(ctx, tx); err != nil {
			return err
		}
		for _, id := range sourceIDs {
			if err := r.makeMovePart(ctx, tx, id); err != nil {
				return err
			}
		}
		return nil
	})
	r.s.tell(r.job.ID)
	return parts, err
}

// applyMove does the parts of a planned move, or only what a preview showed of it.
func (r *run) applyMove(ctx context.Context, planned *move.Plan, parts []*ent.JobPart) error {
	begun := false
	for _, p := range parts {
		begun = begun || p.State == PartApplying || p.State == PartApplied || p.State == PartNoChange
	}
	if r.job.SubjectJobID != nil {
		if err := r.comparePreview(ctx, planned, *r.job.SubjectJobID, begun); err != nil {
			return err
		}
	}
	return r.eachOpen(ctx, parts, func(ctx context.Context, part *ent.JobPart, last bool) error {
		return r.movePart(ctx, planned, part, last)
	})
}

// checkTargetStill checks again, because the job may have waited for a long time.
func checkTargetStill(ctx context.Context, tx *store.Tx, id int64) error {
	target, err := tx.Collection.Get(ctx, id)
	switch {
	case ent.IsNotFound(err):
		return &failure{codeCollectionGone, "the target collection was deleted before the job began", "Choose another target."}
	case err != nil:
		return fmt.Errorf("read the target collection: %w", err)
	case !target.Active:
		return &failure{
			codeCollectionInactive, fmt.Sprintf("the target %q was deactivated before the job began", target.Name),
			"Activate it, then run the move again.",
		}
	}
	return nil
}

func (r *run) makeMovePart(ctx context.Context, tx *store.Tx, collectionID int64) error {
	part := r.newPart(tx).SetContent("")
	source, err := tx.Collection.Get(ctx, collectionID)
	switch {
	case ent.IsNotFound(err):
		part.SetState(PartSkipped).SetCode(codeCollectionGone.String()).SetMessage("a collection of the set was deleted before the job began")
	case err != nil:
		return fmt.Errorf("read the collection to move from: %w", err)
	default:
		part.SetCollectionID(source.ID).SetCollectionName(source.Name)
	}
	return r.makePart(ctx, part)
}

// comparePreview allows only the preview's plan to be applied. A difference ends the job if nothing has been written
// yet. In a resumed run, the portfolios that differ are left as they are.
func (r *run) comparePreview(ctx context.Context, planned *move.Plan, previewID int64, begun bool) error {
	previews := map[int64]int64{}
	parts, err := r.s.store.Read.JobPart.Query().Where(jobpart.JobID(previewID), jobpart.CollectionIDNotNil()).All(ctx)
	if err != nil {
		return fmt.Errorf("read the preview: %w", err)
	}
	var before plan.Counts
	for _, p := range parts {
		previews[*p.CollectionID] = p.ID
		counts, err := decodeCounts(p.Counts)
		if err != nil {
			return err
		}
		before.Merge(counts)
	}
	found, err := r.s.moves.CompareMove(ctx, planned, previews)
	if err != nil || begun || found.Portfolios == 0 {
		return err
	}
	if before.Move == nil {
		before.Move = &plan.MoveCounts{}
	}
	return &failure{
		codePlanChanged, fmt.Sprintf("the move is no longer what the preview showed: %s (%s). The preview had %s to move, now there are %s",
			words.Count(found.Portfolios, "portfolio differs", "portfolios differ"), titlesInWords(found),
			movedInWords(before.Move), movedInWords(&found.Now)),
		"Make a new preview, look at it, and apply that one. Nothing was written.",
	}
}

// titlesInWords names the first of the titles that differ.
func titlesInWords(d move.Difference) string {
	text := `"` + strings.Join(d.Titles, `", "`) + `"`
	if d.Portfolios > len(d.Titles) {
		text += ", …"
	}
	return text
}

func (r *run) movePart(ctx context.Context, plan *move.Plan, row *ent.JobPart, last bool) error {
	pr := &partRun{run: r, part: row, last: last}
	show := r.job.Mode == Preview
	part := pr.plainPart("move", show, nil)
	if show {
		_, err := r.s.moves.ShowMove(ctx, plan, part)
		return err
	}
	resumed, err := pr.resumed()
	if err != nil {
		return err
	}
	_, err = r.s.moves.ApplyMove(ctx, plan, part, resumed)
	return err
}

// plainPart returns a part of a job that plans no list, or of its undo: a collection's, or one that lists lines of a file. done
// is called in the transaction that ends it.
func (pr *partRun) plainPart(phase string, show bool, done func(context.Context, *store.Tx) error) *holdings.Part {
	part := &holdings.Part{ID: pr.part.ID, JobID: pr.run.job.ID}
	if pr.part.CollectionID != nil {
		part.CollectionID = *pr.part.CollectionID
	}
	part.Fence = func(ctx context.Context, tx *store.Tx, p holdings.Progress) error {
		defer pr.run.s.tell(pr.run.job.ID)
		return pr.run.fence(ctx, tx, phase, p.Done, p.Total)
	}
	pr.endIn(part, show, done)
	return part
}

var _ concluder = moveArgs{}

// conclude names the target in the summary.
func (a moveArgs) conclude(ctx context.Context, tx *store.Tx, _ *run, e *ending) error {
	target, err := tx.Collection.Get(ctx, a.TargetID)
	switch {
	case ent.IsNotFound(err):
		e.target = "a deleted collection"
	case err != nil:
		return fmt.Errorf("read the target collection: %w", err)
	default:
		e.target = target.Name
	}
	return nil
}
