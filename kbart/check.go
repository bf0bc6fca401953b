package kbart

import "strings"

// The rules of the cells, by which values are judged. A row that breaks them is used all the same.
var (
	ruleISSNCheckDigit = define(Rule{
		Code: "issn-check-digit", Severity: Error, Title: "The check digit of the ISSN is wrong",
		Cause:   "A digit was mistyped or two were swapped. The number is kept as written and still serves to match.",
		Cure:    "Compare the ISSN with the ISSN Portal or the publisher's page.",
		Example: "1673-3550",
	})
	ruleISBNCheckDigit = define(Rule{
		Code: "isbn-check-digit", Severity: Error, Title: "The check digit of the ISBN is wrong",
		Cause:   "A digit was mistyped or two were swapped; an ISBN-13 never ends in X. The number is kept as written and still serves to match.",
		Cure:    "Compare the ISBN with the imprint.",
		Example: "978-1-137-05446-X",
	})
	ruleIdentifierForm = define(Rule{
		Code: "identifier-form", Severity: Error, Title: "Neither an ISSN nor an ISBN",
		Cause:   "Something else was written in the column, or digits are missing. It does not serve to match.",
		Cure:    "Write an ISSN as NNNN-NNNC, an ISBN as 13 digits, and one of them only.",
		Example: "doi:10.1093/brain",
	})
	ruleIdentifierNumber = define(Rule{
		Code: "identifier-spreadsheet", Severity: Error, Title: "An identifier that a spreadsheet took for a number",
		Cause:   "The column was not marked as text when the list was opened in a spreadsheet program. 9.78E+12 has lost its digits; of 9780822341567.0 they can be read.",
		Cure:    "Import the column as text and export the list again.",
		Example: "9.78E+12",
	})
	rulePlaceholder = define(Rule{
		Code: "placeholder", Severity: Warning, Title: "A placeholder in place of a value",
		Cause:   "A program wanted the cell to be filled, or wrote out that there is nothing. It identifies nothing, and is not used to group or match titles.",
		Cure:    "Leave the cell empty where nothing is known.",
		Example: "0000-0000, 1234-5678, NULL, N/A",
	})
	ruleDateForm = define(Rule{
		Code: "date-form", Severity: Error, Title: "A date in another form",
		Cause:   "The standard knows YYYY, YYYY-MM and YYYY-MM-DD. The date is not understood.",
		Cure:    "Write the date in one of these forms; leave the end of coverage empty where it goes to the present.",
		Example: "01/02/2006",
	})
	ruleDateCalendar = define(Rule{
		Code: "date-calendar", Severity: Error, Title: "A day that no calendar has",
		Cause:   "The form is right, but month or day do not exist.",
		Cure:    "Correct the date.",
		Example: "2023-02-29",
	})
	ruleDateNumber = define(Rule{
		Code: "date-spreadsheet", Severity: Error, Title: "A date that a spreadsheet took for a number",
		Cause:   "The column was not marked as text when the list was opened in a spreadsheet or statistics program.",
		Cure:    "Import the column as text and export the list again.",
		Example: "2008.0",
	})
	ruleEmbargo = define(Rule{
		Code: "embargo-form", Severity: Error, Title: "An embargo in another form",
		Cause:   "The standard knows R or P, a length, and D, M or Y, or an R and a P part with a semicolon between. The embargo is not understood.",
		Cure:    "Write R10Y, P6M or R10Y;P30D; put prose under notes.",
		Example: "R1Y;6M",
	})
	ruleDepth = define(Rule{
		Code: "coverage-depth", Severity: Warning, Title: "A coverage depth outside the vocabulary",
		Cause:   "The column takes fulltext, selected articles and abstracts; ebook and print are in use.",
		Cure:    "Write fulltext in one word.",
		Example: "full text",
	})
	ruleTypeUnknown = define(Rule{
		Code: "publication-type-unknown", Severity: Warning, Title: "A publication type outside the vocabulary",
		Cause:   "The column takes serial and monograph. The type is told from the identifiers.",
		Cure:    "Write serial or monograph.",
		Example: "book",
	})
	ruleTypeEmpty = define(Rule{
		Code: "publication-type-empty", Severity: Warning, Title: "No publication type",
		Cause:   "The cell is empty. The type is told from the identifiers.",
		Cure:    "Write serial or monograph.",
		Example: "an empty cell under publication_type",
	})
	ruleAccess = define(Rule{
		Code: "access-type", Severity: Warning, Title: "An access type outside the vocabulary",
		Cause:   "The column takes F and P; M is in the draft of Phase III. The title counts as paid.",
		Cure:    "Write F for what everyone may read, P for all else.",
		Example: "Paid",
	})
	ruleOpenAccessNote = define(Rule{
		Code: "open-access-note", Severity: Warning, Title: "A paid title with a note of open access",
		Cause:   "The note says Open Access, the access type does not say free. The row is kept as paid.",
		Cure:    "If everyone may read the whole title, write F under access_type.",
		Example: "P, Open Access from 2012",
	})
)

// Check judges the cells of a row by what the standard asks of their values, and reports each thing wrong, in the order of
// the columns: identifiers, dates, embargo, and the vocabularies of coverage_depth, publication_type and access_type. It
// allocates nothing for a row without fault. Rows of which the cells cannot be assigned to columns are not judged.
func Check(rec *Record, report func(Finding)) {
	if rec.Reason == ReasonCells || rec.Reason == ReasonRepeatedHeader {
		return
	}
	for _, check := range cellChecks {
		value := rec.Get(check.column)
		if value == "" {
			continue
		}
		if rule, message := check.judge(value); rule != nil {
			report(rule.of(rec, check.column, message))
		}
	}
	if rec.layout.has(PublicationTypeColumn) && rec.Get(PublicationTypeColumn) == "" {
		report(ruleTypeEmpty.of(rec, PublicationTypeColumn, ""))
	}
	if !isFree(rec.Get(AccessType)) && containsFold(rec.Get(Notes), "open access") {
		report(ruleOpenAccessNote.of(rec, Notes, ""))
	}
}

// cellChecks tells which column is judged by what. judge returns nil for a value without fault; message "" stands for the
// rule's title.
var cellChecks = [...]struct {
	column Column
	judge  func(value string) (rule *Rule, message string)
}{
	{PrintIdentifier, judgeIdentifier},
	{OnlineIdentifier, judgeIdentifier},
	{DateFirstIssueOnline, judgeDate},
	{DateLastIssueOnline, judgeDate},
	{TitleID, judgeTitleID},
	{EmbargoInfo, judgeEmbargo},
	{CoverageDepth, judgeDepth},
	{PublicationTypeColumn, judgeType},
	{DateMonographPublishedPrint, judgeDate},
	{DateMonographPublishedOnline, judgeDate},
	{AccessType, judgeAccess},
}

func judgeIdentifier(value string) (*Rule, string) {
	id := scanIdentifier(value)
	switch {
	case id.float:
		return ruleIdentifierNumber, "a spreadsheet added .0 to the identifier; its digits are whole"
	case id.valid:
		return nil, ""
	case id.kind == ISSN:
		return ruleISSNCheckDigit, ""
	case id.kind == ISBN:
		return ruleISBNCheckDigit, ""
	case isPlaceholderIdentifier(value):
		return rulePlaceholder, ""
	case isNumberDamage(value):
		return ruleIdentifierNumber, ""
	}
	return ruleIdentifierForm, ""
}

func judgeTitleID(value string) (*Rule, string) {
	switch {
	case saysNothing(value):
		return rulePlaceholder, ""
	case isExponent(value), isWholeNumber(value):
		return ruleIdentifierNumber, ""
	}
	return nil, ""
}

func judgeDate(value string) (*Rule, string) {
	if _, ok := ParseDate(value); ok {
		return nil, ""
	}
	switch {
	case hasDateForm(value):
		return ruleDateCalendar, ""
	case isNumberDamage(value):
		return ruleDateNumber, ""
	}
	return ruleDateForm, ""
}

func judgeEmbargo(value string) (*Rule, string) {
	if _, err := parseEmbargo(value); err != nil {
		return ruleEmbargo, err.Error()
	}
	return nil, ""
}

func judgeDepth(value string) (*Rule, string) {
	if _, ok := ParseDepth(value); ok {
		return nil, ""
	}
	return ruleDepth, ""
}

func judgeType(value string) (*Rule, string) {
	if _, ok := ParsePublicationType(value); ok {
		return nil, ""
	}
	return ruleTypeUnknown, ""
}

func judgeAccess(value string) (*Rule, string) {
	if _, ok := ParseAccess(value); ok {
		return nil, ""
	}
	return ruleAccess, ""
}

// of makes a finding of a rule about a cell of a row.
func (r *Rule) of(rec *Record, c Column, message string) Finding {
	return r.finding(Finding{File: rec.File, Line: rec.Line, Title: rec.Get(PublicationTitle), Column: c.String(), Value: rec.Get(c), Message: message})
}

// hasDateForm says whether a value has the form of a date, whatever its numbers.
func hasDateForm(s string) bool {
	if len(s) != 4 && len(s) != 7 && len(s) != 10 {
		return false
	}
	for i := range len(s) {
		if isSeparatorPlace := i == 4 || i == 7; isSeparatorPlace != (s[i] == '-') || !isSeparatorPlace && !isDigit(s[i]) {
			return false
		}
	}
	return true
}

// isNumberDamage tells 9.78E+12 and 2008.0: digits with one decimal point, and an exponent perhaps.
func isNumberDamage(s string) bool {
	mantissa, exponent, hasExponent := strings.Cut(strings.ToUpper(s), "E")
	whole, fraction, hasPoint := strings.Cut(mantissa, ".")
	if !hasPoint {
		whole, fraction, hasPoint = strings.Cut(mantissa, ",")
	}
	if hasExponent {
		exponent = strings.TrimPrefix(exponent, "+")
		return allDigits(whole) && allDigits(fraction) && whole != "" && exponent != "" && allDigits(exponent)
	}
	return hasPoint && whole != "" && fraction != "" && allDigits(whole) && allDigits(fraction)
}

// isExponent tells 9.78E+12.
func isExponent(s string) bool { return strings.ContainsAny(s, "eE") && isNumberDamage(s) }

// isWholeNumber tells a whole number that was given a decimal: 12.0, 9780822341567.00.
func isWholeNumber(s string) bool {
	whole, fraction, found := strings.Cut(s, ".")
	return found && whole != "" && fraction != "" && allDigits(whole) && strings.Trim(fraction, "0") == ""
}

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}

// containsFold says whether s has the given words, which are lower case ASCII, in any case.
func containsFold(s, words string) bool {
	for i := 0; i+len(words) <= len(s); i++ {
		if s[i]|0x20 == words[0] && strings.EqualFold(s[i:i+len(words)], words) {
			return true
		}
	}
	return false
}
