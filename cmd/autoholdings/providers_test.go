package main

import (
	"testing"

	"autoholdings/provider"
)

// TestNamesOfProviders: what the command line calls collections and content types follows from the providers.
func TestNamesOfProviders(t *testing.T) {
	t.Parallel()
	both := append(knownProviders(), testPress())
	for collection, want := range map[string]string{
		"Oxford University Press Books Autoholdings Collection": "Books",
		"Test Press Journals Collection":                        "Journals Collection",
		"Test Press Journals Autoholdings Collection":           "Journals",
		"Test Pressings": "Test Pressings",
		"Maps":           "Maps",
	} {
		if got := shortName(both, collection); got != want {
			t.Errorf("%s is called %q, want %q", collection, got, want)
		}
	}
	films := testPress()
	films.Collections[0].Content = "films"
	for want, of := range map[string][]*provider.Provider{
		"books or journals":          both,
		"journals":                   {testPress()},
		"films or books or journals": append([]*provider.Provider{films}, both...),
	} {
		if got := contentTypes(of); got != want {
			t.Errorf("content types %s, want %s", got, want)
		}
	}
}
