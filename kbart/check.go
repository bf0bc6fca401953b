package kbart

import (
	"fmt"
	"slices"
	"strings"
)

// The rules on single cells. A row that breaks them is still used.
var (
	ruleISSNCheckDigit = define(Rule{
		Code: "issn-check-digit", Severity: Error, Title: "The check digit of the ISSN is wrong",
		Cause:   "A digit was mistyped or two were swapped. The number is kept as written and still used for matching.",
		Cure:    "Compare the ISSN with the ISSN Portal or the publisher's page.",
		Example: "1673-3550",
	})
	ruleISBNCheckDigit = define(Rule{
		Code: "isbn-check-digit", Severity: Error, Title: "The check digit of the ISBN is wrong",
		Cause: "A digit was mistyped or two were swapped; an ISBN-13 never ends in X. The number is kept as written and still used for " +
			"matching.",
		Cure:    "Compare the ISBN with the one printed in the book.",
		Example: "978-1-137-05446-X",
	})
	ruleIdentifierForm = define(Rule{
		Code: "identifier-form", Severity: Error, Title: "Neither an ISSN nor an ISBN",
		Cause:   "Something else was written in the column, or digits are missing. It is not used for matching.",
		Cure:    "Write one ISSN as NNNN-NNNC or one ISBN as 13 digits, and nothing else.",
		Example: "doi:10.1093/brain",
	})
	ruleIdentifierNumber = define(Rule{
		Code: "identifier-spreadsheet", Severity: Error, Title: "A spreadsheet turned an identifier into a number",
		Cause: "The column was not marked as text when the list was opened in a spreadsheet program. 9.78E+12 has lost its digits; " +
			"9780822341567.0 still has them.",
		Cure:    "Import the column as text and export the list again.",
		Example: "9.78E+12",
	})
	rulePlaceholder = define(Rule{
		Code: "placeholder", Severity: Warning, Title: "A placeholder instead of a value",
		Cause: "A program required a value, or wrote a word for “no value”. A placeholder identifies nothing and is not used to group or match " +
			"titles.",
		Cure:    "Leave the cell empty if the value is not known.",
		Example: "0000-0000, 1234-5678, NULL, N/A",
	})
	ruleDateForm = define(Rule{
		Code: "date-form", Severity: Error, Title: "The date is not in a standard format",
		Cause:   "The standard allows YYYY, YYYY-MM and YYYY-MM-DD. This date cannot be read.",
		Cure:    "Write the date in one of these formats. Leave the end of coverage empty if it extends to the present.",
		Example: "01/02/2006",
	})
	ruleDateCalendar = define(Rule{
		Code: "date-calendar", Severity: Error, Title: "The date does not exist",
		Cause:   "The format is right, but there is no such month or day.",
		Cure:    "Correct the date.",
		Example: "2023-02-29",
	})
	ruleDateNumber = define(Rule{
		Code: "date-spreadsheet", Severity: Error, Title: "A spreadsheet turned a date into a number",
		Cause:   "The column was not marked as text when the list was opened in a spreadsheet or statistics program.",
		Cure:    "Import the column as text and export the list again.",
		Example: "2008.0",
	})
	ruleVolumeNumber = define(Rule{
		Code: "volume-spreadsheet", Severity: Error, Title: "A spreadsheet changed a volume or issue",
		Cause:   "The column was not marked as text when the list was opened in a spreadsheet program: 1-2 became a date, 12 became 12.0.",
		Cure:    "Import the column as text and export the list again.",
		Example: "1-Feb, 01-Mar, 12.0",
	})
	ruleSpreadsheetError = define(Rule{
		Code: "spreadsheet-error", Severity: Error, Title: "A spreadsheet error instead of a value",
		Cause: "A formula failed, or a value that begins with a sign such as = or - was taken for a formula. The program wrote its error " +
			"message into the list.",
		Cure:    "Write the value as text.",
		Example: "#N/A, #NAME?, #REF!, #VALUE!",
	})
	ruleEmbargo = define(Rule{
		Code: "embargo-form", Severity: Error, Title: "The embargo is not in the standard format",
		Cause: "The standard asks for R or P, a length, and D, M or Y; or for an R part and a P part with a semicolon between them. This " +
			"embargo cannot be read.",
		Cure:    "Write R10Y, P6M or R10Y;P30D. Put explanations in notes.",
		Example: "R1Y;6M",
	})
	ruleDepth = define(Rule{
		Code: "coverage-depth", Severity: Warning, Title: "An unknown coverage depth",
		Cause:   "The column allows fulltext, selected articles and abstracts; ebook and print are also in use.",
		Cure:    "Use one of these values. Fulltext is one word.",
		Example: "full text",
	})
	ruleTypeUnknown = define(Rule{
		Code: "publication-type-unknown", Severity: Warning, Title: "An unknown publication type",
		Cause:   "The column allows serial and monograph. The type is inferred from the identifiers.",
		Cure:    "Write serial or monograph.",
		Example: "book",
	})
	ruleTypeEmpty = define(Rule{
		Code: "publication-type-empty", Severity: Warning, Title: "No publication type",
		Cause:   "The cell is empty. The type is inferred from the identifiers.",
		Cure:    "Write serial or monograph.",
		Example: "an empty publication_type",
	})
	ruleAccess = define(Rule{
		Code: "access-type", Severity: Warning, Title: "An unknown access type",
		Cause:   "The column allows F and P; M is in the draft of Phase III. The title counts as paid.",
		Cure:    "Write F for titles that everyone may read, P for all others.",
		Example: "Paid",
	})
	ruleOpenAccessNote = define(Rule{
		Code: "open-access-note", Severity: Warning, Title: "A paid title whose note says Open Access",
		Cause:   "The note says Open Access, but the access type does not say free. The title counts as paid.",
		Cure:    "If everyone may read the whole title, write F in access_type.",
		Example: "P, Open Access from 2012",
	})
)

// Check reports values that break the standard or were damaged by a spreadsheet program, in the order of the columns.
// It checks identifiers, dates, volumes and issues, title_ids, the embargo, and the vocabularies of coverage_depth,
// publication_type and access_type. It skips rows whose cells could not be assigned to columns. It allocates nothing
// for a row without faults.
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
		check := cellChecks[c]
		if value[0] == '#' && isSpreadsheetError(value) && !keyColumns.Has(c) {
			check = checkSpreadsheetError
		}
		if check == nil {
			continue
		}
		if rule, message := check(value); rule != nil {
			report(rule.cellFinding(rec, c, message))
		}
	}
	if rec.layout.has(PublicationTypeColumn) && rec.Get(PublicationTypeColumn) == "" {
		report(ruleTypeEmpty.cellFinding(rec, PublicationTypeColumn, ""))
	}
	if notes := rec.Get(Notes); notes != "" && !isFree(rec.Get(AccessType)) && saysOpenAccess(notes) {
		report(ruleOpenAccessNote.cellFinding(rec, Notes, ""))
	}
}

// cellChecks are the checks of single columns. A check returns nil for a value without faults. If message is "", the
// rule's title is used.
var cellChecks = [NumColumns]func(value string) (rule *Rule, message string){
	PrintIdentifier:              checkIdentifier,
	OnlineIdentifier:             checkIdentifier,
	DateFirstIssueOnline:         checkDate,
	NumFirstVolOnline:            checkVolume,
	NumFirstIssueOnline:          checkVolume,
	DateLastIssueOnline:          checkDate,
	NumLastVolOnline:             checkVolume,
	NumLastIssueOnline:           checkVolume,
	TitleID:                      checkTitleID,
	EmbargoInfo:                  checkEmbargo,
	CoverageDepth:                checkDepth,
	PublicationTypeColumn:        checkType,
	DateMonographPublishedPrint:  checkDate,
	DateMonographPublishedOnline: checkDate,
	MonographVolume:              checkVolume,
	MonographEdition:             checkVolume,
	ParentPublicationTitleID:     checkTitleID,
	PrecedingPublicationTitleID:  checkTitleID,
	AccessType:                   checkAccess,
}

// keyColumns are the columns in which a spreadsheet error is reported as a placeholder.
var keyColumns = columnSetOf(PrintIdentifier, OnlineIdentifier, TitleID, ParentPublicationTitleID, PrecedingPublicationTitleID)

func checkSpreadsheetError(string) (*Rule, string) { return ruleSpreadsheetError, "" }

// saysOpenAccess reports whether a note calls the whole title open access. A hybrid journal, in which only some
// articles are open, does not count.
func saysOpenAccess(note string) bool {
	if !containsFold(note, "open access") {
		return false
	}
	for _, words := range partlyOpenWords {
		if containsFold(note, words) {
			return false
		}
	}
	return true
}

// partlyOpenWords are words in notes about open access to part of a title, about open access as an option for authors,
// or about the lack of it.
var partlyOpenWords = []string{
	"hybrid", "hybride", "article", "artikel", "paper", "some ", "certain", "selected", "several", "individual",
	"partly", "partial", "partially", "option", "choice", "choose", "may ", "transformative",
	"not open", "non-open", "no open", "without open", "contains open", "includes open", "including open",
	"open access content", "open access material", "open access issue", "open access chapter", "chapter", "kapitel", "chapitre",
}

func checkIdentifier(value string) (*Rule, string) {
	id := scanIdentifier(value)
	switch {
	case id.float:
		return ruleIdentifierNumber, "a spreadsheet added .0 to the identifier; its digits are complete"
	case id.valid && id.mark != 0:
		return ruleInvisible, fmt.Sprintf("the identifier contains the character %U%s; it is read without it", id.mark, runeName(id.mark))
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

func checkTitleID(value string) (*Rule, string) {
	switch {
	case isPlaceholder(value):
		return rulePlaceholder, ""
	case isExponent(value), isWholeNumber(value):
		return ruleIdentifierNumber, ""
	}
	return nil, ""
}

func checkDate(value string) (*Rule, string) {
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

// checkVolume looks for volumes, issues and editions that a spreadsheet program changed.
func checkVolume(value string) (*Rule, string) {
	switch c := value[len(value)-1]; {
	case !isDigit(c) && !isLetter(c) && c < 0x80:
	case isWholeNumber(value):
		return ruleVolumeNumber, "a spreadsheet added a decimal to the number"
	case isExponent(value), isDayOfMonth(value), isFullDate(value):
		return ruleVolumeNumber, ""
	}
	return nil, ""
}

func checkEmbargo(value string) (*Rule, string) {
	if _, err := parseEmbargo(value); err != nil {
		return ruleEmbargo, err.Error()
	}
	return nil, ""
}

func checkDepth(value string) (*Rule, string) {
	if _, ok := ParseDepth(value); ok {
		return nil, ""
	}
	return ruleDepth, ""
}

func checkType(value string) (*Rule, string) {
	if _, ok := ParsePublicationType(value); ok {
		return nil, ""
	}
	return ruleTypeUnknown, ""
}

func checkAccess(value string) (*Rule, string) {
	if _, ok := ParseAccess(value); ok {
		return nil, ""
	}
	return ruleAccess, ""
}

// cellFinding returns a finding about a cell of a row.
func (r *Rule) cellFinding(rec *Record, c Column, message string) Finding {
	return r.finding(Finding{
		File: rec.File, Line: rec.Line, Title: rec.Get(PublicationTitle), Column: c.String(), Value: rec.Get(c),
		Message: message,
	})
}

// monthNames are the abbreviated months that spreadsheet programs write in English, German, French and Spanish.
var monthNames = map[string]bool{
	"jan": true, "feb": true, "mar": true, "apr": true, "may": true, "jun": true, "jul": true, "aug": true, "sep": true, "sept": true,
	"oct": true, "nov": true, "dec": true, // English
	"mrz": true, "mär": true, "mai": true, "okt": true, "dez": true, // German
	"janv": true, "févr": true, "fév": true, "mars": true, "avr": true, "juin": true, "juil": true, "août": true, "déc": true, // French
	"ene": true, "abr": true, "ago": true, "dic": true, // Spanish
}

// isDayOfMonth recognizes the dates that a spreadsheet makes of 1-2 or 2/98: 1-Feb, 01-Mar, Feb-01, 2. Feb, 1-Feb-2001.
// Jan-Feb is an issue.
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
	case 0: // Feb-01, which is February 2001 or the 1st of February
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

// isFullDate recognizes a complete date, with or without a time of day.
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

// hasDateForm reports whether a value has the format of a date, whatever its numbers.
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

// isNumberDamage recognizes 9.78E+12 and 2008.0: digits with one decimal point, with or without an exponent.
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

// isExponent recognizes 9.78E+12.
func isExponent(s string) bool { return strings.ContainsAny(s, "eE") && isNumberDamage(s) }

// isWholeNumber recognizes a whole number with decimals: 12.0, 9780822341567.00.
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

// containsFold reports whether s contains the given words in any case. The words are in lower case ASCII.
func containsFold(s, words string) bool {
	for i := 0; i+len(words) <= len(s); i++ {
		if s[i]|0x20 == words[0] && strings.EqualFold(s[i:i+len(words)], words) {
			return true
		}
	}
	return false
}
