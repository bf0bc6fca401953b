package jobs

import (
	"context"
	"fmt"

	"autoholdings/ent"
	"autoholdings/ent/job"
	"autoholdings/ent/jobpart"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// KindUndo is the kind of a job that reverses another.
const KindUndo = "UNDO"

// Undo queues a job that reverses what an applied sync or move changed; with mode Preview it only shows what it would do.
// The newest job of a collection goes first.
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
		args, err := undoArgs(subject)
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

// checkUndo refuses what cannot be undone: a job that is not over, wrote nothing, is no sync or move, was undone already,
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
	case row.Kind != KindSync && row.Kind != KindMove:
		return nil, wrongState(row, "undone", "only a sync or a move can be")
	case row.State != Succeeded && row.State != Failed && row.State != Cancelled:
		return nil, wrongState(row, "undone", "it is not over; cancel it first")
	case row.Kind == KindMove:
		return row, checkUndoMove(ctx, tx, row)
	default:
		return row, checkUndoSync(ctx, tx, row)
	}
}

func checkUndoSync(ctx context.Context, tx *store.Tx, row *ent.Job) error {
	written, err := writtenParts(ctx, tx.Client, row.ID)
	if err != nil {
		return err
	}
	if len(written) == 0 {
		return wrongState(row, "undone", "it wrote nothing, or was undone already")
	}
	for _, part := range written {
		if err := checkNewest(ctx, tx, part); err != nil {
			return err
		}
	}
	return nil
}

func checkNewest(ctx context.Context, tx *store.Tx, part *ent.JobPart) error {
	later, err := tx.JobPart.Query().Where(jobpart.CollectionID(*part.CollectionID), jobpart.IDGT(part.ID),
		jobpart.JobIDNEQ(part.JobID), writtenState, jobpart.HasJobWith(job.Kind(KindSync))).
		Order(ent.Desc(jobpart.FieldID)).First(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for later jobs: %w", err)
	}
	return problem.New(problem.Conflict, "input.jobId", "job %d has changed %s since: undo that one first", later.JobID, part.CollectionName)
}

// writtenState are the parts that may have written something: one that was cancelled or failed half way too.
var writtenState = jobpart.StateIn(PartApplied, PartStopped)

func writtenParts(ctx context.Context, client *ent.Client, jobID int64) ([]*ent.JobPart, error) {
	parts, err := client.JobPart.Query().Where(jobpart.JobID(jobID), writtenState,
		jobpart.ProfileIDNotNil(), jobpart.CollectionIDNotNil()).Order(jobpart.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the parts of job %d: %w", jobID, err)
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
	subjects, parts, err := r.undoParts(ctx, subject.ID)
	if err != nil {
		return err
	}
	for i, part := range parts {
		if !open(part.State) {
			continue
		}
		if err := r.undoPart(ctx, subjects[i], part, i == len(parts)-1); err != nil {
			return err
		}
	}
	return r.finishSync(ctx)
}

// undoParts are the subject's written parts and beside each the part that reverses it, made by the job's first run.
func (r *run) undoParts(ctx context.Context, subjectID int64) (subjects, parts []*ent.JobPart, err error) {
	err = r.s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := r.fence(ctx, tx, "prepare", 0, 0); err != nil {
			return err
		}
		if parts, err = partsOf(ctx, tx.Client, r.job.ID); err != nil {
			return err
		}
		if len(parts) == 0 {
			if _, err := checkUndo(ctx, tx, subjectID); err != nil {
				return &failure{"CANNOT_UNDO", err.Error(), "Look at the list of jobs."}
			}
			if err := r.makeUndoParts(ctx, tx, subjectID); err != nil {
				return err
			}
			if parts, err = partsOf(ctx, tx.Client, r.job.ID); err != nil {
				return err
			}
		}
		for _, part := range parts {
			subject, err := tx.JobPart.Query().Where(jobpart.JobID(subjectID), jobpart.ProfileID(*part.ProfileID), jobpart.Content(part.Content)).Only(ctx)
			if err != nil {
				return fmt.Errorf("read the part to undo: %w", err)
			}
			subjects = append(subjects, subject)
		}
		return nil
	})
	return subjects, parts, err
}

func (r *run) makeUndoParts(ctx context.Context, tx *store.Tx, subjectID int64) error {
	written, err := writtenParts(ctx, tx.Client, subjectID)
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

func (r *run) undoPart(ctx context.Context, subject, row *ent.JobPart, last bool) error {
	pr := &partRun{run: r, part: row, last: last}
	part := &holdings.Part{
		ID: row.ID, JobID: r.job.ID, ProfileID: *row.ProfileID, CollectionID: *row.CollectionID, Content: row.Content,
		Kind: coverageKind, Fence: pr.fenceBatches("undo"),
	}
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
			if err := closeUndone(ctx, tx, subject); err != nil {
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
func closeUndone(ctx context.Context, tx *store.Tx, subject *ent.JobPart) error {
	now := store.Now()
	err := tx.JobPart.UpdateOneID(subject.ID).SetState(PartUndone).SetUpdatedAt(now).Exec(ctx)
	if err != nil {
		return fmt.Errorf("record that the part was undone: %w", err)
	}
	if subject.ProviderFileID == nil {
		return nil
	}
	err = tx.ProviderFile.UpdateOneID(*subject.ProviderFileID).SetOutcome(FileUndone).ClearAppliedAt().SetUpdatedAt(now).Exec(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return fmt.Errorf("record that the file was undone: %w", err)
	}
	return nil
}
