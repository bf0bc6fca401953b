package kbart

import "fmt"

// checkedRow are the values of a row that were parsed by checking it and are needed again to compare it.
type checkedRow struct {
	kind          PublicationType
	print, online identity
	first, last   Date
}

// checkRow checks whether the cells of a row are consistent with each other.
func (v *validator) checkRow(rec *Record) checkedRow {
	row := checkedRow{
		print:  identityOf(rec.Get(PrintIdentifier)),
		online: identityOf(rec.Get(OnlineIdentifier)),
	}
	row.first, _ = ParseDate(rec.Get(DateFirstIssueOnline))
	row.last, _ = ParseDate(rec.Get(DateLastIssueOnline))
	row.kind = typeOf(rec, &row)
	v.checkRequired(rec, &row)
	v.checkIdentifiers(rec, &row)
	v.checkFieldsOfType(rec, row.kind)
	v.checkRange(rec, &row)
	v.checkPlausible(rec, &row)
	v.checkSelfReference(rec)
	return row
}

// identity is an [Identifier] as a number, which needs no allocation. Two spellings of one identifier are equal.
type identity struct {
	kind   IdentifierKind
	number uint64 // its digits, with X as ten
}

// identityOf reads an identifier without checking its check digit. It is fast for the usual spellings.
func identityOf(s string) identity {
	switch {
	case s == "":
		return identity{}
	case len(s) == 13 && (s[:3] == "978" || s[:3] == "979"):
		if number, ok := digitsAndCheck(s[:12], s[12]); ok {
			return identity{ISBN, number}
		}
	case len(s) == 9 && s[4] == '-':
		if number, ok := digitsAndCheck(s[:4]+s[5:8], s[8]); ok {
			return identity{ISSN, number}
		}
	}
	id := scanIdentifier(s)
	var number uint64
	switch id.kind {
	case ISSN:
		number, _ = digitsAndCheck(string(id.key[:7]), id.key[7])
	case ISBN:
		number, _ = digitsAndCheck(string(id.key[:12]), id.key[12])
	}
	return identity{id.kind, number}
}

func digitsAndCheck(s string, check byte) (number uint64, ok bool) {
	for i := range len(s) {
		d := s[i] - '0'
		if d > 9 {
			return 0, false
		}
		number = number*10 + uint64(d)
	}
	switch {
	case isDigit(check):
		return number*11 + uint64(check-'0'), true
	case check == 'x' || check == 'X':
		return number*11 + 10, true
	}
	return 0, false
}

// typeOf is [Record.Type] for identifiers that are parsed already.
func typeOf(rec *Record, row *checkedRow) PublicationType {
	if t, ok := ParsePublicationType(rec.Get(PublicationTypeColumn)); ok {
		return t
	}
	switch {
	case row.print.kind == ISBN || row.online.kind == ISBN:
		return Monograph
	case row.print.kind == ISSN || row.online.kind == ISSN:
		return Serial
	}
	return UnknownType
}

// required are the columns that must be filled in every row. Check reports an empty publication_type, and the reader an
// empty publication_title.
var required = [...]Column{TitleURL, TitleID, CoverageDepth, AccessType}

func (v *validator) checkRequired(rec *Record, row *checkedRow) {
	if rec.Reason == ReasonNoIdentifier {
		return // the reader reported it
	}
	if row.kind == Serial && rec.Get(DateFirstIssueOnline) == "" && rec.layout.has(DateFirstIssueOnline) {
		v.reportCell(ruleRequired, rec, DateFirstIssueOnline, "the coverage of the serial has no start date")
	}
	for _, c := range required {
		// If the row is too short, the reader reported that.
		if int(rec.layout.byColumn[c]) < len(rec.cells) && rec.Get(c) == "" {
			v.reportCell(ruleRequired, rec, c, c.String()+" is empty")
		}
	}
}

func (v *validator) checkIdentifiers(rec *Record, row *checkedRow) {
	if rec.Get(PrintIdentifier) == "" && rec.Get(OnlineIdentifier) == "" && rec.Reason != ReasonNoIdentifier {
		v.report(ruleOnlyTitleID, Finding{File: rec.File, Line: rec.Line, Title: rec.Get(PublicationTitle), Value: rec.Get(TitleID)})
		return
	}
	foreign := NoIdentifier
	switch row.kind {
	case Serial:
		foreign = ISBN
	case Monograph:
		foreign = ISSN
	}
	if foreign != NoIdentifier {
		v.checkKind(rec, PrintIdentifier, row.print, foreign)
		v.checkKind(rec, OnlineIdentifier, row.online, foreign)
	}
	if row.print.kind != NoIdentifier && row.print == row.online {
		v.reportCell(ruleSameIdentifiers, rec, OnlineIdentifier, "")
	}
}

func (v *validator) checkKind(rec *Record, c Column, id identity, foreign IdentifierKind) {
	if id.kind == foreign {
		v.reportCell(ruleIdentifierType, rec, c, fmt.Sprintf("the identifier of a %s is an %s", typeWithout(foreign), foreign))
	}
}

// typeWithout returns the type of title that does not have this kind of identifier.
func typeWithout(kind IdentifierKind) PublicationType {
	if kind == ISSN {
		return Monograph
	}
	return Serial
}

// serialFields and monographFields are the columns that the standard reserves for one type of title.
var (
	serialFields = []Column{
		DateFirstIssueOnline, NumFirstVolOnline, NumFirstIssueOnline, DateLastIssueOnline, NumLastVolOnline, NumLastIssueOnline,
	}
	monographFields = []Column{
		FirstAuthor, DateMonographPublishedPrint, DateMonographPublishedOnline, MonographVolume, MonographEdition, FirstEditor,
	}
)

func (v *validator) checkFieldsOfType(rec *Record, kind PublicationType) {
	rule, foreign := ruleSerialFields, serialFields
	switch kind {
	case UnknownType:
		return
	case Serial:
		rule, foreign = ruleMonographFields, monographFields
	}
	var first Column
	filled := 0
	for _, c := range foreign {
		if rec.Get(c) == "" {
			continue
		}
		if filled++; filled == 1 {
			first = c
		}
	}
	if filled == 0 {
		return
	}
	message := fmt.Sprintf("%s is filled for a %s", first, kind)
	if filled > 1 {
		message = fmt.Sprintf("%s and %s are filled for a %s", first, quantity(filled-1, "other column"), kind)
	}
	v.reportCell(rule, rec, first, message)
}

// checkRange reports coverage that ends before it begins. Dates are compared by the days that they can mean, volumes
// and issues only if both are numbers.
func (v *validator) checkRange(rec *Record, row *checkedRow) {
	if !row.first.IsZero() && !row.last.IsZero() && lastOrdinal(row.last) < firstOrdinal(row.first) {
		v.reportCell(ruleDateOrder, rec, DateLastIssueOnline, fmt.Sprintf("coverage begins %s and ends %s", row.first, row.last))
	}
	lastVolume := rec.Get(NumLastVolOnline)
	if lastVolume == "" {
		return
	}
	firstVolume := rec.Get(NumFirstVolOnline)
	if firstVolume != lastVolume {
		v.checkNumbers(ruleVolumeOrder, rec, NumFirstVolOnline, NumLastVolOnline)
		return
	}
	// Issue numbers restart with each volume, and may also restart each year if one volume covers several years.
	if row.first.Year == row.last.Year {
		v.checkNumbers(ruleIssueOrder, rec, NumFirstIssueOnline, NumLastIssueOnline)
	}
}

func (v *validator) checkNumbers(rule *Rule, rec *Record, first, last Column) {
	from, ok := digits(rec.Get(first))
	to, ok2 := digits(rec.Get(last))
	if ok && ok2 && to < from {
		v.reportCell(rule, rec, last, fmt.Sprintf("%s is %d, %s is %d", first, from, last, to))
	}
}

// firstPlausible is the year of the first printed books.
const firstPlausible = 1450

func (v *validator) checkPlausible(rec *Record, row *checkedRow) {
	v.checkYear(rec, DateFirstIssueOnline, row.first)
	v.checkYear(rec, DateLastIssueOnline, row.last)
	for _, c := range [...]Column{DateMonographPublishedPrint, DateMonographPublishedOnline} {
		if cell := rec.Get(c); cell != "" {
			d, _ := ParseDate(cell)
			v.checkYear(rec, c, d)
		}
	}
}

func (v *validator) checkYear(rec *Record, c Column, d Date) {
	if !d.IsZero() && (d.Year < firstPlausible || firstOrdinal(d) > v.lastDay) {
		v.reportCell(ruleImplausible, rec, c, "")
	}
}

func (v *validator) checkSelfReference(rec *Record) {
	id := rec.Get(TitleID)
	if !isTitleID(id) {
		return
	}
	for _, c := range references {
		if rec.Get(c) == id {
			v.reportCell(ruleSelfReference, rec, c, "")
		}
	}
}

// references are the columns that name another title by its title_id.
var references = [...]Column{ParentPublicationTitleID, PrecedingPublicationTitleID}

// ordinal is the number of a day. Every month has 31, so that there are gaps.
type ordinal int32

// noEnd is the last day of coverage that extends to the present.
const noEnd ordinal = 1<<31 - 1

// firstOrdinal returns the first day that a date can mean.
func firstOrdinal(d Date) ordinal {
	return ordinal(d.Year*372 + max(d.Month-1, 0)*31 + max(d.Day-1, 0))
}

// lastOrdinal returns the last day that a date can mean.
func lastOrdinal(d Date) ordinal {
	month, day := d.Month, d.Day
	if month == 0 {
		month = 12
	}
	if day == 0 {
		day = 31
	}
	return ordinal(d.Year*372 + (month-1)*31 + day - 1)
}
