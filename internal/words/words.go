// Package words puts figures and lists into plain English, for messages that people read.
package words

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

var english = message.NewPrinter(language.English)

// Figure is a number for a person to read: "5,333".
func Figure(n int) string { return english.Sprint(n) }

// Count is a number with its noun: "1 portfolio", "5,333 portfolios".
func Count(n int, one, many string) string { return Figure(n) + " " + Plural(n, one, many) }

// Plural is one of two words: the first for 1, the second for any other number.
func Plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// Quoted is a list of names, each in quotation marks: `"North", "South"`.
func Quoted[T any](things []T, name func(T) string) string {
	names := make([]string, len(things))
	for i, thing := range things {
		names[i] = strconv.Quote(name(thing))
	}
	return strings.Join(names, ", ")
}

// List puts things into a row with a word before the last: "a, b and c".
func List(things []string, last string) string {
	if len(things) < 2 {
		return strings.Join(things, "")
	}
	n := len(things) - 1
	return strings.Join(things[:n], ", ") + " " + last + " " + things[n]
}

// Sentence is a clause as a sentence: "no header" becomes "No header.".
func Sentence(clause string) string {
	first, length := utf8.DecodeRuneInString(clause)
	return string(unicode.ToUpper(first)) + clause[length:] + "."
}
