package jobs_test

import (
	"testing"
	"time"

	"autoholdings/ent"
	"autoholdings/jobs"
)

// TestWorkOf: the rate is that of this run, and the end what it comes to.
func TestWorkOf(t *testing.T) {
	t.Parallel()
	begun := time.Date(2026, 7, 8, 12, 0, 0, 0, time.UTC)
	ms := func(after time.Duration) *int64 { return new(begun.Add(after).UnixMilli()) }
	running := ent.Job{
		State: jobs.Running, WorkDone: 1500, WorkTotal: 2000, WorkFrom: new(int64(1000)), WorkSince: ms(0), HeartbeatAt: ms(10 * time.Second),
	}
	with := func(change func(*ent.Job)) *ent.Job {
		row := running
		change(&row)
		return &row
	}
	end := begun.Add(20 * time.Second)
	for name, c := range map[string]struct {
		row  *ent.Job
		want jobs.Work
	}{
		"runs":       {&running, jobs.Work{Done: 1500, Total: 2000, Rate: 50, End: &end}},
		"begins":     {with(func(r *ent.Job) { r.WorkDone = 1000 }), jobs.Work{Done: 1000, Total: 2000}},
		"waits":      {with(func(r *ent.Job) { r.State = jobs.NeedsReview }), jobs.Work{Done: 1500, Total: 2000}},
		"is over":    {with(func(r *ent.Job) { r.State = jobs.Succeeded }), jobs.Work{Done: 2000, Total: 2000}},
		"had none":   {&ent.Job{State: jobs.Succeeded}, jobs.Work{Done: 1000, Total: 1000}},
		"is queued":  {&ent.Job{State: jobs.Queued}, jobs.Work{}},
		"was before": {with(func(r *ent.Job) { r.WorkFrom, r.WorkSince = nil, nil }), jobs.Work{Done: 1500, Total: 2000}},
	} {
		got := jobs.WorkOf(c.row)
		if got.Done != c.want.Done || got.Total != c.want.Total || got.Rate != c.want.Rate ||
			(got.End == nil) != (c.want.End == nil) || got.End != nil && !got.End.Equal(*c.want.End) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
