package holdings_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
	"autoholdings/mockoup"
)

// benchTitles is the size of the lists that are loaded, books and journals together.
var benchTitles = flag.Int("titles", 100_000, "size of the benchmarks' lists")

// BenchmarkLoad measures what a sync costs against what the database asks for at the least: a prepared raw insert, in
// batches, of the same final rows into the same tables with the same indexes. Everything is measured in one run:
//
//	load/raw      first load of the titles, at most 1.6
//	unchanged/raw a file of other bytes and the same content, fully read and planned, at most 0.2
//	changed/raw   a file with about 1 % of its titles changed, at most 0.3
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		l := newLoader(b, *benchTitles)
		load := l.run(l.lists(0))
		unchanged := l.run(withBlankLine(l.lists(0)))
		changed := l.run(withChangedPublisher(l.lists(0)))
		raw := l.rawInsert()
		b.ReportMetric(float64(load)/float64(raw), "load/raw")
		b.ReportMetric(float64(unchanged)/float64(raw), "unchanged/raw")
		b.ReportMetric(float64(changed)/float64(raw), "changed/raw")
		b.ReportMetric(float64(*benchTitles)/raw.Seconds(), "raw-titles/s")
		b.ReportMetric(float64(*benchTitles)/load.Seconds(), "load-titles/s")
		b.ReportMetric(float64(*benchTitles)/unchanged.Seconds(), "unchanged-titles/s")
	}
}

// loader is an installation without jobs: it plans and applies lists directly.
type loader struct {
	b       *testing.B
	dir     string
	store   *store.Store
	service *holdings.Service
	mock    *mockoup.Server
	parts   map[string]*holdings.Part
	runs    int64
}

var contents = []string{"books", "journals"}

func newLoader(b *testing.B, titles int) *loader {
	l := &loader{b: b, dir: b.TempDir(), parts: map[string]*holdings.Part{}}
	l.store = storetest.Open(b)
	l.service = holdings.New(l.store, holdings.NoJobs)
	var err error
	l.mock, err = mockoup.New(mockoup.Options{Titles: titles})
	l.must(err)
	l.must(l.store.Write(b.Context(), func(ctx context.Context, tx *store.Tx) error { return makeParents(ctx, tx, l.parts) }))
	return l
}

// makeParents makes the rows that the others refer to.
func makeParents(ctx context.Context, tx *store.Tx, parts map[string]*holdings.Part) error {
	for i, content := range contents {
		id := int64(i + 1)
		tx.Profile.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetCustomerNumber("demo").SetAPIKeySealed([]byte("x")).
			SetAPIKeyFingerprint("x").SetAPIKeySetAt(1).SaveX(ctx)
		tx.Collection.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetName(content).SetNameKey(content).SaveX(ctx)
		parts[content] = &holdings.Part{ProfileID: id, CollectionID: id, Content: strings.ToUpper(content)}
	}
	return nil
}

func (l *loader) must(err error) {
	l.b.Helper()
	if err != nil {
		l.b.Fatal(err)
	}
}

// lists are the provider's files of a release, on disk as a sync has them.
func (l *loader) lists(release int) map[string]string {
	files := map[string]string{}
	for _, content := range contents {
		files[content] = filepath.Join(l.dir, content+".txt")
		f, err := os.Create(files[content])
		l.must(err)
		l.must(l.mock.WriteRelease(f, mockoup.DemoCustomer, content, l.mock.Releases()[release]))
		l.must(f.Close())
	}
	return files
}

// withBlankLine changes bytes and no content.
func withBlankLine(files map[string]string) map[string]string {
	for _, path := range files {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err == nil {
			_, err = f.WriteString("\r\n")
			err = errors.Join(err, f.Close())
		}
		if err != nil {
			panic(err)
		}
	}
	return files
}

// withChangedPublisher changes the publisher of every hundredth row.
func withChangedPublisher(files map[string]string) map[string]string {
	return rewrite(files, func(text []byte) []byte {
		lines := bytes.Split(text, []byte("\r\n"))
		for i := 1; i < len(lines); i += 100 {
			cells := bytes.Split(lines[i], []byte("\t"))
			if len(cells) > 15 {
				cells[15] = append(bytes.Clone(cells[15]), " (renamed)"...)
				lines[i] = bytes.Join(cells, []byte("\t"))
			}
		}
		return bytes.Join(lines, []byte("\r\n"))
	})
}

func rewrite(files map[string]string, change func([]byte) []byte) map[string]string {
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(path, change(text), 0o600)
		}
		if err != nil {
			panic(err)
		}
	}
	return files
}

// run plans and applies both lists and returns how long it took.
func (l *loader) run(files map[string]string) time.Duration {
	ctx := l.b.Context()
	l.runs++
	jobID := l.runs
	l.must(l.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return makeJob(ctx, tx, jobID) }))
	runtime.GC()
	start := time.Now()
	for i, content := range contents {
		l.must(l.bring(jobID, i, content, files[content]))
	}
	return time.Since(start)
}

// bring plans and applies one list.
func (l *loader) bring(jobID int64, i int, content, path string) error {
	ctx := l.b.Context()
	part := *l.parts[content]
	part.JobID, part.ID = jobID, jobID*10+int64(i)
	part.Findings = holdings.NewFindingLog()
	part.Fence = func(context.Context, *store.Tx, holdings.Progress) error { return nil }
	part.Begun = func(context.Context, *store.Tx, plan.Counts) error { return nil }
	part.Finish = part.Begun
	source := plan.Source{Name: content, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
	plan, err := l.service.Plan(ctx, source, &part, plan.StandardGuards(), part.Findings.Add)
	if err != nil {
		return err
	}
	_, err = l.service.Apply(ctx, plan, &part, nil)
	return err
}

// BenchmarkTwoJobs measures what two jobs gain that write different collections at the same time:
//
//	together/apart both first loads at once against one after the other; on PostgreSQL below 1
func BenchmarkTwoJobs(b *testing.B) {
	for b.Loop() {
		apart := newLoader(b, *benchTitles)
		one := apart.run(apart.lists(0))
		both := newLoader(b, *benchTitles)
		two := both.runTogether(both.lists(0))
		b.ReportMetric(float64(two)/float64(one), "together/apart")
	}
}

func (l *loader) runTogether(files map[string]string) time.Duration {
	l.must(l.store.Write(l.b.Context(), func(ctx context.Context, tx *store.Tx) error { return makeJob(ctx, tx, 1) }))
	errs := make(chan error, len(contents))
	runtime.GC()
	start := time.Now()
	for i, content := range contents {
		go func() { errs <- l.bring(1, i, content, files[content]) }()
	}
	for range contents {
		l.must(<-errs)
	}
	return time.Since(start)
}

func makeJob(ctx context.Context, tx *store.Tx, id int64) error {
	tx.Job.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetKind("SYNC").SetState("RUNNING").SetMode("APPLY").
		SetTrigger("MANUAL").SetArgs([]byte("{}")).SetDueAt(1).SaveX(ctx)
	for i, content := range contents {
		tx.JobPart.Create().SetID(id*10 + int64(i)).SetCreatedAt(1).SetUpdatedAt(1).SetJobID(id).SetContent(content).SetState("APPLYING").
			SaveX(ctx)
	}
	return nil
}

// rawInsert copies the rows that a first load has written into a fresh database with the same tables, indexes and
// settings, and returns how long that took. On PostgreSQL it is one COPY of each table, else prepared statements of many
// rows in transactions of many statements.
func (l *loader) rawInsert() time.Duration {
	ctx := l.b.Context()
	fresh := storetest.Open(l.b)
	l.must(fresh.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := makeParents(ctx, tx, map[string]*holdings.Part{}); err != nil {
			return err
		}
		return makeJob(ctx, tx, 1)
	}))
	var took time.Duration
	for _, table := range []string{"portfolios", "entitlements", "coverage_statements", "job_changes", "job_findings"} {
		columns, rows := l.allRows(table)
		if storetest.On() == storetest.Postgres {
			took += copyRaw(l.b, fresh, table, columns, rows)
		} else {
			took += insertRaw(l.b, fresh, table, quoted(columns), rows)
		}
	}
	return took
}

func (l *loader) allRows(table string) (columns []string, values [][]any) {
	where := ""
	if strings.HasPrefix(table, "job_") {
		where = " WHERE job_id = 1" // those of the first load
	}
	rows, err := l.store.Query(l.b.Context(), "SELECT * FROM "+table+where+" ORDER BY id")
	l.must(err)
	defer rows.Close()
	columns, err = rows.Columns()
	l.must(err)
	for rows.Next() {
		row, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			targets[i] = &row[i]
		}
		l.must(rows.Scan(targets...))
		values = append(values, row)
	}
	l.must(rows.Err())
	return columns, values
}

func quoted(columns []string) []string {
	quoted := make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = `"` + c + `"`
	}
	return quoted
}

// copyRaw gathers the rows before it begins: only the COPY counts.
func copyRaw(b *testing.B, s *store.Store, table string, columns []string, rows [][]any) time.Duration {
	in, err := s.Inserter(b.Context(), table, columns...)
	if err != nil {
		b.Fatal(err)
	}
	for _, row := range rows {
		in.Add(row...)
	}
	runtime.GC()
	start := time.Now()
	if err := errors.Join(s.Write(b.Context(), in.Flush), in.Close()); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

func insertRaw(b *testing.B, s *store.Store, table string, columns []string, rows [][]any) time.Duration {
	runtime.GC()
	start := time.Now()
	const atOnce, perTransaction = 64, 6400
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", len(columns)), ",") + ")"
	prepare := func(n int) *sql.Stmt {
		stmt, err := s.Prepare(b.Context(), fmt.Sprintf("INSERT INTO %s (%s) VALUES %s", table, strings.Join(columns, ","),
			strings.TrimSuffix(strings.Repeat(row+",", n), ",")))
		if err != nil {
			b.Fatal(err)
		}
		return stmt
	}
	many, one := prepare(atOnce), prepare(1)
	defer many.Close()
	defer one.Close()
	args := make([]any, 0, atOnce*len(columns))
	for len(rows) > 0 {
		batch := rows[:min(perTransaction, len(rows))]
		rows = rows[len(batch):]
		err := s.Write(b.Context(), func(ctx context.Context, tx *store.Tx) error {
			for len(batch) > 0 {
				stmt, n := many, atOnce
				if len(batch) < atOnce {
					stmt, n = one, 1
				}
				args = args[:0]
				for _, r := range batch[:n] {
					args = append(args, r...)
				}
				if _, err := tx.SQL.StmtContext(ctx, stmt).ExecContext(ctx, args...); err != nil {
					return err
				}
				batch = batch[n:]
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start)
}

// BenchmarkSync is a first load and a run that changes nothing, without a baseline: under /usr/bin/time -v it tells the
// peak memory.
func BenchmarkSync(b *testing.B) {
	for b.Loop() {
		l := newLoader(b, *benchTitles)
		load := l.run(l.lists(0))
		unchanged := l.run(withBlankLine(l.lists(0)))
		b.ReportMetric(float64(*benchTitles)/load.Seconds(), "load-titles/s")
		b.ReportMetric(float64(*benchTitles)/unchanged.Seconds(), "unchanged-titles/s")
	}
}

// BenchmarkZone is what BenchmarkSync is, for the titles of the Community Zone.
func BenchmarkZone(b *testing.B) {
	for b.Loop() {
		l := newLoader(b, *benchTitles)
		l.must(l.store.Write(b.Context(), func(ctx context.Context, tx *store.Tx) error {
			for i, content := range contents {
				l.parts[content].ZoneID = int64(i + 1)
				tx.CommunityZoneCollection.Create().SetID(int64(i + 1)).SetCreatedAt(1).SetUpdatedAt(1).SetCzID(content).SetName(content).
					SetNameKey(content).SetProvider("OUP").SetContent(strings.ToUpper(content)).SaveX(ctx)
			}
			return nil
		}))
		load := l.run(l.lists(0))
		unchanged := l.run(withBlankLine(l.lists(0)))
		b.ReportMetric(float64(*benchTitles)/load.Seconds(), "load-titles/s")
		b.ReportMetric(float64(*benchTitles)/unchanged.Seconds(), "unchanged-titles/s")
	}
}
