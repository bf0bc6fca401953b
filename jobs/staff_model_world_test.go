package jobs_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"autoholdings/ent"
	"autoholdings/ent/coveragestatement"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/job"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/pairingdecision"
	"autoholdings/ent/poline"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/move"
	"autoholdings/holdings/plan"
	"autoholdings/jobs"
	"autoholdings/kbart"
)

// check compares the installation with the model.
func (m *staffModel) check(t *rapid.T) {
	if diff := gocmp.Diff(m.owned, m.readOwned(), gocmp.AllowUnexported(owned{})); diff != "" {
		t.Fatalf("what is staff's own is not where it should be (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(m.lines, m.readLines(t)); diff != "" {
		t.Fatalf("PO lines are not where they should be (-want +got):\n%s", diff)
	}
	m.checkProtected(t)
	m.checkDecisions(t)
	for i := range m.profiles {
		m.checkList(t, i)
	}
	m.marksSeen(t)
}

func (m *staffModel) readOwned() map[int64]owned {
	found := map[int64]owned{}
	for _, p := range m.store.Read.Portfolio.Query().WithAdditional().AllX(context.Background()) {
		values, err := holdings.StaffValuesOf(p)
		m.must(err)
		var o owned
		for _, field := range ownedFields {
			if v := values.Get(field); v != nil {
				o.set(field, *v)
			}
		}
		if o != (owned{}) {
			found[p.ID] = o
		}
	}
	return found
}

// readLines checks, too, that each portfolio with PO lines has one main one.
func (m *staffModel) readLines(t *rapid.T) map[int64]int64 {
	found, mains := map[int64]int64{}, map[int64]int{}
	for _, l := range m.store.Read.POLine.Query().AllX(context.Background()) {
		if l.PortfolioID == nil {
			t.Fatalf("PO line %s is on no portfolio", l.Number)
		}
		found[l.ID] = *l.PortfolioID
		if mains[*l.PortfolioID] += 0; l.Main {
			mains[*l.PortfolioID]++
		}
	}
	for p, n := range mains {
		if n != 1 {
			t.Fatalf("portfolio %d has %d main PO lines", p, n)
		}
	}
	return found
}

// checkProtected checks that what has a PO line or is retained is in the holdings.
func (m *staffModel) checkProtected(t *rapid.T) {
	ordered := map[int64]bool{}
	for _, p := range m.lines {
		ordered[p] = true
	}
	for _, p := range m.store.Read.Portfolio.Query().Where(portfolio.RemovedAtNotNil()).AllX(context.Background()) {
		if ordered[p.ID] || m.owned[p.ID].access == holdings.Perpetual {
			t.Fatalf("%s (%d) has a PO line or is retained, and is out of the holdings", p.PublicationTitle, p.ID)
		}
	}
}

func (m *staffModel) storedDecisions() []*ent.PairingDecision {
	return m.store.Read.PairingDecision.Query().Order(pairingdecision.ByID()).AllX(context.Background())
}

func (m *staffModel) checkDecisions(t *rapid.T) {
	var want, got []string
	for _, d := range m.decisions {
		want = append(want, fmt.Sprint(d.titleID, " ", d.portfolio, " parted ", d.parted, " job ", d.job, " ended ", d.ended))
	}
	for _, d := range m.storedDecisions() {
		got = append(got, fmt.Sprint(d.TitleID, " ", d.PortfolioID, " parted ", d.Parted, " job ", *d.JobID, " ended ", d.EndedAt != nil))
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Fatalf("the decisions are not those that were made (-want +got):\n%s", diff)
	}
}

// assigned are the portfolios of a profile's titles, by the title_id that its list has.
func (m *staffModel) assigned(i int) map[string]int64 {
	m.t.Helper()
	found := map[string]int64{}
	for _, e := range m.store.Read.Entitlement.Query().Where(entitlement.ProfileID(m.profiles[i]), entitlement.Active(true)).WithPortfolio().
		AllX(context.Background()) {
		id := e.Edges.Portfolio.TitleID
		said := map[string]string{}
		if e.OwnValues != "" {
			m.must(json.Unmarshal([]byte(e.OwnValues), &said))
		}
		if own, otherwise := said[kbart.TitleID.String()]; otherwise {
			id = own
		}
		if other, twice := found[id]; twice {
			m.t.Fatalf("title %s of profile %d is portfolio %d and %d", id, i, other, e.PortfolioID)
		}
		if p := e.Edges.Portfolio; p.RemovedAt != nil || !p.Listed || p.CollectionID != m.journals {
			m.t.Fatalf("portfolio %d has title %s of profile %d: removed %v listed %v", p.ID, id, i, p.RemovedAt != nil, p.Listed)
		}
		found[id] = e.PortfolioID
	}
	return found
}

// checkList checks that each title of a profile's list has a portfolio, by the decisions that its last plan knew.
func (m *staffModel) checkList(t *rapid.T, i int) {
	now := m.assigned(i)
	if want, got := slices.Sorted(maps.Keys(m.lists[i])), slices.Sorted(maps.Keys(now)); !slices.Equal(want, got) {
		t.Fatalf("profile %d: the list has %v, the holdings have %v", i, want, got)
	}
	if m.stale[i] || slices.ContainsFunc(m.decisions, func(d decision) bool { return d.at > m.planned[i] }) {
		return
	}
	pairs := m.decided(m.lists[i])
	for title, p := range pairs {
		if now[title] != p {
			t.Fatalf("profile %d: title %s is portfolio %d, decided was %d; %+v", i, title, now[title], p, m.decisions)
		}
	}
	for _, d := range m.decisions {
		if d.parted && !d.ended && now[d.titleID] == d.portfolio && pairs[d.titleID] != d.portfolio {
			t.Fatalf("profile %d: title %s is portfolio %d, from which it was parted; %+v", i, d.titleID, d.portfolio, m.decisions)
		}
	}
}

// checkStays checks that a title which is as it was stays where it was. One that was ever decided on may be like several portfolios.
func (m *staffModel) checkStays(t *rapid.T, i int, former titleList, was map[string]int64) {
	now, pairs := m.assigned(i), m.decided(m.lists[i])
	for title, p := range was {
		if former[title] != m.lists[i][title] || now[title] == p || pairs[title] != 0 {
			continue
		}
		other := slices.ContainsFunc(m.decisions, func(d decision) bool { return d.portfolio == p || d.titleID == title })
		like := m.store.Read.Portfolio.Query().Where(portfolio.CollectionID(m.journals), portfolio.RemovedAtIsNil(), portfolio.IDNEQ(now[title]),
			portfolio.Or(portfolio.TitleID(title), portfolio.OnlineIdentifier(former[title].issn))).CountX(context.Background())
		if !other && like < 2 {
			t.Fatalf("profile %d: title %s was portfolio %d and is %d, though nothing has changed", i, title, p, now[title])
		}
	}
}

// awaits says whether a profile's entitlement to a portfolio is in force or suspended.
func (m *staffModel) awaits(i int, p int64) bool {
	return m.store.Read.Entitlement.Query().Where(entitlement.ProfileID(m.profiles[i]), entitlement.PortfolioID(p),
		entitlement.Or(entitlement.Active(true), entitlement.WaitingNEQ(""))).CountX(context.Background()) > 0
}

func (m *staffModel) portfoliosIn(collection int64) []int64 {
	return m.store.Read.Portfolio.Query().Where(portfolio.CollectionID(collection)).Order(portfolio.ByID()).IDsX(context.Background())
}

// listedPortfolios are those whose title a profile's list has.
func (m *staffModel) listedPortfolios() []int64 {
	return m.store.Read.Portfolio.Query().Where(portfolio.CollectionID(m.journals), portfolio.RemovedAtIsNil(), portfolio.TitleIDNEQ(anchorID),
		portfolio.HasEntitlementsWith(entitlement.ProfileIDNotNil(), entitlement.Active(true))).Order(portfolio.ByID()).IDsX(context.Background())
}

func (m *staffModel) inHoldings(id int64) bool {
	return m.store.Read.Portfolio.GetX(context.Background(), id).RemovedAt == nil
}

func (m *staffModel) collectionOf(id int64) int64 {
	return m.store.Read.Portfolio.GetX(context.Background(), id).CollectionID
}

func cmpPlaces(collectionA, a, collectionB, b int64) int {
	return cmp.Or(cmp.Compare(collectionA, collectionB), cmp.Compare(a, b))
}

// report is what a job reported, line by line, without ids.
func (m *staffModel) report(jobID int64) string {
	var lines []string
	for _, c := range m.store.Read.JobChange.Query().Where(jobchange.JobID(jobID)).AllX(context.Background()) {
		v, action := holdings.ValuesOf(c), plan.Action(c.Action)
		lines = append(lines, fmt.Sprintf("%s %s (%s) %s: %s > %s", c.Action, c.Title, c.TitleID, c.Field, v.OldWords(action, c.Field),
			v.NewWords(action, c.Field)))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// retainedBoth are the portfolios whose mark of retention a job gave to another one and left where it was, too.
func (m *staffModel) retainedBoth(jobID int64) map[int64]bool {
	found := map[int64]bool{}
	for _, c := range m.store.Read.JobChange.Query().Where(jobchange.JobID(jobID), jobchange.Field(holdings.FieldAccessRights)).
		AllX(context.Background()) {
		if strings.Contains(c.NewValue, plan.StaysRetained) {
			found[*c.PortfolioID] = true
		}
	}
	return found
}

// believeMove follows the report of a move.
func (m *staffModel) believeMove(t *rapid.T, jobID int64) {
	for _, c := range m.store.Read.JobChange.Query().Where(jobchange.JobID(jobID)).Order(jobchange.ByID()).AllX(context.Background()) {
		to, line, license := move.Moved(c)
		switch plan.Action(c.Action) {
		case plan.MovePOLine:
			if m.lines[line] != *c.PortfolioID {
				t.Fatalf("the report moves PO line %d from %d, it was at %d", line, *c.PortfolioID, m.lines[line])
			}
			m.lines[line] = to
		case plan.MoveLicense:
			a, b := m.owned[*c.PortfolioID], m.owned[to]
			if a.license != license {
				t.Fatalf("the report moves license %d from %d, which has %d", license, *c.PortfolioID, a.license)
			}
			a.license, b.license = 0, license
			m.own(*c.PortfolioID, a)
			m.own(to, b)
		}
	}
}

// undoneLate follows the undo of a job since which something was changed: what staff own is somewhere.
func (m *staffModel) undoneLate(t *rapid.T, done *doneJob) {
	m.did["undo late"]++
	lines := m.readLines(t)
	if want, got := slices.Sorted(maps.Keys(m.lines)), slices.Sorted(maps.Keys(lines)); !slices.Equal(want, got) {
		t.Fatalf("PO lines %v, there were %v", got, want)
	}
	for line, at := range lines {
		if was, there := done.before.lines[line]; at != m.lines[line] && (!there || at != was) {
			t.Fatalf("PO line %d is at %d, where it never was", line, at)
		}
	}
	now := m.readOwned()
	has := map[string]bool{}
	for _, o := range now {
		for field, value := range o.values() {
			has[field+"="+*value] = true
		}
	}
	for _, o := range m.owned {
		for field, value := range o.values() {
			if *value != "" && !has[field+"="+*value] {
				t.Fatalf("%s=%s is nowhere any more", field, *value)
			}
		}
	}
	m.lines, m.owned = lines, now
	switch done.kind {
	case jobs.KindSync:
		m.lists[done.places] = done.before.lists[done.places]
	case jobs.KindPair:
		m.decisions = slices.DeleteFunc(m.decisions, func(d decision) bool { return d.job == done.id })
		for i := range m.decisions {
			if d := &m.decisions[i]; d.endedBy == done.id {
				d.ended, d.endedBy, d.at = false, 0, m.clock
			}
		}
	}
}

// settleAll waits until no job is under way.
func (m *staffModel) settleAll() {
	for _, id := range m.store.Read.Job.Query().Where(job.FinishedAtIsNil()).IDsX(context.Background()) {
		_, err := m.await(id)
		m.must(err)
	}
}

// dump is all that jobs may write of the holdings, but times, versions, and what an undo marks as given back.
func (m *staffModel) dump() string {
	var text strings.Builder
	truth := func(at *int64) bool { return at != nil }
	ctx := context.Background()
	for _, p := range m.store.Read.Portfolio.Query().Order(portfolio.ByID()).AllX(ctx) {
		removed := truth(p.RemovedAt)
		if p.UpdatedAt, p.Version, p.RemovedAt = 0, 0, nil; p.Review == "" {
			p.ReviewSince = 0
		}
		fmt.Fprintln(&text, "portfolio", p.ID, "removed", removed, p)
	}
	for _, e := range m.store.Read.Entitlement.Query().Order(entitlement.ByID()).WithCoverage(func(q *ent.CoverageStatementQuery) {
		q.Order(coveragestatement.ByPosition())
	}).AllX(ctx) {
		ended := truth(e.EndedAt)
		e.UpdatedAt, e.EndedAt, e.GivenBack = 0, nil, false
		fmt.Fprintln(&text, "entitlement", e.ID, "ended", ended, e)
		for _, c := range e.Edges.Coverage {
			c.ID = 0
			fmt.Fprintln(&text, "coverage", e.ID, c)
		}
	}
	for _, l := range m.store.Read.POLine.Query().Order(poline.ByID()).AllX(ctx) {
		l.UpdatedAt, l.Version = 0, 0
		fmt.Fprintln(&text, "PO line", l)
	}
	for _, d := range m.storedDecisions() {
		d.UpdatedAt = 0
		fmt.Fprintln(&text, "decision", d)
	}
	return text.String()
}

// withoutNew leaves out of a dump the portfolios and entitlements that were not there before: an undo hides and ends what its job
// added.
func (m *staffModel) withoutNew(before, now string) string {
	known := map[string]bool{}
	keyOf := func(line string) string { return strings.Join(strings.SplitN(line+"  ", " ", 3)[:2], " ") }
	for line := range strings.SplitSeq(before, "\n") {
		known[keyOf(line)] = true
	}
	var kept []string
	left := map[string]bool{}
	for line := range strings.SplitSeq(now, "\n") {
		key := keyOf(line)
		switch is := strings.HasPrefix; {
		case known[key] || is(line, "coverage ") && !left[key]:
		case is(line, key+" removed true"), is(line, key+" ended true"):
			left["coverage "+strings.TrimPrefix(key, "entitlement ")] = true
			continue
		case left[key]:
			continue
		}
		kept = append(kept, line)
	}
	return strings.Join(kept, "\n")
}
