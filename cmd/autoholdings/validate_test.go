package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/urfave/cli/v3"

	"autoholdings/kbart"
)

const (
	soundList = "publication_title\tprint_identifier\ttitle_url\ttitle_id\n" +
		"Annals of Examples\t1357-2466\thttps://example.org/annals\tannals\n"
	wrongList = "publication_title\tprint_identifier\ttitle_url\ttitle_id\taccess_type\n" +
		"Annals of Examples\t1357-2460\thttps://example.org/annals\tannals\tP\n" +
		"Free Examples\t2049-3630\thttps://example.org/free\tfree\tF\n" +
		"\t\t\tlost\tP\n"
)

// validateRun is what a run of the command came to.
type validateRun struct {
	status      int
	out, errOut string
}

// runValidate runs the command as the program does, but for its name.
func runValidate(t *testing.T, in io.Reader, args ...string) validateRun {
	t.Helper()
	return runValidateIn(t.Context(), t, in, args...)
}

func runValidateIn(ctx context.Context, t *testing.T, in io.Reader, args ...string) validateRun {
	t.Helper()
	var out, errOut bytes.Buffer
	root := &cli.Command{
		Name: "autoholdings", Reader: in, Writer: &out, ErrWriter: &errOut,
		ExitErrHandler: func(context.Context, *cli.Command, error) {}, Commands: []*cli.Command{validateCommand()},
	}
	err := root.Run(ctx, append([]string{"autoholdings", "validate"}, args...))
	run := validateRun{out: out.String(), errOut: errOut.String()}
	var exit exitError
	if errors.As(err, &exit) {
		run.status = int(exit)
	} else if err != nil {
		t.Fatalf("validate %q: %v", args, err)
	}
	return run
}

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestValidateExitStatus(t *testing.T) {
	t.Parallel()
	sound, wrong := writeFile(t, "Example_Global_All_2024-01-31.txt", soundList), writeFile(t, "wrong.txt", wrongList)
	html, missing := writeFile(t, "list.html", "<!DOCTYPE html>"), filepath.Join(t.TempDir(), "missing.txt")
	for name, tt := range map[string]struct {
		args   []string
		status int
		errOut string
	}{
		"clean":                   {[]string{sound}, 0, ""},
		"warnings alone":          {[]string{writeFile(t, "badly named.txt", soundList)}, 0, ""},
		"errors":                  {[]string{wrong}, 1, ""},
		"refused":                 {[]string{html}, 1, ""},
		"strict":                  {[]string{"--profile", "strict", sound}, 1, ""},
		"missing":                 {[]string{missing}, 2, "missing.txt: no such file or directory"},
		"the worst counts":        {[]string{wrong, missing, sound}, 2, "no such file"},
		"a folder":                {[]string{t.TempDir()}, 2, "this is a folder; name the files in it"},
		"no file":                 {nil, 2, "name the files to judge, or - for standard input"},
		"unknown format":          {[]string{"--format", "xml", sound}, 2, `--format: "xml" is no format; use text, json or tsv`},
		"unknown profile":         {[]string{"--profile", "lax", sound}, 2, "use lenient or strict"},
		"flags after the file":    {[]string{wrong, "--summary"}, 1, ""},
		"standard input":          {[]string{"-"}, 1, ""},
		"summary does not soften": {[]string{"--summary", wrong}, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := runValidate(t, strings.NewReader(wrongList), tt.args...)
			if run.status != tt.status || !strings.Contains(run.errOut, tt.errOut) || (tt.errOut == "") != (run.errOut == "") {
				t.Errorf("exit status %d and on standard error %q; want %d and %q", run.status, run.errOut, tt.status, tt.errOut)
			}
		})
	}
}

func TestValidateText(t *testing.T) {
	t.Parallel()
	path := writeFile(t, "Example_Global_All_2024-01-31.txt", wrongList+
		strings.Repeat("Annals of Examples\t1357-2460\thttps://example.org/annals\tannals\tP\n", 5))
	run := runValidate(t, nil, path)
	for _, want := range []string{
		path + "\n  UTF-8, tabs, phase II; 8 rows: 6 used, 1 set aside as free, 1 refused\n",
		"\n  error   issn-check-digit ×6  The check digit of the ISSN is wrong\n" +
			"    line 2, \"Annals of Examples\": print_identifier: \"1357-2460\"\n    line 5, \"Annals of Examples\": print_identifier: " +
			"\"1357-2460\"\n" +
			"    line 6, \"Annals of Examples\": print_identifier: \"1357-2460\"\n" +
			"    and 3 more\n    → Compare the ISSN",
		"\n  error   no-title ×1  ",
		"\n  info    unsorted ×1  ",
		"\n  7 errors, ",
	} {
		if !strings.Contains(run.out, want) {
			t.Errorf("the text lacks\n%s\nit is\n%s", want, run.out)
		}
	}
	if strings.Contains(run.out, "\x1b") {
		t.Errorf("there are colours where there is no terminal:\n%s", run.out)
	}
	if worst, least := strings.Index(run.out, "issn-check-digit"), strings.Index(run.out, "unsorted"); worst > least {
		t.Errorf("the worst does not come first:\n%s", run.out)
	}
}

func TestValidateTextOfSeveralFiles(t *testing.T) {
	t.Parallel()
	sound := writeFile(t, "Example_Global_All_2024-01-31.txt", soundList)
	html := writeFile(t, "list.html", "<!DOCTYPE html>")
	run := runValidate(t, nil, sound, html, filepath.Join(t.TempDir(), "missing"))
	for _, want := range []string{
		"1 row: 1 used", "\n\n" + html + "\n", "  fatal   html ×1  A web page instead of a list\n",
		"\n  refused, 1 warning\n", "could not be read to its end: no such file",
	} {
		if !strings.Contains(run.out, want) {
			t.Errorf("the text lacks %q:\n%s", want, run.out)
		}
	}
}

func TestValidateJSON(t *testing.T) {
	t.Parallel()
	run := runValidate(t, strings.NewReader(wrongList), "--format", "json", "-")
	var codes []string
	for line := range strings.Lines(run.out) {
		var f struct {
			File, Title, Severity, Code, Column, Value, Message, Hint string
			Line                                                      int
		}
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatalf("%q is no JSON: %v", line, err)
		}
		if f.File != "-" || f.Severity == "" || f.Message == "" || f.Hint == "" {
			t.Errorf("something is missing in %s", line)
		}
		if f.Line > 1 {
			codes = append(codes, f.Code)
		}
		if !strings.Contains(f.Hint, "library") {
			t.Errorf("the hint has nothing for a library: %s", line)
		}
		if f.Code == "issn-check-digit" && (f.Title != "Annals of Examples" || f.Line != 2 || f.Column != "print_identifier" ||
			f.Value != "1357-2460" || f.Severity != "error") {
			t.Errorf("the finding is %s", line)
		}
	}
	want := "issn-check-digit no-title required-cell no-standard-identifier"
	if got := strings.Join(codes, " "); got != want {
		t.Errorf("findings are %s, want %s", got, want)
	}
}

func TestValidateTSV(t *testing.T) {
	t.Parallel()
	list := strings.Replace(soundList, "Annals of Examples", "Annals\x01of &amp; Examples", 1)
	run := runValidate(t, strings.NewReader(list), "--format", "tsv", "-")
	lines := strings.Split(strings.TrimSuffix(run.out, "\n"), "\n")
	if lines[0] != "file\tmember\tline\ttitle\tseverity\tcode\tcolumn\tvalue\tmessage\thint" {
		t.Errorf("the header is %q", lines[0])
	}
	for _, line := range lines {
		if cells := strings.Split(line, "\t"); len(cells) != 10 {
			t.Errorf("%q has %d cells", line, len(cells))
		}
	}
	want := "-\t\t2\tAnnals of &amp; Examples\twarning\thtml-entity\tpublication_title\tAnnals of &amp; Examples\t"
	if !strings.Contains(run.out, want) {
		t.Errorf("no line begins %q:\n%s", want, run.out)
	}
}

func TestValidateSummary(t *testing.T) {
	t.Parallel()
	wrong, missing := writeFile(t, "wrong.txt", wrongList), filepath.Join(t.TempDir(), "missing.txt")
	run := runValidate(t, strings.NewReader(soundList), "--summary", "--format", "json", wrong, "-", missing)
	want := `{"file":"` + wrong +
		`","encoding":"UTF-8","delimiter":"\t","phase":"II","rows":{"read":3,"used":1,"setAside":1,"refused":1},` +
		`"findings":{"fatal":0,"error":2,"warning":`
	lines := strings.Split(strings.TrimSuffix(run.out, "\n"), "\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[0], want) {
		t.Errorf("the summaries are\n%s\nwant the first to begin\n%s", run.out, want)
	}
	for i, name := range []string{wrong, "-", missing} {
		var object map[string]any
		if err := json.Unmarshal([]byte(lines[i]), &object); err != nil || object["file"] != name {
			t.Errorf("line %d is %s (%v), want an object of %s", i+1, lines[i], err, name)
		}
	}
	run = runValidate(t, nil, "--summary", wrong)
	if want := wrong + ": UTF-8, tabs, phase II; 3 rows: 1 used, 1 set aside as free, 1 refused; 2 errors, "; !strings.HasPrefix(run.out,
		want) || strings.Count(run.out, "\n") != 1 {
		t.Errorf("the summary is %q, want one line that begins %q", run.out, want)
	}
	run = runValidate(t, nil, "--summary", "--format", "tsv", wrong, missing)
	if lines := strings.Split(run.out, "\n"); len(lines) != 4 || !strings.HasPrefix(lines[1], wrong+"\tUTF-8\t\\t\tII\t3\t1\t1\t1\t0\t2\t") ||
		!strings.HasSuffix(lines[2], "\tno such file or directory") {
		t.Errorf("the summaries are %q", lines)
	}
}

func TestValidateReadsArchives(t *testing.T) {
	t.Parallel()
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for _, name := range []string{"a.txt", "b.txt"} {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, wrongList); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := writeFile(t, "lists.zip", archive.String())
	for _, args := range [][]string{{path}, {"-"}} {
		run := runValidate(t, bytes.NewReader(archive.Bytes()), append(args, "--format", "json")...)
		for _, want := range []string{`"member":"a.txt","line":2`, `"member":"b.txt","line":2`} {
			if !strings.Contains(run.out, want) {
				t.Errorf("%q: no finding has %s:\n%s", args, want, run.out)
			}
		}
	}
}

// Nor is it a formula in a spreadsheet.
func TestValidateTSVHasNoFormulas(t *testing.T) {
	t.Parallel()
	list := "publication_title\tprint_identifier\ttitle_id\n=HYPERLINK(1)\t@cmd\tid\n+1 &amp;\t\u202egnp.exe\tid2\n"
	run := runValidate(t, strings.NewReader(list), "--format", "tsv", "-")
	for _, cell := range strings.FieldsFunc(run.out, func(r rune) bool { return r == '\t' || r == '\n' }) {
		if len(cell) > 1 && strings.ContainsAny(cell[:1], "=+-@") || strings.Contains(cell, "\u202e") {
			t.Errorf("the cell %q would be run or steer the screen", cell)
		}
	}
}

// What a file says must not steer the terminal.
func TestValidateShowsNoControlCharacters(t *testing.T) {
	t.Parallel()
	list := "publication_title\tprint_identifier\ttitle_id\tevil\x1b[31m\n\x1b]0;gotcha\x07\t1357-2460\tid\x1b[2J\t\n"
	for _, format := range []string{"text", "tsv", "json"} {
		run := runValidate(t, strings.NewReader(list), "--format", format, "-")
		if strings.ContainsAny(run.out, "\x1b\x07") {
			t.Errorf("%s passes control characters on: %q", format, run.out)
		}
	}
}

func TestValidateStopsWhenTold(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	path := writeFile(t, "list.txt", soundList)
	for _, name := range []string{path, "-"} {
		run := runValidateIn(ctx, t, strings.NewReader(soundList), name)
		if run.status != exitUnreadable || !strings.Contains(run.errOut, "interrupted") {
			t.Errorf("%s: exit status %d and %q, want 2 and that it was interrupted", name, run.status, run.errOut)
		}
	}
}

func TestValidateSaysThatItCannotWrite(t *testing.T) {
	t.Parallel()
	root := &cli.Command{
		Name: "autoholdings", Reader: strings.NewReader(soundList), Writer: full{}, ErrWriter: io.Discard,
		ExitErrHandler: func(context.Context, *cli.Command, error) {}, Commands: []*cli.Command{validateCommand()},
	}
	err := root.Run(t.Context(), []string{"autoholdings", "validate", "-"})
	if !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("got %v, want the error of writing", err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestColoursAreForTerminals(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		terminal bool
		env      map[string]string
		want     string
	}{
		"terminal":          {true, map[string]string{"TERM": "xterm"}, "\x1b[31m2 errors\x1b[0m"},
		"file":              {false, map[string]string{"TERM": "xterm"}, "2 errors"},
		"NO_COLOR":          {true, map[string]string{"TERM": "xterm", "NO_COLOR": "1"}, "2 errors"},
		"without colours":   {true, map[string]string{"TERM": "dumb"}, "2 errors"},
		"NO_COLOR is empty": {true, map[string]string{"NO_COLOR": ""}, "\x1b[31m2 errors\x1b[0m"},
	} {
		got := paletteFor(tt.terminal, func(key string) string { return tt.env[key] }).paint(kbart.Error, "2 errors")
		if got != tt.want {
			t.Errorf("%s: painted %q, want %q", name, got, tt.want)
		}
	}
}

func TestProgressFollowsTheFile(t *testing.T) {
	t.Parallel()
	var screen bytes.Buffer
	file, err := os.Open(writeFile(t, "list.txt", strings.Repeat(soundList, 1000)))
	if err != nil {
		t.Fatal(err)
	}
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	watched := &watchedFile{File: file, ctx: t.Context(), bar: newBar(&screen, info.Size(), "list.txt")}
	if _, err := watched.ReadAt(make([]byte, 100), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, io.LimitReader(watched, info.Size()/2)); err != nil {
		t.Fatal(err)
	}
	if done := watched.bar.State().CurrentPercent; done < 0.5 || done > 0.6 {
		t.Errorf("half of the file is read, the bar is at %.2f", done)
	}
	if err := watched.Close(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(screen.String(), "list.txt") {
		t.Errorf("the bar does not name the file: %q", screen.String())
	}
}
