package holdings_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// export writes the bundle's collection as a list.
func (b *testBundle) export() string {
	b.T.Helper()
	var list bytes.Buffer
	rows, err := b.Holdings.Export(b.T.Context(), holdings.ExportOf{CollectionID: holdingstest.CollectionID}, &list)
	b.Must(err)
	if lines := strings.Count(list.String(), "\n"); lines != rows+1 {
		b.T.Errorf("%d rows were written, %d are told", lines-1, rows)
	}
	return list.String()
}

// empty takes everything out of the collection, without a trace.
func (b *testBundle) empty() {
	b.T.Helper()
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		for _, table := range []string{"coverage_statements", "entitlements", "job_changes", "portfolios"} {
			if _, err := tx.SQL.ExecContext(ctx, "DELETE FROM "+table); err != nil {
				return err
			}
		}
		return nil
	})
}

// failer is what *testing.T and *rapid.T have in common here.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
	Context() context.Context
}

// sameContent fails where either list has a title, a value or a statement that the other has not.
func sameContent(t failer, one, other plan.Source) {
	t.Helper()
	for _, pair := range [][2]plan.Source{{one, other}, {other, one}} {
		var differences []string
		counts, err := plan.Diff(t.Context(), pair[0], pair[1], func(kbart.Finding) {}, func(c plan.Change) error {
			if c.Action != plan.Free && c.Action != plan.Invalid {
				differences = append(differences, fmt.Sprintf("%s %s %s: %q → %q", c.Action, c.Title, c.Field, c.Old, c.New))
			}
			return nil
		})
		if err != nil {
			t.Fatalf("%v", err)
		}
		if len(differences) > 0 || counts.Unchanged != counts.Titles {
			t.Fatalf("%d titles, %d unchanged:\n%s", counts.Titles, counts.Unchanged, strings.Join(differences[:min(len(differences), 20)], "\n"))
		}
	}
}

// rowsOf reads a list, and fails where a row of it cannot be used.
func rowsOf(t failer, list string) (rows []*kbart.Record) {
	t.Helper()
	for rec, err := range kbart.NewReader(strings.NewReader(list), kbart.Options{}).Records() {
		if err != nil {
			t.Fatalf("%v", err)
		}
		if rec.Fate != kbart.Used {
			t.Fatalf("line %d is not used: %s", rec.Line, rec.Get(kbart.PublicationTitle))
		}
		rows = append(rows, rec.Clone())
	}
	return rows
}

// isSorted fails where titles do not stand in the order of their folded names, or the rows of one not together.
func isSorted(t failer, rows []*kbart.Record) {
	t.Helper()
	seen := map[string]bool{}
	last, lastID := "", ""
	for _, row := range rows {
		title, id := kbart.FoldTitle(row.Get(kbart.PublicationTitle)), row.Get(kbart.TitleID)
		if title < last {
			t.Fatalf("%q comes after %q", title, last)
		}
		if id != lastID && seen[id] {
			t.Fatalf("the rows of %s do not stand together", id)
		}
		seen[id], last, lastID = true, title, id
	}
}

// titles with what a list can have in them.
var oddTitles = []string{
	"Brain", "brain", "The Annals of Botany", `"Dada"`, `"Dada" and After`, "Ästhetik", "L'Année", "42 Pages", "=2+2", "-ism",
	"Zygon: Journal of \\n", "Ωμέγα", "Q. & A.", "  Blanks  inside ", "日本",
}

// drawList draws a list of some of 20 journals: each with several statements, some of which have a URL or notes of
// their own, and all of their rows in any order.
func drawList(t *rapid.T, label string) (journals []holdingstest.Journal) {
	for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(0, 19), 1, 20, rapid.ID).Draw(t, label+" titles") {
		years := rapid.SliceOfNDistinct(rapid.IntRange(1880, 2020), 1, 4, rapid.ID).Draw(t, "years")
		for _, year := range years {
			journals = append(journals, holdingstest.Journal{
				Title: oddTitles[n%len(oddTitles)], Print: holdingstest.ISSN(n), ID: fmt.Sprintf("j%02d", n), First: fmt.Sprint(year),
				Last: rapid.SampledFrom([]string{"", "2021", "2022-05"}).Draw(t, "last"), Publisher: "Oxford University Press",
				URL:     fmt.Sprintf("https://academic.oup.com/j%02d%s", n, rapid.SampledFrom([]string{"", "", "/issue", "/archive"}).Draw(t, "page")),
				Notes:   rapid.SampledFrom([]string{"", "", "archive", "with supplements"}).Draw(t, "notes"),
				Embargo: rapid.SampledFrom([]string{"", "", "P1Y", "R10Y;P30D"}).Draw(t, "embargo"),
			})
		}
	}
	return rapid.Permutation(journals).Draw(t, label+" rows")
}

// TestExportIsTheListAgain: what was read from a list and exported has the same titles, values and statements, and a
// sync of it changes nothing.
func TestExportIsTheListAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rapid.Check(t, func(rt *rapid.T) {
		b.empty()
		list := holdingstest.ListOf(drawList(rt, "the list's")...)
		b.Sync(1, list)
		exported := b.export()
		isSorted(rt, rowsOf(rt, exported))
		sameContent(rt, holdingstest.SourceOf(list), holdingstest.SourceOf(exported))
		if counts, _ := b.Sync(1, exported); counts.Changed() || counts.Unchanged != counts.Titles {
			rt.Fatalf("synced again: %+v\n%s\n%s", counts, list, exported)
		}
	})
}

// TestExportOfSeveralProfiles: what two profiles are entitled to stands in the list once.
func TestExportOfSeveralProfiles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rapid.Check(t, func(rt *rapid.T) {
		b.empty()
		want := map[string]bool{}
		for profile := range int64(2) {
			journals := drawList(rt, fmt.Sprintf("profile %d's", profile+1))
			b.Sync(profile+1, holdingstest.ListOf(journals...))
			for _, j := range journals {
				want[j.ID+" "+j.First+" "+j.Last+" "+j.Embargo] = true
			}
		}
		rows := rowsOf(rt, b.export())
		isSorted(rt, rows)
		for _, row := range rows {
			key := row.Get(kbart.TitleID) + " " + row.Get(kbart.DateFirstIssueOnline) + " " + row.Get(kbart.DateLastIssueOnline) + " " +
				row.Get(kbart.EmbargoInfo)
			if !want[key] {
				rt.Fatalf("%s is twice in the list, or in no profile's", key)
			}
			delete(want, key)
		}
		if len(want) > 0 {
			rt.Fatalf("missing: %v", want)
		}
	})
}

// TestExportOfStatementsBesideOtherValues: a statement without an address of its own has that of its own profile's
// list, and what two profiles give alike stands in the list once.
func TestExportOfStatementsBesideOtherValues(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1,
		holdingstest.KBART("Brain; id=brain; print=@1; first=1997; url=https://example.org/archive\nBrain; id=brain; print=@1; first=1880; last=1996; "+
			"url=https://example.org/brain"))
	b.Sync(2, holdingstest.KBART("Brain; id=brain; print=@1; first=1880; last=1996; url=https://example.org/brain"))
	var got []string
	for _, row := range rowsOf(t, b.export()) {
		got = append(got, row.Get(kbart.DateFirstIssueOnline)+" "+row.Get(kbart.TitleURL))
	}
	if diff := cmp.Diff([]string{"1880 https://example.org/brain", "1997 https://example.org/archive"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestExportOfRealFiles: the lists of a provider, there and back.
func TestExportOfRealFiles(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"oup-series/oxford_Switzerland_NationalLicences_2017-02-27.txt", "oup/OUP_GLOBAL_ALLJOURNALS_2021-06-24.txt",
		"oup/OUP_GLOBAL_VERY-SHORT-INTRODUCTIONS-ALL_2021-01-22.txt", "oup/OUP_GLOBAL_ALLTITLES_2021-01-22.txt",
		"oup/Oup_AllTitlesWithOA_2017-01-26.txt",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := holdingstest.RealFile(t, name)
			file, err := source.Open()
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			list, err := io.ReadAll(file)
			if err != nil {
				t.Fatal(err)
			}
			b := setup(t)
			b.Sync(1, string(list))
			exported := b.export()
			rowsOf(t, exported)
			sameContent(t, source, holdingstest.SourceOf(exported))
		})
	}
}

// TestExportIsOfWhatIsAvailable: what was removed, or is not available, is not in the list; where a profile's
// entitlement has ended, its coverage is not.
func TestExportIsOfWhatIsAvailable(t *testing.T) {
	t.Parallel()
	b := setup(t)
	all := holdingstest.Numbered(0, 5)
	b.Sync(1, holdingstest.ListOf(all...))
	other := holdingstest.Numbered(1, 2)
	other[0].First = "2010"
	b.Sync(2, holdingstest.ListOf(other...))
	b.Sync(1, holdingstest.ListOf(all[2:]...)) // 0 is removed, 1 withdrawn from profile 1
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Portfolio.Update().Where(portfolio.TitleID("j003")).SetAvailable(false).Exec(ctx)
	})
	var got []string
	for _, row := range rowsOf(t, b.export()) {
		got = append(got, row.Get(kbart.TitleID)+" "+row.Get(kbart.DateFirstIssueOnline))
	}
	if want := []string{"j001 2010", "j002 1996", "j004 1996"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestExportOfNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if got := b.export(); got != holdingstest.Header {
		t.Errorf("an empty collection is %q", got)
	}
	var none *problem.Problem
	if _, err := b.Holdings.Export(t.Context(), holdings.ExportOf{CollectionID: 99}, io.Discard); !errors.As(err, &none) || none.Code != problem.NotFound {
		t.Errorf("a collection that is not there: %v", err)
	}
	if _, err := b.Holdings.ExportName(t.Context(), holdings.ExportOf{CollectionID: 99}, time.Now()); !errors.As(err, &none) || none.Code != problem.NotFound {
		t.Errorf("the name of one that is not there: %v", err)
	}
	name, err := b.Holdings.ExportName(t.Context(), holdings.ExportOf{CollectionID: holdingstest.CollectionID}, time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))
	if err != nil || name != "journals_2026-11-23.txt" {
		t.Errorf("it is called %q (%v)", name, err)
	}
	full := errors.New("disk full")
	if _, err := b.Holdings.Export(t.Context(), holdings.ExportOf{CollectionID: holdingstest.CollectionID}, failingWriter{full}); !errors.Is(err, full) {
		t.Errorf("a writer that fails: %v", err)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

// TestExportHoldsNoTitles is not parallel: it measures the heap. The list it writes is several times as large as what
// it may hold.
func TestExportHoldsNoTitles(t *testing.T) {
	const titles, limit = 50_000, 2 << 20
	b := setup(t)
	var list strings.Builder
	list.WriteString(holdingstest.Header)
	for n := range titles {
		j := holdingstest.Numbered(n, n+1)[0]
		list.WriteString(j.Row())
		if n%2 == 0 {
			j.First, j.Last = "1878", "1995"
			list.WriteString(j.Row())
		}
	}
	b.Sync(1, list.String())
	list.Reset()
	w := &heapMeter{before: liveHeap()}
	rows, err := b.Holdings.Export(t.Context(), holdings.ExportOf{CollectionID: holdingstest.CollectionID}, w)
	b.Must(err)
	if rows != titles*3/2 || w.bytes < 3*limit {
		t.Fatalf("%d rows, %d bytes", rows, w.bytes)
	}
	t.Logf("%d KiB of a list of %d KiB were held at most", w.most>>10, w.bytes>>10)
	if w.most > limit {
		t.Errorf("%d KiB were held at once", w.most>>10)
	}
}

// heapMeter measures, while a list is written to it, how much more is in use than before.
type heapMeter struct {
	before, most  int64
	bytes, writes int
}

func (w *heapMeter) Write(p []byte) (int, error) {
	w.bytes += len(p)
	if w.writes++; w.writes%16 == 0 {
		w.most = max(w.most, liveHeap()-w.before)
	}
	return len(p), nil
}

// liveHeap is what is in use, in bytes.
func liveHeap() int64 {
	runtime.GC()
	runtime.GC() // pools are emptied by the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
