package jobs_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/job"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/move"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
	"autoholdings/jobs"
)

// givenLists is the staff model's installation, two profiles and an archive, without a model: a test says what happens.
type givenLists struct {
	*machine
	profiles []int64
	release  int
}

func startGiven(t *testing.T) *givenLists {
	t.Helper()
	l := &givenLists{machine: startMachine(t, prepare(t, prepareStaff), "http://127.0.0.1:1")}
	l.profiles = l.store.Read.Profile.Query().Order(ent.Asc("id")).IDsX(t.Context())
	return l
}

// model is one that reads the installation and knows nothing of it.
func (l *givenLists) model() *staffModel {
	l.t.Helper()
	journals := l.store.Read.Collection.Query().Where(collection.Content("JOURNALS"), collection.NameNEQ("Archive")).
		OnlyIDX(context.Background())
	return &staffModel{machine: l.machine, profiles: [2]int64(l.profiles), journals: journals}
}

// sync applies the next list of a profile, with some titles that stay as they are.
func (l *givenLists) sync(i int, titles titleList, deaths ...int) *ent.Job {
	l.t.Helper()
	list := titleList{anchorID: {"Anchor", "2049-3630"}}
	for n := range 6 {
		list[fmt.Sprint("other", n)] = variantOf(90+n, 0)
	}
	for id, v := range titles {
		list[id] = v
	}
	l.release++
	done, err := l.carry(deaths, l.offered(l.profiles[i], l.release, list)(jobs.Apply))
	l.must(err)
	if done.State == jobs.NeedsReview {
		_, err := l.jobs.Approve(context.Background(), done.ID, jobs.Decision{})
		l.must(err)
		done, err = l.await(done.ID)
		l.must(err)
	}
	if done.Verdict != jobs.VerdictChanged {
		l.t.Fatalf("%s %s: %s %s", done.State, done.Verdict, done.Summary, done.ErrorMessage)
	}
	return done
}

// of is the portfolio by which a profile has a title.
func (l *givenLists) of(i int, titleID string) *ent.Portfolio {
	l.t.Helper()
	return l.store.Read.Portfolio.Query().Where(portfolio.TitleID(titleID), portfolio.HasEntitlementsWith(
		entitlement.ProfileID(l.profiles[i]), entitlement.Active(true))).OnlyX(context.Background())
}

// TestPartedUnderAnotherISSN: a title that was paired by hand and has another ISSN since is parted all the same, by the job and by
// the lists that follow.
func TestPartedUnderAnotherISSN(t *testing.T) {
	t.Parallel()
	l := startGiven(t)
	l.sync(0, titleList{"a": {"Annals", issn(1)}})
	old := l.of(0, "a").ID
	l.sync(0, titleList{"b": {"Studies", issn(2)}})
	l.mustPair(jobs.PairRequest{Mode: jobs.Apply, Pair: []jobs.PairInput{{PortfolioID: old, TitleOfID: l.of(0, "b").ID}}}, nil)
	l.sync(0, titleList{"b": {"Studies", issn(3)}})
	if p := l.of(0, "b"); p.ID != old || p.OnlineIdentifier != issn(3) {
		t.Fatalf("%v", p)
	}
	l.mustPair(jobs.PairRequest{Mode: jobs.Apply, Part: []jobs.PartInput{{PortfolioID: old}}}, nil)
	own := l.of(0, "b").ID
	if own == old {
		t.Fatal("the older pairing went before the parting")
	}
	l.sync(0, titleList{"b": {"Studies", issn(3)}})
	if p := l.of(0, "b"); p.ID != own {
		t.Errorf("the next list has it as %v, it was %d", p, own)
	}
}

// TestTitleStaysWhereItIs: a title that a profile's list has as before stays with its portfolio, be it that another one, which was
// paired by hand meanwhile, was this title before.
func TestTitleStaysWhereItIs(t *testing.T) {
	t.Parallel()
	l := startGiven(t)
	both := titleList{"a": {"Annals", issn(1)}, "c": {"Studies", issn(2)}}
	l.sync(0, titleList{"a": both["a"], "c": both["c"], "d": {"Days", issn(3)}})
	l.sync(1, both)
	portfolio := l.of(1, "a").ID
	decide := func(in jobs.PairRequest) {
		t.Helper()
		in.Mode = jobs.Apply
		l.mustPair(in, nil)
	}
	decide(jobs.PairRequest{Pair: []jobs.PairInput{{PortfolioID: portfolio, TitleOfID: l.of(1, "c").ID}}})
	decide(jobs.PairRequest{Part: []jobs.PartInput{{PortfolioID: portfolio}}})
	decide(jobs.PairRequest{Pair: []jobs.PairInput{{PortfolioID: portfolio, TitleOfID: l.of(0, "d").ID}}})
	was := l.model().assigned(1)
	done := l.sync(1, both)
	if diff := cmp.Diff(was, l.model().assigned(1)); diff != "" {
		t.Errorf("%s\n%s", diff, l.model().report(done.ID))
	}
}

// TestPreviewForeseesWhatAPairingMoves: the lists are planned as they would be with what a pairing by hand moves first.
func TestPreviewForeseesWhatAPairingMoves(t *testing.T) {
	t.Parallel()
	set := func(values map[string]string) func(*givenLists, int64) {
		return func(l *givenLists, id int64) {
			for field, value := range values {
				l.staff(id, field, value)
			}
		}
	}
	license1, license2 := set(map[string]string{holdings.FieldLicense: "1"}), set(map[string]string{holdings.FieldLicense: "2"})
	order := func(l *givenLists, id int64) { l.order(id) }
	type fill = func(l *givenLists, id int64)
	for name, test := range map[string]struct {
		old, added []fill
		want       []string // lines of the report
	}{
		"nothing":       {nil, nil, []string{"REMOVE Studies"}},
		"a PO line":     {nil, []fill{order}, []string{"MOVE_PO_LINE", "REMOVE Studies"}},
		"a license":     {nil, []fill{license2}, []string{"MOVE_LICENSE", "REMOVE Studies"}},
		"a local title": {nil, []fill{set(map[string]string{localTitle: "Ours"})}, []string{"MOVE_VALUE", "LOCKED Studies"}},
		"a PO line, and a license that stays": {
			[]fill{license1},
			[]fill{order, license2},
			[]string{"MOVE_PO_LINE", "LICENSE_CONFLICT", "REMOVE Studies"},
		},
		"retention, and a license that stays": {
			[]fill{license1},
			[]fill{set(map[string]string{holdings.FieldAccessRights: holdings.Perpetual, holdings.FieldLicense: "2"})},
			[]string{"MOVE_VALUE", "LICENSE_CONFLICT", "REMOVE Studies"},
		},
		"a license that retains, and a note that stays": {
			[]fill{set(map[string]string{localNote: "Theirs"})},
			[]fill{license1, set(map[string]string{localNote: "Ours"})},
			[]string{"MOVE_LICENSE", "VALUE_STAYS", "REMOVE Studies"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := startGiven(t)
			l.sync(0, titleList{"a": {"Annals", issn(1)}})
			old := l.of(0, "a").ID
			l.sync(0, titleList{"b": {"Studies", issn(2)}})
			added := l.of(0, "b").ID
			l.must(l.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { // so that staff can change it
				// The first license retains.
				tx.License.UpdateOneID(1).SetPerpetualAccess(true).ExecX(ctx)
				return tx.Portfolio.UpdateOneID(old).ClearRemovedAt().Exec(ctx)
			}))
			for _, fill := range test.old {
				fill(l, old)
			}
			for _, fill := range test.added {
				fill(l, added)
			}
			pair := jobs.PairRequest{Mode: jobs.Preview, Pair: []jobs.PairInput{{PortfolioID: old, TitleOfID: added}}}
			m := l.model()
			before := m.dump()
			preview := l.mustPair(pair, nil)
			if diff := cmp.Diff(before, m.dump()); diff != "" {
				t.Errorf("the preview changed something: %s", diff)
			}
			pair.Mode = jobs.Apply
			report := m.report(l.mustPair(pair, nil).ID)
			if diff := cmp.Diff(strings.Split(m.report(preview.ID), "\n"), strings.Split(report, "\n")); diff != "" {
				t.Errorf("the preview showed something else (-shown +done): %s", diff)
			}
			for _, want := range test.want {
				if !strings.Contains(report, want) {
					t.Errorf("no %s in\n%s", want, report)
				}
			}
		})
	}
}

// staff sets a field of staff's.
// order attaches a PO line to a portfolio.
func (l *givenLists) order(id int64) {
	l.t.Helper()
	_, err := l.acquisitions.CreatePOLine(context.Background(), acquisitions.POLineInput{
		POLineTexts: acquisitions.POLineTexts{Number: new("POL-1")}, PortfolioID: &id,
	})
	l.must(err)
}

func (l *givenLists) staff(id int64, field, value string) {
	l.t.Helper()
	_, err := l.holdings.UpdatePortfolio(context.Background(), holdings.PortfolioChange{ID: id, Staff: holdings.StaffChange{field: &value}})
	l.must(err)
}

// TestInterruptedSyncPairsAsPlanned: after the process died having written half of a list, titles are paired as they were before: by
// the names and ISSNs under which either of two profiles knew them, and with the portfolio that had left last.
func TestInterruptedSyncPairsAsPlanned(t *testing.T) {
	t.Parallel()
	type given struct{ profile, how int } // see variantOf
	lists := func(all ...given) func(*givenLists) {
		return func(l *givenLists) {
			for _, g := range all {
				l.sync(g.profile, titlesAs(g.how))
			}
		}
	}
	for name, test := range map[string]struct {
		before func(*givenLists)
		last   given
	}{
		"by its own name, which is not shown": {lists(given{1, 1}, given{0, 0}), given{1, 3}},
		"by the other one's, which is not":    {lists(given{0, 0}, given{1, 0}, given{1, 1}, given{1, 3}, given{0, 0}), given{0, 3}},
		"of two that left, the last one": {func(l *givenLists) {
			l.sync(0, titlesAs(0))
			in := jobs.PairRequest{Mode: jobs.Apply}
			for id := range titlesAs(0) {
				in.Part = append(in.Part, jobs.PartInput{PortfolioID: l.of(0, id).ID})
			}
			l.mustPair(in, nil)
			for _, d := range l.model().storedDecisions() {
				_, err := l.holdings.TakeBackPairing(context.Background(), d.ID)
				l.must(err)
			}
			l.sync(0, nil)
		}, given{0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			prepared := startGiven(t)
			test.before(prepared)
			prepared.stop()
			ends := func(deaths ...int) (map[string]int64, string, int) {
				l := &givenLists{startMachine(t, prepared.dir, prepared.url), prepared.profiles, prepared.release}
				defer l.stop()
				done := l.sync(test.last.profile, titlesAs(test.last.how), deaths...)
				return l.model().assigned(test.last.profile), l.model().report(done.ID), l.point.Writes()
			}
			alone, story, writes := ends()
			if strings.Contains(story, "REMOVE") || !strings.Contains(story, titleID(1)) {
				t.Fatalf("it tests too little: %s", story)
			}
			for write := 1; write <= writes; write += 3 {
				after, report, _ := ends(write)
				if diff := cmp.Diff(alone, after) + cmp.Diff(story, report); diff != "" {
					t.Errorf("dead after write %d of %d: %s", write, writes, diff)
				}
			}
		})
	}
}

// titlesAs are five titles as variantOf has them.
func titlesAs(how int) titleList {
	list := titleList{}
	for n := range 5 {
		list[titleID(n)] = variantOf(n, how)
	}
	return list
}

// TestUndoTakesEntitlementsBack: those that a job made to portfolios that were there before are gone after its undo, so that they
// do not claim their titles later; the preview of the undo takes none.
func TestUndoTakesEntitlementsBack(t *testing.T) {
	t.Parallel()
	l := startGiven(t)
	l.sync(0, titleList{"a": {"Annals", issn(1)}})
	shared := l.of(0, "a").ID
	m := l.model()
	before := m.dump()
	done := l.sync(1, titleList{"a": {"Annals", issn(1)}})
	after := m.dump()
	held := func() int {
		return l.store.Read.Entitlement.Query().Where(entitlement.PortfolioID(shared), entitlement.ProfileID(l.profiles[1])).CountX(t.Context())
	}
	if held() != 1 {
		t.Fatalf("%d entitlements", held())
	}
	_, err := l.carry(nil, func() (*ent.Job, error) { return l.jobs.Undo(t.Context(), done.ID, jobs.Preview, "preview") })
	l.must(err)
	if diff := cmp.Diff(after, m.dump()); diff != "" {
		t.Errorf("the preview changed something: %s", diff)
	}
	l.mustUndo(done.ID, nil)
	if diff := cmp.Diff(before, m.dump()); diff != "" || held() != 0 {
		t.Errorf("%d entitlements are left: %s", held(), diff)
	}
}

// undoAsShown undoes a job, sees that the preview of that showed the same, and that nothing is left of the job.
func (l *givenLists) undoAsShown(jobID int64, before string) {
	l.t.Helper()
	m := l.model()
	after := m.dump()
	preview, err := l.carry(nil, func() (*ent.Job, error) { return l.jobs.Undo(context.Background(), jobID, jobs.Preview, "preview") })
	l.must(err)
	if diff := cmp.Diff(after, m.dump()); diff != "" {
		l.t.Errorf("the preview changed something: %s", diff)
	}
	report := m.report(l.mustUndo(jobID, nil).ID)
	if diff := cmp.Diff(strings.Split(m.report(preview.ID), "\n"), strings.Split(report, "\n")); diff != "" {
		l.t.Errorf("the preview showed something else (-shown +done): %s", diff)
	}
	if diff := cmp.Diff(before, m.withoutNew(before, m.dump())); diff != "" {
		l.t.Errorf("the undo left something: %s\n%s", diff, report)
	}
}

// TestUndoOfAPairingTakesOutAgain: what a pairing brought back into the holdings is out of them after its undo, though what was
// moved to it protected it. What staff have put on it since keeps it.
func TestUndoOfAPairingTakesOutAgain(t *testing.T) {
	t.Parallel()
	license := func(l *givenLists, id int64) {
		l.must(l.store.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			return tx.License.UpdateOneID(1).SetPerpetualAccess(true).Exec(ctx)
		}))
		l.staff(id, holdings.FieldLicense, "1")
	}
	retain := func(l *givenLists, id int64) { l.staff(id, holdings.FieldAccessRights, holdings.Perpetual) }
	order := (*givenLists).order
	for name, test := range map[string]struct {
		fill, since func(l *givenLists, id int64)
	}{
		"a PO line":               {fill: order},
		"retention":               {fill: retain},
		"a license":               {fill: license},
		"an order since":          {fill: retain, since: order},
		"retention since":         {fill: order, since: retain},
		"a PO line and a license": {fill: func(l *givenLists, id int64) { order(l, id); license(l, id) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := startGiven(t)
			l.sync(0, titleList{"a": {"Annals", issn(1)}})
			old := l.of(0, "a").ID
			l.sync(0, titleList{"b": {"Studies", issn(2)}})
			added := l.of(0, "b").ID
			test.fill(l, added)
			before := l.model().dump()
			done := l.mustPair(jobs.PairRequest{Mode: jobs.Apply, Pair: []jobs.PairInput{{PortfolioID: old, TitleOfID: added}}}, nil)
			if test.since == nil {
				l.undoAsShown(done.ID, before)
				return
			}
			test.since(l, old)
			l.mustUndo(done.ID, nil)
			if p := l.store.Read.Portfolio.GetX(t.Context(), old); p.RemovedAt != nil || p.Listed {
				t.Errorf("%v", p)
			}
		})
	}
}

// TestUndosOutOfOrder: a portfolio that the undo of a list keeps for what was carried over to it stays when that goes back, too, and
// is found as kept without reason: no job takes out in passing what was kept. The newest job undone first, nothing stays.
func TestUndosOutOfOrder(t *testing.T) {
	t.Parallel()
	for name, newestFirst := range map[string]bool{"the newest first": true, "the oldest first": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := startGiven(t)
			l.sync(0, titleList{"a": {"Annals", issn(1)}})
			old := l.of(0, "a").ID
			l.order(old)
			before := l.model().dump()
			list := l.sync(0, titleList{"b": {"Studies", issn(2)}})
			added := l.of(0, "b").ID
			carry, err := l.carry(nil, func() (*ent.Job, error) {
				return l.jobs.StartCarry(t.Context(), jobs.CarryRequest{
					Pairs: []move.Pair{{FromID: old, ToID: added}}, Mode: jobs.Apply, IdempotencyKey: "carry",
				})
			})
			l.must(err)
			undone := []int64{list.ID, carry.ID}
			if newestFirst {
				slices.Reverse(undone)
			}
			for _, id := range undone {
				if done := l.mustUndo(id, nil); done.Verdict != jobs.VerdictChanged {
					t.Errorf("%s %s: %s", done.Kind, done.Verdict, done.Summary)
				}
			}
			m := l.model()
			var kept []int64
			for p, err := range l.acquisitions.AllPortfoliosKeptWithoutReason(t.Context(), 0) {
				l.must(err)
				kept = append(kept, p.ID)
			}
			if newestFirst {
				if diff := cmp.Diff(before, m.withoutNew(before, m.dump())); diff != "" || kept != nil {
					t.Errorf("%v %s", kept, diff)
				}
			} else if !slices.Equal(kept, []int64{added}) {
				t.Errorf("kept without reason: %v, not %d", kept, added)
			}
		})
	}
}

// TestUndoOfWhatAListSaysBeside: a part of a job that changed no title, only how its list differs from what another part wrote, is
// undone with that.
func TestUndoOfWhatAListSaysBeside(t *testing.T) {
	t.Parallel()
	l := startGiven(t)
	pair := func(titleID string, portfolio int64) *ent.Job {
		in := jobs.PairInput{PortfolioID: portfolio, TitleOfID: l.of(0, titleID).ID}
		return l.mustPair(jobs.PairRequest{Mode: jobs.Apply, Pair: []jobs.PairInput{in}}, nil)
	}
	l.sync(0, titleList{"a": {"Annals", issn(1)}, "c": {"Days", issn(3)}})
	first, second := l.of(0, "a").ID, l.of(0, "c").ID
	l.sync(0, titleList{"a": {"Annals", issn(1)}, "b": {"Bulletin", issn(2)}})
	pair("b", second) // holds for this ISSN, too, when the title has another one
	l.sync(1, titleList{"a": {"Studies A", issn(1)}, "b": {"Studies B", issn(9)}})
	l.sync(0, titleList{"a": {"Annals", issn(1)}, "b": {"Bulletin", issn(9)}})
	pair("b", first)
	pair("a", second)
	before := l.model().dump()
	done := pair("a", first)
	if l.of(0, "b").ID != second {
		t.Fatalf("the titles did not change places:\n%s", l.model().report(done.ID))
	}
	l.undoAsShown(done.ID, before)
}

// TestCancelledUndoOfAPairing: decisions hold until all of their undo is done, wherever a person cancels it; another undo ends them.
func TestCancelledUndoOfAPairing(t *testing.T) {
	t.Parallel()
	prepared := startGiven(t)
	prepared.sync(0, titleList{"a": {"Annals", issn(1)}})
	old := prepared.of(0, "a").ID
	prepared.sync(0, titleList{"b": {"Studies", issn(2)}})
	added := prepared.of(0, "b").ID
	prepared.staff(added, localNote, "Ours")
	prepared.order(added)
	before := prepared.model().dump()
	done := prepared.mustPair(jobs.PairRequest{Mode: jobs.Apply, Pair: []jobs.PairInput{{PortfolioID: old, TitleOfID: added}}}, nil)
	decided := prepared.decisionsText()
	prepared.stop()
	whole := startMachine(t, prepared.dir, prepared.url)
	whole.mustUndo(done.ID, nil)
	writes := whole.point.Writes()
	if whole.decisionsText() != "" {
		t.Fatalf("%s", whole.decisionsText())
	}
	whole.stop()
	cancelled := 0
	for write := 4; write < writes; write += 3 {
		m := startMachine(t, prepared.dir, prepared.url)
		row := m.cancelAt(write, func() (*ent.Job, error) { return m.jobs.Undo(context.Background(), done.ID, jobs.Apply, "undo") })
		if row != nil && row.State == jobs.Cancelled {
			cancelled++
			if diff := cmp.Diff(decided, m.decisionsText()); diff != "" {
				t.Errorf("cancelled after write %d of %d, decisions are others: %s", write, writes, diff)
			}
			m.mustUndo(done.ID, nil)
			if diff := cmp.Diff(before, (&staffModel{machine: m}).dump()); diff != "" {
				t.Errorf("cancelled after write %d of %d, and undone: %s", write, writes, diff)
			}
		}
		m.stop()
	}
	if cancelled < 3 {
		t.Errorf("only %d of %d were cancelled on the way", cancelled, writes)
	}
}

// cancelAt lets the process die after so many writes of a job, which somebody cancels before the next process takes it up. It
// returns the job as it ended; nil if it had not begun or was over by then.
func (m *machine) cancelAt(write int, queue func() (*ent.Job, error)) *ent.Job {
	m.t.Helper()
	m.point.DieAt(write)
	if queued, err := queue(); err == nil && !m.diesBefore(queued) {
		return nil
	}
	<-m.point.Dead()
	m.stop()
	s, err := store.Open(context.Background(), storetest.Options(m.t, m.dir))
	m.must(err)
	ids := s.Read.Job.Query().Where(job.Kind(jobs.KindUndo), job.State(jobs.Running)).IDsX(context.Background())
	m.must(s.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Job.Update().Where(job.IDIn(ids...)).SetState(jobs.Cancelling).Exec(ctx)
	}))
	m.must(s.Close())
	m.restart(0)
	if len(ids) == 0 {
		return nil
	}
	row, err := m.await(ids[0])
	m.must(err)
	return row
}

// diesBefore waits until the process dies or the job is over: how many writes that takes differs by a heartbeat or two.
func (m *machine) diesBefore(row *ent.Job) bool {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	hints := m.jobs.Watch(ctx, row.ID)
	for {
		select {
		case <-m.point.Dead():
			return true
		case <-hints:
			now, err := m.store.Read.Job.Get(ctx, row.ID)
			if err == nil && slices.Contains([]string{jobs.Succeeded, jobs.Failed, jobs.Cancelled}, now.State) {
				return false
			}
		}
	}
}
