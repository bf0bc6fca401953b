package holdings

import (
	"context"
	"fmt"
)

// planReport writes the lines of a report that tell what a plan changes on titles.
type planReport struct {
	out    *partWriter
	listed map[listing]bool // what an earlier run of the part has listed of titles that are as they were
}

// listing is a line of the report that changes nothing: the plan of a run that starts again has its title again.
type listing struct {
	action Action
	line   int
}

func (r *planReport) readListed(ctx context.Context) error {
	rows, err := r.out.store.Query(ctx, `SELECT action, line FROM job_changes WHERE part_id = ? AND job_id = ? AND action IN (?, ?)`,
		r.out.part.ID, r.out.part.JobID, string(NotInZone), string(Locked))
	if err != nil {
		return fmt.Errorf("read what was listed: %w", err)
	}
	defer rows.Close()
	r.listed = map[listing]bool{}
	for rows.Next() {
		var l listing
		if err := rows.Scan(&l.action, &l.line); err != nil {
			return fmt.Errorf("read what was listed: %w", err)
		}
		r.listed[l] = true
	}
	return rows.Err()
}

// listLacking lists a title that the Community Zone does not have.
func (r *planReport) lacking(plan *Plan, t *Title, h *held) bool {
	if !plan.lacking(t.index) {
		return false
	}
	if r.listed[listing{NotInZone, t.Line}] { // by the run that this one goes on from
		return true
	}
	l := reportLine{action: NotInZone, title: citationOf(&t.Values), line: t.Line}
	if h != nil {
		l.portfolio = h.id
	}
	r.out.counts.NotInCommunityZone++
	l.values = wordsValue("added all the same: the provider's list is the authority")
	if plan.skipAbsent {
		r.out.counts.Skipped++
		l.values = wordsValue("skipped, as the profile asks for")
	}
	r.out.change(l)
	return true
}

func (r *planReport) difference(t *Title, id int64, d *difference, action Action) {
	title := citationOf(&d.values)
	for _, f := range d.fields {
		r.out.change(reportLine{id, action, f.name, title, f.values, t.Line})
	}
	if action == Update {
		d.countFields(&r.out.counts)
	}
	if len(d.locked) == 0 || r.listed[listing{Locked, t.Line}] { // by the run that this one goes on from
		return
	}
	for _, f := range d.locked {
		r.out.change(reportLine{id, Locked, f.name, title, f.values, t.Line})
	}
	r.out.counts.Locked++
}
