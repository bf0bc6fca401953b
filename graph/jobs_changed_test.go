package graph_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"autoholdings/graph/model"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

const watchJobs = `subscription($of: JobsChangedFilter) { jobsChanged(filter: $of) { id kind state verdict attempt updatedAt
	progress { overall { done total unit rate expectedEnd } } } }`

// jobNow is a job as jobsChanged tells of it.
type jobNow struct {
	ID, Kind, State, UpdatedAt string
	Verdict                    *string
	Attempt                    int
	Progress                   struct {
		Overall struct {
			Done, Total int
			Unit        string
			Rate        *float64
			ExpectedEnd *time.Time
		}
	}
}

// nextJob is the next job that is told of.
func (s stream) nextJob(t *testing.T) (j jobNow) {
	t.Helper()
	e, more := s.next()
	if !more || len(e.Errors) > 0 {
		t.Fatalf("%v %+v", more, e)
	}
	must(t, json.Unmarshal(e.Data.JobsChanged, &j))
	return j
}

// untilOver reads until a job is over, and checks that what is done of it never becomes less and ends with all.
func (s stream) untilOver(t *testing.T, jobID int64) (told []jobNow) {
	t.Helper()
	id := model.ID(model.JobType, jobID)
	for {
		j := s.nextJob(t)
		if j.ID != id {
			continue
		}
		told = append(told, j)
		is := j.Progress.Overall
		if n := len(told); n > 1 && j.Attempt == told[n-2].Attempt && is.Done < told[n-2].Progress.Overall.Done {
			t.Errorf("%s goes back: %+v after %+v", j.Kind, is, told[n-2].Progress.Overall)
		}
		if is.Done > is.Total || is.Unit != "THOUSANDTHS_OF_PARTS" || (is.Rate == nil) != (is.ExpectedEnd == nil) {
			t.Errorf("%s: %+v", j.Kind, is)
		}
		if j.State == jobs.Succeeded {
			if is.Done != is.Total || is.Total == 0 || is.Rate != nil {
				t.Errorf("%s is over: %+v", j.Kind, is)
			}
			return told
		}
	}
}

// TestJobsChanged tells of each job that changes, by filters; what is done of a sync, of its undo and of a job over many portfolios
// never becomes less, and ends with all. Whoever comes back reads what was missed by changedSince.
func TestJobsChanged(t *testing.T) {
	t.Parallel()
	onEachTransport(t, func(t *testing.T, subscribe func(*testBundle, string, map[string]any) stream) {
		b := setup(t, mockoup.Options{Titles: 60})
		b.holdings.BatchTitles = 3
		b.done("updateSettings", input{"multiCampusInventoryManagement": true})
		p, other := b.profile(), b.profile()
		of := func(filter input) stream { return subscribe(b, watchJobs, input{"of": filter}) }
		all, over, undoes := of(nil), of(input{"state": []string{jobs.Succeeded}}), of(input{"kind": []string{jobs.KindUndo}})
		mine, others := of(input{"profileId": model.ID(model.ProfileType, p.ID)}), of(input{"profileId": model.ID(model.ProfileType, other.ID)})
		// The list drips, so that the job is under way for longer than it takes to be read.
		must(t, b.mock.SetFault(mockoup.Fault{Kind: "slow", DelayMillis: 100, ChunkBytes: 1024}))
		queued := b.start(jobs.Apply, p.ID)
		if j := all.nextJob(t); j.State != jobs.Queued || j.Progress.Overall.Done != 0 {
			t.Errorf("queued: %+v", j)
		}
		b.work()
		sync := b.wait(queued.ID)
		if told := all.untilOver(t, sync.ID); !slices.ContainsFunc(told, func(j jobNow) bool { return j.State == jobs.Running }) {
			t.Errorf("nothing between the beginning and the end: %+v", told)
		}
		if j := over.nextJob(t); j.ID != model.ID(model.JobType, sync.ID) || j.State != jobs.Succeeded {
			t.Errorf("the first that is over: %+v", j)
		}
		mine.untilOver(t, sync.ID)
		change := b.changed(input{
			"action": "CHANGE", "change": input{"available": false}, "selection": input{"filter": input{}},
		}, jobs.VerdictChanged)
		_, changeID, err := model.ParseID(change)
		must(t, err)
		all.untilOver(t, changeID)
		undoChange, err := b.jobs.Undo(t.Context(), changeID, jobs.Apply, "")
		must(t, err)
		all.untilOver(t, undoChange.ID)
		undo, err := b.jobs.Undo(t.Context(), sync.ID, jobs.Apply, "")
		must(t, err)
		undoes.untilOver(t, undoChange.ID)
		last := undoes.untilOver(t, undo.ID)
		mine.untilOver(t, undo.ID)
		third := b.sync(jobs.Apply, other.ID)
		if j := others.nextJob(t); j.ID != model.ID(model.JobType, third.ID) {
			t.Errorf("another profile's first: %+v", j)
		}
		var missed struct{ Jobs struct{ Nodes []jobNow } }
		b.query(`query($since: DateTime!) { jobs(filter: {changedSince: $since}, orderBy: {field: UPDATED_AT}) {
			nodes { id state updatedAt } } }`,
			input{"since": last[len(last)-1].UpdatedAt}, &missed)
		if n := missed.Jobs.Nodes; len(n) < 2 || n[0].UpdatedAt > n[1].UpdatedAt || n[len(n)-1].ID != model.ID(model.JobType, third.ID) {
			t.Errorf("missed: %+v", n)
		}
		e, _ := subscribe(b, watchJobs, input{"of": input{"profileId": "x"}}).next()
		if len(e.Errors) != 1 || e.Errors[0].Extensions.Code != "BAD_USER_INPUT" {
			t.Errorf("no id: %+v", e)
		}
		must(t, b.store.Close())
		for {
			if _, more := all.next(); !more { // without a database it ends
				return
			}
		}
	})
}

// TestJobsChangedForMany: those who listen read nothing themselves, however many they are.
func TestJobsChangedForMany(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20}).work()
	p := b.profile()
	const plain = `subscription { jobsChanged { id kind state verdict updatedAt progress { phase done total overall { done total rate } } } }`
	var listening []stream
	for range 12 {
		listening = append(listening, overEvents(b, plain, nil))
	}
	b.counter.take()
	id := b.sync(jobs.Apply, p.ID).ID
	for _, s := range listening {
		for j := s.nextJob(t); j.ID != model.ID(model.JobType, id) || j.State != jobs.Succeeded; j = s.nextJob(t) {
			continue
		}
	}
	if read := b.counter.take(); len(read) != 0 {
		t.Errorf("%d listeners read by themselves: %v", len(listening), read)
	}
}
