package holdingstest

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"autoholdings/holdings/plan"
	"autoholdings/internal/realfiles"
	"autoholdings/kbart"
)

// RealFile is one of the provider's files. If there are none on this machine, the test is skipped.
func RealFile(t *testing.T, name string) plan.Source {
	t.Helper()
	path := filepath.Join(realfiles.Dir(t, path.Dir(name)), path.Base(name))
	return plan.Source{Name: filepath.Base(path), Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

// SourceOf is a source that reads the list from memory.
func SourceOf(list string) plan.Source {
	return plan.Source{Name: "list.txt", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(list)), nil }}
}

// Shuffled puts the lines of a text in an order that depends on the seed only.
func Shuffled(text string, seed uint64) string {
	lines := TextLines(text)
	rand.New(rand.NewPCG(seed, 1)).Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	return strings.Join(lines, "\n")
}

// A list may be written in short form, for tables of tests. Each line is a row, with its title first and then
// name=value.
//
//	Brain; id=brain; print=@1; online=@2; first=1996
//
// @1 is the first of a series of valid ISSNs, #1 of valid ISBNs. A row is a paid serial unless type or access say
// otherwise. A line that begins with "!" is taken as it is, with tabs for its bars.

// columnAliases are short names of columns; any other is the KBART name.
var columnAliases = map[string]kbart.Column{
	"id": kbart.TitleID, "print": kbart.PrintIdentifier, "online": kbart.OnlineIdentifier, "url": kbart.TitleURL,
	"type":  kbart.PublicationTypeColumn,
	"first": kbart.DateFirstIssueOnline, "vol1": kbart.NumFirstVolOnline, "no1": kbart.NumFirstIssueOnline,
	"last": kbart.DateLastIssueOnline, "vol2": kbart.NumLastVolOnline, "no2": kbart.NumLastIssueOnline,
	"embargo": kbart.EmbargoInfo, "depth": kbart.CoverageDepth, "notes": kbart.Notes, "pub": kbart.PublisherName, "access": kbart.AccessType,
	"vol": kbart.MonographVolume, "ed": kbart.MonographEdition, "preceding": kbart.PrecedingPublicationTitleID, "author": kbart.FirstAuthor,
}

func columnCalled(name string) kbart.Column {
	if c, ok := columnAliases[name]; ok {
		return c
	}
	for c := range kbart.Column(kbart.NumColumns) {
		if c.String() == name {
			return c
		}
	}
	panic("no column is called " + name)
}

// IdentifierCalled returns the ISSN for @1 and the ISBN for #1. It returns any other value as it is.
func IdentifierCalled(value string) string {
	if len(value) < 2 {
		return value
	}
	n, err := strconv.Atoi(value[1:])
	switch {
	case err != nil:
		return value
	case value[0] == '@':
		return ISSN(1_020_000 + 37*n)
	case value[0] == '#':
		return isbn(n)
	}
	return value
}

// isbn makes the nth valid ISBN.
func isbn(n int) string {
	digits := fmt.Sprintf("97801%07d", 9_150_000+37*n)
	sum := 0
	for i, d := range digits {
		sum += int(d-'0') * (1 + 2*(i%2))
	}
	return digits + strconv.Itoa((10-sum%10)%10)
}

// RowCells are the 25 cells of a row, from its line.
func RowCells(line string) []string {
	cells := make([]string, kbart.NumColumns)
	cells[kbart.PublicationTypeColumn], cells[kbart.AccessType] = "serial", "P"
	for i, part := range strings.Split(line, ";") {
		part = strings.TrimSpace(part)
		name, value, named := strings.Cut(part, "=")
		switch {
		case i == 0:
			cells[kbart.PublicationTitle] = part
		case !named:
			panic("no value: " + line)
		default:
			cells[columnCalled(name)] = IdentifierCalled(value)
		}
	}
	return cells
}

// TextLines are the lines of a text that are not blank, trimmed.
func TextLines(text string) (lines []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// KBART writes a list out in full, leaving out the columns in without.
func KBART(text string, without ...kbart.Column) string {
	var b strings.Builder
	write := func(cells []string) {
		var kept []string
		for c, cell := range cells {
			if !slices.Contains(without, kbart.Column(c)) {
				kept = append(kept, cell)
			}
		}
		b.WriteString(strings.Join(kept, "\t") + "\n")
	}
	write(strings.Split(strings.TrimSpace(Header), "\t"))
	for _, line := range TextLines(text) {
		if raw, ok := strings.CutPrefix(line, "!"); ok {
			b.WriteString(strings.ReplaceAll(raw, "|", "\t") + "\n")
		} else {
			write(RowCells(line))
		}
	}
	return b.String()
}

// Rows repeats line for each number from up to, but not including, to. The number replaces each %d.
func Rows(from, to int, line string) string {
	var b strings.Builder
	for n := from; n < to; n++ {
		b.WriteString(strings.ReplaceAll(line, "%d", strconv.Itoa(n)) + "\n")
	}
	return b.String()
}

// Changes returns what the second list changes, a line for each change, and the counts and the codes of the findings.
func Changes(t *testing.T, before, after plan.Source) (lines []string, counts plan.Counts, findings []string) {
	t.Helper()
	note := func(f kbart.Finding) { findings = append(findings, f.Code) }
	counts, err := plan.Diff(t.Context(), before, after, note, func(c plan.Change) error {
		lines = append(lines, changeLine(c))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines, counts, findings
}

// changeLine is a change in one line: the action, the title and the values.
func changeLine(c plan.Change) string {
	line := string(c.Action) + " " + c.Title
	if c.Field != "" {
		line += " " + c.Field
	}
	if c.Old != "" {
		line += ": " + c.Old + " →"
	}
	if c.New != "" {
		line += " " + reasonCodes.Replace(c.New)
	}
	return line
}

// reasonCodes shorten the reasons why a portfolio waits or is left as it is.
var reasonCodes = strings.NewReplacer(
	"waits: titles of the list might be this one, and nothing tells which", plan.ReviewAmbiguous,
	"waits: an identifier or the title_id of it stands in the list on a title of another name", plan.ReviewContested,
	"left as it is: its row in the list could not be read", plan.ReviewUnreadable,
)

// Sorted sorts the lines and returns them.
func Sorted(lines []string) []string {
	slices.Sort(lines)
	return lines
}
