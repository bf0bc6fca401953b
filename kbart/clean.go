package kbart

import (
	"strings"
	"unicode/utf8"
)

// removedEnds says what was removed from the ends of a cell besides spaces and quotes.
type removedEnds struct {
	escape bool // a literal \r or \n
	mark   rune // the first invisible character or typographic space, 0 for none
}

// clean turns a cell into its value: without outer spaces, invisible characters and literal escapes, and without outer
// quotes if every quote between them is doubled.
func clean(s string) (value string, off removedEnds) {
	s, off = trim(s)
	if !quoted(s) {
		return s, off
	}
	s, inner := trim(unquote(s))
	return s, removedEnds{off.escape || inner.escape, firstRune(off.mark, inner.mark)}
}

// trim removes spaces and invisible characters from both ends of a value, and a literal \r or \n from its end: some
// programs write the escape sequence instead of ending the line.
func trim(s string) (value string, off removedEnds) {
	s, off.mark = trimEnds(s)
	for strings.HasSuffix(s, `\r`) || strings.HasSuffix(s, `\n`) {
		var mark rune
		s, mark = trimEnds(s[:len(s)-2])
		off.escape, off.mark = true, firstRune(off.mark, mark)
	}
	return s, off
}

// quoted reports whether a cell is in quotes: it begins and ends with one, and every quote between them is doubled.
func quoted(s string) bool {
	if len(s) < 2 || s[0] != '"' {
		return false
	}
	end := closingQuote(s, 1)
	return end == len(s)-1
}

// closingQuote returns the index of the first quote at or after i that is not doubled, or -1.
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

// unquote removes the outer quotes from a quoted cell and makes doubled ones single.
func unquote(s string) string {
	return strings.ReplaceAll(s[1:len(s)-1], `""`, `"`)
}

// flatten replaces each run of the given break characters, and the spaces around it, by one space.
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

// plainEnd reports whether a cell that begins or ends with this byte needs no trimming there. That is so for visible
// ASCII characters. A byte beyond ASCII may belong to a space such as U+00A0.
func plainEnd(c byte) bool { return c-'!' < utf8.RuneSelf-'!' }
