package jobs

import (
	"context"
	"fmt"
	"slices"

	"autoholdings/ent"
	"autoholdings/ent/job"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/predicate"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// KindUndo is the kind of a job that reverses another.
const KindUndo = "UNDO"

// holders are the kinds of jobs that give and take portfolios, and can be reversed. The newest of a collection goes
// first, whichever of them it is. A move stands beside them: what a sync added goes or stays by the PO lines that it
// has now.
var holders = []string{KindSync, KindImport, KindActivate, KindWithdraw}

// Undo queues a job that reverses what an applied job changed; with mode Preview it only shows what it would do. The
// newest job of a collection goes first.
func (s *Service) Undo(ctx context.Context, jobID int64, mode, idempotencyKey string) (*ent.Job, error) {
	request := Request{Key: idempotencyKey, Mutation: "undoJob", Arguments: []any{map[string]any{"jobId": jobID, "mode": mode}}}
	return s.start(ctx, KindUndo, request, func(ctx context.Context, tx *store.Tx) (*ent.Job, error) {
		subject, err := checkUndo(ctx, tx, jobID)
		if err != nil {
			return nil, err
		}
		args, err := undoArgs(ctx, tx, subject)
		if err != nil {
			return nil, err
		}
		return s.queue(ctx, tx, newJob{
			kind: KindUndo, mode: mode, trigger: Manual, request: request, args: args, subject: jobID,
			uniqueKey: fmt.Sprintf("undo:%d", jobID), what: "an undo of this job", path: "input.jobId",
		})
	})
}

// checkUndo refuses what cannot be undone: a job of another kind, or one that is not over, wrote nothing, was undone
// already, or is not the newest of its collections.
func checkUndo(ctx context.Context, tx *store.Tx, jobID int64) (*ent.Job, error) {
	row, err := tx.Job.Get(ctx, jobID)
	if ent.IsNotFound(err) {
		return nil, problem.New(problem.NotFound, "input.jobId", "there is no such job")
	}
	if err != nil {
		return nil, fmt.Errorf("read job %d: %w", jobID, err)
	}
	switch {
	case row.Kind == KindZone:
		return nil, wrongState(row, "undone",
			"it brought the Community Zone in step with a title list. Import the former list instead, with force: providerFiles names it")
	case row.Kind != KindMove && !slices.Contains(holders, row.Kind):
		return nil, wrongState(row, "undone", "only a sync, a withdrawal, an import, an activation of all titles or a move can be")
	case row.State != Succeeded && row.State != Failed && row.State != Cancelled:
		return nil, wrongState(row, "undone", "it is not over; cancel it first")
	case row.Kind == KindMove:
		return row, checkUndoMove(ctx, tx, row)
	default:
		return row, checkUndoSync(ctx, tx, row)
	}
}

func checkUndoSync(ctx context.Context, tx *store.Tx, row *ent.Job) error {
	written, err := writtenParts(ctx, tx.Client, row)
	if err != nil {
		return err
	}
	if len(written) == 0 {
		why := "it wrote nothing, or was undone already"
		gone, err := tx.JobPart.Query().Where(jobpart.JobID(row.ID), writtenState, jobpart.ProfileIDIsNil()).Exist(ctx)
		if err != nil {
			return fmt.Errorf("read the parts of job %d: %w", row.ID, err)
		}
		if gone {
			why = "the profile for which it was done was deleted since"
		}
		return wrongState(row, "undone", why)
	}
	for _, part := range written {
		if err := checkNewest(ctx, tx, part); err != nil {
			return err
		}
	}
	return nil
}

// checkNewest refuses where a later job that can be undone has changed the part's collection. What was done for a
// profile that was deleted since cannot be: it stays, and what it changed is left where this part is undone.
func checkNewest(ctx context.Context, tx *store.Tx, part *ent.JobPart) error {
	later, err := tx.JobPart.Query().Where(jobpart.CollectionID(*part.CollectionID), writtenAfter(part), jobpart.JobIDNEQ(part.JobID),
		writtenState, jobpart.HasJobWith(job.KindIn(holders...)),
		jobpart.Or(jobpart.ProfileIDNotNil(), jobpart.HasJobWith(job.KindNotIn(KindSync, KindWithdraw)))).
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

// writtenState are the parts that may have written something: one that was cancelled or failed half way too.
var writtenState = jobpart.StateIn(PartApplied, PartStopped)

// lastWritten puts the part that was written last first. Its id does not tell: a part may have been held until a person
// approved it, and the ids of two processes do not rise together.
var lastWritten = ent.Desc(jobpart.FieldUpdatedAt, jobpart.FieldID)

// writtenAfter are the parts that were written after another one.
func writtenAfter(part *ent.JobPart) predicate.JobPart {
	return jobpart.Or(jobpart.UpdatedAtGT(part.UpdatedAt), jobpart.And(jobpart.UpdatedAt(part.UpdatedAt), jobpart.IDGT(part.ID)))
}

// ofProfiles says whether the parts of such a job are each of a profile.
func ofProfiles(kind string) bool { return kind == KindSync || kind == KindWithdraw }

// writtenParts are those of a job that can be reversed: the collection is there and, of a sync or a withdrawal, the
// profile. They stand in the order in which they are to be reversed: what one profile's part did stands on what the
// part before it had done to the same portfolios.
func writtenParts(ctx context.Context, client *ent.Client, row *ent.Job) ([]*ent.JobPart, error) {
	where := []predicate.JobPart{jobpart.JobID(row.ID), writtenState, jobpart.CollectionIDNotNil()}
	if ofProfiles(row.Kind) {
		where = append(where, jobpart.ProfileIDNotNil())
	}
	parts, err := client.JobPart.Query().Where(where...).Order(lastWritten).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the parts of job %d: %w", row.ID, err)
	}
	return parts, nil
}

// undo reverses the subject's parts one by one.
func (r *run) undo(ctx context.Context) error {
	if r.job.SubjectJobID == nil {
		return &failure{"JOB_GONE", "the job to undo is gone", ""}
	}
	subject, err := r.s.store.Read.Job.Get(ctx, *r.job.SubjectJobID)
	if err != nil {
		return fmt.Errorf("read the job to undo: %w", err)
	}
	if subject.Kind == KindMove {
		return r.undoMove(ctx, subject.ID)
	}
	subjects, parts, err := r.undoParts(ctx, subject)
	if err != nil {
		return err
	}
	return r.eachOpen(ctx, parts, func(ctx context.Context, part *ent.JobPart, last bool) error {
		return r.undoPart(ctx, subject.Kind, subjects[part.ID], part, last)
	})
}

// undoParts are the parts that reverse the subject's written ones, and of each of them, by id, the one that it
// reverses.
func (r *run) undoParts(ctx context.Context, undone *ent.Job) (subjects map[int64]*ent.JobPart, parts []*ent.JobPart, err error) {
	parts, err = r.parts(ctx, "prepare", func(ctx context.Context, tx *store.Tx) error { return r.makeUndoParts(ctx, tx, undone) })
	if err != nil {
		return nil, nil, err
	}
	subjects = map[int64]*ent.JobPart{}
	for _, part := range parts {
		if part.CollectionID == nil || ofProfiles(undone.Kind) && part.ProfileID == nil {
			return nil, nil, &failure{"PROFILE_GONE", "the profile or the collection was deleted meanwhile", ""}
		}
		subjects[part.ID], err = r.s.store.Read.JobPart.Query().
			Where(jobpart.JobID(undone.ID), ofProfile(part.ProfileID), jobpart.CollectionID(*part.CollectionID)).Only(ctx)
		if err != nil {
			return nil, nil, fmt.Errorf("read the part to undo: %w", err)
		}
	}
	return subjects, parts, nil
}

func (r *run) makeUndoParts(ctx context.Context, tx *store.Tx, undone *ent.Job) error {
	if err := stillUndoable(ctx, tx, undone.ID); err != nil {
		return err
	}
	written, err := writtenParts(ctx, tx.Client, undone)
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

// stillUndoable looks again: the job may have waited for long.
func stillUndoable(ctx context.Context, tx *store.Tx, jobID int64) error {
	if _, err := checkUndo(ctx, tx, jobID); err != nil {
		return &failure{"CANNOT_UNDO", err.Error(), "Look at the list of jobs."}
	}
	return nil
}

func (r *run) undoPart(ctx context.Context, kind string, subject, row *ent.JobPart, last bool) error {
	pr := &partRun{run: r, part: row, last: last}
	part := partToDo(row, kind)
	part.Fence = pr.fenceBatches("undo")
	show := r.job.Mode == Preview
	pr.endIn(part, show, func(ctx context.Context, tx *store.Tx) error { return r.closeUndone(ctx, tx, kind, subject) })
	resumed, err := pr.resumed()
	if err != nil {
		return err
	}
	_, err = r.s.holdings.Undo(ctx, subject.ID, part, resumed, show)
	return err
}

// closeUndone records that a part no longer stands, and that what it applied of its file is not to be applied again by
// itself.
func (r *run) closeUndone(ctx context.Context, tx *store.Tx, kind string, subject *ent.JobPart) error {
	err := tx.JobPart.UpdateOneID(subject.ID).SetState(PartUndone).SetUpdatedAt(store.Now()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("record that the part was undone: %w", err)
	}
	if kind != KindSync || !remembers(subject) {
		return updateFile(ctx, tx, kind, subject, func(u *ent.ProviderFileUpdate) { u.SetOutcome(FileUndone).ClearAppliedAt() })
	}
	if err := r.s.decide(ctx, tx, verdictOn{subject, KindsOf(subject), Declined, "undone by " + jobName(r.job.ID), r.job.ID}); err != nil {
		return err
	}
	decided, err := standingOf(ctx, tx.Client, *subject.ProviderFileID, *subject.CollectionID)
	if err != nil {
		return err
	}
	still, err := appliedStill(ctx, tx, subject)
	if err != nil {
		return err
	}
	return updateFile(ctx, tx, kind, subject, func(u *ent.ProviderFileUpdate) {
		if len(decided.declined()) == len(holdings.AllKinds) {
			u.SetOutcome(FileUndone)
		}
		if still == nil {
			u.ClearAppliedAt()
		} else {
			u.SetAppliedAt(still.UpdatedAt)
		}
	})
}

// appliedStill is the newest part of another sync that applied the same file and was not undone; nil: the file counts
// as applied no more.
func appliedStill(ctx context.Context, tx *store.Tx, undone *ent.JobPart) (*ent.JobPart, error) {
	still, err := tx.JobPart.Query().Where(jobpart.ProviderFileID(*undone.ProviderFileID), jobpart.CollectionID(*undone.CollectionID),
		jobpart.IDNEQ(undone.ID),
		jobpart.State(PartApplied), jobpart.HasJobWith(job.Kind(KindSync))).Order(lastWritten).First(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for what else applied the file: %w", err)
	}
	return still, nil
}

// ofProfile are the parts of the same profile, or of none.
func ofProfile(id *int64) predicate.JobPart {
	if id == nil {
		return jobpart.ProfileIDIsNil()
	}
	return jobpart.ProfileID(*id)
}
