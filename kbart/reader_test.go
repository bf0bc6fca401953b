package kbart_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"golang.org/x/text/encoding/unicode"

	"autoholdings/kbart"
)

const sampleHeader = "publication_title\tprint_identifier\tonline_identifier\ttitle_id\taccess_type\n"

// sampleList returns a list of n rows.
func sampleList(n int) string {
	var b strings.Builder
	b.WriteString(sampleHeader)
	for i := range n {
		fmt.Fprintf(&b, "Annals %d\t1357-2466\t\tannals-%d\tP\n", i, i)
	}
	return b.String()
}

func gzipped(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	must(t, second(io.WriteString(w, text)), w.Close())
	return b.Bytes()
}

func zipped(t testing.TB, members ...[2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		f, err := w.Create(m[0])
		must(t, err, second(io.WriteString(f, m[1])))
	}
	must(t, w.Close())
	return b.Bytes()
}

// outcome reads a list to its end and returns the summary and the error.
func outcome(r io.Reader, o kbart.Options) (kbart.Summary, error) {
	reader := kbart.NewReader(r, o)
	var failure error
	for _, err := range reader.Records() {
		failure = err
	}
	return reader.Summary(), failure
}

// hidden is only an io.Reader: it cannot seek and does not know its size.
type hidden struct{ io.Reader }

// repeat yields the same string forever.
type repeat struct {
	text string
	at   int
}

func (r *repeat) Read(p []byte) (int, error) {
	for n := range p {
		p[n] = r.text[r.at]
		r.at = (r.at + 1) % len(r.text)
	}
	return len(p), nil
}

func TestFatal(t *testing.T) {
	t.Parallel()
	list := sampleList(50)
	for name, tt := range map[string]struct {
		input io.Reader
		code  string
		is    error
	}{
		"cut gzip":           {bytes.NewReader(gzipped(t, list)[:200]), "truncated", io.ErrUnexpectedEOF},
		"gzip without end":   {bytes.NewReader(cutEnd(gzipped(t, list), 4)), "truncated", io.ErrUnexpectedEOF},
		"gzip, wrong sum":    {bytes.NewReader(flip(gzipped(t, list), -6)), "truncated", gzip.ErrChecksum},
		"gzip, damaged":      {bytes.NewReader(flip(gzipped(t, list), 40)), "truncated", nil},
		"gzip, header alone": {bytes.NewReader(gzipped(t, list)[:5]), "truncated", io.ErrUnexpectedEOF},
		"rubbish after gzip": {bytes.NewReader(append(gzipped(t, list), "rubbish"...)), "truncated", nil},
		"cut ZIP":            {bytes.NewReader(cutEnd(zipped(t, [2]string{"a.txt", list}), 30)), "truncated", zip.ErrFormat},
		"cut ZIP, spooled":   {hidden{bytes.NewReader(cutEnd(zipped(t, [2]string{"a.txt", list}), 30))}, "truncated", zip.ErrFormat},
		"ZIP, damaged":       {bytes.NewReader(flip(zipped(t, [2]string{"a.txt", list}), 60)), "truncated", nil},
		"ZIP of nothing":     {bytes.NewReader(zipped(t)), "no-rows", nil},
		"ZIP of a document":  {bytes.NewReader(zipped(t, [2]string{"a.pdf", list})), "no-rows", nil},
		"nested too deep":    {bytes.NewReader(gzipped(t, string(gzipped(t, string(gzipped(t, string(gzipped(t, list)))))))), "not-text", nil},
		"body cut short":     {io.MultiReader(strings.NewReader(list), iotest.ErrReader(io.ErrUnexpectedEOF)), "truncated", io.ErrUnexpectedEOF},
		"long line":          {io.MultiReader(strings.NewReader(sampleHeader), &repeat{text: "x"}), "line-too-long", nil},
		"long first line":    {&repeat{text: "x"}, "line-too-long", nil},
		"endless tabs":       {&repeat{text: "\t"}, "line-too-long", nil},
		"million cells": {
			io.MultiReader(strings.NewReader(sampleHeader), strings.NewReader("a"), &repeat{text: "\ty"}), "line-too-long",
			nil,
		},
		"many columns":   {strings.NewReader("publication_title\ttitle_id" + strings.Repeat("\tx", 500_000) + "\n"), "too-many-columns", nil},
		"zeros":          {io.LimitReader(&repeat{text: "\x00"}, 10<<20), "not-text", nil},
		"blank for ever": {io.LimitReader(&repeat{text: "\n"}, 10<<20), "no-rows", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var last kbart.Finding
			sum, err := outcome(tt.input, kbart.Options{Findings: func(f kbart.Finding) { last = f }})
			var fatal *kbart.FatalError
			if !errors.As(err, &fatal) {
				t.Fatalf("error is %v, want a fatal one with the code %s", err, tt.code)
			}
			if fatal.Finding.Code != tt.code {
				t.Errorf("code is %s (%v), want %s", fatal.Finding.Code, err, tt.code)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("%v does not wrap %v", err, tt.is)
			}
			if last != fatal.Finding || last.Severity != kbart.Fatal || sum.Findings.Fatal != 1 {
				t.Errorf("last finding is %+v, counts are %+v; want the fatal one, counted once", last, sum.Findings)
			}
			if last.Hint == "" || !strings.Contains(err.Error(), last.Hint) {
				t.Errorf("%q does not say what to do", err)
			}
		})
	}
}

func cutEnd(b []byte, n int) []byte { return b[:len(b)-n] }

// flip damages one byte. A negative i counts from the end.
func flip(b []byte, i int) []byte {
	if i < 0 {
		i += len(b)
	}
	b[i] ^= 0xff
	return b
}

// A transfer may be interrupted at any byte: no part of an archive is accepted as the whole.
func TestEveryCutIsNoticed(t *testing.T) {
	t.Parallel()
	list := sampleList(20)
	for name, whole := range map[string][]byte{
		"gzip": gzipped(t, list),
		"zip":  zipped(t, [2]string{"a.txt", list}),
	} {
		if _, err := outcome(bytes.NewReader(whole), kbart.Options{}); err != nil {
			t.Fatalf("%s, whole: %v", name, err)
		}
		for n := range len(whole) {
			if _, err := outcome(bytes.NewReader(whole[:n]), kbart.Options{}); !errors.As(err, new(*kbart.FatalError)) {
				t.Errorf("%s, cut to %d of %d bytes: %v, want a fatal error", name, n, len(whole), err)
			}
		}
	}
}

func TestFailingSource(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is gone")
	packed := gzipped(t, sampleList(100_000))
	for name, r := range map[string]io.Reader{
		"at once":     iotest.ErrReader(broken),
		"in the text": io.MultiReader(strings.NewReader(sampleList(3)), iotest.ErrReader(broken)),
		"in gzip":     io.MultiReader(bytes.NewReader(packed[:len(packed)/2]), iotest.ErrReader(broken)),
		"in ZIP":      io.MultiReader(bytes.NewReader(zipped(t, [2]string{"a", sampleList(3)})[:40]), iotest.ErrReader(broken)),
		"in a file":   failingAt{bytes.NewReader(zipped(t, [2]string{"a", sampleList(3)})), broken},
	} {
		sum, err := outcome(r, kbart.Options{Name: "oup.txt"})
		if !errors.Is(err, broken) || errors.As(err, new(*kbart.FatalError)) {
			t.Errorf("%s: error is %v, want the source's own", name, err)
		}
		if !strings.Contains(err.Error(), "oup.txt") || !strings.Contains(err.Error(), "line") {
			t.Errorf("%s: %q does not say where", name, err)
		}
		if sum.Findings.Fatal != 0 {
			t.Errorf("%s: a failing source was counted as a fault of the list", name)
		}
	}
}

// failingAt has random access, but fails to read.
type failingAt struct {
	*bytes.Reader
	err error
}

func (f failingAt) ReadAt([]byte, int64) (int, error) { return 0, f.err }

func TestSizeLimits(t *testing.T) {
	t.Parallel()
	bomb := zipped(t, [2]string{"a.txt", sampleHeader + strings.Repeat(strings.Repeat(" ", 1000)+"\n", 100_000)})
	gzipBomb := gzipped(t, sampleHeader+strings.Repeat(strings.Repeat(" ", 1000)+"\n", 100_000))
	for name, tt := range map[string]struct {
		input   io.Reader
		options kbart.Options
	}{
		"text over the limit":  {strings.NewReader(sampleList(1000)), kbart.Options{MaxSize: 10_000}},
		"spool over the limit": {hidden{bytes.NewReader(zipped(t, [2]string{"a.txt", sampleList(1000)}))}, kbart.Options{MaxSize: 1000}},
		"ZIP over the limit": {
			bytes.NewReader(zipped(t, [2]string{"a.txt", sampleList(500)}, [2]string{"b.txt", sampleList(500)})),
			kbart.Options{MaxSize: 30_000},
		},
		"ZIP bomb":          {bytes.NewReader(bomb), kbart.Options{}},
		"ZIP bomb, spooled": {hidden{bytes.NewReader(bomb)}, kbart.Options{}},
		"gzip bomb":         {bytes.NewReader(gzipBomb), kbart.Options{}},
		"gzip bomb in gzip": {bytes.NewReader(gzipped(t, string(gzipBomb))), kbart.Options{}},
	} {
		_, err := outcome(tt.input, tt.options)
		var fatal *kbart.FatalError
		if !errors.As(err, &fatal) || fatal.Finding.Code != "too-large" {
			t.Errorf("%s: error is %v, want one with the code too-large", name, err)
		}
	}
	if _, err := outcome(strings.NewReader(sampleList(1000)), kbart.Options{MaxSize: int64(len(sampleList(1000)))}); err != nil {
		t.Errorf("a list of just the size allowed: %v", err)
	}
}

func TestMaxLine(t *testing.T) {
	t.Parallel()
	row := "Annals\t1357-2466\t\t" + strings.Repeat("a", 1000) + "\tP\n"
	for limit, want := range map[int]bool{len(row) - 1: true, len(row) - 2: false} {
		_, err := outcome(strings.NewReader(sampleHeader+row), kbart.Options{MaxLine: limit})
		if (err == nil) != want {
			t.Errorf("a row of %d bytes and a limit of %d: %v", len(row)-1, limit, err)
		}
	}
}

// Hostile input ends in an error, and memory stays bounded.
func TestMemoryIsBounded(t *testing.T) {
	// Not parallel: it measures the memory of the whole process.
	const most = 64 << 20
	open := `"` + strings.Repeat("a", 200) + "\n"
	for name, input := range map[string]io.Reader{
		"a line of 1 GB":        io.MultiReader(strings.NewReader(sampleHeader), io.LimitReader(&repeat{text: "x"}, 1<<30)),
		"a header of 1 GB":      io.LimitReader(&repeat{text: "publication_title\t"}, 1<<30),
		"quotes that stay open": io.MultiReader(strings.NewReader(sampleHeader), io.LimitReader(&repeat{text: open}, 20<<20)),
		"a cell of doubled quote": io.MultiReader(strings.NewReader(sampleHeader), strings.NewReader(`"`),
			io.LimitReader(&repeat{text: `""` + "\n"}, 10<<20)),
		"rows of many cells": io.MultiReader(strings.NewReader(sampleHeader),
			io.LimitReader(&repeat{text: strings.Repeat("\t", 500_000) + "x\n"}, 20<<20)),
		"100 MB of rows": io.MultiReader(strings.NewReader(sampleHeader),
			io.LimitReader(&repeat{text: "Annals\t1357-2466\t\tannals\tP\n"}, 100<<20)),
	} {
		if testing.Short() && name != "a line of 1 GB" {
			continue
		}
		var peak uint64
		reader := kbart.NewReader(input, kbart.Options{})
		rows := 0
		for _, err := range reader.Records() {
			if rows++; rows%20_000 == 0 || err != nil {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapInuse)
			}
		}
		if peak > most {
			t.Errorf("%s: %d MiB in use, want at most %d", name, peak>>20, most>>20)
		}
		if s := reader.Summary().Rows; s.Read != s.Used+s.SetAside+s.Refused {
			t.Errorf("%s: rows do not add up: %+v", name, s)
		}
	}
}

func TestAllocations(t *testing.T) {
	const rows = 20_000
	for name, line := range map[string]string{
		"plain":   "Annals\t1357-2466\t2049-3630\tannals\tP\n",
		"accents": "Ännalen\t1357-2466\t2049-3630\tannals\tP\n",
		"blanks":  " Annals \t 1357-2466\t2049-3630 \tannals\tP\n",
		"books":   "A Book\t978-0-19-280477-8\t\t\tP\n",
	} {
		list := []byte(sampleHeader + strings.Repeat(line, rows))
		perRow := testing.AllocsPerRun(3, func() {
			r := kbart.NewReader(bytes.NewReader(list), kbart.Options{})
			for rec, err := range r.Records() {
				if err != nil {
					t.Error(err)
				}
				kbart.Check(rec, func(f kbart.Finding) { t.Error(f) })
			}
		}) / rows
		if perRow > 1.1 {
			t.Errorf("%s: reading and checking allocates %.2f times a row, want one", name, perRow)
		}
	}
}

// The result does not depend on the pieces in which the input arrives.
func TestPiecesDoNotMatter(t *testing.T) {
	t.Parallel()
	list := strings.ReplaceAll(sampleList(3000), "Annals 7\t", "\"Annals\n7\"\t")
	list = strings.ReplaceAll(list, "Annals 8\t", "Ännalen 8\t")
	for name, text := range map[string]string{
		"lf": list, "crlf": strings.ReplaceAll(list, "\n", "\r\n"), "cr": strings.ReplaceAll(list, "\n", "\r"),
	} {
		whole := describe([]byte(text))
		for reader, r := range map[string]io.Reader{
			"one byte": iotest.OneByteReader(strings.NewReader(text)),
			"halves":   iotest.HalfReader(strings.NewReader(text)),
			"with EOF": iotest.DataErrReader(strings.NewReader(text)),
		} {
			sum, err := outcome(r, kbart.Options{})
			want, _ := outcome(strings.NewReader(text), kbart.Options{})
			if err != nil || sum != want || !strings.Contains(whole, fmt.Sprintf("read %d, used %d", sum.Rows.Read, sum.Rows.Used)) {
				t.Errorf("%s by %s: %+v, %v; want %+v", name, reader, sum, err, want)
			}
		}
	}
}

func TestZipInPlaceAndSpooled(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	packed := zipped(t, [2]string{"a.txt", sampleList(3)}, [2]string{"b.txt", sampleList(2)})
	file, err := os.CreateTemp(t.TempDir(), "*.zip")
	must(t, err, second(file.WriteString("before")), second(file.Write(packed)), second(file.Seek(6, io.SeekStart)))
	defer func() { _ = file.Close() }()
	for name, r := range map[string]io.Reader{
		"bytes": bytes.NewReader(packed), "file from its middle": file, "pipe": hidden{bytes.NewReader(packed)},
		"in gzip": bytes.NewReader(gzipped(t, string(packed))),
		"in ZIP":  bytes.NewReader(zipped(t, [2]string{"inner.zip", string(packed)})),
	} {
		sum, err := outcome(r, kbart.Options{})
		if err != nil || sum.Rows.Used != 5 {
			t.Errorf("%s: %+v, %v; want 5 rows", name, sum.Rows, err)
		}
	}
	// If the caller stops early, no temporary file is left either.
	for _, err := range kbart.NewReader(hidden{bytes.NewReader(packed)}, kbart.Options{}).Records() {
		must(t, err)
		break
	}
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	must(t, err)
	left = slices.DeleteFunc(left, func(e os.DirEntry) bool { return !strings.HasPrefix(e.Name(), "kbart-") })
	if len(left) > 0 {
		t.Errorf("temporary files are left: %v", left)
	}
}

func TestRecordsTwice(t *testing.T) {
	t.Parallel()
	r := kbart.NewReader(strings.NewReader(sampleList(1)), kbart.Options{})
	for _, err := range r.Records() {
		must(t, err)
	}
	for rec, err := range r.Records() {
		if err == nil {
			t.Errorf("a second call yields %v, want an error", rec)
		}
	}
}

// The record is reused, but its strings and its clone stay valid.
func TestClone(t *testing.T) {
	t.Parallel()
	r := kbart.NewReader(strings.NewReader(sampleList(2)), kbart.Options{})
	var kept *kbart.Record
	var title string
	for rec, err := range r.Records() {
		must(t, err)
		if kept == nil {
			kept, title = rec.Clone(), rec.Get(kbart.PublicationTitle)
		}
	}
	if kept.Get(kbart.TitleID) != "annals-0" || kept.Line != 2 || title != "Annals 0" || len(kept.Cells()) != 5 {
		t.Errorf("clone of the first row is %q of line %d, its title %q", kept.Cells(), kept.Line, title)
	}
}

func TestHeaderHas(t *testing.T) {
	t.Parallel()
	r := kbart.NewReader(strings.NewReader("Title_ID\tpublication title\tcoverage_notes\nannals\tAnnals\t\n"), kbart.Options{})
	for _, err := range r.Records() {
		must(t, err)
	}
	h := r.Header()
	if !h.Has(kbart.TitleID) || !h.Has(kbart.PublicationTitle) || !h.Has(kbart.Notes) || h.Has(kbart.AccessType) {
		t.Errorf("header %q has not what it says", h.Names)
	}
}

// If the first bytes do not show the encoding, the first row that does decides.
func TestLateBytesBeyondASCII(t *testing.T) {
	t.Parallel()
	plain := sampleList(5000) // longer than the sample that is looked at first
	for name, tt := range map[string]struct{ tail, encoding, codes, titles string }{
		"Windows-1252": {
			"\xc4nnalen\t\t\ta\tP\nB\xfccher\t\t\tb\tP\n", kbart.Windows1252,
			"encoding-windows-1252 5002", "Ännalen|Bücher",
		},
		"UTF-8": {"Ännalen\t\t\ta\tP\n", kbart.UTF8, "", "Ännalen"},
		"UTF-8, then Windows-1252": {
			"Ännalen\t\t\ta\tP\nB\xfccher\t\t\tb\tP\n", kbart.UTF8,
			"mixed-encoding 5003", "Ännalen|Bücher",
		},
		"Windows-1252, then UTF-8": {
			"\xc4nnalen\t\t\ta\tP\nBücher\t\t\tb\tP\n", kbart.Windows1252,
			"encoding-windows-1252 5002, mixed-encoding 5003", "Ännalen|Bücher",
		},
	} {
		var codes, titles []string
		r := kbart.NewReader(strings.NewReader(plain+tt.tail), kbart.Options{Findings: func(f kbart.Finding) {
			if f.Code != "missing-column" {
				codes = append(codes, fmt.Sprint(f.Code, " ", f.Line))
			}
		}})
		for rec, err := range r.Records() {
			must(t, err)
			if rec.Line > 5001 {
				titles = append(titles, rec.Get(kbart.PublicationTitle))
			}
		}
		if got := strings.Join(codes, ", "); got != tt.codes {
			t.Errorf("%s: findings %q, want %q", name, got, tt.codes)
		}
		if got := strings.Join(titles, "|"); got != tt.titles {
			t.Errorf("%s: titles %q, want %q", name, got, tt.titles)
		}
		if got := r.Summary().Encoding; got != tt.encoding {
			t.Errorf("%s: encoding %s, want %s", name, got, tt.encoding)
		}
	}
}

func TestLongUTF16(t *testing.T) {
	t.Parallel()
	for encoding, order := range map[string]binary.AppendByteOrder{kbart.UTF16LE: binary.LittleEndian, kbart.UTF16BE: binary.BigEndian} {
		var text []byte
		for _, unit := range utf16.Encode([]rune(strings.ReplaceAll(sampleList(20_000), "Annals 1999", "Ännalen"))) {
			text = order.AppendUint16(text, unit)
		}
		for name, r := range map[string]io.Reader{"whole": bytes.NewReader(text), "in halves": iotest.HalfReader(bytes.NewReader(text))} {
			sum, err := outcome(r, kbart.Options{})
			if err != nil || sum.Rows.Used != 20_000 || sum.Encoding != encoding {
				t.Errorf("%s, %s: %+v, %v", encoding, name, sum, err)
			}
		}
	}
}

// An open quote affects no other row.
func TestOpenQuoteIsNoTrap(t *testing.T) {
	t.Parallel()
	for name, lines := range map[string]int{"many lines": 500, "to the end": 20} {
		sum, err := outcome(strings.NewReader(sampleHeader+"\"Open\t1357-2466\n"+strings.TrimPrefix(sampleList(lines), sampleHeader)),
			kbart.Options{})
		if err != nil || sum.Rows.Used != lines+1 {
			t.Errorf("%s: %+v, %v; want %d rows used", name, sum.Rows, err, lines+1)
		}
	}
	spanning := sampleHeader + "\"A" + strings.Repeat("\n", 99) + "B\"\t1357-2466\t\ta\tP\n"
	if sum, err := outcome(strings.NewReader(spanning), kbart.Options{}); err != nil || sum.Rows != (kbart.Rows{Read: 1, Used: 1}) {
		t.Errorf("a cell over 100 lines: %+v, %v; want one row", sum.Rows, err)
	}
}

// TestTextOverLinesAtTheEnd: text that spans lines in a row's last cell is one value, although no value follows that
// would prove it. It never includes a line with several cells, even if that line is not a row.
func TestTextOverLinesAtTheEnd(t *testing.T) {
	t.Parallel()
	const head = "publication_title\tprint_identifier\ttitle_id\tnotes\nAnnals\t1357-2466\ta\t"
	for text, want := range map[string]string{
		"\"from 1990\nto 1995\"\nBrain\t\tb\t\n":                "from 1990 to 1995|",
		"\"from\n\n\"\"now\"\" on\"\nBrain\t\tb\t\n":            "from \"now\" on|",
		"\"from 1990\n\t1234-5679\t\tto 1995\"\nBrain\t\tb\t\n": "\"from 1990|to 1995\"|",
		"\"from 1990\nBrain\t\tb\tto 1995\"\n":                  "\"from 1990|to 1995\"",
	} {
		var notes []string
		for rec, err := range kbart.NewReader(strings.NewReader(head+text), kbart.Options{}).Records() {
			must(t, err)
			notes = append(notes, rec.Get(kbart.Notes))
		}
		if got := strings.Join(notes, "|"); got != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
}

func TestUnreadableMembers(t *testing.T) {
	t.Parallel()
	encrypted := zipped(t, [2]string{"a.txt", sampleList(3)})
	encrypted[6] |= 1
	encrypted[bytes.Index(encrypted, []byte("PK\x01\x02"))+8] |= 1
	var foreign bytes.Buffer
	w := zip.NewWriter(&foreign)
	w.RegisterCompressor(99, func(out io.Writer) (io.WriteCloser, error) { return nopCloser{out}, nil })
	f, err := w.CreateHeader(&zip.FileHeader{Name: "a.txt", Method: 99})
	must(t, err, second(io.WriteString(f, sampleList(3))), w.Close())
	many := make([][2]string, 1001)
	for i := range many {
		many[i] = [2]string{fmt.Sprintf("%d.txt", i), ""}
	}
	for name, tt := range map[string]struct {
		archive []byte
		code    string
	}{
		"encrypted":        {encrypted, "not-text"},
		"foreign method":   {foreign.Bytes(), "not-text"},
		"too many members": {zipped(t, many...), "too-large"},
	} {
		_, err := outcome(bytes.NewReader(tt.archive), kbart.Options{})
		var fatal *kbart.FatalError
		if !errors.As(err, &fatal) || fatal.Finding.Code != tt.code {
			t.Errorf("%s: %v, want a fatal error with the code %s", name, err, tt.code)
		}
	}
	sum, err := outcome(bytes.NewReader(zipped(t, [2]string{"lists/", ""}, [2]string{"__MACOSX/a.txt", "x"}, [2]string{".DS_Store", "x"},
		[2]string{"lists/a.txt", sampleList(3)})), kbart.Options{})
	if err != nil || sum.Rows.Used != 3 {
		t.Errorf("an archive with what systems add: %+v, %v", sum.Rows, err)
	}
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// A source that never returns data is an error, not a hang.
func TestSourceWithoutProgress(t *testing.T) {
	t.Parallel()
	if _, err := outcome(io.MultiReader(strings.NewReader(sampleList(2)), idle{}), kbart.Options{}); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("error is %v, want %v", err, io.ErrNoProgress)
	}
}

type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

// TestNUL: NUL characters are left out wherever they are, and reported: no database need hold them.
func TestNUL(t *testing.T) {
	t.Parallel()
	plain := sampleList(5000) // longer than the sample that is looked at first
	inUTF16 := func(s string) string {
		text, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	const one = "a NUL character was left out"
	for name, tt := range map[string]struct{ list, findings, title string }{
		"late":            {plain + "Br\x00ain\t\t\ta\tP\n", "nul-character 5002 Brain: " + one, "Brain"},
		"in UTF-8":        {plain + "\x00Ännalen\x00\t\t\ta\x00\tP\n", "nul-character 5002 Ännalen: 3 NUL characters were left out", "Ännalen"},
		"in Windows-1252": {plain + "\x00\xc4nnalen\t\t\ta\tP\n", "nul-character 5002 Ännalen: " + one, "Ännalen"},
		"early":           {"publication_title\ttitle_id\nBr\x00ain\ta\n", "nul-character 2 Brain: " + one, "Brain"},
		"in the header":   {"publication\x00_title\ttitle_id\nBrain\ta\n", "nul-character 1 : " + one, "Brain"},
		"in quotes":       {"publication_title\ttitle_id\n\"Br\x00a\tin\"\ta\n", "nul-character 2 Bra in: " + one, "Bra in"},
		"UTF-16":          {inUTF16("publication_title\ttitle_id\nBr\x00ain\ta\n"), "nul-character 2 Brain: " + one, "Brain"},
		"a row of nothing else": {
			plain + strings.Repeat("\x00", 5000) + "\n", "nul-character 5002 : 5000 NUL characters were left out",
			"Annals 4999",
		},
	} {
		var findings []string
		r := kbart.NewReader(strings.NewReader(tt.list), kbart.Options{Findings: func(f kbart.Finding) {
			if f.Code == "nul-character" {
				findings = append(findings, fmt.Sprintf("%s %d %s: %s", f.Code, f.Line, f.Title, f.Message))
			}
		}})
		title := ""
		for rec, err := range r.Records() {
			if err != nil {
				t.Errorf("%s: %v", name, err)
				break
			}
			title = rec.Get(kbart.PublicationTitle)
		}
		if got := strings.Join(findings, "|"); got != tt.findings || title != tt.title {
			t.Errorf("%s: %q, the last title is %q; want %q, %q", name, got, title, tt.findings, tt.title)
		}
	}
}
