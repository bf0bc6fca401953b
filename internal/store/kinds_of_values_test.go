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

// migrateTo creates a database of an earlier version and fills it.
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

// What the old report is about, and its jobs by their ids.
const (
	archive = `[{"dateFirst":"1878","dateLast":"1995","kind":"ARCHIVE","url":"https://a.example/old"},{"dateFirst":"1996"}]`
	moved   = `[{"dateFirst":"1878","dateLast":"1995","kind":"ARCHIVE","url":"https://a.example/new","notes":"a [{ b"},{"dateFirst":"1996"}]`
	state   = `{"available":true,"listed":true}`
	poLine  = `{"poLine":7,"main":true}`
	syncJob = 1
	moveJob = 2
	undoJob = 3 // the undo of the move
)

// oldChanges are changes of an old report, and what they are after the migration.
var oldChanges = []struct {
	job                     int
	action, field, old, new string
	kind, fieldNow, newNow  string // of fieldNow and newNow, "" means: as before
}{
	{syncJob, "ADD", "", "", "", "", "", ""},
	{syncJob, "ADD", "", state, "", "STATE", "", ""},
	{syncJob, "UPDATE", "coverage", archive, moved, "COVERAGE", "", ""},
	{syncJob, "UPDATE", "coverage", "", archive, "COVERAGE", "", ""},
	{syncJob, "UPDATE", "title_url", "https://a.example/1", "https://a.example/2", "TEXT", "", ""},
	{syncJob, "UPDATE", "title_url", archive, moved, "COVERAGE", "coverage.title_url", ""},
	{syncJob, "UPDATE", "notes", archive, moved, "COVERAGE", "coverage.notes", ""},
	{syncJob, "LOCKED", "notes", "mine", "theirs", "TEXT", "", ""},
	{syncJob, "LEFT", "notes", archive, moved, "COVERAGE", "coverage.notes", ""},
	{syncJob, "LEFT", "", state, "", "STATES", "", ""},
	{syncJob, "LEFT", "publisher_name", "now", "then", "TEXT", "", ""},
	// notes that only look like statements
	{syncJob, "UPDATE", "notes", `[{"notes":"old"}]`, `[{"a":"new"}]`, "TEXT", "", ""},
	{syncJob, "UPDATE", "notes", `[{"notes":"old"}]`, `[{"notes":`, "TEXT", "", ""},
	{syncJob, "UPDATE", "notes", `[{"notes":"old"}]`, `[{"notes":{"url":"x"}}]`, "TEXT", "", ""},
	{syncJob, "UPDATE", "notes", `[{"notes":"old"}]`, `[{"notes":1}]`, "TEXT", "", ""},
	{syncJob, "UPDATE", "notes", `[{"notes":"old"}]`, "none", "TEXT", "", ""},
	{syncJob, "UPDATE", "notes", "", `[{"notes":"new"}]`, "TEXT", "", ""},
	{syncJob, "UPDATE", "publication_title", `[{"notes":"old"}]`, `[{"notes":"new"}]`, "TEXT", "", ""},
	{syncJob, "UPDATE", "publisher_name", `{"poLine":1}`, "[1]", "TEXT", "", ""},
	// why something left
	{syncJob, "REMOVE", "", state, "", "STATE", "", ""},
	{syncJob, "REMOVE", "", state, "now listed as free", "STATE", "", `{"freeNow":true}`},
	{syncJob, "REMOVE", "", "", "now listed as free", "STATE", "", `{"freeNow":true}`}, // of the Community Zone
	{syncJob, "KEEP", "", state, "", "STATE", "", ""},
	{syncJob, "WITHDRAW", "", state, "now listed as free", "STATE", "", `{"freeNow":true}`},
	// what is listed
	{syncJob, "FREE", "", "", "access_type F", "WORDS", "", ""},
	{syncJob, "INVALID", "", "", "no title", "WORDS", "", ""},
	{syncJob, "NOT_IN_COMMUNITY_ZONE", "", "", "added all the same", "WORDS", "", ""},
	{syncJob, "AMBIGUOUS", "", "", "[1,2]", "PORTFOLIOS", "", ""},
	{syncJob, "AMBIGUOUS", "", "", "2 titles of the Community Zone might be this one", "WORDS", "", ""},
	{syncJob, "REVIEW", "", "", "AMBIGUOUS", "REASON", "", ""},
	{syncJob, "REVIEW", "", "", "ROW_UNREADABLE", "REASON", "", ""},
	// moves
	{moveJob, "MOVE_PO_LINE", "POL-1", poLine, `{"poLine":7,"target":9}`, "MOVE", "", ""},
	{moveJob, "MOVE_LICENSE", "coverage", `{"license":7}`, `{"license":7,"target":9}`, "MOVE", "", ""},
	{moveJob, "LICENSE_CONFLICT", "LIC", `{"license":7}`, `{"license":7,"keeps":8}`, "MOVE", "", ""},
	{moveJob, "NO_COUNTERPART", "", `{"stay":[1]}`, `{"collection":"X"}`, "MOVE", "", ""},
	{moveJob, "AMBIGUOUS", "", `{"stay":[1]}`, "[1,2]", "PORTFOLIOS", "", ""},
	{moveJob, "NOTHING_TO_MOVE", "", "", "", "", "", ""},
	{moveJob, "LEFT", "", "", "left as it is", "WORDS", "", ""},
	{undoJob, "LEFT", "notes", "main PO line of X", "stays at the counterpart", "WORDS", "", ""},
}

// TestKindsOfValuesOfOldReports: each row of an earlier version's report gets the kind of its values, which depends on
// its field and on the values. No row is lost.
func TestKindsOfValuesOfOldReports(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	migrateTo(t, dir, 20261127033941, func(exec func(string, ...any)) {
		for id, kind := range map[int]string{syncJob: "SYNC", moveJob: "MOVE", undoJob: "UNDO"} {
			exec(`INSERT INTO jobs (id, created_at, updated_at, kind, state, mode, "trigger", args, due_at, attempt)
				VALUES (?, 1, 1, ?, 'SUCCEEDED', 'APPLY', 'MANUAL', '{}', 1, 1)`, id, kind)
			exec(`INSERT INTO job_parts (id, created_at, updated_at, job_id, content, state) VALUES (?, 1, 1, ?, '', 'APPLIED')`, id, id)
		}
		exec(`UPDATE jobs SET subject_job_id = ? WHERE id = ?`, moveJob, undoJob)
		for i, row := range oldChanges {
			exec(`INSERT INTO job_changes (id, job_id, part_id, action, field, title, old_value, new_value, line)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				i+1, row.job, row.job, row.action, row.field, fmt.Sprint("Title ", i), row.old, row.new, i)
		}
	})
	s := open(t, dir)
	rows := s.Read.JobChange.Query().Order(jobchange.ByID()).AllX(t.Context())
	if len(rows) != len(oldChanges) {
		t.Fatalf("%d of %d rows are left", len(rows), len(oldChanges))
	}
	for i, test := range oldChanges {
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
