package jobs

import (
	"context"
	"fmt"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/profile"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// Cancel stops a job: at once where it has not begun, at its next batch where it has. What it has written stays, and
// its verdict then is PARTIAL. Cancelling a job that waits for a person rejects it.
func (s *Service) Cancel(ctx context.Context, jobID int64) (*ent.Job, error) {
	return s.control(ctx, jobID, func(ctx context.Context, tx *store.Tx, row *ent.Job) error {
		switch row.State {
		case Queued:
			return (&run{s: s, job: row, token: row.RunToken}).finishEarlyIn(ctx, tx, cancelled)
		case Running:
			return tx.Job.UpdateOneID(jobID).SetState(Cancelling).SetUpdatedAt(store.Now()).Exec(ctx)
		case Cancelling:
			return nil
		case NeedsReview:
			return reject(ctx, tx, row)
		default:
			return wrongState(row, "cancelled", "it is over")
		}
	})
}

// Approve puts a job that waits for a person back into the queue, to apply what its guard held from that very file.
func (s *Service) Approve(ctx context.Context, jobID int64) (*ent.Job, error) {
	return s.control(ctx, jobID, func(ctx context.Context, tx *store.Tx, row *ent.Job) error {
		if row.State != NeedsReview {
			return wrongState(row, "approved", "only a job in NEEDS_REVIEW waits for a decision")
		}
		if row.Kind == KindSync { // a withdrawal is of an inactive profile, or of an active one without a list
			if err := checkHeldProfiles(ctx, tx, jobID); err != nil {
				return err
			}
		}
		now := store.Now()
		if err := tx.JobPart.Update().Where(jobpart.JobID(jobID), jobpart.State(PartHeld)).
			SetState(PartApproved).SetCode("").SetMessage("").SetHint("").SetUpdatedAt(now).Exec(ctx); err != nil {
			return err
		}
		err := tx.Job.UpdateOneID(jobID).SetState(Queued).SetVerdict("").SetAttempt(0).ClearDispatchedAt().
			SetErrorCode("").SetErrorMessage("").SetErrorHint("").SetDueAt(max(now, row.DueAt+1)).SetUpdatedAt(now).Exec(ctx)
		if store.IsUniqueViolation(err, "jobs.unique_key") {
			return problem.New(problem.Conflict, "input.jobId", "another job that does the same is under way: wait for it, then approve this one if it is still there")
		}
		return err
	})
}

// checkHeldProfiles refuses to apply what is held of a profile that was deactivated since.
func checkHeldProfiles(ctx context.Context, tx *store.Tx, jobID int64) error {
	inactive, err := tx.Profile.Query().Where(profile.Active(false),
		profile.HasJobPartsWith(jobpart.JobID(jobID), jobpart.State(PartHeld))).Order(profile.ByID()).All(ctx)
	if err != nil {
		return fmt.Errorf("read the profiles of job %d: %w", jobID, err)
	}
	var problems problem.List
	for _, p := range inactive {
		problems.Add(problem.ProfileInactive, "input.jobId",
			"profile %q is inactive, so nothing of it can be applied: activate it first, or reject the job", holdings.ProfileName(p))
	}
	return problems.Err()
}

// Reject ends a job that waits for a person; its file is not applied again until its bytes change.
func (s *Service) Reject(ctx context.Context, jobID int64) (*ent.Job, error) {
	return s.control(ctx, jobID, func(ctx context.Context, tx *store.Tx, row *ent.Job) error {
		if row.State != NeedsReview {
			return wrongState(row, "rejected", "only a job in NEEDS_REVIEW waits for a decision")
		}
		return reject(ctx, tx, row)
	})
}

func reject(ctx context.Context, tx *store.Tx, row *ent.Job) error {
	held, err := tx.JobPart.Query().Where(jobpart.JobID(row.ID), jobpart.State(PartHeld)).All(ctx)
	if err != nil {
		return err
	}
	why := rejection(row)
	for _, part := range held {
		if err := closeHeld(ctx, tx, part, PartRejected, why); err != nil {
			return err
		}
		err := updateFile(ctx, tx, row.Kind, part, func(u *ent.ProviderFileUpdate) { u.SetOutcome(FileRejected) })
		if err != nil {
			return err
		}
	}
	return endReviewed(ctx, tx, row.ID, why)
}

// rejection says what rejecting a job's held changes means.
func rejection(row *ent.Job) failure {
	if row.Kind == KindWithdraw {
		return failure{
			"REJECTED", "the withdrawal was rejected: nothing was written, the entitlements stay in force, and the profile stays as it is",
			"Activate the profile to sync it again, or withdraw its entitlements anew.",
		}
	}
	return failure{"REJECTED", "the held changes were rejected; nothing of them was written", "The next file of other content is judged anew."}
}

// control changes a job's row and answers with what it is then.
func (s *Service) control(ctx context.Context, jobID int64, change func(context.Context, *store.Tx, *ent.Job) error) (*ent.Job, error) {
	var after *ent.Job
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		row, err := tx.Job.Get(ctx, jobID)
		if ent.IsNotFound(err) {
			return problem.New(problem.NotFound, "input.jobId", "there is no such job")
		}
		if err != nil {
			return fmt.Errorf("read job %d: %w", jobID, err)
		}
		if err := change(ctx, tx, row); err != nil {
			return err
		}
		after, err = tx.Job.Get(ctx, jobID)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.Nudge()
	s.tell(jobID)
	return after, nil
}

func wrongState(row *ent.Job, verb, why string) error {
	return problem.New(problem.WrongState, "input.jobId", "a job in %s cannot be %s: %s", strings.ReplaceAll(row.State, "_", " "), verb, why)
}
