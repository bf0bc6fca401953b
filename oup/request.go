package oup

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"autoholdings/internal/secret"
)

// Content is what a request asks for. Each content type is a file of its own.
type Content string

// OUP's content types.
const (
	Books    Content = "books"
	Journals Content = "journals"
)

// Contents returns the content types in the order in which they are fetched.
func Contents() []Content { return []Content{Books, Journals} }

// FormatKBART is the file format of a request that names none.
const FormatKBART = "kbart"

// Request asks for one customer's file of one content type, or for the provider's global title list of it.
type Request struct {
	// Global asks for the global title list, by Options.Titles. It is nobody's: the credentials below stay empty, and the
	// request does not carry any.
	Global bool

	CustomerNumber string     // OUP's "Sigma Customer ID"; CheckCustomerNumber says what it may be
	APIKey         secret.Key // OUP's "KBART API key"; CheckAPIKey says what it may be
	Content        Content
	Format         string // "" = FormatKBART

	// Of the file that was applied last, all empty if there is none. ETag and LastModified are sent back as conditions,
	// unless the kept copy of LastSHA256 is gone, when the file is fetched anew.
	ETag, LastModified string
	LastSHA256         string
}

// The bounds of credentials, in characters.
const (
	MaxCustomerNumber = 200
	MaxAPIKey         = 500
)

// CheckCustomerNumber returns an error that says what is wrong with a customer number: it has 1 to 200 characters, none
// of them a blank or a control character, and is not "." or "..", which a path would not survive.
func CheckCustomerNumber(s string) error {
	switch {
	case s == "":
		return errors.New("the customer number is empty; enter OUP's Sigma Customer ID")
	case !utf8.ValidString(s):
		return errors.New("the customer number is not valid UTF-8; enter OUP's Sigma Customer ID")
	case utf8.RuneCountInString(s) > MaxCustomerNumber:
		return fmt.Errorf("the customer number has %d characters; it may have at most %d", utf8.RuneCountInString(s), MaxCustomerNumber)
	case strings.ContainsFunc(s, blankOrControl):
		return errors.New("the customer number holds a blank or a control character; enter OUP's Sigma Customer ID without them")
	case s == "." || s == "..":
		return errors.New("the customer number consists of dots; enter OUP's Sigma Customer ID")
	}

	return nil
}

// CheckAPIKey returns an error, which never shows the key, that says what is wrong with it: it has 1 to 500 characters,
// all of them visible ASCII, since it travels in a header or an address.
func CheckAPIKey(key secret.Key) error {
	s := key.Reveal()

	switch {
	case s == "":
		return errors.New("the API key is empty; enter OUP's KBART API key")
	case utf8.RuneCountInString(s) > MaxAPIKey:
		return fmt.Errorf("the API key has %d characters; it may have at most %d", utf8.RuneCountInString(s), MaxAPIKey)
	case strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("the API key holds a blank, a control character or a letter outside ASCII; copy it again from OUP's message")
	case s == "." || s == "..":
		return errors.New("the API key consists of dots; enter OUP's KBART API key")
	}

	return nil
}

func blankOrControl(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

// check returns what makes the request impossible.
func (r Request) check() error {
	var errs []error

	if r.Content != Books && r.Content != Journals {
		errs = append(errs, fmt.Errorf("the content type %q is unknown; ask for %q or %q", r.Content, Books, Journals))
	}

	if strings.ContainsFunc(r.Format, blankOrControl) {
		errs = append(errs, fmt.Errorf("the file format %q holds a blank or a control character", r.Format))
	}

	if r.Global {
		if r.CustomerNumber != "" || r.APIKey.Reveal() != "" {
			errs = append(errs, errors.New("the global title list is asked for without credentials; leave them out"))
		}

		return errors.Join(errs...)
	}

	return errors.Join(append(errs, CheckCustomerNumber(r.CustomerNumber), CheckAPIKey(r.APIKey))...)
}
