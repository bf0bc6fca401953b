package main

import (
	"testing"

	"autoholdings/internal/keptfiles"
	"autoholdings/internal/store"
)

// TestWhereFilesAreKept: in the data directory beside SQLite, in the database where it has an address.
func TestWhereFilesAreKept(t *testing.T) {
	t.Parallel()
	db, err := store.Open(t.Context(), store.Options{DataDir: t.TempDir()})
	must(t, err)
	defer db.Close()
	for url, shared := range map[string]bool{"": false, "postgres://db.example.org/holdings": true} {
		a := &app{config: config{DatabaseURL: url}, store: db}
		keeper, err := a.openKeeper(t.Context())
		must(t, err)
		if _, inDatabase := keeper.(*keptfiles.Keeper); inDatabase != shared || !shared && keeper != nil {
			t.Errorf("with DATABASE_URL %q files are kept by %T", url, keeper)
		}
	}
}
