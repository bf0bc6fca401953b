package provider_test

import (
	"errors"
	"strings"
	"testing"

	"autoholdings/provider"
	"autoholdings/provider/oup"
)

// TestNoProvider: without an address lists are kept, and every request is invalid and says why.
func TestNoProvider(t *testing.T) {
	t.Parallel()
	f, err := provider.NewFetcher(oup.Provider(), provider.Options{NoProvider: true, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	kept, err := f.Store().Keep(t.Context(), strings.NewReader("publication_title\ttitle_id\nBrain\tbrain\n"), "list.txt", f.MaxSize())
	if err != nil || f.Asks() || kept.Size == 0 {
		t.Errorf("%v, %v, %+v", err, f.Asks(), kept)
	}
	_, err = f.Fetch(t.Context(), provider.Request{Credentials: credentials("demo", "k"), Content: oup.Books})
	var outcome *provider.Outcome
	if !errors.As(err, &outcome) || outcome.Code != provider.InvalidRequest || !strings.Contains(outcome.Error(), "address is not set") {
		t.Errorf("%v", err)
	}
	if _, err := provider.NewFetcher(oup.Provider(), provider.Options{NoProvider: true}); err == nil {
		t.Error("a folder is needed all the same")
	}
}
