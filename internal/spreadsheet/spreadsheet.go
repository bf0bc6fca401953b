// Package spreadsheet writes tab-separated text that people open in a spreadsheet.
package spreadsheet

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// ByteOrderMark must begin a file for spreadsheets. Without it, Excel reads UTF-8 in the computer's own code page.
const ByteOrderMark = "\ufeff"

// Cell returns a value as a cell of tab-separated text. Characters that would end the cell become spaces. So do control
// characters and directional marks, because they can make one text look like another.
//
// A value that a spreadsheet would not read as text gets an apostrophe before it. If a value begins with =, +, - or @
// (or a full-width form of them), a spreadsheet would run it as a formula (see OWASP, "CSV Injection"). If it begins
// with a quotation mark, a spreadsheet would look for the closing one in the following cells.
func Cell(value string) string {
	value = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029', '\u202a' <= r && r <= '\u202e', '\u2066' <= r && r <= '\u2069':
			return ' '
		}
		return r
	}, value)
	if first, _ := utf8.DecodeRuneInString(strings.TrimLeft(value, spaces)); strings.ContainsRune(misread, first) {
		return "'" + value
	}
	return value
}

const (
	spaces  = " \u00a0\u3000"
	misread = "=+-@＝＋－＠\""
)

// AppendCells appends one line of cells to text.
func AppendCells(text []byte, cells []string) []byte {
	for i, value := range cells {
		if i > 0 {
			text = append(text, '\t')
		}
		text = append(text, Cell(value)...)
	}
	return append(text, '\n')
}
