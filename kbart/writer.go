package kbart

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Changes that the writer makes to values that cannot be written, or that readers would change.
var (
	ruleWrittenBreak = define(Rule{
		Code: "written-break", Severity: Warning, Title: "A tab or line break was replaced",
		Cause:   "The value contains a tab or a line break, which the format has no way to write. It was written as a space.",
		Cure:    "Remove it from the value.",
		Example: "Brain\\nA Journal",
	})
	ruleWrittenControl = define(Rule{
		Code: "written-control", Severity: Warning, Title: "A control character was left out",
		Cause:   "The value contains a character that does not belong in text. It was usually copied from another program.",
		Cure:    "Remove it from the value.",
		Example: "Brain\\x00",
	})
	ruleWrittenEncoding = define(Rule{
		Code: "written-encoding", Severity: Warning, Title: "Bytes that are not UTF-8 were replaced",
		Cause:   "The value was read in the wrong encoding. Each sequence of such bytes was written as U+FFFD.",
		Cure:    "Correct the value.",
		Example: "Universit\\xe4t",
	})
	ruleWrittenQuotes = define(Rule{
		Code: "written-quotes", Severity: Info, Title: "Outer quotes were doubled",
		Cause: "The value begins with a quotation mark that readers would take for CSV quoting: they would remove it or join the following " +
			"cells. The value was put in another pair of quotes, and every quote in it was doubled.",
		Cure:    "Nothing needs to be done; typographic quotation marks avoid it.",
		Example: `"Dada"`,
	})
	ruleWrittenEscape = define(Rule{
		Code: "written-escape", Severity: Warning, Title: `A literal \r or \n was left off a value's end`,
		Cause:   "The value ends in the escape sequence of a line break, which readers remove.",
		Cure:    "Remove it from the value.",
		Example: `Brain\n`,
	})
)

// ErrNotARow says that a row cannot be written because a reader would not read it as a row.
var ErrNotARow = errors.New("kbart: this row cannot be written")

// WriterOptions control how a list is written. The zero value is ready to use.
type WriterOptions struct {
	CRLF     bool          // lines end in CRLF instead of LF
	Findings func(Finding) // called for each changed value, with its line in the written list; nil = not called
}

// Writer writes a Phase II list: the 25 columns in order, UTF-8 without a byte order mark, tabs between cells, and no
// quoting. [NewReader] reads the same rows from it.
//
// Characters that the format cannot represent are replaced as [Clean] describes, with a finding. A value is put in
// quotes only if it begins and ends with quotation marks, which readers would remove, or if it begins with one and
// readers would join it with the following cells.
type Writer struct {
	w       *bufio.Writer
	options WriterOptions
	end     string
	line    int // lines written
	row     []byte
	open    []byte // the row before, held back because it has an open quote
	err     error
}

// NewWriter returns a Writer that writes to w. It writes the header with the first row or, if there are no rows, on
// Flush.
func NewWriter(w io.Writer, o WriterOptions) *Writer {
	end := "\n"
	if o.CRLF {
		end = "\r\n"
	}
	return &Writer{w: bufio.NewWriterSize(w, 64<<10), options: o, end: end}
}

// WriteRow writes one row, given as the values of the 25 columns in order. It returns ErrNotARow (wrapped) for a row
// without values, of column names, or longer than 1 MiB; other rows can be written after it. It also returns errors of
// the underlying writer, after which nothing more can be written.
func (w *Writer) WriteRow(cells *[NumColumns]string) error {
	if w.start(); w.err != nil {
		return w.err
	}
	w.row = w.row[:0]
	for c, value := range cells {
		if c > 0 {
			w.row = append(w.row, '\t')
		}
		w.appendValue(Column(c), value)
	}
	if why := w.fault(cells); why != "" {
		return fmt.Errorf("%w: row %d %s", ErrNotARow, w.rows(), why)
	}
	return w.writeRow()
}

// writeRow writes w.row. A row with an open quote is held back until the next row is known.
func (w *Writer) writeRow() error {
	hasQuote := bytes.IndexByte(w.row, '"') >= 0
	if w.open == nil && !hasQuote {
		return w.writeLine()
	}
	text := string(w.row)
	cells := strings.Split(text, "\t")
	if w.open != nil {
		if !writtenLayout.isRow(cells, NumColumns) {
			w.open = w.requote(w.open)
		}
		w.writeHeld()
	}
	if hasQuote {
		chosen := writtenLayout.choose(text, cells, '\t', '\n', NumColumns)
		switch {
		case chosen.joined != nil || !chosen.certain:
			w.row = w.requote(w.row)
		case chosen.open:
			w.open = bytes.Clone(w.row)
			return w.err
		}
	}
	return w.writeLine()
}

// writeHeld writes the row that was held back.
func (w *Writer) writeHeld() {
	row := w.row
	w.row, w.open = w.open, nil
	_ = w.writeLine()
	w.row = row
}

// requote puts each value of a row in quotes if it begins with a quote and is not in quotes yet.
func (w *Writer) requote(row []byte) []byte {
	cells := strings.Split(string(row), "\t")
	for c, cell := range cells {
		if strings.HasPrefix(cell, `"`) && !quoted(cell) {
			w.reportAt(w.line+1, ruleWrittenQuotes, Column(c), cell)
			cells[c] = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
	}
	return append(row[:0], strings.Join(cells, "\t")...)
}

// writtenLayout is the layout of every list that is written.
var writtenLayout = newLayout(columnNames[:])

// rows returns the number of lines that were written or held back, including the header.
func (w *Writer) rows() int {
	if w.open != nil {
		return w.line + 1
	}
	return w.line
}

// Flush writes everything that is still buffered, and the header if there were no rows.
func (w *Writer) Flush() error {
	if w.start(); w.err != nil {
		return w.err
	}
	if w.open != nil {
		if w.writeHeld(); w.err != nil {
			return w.err
		}
	}
	w.err = w.w.Flush()
	return w.err
}

// Clean returns a value as it is after it was written and read again: one line of valid UTF-8. It removes outer spaces,
// a literal \r or \n at the end, and control characters. It replaces each run of tabs and line breaks by a space, and
// bytes that are not UTF-8 by U+FFFD.
func Clean(value string) string {
	if isPlain(value) {
		return value
	}
	return cleanValue(value, func(*Rule) {})
}

func (w *Writer) start() {
	if w.line > 0 || w.err != nil {
		return
	}
	w.row = append(w.row[:0], strings.Join(columnNames[:], "\t")...)
	_ = w.writeLine()
}

func (w *Writer) writeLine() error {
	w.row = append(w.row, w.end...)
	_, w.err = w.w.Write(w.row)
	w.line++
	return w.err
}

// fault says why w.row cannot be written, or returns "".
func (w *Writer) fault(cells *[NumColumns]string) string {
	switch {
	case len(w.row) < NumColumns:
		return "has no values; a line of tabs alone would be read as blank"
	case len(w.row) > defaultMaxLine:
		return fmt.Sprintf("is longer than %d bytes", defaultMaxLine)
	case (strings.Contains(cells[PublicationTitle], "_") || isColumnName(cells[PublicationTitle])) && looksLikeHeader(cells[:]):
		return "consists of column names and would be read as a header"
	}
	return ""
}

func (w *Writer) appendValue(c Column, value string) {
	if isPlain(value) {
		w.row = append(w.row, value...)
		return
	}
	cleaned := cleanValue(value, func(rule *Rule) { w.report(rule, c, value) })
	if !quoted(cleaned) {
		w.row = append(w.row, cleaned...)
		return
	}
	w.report(ruleWrittenQuotes, c, value)
	w.row = append(w.row, '"')
	w.row = append(w.row, strings.ReplaceAll(cleaned, `"`, `""`)...)
	w.row = append(w.row, '"')
}

// report reports a change to a value of the current row.
func (w *Writer) report(rule *Rule, c Column, value string) { w.reportAt(w.rows()+1, rule, c, value) }

func (w *Writer) reportAt(line int, rule *Rule, c Column, value string) {
	if w.options.Findings != nil {
		w.options.Findings(rule.finding(Finding{Line: line, Column: c.String(), Value: value}))
	}
}

// isPlain reports whether a value can be written without checking it further, as most can: it is ASCII without control
// characters or backslashes, has no outer spaces, and does not begin with a quote.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '\\' {
			return false
		}
	}
	return s == "" || s[0] != ' ' && s[len(s)-1] != ' ' && s[0] != '"'
}

// lineBreaks are the tab and all line breaks of Unicode (UAX #14).
const lineBreaks = "\t\n\v\f\r\u0085\u2028\u2029"

func cleanValue(value string, changed func(*Rule)) string {
	if !utf8.ValidString(value) {
		changed(ruleWrittenEncoding)
		value = strings.ToValidUTF8(value, "\uFFFD")
	}
	if strings.ContainsFunc(value, isControl) {
		changed(ruleWrittenControl)
		value = strings.Map(func(r rune) rune {
			if isControl(r) {
				return -1
			}
			return r
		}, value)
	}
	if strings.ContainsAny(value, lineBreaks) {
		if strings.ContainsAny(strings.TrimSpace(value), lineBreaks) {
			changed(ruleWrittenBreak)
		}
		value = flatten(value, lineBreaks)
	}
	value, off := trim(value)
	if off.escape {
		changed(ruleWrittenEscape)
	}
	return composed(value)
}

func isControl(r rune) bool {
	return (r < ' ' || r == 0x7f) && !strings.ContainsRune(lineBreaks, r)
}
