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

// What the writer changes in values, because the format cannot carry it or a reader would take it off.
var (
	ruleWrittenBreak = define(Rule{
		Code: "written-break", Severity: Warning, Title: "A tab or line break was replaced",
		Cause:   "The value has a tab or a line break, which the format cannot carry. It was written as a blank.",
		Cure:    "Take it out of the value.",
		Example: "Brain\\nA Journal",
	})
	ruleWrittenControl = define(Rule{
		Code: "written-control", Severity: Warning, Title: "A control character was left out",
		Cause:   "The value has a character that no text has, usually from a copy out of another program.",
		Cure:    "Take it out of the value.",
		Example: "Brain\\x00",
	})
	ruleWrittenEncoding = define(Rule{
		Code: "written-encoding", Severity: Warning, Title: "Bytes that are not UTF-8 were replaced",
		Cause:   "The value was read in another encoding than it has. Each stretch was written as U+FFFD.",
		Cure:    "Correct the value.",
		Example: "Universit\\xe4t",
	})
	ruleWrittenQuotes = define(Rule{
		Code: "written-quotes", Severity: Info, Title: "Outer quotes were doubled",
		Cause: "The value begins with a quotation mark that readers would take for one of CSV: they would take it off with that at the end, " +
			"or join what stands behind it. It was written in a pair of its own, and every quote doubled.",
		Cure:    "Nothing needs to be done; typographic quotation marks avoid it.",
		Example: `"Dada"`,
	})
	ruleWrittenEscape = define(Rule{
		Code: "written-escape", Severity: Warning, Title: `A literal \r or \n was left off a value's end`,
		Cause:   "The value ends in the escape sequence of a line break, which readers take off.",
		Cure:    "Take it out of the value.",
		Example: `Brain\n`,
	})
)

// ErrNotARow says that a row cannot be written because no reader would take it for one.
var ErrNotARow = errors.New("kbart: not a row that can be written")

// WriterOptions say how a list is written. The zero value is good.
type WriterOptions struct {
	CRLF     bool          // lines end in CRLF, not LF
	Findings func(Finding) // called for each value that had to be changed, with its line in the list written; nil = no one asks
}

// Writer writes a KBART list of Phase II: the 25 columns in order, UTF-8 without a byte order mark, tabs between cells,
// no quoting. What is written, [NewReader] reads as the same rows.
//
// What the format cannot carry is replaced, with a finding, as [Clean] describes. Only a value that itself begins and
// ends with quotation marks is written in a second pair, since readers would take its own off; and one that begins with
// a quotation mark where they would join it with what stands behind it.
type Writer struct {
	w       *bufio.Writer
	options WriterOptions
	end     string
	line    int // lines written
	row     []byte
	open    []byte // the row before, held back because a quote in it stays open
	err     error
}

// NewWriter writes a list to w. The header goes out with the first row, or on Flush where there is none.
func NewWriter(w io.Writer, o WriterOptions) *Writer {
	end := "\n"
	if o.CRLF {
		end = "\r\n"
	}
	return &Writer{w: bufio.NewWriterSize(w, 64<<10), options: o, end: end}
}

// WriteRow writes one row: the values of the 25 columns in order. It returns ErrNotARow (wrapped) for a row without any
// value, one of column names, or one longer than 1 MiB, and goes on with the next; or the underlying writer's error,
// which stays.
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

// writeRow writes the row that is ready. One in which a quote stays open waits for the row behind it.
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
		w.release()
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

// release writes the row that was held back.
func (w *Writer) release() {
	row := w.row
	w.row, w.open = w.open, nil
	_ = w.writeLine()
	w.row = row
}

// requote puts into quotes each value of a row that begins with one and is not in quotes yet.
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

// rows returns the number of rows that were written or wait to be.
func (w *Writer) rows() int {
	if w.open != nil {
		return w.line + 1
	}
	return w.line
}

// Flush writes what is still held, at least the header.
func (w *Writer) Flush() error {
	if w.start(); w.err != nil {
		return w.err
	}
	if w.open != nil {
		if w.release(); w.err != nil {
			return w.err
		}
	}
	w.err = w.w.Flush()
	return w.err
}

// Clean returns what a value is after it was written and read again: valid UTF-8 in one line. Outer blanks and a
// literal \r or \n at the end are off, each run of tabs and line breaks is one blank, control characters are left out,
// bytes that are not UTF-8 are U+FFFD.
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

// fault says why the row that is ready to be written is none.
func (w *Writer) fault(cells *[NumColumns]string) string {
	switch {
	case len(w.row) < NumColumns:
		return "has no value; a line of tabs alone is blank"
	case len(w.row) > defaultMaxLine:
		return fmt.Sprintf("is longer than %d bytes", defaultMaxLine)
	case (strings.Contains(cells[PublicationTitle], "_") || isColumnName(cells[PublicationTitle])) && looksLikeHeader(cells[:]):
		return "consists of column names; it would be read as a header"
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

// report reports on the row that is being made.
func (w *Writer) report(rule *Rule, c Column, value string) { w.reportAt(w.rows()+1, rule, c, value) }

func (w *Writer) reportAt(line int, rule *Rule, c Column, value string) {
	if w.options.Findings != nil {
		w.options.Findings(rule.finding(Finding{Line: line, Column: c.String(), Value: value}))
	}
}

// isPlain says that a value can be written as it is, as nearly all can: ASCII without control characters or
// backslashes, that neither begins nor ends with a blank or a quote.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '\\' {
			return false
		}
	}
	return s == "" || s[0] != ' ' && s[len(s)-1] != ' ' && s[0] != '"'
}

// lineBreaks are tab and all that Unicode's newline guidelines (UAX #14) call a line break.
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
