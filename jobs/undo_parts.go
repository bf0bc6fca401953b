package jobs

import (
	"context"
	"fmt"
	"slices"

	"autoholdings/ent"
	"autoholdings/ent/job"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/predicate"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// undoByParts undoes jobs that add and remove portfolios, one part after the other. The newest job of a collection must
// be undone first, whatever its kind. Moves are separate: what a sync added stays or goes depending on the PO lines
// that it has now.
type undoByParts struct {
	ofProfiles bool // each part belongs to a profile, and can be undone only while the profile exists
}

// undoneByParts returns the names of the kinds that are undone by parts: those of profiles, or the others.
func undoneByParts(ofProfiles bool) []string {
	return namesOf(func(k *jobKind) bool {
		return k.undo == undoByParts{ofProfiles} || ofProfiles && k.undo == undoPairs{}
	})
}

// check returns a problem if the job wrote nothing, was already undone, or is not the newest of its collections.
func (u undoByParts) check(ctx context.Context, tx *store.Tx, undone *ent.Job) error {
	written, err := u.writtenParts(ctx, tx.Client, undone)
	if err != nil {
		return err
	}
	if len(written) == 0 {
		why := "it wrote nothing, or was undone already"
		gone, err := tx.JobPart.Query().Where(jobpart.JobID(undone.ID), writtenState, jobpart.ProfileIDIsNil()).Exist(ctx)
		if err != nil {
			return fmt.Errorf("read the parts of job %d: %w", undone.ID, err)
		}
		if gone {
			why = "the profile for which it was done was deleted since"
		}
		return wrongState(undone, "undone", why)
	}
	for _, part := range written {
		if err := checkNewest(ctx, tx, part); err != nil {
			return err
		}
	}
	return nil
}

// writes returns the collections of the parts that are reversed.
func (u undoByParts) writes(ctx context.Context, tx *store.Tx, undone *ent.Job) (ids []int64, err error) {
	parts, err := u.writtenParts(ctx, tx.Client, undone)
	for _, part := range parts {
		ids = append(ids, *part.CollectionID)
	}
	return ids, err
}

// perform reverses the job's parts one by one.
func (u undoByParts) perform(ctx context.Context, r *run, undone *ent.Job) error {
	subjects, parts, err := u.parts(ctx, r, undone)
	if err != nil {
		return err
	}
	shown := r.shownUndo(parts)
	return r.eachOpen(ctx, parts, func(ctx context.Context, part *ent.JobPart, last bool) error {
		return r.undoPart(ctx, kindOf(undone.Kind), subjects[part.ID], part, shown, last)
	})
}

// checkNewest returns a problem if a later job that can be undone has changed the part's collection. A job for a
// profile that was deleted since cannot be undone: it does not count, and what it changed is left alone when this part
// is undone.
func checkNewest(ctx context.Context, tx *store.Tx, part *ent.JobPart) error {
	later, err := tx.JobPart.Query().Where(jobpart.CollectionID(*part.CollectionID), writtenAfter(part), jobpart.JobIDNEQ(part.JobID),
		writtenState, jobpart.Or(
			jobpart.And(jobpart.HasJobWith(job.KindIn(undoneByParts(true)...)), jobpart.ProfileIDNotNil()),
			jobpart.HasJobWith(job.KindIn(undoneByParts(false)...)))).
		Order(lastWritten).First(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for later jobs: %w", err)
	}
	return problem.New(problem.Conflict, "input.jobId", "%s has changed %s since: undo that one first", jobName(later.JobID),
		part.CollectionName)
}

// writtenState selects the parts that may have written something, including those cancelled or failed half way.
var writtenState = jobpart.StateIn(PartApplied, PartStopped)

// lastWritten sorts the part written last first. The id does not tell: a part may have been held until a person
// approved it, and ids from two processes are not in time order.
var lastWritten = ent.Desc(jobpart.FieldWrittenAt, jobpart.FieldID)

// writtenAt is when a run last worked on applying a part, in Unix milliseconds; 0: never. That says nothing about whether
// it changed anything: see the part's state.
func writtenAt(part *ent.JobPart) int64 {
	if part.WrittenAt == nil {
		return 0
	}
	return *part.WrittenAt
}

// writtenAfter selects the parts that were written after another one.
func writtenAfter(part *ent.JobPart) predicate.JobPart {
	at := writtenAt(part)
	return jobpart.Or(jobpart.WrittenAtGT(at), jobpart.And(jobpart.WrittenAt(at), jobpart.IDGT(part.ID)))
}

// writtenParts returns the parts of a job that can be reversed: their collection still exists, and so does the profile
// of a sync or withdrawal. They come in the order of reversal, because a part builds on what the part before it did to
// the same portfolios. A part that changed no title, only how its list differs from what other parts wrote, or which
// portfolios wait for a person, is reversed with those.
func (u undoByParts) writtenParts(ctx context.Context, client *ent.Client, undone *ent.Job) ([]*ent.JobPart, error) {
	reviews := jobpart.HasChangesWith(jobchange.Action(string(plan.Review)), jobchange.OldValueNEQ(""))
	beside := jobpart.And(jobpart.State(PartNoChange), jobpart.Or(jobpart.SettledAtNotNil(), reviews))
	where := []predicate.JobPart{
		jobpart.JobID(undone.ID), jobpart.CollectionIDNotNil(), jobpart.Or(writtenState, jobpart.State(PartUndone), beside),
	}
	if u.ofProfiles {
		where = append(where, jobpart.ProfileIDNotNil())
	}
	parts, err := client.JobPart.Query().Where(where...).Order(lastWritten).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the parts of job %d: %w", undone.ID, err)
	}
	changed := map[int64]bool{}
	for _, part := range parts {
		if part.State != PartNoChange {
			changed[*part.CollectionID] = true
		}
	}
	return slices.DeleteFunc(parts, func(p *ent.JobPart) bool { return p.State == PartUndone || !changed[*p.CollectionID] }), nil
}

// parts returns the parts that reverse the subject's written ones and, by their ids, the part that each one reverses.
func (u undoByParts) parts(
	ctx context.Context, r *run, undone *ent.Job,
) (subjects map[int64]*ent.JobPart, parts []*ent.JobPart, err error) {
	parts, err = r.parts(ctx, "prepare", func(ctx context.Context, tx *store.Tx) error { return u.makeParts(ctx, tx, r, undone) })
	if err != nil {
		return nil, nil, err
	}
	subjects = map[int64]*ent.JobPart{}
	for _, part := range parts {
		if part.CollectionID == nil || u.ofProfiles && part.ProfileID == nil {
			return nil, nil, &failure{codeProfileGone, "the profile or the collection was deleted meanwhile", ""}
		}
		subjects[part.ID], err = r.s.store.Read.JobPart.Query().
			Where(jobpart.JobID(undone.ID), ofProfile(part.ProfileID), jobpart.CollectionID(*part.CollectionID)).Only(ctx)
		if err != nil {
			return nil, nil, fmt.Errorf("read the part to undo: %w", err)
		}
	}
	return subjects, parts, nil
}

func (u undoByParts) makeParts(ctx context.Context, tx *store.Tx, r *run, undone *ent.Job) error {
	if err := stillUndoable(ctx, tx, undone.ID); err != nil {
		return err
	}
	written, err := u.writtenParts(ctx, tx.Client, undone)
	if err != nil {
		return err
	}
	for _, w := range written {
		err := r.makePart(ctx, r.newPart(tx).SetNillableProfileID(w.ProfileID).SetNillableCollectionID(w.CollectionID).
			SetNillableProviderFileID(w.ProviderFileID).SetContent(w.Content).SetGroups(w.Groups).
			SetProfileName(w.ProfileName).SetCollectionName(w.CollectionName).SetState(PartFetched))
		if err != nil {
			return err
		}
	}
	return nil
}

// shownUndo is what a preview shows; nil: it is none. A resumed one begins anew.
func (r *run) shownUndo(parts []*ent.JobPart) *holdings.ShownUndo {
	if r.job.Mode != Preview {
		return nil
	}
	if anyOpen(parts) {
		showAgain(parts)
	}
	return holdings.NewShownUndo()
}

func (r *run) undoPart(ctx context.Context, k *jobKind, subject, row *ent.JobPart, shown *holdings.ShownUndo, last bool) error {
	pr := &partRun{run: r, part: row, last: last}
	part, err := r.s.partToDo(ctx, k, row)
	if err != nil {
		return err
	}
	part.Fence = pr.fenceBatches("undo")
	if shown != nil {
		shown.Last = last
	}
	pr.endIn(part, shown != nil, func(ctx context.Context, tx *store.Tx) error { return r.closeUndone(ctx, tx, k, subject) })
	resumed, err := pr.resumed()
	if err != nil {
		return err
	}
	_, err = r.s.holdings.Undo(ctx, subject.ID, part, resumed, shown)
	return err
}

// closeUndone records that a part no longer stands, and that what it applied of its file must not be applied again
// automatically.
func (r *run) closeUndone(ctx context.Context, tx *store.Tx, k *jobKind, subject *ent.JobPart) error {
	err := tx.JobPart.UpdateOneID(subject.ID).SetState(PartUndone).SetUpdatedAt(tx.Now).Exec(ctx)
	if err != nil {
		return fmt.Errorf("record that the part was undone: %w", err)
	}
	if k.again {
		return nil
	}
	if !remembers(subject) {
		return updateFile(ctx, tx, k, subject, func(u *ent.ProviderFileUpdate) { u.SetOutcome(FileUndone).ClearAppliedAt() })
	}
	if err := r.s.decide(ctx, tx, verdictOn{subject, KindsOf(subject), Declined, "undone by " + jobName(r.job.ID), r.job.ID}); err != nil {
		return err
	}
	decided, err := decisionsOn(ctx, tx.Client, *subject.ProviderFileID, *subject.CollectionID)
	if err != nil {
		return err
	}
	still, err := appliedStill(ctx, tx, k, subject)
	if err != nil {
		return err
	}
	return updateFile(ctx, tx, k, subject, func(u *ent.ProviderFileUpdate) {
		if len(decided.declined()) == len(plan.AllKinds) {
			u.SetOutcome(FileUndone)
		}
		if still == nil {
			u.ClearAppliedAt()
		} else {
			u.SetAppliedAt(writtenAt(still))
		}
	})
}

// appliedStill returns the newest part of another job of the kind that applied the same file and was not undone; nil:
// the file no longer counts as applied.
func appliedStill(ctx context.Context, tx *store.Tx, k *jobKind, undone *ent.JobPart) (*ent.JobPart, error) {
	still, err := tx.JobPart.Query().Where(jobpart.ProviderFileID(*undone.ProviderFileID), jobpart.CollectionID(*undone.CollectionID),
		jobpart.IDNEQ(undone.ID),
		jobpart.State(PartApplied), jobpart.HasJobWith(job.Kind(k.name))).Order(lastWritten).First(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for what else applied the file: %w", err)
	}
	return still, nil
}

// ofProfile selects the parts of the same profile, or of no profile.
func ofProfile(id *int64) predicate.JobPart {
	if id == nil {
		return jobpart.ProfileIDIsNil()
	}
	return jobpart.ProfileID(*id)
}
