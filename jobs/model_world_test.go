package jobs_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"autoholdings/holdings/plan"
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
	profile int // in the order in which the profiles were made
	content string
}

// values are the title columns that the lists of the model change, in the order of valueNames.
type values [4]string

var valueNames = [...]string{"publication_title", "print_identifier", "publisher_name", "title_url"}

// record is a portfolio.
type record struct {
	shown           values
	visible, listed bool
	closed          bool // staff have switched it off
	review          bool // a profile waits to know which title it is
	ordered         int
	license         int64
	locked          string
	own             [3]own // by profile
}

// own is a profile's entitlement to a portfolio.
type own struct {
	had, active bool
	givenBack   bool   // by an undo
	waiting     string // date of the list since which it is suspended
	coverage    string
	said        values // by the profile's list, as far as it was applied
}

// otherwise is what the list said last where the portfolio shows something else.
func (o *own) otherwise(shown values) (differs values) {
	for i := range shown {
		if o.had && o.said[i] != shown[i] {
			differs[i] = o.said[i]
		}
	}
	return differs
}

func (r *record) locks(field string) bool { return slices.Contains(strings.Fields(r.locked), field) }

// heldElsewhere says whether another profile's entitlement is in force.
func (r *record) heldElsewhere(profile int) bool {
	for i := range r.own {
		if i != profile && r.own[i].active {
			return true
		}
	}
	return false
}

type shelf = map[string]record // by title_id

// awaitedElsewhere says whether another profile waits to know which title it is.
func (r *record) awaitedElsewhere(profile int) bool {
	for i := range r.own {
		if i != profile && r.own[i].waiting != "" {
			return true
		}
	}
	return false
}

// providerFile is a list of a place, by its bytes.
type providerFile struct {
	date    string
	applied int    // when, by the world's clock; 0: it is not
	outcome string // REJECTED or UNDONE, once all was declined; "" otherwise
	decided map[plan.Kind]decided
	by      []*modelPart // the parts that applied it
}

// decided is a decision on one kind of a list's changes.
type decided struct {
	declined bool
	at       int
	job      int64
}

// declined are the kinds that a person, or an undo, decided against.
func (f *providerFile) declined() (kinds plan.Kinds) {
	for _, kind := range plan.AllKinds {
		if f.decided[kind].declined {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

func (w *world) decide(f *providerFile, kinds plan.Kinds, declined bool, job int64) {
	w.clock++
	for _, kind := range kinds {
		f.decided[kind] = decided{declined, w.clock, job}
	}
}

// writing is what a part changed: the shelf as it was before it and after it.
type writing struct {
	job           *modelJob
	place         place
	file          string
	before, after shelf
}

// world is what the holdings should be, and what is remembered of how they came to be.
type world struct {
	shelves map[string]shelf // by content
	files   map[place]map[string]*providerFile
	clock   int
	written map[string][]writing // by content, in the order in which it was done
	runs    []*modelJob

	inactive map[int]bool // profiles that are switched off
	guards   [3]plan.Guards
	foreseen map[place]*providerFile // what earlier parts of a preview would have applied; nil: no preview is under way
}

func newWorld() world {
	w := world{
		shelves: map[string]shelf{}, files: map[place]map[string]*providerFile{}, written: map[string][]writing{},
		inactive: map[int]bool{},
	}
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
	if f := w.foreseen[p]; f != nil {
		return f
	}
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
	counts      plan.Counts
	offer       offer  // what was planned
	would       string // of a preview: what a run would be, HELD or BLOCKED
	kinds       plan.Kinds
	at          int      // when it came to be as it is
	plan        string   // the plan that is held
	gone        []string // the titles that it shows to leave
	unforeseen  bool     // its counts depend on what other parts of the same preview would do first, which it does not know
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
	has, left := map[string]bool{}, false
	for _, p := range j.parts {
		has[p.state] = true
		left = left || p.state == jobs.PartApplied && p.counts.Left > 0
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
	case has[jobs.PartFailed], good && has[jobs.PartBlocked], left:
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
	taken plan.Kinds // the kinds that a decision takes of a list; nil: the run is of the whole list
}

// syncPart does one part of a job.
func (w *world) syncPart(j *modelJob, p place, o offer, in request) *modelPart {
	w.clock++
	part := &modelPart{place: p, offer: o, kinds: plan.AllKinds, at: w.clock}
	j.parts = append(j.parts, part)
	switch {
	case o.code == "NO_FILE" && w.lastApplied(p) == nil:
		return part.end(jobs.PartNoFile, "NO_FILE")
	case o.code != "":
		return part.end(jobs.PartFailed, o.code)
	}
	f := w.files[p][o.sha]
	if f == nil {
		f = &providerFile{decided: map[plan.Kind]decided{}}
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
		part.kinds = plan.AllKinds
		return part.end(jobs.PartBlocked, blocked)
	case o.rows == 0 && blocked == "":
		return part.end(jobs.PartFailed, "NO_ROWS")
	case len(o.titles) == 0:
		return w.endFree(part, in, blocked)
	case blocked != "":
		part.counts, part.would = w.plan(p, o, nil).counts, jobs.PartBlocked
		return part.end(jobs.PartPreviewed, blocked)
	}
	planned := w.plan(p, o, declined)
	part.counts = planned.counts
	held := slices.ContainsFunc(planned.held, func(kind plan.Kind) bool {
		return in.force && in.taken == nil || !w.settled(p, o, kind, in.taken)
	})
	switch {
	case in.mode == jobs.Preview && held:
		part.would = jobs.PartHeld
		return part.end(jobs.PartPreviewed, "GUARD")
	case in.mode == jobs.Preview:
		w.shelves[p.content], w.foreseen[p] = planned.after, f // until the preview is over
		return part.end(jobs.PartPreviewed, "")
	case held:
		w.hold(j, part, planned)
		return part
	}
	w.apply(j, part, planned)
	return part
}

// endFree ends a part whose list has no titles to apply.
func (w *world) endFree(part *modelPart, in request, blocked string) *modelPart {
	o := part.offer
	if o.rows > 0 {
		would := w.plan(part.place, o, nil).counts
		part.counts = plan.Counts{
			Rows: o.rows, Free: o.free, EntitlementsBefore: would.EntitlementsBefore,
			WithoutEntitlement: would.WithoutEntitlement,
		}
	}
	if blocked == "" {
		blocked = "ALL_FREE"
	}
	if in.mode == jobs.Apply {
		return part.end(jobs.PartBlocked, blocked)
	}
	part.would = jobs.PartBlocked
	return part.end(jobs.PartPreviewed, blocked)
}

func (p *modelPart) end(state, code string) *modelPart {
	p.state, p.code = state, code
	return p
}

// obstacle is the code of what stands in the way of a list; "": nothing does.
func (w *world) obstacle(j *modelJob, part *modelPart, f *providerFile, force bool, declined plan.Kinds) string {
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
	case len(declined) == len(plan.AllKinds) && f.outcome == "UNDONE":
		return "UNDONE_FILE"
	case len(declined) == len(plan.AllKinds):
		return "REJECTED_FILE"
	case !force && f.date < newest && w.lastApplied(part.place) != f:
		return "OLDER_FILE"
	case w.inactive[part.profile]:
		return "PROFILE_INACTIVE"
	}
	return ""
}

// settled says whether a person decided on a kind of a list's changes. An approval ends with the next list that is
// applied.
func (w *world) settled(p place, o offer, kind plan.Kind, taken plan.Kinds) bool {
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
	part.gone = plan.gone
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
		w.written[part.content] = append(w.written[part.content],
			writing{j, part.place, part.offer.sha, w.shelves[part.content], maps.Clone(plan.after)})
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

// approve applies what a person approves of a job that waits, unless the plan is another one now, and says what was
// applied. The parts that are not named go on waiting.
func (w *world) approve(j *modelJob, chosen map[*modelPart]plan.Kinds) map[place]offer {
	applied := map[place]offer{}
	j.why = ""
	for _, part := range j.parts {
		if kinds := chosen[part]; kinds != nil {
			f := w.files[part.place][part.offer.sha]
			w.decide(f, kinds, false, j.id)
			w.decline(part, slices.DeleteFunc(slices.Clone(part.kinds), kinds.Has), j.id)
			part.kinds = kinds
		}
	}
	for _, part := range j.parts {
		if chosen[part] == nil {
			continue
		}
		planned := w.plan(part.place, part.offer, part.kinds.Others())
		if planned.text != part.plan {
			var declined plan.Kinds
			for kind, d := range w.files[part.place][part.offer.sha].decided {
				if d.declined && d.job != j.id {
					declined = append(declined, kind)
				}
			}
			part.kinds = declined.Others()
			w.hold(j, part, w.plan(part.place, part.offer, declined))
			continue
		}
		w.apply(j, part, planned)
		applied[part.place] = part.offer
	}
	return applied
}

// decline is a person's decision against kinds of a plan that is held: what an undo gave back is held no more for that
// reason.
func (w *world) decline(part *modelPart, kinds plan.Kinds, job int64) {
	w.decide(w.files[part.place][part.offer.sha], kinds, true, job)
	if !kinds.Has(plan.Removals) {
		return
	}
	for _, title := range part.gone {
		r := w.shelves[part.content][title]
		r.own[part.profile].givenBack = false
		w.shelves[part.content][title] = r
	}
}

// reject declines kinds of the lists of parts. One of which something is still open goes on waiting.
func (w *world) reject(j *modelJob, chosen map[*modelPart]plan.Kinds) {
	for part, kinds := range chosen {
		f := w.files[part.place][part.offer.sha]
		left := slices.DeleteFunc(slices.Clone(part.kinds), kinds.Has)
		if len(left) > 0 {
			w.decline(part, kinds, j.id)
			part.kinds = left
			continue
		}
		w.decline(part, plan.AllKinds, j.id)
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
	counts plan.Counts
	held   plan.Kinds // that a guard holds
	gone   []string   // titles that leave or begin to wait
	text   string     // tells it from others
}

// plan compares a list with the shelf, but for kinds that were declined: DOMAIN section 7. Its text is of the whole
// plan.
func (w *world) plan(p place, o offer, declined plan.Kinds) modelPlan {
	before := w.shelves[p.content]
	planned := modelPlan{
		after:  maps.Clone(before),
		counts: plan.Counts{Rows: o.rows, Free: o.free, Titles: len(o.titles), Statements: o.statements},
	}
	c := &planned.counts
	var lines []string
	var affected judged // whatever was declined
	unclear, waits := ambiguous(p, o, before)
	for title, l := range o.titles {
		r, there := before[title]
		mine := r.own[p.profile]
		loses := mine.active && losesYears(mine.coverage, l.coverage) && !r.locks("coverage")
		affected.title(&mine, l, loses)
		switch {
		case !there:
			lines = append(lines, fmt.Sprint("new ", title, l))
		case w.pending(p, &r, l):
			said := r.shown
			if mine.had {
				said = mine.said
			}
			lines = append(lines, fmt.Sprint("pending ", title, l, said, mine.coverage))
		}
		keeps := keeping{declined.Has(plan.Updates), declined.Has(plan.Updates)}
		if loses {
			keeps.coverage = declined.Has(plan.AccessLost)
		}
		if !mine.active {
			keeps = keeping{}
		}
		switch {
		case !mine.active && declined.Has(plan.Additions), keeps.fields && keeps.coverage:
		case !there:
			r = record{shown: l.values, visible: true, listed: true}
			r.own[p.profile] = own{had: true, active: true, coverage: l.coverage, said: l.values}
			planned.after[title] = r
			c.Added++
			if unclear[title] {
				c.Ambiguous++
			}
		case w.pending(p, &r, l):
			planned.after[title] = w.update(c, p, r, l, keeps)
		}
	}
	lines = append(lines, w.planLeaving(&planned, p, o, before, declined, waits, &affected)...)
	c.Unchanged = c.Titles - c.Added - c.Updated
	planned.held = affected.by(w.guards[p.profile], c.EntitlementsBefore)
	slices.Sort(lines)
	planned.text = strings.Join(lines, "\n")
	return planned
}

// planLeaving is what a list does to titles that it has no longer.
func (w *world) planLeaving(
	planned *modelPlan, p place, o offer, before shelf, declined plan.Kinds, waits map[string]bool, affected *judged,
) (lines []string) {
	c := &planned.counts
	for title, r := range before {
		_, listed := o.titles[title]
		if r.visible && !listed && !r.own[p.profile].had && !r.heldElsewhere(p.profile) {
			c.WithoutEntitlement++
		}
		mine := &r.own[p.profile]
		if mine.active {
			c.EntitlementsBefore++
		}
		if listed || !mine.active && mine.waiting == "" {
			continue
		}
		if mine.waiting != "" && !mayLeave(&r, p, title, o, before) {
			c.StillWaiting++
			continue
		}
		affected.leaves(mine)
		left := plan.Counts{}
		if waits[title] {
			lines = append(lines, "WAIT "+title)
			r.wait(&left, p, o.date)
		} else {
			lines = append(lines, fmt.Sprint(w.leave(&left, p, &r), " ", title))
		}
		if declined.Has(plan.Removals) {
			continue
		}
		c.Merge(left)
		c.EntitlementsAffected++
		planned.gone = append(planned.gone, title)
		planned.after[title] = r
	}
	return lines
}

// ambiguous are the titles that are new and might be portfolios which the list has no longer, and those of these that
// wait.
func ambiguous(p place, o offer, before shelf) (unclear, waits map[string]bool) {
	unclear, waits = map[string]bool{}, map[string]bool{}
	for title := range o.titles {
		if _, there := before[title]; there {
			continue
		}
		for _, other := range mightBe[title] {
			r, there := before[other]
			if _, listed := o.titles[other]; there && !listed && r.visible {
				unclear[title] = true
				waits[other] = waits[other] || r.own[p.profile].active
			}
		}
	}
	return unclear, waits
}

// mayLeave says whether a portfolio that waits leaves: after 25 days, where every title that it might be has one of its
// own.
func mayLeave(r *record, p place, title string, o offer, before shelf) bool {
	day := func(text string) time.Time { date, _ := time.Parse(time.DateOnly, text); return date }
	if r.ordered > 0 || r.license != 0 || r.locked != "" || day(o.date).Sub(day(r.own[p.profile].waiting)) < 25*24*time.Hour {
		return false
	}
	for _, other := range mightBe[title] {
		_, there := before[other]
		if _, listed := o.titles[other]; listed && !there {
			return false
		}
	}
	return true
}

// wait suspends an entitlement.
func (r *record) wait(c *plan.Counts, p place, date string) {
	c.Waiting++
	r.own[p.profile].active, r.own[p.profile].waiting = false, date
	r.listed, r.review = r.heldElsewhere(p.profile), true
}

// keeping is what of an update a person declined.
type keeping struct{ fields, coverage bool }

// judged is what the guards look at.
type judged struct{ removals, access, identity, additions, again int }

func (j *judged) title(mine *own, l listed, loses bool) {
	switch {
	case !mine.active:
		j.additions++
		return
	case mine.said[0] != l.values[0] && mine.said[1] != l.values[1]:
		j.identity++
	}
	if loses {
		j.access++
	}
}

func (j *judged) leaves(mine *own) {
	j.removals++
	if mine.givenBack {
		j.again++
	}
}

// by are the kinds of changes that guards hold.
func (j *judged) by(guards plan.Guards, base int) (kinds plan.Kinds) {
	exceeds := func(m plan.Marks, n int) bool {
		part := n > m.Titles && n*100 > m.Percent*base || m.Most > 0 && (n > m.Most || 2*n > base)
		return n > 0 && (n >= base || n > 2 && part)
	}
	if base == 0 {
		return nil
	}
	if exceeds(guards.Removals, j.removals) || guards.Again && j.again > 0 {
		kinds = append(kinds, plan.Removals)
	}
	if exceeds(guards.Access, j.access) {
		kinds = append(kinds, plan.AccessLost)
	}
	if exceeds(guards.Identity, j.identity) {
		kinds = append(kinds, plan.Updates)
	}
	if m := guards.Additions; j.additions > m.Titles && j.additions*100 > m.Percent*base {
		kinds = append(kinds, plan.Additions)
	}
	return kinds
}

// losesYears says whether time that was covered no longer is. The lists have few first dates, which tell apart these
// stretches.
func losesYears(before, after string) bool { return yearsOf(before)&^yearsOf(after) != 0 }

func yearsOf(coverage string) (covered int) {
	for text, years := range map[string]int{"1878–1995": 0b1000, "1996–": 0b0111, "1997–": 0b0011, "1998-05–": 0b0001} {
		if slices.Contains(strings.Split(ranges(coverage), "; "), text) {
			covered |= years
		}
	}
	return covered
}

// pending says whether a title is compared at all: anything of it is news to its portfolio.
func (w *world) pending(p place, r *record, l listed) bool {
	mine := &r.own[p.profile]
	return !mine.active || !r.listed || r.review && !r.awaitedElsewhere(p.profile) || mine.givenBack || mine.said != l.values ||
		mine.coverage != l.coverage ||
		mine.said != r.shown && !w.outranked(p, w.dateOf(p, l), *r)
}

// leave takes a title that the profile's list no longer has away from it.
func (w *world) leave(c *plan.Counts, p place, r *record) string {
	mine := &r.own[p.profile]
	mine.active, mine.givenBack, mine.waiting = false, false, ""
	r.review = r.review && r.awaitedElsewhere(p.profile)
	switch {
	case r.heldElsewhere(p.profile):
		c.Withdrawn++
		w.takeOver(p, r)
		return "WITHDRAW"
	case r.awaitedElsewhere(p.profile):
		c.Withdrawn++
		r.listed = false
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

// takeOver shows what the newest of the lists says that still have the title; of one date that of the profile made
// first.
func (w *world) takeOver(p place, r *record) {
	best, date := -1, ""
	for i := range r.own {
		if !r.own[i].active {
			continue
		}
		d := ""
		if last := w.lastApplied(place{i, p.content}); last != nil {
			d = last.date
		}
		if best < 0 || d > date {
			best, date = i, d
		}
	}
	r.shown = r.own[best].said
}

// update gives a record what a list says, but for fields that another profile with a newer release has given.
func (w *world) update(c *plan.Counts, p place, r record, l listed, keeps keeping) record {
	changed, behind := false, false
	mine := &r.own[p.profile]
	outranked := w.outranked(p, w.dateOf(p, l), r)
	if !mine.had {
		mine.said = r.shown
	}
	for i, name := range valueNames {
		if keeps.fields {
			break
		}
		mine.said[i] = l.values[i]
		switch {
		case r.shown[i] == l.values[i]:
		case !outranked:
			r.shown[i], changed = l.values[i], true
			behind = behind || r.locks(name)
		}
	}
	switch {
	case !mine.had:
		mine.coverage = l.coverage
	case mine.coverage == l.coverage || keeps.coverage:
	default:
		mine.coverage, changed = l.coverage, true
		behind = behind || r.locks("coverage")
	}
	switch {
	case !mine.active:
		c.Added++
		r.visible, r.listed, mine.had, mine.active = true, true, true, true
	case changed:
		c.Updated++
	}
	mine.givenBack, mine.waiting = false, ""
	r.review = r.review && r.awaitedElsewhere(p.profile)
	if behind {
		c.Locked++
	}
	return r
}

// dateOf is the date of the list that a title is in.
func (w *world) dateOf(p place, l listed) string { return w.files[p][l.sha].date }

// outranked says whether another profile that is entitled to the record applied a newer release last, or one of the
// same date and was made first.
func (w *world) outranked(p place, date string, r record) bool {
	for i := range r.own {
		if i == p.profile || !r.own[i].active {
			continue
		}
		last := w.lastApplied(place{i, p.content})
		if last != nil && (last.date > date || last.date == date && i < p.profile) {
			return true
		}
	}
	return false
}

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
	if len(f.declined()) == len(plan.AllKinds) {
		f.outcome = "UNDONE"
	}
}

// reverse is the shelf before a writing, with what staff have done since.
func reverse(c *plan.Counts, last writing, now shelf) shelf {
	after := shelf{}
	profile := last.place.profile
	for title, r := range now {
		was, there := last.before[title]
		wrote, written := last.after[title]
		if !written || there && was == wrote {
			after[title] = r
			continue
		}
		after[title] = r.reversed(c, profile, was, wrote, there)
	}
	return after
}

// reversed is a record as it was before a writing.
func (r record) reversed(c *plan.Counts, profile int, was, wrote record, there bool) record {
	to := r
	mine, then := &to.own[profile], was.own[profile]
	if there {
		to.shown, mine.coverage = was.shown, wrote.own[profile].coverage
		if then.had {
			mine.coverage = then.coverage
		}
	}
	wroteTo := wrote.own[profile]
	came, left := wroteTo.active && !then.active, !wroteTo.active && (then.active || then.waiting != "" && wroteTo.waiting == "")
	mine.active = then.active
	others := r.heldElsewhere(profile) || r.awaitedElsewhere(profile)
	switch {
	case came:
		to.listed = there && was.listed || r.heldElsewhere(profile)
		to.visible = there && was.visible || others || r.ordered > 0
		mine.givenBack, mine.waiting, to.review = then.givenBack, then.waiting, was.review
	case left:
		to.visible, to.listed, to.review, mine.givenBack, mine.waiting = was.visible, was.listed, was.review, true, then.waiting
	}
	if there {
		to.own[profile].sayAgain(c, &r, &to, then, was, wrote, profile)
		if came && !then.had { // it never had it
			*mine = own{}
		}
	}
	switch {
	case came && others:
		c.Withdrawn++
	case came && r.ordered > 0:
		c.Kept++
	case came:
		c.Removed++
	case left:
		c.Added++
	case wrote.shown != was.shown || wrote.own[profile].coverage != then.coverage:
		c.Updated++
	}
	return to
}

// sayAgain puts back what the list said before, where nothing has changed that since.
func (o *own) sayAgain(c *plan.Counts, r, to *record, then own, was, wrote record, profile int) {
	said, now := wrote.own[profile], r.own[profile]
	before, after := then.otherwise(was.shown), said.otherwise(wrote.shown)
	left := said.active != then.active && !said.active // what a profile took away, it did not say otherwise
	otherwise := now.otherwise(r.shown)
	if before != after && !left {
		if otherwise == after {
			otherwise = before
		} else {
			c.Left++
		}
	}
	for i := range o.said {
		if o.said[i] = otherwise[i]; o.said[i] == "" {
			o.said[i] = to.shown[i]
		}
	}
}
