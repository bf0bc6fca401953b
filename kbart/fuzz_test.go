package kbart_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"autoholdings/kbart"
)

// FuzzReader checks that every row is accounted for, whatever the bytes, and that reading byte by byte gives the same.
func FuzzReader(f *testing.F) {
	f.Add([]byte(sampleList(3)))
	f.Add([]byte(sampleHeader + "\"Annals\nof\tX\"\t1357-2466\t\ta\tP\n\"x\n\"\"\ty\t\n"))
	f.Add([]byte(strings.ReplaceAll(sampleList(3), "\n", "\r")))
	f.Add([]byte(sampleHeader + "a\t\t\tb\tF\rc\t\t\td\tP\r\n" + sampleHeader + "\xe4\t\t\t\xc3\xa4\tP\\r\n"))
	f.Add([]byte("\xff\xfep\x00u\x00"))
	f.Add([]byte(sampleHeader +
		"\"Open\t1357-2466\t\ta\n3.5\"\t2049-3630\t\tb\tP\n\"a\tb\"\t1357-2466\t\tc\n\"Annals\nof X\"\t1357-2466\t\td\tP\n"))
	f.Add([]byte("publication_title\tnotes\ttitle_id\tNotes\tadded\nA\t\ta\tn\tx\n\t\t\t\tx\n\ufeffPublication Title\tnotes\tTitle " +
		"Id\n\u200bE\u0301\u200e\t0000-0000\tNULL\n\x1a"))
	f.Add([]byte("publication_title;title_id\n\"a;b\";c\nd;e;f\n"))
	f.Add(gzipped(f, sampleList(2)))
	f.Add(zipped(f, [2]string{"a.txt", sampleList(2)}, [2]string{"b.txt", "note"}))
	f.Fuzz(func(t *testing.T, input []byte) {
		findings := 0
		options := kbart.Options{MaxLine: 1 << 16, MaxSize: 1 << 22, Findings: func(f kbart.Finding) {
			findings++
			if f.Code == "" || f.Message == "" || f.Hint == "" || len([]rune(f.Value)) > kbart.MaxFindingValue {
				t.Errorf("finding %+v is not complete", f)
			}
		}}
		r := kbart.NewReader(bytes.NewReader(input), options)
		rows, refused, lastLine := 0, 0, 0
		var failure error
		for rec, err := range r.Records() {
			if failure = err; err != nil {
				break
			}
			rows++
			if rec.Fate == kbart.Refused {
				refused++
			}
			if (rec.Fate == kbart.Refused) != (rec.Reason != "") {
				t.Errorf("line %d is %s for the reason %q", rec.Line, rec.Fate, rec.Reason)
			}
			if rec.Fate != kbart.Refused && rec.Get(kbart.PublicationTitle) == "" {
				t.Errorf("line %d is %s without a title", rec.Line, rec.Fate)
			}
			if rec.File == "" && rec.Line <= lastLine {
				t.Errorf("line %d follows line %d", rec.Line, lastLine)
			}
			lastLine = rec.Line
			kbart.Check(rec, options.Findings)
		}
		s := r.Summary()
		if s.Rows.Read != rows || s.Rows.Refused != refused || s.Rows.Read != s.Rows.Used+s.Rows.SetAside+s.Rows.Refused {
			t.Errorf("%d rows, %d of them refused, but the summary has %+v", rows, refused, s.Rows)
		}
		if want, ok := countLines(input, r.Header()); ok && failure == nil && want != rows {
			t.Errorf("%d rows, want one for each of %d lines", rows, want)
		}
		if again, err := outcome(iotest.OneByteReader(bytes.NewReader(input)), kbart.Options{MaxLine: 1 << 16, MaxSize: 1 << 22}); again != s ||
			(err == nil) != (failure == nil) {
			t.Errorf("byte by byte it is %+v, %v; at once %+v, %v", again, err, s, failure)
		}
	})
}

// countLines counts the non-blank lines after the header. A line of spaces and delimiters is blank. In the list, every
// line must be a row: it must be plain ASCII without quotes, backslashes, lone carriage returns and added columns.
func countLines(input []byte, h kbart.Header) (n int, ok bool) {
	text := strings.ReplaceAll(string(input), "\r\n", "\n")
	if h.Names == nil || strings.ContainsAny(text, "\"\r\\\x1a") || strings.HasPrefix(text, "PK") {
		return 0, false
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r >= 0x80 }) {
		return 0, false
	}
	for _, name := range h.Names {
		if _, ok := kbart.ParseColumn(name); !ok {
			return 0, false
		}
	}
	for i, line := range strings.Split(text, "\n") {
		if i+1 > h.Line && strings.Trim(line, " \t"+h.Delimiter) != "" && strings.TrimSpace(line) != "" {
			n++
		}
	}
	return n, true
}

func FuzzWriteRead(f *testing.F) {
	f.Add("Annals", "1357-2466", "a\tb", false)
	f.Add(`"Annals"`, `"`, `x\r`, true)
	f.Add("\xff", "\u2028", "\x00", true)
	f.Add(`"a`, `b"`, "\u200bc\x1a", false)
	f.Add("E\u0301", `"`, `""x`, true)
	f.Fuzz(func(t *testing.T, a, b, c string, crlf bool) {
		var list bytes.Buffer
		w := kbart.NewWriter(&list, kbart.WriterOptions{CRLF: crlf})
		var rows [][kbart.NumColumns]string
		for _, row := range [][kbart.NumColumns]string{
			{kbart.PublicationTitle: a, kbart.PrintIdentifier: b, kbart.AccessType: c},
			{kbart.PublicationTitle: b, kbart.TitleID: c, kbart.Notes: a},
		} {
			switch err := w.WriteRow(&row); {
			case err == nil:
				rows = append(rows, row)
			case !errors.Is(err, kbart.ErrNotARow):
				t.Fatal(err)
			}
		}
		must(t, w.Flush())
		compare(t, list.Bytes(), rows)
	})
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2006", "2006-02", "2000-02-29", "2006-", "01/02/2006", "2008.0", "1900-02-29"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, ok := kbart.ParseDate(s)
		if ok != (d.String() == s && s != "") {
			t.Errorf("ParseDate(%q) = %v, %v", s, d, ok)
		}
		if ok && (d.First().After(d.Last()) || d.First().Year() != d.Year || d.Last().Year() != d.Year) {
			t.Errorf("%q is from %v to %v", s, d.First(), d.Last())
		}
		if ok && len(s) == 10 {
			if _, err := time.Parse(time.DateOnly, s); err != nil {
				t.Errorf("%q is taken for a date: %v", s, err)
			}
		}
	})
}

func FuzzParseEmbargo(f *testing.F) {
	for _, s := range []string{"R10Y", "P6M", "R10Y;P30D", "R0Y", "R1Y;6M", "P3M;P9D", "R999999Y;P999999D", ""} {
		f.Add(s, int64(1_700_000_000))
	}
	f.Fuzz(func(t *testing.T, s string, seconds int64) {
		e, err := kbart.ParseEmbargo(s)
		if err == nil && e.String() != s {
			t.Errorf("%q is printed as %q", s, e)
		}
		if err != nil && !e.IsZero() {
			t.Errorf("%q is %+v and an error", s, e)
		}
		on := time.Unix(seconds%(1<<40), 0).UTC()
		from, to := e.Accessible(on)
		if from.IsZero() != (e.Begins.Length == 0) && from.Year() != 1 || from.After(on) || to.After(on) {
			t.Errorf("%q on %v is open from %v to %v", s, on, from, to)
		}
	})
}

func FuzzParseIdentifier(f *testing.F) {
	for _, s := range []string{"1357-2466", "2049-363x", "9780192804778", "0-19-280477-4", "9.78E+12", "9780822341567.0", "1980-09-01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, ok := kbart.ParseIdentifier(s)
		if !ok {
			if id != (kbart.Identifier{}) {
				t.Errorf("%q is no identifier and %+v", s, id)
			}
			return
		}
		if want := map[kbart.IdentifierKind]int{kbart.ISSN: 8, kbart.ISBN: 13}[id.Kind]; len(id.Key) != want {
			t.Errorf("%q has the key %q", s, id.Key)
		}
		again, ok := kbart.ParseIdentifier(id.String())
		if !ok || again.Key != id.Key || again.Kind != id.Kind {
			t.Errorf("%q is %+v, as %q %+v", s, id, id, again)
		}
	})
}
