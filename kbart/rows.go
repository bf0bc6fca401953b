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

// extent is how much of the text a row takes: where its last line ends, where the next begins, and how many lines it
// has.
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
	r.inRow, r.held = true, r.held[:0]
	defer r.release()
	odd := r.split(line)
	if r.isBlank() {
		r.dropRowFindings()
		return one, false
	}
	if odd != 0 || len(r.cells) != len(r.layout.names) {
		if odd&hasStray != 0 && r.isSeveralRows(line) {
			r.lines.forced = one.end - 1 // a stray byte at the line's own end is no end of its own
			r.held = r.held[:0]          // each of the rows is read anew
			return extent{}, false
		}
		if one = r.mend(odd, one); r.isBlank() {
			r.dropRowFindings()
			return one, false
		}
	}
	if r.layout.doubled != nil {
		r.fillDoubled()
	}
	rec.cells = r.cells
	r.judge(rec)
	return one, true
}

// isBlank says whether none of the 25 columns is filled, whatever added columns hold. What stands beyond the last
// column may belong to one of the 25.
func (r *Reader) isBlank() bool {
	if i := int(r.layout.byColumn[PublicationTitle]); i < len(r.cells) && r.cells[i] != "" {
		return false
	}
	for _, i := range r.layout.standardCells {
		if i < len(r.cells) && r.cells[i] != "" {
			return false
		}
	}
	return blank(r.cells[min(r.width(), len(r.cells)):])
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

// split cuts a line into r.cells, of which outer blanks are off. It makes one string of the line; the cells are parts
// of it. This is where reading spends its time: eight bytes are looked at at once, and what is not a delimiter costs
// nothing more.
func (r *Reader) split(line []byte) (odd oddities) {
	text := string(line)
	cells, wide, marked := splitCells(r.cells[:0], line, text, r.delim)
	if wide {
		if decoded, changed := r.decode(line, r.line+1); changed {
			text = string(decoded)
			cells, _, marked = splitCells(cells[:0], decoded, text, r.delim)
		}
		for i, cell := range cells {
			cells[i] = composed(cell)
		}
	}
	r.cells = cells
	if marked {
		r.noteMarks(text)
	}
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

// splitCells appends the cells of a line, given as bytes and as a string. wide says that there are bytes beyond ASCII,
// marked that an invisible character or a blank of typesetting was taken off a cell.
func splitCells(cells []string, line []byte, text string, delimiter byte) (_ []string, wide, marked bool) {
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
				var mark rune
				cell, mark = trimEnds(cell)
				marked = marked || mark != 0
			}
			cells = append(cells, cell)
			start = end + 1
		}
	}
	for ; i < len(line); i++ {
		seen |= uint64(line[i])
		if line[i] == delimiter {
			cell, mark := trimEnds(text[start:i])
			marked = marked || mark != 0
			cells = append(cells, cell)
			start = i + 1
		}
	}
	cell, mark := trimEnds(text[start:])
	return append(cells, cell), seen&highs != 0, marked || mark != 0
}

// seenMark is an invisible character that was met at the end of a column's cell.
type seenMark struct {
	cell int
	mark rune
}

// noteMarks reports what was taken off the ends of a line's cells, each kind once for a column.
func (r *Reader) noteMarks(text string) {
	i := 0
	for cell := range strings.SplitSeq(text, string(r.delim)) {
		if i == len(r.layout.names) {
			return
		}
		if _, mark := trimEnds(cell); mark != 0 {
			r.noteMark(i, mark, cell)
		}
		i++
	}
}

func (r *Reader) noteMark(i int, mark rune, cell string) {
	// The mark of DOS and CP/M ends the text, and is none of a value's.
	if mark == endOfText || r.marks[seenMark{i, mark}] {
		return
	}
	if r.marks == nil {
		r.marks = map[seenMark]bool{}
	}
	r.newMarks = append(r.newMarks, seenMark{i, mark})
	r.report(ruleMarkedEnds, Finding{
		Line: r.line + 1, Column: r.columnName(i), Value: cell,
		Message: fmt.Sprintf("the value begins or ends with the character %U%s; it is taken off, here and wherever it stands in the column", mark,
			runeName(mark)),
	})
}

// mend sees to a row that is of wrong width or has something in it that the cells' values must not have.
func (r *Reader) mend(odd oddities, taken extent) extent {
	width, certain := len(r.layout.names), true
	if odd&hasQuote != 0 {
		taken, certain = r.join(taken)
	}
	r.cleanCells(odd)
	switch {
	case len(r.cells) != width && looksLikeHeader(r.cells):
		r.record.Reason = ReasonRepeatedHeader
	case !certain:
		r.refuse(ruleCells, "it has quoted pieces, and neither joined nor apart do its values stand where they belong")
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
		value, off := clean(cell)
		value = composed(flatten(value, breaks))
		if i < len(r.layout.names) {
			if off.escape {
				r.report(ruleEscape, Finding{Line: r.line + 1, Column: r.columnName(i), Value: cell})
			}
			if off.mark != 0 {
				r.noteMark(i, off.mark, cell)
			}
		}
		r.cells[i] = value
	}
}

// fitLong takes empty cells off the end of a row that is longer than the header, and refuses it where they are not
// empty, unless the file's other rows are as long.
func (r *Reader) fitLong(width int) {
	whole := r.cells
	if filled := !blank(r.cells[width:]); !filled || len(r.cells) <= r.usual {
		r.cells = r.cells[:width]
		switch shifted := r.shifted(); {
		case !shifted && !filled:
			r.reportWidth(ruleLongRow, len(whole), "")
			return
		case !shifted:
			r.reportBeyond(len(whole))
			return
		}
	}
	r.cells = whole
	r.refuse(ruleCells, "")
}

// reportBeyond says once that the rows of a list are wider than its header.
func (r *Reader) reportBeyond(cells int) {
	if !r.beyond {
		r.beyond = true
		r.reportWidth(ruleBeyond, cells, "and so have the file's other rows; what stands beyond the last name is not read")
	}
}

// fitShort takes a row that is shorter than the header as one whose last cells are empty, unless its values say
// otherwise, or it is a piece of a torn row: nothing in it identifies a title.
func (r *Reader) fitShort() {
	r.record.cells = r.cells
	switch {
	case r.shifted(), !identified(&r.record):
		r.refuse(ruleCells, "")
	case len(r.cells) < r.layout.standard:
		r.reportWidth(ruleShortRow, len(r.cells), "")
	default:
		r.reportWidth(ruleShortExtra, len(r.cells), "")
	}
}

func (r *Reader) refuse(rule *Rule, why string) {
	r.record.Fate, r.record.Reason = Refused, rule.Code
	r.reportWidth(rule, len(r.cells), why)
}

func (r *Reader) reportWidth(rule *Rule, cells int, more string) {
	f := Finding{Line: r.line + 1}
	if r.options.Findings != nil {
		f.Message = fmt.Sprintf("the row has %d cells, the header %d", cells, len(r.layout.names))
		if more != "" {
			f.Message += "; " + more
		}
	}
	r.report(rule, f)
}

// countWidth finds out how many cells the rows of a list have, from those at its beginning.
func (r *Reader) countWidth() {
	r.usual = len(r.layout.names)
	sample := r.lines.sample()
	rows, widths := 0, map[int]int{}
	for len(sample) > 0 {
		line, rest, ended := bytes.Cut(sample, []byte{r.lines.eol})
		sample = rest
		if !ended && r.lines.err == nil || len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		rows++
		widths[cellsIn(line, r.delim, r.lines.eol)]++
	}
	for width, n := range widths {
		if n > 1 && (n-1)*2 > rows-1 { // most of the other rows
			r.usual = max(r.usual, width)
		}
	}
}

// cellsIn counts the cells of a line, those in quotes as one.
func cellsIn(line []byte, delimiter, eol byte) int {
	n := bytes.Count(line, []byte{delimiter}) + 1
	if n <= maxColumns && bytes.IndexByte(line, '"') >= 0 {
		ways := readings{delimiter: delimiter, eol: eol, stops: string([]byte{delimiter, eol}), left: 1}
		if ways.walk(string(line), nil, false); len(ways.found) > 0 {
			return len(ways.found[0])
		}
	}
	return n
}

// isSeveralRows says whether a line of wrong width comes to rows of the header's width when the file's other line-end
// byte counts as well.
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
		f.Column = ""
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

// isRepeatedHeader looks closer only at rows that have a column's name where one would stand.
func (r *Reader) isRepeatedHeader(title string) bool {
	if r.record.Reason == ReasonRepeatedHeader {
		return true
	}
	first := r.cells[0]
	return (isColumnName(first) || isColumnName(title) || strings.IndexByte(first, '_') >= 0) && looksLikeHeader(r.cells)
}

// repeatHeader refuses a repeated header. The order of columns that it gives holds from the next row on, if it can be
// read by.
func (r *Reader) repeatHeader(rec *Record) {
	rec.Fate, rec.Reason = Refused, ReasonRepeatedHeader
	r.dropRowFindings() // a mark or a quote in a header is no fault of a value
	f := Finding{Line: rec.Line}
	l := newLayout(slices.Clone(r.cells))
	if l.isHeader() && (l.byColumn != r.layout.byColumn || len(l.names) != len(r.layout.names)) {
		f.Message = "the header occurs once more, with other columns; they hold from the next row on"
		r.layout, rec.layout = l, l
		r.columns |= l.columns
		r.usual = len(l.names)
	}
	r.report(ruleRepeatedHeader, f)
}

// report passes a finding on; one about a row waits until the row is read, for its title.
func (r *Reader) report(rule *Rule, f Finding) {
	if r.inRow {
		r.held = append(r.held, early{rule, f})
		return
	}
	r.summary.Findings.Add(rule.Severity)
	if r.options.Findings == nil {
		return
	}
	f.File = r.file
	r.options.Findings(rule.finding(f))
}

// dropRowFindings forgets what was found in a row about its values.
func (r *Reader) dropRowFindings() {
	r.held = slices.DeleteFunc(r.held, func(e early) bool { return e.rule != ruleMixedEncoding && e.rule != ruleWestern })
	r.newMarks = r.newMarks[:0]
}

// release passes on what was found in a row.
func (r *Reader) release() {
	r.inRow = false
	if len(r.held) == 0 {
		return
	}
	for _, mark := range r.newMarks {
		r.marks[mark] = true
	}
	r.newMarks = r.newMarks[:0]
	title := ""
	if r.record.Reason != ReasonRepeatedHeader {
		title = r.rowTitle()
	}
	for _, e := range r.held {
		e.finding.Title = title
		r.report(e.rule, e.finding)
	}
	clear(r.held)
	r.held = r.held[:0]
}

// rowTitle is the title of the row that was read, or what else stands first in it.
func (r *Reader) rowTitle() string {
	if i := int(r.layout.byColumn[PublicationTitle]); i < len(r.cells) && r.cells[i] != "" {
		return r.cells[i]
	}
	for _, cell := range r.cells {
		if cell != "" {
			return cell
		}
	}
	return ""
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
