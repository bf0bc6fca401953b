package holdingstest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"autoholdings/ent/jobchange"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// Attempt is one attempt to apply a list.
type Attempt struct {
	Profile int64 // 0: no profile
	List    string
	JobID   int64
	Resumed *plan.Counts
	FailAt  int // the transaction that fails, from 1; 0: none
	Zone    int64

	NewOnly, KeepMissing bool
}

// ErrCrash is the error of the transaction that Attempt.FailAt names.
var ErrCrash = errors.New("crash")

// NextJobID gives out a new job id. The numbers that follow it are for the job's parts.
func (b *Bundle) NextJobID() int64 {
	b.jobs++
	return 1000 * b.jobs
}

// NewJob creates the rows of a job with one part and returns the job's id.
func (b *Bundle) NewJob(profile int64) int64 {
	b.T.Helper()
	id := b.NextJobID()
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		tx.Job.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetKind("SYNC").SetState("RUNNING").SetMode("APPLY").
			SetTrigger("MANUAL").SetArgs([]byte("{}")).SetDueAt(1).SaveX(ctx)
		part := tx.JobPart.Create().SetID(id + 1).SetCreatedAt(1).SetUpdatedAt(1).SetJobID(id).
			SetCollectionID(CollectionID).SetContent("JOURNALS").SetState("FETCHED")
		if profile != 0 {
			part.SetProfileID(profile)
		}
		return part.Exec(ctx)
	})
	return id
}

// Apply makes one attempt. begun says whether the part counted as being applied when the attempt ended.
func (b *Bundle) Apply(a Attempt) (counts plan.Counts, planned *holdings.Plan, begun bool, err error) {
	b.T.Helper()
	transactions := 0
	part := &holdings.Part{
		ID: a.JobID + 1, JobID: a.JobID, ProfileID: a.Profile, CollectionID: CollectionID, Content: "JOURNALS",
		Findings: holdings.NewFindingLog(), CommunityZoneOnly: b.ZoneOnly, Release: b.Release,
		NewOnly: a.NewOnly, Resumed: a.Resumed != nil,
		Fence: func(context.Context, *store.Tx, holdings.Progress) error {
			if transactions++; transactions == a.FailAt {
				return ErrCrash
			}
			return nil
		},
		ZoneID: a.Zone,
		Begun:  func(context.Context, *store.Tx, plan.Counts) error { begun = true; return nil },
		Finish: func(context.Context, *store.Tx, plan.Counts) error { return nil },
	}
	source := plan.Source{Name: "list.txt", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(a.List)), nil }}
	planned, err = b.Holdings.Plan(b.T.Context(), source, part, plan.StandardGuards(), part.Findings.Add)
	b.Must(err)
	if a.KeepMissing {
		planned.Counts.Missing = planned.KeepMissing()
	}
	counts, err = b.Holdings.Apply(b.T.Context(), planned, part, a.Resumed)
	return counts, planned, begun || a.Resumed != nil, err
}

// Sync applies a list in a new job and returns the job's id. It ends the test if there is an error.
func (b *Bundle) Sync(profile int64, list string) (plan.Counts, int64) {
	b.T.Helper()
	jobID := b.NewJob(profile)
	counts, _, _, err := b.Apply(Attempt{Profile: profile, List: list, JobID: jobID})
	b.Must(err)
	return counts, jobID
}

// ReportText is a job's report as text, without ids.
func (b *Bundle) ReportText(jobID int64) string {
	b.T.Helper()
	changes, err := b.Store.Read.JobChange.Query().Where(jobchange.JobID(jobID)).
		Order(jobchange.ByAction(), jobchange.ByTitle(), jobchange.ByField(), jobchange.ByLine()).All(b.T.Context())
	b.Must(err)
	var text strings.Builder
	for _, c := range changes {
		fmt.Fprintf(&text, "%s %s %s: %s → %s (line %d)\n", c.Action, c.Title, c.Field, c.OldValue, c.NewValue, c.Line)
	}
	return text.String()
}
