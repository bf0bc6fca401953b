package kbart

import (
	"fmt"
	"hash/maphash"
)

const (
	ringTitles     = 1 << 16 // number of recent titles that are remembered
	ringStatements = 1 << 17 // number of recent coverage statements that are remembered
	// maxSteps limits the search if very many rows have the same title_id.
	maxSteps = 64
)

// titlePrint is the fingerprint of a title.
type titlePrint struct {
	id            uint64 // of the title_id
	line          uint32
	older         uint32 // number of the previous title with the same title_id
	statement     uint32 // number of its newest coverage statement
	print, online uint32
	folded        uint32 // of the title as appendFolded returns it
	fields        [len(titleFields)]uint32
}

// statementPrint is the fingerprint of a row's coverage statement.
type statementPrint struct {
	first, last ordinal
	lastStarts  ordinal // first day of the year, month or day in which coverage ends
	line        uint32
	older       uint32 // number of the previous statement of the title
	terms       uint32 // depth, access, embargo and address
}

// titleFields are the columns in which rows of one title must agree. A journal's address and notes may differ from row
// to row.
var titleFields = [...]Column{
	PublicationTitle, PrintIdentifier, OnlineIdentifier, TitleURL, FirstAuthor, PublisherName, PublicationTypeColumn,
	DateMonographPublishedPrint, DateMonographPublishedOnline, MonographVolume, MonographEdition, FirstEditor,
	ParentPublicationTitleID, PrecedingPublicationTitleID,
}

// compareTitle compares a row with the rows of the same title. newest is the slot of its title_id.
func (v *validator) compareTitle(rec *Record, row *checkedRow, id uint64, newest *slot) {
	a := v.history
	fingerprint := a.printOf(rec, row, id)
	title, other := a.findTitle(newest.number(), &fingerprint)
	if title != nil {
		v.checkAgreement(rec, title, &fingerprint)
	} else {
		if other != nil {
			v.reportCell(ruleSharedTitleID, rec, TitleID, fmt.Sprintf("another title, on line %d, has the same title_id", other.line))
		}
		fingerprint.older = newest.number()
		number, added := a.titles.add(fingerprint)
		newest.setNumber(number)
		title = added
	}
	openEnd := rec.Get(DateLastIssueOnline) == ""
	if row.kind != Serial || row.first.IsZero() || row.last.IsZero() != openEnd {
		return // a monograph has no coverage, and coverage with unreadable dates cannot be compared
	}
	s := a.statementOf(rec, row)
	if line := a.overlapping(title, &s); line != 0 {
		v.reportCell(ruleOverlap, rec, DateFirstIssueOnline,
			fmt.Sprintf("the coverage from %s to %s overlaps with line %d", row.first, toText(row.last), line))
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

// printOf returns the fingerprint of a row's title. 0 stands for an empty value.
func (a *rowHistory) printOf(rec *Record, row *checkedRow, id uint64) titlePrint {
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
			hash = uint64(row.kind) // UnknownType is 0, which agrees with every type
		}
		p.fields[i] = fold32(hash)
	}
	return p
}

// identifierPrint returns a fingerprint of 32 bits. It is 0 only if there is no identifier.
func identifierPrint(id identity) uint32 {
	if id.kind == NoIdentifier {
		return 0
	}
	return max(1, uint32(mix(uint64(id.kind), id.number)>>32))
}

// fold32 shortens a fingerprint to 32 bits. It is 0 only if the fingerprint is 0, which stands for an empty value.
func fold32(hash uint64) uint32 {
	if hash == 0 {
		return 0
	}
	return max(1, uint32(hash^hash>>32))
}

// findTitle returns the title that a row belongs to. It has the same title_id, and shares an identifier with the row
// or, if either has no identifiers, has the same folded title. If there is no such title, other is another title with
// the title_id, if there is one.
func (a *rowHistory) findTitle(newest uint32, p *titlePrint) (title, other *titlePrint) {
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

// checkAgreement reports the fields in which a row disagrees with its title, and adds to the title what it did not
// have.
func (v *validator) checkAgreement(rec *Record, t, p *titlePrint) {
	for i, c := range titleFields {
		mine, theirs := p.fields[i], t.fields[i]
		switch {
		case theirs == 0:
			t.fields[i] = mine
		case mine != 0 && mine != theirs:
			v.reportCell(ruleDisagrees, rec, c, fmt.Sprintf("%s differs from line %d, which has the same title", c, t.line))
		}
	}
	if t.print == 0 {
		t.print = p.print
	}
	if t.online == 0 {
		t.online = p.online
	}
}

func (a *rowHistory) statementOf(rec *Record, row *checkedRow) statementPrint {
	s := statementPrint{
		first: firstOrdinal(row.first), last: noEnd, lastStarts: noEnd, line: uint32(rec.Line),
		terms: a.termsPrint(rec),
	}
	if !row.last.IsZero() {
		s.last, s.lastStarts = lastOrdinal(row.last), firstOrdinal(row.last)
	}
	return s
}

// termsPrint returns a fingerprint of the properties by which statements for the same time are different offers.
func (a *rowHistory) termsPrint(rec *Record) uint32 {
	terms := mix(mix(a.hashOf(rec, CoverageDepth), a.hashOf(rec, EmbargoInfo)), a.hashOf(rec, TitleURL))
	if isFree(rec.Get(AccessType)) {
		terms = ^terms
	}
	return uint32(terms >> 16)
}

// overlapping returns the line of a statement of the title that overlaps s, or 0.
func (a *rowHistory) overlapping(t *titlePrint, s *statementPrint) (line int) {
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

// overlap reports whether two statements have more time in common than the year, month or day in which one ends and the
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
