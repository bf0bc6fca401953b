package profiles

import (
	"strings"

	"autoholdings/ent/profile"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
	"autoholdings/internal/secret"
)

// Provider is what the domain knows about a provider: its names, and the credentials that its profiles need.
type Provider struct {
	Name  string // its name in profiles: "OXFORD_UNIVERSITY_PRESS"
	Title string // its name in Community Zone collections: "Oxford University Press"

	// What the provider calls a profile's customer number and API key. One without a name is not asked for.
	CustomerNumber, APIKey secret.Credential

	standard bool
}

// providers are the providers that profiles may have, the standard one first.
type providers []Provider

// newProviders returns the given ones. If there are none, it returns a standard one that nothing is known about.
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

// find returns the provider with a name; "" means the standard one.
func (all providers) find(name string) (Provider, bool) {
	for _, p := range all {
		if p.Name == name || name == "" {
			return p, true
		}
	}
	return Provider{}, false
}

// UnknownProvider is the problem of an input that names a provider which is not registered.
func (s *Service) UnknownProvider(name string) *problem.Problem {
	names := make([]string, len(s.providers))
	for i, p := range s.providers {
		names[i] = p.Name
	}
	return problem.New(problem.ProviderUnknown, "input.provider", "this server does not know the provider %q: choose %s", name,
		strings.Join(names, " or "))
}

// of returns the provider of a profile. If it is no longer registered, only its name is known.
func (all providers) of(name string) Provider {
	if p, known := all.find(name); known {
		return p
	}
	return unknownProvider(name)
}

// subject names the provider at the start of a sentence. The standard one is "The provider".
func (p Provider) subject() string {
	if p.standard {
		return "The provider"
	}
	return holdings.TitleOf(p.Name, p.Title)
}

// object names the provider within a sentence.
func (p Provider) object() string {
	if p.standard {
		return "the provider"
	}
	return p.subject()
}

// asksFor lists the credentials that a profile needs, as in "the customer number and the API key are".
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
