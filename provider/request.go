package provider

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"autoholdings/internal/secret"
)

// FormatKBART is the default file format of a request.
const FormatKBART = "kbart"

// Request asks for one customer's file of one content type, or for the provider's global title list.
type Request struct {
	// Global asks for the global title list, by Options.Titles. It belongs to no customer: the request has no
	// credentials.
	Global bool

	Credentials Credentials // all those in Provider.Credentials
	Content     Content
	Format      string // "" = FormatKBART

	// About the file applied last; empty if there is none. ETag and LastModified are sent back as conditions, unless
	// the kept copy of LastSHA256 is gone: then the file is fetched again.
	ETag, LastModified string
	LastSHA256         string
}

// check returns why a request to the provider cannot be made.
func (p *Provider) check(r Request) error {
	var errs []error
	if _, known := p.Collection(r.Content); !known {
		errs = append(errs, fmt.Errorf("the content type %q is unknown; ask for %s", r.Content, p.quotedContents()))
	}
	if strings.ContainsFunc(r.Format, blankOrControl) {
		errs = append(errs, fmt.Errorf("the file format %q holds a blank or a control character", r.Format))
	}
	if r.Global {
		return errors.Join(append(errs, p.checkGlobal(r))...)
	}
	return errors.Join(append(errs, p.checkCredentials(r.Credentials))...)
}

func (p *Provider) quotedContents() string {
	var quoted []string
	for _, content := range p.Contents() {
		quoted = append(quoted, fmt.Sprintf("%q", content))
	}
	return strings.Join(quoted, " or ")
}

func (p *Provider) checkGlobal(r Request) error {
	if !p.HasTitles() {
		return errors.New("the provider has no global title list")
	}
	for _, value := range r.Credentials {
		if value.Reveal() != "" {
			return errors.New("the global title list is asked for without credentials; leave them out")
		}
	}
	return nil
}

func (p *Provider) checkCredentials(given Credentials) error {
	var errs []error
	unknown := maps.Clone(given)
	for _, c := range p.Credentials {
		errs = append(errs, c.Check(given[c.Placeholder]))
		delete(unknown, c.Placeholder)
	}
	for _, name := range slices.Sorted(maps.Keys(unknown)) {
		errs = append(errs, fmt.Errorf("the provider asks for no %q; leave it out", name))
	}
	return errors.Join(errs...)
}

// mask returns the mask for a request's secrets.
func (p *Provider) mask(r Request) mask {
	var hidden []secret.Key
	for _, c := range p.Credentials {
		if c.Hidden {
			hidden = append(hidden, r.Credentials[c.Placeholder])
		}
	}
	return newMask(hidden...)
}

func blankOrControl(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}
