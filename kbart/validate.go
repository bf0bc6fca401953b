package kbart

import (
	"fmt"
	"io"
	"strings"
)

// Profile says by which yardstick a list is judged.
type Profile uint8

// The profiles. Both look for the same things; they differ in what they make of some.
const (
	Lenient Profile = iota // what a library can load: form that does no harm is a warning
	Strict                 // what NISO RP-9 asks of a publisher: what breaks the standard is an error
)

var profileNames = [...]string{"lenient", "strict"}

// String returns "lenient" or "strict".
func (p Profile) String() string { return profileNames[min(int(p), len(profileNames)-1)] }

// ParseProfile reads "lenient" or "strict" in any case.
func ParseProfile(s string) (Profile, error) {
	for i, name := range profileNames {
		if strings.EqualFold(s, name) {
			return Profile(i), nil
		}
	}
	return 0, fmt.Errorf("kbart: %q is no profile; use lenient or strict", s)
}

// ValidateOptions say how a list is judged. The zero value is good.
type ValidateOptions struct {
	// Name is the file's name, for the rule on names; "" = unknown, and not judged.
	Name string
	// Findings is called with each finding as it is made; nil = findings are only counted.
	Findings func(Finding)
	// Profile is the yardstick, Lenient by default.
	Profile Profile
	// MaxLine is the size in bytes of the longest record, 1 MiB by default. A longer one is fatal.
	MaxLine int
}

// Validate reads a list to its end and judges all of it: the file, its cells, its rows, and rows against each other. The
// Summary counts every finding.
func Validate(r io.Reader, o ValidateOptions) (Summary, error) {
	reader := NewReader(r, Options{Name: o.Name, Findings: o.Findings, MaxLine: o.MaxLine})
	for _, err := range reader.Records() {
		if err != nil {
			return reader.Summary(), err
		}
	}
	return reader.Summary(), nil
}
