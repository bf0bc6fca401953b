package acquisitions

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/currency"

	"autoholdings/ent"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
)

// This file checks the texts of PO lines and licenses, whether they come through the API or in a CSV file.

const maxNote = 2000 // characters

// POLineTexts are the texts of a PO line; nil leaves a text as it is, "" clears it.
type POLineTexts struct {
	Number, Vendor, Status, Type, OrderedOn, RenewsOn, Note         *string
	ProcessType, Fund, Price, Currency, IntervalFrom, IntervalUntil *string
}

// LicenseTexts are the texts of a license; nil leaves a text as it is, "" clears it.
type LicenseTexts struct {
	Code, Name, Vendor, Status, Type, StartsOn, EndsOn, Note *string
	Perpetual                                                holdings.PerpetualChange
}

// textRule says what a text may contain.
type textRule int

const (
	keyText      textRule = iota // 1 to 200 characters on one line
	lineText                     // up to 200 characters on one line
	noteText                     // up to 2,000 characters
	dateText                     // YYYY-MM-DD or empty
	priceText                    // a decimal number or empty
	currencyText                 // a code of ISO 4217 or empty; stored in capitals
)

// recordText is one text of a record: the input and its place in the row.
type recordText struct {
	field  string // its name in the API's input
	what   string // its name in messages
	kind   textRule
	given  **string
	stored *string
}

func (t *POLineTexts) of(row *ent.POLine) []recordText {
	return []recordText{
		{"number", "the number", keyText, &t.Number, &row.Number},
		{"vendor", "the vendor", lineText, &t.Vendor, &row.Vendor},
		{"status", "the status", lineText, &t.Status, &row.Status},
		{"type", "the type", lineText, &t.Type, &row.Type},
		{"orderedOn", "the date of the order", dateText, &t.OrderedOn, &row.OrderedOn},
		{"renewsOn", "the date of the renewal", dateText, &t.RenewsOn, &row.RenewsOn},
		{"note", "the note", noteText, &t.Note, &row.Note},
		{"processType", "the process type", lineText, &t.ProcessType, &row.ProcessType},
		{"fund", "the fund", lineText, &t.Fund, &row.Fund},
		{"price", "the price", priceText, &t.Price, &row.Price},
		{"currency", "the currency", currencyText, &t.Currency, &row.Currency},
		{"intervalFrom", "the first day of the interval", dateText, &t.IntervalFrom, &row.IntervalFrom},
		{"intervalUntil", "the last day of the interval", dateText, &t.IntervalUntil, &row.IntervalUntil},
	}
}

func (t *LicenseTexts) of(row *ent.License) []recordText {
	return []recordText{
		{"code", "the code", keyText, &t.Code, &row.Code},
		{"name", "the name", lineText, &t.Name, &row.Name},
		{"vendor", "the vendor", lineText, &t.Vendor, &row.Vendor},
		{"status", "the status", lineText, &t.Status, &row.Status},
		{"type", "the type", lineText, &t.Type, &row.Type},
		{"startsOn", "the first day", dateText, &t.StartsOn, &row.StartsOn},
		{"endsOn", "the last day", dateText, &t.EndsOn, &row.EndsOn},
		{"note", "the note", noteText, &t.Note, &row.Note},
	}
}

// fillTexts puts the given texts into the row, trimmed, and adds their problems.
func fillTexts(problems *problem.List, texts []recordText) {
	for _, t := range texts {
		if *t.given == nil {
			continue
		}
		value := strings.TrimSpace(**t.given)
		if t.kind == currencyText {
			value = strings.ToUpper(value)
		}
		checkText(problems, t, value)
		*t.stored = value
	}
}

func checkText(problems *problem.List, t recordText, value string) {
	most := problem.MaxName
	if t.kind == noteText {
		most = maxNote
	}
	path, length := "input."+t.field, utf8.RuneCountInString(value)
	switch {
	case length == 0 && t.kind == keyText:
		problems.Add(problem.BadInput, path, "%s is empty: give 1 to %d characters", t.what, most)
	case !utf8.ValidString(value):
		problems.Add(problem.BadInput, path, "%s is not valid UTF-8: type it again, or save the file as UTF-8", t.what)
	case t.kind == dateText:
		if value != "" && !isDay(value) {
			problems.Add(problem.BadInput, path, "%s is %.40q, which is not a date: write it as YYYY-MM-DD, such as 2026-01-31", t.what, value)
		}
	case t.kind == priceText:
		if value != "" && !isPrice(value) {
			problems.Add(problem.BadInput, path,
				"%s is %.40q: write digits and a point before the cents, such as 1234.50, and put the currency beside it", t.what, value)
		}
	case t.kind == currencyText:
		if value != "" && !isCurrency(value) {
			problems.Add(problem.BadInput, path, "%s is %.40q: write the three letters of ISO 4217, such as GBP", t.what, value)
		}
	case length > most:
		problems.Add(problem.BadInput, path, "%s has %d characters: give at most %d", t.what, length, most)
	case t.kind != noteText && strings.ContainsFunc(value, unicode.IsControl):
		problems.Add(problem.BadInput, path, "%s holds a line break or another control character: give one line of text", t.what)
	case strings.ContainsFunc(value, notOfNote):
		problems.Add(problem.BadInput, path, "%s holds a control character: give text, tabs and line breaks only", t.what)
	}
}

// isPrice says whether a text is a decimal number: at most 15 digits and, after a point, at most 6.
var isPrice = regexp.MustCompile(`^[0-9]{1,15}(\.[0-9]{1,6})?$`).MatchString

func isCurrency(text string) bool {
	_, err := currency.ParseISO(text)
	return err == nil
}

func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

func notOfNote(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
}

// checkTerm adds a problem if a license would end before it starts.
func checkTerm(problems *problem.List, row *ent.License) {
	if isDay(row.StartsOn) && isDay(row.EndsOn) && row.EndsOn < row.StartsOn {
		problems.Add(problem.BadInput, "input.endsOn", "the last day, %s, is before the first one, %s: correct one of them", row.EndsOn,
			row.StartsOn)
	}
}

// checkOrder adds a problem if a PO line's interval would end before it starts, or if a price has no currency.
func checkOrder(problems *problem.List, row *ent.POLine) {
	if isDay(row.IntervalFrom) && isDay(row.IntervalUntil) && row.IntervalUntil < row.IntervalFrom {
		problems.Add(problem.BadInput, "input.intervalUntil", "the interval ends on %s, before it starts on %s: correct one of them",
			row.IntervalUntil, row.IntervalFrom)
	}
	if row.Price != "" && row.Currency == "" {
		problems.Add(problem.BadInput, "input.currency", "the price %s has no currency: give it too, such as GBP", row.Price)
	}
}
