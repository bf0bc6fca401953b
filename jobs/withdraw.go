package jobs

import (
	"context"

	"autoholdings/ent"
)

// KindWithdraw is the kind of a job that withdraws the entitlements of a profile.
const KindWithdraw = "WITHDRAW"

// WithdrawRequest asks for the withdrawal of an inactive profile's entitlements.
type WithdrawRequest struct {
	ProfileID      int64
	DeleteProfile  bool   // delete the profile at the end; it is deactivated at once where it is active
	Mode           string // Apply or Preview
	Trigger        string // Manual or Command
	IdempotencyKey string
}

// StartWithdrawal queues a withdrawal.
func (s *Service) StartWithdrawal(ctx context.Context, in WithdrawRequest) (*ent.Job, error) {
	return nil, errNotBuilt
}

func (r *run) withdraw(ctx context.Context) error { return errNotBuilt }
