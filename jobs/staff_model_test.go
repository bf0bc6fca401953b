package jobs_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"autoholdings/ent"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/collections"
	"autoholdings/holdings/move"
	"autoholdings/holdings/plan"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/problem"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/kbart"
	"autoholdings/provider/oup"
)

// TestStaffModel drives an installation of two profiles through random sequences of monthly lists, in which titles leave, come
// back and have other names and ISSNs, of what people decide: pairs and partings by hand, decisions taken back, histories carried
// over, moves, PO lines, licenses, local values, retention and marks of the worklist, of undos, and of deaths between any two
// writes. Beside it is a simple model of what staff own and decided. After each step:
//
//   - what staff own is on the portfolio that the model says, and nothing of it is lost;
//   - each title of a list has one portfolio, and decisions in force are kept;
//   - a preview showed what was then done;
//   - an undo gave everything back that was there before its job;
//   - a mark of the worklist is on its item as long as there is this one.
//
// A failing sequence is made shorter, and its seed is printed: -rapid.seed=N runs it again. For thousands of steps:
//
//	go test ./jobs -run 'TestStaffModel$' -rapid.checks=200 -timeout 1h
func TestStaffModel(t *testing.T) {
	t.Parallel()
	prepared := prepare(t, prepareStaff)
	did := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		m := startStaffModel(rt, prepared)
		rt.Repeat(map[string]func(*rapid.T){
			"sync":        m.sync,
			"sync again":  m.sync, // the more often
			"pair":        m.pair,
			"part":        m.part,
			"take back":   m.takeBack,
			"carry over":  m.carryOver,
			"move":        m.moveAll,
			"undo":        m.undo,
			"order":       m.order,
			"change":      m.change,
			"mark":        m.mark,
			"assign":      m.assign,
			"a day later": m.aDayLater,
			"":            func(t *rapid.T) { did["steps"]++; m.check(t) },
		})
		did["deaths"] += m.deaths
		for what, n := range m.did {
			did[what] += n
		}
		m.stop()
	})
	t.Logf("%v", did)
}

// staffModel is the installation, and what staff own and decided.
type staffModel struct {
	*machine
	profiles [2]int64
	journals int64 // the collection of the lists
	archive  int64 // a local collection with the same titles
	set      int64 // of the archive alone
	people   []int64

	release   int
	lists     [2]titleList // applied last
	stale     [2]bool      // an undo has brought back what an earlier plan made
	planned   [2]int       // when, by the clock
	clock     int
	owned     map[int64]owned // by portfolio
	lines     map[int64]int64 // portfolios by PO line
	decisions []decision      // the oldest first
	marks     *marksModel
	done      []*doneJob // that can be undone

	did map[string]int
}

// titleList has the titles of a list by title_id.
type titleList map[string]variant

// variant is how a list has a title.
type variant struct{ name, issn string }

// owned is what hangs on a portfolio besides PO lines.
type owned struct {
	license            int64
	access             string
	title, note, staff string // local values
}

// localTitle, localNote and localStaff are the fields of local values in an owned.
var (
	localTitle, localNote, localStaff = kbart.PublicationTitle.String(), plan.PublicNote, plan.InternalNote
	ownedFields                       = []string{holdings.FieldLicense, holdings.FieldAccessRights, localTitle, localNote, localStaff}
)

// values are what is owned, by field.
func (o *owned) values() map[string]*string {
	license := ""
	if o.license != 0 {
		license = fmt.Sprint(o.license)
	}
	return map[string]*string{
		holdings.FieldLicense: &license, holdings.FieldAccessRights: &o.access, localTitle: &o.title, localNote: &o.note, localStaff: &o.staff,
	}
}

// decision is one on a pair.
type decision struct {
	titleID, issn string
	portfolio     int64
	parted        bool
	job           int64
	ended         bool
	endedBy       int64 // the job that replaced it
	at            int   // by the clock, when it began or ended to hold
}

// doneJob is a job that can be undone, and the world before it.
type doneJob struct {
	id     int64
	kind   string
	since  bool // something was changed since
	before staffWorld
	holds  string // dump of the holdings
	places int    // profile of a sync
}

// staffWorld is what an undo gives back.
type staffWorld struct {
	lists     [2]titleList
	owned     map[int64]owned
	lines     map[int64]int64
	decisions []decision
}

func (m *staffModel) world() staffWorld {
	return staffWorld{m.lists, maps.Clone(m.owned), maps.Clone(m.lines), slices.Clone(m.decisions)}
}

func prepareStaff(b *testBundle) {
	b.t.Helper()
	ctx, several, on := b.t.Context(), true, true
	_, err := b.profiles.UpdateSettings(ctx, profiles.SettingsChange{MultiCampus: &several})
	must(b.t, err)
	for i, c := range customers[:2] {
		group, err := b.profiles.CreateInventoryGroup(ctx, groupNames[i], "")
		must(b.t, err)
		key := secret.NewKey(c.Key)
		in := profiles.ProfileInput{
			Description: &customers[i].Number, CustomerNumber: &customers[i].Number, APIKey: &key, Active: &on, GroupIDs: &[]int64{group.ID},
		}
		if i == 0 {
			_, _, err = b.profiles.UpdateProfile(ctx, b.profile, nil, in, nil)
		} else {
			_, _, err = b.profiles.CreateProfile(ctx, in, nil)
		}
		must(b.t, err)
	}
	archive, err := b.collections.CreateCollection(ctx, collections.NewCollection{
		Name: "Archive", Content: "JOURNALS", Active: true, Available: true,
	})
	must(b.t, err)
	_, err = b.collections.CreateCollectionSet(ctx, collections.SetInput{Name: new("Old ones"), CollectionIDs: &[]int64{archive.ID}})
	must(b.t, err)
	must(b.t, b.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		for id := range int64(2) {
			if err := tx.License.Create().SetID(id + 1).SetCreatedAt(1).SetUpdatedAt(1).SetCode(fmt.Sprint("LIC-", id)).Exec(ctx); err != nil {
				return err
			}
			if err := tx.Person.Create().SetID(id + 1).SetCreatedAt(1).SetUpdatedAt(1).SetName([]string{"Ada", "Ben"}[id]).
				SetNameKey([]string{"ada", "ben"}[id]).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	}))
}

func startStaffModel(t *rapid.T, prepared string) *staffModel {
	m := &staffModel{
		machine: startMachine(t, prepared, "http://127.0.0.1:1"), people: []int64{1, 2}, owned: map[int64]owned{}, lines: map[int64]int64{},
		marks: newMarksModel(), did: map[string]int{},
	}
	ctx := context.Background()
	copy(m.profiles[:], m.store.Read.Profile.Query().Order(ent.Asc("id")).IDsX(ctx))
	for _, c := range m.store.Read.Collection.Query().AllX(ctx) {
		switch {
		case c.Name == "Archive":
			m.archive = c.ID
		case c.Content == "JOURNALS":
			m.journals = c.ID
		}
	}
	m.set = m.store.Read.CollectionSet.Query().OnlyIDX(ctx)
	list := titleList{}
	for n := range titleCount {
		list[titleID(n)] = variantOf(n, 0)
	}
	text := list.text("")
	done, err := m.carry(nil, func() (*ent.Job, error) {
		return m.jobs.StartImport(ctx, jobs.ImportRequest{
			CollectionID: m.archive, List: &text, Mode: jobs.Apply, Trigger: jobs.Manual, IdempotencyKey: "archive",
		})
	})
	m.must(err)
	if done.Verdict != jobs.VerdictChanged {
		m.t.Fatalf("the archive: %s", done.Summary)
	}
	return m
}

// titleCount is how many titles lists may have.
const titleCount = 7

func titleID(n int) string { return fmt.Sprintf("j%02d", n) }

// variantOf is the nth title as it is at first (0), under another name (1), another ISSN (2), or both (3).
func variantOf(n, how int) variant {
	v := variant{fmt.Sprintf("Journal %02d", n), issn(n)}
	if how&1 != 0 {
		v.name = fmt.Sprintf("Studies in %02d", n)
	}
	if how&2 != 0 {
		v.issn = issn(n + 50)
	}
	return v
}

// text is the list as KBART. anchor is the publisher of a title that is in each list, so that no two are the same.
func (l titleList) text(anchor string) string {
	var text strings.Builder
	text.WriteString("publication_title\tonline_identifier\ttitle_id\tdate_first_issue_online\tpublication_type\tpublisher_name\n")
	for _, id := range slices.Sorted(maps.Keys(l)) {
		publisher := "Oxford University Press"
		if id == anchorID {
			publisher = anchor
		}
		fmt.Fprintf(&text, "%s\t%s\t%s\t1996\tserial\t%s\n", l[id].name, l[id].issn, id, publisher)
	}
	return text.String()
}

const anchorID = "anchor"

// touched notes that a job is not the last that changed something.
func (m *staffModel) touched() {
	m.clock++
	for _, d := range m.done {
		d.since = true
	}
}

// run has a job queued and sees it to its end, with deaths. One that a guard holds is approved.
func (m *staffModel) run(t *rapid.T, queue func() (*ent.Job, error)) *ent.Job {
	return m.runLeaving(t, false, queue)
}

// runLeaving is run of a job that may leave what was changed since.
func (m *staffModel) runLeaving(t *rapid.T, mayLeave bool, queue func() (*ent.Job, error)) *ent.Job {
	done, err := m.carry(deathsIn(t), queue)
	m.must(err)
	if done.State == jobs.NeedsReview {
		m.did["held"]++
		_, err := m.jobs.Approve(context.Background(), done.ID, jobs.Decision{})
		m.must(err)
		done, err = m.await(done.ID)
		m.must(err)
	}
	left := done.Verdict == jobs.VerdictPartial && (!mayLeave || done.ErrorCode != "LEFT")
	if done.State != jobs.Succeeded || left || done.Verdict == jobs.VerdictBlocked || done.RunToken != "" {
		t.Fatalf("job %d ended %s %s: %s %s", done.ID, done.State, done.Verdict, done.Summary, done.ErrorMessage)
	}
	return done
}

// shown has a preview made, and returns its report; "" if none is drawn.
func (m *staffModel) shown(t *rapid.T, queue func() (*ent.Job, error)) (id int64, report string) {
	if rapid.IntRange(0, 2).Draw(t, "preview") == 0 {
		return 0, ""
	}
	before := m.dump()
	done := m.run(t, queue)
	if diff := cmp.Diff(before, m.dump()); diff != "" {
		t.Fatalf("preview %d changed something:\n%s", done.ID, diff)
	}
	m.marksSeen(t)
	return done.ID, m.report(done.ID)
}

// asShown compares the report of a job with that of the preview before it.
func (m *staffModel) asShown(t *rapid.T, report string, done *ent.Job) {
	if report == "" {
		return
	}
	if diff := cmp.Diff(strings.Split(report, "\n"), strings.Split(m.report(done.ID), "\n")); diff != "" {
		t.Fatalf("the preview of job %d, %s, showed something else:\n%s", done.ID, done.Kind, diff)
	}
}

// keep remembers a job that can be undone. before is the world before it.
func (m *staffModel) keep(done *ent.Job, before *doneJob) {
	m.did[strings.ToLower(done.Kind+" "+done.Verdict)]++
	m.touched()
	before.id, before.kind = done.ID, done.Kind
	m.done = append(m.done, before)
}

func (m *staffModel) toUndo() *doneJob { return &doneJob{before: m.world(), holds: m.dump()} }

// offered keeps a list for a profile, and returns what queues a sync of it.
func (m *machine) offered(profile int64, release int, list titleList) func(mode string) func() (*ent.Job, error) {
	m.t.Helper()
	name := fmt.Sprintf("OUP_Journals_%d-%02d-01.txt", 2020+release/12, 1+release%12)
	text := strings.NewReader(list.text(fmt.Sprint("Press ", release)))
	file, err := m.jobs.KeepFile(context.Background(), profile, oup.Journals, name, text)
	m.must(err)
	return func(mode string) func() (*ent.Job, error) {
		key := rand.Text()
		return func() (*ent.Job, error) {
			return m.jobs.StartSync(context.Background(), jobs.SyncRequest{
				ProfileIDs: []int64{profile}, Mode: mode, Trigger: jobs.Manual, FileID: file.ID, Force: true, IdempotencyKey: key,
			})
		}
	}
}

// sync applies the next list of a profile.
func (m *staffModel) sync(t *rapid.T) {
	i := rapid.IntRange(0, 1).Draw(t, "profile")
	list := titleList{anchorID: {"Anchor", "2049-3630"}}
	for n := range titleCount {
		how := rapid.IntRange(0, 9).Draw(t, "title")
		switch known, there := m.lists[i][titleID(n)]; {
		case how < 4 && there:
			list[titleID(n)] = known
		case how < 4:
			list[titleID(n)] = variantOf(n, 0)
		case how < 7:
			list[titleID(n)] = variantOf(n, how-3)
		}
	}
	m.release++
	in := m.offered(m.profiles[i], m.release, list)
	_, report := m.shown(t, in(jobs.Preview))
	before := m.toUndo()
	before.places = i
	was := m.assigned(i)
	done := m.run(t, in(jobs.Apply))
	m.asShown(t, report, done)
	m.keep(done, before)
	former := m.lists[i]
	m.lists[i], m.planned[i], m.stale[i] = list, m.clock, false
	m.checkStays(t, i, former, was)
}

// pair says that a title is another portfolio.
func (m *staffModel) pair(t *rapid.T) {
	title := m.draw(t, "title", m.listedPortfolios())
	target := m.draw(t, "portfolio", slices.DeleteFunc(m.portfoliosIn(m.journals), func(id int64) bool { return id == title }))
	m.decide(t, jobs.PairRequest{Pair: []jobs.PairInput{{PortfolioID: target, TitleOfID: title}}}, m.decisionOn(title, target, false), title)
}

// part says that a portfolio is not the title that it is paired with.
func (m *staffModel) part(t *rapid.T) {
	p := m.draw(t, "portfolio", m.listedPortfolios())
	m.decide(t, jobs.PairRequest{Part: []jobs.PartInput{{PortfolioID: p}}}, m.decisionOn(p, p, true), 0)
}

func (m *staffModel) decisionOn(title, target int64, parted bool) decision {
	p := m.store.Read.Portfolio.GetX(context.Background(), title)
	return decision{titleID: p.TitleID, issn: p.OnlineIdentifier, portfolio: target, parted: parted}
}

// decide carries out a decision. What hangs on the portfolio that lists paired the title with so far is moved, if they pair it now.
func (m *staffModel) decide(t *rapid.T, in jobs.PairRequest, d decision, from int64) {
	queue := func(mode string) func() (*ent.Job, error) {
		in := in
		in.Mode, in.IdempotencyKey = mode, rand.Text()
		return func() (*ent.Job, error) { return m.jobs.StartPair(context.Background(), in) }
	}
	concerned := map[int]bool{}
	for i := range m.profiles {
		concerned[i] = m.lists[i] != nil && (m.awaits(i, d.portfolio) || from != 0 && m.awaits(i, from))
	}
	_, report := m.shown(t, queue(jobs.Preview))
	before := m.toUndo()
	done := m.run(t, queue(jobs.Apply))
	m.asShown(t, report, done)
	m.keep(done, before)
	for i := range m.decisions {
		if o := &m.decisions[i]; !o.ended && d.replaces(*o) {
			o.ended, o.endedBy, o.at = true, done.ID, m.clock
		}
	}
	d.job, d.at = done.ID, m.clock
	m.decisions = append(m.decisions, d)
	made := false
	for i := range m.profiles {
		if !concerned[i] {
			continue
		}
		m.planned[i], m.stale[i] = m.clock, false
		for _, portfolio := range m.decided(m.lists[i]) {
			made = made || portfolio == d.portfolio
		}
	}
	if from != 0 && made {
		m.carryAcross(from, d.portfolio, true)
	}
}

// replaces says whether a decision takes another one's place.
func (d decision) replaces(o decision) bool {
	return d.titleID == o.titleID && d.issn == o.issn && (d.portfolio == o.portfolio || !d.parted && !o.parted)
}

// decided are the pairs of titles and portfolios that decisions make in a list: a newer one goes before an older one.
func (m *staffModel) decided(list titleList) map[string]int64 {
	pairs, parted := map[string]int64{}, map[string]bool{}
	taken := map[int64]bool{}
	for _, d := range slices.Backward(m.decisions) {
		_, there := list[d.titleID]
		pair := fmt.Sprint(d.titleID, d.portfolio)
		switch _, paired := pairs[d.titleID]; {
		case d.ended || !there:
		case d.parted:
			parted[pair] = true
		case !paired && !taken[d.portfolio] && !parted[pair]:
			pairs[d.titleID], taken[d.portfolio] = d.portfolio, true
		}
	}
	return pairs
}

// carryAcross moves what hangs on a portfolio to another one in the model.
func (m *staffModel) carryAcross(from, to int64, sameTitle bool) {
	for line, at := range m.lines {
		if at == from {
			m.lines[line] = to
		}
	}
	a, b := m.owned[from], m.owned[to]
	for field, here := range a.values() {
		there := b.values()[field]
		if *here == "" || *there != "" && *there != *here || field == localTitle && !sameTitle {
			continue
		}
		b.set(field, *here)
		a.set(field, "")
	}
	m.own(from, a)
	m.own(to, b)
}

func (o *owned) set(field, value string) {
	if field != holdings.FieldLicense {
		*o.values()[field] = value
		return
	}
	o.license = 0
	if value != "" {
		_, _ = fmt.Sscan(value, &o.license)
	}
}

func (m *staffModel) own(id int64, o owned) {
	if m.owned[id] = o; o == (owned{}) {
		delete(m.owned, id)
	}
}

// takeBack ends a decision.
func (m *staffModel) takeBack(t *rapid.T) {
	var hold []int
	for i, d := range m.decisions {
		if !d.ended {
			hold = append(hold, i)
		}
	}
	if len(hold) == 0 {
		t.Skip("nothing is decided")
	}
	d := &m.decisions[rapid.SampledFrom(hold).Draw(t, "decision")]
	for _, row := range m.storedDecisions() {
		if row.EndedAt == nil && *row.JobID == d.job && row.PortfolioID == d.portfolio && row.TitleID == d.titleID {
			_, err := m.holdings.TakeBackPairing(context.Background(), row.ID)
			m.must(err)
		}
	}
	m.touched()
	d.ended, d.at = true, m.clock
	m.did["taken back"]++
}

// carryOver carries over what hangs on one to three portfolios to others.
func (m *staffModel) carryOver(t *rapid.T) {
	all := append(m.portfoliosIn(m.archive), m.portfoliosIn(m.journals)...)
	var pairs []move.Pair
	from, to := map[int64]bool{}, map[int64]bool{}
	for range rapid.IntRange(1, 3).Draw(t, "pairs") {
		a, b := rapid.SampledFrom(all).Draw(t, "from"), rapid.SampledFrom(all).Draw(t, "to")
		if a != b && !from[a] && !to[a] && !from[b] && m.inHoldings(b) {
			from[a], to[b] = true, true
			pairs = append(pairs, move.Pair{FromID: a, ToID: b})
		}
	}
	if len(pairs) == 0 {
		t.Skip("nothing to carry over")
	}
	preview := int64(0)
	queue := func(mode string) func() (*ent.Job, error) {
		in := jobs.CarryRequest{Pairs: pairs, Mode: mode, IdempotencyKey: rand.Text(), PreviewJobID: preview}
		return func() (*ent.Job, error) { return m.jobs.StartCarry(context.Background(), in) }
	}
	id, report := m.shown(t, queue(jobs.Preview))
	preview = id
	before := m.toUndo()
	done := m.run(t, queue(jobs.Apply))
	m.asShown(t, report, done)
	m.keep(done, before)
	slices.SortFunc(pairs, func(a, b move.Pair) int {
		return cmpPlaces(m.collectionOf(a.FromID), a.FromID, m.collectionOf(b.FromID), b.FromID)
	})
	stays := m.retainedBoth(done.ID)
	for _, p := range pairs {
		access := m.owned[p.FromID].access
		m.carryAcross(p.FromID, p.ToID, false)
		if o := m.owned[p.FromID]; stays[p.FromID] && o.access == "" { // nothing that patrons have is lost
			o.access = access
			m.own(p.FromID, o)
		}
	}
}

// moveAll moves PO lines and licenses of the archive to their counterparts. The model believes the report, as that of
// TestMoveConserves does, which tests it.
func (m *staffModel) moveAll(t *rapid.T) {
	preview := int64(0)
	overwrite := rapid.SampledFrom([]string{jobs.KeepTarget, jobs.Overwrite}).Draw(t, "conflict")
	queue := func(mode string) func() (*ent.Job, error) {
		in := jobs.MoveRequest{
			SetID: m.set, TargetCollectionID: m.journals, POLines: true, Licenses: true, LicenseConflict: overwrite, Mode: mode,
			Trigger: jobs.Manual, IdempotencyKey: rand.Text(), PreviewJobID: preview,
		}
		return func() (*ent.Job, error) { return m.jobs.StartMove(context.Background(), in) }
	}
	id, report := m.shown(t, queue(jobs.Preview))
	preview = id
	before := m.toUndo()
	done := m.run(t, queue(jobs.Apply))
	m.asShown(t, report, done)
	m.keep(done, before)
	m.believeMove(t, done.ID)
}

// undo reverses a job, mostly the newest. Where nothing was changed since, everything is as it was before it.
func (m *staffModel) undo(t *rapid.T) {
	if len(m.done) == 0 {
		t.Skip("nothing to undo")
	}
	n := len(m.done) - 1
	if rapid.IntRange(0, 3).Draw(t, "any") == 0 {
		n = rapid.IntRange(0, n).Draw(t, "job")
	}
	job := m.done[n]
	queue := func(mode string) func() (*ent.Job, error) {
		key := rand.Text()
		return func() (*ent.Job, error) { return m.jobs.Undo(context.Background(), job.id, mode, key) }
	}
	world := m.dump()
	if _, err := m.jobs.Undo(context.Background(), job.id, jobs.Preview, rand.Text()); isProblem(err, problem.Conflict) ||
		isProblem(err, problem.WrongState) {
		row := m.store.Read.Job.GetX(context.Background(), job.id)
		if !job.since && row.Verdict == jobs.VerdictChanged {
			t.Fatalf("job %d, the newest, cannot be undone: %v", job.id, err)
		}
		if m.dump() != world {
			t.Fatalf("a refused undo changed something")
		}
		m.did["undo refused"]++
		return
	} else if err != nil {
		t.Fatal(err)
	}
	m.settleAll()
	_, report := m.shown(t, queue(jobs.Preview))
	done := m.runLeaving(t, job.since, queue(jobs.Apply))
	m.asShown(t, report, done)
	m.did["undo of "+strings.ToLower(job.kind)]++
	m.done = slices.Delete(m.done, n, n+1)
	m.touched()
	m.stale = [2]bool{true, true}
	if job.since {
		m.undoneLate(t, job)
		return
	}
	m.did["undo at once"]++
	m.lists, m.owned, m.lines, m.decisions = job.before.lists, job.before.owned, job.before.lines, job.before.decisions
	if diff := cmp.Diff(strings.Split(job.holds, "\n"), strings.Split(m.withoutNew(job.holds, m.dump()), "\n")); diff != "" {
		t.Fatalf("the undo of job %d, %s, left something:\n%s\nThe job:\n%s\nThe undo:\n%s", job.id, job.kind, diff, m.report(job.id),
			m.report(done.ID))
	}
}

// order attaches a new PO line to a portfolio.
func (m *staffModel) order(t *rapid.T) {
	p := m.draw(t, "portfolio", m.inAnyHoldings())
	number := fmt.Sprint("POL-", rand.Text())
	line, err := m.acquisitions.CreatePOLine(context.Background(), acquisitions.POLineInput{
		POLineTexts: acquisitions.POLineTexts{Number: &number}, PortfolioID: &p,
	})
	m.must(err)
	m.lines[line.ID] = p
	m.touched()
}

// change changes what is staff's own of a portfolio. What somebody read before somebody else changed it is refused.
func (m *staffModel) change(t *rapid.T) {
	p := m.store.Read.Portfolio.GetX(context.Background(), m.draw(t, "portfolio", m.inAnyHoldings()))
	field := rapid.SampledFrom(ownedFields).Draw(t, "field")
	values := map[string][]string{
		holdings.FieldLicense: {"", "1", "2"}, holdings.FieldAccessRights: {"", holdings.Perpetual, holdings.Current},
	}[field]
	if values == nil {
		values = []string{"", "Ours", "Other"}
	}
	value := rapid.SampledFrom(values).Draw(t, "value")
	in := holdings.PortfolioChange{ID: p.ID, Version: &p.Version, Staff: holdings.StaffChange{field: nil}}
	if value != "" {
		in.Staff[field] = &value
	}
	o := m.owned[p.ID]
	changed := *o.values()[field] != value
	_, err := m.holdings.UpdatePortfolio(context.Background(), in)
	m.must(err)
	o.set(field, value)
	m.own(p.ID, o)
	m.touched()
	if !changed {
		return
	}
	if _, err := m.holdings.UpdatePortfolio(context.Background(), in); !isProblem(err, problem.Conflict) {
		t.Fatalf("somebody else changed portfolio %d meanwhile: %v", p.ID, err)
	}
}

func (m *staffModel) inAnyHoldings() []int64 {
	return m.store.Read.Portfolio.Query().Where(portfolio.RemovedAtIsNil()).Order(portfolio.ByID()).IDsX(context.Background())
}

// draw draws a portfolio.
func (m *staffModel) draw(t *rapid.T, what string, ids []int64) int64 {
	if len(ids) == 0 {
		t.Skip("there is none")
	}
	return rapid.SampledFrom(ids).Draw(t, what)
}
