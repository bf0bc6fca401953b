package kbart

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Normalize returns a value as a [Reader] yields it: without spaces and invisible characters at its ends, in Unicode
// normalization form C. Values that do not differ otherwise are the same text. Values from elsewhere, such as those
// that an older version stored, must be normalized before they are compared with those of a list.
func Normalize(value string) string {
	value, _ = trimEnds(value)
	return composed(value)
}

// composed returns a text in normalization form C. Nearly every text is in it already, among them all texts of
// characters below U+0300.
func composed(s string) string {
	for i := range len(s) {
		if s[i] >= 0xcc {
			return norm.NFC.String(s)
		}
	}
	return s
}

// trimEnds removes spaces and invisible characters from both ends. mark is the first of them that cannot be typed on a
// keyboard, 0 for none.
func trimEnds(s string) (trimmed string, mark rune) {
	for s != "" {
		if plainEnd(s[0]) {
			break
		}
		r, size := utf8.DecodeRuneInString(s)
		if !isBlank(r) && !isInvisible(r) {
			break
		}
		if r > ' ' || r == endOfText {
			mark = firstRune(mark, r)
		}
		s = s[size:]
	}
	for s != "" {
		if plainEnd(s[len(s)-1]) {
			break
		}
		r, size := utf8.DecodeLastRuneInString(s)
		if !isBlank(r) && !isInvisible(r) || isGarbled(s[:len(s)-size], r) {
			break
		}
		if r > ' ' || r == endOfText {
			mark = firstRune(mark, r)
		}
		s = s[:len(s)-size]
	}
	return s, mark
}

// isGarbled reports whether a soft hyphen or a no-break space is the second half of a UTF-8 letter that was read as
// Windows-1252, as in UniversitÃ\u00a0. The letter can only be recognized as long as both halves are there.
func isGarbled(before string, r rune) bool {
	return (r == '\u00ad' || r == '\u00a0') && strings.HasSuffix(before, "\u00c3")
}

func firstRune(first, other rune) rune {
	if first != 0 {
		return first
	}
	return other
}

func isBlank(r rune) bool { return unicode.IsSpace(r) }

// endOfText is what CP/M and DOS programs write after the last line.
const endOfText = '\x1a'

// isInvisible reports whether a character is not displayed: zero-width characters, directional marks, byte order marks,
// soft hyphens, and the end-of-text mark of old systems.
func isInvisible(r rune) bool {
	switch {
	case r < 0x80:
		return r == endOfText
	case r == '\u034f', r == '\u2800', r == '\u3164', r == '\uffa0':
		return true // fillers and joiners whose Unicode category is letter or mark
	}
	return unicode.Is(unicode.Cf, r) && !isPrefixedMark(r)
}

// isPrefixedMark recognizes Arabic, Syriac and Kaithi signs that are displayed although their category is format.
func isPrefixedMark(r rune) bool {
	return unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// withoutInvisible removes all invisible characters from a name.
func withoutInvisible(s string) string {
	for i := range len(s) {
		if s[i] >= 0x80 || s[i] == endOfText {
			return strings.Map(func(r rune) rune {
				if isInvisible(r) {
					return -1
				}
				return r
			}, s)
		}
	}
	return s
}
