package jobs

import (
	"context"
	"slices"

	"autoholdings/ent"
	"autoholdings/internal/problem"
)

// DeleteProfileRequest asks to delete a profile.
type DeleteProfileRequest struct {
	ProfileID            int64
	WithdrawEntitlements bool   // withdraw active entitlements first, by a job that then deletes the profile
	IdempotencyKey       string // a request with the same key gets the same job; "": none
}

// DeleteProfile deletes a profile. If it has active entitlements, it is refused (IN_USE), unless they are to be
// withdrawn: then it returns the job that withdraws them and deletes the profile. If no job is returned, the profile is
// gone.
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
