package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"autoholdings/internal/pgtest"
)

// copied is a copy of the migrations with more files, each a name and the text of its way up.
func copied(t *testing.T, more map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "sqlite")
	if err := os.CopyFS(dir, os.DirFS("../sqlite")); err != nil {
		t.Fatal(err)
	}
	for name, up := range more {
		write(t, filepath.Join(dir, name), "-- +goose Up\n"+up+"\n\n-- +goose Down\nDROP TABLE `anything`;\n")
	}
	if err := sqlite(dir).run(t.Context(), false, true, ""); err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestCheck: the migrations as they are lead to the schema, and whatever deletes is reviewed.
func TestCheck(t *testing.T) {
	if err := sqlite("../sqlite").run(t.Context(), true, false, ""); err != nil {
		t.Error(err)
	}
	server, err := pgtest.Start(t.Context())
	if errors.Is(err, pgtest.ErrNotInstalled) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Stop() }()
	if err := postgres("../postgres", server.URL).run(t.Context(), true, false, ""); err != nil {
		t.Error(err)
	}
}

// TestUnreviewed: what may delete rows is refused without a reason, however it is spelled; other things need none.
func TestUnreviewed(t *testing.T) {
	const name = "29990101000000_more.sql"
	for up, refused := range map[string]bool{
		"DROP TABLE `jobs`;":                                                  true,
		"drop  table if exists jobs;":                                         true,
		"ALTER TABLE `jobs`\n\tDROP COLUMN `counts`;":                         true,
		"ALTER TABLE `jobs` DROP `counts`;":                                   true,
		"DELETE FROM jobs WHERE id = 1;":                                      true,
		"delete\nfrom jobs;":                                                  true,
		"DELETE /* some */ FROM jobs;":                                        true,
		"INSERT OR REPLACE INTO jobs SELECT * FROM jobs;":                     true,
		"REPLACE INTO jobs SELECT * FROM jobs;":                               true,
		"INSERT OR IGNORE INTO jobs SELECT * FROM jobs;":                      true,
		"-- reviewed:\nDROP TABLE `jobs`;":                                    true,
		"-- not reviewed: later\nDROP TABLE `jobs`;":                          true,
		"-- reviewed: nothing was ever in it\nDROP TABLE `jobs`;":             false,
		"--reviewed: nothing was ever in it\nDELETE FROM jobs;":               false,
		"DROP INDEX `a`;":                                                     false,
		"CREATE TABLE `a` (`b` integer REFERENCES `jobs` ON DELETE CASCADE);": false,
		"-- it could as well DROP TABLE `jobs`\nSELECT 1;":                    false,
		"UPDATE jobs SET summary = replace(summary, 'a', 'b');":               false,
	} {
		err := reviewed(copied(t, map[string]string{name: up}))
		if refused != (err != nil) {
			t.Errorf("%s: %v", up, err)
		}
		if err != nil && (!strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "-- reviewed:")) {
			t.Error(err)
		}
	}
}

// TestGeneratedDrop: a migration that the generator itself writes is refused until somebody has reviewed it, by the
// check too.
func TestGeneratedDrop(t *testing.T) {
	earlier := time.Now().UTC().Add(-time.Second).Format("20060102150405") // than what is generated, later than all others
	dir := copied(t, map[string]string{earlier + "_a_column_too_many.sql": "ALTER TABLE `jobs` ADD COLUMN `too_many` text NULL;"})
	if err := sqlite(dir).run(t.Context(), true, false, ""); err == nil || !strings.Contains(err.Error(), "no migration makes") {
		t.Errorf("the check: %v", err)
	}
	err := sqlite(dir).run(t.Context(), false, false, "drop_it")
	if err == nil || !strings.Contains(err.Error(), "_drop_it.sql") || !strings.Contains(err.Error(), "make migration-sum") {
		t.Fatalf("generated: %v", err)
	}
	if err := sqlite(dir).run(t.Context(), true, false, ""); err == nil || !strings.Contains(err.Error(), "_drop_it.sql") {
		t.Errorf("the check: %v", err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*_drop_it.sql"))
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	text, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	write(t, names[0], strings.Replace(string(text), "-- +goose Up\n", "-- +goose Up\n-- reviewed: nothing was ever written into it\n", 1))
	if err := sqlite(dir).run(t.Context(), true, false, ""); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("edited without its checksum: %v", err)
	}
	if err := sqlite(dir).run(t.Context(), false, true, ""); err != nil {
		t.Error(err)
	}
	if err := sqlite(dir).run(t.Context(), true, false, ""); err != nil {
		t.Errorf("reviewed: %v", err)
	}
}

// TestNoName: a migration needs one.
func TestNoName(t *testing.T) {
	if err := sqlite(copied(t, nil)).run(t.Context(), false, false, ""); err == nil || !strings.Contains(err.Error(), "name the migration") {
		t.Error(err)
	}
}
