package jobs

import (
	"fmt"
	"strings"
	"time"

	"autoholdings/ent"
)

// How far a whole job is, is told in thousandths of its parts: so many that a list is there, so many that it is read and
// planned, and the rest as portfolios are written. No list says beforehand how much it will change, so that nothing else adds up
// over lists that are not read yet.
const (
	wholePart   = 1000
	fetchedPart = 100
	plannedPart = 300
)

// workOf is how much of the part at hand is done, beyond that its list is there.
func workOf(phase string, done, total int) int {
	planned := plannedPart - fetchedPart
	switch {
	case total > 0:
		return planned + (wholePart-plannedPart)*min(done, total)/total
	case strings.HasPrefix(phase, "plan"):
		return planned / 2
	default:
		return 0
	}
}

// workSQL sets how far a job is. Its two values are the work on the part at hand, and the job's id. What is done never becomes
// less in one run of the job; a run that begins anew begins with the parts that are over.
var workSQL = fmt.Sprintf(`work_total = w.total, work_from = COALESCE(jobs.work_from, w.done),
	work_done = CASE WHEN jobs.work_from IS NOT NULL AND jobs.work_done > w.done THEN jobs.work_done ELSE w.done END
	FROM (SELECT COUNT(*) * %[1]d AS total, COALESCE(SUM(CASE state WHEN '%[2]s' THEN 0 WHEN '%[3]s' THEN %[6]d WHEN '%[4]s' THEN %[6]d
		WHEN '%[5]s' THEN %[6]d ELSE %[1]d END), 0) + CAST(? AS BIGINT) AS done FROM job_parts WHERE job_id = ?) w`,
	wholePart, PartPending, PartFetched, PartApplying, PartApproved, fetchedPart)

// Work is how far a whole job is.
type Work struct {
	Done, Total int64
	Rate        float64    // Done per second, in this run of the job; 0: not known
	End         *time.Time // when it will be over if it goes on like that; nil: not known
}

// WorkOf is how far a job is.
func WorkOf(row *ent.Job) Work {
	w := Work{Done: min(row.WorkDone, row.WorkTotal), Total: row.WorkTotal}
	switch {
	case row.State == Succeeded:
		w.Total = max(w.Total, wholePart)
		w.Done = w.Total
	case row.State != Running || row.WorkFrom == nil || row.WorkSince == nil || row.HeartbeatAt == nil:
	case w.Done > *row.WorkFrom && *row.HeartbeatAt > *row.WorkSince:
		w.Rate = float64(w.Done-*row.WorkFrom) / time.Duration((*row.HeartbeatAt-*row.WorkSince)*int64(time.Millisecond)).Seconds()
		left := time.Duration(float64(w.Total-w.Done) / w.Rate * float64(time.Second))
		w.End = new(time.UnixMilli(*row.HeartbeatAt).Add(left))
	}
	return w
}
