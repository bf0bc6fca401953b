package kbart

import (
	"fmt"
	"slices"
	"strings"
)

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
		Cause: "The column was not marked as text when the list was opened in a spreadsheet program. 9.78E+12 has lost its digits; of " +
			"9780822341567.0 they can be read.",
		Cure:    "Import the column as text and export the list again.",
		Example: "9.78E+12",
	})
	rulePlaceholder = define(Rule{
		Code: "placeholder", Severity: Warning, Title: "A placeholder in place of a value",
		Cause: "A program wanted the cell to be filled, or wrote out that there is nothing. It identifies nothing, and is not used to group " +
			"or match titles.",
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
	ruleVolumeNumber = define(Rule{
		Code: "volume-spreadsheet", Severity: Error, Title: "A volume or issue that a spreadsheet changed",
		Cause:   "The column was not marked as text when the list was opened in a spreadsheet program: 1-2 became a day, 12 became 12.0.",
		Cure:    "Import the column as text and export the list again.",
		Example: "1-Feb, 01-Mar, 12.0",
	})
	ruleSpreadsheetError = define(Rule{
		Code: "spreadsheet-error", Severity: Error, Title: "An error of a spreadsheet in place of a value",
		Cause: "A formula failed, or a value that begins with a sign such as = or - was taken for one, and the program wrote its error into " +
			"the list.",
		Cure:    "Write the value, as text.",
		Example: "#N/A, #NAME?, #REF!, #VALUE!",
	})
	ruleEmbargo = define(Rule{
		Code: "embargo-form", Severity: Error, Title: "An embargo in another form",
		Cause: "The standard knows R or P, a length, and D, M or Y, or an R and a P part with a semicolon between. The embargo is not " +
			"understood.",
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

// Check judges the cells of a row by what the standard asks of their values, and by what spreadsheets make of them, and
// reports each thing wrong, in the order of the columns: identifiers, dates, volumes and issues, title_ids, embargo,
// and the vocabularies of coverage_depth, publication_type and access_type. It allocates nothing for a row without
// fault. Rows of which the cells cannot be assigned to columns are not judged.
func Check(rec *Record, report func(Finding)) {
	if rec.Reason == ReasonCells || rec.Reason == ReasonRepeatedHeader {
		return
	}
	for i := range rec.layout.byColumn {
		c := Column(i)
		value := rec.Get(c)
		if value == "" {
			continue
		}
		judge := cellChecks[c]
		if value[0] == '#' && isSpreadsheetError(value) && !isKey.Has(c) {
			judge = judgeSpreadsheetError
		}
		if judge == nil {
			continue
		}
		if rule, message := judge(value); rule != nil {
			report(rule.of(rec, c, message))
		}
	}
	if rec.layout.has(PublicationTypeColumn) && rec.Get(PublicationTypeColumn) == "" {
		report(ruleTypeEmpty.of(rec, PublicationTypeColumn, ""))
	}
	if notes := rec.Get(Notes); notes != "" && !isFree(rec.Get(AccessType)) && saysOpenAccess(notes) {
		report(ruleOpenAccessNote.of(rec, Notes, ""))
	}
}

// cellChecks tells which column is judged by what. A check returns nil for a value without fault; message "" stands for
// the rule's title.
var cellChecks = [NumColumns]func(value string) (rule *Rule, message string){
	PrintIdentifier:              judgeIdentifier,
	OnlineIdentifier:             judgeIdentifier,
	DateFirstIssueOnline:         judgeDate,
	NumFirstVolOnline:            judgeVolume,
	NumFirstIssueOnline:          judgeVolume,
	DateLastIssueOnline:          judgeDate,
	NumLastVolOnline:             judgeVolume,
	NumLastIssueOnline:           judgeVolume,
	TitleID:                      judgeTitleID,
	EmbargoInfo:                  judgeEmbargo,
	CoverageDepth:                judgeDepth,
	PublicationTypeColumn:        judgeType,
	DateMonographPublishedPrint:  judgeDate,
	DateMonographPublishedOnline: judgeDate,
	MonographVolume:              judgeVolume,
	MonographEdition:             judgeVolume,
	ParentPublicationTitleID:     judgeTitleID,
	PrecedingPublicationTitleID:  judgeTitleID,
	AccessType:                   judgeAccess,
}

// isKey are the columns in which the error of a spreadsheet is a placeholder like others.
var isKey = columnSetOf(PrintIdentifier, OnlineIdentifier, TitleID, ParentPublicationTitleID, PrecedingPublicationTitleID)

func judgeSpreadsheetError(string) (*Rule, string) { return ruleSpreadsheetError, "" }

// saysOpenAccess says whether a note calls the title open access. Of a hybrid journal, of which some articles are, it
// does not.
func saysOpenAccess(note string) bool {
	if !containsFold(note, "open access") {
		return false
	}
	for _, words := range notWhollyOpen {
		if containsFold(note, words) {
			return false
		}
	}
	return true
}

// notWhollyOpen are words of notes that speak of open access to a part of a title, of a choice that authors have, or of
// none.
var notWhollyOpen = []string{
	"hybrid", "hybride", "article", "artikel", "paper", "some ", "certain", "selected", "several", "individual", "partly", "partial",
	"partially",
	"option", "choice", "choose", "may ", "not open", "non-open", "no open", "without open", "contains open", "includes open",
	"including open",
	"open access content", "open access material", "open access issue", "open access chapter", "chapter", "kapitel", "chapitre",
	"transformative",
}

func judgeIdentifier(value string) (*Rule, string) {
	id := scanIdentifier(value)
	switch {
	case id.float:
		return ruleIdentifierNumber, "a spreadsheet added .0 to the identifier; its digits are whole"
	case id.valid && id.mark != 0:
		return ruleInvisible, fmt.Sprintf("the identifier has the character %U%s in it; it is read without", id.mark, runeName(id.mark))
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

// judgeVolume looks for what spreadsheets make of volumes, issues and editions.
func judgeVolume(value string) (*Rule, string) {
	switch c := value[len(value)-1]; {
	case !isDigit(c) && !isLetter(c) && c < 0x80:
	case isWholeNumber(value):
		return ruleVolumeNumber, "a spreadsheet added a decimal to the number"
	case isExponent(value), isDayOfMonth(value), isFullDate(value):
		return ruleVolumeNumber, ""
	}
	return nil, ""
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
	return r.finding(Finding{
		File: rec.File, Line: rec.Line, Title: rec.Get(PublicationTitle), Column: c.String(), Value: rec.Get(c),
		Message: message,
	})
}

// monthNames are the beginnings of the months' names that spreadsheet programs write, in English, German, French and
// Spanish.
var monthNames = map[string]bool{
	"jan": true, "feb": true, "mar": true, "apr": true, "may": true, "jun": true, "jul": true, "aug": true, "sep": true, "sept": true,
	"oct": true, "nov": true, "dec": true, "mrz": true, "mär": true, "mai": true, "okt": true, "dez": true, "janv": true, "févr": true,
	"fév":  true,
	"mars": true, "avr": true, "juin": true, "juil": true, "août": true, "déc": true, "ene": true, "abr": true, "ago": true, "dic": true,
}

// isDayOfMonth tells what a spreadsheet writes for 1-2 or 2/98: 1-Feb, 01-Mar, Feb-01, 2. Feb, 1-Feb-2001. Jan-Feb is
// an issue.
func isDayOfMonth(s string) bool {
	if len(s) > 14 || !hasLetterAndDigit(s) {
		return false
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '-' || r == '.' || r == ' ' || r == '/' })
	if len(parts) != 2 && len(parts) != 3 || !strings.ContainsAny(s, "-./") {
		return false
	}
	month := slices.IndexFunc(parts, func(part string) bool { return monthNames[strings.ToLower(part)] })
	switch month {
	case 0: // Feb-01, which is February 2001 or the first
		return len(parts) == 2 && isShortNumber(parts[1]) && strings.Contains(s, "-")
	case 1:
		return isShortNumber(parts[0]) && (len(parts) == 2 || isShortNumber(parts[2]) || len(parts[2]) == 4 && allDigits(parts[2]))
	}
	return false
}

func hasLetterAndDigit(s string) bool {
	letter, digit := false, false
	for i := range len(s) {
		letter = letter || isLetter(s[i]) || s[i] >= 0x80
		digit = digit || isDigit(s[i])
	}
	return letter && digit
}

func isShortNumber(s string) bool { return (len(s) == 1 || len(s) == 2) && allDigits(s) }

// isFullDate tells a day of the calendar, with a time of day perhaps.
func isFullDate(s string) bool {
	if len(s) < 8 {
		return false
	}
	day, _, _ := strings.Cut(s, " ")
	if _, ok := ParseDate(day); ok && len(day) == 10 {
		return true
	}
	parts := strings.Split(day, "/")
	return len(parts) == 3 && isShortNumber(parts[0]) && isShortNumber(parts[1]) && len(parts[2]) == 4 && allDigits(parts[2])
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
