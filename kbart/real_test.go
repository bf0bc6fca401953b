package kbart_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"autoholdings/internal/realfiles"
	"autoholdings/kbart"
)

// TestRealFiles reads every real list, and compares the numbers of rows and of findings by rule with
// testdata/real.golden.
func TestRealFiles(t *testing.T) {
	t.Parallel()
	files := realfiles.Files(t, "*/*")
	var got strings.Builder
	for _, file := range files {
		got.WriteString(tally(t, file))
	}
	golden := filepath.Join("testdata", "real.golden")
	if *update {
		must(t, os.WriteFile(golden, []byte(got.String()), 0o644))
		return
	}
	want, err := os.ReadFile(golden)
	must(t, err)
	if got.String() != string(want) {
		t.Errorf("found\n%s\nwant\n%s", got.String(), want)
	}
}

// tally reads a file, checks what must be true of every file, and returns its numbers.
func tally(t *testing.T, path string) string {
	t.Helper()
	file, err := os.Open(path)
	must(t, err)
	defer func() { _ = file.Close() }()
	codes := map[string]int{}
	lastLine := 0
	count := func(f kbart.Finding) {
		codes[f.Severity.String()+" "+f.Code]++
		if f.Line < lastLine && f.Line > 0 {
			t.Errorf("%s: a finding on line %d after one on line %d", path, f.Line, lastLine)
		}
		lastLine = f.Line
	}
	r := kbart.NewReader(file, kbart.Options{Name: filepath.Base(path), Findings: count})
	fates := map[kbart.Fate]int{}
	types := map[kbart.PublicationType]int{}
	for rec, err := range r.Records() {
		must(t, err)
		kbart.Check(rec, count)
		fates[rec.Fate]++
		if rec.Fate == kbart.Used {
			types[rec.Type()]++
		}
	}
	s := r.Summary()
	want := kbart.Rows{
		Read: fates[kbart.Used] + fates[kbart.Free] + fates[kbart.Refused],
		Used: fates[kbart.Used], SetAside: fates[kbart.Free], Refused: fates[kbart.Refused],
	}
	if s.Rows != want {
		t.Errorf("%s: the summary has %+v, the records come to %+v", path, s.Rows, want)
	}
	var b strings.Builder
	fmt.Fprintf(&b,
		"%s\n\t%s, %s, phase %s, %d columns\n\tread %d = used %d + set aside %d + refused %d; %d serial, %d monograph, %d of no type\n",
		filepath.Base(path), s.Encoding, r.Header().LineEnd, s.Phase, len(r.Header().Names),
		s.Rows.Read, s.Rows.Used, s.Rows.SetAside, s.Rows.Refused, types[kbart.Serial], types[kbart.Monograph], types[kbart.UnknownType])
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		fmt.Fprintf(&b, "\t%6d %s\n", codes[code], code)
	}
	return b.String()
}

// GOKb tests its own validator with these four lists: two are correct, and two have a wrong identifier.
func TestGOKbValidatorFiles(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"test_validation_serials_valid.txt":     "",
		"test_validation_mixed_valid.txt":       "",
		"test_validation_serials_errors.txt":    "issn-check-digit online_identifier",
		"test_validation_monographs_errors.txt": "isbn-check-digit online_identifier",
	} {
		file, err := os.Open(filepath.Join(realfiles.Dir(t, "."), "dirty", name))
		if err != nil {
			t.Skipf("the real files are not available: %v", err)
		}
		defer func() { _ = file.Close() }()
		var errs []string
		note := func(f kbart.Finding) {
			if f.Severity >= kbart.Error {
				errs = append(errs, f.Code+" "+f.Column)
			}
		}
		for rec, err := range kbart.NewReader(file, kbart.Options{Findings: note}).Records() {
			must(t, err)
			kbart.Check(rec, note)
		}
		if got := strings.Join(errs, ", "); got != want {
			t.Errorf("%s: errors are %q, want %q", name, got, want)
		}
	}
}
