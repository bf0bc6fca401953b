// Package storable says which texts every database can hold: PostgreSQL refuses NUL characters and what is not UTF-8,
// which SQLite stores. What people and programs give is refused where it enters; what a provider says beside its lists
// is repaired. Package kbart keeps both out of lists by itself.
package storable

import (
	"errors"
	"strings"
	"unicode/utf8"
)

var (
	errNUL  = errors.New("it holds a NUL character")
	errUTF8 = errors.New("it is not valid UTF-8")
)

// Check returns what keeps a text from being stored; nil: nothing does.
func Check(text string) error {
	switch {
	case strings.IndexByte(text, 0) >= 0:
		return errNUL
	case !utf8.ValidString(text):
		return errUTF8
	}
	return nil
}

// OK says whether a text can be stored.
func OK(text string) bool { return Check(text) == nil }

// Repaired is a text that can be stored: NUL characters are left out, and what is not UTF-8 is replaced by U+FFFD.
func Repaired(text string) string {
	if OK(text) {
		return text
	}
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "\uFFFD")
}

// OrNone is a text where it can be stored as it is, else "": for what is of no use when it is changed.
func OrNone(text string) string {
	if !OK(text) {
		return ""
	}
	return text
}
