package kbart

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
)

// across remembers rows to compare later ones with. It keeps fingerprints instead of values, so that a row takes some
// twenty bytes; where only rows that are known to be of one title are compared, of 32 bits.
type across struct {
	seed    maphash.Seed
	maxRows int
	ended   bool // there are more rows than are remembered

	rows       table // whole rows, with their lines
	titleIDs   table // with the number of the newest title
	titles     ring[titlePrint]
	statements ring[statementPrint]
	open       map[uint64]reference // references to title_ids that were not met so far
	dropped    bool                 // there were more of them than are kept

	// Of the row that is being compared:
	row    uint64
	hashes []uint64 // of its cells, 0 for an empty one
	folded []byte
}

// maxOpenReferences bounds the references that wait for their title.
const maxOpenReferences = 50_000

// reference is a title_id that rows refer to: the first such row and the number of them.
type reference struct {
	line, rows int
	column     Column
	value      string
	title      string // of that row
	hash       uint64
}

func newAcross(maxRows int) *across {
	return &across{
		seed: maphash.MakeSeed(), maxRows: maxRows,
		titles:     ring[titlePrint]{size: ringTitles},
		statements: ring[statementPrint]{size: ringStatements},
		open:       map[uint64]reference{},
	}
}

// compare compares a row with those before it, and remembers it.
func (v *validator) compare(rec *Record, row *judgedRow) {
	a := v.across
	if a.ended {
		return
	}
	if a.rows.size >= a.maxRows || rec.Line > maxNumber {
		a.ended = true
		v.report(ruleComparisonEnded, Finding{
			File: rec.File, Line: rec.Line, Message: fmt.Sprintf("%d rows are remembered; from here on rows are not compared", a.rows.size),
		})
		return
	}
	a.hash(rec)
	id := uint64(0)
	if isTitleID(rec.Get(TitleID)) {
		id = a.hashOf(rec, TitleID)
	}
	same := a.rows.at(a.row)
	// Of a million rows two may have one fingerprint by chance; with a title_id that is new no row is the same as another.
	if line := same.number(); line != 0 && (id == 0 || a.titleIDs.has(id)) {
		v.report(ruleDuplicateRow, Finding{
			File: rec.File, Line: rec.Line, Title: rec.Get(PublicationTitle),
			Message: fmt.Sprintf("the row is the same as that on line %d", line),
		})
		return
	}
	same.setNumber(uint32(rec.Line))
	if id != 0 {
		newest := a.titleIDs.at(id)
		if rec.Fate != Refused {
			v.compareTitle(rec, row, id, newest)
		}
	}
	a.noteReferences(rec)
}

// hash makes the fingerprints of a row and its cells, once for all that compares them.
func (a *across) hash(rec *Record) {
	a.row, a.hashes = 0, a.hashes[:0]
	for i, cell := range rec.cells {
		hash := uint64(0)
		if cell != "" {
			hash = max(1, maphash.String(a.seed, cell))
			a.row += hash * uint64(2*i+1) // so that a cell's place counts
		}
		a.hashes = append(a.hashes, hash)
	}
}

// hashOf returns the fingerprint of a cell, 0 where it is empty.
func (a *across) hashOf(rec *Record, c Column) uint64 {
	if i := int(rec.layout.byColumn[c]); i < len(a.hashes) {
		return a.hashes[i]
	}
	return 0
}

// mix makes one fingerprint of two, in which their order counts.
func mix(a, b uint64) uint64 {
	a = (a ^ b) * 0x9e3779b97f4a7c15
	return a ^ a>>29
}

// noteReferences keeps the row's parent and predecessor in mind where they were not met so far.
func (a *across) noteReferences(rec *Record) {
	for _, c := range references {
		hash := a.hashOf(rec, c)
		if hash == 0 || a.titleIDs.has(hash) || saysNothing(rec.Get(c)) {
			continue
		}
		key := hash + uint64(c)
		ref, known := a.open[key]
		switch {
		case known:
			ref.rows++
		case len(a.open) >= maxOpenReferences:
			a.dropped = true
			continue
		default:
			ref = reference{
				line: rec.Line, rows: 1, column: c, value: strings.Clone(cut(rec.Get(c))),
				title: strings.Clone(cut(rec.Get(PublicationTitle))), hash: hash,
			}
		}
		a.open[key] = ref
	}
}

// judgeReferences reports, at a list's end, the titles that it refers to and does not have.
func (v *validator) judgeReferences() {
	a := v.across
	if a.ended {
		return
	}
	missing := make([]reference, 0, len(a.open))
	for _, ref := range a.open {
		if !a.titleIDs.has(ref.hash) {
			missing = append(missing, ref)
		}
	}
	slices.SortFunc(missing, func(a, b reference) int {
		if a.line != b.line {
			return a.line - b.line
		}
		return int(a.column) - int(b.column)
	})
	for _, ref := range missing {
		rule := ruleNoParent
		if ref.column == PrecedingPublicationTitleID {
			rule = ruleNoPredecessor
		}
		f := Finding{File: v.file, Line: ref.line, Title: ref.title, Column: ref.column.String(), Value: ref.value}
		if ref.rows > 1 {
			f.Message = fmt.Sprintf("no row has this title_id, to which %d rows refer", ref.rows)
		}
		v.report(rule, f)
	}
	if a.dropped {
		v.report(ruleComparisonEnded, Finding{
			File: v.file, Message: fmt.Sprintf("more than %d references to titles that the list does not have; not all are reported",
				maxOpenReferences),
		})
	}
}

// The titles and coverage statements seen last are remembered, so many of each.
const (
	ringTitles     = 1 << 16
	ringStatements = 1 << 17
	// maxSteps bounds the search where very many rows have one title_id.
	maxSteps = 64
)

// titlePrint is what is remembered of a title.
type titlePrint struct {
	id            uint64 // of the title_id
	line          uint32
	older         uint32 // the title before it with the same title_id
	statement     uint32 // its newest one
	print, online uint32
	folded        uint32 // the title as [appendFolded] has it
	fields        [len(titleFields)]uint32
}

// statementPrint is what is remembered of a row's coverage.
type statementPrint struct {
	first, last ordinal
	lastStarts  ordinal // the first day of the year, month or day in which coverage ends
	line        uint32
	older       uint32 // of the same title
	terms       uint32 // depth, access, embargo and address
}

// titleFields are the columns in which rows of one title have to agree. A journal's address and notes may differ from
// row to row.
var titleFields = [...]Column{
	PublicationTitle, PrintIdentifier, OnlineIdentifier, TitleURL, FirstAuthor, PublisherName, PublicationTypeColumn,
	DateMonographPublishedPrint, DateMonographPublishedOnline, MonographVolume, MonographEdition, FirstEditor,
	ParentPublicationTitleID, PrecedingPublicationTitleID,
}

// compareTitle compares a row with those of the same title. newest is the number of the title that came last with its
// title_id.
func (v *validator) compareTitle(rec *Record, row *judgedRow, id uint64, newest *slot) {
	a := v.across
	print := a.printOf(rec, row, id)
	title, other := a.findTitle(newest.number(), &print)
	if title != nil {
		v.judgeAgreement(rec, title, &print)
	} else {
		if other != nil {
			v.reportCell(ruleSharedTitleID, rec, TitleID, fmt.Sprintf("another title, on line %d, has the same title_id", other.line))
		}
		print.older = newest.number()
		number, added := a.titles.add(print)
		newest.setNumber(number)
		title = added
	}
	openEnd := rec.Get(DateLastIssueOnline) == ""
	if row.kind != Serial || row.first.IsZero() || row.last.IsZero() != openEnd {
		return // a monograph has no coverage, and of dates that are none nothing is known
	}
	s := a.statementOf(rec, row)
	if line := a.overlapping(title, &s); line != 0 {
		v.reportCell(ruleOverlap, rec, DateFirstIssueOnline,
			fmt.Sprintf("the coverage from %s to %s overlaps that on line %d", row.first, toText(row.last), line))
	}
	s.older = title.statement
	title.statement, _ = a.statements.add(s)
}

func toText(d Date) string {
	if d.IsZero() {
		return "the present"
	}
	return d.String()
}

// printOf makes the fingerprints of a row's title. 0 stands for an empty value.
func (a *across) printOf(rec *Record, row *judgedRow, id uint64) titlePrint {
	a.folded = appendFolded(a.folded[:0], rec.Get(PublicationTitle))
	p := titlePrint{
		id: id, line: uint32(rec.Line),
		print: identifierPrint(row.print), online: identifierPrint(row.online),
		folded: uint32(maphash.Bytes(a.seed, a.folded)),
	}
	for i, c := range titleFields {
		hash := a.hashOf(rec, c)
		switch {
		case hash == 0:
		case c == PrintIdentifier && p.print != 0:
			hash = uint64(p.print)
		case c == OnlineIdentifier && p.online != 0:
			hash = uint64(p.online)
		case c == TitleURL && row.kind != Monograph:
			hash = 0
		case c == PublicationTypeColumn:
			hash = uint64(row.kind) // UnknownType is 0, no disagreement
		}
		p.fields[i] = fold32(hash)
	}
	return p
}

// identifierPrint is 0 for no identifier, and only for none.
func identifierPrint(id identity) uint32 {
	if id.kind == NoIdentifier {
		return 0
	}
	return max(1, uint32(mix(uint64(id.kind), id.number)>>32))
}

// fold32 keeps 0, which stands for nothing, and only that.
func fold32(hash uint64) uint32 {
	if hash == 0 {
		return 0
	}
	return max(1, uint32(hash^hash>>32))
}

// findTitle returns the title that a row belongs to: one with the same title_id with which it shares an identifier or,
// where either has none, whose folded title is the same. Where there is none, other is another title with that
// title_id, if any.
func (a *across) findTitle(newest uint32, p *titlePrint) (title, other *titlePrint) {
	for range maxSteps {
		t := a.titles.get(newest)
		if t == nil {
			return nil, other
		}
		if t.id == p.id {
			if t.fits(p) {
				return t, nil
			}
			other = t
		}
		newest = t.older
	}
	return nil, other
}

func (t *titlePrint) fits(p *titlePrint) bool {
	if t.print == 0 && t.online == 0 || p.print == 0 && p.online == 0 {
		return t.folded == p.folded
	}
	return t.has(p.print) || t.has(p.online)
}

func (t *titlePrint) has(identifier uint32) bool {
	return identifier != 0 && (t.print == identifier || t.online == identifier)
}

// judgeAgreement reports the fields in which a row disagrees with its title, and lends the title what it did not have.
func (v *validator) judgeAgreement(rec *Record, t, p *titlePrint) {
	for i, c := range titleFields {
		mine, theirs := p.fields[i], t.fields[i]
		switch {
		case theirs == 0:
			t.fields[i] = mine
		case mine != 0 && mine != theirs:
			v.reportCell(ruleDisagrees, rec, c, fmt.Sprintf("%s differs from that of the same title on line %d", c, t.line))
		}
	}
	if t.print == 0 {
		t.print = p.print
	}
	if t.online == 0 {
		t.online = p.online
	}
}

func (a *across) statementOf(rec *Record, row *judgedRow) statementPrint {
	s := statementPrint{
		first: firstOrdinal(row.first), last: noEnd, lastStarts: noEnd, line: uint32(rec.Line),
		terms: a.termsPrint(rec),
	}
	if !row.last.IsZero() {
		s.last, s.lastStarts = lastOrdinal(row.last), firstOrdinal(row.last)
	}
	return s
}

// termsPrint is a fingerprint of what makes two statements different offers, though they cover the same time.
func (a *across) termsPrint(rec *Record) uint32 {
	terms := mix(mix(a.hashOf(rec, CoverageDepth), a.hashOf(rec, EmbargoInfo)), a.hashOf(rec, TitleURL))
	if isFree(rec.Get(AccessType)) {
		terms = ^terms
	}
	return uint32(terms >> 16)
}

// overlapping returns the line of a statement of a title that overlaps s, or 0.
func (a *across) overlapping(t *titlePrint, s *statementPrint) (line int) {
	number := t.statement
	for range maxSteps {
		other := a.statements.get(number)
		if other == nil {
			return 0
		}
		if other.terms == s.terms && overlap(s, other) {
			return int(other.line)
		}
		number = other.older
	}
	return 0
}

// overlap says whether two statements cover common time, more than the year, month or day in which one ends and the
// other begins.
func overlap(a, b *statementPrint) bool {
	if a.first == b.first && a.last == b.last {
		return true
	}
	if b.first < a.first || b.first == a.first && b.last < a.last {
		a, b = b, a
	}
	return b.first < a.lastStarts
}
