package kbart

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
)

// Placeholders are values that were written because a program required one. They identify nothing: two titles with the
// same placeholder have nothing in common.

// placeholderWords are words for “no value”, in lower case, without the punctuation around them.
var placeholderWords = map[string]bool{
	"null": true, "none": true, "nil": true, "n/a": true, "n.a": true, "n. a": true, "n a": true, "n-a": true, `n\a`: true,
	"n/a/": true, "n.d": true, "unknown": true, "undefined": true, "unassigned": true, "tba": true, "tbd": true,
	"not available": true, "not applicable": true, "not assigned": true, "no id": true, "no title id": true, "no title_id": true,
	"no identifier": true, "missing": true, "empty": true, "blank": true,
}

// longestPlaceholder is the length in bytes above which no value is a placeholder.
const longestPlaceholder = 24

// isPlaceholder reports whether a value stands for no value: NULL, N/A, none, 0, a spreadsheet error, or nothing but
// punctuation.
func isPlaceholder(s string) bool {
	switch {
	case s == "" || len(s) > longestPlaceholder:
		return false
	case s[0] == '#' && isSpreadsheetError(s):
		return true
	}
	letters, digits, others := false, false, false
	for _, r := range s {
		switch {
		case r < 0x80 && isLetter(byte(r)), r >= 0x80 && unicode.IsLetter(r):
			letters = true
		case r < 0x80 && isDigit(byte(r)), r >= 0x80 && unicode.IsNumber(r):
			digits = true
		default:
			others = true
		}
		if letters && digits {
			return false
		}
	}
	switch {
	case digits:
		return !letters && allZeros(s)
	case !letters:
		return true
	case !others && !strings.ContainsRune("nNuUmMeEbBtT", rune(s[0])):
		return false // no placeholder begins like this
	}
	word := strings.Trim(s, " .,;:-–—_()<>[]{}\"'#!?*/")
	// In lower case these are also abbreviated names of journals.
	if word == "NA" || word == "NaN" {
		return true
	}
	return placeholderWords[strings.ToLower(word)]
}

// allZeros recognizes 0, 000 and 0.0.
func allZeros(s string) bool {
	zeros := 0
	for i := range len(s) {
		switch s[i] {
		case '0':
			zeros++
		case '.', ',', '-', ' ':
		default:
			return false
		}
	}
	return zeros > 0
}

// isSpreadsheetError recognizes the errors that spreadsheet programs write instead of a value.
func isSpreadsheetError(s string) bool {
	if len(s) < 3 || len(s) > 13 || s[0] != '#' {
		return false
	}
	switch strings.ToUpper(s) {
	case "#N/A", "#N/A!", "#NAME?", "#REF!", "#VALUE!", "#NULL!", "#DIV/0!", "#NUM!", "#CALC!", "#SPILL!", "#FIELD!", "#BLOCKED!",
		"#GETTING_DATA",
		// The same in German, French and Spanish programs.
		"#NV", "#WERT!", "#BEZUG!", "#ZAHL!", "#NOM?", "#VALEUR!", "#NOMBRE?", "#¡VALOR!", "#¡REF!":
		return true
	}
	return false
}

// isPlaceholderNumber reports whether all digits are the same or run up or down, as in 0000-0000, 1357-2466 and
// 9781234567897. The last one, the check digit, does not count, because a right one is often added.
func isPlaceholderNumber(digits []byte) bool {
	if len(digits) == 13 && (string(digits[:3]) == "978" || string(digits[:3]) == "979") && isRun(digits[3:12]) {
		return true
	}
	return len(digits) >= 8 && isRun(digits[:len(digits)-1])
}

// isRun reports whether each digit follows the one before it by the same step: zero, one up, or one down.
func isRun(digits []byte) bool {
	step := (digits[1] + 10 - digits[0]) % 10
	if step != 0 && step != 1 && step != 9 {
		return false
	}
	for i := 1; i < len(digits); i++ {
		if !isDigit(digits[i]) || (digits[i]+10-digits[i-1])%10 != step {
			return false
		}
	}
	return isDigit(digits[0])
}

// isPlaceholderIdentifier reports whether the value of an identifier column is a placeholder: a number such as
// 0000-0000 or a word such as NULL.
func isPlaceholderIdentifier(s string) bool {
	if isPlaceholder(s) || strings.EqualFold(s, "na") || strings.EqualFold(s, "nan") {
		return true
	}
	var number [13]byte
	n := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9', r == 'x', r == 'X':
			if n == len(number) {
				return false
			}
			number[n] = byte(r)
			n++
		case !isSeparator(r) && !isInvisible(r):
			return false
		}
	}
	return (n == 8 || n == 10 || n == 13) && isPlaceholderNumber(number[:n])
}

// IdentifierState is the kind of content of an identifier cell.
type IdentifierState uint8

// The states of an identifier cell.
const (
	IdentifierEmpty       IdentifierState = iota // no value
	IdentifierPlaceholder                        // a value such as 0000-0000 or NULL, which says no more than an empty cell
	IdentifierUnreadable                         // neither an ISSN nor an ISBN: the title has an identifier, but it is not known
	IdentifierReadable                           // an ISSN or ISBN
)

// StateOfIdentifier returns the state of a cell of print_identifier or online_identifier. It says why [IdentifierKey]
// returns no key.
func StateOfIdentifier(cell string) IdentifierState {
	cell = Normalize(cell)
	switch {
	case cell == "":
		return IdentifierEmpty
	case scanIdentifier(cell).kind != NoIdentifier:
		return IdentifierReadable
	case isPlaceholderIdentifier(cell):
		return IdentifierPlaceholder
	}
	return IdentifierUnreadable
}

// IdentifierKey returns the key by which an identifier cell is matched: the 8 characters of an ISSN or the 13 digits of
// an ISBN. It is "" if the cell is empty, a placeholder, or neither an ISSN nor an ISBN.
func IdentifierKey(cell string) string {
	cell, _ = trimEnds(cell)
	id, ok := ParseIdentifier(cell)
	if !ok {
		return ""
	}
	return id.Key
}

// TitleIDKey returns the key by which a title_id is matched: case-folded, in Unicode normalization form C, without
// invisible characters and spaces at its ends. It is "" for an empty cell and for a placeholder such as NULL, N/A,
// none, - or 0.
func TitleIDKey(cell string) string {
	cell = Normalize(cell)
	if cell == "" || isPlaceholder(cell) {
		return ""
	}
	return foldCase(cell)
}

// isTitleID reports whether a cell has a title_id that is not a placeholder. The cell must be normalized.
func isTitleID(cell string) bool { return cell != "" && !isPlaceholder(cell) }

// foldCase folds case by the rules of Unicode. Most values are lower case ASCII already and cost no allocation.
func foldCase(s string) string {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return Normalize(cases.Fold().String(s))
		}
	}
	return strings.ToLower(s)
}

// hostEndings are the top-level domains of publishers' platforms, other than those of countries.
var hostEndings = map[string]bool{
	"com": true, "org": true, "net": true, "edu": true, "gov": true, "int": true, "mil": true, "info": true, "biz": true, "name": true,
	"pro": true, "museum": true, "coop": true, "cat": true, "asia": true, "online": true, "site": true, "app": true, "dev": true,
	"cloud": true, "press": true, "science": true, "academy": true, "education": true, "university": true, "institute": true,
	"center": true, "foundation": true, "global": true, "world": true, "digital": true, "media": true, "news": true, "network": true,
	"xyz": true, "shop": true, "store": true, "tech": true, "health": true, "law": true, "art": true, "library": true, "ngo": true,
	"publishing": true, "africa": true, "berlin": true, "wien": true, "paris": true, "london": true, "example": true, "test": true,
	"invalid": true, "local": true, "localhost": true,
}

// IsHostName reports whether a title_id is only the name of a host, such as journals.example.org or www.jstor.org. It
// may have a scheme or a final slash, but no path. Such a title_id may belong to the whole platform.
func IsHostName(cell string) bool {
	host := strings.ToLower(Normalize(cell))
	if rest, ok := cutScheme(host); ok {
		host = rest
	}
	host = strings.TrimSuffix(strings.TrimSuffix(host, "/"), ".")
	if i := strings.LastIndexByte(host, ':'); i >= 0 && allDigits(host[i+1:]) {
		host = host[:i]
	}
	labels := strings.Split(host, ".")
	if len(host) > 253 || len(labels) < 2 {
		return false
	}
	letters := false
	for _, label := range labels {
		if !isHostLabel(label) {
			return false
		}
		letters = letters || !allDigits(label)
	}
	last := labels[len(labels)-1]
	if labels[0] == "www" {
		return len(labels) > 2
	}
	return letters && (hostEndings[last] || len(last) == 2 && isLetter(last[0]) && isLetter(last[1]) || strings.HasPrefix(last, "xn--"))
}

func isHostLabel(label string) bool {
	if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	for i := range len(label) {
		if c := label[i]; !isLetter(c) && !isDigit(c) && c != '-' && c != '_' && c < 0x80 {
			return false
		}
	}
	return true
}
