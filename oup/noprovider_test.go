package oup_test

import (
	"errors"
	"strings"
	"testing"

	"autoholdings/internal/secret"
	"autoholdings/oup"
)

// TestNoProvider: without an address lists are kept, and every request is invalid and says why.
func TestNoProvider(t *testing.T) {
	t.Parallel()

	f, err := oup.NewFetcher(oup.Options{NoProvider: true, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = f.Close() })

	kept, err := f.Store().Keep(t.Context(), strings.NewReader("publication_title\ttitle_id\nBrain\tbrain\n"), "list.txt", f.MaxSize())
	if err != nil || f.Asks() || kept.Size == 0 {
		t.Errorf("%v, %v, %+v", err, f.Asks(), kept)
	}

	_, err = f.Fetch(t.Context(), oup.Request{CustomerNumber: "demo", APIKey: secret.NewKey("k"), Content: oup.Books})

	var outcome *oup.Outcome
	if !errors.As(err, &outcome) || outcome.Code != oup.InvalidRequest || !strings.Contains(outcome.Error(), "address is not set") {
		t.Errorf("%v", err)
	}

	if _, err := oup.NewFetcher(oup.Options{NoProvider: true}); err == nil {
		t.Error("a folder is needed all the same")
	}
}
