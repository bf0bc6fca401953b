package store_test

import (
	"database/sql"
	"fmt"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/pressly/goose/v3"

	"autoholdings/ent/migrations"
	"autoholdings/ent/portfolio"
	"autoholdings/internal/store"
)

// before opens a database of an earlier version, in which newer migrations are missing.
func before(t *testing.T, dir string, version int64) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(dir, store.FileName)+"?_fk=1")
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Sub(migrations.SQLite, "sqlite")
	if err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
	return db
}

// TestAvailabilityIsGivenBack: jobs set portfolios that they hid or kept to not available. The migration restores what
// staff had chosen. It does not change portfolios that are in the holdings by an entitlement.
func TestAvailabilityIsGivenBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := before(t, dir, 20261127033941)
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := db.Exec(query, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO collections (id, created_at, updated_at, name, name_key) VALUES (1, 1, 1, 'Journals', 'journals')`)
	for job, state := range map[int]string{1: "APPLIED", 2: "APPLIED", 3: "PREVIEWED", 4: "APPLYING"} {
		exec(`INSERT INTO jobs (id, created_at, updated_at, kind, state, mode, trigger, args, due_at) VALUES (?, 1, 1, 'SYNC', 'SUCCEEDED',
			'APPLY', 'MANUAL', '{}', 1)`, job)
		exec(`INSERT INTO job_parts (id, created_at, updated_at, content, state, job_id) VALUES (?, 1, ?, 'JOURNALS', ?, ?)`, 10-job, job, state,
			job)
	}
	changes := 0
	changed := func(portfolio, job int, action, was string) {
		t.Helper()
		changes++
		exec(`INSERT INTO job_changes (id, action, title, old_value, job_id, part_id, portfolio_id) VALUES (?, ?, 'A', ?, ?, ?, ?)`,
			100-changes, action, was, job, 10-job, portfolio)
	}
	const on, off = `{"available":true,"listed":true}`, `{"available":false,"listed":true}`
	for id, p := range map[int]struct {
		removed, entitled bool
		changes           func(id int)
	}{
		1: {removed: true, changes: func(id int) { changed(id, 1, "REMOVE", on) }},
		2: {removed: true, changes: func(id int) { changed(id, 1, "REMOVE", off) }},
		3: {changes: func(id int) { changed(id, 1, "KEEP", on) }},
		4: {changes: func(id int) { changed(id, 4, "KEEP", off) }},
		5: {removed: true, changes: func(int) {}},                                      // its history is gone
		6: {removed: true, changes: func(id int) { changed(id, 1, "REMOVE", "text") }}, // of no known form
		7: {removed: true, changes: func(id int) { changed(id, 2, "REMOVE", on); changed(id, 1, "REMOVE", off) }},
		8: {removed: true, changes: func(id int) { changed(id, 1, "REMOVE", off); changed(id, 3, "REMOVE", on) }}, // the later one was a preview
		// came back, and staff switched it off
		9: {entitled: true, changes: func(id int) { changed(id, 1, "REMOVE", on) }},
	} {
		var removedAt any
		if p.removed {
			removedAt = 5
		}
		exec(`INSERT INTO portfolios (id, created_at, updated_at, collection_id, available, listed, removed_at, publication_title, title_key,
				values_hash)
			VALUES (?, 1, 1, 1, false, false, ?, ?, 'a', 0)`, id, removedAt, fmt.Sprint(id))
		exec(`INSERT INTO entitlements (id, created_at, updated_at, portfolio_id, active, coverage_hash) VALUES (?, 1, 1, ?, ?, 0)`, id, id,
			p.entitled)
		p.changes(id)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	s := open(t, dir)
	want := map[int64]bool{1: true, 2: false, 3: true, 4: false, 5: true, 6: true, 7: true, 8: false, 9: false}
	for _, p := range s.Read.Portfolio.Query().Order(portfolio.ByID()).AllX(t.Context()) {
		if p.Available != want[p.ID] {
			t.Errorf("portfolio %d: available %v", p.ID, p.Available)
		}
	}
	if n := s.Read.JobChange.Query().CountX(t.Context()); n != changes {
		t.Errorf("%d of %d changes are left", n, changes)
	}
}
