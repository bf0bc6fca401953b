package jobs_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/keptfile"
	"autoholdings/ent/providerfile"
	"autoholdings/holdings"
	"autoholdings/internal/keyset"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// TestPruneFiles: old copies go, the ones applied last and those that a person must decide on stay, and so do the
// records.
func TestPruneFiles(t *testing.T) {
	t.Parallel()
	for name, inDatabase := range map[string]bool{"in the folder": false, "in the database": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			queue, err := jobs.StartEmbedded()
			must(t, err)
			t.Cleanup(queue.Close)
			pruneFiles(t, &testBundle{
				t: t, dir: t.TempDir(), redis: queue.Options(), mock: mockoup.NewServer(t, mockoup.Options{Titles: 300}),
				keepFiles: time.Nanosecond, filesInDatabase: inDatabase,
			})
		})
	}
}

func pruneFiles(t *testing.T, b *testBundle) {
	b.open()
	b.makeHoldings()
	b.work()
	b.sync(jobs.Apply) // books and journals
	must(t, b.mock.Step(1))
	b.sync(jobs.Apply)
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "half"}))
	if held := b.sync(jobs.Apply); held.State != jobs.NeedsReview {
		t.Fatalf("%s: %s", held.State, held.Summary)
	}
	if n := b.keptCopies(t); n != 6 {
		t.Fatalf("%d copies before", n)
	}
	removed, err := b.jobs.PruneFiles(t.Context())
	must(t, err)
	if n := b.keptCopies(t); removed != 2 || n != 4 {
		t.Errorf("%d removed, %d left", removed, n)
	}
	gone := b.store.Read.ProviderFile.Query().Where(providerfile.Path("")).Order(ent.Asc(providerfile.FieldID)).AllX(t.Context())
	if len(gone) != 2 || gone[0].Sha256 == "" || gone[0].Name == "" {
		t.Errorf("the records: %+v", gone)
	}
	b.mock.ClearFaults()
	if job := b.sync(jobs.Apply); job.State != jobs.Succeeded {
		t.Errorf("the next run: %s %s", job.State, job.Summary)
	}
}

func (b *testBundle) keptCopies(t *testing.T) (n int) {
	t.Helper()
	must(t, filepath.WalkDir(b.filesDir, func(path string, d os.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".gz" {
			n++
		}
		return err
	}))
	if b.filesInDatabase {
		if n != 0 {
			t.Errorf("%d files in the folder", n)
		}
		n = b.store.Read.KeptFile.Query().Where(keptfile.HasChunks()).CountX(t.Context())
		if chunks := b.store.Read.KeptFileChunk.Query().CountX(t.Context()); chunks != n { // they are small
			t.Errorf("%d chunks of %d files", chunks, n)
		}
	}
	return n
}

const year = 365 * 24 * time.Hour

// age lets jobs have been over a time ago.
func (b *testBundle) age(by time.Duration, jobIDs ...int64) {
	b.t.Helper()
	must(b.t, b.store.Write(b.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		for _, statement := range []string{
			`UPDATE jobs SET finished_at = finished_at - ? WHERE id = ?`,
			`UPDATE job_parts SET settled_at = settled_at - ? WHERE job_id = ?`,
		} {
			for _, id := range jobIDs {
				if _, err := tx.SQL.ExecContext(ctx, statement, by.Milliseconds(), id); err != nil {
					return err
				}
			}
		}
		_, err := tx.SQL.ExecContext(ctx, `UPDATE settings SET created_at = created_at - ?`, 2*by.Milliseconds()) // the installation is older
		return err
	}))
}

func (b *testBundle) lines(jobID int64) int {
	return b.store.Read.JobChange.Query().Where(jobchange.JobID(jobID)).CountX(b.t.Context())
}

func (b *testBundle) exported(asOf int64) (string, error) {
	var list strings.Builder
	books := b.store.Read.Collection.Query().Order(collection.ByID()).FirstIDX(b.t.Context())
	_, err := b.holdings.Export(b.t.Context(), holdings.ExportOf{CollectionID: books, AsOf: asOf}, &list)
	return list.String(), err
}

// TestPruneChanges: lines of old reports go, in batches, and nothing else; what reads them says how far back they reach.
func TestPruneChanges(t *testing.T) {
	t.Parallel()
	b := &testBundle{t: t, dir: t.TempDir(), mock: mockoup.NewServer(t, mockoup.Options{Titles: 3000}), keepChanges: 3 * year}
	queue, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(queue.Close)
	b.redis = queue.Options()
	b.open()
	b.makeHoldings()
	b.work()
	first := b.sync(jobs.Apply)
	must(t, b.mock.Step(1))
	second := b.sync(jobs.Apply)
	b.age(4*year, first.ID, second.ID)
	former, err := b.exported(0)
	must(t, err)
	must(t, b.mock.Step(1))
	third := b.sync(jobs.Apply)
	undo := b.store.NextID()
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { // of the first, and not done yet
		return tx.Job.Create().SetID(undo).SetCreatedAt(1).SetUpdatedAt(1).SetKind(jobs.KindUndo).SetState(jobs.Queued).SetMode(jobs.Apply).
			SetTrigger(jobs.Manual).SetArgs([]byte("{}")).SetDueAt(tx.Now + year.Milliseconds()).SetSubjectJobID(first.ID).Exec(ctx)
	}))
	before, kept := b.holdingsBytes(), b.lines(third.ID)
	old, oldest := b.lines(second.ID), b.lines(first.ID)
	if old == 0 || oldest < 2001 || kept == 0 {
		t.Fatalf("%d, %d and %d lines", oldest, old, kept)
	}
	removed, err := b.jobs.PruneChanges(t.Context())
	must(t, err)
	if removed != old || b.lines(second.ID) != 0 || b.lines(first.ID) != oldest || b.lines(third.ID) != kept {
		t.Errorf("%d of %d lines removed; left %d, %d, %d", removed, old, b.lines(first.ID), b.lines(second.ID), b.lines(third.ID))
	}
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Job.UpdateOneID(undo).SetState(jobs.Cancelled).SetFinishedAt(tx.Now).Exec(ctx)
	}))
	removed, err = b.jobs.PruneChanges(t.Context())
	if must(t, err); removed != oldest || b.lines(first.ID) != 0 || b.holdingsBytes() != before {
		t.Errorf("%d of %d lines removed, %d left; same holdings: %t", removed, oldest, b.lines(first.ID), b.holdingsBytes() == before)
	}
	if removed, err = b.jobs.PruneChanges(t.Context()); err != nil || removed != 0 {
		t.Errorf("again: %d, %v", removed, err)
	}
	b.reaches(first.ID, former)
	if job := b.undo(third.ID, jobs.Preview); job.State != jobs.Succeeded {
		t.Errorf("undo of what is kept: %s %s", job.State, job.Summary)
	}
}

// reaches checks how far back undo, former days and changes reach.
func (b *testBundle) reaches(oldJob int64, former string) {
	b.t.Helper()
	from, err := holdings.ChangesFrom(b.t.Context(), b.store.Query)
	must(b.t, err)
	if _, err := b.jobs.Undo(b.t.Context(), oldJob, jobs.Apply, ""); !tells(err, "no longer kept", holdings.AsMoment(from)) {
		b.t.Errorf("undo: %v", err)
	}
	if _, err := b.exported(from - 1); !tells(err, "kept since "+holdings.AsMoment(from)) {
		b.t.Errorf("as of a day before: %v", err)
	}
	if was, err := b.exported(from); err != nil || was != former {
		b.t.Errorf("as of the first day: %v, the same: %t", err, was == former)
	}
	reader := jobs.NewReader(b.store)
	for _, q := range []jobs.ChangeQuery{{Since: new(from - 1)}, {Since: new(from - 1), NewestFirst: true}} {
		if _, err := reader.ChangesSince(b.t.Context(), q, keyset.Window{First: 10}); !tells(err, "kept since "+holdings.AsMoment(from)) {
			b.t.Errorf("changes since a day before: %v", err)
		}
	}
	for _, q := range []jobs.ChangeQuery{{Since: &from}, {}, {NewestFirst: true}} {
		page, err := reader.ChangesSince(b.t.Context(), q, keyset.Window{First: 10})
		if err != nil || len(page.Items) != 10 {
			b.t.Errorf("changes that are kept: %v, %d", err, len(page.Items))
		}
	}
}

// tells says whether an error has all of some words.
func tells(err error, words ...string) bool {
	return err != nil && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(err.Error(), w) })
}

// TestAnotherMachineGoesOn: a job that waits for a person is taken over by a worker of another machine, which has the
// database in common with the first one and no folder. It works with the list that the first one fetched.
func TestAnotherMachineGoesOn(t *testing.T) {
	t.Parallel()
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 300})
	dir := t.TempDir() // of the database
	start := func() *testBundle {
		queue, err := jobs.StartEmbedded()
		must(t, err)
		t.Cleanup(queue.Close)
		b := &testBundle{t: t, dir: dir, filesDir: t.TempDir(), filesInDatabase: true, redis: queue.Options(), mock: mock}
		b.open()
		return b
	}
	one := start()
	one.makeHoldings()
	one.work()
	one.sync(jobs.Apply)
	must(t, mock.SetFault(mockoup.Fault{Kind: "half"}))
	held := one.sync(jobs.Apply)
	if held.State != jobs.NeedsReview {
		t.Fatalf("%s: %s", held.State, held.Summary)
	}
	one.stop()
	must(t, os.RemoveAll(one.filesDir))

	asked := len(mock.Requests())
	other := start()
	other.work()
	other.approve(held.ID, jobs.Decision{})
	if done := other.wait(held.ID); done.State != jobs.Succeeded || countsOf(t, done).Removed == 0 {
		t.Errorf("%s: %s", done.State, done.Summary)
	}
	if n := len(mock.Requests()) - asked; n != 0 {
		t.Errorf("it asked the provider %d times", n)
	}
}
