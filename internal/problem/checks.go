package problem

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The longest texts that a person may enter, in characters.
const (
	MaxName        = 200
	maxDescription = 500
)

// CheckName adds what is wrong with a name: 1 to 200 characters in one line.
func (l *List) CheckName(path, name string) {
	l.CheckNameUpTo(path, name, MaxName)
}

// CheckNameUpTo is CheckName for another length.
func (l *List) CheckNameUpTo(path, name string, most int) {
	length := utf8.RuneCountInString(name)
	switch {
	case length == 0:
		l.Add(BadInput, path, "the name is empty: give 1 to %d characters", most)
	case length > most:
		l.Add(BadInput, path, "the name has %d characters: give at most %d", length, most)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		l.Add(BadInput, path, "the name holds a line break or another control character: give one line of text")
	}
}

// CheckDescription adds what is wrong with input.description: up to 500 characters of text.
func (l *List) CheckDescription(text string) {
	const path = "input.description"
	switch length := utf8.RuneCountInString(text); {
	case length > maxDescription:
		l.Add(BadInput, path, "the description has %d characters: give at most %d", length, maxDescription)
	case !utf8.ValidString(text):
		l.Add(BadInput, path, "the description is not valid UTF-8: type it again")
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\t\r\n", r) }):
		l.Add(BadInput, path, "the description holds a control character: type it again")
	}
}

// CheckRange adds a problem unless the value is nil or 0 to most.
func (l *List) CheckRange(path, what string, value *int, most int) {
	if value != nil && (*value < 0 || *value > most) {
		l.Add(BadInput, path, "%s cannot be %d: choose 0 to %d", what, *value, most)
	}
}

// CheckVersion refuses a change of something that was changed since it was read.
func CheckVersion(what string, read *int, now int) error {
	if read == nil || *read == now {
		return nil
	}
	return New(Conflict, "input.version",
		"%s was changed meanwhile: its version is now %d, and you read %d. Read it again, then make your change anew", what, now, *read)
}
