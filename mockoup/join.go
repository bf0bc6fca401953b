package mockoup

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"autoholdings/kbart"
)

// joinedWriter writes the rows of several files under one header. Each row keeps its values.
type joinedWriter struct {
	w       *bufio.Writer
	view    view
	content string
	columns []joinedColumn
	same    bool // all files have these columns in this order
	lineEnd string
	cells   []string
	halves  map[string]bool // for view.half: whether a title stays
}

// joinedColumn is one of the 25 columns, or an added column.
type joinedColumn struct {
	name  string
	known bool
	kbart.Column
}

func newJoinedWriter(w io.Writer, e *joinedEdition, v view) *joinedWriter {
	j := &joinedWriter{w: bufio.NewWriterSize(w, 64<<10), view: v, content: e.content, lineEnd: "\r\n", halves: map[string]bool{}}
	if len(e.scans) > 0 {
		ends := map[string]string{"LF": "\n", "CR": "\r"}
		j.lineEnd = cmp.Or(ends[e.scans[0].lineEnd], "\r\n")
	}
	j.columns, j.same = commonColumns(e.scans)
	var header []string
	for _, column := range j.columns {
		header = append(header, column.name)
	}
	if v.extraColumn {
		header = append(header, extraColumnName)
	}
	_ = j.line(header) // bufio.Writer returns the error again for the first row
	return j
}

// commonColumns returns the common header of files. If all headers are the same, it is that header. Otherwise, it is
// the 25 columns of the standard, followed by all added columns in the order in which they occur.
func commonColumns(scans []*scan) (columns []joinedColumn, same bool) {
	if len(scans) > 0 {
		columns = columnsOf(scans[0].names)
		if !slices.ContainsFunc(scans, func(s *scan) bool { return !slices.EqualFunc(columns, columnsOf(s.names), joinedColumn.sameAs) }) {
			return columns, true
		}
	}
	var standard []string
	for c := range kbart.Column(kbart.NumColumns) {
		standard = append(standard, c.String())
	}
	columns = columnsOf(standard)
	for _, s := range scans {
		for _, column := range columnsOf(s.names) {
			if !slices.ContainsFunc(columns, column.sameAs) {
				columns = append(columns, column)
			}
		}
	}
	return columns, false
}

func columnsOf(names []string) []joinedColumn {
	var columns []joinedColumn
	for _, name := range names {
		c, known := kbart.ParseColumn(name)
		columns = append(columns, joinedColumn{name, known, c})
	}
	return columns
}

// sameAs reports whether two names stand for the same column.
func (c joinedColumn) sameAs(other joinedColumn) bool {
	return c.known == other.known && c.Column == other.Column && (c.known || strings.EqualFold(c.name, other.name))
}

func (j *joinedWriter) rowsOf(file *listFile, facts *scan) error {
	if j.view.headerOnly {
		return nil
	}
	inOrder := j.same
	for rec, err := range file.rows(j.content, facts) {
		var unusable *kbart.FatalError
		if errors.As(err, &unusable) {
			return nil // facts has logged this; the rows before the error are served
		}
		if err != nil {
			return fmt.Errorf("mockoup: %s cannot be read: %w", file.path, err)
		}
		if rec.Reason == kbart.ReasonRepeatedHeader {
			inOrder = false // the columns may now be in another order
			continue
		}
		if !j.shows(rec) {
			continue
		}
		if err := j.line(j.arrange(rec, inOrder)); err != nil {
			return err
		}
	}
	return nil
}

func (j *joinedWriter) shows(rec *kbart.Record) bool {
	key := titleKey(rec)
	if !j.view.shows(textHash(cmp.Or(rec.Get(kbart.TitleID), key))) {
		return false
	}
	if !j.view.half {
		return true
	}
	stays, known := j.halves[key]
	if !known {
		stays = len(j.halves)%2 == 0
		j.halves[key] = stays
	}
	return stays
}

// titleKey returns a key that distinguishes titles well enough to drop whole titles.
func titleKey(rec *kbart.Record) string {
	return strings.Join([]string{
		rec.Get(kbart.TitleID), rec.Get(kbart.PrintIdentifier), rec.Get(kbart.OnlineIdentifier),
		rec.Get(kbart.PublicationTitle),
	}, "\t")
}

// arrange puts the cells of a row in the order of the common header. If the cells of a row cannot be assigned to
// columns, they stay as they are, so that a reader of the joined list also refuses the row.
func (j *joinedWriter) arrange(rec *kbart.Record, inOrder bool) []string {
	j.cells = j.cells[:0]
	if inOrder || rec.Reason == kbart.ReasonCells {
		j.cells = append(j.cells, rec.Cells()...)
	} else {
		for _, column := range j.columns {
			if column.known {
				j.cells = append(j.cells, rec.Get(column.Column))
			} else {
				j.cells = append(j.cells, rec.Extra(column.name))
			}
		}
	}
	if j.view.extraColumn {
		for len(j.cells) < len(j.columns) {
			j.cells = append(j.cells, "")
		}
		j.cells = append(j.cells, extraColumnValue)
	}
	return j.cells
}

// line writes one line. bufio.Writer returns its first error again, so it is enough to check the last one.
func (j *joinedWriter) line(cells []string) error {
	for i, cell := range cells {
		if i > 0 {
			_ = j.w.WriteByte('\t')
		}
		_, _ = j.w.WriteString(quoted(cell))
	}
	_, err := j.w.WriteString(j.lineEnd)
	return err
}

// quoted puts a value in quotes if it already is in quotes, because a reader would remove those.
func quoted(value string) string {
	if len(value) > 1 && value[0] == '"' && value[len(value)-1] == '"' {
		return `"` + strings.ReplaceAll(value, `"`, `""`) + `"`
	}
	return value
}

func (j *joinedWriter) flush() error { return j.w.Flush() }
