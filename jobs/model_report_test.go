package jobs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"autoholdings/ent"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/jobpart"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/jobs"
)

// snapshot is the holdings as they are in the database.
type snapshot struct {
	shelves map[string]shelf
	titles  map[int64]string // title_id of each portfolio
	bytes   string           // every value of the holdings' tables
}

func (m *model) read() *snapshot {
	m.t.Helper()
	s := &snapshot{shelves: map[string]shelf{"BOOKS": {}, "JOURNALS": {}}, titles: map[int64]string{}}
	portfolios, err := m.store.Read.Portfolio.Query().WithPoLines().WithCollection().WithEntitlements(func(q *ent.EntitlementQuery) {
		q.Order(entitlement.ByProfileID()).WithCoverage()
	}).All(context.Background())
	m.must(err)
	for _, p := range portfolios {
		content := contentOf(p.TitleID)
		if _, twice := s.shelves[content][p.TitleID]; twice || !strings.Contains(strings.ToUpper(p.Edges.Collection.Name), content) {
			m.t.Fatalf("%s is in the holdings twice, or in the collection %s", p.TitleID, p.Edges.Collection.Name)
		}
		s.titles[p.ID] = p.TitleID
		s.shelves[content][p.TitleID] = m.recordOf(p)
	}
	var text strings.Builder
	for _, table := range holdingsTables {
		text.WriteString(table + "\n")
		m.must(writeRows(context.Background(), &text, m.store, "SELECT * FROM "+table+" ORDER BY id"))
	}
	s.bytes = text.String()
	return s
}

// localFields are the names of the fields with a local value.
func localFields(p *ent.Portfolio) string {
	return strings.Join(slices.Sorted(slices.Values(holdings.LocalValuesOf(p).Fields())), " ")
}

func (m *model) recordOf(p *ent.Portfolio) record {
	m.t.Helper()
	r := record{
		shown: values{p.PublicationTitle, p.PrintIdentifier, p.PublisherName, p.TitleURL}, visible: p.RemovedAt == nil, listed: p.Listed,
		closed: !p.Available, ordered: len(p.Edges.PoLines), locked: localFields(p),
	}
	if p.LicenseID != nil {
		r.license = *p.LicenseID
	}
	r.review = p.Review == plan.ReviewAmbiguous
	if p.Review != "" && !r.review {
		m.t.Fatalf("%s: review %q", p.TitleID, p.Review)
	}
	for _, e := range p.Edges.Entitlements {
		i := slices.IndexFunc(m.profiles, func(c *campusProfile) bool { return c.id == *e.ProfileID })
		var statements []string
		for _, c := range e.Edges.Coverage {
			statements = append(statements, statementText(c.DateFirstIssueOnline, c.DateLastIssueOnline, orEmpty(c.TitleURL)))
		}
		o := own{had: true, active: e.Active, givenBack: e.GivenBack, coverage: coverageText(statements)}
		if e.Waiting != "" {
			o.waiting = e.WaitingSince
		}
		o.said = m.overlaid(r.shown, e.OwnValues)
		r.own[i] = o
	}
	return r
}

// overlaid are values with those in place that a list has otherwise.
func (m *model) overlaid(shown values, otherwise string) values {
	m.t.Helper()
	own := map[string]string{}
	if otherwise != "" {
		m.must(json.Unmarshal([]byte(otherwise), &own))
	}
	for i, name := range valueNames {
		if value, ok := own[name]; ok {
			shown[i] = value
			delete(own, name)
		}
	}
	if len(own) > 0 {
		m.t.Fatalf("a list is said to have otherwise: %v", own)
	}
	return shown
}

func (m *model) partsOf(t *rapid.T, j *modelJob) map[place]*ent.JobPart {
	parts, err := m.store.Read.JobPart.Query().Where(jobpart.JobID(j.id)).All(context.Background())
	m.must(err)
	found := map[place]*ent.JobPart{}
	for _, p := range parts {
		i := slices.IndexFunc(m.profiles, func(c *campusProfile) bool { return c.id == *p.ProfileID })
		found[place{i, p.Content}] = p
	}
	return found
}

func (m *model) countsOf(done *ent.Job) (c plan.Counts) {
	if len(done.Counts) > 0 {
		m.must(json.Unmarshal(done.Counts, &c))
	}
	return c
}

// checkCounts compares a part's counts with the model, with each other, and with the lines of the report.
func (m *model) checkCounts(t *rapid.T, j *modelJob, want *modelPart, got *ent.JobPart) (c plan.Counts) {
	t.Helper()
	if len(got.Counts) > 0 {
		m.must(json.Unmarshal(got.Counts, &c))
	}
	planned := want.applied() || want.state == jobs.PartHeld || want.state == jobs.PartPreviewed || want.code == "ALL_FREE"
	if !planned || want.unforeseen {
		return c
	}
	told := c
	told.Fields, told.Findings, told.UnlistedFindings = nil, [4]int{}, 0
	if diff := cmp.Diff(want.counts, told); diff != "" {
		t.Fatalf("job %d, %+v %s: counts (-want +got):\n%s\nits report:\n%s", j.id, want.place, want.state, diff, m.linesOf(got.ID))
	}
	if j.kind == jobs.KindSync && c.Titles != c.Added+c.Updated+c.Unchanged+c.Skipped {
		t.Fatalf("job %d: the titles do not add up: %+v", j.id, c)
	}
	lines, fields := m.countLines(t, j, got)
	lines.Rows, lines.Titles, lines.Statements, lines.Unchanged = told.Rows, told.Titles, told.Statements, told.Unchanged
	lines.WithoutEntitlement, lines.StillWaiting = told.WithoutEntitlement, told.StillWaiting
	lines.EntitlementsBefore, lines.EntitlementsAffected = told.EntitlementsBefore, told.EntitlementsAffected
	if diff := cmp.Diff(told, lines); diff != "" {
		t.Fatalf("job %d, %+v: counts are not those of the report's lines (-counts +lines):\n%s", j.id, want.place, diff)
	}
	counted := map[string]int{}
	for _, f := range c.Fields {
		counted[f.Name] = f.Titles
	}
	if !maps.Equal(counted, fields) {
		t.Fatalf("job %d, %+v: fields %v, in the report %v", j.id, want.place, counted, fields)
	}
	return c
}

// countLines counts the lines of a part's report, and the titles with lines of each field.
func (m *model) countLines(t *rapid.T, j *modelJob, got *ent.JobPart) (lines plan.Counts, fields map[string]int) {
	t.Helper()
	once := map[[3]string]bool{} // what is counted by title, by action and field
	byTitle := func(action, field, title string) int {
		key := [3]string{action, field, title}
		if once[key] {
			return 0
		}
		once[key] = true
		return 1
	}
	changes, err := m.store.Read.JobChange.Query().Where(jobchange.PartID(got.ID)).All(context.Background())
	m.must(err)
	fields = map[string]int{}
	for _, l := range changes {
		switch whole := l.Field == ""; {
		case l.Action == "ADD" && whole:
			lines.Added++
		case l.Action == "UPDATE":
			lines.Updated += byTitle(l.Action, "", l.Title)
			field := strings.TrimPrefix(l.Field, "coverage.") // a statement's own address counts as one
			fields[field] += byTitle(l.Action, field, l.Title)
		case l.Action == "LOCKED":
			lines.Locked += byTitle(l.Action, "", l.Title)
		case l.Action == "REMOVE" && whole:
			lines.Removed++
		case l.Action == "KEEP" && whole:
			lines.Kept++
		case l.Action == "WITHDRAW" && whole:
			lines.Withdrawn++
		case l.Action == "FREE":
			lines.Free++
		case l.Action == "AMBIGUOUS":
			lines.Ambiguous++
		case l.Action == "WAIT":
			lines.Waiting++
		case l.Action == "DIVERGES": // it changes nothing that is shown
		case l.Action == "LEFT":
			lines.Left++
		case l.Field == "":
			t.Fatalf("job %d reports %s %s", j.id, l.Action, l.Title)
		}
	}
	return lines, fields
}

// linesOf is a part's report, for people.
func (m *model) linesOf(part int64) string {
	var text strings.Builder
	lines, err := m.store.Read.JobChange.Query().Where(jobchange.PartID(part)).Order(jobchange.ByID()).All(context.Background())
	m.must(err)
	for _, l := range lines {
		fmt.Fprintf(&text, "%s %s %s: %s > %s\n", l.Action, l.Title, l.Field, l.OldValue, l.NewValue)
	}
	return text.String()
}

// replaySync applies a job's report, line by line, to the holdings as they were: what comes of it must be what is
// there.
func (m *model) replaySync(t *rapid.T, j *modelJob, before *snapshot, applied map[place]offer) {
	t.Helper()
	now := m.read()
	replayed := map[string]shelf{"BOOKS": maps.Clone(before.shelves["BOOKS"]), "JOURNALS": maps.Clone(before.shelves["JOURNALS"])}
	m.eachLine(t, j, now, func(p place, title string, l *ent.JobChange) {
		o, is := applied[p]
		if !is {
			return
		}
		r, there := replayed[p.content][title]
		mine := &r.own[p.profile]
		bad := func(why string) {
			t.Fatalf("job %d: %s %s %s: %s; the record was %+v", j.id, l.Action, l.Title, l.Field, why, r)
		}
		switch {
		case l.Action == "ADD" && l.Field == "" && l.OldValue == "":
			if there {
				bad("it was there already")
			}
			given := o.titles[title]
			r = record{shown: given.values, visible: true, listed: true}
			r.own[p.profile] = own{had: true, active: true, coverage: given.coverage, said: given.values}
		case l.Action == "ADD" && l.Field == "":
			if !there || mine.active || !r.wasTold(l.OldValue, mine) {
				bad("it was not as the report says: " + l.OldValue)
			}
			if !mine.had {
				mine.coverage, mine.said = o.titles[title].coverage, r.shown
			}
			r.visible, r.listed, mine.had, mine.active, mine.givenBack, mine.waiting = true, true, true, true, false, ""
			r.review = r.review && r.awaitedElsewhere(p.profile)
		case l.Action == "WAIT":
			if !mine.active || !r.wasTold(l.OldValue, mine) {
				bad("it was not as the report says: " + l.OldValue)
			}
			r.wait(&plan.Counts{}, p, o.date)
		case l.Action == "DIVERGES":
			if old := m.overlaid(r.shown, l.OldValue); mine.said != old {
				bad(fmt.Sprintf("its list said %v", mine.said))
			}
			mine.said = m.overlaid(r.shown, l.NewValue)
		case l.Action == "ADD" || l.Action == "UPDATE" || l.Action == "WITHDRAW" && l.Field != "":
			if to := r.fieldOf(l, mine); *to != valueOf(l, l.OldValue) || *to == valueOf(l, l.NewValue) || mine.active == (l.Action == "WITHDRAW") {
				bad("the field was otherwise")
			} else {
				r.set(l, mine, valueOf(l, l.NewValue))
			}
		case l.Action == "LOCKED":
			if *r.fieldOf(l, mine) != valueOf(l, l.NewValue) || !r.locks(l.Field) {
				bad("the field has no local value, or is otherwise")
			}
		default:
			if !mine.active && mine.waiting == "" || !r.wasTold(l.OldValue, mine) {
				bad("it was not as the report says: " + l.OldValue)
			}
			r.leave(l.Action, p.profile)
		}
		replayed[p.content][title] = r
	})
	if diff := cmp.Diff(shownOf(now.shelves), shownOf(replayed), cmp.AllowUnexported(record{}, own{})); diff != "" {
		t.Fatalf("the report of job %d is not the difference (-holdings +report):\n%s", j.id, diff)
	}
}

// leave takes the portfolio out of a profile's list, as a line of the report says.
func (r *record) leave(action string, profile int) {
	mine := &r.own[profile]
	mine.active, mine.givenBack, mine.waiting = false, false, ""
	r.review = r.review && r.awaitedElsewhere(profile)
	switch action {
	case "WITHDRAW":
		r.listed = r.heldElsewhere(profile)
	case "REMOVE":
		r.visible, r.listed = false, false
	case "KEEP":
		r.listed = false
	}
}

// replayUndo does the same for the report of an undo, which does not say as what a portfolio comes back.
func (m *model) replayUndo(t *rapid.T, j *modelJob, before *snapshot) {
	t.Helper()
	now := m.read()
	replayed := map[string]shelf{"BOOKS": maps.Clone(before.shelves["BOOKS"]), "JOURNALS": maps.Clone(before.shelves["JOURNALS"])}
	m.eachLine(t, j, now, func(p place, title string, l *ent.JobChange) {
		r, then := replayed[p.content][title], now.shelves[p.content][title]
		mine := &r.own[p.profile]
		if l.Action == "LEFT" {
			return
		}
		if l.Field != "" {
			to := r.fieldOf(l, mine)
			if *to != valueOf(l, l.OldValue) {
				t.Fatalf("job %d: %s %s %s: the field was %q, not %q", j.id, l.Action, l.Title, l.Field, *to, l.OldValue)
			}
			r.set(l, mine, valueOf(l, l.NewValue))
		} else if l.Action == "DIVERGES" {
			mine.said = m.overlaid(r.shown, l.NewValue)
		} else {
			if mine.active != (l.Action != "ADD") && then.own[p.profile].waiting == "" {
				t.Fatalf("job %d: %s %s: it was entitled to: %v", j.id, l.Action, l.Title, mine.active)
			}
			mine.active, mine.waiting = l.Action == "ADD" && then.own[p.profile].waiting == "", then.own[p.profile].waiting
			r.visible, r.listed, r.review = then.visible, then.listed, then.review
			if then.own[p.profile] == (own{}) { // it never had it
				*mine = own{}
			}
		}
		replayed[p.content][title] = r
	})
	if diff := cmp.Diff(shownOf(now.shelves), shownOf(replayed), cmp.AllowUnexported(record{}, own{})); diff != "" {
		t.Fatalf("the report of job %d is not the difference (-holdings +report):\n%s", j.id, diff)
	}
}

// eachLine calls fn with the lines of a job's report that say what changed or was kept, in their order.
func (m *model) eachLine(t *rapid.T, j *modelJob, now *snapshot, fn func(p place, title string, l *ent.JobChange)) {
	t.Helper()
	places := map[int64]place{}
	for p, part := range m.partsOf(t, j) {
		places[part.ID] = p
	}
	lines, err := m.store.Read.JobChange.Query().Where(jobchange.JobID(j.id), jobchange.ActionNotIn("FREE", "AMBIGUOUS")).
		Order(jobchange.ByID()).All(context.Background())
	m.must(err)
	for _, l := range lines {
		title := ""
		if l.PortfolioID != nil {
			title = now.titles[*l.PortfolioID]
		}
		fn(places[l.PartID], title, l)
	}
}

// wasTold says whether a line's account of how a portfolio was is true of the record.
func (r *record) wasTold(account string, mine *own) bool {
	var was struct {
		Available, Listed bool
		RemovedAt         *int64
		Entitlement       string
		Review, Waiting   string
	}
	if err := json.Unmarshal([]byte(account), &was); err != nil {
		return false
	}
	if (was.Review != "") != r.review || (was.Waiting != "") != (mine.waiting != "") {
		return false
	}
	return was.Available == !r.closed && was.Listed == r.listed && (was.RemovedAt == nil) == r.visible &&
		(was.Entitlement == "ended") == mine.had
}

// fieldOf is the place of a line's field in the record; a statement's own address is part of the coverage.
func (r *record) fieldOf(l *ent.JobChange, mine *own) *string {
	if l.Field == plan.CoverageField || l.Field == "coverage.title_url" {
		return &mine.coverage
	}
	if i := slices.Index(valueNames[:], l.Field); i >= 0 {
		return &r.shown[i]
	}
	return new(string)
}

// set gives a field its new value. What the other profiles' lists say stays as it is.
func (r *record) set(l *ent.JobChange, mine *own, value string) {
	*r.fieldOf(l, mine) = value
	if i := slices.Index(valueNames[:], l.Field); i >= 0 && l.Action != "WITHDRAW" {
		mine.said[i] = value
	}
}

// shownOf are shelves without what a report does not tell: what an undo gave back, and what the lists of those say who
// have no title any more.
func shownOf(shelves map[string]shelf) map[string]shelf {
	shown := map[string]shelf{}
	for content, shelf := range shelves {
		shown[content] = map[string]record{}
		for title, r := range shelf {
			for i := range r.own {
				r.own[i].givenBack = false
				if !r.own[i].active {
					r.own[i].said = values{}
				}
			}
			shown[content][title] = r
		}
	}
	return shown
}

// valueOf is a line's value as the model has it.
func valueOf(l *ent.JobChange, value string) string {
	if plan.ValueKind(l.ValueKind) != plan.CoverageValues {
		return value
	}
	statements, err := plan.StoredStatements(value)
	if err != nil {
		return "unreadable: " + value
	}
	var text []string
	for _, s := range statements {
		text = append(text, statementText(s.DateFirst, s.DateLast, orEmpty(s.URL)))
	}
	return coverageText(text)
}

func orEmpty(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
