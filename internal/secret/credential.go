package secret

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Credential is one of the things by which a provider knows a customer: how people call it, and what it may be.
type Credential struct {
	Name    string // "customer number"
	Issued  string // how the provider calls it: "Sigma Customer ID"
	Longest int    // characters
	Hidden  bool   // it opens the door: it is sealed, and shown to nobody
}

// The most characters of a credential.
const (
	longestShown  = 200
	longestHidden = 500
)

// Shown is a credential that says who the customer is.
func Shown(name, issued string) Credential {
	return Credential{Name: name, Issued: issued, Longest: longestShown}
}

// Hidden is a credential that opens the door.
func Hidden(name, issued string) Credential {
	return Credential{Name: name, Issued: issued, Longest: longestHidden, Hidden: true}
}

// Check returns an error that says what is wrong with a value, without a full stop and without the value itself. A
// value is never empty, nor "." or "..", which a path would not survive. A hidden one is visible ASCII, since it
// travels in a header or an address; another one has neither blanks nor control characters.
func (c Credential) Check(value Key) error {
	text := value.Reveal()
	switch length := utf8.RuneCountInString(text); {
	case length == 0:
		return fmt.Errorf("the %s is empty: enter the provider's %s", c.Name, c.Issued)
	case length > c.Longest:
		return fmt.Errorf("the %s has %d characters: it may have at most %d", c.Name, length, c.Longest)
	case text == "." || text == "..":
		return fmt.Errorf("the %s consists of dots: enter the provider's %s", c.Name, c.Issued)
	case c.Hidden && strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }):
		return fmt.Errorf("the %s holds a blank, a control character or a letter outside ASCII: copy it again from the provider's message",
			c.Name)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, blankOrControl):
		return fmt.Errorf("the %s holds a blank or a control character: enter it without them", c.Name)
	}
	return nil
}

func blankOrControl(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}
