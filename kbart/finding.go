package kbart

import (
	"fmt"
	"strings"
)

// Severity says how much a finding matters. It does not decide what happens to the row: see [Fate].
type Severity uint8

// The severities, from least to most severe.
const (
	Info    Severity = iota // worth knowing
	Warning                 // probably not what was meant
	Error                   // wrong
	Fatal                   // the whole file is refused
)

var severityNames = [...]string{"info", "warning", "error", "fatal"}

// String returns "info", "warning", "error" or "fatal".
func (s Severity) String() string {
	if int(s) >= len(severityNames) {
		return fmt.Sprintf("severity(%d)", uint8(s))
	}
	return severityNames[s]
}

// MarshalText returns the result of String, for JSON.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is the reverse of MarshalText. It ignores case.
func (s *Severity) UnmarshalText(text []byte) error {
	for i, name := range severityNames {
		if strings.EqualFold(name, string(text)) {
			*s = Severity(i)
			return nil
		}
	}
	return fmt.Errorf("kbart: %q is not a severity; use one of %s", text, strings.Join(severityNames[:], ", "))
}

// MaxFindingValue is the maximum number of characters of a value that a finding keeps.
const MaxFindingValue = 200

// Finding is one problem or peculiarity of a file: where it is, what it is, and what to do about it.
type Finding struct {
	Severity Severity
	Code     string // stable rule code in kebab case, such as "issn-check-digit"; [Rules] lists them all
	File     string // the member of a ZIP archive; "" if the file is not an archive
	Line     int    // physical line, from 1; 0 = the whole file
	Title    string // publication_title of the row, cut like Value; "" = not about a row, or the row has no title
	Column   string // KBART column name, or the header's name of an added column; "" = the whole row
	Value    string // the value in question, cut to [MaxFindingValue] characters
	Message  string // what is wrong
	Hint     string // what to do: first for the publisher of the list, then for the library that loads it
}

// String returns the finding as one line of text.
func (f Finding) String() string {
	var b strings.Builder
	if f.File != "" {
		b.WriteString(f.File)
		b.WriteString(": ")
	}
	if f.Line > 0 {
		fmt.Fprintf(&b, "line %d", f.Line)
		if f.Title != "" {
			fmt.Fprintf(&b, ", %q", f.Title)
		}
		b.WriteString(": ")
	}
	fmt.Fprintf(&b, "%s: %s", f.Severity, f.Message)
	if f.Column != "" {
		fmt.Fprintf(&b, " (%s", f.Column)
		if f.Value != "" {
			fmt.Fprintf(&b, " = %q", f.Value)
		}
		b.WriteByte(')')
	} else if f.Value != "" {
		fmt.Fprintf(&b, " (%q)", f.Value)
	}
	fmt.Fprintf(&b, " [%s]", f.Code)
	return b.String()
}

// FatalError refuses the whole file. No part of it may be applied, not even the rows that were yielded before.
type FatalError struct {
	Finding Finding
	Err     error // the cause, if there is one, such as io.ErrUnexpectedEOF
}

// Error says what is wrong, where it is, and what to do.
func (e *FatalError) Error() string {
	var b strings.Builder
	b.WriteString("kbart: ")
	if e.Finding.File != "" {
		b.WriteString(e.Finding.File + ": ")
	}
	if e.Finding.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", e.Finding.Line)
	}
	b.WriteString(e.Finding.Message)
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	if e.Finding.Hint != "" {
		b.WriteString(". " + e.Finding.Hint)
	}
	return b.String()
}

// Unwrap returns the cause, or nil.
func (e *FatalError) Unwrap() error { return e.Err }

// excerpt returns the beginning of a value, at most [MaxFindingValue] characters.
func excerpt(s string) string {
	if len(s) > MaxFindingValue {
		n := 0
		for i := range s {
			if n == MaxFindingValue {
				s = s[:i]
				break
			}
			n++
		}
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
