package kbart

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Header describes the beginning of a list.
type Header struct {
	Names     []string // as written, in file order, without outer spaces and quotes
	Line      int      // physical line of the header
	Phase     string   // "II" if the list has publication_type or access_type, else "I"
	Delimiter string   // "\t", ";" or ","
	Encoding  string   // UTF8, UTF16LE, UTF16BE or Windows1252, as far as it is known; Summary has that of the whole list
	LineEnd   string   // "LF", "CRLF" or "CR"
}

// Has reports whether the list has a column.
func (h Header) Has(c Column) bool {
	return slices.ContainsFunc(h.Names, func(name string) bool {
		found, ok := ParseColumn(name)
		return ok && found == c
	})
}

const (
	maxColumns   = 1000
	maxPreamble  = 50 // non-blank lines before the header
	delimiters   = "\t;,"
	noCell       = 1<<16 - 1
	firstPhaseII = PublicationTypeColumn // Phase I does not have the columns from here on
)

// layout maps columns to the cells of a row. It does not change once made, so records can share it.
type layout struct {
	byColumn   [NumColumns]uint16 // index of the cell; noCell if the file lacks the column
	columns    ColumnSet          // those that the file has
	duplicates []duplicateColumn
	// standardCells are the cells of the 25 columns.
	standardCells []int
	byName        map[string]int // other columns by folded name
	names         []string       // in file order
	needed        int            // cells up to the last column that has a name
	standard      int            // cells up to the last column of the 25
}

// duplicateColumn is a column that the file has several times.
type duplicateColumn struct {
	column Column
	cells  []int // those under the column's own name first, then those under aliases, each in file order
}

func newLayout(names []string) *layout {
	l := &layout{byName: map[string]int{}, names: names}
	for c := range l.byColumn {
		l.byColumn[c] = noCell
	}
	var own, aliased [NumColumns][]int
	for i, name := range names {
		folded := foldName(name)
		if folded == "" {
			continue
		}
		l.needed = i + 1
		c, known := columnsByName[folded]
		_, taken := l.byName[folded]
		switch {
		case known && folded == c.String():
			own[c] = append(own[c], i)
		case known:
			aliased[c] = append(aliased[c], i)
		case !taken:
			l.byName[folded] = i
		}
	}
	for c := range Column(NumColumns) {
		l.place(c, append(own[c], aliased[c]...))
	}
	return l
}

// place assigns cells to a column. The first cell has precedence.
func (l *layout) place(c Column, cells []int) {
	if len(cells) == 0 {
		return
	}
	l.byColumn[c] = uint16(cells[0])
	l.columns = l.columns.With(c)
	l.standard = max(l.standard, slices.Max(cells)+1)
	l.standardCells = append(l.standardCells, cells...)
	if len(cells) > 1 {
		l.duplicates = append(l.duplicates, duplicateColumn{c, cells})
	}
}

// has reports whether the file has the column.
func (l *layout) has(c Column) bool { return l.columns.Has(c) }

// isHeader reports whether a list can be read by these columns: there must be a title and something that identifies it.
func (l *layout) isHeader() bool {
	return l.has(PublicationTitle) && (l.has(TitleID) || l.has(PrintIdentifier) || l.has(OnlineIdentifier))
}

// phase infers the phase of the standard from the columns.
func (l *layout) phase() string {
	if l.has(PublicationTypeColumn) || l.has(AccessType) {
		return "II"
	}
	return "I"
}

// parseHeader reads a line as a header. It tries the delimiters in turn and returns nil if the line is no header under
// any of them.
func parseHeader(line string) (l *layout, delimiter byte) {
	for i := range len(delimiters) {
		if l = newLayout(splitNames(line, delimiters[i])); l.isHeader() {
			return l, delimiters[i]
		}
	}
	return nil, 0
}

func splitNames(line string, delimiter byte) []string {
	if strings.Count(line, string(delimiter)) > maxColumns {
		return nil
	}
	names := strings.Split(line, string(delimiter))
	for i, name := range names {
		names[i], _ = clean(name)
	}
	return names
}

// looksLikeHeader reports whether a row consists of column names rather than data: publication_title and most others
// are column names. The rest may be damaged.
func looksLikeHeader(cells []string) bool {
	if len(cells) > maxColumns {
		return false
	}
	known, filled, title := 0, 0, false
	for _, cell := range cells {
		if cell == "" {
			continue
		}
		filled++
		if c, ok := ParseColumn(cell); ok {
			known++
			title = title || c == PublicationTitle
		}
	}
	return title && known >= 3 && known*2 > filled
}

// checkHeader reports what is unusual about a header.
func checkHeader(l *layout, line int, report func(*Rule, Finding)) {
	missing := missingColumns(l)
	var seen ColumnSet
	unnamed := 0
	for _, name := range l.names {
		c, known := ParseColumn(name)
		folded := foldName(name)
		switch {
		case folded == "":
			unnamed++
		case !known:
			checkUnknownColumn(name, missing, line, report)
		case seen.Has(c):
			report(ruleDuplicateColumn, Finding{Line: line, Column: c.String(), Value: name})
		case folded != c.String():
			report(ruleColumnAlias, Finding{Line: line, Column: c.String(), Value: name})
		}
		if known {
			seen = seen.With(c)
		}
	}
	if unnamed > 0 {
		report(ruleUnnamedColumn, Finding{Line: line, Message: fmt.Sprintf("%s without a name", quantity(unnamed, "column"))})
	}
	if l.phase() == "I" {
		report(rulePhaseI, Finding{Line: line})
	}
	for _, c := range missing {
		if l.phase() == "I" && c >= firstPhaseII {
			break
		}
		report(ruleMissingColumn, Finding{Line: line, Column: c.String(), Message: "the column " + c.String() + " is missing"})
	}
}

// checkUnknownColumn reports a name that is not that of a column: as misspelt if it is close to a missing one,
// otherwise as an added column.
func checkUnknownColumn(name string, missing []Column, line int, report func(*Rule, Finding)) {
	c, ok := nearest(foldName(name), missing)
	if !ok {
		report(ruleExtraColumn, Finding{Line: line, Column: name, Value: name})
		return
	}
	report(ruleMisspelt, Finding{
		Line: line, Column: name, Value: name,
		Message: fmt.Sprintf("%s is not a column of the standard; it may be meant for %s", name, c),
		Hint:    fmt.Sprintf("If so, write %s in the header; until then it is read as an added column.", c),
	})
}

func missingColumns(l *layout) []Column {
	var missing []Column
	for c := range Column(NumColumns) {
		if !l.has(c) {
			missing = append(missing, c)
		}
	}
	return missing
}

// nearest returns the column whose name or alias differs from the given name by the fewest letters, at most two.
func nearest(name string, among []Column) (best Column, ok bool) {
	const most = 2
	fewest := most + 1
	for _, known := range knownNames {
		c := columnsByName[known]
		if !slices.Contains(among, c) {
			continue
		}
		if d := distance(name, known, most); d < fewest {
			best, fewest = c, d
		}
	}
	return best, fewest <= most
}

// knownNames are the names and aliases of columns, in order.
var knownNames = slices.Sorted(maps.Keys(columnsByName))

// distance returns the number of letters to insert, delete or replace to turn a into b (Levenshtein). If it is more
// than most, any number above most may be returned.
func distance(a, b string, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

// explainNoHeader says why a text without a header is not a list. It looks at the beginning of the text.
func explainNoHeader(sample []byte, names []string) Finding {
	start := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(sample, []byte(byteOrderMark))))
	firstLine, _, _ := bytes.Cut(bytes.TrimSpace(sample), []byte("\n"))
	firstText := string(firstLine)
	for _, sign := range otherFormats {
		if bytes.HasPrefix(start, []byte(sign.begins)) {
			return sign.rule.finding(Finding{Line: 1, Value: firstText})
		}
	}
	if controls := countControls(sample); controls*20 > len(sample) || bytes.IndexByte(sample, 0) >= 0 {
		return ruleNotText.finding(Finding{})
	}
	if len(start) == 0 {
		return ruleNoRows.finding(Finding{Message: "the file is empty"})
	}
	return ruleNoHeader.finding(Finding{Line: 1, Value: firstText, Message: headerFault(names)})
}

// otherFormats are the first characters of files that are not lists, in lower case.
var otherFormats = []struct {
	begins string
	rule   *Rule
}{
	{"<!doctype", ruleHTML},
	{"<html", ruleHTML},
	{"<head", ruleHTML},
	{"<body", ruleHTML},
	{"<?xml", ruleHTML},
	{"<", ruleHTML},
	{"{", ruleJSON},
	{"[", ruleJSON},
	{"%pdf-", ruleNotText},
	{"\xd0\xcf\x11\xe0", ruleNotText},
	{"7z\xbc\xaf", ruleNotText},
	{"rar!", ruleNotText},
	{"bzh", ruleNotText},
	{"\xfd7zxz", ruleNotText},
	{"\x28\xb5\x2f\xfd", ruleNotText},
}

func countControls(sample []byte) int {
	n := 0
	for _, c := range sample {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\v' {
			n++
		}
	}
	return n
}

// headerFault says what is missing from the line that is most like a header.
func headerFault(names []string) string {
	l := newLayout(names)
	if l.has(PublicationTitle) {
		return "the header has publication_title, but none of title_id, print_identifier and online_identifier"
	}
	for _, name := range names {
		if _, ok := nearest(foldName(name), []Column{PublicationTitle}); ok {
			return fmt.Sprintf("no line has the column publication_title; %q may be a misspelling of it", excerpt(name))
		}
	}
	return fmt.Sprintf("none of the first %d lines has the column publication_title and one of title_id, print_identifier and "+
		"online_identifier", maxPreamble)
}
