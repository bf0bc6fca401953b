package kbart

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Header is what the beginning of a list says about it.
type Header struct {
	Names     []string // as written, in file order, outer blanks and quotes off
	Line      int      // physical line on which the header stands
	Phase     string   // "I" or "II": a list with neither publication_type nor access_type is one of Phase I
	Delimiter string   // "\t", ";" or ","
	Encoding  string   // UTF8, UTF16LE, UTF16BE or Windows1252, as far as is known; Summary knows it for the whole list
	LineEnd   string   // "LF", "CRLF" or "CR"
}

// Has says whether the list has a column.
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
	phaseIColumn = PublicationTypeColumn // the first that Phase I does not have
)

// layout maps columns to the cells of a row. It does not change once made, so records may share it.
type layout struct {
	byColumn [NumColumns]uint16 // index of the cell, noCell where the file lacks the column
	columns  ColumnSet          // those that the file has
	doubled  []doubledColumn
	// standardCells are the cells of the 25 columns.
	standardCells []int
	byName        map[string]int // other columns by folded name
	names         []string       // in file order
	needed        int            // cells up to the last column that has a name
	standard      int            // cells up to the last column of the 25
}

// doubledColumn is a column that stands several times in the file.
type doubledColumn struct {
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

// place lets a column be read from these cells, the first of them first.
func (l *layout) place(c Column, cells []int) {
	if len(cells) == 0 {
		return
	}
	l.byColumn[c] = uint16(cells[0])
	l.columns = l.columns.With(c)
	l.standard = max(l.standard, slices.Max(cells)+1)
	l.standardCells = append(l.standardCells, cells...)
	if len(cells) > 1 {
		l.doubled = append(l.doubled, doubledColumn{c, cells})
	}
}

// has says whether the file has the column.
func (l *layout) has(c Column) bool { return l.columns.Has(c) }

// isHeader says whether a list can be read by these columns: there is a title, and something that identifies it.
func (l *layout) isHeader() bool {
	return l.has(PublicationTitle) && (l.has(TitleID) || l.has(PrintIdentifier) || l.has(OnlineIdentifier))
}

// phase tells the phase of the standard by its columns.
func (l *layout) phase() string {
	if l.has(PublicationTypeColumn) || l.has(AccessType) {
		return "II"
	}
	return "I"
}

// parseHeader reads a line as a header, under the first delimiter under which it is one.
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

// looksLikeHeader says whether the cells of a row are column names rather than data: most of them are,
// publication_title is among them. The others may be damaged.
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

// judgeHeader reports what is unusual about a header.
func judgeHeader(l *layout, line int, report func(*Rule, Finding)) {
	missing := missingColumns(l)
	seen := map[Column]bool{}
	unnamed := 0
	for _, name := range l.names {
		c, known := ParseColumn(name)
		folded := foldName(name)
		switch {
		case folded == "":
			unnamed++
		case known && seen[c]:
			report(ruleDuplicateColumn, Finding{Line: line, Column: c.String(), Value: name})
		case known:
			seen[c] = true
			if folded != c.String() {
				report(ruleColumnAlias, Finding{Line: line, Column: c.String(), Value: name})
			}
		default:
			if c, ok := nearest(folded, missing); ok {
				report(ruleMisspelt, Finding{
					Line: line, Column: name, Value: name,
					Message: fmt.Sprintf("%s is no column of the standard; %s may be meant", name, c),
					Hint:    fmt.Sprintf("If so, write %s in the header; until then it is read as an added column.", c),
				})
			} else {
				report(ruleExtraColumn, Finding{Line: line, Column: name, Value: name})
			}
		}
	}
	if unnamed > 0 {
		report(ruleUnnamedColumn, Finding{Line: line, Message: fmt.Sprintf("%d columns have no name", unnamed)})
	}
	if l.phase() == "I" {
		report(rulePhaseI, Finding{Line: line})
	}
	for _, c := range missing {
		if l.phase() == "I" && c >= phaseIColumn {
			break
		}
		report(ruleMissingColumn, Finding{Line: line, Column: c.String(), Message: "the column " + c.String() + " is missing"})
	}
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

// nearest returns the column whose name, or alias, differs from the given one by the fewest letters, at most two.
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

// distance is the number of letters to insert, delete or replace to come from a to b (Levenshtein), or any number above
// most where there are more than that.
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

// refusal says why a text without a header is none of ours, from its beginning.
func refusal(sample []byte, names []string) Finding {
	start := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(sample, []byte(byteOrderMark))))
	firstLine, _, _ := bytes.Cut(bytes.TrimSpace(sample), []byte("\n"))
	excerpt := string(firstLine)
	for _, sign := range refusalSigns {
		if bytes.HasPrefix(start, []byte(sign.begins)) {
			return sign.rule.finding(Finding{Line: 1, Value: excerpt})
		}
	}
	if controls := countControls(sample); controls*20 > len(sample) || bytes.IndexByte(sample, 0) >= 0 {
		return ruleNotText.finding(Finding{})
	}
	if len(start) == 0 {
		return ruleNoRows.finding(Finding{Message: "the file is empty"})
	}
	return ruleNoHeader.finding(Finding{Line: 1, Value: excerpt, Message: headerFault(names)})
}

// refusalSigns are the beginnings by which other kinds of file are known.
var refusalSigns = []struct {
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

// headerFault says what the line that comes nearest to a header lacks.
func headerFault(names []string) string {
	l := newLayout(names)
	if l.has(PublicationTitle) {
		return "the header has publication_title, but none of title_id, print_identifier, online_identifier"
	}
	for _, name := range names {
		if _, ok := nearest(foldName(name), []Column{PublicationTitle}); ok {
			return fmt.Sprintf("no line has the column publication_title; %q may be meant for it", cut(name))
		}
	}
	return fmt.Sprintf("none of the first %d lines has the columns publication_title and one of title_id, print_identifier, online_identifier",
		maxPreamble)
}
