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

// grouping turns rows into titles (DOMAIN section 5). A row alone under its title_id, as nearly all are, is a title at
// once. The rows of one title_id (or of one title, if they have none) are first sorted in a fixed order, so the order
// of the file makes no difference.
type grouping struct {
	list  *List
	first ChunkedList[rowFacts]  // by title: what its first row contributes
	free  map[int32]ListedRow    // used rows of free titles, by row number, in case their title has a paid row
	under map[uint64]int32       // group key → its only title so far
	many  map[uint64][]*groupRow // group key → its rows, if there are several
}

// rowFacts is what a row contributes to its title, besides the identity.
type rowFacts struct {
	row    int32  // number among the used rows
	free   bool   // of a free title
	start  uint32 // first date as a number: later is greater; 0: none
	fills  uint32 // bit set of the title columns it fills
	agree  uint64 // hash of the columns in which all rows of a title should agree
	ranges uint64 // hash of its statement's seven columns; 0: it has no statement
	own    [len(OwnColumns)]uint32
}

// groupRow is a row that shares its group key with others.
type groupRow struct {
	Identity
	rowFacts
	line   int32
	values uint64
	text   *rowText // set if the order of two rows depends on it
}

// compareOrder sorts the rows of one title_id: latest first date first, then by title, identifiers and all cells as
// text. Rows without text are equal.
func compareOrder(start, otherStart uint32, text, other *rowText) int {
	if c := cmp.Compare(otherStart, start); c != 0 || text == nil || other == nil {
		return c
	}
	return cmp.Or(strings.Compare(text.title, other.title), strings.Compare(text.print, other.print),
		strings.Compare(text.online, other.online), slices.Compare(text.cells, other.cells))
}

// rowText decides the order of rows with the same first date.
type rowText struct {
	title, print, online string
	cells                []string
}

func newGrouping(l *List) *grouping {
	return &grouping{list: l, under: map[uint64]int32{}, many: map[uint64][]*groupRow{}, free: map[int32]ListedRow{}}
}

// groupKey is what the rows of one title share: the title_id or, without one, type, title and volume.
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

// factsOf returns a row's facts and the hash of its title columns. It computes each value's comparable form only once:
// that is most of the cost of reading a list.
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

// ownIndex is the index in OwnColumns of each of TitleColumns, or -1.
var ownIndex = func() (index [len(TitleColumns)]int) {
	for i, c := range TitleColumns {
		index[i] = slices.Index(OwnColumns[:], c)
	}
	return index
}()

// startOf returns a row's first date as a number that is greater for a later date; 0 if it has none.
func startOf(rec *kbart.Record) uint32 {
	first, _ := kbart.ParseDate(rec.Get(kbart.DateFirstIssueOnline))
	return uint32(first.Year*10_000 + first.Month*100 + first.Day)
}

// hasStatement reports whether a row is a coverage statement: a serial's row always is, and one of unknown type is if
// it fills a coverage cell.
func hasStatement(rec *kbart.Record, kind kbart.PublicationType) bool {
	return kind == kbart.Serial || kind == kbart.UnknownType && rec.FillsCoverage()
}

// columnValue returns a cell as it is stored: publication_type as resolved, everything else as the provider wrote it.
func columnValue(rec *kbart.Record, c kbart.Column, kind kbart.PublicationType) string {
	if c == kbart.PublicationTypeColumn {
		return kind.String()
	}
	return rec.Get(c)
}

// finish groups the rows that share a key, and counts the statements.
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

// group makes titles from one group's rows; the first title takes the place of the group's first row.
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

// setAside drops a free row of a title that also has paid rows: the library licenses the paid ones.
func (g *grouping) setAside(row *groupRow) {
	l := g.list
	l.rowsOf[row.row] = setAside
	l.rows.Used--
	l.rows.Free++
	if listed, ok := g.free[row.row]; ok {
		l.Listed = append(l.Listed, listed)
	}
}

// compareRows is compareOrder and then, if there are too many rows to compare by text, an order by hash, which does not
// depend on the file's order either.
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

// tiedText is how many bytes of text are read to order rows with the same title_id and first date. Beyond that they are
// ordered by hash, which does not depend on the file's order either.
const tiedText = 64 << 20

// sameStarts yields the runs of rows with the same first date.
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

// alike reports whether two rows say the same about their title, so their order does not matter.
func (r *groupRow) alike(o *groupRow) bool {
	return r.Folded == o.Folded && r.keys == o.keys && r.values == o.values && r.fills == o.fills
}

// readTies reads the text of the rows whose order depends on it.
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
