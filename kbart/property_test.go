package kbart_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"autoholdings/kbart"
)

// value draws the value of a cell, often a troublesome one.
var value = rapid.OneOf(
	rapid.Just(""),
	rapid.String(),
	rapid.StringMatching(`[A-Za-z0-9 ,.:-]{0,30}`),
	rapid.StringOf(rapid.SampledFrom([]rune("ab\"\"\\\\rn \t\r\n;,\u00a0\u0085\u2028\ufeff\x00é"))),
	rapid.SampledFrom([]string{
		`"quoted"`, `"""twice"""`, `"`, `""`, `a\r`, `\n`, `"\r"`, " padded ", "\ufeffmark", "bad\xffbyte", "publication_title",
		"F", "P", "serial", "1357-2466", "9780192804778", "2006-01", "R10Y;P30D", "https://example.org/a?b=c&d",
	}),
)

// Written rows are read back as the same rows.
func TestWriteThenRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var rows [][kbart.NumColumns]string
		var list bytes.Buffer
		w := kbart.NewWriter(&list, kbart.WriterOptions{CRLF: rapid.Bool().Draw(t, "CRLF")})
		for range rapid.IntRange(0, 5).Draw(t, "rows") {
			var row [kbart.NumColumns]string
			for c := range row {
				row[c] = value.Draw(t, kbart.Column(c).String())
			}
			switch err := w.WriteRow(&row); {
			case err == nil:
				rows = append(rows, row)
			case !errors.Is(err, kbart.ErrNotARow):
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		compare(t, list.Bytes(), rows)
	})
}

// fatalf is the common part of testing.T and rapid.T.
type fatalf interface {
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// compare reads a written list and checks that it has the given rows, cleaned.
func compare(t fatalf, list []byte, rows [][kbart.NumColumns]string) {
	if !utf8.Valid(list) {
		t.Fatalf("what was written is not UTF-8: %q", list)
	}
	var findings []kbart.Finding
	r := kbart.NewReader(bytes.NewReader(list), kbart.Options{Findings: func(f kbart.Finding) { findings = append(findings, f) }})
	i := 0
	for rec, err := range r.Records() {
		var fatal *kbart.FatalError
		if errors.As(err, &fatal) && fatal.Finding.Code == "no-rows" && len(rows) == 0 {
			return
		}
		if err != nil || i == len(rows) {
			t.Fatalf("row %d of %d: %v in %q", i+1, len(rows), err, list)
		}
		for c := range kbart.Column(kbart.NumColumns) {
			if got, want := rec.Get(c), kbart.Clean(rows[i][c]); got != want {
				t.Errorf("row %d, %s: written %q, read %q, want %q", i+1, c, rows[i][c], got, want)
			}
		}
		i++
	}
	if i != len(rows) {
		t.Fatalf("%d rows were written, %d read", len(rows), i)
	}
	for _, f := range findings {
		if f.Code != kbart.ReasonNoTitle && f.Code != kbart.ReasonNoIdentifier {
			t.Errorf("reading what was written finds %s", f)
		}
	}
}

// Cleaning twice is the same as cleaning once, and a clean value stays as it is.
func TestClean(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := value.Draw(t, "value")
		once := kbart.Clean(v)
		if twice := kbart.Clean(once); twice != once {
			t.Errorf("%q becomes %q, then %q", v, once, twice)
		}
		if strings.ContainsAny(once, "\t\r\n") || !utf8.ValidString(once) || once != strings.TrimSpace(once) {
			t.Errorf("%q becomes %q", v, once)
		}
	})
	for in, want := range map[string]string{
		"Annals of Examples": "Annals of Examples",
		`"Now": Or, Samples`: `"Now": Or, Samples`,
		" a\t\n b ":          "a b",
		"a\u2028b":           "a b",
		"a\x00b\x7f":         "ab",
		"Universit\xe4t":     "Universit\ufffdt",
		`a \r\n`:             "a",
		"\u00a0a":            "a",
		`C:\new`:             `C:\new`,
	} {
		if got := kbart.Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

// A parsed identifier, written as a string, parses to the same identifier.
func TestIdentifiersRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.OneOf(
			rapid.StringMatching(`[0-9]{4}-?[0-9]{3}[0-9Xx]`),
			rapid.StringMatching(`97[89]-?[0-9]{9}-?[0-9]`),
			rapid.StringMatching(`[0-9]{9}[0-9X]`),
		).Draw(t, "identifier")
		id, ok := kbart.ParseIdentifier(in)
		if kbart.StateOfIdentifier(in) == kbart.IdentifierPlaceholder && !ok {
			t.Skip("a placeholder")
		}
		if !ok {
			t.Fatalf("%q is no identifier", in)
		}
		again, ok := kbart.ParseIdentifier(id.String())
		// An ISBN-10 gets a right check digit when it is converted to 13 digits.
		if !ok || again.Key != id.Key || again.Kind != id.Kind || id.Valid && !again.Valid {
			t.Errorf("%q is %+v, as %q it is %+v", in, id, id, again)
		}
	})
}

// Exactly one of the ten possible check digits is right; of eleven for an ISSN or ISBN-10.
func TestOneCheckDigitIsRight(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		for _, tt := range []struct{ stem, last string }{
			{rapid.StringMatching(`[0-9]{4}-[0-9]{3}`).Draw(t, "ISSN"), "0123456789X"},
			{rapid.StringMatching(`97[89][0-9]{9}`).Draw(t, "ISBN-13"), "0123456789"},
			{rapid.StringMatching(`[0-9]{9}`).Draw(t, "ISBN-10"), "0123456789X"},
		} {
			if kbart.StateOfIdentifier(tt.stem+"0") == kbart.IdentifierPlaceholder {
				continue
			}
			right := 0
			for _, last := range tt.last {
				if id, ok := kbart.ParseIdentifier(tt.stem + string(last)); ok && id.Valid {
					right++
				}
			}
			if right != 1 {
				t.Errorf("%d check digits are right for %s", right, tt.stem)
			}
		}
	})
}
