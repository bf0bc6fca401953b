package kbart

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// FoldTitle brings a title to the form in which titles are compared and sorted: NFKC, case-folded, each run of
// punctuation and blanks one blank, none at the ends.
func FoldTitle(title string) string {
	if folded, ok := foldASCII(title); ok {
		return folded
	}
	var b strings.Builder
	b.Grow(len(title))
	blank := false
	for _, r := range cases.Fold().String(norm.NFKC.String(title)) {
		if unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsControl(r) {
			blank = true
			continue
		}
		if blank && b.Len() > 0 {
			b.WriteByte(' ')
		}
		blank = false
		b.WriteRune(r)
	}
	return b.String()
}

// asciiFold maps each ASCII byte to its folded form: 0 for blanks, punctuation and control characters.
var asciiFold = func() (table [128]byte) {
	for i := range table {
		r := rune(i)
		switch {
		case unicode.IsSpace(r), unicode.IsPunct(r), unicode.IsControl(r):
		default:
			table[i] = byte(unicode.ToLower(r))
		}
	}
	return table
}()

func foldASCII(title string) (string, bool) {
	out := make([]byte, 0, len(title))
	blank := false
	for i := range len(title) {
		if title[i] >= 128 {
			return "", false
		}
		c := asciiFold[title[i]]
		if c == 0 {
			blank = true
			continue
		}
		if blank && len(out) > 0 {
			out = append(out, ' ')
		}
		blank = false
		out = append(out, c)
	}
	return string(out), true
}
