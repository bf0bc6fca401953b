package kbart_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"autoholdings/internal/realfiles"
	"autoholdings/kbart"
)

// independentReader is a reader in another language that was written from the rules, independently of this package.
var independentReader = filepath.Join("..", "internal", "independent", "reader.py")

// independentRow is a row that belongs to a title, as the independent reader returns it.
type independentRow struct {
	Line  int
	Cells map[string]string
	Rows  *struct{ Read, Used, Free, Refused int }
}

// TestIndependentReader reads every real list with both readers. Each row must have the same fate, and each used row
// the same cells. Both readers make the same repairs: they remove spaces, invisible characters and escapes from the
// ends of values, resolve quotes, turn line breaks within values into spaces, and normalize to form C.
func TestIndependentReader(t *testing.T) {
	t.Parallel()
	python := findPython(t)
	for _, file := range realfiles.Files(t, "*/*") {
		if info, err := os.Stat(file); err != nil || testing.Short() && info.Size() > 100<<10 {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) { compareReaders(t, python, file) })
	}
}

// findPython skips the test if there is no Python. In continuous integration, it fails.
func findPython(t *testing.T) string {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil && os.Getenv("CI") != "" {
		t.Fatalf("the independent reader needs python3: %v", err)
	}
	if err != nil {
		t.Skipf("the independent reader needs python3: %v", err)
	}
	return python
}

func compareReaders(t *testing.T, python, path string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), python, independentReader, path)
	command.Stderr = os.Stderr
	output, err := command.Output()
	must(t, err)
	theirs := bufio.NewScanner(bytes.NewReader(output))
	theirs.Buffer(nil, 4<<20)
	next := func() (row independentRow) {
		if !theirs.Scan() {
			t.Fatalf("the independent reader ended early: %v", theirs.Err())
		}
		must(t, json.Unmarshal(theirs.Bytes(), &row))
		return row
	}
	file, err := os.Open(path)
	must(t, err)
	defer func() { _ = file.Close() }()
	reader := kbart.NewReader(file, kbart.Options{})
	for rec, err := range reader.Records() {
		must(t, err)
		if rec.Fate != kbart.Used {
			continue
		}
		if row := next(); row.Line != rec.Line || !maps.Equal(row.Cells, filledCells(rec)) {
			t.Fatalf("line %d: the independent reader has line %d, %q; this one %q", rec.Line, row.Line, row.Cells, filledCells(rec))
		}
	}
	rows := reader.Summary().Rows
	last := next().Rows
	if last == nil || last.Read != rows.Read || last.Used != rows.Used || last.Free != rows.SetAside || last.Refused != rows.Refused {
		t.Errorf("the independent reader counts %+v, this one %+v", last, rows)
	}
	if rows.Read != rows.Used+rows.SetAside+rows.Refused {
		t.Errorf("the rows do not add up: %+v", rows)
	}
}

func filledCells(rec *kbart.Record) map[string]string {
	cells := map[string]string{}
	for c := range rec.Filled().All() {
		cells[c.String()] = rec.Get(c)
	}
	return cells
}
