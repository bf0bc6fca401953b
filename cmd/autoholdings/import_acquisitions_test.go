package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"autoholdings/holdings/acquisitions"
	"autoholdings/internal/store"
)

// TestImportPOLinesCommand beside a server on the same data directory: a dry run, the import, the import again.
func TestImportPOLinesCommand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := serve(t, "--data-dir", dir, "--oup-url", "https://provider.example")
	file := filepath.Join(dir, "orders.csv")
	if err := os.WriteFile(file, []byte("\ufeffnumber;vendor;budget\r\nPOL-1;\"Oxford; UP\";x\r\nPOL-2;OUP;y\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	lines := func() int {
		var got struct{ PoLines struct{ TotalCount int } }
		s.do(`{ poLines { totalCount } }`, nil, &got)
		return got.PoLines.TotalCount
	}
	out, err := command(t, "import", "polines", file, "--dry-run", "--data-dir", dir)
	if err != nil || !strings.Contains(out, "dry run, nothing was written: 2 lines: 2 created") || !strings.Contains(out, `warning: `) ||
		!strings.Contains(out, `"budget"`) || lines() != 0 {
		t.Errorf("%v %d\n%s", err, lines(), out)
	}
	out, err = command(t, "import", "polines", file, "--data-dir", dir)
	if err != nil || !strings.HasSuffix(out, "\n2 lines: 2 created, 0 updated, 0 attached, 0 moved, 0 unchanged, 0 refused\n") ||
		lines() != 2 {
		t.Errorf("%v %d\n%s", err, lines(), out)
	}
	var table, told bytes.Buffer
	err = run(t.Context(), []string{"autoholdings", "import", "polines", "--format", "tsv", file, "--data-dir", dir}, strings.NewReader(""),
		&table, &told)
	if !strings.Contains(told.String(), `warning: `) || !strings.Contains(told.String(), `"budget"`) {
		t.Errorf("beside the table: %q", told.String())
	}
	if out = table.String(); err != nil || out != "line\taction\tnumber\tmessage\n2\tUNCHANGED\tPOL-1\t\n3\tUNCHANGED\tPOL-2\t\n" {
		t.Errorf("%v\n%s", err, out)
	}
	s.stop()
}

// TestImportCommandRefuses: the exit status is 1 where a line was refused, and the report says which and why.
func TestImportCommandRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run := func(what, csv string, more ...string) (string, error) {
		var out bytes.Buffer
		args := append([]string{"autoholdings", "import", what, "-", "--data-dir", dir}, more...)
		err := run(t.Context(), args, strings.NewReader(csv), &out, io.Discard)
		return out.String(), err
	}
	csv := "code,starts_on,ends_on\nL1,2026-01-01,2026-12-31\nL2,2026-01-01,soon\n"
	out, err := run("licenses", csv)
	var exit exitError
	if !errors.As(err, &exit) || exit != 1 || !strings.Contains(out, "line 3  REFUSED  L2  the last day is \"soon\"") ||
		!strings.Contains(out, "1 created") || !strings.Contains(out, "1 refused") {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = run("licenses", csv, "--format", "json")
	var report acquisitions.ImportReport
	if !errors.As(err, &exit) || json.Unmarshal([]byte(out), &report) != nil || report.Unchanged != 1 || report.Refused != 1 ||
		len(report.Lines) != 2 || report.Lines[1].Line != 3 {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = run("polines", "number,note\nP1,\x1b[31mred\n", "--format", "text")
	if !errors.As(err, &exit) || strings.Contains(out, "\x1b") {
		t.Errorf("%v\n%q", err, out)
	}
	for want, args := range map[string][]string{
		"name the file":     {"import", "polines"},
		"no such file":      {"import", "licenses", filepath.Join(dir, "none.csv")},
		"none of text":      {"import", "licenses", os.DevNull, "--format", "xml"},
		"the file is empty": {"import", "polines", os.DevNull, "--data-dir", dir},
	} {
		if _, err := command(t, args...); err == nil || !strings.Contains(err.Error(), want) ||
			!strings.Contains(err.Error(), "import "+args[1]) {
			t.Errorf("%v: %v, want %q", args, err, want)
		}
	}
}

// TestImportCommandBreaksOff: what was done until then is reported with the failure.
func TestImportCommandBreaksOff(t *testing.T) {
	t.Parallel()
	csv := "number\n"
	for i := range 800 {
		csv += fmt.Sprintf("P%d\n", i)
	}
	onBoth(t, func(t *testing.T, databaseURL string) {
		args := []string{"--data-dir", t.TempDir(), "--database-url", databaseURL}
		trigger := []string{
			`CREATE TRIGGER full_disk BEFORE INSERT ON po_lines WHEN NEW.number = 'P700' BEGIN SELECT RAISE(FAIL, 'the disk is full'); END`,
		}
		if databaseURL != "" {
			trigger = []string{
				`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$`,
				`CREATE TRIGGER full_disk BEFORE INSERT ON po_lines FOR EACH ROW WHEN (NEW.number = 'P700') EXECUTE FUNCTION full_disk()`,
			}
		}
		s, err := store.Open(t.Context(), store.Options{DataDir: args[1], URL: databaseURL})
		must(t, err)
		defer s.Close()
		must(t, s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			for _, statement := range trigger {
				if _, err := tx.SQL.ExecContext(ctx, statement); err != nil {
					return err
				}
			}
			return nil
		}))
		var out bytes.Buffer
		err = run(t.Context(), append([]string{"autoholdings", "import", "polines", "-"}, args...), strings.NewReader(csv), &out, io.Discard)
		if err == nil || !strings.Contains(err.Error(), "the disk is full") || !strings.Contains(out.String(), "500 lines: 500 created") {
			t.Errorf("%v\n%s", err, out.String())
		}
	})
}
