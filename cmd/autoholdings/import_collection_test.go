package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"autoholdings/internal/realfiles"
)

// importer is an installation on which the command runs.
type importer struct {
	t     *testing.T
	dir   string
	flags []string
}

func newImporter(t *testing.T) *importer {
	t.Helper()
	dir := t.TempDir()
	return &importer{t, dir, []string{"--data-dir", dir, "--log-level", "error"}} // no provider's address: nobody is asked
}

// run imports a file; what is wanted stands in the output.
func (i *importer) run(file string, want string, args ...string) string {
	i.t.Helper()
	out, err := command(i.t, append(append([]string{"import", "collection", file}, args...), i.flags...)...)
	if err != nil || !strings.Contains(out, want) {
		i.t.Fatalf("%v: %v, want %q\n%s", args, err, want, out)
	}
	return out
}

// list writes a list of journals into a file.
func (i *importer) list(rows ...string) string {
	i.t.Helper()
	path := filepath.Join(i.t.TempDir(), "list.txt")
	text := "publication_title\tprint_identifier\ttitle_id\tdate_first_issue_online\tpublication_type\taccess_type\n"
	for _, row := range rows {
		text += row + "\t\t" + strings.ToLower(row) + "\t1990\tserial\tP\n"
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		i.t.Fatal(err)
	}
	return path
}

func TestImportCollectionCommand(t *testing.T) {
	t.Parallel()
	i := newImporter(t)
	list := i.list("Annals", "Brain", "Carbon")
	out := i.run(list, "SUCCEEDED, CHANGED", "--name", "Given to us", "--content", "journals")
	if !strings.Contains(out, `made the local collection "Given to us"`) || !strings.Contains(out, "3 titles added") {
		t.Error(out)
	}
	_, id, _ := strings.Cut(out, `"Given to us" (`)
	id, _, _ = strings.Cut(id, ")")
	if out := i.run(list, "SUCCEEDED, NO_CHANGE", "--name", "Given to us"); strings.Contains(out, "made") {
		t.Error(out)
	}
	less := i.list("Annals", "Brain")
	i.run(less, "1 portfolio that the list does not have left as it is", "--collection", id)
	i.run(less, "SUCCEEDED, PREVIEWED", "--collection", id, "--remove-missing", "--preview")
	moment, today := time.Now().UTC().Format(time.RFC3339Nano), time.Now().UTC().Format(time.DateOnly)
	i.run(less, "1 title removed", "--collection", id, "--remove-missing")
	exported, err := command(t, "export", "--collection", id, "--data-dir", i.dir)
	if err != nil || strings.Count(exported, "\n") != 3 || !strings.Contains(exported, "Brain\t") {
		t.Errorf("%v\n%s", err, exported)
	}
	for day, rows := range map[string]int{moment: 4, today: 3} {
		then, err := command(t, "export", "--collection", id, "--as-of", day, "--data-dir", i.dir)
		if err != nil || strings.Count(then, "\n") != rows || rows == 3 && then != exported {
			t.Errorf("as of %s: %v\n%s", day, err, then)
		}
	}
}

func TestImportCollectionCommandRefuses(t *testing.T) {
	t.Parallel()
	i := newImporter(t)
	list, page := i.list("Annals"), filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(page, []byte("<html><body>Sign in</body></html>"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "table.txt")
	if err := os.WriteFile(other, []byte("a\tb\n1\t2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	i.run(list, "SUCCEEDED, CHANGED", "--name", "Given to us")
	for want, args := range map[string][]string{
		"name one FILE":                 {"--name", "X"},
		"either --collection or --name": {list},
		"by either --collection or":     {list, "--name", "X", "--collection", "1"},
		"--content is for a collection": {list, "--collection", "1", "--content", "books"},
		"no such file":                  {list + ".none", "--name", "X"},
		"is not a KBART list":           {page, "--name", "X"},
		"the content \"FILMS\" is":      {list, "--name", "X", "--content", "films"},
		"not of books":                  {list, "--name", "Given to us", "--content", "books"},
		"a preview makes none":          {list, "--name", "X", "--preview"},
		"there is no such collection":   {list, "--collection", "4711"},
		"not an id":                     {list, "--collection", "nonsense!"},
		"the job failed":                {other, "--name", "Given to us"},
		"the name is empty":             {list, "--name", "  "},
		"level":                         {list, "--name", "X", "--log-level", "loud"},
		"a higher --oup-max-size":       {list, "--name", "X", "--oup-max-size", "10"},
	} {
		_, err := command(t, append(append([]string{"import", "collection"}, i.flags...), args...)...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", args, err, want)
		}
		if exitCode(err, new(strings.Builder)) != 1 {
			t.Errorf("%v: exit code", args)
		}
	}
	if out, err := command(t, "import"); err != nil || !strings.Contains(out, "collection") {
		t.Errorf("alone it tells what can be imported: %v\n%s", err, out)
	}
}

// TestImportRealFiles: a real list into a local collection; again it changes nothing, and what is exported is the same
// list.
func TestImportRealFiles(t *testing.T) {
	t.Parallel()
	dir := realfiles.Dir(t, "oup")
	i := newImporter(t)
	for name, want := range map[string]string{
		"OUP_GLOBAL_VERY-SHORT-INTRODUCTIONS-ALL_2021-01-22.txt": "SUCCEEDED, CHANGED",
		"OUP_GLOBAL_ALLJOURNALS_2021-06-24.txt":                  "SUCCEEDED, CHANGED",
	} {
		file := filepath.Join(dir, name)
		out := i.run(file, want, "--name", name)
		_, id, _ := strings.Cut(out, `" (`)
		id, _, _ = strings.Cut(id, ")")
		i.run(file, "SUCCEEDED, NO_CHANGE", "--collection", id)
		exported, err := command(t, "export", "--collection", id, "--data-dir", i.dir)
		if err != nil {
			t.Fatal(err)
		}
		again := filepath.Join(t.TempDir(), "exported.txt")
		if err := os.WriteFile(again, []byte(exported), 0o600); err != nil {
			t.Fatal(err)
		}
		i.run(again, "SUCCEEDED, NO_CHANGE", "--collection", id, "--remove-missing")
	}
}

// TestExportOfNothingAccessible: the list has its header only, and a word on standard error says why that may be.
func TestExportOfNothingAccessible(t *testing.T) {
	t.Parallel()
	i := newImporter(t)
	out := i.run(i.list("Annals"), "SUCCEEDED, CHANGED", "--name", "Given to us")
	_, id, _ := strings.Cut(out, `" (`)
	id, _, _ = strings.Cut(id, ")")
	s := serve(t, "--data-dir", i.dir, "--oup-url", "https://provider.example")
	s.do(`mutation($id: ID!) { updateCollection(input: {collectionId: $id, available: false}) { userErrors { message } } }`,
		map[string]any{"id": id}, &struct{}{})
	s.stop()
	var list, said bytes.Buffer
	err := run(t.Context(), []string{"autoholdings", "export", "--collection", id, "--data-dir", i.dir}, strings.NewReader(""), &list, &said)
	if err != nil || strings.Count(list.String(), "\n") != 1 || !strings.Contains(said.String(), "nothing in this collection is accessible") {
		t.Errorf("%v\n%s%s", err, list.String(), said.String())
	}
}

// TestUnstorableFlags: a text of the command line that not every database can hold is refused before anything is opened.
func TestUnstorableFlags(t *testing.T) {
	t.Parallel()
	i := newImporter(t)
	for _, args := range [][]string{
		{"import", "collection", i.list("Annals"), "--name", "Universit\xe4t"},
		{"import", "zone", i.list("Annals"), "--zone", "6\x00"},
	} {
		out, err := command(t, append(args, i.flags...)...)
		if err == nil || !strings.Contains(err.Error(), "it is not valid UTF-8") && !strings.Contains(err.Error(), "NUL") {
			t.Errorf("%q: %v\n%s", args, err, out)
		}
	}
	if left, err := os.ReadDir(i.dir); err != nil || len(left) > 0 {
		t.Errorf("%v %v", left, err)
	}
}
