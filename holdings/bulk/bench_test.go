package bulk_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"autoholdings/holdings"
	"autoholdings/holdings/bulk"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
	"autoholdings/mockoup"
)

const benchTitles = 100_000

// installation holds a list of 100,000 titles.
type installation struct {
	b        testing.TB
	store    *store.Store
	holdings *holdings.Service
	bulk     *bulk.Service
	jobs     int64
}

func (in *installation) must(err error) {
	in.b.Helper()
	if err != nil {
		in.b.Fatal(err)
	}
}

func newInstallation(b *testing.B) *installation {
	b.Helper()
	in := &installation{b: b, store: storetest.Open(b)}
	in.holdings = holdings.New(in.store, holdings.NoJobs)
	in.bulk = bulk.New(in.store, in.holdings, holdings.NoJobs)
	in.must(in.store.Write(b.Context(), func(ctx context.Context, tx *store.Tx) error {
		tx.Profile.Create().SetID(1).SetCreatedAt(1).SetUpdatedAt(1).SetCustomerNumber("demo").SetAPIKeySealed([]byte("x")).
			SetAPIKeyFingerprint("x").SetAPIKeySetAt(1).SaveX(ctx)
		return tx.Collection.Create().SetID(1).SetCreatedAt(1).SetUpdatedAt(1).SetName("books").SetNameKey("books").Exec(ctx)
	}))
	return in
}

// part makes a job with one part.
func (in *installation) part(kind string, profile int64) *holdings.Part {
	in.b.Helper()
	in.jobs++
	id := 1000 * in.jobs
	in.must(in.store.Write(in.b.Context(), func(ctx context.Context, tx *store.Tx) error {
		tx.Job.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetKind(kind).SetState("RUNNING").SetMode("APPLY").
			SetTrigger("MANUAL").SetArgs([]byte("{}")).SetDueAt(1).SaveX(ctx)
		return tx.JobPart.Create().SetID(id + 1).SetCreatedAt(1).SetUpdatedAt(1).SetJobID(id).SetCollectionID(1).SetContent("BOOKS").
			SetState("FETCHED").Exec(ctx)
	}))
	nothing := func(context.Context, *store.Tx, plan.Counts) error { return nil }
	return &holdings.Part{
		ID: id + 1, JobID: id, ProfileID: profile, CollectionID: 1, Content: "BOOKS", Findings: holdings.NewFindingLog(),
		Fence: func(context.Context, *store.Tx, holdings.Progress) error { return nil }, Begun: nothing, Finish: nothing,
	}
}

// sync applies a file and returns how long that took.
func (in *installation) sync(path string) time.Duration {
	in.b.Helper()
	part := in.part("SYNC", 1)
	start := time.Now()
	source := plan.Source{Name: "list.txt", Open: func() (io.ReadCloser, error) { return os.Open(path) }}
	planned, err := in.holdings.Plan(in.b.Context(), source, part, plan.StandardGuards(), part.Findings.Add)
	in.must(err)
	_, err = in.holdings.Apply(in.b.Context(), planned, part, nil)
	in.must(err)
	return time.Since(start)
}

// localFile sets a public note on every portfolio.
func (in *installation) localFile(note string) string {
	in.b.Helper()
	var text strings.Builder
	text.WriteString("collection,title_id,public_note\n")
	rows, err := in.store.Query(in.b.Context(), `SELECT title_id FROM portfolios ORDER BY id`)
	in.must(err)
	defer rows.Close()
	for rows.Next() {
		var id string
		in.must(rows.Scan(&id))
		fmt.Fprintf(&text, "books,%s,%s %s\n", id, note, id)
	}
	in.must(rows.Err())
	return text.String()
}

// setFromFile does as a job does: the file is read when it is queued, and when it runs.
func (in *installation) setFromFile(file string) time.Duration {
	in.b.Helper()
	part := in.part("CHANGE_PORTFOLIOS", 0)
	start := time.Now()
	_, err := in.bulk.ReadLines(in.b.Context(), strings.NewReader(file))
	in.must(err)
	lines, err := in.bulk.ReadLines(in.b.Context(), strings.NewReader(file))
	in.must(err)
	counts, err := in.bulk.Run(in.b.Context(), &bulk.Order{Action: bulk.Change, Lines: lines}, part, nil, false)
	in.must(err)
	if counts.Updated < benchTitles*9/10 {
		in.b.Fatalf("%+v, %d lines not used", counts, len(lines.Unused))
	}
	return time.Since(start)
}

// releases are two lists of the provider, of which the second differs a little.
func releases(b *testing.B) (paths [2]string) {
	b.Helper()
	mock, err := mockoup.New(mockoup.Options{Titles: benchTitles * 138 / 100})
	if err != nil {
		b.Fatal(err)
	}
	for i := range paths {
		paths[i] = filepath.Join(b.TempDir(), "list.txt")
		f, err := os.Create(paths[i])
		if err == nil {
			err = mock.WriteRelease(f, mockoup.DemoCustomer, mockoup.Books, mock.Releases()[i])
		}
		if err != nil {
			b.Fatal(err)
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
	}
	return paths
}

// BenchmarkLocalValues sets 100,000 local values from a file, whose lines name the portfolios by collection and title_id: the mark is
// 10,000 values a second.
func BenchmarkLocalValues(b *testing.B) {
	lists := releases(b)
	in := newInstallation(b)
	in.sync(lists[0])
	round := 0
	for b.Loop() {
		b.StopTimer()
		round++
		file := in.localFile(fmt.Sprint("Note ", round))
		values := strings.Count(file, "\n") - 1
		b.StartTimer()
		took := in.setFromFile(file)
		b.ReportMetric(float64(values)/took.Seconds(), "values/s")
	}
}

// BenchmarkLocalValuesSync compares a sync where 100,000 portfolios have local values with one where none has: the mark is 1.1.
func BenchmarkLocalValuesSync(b *testing.B) {
	lists := releases(b)
	without, with := newInstallation(b), newInstallation(b)
	for _, in := range []*installation{without, with} {
		in.sync(lists[0])
	}
	with.setFromFile(with.localFile("Note"))
	release := 0
	for b.Loop() {
		var took [2]time.Duration
		for range 4 { // there and back again, in turn
			release = 1 - release
			took[0] += without.sync(lists[release])
			took[1] += with.sync(lists[release])
		}
		b.ReportMetric(took[1].Seconds()/took[0].Seconds(), "with/without")
		b.ReportMetric(took[0].Seconds()/4, "s/sync")
	}
}
