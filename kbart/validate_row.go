package kbart

import "fmt"

// judgedRow is what judging a row found out about it and comparing rows needs again.
type judgedRow struct {
	kind          PublicationType
	print, online identity
	first, last   Date
}

// judgeRow judges the cells of a row by one another.
func (v *validator) judgeRow(rec *Record) judgedRow {
	row := judgedRow{
		print:  identityOf(rec.Get(PrintIdentifier)),
		online: identityOf(rec.Get(OnlineIdentifier)),
	}
	row.first, _ = ParseDate(rec.Get(DateFirstIssueOnline))
	row.last, _ = ParseDate(rec.Get(DateLastIssueOnline))
	row.kind = typeOf(rec, &row)
	v.judgeRequired(rec, &row)
	v.judgeIdentifiers(rec, &row)
	v.judgeFieldsOfType(rec, row.kind)
	v.judgeRange(rec, &row)
	v.judgePlausible(rec, &row)
	v.judgeSelfReference(rec)
	return row
}

// identity is what an [Identifier] is compared by, without a string of its own. Two writings of one identifier are
// equal.
type identity struct {
	kind   IdentifierKind
	number uint64 // its digits, an X as ten
}

// identityOf reads an identifier. It looks at its form only, and is quick for the usual ones.
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

// typeOf is [Record.Type] without an allocation.
func typeOf(rec *Record, row *judgedRow) PublicationType {
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

// required are the columns to be filled in every row. Check sees to publication_type, the reader to publication_title.
var required = [...]Column{TitleURL, TitleID, CoverageDepth, AccessType}

func (v *validator) judgeRequired(rec *Record, row *judgedRow) {
	if rec.Reason == ReasonNoIdentifier {
		return // the reader said so
	}
	if row.kind == Serial && rec.Get(DateFirstIssueOnline) == "" && rec.layout.has(DateFirstIssueOnline) {
		v.reportCell(ruleRequired, rec, DateFirstIssueOnline, "the coverage of the serial has no beginning")
	}
	for _, c := range required {
		if int(rec.layout.byColumn[c]) < len(rec.cells) && rec.Get(c) == "" { // of a row that is too short the reader said so
			v.reportCell(ruleRequired, rec, c, c.String()+" is empty")
		}
	}
}

func (v *validator) judgeIdentifiers(rec *Record, row *judgedRow) {
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
		v.judgeKind(rec, PrintIdentifier, row.print, foreign)
		v.judgeKind(rec, OnlineIdentifier, row.online, foreign)
	}
	if row.print.kind != NoIdentifier && row.print == row.online {
		v.reportCell(ruleSameIdentifiers, rec, OnlineIdentifier, "")
	}
}

func (v *validator) judgeKind(rec *Record, c Column, id identity, foreign IdentifierKind) {
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

// serialFields and monographFields are the columns that the standard keeps for one type of title.
var (
	serialFields = []Column{
		DateFirstIssueOnline, NumFirstVolOnline, NumFirstIssueOnline, DateLastIssueOnline, NumLastVolOnline, NumLastIssueOnline,
	}
	monographFields = []Column{
		FirstAuthor, DateMonographPublishedPrint, DateMonographPublishedOnline, MonographVolume, MonographEdition, FirstEditor,
	}
)

func (v *validator) judgeFieldsOfType(rec *Record, kind PublicationType) {
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

// judgeRange judges the ends of the coverage by one another: dates by the days that they can mean, volumes and issues
// only where both are numbers.
func (v *validator) judgeRange(rec *Record, row *judgedRow) {
	if !row.first.IsZero() && !row.last.IsZero() && lastOrdinal(row.last) < firstOrdinal(row.first) {
		v.reportCell(ruleDateOrder, rec, DateLastIssueOnline, fmt.Sprintf("coverage begins %s and ends %s", row.first, row.last))
	}
	lastVolume := rec.Get(NumLastVolOnline)
	if lastVolume == "" {
		return
	}
	firstVolume := rec.Get(NumFirstVolOnline)
	if firstVolume != lastVolume {
		v.judgeNumbers(ruleVolumeOrder, rec, NumFirstVolOnline, NumLastVolOnline)
		return
	}
	// Issues begin anew with each volume, and where one volume holds several years.
	if row.first.Year == row.last.Year {
		v.judgeNumbers(ruleIssueOrder, rec, NumFirstIssueOnline, NumLastIssueOnline)
	}
}

func (v *validator) judgeNumbers(rule *Rule, rec *Record, first, last Column) {
	from, ok := digits(rec.Get(first))
	to, ok2 := digits(rec.Get(last))
	if ok && ok2 && to < from {
		v.reportCell(rule, rec, last, fmt.Sprintf("%s is %d, %s is %d", first, from, last, to))
	}
}

// firstPlausible is the year of the first printed books.
const firstPlausible = 1450

func (v *validator) judgePlausible(rec *Record, row *judgedRow) {
	v.judgeYear(rec, DateFirstIssueOnline, row.first)
	v.judgeYear(rec, DateLastIssueOnline, row.last)
	for _, c := range [...]Column{DateMonographPublishedPrint, DateMonographPublishedOnline} {
		if cell := rec.Get(c); cell != "" {
			d, _ := ParseDate(cell)
			v.judgeYear(rec, c, d)
		}
	}
}

func (v *validator) judgeYear(rec *Record, c Column, d Date) {
	if !d.IsZero() && (d.Year < firstPlausible || firstOrdinal(d) > v.lastDay) {
		v.reportCell(ruleImplausible, rec, c, "")
	}
}

func (v *validator) judgeSelfReference(rec *Record) {
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

// ordinal numbers days in order, with gaps: every month has 31.
type ordinal int32

// noEnd is the last day of coverage that goes to the present.
const noEnd ordinal = 1<<31 - 1

// firstOrdinal is the first day that a date can mean.
func firstOrdinal(d Date) ordinal {
	return ordinal(d.Year*372 + max(d.Month-1, 0)*31 + max(d.Day-1, 0))
}

// lastOrdinal is the last day that a date can mean.
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
