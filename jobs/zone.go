package jobs

import (
	"context"

	"autoholdings/ent"
)

// KindZone is the kind of a job that brings the Community Zone in step with the provider's global title list.
const KindZone = "COMMUNITY_ZONE"

// ZoneRequest asks for an update of the Community Zone.
type ZoneRequest struct {
	CommunityZoneID string // "": all collections of the provider
	FileID          int64  // a kept file; it needs CommunityZoneID. 0: the global title list is fetched
	Force           bool
	Mode            string // Apply or Preview
	Trigger         string // Manual, Scheduled or Command
	IdempotencyKey  string
}

// StartZoneUpdate queues an update of the Community Zone.
func (s *Service) StartZoneUpdate(ctx context.Context, in ZoneRequest) (*ent.Job, error) {
	return nil, errNotBuilt
}

func (r *run) updateZone(ctx context.Context) error { return errNotBuilt }
