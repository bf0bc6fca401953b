package store_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent/migrations"
	"autoholdings/internal/pgtest"
	"autoholdings/internal/store"
)

// locked are rows of the version before local values: a portfolio with locks whose list says something else, one with
// locked coverage, one without locks.
var locked = []string{
	`INSERT INTO collections (id, created_at, updated_at, name, name_key) VALUES (1, 1, 1, 'Journals', 'journals')`,
	`INSERT INTO portfolios (id, created_at, updated_at, collection_id, available, listed, publication_title, title_key, notes, publisher_name,
		values_hash, locked_fields) VALUES
		(1, 1, 1, 1, true, true, 'Brain "A" <b>', 'brain', '', 'Ours', 7, 'publication_title notes publisher_name'),
		(2, 1, 1, 1, true, true, 'Cell', 'cell', '', '', 7, 'coverage'), (3, 1, 1, 1, true, true, 'Dent', 'dent', '', '', 7, '')`,
	`INSERT INTO entitlements (id, created_at, updated_at, portfolio_id, active, coverage_hash, own_values, own_hash) VALUES
		(1, 1, 1, 1, true, 5, '{"publisher_name":"Theirs"}', 9), (2, 1, 1, 2, true, 5, '', NULL), (3, 1, 1, 3, true, 5, '{"notes":"x"}', 9)`,
	`INSERT INTO coverage_statements (id, entitlement_id, position, date_first_issue_online, date_last_issue_online, title_url, kind) VALUES
		(1, 2, 0, '1878', '1995', 'https://a.example/"x"', 'ARCHIVE'), (2, 2, 1, '1996', '', NULL, 'FRONTFILE')`,
}

// TestLocksBecomeLocalValues: what was locked is a local value after the migration, the value that was shown. The hash of
// what the list said differs then, so that the next run writes the provider's value beside it. Nothing else changes.
func TestLocksBecomeLocalValues(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		migrateTo(t, dir, 20261127194148, func(exec func(string, ...any)) {
			for _, statement := range locked {
				exec(statement)
			}
		})
		open(t, dir)
		checkLocalValues(t, raw(t, dir))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		server, err := pgtest.Start(t.Context())
		if errors.Is(err, pgtest.ErrNotInstalled) && os.Getenv("CI") == "" {
			t.Skip(err)
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(err)
		defer func() { must(server.Stop()) }()
		url, err := server.Create(t.Context(), "locks", "")
		must(err)
		db, err := sql.Open("pgx", url)
		must(err)
		defer func() { must(db.Close()) }()
		files, err := fs.Sub(migrations.Postgres, "postgres")
		must(err)
		names, err := fs.Glob(files, "*.sql")
		must(err)
		until := fstest.MapFS{}
		for _, name := range names {
			if strings.HasSuffix(name, "_what_staff_decide.sql") {
				break
			}
			text, err := fs.ReadFile(files, name)
			must(err)
			until[name] = &fstest.MapFile{Data: text}
		}
		_, err = store.Migrate(t.Context(), store.Options{URL: url, Migrations: until})
		must(err)
		for _, statement := range locked {
			_, err := db.ExecContext(t.Context(), statement)
			must(err)
		}
		_, err = store.Migrate(t.Context(), store.Options{URL: url})
		must(err)
		checkLocalValues(t, db)
	})
}

func checkLocalValues(t *testing.T, db *sql.DB) {
	t.Helper()
	want := []map[string]string{
		{"notes": "", "publication_title": `Brain "A" <b>`, "publisher_name": "Ours"},
		{"coverage": `{"mode":"INSTEAD","statements":[{"dateFirst":"1878","dateLast":"1995","kind":"ARCHIVE","url":"https://a.example/\"x\""},` +
			`{"dateFirst":"1996","kind":"FRONTFILE"}]}`},
		nil,
	}
	for i, stored := range texts(t, db, `SELECT local_values FROM portfolios ORDER BY id`) {
		var got map[string]string
		if stored != "" {
			if err := json.Unmarshal([]byte(stored), &got); err != nil {
				t.Fatalf("%v: %s", err, stored)
			}
		}
		if text, has := got["coverage"]; has {
			got["coverage"] = withoutEmpty(t, text)
		}
		if diff := cmp.Diff(want[i], got); diff != "" {
			t.Errorf("portfolio %d: %s", i+1, diff)
		}
	}
	if got := texts(t, db, `SELECT COALESCE(own_values || ' ' || own_hash, '') FROM entitlements ORDER BY id`); !cmp.Equal(got,
		[]string{`{"publisher_name":"Theirs"} 5`, "", `{"notes":"x"} 9`}) {
		t.Error(got)
	}
}

// withoutEmpty is coverage without the cells that are empty.
func withoutEmpty(t *testing.T, text string) string {
	t.Helper()
	var c struct {
		Mode       string           `json:"mode"`
		Statements []map[string]any `json:"statements"`
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	for _, s := range c.Statements {
		for key, value := range s {
			if value == nil || value == "" {
				delete(s, key)
			}
		}
	}
	out, _ := json.Marshal(c)
	return string(out)
}
