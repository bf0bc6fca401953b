package main

import (
	"fmt"
	"strings"
	"unicode"
)

// printable shows what would do something on a terminal instead of being seen: each control character (line breaks,
// ESC, BEL, C1) and each mark that turns the direction of the text becomes an escape such as \x1b. What a provider's
// list says must not steer a terminal, break a line or pass for another text.
func printable(s string) string {
	if !strings.ContainsFunc(s, steers) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case !steers(r):
			b.WriteRune(r)
		case r <= 0xff:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// steers says whether a character does something instead of being shown: see Unicode's TR 9 for the marks of direction.
func steers(r rune) bool {
	switch {
	case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == '\u200e', r == '\u200f', r == '\u061c',
		'\u202a' <= r && r <= '\u202e', '\u2066' <= r && r <= '\u2069':
		return true
	}
	return false
}
