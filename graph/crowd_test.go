package graph_test

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"autoholdings/graph/model"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// TestManyJobs: a page of the list of jobs takes about as long with ten thousand of them as with a few, wherever it
// begins.
func TestManyJobs(t *testing.T) {
	const few, many = 200, 10_000
	b := setup(t, mockoup.Options{Titles: 20})
	b.addJobs(few)
	before := b.timePage("")
	b.addJobs(many - few)
	first := b.timePage("")
	var page struct {
		Jobs struct {
			PageInfo struct{ EndCursor string }
		}
	}
	for cursor := any(nil); ; cursor = page.Jobs.PageInfo.EndCursor { // half way down
		b.query(`query($after: String) { jobs(first: 500, after: $after) { pageInfo { endCursor } } }`, map[string]any{"after": cursor}, &page)
		if cursor != nil {
			break
		}
	}
	later := b.timePage(page.Jobs.PageInfo.EndCursor)
	t.Logf("a page of 50 jobs takes %v of %d jobs, %v of %d, and %v further down", before, few, first, many, later)
	if most := 5*before + 5*time.Millisecond; first > most || later > most {
		t.Errorf("a page takes %v of %d jobs, but %v of %d, and %v further down", before, few, first, many, later)
	}
}

// addJobs adds jobs that have ended.
func (b *testBundle) addJobs(n int) {
	b.t.Helper()
	columns := []string{
		"id", "created_at", "updated_at", "kind", "state", "mode", "trigger", "args", "due_at", "summary",
	}
	rows := make([][]any, n)
	for i := range rows {
		id := b.store.NextID()
		rows[i] = []any{id, id % (1 << 30), id % (1 << 30), jobs.KindSync, jobs.Succeeded, jobs.Apply, jobs.Manual, "{}", 1, "No changes."}
	}
	b.write(func(ctx context.Context, tx *store.Tx) error {
		if err := store.Insert(ctx, tx, "jobs", columns, rows); err != nil {
			return err
		}
		_, err := tx.SQL.ExecContext(ctx, "ANALYZE jobs") // a database does so by itself, if not within the second
		return err
	})
}

// timePage is the median time that a page of jobs takes.
func (b *testBundle) timePage(after string) time.Duration {
	b.t.Helper()
	variables := map[string]any{}
	if after != "" {
		variables["after"] = after
	}
	times := make([]time.Duration, 21)
	for i := range times {
		var page struct {
			Jobs struct{ Nodes []struct{ ID string } }
		}
		begun := time.Now()
		b.query(`query($after: String) { jobs(first: 50, after: $after) { nodes { id kind state summary createdAt parts { id } } } }`, variables,
			&page)
		times[i] = time.Since(begun)
		if len(page.Jobs.Nodes) != 50 {
			b.t.Fatalf("%d jobs", len(page.Jobs.Nodes))
		}
	}
	slices.Sort(times)
	return times[len(times)/2]
}

// TestManyWatchers: five hundred people who watch one job all hear its end. What each costs is printed; it includes the
// watching side, which is in the same process.
func TestManyWatchers(t *testing.T) {
	const watching = 500
	b := setup(t, mockoup.Options{Titles: 400})
	job := b.start(jobs.Apply, b.profile().ID)
	before := heap()
	streams := make([]stream, watching)
	for i := range streams {
		streams[i] = overEvents(b, watchJob, map[string]any{"id": model.ID(model.JobType, job.ID)})
		if e, more := streams[i].next(); !more || e.update().State != jobs.Queued {
			t.Fatalf("watcher %d: %+v", i, e)
		}
	}
	t.Logf("a watcher takes %d KB, both sides of the connection", (heap()-before)/watching/1024)
	b.work()
	var group sync.WaitGroup
	for i, s := range streams {
		group.Go(func() {
			last := ""
			for e, more := s.next(); more; e, more = s.next() {
				last = e.update().State
			}
			if last != jobs.Succeeded {
				t.Errorf("watcher %d heard last of %q", i, last)
			}
		})
	}
	group.Wait()
}

// heap is what is in use of it, in bytes.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}
