package collections_test

import (
	"testing"

	"autoholdings/holdings/collections"
	"autoholdings/internal/holdingstest"
)

// TestLocalCollectionByName: found or made; what is not for certain is refused.
func TestLocalCollectionByName(t *testing.T) {
	t.Parallel()
	b := setupZone(t)
	made, isNew, err := b.Collections.LocalCollection(t.Context(), " Given to us ", "BOOKS", true)
	b.Must(err)
	if !isNew || made.Name != "Given to us" || made.Content != "BOOKS" || !made.Active || !made.Available {
		t.Errorf("%v %+v", isNew, made)
	}
	found, isNew, err := b.Collections.LocalCollection(t.Context(), "Given to us", "", true)
	if err != nil || isNew || found.ID != made.ID {
		t.Errorf("again: %v %+v %v", isNew, found, err)
	}
	books, _ := b.activate(manually(holdingstest.BooksZone))
	for range 2 {
		_, err := b.Collections.CreateCollection(t.Context(), collections.NewCollection{Name: "Twice"})
		b.Must(err)
	}
	for name, want := range map[string]string{
		"Given to us": "BAD_USER_INPUT", books.Name: "BAD_USER_INPUT", "Twice": "BAD_USER_INPUT",
		"None": "NOT_FOUND",
	} {
		_, _, err := b.Collections.LocalCollection(t.Context(), name, "JOURNALS", false)
		holdingstest.WantProblems(t, err, want)
	}
}
