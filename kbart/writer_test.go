package kbart_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"autoholdings/kbart"
)

var errFull = errors.New("the disk is full")

// fullAfter accepts a number of bytes and then fails.
type fullAfter struct{ left int }

func (f *fullAfter) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func headerLine() string {
	var names []string
	for c := range kbart.Column(kbart.NumColumns) {
		names = append(names, c.String())
	}
	return strings.Join(names, "\t")
}

func TestWriterOutput(t *testing.T) {
	t.Parallel()
	row := [kbart.NumColumns]string{kbart.PublicationTitle: "Annals, Letters", kbart.OnlineIdentifier: "2049-3630", kbart.AccessType: "P"}
	want := "Annals, Letters\t\t2049-3630" + strings.Repeat("\t", 22) + "P"
	for end, o := range map[string]kbart.WriterOptions{"\n": {}, "\r\n": {CRLF: true}} {
		var b bytes.Buffer
		w := kbart.NewWriter(&b, o)
		must(t, w.WriteRow(&row), w.WriteRow(&row), w.Flush())
		if got := b.String(); got != headerLine()+end+want+end+want+end {
			t.Errorf("wrote %q", got)
		}
	}
}

func TestWriterWithoutRows(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w := kbart.NewWriter(&b, kbart.WriterOptions{})
	must(t, w.Flush(), w.Flush())
	if b.String() != headerLine()+"\n" {
		t.Errorf("wrote %q, want the header once", b.String())
	}
}

func TestWriterFindings(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]struct{ cell, codes string }{
		"plain":          {"plain", ""},
		" padded ":       {"padded", ""},
		"Ännalen":        {"Ännalen", ""},
		`Toys "R" Us`:    {`Toys "R" Us`, ""},
		`"Now": Or`:      {`"Now": Or`, ""},
		"a\tb\r\nc":      {"a b c", "written-break"},
		"a\u2028b":       {"a b", "written-break"},
		"a\n":            {"a", ""},
		"a\x00\x1bb":     {"ab", "written-control"},
		"Universit\xe4t": {"Universit\ufffdt", "written-encoding"},
		`P\r`:            {"P", "written-escape"},
		`"Dada"`:         {`"""Dada"""`, "written-quotes"},
		"\"a\x00\tb\xff": {"\"a b\ufffd", "written-encoding written-control written-break"},
	} {
		var b bytes.Buffer
		var codes []string
		w := kbart.NewWriter(&b, kbart.WriterOptions{Findings: func(f kbart.Finding) {
			codes = append(codes, f.Code)
			if f.Line != 2 || f.Column != "notes" || f.Message == "" || f.Hint == "" {
				t.Errorf("%q: finding %+v is not of notes in line 2", in, f)
			}
		}})
		must(t, w.WriteRow(&[kbart.NumColumns]string{kbart.PublicationTitle: "Annals", kbart.Notes: in}), w.Flush())
		cells := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\t")
		if got := cells[kbart.NumColumns-1+int(kbart.Notes)]; got != want.cell || strings.Join(codes, " ") != want.codes {
			t.Errorf("%q is written %q with %v; want %q with %q", in, got, codes, want.cell, want.codes)
		}
	}
}

func TestWriterRefuses(t *testing.T) {
	t.Parallel()
	header := [kbart.NumColumns]string{}
	for c := range header {
		header[c] = kbart.Column(c).String()
	}
	var b bytes.Buffer
	w := kbart.NewWriter(&b, kbart.WriterOptions{})
	for name, row := range map[string][kbart.NumColumns]string{
		"nothing":      {},
		"blanks":       {kbart.PublicationTitle: " \t\u00a0", kbart.Notes: `\n`},
		"column names": header,
		"a long row":   {kbart.PublicationTitle: strings.Repeat("a", 1<<20)},
	} {
		if err := w.WriteRow(&row); !errors.Is(err, kbart.ErrNotARow) {
			t.Errorf("%s: error is %v, want ErrNotARow", name, err)
		}
	}
	must(t, w.WriteRow(&[kbart.NumColumns]string{kbart.PublicationTitle: "Annals"}), w.Flush())
	if n := strings.Count(b.String(), "\n"); n != 2 {
		t.Errorf("%d lines were written, want the header and the one good row", n)
	}
}

func TestWriterFails(t *testing.T) {
	t.Parallel()
	row := [kbart.NumColumns]string{kbart.PublicationTitle: strings.Repeat("a", 1000)}
	w := kbart.NewWriter(&fullAfter{left: 100_000}, kbart.WriterOptions{})
	var first error
	for i := 0; i < 1000 && first == nil; i++ {
		first = w.WriteRow(&row)
	}
	if !errors.Is(first, errFull) {
		t.Fatalf("a full disk gives %v", first)
	}
	if err := w.WriteRow(&row); !errors.Is(err, errFull) {
		t.Errorf("the next row gives %v, want the same error", err)
	}
	if err := w.Flush(); !errors.Is(err, errFull) {
		t.Errorf("Flush gives %v, want the same error", err)
	}
}

// A list of any size is written in constant memory: a row that needs no changes costs no allocation.
func TestWriterAllocations(t *testing.T) {
	row := [kbart.NumColumns]string{kbart.PublicationTitle: "Annals of Examples", kbart.TitleID: "annals", kbart.AccessType: "P"}
	w := kbart.NewWriter(io.Discard, kbart.WriterOptions{})
	must(t, w.WriteRow(&row))
	if n := testing.AllocsPerRun(1000, func() { must(t, w.WriteRow(&row)) }); n > 0 {
		t.Errorf("a row costs %v allocations", n)
	}
}

func BenchmarkWrite(b *testing.B) {
	row := [kbart.NumColumns]string{
		kbart.PublicationTitle: "Annals of Examples", kbart.PrintIdentifier: "1357-2466", kbart.DateFirstIssueOnline: "1996-01-01",
		kbart.TitleURL: "https://academic.example.org/annals", kbart.TitleID: "annals", kbart.PublicationTypeColumn: "serial",
	}
	w := kbart.NewWriter(io.Discard, kbart.WriterOptions{})
	b.ReportAllocs()
	for b.Loop() {
		if err := w.WriteRow(&row); err != nil {
			b.Fatal(err)
		}
	}
}
