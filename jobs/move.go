package jobs

import (
	"context"

	"autoholdings/ent"
)

// KindMove is the kind of a job that moves PO lines and licenses to the counterparts of their portfolios.
const KindMove = "MOVE"

// What becomes of a license where the counterpart has another one.
const (
	KeepTarget = "KEEP_TARGET"
	Overwrite  = "OVERWRITE"
)

// MoveRequest asks for a move of PO lines and licenses from the collections of a set to a target collection.
type MoveRequest struct {
	SetID, TargetCollectionID int64
	POLines, Licenses         bool
	LicenseConflict           string // KeepTarget or Overwrite
	Mode                      string // Apply or Preview
	PreviewJobID              int64  // with Apply: the preview whose plan is to be applied; 0: none
	Trigger                   string // Manual or Command
	IdempotencyKey            string
}

// StartMove queues a move.
func (s *Service) StartMove(ctx context.Context, in MoveRequest) (*ent.Job, error) {
	return nil, errNotBuilt
}

func (r *run) move(ctx context.Context) error { return errNotBuilt }
