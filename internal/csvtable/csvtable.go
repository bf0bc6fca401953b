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

	"autoholdings/internal/problem"
	"autoholdings/internal/storable"
)

// Table reads ordinary CSV with a header: UTF-8 with or without a byte order mark; commas, semicolons or tabs
// between cells; quotes where needed. Columns are found by name, in any order and case.
type Table struct {
	reader  *csv.Reader
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
	buffered := bufio.NewReaderSize(in, maxHeader)
	separator, ends, err := formOf(buffered)
	if err != nil {
		return nil, err
	}
	t := &Table{reader: csv.NewReader(ends)}
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

// formOf returns the header's separator, and a reader whose line ends encoding/csv understands. It removes a byte order
// mark.
func formOf(in *bufio.Reader) (separator rune, ends io.Reader, err error) {
	begin, err := in.Peek(maxHeader)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, nil, fmt.Errorf("read the file: %w", err)
	}
	if bytes.HasPrefix(begin, []byte("\xef\xbb\xbf")) {
		if _, err := in.Discard(3); err != nil {
			return 0, nil, fmt.Errorf("read the file: %w", err)
		}
		begin = begin[3:]
	}
	header, _, _ := bytes.Cut(bytes.TrimLeft(begin, "\r\n"), []byte("\n"))
	header, _, carriageReturns := bytes.Cut(bytes.TrimRight(header, "\r"), []byte("\r"))
	switch {
	case len(bytes.TrimSpace(begin)) == 0:
		return 0, nil, problem.New(problem.BadInput, "", "the file is empty: its first line must name the columns")
	case bytes.ContainsRune(header, 0) || !utf8.Valid(header):
		return 0, nil, problem.New(problem.BadInput, "", "the file is not UTF-8 text: save it as \"CSV UTF-8\"")
	}
	if ends = in; carriageReturns {
		ends = newLines{in}
	}
	return separatorOf(header), ends, nil
}

func separatorOf(header []byte) rune {
	best, most := ',', 0
	for _, separator := range []rune{',', ';', '\t'} {
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
			return Line{Number: malformed.StartLine, Wrong: quotesWrong(malformed)}, nil
		case errors.Is(err, io.EOF):
			return Line{}, io.EOF
		case err != nil:
			return Line{}, fmt.Errorf("read the file: %w", err)
		case slices.ContainsFunc(record, func(cell string) bool { return strings.TrimSpace(cell) != "" }):
			return t.line(record), nil
		}
	}
}

func quotesWrong(e *csv.ParseError) string {
	lost := ""
	if e.Line > e.StartLine {
		lost = fmt.Sprintf(" Lines %d to %d were taken for one cell and not read.", e.StartLine, e.Line)
	}
	return "its quotation marks do not match: put a cell that holds one in quotation marks, and write each one in it twice." + lost
}

func (t *Table) line(record []string) Line {
	number, _ := t.reader.FieldPos(0)
	line := Line{Number: number, Cells: make(map[string]string, len(t.columns))}
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
