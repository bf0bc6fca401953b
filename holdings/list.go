package holdings

import (
	"context"
	"fmt"
	"io"
	"slices"

	"autoholdings/kbart"
)

// Source is a provider's list that can be read again and again: the plan reads it once for keys and hashes, and once
// more for the values of those titles that are to be written. So a list of a million titles never stands in memory.
type Source struct {
	Name   string                // file name, for findings
	Expect kbart.PublicationType // what the rows should be; a row of the other type is used, with a warning
	Open   func() (io.ReadCloser, error)

	KeepFree bool // rows of free titles are used like others: a person imports them into a local collection
}

// uses says whether a row becomes part of a title.
func (s *Source) uses(rec *kbart.Record) bool {
	return rec.Fate == kbart.Used || rec.Fate == kbart.Free && s.KeepFree
}

// matchable is what matching knows of a title or a portfolio.
type matchable struct {
	titleID uint64    // hash; 0: none
	folded  uint64    // hash of the folded title
	keys    [2]uint64 // hashes of the identifiers; 0: none
	more    *[]uint64 // of further rows' identifiers; nil nearly always
	kind    kbart.PublicationType
}

func (m *matchable) identified() bool { return m.keys[0] != 0 || m.keys[1] != 0 }

// eachKey calls fn with each identifier until it returns false.
func (m *matchable) eachKey(fn func(uint64) bool) {
	for _, key := range m.keys {
		if key != 0 && !fn(key) {
			return
		}
	}
	if m.more == nil {
		return
	}
	for _, key := range *m.more {
		if !fn(key) {
			return
		}
	}
}

func (m *matchable) hasKey(key uint64) (found bool) {
	m.eachKey(func(k uint64) bool { found = found || k == key; return !found })
	return found
}

func (m *matchable) addKey(key uint64) {
	switch {
	case key == 0 || m.hasKey(key):
	case m.keys[0] == 0:
		m.keys[0] = key
	case m.keys[1] == 0:
		m.keys[1] = key
	case m.more == nil:
		m.more = &[]uint64{key}
	default:
		*m.more = append(*m.more, key)
	}
}

func (m *matchable) shares(o *matchable) (shared bool) {
	m.eachKey(func(k uint64) bool { shared = o.hasKey(k); return !shared })
	return shared
}

// listTitle is a title of a list as it stays in memory: keys to match, hashes to compare, no values.
type listTitle struct {
	matchable
	line     int32  // of its first row
	rows     int32  // how many rows make it up
	next     int32  // next title of the same title_id, or -1
	has      uint32 // title columns that a row has filled already, by bit
	url      uint32 // of its title_url, to tell whether a later row's differs; 0: none
	notes    uint32 // likewise
	values   uint64 // hash of the title columns
	coverage uint64 // hash of the statements as a set
	ranges   uint64 // rangeHash of the first statement; 0: no statement
}

// list is a provider's file reduced to what planning needs.
type list struct {
	source Source
	titles chunked[listTitle]
	rowsOf []int32 // title of each used row, in file order

	statements map[int32][]uint64 // range hashes of titles with several statements
	scattered  map[int32]bool     // titles whose rows do not stand together: only a second reading can compare them
	current    Title              // the title of the row before, as far as its rows stand together

	free    []matchable     // the titles of rows set aside as free
	refused map[uint64]bool // title_ids and identifiers that stand in refused rows
	opaque  []refusedRow    // refused rows whose keys cannot be told with certainty

	rows   RowCounts
	ranges int         // coverage statements of all titles
	listed []ListedRow // free and refused rows, for the report

	byTitleID  map[uint64]int32   // first title of a title_id; only while reading
	byIdentity map[uint64][]int32 // titles without title_id, by identifier and type; only while reading
	sameIDs    map[uint64]*sameID // title_ids of many titles; only while reading
}

// refusedRow is a refused row that shows no identifier and no title_id for certain.
type refusedRow []uint64 // hashes of its cells

// RowCounts says what became of each row of a file: Read = Used + Free + Refused.
type RowCounts struct{ Read, Used, Free, Refused int }

// ListedRow is a row that was set aside or refused, for the report.
type ListedRow struct {
	Action Action // Free or Invalid
	Citation
	Line   int
	Why    string
}

// readList reads the source once. Findings go to report, in file order.
func readList(ctx context.Context, source Source, report func(kbart.Finding)) (*list, error) {
	l := &list{
		source:     source,
		statements: map[int32][]uint64{},
		scattered:  map[int32]bool{},
		current:    Title{index: unpaired},
		refused:    map[uint64]bool{},
		byTitleID:  map[uint64]int32{},
		byIdentity: map[uint64][]int32{},
		sameIDs:    map[uint64]*sameID{},
	}
	err := eachRecord(ctx, source, report, func(rec *kbart.Record) {
		l.rows.Read++
		switch {
		case rec.Fate == kbart.Refused:
			l.refuse(rec)
		case !source.uses(rec):
			l.setAside(rec)
		default:
			l.rows.Used++
			kbart.Check(rec, report)
			l.checkType(rec, report)
			l.take(rec, report)
		}
	})
	if err != nil {
		return nil, err
	}
	l.byTitleID, l.byIdentity, l.sameIDs, l.current = nil, nil, nil, Title{}
	return l, nil
}

// eachRecord streams the records of a source.
func eachRecord(ctx context.Context, source Source, report func(kbart.Finding), fn func(*kbart.Record)) (err error) {
	body, err := source.Open()
	if err != nil {
		return fmt.Errorf("open %s: %w", source.Name, err)
	}
	defer body.Close()
	n := 0
	for rec, err := range kbart.NewReader(body, kbart.Options{Name: source.Name, Findings: report}).Records() {
		if err != nil {
			return err
		}
		if n++; n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		fn(rec)
	}
	return nil
}

// identityOf reads the keys of a row.
func identityOf(rec *kbart.Record) matchable {
	m := matchable{
		titleID: textHash(rec.Get(kbart.TitleID)),
		folded:  textHash(FoldTitle(rec.Get(kbart.PublicationTitle))),
		kind:    rec.Type(),
	}
	m.addKey(textHash(identifierKey(rec.Get(kbart.PrintIdentifier))))
	m.addKey(textHash(identifierKey(rec.Get(kbart.OnlineIdentifier))))
	return m
}

// checkType warns of a journal among books, or the reverse: the content type asked for decides the collection.
func (l *list) checkType(rec *kbart.Record, report func(kbart.Finding)) {
	expected, kind := l.source.Expect, rec.Type()
	if expected == kbart.UnknownType || kind == kbart.UnknownType || kind == expected {
		return
	}
	report(kbart.Finding{
		Severity: kbart.Warning, Code: "other-content-type", Line: rec.Line, Column: kbart.PublicationTypeColumn.String(),
		Value:   rec.Get(kbart.PublicationTypeColumn),
		Message: fmt.Sprintf("a %s in a list of %ss; it becomes a portfolio of this collection", kind, expected),
		Hint:    "ask the provider to list it with its own kind",
	})
}

func (l *list) setAside(rec *kbart.Record) {
	l.rows.Free++
	l.free = append(l.free, identityOf(rec))
	l.listed = append(l.listed, ListedRow{
		Action: Free, Citation: citationOfRow(rec, rec.Get(kbart.PublicationTitle)), Line: rec.Line,
		Why: "access_type F: free-to-read titles are not part of the holdings",
	})
}

// refuse remembers what a refused row may name, so that no portfolio is removed because its row could not be read.
// Where it is uncertain which cell is which, any cell may be the title_id.
func (l *list) refuse(rec *kbart.Record) {
	l.rows.Refused++
	if rec.Reason == kbart.ReasonRepeatedHeader {
		return
	}
	var cells refusedRow
	certain := rec.Reason != kbart.ReasonCells && rec.Get(kbart.TitleID) != ""
	title := ""
	for _, cell := range rec.Cells() {
		if cell == "" {
			continue
		}
		if title == "" {
			title = cell
		}
		if key := identifierKey(cell); key != "" {
			l.refused[textHash(key)] = true
			certain = true
		}
		cells = append(cells, textHash(cell))
	}
	for _, cell := range cells {
		l.refused[cell] = true
	}
	if !certain {
		l.opaque = append(l.opaque, cells)
	}
	l.listed = append(l.listed, ListedRow{Action: Invalid, Citation: citationOfRow(rec, title), Line: rec.Line, Why: rec.Reason})
}

// take lets the row join the first title it fits, or makes it a title of its own (DOMAIN section 5, rule 2).
func (l *list) take(rec *kbart.Record, report func(kbart.Finding)) {
	row := identityOf(rec)
	index, found := l.find(&row)
	switch {
	case !found:
		index = l.titles.add(listTitle{matchable: row, line: int32(rec.Line), next: -1})
		l.remember(index, &row)
		l.current = Title{index: index, Line: rec.Line, more: l.current.more[:0], Coverage: l.current.Coverage[:0]}
		l.current.join(rec, report)
	case l.current.index == index:
		l.extend(index, &row)
		l.current.join(rec, report)
	default:
		l.extend(index, &row)
		l.scattered[index] = true
	}
	title := l.titles.at(index)
	title.rows++
	l.rowsOf = append(l.rowsOf, index)
	for bit, c := range titleColumns {
		if title.has&(1<<bit) != 0 {
			continue
		}
		if value := columnValue(rec, c); value != "" {
			title.has |= 1 << bit
			title.values ^= fieldHash(c, value)
		}
	}
	url, notes := rowHashes(rec)
	if title.url == 0 {
		title.url = url
	}
	if title.notes == 0 {
		title.notes = notes
	}
	if row.kind == kbart.Serial {
		l.addStatement(index, rec, url, notes)
	}
}

// rowHashes are of the two columns that belong to the title and, where they differ from it, to the row's statement.
func rowHashes(rec *kbart.Record) (url, notes uint32) {
	return uint32(textHash(comparable(kbart.TitleURL, rec.Get(kbart.TitleURL)))), uint32(textHash(rec.Get(kbart.Notes)))
}

// columnValue is a cell as it is stored: publication_type is resolved, all else as the provider wrote it.
func columnValue(rec *kbart.Record, c kbart.Column) string {
	if c == kbart.PublicationTypeColumn {
		return rec.Type().String()
	}
	return rec.Get(c)
}

func (l *list) find(row *matchable) (int32, bool) {
	if row.titleID != 0 {
		if same := l.sameIDs[row.titleID]; same != nil {
			return same.find(row)
		}
		first, ok := l.byTitleID[row.titleID]
		if !ok {
			return 0, false
		}
		for i := first; i >= 0; i = l.titles.at(i).next {
			title := &l.titles.at(i).matchable
			if row.identified() && title.identified() {
				if row.shares(title) {
					return i, true
				}
			} else if row.folded == title.folded {
				return i, true
			}
		}
		return 0, false
	}
	best, found := int32(0), false
	row.eachKey(func(key uint64) bool {
		for _, i := range l.byIdentity[mix(key, uint64(row.kind))] {
			if !found || i < best {
				best, found = i, true
			}
		}
		return true
	})
	return best, found
}

// remember makes a new title findable.
func (l *list) remember(index int32, row *matchable) {
	if row.titleID == 0 {
		row.eachKey(func(key uint64) bool { l.rememberKey(index, row.kind, key); return true })
		return
	}
	first, ok := l.byTitleID[row.titleID]
	if !ok {
		l.byTitleID[row.titleID] = index
		return
	}
	if same := l.sameIDs[row.titleID]; same != nil {
		same.add(index, row)
		return
	}
	last, n := first, 2
	for ; l.titles.at(last).next >= 0; n++ {
		last = l.titles.at(last).next
	}
	l.titles.at(last).next = index
	if n < crowdedFrom {
		return
	}
	same := newSameID()
	for i := first; i >= 0; i = l.titles.at(i).next {
		same.add(i, &l.titles.at(i).matchable)
	}
	l.sameIDs[row.titleID] = same
}

func (l *list) rememberKey(index int32, kind kbart.PublicationType, key uint64) {
	k := mix(key, uint64(kind))
	l.byIdentity[k] = append(l.byIdentity[k], index)
}

// extend adds the row's identifiers to the title it joins.
func (l *list) extend(index int32, row *matchable) {
	title := l.titles.at(index)
	row.eachKey(func(key uint64) bool {
		if !title.hasKey(key) {
			title.addKey(key)
			if title.titleID == 0 {
				l.rememberKey(index, title.kind, key)
			}
		}
		return true
	})
	if title.kind == kbart.UnknownType {
		title.kind = row.kind
	}
	if same := l.sameIDs[title.titleID]; same != nil {
		same.add(index, &title.matchable)
	}
}

// addStatement adds the row's coverage to the title's set, unless it is there already.
func (l *list) addStatement(index int32, rec *kbart.Record, url, notes uint32) {
	title := l.titles.at(index)
	statement := statementOf(rec)
	if url != 0 && url != title.url {
		text := rec.Get(kbart.TitleURL)
		statement.URL = &text
	}
	if notes != 0 && notes != title.notes {
		text := rec.Get(kbart.Notes)
		statement.Notes = &text
	}
	ranges := statement.rangeHash()
	if title.ranges == 0 {
		title.ranges = ranges
	} else {
		known := l.statements[index]
		if ranges == title.ranges || slices.Contains(known, ranges) {
			return
		}
		l.statements[index] = append(known, ranges)
	}
	l.ranges++
	title.coverage ^= statement.fullHash(ranges)
}
