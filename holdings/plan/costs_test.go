package plan_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/kbart"
)

// rowReader is a list that is made while it is read, and measures meanwhile how much memory is in use.
type rowReader struct {
	n, next int
	row     func(b *bytes.Buffer, i int)
	pending bytes.Buffer
	most    *uint64
}

func (r *rowReader) Read(p []byte) (int, error) {
	for r.pending.Len() == 0 {
		if r.next >= r.n {
			return 0, io.EOF
		}
		for range 2000 {
			if r.next < r.n {
				r.row(&r.pending, r.next)
				r.next++
			}
		}
		if r.next%100_000 == 0 {
			*r.most = max(*r.most, heap())
		}
	}
	return r.pending.Read(p)
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestRefusedRowsCostLittle: a list of millions of rows that cannot be used is read in bounded memory, counted, and
// listed to the first thousand of a reason.
func TestRefusedRowsCostLittle(t *testing.T) { // not parallel: it measures memory
	for _, test := range []struct {
		name string
		rows int
		row  func(b *bytes.Buffer, i int)
	}{
		{"alike", 3_000_000, func(b *bytes.Buffer, _ int) { b.WriteString("a\tb\n") }},
		{"of many different cells", 200_000, func(b *bytes.Buffer, i int) {
			for c := range 24 { // the first, which is the title, is empty
				fmt.Fprintf(b, "\tcell %d of %d", c, i)
			}
			b.WriteString("\n")
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			runtime.GC()
			before := heap()
			var most uint64
			source := plan.Source{Name: "list.txt", Open: func() (io.ReadCloser, error) {
				rows := &rowReader{n: test.rows, row: test.row, most: &most}
				return io.NopCloser(io.MultiReader(strings.NewReader(holdingstest.Header), rows)), nil
			}}
			listed := 0
			log := holdings.NewFindingLog()
			counts, err := plan.Diff(t.Context(), plan.Source{}, source, log.Add, func(plan.Change) error { listed++; return nil })
			if err != nil {
				t.Fatal(err)
			}
			if counts.Rows != test.rows || counts.Invalid != test.rows || listed != 1000 || counts.UnlistedRows != test.rows-1000 {
				t.Errorf("%d are listed: %+v", listed, counts)
			}
			if used := int64(most) - int64(before); used > 100<<20 {
				t.Errorf("%d MB were in use", used>>20)
			} else {
				t.Logf("%d MB were in use", used>>20)
			}
		})
	}
}

// heavyLists are lists that would cost the square of their length if each row were held against each.
var heavyLists = map[string]func(b *strings.Builder, i int){
	"one identifier": func(b *strings.Builder, i int) { writeHeavy(b, fmt.Sprintf("Journal %d; id=j%d; print=@1", i, i)) },
	"one title_id":   func(b *strings.Builder, i int) { writeHeavy(b, fmt.Sprintf("Journal %d; id=OUP; print=@%d", i, i)) },
	"one eISSN, different prints": func(b *strings.Builder, i int) {
		writeHeavy(b, fmt.Sprintf("Journal %d; id=OUP; print=@%d; online=@0", i, i+1))
	},
	"one title_id, no identifiers": func(b *strings.Builder, i int) { writeHeavy(b, fmt.Sprintf("Journal %d; id=OUP", i)) },
	"one title, no title_id":       func(b *strings.Builder, i int) { writeHeavy(b, fmt.Sprintf("Journal; print=@%d", i)) },
	"one host name": func(b *strings.Builder, i int) {
		writeHeavy(b, fmt.Sprintf("Journal of matter %d; id=www.example.org", i))
	},
	"buckets of shared keys": func(b *strings.Builder, i int) {
		writeHeavy(b, fmt.Sprintf("Journal %d; id=j%d; print=@%d; online=@%d", i, i, i/15, i/7+500_000))
	},
	"one title of many statements": func(b *strings.Builder, i int) {
		writeHeavy(b, fmt.Sprintf("Journal; id=OUP; print=@1; first=%d; num_first_vol_online=%d; num_last_vol_online=j%d", 1900+i%100, i, i))
	},
	"one title of many statements without a start": func(b *strings.Builder, i int) {
		writeHeavy(b, fmt.Sprintf("Journal; id=OUP; print=@1; num_last_vol_online=j%d", i))
	},
	"books of one name": func(b *strings.Builder, i int) {
		writeHeavy(b, fmt.Sprintf("Works; id=b%d; type=monograph; print=#1; vol=%d", i, i))
	},
}

func writeHeavy(b *strings.Builder, line string) {
	b.WriteString(strings.Join(holdingstest.RowCells(line), "\t") + "\n")
}

// heavyStep are two such lists of n rows, the second with other titles and title_ids.
func heavyStep(n int, write func(b *strings.Builder, i int)) (before, after plan.Source) {
	var text strings.Builder
	text.WriteString(holdingstest.Header)
	for i := range n {
		write(&text, i)
	}
	list := text.String()
	return holdingstest.SourceOf(list), holdingstest.SourceOf(strings.ReplaceAll(strings.ReplaceAll(list, "Journal", "Review"), "\tj", "\tr"))
}

func heavyTime(tb testing.TB, n int, write func(b *strings.Builder, i int)) time.Duration {
	before, after := heavyStep(n, write)
	runtime.GC() // what is left of another list is not this one's cost
	start := time.Now()
	_, err := plan.Diff(tb.Context(), before, after, func(kbart.Finding) {}, func(plan.Change) error { return nil })
	if err != nil {
		tb.Fatal(err)
	}
	return time.Since(start)
}

// TestHeavyListsStayLinear: four times the rows take about four times as long; to hold each row against each would cost sixteen
// times as much.
func TestHeavyListsStayLinear(t *testing.T) { // not parallel: it measures time
	// beyond, what no longer fits in the caches costs more than the algorithm
	const n = 5_000
	// the others: BenchmarkCrowds
	for _, name := range []string{"one identifier", "one title_id", "one eISSN, different prints", "one title_id, no identifiers"} {
		t.Run(name, func(t *testing.T) { staysLinear(t, n, heavyLists[name], 10) })
	}
}

// TestManyStatementsStayLinear: a title of many statements is held whole, so that collecting garbage costs more the
// larger it is; to hold each statement against each would cost sixteen times as much.
func TestManyStatementsStayLinear(t *testing.T) { // not parallel: it measures time
	for _, name := range []string{"one title of many statements", "one title of many statements without a start"} {
		t.Run(name, func(t *testing.T) { staysLinear(t, 10_000, heavyLists[name], 10) })
	}
}

// staysLinear fails where four times the rows take more than most times as long, at the best of ten tries: another
// process may slow one of them down.
func staysLinear(t *testing.T, n int, write func(b *strings.Builder, i int), most float64) {
	t.Helper()
	best := 0.0
	for range 10 {
		once := heavyTime(t, n, write)
		ratio := float64(heavyTime(t, 4*n, write)) / float64(once)
		if best == 0 || ratio < best {
			best = ratio
		}
		if best <= most {
			return
		}
	}
	t.Errorf("four times the rows take %.1f times as long", best)
}

// BenchmarkCrowds measures a step of lists in which titles share identifiers by buckets: the time for four times the
// titles over that for one, and titles a second.
func BenchmarkCrowds(b *testing.B) {
	for name, write := range heavyLists {
		b.Run(name, func(b *testing.B) {
			const n = 5_000 // beyond, what no longer fits in the caches costs more than the algorithm
			for b.Loop() {
				once, four := heavyTime(b, n, write), heavyTime(b, 4*n, write)
				b.ReportMetric(float64(four)/float64(once), "4n/n")
				b.ReportMetric(4*n/four.Seconds(), "titles/s")
			}
		})
	}
}
