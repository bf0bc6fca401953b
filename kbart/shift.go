package kbart

import "strings"

// shifted reports whether values of a row of the wrong width are in columns where they cannot belong: one cell too many
// or too few moves all cells after it. It looks only for clear cases, because a row is to be used if its cells can be
// assigned to columns.
func (r *Reader) shifted() bool {
	for c, impossible := range impossibleIn {
		if impossible != nil && r.cellMatches(Column(c), impossible) {
			return true
		}
	}
	for c, own := range vocabularyOf {
		if own != nil && r.standsBeside(Column(c), own) {
			return true
		}
	}
	return false
}

// impossibleIn recognizes values that a column never has.
var impossibleIn = [NumColumns]func(string) bool{
	PrintIdentifier:              cannotBeIdentifier,
	OnlineIdentifier:             cannotBeIdentifier,
	DateFirstIssueOnline:         cannotBeDate,
	NumFirstVolOnline:            isURL,
	NumFirstIssueOnline:          isURL,
	DateLastIssueOnline:          cannotBeDate,
	NumLastVolOnline:             isURL,
	NumLastIssueOnline:           isURL,
	FirstAuthor:                  isURL,
	EmbargoInfo:                  isURL,
	CoverageDepth:                isURL,
	PublicationTypeColumn:        isURL,
	DateMonographPublishedPrint:  cannotBeDate,
	DateMonographPublishedOnline: cannotBeDate,
	AccessType:                   isURL,
}

// vocabularyOf recognizes the words that belong to one column only.
var vocabularyOf = [NumColumns]func(string) bool{
	CoverageDepth:         func(s string) bool { d, ok := ParseDepth(s); return ok && d <= Abstracts },
	PublicationTypeColumn: func(s string) bool { _, ok := ParsePublicationType(s); return ok },
	AccessType:            func(s string) bool { return s == "F" || s == "P" },
}

// cellMatches reports whether the column has a value for which is returns true.
func (r *Reader) cellMatches(c Column, is func(string) bool) bool {
	i := int(r.layout.byColumn[c])
	return i < len(r.cells) && r.cells[i] != "" && is(r.cells[i])
}

// standsBeside reports whether a word of the column is one or two cells away from it, and none is in it.
func (r *Reader) standsBeside(c Column, own func(string) bool) bool {
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

func cannotBeIdentifier(s string) bool {
	_, isDate := ParseDate(s)
	return isDate || isURL(s)
}

func cannotBeDate(s string) bool {
	if _, isDate := ParseDate(s); isDate || isYearRange(s) {
		return false
	}
	if len(s) == 8 && allDigits(s) {
		return false // YYYYMMDD
	}
	return scanIdentifier(s).valid || isURL(s)
}

// isYearRange recognizes 1998-2004, which has the form of an ISSN.
func isYearRange(s string) bool {
	if len(s) != 9 || s[4] != '-' {
		return false
	}
	from, ok := ParseDate(s[:4])
	to, ok2 := ParseDate(s[5:])
	return ok && ok2 && from.Year <= to.Year && from.Year >= 1500 && to.Year < 2100
}
