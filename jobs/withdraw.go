package jobs

import (
	"context"
	"fmt"
	"strings"

	"autoholdings/ent"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// KindWithdraw is the kind of a job that withdraws the entitlements of a profile.
const KindWithdraw = "WITHDRAW"

// WithdrawRequest asks for the withdrawal of a profile's entitlements.
type WithdrawRequest struct {
	ProfileID      int64  `json:"profileId"`
	Content        string // BOOKS or JOURNALS: those of one content type; "": all
	DeleteProfile  bool   // delete the profile at the end; it is deactivated at once where it is active
	Mode           string // Apply or Preview
	Trigger        string // Manual or Command
	IdempotencyKey string `json:"-"`

	// Of is the request that the withdrawal is a part of, in whose Once it is queued; empty: it is asked for by itself.
	Of Request `json:"-"`
}

func (in WithdrawRequest) request() Request {
	if in.Of.Mutation != "" {
		return in.Of
	}
	return Request{Key: in.IdempotencyKey, Mutation: "withdrawProfile", Arguments: []any{in}}
}

// withdrawArgs are a withdrawal's arguments as its row keeps them.
type withdrawArgs struct {
	ProfileIDs    []int64 `json:"profileIds"`    // one
	CollectionIDs []int64 `json:"collectionIds"` // where it had entitlements in force
	DeleteProfile bool    `json:"deleteProfile,omitempty"`
	Content       string  `json:"content,omitempty"`
}

// StartWithdrawal queues a withdrawal. With DeleteProfile the profile is deactivated in the same transaction. Refused
// are an active profile otherwise, unless the provider has no list of the content type any more, one with an unfinished
// job, and one without entitlements in force.
func (s *Service) StartWithdrawal(ctx context.Context, in WithdrawRequest) (queued *ent.Job, err error) {
	if !in.DeleteProfile {
		return s.start(ctx, KindWithdraw, in.request(), func(ctx context.Context, tx *store.Tx) (*ent.Job, error) {
			return s.queueWithdrawal(ctx, tx, in)
		})
	}
	queued, _, err = s.Once(ctx, KindWithdraw, in.request(), func(ctx context.Context) (queued *ent.Job, err error) {
		inactive := false
		_, _, err = s.holdings.UpdateProfile(ctx, in.ProfileID, nil, holdings.ProfileInput{Active: &inactive},
			func(ctx context.Context, tx *store.Tx, _ *ent.Profile) (err error) {
				queued, err = s.queueWithdrawal(ctx, tx, in)
				return err
			})
		if err != nil {
			return nil, err
		}
		s.Nudge()
		return queued, nil
	})
	return queued, err
}

func (s *Service) queueWithdrawal(ctx context.Context, tx *store.Tx, in WithdrawRequest) (*ent.Job, error) {
	if err := s.checkWithdrawal(ctx, tx, in); err != nil {
		return nil, err
	}
	collections, err := s.holdings.EntitledCollections(ctx, tx, in.ProfileID, in.Content)
	if err != nil {
		return nil, err
	}
	if len(collections) == 0 && in.Content != "" {
		return nil, problem.New(problem.WrongState, "input.content",
			"the profile has no entitlements in force of %s: there is nothing to withdraw", strings.ToLower(in.Content))
	}
	if len(collections) == 0 {
		return nil, problem.New(problem.WrongState, "input.profileId",
			"the profile has no entitlements in force: there is nothing to withdraw, and it can be deleted as it is")
	}
	return s.queue(ctx, tx, newJob{
		kind: KindWithdraw, mode: in.Mode, trigger: in.Trigger, request: in.request(),
		args:      withdrawArgs{[]int64{in.ProfileID}, collections, in.DeleteProfile, in.Content},
		uniqueKey: fmt.Sprintf("withdraw:%d", in.ProfileID), what: "a withdrawal of this profile's entitlements", path: "input.profileId",
	})
}

func (s *Service) checkWithdrawal(ctx context.Context, tx *store.Tx, in WithdrawRequest) error {
	p, err := tx.Profile.Get(ctx, in.ProfileID)
	if ent.IsNotFound(err) {
		return problem.New(problem.NotFound, "input.profileId", "there is no such profile: it may have been deleted")
	}
	if err != nil {
		return fmt.Errorf("read profile %d: %w", in.ProfileID, err)
	}
	gone, err := s.listGone(ctx, tx, p, in.Content)
	if err != nil {
		return err
	}
	if p.Active && !gone {
		return problem.New(problem.WrongState, "input.profileId",
			"the profile %q is active, and its next run would bring everything back: deactivate it first (updateProfile). An active one can be "+
				"withdrawn from for one content type, once the provider's last three answers for it were no file, a list without titles, or "+
				"credentials refused",
			holdings.ProfileName(p))
	}
	if in.Mode != Apply {
		return nil
	}
	return CheckIdle(ctx, tx, in.ProfileID)
}

// listGone says whether the provider has no list of the content type any more: its last answers to the profile were
// none.
func (s *Service) listGone(ctx context.Context, tx *store.Tx, p *ent.Profile, content string) (bool, error) {
	if !p.Active || content == "" {
		return false, nil
	}
	none, err := s.holdings.NoListOf(ctx, tx, p.ID, content)
	return none != nil, err
}

// withdraw ends the profile's entitlements, one collection after the other.
func (r *run) withdraw(ctx context.Context) error {
	args, err := argsOf[withdrawArgs](r.job)
	if err != nil {
		return err
	}
	return r.inParts(ctx, func(ctx context.Context, tx *store.Tx) error { return r.makeWithdrawalParts(ctx, tx, args) },
		func(ctx context.Context, row *ent.JobPart, last bool) error {
			return r.withdrawPart(ctx, row, last, args.Content)
		})
}

func (r *run) makeWithdrawalParts(ctx context.Context, tx *store.Tx, args withdrawArgs) error {
	p, err := r.withdrawnProfile(ctx, tx, args.ProfileIDs[0], args.Content)
	if err != nil {
		return err
	}
	for _, id := range args.CollectionIDs {
		if err := r.makeWithdrawalPart(ctx, tx, p, id); err != nil {
			return err
		}
	}
	return nil
}

// withdrawnProfile is the profile with its groups. One that was activated since the job was queued stops it: its next
// sync and this job would undo each other. An active one may go on while the provider has no list of the content type.
func (r *run) withdrawnProfile(ctx context.Context, tx *store.Tx, id int64, content string) (*ent.Profile, error) {
	p, err := profileOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, &failure{"PROFILE_GONE", "the profile was deleted meanwhile", ""}
	}
	gone, err := r.s.listGone(ctx, tx, p, content)
	switch {
	case err != nil:
		return nil, err
	case p.Active && !gone && content != "":
		return nil, &failure{
			"PROFILE_ACTIVE", fmt.Sprintf("the profile %q is active, and the provider's last three answers for %s no longer are that it has no list",
				holdings.ProfileName(p), strings.ToLower(content)),
			"Look at the profile's last jobs. If its entitlements are to be withdrawn all the same, deactivate it first.",
		}
	case p.Active && !gone:
		return nil, &failure{
			"PROFILE_ACTIVE", fmt.Sprintf("the profile %q was activated meanwhile, so its entitlements are not withdrawn", holdings.ProfileName(p)),
			"Deactivate it, then withdraw its entitlements anew; or run it, which brings back what it is entitled to.",
		}
	}
	return p, nil
}

func (r *run) makeWithdrawalPart(ctx context.Context, tx *store.Tx, p *ent.Profile, collectionID int64) error {
	c, err := tx.Collection.Get(ctx, collectionID)
	if ent.IsNotFound(err) {
		return nil // and its entitlements with it
	}
	if err != nil {
		return fmt.Errorf("read collection %d: %w", collectionID, err)
	}
	part := r.newPart(tx).SetCollectionID(c.ID).SetCollectionName(c.Name).SetContent(c.Content)
	if err := setProfile(part, p); err != nil {
		return err
	}
	return r.makePart(ctx, part)
}

func (r *run) withdrawPart(ctx context.Context, row *ent.JobPart, last bool, content string) error {
	pr := &partRun{run: r, part: row, last: last, log: holdings.NewFindingLog()}
	if row.ProfileID == nil || row.CollectionID == nil {
		return pr.closePart(ctx, PartFailed, &failure{"PROFILE_GONE", "the profile or the collection was deleted meanwhile", ""})
	}
	pr.mayWrite = func(ctx context.Context, tx *store.Tx) error {
		_, err := r.withdrawnProfile(ctx, tx, *row.ProfileID, content)
		return err
	}
	if err := pr.progress(ctx, "plan"); err != nil {
		return err
	}
	part := pr.holdingsPart()
	plan, err := r.s.holdings.PlanWithdrawal(ctx, part)
	if err != nil {
		return err
	}
	return pr.carryOut(ctx, plan, part)
}

// deleteWithdrawn deletes the profile in the last transaction of a withdrawal that was asked for it. Where something of
// it is in force still, the profile stays and the job says why.
func (r *run) deleteWithdrawn(ctx context.Context, tx *store.Tx, e *ending) error {
	if r.job.Kind != KindWithdraw || r.job.Mode != Apply || e.state != Succeeded {
		return nil
	}
	args, err := argsOf[withdrawArgs](r.job)
	if err != nil {
		return err
	}
	if !args.DeleteProfile {
		return nil
	}
	name, err := r.s.holdings.DeleteProfileIn(ctx, tx, args.ProfileIDs[0], r.job.ID)
	problems, known := problem.In(err)
	switch {
	case err == nil:
		e.besides = fmt.Sprintf("the profile %q was deleted", name)
	case known:
		var why []string
		for _, p := range problems {
			why = append(why, p.Message)
		}
		e.verdict, e.problem = VerdictPartial, &failure{
			"PROFILE_KEPT", "the profile was not deleted: " + strings.Join(why, "; "), "Mend that, then delete the profile again.",
		}
		e.besides = e.problem.Message
	default:
		return err
	}
	return nil
}
