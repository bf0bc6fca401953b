package jobs

import (
	"context"
	"fmt"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/jobpart"
	"autoholdings/holdings"
	"autoholdings/internal/store"
)

// move plans the whole move, then takes the collections one after the other. A run that starts again plans again: what was
// moved is at its counterpart, and what was reported is not reported twice.
func (r *run) move(ctx context.Context) error {
	args, err := argsOf[moveArgs](r.job)
	if err != nil {
		return err
	}
	parts, err := r.moveParts(ctx, args)
	if err != nil {
		return err
	}
	rules := holdings.MoveRules{TargetID: args.TargetID, POLines: args.POLines, Licenses: args.Licenses, Overwrite: args.LicenseConflict == Overwrite}
	begun := false
	for _, p := range parts {
		begun = begun || p.State == PartApplying || p.State == PartApplied || p.State == PartNoChange
		if p.CollectionID != nil {
			rules.SourceIDs = append(rules.SourceIDs, *p.CollectionID)
		}
	}
	plan, err := r.s.holdings.PlanMove(ctx, rules)
	if ent.IsNotFound(err) {
		return &failure{"COLLECTION_GONE", "the target collection was deleted", "Choose another target."}
	}
	if err != nil {
		return err
	}
	if r.job.SubjectJobID != nil {
		if err := r.comparePreview(ctx, plan, *r.job.SubjectJobID, begun); err != nil {
			return err
		}
	}
	for i, part := range parts {
		if !open(part.State) {
			continue
		}
		if err := r.movePart(ctx, plan, part, i == len(parts)-1); err != nil {
			return err
		}
	}
	return r.finishSync(ctx)
}

// moveParts are the job's parts, one for each old collection, made by its first run.
func (r *run) moveParts(ctx context.Context, args moveArgs) (parts []*ent.JobPart, err error) {
	err = r.s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := r.fence(ctx, tx, "plan", 0, 0); err != nil {
			return err
		}
		if parts, err = partsOf(ctx, tx.Client, r.job.ID); err != nil || len(parts) > 0 {
			return err
		}
		if err := checkTargetStill(ctx, tx, args.TargetID); err != nil {
			return err
		}
		for _, id := range args.SourceIDs {
			if err := r.makeMovePart(ctx, tx, id); err != nil {
				return err
			}
		}
		parts, err = partsOf(ctx, tx.Client, r.job.ID)
		return err
	})
	r.s.tell(r.job.ID)
	return parts, err
}

// checkTargetStill looks again: the job may have waited for long.
func checkTargetStill(ctx context.Context, tx *store.Tx, id int64) error {
	target, err := tx.Collection.Get(ctx, id)
	switch {
	case ent.IsNotFound(err):
		return &failure{"COLLECTION_GONE", "the target collection was deleted before the job began", "Choose another target."}
	case err != nil:
		return fmt.Errorf("read the target collection: %w", err)
	case !target.Active:
		return &failure{"COLLECTION_INACTIVE", fmt.Sprintf("the target %q was deactivated before the job began", target.Name), "Activate it, then run the move again."}
	}
	return nil
}

func (r *run) makeMovePart(ctx context.Context, tx *store.Tx, collectionID int64) error {
	now := store.Now()
	create := tx.JobPart.Create().SetID(r.s.store.NextID()).SetCreatedAt(now).SetUpdatedAt(now).SetJobID(r.job.ID).SetContent("")
	source, err := tx.Collection.Get(ctx, collectionID)
	switch {
	case ent.IsNotFound(err):
		create.SetState(PartSkipped).SetCode("COLLECTION_GONE").SetMessage("a collection of the set was deleted before the job began")
	case err != nil:
		return fmt.Errorf("read the collection to move from: %w", err)
	default:
		create.SetState(PartPending).SetCollectionID(source.ID).SetCollectionName(source.Name)
	}
	if err := create.Exec(ctx); err != nil {
		return fmt.Errorf("make the parts of job %d: %w", r.job.ID, err)
	}
	return nil
}

// comparePreview lets only the plan of the preview be applied. Before anything is written a difference ends the job; in a
// run that goes on from another the portfolios that differ are left as they are.
func (r *run) comparePreview(ctx context.Context, plan *holdings.MovePlan, previewID int64, begun bool) error {
	previews := map[int64]int64{}
	parts, err := r.s.store.Read.JobPart.Query().Where(jobpart.JobID(previewID), jobpart.CollectionIDNotNil()).All(ctx)
	if err != nil {
		return fmt.Errorf("read the preview: %w", err)
	}
	var before holdings.Counts
	for _, p := range parts {
		previews[*p.CollectionID] = p.ID
		counts, err := decodeCounts(p.Counts)
		if err != nil {
			return err
		}
		before.Merge(counts)
	}
	found, err := r.s.holdings.CompareMove(ctx, plan, previews)
	if err != nil || begun || found.Portfolios == 0 {
		return err
	}
	if before.Move == nil {
		before.Move = &holdings.MoveCounts{}
	}
	return &failure{
		"PLAN_CHANGED", fmt.Sprintf("the move is no longer what the preview showed: %s (%s). The preview had %s to move, now there are %s",
			counted(found.Portfolios, "portfolio differs", "portfolios differ"), titlesInWords(found),
			movedInWords(before.Move), movedInWords(&found.Now)),
		"Make a new preview, look at it, and apply that one. Nothing was written.",
	}
}

// titlesInWords names the first of the titles that differ.
func titlesInWords(d holdings.MoveDifference) string {
	text := `"` + strings.Join(d.Titles, `", "`) + `"`
	if d.Portfolios > len(d.Titles) {
		text += ", …"
	}
	return text
}

func (r *run) movePart(ctx context.Context, plan *holdings.MovePlan, row *ent.JobPart, last bool) error {
	pr := &partRun{run: r, part: row, last: last}
	show := r.job.Mode == Preview
	part := pr.movePart("move", show, nil)
	if show {
		_, err := r.s.holdings.ShowMove(ctx, plan, part)
		return err
	}
	resumed, err := pr.resumed()
	if err != nil {
		return err
	}
	_, err = r.s.holdings.ApplyMove(ctx, plan, part, resumed)
	return err
}

// movePart is a collection's part of a move, or of its undo; done is called in the transaction that ends it.
func (pr *partRun) movePart(phase string, show bool, done func(context.Context, *store.Tx) error) *holdings.Part {
	part := &holdings.Part{ID: pr.part.ID, JobID: pr.job.ID, CollectionID: *pr.part.CollectionID}
	part.Fence = func(ctx context.Context, tx *store.Tx, p holdings.Progress) error {
		defer pr.s.tell(pr.job.ID)
		return pr.fence(ctx, tx, phase, p.Done, p.Total)
	}
	part.Begun = func(ctx context.Context, tx *store.Tx, _ holdings.Counts) error {
		if show {
			return nil
		}
		return setPart(ctx, tx, pr.part.ID, PartApplying)
	}
	part.Finish = func(ctx context.Context, tx *store.Tx, counts holdings.Counts) error {
		state := PartNoChange
		switch {
		case show:
			state = PartPreviewed
		case counts.Changed():
			state = PartApplied
		}
		if !show && done != nil {
			if err := done(ctx, tx); err != nil {
				return err
			}
		}
		if err := setPart(ctx, tx, pr.part.ID, state); err != nil {
			return err
		}
		return pr.endWithLastPart(ctx, tx)
	}
	return part
}

// resumed are the counts that an earlier run of the part recorded; nil where there was none.
func (pr *partRun) resumed() (*holdings.Counts, error) {
	if pr.part.State != PartApplying {
		return nil, nil
	}
	counts, err := decodeCounts(pr.part.Counts)
	return &counts, err
}
