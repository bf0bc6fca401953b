package store

import (
	"database/sql"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEveryTableIsCopied: the tables to copy, with their columns, are those of a database, each behind those that it
// refers to.
func TestEveryTableIsCopied(t *testing.T) {
	t.Parallel()
	o := Options{DataDir: t.TempDir()}
	if _, err := Migrate(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", filepath.Join(o.DataDir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	there, err := column[string](t.Context(), db, `SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name <> 'goose_db_version' AND m.name NOT LIKE '%\_search%' ESCAPE '\'`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := copiedTables()
	if err != nil {
		t.Fatal(err)
	}
	var copied []string
	done := map[string]bool{}
	for _, table := range tables {
		for _, name := range table.names() {
			copied = append(copied, table.Name+"."+name)
		}
		for _, key := range table.ForeignKeys {
			if key.RefTable.Name != table.Name && !done[key.RefTable.Name] {
				t.Errorf("%s is copied before %s", table.Name, key.RefTable.Name)
			}
		}
		done[table.Name] = true
	}
	slices.Sort(there)
	slices.Sort(copied)
	if diff := cmp.Diff(there, copied); diff != "" {
		t.Errorf("(-database +copied):\n%s", diff)
	}
}

// TestCanonicalJSON: what means the same is written in the same way, as PostgreSQL writes it or not.
func TestCanonicalJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"b":1,"a":[ 1.50,1e2, -0 ]}`:    `{"a":[1.5,100,0],"b":1}`,
		`{"a": [1.50, 100, 0], "b": 1}`:   `{"a":[1.5,100,0],"b":1}`,
		`9007199254740993`:                `9007199254740993`,
		` null `:                          `null`,
		`"<\u00e4>"`:                      `"<ä>"`,
		`{"x":{"z":true,"y":[[]]},"a":0}`: `{"a":0,"x":{"y":[[]],"z":true}}`,
	} {
		if got, err := canonicalJSON(text); err != nil || got != want {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	for _, text := range []string{``, `{`, `1 2`} {
		if _, err := canonicalJSON(text); err == nil {
			t.Errorf("%q is taken for JSON", text)
		}
	}
}

// TestContentsDiffer: rows that differ in whatever have another hash.
func TestContentsDiffer(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for i, rows := range [][][]any{
		{},
		{{nil}},
		{{int64(0)}},
		{{false}},
		{{true}},
		{{""}},
		{{[]byte{}}},
		{{"n"}},
		{{"a", "b"}},
		{{"ab", ""}},
		{{"a"}, {"b"}},
		{{"b"}, {"a"}},
		{{[]byte("ab"), ""}},
		{{int64(1)}},
		{{int64(-1)}},
		{{"a", nil}},
		{{nil, "a"}},
	} {
		c := newContents()
		for _, row := range rows {
			c.add(row)
		}
		if other, ok := seen[c.sum()]; ok {
			t.Errorf("%d looks like %d", i, other)
		}
		seen[c.sum()] = i
	}
}

// TestRedact: no password is shown, wherever it stands in a URL.
func TestRedact(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"postgres://u:p@h:1/d?sslmode=disable":      "postgres://u:xxxxx@h:1/d?sslmode=disable",
		"postgres://u@h/d?password=p&sslpassword=p": "postgres://u@h/d?password=xxxxx&sslpassword=xxxxx",
		"host=h user=u password=p":                  "(not a URL)",
		"postgres://u:p@h:port/d":                   "(not a URL)",
		"mysql://u:p@h/d":                           "mysql://u:xxxxx@h/d",
	} {
		if got := redact(given); got != want {
			t.Errorf("%s: %s", given, got)
		}
	}
}
