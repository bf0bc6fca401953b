package holdings_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"autoholdings/ent"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
)

// TestOwnModel runs random sequences of syncs, activations of all titles, PO lines, crashes in any transaction, and
// undo against a simple model: who holds each title.
func TestOwnModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		b := setup(t)
		b.Holdings.BatchTitles = 3
		m := &ownModel{b: b, groups: b.groupOfEach(1, 2), holds: map[int64]map[int]bool{0: {}, 1: {}, 2: {}}, ordered: map[int]bool{}}
		rt.Repeat(map[string]func(*rapid.T){"sync": m.sync, "activate": m.activate, "order": m.order, "undo": m.undo, "": m.check})
	})
}

// ownModel is which titles each profile's last list has and, under 0, which are activated.
type ownModel struct {
	b       *testBundle
	groups  map[int64]int64 // the inventory group of each profile
	holds   map[int64]map[int]bool
	ordered map[int]bool
	history []ownDone
}

// ownDone is an applied job that can be undone, and who held what before it.
type ownDone struct {
	jobID, profile int64
	holds          map[int64]map[int]bool
}

// firstOf is the date of the first issue in the lists of each profile, and of no profile.
var firstOf = map[int64]string{0: "1950", 1: "1996", 2: "2001"}

func (m *ownModel) sync(t *rapid.T) {
	profile := rapid.Int64Range(1, 2).Draw(t, "profile")
	titles := drawTitles(t)
	m.apply(t, holdingstest.Attempt{Profile: profile}, titles)
	m.holds[profile] = map[int]bool{}
	for _, n := range titles {
		m.holds[profile][n] = true
	}
}

func (m *ownModel) activate(t *rapid.T) {
	titles := drawTitles(t)
	m.apply(t, holdingstest.Attempt{NewOnly: true, KeepMissing: true}, titles)
	for _, n := range titles {
		if !m.holds[1][n] && !m.holds[2][n] {
			m.holds[0][n] = true
		}
	}
}

func drawTitles(t *rapid.T) []int {
	return rapid.SliceOfNDistinct(rapid.IntRange(0, universe-1), 1, universe, rapid.ID).Draw(t, "titles")
}

// apply makes tries until one is not interrupted.
func (m *ownModel) apply(t *rapid.T, a holdingstest.Attempt, titles []int) {
	var rows []holdingstest.Journal
	for _, n := range titles {
		j := holdingstest.Numbered(n, n+1)[0]
		j.First = firstOf[a.Profile]
		rows = append(rows, j)
	}
	a.List, a.JobID = holdingstest.ListOf(rows...), m.b.NewJob(a.Profile)
	m.history = append(m.history, ownDone{a.JobID, a.Profile, clone(m.holds)})
	for {
		a.FailAt = rapid.IntRange(0, 9).Draw(t, "crash in transaction")
		_, _, begun, err := m.b.Apply(a)
		if err == nil {
			return
		}
		if !errors.Is(err, holdingstest.ErrCrash) {
			t.Fatal(err)
		}
		if begun {
			a.Resumed = m.b.recordedCounts(a.JobID)
		}
	}
}

func (m *ownModel) order(t *rapid.T) {
	shown := m.b.Store.Read.Portfolio.Query().Where(portfolio.RemovedAtIsNil()).Order(portfolio.ByTitleID()).AllX(m.b.T.Context())
	if len(shown) == 0 {
		t.Skip("nothing to order")
	}
	p := shown[rapid.IntRange(0, len(shown)-1).Draw(t, "portfolio")]
	n := numberOf(t, p.TitleID)
	if m.ordered[n] {
		t.Skip("it has its main PO line")
	}
	m.ordered[n] = true
	m.b.Write(func(ctx context.Context, tx *store.Tx) error {
		id := m.b.Store.NextID()
		return tx.POLine.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetNumber(fmt.Sprint("POL-", id)).SetPortfolioID(p.ID).Exec(ctx)
	})
}

func (m *ownModel) undo(t *rapid.T) {
	if len(m.history) == 0 {
		t.Skip("nothing to undo")
	}
	last := m.history[len(m.history)-1]
	m.history = m.history[:len(m.history)-1]
	if counts := m.b.undo(last.profile, last.jobID); counts.Left != 0 {
		t.Fatalf("%d changes were left", counts.Left)
	}
	m.holds = last.holds
}

// check compares the holdings with the model.
func (m *ownModel) check(t *rapid.T) {
	seen := map[int]bool{}
	for _, p := range m.b.Store.Read.Portfolio.Query().AllX(m.b.T.Context()) {
		n := numberOf(t, p.TitleID)
		if seen[n] {
			t.Fatalf("title %d has two portfolios", n)
		}
		seen[n] = true
		m.checkPortfolio(t, n, p)
	}
	m.checkGroup(t, 1+int64(len(m.history)%2)) // one of them in turn
	for holder, titles := range m.holds {
		for n := range titles {
			if !seen[n] {
				t.Fatalf("title %d, held by %d, is missing", n, holder)
			}
		}
	}
}

// checkGroup compares what the group of a profile has with the model: what the profile lists, with that list's coverage,
// and the library's own titles that no profile lists. Nothing is retained here.
func (m *ownModel) checkGroup(t *rapid.T, profile int64) {
	group, want := m.groups[profile], map[string]string{} // the first date of each title
	for n := range universe {
		id := holdingstest.Numbered(n, n+1)[0].ID
		switch listed := m.holds[1][n] || m.holds[2][n]; {
		case m.holds[profile][n]:
			want[id] = firstOf[profile]
		case !listed && m.holds[0][n]:
			want[id] = firstOf[0]
		}
	}
	if got := m.b.firstDates(group); !maps.Equal(got, want) {
		t.Fatalf("the group of profile %d is exported %v, want %v", profile, got, want)
	}
	for titleID, shown := range m.b.ofGroup(group) {
		if _, ok := want[titleID]; !ok || !strings.HasPrefix(shown, want[titleID]) {
			t.Fatalf("the group of profile %d has %s: %s, want %v", profile, titleID, shown, want)
		}
		delete(want, titleID)
	}
	if len(want) > 0 {
		t.Fatalf("the group of profile %d lacks %v", profile, want)
	}
}

func (m *ownModel) checkPortfolio(t *rapid.T, n int, p *ent.Portfolio) {
	found, err := m.b.Holdings.EntitlementsOf(m.b.T.Context(), []int64{p.ID})
	m.b.Must(err)
	active, rows := map[int64]bool{}, map[int64]int{}
	for _, e := range found[p.ID] {
		holder := int64(0)
		if e.ProfileID != nil {
			holder = *e.ProfileID
		}
		rows[holder]++
		active[holder] = e.Active
	}
	want := map[string]bool{}
	for holder := range m.holds {
		if rows[holder] > 1 || active[holder] != m.holds[holder][n] {
			t.Fatalf("title %d, held by %d: %d entitlements, active %v, want %v", n, holder, rows[holder], active[holder], m.holds[holder][n])
		}
		if holder != 0 && active[holder] {
			want[firstOf[holder]] = true
		}
	}
	listed := len(want) > 0
	held := listed || active[0]
	if p.Listed != listed || !p.Available || (p.RemovedAt == nil) != (held || m.ordered[n]) {
		t.Fatalf("title %d, held by %v, ordered %v: listed %v, available %v, removed %v", n, active, m.ordered[n], p.Listed, p.Available,
			p.RemovedAt != nil)
	}
	if !held {
		return
	}
	if !listed {
		want = map[string]bool{firstOf[0]: true}
	}
	shown := map[string]bool{}
	for _, st := range holdings.Coverage(found[p.ID]) {
		shown[st.DateFirst] = true
	}
	if !maps.Equal(shown, want) {
		t.Fatalf("title %d, held by %v, shows %v", n, active, shown)
	}
}
