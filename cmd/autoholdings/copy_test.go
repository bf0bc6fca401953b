package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"
	"github.com/google/go-cmp/cmp"

	entmigrate "autoholdings/ent/migrate"
	"autoholdings/internal/keptfiles"
	"autoholdings/internal/redistest"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/provider"
)

// hardTexts are hard to copy.
var hardTexts = []string{
	"Ännalen\tder \"Physik\", 中文 \U0001F4DA", `a\b \N \. '' ; --`, "two\nlines\r\n\x01\x7f", "",
	strings.Repeat("long ", 5000),
}

// fill makes rows in each table of a database, five that differ in everything, whose references exist.
func fill(t *testing.T, dir string) {
	t.Helper()
	if _, err := command(t, "migrate", "--data-dir", dir); err != nil {
		t.Fatal(err)
	}
	db := openSQLite(t, dir, "_fk=0")
	for _, table := range entmigrate.Tables {
		rows := len(hardTexts)
		if table.Name == "settings" { // it has one row
			rows = 1
		}
		for i := range rows {
			fillRow(t, db, table, i)
		}
	}
	if found := ask[string](t, db, `SELECT COALESCE(MAX("table" || ' to ' || parent), '') FROM pragma_foreign_key_check`); found != "" {
		t.Fatalf("rows of %s refer to what is not there", found)
	}
}

func fillRow(t testing.TB, db *sql.DB, table *schema.Table, i int) {
	t.Helper()
	var names, places []string
	var values []any
	for n, c := range table.Columns {
		names, places = append(names, `"`+c.Name+`"`), append(places, "?")
		values = append(values, hardValue(table, c, n, i))
	}
	_, err := db.ExecContext(t.Context(),
		`INSERT INTO "`+table.Name+`" (`+strings.Join(names, ", ")+`) VALUES (`+strings.Join(places, ", ")+`)`, values...)
	if err != nil {
		t.Fatalf("%s: %v", table.Name, err)
	}
}

func hardValue(table *schema.Table, c *schema.Column, n, i int) any {
	switch c.Name {
	case "id_epoch":
		return 7
	case "api_key_sealed", "seal_check":
		return []byte{0, 1, 0xff, byte(i), '\\', '\n'}
	}
	for _, k := range table.ForeignKeys {
		if k.Columns[0] == c && k.RefTable == table {
			return i + 1&(4-i) + 1 // some refer to later rows, some to earlier ones
		}
		if k.Columns[0] == c {
			return i + 1
		}
	}
	if c.Nullable && (n+i)%2 == 0 {
		return nil
	}
	if isJSON(c) {
		return []byte([]string{
			`{"b": [1, 2.50, 1e2], "a": {"z": null, "y": "<ä> \u00e4 \"q\""}}`, `[]`, `{}`, `null`,
			`{"deep": [[[{"x": [true, false]}]]], "n": 9007199254740993}`,
		}[i])
	}
	switch c.Type {
	case field.TypeBool:
		return i%2 == 0
	case field.TypeInt, field.TypeInt64:
		if c.Name == "id" {
			return i + 1
		}
		return []int64{-1 << 63, 1<<63 - 1, 0, -1, 1795_000_000_123}[i] // some of them are no number that a float64 has
	case field.TypeBytes:
		return [][]byte{{}, {0}, []byte("\\x00"), {0xff, 0xfe}, bytes.Repeat([]byte{0, 1, 2}, 1000)}[i]
	}
	text := hardTexts[i]
	for _, index := range append(table.Indexes, &schema.Index{Unique: c.Unique, Columns: []*schema.Column{c}}) {
		if index.Unique && len(index.Columns) == 1 && index.Columns[0] == c {
			text = fmt.Sprintf("%d%.100s", i, text)
		}
	}
	return text
}

// isJSON says whether a column is JSON, also one that the program reads as bytes.
func isJSON(c *schema.Column) bool {
	return c.Type == field.TypeJSON || c.SchemaType["postgres"] == "jsonb"
}

func openSQLite(t testing.TB, dir, mode string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, store.FileName)+"?"+mode)
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func ask[T any](t testing.TB, db *sql.DB, query string, args ...any) (answer T) {
	t.Helper()
	if err := db.QueryRowContext(context.Background(), query, args...).Scan(&answer); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return answer
}

// all reads a table as hardTexts, behind the program's back.
func all(t testing.TB, db *sql.DB, table *schema.Table) (rows []map[string]any) {
	t.Helper()
	order := table.PrimaryKey[0].Name
	if len(table.PrimaryKey) > 1 {
		order += ", " + table.PrimaryKey[1].Name
	}
	result, err := db.QueryContext(t.Context(), `SELECT * FROM `+table.Name+` ORDER BY `+order)
	must(t, err)
	defer result.Close()
	names, err := result.Columns()
	must(t, err)
	for result.Next() {
		values, places := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			places[i] = &values[i]
		}
		must(t, result.Scan(places...))
		row := map[string]any{}
		for i, name := range names {
			row[name] = values[i]
			for _, c := range table.Columns {
				if c.Name == name {
					row[name] = plain(t, c, values[i])
				}
			}
		}
		rows = append(rows, row)
	}
	must(t, result.Err())
	return rows
}

// plain is a value of either database.
func plain(t testing.TB, c *schema.Column, value any) any {
	t.Helper()
	switch {
	case value == nil:
		return nil
	case isJSON(c):
		var v any
		if err := json.Unmarshal([]byte(fmt.Sprintf("%s", value)), &v); err != nil {
			t.Fatal(err)
		}
		return v
	case c.Type == field.TypeBool:
		return value == true || value == int64(1)
	case c.Type == field.TypeString:
		return fmt.Sprintf("%s", value)
	}
	return value
}

// keep puts a file where kept ones are, and returns its name.
func keep(t testing.TB, dir string, content []byte) string {
	t.Helper()
	s, err := provider.OpenStore(filepath.Join(dir, "files"), nil)
	must(t, err)
	defer s.Close()
	f, err := s.Keep(t.Context(), bytes.NewReader(content), "list.txt", 0)
	must(t, err)
	return f.Path
}

// aList is a list whose packed form is longer than one chunk, or not.
func aList(lines int) []byte {
	list := []byte("publication_title\ttitle_id\taccess_type\n")
	for i := range lines {
		digest := sha256.Sum256([]byte(fmt.Sprint(i)))
		list = fmt.Appendf(list, "Title %s\tt%d\tP\n", hex.EncodeToString(digest[:]), i)
	}
	return list
}

// TestCopyOfEverything copies rows of each table that there is, with all that is hard to copy, and files of several
// chunks. What arrives is compared by other means than the program's.
func TestCopyOfEverything(t *testing.T) {
	t.Parallel()
	to, dir := newPostgres(t), t.TempDir()
	fill(t, dir)
	long, short := aList(60_000), aList(3)
	names := map[string][]byte{keep(t, dir, long): long, keep(t, dir, short): short}

	out, err := command(t, "copy", "--data-dir", dir, "--to", to)
	must(t, err)
	from, target := openSQLite(t, dir, "mode=ro"), openPostgres(t, to)
	for _, table := range entmigrate.Tables {
		want, got := all(t, from, table), all(t, target, table)
		switch table.Name {
		case "settings":
			want[0]["id_epoch"] = int64(8) // the copy has taken a range of ids for the files
		case "kept_files", "kept_file_chunks": // to which the folder's come
			if len(got) <= len(want) {
				t.Errorf("%d rows of %s", len(got), table.Name)
			}
			got = got[:len(want)]
		}
		if len(want) == 0 {
			t.Errorf("the test has no row of %s", table.Name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", table.Name, diff)
		}
		if !strings.Contains(out, "\n"+table.Name+" ") {
			t.Errorf("%s is not named in\n%s", table.Name, out)
		}
	}
	for _, want := range []string{"2 provider files", "DATABASE_URL", "REDIS_URL", "AUTOHOLDINGS_SEALING_KEY", "No sealing key is known"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}

	again, err := command(t, "copy", "--data-dir", dir, "--to", to)
	if err != nil || !strings.Contains(again, "copied before") {
		t.Errorf("a second time: %v\n%s", err, again)
	}
	if chunks := ask[int](t, target, `SELECT count(*) FROM kept_file_chunks WHERE kept_file_id >= 1::bigint << 36`); chunks < 3 {
		t.Errorf("the files are in %d chunks", chunks)
	}
	checkFiles(t, to, names)
}

// checkFiles reads kept files as the program does.
func checkFiles(t testing.TB, databaseURL string, names map[string][]byte) {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{URL: databaseURL})
	must(t, err)
	defer db.Close()
	keeper, err := keptfiles.Open(t.Context(), db)
	must(t, err)
	files, err := provider.OpenStore(t.TempDir(), keeper)
	must(t, err)
	defer files.Close()
	for name, content := range names {
		list, err := files.Open(t.Context(), name)
		must(t, err)
		got, err := io.ReadAll(list)
		if err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s: %v, %d bytes of %d", name, err, len(got), len(content))
		}
		if kept, err := keeper.Find(t.Context(), name); err != nil || kept.Size != int64(len(content)) {
			t.Errorf("%+v, %v", kept, err)
		}
	}
}

// TestCopyAndGoOn: what a server has made on SQLite goes on in PostgreSQL with the same sealing key: ids, jobs, files
// and API keys. Once it does, it is no copy any more, and is never overwritten.
func TestCopyAndGoOn(t *testing.T) {
	t.Parallel()
	to := newPostgres(t)
	i := newSealed(t)
	first := i.serve()
	if job := first.wait(first.start(i.id)); job.State != "SUCCEEDED" {
		t.Fatalf("%s: %s", job.State, job.Summary)
	}
	before := first.holdingsText()
	first.stop()
	out, err := command(t, "copy", "--data-dir", i.dir, "--to", to)
	if err != nil || !strings.Contains(out, "opens what is sealed (1 API key)") {
		t.Fatalf("%v\n%s", err, out)
	}
	target := openPostgres(t, to)
	last := ask[int64](t, target, `SELECT max(id) FROM portfolios`)

	key := strings.TrimSpace(strings.Split(i.read(secret.KeyFileName), "\n")[1])
	on := []string{"--database-url", to, "--redis-url", redistest.New(t, redistest.Options{}).URL(), "--sealing-key", key}
	s := serve(t, append([]string{"--data-dir", t.TempDir(), "--oup-url", i.mock.URL, "--oup-allow-insecure"}, on...)...)
	if diff := cmp.Diff(before, s.holdingsText()); diff != "" {
		t.Errorf("the holdings (-SQLite +PostgreSQL):\n%s", diff)
	}
	job := s.wait(s.start(i.id))
	if job.State != "SUCCEEDED" || *job.Verdict != "NO_CHANGE" {
		t.Errorf("%s: %s", job.State, job.Summary)
	}
	must(t, i.mock.Step(1))
	if job := s.wait(s.start(i.id)); job.State != "SUCCEEDED" || *job.Verdict != "CHANGED" {
		t.Errorf("%s: %s", job.State, job.Summary)
	}
	if made := ask[int64](t, target, `SELECT min(id) FROM portfolios WHERE id > $1`, last); made>>36 <= last>>36+1 {
		t.Errorf("the id %d is of a range that SQLite or the copy had, as %d", made, last)
	}
	_, err = command(t, "copy", "--data-dir", i.dir, "--to", to)
	if err == nil || !strings.Contains(err.Error(), "in use by a running autoholdings (autoholdings, process ") {
		t.Errorf("while it is in use: %v", err)
	}
	s.stop()
	rows := ask[int](t, target, `SELECT count(*) FROM job_changes`)
	_, err = command(t, "copy", "--data-dir", i.dir, "--to", to)
	if err == nil || !strings.Contains(err.Error(), "it has data that is not this copy") {
		t.Errorf("onto a database in use: %v", err)
	}
	if now := ask[int](t, target, `SELECT count(*) FROM job_changes`); now != rows {
		t.Errorf("it had %d rows and has %d", rows, now)
	}
}

// TestCopyInterrupted: a copy that is killed, told to stop or loses its connection leaves nothing, at whatever moment,
// and the next one is complete.
func TestCopyInterrupted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fill(t, dir)
	keep(t, dir, aList(60_000))
	for _, sent := range []int64{100, 150_000, 400_000, 3_000_000} {
		for _, how := range []string{"killed", "stopped", "connection lost"} {
			t.Run(fmt.Sprintf("%s after %d bytes", how, sent), func(t *testing.T) {
				to := newPostgres(t)
				err := interrupt(t, dir, to, sent, how)
				if err == nil || how == "stopped" && exitCode(err, io.Discard) == 0 {
					t.Fatalf("it was not interrupted: %v", err)
				}
				if how != "killed" && (!strings.Contains(err.Error(), "Nothing was copied: run the command again") && sent > 10_000 ||
					strings.Contains(err.Error(), "its-password")) {
					t.Errorf("it says %v", err)
				}
				out, err := command(t, "copy", "--data-dir", dir, "--to", to)
				if err != nil || !strings.Contains(out, "Copied and compared") {
					t.Errorf("%v\n%s", err, out)
				}
			})
		}
	}
}

// interrupt copies, and is interrupted when so many bytes have been sent.
func interrupt(t testing.TB, dir, to string, sent int64, how string) error {
	t.Helper()
	u, err := url.Parse(to)
	must(t, err)
	u.User = url.UserPassword(u.User.Username(), "its-password")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	if how == "killed" {
		reached := make(chan struct{})
		way := hinder(t, u.String(), sent, false, func() { close(reached) })
		cmd := exec.CommandContext(ctx, os.Args[0], "copy", "--data-dir", dir, "--to", way.url)
		cmd.Env = append(os.Environ(), "AUTOHOLDINGS_TEST_PROGRAM=1")
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &said
		must(t, cmd.Start())
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case <-reached:
			must(t, cmd.Process.Kill())
			return <-ended
		case err := <-ended:
			t.Fatalf("it ended before it was killed: %v\n%s", err, &said)
		}
	}
	way := hinder(t, u.String(), sent, how == "connection lost", func() {
		if how == "stopped" {
			stop()
		}
	})
	return run(ctx, []string{"autoholdings", "copy", "--data-dir", dir, "--to", way.url}, strings.NewReader(""), io.Discard, io.Discard)
}

// TestCopyRefused: what cannot be copied is said before anything is written, with what to do, and never with a password.
func TestCopyRefused(t *testing.T) {
	t.Parallel()
	i := newSealed(t)
	to := newPostgres(t)
	u, err := url.Parse(to)
	must(t, err)
	u.User = url.UserPassword(u.User.Username(), "its-password")
	to = u.String()
	target := openPostgres(t, to)
	refused := func(want string, args ...string) {
		t.Helper()
		var out, log bytes.Buffer
		all := append([]string{"autoholdings", "copy", "--log-level", "debug", "--data-dir", i.dir, "--to", to}, args...)
		err := run(t.Context(), all, strings.NewReader(""), &out, &log)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", args, err, want)
		}
		for _, secret := range []string{"its-password", "other-password"} {
			if strings.Contains(fmt.Sprint(err, out.String(), log.String()), secret) {
				t.Errorf("%v shows the password: %v", args, err)
			}
		}
		if n := ask[int](t, target, `SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename = 'settings'`); n > 0 {
			if ask[int](t, target, `SELECT count(*) FROM settings`) > 0 {
				t.Errorf("%v: something was written", args)
			}
		}
	}
	none := filepath.Join(t.TempDir(), "none")
	refused("there is no database in "+none, "--data-dir", none)
	if _, err := os.Stat(none); !os.IsNotExist(err) {
		t.Errorf("a folder was made: %v", err)
	}
	refused("name the PostgreSQL to copy to", "--to", "")
	refused("only a PostgreSQL is", "--to", "mysql://u:other-password@127.0.0.1/db")
	refused("(not a URL)", "--to", "host=127.0.0.1 password=other-password")
	refused("127.0.0.1:1", "--to", "postgres://u:other-password@127.0.0.1:1/db?sslpassword=other-password")
	refused("the sealing key does not open", "--sealing-key", secret.GenerateKey(), "--data-dir", copyOf(t, i.dir, secret.KeyFileName))

	running := i.serve()
	refused("in use by a running autoholdings: stop it")
	running.stop()

	db := openSQLite(t, i.dir, "_txlock=immediate&_busy_timeout=10000")
	tx, err := db.Begin()
	must(t, err)
	refused("another process is using it")
	must(t, tx.Rollback())

	i.write(secret.StagedFileName, secret.GenerateKey()+"\n")
	refused("rotate-key")
	must(t, os.Remove(filepath.Join(i.dir, secret.StagedFileName)))

	name := ask[string](t, db, `SELECT name FROM collections`)
	change(t, db, `UPDATE collections SET name = CAST(? AS TEXT)`, "Br\x00ain")
	refused("table collections, column name of the row with id ")
	change(t, db, `UPDATE collections SET name = ?`, name)

	file := keep(t, i.dir, aList(5))
	path := filepath.Join(i.dir, "files", file)
	good, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(path, append([]byte{}, good[:len(good)-9]...), 0o600))
	refused("provider file " + file + " cannot be read")
	must(t, os.WriteFile(path, good, 0o600))

	change(t, target, `DROP SCHEMA public CASCADE`)
	change(t, target, `CREATE SCHEMA public`)
	change(t, target, `CREATE TABLE somebody (id INT)`)
	refused("it has tables of another program, such as somebody")
	change(t, target, `DROP TABLE somebody`)
	_, err = command(t, "migrate", "--database-url", to)
	must(t, err)
	change(t, target, `INSERT INTO collection_sets (id, created_at, updated_at, name) VALUES (1, 2, 3, 'Somebody')`)
	refused("it has data that is not this copy")
	if n := ask[int](t, target, `SELECT (SELECT count(*) FROM collection_sets) * 10 + (SELECT count(*) FROM collections)`); n != 10 {
		t.Errorf("what was there was changed: %d", n)
	}
	change(t, target, `DELETE FROM collection_sets`)
	out, err := command(t, "copy", "--data-dir", i.dir, "--to", to)
	if err != nil || strings.Contains(out, "its-password") {
		t.Errorf("in the end: %v\n%s", err, out)
	}
}

func change(t testing.TB, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// copyOf copies a data directory without one of its files.
func copyOf(t testing.TB, dir, without string) string {
	t.Helper()
	to := t.TempDir()
	must(t, os.CopyFS(to, os.DirFS(dir)))
	must(t, os.Remove(filepath.Join(to, without)))
	return to
}

// TestCopyKeepsTheSource: the copy leaves the original as it was.
func TestCopyKeepsTheSource(t *testing.T) {
	t.Parallel()
	i := newSealed(t)
	db := openSQLite(t, i.dir, "mode=ro")
	before := map[string]any{}
	for _, table := range entmigrate.Tables {
		before[table.Name] = all(t, db, table)
	}
	files := i.keyFiles()
	_, err := command(t, "copy", "--data-dir", i.dir, "--to", newPostgres(t))
	must(t, err)
	for _, table := range entmigrate.Tables {
		if diff := cmp.Diff(before[table.Name], any(all(t, db, table))); diff != "" {
			t.Errorf("%s:\n%s", table.Name, diff)
		}
	}
	if !reflect.DeepEqual(files, i.keyFiles()) {
		t.Errorf("the keys were %v and are %v", files, i.keyFiles())
	}
	i.works()
}
