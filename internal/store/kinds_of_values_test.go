package store_test

import (
	"database/sql"
	"fmt"
	"io/fs"
	"path/filepath"
	"testing"

	_ "github.com/mattn/go-sqlite3" // the database that is filled before the migration
	"github.com/pressly/goose/v3"

	"autoholdings/ent/jobchange"
	"autoholdings/ent/migrations"
	"autoholdings/internal/store"
)

// migrateTo makes a database of an earlier version and fills it.
func migrateTo(t *testing.T, dir string, version int64, fill func(exec func(query string, args ...any))) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, store.FileName)+"?_fk=1")
	must(err)
	defer func() { must(db.Close()) }()
	files, err := fs.Sub(migrations.SQLite, "sqlite")
	must(err)
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	must(err)
	_, err = provider.UpTo(t.Context(), version)
	must(err)
	fill(func(query string, args ...any) {
		t.Helper()
		_, err := db.ExecContext(t.Context(), query, args...)
		must(err)
	})
}

// TestKindsOfValuesOfOldReports: each row of an earlier version's report gets the kind that its values are of, by its
// field and by what they are, and none is lost.
func TestKindsOfValuesOfOldReports(t *testing.T) {
	t.Parallel()
	const (
		archive = `[{"dateFirst":"1878","dateLast":"1995","kind":"ARCHIVE","url":"https://a.example/old"},{"dateFirst":"1996"}]`
		moved   = `[{"dateFirst":"1878","dateLast":"1995","kind":"ARCHIVE","url":"https://a.example/new","notes":"a [{ b"},{"dateFirst":"1996"}]`
		state   = `{"available":true,"listed":true}`
		poLine  = `{"poLine":7,"main":true}`
		sync    = 1
		move    = 2
		undone  = 3 // the undo of the move
	)
	tests := []struct {
		job                     int
		action, field, old, new string
		kind, fieldNow, newNow  string // of fieldNow and newNow, "" means: as before
	}{
		{sync, "ADD", "", "", "", "", "", ""},
		{sync, "ADD", "", state, "", "STATE", "", ""},
		{sync, "UPDATE", "coverage", archive, moved, "COVERAGE", "", ""},
		{sync, "UPDATE", "coverage", "", archive, "COVERAGE", "", ""},
		{sync, "UPDATE", "title_url", "https://a.example/1", "https://a.example/2", "TEXT", "", ""},
		{sync, "UPDATE", "title_url", archive, moved, "COVERAGE", "coverage.title_url", ""},
		{sync, "UPDATE", "notes", archive, moved, "COVERAGE", "coverage.notes", ""},
		{sync, "LOCKED", "notes", "mine", "theirs", "TEXT", "", ""},
		{sync, "LEFT", "notes", archive, moved, "COVERAGE", "coverage.notes", ""},
		{sync, "LEFT", "", state, "", "STATES", "", ""},
		{sync, "LEFT", "publisher_name", "now", "then", "TEXT", "", ""},
		// notes that only look like statements
		{sync, "UPDATE", "notes", `[{"notes":"old"}]`, `[{"a":"new"}]`, "TEXT", "", ""},
		{sync, "UPDATE", "notes", `[{"notes":"old"}]`, `[{"notes":`, "TEXT", "", ""},
		{sync, "UPDATE", "notes", `[{"notes":"old"}]`, `[{"notes":{"url":"x"}}]`, "TEXT", "", ""},
		{sync, "UPDATE", "notes", `[{"notes":"old"}]`, `[{"notes":1}]`, "TEXT", "", ""},
		{sync, "UPDATE", "notes", `[{"notes":"old"}]`, "none", "TEXT", "", ""},
		{sync, "UPDATE", "notes", "", `[{"notes":"new"}]`, "TEXT", "", ""},
		{sync, "UPDATE", "publication_title", `[{"notes":"old"}]`, `[{"notes":"new"}]`, "TEXT", "", ""},
		{sync, "UPDATE", "publisher_name", `{"poLine":1}`, "[1]", "TEXT", "", ""},
		// why something left
		{sync, "REMOVE", "", state, "", "STATE", "", ""},
		{sync, "REMOVE", "", state, "now listed as free", "STATE", "", `{"freeNow":true}`},
		{sync, "REMOVE", "", "", "now listed as free", "STATE", "", `{"freeNow":true}`}, // of the Community Zone
		{sync, "KEEP", "", state, "", "STATE", "", ""},
		{sync, "WITHDRAW", "", state, "now listed as free", "STATE", "", `{"freeNow":true}`},
		// what is listed
		{sync, "FREE", "", "", "access_type F", "WORDS", "", ""},
		{sync, "INVALID", "", "", "no title", "WORDS", "", ""},
		{sync, "NOT_IN_COMMUNITY_ZONE", "", "", "added all the same", "WORDS", "", ""},
		{sync, "AMBIGUOUS", "", "", "[1,2]", "PORTFOLIOS", "", ""},
		{sync, "AMBIGUOUS", "", "", "2 titles of the Community Zone might be this one", "WORDS", "", ""},
		{sync, "REVIEW", "", "", "AMBIGUOUS", "REASON", "", ""},
		{sync, "REVIEW", "", "", "ROW_UNREADABLE", "REASON", "", ""},
		// moves
		{move, "MOVE_PO_LINE", "POL-1", poLine, `{"poLine":7,"target":9}`, "MOVE", "", ""},
		{move, "MOVE_LICENSE", "coverage", `{"license":7}`, `{"license":7,"target":9}`, "MOVE", "", ""},
		{move, "LICENSE_CONFLICT", "LIC", `{"license":7}`, `{"license":7,"keeps":8}`, "MOVE", "", ""},
		{move, "NO_COUNTERPART", "", `{"stay":[1]}`, `{"collection":"X"}`, "MOVE", "", ""},
		{move, "AMBIGUOUS", "", `{"stay":[1]}`, "[1,2]", "PORTFOLIOS", "", ""},
		{move, "NOTHING_TO_MOVE", "", "", "", "", "", ""},
		{move, "LEFT", "", "", "left as it is", "WORDS", "", ""},
		{undone, "LEFT", "notes", "main PO line of X", "stays at the counterpart", "WORDS", "", ""},
	}
	dir := t.TempDir()
	migrateTo(t, dir, 20261127033941, func(exec func(string, ...any)) {
		for id, kind := range map[int]string{sync: "SYNC", move: "MOVE", undone: "UNDO"} {
			exec(`INSERT INTO jobs (id, created_at, updated_at, kind, state, mode, "trigger", args, due_at, attempt)
				VALUES (?, 1, 1, ?, 'SUCCEEDED', 'APPLY', 'MANUAL', '{}', 1, 1)`, id, kind)
			exec(`INSERT INTO job_parts (id, created_at, updated_at, job_id, content, state) VALUES (?, 1, 1, ?, '', 'APPLIED')`, id, id)
		}
		exec(`UPDATE jobs SET subject_job_id = ? WHERE id = ?`, move, undone)
		for i, row := range tests {
			exec(`INSERT INTO job_changes (id, job_id, part_id, action, field, title, old_value, new_value, line) VALUES (?, ?, ?, ?, ?, ?, ?, ?,
				?)`,
				i+1, row.job, row.job, row.action, row.field, fmt.Sprint("Title ", i), row.old, row.new, i)
		}
	})
	s := open(t, dir)
	rows := s.Read.JobChange.Query().Order(jobchange.ByID()).AllX(t.Context())
	if len(rows) != len(tests) {
		t.Fatalf("%d of %d rows are left", len(rows), len(tests))
	}
	for i, test := range tests {
		want := [...]string{test.kind, test.field, test.old, test.new, fmt.Sprint("Title ", i)}
		if test.fieldNow != "" {
			want[1] = test.fieldNow
		}
		if test.newNow != "" {
			want[3] = test.newNow
		}
		if got := [...]string{rows[i].ValueKind, rows[i].Field, rows[i].OldValue, rows[i].NewValue, rows[i].Title}; got != want {
			t.Errorf("%s %s: %q > %q:\n got %q\nwant %q", test.action, test.field, test.old, test.new, got, want)
		}
	}
}
