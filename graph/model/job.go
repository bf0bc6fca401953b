package model

import (
	"encoding/json"
	"fmt"

	"autoholdings/ent"
	"autoholdings/holdings/plan"
	"autoholdings/jobs"
	"autoholdings/kbart"
)

// Job is one run of a sync, a move or an undo.
type Job struct {
	*ent.Job
	Page *JobPage
}

// JobPage is what was read together.
type JobPage struct {
	Rows      []*ent.Job
	Parts     Related[[]*JobPart]
	Profiles  Related[*Profile]
	Groups    Related[[]*JobGroup]
	Jobs      Related[*Job] // subjects and those waited for
	Obstacles Related[*jobs.Obstacle]
	Tasks     Related[JobTask]
}

// Jobs makes a page of rows.
func Jobs(rows []*ent.Job) []*Job {
	page := &JobPage{Rows: rows}
	return wrap(rows, func(row *ent.Job) *Job { return &Job{row, page} })
}

// IDs are those of the page's jobs.
func (p *JobPage) IDs() []int64 { return ids(p.Rows, func(row *ent.Job) int64 { return row.ID }) }

func (*Job) IsNode() {}

// ID is the opaque id.
func (j *Job) ID() string { return ID(JobType, j.Job.ID) }

// Verdict is null while it is open.
func (j *Job) Verdict() *string { return orNull(j.Job.Verdict) }

// Summary is null until it is over.
func (j *Job) Summary() *string { return orNull(j.Job.Summary) }

// ReportTSV is the path of its changes as tab-separated text.
func (j *Job) ReportTSV() string { return "/jobs/" + j.ID() + "/report.tsv" }

// ReportJSON is the path of its report as JSON.
func (j *Job) ReportJSON() string { return "/jobs/" + j.ID() + "/report.json" }

// JobProgress is how far a job is.
type JobProgress struct {
	Phase       *string
	Done, Total int
	Overall     *JobWork
}

// JobWork is how far a whole job is, in thousandths of its parts.
type JobWork struct {
	Done, Total int
	Unit        string
	Rate        *float64
	ExpectedEnd *int64
}

func jobWork(row *ent.Job) *JobWork {
	is := jobs.WorkOf(row)
	w := &JobWork{Done: int(is.Done), Total: int(is.Total), Unit: "THOUSANDTHS_OF_PARTS"}
	if is.End != nil {
		w.Rate, w.ExpectedEnd = &is.Rate, new(is.End.UnixMilli())
	}
	return w
}

// StartedBy is null for a job from before this was recorded.
func (j *Job) StartedBy() *Actor { return ActorOf(j.ActorKind, j.ActorName) }

// DecidedBy is null where nobody approved, rejected or cancelled it.
func (j *Job) DecidedBy() *Actor { return ActorOf(j.DeciderKind, j.DeciderName) }

// Progress is how far it is.
func (j *Job) Progress() *JobProgress {
	return &JobProgress{orNull(j.Phase), int(j.Done), int(j.Total), jobWork(j.Job)}
}

// JobError is why a job could not do its work.
type JobError struct {
	Code, Message string
	Hint          *string
}

// Error is null where there is none.
func (j *Job) Error() *JobError {
	if j.ErrorCode == "" {
		return nil
	}
	return &JobError{j.ErrorCode, j.ErrorMessage, orNull(j.ErrorHint)}
}

// Obstacle is why a job has not begun; nil: nothing is in its way.
func Obstacle(why *jobs.Obstacle) *JobError {
	if why == nil {
		return nil
	}
	return &JobError{why.Code.String(), why.Message, orNull(why.Hint)}
}

// JobGroup is an inventory group as it was called at the time.
type JobGroup struct {
	ID   *string
	Name string
}

// JobPart is a job's work on one profile's one content type.
type JobPart struct {
	*ent.JobPart
	Page *JobPartPage
}

// JobPartPage is what was read together.
type JobPartPage struct {
	Rows        []*ent.JobPart
	Profiles    Related[*Profile]
	Collections Related[*Collection]
	Files       Related[*ProviderFile]
	Groups      Related[[]*JobGroup]
	Decisions   Related[[]*JobPartDecision]
}

// JobParts makes a page of rows.
func JobParts(rows []*ent.JobPart) []*JobPart {
	page := &JobPartPage{Rows: rows}
	return wrap(rows, func(row *ent.JobPart) *JobPart { return &JobPart{row, page} })
}

func (*JobPart) IsNode() {}

// ID is the opaque id.
func (p *JobPart) ID() string { return ID(JobPartType, p.JobPart.ID) }

// Content is null where the part is about both.
func (p *JobPart) Content() *string { return orNull(p.JobPart.Content) }

// CollectionName is null where there is no collection.
func (p *JobPart) CollectionName() *string { return orNull(p.JobPart.CollectionName) }

// Code is the outcome code.
func (p *JobPart) Code() *string { return orNull(p.JobPart.Code) }

// Message says what happened and why.
func (p *JobPart) Message() *string { return orNull(p.JobPart.Message) }

// Hint says what to do.
func (p *JobPart) Hint() *string { return orNull(p.JobPart.Hint) }

// GroupNames are those of the profile's groups at the time.
func (p *JobPart) GroupNames() ([]string, error) {
	if len(p.JobPart.Groups) == 0 {
		return nil, nil
	}
	var names []string
	if err := json.Unmarshal(p.JobPart.Groups, &names); err != nil {
		return nil, fmt.Errorf("read the groups of a job: %w", err)
	}
	return names, nil
}

// JobGuard is what the guard judged.
type JobGuard struct {
	Held             bool
	Before, Affected int
	Percent          float64
}

// Guard is null while nothing is planned.
func (p *JobPart) Guard() (*JobGuard, error) {
	counts, err := StoredCounts(p.JobPart.Counts)
	if counts == nil || err != nil {
		return nil, err
	}
	guard := &JobGuard{Held: p.State == "HELD", Before: counts.EntitlementsBefore, Affected: counts.EntitlementsAffected}
	if guard.Before > 0 {
		guard.Percent = 100 * float64(guard.Affected) / float64(guard.Before)
	}
	return guard, nil
}

// JobGuardReason is why one guard holds a plan.
type JobGuardReason struct{ plan.GuardReason }

// Percent is how much of the base the guard is about.
func (g *JobGuardReason) Percent() float64 {
	if g.Before == 0 {
		return 0
	}
	return 100 * float64(g.Affected) / float64(g.Before)
}

// Column is null for a guard that is about none.
func (g *JobGuardReason) Column() *string { return orNull(g.GuardReason.Column) }

// Guards are why the plan is held, or would be.
func (p *JobPart) Guards() ([]*JobGuardReason, error) {
	reasons, err := jobs.GuardsOf(p.JobPart)
	return append([]*JobGuardReason{}, wrap(reasons, func(g plan.GuardReason) *JobGuardReason { return &JobGuardReason{g} })...), err
}

// WouldBe is null where a run would apply the part.
func (p *JobPart) WouldBe() *string { return orNull(p.JobPart.WouldBe) }

// Kinds are those that the part applies.
func (p *JobPart) Kinds() []string {
	return wrap(jobs.KindsOf(p.JobPart), func(kind plan.Kind) string { return string(kind) })
}

// JobPartDecision is how one kind of a list's changes stands.
type JobPartDecision struct{ jobs.KindDecision }

// Reason is null where none was given.
func (d *JobPartDecision) Reason() *string { return orNull(d.KindDecision.Reason) }

// JobFinding is something worth saying about a list.
type JobFinding struct {
	*ent.JobFinding
	Page *JobPartsPage
}

// JobPartsPage is a page of a job's findings.
type JobPartsPage struct {
	PartIDs []int64
	Parts   Related[*JobPart]
}

// JobFindings makes a page of rows.
func JobFindings(rows []*ent.JobFinding) []*JobFinding {
	page := &JobPartsPage{PartIDs: ids(rows, func(row *ent.JobFinding) int64 { return row.PartID })}
	return wrap(rows, func(row *ent.JobFinding) *JobFinding { return &JobFinding{row, page} })
}

func (*JobFinding) IsNode() {}

// ID is the opaque id.
func (f *JobFinding) ID() string { return ID(JobFindingType, f.JobFinding.ID) }

// Severity is its name.
func (f *JobFinding) Severity() string { return severityName(f.JobFinding.Severity) }

func severityName(severity int) string { return severities[min(max(severity, 0), len(severities)-1)] }

// Line is null for the file as a whole.
func (f *JobFinding) Line() *int { return orNone(f.JobFinding.Line) }

// Title is that of the row; null for the file as a whole, and for a row without one.
func (f *JobFinding) Title() *string { return orNull(f.JobFinding.Title) }

// Column is null for the row or file as a whole.
func (f *JobFinding) Column() *string { return orNull(f.JobFinding.Column) }

// Value is what is meant.
func (f *JobFinding) Value() *string { return orNull(f.JobFinding.Value) }

// Hint says what to do.
func (f *JobFinding) Hint() *string { return orNull(f.JobFinding.Hint) }

// Rule is null for what is no matter of the list alone.
func (f *JobFinding) Rule() *KbartRule { return rulesByCode()[f.Code] }

// severities are the names, in the order of kbart.Severity.
var severities = []string{kbart.Info: "INFO", kbart.Warning: "WARNING", kbart.Error: "ERROR", kbart.Fatal: "FATAL"}

// SeverityNumber is how a severity of the schema is stored.
func SeverityNumber(name string) int {
	for i, known := range severities {
		if known == name {
			return i
		}
	}
	return -1
}

// orNone is nil for 0.
func orNone(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}
