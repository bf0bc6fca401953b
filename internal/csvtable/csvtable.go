// Package csvtable reads ordinary CSV with a header, as people save it from a spreadsheet.
package csvtable

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"autoholdings/internal/problem"
	"autoholdings/internal/storable"
)

// Table reads ordinary CSV with a header: UTF-8 with or without a byte order mark, or UTF-16 with one, as Excel's "Unicode Text"
// has it; commas, semicolons or tabs between cells; quotes where needed. A first line sep=; before the header, which Excel goes
// by, says what is between cells. Columns are found by name, in any order and case.
type Table struct {
	reader  *csv.Reader
	before  int      // lines before those that reader has: 1 if the first says the separator
	columns []string // known names in file order; "" for an unknown column
	Unknown []string // unknown names, as in the header
}

// Line is one line of the file. If it cannot be read, Wrong says why and what to do.
type Line struct {
	Number int
	Cells  map[string]string // by known column
	Wrong  string
}

// maxHeader is the maximum length of the header, in bytes.
const maxHeader = 64 << 10

// Open reads the header. The column required, if not "", must be present; known lists all columns that have a meaning.
func Open(in io.Reader, required string, known []string) (*Table, error) {
	t, err := open(in, known, nil)
	if err == nil && required != "" && !t.Has(required) {
		return nil, problem.New(problem.BadInput, "", "the file's header has no column %q: name the columns in the first line, out of %s",
			required, strings.Join(known, ", "))
	}
	return t, err
}

// OpenForeign reads the header of a file that another program made: spellings gives the column for each name that it is known to
// use, in small letters and with underscores.
func OpenForeign(in io.Reader, known []string, spellings map[string]string) (*Table, error) {
	return open(in, known, spellings)
}

func open(in io.Reader, known []string, spellings map[string]string) (*Table, error) {
	text := transform.NewReader(in, unicode.BOMOverride(transform.Nop)) // UTF-8 without a byte order mark
	separator, before, ends, err := formOf(bufio.NewReaderSize(text, maxHeader))
	if err != nil {
		return nil, err
	}
	t := &Table{reader: csv.NewReader(ends), before: before}
	t.reader.Comma = separator
	t.reader.FieldsPerRecord = -1 // each line is checked separately
	t.reader.ReuseRecord = true
	header, err := t.reader.Read()
	if err != nil {
		return nil, problem.New(problem.BadInput, "", "the file's header cannot be read (%v): save it as CSV with a header such as %s", err,
			strings.Join(known, ","))
	}
	for _, cell := range header {
		name := columnName(cell)
		if column := spellings[name]; column != "" {
			name = column
		}
		switch {
		case !slices.Contains(known, name):
			if name != "" {
				t.Unknown = append(t.Unknown, strings.TrimSpace(cell))
			}
			name = ""
		case slices.Contains(t.columns, name):
			return nil, problem.New(problem.BadInput, "", "the file has the column %q twice (the second is called %.80q): delete one of them",
				name, strings.TrimSpace(cell))
		}
		t.columns = append(t.columns, name)
	}
	return t, nil
}

// Has says whether the header names a known column.
func (t *Table) Has(column string) bool { return slices.Contains(t.columns, column) }

// formOf returns the separator, how many lines come before the header, and a reader from the header on whose line ends
// encoding/csv understands.
func formOf(in *bufio.Reader) (separator rune, before int, ends io.Reader, err error) {
	begin, err := in.Peek(maxHeader)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, 0, nil, fmt.Errorf("read the file: %w", err)
	}
	separator, length := saidSeparator(begin)
	if length > 0 {
		before, begin = 1, begin[length:]
		if _, err := in.Discard(length); err != nil {
			return 0, 0, nil, fmt.Errorf("read the file: %w", err)
		}
	}
	header, _, _ := bytes.Cut(bytes.TrimLeft(begin, "\r\n"), []byte("\n"))
	header, _, carriageReturns := bytes.Cut(bytes.TrimRight(header, "\r"), []byte("\r"))
	switch {
	case len(bytes.TrimSpace(begin)) == 0:
		return 0, 0, nil, problem.New(problem.BadInput, "", "the file is empty: its first line must name the columns")
	case bytes.ContainsRune(header, 0) || !utf8.Valid(header):
		return 0, 0, nil, problem.New(problem.BadInput, "", "the file is not UTF-8 text: save it as \"CSV UTF-8\"")
	case separator == 0:
		separator = separatorOf(header)
	}
	if ends = in; carriageReturns {
		ends = newLines{in}
	}
	return separator, before, ends, nil
}

const separators = ",;\t|"

// saidSeparator returns the separator that a first line such as sep=; says, and the line's length with its end; 0 and 0 if
// the file begins otherwise. A spreadsheet may have put the line in quotes, or filled it up with empty cells.
func saidSeparator(begin []byte) (separator rune, length int) {
	line := begin
	if end := bytes.IndexAny(begin, "\r\n"); end >= 0 {
		line = begin[:end]
	}
	said := strings.ReplaceAll(string(line), `"`, "")
	if len(said) < 5 || !strings.EqualFold(said[:4], "sep=") || !strings.Contains(separators, said[4:5]) ||
		strings.Trim(said[4:], said[4:5]) != "" {
		return 0, 0
	}
	rest := bytes.TrimPrefix(begin[len(line):], []byte("\r"))
	rest = bytes.TrimPrefix(rest, []byte("\n"))
	return rune(said[4]), len(begin) - len(rest)
}

func separatorOf(header []byte) rune {
	best, most := ',', 0
	for _, separator := range separators {
		if n := bytes.Count(header, []byte(string(separator))); n > most {
			best, most = separator, n
		}
	}
	return best
}

// newLines turns carriage returns into line feeds. Old spreadsheets end lines with a carriage return alone; the whole
// file would be one line.
type newLines struct{ in io.Reader }

func (r newLines) Read(b []byte) (int, error) {
	n, err := r.in.Read(b)
	for i, c := range b[:n] {
		if c == '\r' {
			b[i] = '\n'
		}
	}
	return n, err
}

// columnName normalizes a header cell: "Ordered on" becomes ordered_on.
func columnName(cell string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(cell), func(r rune) bool {
		return r == ' ' || r == '_' || r == '-' || r == '\u00a0' || r == '\t'
	}), "_")
}

// Next returns the next line that is not blank; io.EOF after the last one. Any other error is a read error.
func (t *Table) Next() (Line, error) {
	for {
		record, err := t.reader.Read()
		var malformed *csv.ParseError
		switch {
		case errors.As(err, &malformed):
			return Line{Number: t.before + malformed.StartLine, Wrong: t.quotesWrong(malformed)}, nil
		case errors.Is(err, io.EOF):
			return Line{}, io.EOF
		case err != nil:
			return Line{}, fmt.Errorf("read the file: %w", err)
		case slices.ContainsFunc(record, func(cell string) bool { return strings.TrimSpace(cell) != "" }):
			return t.line(record), nil
		}
	}
}

func (t *Table) quotesWrong(e *csv.ParseError) string {
	lost := ""
	if e.Line > e.StartLine {
		lost = fmt.Sprintf(" Lines %d to %d were taken for one cell and not read.", t.before+e.StartLine, t.before+e.Line)
	}
	return "its quotation marks do not match: put a cell that holds one in quotation marks, and write each one in it twice." + lost
}

func (t *Table) line(record []string) Line {
	number, _ := t.reader.FieldPos(0)
	line := Line{Number: t.before + number, Cells: make(map[string]string, len(t.columns))}
	for i, cell := range record {
		switch {
		case i >= len(t.columns):
			if strings.TrimSpace(cell) != "" {
				line.Wrong = fmt.Sprintf("it has %d cells, and the header has %d: put a cell that holds the separator in quotation marks", len(record),
					len(t.columns))
				return line
			}
		case !storable.OK(cell):
			line.Wrong = fmt.Sprintf("cell %d cannot be stored, since %v: correct it, and save the file as \"CSV UTF-8\"", i+1, storable.Check(cell))
			return line
		case t.columns[i] != "":
			line.Cells[t.columns[i]] = strings.TrimSpace(cell)
		}
	}
	if len(record) < len(t.columns) {
		line.Wrong = fmt.Sprintf("it has %d cells, and the header has %d: add the empty ones, if it was not cut off", len(record), len(t.columns))
	}
	return line
}
