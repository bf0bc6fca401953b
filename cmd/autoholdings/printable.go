package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// printable replaces what would affect a terminal instead of being seen: each control character (line breaks, ESC, BEL,
// C1) and each mark that changes the direction of the text becomes an escape such as \x1b. The content of a provider's
// list must not control a terminal, break a line or pass for another text.
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

// steers reports whether a character has an effect instead of being shown. See Unicode's TR 9 for the direction marks.
func steers(r rune) bool {
	switch {
	case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == '\u200e', r == '\u200f', r == '\u061c',
		'\u202a' <= r && r <= '\u202e', '\u2066' <= r && r <= '\u2069':
		return true
	}
	return false
}

// shown is a writer of lines of JSON, such as the log, that writes what steers a terminal as JSON's escapes. JSON itself
// demands that of ASCII's control characters alone.
type shown struct{ w io.Writer }

func (s shown) Write(lines []byte) (int, error) {
	steers := func(r rune) bool { return r != '\n' && steers(r) }
	if !bytes.ContainsFunc(lines, steers) {
		return s.w.Write(lines)
	}
	var safe strings.Builder
	for _, r := range string(lines) {
		if steers(r) {
			fmt.Fprintf(&safe, `\u%04x`, r)
		} else {
			safe.WriteRune(r)
		}
	}
	if _, err := io.WriteString(s.w, safe.String()); err != nil {
		return 0, err
	}
	return len(lines), nil
}
