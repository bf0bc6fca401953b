package jobs_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/providerfile"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// TestPruneFiles: old copies go, the ones applied last and those that a person must decide on stay, and so do the
// records.
func TestPruneFiles(t *testing.T) {
	t.Parallel()
	queue, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(queue.Close)
	b := &testBundle{
		t: t, dir: t.TempDir(), redis: queue.Options(), mock: mockoup.NewServer(t, mockoup.Options{Titles: 300}),
		keepFiles: time.Nanosecond,
	}
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
	must(t, filepath.WalkDir(filepath.Join(b.dir, "files"), func(path string, d os.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".gz" {
			n++
		}
		return err
	}))
	return n
}
