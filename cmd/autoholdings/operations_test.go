//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/mockoup"
)

// operator types the commands of a part of docs/operations.md, in a folder of their own in which the data directory is data.
type operator struct {
	t    *testing.T
	dir  string
	bin  string
	skip *regexp.Regexp // commands of programs that are not everywhere
}

func newOperator(t *testing.T) *operator {
	t.Helper()
	o := &operator{t: t, dir: t.TempDir(), bin: t.TempDir(), skip: regexp.MustCompile(`^(createdb|psql|sqlite3|docker|kubectl) `)}
	self, err := os.Executable()
	must(t, err)
	must(t, os.WriteFile(filepath.Join(o.bin, "autoholdings"),
		[]byte("#!/bin/sh\nAUTOHOLDINGS_TEST_PROGRAM=1 exec "+self+" \"$@\"\n"), 0o700))
	return o
}

// types runs each command of a part, with replacements of what stands for something of the reader's. A command that ends with
// another status than 0 fails the test. It returns what each said.
func (o *operator) types(title string, replacements ...string) (said map[string]string) {
	o.t.Helper()
	_, part, found := strings.Cut(readText(o.t, operations), "\n## "+title+"\n")
	if !found {
		o.t.Fatalf("there is no part %s", title)
	}
	part, _, _ = strings.Cut(part, "\n## ")
	said = map[string]string{}
	for _, line := range regexp.MustCompile(`(?m)^    \S.*$`).FindAllString(part, -1) {
		line = strings.TrimSpace(line)
		if o.skip.MatchString(line) {
			continue
		}
		cmd := exec.CommandContext(o.t.Context(), "sh", "-c", strings.NewReplacer(replacements...).Replace(line))
		cmd.Dir = o.dir
		cmd.Env = append(os.Environ(), "PATH="+o.bin+":"+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		if err != nil {
			o.t.Errorf("%s: %v\n%s", line, err, out)
		}
		said[line] = string(out)
	}
	return said
}

// TestOperationsLostKey does what docs/operations.md says where the sealing key is lost.
func TestOperationsLostKey(t *testing.T) {
	t.Parallel()
	o, i := newOperator(t), newSealed(t)
	must(t, os.Remove(filepath.Join(i.dir, "sealing.key")))
	must(t, os.Rename(i.dir, filepath.Join(o.dir, "data")))
	i.dir = filepath.Join(o.dir, "data")
	if said := o.types("A lost sealing key"); len(said) != 1 {
		t.Errorf("it has the commands %q", said)
	}
	s := i.serve()
	if problems := s.enter(i.id, mockoup.DemoKey); len(problems) > 0 {
		t.Error(problems)
	}
	if job := s.wait(s.start(i.id)); job.State != "SUCCEEDED" {
		t.Errorf("%s: %s", job.State, job.Summary)
	}
}

// TestOperationsDoctor runs the command of docs/operations.md.
func TestOperationsDoctor(t *testing.T) {
	t.Parallel()
	o, i := newOperator(t), newSealed(t)
	must(t, os.Rename(i.dir, filepath.Join(o.dir, "data")))
	said := o.types("Looking for what is wrong", "$AUTOHOLDINGS_OUP_URL", i.mock.URL, "doctor ", "doctor --oup-allow-insecure ")
	for line, said := range said {
		if !strings.HasSuffix(said, "All is well.\n") {
			t.Errorf("%s: %s", line, said)
		}
	}
}

// TestOperationsBackup does what docs/operations.md says of backups, beside a running server, and goes on with both databases that
// come of it.
func TestOperationsBackup(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 60})
	from, to := site{t: t, dir: filepath.Join(o.dir, "data")}, newSite(t, true)
	s := serve(t, append(from.flags(), "--oup-url", mock.URL, "--oup-allow-insecure")...)
	if job := s.wait(s.start(s.administer(mockoup.DemoKey))); job.State != "SUCCEEDED" {
		t.Fatal(job.Summary)
	}
	want := s.holdingsText()
	said := o.types("Backup and restore", "postgres://autoholdings:PASSWORD@HOST/restored", "'"+to.url+"'")
	if len(said) < 6 {
		t.Errorf("it has only the commands %q", said)
	}
	s.stop()
	again := serve(t, "--data-dir", filepath.Join(o.dir, "restored"), "--oup-url", mock.URL, "--oup-allow-insecure")
	if diff := cmp.Diff(want, again.holdingsText()); diff != "" {
		t.Error(diff)
	}
	if rows := to.tables(); len(rows["portfolios"]) == 0 || len(rows["kept_files"]) != 2 {
		t.Errorf("%d portfolios and %d files in PostgreSQL", len(rows["portfolios"]), len(rows["kept_files"]))
	}
}
