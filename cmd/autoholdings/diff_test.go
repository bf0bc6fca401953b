package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDiffNamesTheFile that it could not read, of the two.
func TestDiffNamesTheFile(t *testing.T) {
	t.Parallel()
	sound := writeFile(t, "list.txt", soundList)
	page := writeFile(t, "page.html", "<html><body>Sign in</body></html>")
	folder, missing := t.TempDir(), filepath.Join(t.TempDir(), "missing.txt")
	for want, args := range map[string][]string{
		"the file OLD (" + page + ") cannot be read: kbart: line 1: A web page": {page, sound},
		"the file NEW (" + page + ") cannot be read: kbart: line 1: A web page": {sound, page},
		"the file OLD (" + missing + ") cannot be read":                         {missing, sound},
		"the file NEW (" + missing + ") cannot be read":                         {sound, missing},
		"the file NEW (" + folder + ") cannot be read":                          {os.DevNull, folder},
	} {
		if _, err := command(t, append([]string{"diff"}, args...)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("diff %q: %v, want %q", args, err, want)
		}
	}
}

// What a file says must not steer the terminal, nor be a formula in a spreadsheet.
func TestDiffShowsNoControlCharacters(t *testing.T) {
	t.Parallel()
	list := writeFile(t, "evil.txt", "publication_title\tprint_identifier\ttitle_id\n=1+\x1b[2Jcmd\u202e\t2049-3630\tid\n")
	for _, format := range []string{"text", "tsv", "json"} {
		text, err := command(t, "diff", "--format", format, os.DevNull, list)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, "\x1b") || format != "json" && strings.Contains(text, "\u202e") || strings.Contains(text, "\t=") {
			t.Errorf("%s passes on %q", format, text)
		}
	}
}
