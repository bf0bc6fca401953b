package jobs_test

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/problem"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// A check of TestModel takes about a second: few are made unless more are asked for.
func init() { _ = flag.Set("rapid.checks", "4") }

// TestModel drives an installation of several campuses through random sequences of releases, runs, previews, decisions,
// undos, profiles switched on and off, PO lines, licenses, locks, faults of the provider and deaths between any two
// writes, beside a simple model of what the holdings should be, and checks after each step what must never be
// otherwise.
//
// A failing sequence is made shorter, and its seed is printed: -rapid.seed=N runs it again. For thousands of steps:
//
//	go test ./jobs -run 'TestModel$' -rapid.checks=200 -timeout 1h
func TestModel(t *testing.T) {
	t.Parallel()
	prepared := prepare(t, prepareCampuses)
	did := map[string]int{} // so that -v shows whether everything happens often enough
	rapid.Check(t, func(rt *rapid.T) {
		m := startModel(rt, prepared)
		rt.Repeat(map[string]func(*rapid.T){
			"run":     m.run,
			"run two": m.run, // the more often
			"release": m.release,
			"go on":   m.goOn,
			"decide":  m.decide,
			"take":    m.take,
			"undo":    m.undo,
			"switch":  m.switchProfile,
			"regroup": m.regroup,
			"order":   m.order,
			"license": m.license,
			"lock":    m.lock,
			"close":   m.close,
			"restart": m.restartIdle,
			"":        func(t *rapid.T) { did["steps"]++; m.check(t) },
		})
		did["deaths"] += m.deaths
		for _, j := range m.runs {
			for _, p := range j.parts {
				did[strings.ToLower(j.kind+" "+p.state)]++
			}
		}
		for what, n := range m.did {
			did[what] += n
		}
		m.stop()
	})
	t.Logf("%v", did)
}

// The campuses: one profile each, with a part of the provider's titles.
var (
	customers = []mockoup.Customer{
		{Number: "north", Key: "north-key", Share: 0.7},
		{Number: "south", Key: "south-key", Share: 0.8},
		{Number: "east", Key: "east-key", Share: 0.6},
	}
	groupNames = []string{"North", "South", "East"}
)

// drawGuards draws guards that a small list can exceed, or those of a new profile.
func drawGuards(t *rapid.T) plan.Guards {
	if rapid.IntRange(0, 3).Draw(t, "standard guards") == 3 {
		return plan.StandardGuards()
	}
	marks := func(name string) plan.Marks {
		return plan.Marks{Percent: 10, Titles: rapid.SampledFrom([]int{1, 3, 20}).Draw(t, name), Most: rapid.SampledFrom([]int{0, 1000}).
			Draw(t, name+" at most")}
	}
	return plan.Guards{
		Removals: marks("removals"), Access: marks("access"), Identity: marks("identity"), Additions: marks("additions"),
		Again: rapid.Bool().Draw(t, "again"), Shape: true,
	}
}

func guardsChange(g plan.Guards) profiles.GuardsChange {
	of := func(m plan.Marks) profiles.MarksChange {
		return profiles.MarksChange{Percent: &m.Percent, Titles: &m.Titles, Most: &m.Most}
	}
	return profiles.GuardsChange{
		Removals: of(g.Removals), Access: of(g.Access), Identity: of(g.Identity), Additions: of(g.Additions), Again: &g.Again, Shape: &g.Shape,
	}
}

func prepareCampuses(b *testBundle) {
	b.t.Helper()
	ctx, several := b.t.Context(), true
	_, err := b.profiles.UpdateSettings(ctx, profiles.SettingsChange{MultiCampus: &several})
	must(b.t, err)
	for i, c := range customers {
		group, err := b.profiles.CreateInventoryGroup(ctx, groupNames[i], "")
		must(b.t, err)
		key, on := secret.NewKey(c.Key), true
		in := profiles.ProfileInput{
			Description: &customers[i].Number, CustomerNumber: &customers[i].Number, APIKey: &key, Active: &on,
			GroupIDs: &[]int64{group.ID},
		}
		if i == 0 {
			_, _, err = b.profiles.UpdateProfile(ctx, b.profile, nil, in, nil)
		} else {
			_, _, err = b.profiles.CreateProfile(ctx, in, nil)
		}
		must(b.t, err)
	}
	must(b.t, b.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		for id := range int64(2) {
			if err := tx.License.Create().SetID(id + 1).SetCreatedAt(1).SetUpdatedAt(1).SetCode(fmt.Sprint("LIC-", id)).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	}))
}

// model is the installation and what it should be.
type model struct {
	*machine
	mock     *mockoup.TestServer
	profiles []*campusProfile
	groups   []int64
	world

	did          map[string]int
	acquisitions string // PO lines, licenses and locks, byte for byte, as staff left them
}

type campusProfile struct {
	id     int64
	active bool
	groups []int64
}

func startModel(t *rapid.T, prepared string) *model {
	mock := mockoup.NewServer(t, mockoup.Options{Dir: drawReleases(t), Customers: customers})
	m := &model{machine: startMachine(t, prepared, mock.URL), mock: mock, world: newWorld(), did: map[string]int{}}
	ctx := context.Background()
	var err error
	m.groups, err = m.store.Read.InventoryGroup.Query().IDs(ctx)
	m.must(err)
	rows, err := m.store.Read.Profile.Query().WithGroups().Order(ent.Asc("id")).All(ctx)
	m.must(err)
	for i, p := range rows {
		m.world.guards[i] = drawGuards(t)
		_, _, err := m.machine.profiles.UpdateProfile(ctx, p.ID, nil, profiles.ProfileInput{Guards: guardsChange(m.world.guards[i])}, nil)
		m.must(err)
		m.profiles = append(m.profiles, &campusProfile{id: p.ID, active: p.Active, groups: []int64{p.Edges.Groups[0].ID}})
	}
	m.acquisitions = m.readAcquisitions()
	return m
}

// release puts out another release.
func (m *model) release(t *rapid.T) {
	m.must(m.mock.SetRelease(rapid.SampledFrom(m.mock.Releases()).Draw(t, "release")))
}

// goOn puts out the next release and runs all profiles that are on, as the schedule does.
func (m *model) goOn(t *rapid.T) {
	if err := m.mock.Step(1); err != nil {
		t.Skip("there is no further release")
	}
	var which []int
	for i, p := range m.profiles {
		if p.active {
			which = append(which, i)
		}
	}
	if len(which) > 0 {
		m.runThem(t, which, jobs.Apply, false, mockoup.Fault{})
	}
}

// deathsIn draws after how many writes processes die that carry a job.
func deathsIn(t *rapid.T) []int {
	return rapid.SliceOfN(rapid.IntRange(1, 80), 0, 2).Draw(t, "deaths after writes")
}

// run runs one profile or both, with or without a fault of the provider.
func (m *model) run(t *rapid.T) {
	which := rapid.SampledFrom([][]int{{0}, {1}, {2}, {0, 1}, {1, 2}, {0, 1, 2}}).Draw(t, "profiles")
	mode := rapid.SampledFrom([]string{jobs.Apply, jobs.Apply, jobs.Apply, jobs.Preview}).Draw(t, "mode")
	force := rapid.IntRange(0, 3).Draw(t, "force") == 3
	m.runThem(t, which, mode, force, drawFault(t))
}

func (m *model) runThem(t *rapid.T, which []int, mode string, force bool, fault mockoup.Fault) {
	deaths := deathsIn(t)
	if fault.Kind != "" {
		m.must(m.mock.SetFault(fault))
		defer m.mock.ClearFaults()
	}
	in := jobs.SyncRequest{Mode: mode, Force: force, Trigger: jobs.Manual, IdempotencyKey: rand.Text()}
	inactive := false
	offers := map[place]offer{}
	for _, i := range which {
		in.ProfileIDs = append(in.ProfileIDs, m.profiles[i].id)
		inactive = inactive || !m.profiles[i].active
		for _, content := range contents {
			o := m.offerOf(place{i, content}, fault)
			if !o.whole(place{i, content}) {
				t.Skip("the fault has parted journals that may merge")
			}
			offers[place{i, content}] = o
		}
	}
	before := m.read()
	done, err := m.carry(deaths, func() (*ent.Job, error) { return m.jobs.StartSync(context.Background(), in) })
	if refused := mode == jobs.Apply && inactive; refused {
		if !isProblem(err, problem.ProfileInactive) {
			t.Fatalf("a run of an inactive profile: %v", err)
		}
		m.did["run refused"]++
		m.unchanged(t, before)
		return
	}
	m.must(err)

	j := &modelJob{id: done.ID, kind: jobs.KindSync, mode: mode}
	applied, shelves := map[place]offer{}, maps.Clone(m.shelves)
	m.foreseen = map[place]*providerFile{}
	for _, i := range which {
		for _, content := range contents {
			p := place{i, content}
			part := m.world.syncPart(j, p, offers[p], request{mode: mode, force: force})
			if part.applied() {
				applied[p] = offers[p]
			}
		}
	}
	if m.foreseen = nil; mode == jobs.Preview {
		m.shelves = shelves
	}
	m.runs = append(m.runs, j)
	m.judge(t, j, done, before, applied)
}

// kindSets are what a person may decide on.
var kindSets = []plan.Kinds{
	nil, nil,
	{plan.Additions, plan.Updates, plan.AccessLost},
	{plan.Additions},
	{plan.Updates, plan.AccessLost},
	{plan.Removals},
	{plan.Additions, plan.Removals},
	{plan.Updates},
	{plan.AccessLost},
}

// choose draws some parts of a job that wait, and kinds of their changes.
func (m *model) choose(t *rapid.T, j *modelJob) (chosen map[*modelPart]plan.Kinds, in jobs.Decision) {
	chosen = map[*modelPart]plan.Kinds{}
	parts := m.partsOf(t, j)
	all := rapid.Bool().Draw(t, "all parts")
	for _, part := range j.parts {
		if part.state != jobs.PartHeld {
			continue
		}
		kinds := plan.Kinds(nil)
		if !all && len(chosen) > 0 && rapid.Bool().Draw(t, "leave it waiting") {
			continue
		}
		if !all {
			kinds = rapid.SampledFrom(kindSets).Draw(t, "kinds")
		}
		if chosen[part] = kinds; kinds == nil {
			chosen[part] = part.kinds
		}
		if !all {
			in.Parts = append(in.Parts, jobs.PartDecision{PartID: parts[part.place].ID, Kinds: kinds})
		}
	}
	return chosen, in
}

// take approves, in a job that is over, what was declined of one of its lists: a new job does that.
func (m *model) take(t *rapid.T) {
	type candidate struct {
		job  *modelJob
		part *modelPart
	}
	var found []candidate
	for _, j := range m.runs {
		for _, part := range j.parts {
			f := m.files[part.place][part.offer.sha]
			if j.kind == jobs.KindSync && j.mode == jobs.Apply && !j.held() && f != nil && len(f.declined()) > 0 {
				found = append(found, candidate{j, part})
			}
		}
	}
	if len(found) == 0 {
		t.Skip("nothing was declined")
	}
	c := found[rapid.IntRange(0, len(found)-1).Draw(t, "part")]
	f := m.files[c.part.place][c.part.offer.sha]
	named := rapid.SampledFrom(kindSets).Draw(t, "kinds")
	taken := f.declined()
	if named != nil {
		taken = slices.DeleteFunc(taken, func(kind plan.Kind) bool { return !named.Has(kind) })
	}
	force := rapid.Bool().Draw(t, "force")
	in := jobs.Decision{Force: force, Parts: []jobs.PartDecision{{PartID: m.partsOf(t, c.job)[c.part.place].ID, Kinds: named}}}
	refused := len(taken) == 0 || m.inactive[c.part.profile] || !force && m.overtaken(c.part)
	before := m.read()
	known := len(m.runs)
	done, err := m.carry(deathsIn(t), func() (*ent.Job, error) {
		rows, err := m.store.Read.Job.Query().Order(ent.Desc("id")).All(context.Background())
		if err != nil || len(rows) == known {
			if err != nil {
				return nil, err
			}
			return m.jobs.Approve(context.Background(), c.job.id, in)
		}
		i := slices.IndexFunc(rows, func(row *ent.Job) bool { return m.world.job(row.ID) == nil }) // queued before the process died
		return rows[i], nil
	})
	if refused {
		if !isProblem(err, problem.WrongState) && !isProblem(err, problem.ProfileInactive) && !isProblem(err, problem.OlderFile) {
			t.Fatalf("%v of a list was taken, though it cannot be: %v", named, err)
		}
		m.did["take refused"]++
		m.unchanged(t, before)
		return
	}
	m.must(err)
	j := &modelJob{id: done.ID, kind: jobs.KindSync, mode: jobs.Apply}
	m.world.decide(f, taken, false, j.id)
	part := m.world.syncPart(j, c.part.place, c.part.offer, request{mode: jobs.Apply, force: force, taken: taken})
	applied := map[place]offer{}
	if part.applied() {
		applied[part.place] = part.offer
	}
	m.runs = append(m.runs, j)
	m.did["taken"]++
	m.judge(t, j, done, before, applied)
}

// decide approves or rejects a job that waits for a person.
func (m *model) decide(t *rapid.T) {
	waiting := slices.DeleteFunc(slices.Clone(m.runs), func(j *modelJob) bool { return !j.held() })
	if len(waiting) == 0 {
		t.Skip("nothing to decide")
	}
	j := rapid.SampledFrom(waiting).Draw(t, "job")
	before := m.read()
	chosen, in := m.choose(t, j)
	if rapid.IntRange(0, 2).Draw(t, "reject") == 2 {
		done, err := m.jobs.Reject(context.Background(), j.id, in)
		m.must(err)
		m.world.reject(j, chosen)
		m.did["rejected"]++
		m.judge(t, j, done, before, nil)
		return
	}
	inactive := slices.ContainsFunc(j.parts, func(p *modelPart) bool { return chosen[p] != nil && m.inactive[p.profile] })
	shown, err := m.store.Read.Job.Get(context.Background(), j.id)
	m.must(err)
	done, err := m.carry(deathsIn(t), func() (*ent.Job, error) {
		now, err := m.store.Read.Job.Get(context.Background(), j.id)
		if err != nil || now.State != jobs.NeedsReview || now.UpdatedAt != shown.UpdatedAt { // approved before the process died
			return now, err
		}
		return m.jobs.Approve(context.Background(), j.id, in)
	})
	if inactive {
		if !isProblem(err, problem.ProfileInactive) {
			t.Fatalf("an inactive profile's plan was approved: %v", err)
		}
		m.did["approval refused"]++
		m.unchanged(t, before)
		return
	}
	m.must(err)
	m.judge(t, j, done, before, m.world.approve(j, chosen))
	m.did["approved"]++
}

// undo reverses a job, or previews that; one that is not the newest where it wrote is refused.
func (m *model) undo(t *rapid.T) {
	if len(m.runs) == 0 || rapid.Bool().Draw(t, "leave it") {
		t.Skip("nothing to undo")
	}
	for _, merger := range mergers { // hidden, one of the two would come back as the third
		one, _, both := merger.titles()
		_, before := m.shelves["JOURNALS"][one]
		if _, after := m.shelves["JOURNALS"][both]; before && !after {
			t.Skip("journals that may merge have not yet")
		}
	}
	var newest []*modelJob
	for _, j := range m.runs {
		if m.world.undoable(j) {
			newest = append(newest, j)
		}
	}
	j := rapid.SampledFrom(m.runs).Draw(t, "job")
	if len(newest) > 0 && rapid.IntRange(0, 3).Draw(t, "any") > 0 {
		j = rapid.SampledFrom(newest).Draw(t, "newest")
	}
	mode := rapid.SampledFrom([]string{jobs.Apply, jobs.Apply, jobs.Preview}).Draw(t, "mode")
	key := rand.Text()
	before := m.read()
	done, err := m.carry(deathsIn(t), func() (*ent.Job, error) { return m.jobs.Undo(context.Background(), j.id, mode, key) })
	if !m.world.undoable(j) {
		if !isProblem(err, problem.Conflict) && !isProblem(err, problem.WrongState) {
			t.Fatalf("job %d was undone, though it cannot be: %v", j.id, err)
		}
		m.did["undo refused"]++
		m.unchanged(t, before)
		return
	}
	m.must(err)
	reversal := &modelJob{id: done.ID, kind: jobs.KindUndo, mode: mode}
	m.world.undo(j, reversal)
	m.runs = append(m.runs, reversal)
	m.judge(t, reversal, done, before, nil)
}

// switchProfile switches a profile on or off.
func (m *model) switchProfile(t *rapid.T) {
	i := rapid.IntRange(0, 2).Draw(t, "profile")
	after := *m.profiles[i]
	after.active = !after.active
	m.saveProfile(t, i, after, profiles.ProfileInput{Active: &after.active})
}

// regroup gives a profile its own group, both groups, or none.
func (m *model) regroup(t *rapid.T) {
	i := rapid.IntRange(0, 2).Draw(t, "profile")
	after := *m.profiles[i]
	after.groups = rapid.SampledFrom([][]int64{{m.groups[i]}, m.groups, {}}).Draw(t, "groups")
	m.saveProfile(t, i, after, profiles.ProfileInput{GroupIDs: &after.groups})
}

func (m *model) saveProfile(t *rapid.T, i int, after campusProfile, in profiles.ProfileInput) {
	before, refused := m.read(), false
	for k, other := range m.profiles {
		refused = refused || k != i && after.active && other.active && (len(after.groups) == 0) != (len(other.groups) == 0)
	}
	_, _, err := m.machine.profiles.UpdateProfile(context.Background(), after.id, nil, in, nil)
	if refused != isProblem(err, problem.GroupRequired) || !refused && err != nil {
		t.Fatalf("a profile saved as %+v refused %v: %v", after, refused, err)
	}
	if !refused {
		*m.profiles[i] = after
		m.inactive[i] = !after.active
	}
	if refused {
		m.did["save of a profile refused"]++
	}
	m.unchanged(t, before) // switching a profile off leaves its entitlements in force
}

// order attaches a PO line to a portfolio.
func (m *model) order(t *rapid.T) {
	content, title, r := m.anyRecord(t)
	m.staff(t, func(ctx context.Context, tx *store.Tx) error {
		id := m.store.NextID()
		return tx.POLine.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetNumber(fmt.Sprint("POL-", id)).
			SetPortfolioID(m.portfolioOf(title)).SetMain(r.ordered == 0).Exec(ctx)
	})
	r.ordered++
	m.shelves[content][title] = r
}

// license puts a license on a portfolio or on a collection.
func (m *model) license(t *rapid.T) {
	id := rapid.Int64Range(1, 2).Draw(t, "license")
	if rapid.Bool().Draw(t, "of a collection") {
		name := rapid.SampledFrom([]string{
			"Oxford University Press Books Autoholdings Collection",
			"Oxford University Press Journals Autoholdings Collection",
		}).Draw(t, "collection")
		m.staff(t, func(ctx context.Context, tx *store.Tx) error {
			return tx.Collection.Update().Where(collection.Name(name)).SetLicenseID(id).Exec(ctx)
		})
		return
	}
	content, title, r := m.anyRecord(t)
	m.staff(t, func(ctx context.Context, tx *store.Tx) error {
		return tx.Portfolio.UpdateOneID(m.portfolioOf(title)).SetLicenseID(id).Exec(ctx)
	})
	r.license = id
	m.shelves[content][title] = r
}

// lock gives fields of a portfolio the values they show as local ones, or takes these back.
func (m *model) lock(t *rapid.T) {
	content, title, r := m.anyRecord(t)
	locked := rapid.SampledFrom([][]string{
		{"publisher_name"},
		{"coverage"},
		{"title_url"},
		{"publication_title", "publisher_name", "title_url", "coverage"},
		{},
	}).Draw(t, "fields")
	_, err := m.holdings.UpdatePortfolio(context.Background(), holdings.PortfolioChange{ID: m.portfolioOf(title), Lock: &locked})
	m.must(err)
	r.locked = strings.Join(slices.Sorted(slices.Values(locked)), " ")
	m.shelves[content][title] = r
	m.acquisitions = m.readAcquisitions()
}

// close takes a portfolio away from patrons, or gives it back. No run changes that.
func (m *model) close(t *rapid.T) {
	content, title, r := m.anyRecord(t)
	_, err := m.holdings.UpdatePortfolio(context.Background(), holdings.PortfolioChange{
		ID: m.portfolioOf(title), Staff: holdings.StaffChange{holdings.FieldAvailable: new(strconv.FormatBool(r.closed))},
	})
	m.must(err)
	r.closed = !r.closed
	m.shelves[content][title] = r
}

// restartIdle ends the process while it does nothing; with the embedded queue, what that held is gone.
func (m *model) restartIdle(t *rapid.T) {
	before := m.read()
	if !m.restart(0) {
		t.Fatal("it died")
	}
	m.unchanged(t, before)
}

// staff writes what no job may ever change again.
func (m *model) staff(t *rapid.T, write func(ctx context.Context, tx *store.Tx) error) {
	m.must(m.store.Write(context.Background(), write))
	m.acquisitions = m.readAcquisitions()
}

// anyRecord draws a title that is in the holdings.
func (m *model) anyRecord(t *rapid.T) (content, title string, r record) {
	var there []string
	for _, shelf := range m.shelves {
		for title, r := range shelf {
			if r.visible {
				there = append(there, title)
			}
		}
	}
	if len(there) == 0 {
		t.Skip("there are no titles")
	}
	slices.Sort(there)
	title = rapid.SampledFrom(there).Draw(t, "title")
	content = contentOf(title)
	return content, title, m.shelves[content][title]
}

func (m *model) portfolioOf(title string) int64 {
	id, err := m.store.Read.Portfolio.Query().Where(portfolio.TitleID(title)).OnlyID(context.Background())
	m.must(err)
	return id
}

func (m *model) readAcquisitions() string {
	var text strings.Builder
	for _, query := range []string{
		`SELECT * FROM po_lines ORDER BY id`,
		`SELECT * FROM licenses ORDER BY id`,
		`SELECT id, license_id FROM collections ORDER BY id`,
		`SELECT id, license_id, local_values FROM portfolios WHERE license_id IS NOT NULL OR local_values <> '' ORDER BY id`,
	} {
		m.must(writeRows(context.Background(), &text, m.store, query))
	}
	return text.String()
}

// check compares the installation with the model.
func (m *model) check(t *rapid.T) {
	now := m.read()
	if diff := cmp.Diff(m.shelves, now.shelves, cmp.AllowUnexported(record{}, own{})); diff != "" {
		t.Fatalf("the holdings are not what they should be (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(strings.Split(m.acquisitions, "\n"), strings.Split(m.readAcquisitions(), "\n")); diff != "" {
		t.Fatalf("a PO line, a license or a local value was changed:\n%s", diff)
	}
	rows, err := m.store.Read.Job.Query().All(context.Background())
	m.must(err)
	if len(rows) != len(m.runs) {
		t.Fatalf("%d jobs, %d were asked for", len(rows), len(m.runs))
	}
	for _, row := range rows {
		j := m.world.job(row.ID)
		if j == nil || row.State != j.state || row.Verdict != j.verdict || row.RunToken != "" {
			t.Fatalf("job %d is %s %s, held by %q; want %+v", row.ID, row.State, row.Verdict, row.RunToken, j)
		}
	}
}

// unchanged checks that no row of the holdings' tables was written.
func (m *model) unchanged(t *rapid.T, before *snapshot) {
	t.Helper()
	if now := m.read(); now.bytes != before.bytes {
		t.Fatalf("the holdings were changed:\n%s", cmp.Diff(strings.Split(before.bytes, "\n"), strings.Split(now.bytes, "\n")))
	}
}

// judge compares how a job ended, what it counted and what it reported with the model. applied are the parts that this
// run of it applied, with what they applied.
func (m *model) judge(t *rapid.T, j *modelJob, done *ent.Job, before *snapshot, applied map[place]offer) {
	t.Helper()
	j.state, j.verdict = j.ending()
	parts := m.partsOf(t, j)
	var sum plan.Counts
	for _, want := range j.parts {
		got := parts[want.place]
		if got == nil || got.State != want.state || got.Code != want.code || got.WouldBe != want.would {
			t.Fatalf("job %d: part %+v ended %+v; want %s %s, would be %q", j.id, want.place, got, want.state, want.code, want.would)
		}
		if want.kinds != nil && (want.applied() || want.state == jobs.PartHeld) && !slices.Equal(jobs.KindsOf(got), want.kinds) {
			t.Fatalf("job %d: part %+v has the kinds %s; want %s", j.id, want.place, jobs.KindsOf(got), want.kinds)
		}
		counts := m.checkCounts(t, j, want, got)
		switch {
		case want.state == jobs.PartHeld: // what was declined of it is not offered any more
			counts = counts.OnlyKinds(jobs.KindsOf(got))
		case done.Applied && slices.Contains([]string{jobs.PartBlocked, jobs.PartRejected, jobs.PartSuperseded}, want.state):
			counts = counts.Unwritten()
		}
		sum.Merge(counts)
	}
	if len(parts) != len(j.parts) {
		t.Fatalf("job %d has %d parts, want %d", j.id, len(parts), len(j.parts))
	}
	if done.State != j.state || done.Verdict != j.verdict || j.state != jobs.Cancelled && done.Applied != j.wrote() {
		t.Fatalf("job %d: %s %s applied %v: %s; want %s %s applied %v; parts %v", j.id, done.State, done.Verdict, done.Applied, done.Summary,
			j.state, j.verdict, j.wrote(), slices.Collect(maps.Keys(parts)))
	}
	if diff := cmp.Diff(sum, m.countsOf(done)); diff != "" && j.state != jobs.Cancelled {
		t.Fatalf("job %d: its counts are not the sum of its parts':\n%s", j.id, diff)
	}
	if j.kind == jobs.KindUndo && j.mode == jobs.Apply {
		m.replayUndo(t, j, before)
		return
	}
	if cmp.Equal(before.shelves, m.shelves, cmp.AllowUnexported(record{}, own{})) {
		m.unchanged(t, before)
	}
	m.replaySync(t, j, before, applied)
}
