package jobs_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/poline"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/move"
	"autoholdings/holdings/plan"
	"autoholdings/internal/realfiles"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/kbart"
	"autoholdings/mockoup"
)

// copyLists puts lists into a folder of their own under one date: one release.
func copyLists(t *testing.T, from, date string, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		files, err := filepath.Glob(filepath.Join(from, name))
		must(t, err)
		if len(files) != 1 {
			t.Fatalf("%d files %s", len(files), name)
		}
		text, err := os.ReadFile(files[0])
		must(t, err)
		base := strings.TrimSuffix(filepath.Base(files[0]), filepath.Ext(files[0]))
		must(t, os.WriteFile(filepath.Join(dir, base[:len(base)-len(date)]+date+".txt"), text, 0o600))
	}
	return dir
}

// fill makes an old collection of a real list, and gives each third portfolio a PO line, each ninth a second one, and
// each third a license of its own.
func (b *moveBundle) fill(collectionID int64, path string, expect kbart.PublicationType) {
	b.t.Helper()
	jobID := b.store.NextID()
	b.write(func(ctx context.Context, tx *store.Tx) error {
		tx.Job.Create().SetID(jobID).SetCreatedAt(1).SetUpdatedAt(1).SetKind(jobs.KindSync).SetState(jobs.Succeeded).SetMode(jobs.Apply).
			SetTrigger(jobs.Manual).
			SetArgs([]byte("{}")).SetDueAt(1).SaveX(ctx)
		return tx.JobPart.Create().SetID(jobID + 1<<20).SetCreatedAt(1).SetUpdatedAt(1).SetJobID(jobID).SetProfileID(b.profile).
			SetCollectionID(collectionID).SetContent("").SetState(jobs.PartApplied).Exec(ctx)
	})
	nothing := func(context.Context, *store.Tx, plan.Counts) error { return nil }
	part := &holdings.Part{
		ID: jobID + 1<<20, JobID: jobID, ProfileID: b.profile, CollectionID: collectionID, Findings: holdings.NewFindingLog(), Begun: nothing,
		Finish: nothing,
		Fence:  func(context.Context, *store.Tx, holdings.Progress) error { return nil },
	}
	source := plan.Source{Name: filepath.Base(path), Expect: expect, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
	plan, err := b.holdings.Plan(b.t.Context(), source, part, plan.Guards{}, part.Findings.Add)
	must(b.t, err)
	_, err = b.holdings.Apply(b.t.Context(), plan, part, nil)
	must(b.t, err)
	b.write(func(ctx context.Context, tx *store.Tx) error {
		for i, p := range tx.Portfolio.Query().Where(portfolio.CollectionID(collectionID)).Order(portfolio.ByID()).AllX(ctx) {
			if i%3 == 0 {
				b.order(ctx, tx, p)
				license := tx.License.Create().SetID(b.store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetCode(fmt.Sprintf("L-%d-%d", collectionID, i)).
					SaveX(ctx)
				tx.Portfolio.UpdateOne(p).SetLicense(license).ExecX(ctx)
			}
			if i%9 == 0 {
				b.order(ctx, tx, p)
			}
		}
		return nil
	})
}

// TestMoveRealLists is the whole story: a library has ordered journals in two old collections and introductions in a
// third one, syncs what OUP lists for it in 2021, and moves its PO lines and licenses there, first to the journals,
// then to the books. Both are undone, and done again.
func TestMoveRealLists(t *testing.T) {
	t.Parallel()
	b, oldC := setUpRealMove(t)
	before := b.attached()

	b.target = b.active("JOURNALS")
	shown := b.move(onlyShown)
	b.same("journals", plan.MoveCounts{
		Portfolios:    1503, // 427 journals of 2020, 346 of 2017, 730 introductions
		PoLinesMoved:  346,  // of 2020 the first of each third (143) and the second of each ninth (48), likewise of 2017 (116 and 39)
		LicensesMoved: 228,  // of 2020 of each third (143), of 2017 of each third (116) but for those in conflict
		NoCounterpart: 244,  // each third introduction: the target has no books
		Conflicts:     31,   // journals that are a third one in both old lists: the license of 2020 was there first
		NothingToMove: 1000, // two of three: 284, 230 and 486
	}, *countsOf(t, shown).Move)
	journals := b.move(applying(shown))
	b.same("what the preview showed", countsOf(t, shown), countsOf(t, journals))
	b.same("report on the journals", map[string]int{
		"2020 MOVE_PO_LINE": 191, "2020 MOVE_LICENSE": 143,
		"2017 MOVE_PO_LINE": 155, "2017 MOVE_LICENSE": 85, "2017 LICENSE_CONFLICT": 31,
		"introductions NO_COUNTERPART": 244,
	}, b.explain(journals, oldC))
	b.same("main and additional PO lines of the new journals", [2]int{
		228, // 143 of 2020, 116 of 2017 but for the 31 that found one of 2020 there
		118, // the second ones (48 and 39), and those 31
	}, b.mainAndOther())

	b.target = b.active("BOOKS")
	books := b.move(nil)
	b.same("books", plan.MoveCounts{
		Portfolios:    1503,
		PoLinesMoved:  326,  // of each third introduction (244), and the second of each ninth (82)
		LicensesMoved: 244,  // of each third introduction
		NoCounterpart: 31,   // journals of 2017 whose license stayed: the target has no journals
		NothingToMove: 1228, // what had nothing before (1000), and what has nothing any more (143 and 85)
	}, *countsOf(t, books).Move)
	b.same("report on the books", map[string]int{
		"2017 NO_COUNTERPART": 31, "introductions MOVE_PO_LINE": 326, "introductions MOVE_LICENSE": 244,
	}, b.explain(books, oldC))
	b.same("main and additional PO lines of the new books", [2]int{244, 82}, b.mainAndOther())

	after := b.attached()
	if synced := b.sync(jobs.Apply); synced.Verdict != jobs.VerdictNoChange {
		t.Errorf("a sync after the moves: %s", synced.Summary)
	}
	b.same("a sync moved something", after, b.attached())
	for _, job := range []*ent.Job{books, journals} {
		if undone := b.undo(job.ID, jobs.Apply); undone.Verdict != jobs.VerdictChanged || countsOf(t, undone).Left != 0 {
			t.Errorf("%s: %s", undone.Verdict, undone.Summary)
		}
	}
	b.same("undone", before, b.attached())
	b.target = b.active("JOURNALS")
	b.same("again", countsOf(t, shown), countsOf(t, b.move(applying(shown))))
}

// mainAndOther counts the PO lines at the target.
func (b *moveBundle) mainAndOther() (n [2]int) {
	b.t.Helper()
	here := poline.HasPortfolioWith(portfolio.CollectionID(b.target))
	n[0] = b.store.Read.POLine.Query().Where(here, poline.Main(true)).CountX(b.t.Context())
	n[1] = b.store.Read.POLine.Query().Where(here, poline.Main(false)).CountX(b.t.Context())
	return n
}

// setUpRealMove makes the three old collections and syncs the new ones.
func setUpRealMove(t *testing.T) (b *moveBundle, oldC int64) {
	t.Helper()
	lists := realfiles.Dir(t, "oup")
	queue, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(queue.Close)
	release := copyLists(t, lists, "2021-06-24", "*ALLJOURNALS_2021*", "*HANDBOOKSONLINE*", "*VERY-SHORT*")
	b = &moveBundle{testBundle: &testBundle{
		t: t, dir: t.TempDir(), redis: queue.Options(),
		mock: mockoup.NewServer(t, mockoup.Options{Dir: release}),
	}}
	b.open()
	b.makeHoldings()
	b.oldA, oldC, b.oldB, b.set = b.store.NextID(), b.store.NextID(), b.store.NextID(), b.store.NextID()
	for id, list := range map[int64]string{
		b.oldA: "OUP_GLOBAL_ALLJOURNALS_2020-01-21", oldC: "Oup_AllTitlesWithOA_2017-01-26",
		b.oldB: "OUP_GLOBAL_VERY-SHORT-INTRODUCTIONS-ALL_2021-01-22",
	} {
		b.write(func(ctx context.Context, tx *store.Tx) error {
			return tx.Collection.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetName(list).SetNameKey(strings.ToLower(list)).SetActive(false).
				Exec(ctx)
		})
		expect := kbart.Serial
		if id == b.oldB {
			expect = kbart.Monograph
		}
		b.fill(id, filepath.Join(lists, list+".txt"), expect)
	}
	b.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.CollectionSet.Create().SetID(b.set).SetCreatedAt(1).SetUpdatedAt(1).SetName("Old ones").AddCollectionIDs(b.oldA, oldC, b.oldB).
			Exec(ctx)
	})
	b.work()
	if synced := b.sync(jobs.Apply); synced.Verdict != jobs.VerdictChanged {
		t.Fatalf("%s: %s", synced.State, synced.Summary)
	}
	return b, oldC
}

func (b *moveBundle) active(content string) int64 {
	return b.store.Read.Collection.Query().Where(collection.Content(content), collection.Active(true)).OnlyX(b.t.Context()).ID
}

// explain counts a report's lines by old collection and action, and compares each with what looking through all
// portfolios of the target, one by one, says: what moves goes to the only one that shares an identifier and the type,
// and what has no counterpart shares with none.
func (b *moveBundle) explain(job *ent.Job, oldC int64) map[string]int {
	b.t.Helper()
	ctx := b.t.Context()
	names := map[int64]string{b.oldA: "2020", oldC: "2017", b.oldB: "introductions"}
	targets := b.store.Read.Portfolio.Query().Where(portfolio.CollectionID(b.target), portfolio.RemovedAtIsNil()).AllX(ctx)
	found := map[string]int{}
	for _, c := range b.store.Read.JobChange.Query().Where(jobchange.JobID(job.ID), jobchange.ActionNEQ(string(plan.NothingToMove))).
		WithPortfolio().AllX(ctx) {
		p := c.Edges.Portfolio
		found[names[p.CollectionID]+" "+c.Action]++
		var sharing, want []int64
		for _, candidate := range targets {
			if shares(p, candidate) {
				sharing = append(sharing, candidate.ID)
			}
		}
		if target, _, _ := move.Moved(c); target != 0 {
			want = []int64{target}
		}
		if !slices.Equal(want, sharing) {
			b.t.Errorf("%s %s %s %s: goes to %v, shares an identifier with %v", c.Action, c.Title, p.PrintIdentifier, p.OnlineIdentifier, want,
				sharing)
		}
	}
	return found
}

// shares says whether two portfolios are of one type and share an identifier, those of further rows too.
func shares(a, b *ent.Portfolio) bool {
	if a.PublicationType != b.PublicationType {
		return false
	}
	theirs := keysOf(b)
	return slices.ContainsFunc(keysOf(a), func(key string) bool { return slices.Contains(theirs, key) })
}

func keysOf(p *ent.Portfolio) []string {
	return strings.Fields(p.PrintKey + " " + p.OnlineKey + " " + p.MoreKeys)
}
