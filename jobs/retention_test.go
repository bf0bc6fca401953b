package jobs_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/keptfile"
	"autoholdings/ent/providerfile"
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
