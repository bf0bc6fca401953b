package store_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent/migrations"
	"autoholdings/internal/store"
)

const future = "29990101000000_of_the_future.sql"

// known returns the migrations of this version together with more.
func known(t *testing.T, more map[string]string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	names, err := fs.Glob(migrations.SQLite, "sqlite/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(migrations.SQLite, name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(name)] = &fstest.MapFile{Data: text}
	}
	for name, text := range more {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

// raw opens only the database file: foreign keys are off, which is SQLite's default.
func raw(t *testing.T, dir string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(dir, store.FileName))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func exec1(t *testing.T, db *sql.DB, query string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), query); err != nil {
		t.Fatalf("%v: %s", err, query)
	}
}

func texts(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// The indexes of words are tables too, but no data: the store makes them.
const tableNames = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
	AND name NOT LIKE '%\_search' ESCAPE '\' AND name NOT LIKE '%\_search\_%' ESCAPE '\' ORDER BY name`

// contents are all rows of a database, by table, key and column.
type contents map[string]map[string]map[string]any

func read(t *testing.T, db *sql.DB) contents {
	t.Helper()
	all := contents{}
	for _, table := range texts(t, db, tableNames) {
		all[table] = map[string]map[string]any{}
		keys := texts(t, db, "SELECT name FROM pragma_table_info('"+table+"') WHERE pk > 0 ORDER BY pk")
		rows, err := db.QueryContext(t.Context(), "SELECT * FROM `"+table+"`")
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			row, key := map[string]any{}, []string{}
			for i, c := range columns {
				if c != "words" && c != "local_words" { // made from others: TestWordsOfRowsThatWereThere
					row[c] = values[i]
				}
			}
			for _, k := range keys {
				key = append(key, fmt.Sprint(row[k]))
			}
			all[table][strings.Join(key, "/")] = row
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// meant are the values that a migration changes on purpose, by its version, table and column. Each is computed from the
// row before the migration.
var meant = map[string]func(before map[string]any) any{
	"20261127033941 coverage_statements.title_url": func(row map[string]any) any { return emptyIsNull(row["title_url"]) },
	"20261127033941 coverage_statements.notes":     func(row map[string]any) any { return emptyIsNull(row["notes"]) },
	"20261127035500 job_changes.value_kind": func(row map[string]any) any { // the changes with values are of texts
		if row["old_value"] == "" && row["new_value"] == "" {
			return ""
		}
		return "TEXT"
	},
	"20261127040500 portfolios.available": func(row map[string]any) any { // of what is hidden, and whose history is not known
		if row["removed_at"] != nil {
			return int64(1)
		}
		return row["available"]
	},
}

func emptyIsNull(before any) any {
	if before == "" {
		return nil
	}
	return before
}

// lost compares a database before and after a migration: each row, in each column that still exists.
func lost(version string, before, after contents) (problems []string) {
	for table, rows := range before {
		if table == "goose_db_version" {
			continue
		}
		for key, row := range rows {
			now, ok := after[table][key]
			if !ok {
				problems = append(problems, fmt.Sprintf("%s %s is gone", table, key))
				continue
			}
			for column, value := range row {
				if change := meant[version+" "+table+"."+column]; change != nil {
					value = change(row)
				}
				if is, ok := now[column]; ok && !cmp.Equal(is, value) {
					problems = append(problems, fmt.Sprintf("%s %s: %s was %v and is %v", table, key, column, value, is))
				}
			}
		}
	}
	slices.Sort(problems)
	return problems
}

// filled returns the folder of a database that went through every migration with rows in it. The rows in testdata/rows
// are inserted as soon as the migration of their version is applied. A migration that creates a table needs such a
// file.
func filled(t *testing.T) string {
	t.Helper()
	dir, all, until := t.TempDir(), known(t, nil), fstest.MapFS{}
	db := raw(t, dir)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		var before contents
		if len(until) > 0 {
			before = read(t, db)
		}
		until[name] = all[name]
		applied, err := store.Migrate(t.Context(), store.Options{DataDir: dir, Migrations: until})
		if err != nil || !slices.Equal(applied, []string{name}) {
			t.Fatalf("%v: %v", applied, err)
		}
		version, _, _ := strings.Cut(name, "_")
		if problems := lost(version, before, read(t, db)); problems != nil {
			t.Errorf("%s: %s", name, strings.Join(problems, "\n"))
		}
		rows, err := os.ReadFile(filepath.Join("testdata", "rows", version+".sql"))
		if err == nil {
			exec1(t, db, string(rows))
		} else if !os.IsNotExist(err) {
			t.Fatal(err)
		}
		for table, rows := range read(t, db) {
			if len(rows) == 0 {
				t.Errorf("after %s the table %s is empty: write rows of it in testdata/rows/%s.sql", name, table, version)
			}
		}
	}
	if orphans := texts(t, db, `SELECT "table" FROM pragma_foreign_key_check`); orphans != nil {
		t.Fatalf("the rows of testdata refer to nothing: %v", orphans)
	}
	return dir
}

// TestNoMigrationLosesARow: a database that was filled at the first version keeps every row, and every value of the
// columns that remain, through all migrations.
func TestNoMigrationLosesARow(t *testing.T) {
	t.Parallel()
	dir := filled(t)
	db := raw(t, dir)
	before := read(t, db)
	open(t, dir)
	before["settings"]["1"]["id_epoch"] = int64(8) // each opening takes a range of ids
	now := read(t, db)
	before["settings"]["1"]["updated_at"] = now["settings"]["1"]["updated_at"]
	if diff := cmp.Diff(before, now); diff != "" {
		t.Error(diff)
	}
}

// rebuilding is the migration that the generator writes if a column changes, for all tables at once.
func rebuilding(t *testing.T, db *sql.DB, where string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("-- +goose Up\n-- disable the enforcement of foreign-keys constraints\nPRAGMA foreign_keys = off;\n")
	for _, table := range texts(t, db, tableNames) {
		if table == "goose_db_version" {
			continue
		}
		create := texts(t, db, "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = '"+table+"'")[0]
		columns := "`" + strings.Join(texts(t, db, "SELECT name FROM pragma_table_info('"+table+"')"), "`, `") + "`"
		made := regexp.MustCompile("^CREATE TABLE [`\"]"+table+"[`\"]").ReplaceAllString(create, "CREATE TABLE `new_"+table+"`")
		if made == create {
			t.Fatal(create)
		}
		fmt.Fprintf(&b, "-- create \"new_%s\" table\n%s;\n", table, made)
		fmt.Fprintf(&b, "INSERT INTO `new_%[1]s` (%[2]s) SELECT %[2]s FROM `%[1]s` %[3]s;\n", table, columns, where)
		fmt.Fprintf(&b, "DROP TABLE `%[1]s`;\nALTER TABLE `new_%[1]s` RENAME TO `%[1]s`;\n", table)
		for _, index := range texts(t, db, "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = '"+table+"'") {
			b.WriteString(index + ";\n")
		}
	}
	b.WriteString("-- enable back the enforcement of foreign-keys constraints\nPRAGMA foreign_keys = on;\n\n-- +goose Down\nSELECT 1;\n")
	return b.String()
}

// schema returns the definitions of a database's tables and indexes.
func schema(t *testing.T, db *sql.DB) []string {
	t.Helper()
	return texts(t, db, "SELECT replace(sql, '\"', '`') FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name")
}

// TestRebuildingMigration: every table is dropped and created again while rows refer to it, and no row of any table is
// lost. Afterwards, references are enforced again.
func TestRebuildingMigration(t *testing.T) {
	t.Parallel()
	dir := filled(t)
	db := raw(t, dir)
	before, shape := read(t, db), schema(t, db)
	o := store.Options{DataDir: dir, Migrations: known(t, map[string]string{future: rebuilding(t, db, "")})}
	if applied, err := store.Migrate(t.Context(), o); err != nil || !slices.Equal(applied, []string{future}) {
		t.Fatalf("%v: %v", applied, err)
	}
	after := read(t, db)
	if problems := lost("", before, after); problems != nil {
		t.Errorf("lost: %s", strings.Join(problems, "\n"))
	}
	for table, rows := range before {
		if table != "goose_db_version" && len(rows) != len(after[table]) {
			t.Errorf("%s: %d rows before, %d after", table, len(rows), len(after[table]))
		}
	}
	if diff := cmp.Diff(shape, schema(t, db)); diff != "" {
		t.Error(diff)
	}
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	err = s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, `INSERT INTO profile_groups (profile_id, inventory_group_id) VALUES (4711, 11)`)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "FOREIGN KEY") {
		t.Errorf("a row that refers to nothing was written: %v", err)
	}
}

// TestRefusedMigrations: a refused migration leaves every row, the schema and the version unchanged, and also undoes
// the other migrations of the same start. The message says where, which, why and what to do.
func TestRefusedMigrations(t *testing.T) {
	t.Parallel()
	model := raw(t, filled(t))
	for name, c := range map[string]struct {
		up, damage string // damage is done before
		want       []string
	}{
		"orphans": {
			up: "PRAGMA foreign_keys = off;\nDELETE FROM job_parts WHERE id = 121;\nPRAGMA foreign_keys = on;",
			want: []string{
				future, "2 of job_changes to job_parts", "1 of job_findings to job_parts", "unchanged", "keep using the previous version",
			},
		},
		"rows forgotten in a rebuilding": {
			up:   rebuilding(t, model, "WHERE rowid <> 71"),
			want: []string{future, "2 of entitlements to portfolios", "1 of job_changes to portfolios", "2 of po_lines to portfolios", "unchanged"},
		},
		"a table that others refer to": {
			up:   "PRAGMA foreign_keys = off;\nDROP TABLE licenses;",
			want: []string{future, "1 of collections to licenses", "1 of portfolios to licenses"},
		},
		"half of it fails": {
			up:   "UPDATE portfolios SET notes = 'lost';\nINSERT INTO settings (id, created_at, updated_at) VALUES (1, 1, 1);",
			want: []string{future, "UNIQUE constraint failed: settings.id", "no migration was applied", "keep using the previous version"},
		},
		"no SQL": {up: "SELEC 1;", want: []string{future, "syntax error", "unchanged"}},
		"orphans that were there before": {
			damage: "DELETE FROM profiles WHERE id = 91", up: "SELECT 1;",
			want: []string{future, "There were such rows before the migration too", "1 of entitlements to profiles", "restore a backup"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filled(t)
			db := raw(t, dir)
			if c.damage != "" {
				exec1(t, db, c.damage)
			}
			before, shape := read(t, db), schema(t, db)
			more := map[string]string{
				"29980101000000_goes_well.sql": "-- +goose Up\nCREATE TABLE made (id integer);\nUPDATE portfolios SET notes = 'changed';\n",
				future:                         "-- +goose Up\n" + c.up + "\n",
			}
			_, err := store.Open(t.Context(), store.Options{DataDir: dir, Migrations: known(t, more)})
			if err == nil {
				t.Fatal("it was applied")
			}
			for _, want := range append(c.want, filepath.Join(dir, store.FileName)) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in: %v", want, err)
				}
			}
			if diff := cmp.Diff(before, read(t, db)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(shape, schema(t, db)); diff != "" {
				t.Error(diff)
			}
			open(t, dir) // with the version before
		})
	}
}

// TestUnknownMigrations: an older version does not open a database of a newer version, and changes nothing in it.
func TestUnknownMigrations(t *testing.T) {
	t.Parallel()
	names := slices.Sorted(maps.Keys(known(t, nil)))
	newest, _, _ := strings.Cut(names[len(names)-1], "_")
	middle, _, _ := strings.Cut(names[1], "_")
	for name, c := range map[string]struct {
		do   string
		want []string
	}{
		"newer": {
			"INSERT INTO goose_db_version (version_id, is_applied) VALUES (29991231000000, 1)",
			[]string{"newer version of autoholdings", "29991231000000", newest, "start that version, or restore the backup"},
		},
		"newer, from between": {
			"INSERT INTO goose_db_version (version_id, is_applied) VALUES (20261123999999, 1)",
			[]string{"20261123999999", newest, "restore the backup"},
		},
		"left out":        {"DELETE FROM goose_db_version WHERE version_id = " + middle, []string{names[1], newest, "restore a backup"}},
		"another program": {"DROP TABLE goose_db_version", []string{"another program", "such as", "another data directory"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filled(t)
			db := raw(t, dir)
			exec1(t, db, c.do)
			before := read(t, db)
			_, opened := store.Open(t.Context(), store.Options{DataDir: dir})
			_, migrated := store.Migrate(t.Context(), store.Options{DataDir: dir})
			for _, err := range []error{opened, migrated} {
				if err == nil {
					t.Fatal("it was opened")
				}
				for _, want := range append(c.want, filepath.Join(dir, store.FileName)) {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("%q is not in: %v", want, err)
					}
				}
			}
			if diff := cmp.Diff(before, read(t, db)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// withMode opens each database in another mode, such as read-only.
type withMode struct {
	driver.Driver
	mode string
}

func (w withMode) Open(dsn string) (driver.Conn, error) {
	return w.Driver.Open(dsn + "&mode=" + w.mode)
}

// TestFilesThatCannotBeUsed: the error is not that of a failed migration. It names the path, what is wrong and what to
// do.
func TestFilesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	readOnly := func(d driver.Driver) driver.Driver { return withMode{d, "ro"} }
	write := func(text string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		prepare func(t *testing.T, path string)
		wrap    func(driver.Driver) driver.Driver
		want    []string
	}{
		"no database": {
			write(strings.Repeat("a letter to the library\n", 100)), nil, []string{"file is not a database", "another data directory"},
		},
		"a folder": {func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, nil, []string{"unable to open database file", "check that it is a file"}},
		"damaged": {func(t *testing.T, path string) {
			open(t, filepath.Dir(path)).Close()
			file, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = file.Close() }()
			if _, err := file.WriteAt([]byte(strings.Repeat("x", 2000)), 100); err != nil {
				t.Fatal(err)
			}
		}, nil, []string{"malformed", "restore the backup"}},
		"read-only, up to date": {
			func(t *testing.T, path string) { open(t, filepath.Dir(path)) }, readOnly, []string{"readonly", "owns it", "mounted read-only"},
		},
		"read-only, behind": {func(t *testing.T, path string) {
			first := "20261123201628_initial.sql"
			o := store.Options{DataDir: filepath.Dir(path), Migrations: fstest.MapFS{first: known(t, nil)[first]}}
			if _, err := store.Migrate(t.Context(), o); err != nil {
				t.Fatal(err)
			}
			_ = raw(t, filepath.Dir(path)).QueryRow("SELECT 1 FROM jobs") // its log is left open
		}, readOnly, []string{"readonly", "owns it", "mounted read-only"}},
		"not there, read-only": {func(*testing.T, string) {}, readOnly, []string{"unable to open database file", "check that it is a file"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, store.FileName)
			c.prepare(t, path)
			refuses(t, store.Options{DataDir: dir, Wrap: c.wrap}, append(c.want, path))
		})
	}
}

// refuses checks that a database is not opened, and what the error says.
func refuses(t *testing.T, o store.Options, wants []string) {
	t.Helper()
	s, err := store.Open(t.Context(), o)
	if err == nil {
		t.Fatal(s.Close(), "it was opened")
	}
	for _, want := range wants {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "migration") {
		t.Errorf("no migration is to blame: %v", err)
	}
}

// TestFaultyMigrationFiles: they are refused before anything is opened.
func TestFaultyMigrationFiles(t *testing.T) {
	t.Parallel()
	for want, files := range map[string]map[string]string{
		"no migrations":            {},
		"begin with a version":     {"first.sql": "-- +goose Up\n"},
		"no line":                  {"1_first.sql": "SELECT 1;"},
		"no transaction":           {"1_first.sql": "-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;"},
		"it says COMMIT":           {"1_first.sql": "-- +goose Up\nSELECT 1;\n commit;"},
		"have the same version":    {"1_first.sql": "-- +goose Up\n", "1_second.sql": "-- +goose Up\n"},
		"name does not begin with": {"0_first.sql": "-- +goose Up\n"},
	} {
		all := fstest.MapFS{}
		for name, text := range files {
			all[name] = &fstest.MapFile{Data: []byte(text)}
		}
		dir := t.TempDir()
		_, err := store.Migrate(t.Context(), store.Options{DataDir: dir, Migrations: all})
		if err == nil || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(want)) {
			t.Errorf("%q: %v", want, err)
		}
		if _, err := os.Stat(filepath.Join(dir, store.FileName)); err == nil {
			t.Error("a database was made")
		}
	}
}

// TestManyStarts: many starts at once, in this process and in others, all open the database, and each migration is
// applied once.
func TestManyStarts(t *testing.T) {
	t.Parallel()
	dir := filled(t)
	db := raw(t, dir)
	before := read(t, db)
	exec1(t, db, "CREATE TABLE `applied` (`id` integer PRIMARY KEY)")
	more := map[string]string{
		"29980101000000_counted.sql": "-- +goose Up\nINSERT INTO applied DEFAULT VALUES;\n",
		future:                       rebuilding(t, db, ""),
	}
	files := t.TempDir()
	if err := os.CopyFS(files, known(t, more)); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	var mu sync.Mutex
	applied := 0
	for i := range 12 {
		group.Go(func() {
			var said string
			if i%2 == 0 {
				names, err := store.Migrate(context.Background(), store.Options{DataDir: dir, Migrations: os.DirFS(files)})
				if err != nil {
					t.Error(err)
				}
				said = strings.Join(names, "\n")
			} else {
				c := exec.CommandContext(context.Background(), os.Args[0], "-test.run=^TestStartOfAnotherProcess$", "-test.v")
				c.Env = append(os.Environ(), "STORE_TEST_DIR="+dir, "STORE_TEST_MIGRATIONS="+files)
				out, err := c.CombinedOutput()
				if err != nil {
					t.Errorf("%v: %s", err, out)
				}
				said = string(out)
			}
			mu.Lock()
			defer mu.Unlock()
			applied += strings.Count(said, future)
		})
	}
	group.Wait()
	if n := texts(t, db, "SELECT count(*) FROM applied"); applied != 1 || n[0] != "1" {
		t.Errorf("%d applied the migrations, %s times", applied, n[0])
	}
	if problems := lost("", before, read(t, db)); problems != nil {
		t.Error(problems)
	}
}

// TestStartOfAnotherProcess is run by TestManyStarts in other processes.
func TestStartOfAnotherProcess(t *testing.T) {
	dir := os.Getenv("STORE_TEST_DIR")
	if dir == "" {
		t.Skip("it is of TestManyStarts")
	}
	names, err := store.Migrate(t.Context(), store.Options{DataDir: dir, Migrations: os.DirFS(os.Getenv("STORE_TEST_MIGRATIONS"))})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(names)
}

// TestManyFirstStarts: many first starts at once create one database.
func TestManyFirstStarts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var group sync.WaitGroup
	for range 12 {
		group.Go(func() {
			s, err := store.Open(context.Background(), store.Options{DataDir: dir})
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := texts(t, raw(t, dir), "SELECT count(*) FROM goose_db_version"); n[0] != strconv.Itoa(len(known(t, nil))+1) {
		t.Errorf("%s versions", n[0])
	}
}

// TestLockedDatabase: a start waits while another process has locked the database, until it is told to stop.
func TestLockedDatabase(t *testing.T) {
	t.Parallel()
	dir := filled(t)
	db := raw(t, dir)
	c, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := c.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second/10)
	defer cancel()
	o := store.Options{DataDir: dir, Migrations: known(t, map[string]string{future: "-- +goose Up\nSELECT 1;\n"})}
	if _, err := store.Migrate(ctx, o); err == nil || !strings.Contains(err.Error(), filepath.Join(dir, store.FileName)) {
		t.Error(err)
	}
	if _, err := c.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Migrate(t.Context(), o); err != nil {
		t.Error(err)
	}
}
