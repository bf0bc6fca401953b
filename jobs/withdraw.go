package jobs

import (
	"context"
	"fmt"
	"strings"

	"autoholdings/ent"
	"autoholdings/holdings"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// KindWithdraw is the kind of a job that withdraws a profile's entitlements.
const KindWithdraw = "WITHDRAW"

var withdrawKind = jobKind{
	name: KindWithdraw, task: "withdraw", arguments: argumentsAs[withdrawArgs],
	inWords: "a withdrawal", sameInWords: "a withdrawal of this profile's entitlements",
	title: "Withdraw a profile's entitlements",
	description: "Takes out of the holdings what an inactive integration profile entitles to and no other does, or what an active one " +
		"entitled to of a content type of which the provider has no list any more; a portfolio with a PO line is kept. " +
		"It waits for a person's approval.",
	mutation: "withdrawProfile",
	undo:     undoByParts{ofProfiles: true},
	rejected: failure{
		codeRejected, "the withdrawal was rejected: nothing was written, the entitlements stay in force, and the profile stays as it is",
		"Activate the profile to sync it again, or withdraw its entitlements anew.",
	},
}

// WithdrawRequest asks to withdraw a profile's entitlements.
type WithdrawRequest struct {
	ProfileID      int64  `json:"profileId"`
	Content        string // BOOKS or JOURNALS; "": both
	DeleteProfile  bool   // delete the profile at the end; an active one is deactivated at once
	Mode           string // Apply or Preview
	Trigger        string // Manual or Command
	IdempotencyKey string `json:"-"`

	// Of is the larger request that this withdrawal is part of, and in whose Once it is queued; empty: the withdrawal
	// is a request of its own.
	Of Request `json:"-"`
}

func (in WithdrawRequest) request() Request {
	if in.Of.Mutation != "" {
		return in.Of
	}
	return Request{Key: in.IdempotencyKey, Mutation: "withdrawProfile", Arguments: []any{in}}
}

// withdrawArgs are a withdrawal's arguments as stored in its row.
type withdrawArgs struct {
	ProfileIDs    []int64 `json:"profileIds"`    // one
	CollectionIDs []int64 `json:"collectionIds"` // where it had active entitlements
	DeleteProfile bool    `json:"deleteProfile,omitempty"`
	Content       string  `json:"content,omitempty"`
}

func (a withdrawArgs) involved() involved {
	return involved{profiles: a.ProfileIDs, writes: a.CollectionIDs}
}

// StartWithdrawal queues a withdrawal. With DeleteProfile it deactivates the profile in the same transaction. Otherwise
// an active profile is refused, unless the provider no longer has a list of the content type. A profile with an
// unfinished job or without active entitlements is always refused.
func (s *Service) StartWithdrawal(ctx context.Context, in WithdrawRequest) (queued *ent.Job, err error) {
	if !in.DeleteProfile {
		return s.start(ctx, KindWithdraw, in.request(), func(ctx context.Context, tx *store.Tx) (*ent.Job, error) {
			return s.queueWithdrawal(ctx, tx, in)
		})
	}
	queued, _, err = s.Once(ctx, KindWithdraw, in.request(), func(ctx context.Context) (queued *ent.Job, err error) {
		inactive := false
		_, _, err = s.profiles.UpdateProfile(ctx, in.ProfileID, nil, profiles.ProfileInput{Active: &inactive},
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
		uniqueKey: fmt.Sprintf("withdraw:%d", in.ProfileID), path: "input.profileId",
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

// listGone reports whether the provider no longer has a list of the content type: its last answers to the profile had
// none.
func (s *Service) listGone(ctx context.Context, tx *store.Tx, p *ent.Profile, content string) (bool, error) {
	if !p.Active || content == "" {
		return false, nil
	}
	none, err := s.profiles.NoListOf(ctx, tx, p.ID, content)
	return none != nil, err
}
