package store_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent/migrations"
	"autoholdings/internal/pgtest"
	"autoholdings/internal/search"
	"autoholdings/internal/store"
)

// rowsWithWords are rows of each table that is searched, as the version before had them, and what finds them.
const rowsWithWords = `
	INSERT INTO collections (id, created_at, updated_at, name, name_key) VALUES (900, 1, 1, 'Ours', 'ours');
	INSERT INTO community_zone_collections (id, created_at, updated_at, cz_id, name, name_key, provider, content)
		VALUES (901, 1, 1, '901', 'Zone', 'zone', 'OUP', 'BOOKS');
	INSERT INTO portfolios (id, created_at, updated_at, collection_id, available, listed, publication_title, title_key, print_identifier, print_key,
		values_hash, local_values)
		VALUES (902, 1, 1, 900, true, true, 'Études', 'études', '0006-8950', '00068950', 0, '{"publication_title":"Our Łódź"}');
	INSERT INTO community_zone_titles (id, created_at, updated_at, community_zone_collection_id, publication_title, title_key, values_hash)
		VALUES (903, 1, 1, 901, 'Straße', 'strasse', 0);
	INSERT INTO po_lines (id, created_at, updated_at, number, vendor, main) VALUES (904, 1, 1, 'POL-904', 'Müller', false);
	INSERT INTO licenses (id, created_at, updated_at, code, name) VALUES (905, 1, 1, 'LIC-905', 'Big Deal');`

// TestWordsOfRowsThatWereThere: rows of the version before search are found after the migration, and so is what is
// written after it, also where another migration made the tables anew.
func TestWordsOfRowsThatWereThere(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		db := raw(t, dir)
		o := store.Options{DataDir: dir, Migrations: beforeWords(t, known(t, nil))}
		migrateWith(t, o)
		exec1(t, db, rowsWithWords)
		o.Migrations = known(t, nil)
		migrateWith(t, o)
		wantFound(t, db, sqliteFinds)
		o.Migrations = known(t, map[string]string{future: rebuilding(t, db, "")})
		migrateWith(t, o)
		wantFound(t, db, sqliteFinds)
		exec1(t, db, `UPDATE portfolios SET words = ' changed' WHERE id = 902`)
		exec1(t, db, `DELETE FROM licenses WHERE id = 905`)
		s, err := store.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		if err := s.Write(t.Context(), func(context.Context, *store.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if found := texts(t, db, sqliteFinds("licenses", "deal")); found != nil {
			t.Errorf("a license that was deleted: %v", found)
		}
		if found := texts(t, db, sqliteFinds("portfolios", "etudes")); found != nil {
			t.Errorf("what a portfolio was called finds %v", found)
		}
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		db, url := postgresDatabase(t)
		files, err := fs.Sub(migrations.Postgres, "postgres")
		if err != nil {
			t.Fatal(err)
		}
		all := fstest.MapFS{}
		names, err := fs.Glob(files, "*.sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := fs.ReadFile(files, name)
			if err != nil {
				t.Fatal(err)
			}
			all[name] = &fstest.MapFile{Data: text}
		}
		migrateWith(t, store.Options{URL: url, Migrations: beforeWords(t, all)})
		exec1(t, db, rowsWithWords)
		migrateWith(t, store.Options{URL: url, Migrations: all})
		wantFound(t, db, postgresFinds)
	})
}

func beforeWords(t *testing.T, all fstest.MapFS) fstest.MapFS {
	t.Helper()
	until := maps.Clone(all)
	n := len(until)
	for name := range all {
		if strings.HasSuffix(name, "_words_to_search_by.sql") || name > "20261128095221" {
			delete(until, name)
		}
	}
	if len(until) == n {
		t.Fatal("the migration is not there")
	}
	return until
}

func migrateWith(t *testing.T, o store.Options) {
	t.Helper()
	if _, err := store.Migrate(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}

func sqliteFinds(table, word string) string {
	return `SELECT CAST(docid AS TEXT) FROM ` + table + `_search WHERE ` + table + `_search MATCH '` + word + `' ORDER BY docid`
}

func postgresFinds(table, word string) string {
	i := slices.IndexFunc(search.Tables, func(t search.Table) bool { return t.Name == table })
	return `SELECT id::text FROM ` + table + ` WHERE ` + search.Tables[i].Vector("") + ` @@ '` + word + `'::tsquery ORDER BY id`
}

func wantFound(t *testing.T, db *sql.DB, query func(table, word string) string) {
	t.Helper()
	for _, want := range [][3]string{
		{"portfolios", "etudes", "902"},
		{"portfolios", "00068950", "902"},
		{"portfolios", "lodz", "902"},
		{"community_zone_titles", "strasse", "903"},
		{"po_lines", "muller", "904"},
		{"po_lines", "pol904", "904"},
		{"licenses", "deal", "905"},
	} {
		if diff := cmp.Diff([]string{want[2]}, texts(t, db, query(want[0], want[1]))); diff != "" {
			t.Errorf("%s in %s:\n%s", want[1], want[0], diff)
		}
	}
}

// postgresDatabase makes an empty database on a PostgreSQL of its own.
func postgresDatabase(t *testing.T) (*sql.DB, string) {
	t.Helper()
	server := startPostgres(t)
	url, err := server.Create(t.Context(), "searched", "")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db, url
}

// startPostgres starts a PostgreSQL for a test, or skips it where none is installed.
func startPostgres(t *testing.T) *pgtest.Server {
	t.Helper()
	server, err := pgtest.Start(t.Context())
	if errors.Is(err, pgtest.ErrNotInstalled) && os.Getenv("CI") == "" {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	return server
}
