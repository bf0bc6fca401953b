package jobs

import (
	"context"
	"slices"

	"autoholdings/ent"
	"autoholdings/internal/problem"
)

// DeleteProfileRequest asks for a profile to be deleted.
type DeleteProfileRequest struct {
	ProfileID            int64
	WithdrawEntitlements bool   // those in force, by a job that deletes the profile at its end
	IdempotencyKey       string // the same key again answers with the same job; "" for none
}

// DeleteProfile deletes a profile. One with entitlements in force is refused (IN_USE) unless they are to be withdrawn:
// the job that does so and then deletes the profile is returned. Without a job the profile is gone.
func (s *Service) DeleteProfile(ctx context.Context, in DeleteProfileRequest) (*ent.Job, error) {
	request := in.request()
	row, _, err := s.Once(ctx, KindWithdraw, request, func(ctx context.Context) (*ent.Job, error) {
		err := s.profiles.DeleteProfile(ctx, in.ProfileID)
		if in.WithdrawEntitlements && isInUse(err) {
			return s.StartWithdrawal(ctx, WithdrawRequest{
				ProfileID: in.ProfileID, DeleteProfile: true, Mode: Apply, Trigger: Manual, Of: request,
			})
		}
		return nil, err
	})
	return row, err
}

func (in DeleteProfileRequest) request() Request {
	request := Request{
		Key: in.IdempotencyKey, Mutation: "deleteProfile",
		Arguments: []any{map[string]any{"profileId": in.ProfileID, "withdrawEntitlements": in.WithdrawEntitlements}},
	}
	if !in.WithdrawEntitlements {
		request.Needs = "withdrawEntitlements"
	}
	return request
}

func isInUse(err error) bool {
	problems, ok := problem.In(err)
	return ok && slices.ContainsFunc(problems, func(p *problem.Problem) bool { return p.Code == problem.InUse })
}
