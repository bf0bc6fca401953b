package plan

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"

	"autoholdings/kbart"
)

// grouping makes titles of rows (DOMAIN section 5). A row alone under its title_id, as nearly all are, is a title at
// once. The rows of one title_id, or of one title without, are put into an order of their own before they are grouped,
// so that how a file is sorted changes nothing.
type grouping struct {
	list  *List
	first ChunkedList[rowFacts]  // of each title as it was made: what its first row says
	free  map[int32]ListedRow    // rows of free titles that are used, as long as their title has no paid row; by number
	under map[uint64]int32       // group key → its only title so far
	many  map[uint64][]*groupRow // group key → its rows, where there are several
}

// rowFacts are what a row contributes to its title, beside the identity.
type rowFacts struct {
	row    int32  // number among the used rows
	free   bool   // of a free title
	start  uint32 // first date, so that a later one is greater; 0: none
	fills  uint32 // title columns that it fills, by bit
	agree  uint64 // hash of those in which the rows of one title ought to agree
	ranges uint64 // hash of its statement's seven columns; 0: it has no statement
	own    [len(OwnColumns)]uint32
}

// groupRow is a row that shares its group key with others.
type groupRow struct {
	Identity
	rowFacts
	line   int32
	values uint64
	text   *rowText // where the order of two rows depends on it
}

// compareOrder is the order of the rows of one title_id: the latest first date first, then title, identifiers and all
// cells as text. Rows without text are alike to it.
func compareOrder(start, otherStart uint32, text, other *rowText) int {
	if c := cmp.Compare(otherStart, start); c != 0 || text == nil || other == nil {
		return c
	}
	return cmp.Or(strings.Compare(text.title, other.title), strings.Compare(text.print, other.print),
		strings.Compare(text.online, other.online), slices.Compare(text.cells, other.cells))
}

// rowText is what decides between rows of one first date.
type rowText struct {
	title, print, online string
	cells                []string
}

func newGrouping(l *List) *grouping {
	return &grouping{list: l, under: map[uint64]int32{}, many: map[uint64][]*groupRow{}, free: map[int32]ListedRow{}}
}

// groupKey is what rows of one title have in common: the title_id or, where there is none, type, title and volume.
func groupKey(m *Identity) uint64 {
	if m.TitleID != 0 {
		return m.TitleID
	}
	return SaltedHash(SaltedHash(m.Folded, uint64(m.Kind)+3), uint64(m.volume)+5) | 1
}

func (g *grouping) add(rec *kbart.Record) {
	l := g.list
	m := identityOf(rec)
	facts, values := factsOf(rec, &m)
	facts.row, facts.free = int32(len(l.rowsOf)), rec.Fate == kbart.Free
	if facts.free && len(g.free) < listedFree {
		g.free[facts.row] = ListedRow{Citation: citationOfRow(rec, rec.Get(kbart.PublicationTitle)), Action: Free, Line: rec.Line, Why: freeRow}
	}
	key := groupKey(&m)
	if rows, ok := g.many[key]; ok {
		g.many[key] = append(rows, &groupRow{Identity: m, rowFacts: facts, line: int32(rec.Line), values: values})
		l.rowsOf = append(l.rowsOf, Unpaired)
		return
	}
	if index, ok := g.under[key]; ok {
		known := l.Titles.At(index)
		first := &groupRow{Identity: known.Identity, rowFacts: *g.first.At(index), line: known.line, values: known.ValuesHash}
		g.many[key] = []*groupRow{first, {Identity: m, rowFacts: facts, line: int32(rec.Line), values: values}}
		l.rowsOf = append(l.rowsOf, Unpaired)
		return
	}
	title := ListTitle{Identity: m, line: int32(rec.Line), rows: 1, ValuesHash: values}
	if facts.ranges != 0 {
		title.Covered, title.CoverageHash = true, fullHash(facts.ranges, 0)
	}
	index := l.Titles.Add(title)
	g.first.Add(facts)
	g.under[key] = index
	l.rowsOf = append(l.rowsOf, index)
}

// factsOf reads them of a row of this identity, and the hash of its title columns. Each value is brought to its
// comparable form once: this is most of what reading a list costs.
func factsOf(rec *kbart.Record, m *Identity) (f rowFacts, values uint64) {
	carries := m.Kind != kbart.Monograph
	for bit, c := range TitleColumns {
		value := columnValue(rec, c, m.Kind)
		if value == "" {
			continue
		}
		f.fills |= 1 << bit
		form := ComparableValue(c, value)
		if form == "" {
			continue
		}
		hash := xxhash.Sum64String(form)
		share := fieldShare(c, hash)
		values ^= share
		own := ownIndex[bit]
		if own >= 0 {
			f.own[own] = uint32(hash | 1)
		}
		if !carries || own < 0 {
			f.agree ^= share
		}
	}
	f.start = startOf(rec)
	if hasStatement(rec, m.Kind) {
		statement := statementOf(rec)
		f.ranges = statement.RangeHash()
	}
	return f, values
}

// ownIndex is the place in ownColumns of each of titleColumns, or -1.
var ownIndex = func() (index [len(TitleColumns)]int) {
	for i, c := range TitleColumns {
		index[i] = slices.Index(OwnColumns[:], c)
	}
	return index
}()

// startOf is a row's first date as a number, so that a later one is greater; 0: it has none.
func startOf(rec *kbart.Record) uint32 {
	first, _ := kbart.ParseDate(rec.Get(kbart.DateFirstIssueOnline))
	return uint32(first.Year*10_000 + first.Month*100 + first.Day)
}

// hasStatement says whether a row of a type is a coverage statement: each of a serial's is, and of unknown type one
// that fills a coverage cell.
func hasStatement(rec *kbart.Record, kind kbart.PublicationType) bool {
	return kind == kbart.Serial || kind == kbart.UnknownType && rec.FillsCoverage()
}

// columnValue is a cell as it is stored: publication_type as it was resolved, all else as the provider wrote it.
func columnValue(rec *kbart.Record, c kbart.Column, kind kbart.PublicationType) string {
	if c == kbart.PublicationTypeColumn {
		return kind.String()
	}
	return rec.Get(c)
}

// finish groups the rows that share a key, and counts.
func (g *grouping) finish(ctx context.Context) error {
	if err := g.readTies(ctx); err != nil {
		return err
	}
	groups := make([][]*groupRow, 0, len(g.many))
	for _, rows := range g.many {
		groups = append(groups, rows)
	}
	slices.SortFunc(groups, func(a, b []*groupRow) int { return cmp.Compare(a[0].row, b[0].row) })
	for _, rows := range groups {
		key, place := groupKey(&rows[0].Identity), int32(Unpaired)
		if index, ok := g.under[key]; ok {
			place = index
		}
		g.group(rows, place)
	}
	l := g.list
	for i := range int32(l.Titles.Len()) {
		if t := l.Titles.At(i); t.Covered && t.rows == 1 {
			l.ranges++
		}
	}
	return nil
}

// group makes the titles of one group's rows; the first of them takes the place that the group's first row had.
func (g *grouping) group(rows []*groupRow, place int32) {
	slices.SortFunc(rows, compareRows)
	f := newFormation()
	for _, row := range rows {
		f.take(row)
	}
	for _, t := range f.titles {
		for _, row := range t.paidOnly() {
			g.setAside(row)
		}
		title := t.title()
		if place != Unpaired {
			*g.list.Titles.At(place) = title
		} else {
			place = g.list.Titles.Add(title)
		}
		if t.mixed {
			g.list.Mixed[place] = true
		}
		if title.rows > 1 {
			g.list.ranges += t.statements
		}
		for _, row := range t.rows {
			g.list.rowsOf[row.row] = place
		}
		place = Unpaired
	}
}

// setAside takes back a free row of a title that has paid ones: what the library licenses of it are those.
func (g *grouping) setAside(row *groupRow) {
	l := g.list
	l.rowsOf[row.row] = setAside
	l.rows.Used--
	l.rows.Free++
	if listed, ok := g.free[row.row]; ok {
		l.Listed = append(l.Listed, listed)
	}
}

// compareRows is compareOrder and, where there are too many rows to be told apart by text, an order by hashes, which is
// as independent of the file's.
func compareRows(a, b *groupRow) int {
	if c := compareOrder(a.start, b.start, a.text, b.text); c != 0 || a.text != nil && b.text != nil {
		return c
	}
	return cmp.Or(cmp.Compare(a.Folded, b.Folded), cmp.Compare(a.keys[0], b.keys[0]), cmp.Compare(a.keys[1], b.keys[1]),
		cmp.Compare(a.values, b.values), cmp.Compare(a.ranges, b.ranges), cmp.Compare(a.row, b.row))
}

func textOf(rec *kbart.Record) *rowText {
	cells := make([]string, kbart.NumColumns)
	for c := range cells {
		cells[c] = rec.Get(kbart.Column(c))
	}
	return &rowText{rec.Get(kbart.PublicationTitle), rec.Get(kbart.PrintIdentifier), rec.Get(kbart.OnlineIdentifier), cells}
}

// tiedText is how much text is read to tell rows of one title_id and one first date apart; beyond, hashes do, which are
// as independent of the file's order.
const tiedText = 64 << 20

// sameStarts are the runs of rows that begin on one date.
func sameStarts(rows []*groupRow) iter.Seq[[]*groupRow] {
	return func(yield func([]*groupRow) bool) {
		for from := 0; from < len(rows); {
			to := from + 1
			for to < len(rows) && rows[to].start == rows[from].start {
				to++
			}
			if !yield(rows[from:to]) {
				return
			}
			from = to
		}
	}
}

// alike says whether two rows say the same of their title, so that their order does not matter.
func (r *groupRow) alike(o *groupRow) bool {
	return r.Folded == o.Folded && r.keys == o.keys && r.values == o.values && r.fills == o.fills
}

// readTies reads the text of those rows whose order depends on it.
func (g *grouping) readTies(ctx context.Context) error {
	tied := map[int32]*groupRow{}
	for _, rows := range g.many {
		slices.SortFunc(rows, func(a, b *groupRow) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.row, b.row)) })
		for run := range sameStarts(rows) {
			if slices.ContainsFunc(run, func(r *groupRow) bool { return !r.alike(run[0]) }) {
				for _, r := range run {
					tied[r.row] = r
				}
			}
		}
		slices.SortFunc(rows, func(a, b *groupRow) int { return cmp.Compare(a.row, b.row) })
	}
	if len(tied) == 0 {
		return nil
	}
	row, size := int32(0), 0
	_, err := EachRecord(ctx, g.list.source, nil, func(rec *kbart.Record) {
		if !g.list.source.uses(rec) {
			return
		}
		if r := tied[row]; r != nil && size <= tiedText {
			r.text = textOf(rec)
			for _, cell := range r.text.cells {
				size += len(cell) + 16
			}
		}
		row++
	})
	if size > tiedText {
		for _, r := range tied {
			r.text = nil
		}
	}
	return err
}
