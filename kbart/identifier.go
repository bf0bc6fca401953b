package kbart

import "strings"

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
	Key   string // ISSN: 8 characters, X upper case, "12345679"; ISBN: 13 digits, one of 10 turned to 13
	Valid bool   // the check digit as written is right
}

// ParseIdentifier reads an ISSN or an ISBN of 10 or 13 digits, with or without hyphens or blanks, a final x in either case.
// One of the right length with a wrong check digit is still an identifier (Valid is false): it serves to group and match; an
// ISBN-10 with a wrong check digit gets the right one as it is turned to 13 digits.
//
// A number that a spreadsheet gave a decimal, such as 9780822341567.0, is read where the check digit proves that no digit is
// lost. ok is false for everything else: "", text, 9.78E+12.
func ParseIdentifier(s string) (id Identifier, ok bool) {
	// The usual forms, as they are, cost no allocation.
	switch {
	case len(s) == 13 && allDigits(s):
		if !isISBN13(s) {
			return Identifier{}, false
		}
		return Identifier{Kind: ISBN, Key: s, Valid: ean13(s) == s[12]}, true
	case len(s) == 9 && s[4] == '-':
		return parseISSN(s[:4], s[5:])
	case len(s) == 8:
		return parseISSN(s[:4], s[4:])
	}
	if whole, isFloat := strings.CutSuffix(s, ".0"); isFloat {
		id, ok = ParseIdentifier(whole)
		if !ok || !id.Valid {
			return Identifier{}, false
		}
		return id, true
	}
	return parseSpaced(s)
}

// String writes an ISSN as NNNN-NNNC and an ISBN as 13 digits; no identifier is "".
func (id Identifier) String() string {
	if id.Kind == ISSN && len(id.Key) == 8 {
		return id.Key[:4] + "-" + id.Key[4:]
	}
	return id.Key
}

// parseSpaced reads an identifier with hyphens or blanks between its digits; those of an ISSN stand in its middle, so that
// 1980-09-01 is none.
func parseSpaced(s string) (Identifier, bool) {
	var buf [13]byte
	n := 0
	inMiddle := true
	for _, r := range s {
		switch r {
		case '-', ' ', '\u00a0', '\u2010', '\u2011', '\u2012', '\u2013':
			inMiddle = inMiddle && n == 4
			continue
		}
		if n == len(buf) || r > 'x' || !isDigitOrX(byte(r)) {
			return Identifier{}, false
		}
		buf[n] = byte(r)
		n++
	}
	switch n {
	case 8:
		if !inMiddle {
			return Identifier{}, false
		}
		bare := string(buf[:n])
		return parseISSN(bare[:4], bare[4:])
	case 10:
		return parseISBN10(buf[:n])
	case 13:
		bare := string(buf[:n])
		if !isISBN13(bare) {
			return Identifier{}, false
		}
		return Identifier{Kind: ISBN, Key: upperX(bare), Valid: ean13(bare) == bare[12]}, true
	}
	return Identifier{}, false
}

// parseISSN reads the two halves of an ISSN: four digits, and three with a check digit.
func parseISSN(a, b string) (Identifier, bool) {
	if len(b) != 4 || !allDigits(a) || !allDigits(b[:3]) || !isDigitOrX(b[3]) {
		return Identifier{}, false
	}
	sum := 0
	for i := range 4 {
		sum += int(a[i]-'0') * (8 - i)
	}
	for i := range 3 {
		sum += int(b[i]-'0') * (4 - i)
	}
	key := upperX(a + b)
	return Identifier{Kind: ISSN, Key: key, Valid: mod11(sum) == key[7]}, true
}

// parseISBN10 reads ten characters, all but the last of which must be digits, and turns them to an ISBN-13.
func parseISBN10(s []byte) (Identifier, bool) {
	sum := 0
	for i, c := range s[:9] {
		if c < '0' || c > '9' {
			return Identifier{}, false
		}
		sum += int(c-'0') * (10 - i)
	}
	if s[9] == 'x' {
		s[9] = 'X'
	}
	key := append(append(make([]byte, 0, 13), "978"...), s[:9]...)
	key = append(key, '0')
	key[12] = ean13(string(key))
	return Identifier{Kind: ISBN, Key: string(key), Valid: mod11(sum) == s[9]}, true
}

// isISBN13 wants twelve digits that begin with the prefix of books, and a check digit; an X in its place is a wrong one.
func isISBN13(s string) bool {
	return (s[:3] == "978" || s[:3] == "979") && allDigits(s[:12]) && isDigitOrX(s[12])
}

// ean13 returns the check digit of the first twelve digits: weights 1 and 3, modulo 10.
func ean13(s string) byte {
	sum := 0
	for i := range 12 {
		weight := 1 + i%2*2
		sum += int(s[i]-'0') * weight
	}
	return byte('0' + (10-sum%10)%10)
}

// mod11 returns the check digit that brings a weighted sum to a multiple of 11, X for ten.
func mod11(sum int) byte {
	c := (11 - sum%11) % 11
	if c == 10 {
		return 'X'
	}
	return byte('0' + c)
}

func isDigitOrX(c byte) bool { return c >= '0' && c <= '9' || c == 'x' || c == 'X' }

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return false
		}
	}
	return true
}

func upperX(s string) string {
	if strings.HasSuffix(s, "x") {
		return s[:len(s)-1] + "X"
	}
	return s
}
