package holdings_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"autoholdings/ent"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
)

// TestModel runs random sequences of releases, profiles switched on and off, PO lines, licenses, locks, crashes in any
// transaction, and undo against a simple model, and checks after each step what must never be otherwise. A failing
// sequence is shrunk, and its seed is printed. The model of package jobs goes through the whole of a job; this one is
// quicker.
func TestModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		b := setup(t)
		b.Holdings.BatchTitles = 3
		m := &model{
			t: rt, b: b, listed: map[int64]map[int]bool{1: {}, 2: {}}, publisher: map[int]string{},
			first: map[int64]map[int]string{1: {}, 2: {}}, said: map[int64]map[int]string{1: {}, 2: {}}, licensed: map[int]int64{},
			local: map[int]string{}, retained: map[int]bool{}, taken: map[int]bool{},
		}
		b.Write(func(ctx context.Context, tx *store.Tx) error {
			for id := range int64(2) {
				tx.License.Create().SetID(id + 1).SetCreatedAt(1).SetUpdatedAt(1).SetCode(fmt.Sprint("LIC-", id)).SaveX(ctx)
			}
			return nil
		})
		rt.Repeat(map[string]func(*rapid.T){
			"sync":     m.sync,
			"order":    m.order,
			"license":  m.license,
			"localize": m.localize,
			"retain":   m.retain,
			"switch":   m.switchProfile,
			"undo":     m.undo,
			"refuse":   m.refused,
			"":         m.check,
		})
	})
}

// model is what the holdings should be: which titles each profile's last accepted list has, and the values it gave.
type model struct {
	t         *rapid.T
	b         *testBundle
	listed    map[int64]map[int]bool
	publisher map[int]string           // as the portfolio shows it: of the list applied last among those that have the title
	said      map[int64]map[int]string // publisher, by the profile's own list
	first     map[int64]map[int]string // date of the first issue, by profile
	ordered   map[int]bool             // titles with a PO line
	licensed  map[int]int64            // license of a title
	local     map[int]string           // local values of a title
	retained  map[int]bool             // titles with perpetual access
	taken     map[int]bool             // titles of which a list took 1996 away, which is retained
	history   []done
}

// done is an applied sync that can be undone, and the model before it.
type done struct {
	jobID     int64
	profile   int64
	listed    map[int64]map[int]bool
	publisher map[int]string
	first     map[int64]map[int]string
	said      map[int64]map[int]string
	taken     map[int]bool
}

// universe is how many titles there are.
const universe = 14

func (m *model) sync(t *rapid.T) {
	profile := rapid.Int64Range(1, 2).Draw(t, "profile")
	titles := rapid.SliceOfNDistinct(rapid.IntRange(0, universe-1), 1, universe, rapid.ID).Draw(t, "titles")
	press := rapid.SampledFrom([]string{"Oxford University Press", "Another Press"}).Draw(t, "press")
	year := rapid.SampledFrom([]string{"1996", "1997"}).Draw(t, "year")
	var rows []holdingstest.Journal
	for _, n := range titles {
		j := holdingstest.Numbered(n, n+1)[0]
		j.Publisher, j.First = press, year
		rows = append(rows, j)
	}
	before := m.snapshot()
	had := len(m.listed[profile])
	jobID := m.b.NewJob(profile)
	a := holdingstest.Attempt{Profile: profile, List: holdingstest.ListOf(rows...), JobID: jobID}
	var counts plan.Counts
	for {
		a.FailAt = rapid.IntRange(0, 9).Draw(t, "crash in transaction")
		var err error
		var begun bool
		if counts, _, begun, err = m.b.Apply(a); err == nil {
			break
		}
		if !errors.Is(err, holdingstest.ErrCrash) {
			t.Fatal(err)
		}
		if begun {
			a.Resumed = m.b.recordedCounts(jobID)
		}
	}
	m.history = append(m.history, done{jobID, profile, clone(m.listed), maps.Clone(m.publisher), clone(m.first), clone(m.said), maps.Clone(m.taken)})
	m.expect(profile, titles, press, year)

	if counts.Titles != len(titles) || counts.Added+counts.Updated+counts.Unchanged != counts.Titles {
		t.Fatalf("the counts do not add up: %+v", counts)
	}
	if left := had + counts.Added - counts.Removed - counts.Kept - counts.Withdrawn; left != len(titles) {
		t.Fatalf("%d titles were entitled to, %+v, now %d", had, counts, len(titles))
	}
	m.compareReport(t, jobID, profile, before, m.snapshot())
}

// expect changes the model as a sync changes the holdings. Where the profile no longer lists a title, the value of the
// one that does takes over.
func (m *model) expect(profile int64, titles []int, press, year string) {
	for n := range m.listed[profile] {
		if m.listed[3-profile][n] && !slices.Contains(titles, n) {
			m.publisher[n] = m.said[3-profile][n]
		}
	}
	m.listed[profile] = map[int]bool{}
	for _, n := range titles {
		m.listed[profile][n] = true
		if had := m.first[profile][n]; m.retained[n] && had != "" && had != year {
			m.taken[n] = year == "1997"
		}
		m.first[profile][n], m.said[profile][n] = year, press
		m.publisher[n] = press
	}
}

func clone[V any](sets map[int64]map[int]V) map[int64]map[int]V {
	copied := map[int64]map[int]V{}
	for k, v := range sets {
		copied[k] = maps.Clone(v)
	}
	return copied
}

// order attaches a PO line to a portfolio.
func (m *model) order(t *rapid.T) {
	p, n := m.anyPortfolio(t)
	if p == nil || m.ordered[n] {
		t.Skip("nothing to order")
	}
	m.b.Write(func(ctx context.Context, tx *store.Tx) error {
		id := m.b.Store.NextID()
		return tx.POLine.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetNumber(fmt.Sprint("POL-", id)).SetPortfolioID(p.ID).Exec(ctx)
	})
	if m.ordered == nil {
		m.ordered = map[int]bool{}
	}
	m.ordered[n] = true
}

// license puts a license on a portfolio.
func (m *model) license(t *rapid.T) {
	p, n := m.anyPortfolio(t)
	if p == nil {
		t.Skip("nothing to license")
	}
	m.licensed[n] = rapid.Int64Range(1, 2).Draw(t, "license")
	m.b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Portfolio.UpdateOneID(p.ID).SetLicenseID(m.licensed[n]).Exec(ctx)
	})
}

// switchProfile switches a profile on or off, which leaves its entitlements in force.
func (m *model) switchProfile(t *rapid.T) {
	before := m.b.holdingsText()
	id, on := rapid.Int64Range(1, 2).Draw(t, "profile"), rapid.Bool().Draw(t, "on")
	_, notices, err := m.b.Profiles.UpdateProfile(m.b.T.Context(), id, nil, profiles.ProfileInput{Active: &on}, nil)
	if err != nil {
		t.Fatal(err)
	}
	inForce := fmt.Sprintf("%d portfolio", len(m.listed[id]))
	if told := strings.Join(notices, " "); len(m.listed[id]) > 0 && strings.Contains(told, "inactive now") &&
		!strings.Contains(told, inForce) {
		t.Fatalf("%d entitlements are in force: %s", len(m.listed[id]), told)
	}
	if diff := cmp.Diff(before, m.b.holdingsText()); diff != "" {
		t.Fatal(diff)
	}
}

// localize puts a local publisher on a portfolio. No job changes that.
func (m *model) localize(t *rapid.T) {
	p, n := m.anyPortfolio(t)
	if p == nil {
		t.Skip("there is nothing")
	}
	m.b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Portfolio.UpdateOneID(p.ID).SetLocalValues(`{"publisher_name":"Ours"}`).Exec(ctx)
	})
	m.local[n] = `{"publisher_name":"Ours"}`
}

// retain says that access to a portfolio is perpetual.
func (m *model) retain(t *rapid.T) {
	p, n := m.anyPortfolio(t)
	if p == nil {
		t.Skip("there is nothing")
	}
	m.b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Portfolio.UpdateOneID(p.ID).SetAccessRights(holdings.Perpetual).Exec(ctx)
	})
	m.retained[n] = true
}

// anyPortfolio draws one of those in the holdings.
func (m *model) anyPortfolio(t *rapid.T) (*ent.Portfolio, int) {
	portfolios := m.b.Store.Read.Portfolio.Query().Where(portfolio.RemovedAtIsNil()).Order(portfolio.ByTitleID()).AllX(m.b.T.Context())
	if len(portfolios) == 0 {
		return nil, 0
	}
	p := portfolios[rapid.IntRange(0, len(portfolios)-1).Draw(t, "portfolio")]
	return p, numberOf(t, p.TitleID)
}

func numberOf(t *rapid.T, titleID string) (n int) {
	if _, err := fmt.Sscanf(titleID, "j%d", &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// undo reverses the newest sync. PO lines and locks that came since stand.
func (m *model) undo(t *rapid.T) {
	if len(m.history) == 0 {
		t.Skip("nothing to undo")
	}
	last := m.history[len(m.history)-1]
	m.history = m.history[:len(m.history)-1]
	jobID := m.b.NewJob(last.profile)
	part := &holdings.Part{
		ID: jobID + 1, JobID: jobID, ProfileID: last.profile, CollectionID: holdingstest.CollectionID, Content: "JOURNALS",
		Begun:  func(context.Context, *store.Tx, plan.Counts) error { return nil },
		Finish: func(context.Context, *store.Tx, plan.Counts) error { return nil },
	}
	var resumed *plan.Counts
	for {
		transactions, failAt := 0, rapid.IntRange(0, 6).Draw(t, "crash in transaction")
		part.Fence = func(context.Context, *store.Tx, holdings.Progress) error {
			if transactions++; transactions == failAt {
				return holdingstest.ErrCrash
			}
			return nil
		}
		_, err := m.b.Holdings.Undo(m.b.T.Context(), last.jobID+1, part, resumed, nil)
		if err == nil {
			break
		}
		if !errors.Is(err, holdingstest.ErrCrash) {
			t.Fatal(err)
		}
		if transactions > 1 {
			resumed = m.b.recordedCounts(jobID)
		}
	}
	m.listed = last.listed
	m.taken = last.taken
	maps.Copy(m.publisher, last.publisher) // a record that is hidden again keeps its values
	for profile := range m.first {
		maps.Copy(m.first[profile], last.first[profile])
		maps.Copy(m.said[profile], last.said[profile])
	}
	maps.DeleteFunc(m.first[last.profile], func(n int, _ string) bool { // what the job gave to a record that was there was never said
		_, had := last.first[last.profile][n]
		_, there := last.publisher[n]
		return !had && there
	})
}

// refused sends lists that must change nothing.
func (m *model) refused(t *rapid.T) {
	before := m.b.holdingsText()
	list := rapid.SampledFrom([]string{"", holdingstest.Header, "<html><body>Sign in</body></html>", `{"error": "no"}`, "just\ttext\n1\t2\n"}).
		Draw(t, "list")
	err := m.b.planOnly(list)
	if err == nil {
		t.Fatalf("%q was accepted", list)
	}
	if diff := cmp.Diff(before, m.b.holdingsText()); diff != "" {
		t.Fatal(diff)
	}
}

// check compares the holdings with the model.
func (m *model) check(t *rapid.T) {
	seen := map[int]bool{}
	for _, p := range m.b.Store.Read.Portfolio.Query().WithEntitlements(func(q *ent.EntitlementQuery) {
		q.Where(entitlement.Active(true)).WithCoverage()
	}).WithPoLines().AllX(m.b.T.Context()) {
		n := numberOf(t, p.TitleID)
		if seen[n] {
			t.Fatalf("title %d has two portfolios", n)
		}
		seen[n] = true
		m.checkPortfolio(t, n, p)
	}
	for profile, titles := range m.listed {
		for n := range titles {
			if !seen[n] {
				t.Fatalf("title %d of profile %d's list is missing", n, profile)
			}
		}
	}
	if got := m.b.Store.Read.POLine.Query().CountX(m.b.T.Context()); got != len(m.ordered) {
		t.Fatalf("%d PO lines, %d were made", got, len(m.ordered))
	}
}

func (m *model) checkPortfolio(t *rapid.T, n int, p *ent.Portfolio) {
	entitled := map[int64]bool{}
	for _, e := range p.Edges.Entitlements {
		entitled[*e.ProfileID] = true
		if got, want := e.Edges.Coverage[0].DateFirstIssueOnline, m.first[*e.ProfileID][n]; len(e.Edges.Coverage) != 1 || got != want {
			t.Fatalf("title %d, profile %d: coverage from %s, want %s", n, *e.ProfileID, got, want)
		}
	}
	for profile := range m.listed {
		if entitled[profile] != m.listed[profile][n] {
			t.Fatalf("title %d, profile %d: entitled %v, listed %v", n, profile, entitled[profile], m.listed[profile][n])
		}
	}
	if license := m.licensed[n]; license == 0 && p.LicenseID != nil || license != 0 && (p.LicenseID == nil || *p.LicenseID != license) {
		t.Fatalf("title %d: license %v, want %d", n, p.LicenseID, license)
	}
	if p.LocalValues != m.local[n] {
		t.Fatalf("title %d: local values %s, want %s", n, p.LocalValues, m.local[n])
	}
	if taken := strings.HasPrefix(p.RetainedCoverage, `[{"dateFirst":"1996"`); taken != m.taken[n] || !taken && p.RetainedCoverage != "" {
		t.Fatalf("title %d: %q was taken away and is retained, want %v", n, p.RetainedCoverage, m.taken[n])
	}
	if m.ordered[n] != (len(p.Edges.PoLines) == 1) {
		t.Fatalf("title %d: %d PO lines", n, len(p.Edges.PoLines))
	}
	switch {
	case len(entitled) > 0:
		if p.RemovedAt != nil || !p.Listed || !p.Available {
			t.Fatalf("title %d is listed: removed %v listed %v available %v", n, p.RemovedAt, p.Listed, p.Available)
		}
		if p.PublisherName != m.publisher[n] {
			t.Fatalf("title %d: publisher %q, want %q", n, p.PublisherName, m.publisher[n])
		}
	case m.ordered[n], m.retained[n]:
		if p.RemovedAt != nil || p.Listed || !p.Available {
			t.Fatalf("title %d has a PO line or is retained: removed %v listed %v available %v", n, p.RemovedAt, p.Listed, p.Available)
		}
	default:
		if p.RemovedAt == nil {
			t.Fatalf("title %d is listed nowhere and still there", n)
		}
	}
}

// state is what a report must tell about a portfolio.
type state struct {
	visible   bool
	entitled  bool // by the profile at hand
	publisher string
	first     string
	own       string // what the profile's list has otherwise than the portfolio
	taken     string // what is retained of time that lists took away
}

// snapshot is the holdings, by profile and title.
func (m *model) snapshot() map[int64]map[string]state {
	found := map[int64]map[string]state{1: {}, 2: {}}
	for _, p := range m.b.Store.Read.Portfolio.Query().WithEntitlements(func(q *ent.EntitlementQuery) { q.WithCoverage() }).
		AllX(m.b.T.Context()) {
		for profile := range found {
			s := state{visible: p.RemovedAt == nil, publisher: p.PublisherName, taken: p.RetainedCoverage}
			for _, e := range p.Edges.Entitlements {
				if *e.ProfileID == profile {
					s.entitled, s.first, s.own = e.Active, e.Edges.Coverage[0].DateFirstIssueOnline, e.OwnValues
				}
			}
			found[profile][p.PublicationTitle] = s
		}
	}
	return found
}

// compareReport checks that the report tells exactly the difference between before and after.
func (m *model) compareReport(t *rapid.T, jobID, profile int64, before, after map[int64]map[string]state) {
	var want []string
	for title, now := range after[profile] {
		was := before[profile][title]
		switch {
		case now.entitled && !was.entitled:
			want = append(want, "ADD "+title+" ")
		case was.entitled && !now.entitled && before[3-profile][title].entitled:
			want = append(want, "WITHDRAW "+title+" ")
		case was.entitled && !now.entitled && now.visible:
			want = append(want, "KEEP "+title+" ")
		case was.entitled && !now.entitled:
			want = append(want, "REMOVE "+title+" ")
		}
		action := "UPDATE "
		switch {
		case now.entitled && !was.entitled:
			action = "ADD "
		case was.entitled && !now.entitled:
			action = "WITHDRAW " // the other profile's values take over
		}
		if was.publisher != "" && was.publisher != now.publisher {
			want = append(want, action+title+" publisher_name")
		}
		if was.first != "" && was.first != now.first {
			want = append(want, action+title+" coverage")
		}
		if was.taken != now.taken {
			want = append(want, action+title+" "+plan.RetainedField)
		}
		if now.entitled && was.own != now.own {
			want = append(want, "DIVERGES "+title+" ")
		}
	}
	var got []string
	for _, c := range m.b.Store.Read.JobChange.Query().Where(jobchange.JobID(jobID), jobchange.ActionNEQ(string(plan.Locked))).
		AllX(m.b.T.Context()) {
		got = append(got, strings.Join([]string{c.Action, c.Title, c.Field}, " "))
	}
	locked := m.b.Store.Read.JobChange.Query().Where(jobchange.JobID(jobID), jobchange.Action(string(plan.Locked))).
		Order(jobchange.ByTitle()).Select(jobchange.FieldTitle).StringsX(m.b.T.Context())
	if once := slices.Compact(slices.Clone(locked)); len(once) != len(locked) {
		t.Fatalf("changes behind local values are listed twice: %v", locked)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("the report is not the difference:\n%s", diff)
	}
}
