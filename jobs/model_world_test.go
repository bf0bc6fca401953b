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
	outcome string // REJECTED or UNDONE, once all was declined; "" otherwise
	decided map[holdings.Kind]decided
	by      []*modelPart // the parts that applied it
}

// decided is a decision on one kind of a list's changes.
type decided struct {
	declined bool
	at       int
	job      int64
}

// declined are the kinds that a person, or an undo, decided against.
func (f *providerFile) declined() (kinds holdings.Kinds) {
	for _, kind := range holdings.AllKinds {
		if f.decided[kind].declined {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

func (w *world) decide(f *providerFile, kinds holdings.Kinds, declined bool, job int64) {
	w.clock++
	for _, kind := range kinds {
		f.decided[kind] = decided{declined, w.clock, job}
	}
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

	inactive map[int]bool // profiles that are switched off
}

func newWorld() world {
	w := world{shelves: map[string]shelf{}, files: map[place]map[string]*providerFile{}, written: map[string][]writing{}, inactive: map[int]bool{}}
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
	would       string // of a preview: what a run would be, HELD or BLOCKED
	kinds       holdings.Kinds
	at          int    // when it came to be as it is
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
	has[jobs.PartBlocked] = has[jobs.PartBlocked] || has[jobs.PartRejected] || has[jobs.PartSuperseded]
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

// request is how a part is asked for.
type request struct {
	mode  string
	force bool
	taken holdings.Kinds // the kinds that a decision takes of a list; nil: the run is of the whole list
}

// syncPart does one part of a job.
func (w *world) syncPart(j *modelJob, p place, o offer, in request) *modelPart {
	w.clock++
	part := &modelPart{place: p, offer: o, kinds: holdings.AllKinds, at: w.clock}
	j.parts = append(j.parts, part)
	set := func(state, code string) *modelPart { part.state, part.code = state, code; return part }
	switch {
	case o.code == "NO_FILE" && w.lastApplied(p) == nil:
		return set(jobs.PartNoFile, "NO_FILE")
	case o.code != "":
		return set(jobs.PartFailed, o.code)
	}
	f := w.files[p][o.sha]
	if f == nil {
		f = &providerFile{decided: map[holdings.Kind]decided{}}
		w.files[p][o.sha] = f
	}
	f.date = o.date
	declined := f.declined()
	switch {
	case in.taken != nil:
		declined = in.taken.Others()
	case in.force:
		declined = nil
	}
	part.kinds = declined.Others()
	blocked := w.obstacle(j, part, f, in.force, declined)
	switch {
	case blocked != "" && in.mode == jobs.Apply:
		part.kinds = holdings.AllKinds
		return set(jobs.PartBlocked, blocked)
	case o.rows == 0 && blocked == "":
		return set(jobs.PartFailed, "NO_ROWS")
	case len(o.titles) == 0:
		if o.rows > 0 {
			would := w.plan(p, o, nil).counts
			part.counts = holdings.Counts{Rows: o.rows, Free: o.free, EntitlementsBefore: would.EntitlementsBefore, WithoutEntitlement: would.WithoutEntitlement}
		}
		if blocked == "" {
			blocked = "ALL_FREE"
		}
		if in.mode == jobs.Apply {
			return set(jobs.PartBlocked, blocked)
		}
		part.would = jobs.PartBlocked
		return set(jobs.PartPreviewed, blocked)
	case blocked != "":
		part.counts, part.would = w.plan(p, o, nil).counts, jobs.PartBlocked
		return set(jobs.PartPreviewed, blocked)
	}
	plan := w.plan(p, o, declined)
	part.counts = plan.counts
	held := plan.held && (in.force && in.taken == nil || !w.settled(p, o, holdings.Removals, in.taken))
	switch {
	case in.mode == jobs.Preview && held:
		part.would = jobs.PartHeld
		return set(jobs.PartPreviewed, "GUARD")
	case in.mode == jobs.Preview:
		return set(jobs.PartPreviewed, "")
	case held:
		w.hold(j, part, plan)
		return part
	}
	w.apply(j, part, plan)
	return part
}

// obstacle is the code of what stands in the way of a list; "": nothing does.
func (w *world) obstacle(j *modelJob, part *modelPart, f *providerFile, force bool, declined holdings.Kinds) string {
	for _, other := range w.runs {
		for _, p := range other.parts {
			if other != j && p.place == part.place && p.state == jobs.PartHeld && p.offer.sha == part.offer.sha {
				return "LIST_WAITS"
			}
		}
	}
	newest := ""
	for _, other := range w.files[part.place] {
		if other.applied > 0 {
			newest = max(newest, other.date)
		}
	}
	switch {
	case len(declined) == len(holdings.AllKinds) && f.outcome == "UNDONE":
		return "UNDONE_FILE"
	case len(declined) == len(holdings.AllKinds):
		return "REJECTED_FILE"
	case !force && f.date < newest && w.lastApplied(part.place) != f:
		return "OLDER_FILE"
	case w.inactive[part.profile]:
		return "PROFILE_INACTIVE"
	}
	return ""
}

// settled says whether a person decided on a kind of a list's changes. An approval ends with the next list that is applied.
func (w *world) settled(p place, o offer, kind holdings.Kind, taken holdings.Kinds) bool {
	f := w.files[p][o.sha]
	d, is := f.decided[kind]
	if taken != nil && !taken.Has(kind) || is && d.declined {
		return true
	}
	for _, other := range w.files[p] {
		is = is && (other == f || other.applied < d.at)
	}
	return is
}

// hold lets a plan wait for a person.
func (w *world) hold(j *modelJob, part *modelPart, plan modelPlan) {
	w.clock++
	part.state, part.code, part.plan, part.counts, part.at = jobs.PartHeld, "GUARD", plan.text, plan.counts, w.clock
	f := w.files[part.place][part.offer.sha]
	for kind, d := range f.decided {
		if d.job == j.id {
			delete(f.decided, kind)
			f.outcome = ""
		}
	}
	w.supersede(j, part)
}

// apply makes a plan true.
func (w *world) apply(j *modelJob, part *modelPart, plan modelPlan) {
	w.clock++
	part.counts, part.code, part.plan, part.at = plan.counts, "", "", w.clock
	part.state = jobs.PartNoChange
	if plan.counts.Changed() {
		part.state = jobs.PartApplied
		w.written[part.content] = append(w.written[part.content], writing{j, part.place, part.offer.sha, w.shelves[part.content]})
	}
	w.shelves[part.content] = plan.after
	f := w.files[part.place][part.offer.sha]
	f.applied, f.outcome, f.by = w.clock, "", append(f.by, part)
	for _, kind := range f.declined() {
		if part.kinds.Has(kind) {
			delete(f.decided, kind)
		}
	}
	w.supersede(j, part)
}

// supersede closes what waits of lists that are no newer.
func (w *world) supersede(j *modelJob, part *modelPart) {
	for _, other := range w.runs {
		for _, p := range other.parts {
			if other != j && p.place == part.place && p.state == jobs.PartHeld && p.offer.date <= part.offer.date {
				p.state, p.code, p.at, other.why = "SUPERSEDED", "SUPERSEDED", w.clock, "SUPERSEDED"
				other.state, other.verdict = other.ending()
			}
		}
	}
}

// approve applies what a person approves of a job that waits, unless the plan is another one now, and says what was applied. The
// parts that are not named go on waiting.
func (w *world) approve(j *modelJob, chosen map[*modelPart]holdings.Kinds) map[place]offer {
	applied := map[place]offer{}
	j.why = ""
	for _, part := range j.parts {
		if kinds := chosen[part]; kinds != nil {
			f := w.files[part.place][part.offer.sha]
			w.decide(f, kinds, false, j.id)
			w.decide(f, slices.DeleteFunc(slices.Clone(part.kinds), kinds.Has), true, j.id)
			part.kinds = kinds
		}
	}
	for _, part := range j.parts {
		if chosen[part] == nil {
			continue
		}
		plan := w.plan(part.place, part.offer, part.kinds.Others())
		if plan.text != part.plan {
			var declined holdings.Kinds
			for kind, d := range w.files[part.place][part.offer.sha].decided {
				if d.declined && d.job != j.id {
					declined = append(declined, kind)
				}
			}
			part.kinds = declined.Others()
			w.hold(j, part, w.plan(part.place, part.offer, declined))
			continue
		}
		w.apply(j, part, plan)
		applied[part.place] = part.offer
	}
	return applied
}

// reject declines kinds of the lists of parts. One of which something is still open goes on waiting.
func (w *world) reject(j *modelJob, chosen map[*modelPart]holdings.Kinds) {
	for part, kinds := range chosen {
		f := w.files[part.place][part.offer.sha]
		left := slices.DeleteFunc(slices.Clone(part.kinds), kinds.Has)
		if len(left) > 0 {
			w.decide(f, kinds, true, j.id)
			part.kinds = left
			continue
		}
		w.decide(f, holdings.AllKinds, true, j.id)
		part.state, part.code, part.at, f.outcome, j.why = jobs.PartRejected, "REJECTED", w.clock, "REJECTED", "REJECTED"
	}
}

// overtaken says whether a newer list was applied since a part came to be as it is.
func (w *world) overtaken(part *modelPart) bool {
	f := w.files[part.place][part.offer.sha]
	for _, other := range w.files[part.place] {
		if other != f && other.applied > part.at && other.date >= f.date {
			return true
		}
	}
	return false
}

// modelPlan is what a list would change.
type modelPlan struct {
	after  shelf
	counts holdings.Counts
	held   bool
	text   string // tells it from others
}

// plan compares a list with the shelf, but for kinds that were declined: DOMAIN section 7. Its text is of the whole plan.
func (w *world) plan(p place, o offer, declined holdings.Kinds) modelPlan {
	before := w.shelves[p.content]
	plan := modelPlan{after: maps.Clone(before), counts: holdings.Counts{Rows: o.rows, Free: o.free, Titles: len(o.titles), Statements: o.statements}}
	c := &plan.counts
	var lines []string
	affected := 0 // whatever was declined
	for title, l := range o.titles {
		r, there := before[title]
		if !there {
			lines = append(lines, fmt.Sprint("new ", title, l))
			if declined.Has(holdings.Additions) {
				continue
			}
			r = record{title: l.title, publisher: l.publisher, url: l.url, visible: true, listed: true}
			r.own[p.profile] = own{had: true, active: true, coverage: l.coverage}
			plan.after[title] = r
			c.Added++
			continue
		}
		if mine := r.own[p.profile]; !mine.active || !r.listed || r.values() != l.values() || mine.coverage != l.coverage {
			lines = append(lines, fmt.Sprint("pending ", title, l, r.values(), mine.coverage))
		}
		if mine := r.own[p.profile]; !mine.active && declined.Has(holdings.Additions) || mine.active && declined.Has(holdings.Updates) {
			continue
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
			affected++
			left := holdings.Counts{}
			lines = append(lines, fmt.Sprint(w.leave(&left, p, &r), " ", title))
			if declined.Has(holdings.Removals) {
				continue
			}
			c.Merge(left)
			c.EntitlementsAffected++
			plan.after[title] = r
		}
	}
	c.Unchanged = c.Titles - c.Added - c.Updated
	plan.held = affected > 0 && (affected == c.EntitlementsBefore ||
		affected > guardTitles[p.profile] && affected*100 > guardPercent*c.EntitlementsBefore)
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
				w.undone(j, last, reversal.id)
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

// undone declines what a job applied of a list, and forgets that it did.
func (w *world) undone(j *modelJob, last writing, by int64) {
	f := w.files[last.place][last.file]
	for _, part := range j.parts {
		if part.place == last.place {
			w.decide(f, part.kinds, true, by)
			f.by = slices.DeleteFunc(f.by, func(p *modelPart) bool { return p == part })
			part.at = w.clock
		}
	}
	f.applied = 0
	for _, part := range f.by {
		if part.state == jobs.PartApplied {
			f.applied = max(f.applied, part.at)
		}
	}
	if len(f.declined()) == len(holdings.AllKinds) {
		f.outcome = "UNDONE"
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
