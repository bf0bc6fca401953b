package kbart_test

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"autoholdings/internal/realfiles"
	"autoholdings/kbart"
)

var benchRows = flag.Int("rows", 100_000, "rows of the generated list that benchmarks read")

// generated returns a list of n rows like that of a publisher of journals and books.
func generated(n int) []byte {
	var b bytes.Buffer
	w := kbart.NewWriter(&b, kbart.WriterOptions{})
	for i := range n {
		row := [kbart.NumColumns]string{
			kbart.PublicationTitle: fmt.Sprintf("Journal of Applied Examples, Section %d", i),
			kbart.TitleURL:         fmt.Sprintf("https://academic.example.org/journal-%d", i),
			kbart.TitleID:          fmt.Sprintf("journal-%d", i),
			kbart.CoverageDepth:    "fulltext",
			kbart.PublisherName:    "Example University Press",
			kbart.AccessType:       "P",
		}
		if i%2 == 0 {
			row[kbart.PrintIdentifier], row[kbart.OnlineIdentifier] = "1357-2466", "2049-3630"
			row[kbart.DateFirstIssueOnline], row[kbart.NumFirstVolOnline], row[kbart.NumFirstIssueOnline] = "1996-01-01", "12", "1"
			row[kbart.PublicationTypeColumn] = "serial"
		} else {
			row[kbart.PrintIdentifier], row[kbart.OnlineIdentifier] = "9780192804778", "9780191516627"
			row[kbart.FirstAuthor], row[kbart.MonographEdition] = "Doe", "2"
			row[kbart.DateMonographPublishedPrint], row[kbart.DateMonographPublishedOnline] = "2003", "2004-05"
			row[kbart.PublicationTypeColumn] = "monograph"
		}
		if err := w.WriteRow(&row); err != nil {
			panic(err)
		}
	}
	if err := w.Flush(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// bareSplit does the least that a reader must do: it finds the lines and cells and makes strings of each row.
func bareSplit(text []byte) (rows, cells int) {
	var row []string
	for len(text) > 0 {
		line, rest, _ := bytes.Cut(text, []byte{'\n'})
		text = rest
		row = row[:0]
		for s := string(line); ; {
			cell, after, found := strings.Cut(s, "\t")
			row = append(row, cell)
			if !found {
				break
			}
			s = after
		}
		rows++
		cells += len(row)
	}
	return rows, cells
}

func readAll(tb testing.TB, text []byte, each func(*kbart.Record)) kbart.Summary {
	tb.Helper()
	r := kbart.NewReader(bytes.NewReader(text), kbart.Options{})
	for rec, err := range r.Records() {
		if err != nil {
			tb.Fatal(err)
		}
		if each != nil {
			each(rec)
		}
	}
	return r.Summary()
}

// benchmarkInputs are the lists to measure: generated ones and, if it is available, a large real one.
func benchmarkInputs(b *testing.B) map[string][]byte {
	b.Helper()
	inputs := map[string][]byte{"generated": generated(*benchRows)}
	f, err := os.Open(filepath.Join(realfiles.Root(b), "large", "ezb-holdings.kbart.txt.gz"))
	if err != nil {
		b.Logf("the large file is not available: %v", err)
		return inputs
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		b.Fatal(err)
	}
	if inputs["large"], err = io.ReadAll(z); err != nil {
		b.Fatal(err)
	}
	return inputs
}

// BenchmarkRead reads a list, and reports the speed compared to a bare split of the same bytes (1 = as fast).
func BenchmarkRead(b *testing.B) {
	for name, text := range benchmarkInputs(b) {
		b.Run(name, func(b *testing.B) {
			rows := bytes.Count(text, []byte{'\n'}) - 1
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			var bare, read time.Duration
			for b.Loop() {
				start := time.Now()
				bareSplit(text)
				middle := time.Now()
				readAll(b, text, nil)
				bare += middle.Sub(start)
				read += time.Since(middle)
			}
			b.ReportMetric(float64(bare)/float64(read), "of-bare-speed")
			b.ReportMetric(float64(rows)*float64(b.N)/read.Seconds(), "rows/s")
			b.ReportMetric(testing.AllocsPerRun(1, func() { readAll(b, text, nil) })/float64(rows), "allocs/row")
		})
	}
}

// BenchmarkCheck reads a list and checks every cell, and reports the speed compared to a bare split (1 = as fast).
func BenchmarkCheck(b *testing.B) {
	for name, text := range benchmarkInputs(b) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			var bare, checked time.Duration
			for b.Loop() {
				start := time.Now()
				bareSplit(text)
				middle := time.Now()
				readAll(b, text, func(rec *kbart.Record) { kbart.Check(rec, func(kbart.Finding) {}) })
				bare += middle.Sub(start)
				checked += time.Since(middle)
			}
			b.ReportMetric(float64(bare)/float64(checked), "of-bare-speed")
		})
	}
}

// BenchmarkBareSplit measures the bare split itself.
func BenchmarkBareSplit(b *testing.B) {
	for name, text := range benchmarkInputs(b) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				bareSplit(text)
			}
		})
	}
}
