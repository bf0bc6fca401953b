package jobs

import (
	"context"
	"time"

	"autoholdings/ent"
	"autoholdings/holdings"
)

// ScheduledJob is something that runs by itself.
type ScheduledJob struct {
	ID         string // "sync" for the active profiles together, "profile:ID" for an inactive one
	Active     bool   // it runs by itself
	Enabled    bool   // a person has not disabled it
	Name       string
	Kind       string
	ProfileIDs []int64
	Schedule   holdings.Schedule
	LastJobID  int64     // the last one that it started by itself; 0: none
	NextRun    time.Time // zero: none
}

// ScheduledJobs lists what runs by itself: the schedule of the active profiles first, then inactive profiles.
func (s *Service) ScheduledJobs(ctx context.Context) ([]ScheduledJob, error) {
	return nil, errNotBuilt
}

// EnableScheduled lets a scheduled job run by itself, or stops it from doing so.
func (s *Service) EnableScheduled(ctx context.Context, id string, enabled bool) (*ScheduledJob, error) {
	return nil, errNotBuilt
}

// RunScheduled runs a scheduled job now, for all its profiles together.
func (s *Service) RunScheduled(ctx context.Context, id, idempotencyKey string) (*ent.Job, error) {
	return nil, errNotBuilt
}
