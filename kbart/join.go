package kbart

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
)

// Some programs put a value in quotes if it contains a delimiter or a line break. But the format has no quoting, and a
// lone quote is an ordinary character. So a row with quotes can be read in several ways: simply split, or with the
// pieces of some quoted cells joined. The number of cells does not decide, because a row without its last cells can
// have the right number by chance. The row as a whole decides: in the right reading, the values are in their columns.

// reading is one way to read a row.
type reading struct {
	cells []string
	weight
}

const (
	// maxReadings is the maximum number of ways in which a row is read.
	maxReadings = 16
	// manyPieces is the number of pieces above which only two ways are tried: split, and with every quoted cell joined.
	manyPieces = 512
	// maxPieces is the number of pieces above which a row is only split: no list has such rows.
	maxPieces = 4096
)

// readings finds the ways in which a text can be read with pieces joined.
type readings struct {
	delimiter, eol byte
	stops          string
	left           int // how many more are tried
	found          [][]string
	open           bool // a quoted cell is still open at the end of the text
}

func readingsOf(text string, delimiter, eol byte) *readings {
	r := &readings{delimiter: delimiter, eol: eol, stops: string([]byte{delimiter, eol}), left: maxReadings}
	if strings.Count(text, string(delimiter)) > manyPieces {
		r.left = 1
	}
	r.walk(text, nil, false)
	return r
}

// walk reads the rest of a text. cells are those before it, and joined says that some of their pieces were joined.
func (r *readings) walk(text string, cells []string, joined bool) {
	for {
		end, open := quotedEnd(text, r.delimiter, r.eol)
		r.open = r.open || open
		plain := strings.IndexAny(text, r.stops)
		if plain < 0 {
			plain = len(text)
		}
		if end > plain { // a quoted cell of several pieces
			if r.left > 1 {
				r.left--
				r.walkUnjoined(text, plain, cells, joined)
			}
			plain, joined = end, true
		}
		cells = append(cells, text[:plain])
		if plain == len(text) {
			if joined {
				r.found = append(r.found, cells)
			}
			return
		}
		if text[plain] == r.eol {
			return // only within a quoted cell does a row go on after a line's end
		}
		text = text[plain+1:]
	}
}

// walkUnjoined reads the rest of a text with a cell that ends at its first delimiter, though it could be joined.
func (r *readings) walkUnjoined(text string, plain int, cells []string, joined bool) {
	if text[plain] != r.eol {
		r.walk(text[plain+1:], append(slices.Clone(cells), text[:plain]), joined)
	}
}

// best returns the most plausible reading. doubt says that several are equally plausible.
func (l *layout) best(found [][]string, width int) (best reading, doubt bool) {
	for i, cells := range found {
		w := l.weigh(cells, width)
		switch {
		case i == 0 || w.sum > best.sum:
			best, doubt = reading{cells, w}, false
		case w.sum == best.sum:
			doubt = true
		}
	}
	return best, doubt
}

// choice is the way in which a line with quotes is read.
type choice struct {
	joined  []string // its cells; nil = the line is simply split
	certain bool     // it is the only plausible reading
	open    bool     // a quoted cell is still open at the end of the line
	weight           // of the reading
}

// choose decides how a line with quotes is read. The line is given as text and as the cells that it is split into.
func (l *layout) choose(text string, cells []string, delimiter, eol byte, width int) choice {
	ways := readingsOf(text, delimiter, eol)
	if len(ways.found) == 0 && !ways.open {
		return choice{certain: true}
	}
	split := l.weigh(cells, width)
	if len(ways.found) == 0 {
		return choice{certain: true, open: true, weight: split}
	}
	joined, doubt := l.best(ways.found, width)
	if !doubt && l.prefers(joined, reading{cells, split}) {
		return choice{joined.cells, joined.strays == 0, ways.open, joined.weight}
	}
	return choice{nil, split.strays == 0 && split.sum > joined.sum, ways.open, split}
}

// prefers reports whether joining pieces is more plausible than splitting. If the values do not decide, because nothing
// follows the pieces, the joined reading is preferred if it alone is as wide as the header.
func (l *layout) prefers(joined, split reading) bool {
	if joined.sum == split.sum && joined.strays == 0 {
		return len(joined.cells) == len(l.names) && len(split.cells) != len(joined.cells)
	}
	return joined.sum > split.sum
}

// width returns the maximum number of cells of a row: that of the header or, if larger, of the file's other rows.
func (r *Reader) width() int { return max(len(r.layout.names), r.usualWidth) }

// join decides how a row with quotes is read and sets the row's cells accordingly. certain says that this is the only
// plausible reading. Otherwise the row is simply split.
func (r *Reader) join(one extent) (taken extent, certain bool) {
	if len(r.cells) > maxPieces {
		return one, true
	}
	decoded := r.guess(r.lines.bytes(one.end))
	chosen := r.layout.choose(string(decoded), r.cells, r.delim, r.lines.eol, r.width())
	if chosen.open {
		if all := r.joinLines(one, chosen.weight); all.lines > 1 {
			return all, true
		}
	}
	if chosen.joined != nil && chosen.certain {
		r.takeJoined(chosen.joined, nil)
	}
	return one, chosen.certain
}

const (
	// Limits of the search for the end of a quoted cell that spans lines.
	maxJoinLines = 100
	maxJoinBytes = 64 << 10
	// maxJoinTries is the maximum number of attempts to read several lines as one row.
	maxJoinTries = 8
)

// joinLines joins following lines to a row that ends within a quoted cell, up to the line that closes the cell. It
// never takes a line that is a row by itself, so that an open quote cannot swallow other titles. The result has one
// line if nothing is joined.
func (r *Reader) joinLines(one extent, alone weight) extent {
	all, best := one, one
	var cells []string
	for tries := 0; tries < maxJoinTries && all.lines < maxJoinLines; {
		added := all.next
		var err error
		if all.end, all.next, err = r.lines.find(added, maxJoinBytes); err != nil {
			break
		}
		all.lines++
		text := r.lines.bytes(all.end)
		next := r.lineCells(text[added:])
		isRow := r.layout.isRow(next, r.width())
		if closingQuote(string(text[added:]), 0) < 0 {
			if isRow {
				break
			}
			continue // the quoted cell is still open
		}
		tries++
		if bytes.Count(text, []byte{r.delim}) > maxPieces {
			break
		}
		decoded := r.guess(text)
		ways := readingsOf(string(decoded), r.delim, r.lines.eol)
		joined, doubt := r.layout.best(ways.found, r.width())
		plausible := len(ways.found) > 0 && !doubt && joined.strays == 0 &&
			(joined.sum > alone.sum || r.endsLastCell(joined, alone, text[one.next:]))
		if plausible && (!isRow || r.completes(joined.cells, next)) {
			best, cells, alone = all, joined.cells, joined.weight
		}
		if isRow || !ways.open {
			break
		}
	}
	if cells != nil {
		text := r.lines.bytes(best.end)
		r.takeJoined(cells, text[min(one.next, len(text)):])
	}
	return best
}

// endsLastCell reports whether the added lines may be the end of the row's last cell. No value tells, but text without
// a delimiter can hardly be anything else.
func (r *Reader) endsLastCell(joined reading, alone weight, added []byte) bool {
	return joined.sum == alone.sum && len(joined.cells) <= r.width() && bytes.IndexByte(added, r.delim) < 0
}

// completes reports whether joining lines only completes the first cell of the last line and leaves its other cells as
// they are. That cell must not be a key.
func (r *Reader) completes(joined, last []string) bool {
	if len(joined) != len(last) || !r.isText(0) {
		return false
	}
	for i := 1; i < len(last); i++ {
		if bareValue(joined[i]) != bareValue(last[i]) {
			return false
		}
	}
	// What comes before must be the beginning of a text, not a row that would be lost.
	head := joined[0][:len(joined[0])-len(last[0])]
	if r.delim == '\t' {
		return !strings.Contains(head, "\t")
	}
	for piece := range strings.SplitSeq(head, string(r.delim)) {
		piece = bareValue(piece)
		if strings.ContainsFunc(piece, unicode.IsNumber) || kindOf(piece) != textKind {
			return false
		}
	}
	return true
}

// isText reports whether the cell with this index is a title or in an added column.
func (r *Reader) isText(i int) bool {
	for c := range Column(NumColumns) {
		if int(r.layout.byColumn[c]) == i && c != PublicationTitle {
			return false
		}
	}
	return true
}

// lineCells splits a line that may belong to the row before it. The cells are valid until the next call.
func (r *Reader) lineCells(line []byte) []string {
	decoded := r.guess(r.trimOtherEOL(line))
	r.nextCells, _, _ = splitCells(r.nextCells[:0], decoded, string(decoded), r.delim)
	return r.nextCells
}

// isRow reports whether cells are a row by themselves: there is a title and something that identifies it, and no value
// is in a column where it cannot belong.
func (l *layout) isRow(cells []string, width int) bool {
	get := func(c Column) string {
		if i := int(l.byColumn[c]); i < len(cells) {
			return bareValue(cells[i])
		}
		return ""
	}
	switch {
	case get(PublicationTitle) == "":
		return false
	case !isTitleID(get(TitleID)) && scanIdentifier(get(PrintIdentifier)).kind == NoIdentifier &&
		scanIdentifier(get(OnlineIdentifier)).kind == NoIdentifier:
		return false
	}
	return l.weigh(cells, width).strays == 0 || looksLikeHeader(cells)
}

// takeJoined sets the row's cells to joined ones. added is the text that was joined to its first line.
func (r *Reader) takeJoined(cells []string, added []byte) {
	_, _ = r.decode(added, r.line+1) // for its findings
	for i, cell := range cells {
		if strings.IndexByte(cell, r.delim) >= 0 && r.delim == '\t' || strings.IndexByte(cell, r.lines.eol) >= 0 {
			r.report(ruleJoinedCell, Finding{Line: r.line + 1, Column: r.columnName(i), Value: strings.TrimSpace(cell)})
		}
	}
	r.cells = append(r.cells[:0], cells...)
}

// quotedEnd returns where a quoted cell at the beginning of a text ends: at a delimiter, a line end, or the end of the
// text. It returns -1 if the text does not begin with such a cell. open says that the cell is not closed.
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
