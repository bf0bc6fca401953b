package kbart

import (
	"bytes"
	"fmt"
	"io"
)

// oddities are special characters that make it necessary to clean the cells of a line. Most lines have none.
type oddities uint8

const (
	hasQuote oddities = 1 << iota
	hasBackslash
	hasOtherEOL // the one of CR and LF that does not end lines in this text
)

// extent is the part of the text that a row takes: where its last line ends, where the next line begins, and the number
// of lines.
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
		r.lines.discard(taken.next)
		r.line += taken.lines
		if isRow && !yield(&r.record, nil) {
			return errStop
		}
	}
}

// readRow makes a record of a line, and of lines after it if a quoted cell spans them. A blank line is not a row.
func (r *Reader) readRow(one extent) (taken extent, isRow bool) {
	line := r.trimOtherEOL(r.lines.bytes(one.end))
	rec := &r.record
	rec.Line, rec.Fate, rec.Reason = r.line+1, Used, ""
	r.inRow, r.rowFindings = true, r.rowFindings[:0]
	defer r.reportRow()
	odd := r.splitLine(line)
	if r.isBlank() {
		r.dropRowFindings()
		return one, false
	}
	if odd != 0 || len(r.cells) != len(r.layout.names) {
		if odd&hasOtherEOL != 0 && r.isSeveralRows(line) {
			r.lines.mixed = one.end - 1       // such a byte just before the line's end ends no line of its own
			r.rowFindings = r.rowFindings[:0] // each of the rows is read again
			return extent{}, false
		}
		if one = r.repairRow(odd, one); r.isBlank() {
			r.dropRowFindings()
			return one, false
		}
	}
	if r.layout.duplicates != nil {
		r.mergeDuplicates()
	}
	rec.cells = r.cells
	r.decideFate(rec)
	return one, true
}

// isBlank reports whether none of the 25 columns is filled, whatever is in added columns. Cells beyond the header may
// belong to one of the 25.
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

// mergeDuplicates gives each column that the header has several times the value that counts for it.
func (r *Reader) mergeDuplicates() {
	if r.record.Fate == Refused || looksLikeHeader(r.cells) {
		return
	}
	for _, d := range r.layout.duplicates {
		first, value := d.cells[0], ""
		for _, i := range d.cells {
			switch {
			case i >= len(r.cells) || r.cells[i] == "":
			case value == "":
				value = r.cells[i]
			case r.cells[i] != value:
				r.report(ruleColumnsDiffer, Finding{
					Line: r.line + 1, Column: d.column.String(), Value: r.cells[i],
					Message: fmt.Sprintf("%q is used, %q in %s is ignored", excerpt(value), excerpt(r.cells[i]), r.layout.names[i]),
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

// repairRow handles a row that has the wrong width or unusual characters.
func (r *Reader) repairRow(odd oddities, taken extent) extent {
	width, certain := len(r.layout.names), true
	if odd&hasQuote != 0 {
		taken, certain = r.join(taken)
	}
	r.cleanCells(odd)
	switch {
	case len(r.cells) != width && looksLikeHeader(r.cells):
		r.record.Reason = ReasonRepeatedHeader
	case !certain:
		r.refuse(ruleCells, "it has quoted pieces, and its values are in the wrong columns whether the pieces are joined or not")
	case len(r.cells) > width:
		r.fitLong(width)
	case len(r.cells) < r.layout.needed:
		r.fitShort()
	}
	return taken
}

// fitLong removes the cells beyond the header from a row. It refuses the row if they are not empty, unless the file's
// other rows are as long.
func (r *Reader) fitLong(width int) {
	whole := r.cells
	if filled := !blank(r.cells[width:]); !filled || len(r.cells) <= r.usualWidth {
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

// reportBeyond reports, once for a list, that its rows are wider than its header.
func (r *Reader) reportBeyond(cells int) {
	if !r.reportedBeyond {
		r.reportedBeyond = true
		r.reportWidth(ruleBeyond, cells, "the file's other rows are as wide; cells beyond the header are ignored")
	}
}

// fitShort accepts a row that is shorter than the header: its last cells are read as empty. It refuses the row if its
// values are in the wrong columns, or if nothing identifies a title, because it may be a piece of a broken row.
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

// countWidth determines how many cells most rows of the list have, from a sample at its beginning.
func (r *Reader) countWidth() {
	r.usualWidth = len(r.layout.names)
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
			r.usualWidth = max(r.usualWidth, width)
		}
	}
}

// cellsIn counts the cells of a line. A quoted cell counts as one.
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

// isSeveralRows reports whether a line of the wrong width splits into rows of the header's width if both CR and LF end
// lines.
func (r *Reader) isSeveralRows(line []byte) bool {
	width := len(r.layout.names)
	if len(r.cells) == width {
		return false
	}
	rows := 0
	for piece := range bytes.SplitSeq(line, []byte{r.lines.otherEOL()}) {
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
