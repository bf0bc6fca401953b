package provider

import (
	"strings"

	"autoholdings/internal/secret"
	"autoholdings/kbart"
)

// Provider is what differs from one provider to the next: what it offers, how it is asked, and what helps where it
// fails.
type Provider struct {
	Name  string // as profiles name it: "OXFORD_UNIVERSITY_PRESS"
	Title string // "Oxford University Press"
	Short string // in advice and in the names of files: "OUP"

	Collections []Collection // in the order in which they are synced, each of a content type of its own
	Credentials []Credential // what a profile gives to be let in
	Template    Template     // how a customer's list is asked for, but for the base URL
	Titles      Template     // how the global title list is asked for; zero: the provider has none

	// CoverageKind names what the provider sells coverage as; "" for coverage that it does not name. nil: it names none.
	CoverageKind func(first, last kbart.Date) string

	// Advice replaces, for the codes in it, what is generally to be done. Like the general advice it may name
	// {provider}.
	Advice map[Code]string
}

// Content is what a list is of. Each content type of a provider is a file of its own, and the placeholder {content}
// stands for it.
type Content string

// Collection is an electronic collection of the Community Zone whose holdings are one content type of a provider.
type Collection struct {
	CommunityZoneID string
	Name            string
	Content         Content
}

// Credential is one of the things that a profile gives to be let in. Its name in templates is its placeholder: that of
// {customer} is "customer".
type Credential struct {
	secret.Credential
	Placeholder string
}

// Shown is a credential that says who the customer is: how people call it, and how the provider does.
func Shown(placeholder, name, issued string) Credential {
	return Credential{secret.Shown(name, issued), placeholder}
}

// Hidden is a credential that opens the door, so that it is sealed and masked.
func Hidden(placeholder, name, issued string) Credential {
	return Credential{secret.Hidden(name, issued), placeholder}
}

// Credentials are what one customer gives, by placeholder.
type Credentials map[string]secret.Key

// Contents are the content types, in the order in which they are fetched.
func (p *Provider) Contents() []Content {
	contents := make([]Content, len(p.Collections))
	for i, c := range p.Collections {
		contents[i] = c.Content
	}
	return contents
}

// Collection is the collection of a content type.
func (p *Provider) Collection(content Content) (Collection, bool) {
	return p.find(func(c Collection) bool { return c.Content == content })
}

// CollectionByID is the collection with a Community Zone id.
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

// Advise names the provider in an advice that has {provider} in its place.
func (p *Provider) Advise(advice string) string { return nameProvider(advice, p.Short) }

func nameProvider(advice, name string) string { return strings.ReplaceAll(advice, "{provider}", name) }

// Placeholders are those of Template, in the order in which people are told of them.
func (p *Provider) Placeholders() []string {
	return append(p.requiredPlaceholders(), formatPlaceholder)
}

// HasTitles says whether the provider has a global title list.
func (p *Provider) HasTitles() bool { return p.Titles.Path != "" || len(p.Titles.Query) > 0 }
