package model

import (
	"encoding/json"
	"fmt"

	"autoholdings/holdings/plan"
	"autoholdings/jobs"
	"autoholdings/kbart"
)

// JobCounts are what a plan comes to: a type for each family of kinds of jobs.
type JobCounts interface{ IsJobCounts() }

// CommonCounts are the figures that all have.
type CommonCounts struct{ Added, Updated, Unchanged, Removed, Left int }

// IsJobCounts marks it as counts of a job.
func (CommonCounts) IsJobCounts() {}

func commonCounts(c *plan.Counts) CommonCounts {
	return CommonCounts{c.Added, c.Updated, c.Unchanged, c.Removed, c.Left}
}

// ListCounts are what a list comes to.
type ListCounts struct{ plan.Counts }

// IsJobCounts marks it as counts of a job.
func (*ListCounts) IsJobCounts() {}

// Carried is null unless the job decided about pairs too.
func (c *ListCounts) Carried() *MoveCounts {
	if c.Move == nil {
		return nil
	}
	return &MoveCounts{MoveCounts: *c.Move}
}

// FindingCounts are by severity.
type FindingCounts struct{ Info, Warning, Error, Fatal int }

// Findings are by severity.
func (c *ListCounts) Findings() *FindingCounts { return FindingsOf(&c.Counts) }

// FindingsOf are what was found, by severity.
func FindingsOf(c *plan.Counts) *FindingCounts {
	f := c.Findings
	return &FindingCounts{f[kbart.Info], f[kbart.Warning], f[kbart.Error], f[kbart.Fatal]}
}

// MoveCounts are what moving to counterparts comes to.
type MoveCounts struct {
	CommonCounts
	plan.MoveCounts
}

// BulkCounts are what a change of many portfolios comes to.
type BulkCounts struct {
	CommonCounts
	plan.BulkCounts
	Titles, Invalid int
}

// GroupCounts are what other inventory groups come to.
type GroupCounts struct {
	CommonCounts
	plan.GroupCounts
}

// Counts are zero while nothing is known. Their type is that of the job's kind; of an undo, that of what it undoes.
func (j *Job) Counts() (JobCounts, error) {
	counts, err := StoredCounts(j.Job.Counts)
	if err != nil {
		return nil, err
	}
	if counts == nil {
		counts = &plan.Counts{}
	}
	switch j.Kind {
	case jobs.KindMove, jobs.KindCarry:
		counts.Move = orNew(counts.Move)
	case jobs.KindChange, jobs.KindAlma:
		counts.Bulk = orNew(counts.Bulk)
	case jobs.KindGroups:
		counts.Groups = orNew(counts.Groups)
	case jobs.KindPair:
		return &ListCounts{*counts}, nil
	}
	return jobCounts(counts), nil
}

func orNew[T any](p *T) *T {
	if p == nil {
		return new(T)
	}
	return p
}

// Counts are null while nothing is known.
func (p *JobPart) Counts() (JobCounts, error) {
	counts, err := StoredCounts(p.JobPart.Counts)
	if counts == nil || err != nil {
		return nil, err
	}
	return jobCounts(counts), nil
}

// jobCounts are of the type that they were counted as. What read a list counts as its list, though things were carried over first.
func jobCounts(c *plan.Counts) JobCounts {
	common := commonCounts(c)
	switch {
	case c.Groups != nil:
		return &GroupCounts{common, plan.GroupCounts{Profiles: c.Groups.Profiles, Groups: append([]plan.GroupCount{}, c.Groups.Groups...)}}
	case c.Bulk != nil:
		return &BulkCounts{common, *c.Bulk, c.Titles, c.Invalid}
	case c.Move != nil && c.Rows == 0:
		return &MoveCounts{common, *c.Move}
	default:
		return &ListCounts{*c}
	}
}

// StoredCounts decodes counts as rows have them; nil: nothing is known.
func StoredCounts(stored json.RawMessage) (*plan.Counts, error) {
	if len(stored) == 0 || string(stored) == "null" {
		return nil, nil
	}
	var counts plan.Counts
	if err := json.Unmarshal(stored, &counts); err != nil {
		return nil, fmt.Errorf("read the counts of a job: %w", err)
	}
	return &counts, nil
}
