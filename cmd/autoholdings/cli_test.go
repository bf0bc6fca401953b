package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"autoholdings/ent/migrations"
	"autoholdings/holdings/plan"
	"autoholdings/internal/realfiles"
	"autoholdings/mockoup"
)

// command runs a command line and returns what it printed.
func command(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), append([]string{"autoholdings"}, args...), strings.NewReader(""), &out, io.Discard)
	return out.String(), err
}

// TestDiffCommand: the real series' second step, from two files alone, in each format.
func TestDiffCommand(t *testing.T) {
	t.Parallel()
	dir := realfiles.Dir(t, "oup-series")
	before := filepath.Join(dir, "oxford_Switzerland_NationalLicences_2016-05-26.txt")
	after := filepath.Join(dir, "oxford_Switzerland_NationalLicences_2016-07-08.txt")

	text, err := command(t, "diff", "--format", "json", before, after)
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Counts  plan.Counts
		Changes []plan.Change
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		t.Fatal(err)
	}
	if c := answer.Counts; c.Updated != 48 || c.Unchanged != 182 || c.Titles != 230 || len(c.Fields) != 4 ||
		c.Fields[0] != (plan.FieldCount{Name: "publisher_name", Titles: 33}) {
		t.Errorf("%+v", c)
	}
	if !strings.HasPrefix(strings.TrimLeft(text, "{\n "), `"counts"`) {
		t.Errorf("JSON begins with %.40q", text)
	}
	if len(answer.Changes) != 33+31+1+1 {
		t.Errorf("%d changes", len(answer.Changes))
	}

	text, err = command(t, "diff", "--format", "tsv", before, after)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) != 1+len(answer.Changes) {
		t.Errorf("%d lines for %d changes", len(lines), len(answer.Changes))
	}
	for _, line := range lines {
		if strings.Count(line, "\t") != 8 {
			t.Errorf("%q has not nine cells", line)
		}
	}

	text, err = command(t, "diff", before, after)
	if err != nil || !strings.Contains(text, "48 updated") {
		t.Errorf("%v: %.200s", err, text)
	}
	text, err = command(t, "diff", os.DevNull, after)
	if err != nil || !strings.Contains(text, "230 added") {
		t.Errorf("%v: %.200s", err, text)
	}
}

// TestDiffOfFreeTitles: a list of free titles only removes nothing, as in a sync.
func TestDiffOfFreeTitles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	list := func(name, access string) string {
		path := filepath.Join(dir, name)
		text := "publication_title\ttitle_id\taccess_type\nBrain\tbrain\t" + access + "\nMind\tmind\t" + access + "\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	text, err := command(t, "diff", list("paid.txt", "P"), list("free.txt", "F"))
	if err != nil || !strings.Contains(text, "0 added, 0 removed") || !strings.Contains(text, "2 free rows") ||
		strings.Contains(text, "REMOVE") {
		t.Errorf("%v: %s", err, text)
	}
}

// TestDiffRefuses what it cannot compare, and says what to do.
func TestDiffRefuses(t *testing.T) {
	t.Parallel()
	page := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(page, []byte("<html><body>Sign in</body></html>"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"OLD and NEW":  {"diff", page},
		"none of text": {"diff", "--format", "xml", page, page},
		"no such file": {"diff", page + ".none", page},
		"page.html":    {"diff", os.DevNull, page},
		"empty":        {"diff", os.DevNull, os.DevNull},
	} {
		if _, err := command(t, args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", args, err, want)
		}
	}
}

// TestSyncAndExportCommands: sync from the provider, from a file, as a preview; and the collection as a list again.
func TestSyncAndExportCommands(t *testing.T) {
	t.Parallel()
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 150})
	dir := t.TempDir()
	flags := []string{"--data-dir", dir, "--oup-url", mock.URL, "--oup-allow-insecure", "--log-level", "error"}
	s := serve(t, flags[:5]...)
	profile := s.administer(mockoup.DemoKey)
	var collections struct {
		Collections struct{ Nodes []struct{ ID, Name string } }
	}
	s.do(`{ collections { nodes { id name } } }`, nil, &collections)
	var made struct {
		CreateInventoryGroup struct{ InventoryGroup struct{ ID string } }
	}
	s.do(`mutation { createInventoryGroup(input: {name: "Law"}) { inventoryGroup { id } } }`, nil, &made)
	group := made.CreateInventoryGroup.InventoryGroup.ID
	s.stop()

	out, err := command(t, append([]string{"sync", "--profile", profile, "--preview"}, flags...)...)
	if err != nil || !strings.Contains(out, "SUCCEEDED, PREVIEWED") {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err = command(t, append([]string{"sync", "--profile", profile}, flags...)...)
	if err != nil || !strings.Contains(out, "SUCCEEDED, CHANGED") {
		t.Fatalf("%v\n%s", err, out)
	}

	for _, c := range collections.Collections.Nodes {
		if !strings.Contains(c.Name, "Journals") {
			continue
		}
		exported, err := command(t, "export", "--collection", c.ID, "--data-dir", dir)
		if err != nil {
			t.Fatal(err)
		}
		ofGroup, err := command(t, "export", "--collection", c.ID, "--group", group, "--data-dir", dir)
		if err != nil || ofGroup != exported || strings.Count(exported, "\n") < 10 { // the profile is for everyone
			t.Errorf("a group is exported something else: %v", err)
		}
		file := filepath.Join(t.TempDir(), "OxfordUniversityPress_Global_AllJournals_2030-01-01.txt")
		if err := os.WriteFile(file, []byte(exported), 0o600); err != nil {
			t.Fatal(err)
		}
		// nobody is asked
		out, err = command(t, "sync", "--profile", profile, "--file", file, "--content", "journals", "--data-dir", dir, "--log-level", "error")
		if err != nil || !strings.Contains(out, "SUCCEEDED, NO_CHANGE") {
			t.Errorf("what was exported, synced again: %v\n%s", err, out)
		}
		if out, err := command(t, "diff", file, file); err != nil || !strings.Contains(out, "0 added, 0 removed, 0 updated") {
			t.Errorf("%v\n%s", err, out)
		}
	}

	for want, args := range map[string][]string{
		"no such profile":         {"sync", "--profile", "4711"},
		"not an id":               {"sync", "--profile", "nonsense!"},
		"of a Collection":         {"sync", "--profile", collections.Collections.Nodes[0].ID},
		"books or journals":       {"sync", "--profile", profile, "--file", os.DevNull, "--content", "films"},
		"no such file":            {"sync", "--profile", profile, "--file", filepath.Join(dir, "none")},
		"no such collection":      {"export", "--collection", "4711"},
		"not an id of this API\"": {"export", "--collection", "nonsense!"},
		"no such inventory group": {"export", "--collection", collections.Collections.Nodes[0].ID, "--group", "4711"},
		"of a InventoryGroup":     {"export", "--collection", "4711", "--group", profile},
		"0 is no id":              {"export", "--collection", "4711", "--group", "0"},
		"neither a day":           {"export", "--collection", "4711", "--as-of", "yesterday"},
		"has not come yet":        {"export", "--collection", "4711", "--as-of", "2999-01-01"},
	} {
		all := append(args, flags...)
		if args[0] == "export" {
			all = append(args, "--data-dir", dir)
		}
		if _, err := command(t, all...); err == nil || !strings.Contains(err.Error(), strings.TrimSuffix(want, `"`)) {
			t.Errorf("%v: %v, want %q", args, err, want)
		}
	}
}

// TestMigrateCommand: applied once, then up to date.
func TestMigrateCommand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out, err := command(t, "migrate", "--data-dir", dir)
	all, globbed := fs.Glob(migrations.SQLite, "sqlite/*.sql")
	if err != nil || globbed != nil || !strings.Contains(out, fmt.Sprintf("(%d applied)", len(all))) {
		t.Errorf("%v: %s", err, out)
	}
	out, err = command(t, "migrate", "--data-dir", dir)
	if err != nil || !strings.Contains(out, "up to date (0 applied)") {
		t.Errorf("%v: %s", err, out)
	}
}

// TestMockCustomers: customers of the mock provider that are given wrongly are refused before it listens.
func TestMockCustomers(t *testing.T) {
	t.Parallel()
	for _, given := range []string{"north", "north:", ":key", "north:key:0", "north:key:1.5", "north:key:half", "north:key:0.5:more"} {
		_, err := command(t, "mockoup", "--addr", "127.0.0.1:0", "--customer", given)
		if err == nil || !strings.Contains(err.Error(), given) {
			t.Errorf("%s: %v", given, err)
		}
	}
}

// TestNothingSteersATerminal: what a list says is shown, and does nothing, in whatever is printed of it.
func TestNothingSteersATerminal(t *testing.T) {
	t.Parallel()
	const header = "publication_title\tprint_identifier\tdate_first_issue_online\ttitle_url\ttitle_id\tnotes\tpublication_type\taccess_type\n"
	row := "Evil\x1b[2J\a\u009b31m \u202etxt\u2066.exe\t0006-8950\t1996\thttps://a.example/\x1b]0;x\a\tevil\t%s\tserial\tP\n"
	dir := t.TempDir()
	write := func(name, notes string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(header+fmt.Sprintf(row, notes)), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	first, second := write("first.txt", "=1+1"), write("second.txt", "=cmd|' /C calc'!A0")
	const evil = "\x1b\a\u009b\u202e\u2066"
	for _, args := range [][]string{
		{"diff", first, second},
		{"diff", "--format", "tsv", first, second},
		{"validate", second},
		{"validate", "--format", "tsv", second},
		{"import", "collection", "--data-dir", filepath.Join(dir, "data"), "--name", "Evil", "--oup-url", "https://example.org", second},
	} {
		out, err := command(t, args...)
		var exit exitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatalf("%v: %v", args, err)
		}
		if strings.ContainsAny(out, evil) || out == "" {
			t.Errorf("%v prints %q", args, out)
		}
		for line := range strings.Lines(out) {
			for cell := range strings.SplitSeq(line, "\t") {
				if slices.Contains(args, "tsv") && strings.HasPrefix(cell, "=") {
					t.Errorf("%v prints a formula: %q", args, cell)
				}
			}
		}
		if args[0] == "diff" && len(args) == 3 && !strings.Contains(out,
			`Evil\x1b[2J\x07\x9b31m \u202etxt\u2066.exe [evil, 0006-8950]  notes: =1+1 → =cmd|`) {
			t.Errorf("%v does not show what is there: %s", args, out)
		}
	}
	var said strings.Builder
	if status := exitCode(errors.New("one: \x1b[2J\ntwo"), &said); status != 1 || said.String() != "autoholdings: one: \\x1b[2J\ntwo\n" {
		t.Errorf("%d, %q", status, said.String())
	}
}
