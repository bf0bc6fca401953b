package kbart

import (
	"strings"
	"unicode/utf8"
)

// takenOff says what was taken off the ends of a cell besides blanks and quotes.
type takenOff struct {
	escape bool // a literal \r or \n
	mark   rune // the first invisible character or blank of typesetting, 0 for none
}

// clean brings a cell as split to its value: outer blanks, invisible characters and literal escapes off, outer quotes
// off where every quote between them is doubled.
func clean(s string) (value string, off takenOff) {
	s, off = trim(s)
	if !quoted(s) {
		return s, off
	}
	s, inner := trim(unquote(s))
	return s, takenOff{off.escape || inner.escape, firstRune(off.mark, inner.mark)}
}

// trim takes off both ends of a value what shows nothing, and a literal \r or \n at the end, which is what is left
// where a program wrote the escape in place of the line's end.
func trim(s string) (value string, off takenOff) {
	s, off.mark = trimEnds(s)
	for strings.HasSuffix(s, `\r`) || strings.HasSuffix(s, `\n`) {
		var mark rune
		s, mark = trimEnds(s[:len(s)-2])
		off.escape, off.mark = true, firstRune(off.mark, mark)
	}
	return s, off
}

// quoted says whether a cell stands in quotes: it begins and ends with one, and every quote between is doubled.
func quoted(s string) bool {
	if len(s) < 2 || s[0] != '"' {
		return false
	}
	end := closingQuote(s, 1)
	return end == len(s)-1
}

// closingQuote returns the index of the first quote from i on that is not doubled, or -1.
func closingQuote(s string, i int) int {
	for {
		n := strings.IndexByte(s[i:], '"')
		if n < 0 {
			return -1
		}
		i += n
		if i+1 == len(s) || s[i+1] != '"' {
			return i
		}
		i += 2
	}
}

// unquote takes the outer quotes off a quoted cell and makes doubled ones single.
func unquote(s string) string {
	return strings.ReplaceAll(s[1:len(s)-1], `""`, `"`)
}

// flatten makes one blank of each run of the given break characters and the blanks about it.
func flatten(s, breaks string) string {
	if !strings.ContainsAny(s, breaks) {
		return s
	}
	pieces := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(breaks, r) })
	kept := pieces[:0]
	for _, piece := range pieces {
		if piece = strings.TrimSpace(piece); piece != "" {
			kept = append(kept, piece)
		}
	}
	return strings.Join(kept, " ")
}

// plainEnd says whether a cell may end (or begin) with this byte without any blank to be taken off: an ASCII character
// that is none. Bytes of longer characters may belong to a blank, such as U+00A0.
func plainEnd(c byte) bool { return c-'!' < utf8.RuneSelf-'!' }
