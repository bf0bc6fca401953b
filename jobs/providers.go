package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/communityzonecollection"
	"autoholdings/ent/profile"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/kbart"
	"autoholdings/provider"
)

// providers are the fetchers for the providers that profiles may have, one each, the standard provider's first.
type providers []*provider.Fetcher

// check returns an error if providers cannot be told apart, or if a profile cannot hold their credentials.
func (all providers) check() error {
	if len(all) == 0 {
		return errors.New("jobs: no provider is given")
	}
	seen := map[string]bool{}
	for _, f := range all {
		p := f.Provider()
		for _, id := range append(communityZoneIDs(f), p.Name) {
			if seen[id] {
				return fmt.Errorf("jobs: two providers have %s", id)
			}
			seen[id] = true
		}
		hidden := 0
		for _, c := range p.Credentials {
			if c.Hidden {
				hidden++
			}
		}
		if hidden > 1 || len(p.Credentials)-hidden > 1 {
			return fmt.Errorf("jobs: a profile of %s has more credentials than a customer number and a key", p.Title)
		}
	}
	return nil
}

// standard returns the fetcher for the provider of profiles that did not choose one.
func (all providers) standard() *provider.Fetcher { return all[0] }

// named returns the fetcher for the provider with a name; nil: none.
func (all providers) named(name string) *provider.Fetcher {
	for _, f := range all {
		if f.Provider().Name == name {
			return f
		}
	}
	return nil
}

// of returns the fetcher for a profile's provider.
func (all providers) of(p *ent.Profile) (*provider.Fetcher, error) {
	if f := all.named(p.Provider); f != nil {
		return f, nil
	}
	return nil, unknownProvider(p)
}

// unknownProvider is the error of a stored profile. One without any provider counts as unknown too, not as the standard
// one's: its credentials must not go to a provider that it may not be of.
func unknownProvider(p *ent.Profile) *failure {
	return &failure{
		codeProviderUnknown, fmt.Sprintf("the profile is of the provider %q, which this server does not know", p.Provider),
		"Start the version of autoholdings with which the profile was made, or a newer one.",
	}
}

// ofCollection returns the fetcher for the provider of a Community Zone collection; nil: none.
func (all providers) ofCollection(communityZoneID string) *provider.Fetcher {
	for _, f := range all {
		if _, has := f.Provider().CollectionByID(communityZoneID); has {
			return f
		}
	}
	return nil
}

// zoneIDs returns the Community Zone collections whose titles can be fetched: those of providers with a global title
// list.
func (all providers) zoneIDs() (ids []string) {
	for _, f := range all {
		if f.Provider().HasTitles() {
			ids = append(ids, communityZoneIDs(f)...)
		}
	}
	return ids
}

func communityZoneIDs(f *provider.Fetcher) (ids []string) {
	for _, c := range f.Provider().Collections {
		ids = append(ids, c.CommunityZoneID)
	}
	return ids
}

// CredentialsOf returns a profile's credentials as its provider needs them: the customer, in the clear, and the secret.
func CredentialsOf(p *provider.Provider, customerNumber string, apiKey secret.Key) provider.Credentials {
	credentials := provider.Credentials{}
	for _, c := range p.Credentials {
		credentials[c.Placeholder] = secret.NewKey(customerNumber)
		if c.Hidden {
			credentials[c.Placeholder] = apiKey
		}
	}
	return credentials
}

// providersOf returns the fetchers for the providers of those profiles that exist.
func (s *Service) providersOf(ctx context.Context, tx *store.Tx, profileIDs []int64) (found []*provider.Fetcher, err error) {
	names, err := tx.Profile.Query().Where(profile.IDIn(profileIDs...)).GroupBy(profile.FieldProvider).Strings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read which providers the profiles are of: %w", err)
	}
	for _, f := range s.providers {
		if slices.Contains(names, f.Provider().Name) {
			found = append(found, f)
		}
	}
	return found, nil
}

// coverageKind returns how the provider of a part's collection names coverage. If the collection has no provider, the
// standard one's names are used.
func (s *Service) coverageKind(ctx context.Context, collectionID *int64) (func(first, last kbart.Date) string, error) {
	if collectionID == nil {
		return s.providers.standard().Provider().CoverageKind, nil
	}
	ids, err := s.store.Read.Collection.Query().Where(collection.ID(*collectionID)).QueryCommunityZoneCollection().
		Select(communityzonecollection.FieldCzID).Strings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read what the collection was activated from: %w", err)
	}
	for _, id := range ids {
		if f := s.providers.ofCollection(id); f != nil {
			return f.Provider().CoverageKind, nil
		}
	}
	return s.providers.standard().Provider().CoverageKind, nil
}
