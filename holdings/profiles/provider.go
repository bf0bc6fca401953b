package profiles

import (
	"strings"

	"autoholdings/ent/profile"
	"autoholdings/holdings"
	"autoholdings/internal/secret"
)

// Provider is what the domain knows of a provider: how it is called, and what its profiles give to be let in.
type Provider struct {
	Name  string // as profiles name it: "OXFORD_UNIVERSITY_PRESS"
	Title string // as its collections in the Community Zone name it: "Oxford University Press"

	// What the provider calls the customer number and the API key of a profile. One without a name is not asked for.
	CustomerNumber, APIKey secret.Credential

	standard bool
}

// providers are those that profiles may be of, the standard one first.
type providers []Provider

// newProviders returns the given ones or, where none are given, a standard one of which nothing is known.
func newProviders(given []Provider) providers {
	if len(given) == 0 {
		given = []Provider{unknownProvider(profile.DefaultProvider)}
	}
	all := append(providers(nil), given...)
	all[0].standard = true
	return all
}

func unknownProvider(name string) Provider {
	return Provider{
		Name: name, CustomerNumber: secret.Shown("customer number", "customer number"), APIKey: secret.Hidden("API key", "API key"),
	}
}

// find is the provider with a name; "" is the standard one's.
func (all providers) find(name string) (Provider, bool) {
	for _, p := range all {
		if p.Name == name || name == "" {
			return p, true
		}
	}
	return Provider{}, false
}

// of is the provider of a profile. One that is not registered any more is known by its name alone.
func (all providers) of(name string) Provider {
	if p, known := all.find(name); known {
		return p
	}
	return unknownProvider(name)
}

// subject begins a sentence about the provider. The standard one is the provider.
func (p Provider) subject() string {
	if p.standard {
		return "The provider"
	}
	return holdings.TitleOf(p.Name, p.Title)
}

// object is the provider within a sentence.
func (p Provider) object() string {
	if p.standard {
		return "the provider"
	}
	return p.subject()
}

// asksFor are the credentials that a profile gives, as in "the customer number and the API key are".
func (p Provider) asksFor() string {
	var names []string
	for _, c := range []secret.Credential{p.CustomerNumber, p.APIKey} {
		if c.Name != "" {
			names = append(names, "the "+c.Name)
		}
	}
	verb := " is"
	if len(names) > 1 {
		verb = " are"
	}
	return strings.Join(names, " and ") + verb
}
