package jobs

import (
	"context"
	"iter"
	"slices"

	"autoholdings/ent"
	"autoholdings/ent/job"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
)

// Report is everything that a job did, or would do: the job and its parts as they stand, and the changes and findings,
// which are read on demand. A report of any size takes the memory of one page.
type Report struct {
	Job   *ent.Job
	Parts []*ent.JobPart

	reader *Reader
}

// reportPage is how many rows are read at once.
const reportPage = 1000

// Report begins to read a job's report. A job that is running has none. It returns a problem of code NotFound if there
// is no such job, and of code WrongState if it has not ended and is not waiting for a person.
func (r *Reader) Report(ctx context.Context, jobID int64) (*Report, error) {
	row, err := r.store.Read.Job.Get(ctx, jobID)
	if ent.IsNotFound(err) {
		return nil, problem.New(problem.NotFound, "", "there is no such job")
	}
	if err != nil {
		return nil, err
	}
	if underWay(row.State) {
		return nil, problem.New(problem.WrongState, "", "the job is %s, and its report is complete only when it is over: wait until then",
			row.State)
	}
	parts, err := r.PartsOf(ctx, []int64{jobID})
	if err != nil {
		return nil, err
	}
	return &Report{Job: row, Parts: parts, reader: r}, nil
}

func underWay(state string) bool {
	return slices.Contains([]string{Queued, Running, Cancelling}, state)
}

// Changes yields the job's changes, in the order of Reader.Changes. The last pair has an error if reading failed, or if
// the job was resumed in the meantime (code Conflict), because the rest would belong to a different report.
func (p *Report) Changes(ctx context.Context) iter.Seq2[*ent.JobChange, error] {
	return pages(ctx, p, func(w keyset.Window) (keyset.Page[*ent.JobChange], error) {
		return p.reader.Changes(ctx, p.Job.ID, ChangeFilter{}, w)
	}, ChangeListing.At)
}

// Findings yields the job's findings, in the order of Reader.Findings, with errors as in Changes.
func (p *Report) Findings(ctx context.Context) iter.Seq2[*ent.JobFinding, error] {
	return pages(ctx, p, func(w keyset.Window) (keyset.Page[*ent.JobFinding], error) {
		return p.reader.Findings(ctx, p.Job.ID, FindingFilter{}, w)
	}, FindingListing.At)
}

func pages[R any](
	ctx context.Context, p *Report, read func(keyset.Window) (keyset.Page[R], error), at func(R) keyset.Position,
) iter.Seq2[R, error] {
	return keyset.All(reportPage, func(w keyset.Window) (keyset.Page[R], error) {
		page, err := read(w)
		if err == nil {
			err = p.stands(ctx)
		}
		return page, err
	}, at)
}

// stands returns a problem if the job was resumed after the report was begun, for example because a person approved it:
// a run that begins anew rewrites its report.
func (p *Report) stands(ctx context.Context) error {
	now, err := p.reader.store.Read.Job.Query().Where(job.ID(p.Job.ID)).Select(job.FieldState, job.FieldAttempt).Only(ctx)
	if err != nil {
		return err
	}
	if underWay(now.State) || now.Attempt != p.Job.Attempt {
		return problem.New(problem.Conflict, "", "the job was taken up again while its report was read: read it again when it is over")
	}
	return nil
}
