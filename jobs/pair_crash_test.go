package jobs_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/pairingdecision"
	"autoholdings/ent/portfolio"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// movedLists is a folder with two releases of journals. In the second, two have other names, ISSNs and title_ids.
func movedLists(t *testing.T) string {
	t.Helper()
	lists := newListFolder(t)
	for release, date := range []string{"2026-01-01", "2026-02-01"} {
		for n := range 6 {
			e := entry{
				title: fmt.Sprintf("Journal %02d", n), publisher: "Oxford University Press",
				url: fmt.Sprintf("https://academic.oup.com/j%02d", n), from: "1996",
			}
			id := n
			if release == 1 && n < 2 {
				e.title, e.publisher, id = fmt.Sprintf("Studies in %02d", n), "Another Press", n+50
			}
			lists.add(date, mockoup.Journals, id, e)
		}
	}
	return lists.dir
}

func (m *machine) mustPair(in jobs.PairRequest, deaths []int) *ent.Job {
	m.t.Helper()
	in.IdempotencyKey = rand.Text()
	done, err := m.carry(deaths, func() (*ent.Job, error) { return m.jobs.StartPair(context.Background(), in) })
	m.must(err)
	return done
}

// decisionsText is what was decided about pairs, and what of it holds.
func (m *machine) decisionsText() string {
	m.t.Helper()
	var text strings.Builder
	for _, d := range m.store.Read.PairingDecision.Query().Order(pairingdecision.ByPortfolioID(), pairingdecision.ByID()).
		AllX(context.Background()) {
		fmt.Fprintf(&text, "%s %s parted %v ended %v\n", d.Title, d.TitleID, d.Parted, d.EndedAt != nil)
	}
	return text.String()
}

var portfolioIDs = regexp.MustCompile(`"(portfolioId|target)":\d+`)

// withoutIDs leaves out the ids of portfolios that a run makes.
func withoutIDs(story string) string { return portfolioIDs.ReplaceAllString(story, `"$1":…`) }

// TestDeathAfterEachWriteOfAPairing lets the process die after each single write of a job that pairs one title and parts another
// by hand, and of its undo. Started again, it ends in the same holdings, decisions and report as one that was left alone.
func TestDeathAfterEachWriteOfAPairing(t *testing.T) {
	t.Parallel()
	mock := mockoup.NewServer(t, mockoup.Options{Dir: movedLists(t)})
	before := startMachine(t, prepare(t, func(*testBundle) {}), mock.URL)
	before.mustSync(nil)
	id := func(title string) int64 {
		return before.store.Read.Portfolio.Query().Where(portfolio.PublicationTitle(title)).OnlyIDX(t.Context())
	}
	must(t, before.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.POLine.Create().SetID(1).SetCreatedAt(1).SetUpdatedAt(1).SetNumber("POL-1").SetPortfolioID(id("Journal 00")).SetMain(true).
			Exec(ctx)
	}))
	must(t, mock.Step(1))
	before.mustSync(nil)
	must(t, before.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Portfolio.UpdateOneID(id("Studies in 00")).SetLocalValues(`{"public_note":"Ours"}`).Exec(ctx)
	}))
	request := jobs.PairRequest{
		Mode: jobs.Apply, Pair: []jobs.PairInput{{PortfolioID: id("Journal 00"), TitleOfID: id("Studies in 00")}},
		Part: []jobs.PartInput{{PortfolioID: id("Journal 03")}},
	}
	untouched := before.decisionsText() + (&testBundle{t: t, store: before.store}).holdingsText()
	before.stop()

	alone := startMachine(t, before.dir, mock.URL)
	done := alone.mustPair(request, nil)
	paired, pairWrites := withoutIDs(alone.story(done))+alone.decisionsText(), alone.point.Writes()
	for _, line := range []string{"MOVE_VALUE", "REMOVE Studies in 00", "ADD Journal 03"} {
		if !strings.Contains(paired, line) {
			t.Fatalf("it tests too little: no %s in\n%s", line, paired)
		}
	}
	alone.stop()
	again := startMachine(t, alone.dir, mock.URL)
	undone := again.mustUndo(done.ID, nil)
	reversed, undoWrites := withoutIDs(again.story(undone))+again.decisionsText(), again.point.Writes()
	if again.decisionsText() != "" {
		t.Errorf("decisions are left: %s", again.decisionsText())
	}
	left := (&testBundle{t: t, store: again.store}).holdingsText()
	for _, line := range strings.Split(untouched, "\n") { // there is a hidden portfolio more, which was made for the parted title
		if !strings.Contains(left, line) {
			t.Errorf("the undo did not give back %q:\n%s", line, left)
		}
	}
	again.stop()

	for _, test := range []struct {
		name, prepared, story string
		writes                int
		run                   func(m *machine, deaths []int) *ent.Job
	}{
		{"pair", before.dir, paired, pairWrites, func(m *machine, deaths []int) *ent.Job { return m.mustPair(request, deaths) }},
		{"undo", alone.dir, reversed, undoWrites, func(m *machine, deaths []int) *ent.Job { return m.mustUndo(done.ID, deaths) }},
	} {
		for write := 1; write <= test.writes; write++ {
			t.Run(fmt.Sprintf("%s/%d of %d", test.name, write, test.writes), func(t *testing.T) {
				t.Parallel()
				m := startMachine(t, test.prepared, mock.URL)
				story := withoutIDs(m.story(test.run(m, []int{write}))) + m.decisionsText()
				if diff := cmp.Diff(strings.Split(test.story, "\n"), strings.Split(story, "\n")); diff != "" {
					t.Errorf("the death made a difference:\n%s", diff)
				}
			})
		}
	}
}
