package kbart

import "strings"

// shifted says whether the values of a row of wrong width stand under columns where they cannot belong: a cell too many
// or too few somewhere before the end moves all that follow. It looks only for what is beyond doubt, because every row
// of which the cells can be assigned is to be used.
func (r *Reader) shifted() bool {
	for c, impossible := range impossibleIn {
		if impossible != nil && r.has(Column(c), impossible) {
			return true
		}
	}
	for c, own := range wordsOf {
		if own != nil && r.besides(Column(c), own) {
			return true
		}
	}
	return false
}

// impossibleIn tells values that a column never holds.
var impossibleIn = [NumColumns]func(string) bool{
	PrintIdentifier:              isForeignToIdentifier,
	OnlineIdentifier:             isForeignToIdentifier,
	DateFirstIssueOnline:         isForeignToDate,
	NumFirstVolOnline:            isURL,
	NumFirstIssueOnline:          isURL,
	DateLastIssueOnline:          isForeignToDate,
	NumLastVolOnline:             isURL,
	NumLastIssueOnline:           isURL,
	FirstAuthor:                  isURL,
	EmbargoInfo:                  isURL,
	CoverageDepth:                isURL,
	PublicationTypeColumn:        isURL,
	DateMonographPublishedPrint:  isForeignToDate,
	DateMonographPublishedOnline: isForeignToDate,
	AccessType:                   isURL,
}

// wordsOf tells the words by which a column is known wherever they stand.
var wordsOf = [NumColumns]func(string) bool{
	CoverageDepth:         func(s string) bool { d, ok := ParseDepth(s); return ok && d <= Abstracts },
	PublicationTypeColumn: func(s string) bool { _, ok := ParsePublicationType(s); return ok },
	AccessType:            func(s string) bool { return s == "F" || s == "P" },
}

func (r *Reader) has(c Column, is func(string) bool) bool {
	i := int(r.layout.byColumn[c])
	return i < len(r.cells) && r.cells[i] != "" && is(r.cells[i])
}

// besides says whether the words of a column stand one or two cells beside it, and not in it.
func (r *Reader) besides(c Column, own func(string) bool) bool {
	i := int(r.layout.byColumn[c])
	if i == noCell || i < len(r.cells) && own(r.cells[i]) {
		return false
	}
	for _, j := range []int{i - 2, i - 1, i + 1, i + 2} {
		if j >= 0 && j < len(r.cells) && own(r.cells[j]) {
			return true
		}
	}
	return false
}

func isURL(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

func isForeignToIdentifier(s string) bool {
	_, isDate := ParseDate(s)
	return isDate || isURL(s)
}

func isForeignToDate(s string) bool {
	if _, isDate := ParseDate(s); isDate || isYearRange(s) {
		return false
	}
	if len(s) == 8 && allDigits(s) {
		return false // a day, in a column of days
	}
	return scanIdentifier(s).valid || isURL(s)
}

// isYearRange tells 1998-2004, which has the form of an ISSN.
func isYearRange(s string) bool {
	if len(s) != 9 || s[4] != '-' {
		return false
	}
	from, ok := ParseDate(s[:4])
	to, ok2 := ParseDate(s[5:])
	return ok && ok2 && from.Year <= to.Year && from.Year >= 1500 && to.Year < 2100
}
