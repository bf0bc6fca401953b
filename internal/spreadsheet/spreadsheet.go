// Package spreadsheet writes tab-separated text that people open in a spreadsheet.
package spreadsheet

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// ByteOrderMark begins a file that is opened in a spreadsheet: without it Excel takes UTF-8 for the computer's own code
// page.
const ByteOrderMark = "\ufeff"

// Cell is a value as a cell of tab-separated text. What would end the cell becomes a blank, and so do control
// characters and what turns the direction of the text around, by which one text passes for another. What a spreadsheet
// would not take as it stands gets an apostrophe before it: a value that begins with = + - or @ (or their full-width
// forms) it would run as a formula (see OWASP, "CSV Injection"), and after one that begins with a quotation mark it
// would look for the closing one, through all the cells between.
func Cell(value string) string {
	value = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029', '\u202a' <= r && r <= '\u202e', '\u2066' <= r && r <= '\u2069':
			return ' '
		}
		return r
	}, value)
	if first, _ := utf8.DecodeRuneInString(strings.TrimLeft(value, blanks)); strings.ContainsRune(misread, first) {
		return "'" + value
	}
	return value
}

const (
	blanks  = " \u00a0\u3000"
	misread = "=+-@＝＋－＠\""
)

// AppendCells adds one line to text.
func AppendCells(text []byte, cells []string) []byte {
	for i, value := range cells {
		if i > 0 {
			text = append(text, '\t')
		}
		text = append(text, Cell(value)...)
	}
	return append(text, '\n')
}
