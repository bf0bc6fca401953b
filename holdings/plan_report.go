package holdings

import (
	"context"
	"fmt"

	"autoholdings/holdings/plan"
)

// planReport writes the report lines about what a plan changes in titles.
type planReport struct {
	out    *PartWriter
	listed map[reportedLine]bool // what an earlier run of the part has listed about titles that stay the same
}

// reportedLine is a report line that changes nothing. A run that starts again would list it again, because its title is
// still in the plan.
type reportedLine struct {
	action plan.Action
	line   int
}

func (r *planReport) readListed(ctx context.Context) error {
	rows, err := r.out.Store.Query(ctx, `SELECT action, line FROM job_changes WHERE part_id = ? AND job_id = ? AND action = ?`,
		r.out.Part.ID, r.out.Part.JobID, string(plan.NotInZone))
	if err != nil {
		return fmt.Errorf("read what was listed: %w", err)
	}
	defer rows.Close()
	r.listed = map[reportedLine]bool{}
	for rows.Next() {
		var l reportedLine
		if err := rows.Scan(&l.action, &l.line); err != nil {
			return fmt.Errorf("read what was listed: %w", err)
		}
		r.listed[l] = true
	}
	return rows.Err()
}

// lacking lists a title that the Community Zone does not have, and says whether the title is one.
func (r *planReport) lacking(planned *plan.Plan, t *plan.Title, h *plan.HeldPortfolio) bool {
	if !planned.Lacking(t.Index) {
		return false
	}
	if r.listed[reportedLine{plan.NotInZone, t.Line}] { // by the run that this one continues
		return true
	}
	l := ReportLine{Action: plan.NotInZone, Title: plan.CitationOf(&t.Values), line: t.Line}
	if h != nil {
		l.Portfolio = h.ID
	}
	r.out.Counts.NotInCommunityZone++
	l.Values = plan.ValuesOfWords("added all the same: the provider's list is the authority")
	if planned.SkipAbsent {
		r.out.Counts.Skipped++
		l.Values = plan.ValuesOfWords("skipped, as the profile asks for")
	}
	r.out.Change(l)
	return true
}

func (r *planReport) difference(t *plan.Title, id int64, d *plan.Difference, action plan.Action) {
	title := plan.CitationOf(&d.Values)
	for _, f := range d.Fields {
		r.out.Change(ReportLine{id, action, f.Name, title, f.Values, t.Line})
	}
	if action == plan.Update {
		d.CountFields(&r.out.Counts)
	}
	if len(d.Behind) == 0 {
		return
	}
	for _, f := range d.Behind {
		r.out.Change(ReportLine{id, plan.Locked, f.Name, title, f.Values, t.Line})
	}
	r.out.Counts.Locked++
}
