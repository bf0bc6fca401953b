package kbart

import (
	"strings"
	"unicode/utf8"
)

// IdentifierKind says what an identifier identifies.
type IdentifierKind uint8

// The kinds of identifier that KBART's two identifier columns hold.
const (
	NoIdentifier IdentifierKind = iota
	ISSN                        // a serial, ISO 3297
	ISBN                        // a monograph, ISO 2108
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

// Identifier is an ISSN or ISBN in the form in which identifiers are compared. Two are the same where Kind and Key are.
type Identifier struct {
	Kind  IdentifierKind
	Key   string // ISSN: 8 characters, X upper case, "13572466"; ISBN: 13 digits, one of 10 turned to 13
	Valid bool   // the check digit as written is right
}

// ParseIdentifier reads an ISSN or an ISBN of 10 or 13 digits, with or without hyphens or blanks, a final x in either
// case. One of the right length with a wrong check digit is still an identifier (Valid is false): it serves to group
// and match. An ISBN-10 with a wrong check digit gets the right one as it is turned to 13 digits.
//
// A number that a spreadsheet gave a decimal, such as 9780822341567.0, is read where the check digit proves that no
// digit is lost. ok is false for everything else: "", text, 9.78E+12; and for placeholders such as 0000-0000 and
// 1357-2466, which identify nothing. [StateOfIdentifier] tells these apart.
func ParseIdentifier(s string) (id Identifier, ok bool) {
	scanned := scanIdentifier(s)
	switch scanned.kind {
	case NoIdentifier:
		return Identifier{}, false
	case ISSN:
		id.Key = string(scanned.key[:8])
	case ISBN:
		// The usual form is the key already.
		if len(s) == len(scanned.key) && s == string(scanned.key[:]) {
			id.Key = s
		} else {
			id.Key = string(scanned.key[:])
		}
	}
	id.Kind, id.Valid = scanned.kind, scanned.valid
	return id, true
}

// String writes an ISSN as NNNN-NNNC and an ISBN as 13 digits; no identifier is "".
func (id Identifier) String() string {
	if id.Kind == ISSN && len(id.Key) == 8 {
		return id.Key[:4] + "-" + id.Key[4:]
	}
	return id.Key
}

// scanned is an identifier without a string of its own, so that to look at one costs no allocation.
type scanned struct {
	kind  IdentifierKind
	valid bool
	float bool     // written with .0 at its end
	mark  rune     // the first invisible character in it, 0 for none
	key   [13]byte // an ISSN has the first 8
}

func scanIdentifier(s string) scanned {
	if len(s) < 8 {
		return scanned{}
	}
	whole, isFloat := strings.CutSuffix(s, ".0")
	var id scanned
	n, inMiddle := id.gather(whole)
	switch {
	case n >= 8 && isPlaceholderNumber(id.key[:n]):
		return scanned{}
	case n == 8 && inMiddle:
		id.issn()
	case n == 10:
		id.isbn10()
	case n == 13:
		id.isbn13()
	}
	if isFloat {
		if !id.valid {
			return scanned{}
		}
		id.float = true
	}
	return id
}

// gather collects the digits of s, an X among them only as the last, and returns their number, 0 where something else
// is in s. inMiddle says that hyphens and blanks stand after the fourth only, as in an ISSN; 1980-09-01 is none.
func (id *scanned) gather(s string) (n int, inMiddle bool) {
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

func (id *scanned) issn() {
	id.kind = ISSN
	id.valid = mod11(id.key[:7]) == id.key[7]
}

// isbn10 turns ten digits to thirteen.
func (id *scanned) isbn10() {
	id.kind = ISBN
	id.valid = mod11(id.key[:9]) == id.key[9]
	copy(id.key[3:], id.key[:9])
	copy(id.key[:], "978")
	id.key[12] = ean13(id.key[:12])
}

// isbn13 wants the prefix of books. An X in place of the check digit is a wrong one.
func (id *scanned) isbn13() {
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

// mod11 returns the check digit of the digits before it: weights that fall to 2, modulo 11, X for ten (ISO 3297;
// ISBN-10).
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
