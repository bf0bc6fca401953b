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
	"autoholdings/ent/jobchange"
	"autoholdings/ent/jobfinding"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/portfolio"
	"autoholdings/ent/providerfile"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// TestDeathAfterEachWrite lets the process die after each single write of a sync in turn, from the queueing to the end,
// and of its undo. Started again, it ends in the same holdings and with the same report as one that was left alone.
func TestDeathAfterEachWrite(t *testing.T) {
	t.Parallel()
	mock := mockoup.NewServer(t, mockoup.Options{Dir: deathLists(t)})
	prepared := prepare(t, func(*testBundle) {})
	before := startMachine(t, prepared, mock.URL)
	before.mustSync(nil)
	must(t, before.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		kept := tx.Portfolio.Query().Where(portfolio.TitleID("j01")).OnlyX(ctx)
		ours := tx.Portfolio.Query().Where(portfolio.TitleID("j05")).OnlyX(ctx)
		if err := tx.POLine.Create().SetID(1).SetCreatedAt(1).SetUpdatedAt(1).SetNumber("POL-1").SetPortfolioID(kept.ID).Exec(ctx); err != nil {
			return err
		}
		return tx.Portfolio.UpdateOne(ours).SetLocalValues(`{"publisher_name":"Ours"}`).Exec(ctx)
	}))
	before.stop()
	must(t, mock.Step(1))

	alone := startMachine(t, before.dir, mock.URL)
	done := alone.mustSync(nil)
	counts := countsOf(t, done)
	if counts.Added == 0 || counts.Updated == 0 || counts.Removed == 0 || counts.Kept != 1 || counts.Locked != 1 || counts.Free == 0 {
		t.Fatalf("the lists test too little: %+v", counts)
	}
	synced, syncWrites := alone.story(done), alone.point.Writes()
	alone.stop()
	again := startMachine(t, alone.dir, mock.URL)
	undone := again.mustUndo(done.ID, nil)
	reversed, undoWrites := again.story(undone), again.point.Writes()
	again.stop()

	for _, test := range []struct {
		name, prepared, story string
		writes, jobs          int
		run                   func(m *machine, deaths []int) *ent.Job
	}{
		{"sync", before.dir, synced, syncWrites, 2, (*machine).mustSync},
		{"undo", alone.dir, reversed, undoWrites, 3, func(m *machine, deaths []int) *ent.Job { return m.mustUndo(done.ID, deaths) }},
	} {
		if test.writes < 50 {
			t.Errorf("%s: only %d writes", test.name, test.writes)
		}
		for write := 1; write <= test.writes; write++ {
			t.Run(fmt.Sprintf("%s/%d of %d", test.name, write, test.writes), func(t *testing.T) {
				t.Parallel()
				m := startMachine(t, test.prepared, mock.URL)
				story := m.story(test.run(m, []int{write}))
				if diff := cmp.Diff(strings.Split(test.story, "\n"), strings.Split(story, "\n")); diff != "" {
					t.Errorf("the death made a difference:\n%s", diff)
				}
				if n := m.store.Read.Job.Query().CountX(t.Context()); n != test.jobs {
					t.Errorf("%d jobs, want %d", n, test.jobs)
				}
				if m.deaths == 0 && write < test.writes-4 { // the dispatcher's mark, two writes, may come too late to be one
					t.Error("it did not die")
				}
			})
		}
	}
}

// deathLists is a folder with two releases of journals and books that differ in everything a sync can meet.
func deathLists(t *testing.T) string {
	t.Helper()
	lists := newListFolder(t)
	for release, date := range []string{"2026-01-01", "2026-02-01"} {
		for n := range 10 {
			e := entry{
				title: fmt.Sprintf("Journal %02d", n), publisher: "Oxford University Press",
				url: fmt.Sprintf("https://academic.oup.com/j%02d", n), from: "1996",
			}
			switch {
			case release == 0 && n >= 8, release == 1 && n < 2:
				continue // 0 and 1 leave, 8 and 9 come
			case release == 1 && n%3 == 2:
				e.publisher = "Another Press"
			case release == 1 && n%3 == 1:
				e.from = "1997"
			}
			lists.add(date, mockoup.Journals, n, e)
		}
		for n := range 3 {
			lists.add(date, mockoup.Books, n+release, entry{
				title: fmt.Sprintf("Book %02d", n+release), publisher: "Oxford University Press",
				url: fmt.Sprintf("https://academic.oup.com/book/%d", n+release),
			})
		}
		lists.add(date, mockoup.Journals, 99, entry{
			title: "Free One", publisher: "Oxford University Press", url: "https://academic.oup.com/free",
			from: "2000", free: true,
		})
	}
	return lists.dir
}

// mustSync runs all profiles.
func (m *machine) mustSync(deaths []int) *ent.Job {
	m.t.Helper()
	profiles, err := m.store.Read.Profile.Query().IDs(context.Background())
	m.must(err)
	key := rand.Text()
	done, err := m.carry(deaths, func() (*ent.Job, error) {
		return m.jobs.StartSync(context.Background(),
			jobs.SyncRequest{ProfileIDs: profiles, Mode: jobs.Apply, Trigger: jobs.Manual, IdempotencyKey: key})
	})
	m.must(err)
	return done
}

func (m *machine) mustUndo(id int64, deaths []int) *ent.Job {
	m.t.Helper()
	key := rand.Text()
	done, err := m.carry(deaths, func() (*ent.Job, error) {
		return m.jobs.Undo(context.Background(), id, jobs.Apply, key)
	})
	m.must(err)
	return done
}

// story is how a job ended, what it reported, and the holdings after it: all that does not differ from run to run.
func (m *machine) story(done *ent.Job) string {
	m.t.Helper()
	ctx := context.Background()
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s applied %v %q %q %q\n%s\n%s\n", done.State, done.Verdict, done.Applied, done.ErrorCode, done.ErrorMessage,
		done.RunToken, done.Summary, done.Counts)
	for _, p := range m.store.Read.JobPart.Query().Where(jobpart.JobID(done.ID)).Order(jobpart.ByID()).AllX(ctx) {
		fmt.Fprintf(&text, "%s %s %s %s\n", p.Content, p.State, p.Code, p.Counts)
	}
	for _, c := range m.store.Read.JobChange.Query().Where(jobchange.JobID(done.ID)).
		Order(jobchange.ByAction(), jobchange.ByTitle(), jobchange.ByField(), jobchange.ByLine(), jobchange.ByOldValue()).AllX(ctx) {
		fmt.Fprintf(&text, "%s %s %s: %s > %s (line %d)\n", c.Action, c.Title, c.Field, withoutTimes(c.OldValue), c.NewValue, c.Line)
	}
	for _, f := range m.store.Read.JobFinding.Query().Where(jobfinding.JobID(done.ID)).
		Order(jobfinding.ByPartID(), jobfinding.ByLine(), jobfinding.ByCode(), jobfinding.ByColumn()).AllX(ctx) {
		fmt.Fprintf(&text, "%d %s line %d %s %s\n", f.Severity, f.Code, f.Line, f.Column, f.Value)
	}
	for _, c := range m.store.Read.Collection.Query().AllX(ctx) {
		fmt.Fprintf(&text, "%s is being written: %v\n", c.Name, c.WriterJobID != nil)
	}
	for _, f := range m.store.Read.ProviderFile.Query().Order(providerfile.ByContent(), providerfile.ByDate()).AllX(ctx) {
		fmt.Fprintf(&text, "%s %s %s applied %v\n", f.Content, f.Name, f.Outcome, f.AppliedAt != nil)
	}
	b := &testBundle{t: m.t.(*testing.T), store: m.store}
	text.WriteString(b.holdingsText())
	return text.String()
}

var removedAt = regexp.MustCompile(`"(removedAt|reviewSince)":\d+`)

func withoutTimes(value string) string { return removedAt.ReplaceAllString(value, `"$1":…`) }
