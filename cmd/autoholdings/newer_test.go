package main

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"autoholdings/internal/opaque"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
)

// TestDatabaseOfANewerVersion is refused by every command that opens one, before anything is done: with both versions,
// the file and what to do. Afterwards the version that wrote it opens it as if nothing had happened.
func TestDatabaseOfANewerVersion(t *testing.T) {
	t.Parallel()
	list := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(list, []byte("number\nPOL-1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	profile, collection := opaque.ID("Profile", 1), opaque.ID("Collection", 1)
	server := []string{"--oup-url", "https://provider.example"}
	for name, args := range map[string][]string{
		"migrate":           {"migrate"},
		"serve":             append([]string{"serve", "--addr", "127.0.0.1:0"}, server...),
		"worker":            append([]string{"worker", "--redis-url", "redis://" + miniredis.RunT(t).Addr()}, server...),
		"sync":              append([]string{"sync", "--profile", profile}, server...),
		"sync --file":       append([]string{"sync", "--profile", profile, "--file", list}, server...),
		"import collection": append([]string{"import", "collection", "--name", "Books", list}, server...),
		"import alma":       append([]string{"import", "alma", list}, server...),
		"import zone":       append([]string{"import", "zone", "--zone", "611", list}, server...),
		"import polines":    {"import", "polines", list},
		"import licenses":   {"import", "licenses", "--dry-run", list},
		"export":            {"export", "--collection", collection},
		"rotate-key":        {"rotate-key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if _, err := command(t, "migrate", "--data-dir", dir); err != nil {
				t.Fatal(err)
			}
			if _, err := secret.Open(dir); err != nil { // with the key that rotate-key would rotate
				t.Fatal(err)
			}
			path := filepath.Join(dir, store.FileName)
			behind(t, path, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (29991231000000, 1)`)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			at := 1
			if args[0] == "import" {
				at = 2
			}
			all := append([]string{"autoholdings"}, args[:at]...)
			all = append(append(all, "--data-dir", dir), args[at:]...)
			err := run(ctx, all, strings.NewReader(""), io.Discard, io.Discard)
			if err == nil {
				t.Fatal("it was opened")
			}
			for _, want := range []string{path, "newer version", "29991231000000", "start that version, or restore the backup"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in: %v", want, err)
				}
			}
			if n := behind(t, path, `SELECT (SELECT count(*) FROM settings) + (SELECT count(*) FROM po_lines)`); n != 0 {
				t.Error("something was written")
			}
			behind(t, path, `DELETE FROM goose_db_version WHERE version_id = 29991231000000`)
			if out, err := command(t, "migrate", "--data-dir", dir); err != nil || !strings.Contains(out, "(0 applied)") {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

// behind asks or changes a database behind the program's back.
func behind(t *testing.T, path, query string) (n int) {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil && !errors.Is(err, sql.ErrNoRows) {
		t.Fatal(err)
	}
	return n
}
