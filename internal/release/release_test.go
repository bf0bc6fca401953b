package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestNotice: the file has the licenses of what is in the program now.
func TestNotice(t *testing.T) {
	t.Parallel()
	var want bytes.Buffer
	if err := writeNotice(&want); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile("../../NOTICE")
	if err != nil || !bytes.Equal(written, want.Bytes()) {
		t.Errorf("NOTICE is not current: go generate ./internal/release (%v)", err)
	}
	for _, name := range []string{"SQLite 3.", "Go standard library", "npm graphiql", "github.com/99designs/gqlgen", "Facebook, Inc."} {
		if !strings.Contains(want.String(), name) {
			t.Errorf("it has no %s", name)
		}
	}
}

// TestBillOfMaterials: it has each module that the binary says it has, with a license; a binary of other modules is refused.
func TestBillOfMaterials(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "autoholdings")
	if text, err := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", binary, program).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	file := filepath.Join(t.TempDir(), "bom.json")
	if err := run([]string{"sbom", binary, "1.2.3", "abc", "2026-01-02T03:04:05Z"}, file); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var b bom
	if err := json.Unmarshal(text, &b); err != nil {
		t.Fatal(err)
	}
	printed, err := exec.CommandContext(t.Context(), "go", "version", "-m", binary).Output()
	if err != nil {
		t.Fatal(err)
	}
	modules := 0
	for line := range strings.Lines(string(printed)) {
		cells := strings.Fields(line)
		if len(cells) < 3 || cells[0] != "dep" {
			continue
		}
		modules++
		if !slices.ContainsFunc(b.Components, func(c component) bool {
			return c.Name == cells[1] && c.Version == cells[2] && len(c.Licenses) == 1 && c.Licenses[0].License.ID != ""
		}) {
			t.Errorf("it has no %s %s", cells[1], cells[2])
		}
	}
	if modules < 40 || b.Format != "CycloneDX" || b.Metadata.Component.Version != "1.2.3" ||
		b.Metadata.Timestamp != "2026-01-02T03:04:05Z" || b.Metadata.Component.Hashes[0].Content == "" {
		t.Errorf("%d modules: %.300s", modules, text)
	}
	if err := run([]string{"sbom", os.Args[0], "", "", ""}, file); err != nil && !strings.Contains(err.Error(), "build it from this tree") {
		t.Error(err)
	}
	if err := run([]string{"sbom", "none", "", "", ""}, file); err == nil {
		t.Error("a binary that is not there has a bill")
	}
	if err := run(nil, ""); err == nil || !strings.Contains(err.Error(), "say notice") {
		t.Error(err)
	}
}

// TestLicenseUnknown: words that nobody has looked at are no license.
func TestLicenseUnknown(t *testing.T) {
	t.Parallel()
	if got := spdx("GNU GENERAL PUBLIC LICENSE Version 3"); got != "" {
		t.Errorf("%q", got)
	}
	m := module{Path: "example.org/none", Version: "v1.0.0", Dir: t.TempDir()}
	if _, err := m.part(); err == nil || !strings.Contains(err.Error(), "example.org/none v1.0.0") {
		t.Error(err)
	}
}
