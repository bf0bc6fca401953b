package kbart_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"autoholdings/kbart"
)

var update = flag.Bool("update", false, "write what was found to the golden files")

// TestReadGolden reads the lists in testdata/read and compares rows and findings with those in the files.
//
// The comment of each file says what it shows and how the list is made from the text: "encoding: windows-1252",
// "eol: cr", "wrap: gzip" and so on, one setting per line. In the text, → is a tab, ␍ a carriage return, ␊ a line feed
// that does not end lines in this file, and <E4> a byte. The section want has the rows, the findings of the reader and
// of Check, and the summary.
func TestReadGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/read/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			input := golden{archive: archive}.input(t)
			got := describe(input)
			i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
			if i < 0 {
				archive.Files = append(archive.Files, txtar.File{Name: "want"})
				i = len(archive.Files) - 1
			}
			if *update {
				archive.Files[i].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want := string(archive.Files[i].Data); got != want {
				t.Errorf("read as\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// golden is a golden file, from whose text the bytes of a list are made.
type golden struct{ archive *txtar.Archive }

func (g golden) setting(key string) string {
	for line := range strings.Lines(string(g.archive.Comment)) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), key+": "); ok {
			return value
		}
	}
	return ""
}

func (g golden) input(t *testing.T) []byte {
	t.Helper()
	var members []txtar.File
	for _, f := range g.archive.Files {
		if f.Name != "want" {
			members = append(members, txtar.File{Name: f.Name, Data: g.bytes(t, string(f.Data))})
		}
	}
	var b bytes.Buffer
	switch wrap := g.setting("wrap"); wrap {
	case "":
		return members[0].Data
	case "gzip":
		w := gzip.NewWriter(&b)
		must(t, second(w.Write(members[0].Data)), w.Close())
	case "zip":
		w := zip.NewWriter(&b)
		for _, m := range members {
			f, err := w.Create(m.Name)
			must(t, err, second(f.Write(m.Data)))
		}
		must(t, w.Close())
	default:
		t.Fatalf("unknown wrap %q", wrap)
	}
	return b.Bytes()
}

var rawByte = regexp.MustCompile(`<[0-9A-F]{2}>`)

func (g golden) bytes(t *testing.T, text string) []byte {
	t.Helper()
	if g.setting("final newline") == "no" {
		text = strings.TrimSuffix(text, "\n")
	}
	eol, ok := map[string]string{"": "\n", "lf": "\n", "crlf": "\r\n", "cr": "\r"}[g.setting("eol")]
	if !ok {
		t.Fatalf("unknown eol %q", g.setting("eol"))
	}
	text = strings.NewReplacer("→", "\t", "\n", eol, "␍", "\r", "␊", "\n").Replace(text)
	encoders := map[string]transform.Transformer{
		"":             transform.Nop,
		"utf-8 bom":    unicode.UTF8BOM.NewEncoder(),
		"windows-1252": charmap.Windows1252.NewEncoder(),
		"utf-16le bom": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder(),
		"utf-16be bom": unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder(),
		"utf-16le":     unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder(),
		"utf-16be":     unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder(),
	}
	encoder, ok := encoders[g.setting("encoding")]
	if !ok {
		t.Fatalf("unknown encoding %q", g.setting("encoding"))
	}
	b, _, err := transform.Bytes(encoder, []byte(text))
	must(t, err)
	if g.setting("encoding") != "" {
		return b
	}
	return rawByte.ReplaceAllFunc(b, func(hex []byte) []byte {
		n, err := strconv.ParseUint(string(hex[1:3]), 16, 8)
		must(t, err)
		return []byte{byte(n)}
	})
}

// describe reads a list and returns everything about it, one fact per line.
func describe(input []byte) string {
	var b strings.Builder
	missing := 0 // the short headers of most lists here lack columns, which is no news
	note := func(f kbart.Finding) {
		if f.Code == "missing-column" {
			missing++
			return
		}
		fmt.Fprintf(&b, "# %s\n", f)
	}
	r := kbart.NewReader(bytes.NewReader(input), kbart.Options{Findings: note})
	for rec, err := range r.Records() {
		if err != nil {
			fmt.Fprintf(&b, "! %v\n", err)
			break
		}
		kbart.Check(rec, note)
		if rec.File != "" {
			b.WriteString(rec.File + ":")
		}
		fmt.Fprintf(&b, "%d %s", rec.Line, rec.Fate)
		if rec.Fate == kbart.Refused {
			fmt.Fprintf(&b, " %s %q\n", rec.Reason, rec.Cells())
			continue
		}
		fmt.Fprintf(&b, " %s", cmpOr(rec.Type().String(), "untyped"))
		for c := range kbart.Column(kbart.NumColumns) {
			if value := rec.Get(c); value != "" {
				fmt.Fprintf(&b, " %s=%q", c, value)
			}
		}
		for _, name := range r.Header().Names {
			if value := rec.Extra(name); value != "" {
				fmt.Fprintf(&b, " +%s=%q", name, value)
			}
		}
		b.WriteByte('\n')
	}
	if missing > 0 {
		fmt.Fprintf(&b, "# and %d times [missing-column]\n", missing)
	}
	h, s := r.Header(), r.Summary()
	fmt.Fprintf(&b, "= %s, %s, delimiter %q, phase %q: read %d, used %d, set aside %d, refused %d; findings %+v\n",
		s.Encoding, h.LineEnd, s.Delimiter, s.Phase, s.Rows.Read, s.Rows.Used, s.Rows.SetAside, s.Rows.Refused, s.Findings)
	return b.String()
}

func cmpOr(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func second[T any](_ T, err error) error { return err }

func must(t testing.TB, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}
