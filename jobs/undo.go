package jobs

import (
	"context"
	"fmt"
	"slices"

	"autoholdings/ent"
	"autoholdings/holdings"
	"autoholdings/internal/access"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// KindUndo is the kind of a job that reverses another.
const KindUndo = "UNDO"

var undoKind = jobKind{
	name: KindUndo, task: "undo", arguments: argumentsAs[undoArgs],
	inWords: "an undo", sameInWords: "an undo of this job",
	title:       "Undo a job",
	description: "Reverses what another job changed in the holdings; what was changed since is left and listed.",
	mutation:    "undoJob",
}

// undoArgs are an undo's arguments as stored in its row. The job that it reverses is the subject of its row.
type undoArgs struct {
	CollectionIDs []int64 `json:"collectionIds"` // all that the job writes
}

func (a undoArgs) involved() involved { return involved{writes: a.CollectionIDs} }

// Undo queues a job that reverses what an applied job changed. With mode Preview it only shows what it would do. The
// newest job of a collection must be undone first.
func (s *Service) Undo(ctx context.Context, jobID int64, mode, idempotencyKey string) (*ent.Job, error) {
	request := Request{Key: idempotencyKey, Mutation: "undoJob", Arguments: []any{map[string]any{"jobId": jobID, "mode": mode}}}
	return s.start(ctx, KindUndo, request, func(ctx context.Context, tx *store.Tx) (*ent.Job, error) {
		subject, err := checkUndo(ctx, tx, jobID)
		if err != nil {
			return nil, err
		}
		k := kindOf(subject.Kind)
		if k.undoNeeds != "" {
			if err := access.Check(ctx, k.undoNeeds); err != nil {
				return nil, err
			}
		}
		collections, err := k.undo.writes(ctx, tx, subject)
		if err != nil {
			return nil, err
		}
		slices.Sort(collections)
		return s.queue(ctx, tx, newJob{
			kind: KindUndo, mode: mode, trigger: Manual, request: request, subject: jobID,
			args:      undoArgs{slices.Compact(collections)},
			uniqueKey: fmt.Sprintf("undo:%d", jobID), path: "input.jobId",
		})
	})
}

// checkUndo returns a problem for a job that cannot be undone: one of another kind, or one that has not ended, wrote
// nothing, was already undone, or is not the newest of its collections.
func checkUndo(ctx context.Context, tx *store.Tx, jobID int64) (*ent.Job, error) {
	row, err := tx.Job.Get(ctx, jobID)
	if ent.IsNotFound(err) {
		return nil, problem.New(problem.NotFound, "input.jobId", "there is no such job")
	}
	if err != nil {
		return nil, fmt.Errorf("read job %d: %w", jobID, err)
	}
	switch k := kindOf(row.Kind); {
	case k.notUndone != "":
		return nil, wrongState(row, "undone", k.notUndone)
	case k.undo == nil:
		return nil, wrongState(row, "undone", "only "+undoableInWords()+" can be")
	case row.State != Succeeded && row.State != Failed && row.State != Cancelled:
		return nil, wrongState(row, "undone", "it is not over; cancel it first")
	}
	from, err := holdings.ChangesFrom(ctx, tx.SQL.QueryContext)
	if err != nil {
		return nil, err
	}
	if row.FinishedAt != nil && *row.FinishedAt < from {
		return nil, wrongState(row, "undone", "its report is no longer kept; what jobs did can be undone that were over after "+
			holdings.AsMoment(from))
	}
	return row, kindOf(row.Kind).undo.check(ctx, tx, row)
}

// perform reverses the job that is the row's subject, in the way of that job's kind.
func (undoArgs) perform(ctx context.Context, r *run) error {
	if r.job.SubjectJobID == nil {
		return &failure{codeJobGone, "the job to undo is gone", ""}
	}
	undone, err := r.s.store.Read.Job.Get(ctx, *r.job.SubjectJobID)
	if err != nil {
		return fmt.Errorf("read the job to undo: %w", err)
	}
	k := kindOf(undone.Kind)
	if k.undo == nil {
		return &failure{codeCannotUndo, "this version cannot undo jobs of kind " + undone.Kind, "Look at the list of jobs."}
	}
	return k.undo.perform(ctx, r, undone)
}

// stillUndoable checks again, because the job may have waited for a long time.
func stillUndoable(ctx context.Context, tx *store.Tx, jobID int64) error {
	if _, err := checkUndo(ctx, tx, jobID); err != nil {
		return &failure{codeCannotUndo, err.Error(), "Look at the list of jobs."}
	}
	return nil
}
