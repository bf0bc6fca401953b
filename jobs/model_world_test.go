package jobs_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"autoholdings/holdings"
	"autoholdings/jobs"
)

// contents are the content types, in the order in which a job does them.
var contents = []string{"BOOKS", "JOURNALS"}

// contentOf tells a title's content type from its title_id.
func contentOf(title string) string {
	if title[0] == 'b' {
		return "BOOKS"
	}
	return "JOURNALS"
}

// place is one profile's one content type.
type place struct {
	profile int // 0 or 1
	content string
}

// record is a portfolio.
type record struct {
	title, publisher, url string
	visible, listed       bool
	ordered               int
	license               int64
	locked                string
	own                   [2]own // by profile
}

// own is a profile's entitlement to a portfolio.
type own struct {
	had, active bool
	coverage    string
}

type shelf = map[string]record // by title_id

// providerFile is a list of a place, by its bytes.
type providerFile struct {
	date    string
	applied int    // when, by the world's clock; 0: it is not
	outcome string // REJECTED or UNDONE; "" otherwise
}

// writing is what a part changed: the shelf as it was before it.
type writing struct {
	job    *modelJob
	place  place
	file   string
	before shelf
}

// world is what the holdings should be, and what is remembered of how they came to be.
type world struct {
	shelves map[string]shelf // by content
	files   map[place]map[string]*providerFile
	clock   int
	written map[string][]writing // by content, in the order in which it was done
	runs    []*modelJob
}

func newWorld() world {
	w := world{shelves: map[string]shelf{}, files: map[place]map[string]*providerFile{}, written: map[string][]writing{}}
	for _, content := range contents {
		w.shelves[content] = shelf{}
		for profile := range customers {
			w.files[place{profile, content}] = map[string]*providerFile{}
		}
	}
	return w
}

func (w *world) job(id int64) *modelJob {
	for _, j := range w.runs {
		if j.id == id {
			return j
		}
	}
	return nil
}

// lastApplied is the file applied last, or nil.
func (w *world) lastApplied(p place) (last *providerFile) {
	for _, f := range w.files[p] {
		if f.applied > 0 && (last == nil || f.applied > last.applied) {
			last = f
		}
	}
	return last
}

// modelJob is a job as it should have ended.
type modelJob struct {
	id             int64
	kind, mode     string
	state, verdict string
	parts          []*modelPart
	why            string // REJECTED or SUPERSEDED, once it was
}

// GoString is how a drawn job is printed.
func (j *modelJob) GoString() string { return fmt.Sprint("job ", j.id) }

type modelPart struct {
	place
	state, code string
	counts      holdings.Counts
	offer       offer  // what was planned
	plan        string // the plan that is held
	unforeseen  bool   // its counts depend on what other parts of the same preview would do first, which it does not know
}

func (p *modelPart) applied() bool {
	return p.state == jobs.PartApplied || p.state == jobs.PartNoChange
}

func (j *modelJob) held() bool {
	return slices.ContainsFunc(j.parts, func(p *modelPart) bool { return p.state == jobs.PartHeld })
}

func (j *modelJob) wrote() bool { return slices.ContainsFunc(j.parts, (*modelPart).applied) }

// ending is DOMAIN section 9.
func (j *modelJob) ending() (state, verdict string) {
	has := map[string]bool{}
	for _, p := range j.parts {
		has[p.state] = true
	}
	good := has[jobs.PartApplied] || has[jobs.PartNoChange] || has[jobs.PartPreviewed]
	switch {
	case j.why != "" && !has[jobs.PartHeld]:
		if has[jobs.PartApplied] {
			return jobs.Cancelled, jobs.VerdictPartial
		}
		return jobs.Cancelled, jobs.VerdictBlocked
	case has[jobs.PartHeld] && good:
		return jobs.NeedsReview, jobs.VerdictPartial
	case has[jobs.PartHeld]:
		return jobs.NeedsReview, jobs.VerdictBlocked
	case !good && !has[jobs.PartBlocked]:
		return jobs.Failed, jobs.VerdictFailed
	case has[jobs.PartFailed], good && has[jobs.PartBlocked]:
		return jobs.Succeeded, jobs.VerdictPartial
	case !good:
		return jobs.Succeeded, jobs.VerdictBlocked
	case has[jobs.PartPreviewed]:
		return jobs.Succeeded, jobs.VerdictPreviewed
	case has[jobs.PartApplied]:
		return jobs.Succeeded, jobs.VerdictChanged
	default:
		return jobs.Succeeded, jobs.VerdictNoChange
	}
}

// syncPart does one part of a job.
func (w *world) syncPart(j *modelJob, p place, o offer, mode string, force bool) *modelPart {
	part := &modelPart{place: p, offer: o}
	j.parts = append(j.parts, part)
	set := func(state, code string) *modelPart { part.state, part.code = state, code; return part }
	last := w.lastApplied(p)
	switch {
	case o.code == "NO_FILE" && last == nil:
		return set(jobs.PartNoFile, "NO_FILE")
	case o.code != "":
		return set(jobs.PartFailed, o.code)
	}
	f := w.files[p][o.sha]
	if f == nil {
		f = &providerFile{}
		w.files[p][o.sha] = f
	}
	f.date = o.date
	if mode == jobs.Apply && !force {
		switch {
		case f.outcome != "":
			return set(jobs.PartBlocked, f.outcome+"_FILE")
		case last != nil && f.date < last.date:
			return set(jobs.PartBlocked, "OLDER_FILE")
		}
	}
	switch {
	case o.rows == 0:
		return set(jobs.PartFailed, "NO_ROWS")
	case len(o.titles) == 0:
		would := w.plan(p, o).counts
		part.counts = holdings.Counts{Rows: o.rows, Free: o.free, EntitlementsBefore: would.EntitlementsBefore, WithoutEntitlement: would.WithoutEntitlement}
		return set(jobs.PartBlocked, "ALL_FREE")
	}
	plan := w.plan(p, o)
	part.counts = plan.counts
	switch {
	case mode == jobs.Preview:
		return set(jobs.PartPreviewed, "")
	case plan.held:
		part.plan = plan.text
		return set(jobs.PartHeld, "GUARD")
	}
	w.apply(j, part, plan)
	return part
}

// apply makes a plan true.
func (w *world) apply(j *modelJob, part *modelPart, plan modelPlan) {
	part.counts, part.code, part.plan = plan.counts, "", ""
	part.state = jobs.PartNoChange
	if plan.counts.Changed() {
		part.state = jobs.PartApplied
		w.written[part.content] = append(w.written[part.content], writing{j, part.place, part.offer.sha, w.shelves[part.content]})
	}
	w.shelves[part.content] = plan.after
	w.clock++
	f := w.files[part.place][part.offer.sha]
	f.applied, f.outcome = w.clock, ""
	for _, other := range w.runs {
		for _, p := range other.parts {
			if other != j && p.place == part.place && p.state == jobs.PartHeld {
				p.state, p.code, other.why = "SUPERSEDED", "SUPERSEDED", "SUPERSEDED"
				other.state, other.verdict = other.ending()
			}
		}
	}
}

// approve applies what a job holds, unless the plan is another one now, and says what was applied.
func (w *world) approve(j *modelJob) map[place]offer {
	applied := map[place]offer{}
	for _, part := range j.parts {
		if part.state != jobs.PartHeld {
			continue
		}
		plan := w.plan(part.place, part.offer)
		if plan.held && plan.text != part.plan {
			part.plan, part.counts = plan.text, plan.counts
			continue
		}
		w.apply(j, part, plan)
		applied[part.place] = part.offer
	}
	return applied
}

func (w *world) reject(j *modelJob) {
	j.why = "REJECTED"
	for _, part := range j.parts {
		if part.state == jobs.PartHeld {
			part.state, part.code = jobs.PartRejected, "REJECTED"
			w.files[part.place][part.offer.sha].outcome = "REJECTED"
		}
	}
}

// modelPlan is what a list would change.
type modelPlan struct {
	after  shelf
	counts holdings.Counts
	held   bool
	text   string // tells it from others
}

// plan compares a list with the shelf: DOMAIN section 7.
func (w *world) plan(p place, o offer) modelPlan {
	before := w.shelves[p.content]
	plan := modelPlan{after: maps.Clone(before), counts: holdings.Counts{Rows: o.rows, Free: o.free, Titles: len(o.titles), Statements: o.statements}}
	c := &plan.counts
	var lines []string
	for title, l := range o.titles {
		r, there := before[title]
		if !there {
			r = record{title: l.title, publisher: l.publisher, url: l.url, visible: true, listed: true}
			r.own[p.profile] = own{had: true, active: true, coverage: l.coverage}
			plan.after[title] = r
			c.Added++
			lines = append(lines, fmt.Sprint("new ", title, l))
			continue
		}
		if mine := r.own[p.profile]; !mine.active || !r.listed || r.values() != l.values() || mine.coverage != l.coverage {
			lines = append(lines, fmt.Sprint("pending ", title, l, r.values(), mine.coverage))
		}
		plan.after[title] = w.update(c, p, w.files[p][o.sha].date, r, l)
	}
	for title, r := range before {
		_, listed := o.titles[title]
		if r.visible && !listed && !r.own[p.profile].had && !r.own[1-p.profile].active {
			c.WithoutEntitlement++
		}
		if mine := &r.own[p.profile]; mine.active {
			c.EntitlementsBefore++
			if listed {
				continue
			}
			mine.active = false
			action := w.leave(c, p, &r)
			lines = append(lines, fmt.Sprint(action, " ", title))
			plan.after[title] = r
		}
	}
	c.EntitlementsAffected = c.Removed + c.Kept + c.Withdrawn
	c.Unchanged = c.Titles - c.Added - c.Updated
	plan.held = c.EntitlementsAffected > 0 && (c.EntitlementsAffected == c.EntitlementsBefore ||
		c.EntitlementsAffected > guardTitles[p.profile] && c.EntitlementsAffected*100 > guardPercent*c.EntitlementsBefore)
	slices.Sort(lines)
	plan.text = strings.Join(lines, "\n")
	return plan
}

// leave takes a title that the profile's list no longer has away from it.
func (w *world) leave(c *holdings.Counts, p place, r *record) string {
	switch {
	case r.own[1-p.profile].active:
		c.Withdrawn++
		return "WITHDRAW"
	case r.ordered > 0:
		r.listed = false
		c.Kept++
		return "KEEP"
	default:
		r.visible, r.listed = false, false
		c.Removed++
		return "REMOVE"
	}
}

// update gives a record the values of a list of so and so date, but for fields that are locked, or that another profile
// with a newer release has given.
func (w *world) update(c *holdings.Counts, p place, date string, r record, l listed) record {
	changed, kept := false, false
	locked := func(field string) bool { return slices.Contains(strings.Fields(r.locked), field) }
	for _, f := range []struct {
		name string
		to   *string
		from string
	}{{"publication_title", &r.title, l.title}, {"publisher_name", &r.publisher, l.publisher}, {"title_url", &r.url, l.url}} {
		switch {
		case *f.to == f.from || w.outranked(p, date, r):
		case locked(f.name):
			kept = true
		default:
			*f.to, changed = f.from, true
		}
	}
	mine := &r.own[p.profile]
	switch {
	case !mine.had:
		mine.coverage = l.coverage
	case mine.coverage == l.coverage:
	case locked("coverage"):
		kept = kept || ranges(mine.coverage) != ranges(l.coverage)
	default:
		mine.coverage, changed = l.coverage, true
	}
	switch {
	case !mine.active:
		c.Added++
		r.visible, r.listed, mine.had, mine.active = true, true, true, true
	case changed:
		c.Updated++
	}
	if kept {
		c.Locked++
	}
	return r
}

// outranked says whether another profile that is entitled to the record applied a newer release last, or one of the same
// date and was made first.
func (w *world) outranked(p place, date string, r record) bool {
	other := place{1 - p.profile, p.content}
	last := w.lastApplied(other)
	return r.own[other.profile].active && last != nil && (last.date > date || last.date == date && other.profile < p.profile)
}

func (r record) values() [3]string { return [3]string{r.title, r.publisher, r.url} }

// undoable says whether a job is the newest, wherever it wrote.
func (w *world) undoable(j *modelJob) bool {
	found := false
	for _, content := range contents {
		mine := false
		for _, written := range w.written[content] {
			if written.job != j && mine {
				return false
			}
			mine = mine || written.job == j
		}
		found = found || mine
	}
	return found && j.kind == jobs.KindSync && !j.held()
}

// undo takes back what a job wrote, the last first. What staff have done since stands.
func (w *world) undo(j, reversal *modelJob) {
	shelves := maps.Clone(w.shelves)
	for _, content := range contents {
		all := w.written[content]
		n := len(all)
		for ; n > 0 && all[n-1].job == j; n-- {
			last := all[n-1]
			part := &modelPart{place: last.place, state: jobs.PartApplied}
			if reversal.mode == jobs.Preview {
				part.state, part.unforeseen = jobs.PartPreviewed, n < len(all)
			} else {
				f := w.files[last.place][last.file]
				f.applied, f.outcome = 0, "UNDONE"
			}
			shelves[content] = reverse(&part.counts, last, shelves[content])
			reversal.parts = append(reversal.parts, part)
		}
		if reversal.mode == jobs.Apply {
			w.written[content] = all[:n]
		}
	}
	if reversal.mode == jobs.Preview {
		return
	}
	w.shelves = shelves
	for _, p := range j.parts {
		if p.state == jobs.PartApplied {
			p.state = jobs.PartUndone
		}
	}
}

// reverse is the shelf before a writing, with what staff have done since.
func reverse(c *holdings.Counts, last writing, now shelf) shelf {
	after := shelf{}
	profile := last.place.profile
	for title, r := range now {
		was, there := last.before[title]
		if !there { // the record stays, hidden
			was = r
			was.own[profile].active, was.listed = false, r.own[1-profile].active
			was.visible = was.listed
		}
		was.ordered, was.license, was.locked, was.own[1-profile] = r.ordered, r.license, r.locked, r.own[1-profile]
		if r.ordered > 0 {
			was.visible = true
		}
		if !there || !was.own[profile].had { // so does the entitlement, ended
			was.own[profile] = r.own[profile]
			was.own[profile].active = false
		}
		switch mine, before := r.own[profile].active, was.own[profile].active; {
		case mine && !before && r.own[1-profile].active:
			c.Withdrawn++
		case mine && !before && r.ordered > 0:
			c.Kept++
		case mine && !before:
			c.Removed++
		case !mine && before:
			c.Added++
		case r.values() != was.values() || r.own != was.own:
			c.Updated++
		}
		after[title] = was
	}
	return after
}
