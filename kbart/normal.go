package kbart

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Normalize returns a value as a [Reader] has it: without blanks and invisible characters at its ends, in Unicode's
// normal form C. Two values that differ in nothing else are one text. What a list reads is normalized already; values
// from elsewhere, such as those that an older version stored, are compared by it.
func Normalize(value string) string {
	value, _ = trimEnds(value)
	return composed(value)
}

// composed brings a text to normal form C. Nearly all is in it already, and none below U+0300 is not.
func composed(s string) string {
	for i := range len(s) {
		if s[i] >= 0xcc {
			return norm.NFC.String(s)
		}
	}
	return s
}

// trimEnds takes blanks and invisible characters off both ends. mark is the first such character that no keyboard has,
// 0 for none.
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

// isGarbled says whether a soft hyphen or a no-break space is the second half of a letter that was UTF-8 and was read
// as Windows-1252, as in UniversitÃ\u00a0: the letter can be told only as long as both are there.
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

// isInvisible says whether a character shows nothing: zero-width characters, marks of writing direction, byte order
// marks, soft hyphens, and the end-of-text mark of old systems.
func isInvisible(r rune) bool {
	switch {
	case r < 0x80:
		return r == endOfText
	case r == '\u034f', r == '\u2800', r == '\u3164', r == '\uffa0':
		return true // fillers and joiners that are letters or marks by their class
	}
	return unicode.Is(unicode.Cf, r) && !isPrefixedMark(r)
}

// isPrefixedMark tells the Arabic, Syriac and Kaithi signs that are of the class of formats and are seen.
func isPrefixedMark(r rune) bool {
	return unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// withoutInvisible takes invisible characters out of a name wherever they stand.
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
