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

// holders are the kinds of jobs that give and take portfolios, and can be reversed. The newest of a collection goes first,
// whichever of them it is. A move stands beside them: what a sync added goes or stays by the PO lines that it has now.
var holders = []string{KindSync, KindImport, KindActivate, KindWithdraw}

// Undo queues a job that reverses what an applied job changed; with mode Preview it only shows what it would do. The
// newest job of a collection goes first.
func (s *Service) Undo(ctx context.Context, jobID int64, mode, idempotencyKey string) (*ent.Job, error) {
	var queued *ent.Job
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if queued, err = knownJob(ctx, tx.Client, idempotencyKey); queued != nil || err != nil {
			return err
		}
		subject, err := checkUndo(ctx, tx, jobID)
		if err != nil {
			return err
		}
		args, err := undoArgs(ctx, tx, subject)
		if err != nil {
			return err
		}
		now := store.Now()
		create := tx.Job.Create().SetID(s.store.NextID()).SetCreatedAt(now).SetUpdatedAt(now).SetKind(KindUndo).SetState(Queued).
			SetMode(mode).SetTrigger(Manual).SetArgs(args).SetDueAt(now).SetSubjectJobID(jobID)
		if mode == Apply {
			create.SetUniqueKey(fmt.Sprintf("undo:%d", jobID))
		}
		if idempotencyKey != "" {
			create.SetIdempotencyKey(idempotencyKey)
		}
		queued, err = create.Save(ctx)
		if store.IsUniqueViolation(err, "jobs.unique_key") {
			return problem.New(problem.Conflict, "input.jobId", "an undo of this job is under way: wait for it or cancel it")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	s.Nudge()
	return queued, nil
}

// checkUndo refuses what cannot be undone: a job of another kind, or one that is not over, wrote nothing, was undone already,
// or is not the newest of its collections.
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
		return nil, wrongState(row, "undone", "it brought the Community Zone in step with a title list. Import the former list instead, with force: providerFiles names it")
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

// checkNewest refuses where a later job that can be undone has changed the part's collection. What was done for a profile
// that was deleted since cannot be: it stays, and what it changed is left where this part is undone.
func checkNewest(ctx context.Context, tx *store.Tx, part *ent.JobPart) error {
	later, err := tx.JobPart.Query().Where(jobpart.CollectionID(*part.CollectionID), writtenAfter(part), jobpart.JobIDNEQ(part.JobID), writtenState, jobpart.HasJobWith(job.KindIn(holders...)),
		jobpart.Or(jobpart.ProfileIDNotNil(), jobpart.HasJobWith(job.KindNotIn(KindSync, KindWithdraw)))).
		Order(lastWritten).First(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for later jobs: %w", err)
	}
	return problem.New(problem.Conflict, "input.jobId", "%s has changed %s since: undo that one first", jobName(later.JobID), part.CollectionName)
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

// writtenParts are those of a job that can be reversed: the collection is there and, of a sync or a withdrawal, the profile. They stand in
// the order in which they are to be reversed: what one profile's part did stands on what the part before it had done to
// the same portfolios.
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
	for i, part := range parts {
		if !open(part.State) {
			continue
		}
		if err := r.undoPart(ctx, subject.Kind, subjects[i], part, i == len(parts)-1); err != nil {
			return err
		}
	}
	return r.finishSync(ctx)
}

// undoParts are the subject's written parts and beside each the part that reverses it, made by the job's first run.
func (r *run) undoParts(ctx context.Context, undone *ent.Job) (subjects, parts []*ent.JobPart, err error) {
	err = r.s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := r.fence(ctx, tx, "prepare", 0, 0); err != nil {
			return err
		}
		if parts, err = partsOf(ctx, tx.Client, r.job.ID); err != nil {
			return err
		}
		if len(parts) == 0 {
			if _, err := checkUndo(ctx, tx, undone.ID); err != nil {
				return &failure{"CANNOT_UNDO", err.Error(), "Look at the list of jobs."}
			}
			if err := r.makeUndoParts(ctx, tx, undone); err != nil {
				return err
			}
			if parts, err = partsOf(ctx, tx.Client, r.job.ID); err != nil {
				return err
			}
		}
		for _, part := range parts {
			if part.CollectionID == nil || ofProfiles(undone.Kind) && part.ProfileID == nil {
				return &failure{"PROFILE_GONE", "the profile or the collection was deleted meanwhile", ""}
			}
			subject, err := tx.JobPart.Query().Where(jobpart.JobID(undone.ID), ofProfile(part.ProfileID), jobpart.Content(part.Content)).Only(ctx)
			if err != nil {
				return fmt.Errorf("read the part to undo: %w", err)
			}
			subjects = append(subjects, subject)
		}
		return nil
	})
	return subjects, parts, err
}

func (r *run) makeUndoParts(ctx context.Context, tx *store.Tx, undone *ent.Job) error {
	written, err := writtenParts(ctx, tx.Client, undone)
	if err != nil {
		return err
	}
	for _, w := range written {
		now := store.Now()
		err := tx.JobPart.Create().SetID(r.s.store.NextID()).SetCreatedAt(now).SetUpdatedAt(now).SetJobID(r.job.ID).
			SetNillableProfileID(w.ProfileID).SetNillableCollectionID(w.CollectionID).SetNillableProviderFileID(w.ProviderFileID).
			SetContent(w.Content).SetGroups(w.Groups).SetProfileName(w.ProfileName).SetCollectionName(w.CollectionName).
			SetState(PartFetched).Exec(ctx)
		if err != nil {
			return fmt.Errorf("make the parts of job %d: %w", r.job.ID, err)
		}
	}
	return nil
}

func (r *run) undoPart(ctx context.Context, kind string, subject, row *ent.JobPart, last bool) error {
	pr := &partRun{run: r, part: row, last: last}
	part := partToDo(row, kind)
	part.Fence = pr.fenceBatches("undo")
	show := r.job.Mode == Preview
	part.Begun = func(ctx context.Context, tx *store.Tx, _ holdings.Counts) error {
		if show {
			return nil
		}
		return setPart(ctx, tx, row.ID, PartApplying)
	}
	part.Finish = func(ctx context.Context, tx *store.Tx, counts holdings.Counts) error {
		state := PartPreviewed
		if !show {
			state = PartNoChange
			if counts.Changed() {
				state = PartApplied
			}
			if err := closeUndone(ctx, tx, kind, subject); err != nil {
				return err
			}
		}
		if err := setPart(ctx, tx, row.ID, state); err != nil {
			return err
		}
		return pr.endWithLastPart(ctx, tx)
	}
	var resumed *holdings.Counts
	if row.State == PartApplying {
		counts, err := decodeCounts(row.Counts)
		if err != nil {
			return err
		}
		resumed = &counts
	}
	_, err := r.s.holdings.Undo(ctx, subject.ID, part, resumed, show)
	return err
}

// closeUndone records that a part no longer stands, and that its file is not to be applied again by itself.
func closeUndone(ctx context.Context, tx *store.Tx, kind string, subject *ent.JobPart) error {
	err := tx.JobPart.UpdateOneID(subject.ID).SetState(PartUndone).SetUpdatedAt(store.Now()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("record that the part was undone: %w", err)
	}
	return updateFile(ctx, tx, kind, subject, func(u *ent.ProviderFileUpdate) { u.SetOutcome(FileUndone).ClearAppliedAt() })
}

// ofProfile are the parts of the same profile, or of none.
func ofProfile(id *int64) predicate.JobPart {
	if id == nil {
		return jobpart.ProfileIDIsNil()
	}
	return jobpart.ProfileID(*id)
}
