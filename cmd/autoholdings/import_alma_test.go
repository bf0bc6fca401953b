package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestImportAlmaCommand: a preview, the same applied, and again without anything left to do.
func TestImportAlmaCommand(t *testing.T) {
	t.Parallel()
	i := newImporter(t)
	list := filepath.Join(t.TempDir(), "list.txt")
	write := func(path, text string) string {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	out := i.run(write(list, "publication_title\tprint_identifier\ttitle_id\tdate_first_issue_online\tpublication_type\taccess_type\n"+
		"Brain\t0006-8950\tbrain\t1990\tserial\tP\n"), "SUCCEEDED, CHANGED", "--name", "Given to us")
	_, id, _ := strings.Cut(out, `"Given to us" (`)
	id, _, _ = strings.Cut(id, ")")
	export := write(filepath.Join(t.TempDir(), "export.csv"), "ISSN,Electronic Collection Name,PO Line,Public note\n"+
		"0006-8950,Given to us,POL-1,Ask\n0007-0947,Given to us,POL-2,\n")
	alma := func(want string, args ...string) string {
		t.Helper()
		out, err := command(t, append(append([]string{"import", "alma"}, args...), i.flags...)...)
		if err != nil || !strings.Contains(out, want) {
			t.Fatalf("%v: %v, want %q\n%s", args, err, want, out)
		}
		return out
	}
	alma("SUCCEEDED, PREVIEWED", export, "--preview")
	alma("1 portfolio changed", export, "--collection", id)
	alma("SUCCEEDED, NO_CHANGE", export)

	book := write(filepath.Join(t.TempDir(), "export.xlsx"), "PK\x03\x04"+strings.Repeat("\x00", 26)+"[Content_Types].xml and more")
	older := write(filepath.Join(t.TempDir(), "export.xls"), "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	for want, args := range map[string][]string{
		"name one FILE":                     {},
		"no such file":                      {export + ".none"},
		"save it as \"CSV UTF-8\"":          {book},
		"this is a workbook":                {older},
		"there is no such collection":       {export, "--collection", "4711"},
		"not an id":                         {export, "--collection", "nonsense!"},
		"there is no such job":              {export, "--preview-job", "4711"},
		"no column says which title":        {write(filepath.Join(t.TempDir(), "a.csv"), "Title,Public note\nx,y\n")},
		"a preview cannot apply another":    {export, "--preview", "--preview-job", "1"},
		"level":                             {export, "--log-level", "loud"},
		"the file is not UTF-8 text: save ": {write(filepath.Join(t.TempDir(), "b.csv"), "ISSN,Universit\xe4t\nx,y\n")},
	} {
		_, err := command(t, append(append([]string{"import", "alma"}, i.flags...), args...)...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", args, err, want)
		}
	}
}
