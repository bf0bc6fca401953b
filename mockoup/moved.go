package mockoup

import (
	"bytes"
	"io"
	"slices"

	"autoholdings/kbart"
)

// movedWriter changes the rows of a list as a platform does that has moved: other title_ids, and no identifiers. Nothing but
// titles is left to know them by.
type movedWriter struct {
	w       io.Writer
	line    []byte
	titleID int   // its column; -1: no header yet
	cleared []int // the columns of the identifiers
}

func newMovedWriter(w io.Writer) *movedWriter { return &movedWriter{w: w, titleID: -1} }

// movedPrefix begins each title_id after the move.
const movedPrefix = "p7-"

func (m *movedWriter) Write(text []byte) (n int, err error) {
	n = len(text)
	for {
		end := bytes.IndexByte(text, '\n')
		if end < 0 {
			m.line = append(m.line, text...)
			return n, nil
		}
		m.line = append(m.line, text[:end+1]...)
		if err := m.flush(); err != nil {
			return 0, err
		}
		text = text[end+1:]
	}
}

// flush writes the row gathered so far.
func (m *movedWriter) flush() error {
	cells := bytes.Split(m.line, []byte("\t"))
	switch {
	case m.titleID < 0:
		column := func(c kbart.Column) int {
			return slices.IndexFunc(cells, func(cell []byte) bool { return string(bytes.TrimSpace(cell)) == c.String() })
		}
		m.titleID = column(kbart.TitleID)
		m.cleared = []int{column(kbart.PrintIdentifier), column(kbart.OnlineIdentifier)}
	case len(cells) > m.titleID && len(cells[m.titleID]) > 0:
		cells[m.titleID] = append([]byte(movedPrefix), cells[m.titleID]...)
		for _, i := range m.cleared {
			if i >= 0 && i < len(cells) {
				cells[i] = nil
			}
		}
	}
	_, err := m.w.Write(bytes.Join(cells, []byte("\t")))
	m.line = m.line[:0]
	return err
}
