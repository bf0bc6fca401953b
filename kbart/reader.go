package kbart

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"strings"
)

// Options say how a list is read. The zero value is good.
type Options struct {
	// Name is the file's name, for findings; "" = unknown.
	Name string
	// Findings is called with each finding, in file order, while reading; nil = findings are only counted.
	Findings func(Finding)
	// MaxLine is the size in bytes of the longest record, 1 MiB by default. A longer one is fatal.
	MaxLine int
}

// Header is what the beginning of a list says about it.
type Header struct {
	Names     []string // as written, in file order
	Line      int      // on which the header stands
	Phase     string   // "I" or "II"
	Delimiter string   // "\t", ";" or ","
	Encoding  string   // "UTF-8", "UTF-16LE", "UTF-16BE" or "Windows-1252"
	LineEnd   string   // "LF", "CRLF" or "CR"
}

// Rows counts the rows of a list. Read = Used + SetAside + Refused.
type Rows struct {
	Read     int // non-blank lines after the header, or records where a quoted cell spans lines
	Used     int
	SetAside int // free
	Refused  int
}

// Counts are numbers of findings by severity.
type Counts struct{ Fatal, Error, Warning, Info int }

// Summary is what reading a list came to.
type Summary struct {
	Rows      Rows
	Findings  Counts
	Encoding  string
	Delimiter string
	Phase     string
}

// Reader reads a KBART list.
type Reader struct {
	src     io.Reader
	options Options
	header  Header
	summary Summary
}

// NewReader reads a KBART list from r.
func NewReader(r io.Reader, o Options) *Reader { return &Reader{src: r, options: o} }

// Header returns what the header says. It is valid once Records has yielded or ended.
func (r *Reader) Header() Header { return r.header }

// Summary returns what reading came to. It is complete once Records has ended.
func (r *Reader) Summary() Summary { return r.summary }

// Records yields each data row.
func (r *Reader) Records() iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		sc := bufio.NewScanner(r.src)
		sc.Buffer(nil, 1<<20)
		rec := &Record{}
		line := 0
		for sc.Scan() {
			line++
			text := strings.TrimPrefix(sc.Text(), "\ufeff")
			if strings.TrimSpace(text) == "" {
				continue
			}
			cells := strings.Split(text, "\t")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			if rec.layout == nil {
				rec.layout = newLayout(cells)
				if !rec.layout.has(PublicationTitle) {
					yield(nil, &FatalError{Finding: Finding{Severity: Fatal, Code: "no-header", Line: line, Message: "no header"}})
					return
				}
				r.header = Header{Names: cells, Line: line, Phase: "II", Delimiter: "\t", Encoding: "UTF-8", LineEnd: "LF"}
				continue
			}
			rec.Line, rec.cells, rec.Fate, rec.Reason = line, cells, Used, ""
			if rec.Get(PublicationTitle) == "" {
				rec.Fate, rec.Reason = Refused, ReasonNoTitle
			} else if a, _ := ParseAccess(rec.Get(AccessType)); a == AccessFree {
				rec.Fate = Free
			}
			r.summary.Rows.Read++
			switch rec.Fate {
			case Used:
				r.summary.Rows.Used++
			case Free:
				r.summary.Rows.SetAside++
			case Refused:
				r.summary.Rows.Refused++
			}
			if !yield(rec, nil) {
				return
			}
		}
		if err := sc.Err(); err != nil {
			yield(nil, fmt.Errorf("kbart: reading line %d: %w", line+1, err))
			return
		}
		if r.summary.Rows.Read == 0 {
			yield(nil, &FatalError{Finding: Finding{Severity: Fatal, Code: "no-rows", Message: "no data rows"}})
		}
	}
}
