package kbart_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"autoholdings/kbart"
)

// TestValidateGolden validates the lists in testdata/validate and compares the findings with those in the files.
//
// The comment of each file says what it shows, and how to validate: "profile: strict", "name: x.txt", "max rows: 2". A
// list is given as in testdata/read or by a section rows, in which every line is a row. There, the word serial or
// monograph stands for a row without faults. The cells after it, separated by |, replace those of that row. Rows begin
// on line 2.
func TestValidateGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/validate/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			must(t, err)
			got := validated(t, golden{archive})
			i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
			if i < 0 {
				archive.Files = append(archive.Files, txtar.File{Name: "want"})
				i = len(archive.Files) - 1
			}
			if *update {
				archive.Files[i].Data = []byte(got)
				must(t, os.WriteFile(file, txtar.Format(archive), 0o644))
				return
			}
			if want := string(archive.Files[i].Data); got != want {
				t.Errorf("found\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// june2024 is the current day in these tests.
var june2024 = time.Date(2024, 6, 15, 12, 0, 0, 0, time.UTC)

// validated validates the list of a golden file and returns the findings, one per line. It leaves out missing columns,
// because many lists here have a short header.
func validated(t *testing.T, g golden) string {
	t.Helper()
	profile, err := kbart.ParseProfile(cmpOr(g.setting("profile"), "lenient"))
	must(t, err)
	maxRows, err := strconv.Atoi(cmpOr(g.setting("max rows"), "0"))
	must(t, err)
	var b strings.Builder
	summary, err := kbart.Validate(bytes.NewReader(g.list(t)), kbart.ValidateOptions{
		Name: g.setting("name"), Profile: profile, MaxRows: maxRows, Today: june2024,
		Findings: func(f kbart.Finding) {
			if f.Code != "missing-column" {
				fmt.Fprintf(&b, "%s\n", f)
			}
		},
	})
	if err != nil {
		fmt.Fprintf(&b, "! %v\n", err)
	}
	fmt.Fprintf(&b, "= %+v %+v\n", summary.Rows, summary.Findings)
	return b.String()
}

// list returns the list of a golden file, which is given in either form.
func (g golden) list(t *testing.T) []byte {
	t.Helper()
	for _, f := range g.archive.Files {
		if f.Name == "rows" {
			return rowsOf(t, string(f.Data))
		}
	}
	return g.input(t)
}

// soundRows are rows without faults. %d is replaced by a number, so that rows differ and are sorted.
var soundRows = map[string]map[kbart.Column]string{
	"serial": {
		kbart.PublicationTitle: "Example %03d", kbart.PrintIdentifier: "%s", kbart.DateFirstIssueOnline: "1996",
		kbart.NumFirstVolOnline: "1", kbart.NumFirstIssueOnline: "1", kbart.TitleURL: "https://example.org/%d",
		kbart.TitleID: "example-%d", kbart.CoverageDepth: "fulltext", kbart.PublicationTypeColumn: "serial", kbart.AccessType: "P",
	},
	"monograph": {
		kbart.PublicationTitle: "Example %03d", kbart.OnlineIdentifier: "%s", kbart.DateMonographPublishedPrint: "2001",
		kbart.TitleURL: "https://example.org/%d", kbart.TitleID: "example-%d", kbart.CoverageDepth: "fulltext",
		kbart.PublicationTypeColumn: "monograph", kbart.AccessType: "P",
	},
}

func rowsOf(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	for c := range kbart.Column(kbart.NumColumns) {
		b.WriteString(c.String() + "\t")
	}
	b.Truncate(b.Len() - 1)
	b.WriteByte('\n')
	n := 0
	for line := range strings.Lines(text) {
		n++
		kind, cells, _ := strings.Cut(strings.TrimSpace(line), "|")
		sound, ok := soundRows[strings.TrimSpace(kind)]
		if !ok {
			t.Fatalf("no row is called %q", kind)
		}
		var row [kbart.NumColumns]string
		for c, cell := range sound {
			switch {
			case cell == "%s":
				cell = identifier(kind[0], n)
			case strings.Contains(cell, "%"):
				cell = fmt.Sprintf(cell, n)
			}
			row[c] = cell
		}
		for name, cell := range cellsOf(t, cells) {
			c, ok := kbart.ParseColumn(name)
			if !ok {
				t.Fatalf("no column is called %q", name)
			}
			row[c] = cell
		}
		b.WriteString(strings.Join(row[:], "\t") + "\n")
	}
	return b.Bytes()
}

// cellsOf reads name=value pairs separated by |. A value in quotes is a Go string.
func cellsOf(t *testing.T, text string) map[string]string {
	t.Helper()
	cells := map[string]string{}
	for cell := range strings.SplitSeq(text, "|") {
		if cell = strings.TrimSpace(cell); cell == "" {
			continue
		}
		name, value, ok := strings.Cut(cell, "=")
		if !ok {
			t.Fatalf("%q is no cell", cell)
		}
		if strings.HasPrefix(value, `"`) {
			unquoted, err := strconv.Unquote(value)
			must(t, err)
			value = unquoted
		}
		cells[name] = value
	}
	return cells
}

// identifier returns the n-th ISSN or ISBN, with the right check digit.
func identifier(kind byte, n int) string {
	sum := 0
	if kind == 's' {
		digits := fmt.Sprintf("%07d", 1234000+n)
		for i, d := range digits {
			sum += int(d-'0') * (8 - i)
		}
		return digits[:4] + "-" + digits[4:] + string("0X987654321"[sum%11])
	}
	digits := fmt.Sprintf("978%09d", 192000000+n)
	for i, d := range digits {
		sum += int(d-'0') * (1 + i%2*2)
	}
	return digits + strconv.Itoa((10-sum%10)%10)
}
