package kbart

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"strings"
)

// oddities are what a line may have besides cells and delimiters. Most lines have none and need no second look.
type oddities uint8

const (
	hasQuote oddities = 1 << iota
	hasBackslash
	hasStray // a line-end byte that does not end lines in this text
)

// extent is how much of the text a row takes: where its last line ends, where the next begins, and how many lines it has.
type extent struct{ end, next, lines int }

// readRows yields every row after the header.
func (r *Reader) readRows(yield func(*Record, error) bool) error {
	for {
		end, next, err := r.lines.find(0, r.options.MaxLine)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		taken, isRow := r.readRow(extent{end, next, 1})
		r.lines.take(taken.next)
		r.line += taken.lines
		if isRow && !yield(&r.record, nil) {
			return errStop
		}
	}
}

// readRow makes a record of a line; it may take more lines than this one. A blank line is no row.
func (r *Reader) readRow(one extent) (taken extent, isRow bool) {
	line := r.withoutStray(r.lines.bytes(one.end))
	rec := &r.record
	rec.Line, rec.Fate, rec.Reason = r.line+1, Used, ""
	odd := r.split(line)
	if r.cells[0] == "" && blank(r.cells) {
		return one, false
	}
	if odd != 0 || len(r.cells) != len(r.layout.names) {
		if odd&hasStray != 0 && r.isSeveralRows(line) {
			r.lines.forced = one.end - 1 // a stray byte at the line's own end is no end of its own
			return extent{}, false
		}
		one = r.mend(odd, one)
	}
	if r.layout.doubled != nil {
		r.fillDoubled()
	}
	rec.cells = r.cells
	r.judge(rec)
	return one, true
}

// fillDoubled puts into the first cell of a column that stands several times the value that counts for it.
func (r *Reader) fillDoubled() {
	if r.record.Fate == Refused || looksLikeHeader(r.cells) {
		return
	}
	for _, d := range r.layout.doubled {
		first, value := d.cells[0], ""
		for _, i := range d.cells {
			switch {
			case i >= len(r.cells) || r.cells[i] == "":
			case value == "":
				value = r.cells[i]
			case r.cells[i] != value:
				r.report(ruleColumnsDiffer, Finding{
					Line: r.line + 1, Column: d.column.String(), Value: r.cells[i],
					Message: fmt.Sprintf("%q counts, %q under %s is not read", cut(value), cut(r.cells[i]), r.layout.names[i]),
				})
			}
		}
		if value == "" {
			continue
		}
		for len(r.cells) <= first {
			r.cells = append(r.cells, "")
		}
		r.cells[first] = value
	}
}

// split cuts a line into r.cells, of which outer blanks are off. It makes one string of the line; the cells are parts of it.
// This is where reading spends its time: eight bytes are looked at at once, and what is not a delimiter costs nothing more.
func (r *Reader) split(line []byte) (odd oddities) {
	text := string(line)
	cells, wide := splitCells(r.cells[:0], line, text, r.delim)
	if wide {
		if decoded, changed := r.decode(line, r.line+1); changed {
			cells, _ = splitCells(cells[:0], decoded, string(decoded), r.delim)
		}
	}
	r.cells = cells
	if bytes.IndexByte(line, '"') >= 0 {
		odd |= hasQuote
	}
	if bytes.IndexByte(line, '\\') >= 0 {
		odd |= hasBackslash
	}
	if bytes.IndexByte(line, r.lines.stray()) >= 0 {
		odd |= hasStray
	}
	return odd
}

// splitCells appends the cells of a line, given as bytes and as a string. wide says that there are bytes beyond ASCII.
func splitCells(cells []string, line []byte, text string, delimiter byte) (_ []string, wide bool) {
	const (
		each  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	pattern := uint64(delimiter) * each
	seen := uint64(0)
	start, i := 0, 0
	for ; i+8 <= len(line); i += 8 {
		word := binary.LittleEndian.Uint64(line[i:])
		seen |= word
		// A byte of hits has its high bit set exactly where the byte of word is the delimiter.
		x := word ^ pattern
		hits := ^((x&^highs + ^uint64(highs)) | x | ^uint64(highs))
		for ; hits != 0; hits &= hits - 1 {
			end := i + bits.TrailingZeros64(hits)>>3
			// This is cellOf, which the compiler does not put in here by itself.
			cell := text[start:end]
			if start < end && (!plainEnd(line[start]) || !plainEnd(line[end-1])) {
				cell = strings.TrimSpace(cell)
			}
			cells = append(cells, cell)
			start = end + 1
		}
	}
	for ; i < len(line); i++ {
		seen |= uint64(line[i])
		if line[i] == delimiter {
			cells = append(cells, cellOf(line, text, start, i))
			start = i + 1
		}
	}
	return append(cells, cellOf(line, text, start, len(line))), seen&highs != 0
}

// cellOf cuts a cell out of a line. Only one with a blank or a longer character at its ends has anything to be trimmed.
func cellOf(line []byte, text string, start, end int) string {
	if start == end || plainEnd(line[start]) && plainEnd(line[end-1]) {
		return text[start:end]
	}
	return strings.TrimSpace(text[start:end])
}

// mend sees to a row that is of wrong width or has something in it that the cells' values must not have.
func (r *Reader) mend(odd oddities, taken extent) extent {
	width := len(r.layout.names)
	if len(r.cells) != width && odd&hasQuote != 0 {
		taken = r.join(taken)
	}
	r.cleanCells(odd)
	switch {
	case len(r.cells) == width:
	case looksLikeHeader(r.cells):
		r.record.Reason = ReasonRepeatedHeader
	case len(r.cells) > width:
		r.fitLong(width)
	case len(r.cells) < r.layout.needed:
		r.fitShort()
	}
	return taken
}

// cleanCells brings the cells of a row to their values.
func (r *Reader) cleanCells(odd oddities) {
	if odd&hasStray != 0 {
		r.report(ruleLineBreak, Finding{Line: r.line + 1})
	}
	breaks := "\r\n"
	if r.delim == '\t' {
		breaks = "\r\n\t"
	}
	for i, cell := range r.cells {
		value, escaped := clean(cell)
		value = flatten(value, breaks)
		if escaped {
			r.report(ruleEscape, Finding{Line: r.line + 1, Column: r.columnName(i), Value: cell})
		}
		r.cells[i] = value
	}
}

// fitLong takes empty cells off the end of a row that is longer than the header, and refuses it where they are not empty.
func (r *Reader) fitLong(width int) {
	whole := r.cells
	if blank(r.cells[width:]) {
		r.cells = r.cells[:width]
		if !r.shifted() {
			r.reportWidth(ruleLongRow, len(whole))
			return
		}
	}
	r.cells = whole
	r.refuse(ruleCells, len(whole))
}

// fitShort takes a row that is shorter than the header as one whose last cells are empty, unless its values say otherwise, or
// it is a piece of a torn row: nothing in it identifies a title.
func (r *Reader) fitShort() {
	r.record.cells = r.cells
	switch {
	case r.shifted(), !identified(&r.record):
		r.refuse(ruleCells, len(r.cells))
	case len(r.cells) < r.layout.standard:
		r.reportWidth(ruleShortRow, len(r.cells))
	default:
		r.reportWidth(ruleShortExtra, len(r.cells))
	}
}

func (r *Reader) refuse(rule *Rule, cells int) {
	r.record.Fate, r.record.Reason = Refused, rule.Code
	r.reportWidth(rule, cells)
}

func (r *Reader) reportWidth(rule *Rule, cells int) {
	f := Finding{Line: r.line + 1}
	if r.options.Findings != nil {
		f.Value = r.cells[0]
		f.Message = fmt.Sprintf("the row has %d cells, the header %d", cells, len(r.layout.names))
	}
	r.report(rule, f)
}

// isSeveralRows says whether a line of wrong width comes to rows of the header's width when the file's other line-end byte
// counts as well.
func (r *Reader) isSeveralRows(line []byte) bool {
	width := len(r.layout.names)
	if len(r.cells) == width {
		return false
	}
	rows := 0
	for piece := range bytes.SplitSeq(line, []byte{r.lines.stray()}) {
		if len(bytes.TrimSpace(piece)) == 0 {
			continue
		}
		if bytes.Count(piece, []byte{r.delim})+1 != width {
			return false
		}
		rows++
	}
	return rows > 0
}

// join puts pieces together again that a quoted cell was cut into by delimiters, and by line breaks where it stays open at the
// line's end. It leaves the row as it is unless the result has the header's width.
func (r *Reader) join(one extent) extent {
	width := len(r.layout.names)
	all, added := one, 0
	for {
		text := r.lines.bytes(all.end)
		// A cell that is still open stays so on a line without a quote to close it.
		if all.lines == 1 || closingQuote(string(text[added:]), 0) >= 0 {
			decoded, _ := r.guess(text)
			cells, open, ok := joinPieces(string(decoded), r.delim, r.lines.eol, width)
			if ok {
				r.takeJoined(cells, text[min(one.next, len(text)):])
				return all
			}
			if !open {
				return one
			}
		}
		if all.lines == maxJoinLines {
			return one
		}
		added = all.next
		var err error
		if all.end, all.next, err = r.lines.find(added, maxJoinBytes); err != nil {
			return one
		}
		all.lines++
	}
}

// takeJoined makes joined cells those of the row. added is what was joined to its first line.
func (r *Reader) takeJoined(cells []string, added []byte) {
	_, _ = r.decode(added, r.line+1) // for its findings
	for i, cell := range cells {
		if strings.IndexByte(cell, '\t') >= 0 || strings.IndexByte(cell, r.lines.eol) >= 0 {
			r.report(ruleJoinedCell, Finding{Line: r.line + 1, Column: r.columnName(i), Value: strings.TrimSpace(cell)})
		}
	}
	r.cells = append(r.cells[:0], cells...)
}

// joinPieces splits a text into cells of which quoted ones may hold delimiters and line ends. ok says that there are width of
// them; open that the text ends within a quoted cell.
func joinPieces(text string, delimiter, eol byte, width int) (cells []string, open, ok bool) {
	stops := string([]byte{delimiter, eol})
	for len(cells) <= width {
		end, quotedOpen := quotedEnd(text, delimiter, eol)
		if quotedOpen {
			return nil, true, false
		}
		if end < 0 {
			end = strings.IndexAny(text, stops)
		}
		if end < 0 || end == len(text) {
			cells = append(cells, text)
			return cells, false, len(cells) == width
		}
		if text[end] == eol {
			return nil, false, false
		}
		cells = append(cells, text[:end])
		text = text[end+1:]
	}
	return nil, false, false
}

// quotedEnd returns where the quoted cell ends with which a text begins: at a delimiter, a line end, or the text's end. It
// returns -1 where the text does not begin with such a cell, and open where the cell is not closed.
func quotedEnd(text string, delimiter, eol byte) (end int, open bool) {
	start := 0
	for start < len(text) && text[start] == ' ' {
		start++
	}
	if start == len(text) || text[start] != '"' {
		return -1, false
	}
	end = closingQuote(text, start+1)
	if end < 0 {
		return -1, true
	}
	for end++; end < len(text) && text[end] != delimiter && text[end] != eol; end++ {
		if text[end] != ' ' && text[end] != '\r' && text[end] != '\n' && text[end] != '\t' {
			return -1, false
		}
	}
	return end, false
}

// columnName returns the name of the column under which the cell with this index stands.
func (r *Reader) columnName(i int) string {
	if i >= len(r.layout.names) {
		return ""
	}
	if c, ok := ParseColumn(r.layout.names[i]); ok {
		return c.String()
	}
	return r.layout.names[i]
}

// judge decides a row's fate and counts it.
func (r *Reader) judge(rec *Record) {
	rows := &r.summary.Rows
	rows.Read++
	title := rec.Get(PublicationTitle)
	switch {
	case r.isRepeatedHeader(title):
		r.repeatHeader(rec)
	case rec.Fate == Refused:
	case title == "":
		r.refuseRow(rec, ruleNoTitle, PublicationTitle)
	case !identified(rec):
		r.refuseRow(rec, ruleNoIdentifier, TitleID)
	case isFree(rec.Get(AccessType)):
		rec.Fate = Free
	}
	if rec.Reason != ReasonRepeatedHeader {
		r.data++
	}
	switch rec.Fate {
	case Used:
		rows.Used++
	case Free:
		rows.SetAside++
	case Refused:
		rows.Refused++
	}
}

func (r *Reader) refuseRow(rec *Record, rule *Rule, c Column) {
	rec.Fate, rec.Reason = Refused, rule.Code
	f := Finding{Line: rec.Line, Column: c.String()}
	if rule == ruleNoIdentifier {
		f.Column, f.Value = "", rec.Get(PublicationTitle)
	}
	r.report(rule, f)
}

// identified says whether something identifies the title of a row.
func identified(rec *Record) bool {
	if isTitleID(rec.Get(TitleID)) {
		return true
	}
	return scanIdentifier(rec.Get(PrintIdentifier)).kind != NoIdentifier ||
		scanIdentifier(rec.Get(OnlineIdentifier)).kind != NoIdentifier
}

func isFree(access string) bool { return access == "F" || access == "f" }

// isRepeatedHeader looks closer only at rows that have a column name where one would stand.
func (r *Reader) isRepeatedHeader(title string) bool {
	if r.record.Reason == ReasonRepeatedHeader {
		return true
	}
	own := r.layout.names[r.layout.byColumn[PublicationTitle]]
	if len(title) != len(own) && strings.IndexByte(r.cells[0], '_') < 0 {
		return false
	}
	return (strings.EqualFold(title, own) || strings.IndexByte(r.cells[0], '_') >= 0) && looksLikeHeader(r.cells)
}

// repeatHeader refuses a repeated header. The order of columns that it gives holds from the next row on, if it can be read by.
func (r *Reader) repeatHeader(rec *Record) {
	rec.Fate, rec.Reason = Refused, ReasonRepeatedHeader
	f := Finding{Line: rec.Line}
	l := newLayout(slices.Clone(r.cells))
	if l.isHeader() && (l.byColumn != r.layout.byColumn || len(l.names) != len(r.layout.names)) {
		f.Message = "the header occurs once more, with other columns; they hold from the next row on"
		r.layout, rec.layout = l, l
		r.columns |= l.columns
	}
	r.report(ruleRepeatedHeader, f)
}

// blank says whether a row has no content: every cell is empty.
func blank(cells []string) bool {
	for _, cell := range cells {
		if cell != "" {
			return false
		}
	}
	return true
}
