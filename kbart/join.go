package kbart

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
)

// Some programs put a value in quotes that has a delimiter or a line break in it. The format knows no quoting, and a
// lone quote is a character, so that there are several ways to read a row with quotes: as it is split, or with the
// pieces of one quoted cell or another joined. Width cannot tell which is right, for a row that lacks its last cells
// has the right width by chance. What tells is the row as a whole: in the right reading the values stand under the
// columns where they belong.

// reading is one way to read a row.
type reading struct {
	cells []string
	weight
}

const (
	// maxReadings bounds the ways in which a row is tried to be read, and manyPieces is the number of pieces from which on
	// there are two: as it is split, and with every quoted cell joined. A row of more than maxPieces is no row of a list,
	// and is only split.
	maxReadings = 16
	manyPieces  = 512
	maxPieces   = 4096
)

// readings finds the ways in which a text can be read with pieces joined.
type readings struct {
	delimiter, eol byte
	stops          string
	left           int // how many more may be found
	found          [][]string
	open           bool // a quoted cell is open at the text's end
}

func readingsOf(text string, delimiter, eol byte) *readings {
	r := &readings{delimiter: delimiter, eol: eol, stops: string([]byte{delimiter, eol}), left: maxReadings}
	if strings.Count(text, string(delimiter)) > manyPieces {
		r.left = 1
	}
	r.walk(text, nil, false)
	return r
}

// walk reads on from the beginning of text, after cells. joined says that pieces of them were joined.
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
				r.split(text, plain, cells, joined)
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
			return // a row ends at a line's end unless a quoted cell goes on
		}
		text = text[plain+1:]
	}
}

// split reads on with a cell that ends at its first delimiter, though it could be joined.
func (r *readings) split(text string, plain int, cells []string, joined bool) {
	if text[plain] != r.eol {
		r.walk(text[plain+1:], append(slices.Clone(cells), text[:plain]), joined)
	}
}

// best returns the most plausible of the readings found. doubt says that there are several of that rank.
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

// choice is how a line with quotes is to be read.
type choice struct {
	joined  []string // its cells, nil for those that it is split into
	certain bool     // it is the only plausible reading
	open    bool     // a quoted cell is open at the line's end
	weight           // of the reading
}

// choose decides how a line with quotes is to be read, given as a text and as split into cells.
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

// prefers says whether joined pieces are more plausible than the row as it is split. Where the values do not tell,
// because nothing stands behind the pieces, the joined reading has it if it alone is as wide as the header.
func (l *layout) prefers(joined, split reading) bool {
	if joined.sum == split.sum && joined.strays == 0 {
		return len(joined.cells) == len(l.names) && len(split.cells) != len(joined.cells)
	}
	return joined.sum > split.sum
}

// width is the number of cells up to which a row is not too long: the header's, or that of the file's other rows.
func (r *Reader) width() int { return max(len(r.layout.names), r.usual) }

// join decides how a row with quotes is to be read, and makes the cells of that reading those of the row. certain says
// that it is the only plausible one; where there is none, the cells are those that the row is split into.
func (r *Reader) join(one extent) (taken extent, certain bool) {
	if len(r.cells) > maxPieces {
		return one, true
	}
	decoded, _ := r.guess(r.lines.bytes(one.end))
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
	// A quoted cell with line breaks is looked for no further than this.
	maxJoinLines = 100
	maxJoinBytes = 64 << 10
	// maxJoinTries is the number of times that lines put together are tried to be read.
	maxJoinTries = 8
)

// joinLines joins lines to a row that ends within a quoted cell, up to the line that closes it. A line that is a row by
// itself is never taken, so that a quote which stays open takes no other title with it. The result has one line where
// none is joined.
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
			continue // a cell that is open stays so
		}
		tries++
		if bytes.Count(text, []byte{r.delim}) > maxPieces {
			break
		}
		decoded, _ := r.guess(text)
		ways := readingsOf(string(decoded), r.delim, r.lines.eol)
		joined, doubt := r.layout.best(ways.found, r.width())
		// The rest of a text in the last cell is plausible as such, though no value tells: without a delimiter it is nothing
		// else.
		rest := joined.sum == alone.sum && len(joined.cells) <= r.width() && bytes.IndexByte(text[one.next:], r.delim) < 0
		plausible := len(ways.found) > 0 && !doubt && joined.strays == 0 && (joined.sum > alone.sum || rest)
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

// completes says whether joining lines leaves the last of them the row that it is by itself, and only gives its first
// cell, which is no key, the beginning that it lacks.
func (r *Reader) completes(joined, last []string) bool {
	if len(joined) != len(last) || !r.isText(0) {
		return false
	}
	for i := 1; i < len(last); i++ {
		if bare(joined[i]) != bare(last[i]) {
			return false
		}
	}
	// What stands before may be the beginning of a text, and no row that is taken away.
	head := joined[0][:len(joined[0])-len(last[0])]
	if r.delim == '\t' {
		return !strings.Contains(head, "\t")
	}
	for piece := range strings.SplitSeq(head, string(r.delim)) {
		piece = bare(piece)
		if strings.ContainsFunc(piece, unicode.IsNumber) || kindOf(piece) != textKind {
			return false
		}
	}
	return true
}

// isText says whether the cell with this index is that of a title or of an added column.
func (r *Reader) isText(i int) bool {
	for c := range Column(NumColumns) {
		if int(r.layout.byColumn[c]) == i && c != PublicationTitle {
			return false
		}
	}
	return true
}

// lineCells splits a line that may be taken with the row before it. The cells are valid until the next call.
func (r *Reader) lineCells(line []byte) []string {
	decoded, _ := r.guess(r.withoutStray(line))
	r.nextCells, _, _ = splitCells(r.nextCells[:0], decoded, string(decoded), r.delim)
	return r.nextCells
}

// isRow says whether cells are a row by itself: it has a title and something that identifies it, and every value stands
// where it may.
func (l *layout) isRow(cells []string, width int) bool {
	get := func(c Column) string {
		if i := int(l.byColumn[c]); i < len(cells) {
			return bare(cells[i])
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

// takeJoined makes joined cells those of the row. added is what was joined to its first line.
func (r *Reader) takeJoined(cells []string, added []byte) {
	_, _ = r.decode(added, r.line+1) // for its findings
	for i, cell := range cells {
		if strings.IndexByte(cell, r.delim) >= 0 && r.delim == '\t' || strings.IndexByte(cell, r.lines.eol) >= 0 {
			r.report(ruleJoinedCell, Finding{Line: r.line + 1, Column: r.columnName(i), Value: strings.TrimSpace(cell)})
		}
	}
	r.cells = append(r.cells[:0], cells...)
}

// quotedEnd returns where the quoted cell ends with which a text begins: at a delimiter, a line end, or the text's end.
// It returns -1 where the text does not begin with such a cell, and open where the cell is not closed.
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
