package model

import "autoholdings/jobs"

// ScheduledJob is something that runs by itself.
type ScheduledJob struct {
	jobs.ScheduledJob
	Profiles []*Profile
	LastRun  *Job
}

func (*ScheduledJob) IsNode() {}

// ID is the opaque id.
func (s *ScheduledJob) ID() string { return NameID(ScheduledJobType, s.ScheduledJob.ID) }

// Schedule is when it runs, in parts.
func (s *ScheduledJob) Schedule() *Schedule { return &Schedule{Schedule: s.ScheduledJob.Schedule} }

// ScheduleText is when it runs, in words.
func (s *ScheduledJob) ScheduleText() string { return s.ScheduledJob.Schedule.String() }

// NextRun is null where it does not run by itself.
func (s *ScheduledJob) NextRun() *int64 {
	if s.ScheduledJob.NextRun.IsZero() {
		return nil
	}
	next := s.ScheduledJob.NextRun.UnixMilli()
	return &next
}
