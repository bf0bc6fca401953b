package provider

import (
	"strings"

	"autoholdings/internal/secret"
	"autoholdings/kbart"
)

// Provider is what differs between providers: what it offers, how to ask it, and what helps if it fails.
type Provider struct {
	Name  string // its name in profiles: "OXFORD_UNIVERSITY_PRESS"
	Title string // "Oxford University Press"
	Short string // short name in advice and file names: "OUP"

	Collections []Collection // in the order of syncing, each with its own content type
	Credentials []Credential // the credentials that a profile needs
	Template    Template     // how to ask for a customer's list, without the base URL
	Titles      Template     // how to ask for the global title list; zero: the provider has none

	// CoverageKind names what the provider sells coverage as; "" for coverage without a name. nil: it names none.
	CoverageKind func(first, last kbart.Date) string

	// Advice replaces the general advice for some codes. Like it, it may contain {provider}.
	Advice map[Code]string
}

// Content is the content type of a list. A provider has one file for each, and the placeholder {content} stands for it.
type Content string

// Collection is an electronic collection of the Community Zone whose holdings are one content type of a provider.
type Collection struct {
	CommunityZoneID string
	Name            string
	Content         Content
}

// Credential is one of a profile's credentials. Its name in templates is its placeholder: "customer" for {customer}.
type Credential struct {
	secret.Credential
	Placeholder string
}

// Shown is a credential that says who the customer is: its name for people, and the provider's name for it.
func Shown(placeholder, name, issued string) Credential {
	return Credential{secret.Shown(name, issued), placeholder}
}

// Hidden is a secret credential, so it is sealed and masked.
func Hidden(placeholder, name, issued string) Credential {
	return Credential{secret.Hidden(name, issued), placeholder}
}

// Credentials are one customer's credentials, by placeholder.
type Credentials map[string]secret.Key

// Contents returns the content types, in the order of fetching.
func (p *Provider) Contents() []Content {
	contents := make([]Content, len(p.Collections))
	for i, c := range p.Collections {
		contents[i] = c.Content
	}
	return contents
}

// OneOf lists content types for a person to choose from, as in "books or journals".
func OneOf(contents []Content) string {
	words := make([]string, len(contents))
	for i, content := range contents {
		words[i] = string(content)
	}
	return strings.Join(words, " or ")
}

// Collection returns the collection of a content type.
func (p *Provider) Collection(content Content) (Collection, bool) {
	return p.find(func(c Collection) bool { return c.Content == content })
}

// CollectionByID returns the collection with a Community Zone id.
func (p *Provider) CollectionByID(communityZoneID string) (Collection, bool) {
	return p.find(func(c Collection) bool { return c.CommunityZoneID == communityZoneID })
}

func (p *Provider) find(is func(Collection) bool) (Collection, bool) {
	for _, c := range p.Collections {
		if is(c) {
			return c, true
		}
	}
	return Collection{}, false
}

// Advise puts the provider's name in place of {provider} in an advice.
func (p *Provider) Advise(advice string) string { return nameProvider(advice, p.Short) }

func nameProvider(advice, name string) string { return strings.ReplaceAll(advice, "{provider}", name) }

// Placeholders returns those of Template, in the order in which they are shown to people.
func (p *Provider) Placeholders() []string {
	return append(p.requiredPlaceholders(), formatPlaceholder)
}

// HasTitles reports whether the provider has a global title list.
func (p *Provider) HasTitles() bool { return p.Titles.Path != "" || len(p.Titles.Query) > 0 }
