package kbart

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"strings"
)

// splitLine splits a line into r.cells and trims them. The cells are parts of one string, which it makes of the line.
// Reading spends most of its time here, so it looks at eight bytes at a time, and only delimiters cost more.
func (r *Reader) splitLine(line []byte) (odd oddities) {
	text := string(line)
	cells, wide, marked := splitCells(r.cells[:0], line, text, r.delim)
	if wide || bytes.IndexByte(line, 0) >= 0 {
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
	if bytes.IndexByte(line, r.lines.otherEOL()) >= 0 {
		odd |= hasOtherEOL
	}
	return odd
}

// splitCells appends the cells of a line, which is given both as bytes and as a string. wide says that there are bytes
// beyond ASCII. marked says that an invisible character or a typographic space was removed from a cell.
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
			// Most cells need no trimming. A function for this would not be inlined.
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

// seenMark is an invisible character at the end of a column's cell.
type seenMark struct {
	cell int
	mark rune
}

// noteMarks reports the invisible characters that were removed from the ends of cells, each once for a column.
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
	// The end-of-text mark of DOS and CP/M belongs to the file, not to a value.
	if mark == endOfText || r.marks[seenMark{i, mark}] {
		return
	}
	if r.marks == nil {
		r.marks = map[seenMark]bool{}
	}
	r.newMarks = append(r.newMarks, seenMark{i, mark})
	r.report(ruleMarkedEnds, Finding{
		Line: r.line + 1, Column: r.columnName(i), Value: cell,
		Message: fmt.Sprintf("the value begins or ends with the character %U%s; it is removed, here and in the rest of the column", mark,
			runeName(mark)),
	})
}

// cleanCells turns the cells of a row into their values.
func (r *Reader) cleanCells(odd oddities) {
	if odd&hasOtherEOL != 0 {
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

// columnName returns the name of the column of the cell with this index.
func (r *Reader) columnName(i int) string {
	if i >= len(r.layout.names) {
		return ""
	}
	if c, ok := ParseColumn(r.layout.names[i]); ok {
		return c.String()
	}
	return r.layout.names[i]
}

// blank reports whether every cell is empty.
func blank(cells []string) bool {
	for _, cell := range cells {
		if cell != "" {
			return false
		}
	}
	return true
}
