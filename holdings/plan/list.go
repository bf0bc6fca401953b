package plan

import (
	"context"
	"fmt"
	"io"
	"math/bits"

	"github.com/cespare/xxhash/v2"

	"autoholdings/internal/words"
	"autoholdings/kbart"
)

// Source is a provider's list that can be read again: a plan reads it once for keys and hashes, and once more for the
// values of the titles to write. So a list of a million titles is never held in memory.
type Source struct {
	Name   string                // file name, for findings
	Expect kbart.PublicationType // the expected type: rows that state the other one are not used
	Open   func() (io.ReadCloser, error)

	KeepFree bool // rows of free titles are used too: for an import into a local collection

	Judged map[uint64]int64 // decisions on refused rows, by row hash: the portfolio that the row is; 0: it hides none
}

// uses reports whether a row becomes part of a title.
func (s *Source) uses(rec *kbart.Record) bool {
	switch {
	case rec.Fate == kbart.Refused || s.wrongContent(rec):
		return false
	case rec.Fate == kbart.Free:
		return s.KeepFree
	default:
		return true
	}
}

// wrongContent reports whether a row states the other content type.
func (s *Source) wrongContent(rec *kbart.Record) bool {
	if s.Expect == kbart.UnknownType {
		return false
	}
	stated, ok := kbart.ParsePublicationType(rec.Get(kbart.PublicationTypeColumn))
	return ok && stated != s.Expect
}

// ListTitle is a title of a list as it is held in memory: keys to match, hashes to compare, no values.
type ListTitle struct {
	Identity
	line         int32  // of its first row
	rows         int32  // how many rows make it up
	ValuesHash   uint64 // hash of the title columns
	CoverageHash uint64 // hash of the statements as a set
	Covered      bool   // it has statements
	unsettled    bool   // its hash needs its values: a later row fills a column that the first leaves empty
}

// List is a provider's file reduced to what planning needs.
type List struct {
	source Source
	Titles ChunkedList[ListTitle]
	rowsOf []int32        // title index of each used row, in file order; or setAside
	Mixed  map[int32]bool // titles whose rows may disagree: only a second reading can tell

	free    keySet // keys of the free rows that are not used
	refused refusedRows

	rows    RowCounts
	Columns ColumnCounts
	ranges  int         // coverage statements of all titles
	Listed  []ListedRow // free, wrong and refused rows, for the report
	counted map[listedCode]int
}

// setAside replaces the title index of a free row that is not used after all.
const setAside = -2

// keySet holds the keys of rows, to look portfolios up by.
type keySet map[uint64]struct{}

func (k keySet) add(m *Identity) {
	if m.TitleID != 0 {
		k[m.TitleID] = struct{}{}
	}
	m.EachKey(func(key uint64) bool { k[key] = struct{}{}; return true })
}

func (k keySet) has(m *Identity) (found bool) {
	if len(k) == 0 {
		return false
	}
	if _, found = k[m.TitleID]; found {
		return true
	}
	m.EachKey(func(key uint64) bool { _, found = k[key]; return !found })
	return found
}

// RowCounts says what became of each row of a file: Read = Used + Free + Wrong + Refused.
type RowCounts struct{ Read, Used, Free, Wrong, Refused int }

// ColumnCounts says how many of a list's used rows fill each column, and which columns its header has.
type ColumnCounts struct {
	Rows   int
	Filled [kbart.NumColumns]int
	Header kbart.ColumnSet
}

// ListedRow is an unused row, for the report.
type ListedRow struct {
	Citation
	Action Action // Free, WrongContent or Invalid
	Line   int
	Why    string
	Hash   uint64 // of a refused row's cells
}

// freeRow is the reason why a free row is not used.
const freeRow = "access_type F: free-to-read titles are not part of the holdings"

// How many unused rows a list keeps for the report: enough to see what is wrong, and few enough for memory.
const (
	listedFree    = 100_000 // free rows
	listedPerCode = 1_000   // rows refused for one reason, or with wrong content
)

type listedCode struct {
	action Action
	why    string
}

// ReadList reads the source once. Findings go to report in file order.
func ReadList(ctx context.Context, source Source, report func(kbart.Finding)) (*List, error) {
	l := &List{
		source: source, Mixed: map[int32]bool{}, free: keySet{}, counted: map[listedCode]int{},
		refused: refusedRows{keys: keySet{}, judged: map[int64]bool{}},
	}
	g := newGrouping(l)
	header, err := EachRecord(ctx, source, report, func(rec *kbart.Record) {
		l.rows.Read++
		switch {
		case rec.Fate == kbart.Refused:
			l.refuse(rec)
		case source.wrongContent(rec):
			l.rows.Wrong++
			l.list(rec, WrongContent, "states the other content type, so it is not used")
		case !source.uses(rec):
			l.setAside(rec)
		default:
			kbart.Check(rec, report)
			l.rows.Used++
			l.Columns.count(rec)
			g.add(rec)
		}
	})
	if err != nil {
		return nil, err
	}
	l.Columns.Header = header
	return l, g.finish(ctx)
}

func (c *ColumnCounts) count(rec *kbart.Record) {
	c.Rows++
	for filled := rec.Filled(); filled != 0; filled &= filled - 1 {
		c.Filled[bits.TrailingZeros32(uint32(filled))]++
	}
}

// EachRecord streams the records of a source and returns the columns of its header.
func EachRecord(
	ctx context.Context, source Source, report func(kbart.Finding), fn func(*kbart.Record),
) (header kbart.ColumnSet, err error) {
	body, err := source.Open()
	if err != nil {
		return header, fmt.Errorf("open %s: %w", source.Name, err)
	}
	defer body.Close()
	n := 0
	reader := kbart.NewReader(body, kbart.Options{Name: source.Name, Findings: report})
	for rec, err := range reader.Records() {
		if err != nil {
			return header, err
		}
		if n++; n%4096 == 0 && ctx.Err() != nil {
			return header, ctx.Err()
		}
		fn(rec)
	}
	return reader.Columns(), nil
}

func (l *List) setAside(rec *kbart.Record) {
	l.rows.Free++
	if l.rows.Free <= listedFree {
		m := identityOf(rec)
		l.free.add(&m)
	}
	l.list(rec, Free, freeRow)
}

// list keeps a row for the report, unless there are already too many like it.
func (l *List) list(rec *kbart.Record, action Action, why string) {
	row := ListedRow{Citation: citationOfRow(rec, rec.Get(kbart.PublicationTitle)), Action: action, Line: rec.Line, Why: why}
	most, code := listedPerCode, listedCode{action, why}
	if action == Free {
		most = listedFree
	}
	if l.counted[code]++; l.counted[code] > most {
		return
	}
	if action == Invalid {
		row.Citation, row.Hash = citationOfRow(rec, firstFilled(rec.Cells())), RowHash(rec)
	}
	l.Listed = append(l.Listed, row)
}

func firstFilled(cells []string) string {
	for _, cell := range cells {
		if cell != "" {
			return cell
		}
	}
	return ""
}

// RowHash identifies a row by its cells, so a decision about it still applies when the row comes again.
func RowHash(rec *kbart.Record) uint64 {
	var h xxhash.Digest
	h.Reset()
	for _, cell := range rec.Cells() {
		_, _ = h.WriteString(cell) // never fails
		_, _ = h.WriteString("\t")
	}
	return h.Sum64()
}

// unlisted is how many rows are counted but not listed, because there are too many like them.
func (l *List) unlisted() (n int) {
	for code, counted := range l.counted {
		most := listedPerCode
		if code.action == Free {
			most = listedFree
		}
		n += max(0, counted-most)
	}
	return n
}

// WrongContent refuses a list if too many of its rows state the other content type: it is not the list that was asked
// for.
func (l *List) WrongContent() error {
	if l.rows.Wrong <= 20 || l.rows.Wrong*10 <= l.rows.Read {
		return nil
	}
	return &kbart.FatalError{Finding: kbart.Finding{
		Severity: kbart.Fatal, Code: "wrong-content", Column: kbart.PublicationTypeColumn.String(),
		Message: fmt.Sprintf("%s of %s rows state that they are no %ss: this is not the list that was asked for",
			words.Figure(l.rows.Wrong), words.Figure(l.rows.Read), l.source.Expect),
		Hint: "ask the provider why it sends this list for this content type",
	}}
}
