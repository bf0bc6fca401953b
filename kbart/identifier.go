package kbart

import (
	"strings"
	"unicode/utf8"
)

// IdentifierKind says what an identifier identifies.
type IdentifierKind uint8

// The kinds of identifiers in print_identifier and online_identifier.
const (
	NoIdentifier IdentifierKind = iota
	ISSN                        // of a serial, ISO 3297
	ISBN                        // of a monograph, ISO 2108
)

// String returns "", "ISSN" or "ISBN".
func (k IdentifierKind) String() string {
	switch k {
	case ISSN:
		return "ISSN"
	case ISBN:
		return "ISBN"
	}
	return ""
}

// Identifier is an ISSN or ISBN in the form in which identifiers are compared. Two are the same if Kind and Key are.
type Identifier struct {
	Kind  IdentifierKind
	Key   string // ISSN: 8 characters with an upper case X, "13572466"; ISBN: 13 digits, also for an ISBN-10
	Valid bool   // the check digit as written is right
}

// ParseIdentifier reads an ISSN or an ISBN of 10 or 13 digits, with or without hyphens or spaces, and with a final x in
// either case. If the length is right and the check digit wrong, it is still an identifier (Valid is false) and used
// for grouping and matching. An ISBN-10 with a wrong check digit gets the right one when it is converted to 13 digits.
//
// A number to which a spreadsheet added decimals, such as 9780822341567.0, is read if the check digit proves that no
// digit is lost. ok is false for everything else, such as "", text and 9.78E+12, and for placeholders such as 0000-0000
// and 1357-2466, which identify nothing. [StateOfIdentifier] distinguishes these cases.
func ParseIdentifier(s string) (id Identifier, ok bool) {
	scanned := scanIdentifier(s)
	switch scanned.kind {
	case NoIdentifier:
		return Identifier{}, false
	case ISSN:
		id.Key = string(scanned.key[:8])
	case ISBN:
		// An ISBN in its usual form already is the key.
		if len(s) == len(scanned.key) && s == string(scanned.key[:]) {
			id.Key = s
		} else {
			id.Key = string(scanned.key[:])
		}
	}
	id.Kind, id.Valid = scanned.kind, scanned.valid
	return id, true
}

// String returns an ISSN as NNNN-NNNC and an ISBN as 13 digits. No identifier is "".
func (id Identifier) String() string {
	if id.Kind == ISSN && len(id.Key) == 8 {
		return id.Key[:4] + "-" + id.Key[4:]
	}
	return id.Key
}

// scanned is an identifier without a string of its own, so that reading one costs no allocation.
type scanned struct {
	kind  IdentifierKind
	valid bool
	float bool     // written with .0 at its end
	mark  rune     // the first invisible character in it, 0 for none
	key   [13]byte // an ISSN takes the first 8
}

func scanIdentifier(s string) scanned {
	if len(s) < 8 {
		return scanned{}
	}
	whole, isFloat := strings.CutSuffix(s, ".0")
	var id scanned
	n, inMiddle := id.collectDigits(whole)
	switch {
	case n >= 8 && isPlaceholderNumber(id.key[:n]):
		return scanned{}
	case n == 8 && inMiddle:
		id.checkISSN()
	case n == 10:
		id.convertISBN10()
	case n == 13:
		id.checkISBN13()
	}
	if isFloat {
		if !id.valid {
			return scanned{}
		}
		id.float = true
	}
	return id
}

// collectDigits collects the digits of s and returns their number. The last may be an X. It returns 0 if s contains
// anything else. inMiddle says that there are no hyphens and spaces except after the fourth digit, as in an ISSN;
// 1980-09-01 is not an ISSN.
func (id *scanned) collectDigits(s string) (n int, inMiddle bool) {
	inMiddle = true
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
		case c == 'x', c == 'X':
			c = 'X'
		case isSeparator(c):
			inMiddle = inMiddle && n == 4
			continue
		case c >= utf8.RuneSelf && isInvisible(c):
			id.mark = firstRune(id.mark, c)
			continue
		default:
			return 0, false
		}
		if n == len(id.key) || n > 0 && id.key[n-1] == 'X' {
			return 0, false
		}
		id.key[n] = byte(c)
		n++
	}
	return n, inMiddle
}

func isSeparator(c rune) bool {
	switch c {
	case '-', ' ', '\u00a0', '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2015', '\u2212', '\u202f', '\ufe63', '\uff0d':
		return true
	}
	return false
}

func (id *scanned) checkISSN() {
	id.kind = ISSN
	id.valid = mod11(id.key[:7]) == id.key[7]
}

// convertISBN10 checks ten digits and converts them to thirteen.
func (id *scanned) convertISBN10() {
	id.kind = ISBN
	id.valid = mod11(id.key[:9]) == id.key[9]
	copy(id.key[3:], id.key[:9])
	copy(id.key[:], "978")
	id.key[12] = ean13(id.key[:12])
}

// checkISBN13 accepts only the prefixes of books. An X as check digit is wrong.
func (id *scanned) checkISBN13() {
	if prefix := string(id.key[:3]); prefix != "978" && prefix != "979" {
		return
	}
	id.kind = ISBN
	id.valid = ean13(id.key[:12]) == id.key[12]
}

// ean13 returns the check digit of twelve digits: weights 1 and 3, modulo 10 (ISO 2108, ISBN-13).
func ean13(digits []byte) byte {
	sum := 0
	for i, c := range digits {
		weight := 1 + i%2*2
		sum += int(c-'0') * weight
	}
	return byte('0' + (10-sum%10)%10)
}

// mod11 returns the check digit of an ISSN (ISO 3297) or ISBN-10: weights descending to 2, modulo 11, X for ten.
func mod11(digits []byte) byte {
	sum := 0
	for i, c := range digits {
		sum += int(c-'0') * (len(digits) + 1 - i)
	}
	if c := (11 - sum%11) % 11; c < 10 {
		return byte('0' + c)
	}
	return 'X'
}
