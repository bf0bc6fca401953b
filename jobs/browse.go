package jobs

import (
	"context"
	"fmt"
	"slices"

	"entgo.io/ent/dialect/sql"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/job"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/jobfinding"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/predicate"
	"autoholdings/internal/access"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// Reader reads jobs for display: paged listings, single items by id, and everything that belongs to one page of jobs in
// one statement.
type Reader struct{ store *store.Store }

// NewReader returns a reader of a database's jobs.
func NewReader(s *store.Store) *Reader { return &Reader{store: s} }

// Filter narrows a listing of jobs; an empty field is no filter.
type Filter struct {
	States    []string
	Kind      string
	ProfileID int64 // jobs that run the profile
	Verdicts  []string
	Triggers  []string
	Mode      string
	ActorKind access.Kind
	ActorID   int64

	CreatedFrom, CreatedUntil, FinishedFrom, FinishedUntil *int64 // Unix milliseconds: at From or later, before Until
	ChangedSince                                           *int64 // Unix milliseconds: last written at this moment or later
}

// How jobs, and what they report, are sorted. Changes have the order of their index, so no page needs sorting.
var (
	JobListing = keyset.Sorted(func(row *ent.Job) int64 { return row.ID },
		keyset.Newest(func(row *ent.Job) int64 { return row.CreatedAt }),
		keyset.Changed(func(row *ent.Job) int64 { return row.UpdatedAt }))
	FindingListing = keyset.Sorted(func(row *ent.JobFinding) int64 { return row.ID })
	ChangeListing  = keyset.Sorted(func(row *ent.JobChange) int64 { return row.ID },
		keyset.By("ACTION", keyset.Text(jobchange.FieldAction, func(row *ent.JobChange) string { return row.Action }),
			keyset.Text(jobchange.FieldField, func(row *ent.JobChange) string { return row.Field })),
		keyset.By("TITLE", keyset.Text(jobchange.FieldTitleKey, func(row *ent.JobChange) string { return row.TitleKey })))
)

// Jobs lists jobs, newest first.
func (r *Reader) Jobs(ctx context.Context, f Filter, w keyset.Window) (keyset.Page[*ent.Job], error) {
	where, err := r.where(ctx, f)
	if err != nil {
		return keyset.Page[*ent.Job]{}, err
	}
	return keyset.List(ctx, r.store.Read.Job.Query(), JobListing, w, where)
}

// CountJobs counts what Jobs lists.
func (r *Reader) CountJobs(ctx context.Context, f Filter) (int, error) {
	where, err := r.where(ctx, f)
	if err != nil {
		return 0, err
	}
	return r.store.Read.Job.Query().Where(where...).Count(ctx)
}

func (r *Reader) where(ctx context.Context, f Filter) (where []predicate.Job, err error) {
	if len(f.States) > 0 {
		where = append(where, job.StateIn(f.States...))
	}
	if f.Kind != "" {
		where = append(where, job.Kind(f.Kind))
	}
	where = append(where, f.came()...)
	if f.ProfileID != 0 {
		unfinished, err := unfinishedOf(ctx, r.store.Read, f.ProfileID)
		if err != nil {
			return nil, err
		}
		where = append(where, job.Or(hasPartOf(f.ProfileID), job.IDIn(unfinished...)))
	}
	return where, nil
}

// came are the conditions on what came of jobs, when, and by whom.
func (f Filter) came() (where []predicate.Job) {
	if len(f.Verdicts) > 0 {
		where = append(where, job.VerdictIn(f.Verdicts...))
	}
	if len(f.Triggers) > 0 {
		where = append(where, job.TriggerIn(f.Triggers...))
	}
	if f.Mode != "" {
		where = append(where, job.Mode(f.Mode))
	}
	if f.ActorKind != "" {
		where = append(where, job.ActorKind(string(f.ActorKind)))
	}
	if f.ActorID != 0 {
		where = append(where, job.ActorID(f.ActorID))
	}
	for _, bound := range []struct {
		at        *int64
		condition func(int64) predicate.Job
	}{
		{f.CreatedFrom, job.CreatedAtGTE},
		{f.CreatedUntil, job.CreatedAtLT},
		{f.ChangedSince, job.UpdatedAtGTE},
	} {
		if bound.at != nil {
			where = append(where, bound.condition(*bound.at))
		}
	}
	if f.FinishedFrom != nil || f.FinishedUntil != nil {
		where = append(where, f.finished())
	}
	return where
}

// finished makes the database start with the jobs that were over then, rather than walk all of them by when they were queued.
func (f Filter) finished() predicate.Job {
	return func(s *sql.Selector) {
		then := sql.Select(job.FieldID).From(sql.Table(job.Table))
		if f.FinishedFrom != nil {
			then.Where(sql.GTE(job.FieldFinishedAt, *f.FinishedFrom))
		}
		if f.FinishedUntil != nil {
			then.Where(sql.LT(job.FieldFinishedAt, *f.FinishedUntil))
		}
		s.Where(sql.In(s.C(job.FieldID), then))
	}
}

func hasPartOf(profileID int64) predicate.Job {
	return func(s *sql.Selector) {
		t := sql.Table(jobpart.Table)
		s.Where(sql.In(s.C(job.FieldID), sql.Select(t.C(jobpart.FieldJobID)).From(t).
			Where(sql.EQ(t.C(jobpart.FieldProfileID), profileID))))
	}
}

// Unfinished are the states of a job that has not ended.
var Unfinished = []string{Queued, Running, Cancelling, NeedsReview}

// unfinishedOf finds the unfinished jobs that run a profile, and those that undo its jobs. It goes by their arguments,
// since a job that has not begun has no parts yet.
func unfinishedOf(ctx context.Context, client *ent.Client, profileID int64) (ids []int64, err error) {
	rows, err := client.Job.Query().Where(job.StateIn(Unfinished...)).Select(job.FieldID, job.FieldKind, job.FieldArgs).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the unfinished jobs: %w", err)
	}
	for _, row := range rows {
		if slices.Contains(ProfileIDs(row), profileID) {
			ids = append(ids, row.ID)
		}
	}
	undoing, err := client.Job.Query().Where(job.StateIn(Unfinished...), job.HasSubjectWith(hasPartOf(profileID))).IDs(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the unfinished undoing jobs: %w", err)
	}
	return append(ids, undoing...), nil
}

// ProfileIDs returns the profiles that a job was queued for; none for other kinds of jobs.
func ProfileIDs(row *ent.Job) []int64 { return argumentsOf(row).involved().profiles }

// CheckIdle returns a problem if a job of the profile is unfinished.
func CheckIdle(ctx context.Context, tx *store.Tx, profileID int64) error {
	return checkIdleBut(ctx, tx, profileID, 0)
}

// checkIdleBut is CheckIdle, but allows one job to be unfinished.
func checkIdleBut(ctx context.Context, tx *store.Tx, profileID, jobID int64) error {
	ids, err := unfinishedOf(ctx, tx.Client, profileID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(ids, func(id int64) bool { return id != jobID }) {
		return problem.New(problem.Conflict, "input.profileId",
			"a job of this profile is not finished: wait for it, or cancel or reject it first")
	}
	return nil
}

// checkUnwritten returns a problem if a job is writing the collection.
func checkUnwritten(ctx context.Context, tx *store.Tx, collectionID int64) error {
	row, err := tx.Job.Query().Where(job.StateIn(Running, Cancelling), writes(collectionID)).First(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for the writer of collection %d: %w", collectionID, err)
	}
	return problem.New(problem.Conflict, "input.collectionId", "%s is writing the collection: wait for it or cancel it", jobName(row.ID))
}

func writes(collectionID int64) predicate.Job {
	return func(s *sql.Selector) {
		t := sql.Table(collection.Table)
		s.Where(sql.In(s.C(job.FieldID), sql.Select(t.C(collection.FieldWriterJobID)).From(t).
			Where(sql.EQ(t.C(collection.FieldID), collectionID))))
	}
}

// JobsByID reads jobs.
func (r *Reader) JobsByID(ctx context.Context, ids []int64) (map[int64]*ent.Job, error) {
	return keyset.ByID(ctx, r.store.Read.Job.Query(), ids, func(row *ent.Job) int64 { return row.ID })
}

// PartsOf reads the parts of jobs in the order of creation.
func (r *Reader) PartsOf(ctx context.Context, jobIDs []int64) ([]*ent.JobPart, error) {
	return r.store.Read.JobPart.Query().Where(jobpart.JobIDIn(jobIDs...)).Order(jobpart.ByJobID(), jobpart.ByID()).All(ctx)
}

// PartsByID reads parts.
func (r *Reader) PartsByID(ctx context.Context, ids []int64) (map[int64]*ent.JobPart, error) {
	return keyset.ByID(ctx, r.store.Read.JobPart.Query(), ids, func(row *ent.JobPart) int64 { return row.ID })
}

// FindingFilter narrows a listing of findings; an empty field is no filter.
type FindingFilter struct {
	Severities   []int // as kbart.Severity counts them
	Code, Column string
	PartID       int64
}

func (f FindingFilter) where(jobID int64) []predicate.JobFinding {
	where := []predicate.JobFinding{jobfinding.JobID(jobID)}
	if len(f.Severities) > 0 {
		where = append(where, jobfinding.SeverityIn(f.Severities...))
	}
	if f.Code != "" {
		where = append(where, jobfinding.Code(f.Code))
	}
	if f.Column != "" {
		where = append(where, jobfinding.Column(f.Column))
	}
	if f.PartID != 0 {
		where = append(where, jobfinding.PartID(f.PartID))
	}
	return where
}

// Findings lists a job's findings, in the order of the lists.
func (r *Reader) Findings(ctx context.Context, jobID int64, f FindingFilter, w keyset.Window) (keyset.Page[*ent.JobFinding], error) {
	return keyset.List(ctx, r.store.Read.JobFinding.Query(), FindingListing, w, f.where(jobID))
}

// CountFindings counts what Findings lists.
func (r *Reader) CountFindings(ctx context.Context, jobID int64, f FindingFilter) (int, error) {
	return r.store.Read.JobFinding.Query().Where(f.where(jobID)...).Count(ctx)
}

// FindingsByID reads findings.
func (r *Reader) FindingsByID(ctx context.Context, ids []int64) (map[int64]*ent.JobFinding, error) {
	return keyset.ByID(ctx, r.store.Read.JobFinding.Query(), ids, func(row *ent.JobFinding) int64 { return row.ID })
}

// ChangeFilter narrows a listing of changes; an empty or nil field is no filter.
type ChangeFilter struct {
	Actions     []string
	Field       *string // "": changes to whole portfolios and rows
	PortfolioID int64
	PartID      int64
	Content     string // of the part: BOOKS or JOURNALS
	TitlePrefix string // the beginning of the title as the line has it, in any case, punctuation and blanks collapsed
}

func (f ChangeFilter) where(jobID int64) []predicate.JobChange {
	where := []predicate.JobChange{jobchange.JobID(jobID)}
	if len(f.Actions) > 0 {
		where = append(where, jobchange.ActionIn(f.Actions...))
	}
	if f.Field != nil {
		where = append(where, jobchange.Field(*f.Field))
	}
	if f.PortfolioID != 0 {
		where = append(where, changesOf(f.PortfolioID))
	}
	if f.PartID != 0 {
		where = append(where, jobchange.PartID(f.PartID))
	}
	if f.Content != "" {
		where = append(where, inContent(jobID, f.Content))
	}
	if f.TitlePrefix != "" {
		where = append(where, titled(jobID, f.TitlePrefix))
	}
	return where
}

// inContent is the condition that a change is of a part of this content type.
func inContent(jobID int64, content string) predicate.JobChange {
	return func(s *sql.Selector) {
		p := sql.Table(jobpart.Table)
		s.Where(sql.In(s.C(jobchange.FieldPartID), sql.Select(p.C(jobpart.FieldID)).From(p).
			Where(sql.And(sql.EQ(p.C(jobpart.FieldJobID), jobID), sql.EQ(p.C(jobpart.FieldContent), content)))))
	}
}

// titled makes the database start with the lines whose title begins so, which are few, rather than with all of the job.
func titled(jobID int64, prefix string) predicate.JobChange {
	return func(s *sql.Selector) {
		few := sql.Select(jobchange.FieldID).From(sql.Table(jobchange.Table)).Where(sql.EQ(jobchange.FieldJobID, jobID))
		keyset.Begins(jobchange.FieldTitleKey, kbart.FoldTitle(prefix))(few)
		s.Where(sql.In(s.C(jobchange.FieldID), few))
	}
}

// changesOf makes the database start with the portfolio's changes, which are few, rather than the job's.
func changesOf(portfolioID int64) predicate.JobChange {
	return func(s *sql.Selector) {
		t := sql.Table(jobchange.Table)
		s.Where(sql.In(s.C(jobchange.FieldID), sql.Select(t.C(jobchange.FieldID)).From(t).
			Where(sql.EQ(t.C(jobchange.FieldPortfolioID), portfolioID))))
	}
}

// Changes lists what a job changed or would change: by action and field, then in the order in which they were found.
func (r *Reader) Changes(ctx context.Context, jobID int64, f ChangeFilter, w keyset.Window) (keyset.Page[*ent.JobChange], error) {
	return keyset.List(ctx, r.store.Read.JobChange.Query(), ChangeListing, w, f.where(jobID))
}

// CountChanges counts what Changes lists.
func (r *Reader) CountChanges(ctx context.Context, jobID int64, f ChangeFilter) (int, error) {
	return r.store.Read.JobChange.Query().Where(f.where(jobID)...).Count(ctx)
}

// ChangesByID reads changes.
func (r *Reader) ChangesByID(ctx context.Context, ids []int64) (map[int64]*ent.JobChange, error) {
	return keyset.ByID(ctx, r.store.Read.JobChange.Query(), ids, func(row *ent.JobChange) int64 { return row.ID })
}
