package kbart_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"autoholdings/internal/realfiles"
	"autoholdings/kbart"
)

// codesOf validates a list and returns the number of findings of each rule.
func codesOf(t *testing.T, list []byte, o kbart.ValidateOptions) map[string]int {
	t.Helper()
	codes := map[string]int{}
	o.Findings = func(f kbart.Finding) { codes[f.Code]++ }
	_, err := kbart.Validate(bytes.NewReader(list), o)
	must(t, err)
	return codes
}

func TestValidateJudgesTheName(t *testing.T) {
	t.Parallel()
	list := rowsOf(t, "serial\n")
	for name, good := range map[string]bool{
		"":                                       true, // unknown
		"Provider_Region_Package_2024-01-31.txt": true,
		"Provider_AllTitles_2024-01-31.tsv":      true,
		"lists/Provider_Global_A-B_2024-01-31.TXT":  true,
		`C:\lists\Provider_Global_A_2024-01-31.txt`: true,
		"Provider_Region_Package_2024-01-31.txt.gz": true,
		"Provider_Region_Package_2024-01-31.zip":    true,
		"Provider_Region_Package_2024-01-31":        false,
		"Provider_Region_Package_20240131.txt":      false,
		"Provider_Region_Package_2024-02-30.txt":    false,
		"Provider_Region_Package_2024-02.txt":       false,
		"Provider_2024-01-31.txt":                   false,
		"Provider__Package_2024-01-31.txt":          false,
		"A_B_C_D_2024-01-31.txt":                    false,
		"Provider_Region_My Package_2024-01-31.txt": false,
		"Provider_Region_Package_2024-01-31.csv":    false,
		"list.txt":                                  false,
	} {
		if got := codesOf(t, list, kbart.ValidateOptions{Name: name})["file-name"] == 0; got != good {
			t.Errorf("%q follows the convention: %t, want %t", name, got, good)
		}
	}
}

func TestValidateEndsWithTheReadersError(t *testing.T) {
	t.Parallel()
	var codes []string
	o := kbart.ValidateOptions{Findings: func(f kbart.Finding) { codes = append(codes, f.Code) }}
	summary, err := kbart.Validate(strings.NewReader("{}"), o)
	var fatal *kbart.FatalError
	if !errors.As(err, &fatal) || fatal.Finding.Code != "json" || summary.Findings.Fatal != 1 || !slices.Equal(codes, []string{"json"}) {
		t.Errorf("got %v with findings %v and %+v, want the fatal finding json", err, codes, summary.Findings)
	}
	broken := errors.New("the cable is out")
	list := rowsOf(t, strings.Repeat("serial\n", 1000))
	summary, err = kbart.Validate(io.MultiReader(bytes.NewReader(list), iotest.ErrReader(broken)), o)
	if !errors.Is(err, broken) || summary.Rows.Read != 1000 {
		t.Errorf("got %v after %d rows, want the source's error after 1000", err, summary.Rows.Read)
	}
}

func TestValidateCountsWhatItReports(t *testing.T) {
	t.Parallel()
	list := []byte(sampleList(300) + "no row\n" + sampleList(1))
	var counted kbart.Counts
	told, err := kbart.Validate(bytes.NewReader(list), kbart.ValidateOptions{Findings: func(f kbart.Finding) { counted.Add(f.Severity) }})
	must(t, err)
	if counted != told.Findings || counted.Error == 0 || counted.Warning == 0 {
		t.Errorf("reported %+v, counted %+v", counted, told.Findings)
	}
	silent, err := kbart.Validate(bytes.NewReader(list), kbart.ValidateOptions{})
	must(t, err)
	if silent != told {
		t.Errorf("without a callback the summary is %+v, with one %+v", silent, told)
	}
}

func TestValidatePassesPanicsOn(t *testing.T) {
	t.Parallel()
	list := rowsOf(t, strings.Repeat("serial | access_type=\n", 2000))
	for name, validate := range map[string]func(){
		"callback": func() {
			_, _ = kbart.Validate(bytes.NewReader(list), kbart.ValidateOptions{Findings: func(kbart.Finding) { panic("boom") }})
		},
		"source": func() { _, _ = kbart.Validate(panicking{}, kbart.ValidateOptions{}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if got := recover(); got != "boom" {
					t.Errorf("the caller sees %v, want the panic", got)
				}
			}()
			validate()
		})
	}
}

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("boom") }

func TestProfiles(t *testing.T) {
	t.Parallel()
	for _, p := range []kbart.Profile{kbart.Lenient, kbart.Strict} {
		if got, err := kbart.ParseProfile(strings.ToUpper(p.String())); got != p || err != nil {
			t.Errorf("ParseProfile(%q) = %v, %v", strings.ToUpper(p.String()), got, err)
		}
	}
	if _, err := kbart.ParseProfile("lax"); err == nil || !strings.Contains(err.Error(), "lenient or strict") {
		t.Errorf("ParseProfile(lax) = %v, want an error that names the profiles", err)
	}
	stricter := 0
	for _, r := range kbart.Rules() {
		if r.SeverityIn(kbart.Lenient) != r.Severity {
			t.Errorf("%s: lenient is %s, the rule says %s", r.Code, r.SeverityIn(kbart.Lenient), r.Severity)
		}
		if strict := r.SeverityIn(kbart.Strict); strict < r.Severity {
			t.Errorf("%s: strict is %s, less than %s", r.Code, strict, r.Severity)
		} else if strict > r.Severity {
			stricter++
		}
	}
	if stricter < 20 {
		t.Errorf("the strict profile is stricter about %d rules only", stricter)
	}
}

func TestRulesThatNeedMemory(t *testing.T) {
	t.Parallel()
	var codes []string
	for _, r := range kbart.Rules() {
		if r.Memory() != "" {
			codes = append(codes, r.Code)
		}
	}
	want := []string{"coverage-overlap", "duplicate-row", "parent-unknown", "predecessor-unknown", "title-disagrees", "title-id-shared"}
	if !slices.Equal(codes, want) {
		t.Errorf("%v need memory, want %v", codes, want)
	}
}

// manyRows returns the header and n rows, each made by row.
func manyRows(n int, row func(i int) string) []byte {
	var b bytes.Buffer
	b.WriteString("publication_title\tprint_identifier\ttitle_id\tpublisher_name\tparent_publication_title_id\tpublication_type\n")
	for i := range n {
		b.WriteString(row(i) + "\n")
	}
	return b.Bytes()
}

// The memory for titles is limited. If two rows of a title are too far apart, only duplicate rows are found.
func TestRowsFarApart(t *testing.T) {
	t.Parallel()
	const between = 66_000
	publisher := func(last string) []byte {
		return manyRows(between, func(i int) string {
			switch i {
			case 0:
				return "Title\t1357-2466\ttitle\tOUP\t\tserial"
			case between - 1:
				return "Title\t1357-2466\ttitle\t" + last + "\t\tserial"
			}
			return fmt.Sprintf("Title %d\t\ttitle-%d\t\t\tserial", i, i)
		})
	}
	if codes := codesOf(t, publisher("Oxford"), kbart.ValidateOptions{}); codes["title-disagrees"] != 0 || codes["duplicate-row"] != 0 {
		t.Errorf("found %v, want nothing across %d titles", codes, between)
	}
	if codes := codesOf(t, publisher("OUP"), kbart.ValidateOptions{}); codes["duplicate-row"] != 1 {
		t.Errorf("found %v, want the duplicate", codes)
	}
}

func TestManyReferencesAreBounded(t *testing.T) {
	t.Parallel()
	list := manyRows(50_010, func(i int) string { return fmt.Sprintf("Title\t\ttitle-%d\t\tparent-%d\tserial", i, i) })
	codes := codesOf(t, list, kbart.ValidateOptions{})
	if codes["parent-unknown"] != 50_000 || codes["comparison-ended"] != 1 {
		t.Errorf("%d references are reported, %d times that there are more", codes["parent-unknown"], codes["comparison-ended"])
	}
}

// The time must not grow with the square of the rows if every row has the same title_id and another title.
func TestOneTitleIDForEveryRow(t *testing.T) {
	t.Parallel()
	const n = 50_000
	list := manyRows(n, func(i int) string { return fmt.Sprintf("Title %d\t\tsame\t\t\tserial", i) })
	if codes := codesOf(t, list, kbart.ValidateOptions{}); codes["title-id-shared"] != n-1 {
		t.Errorf("%d rows share their title_id, want %d", codes["title-id-shared"], n-1)
	}
}

// peak is a reader that measures the heap while a list is read through it.
type peak struct {
	src  io.Reader
	read int
	most uint64
}

func (p *peak) Read(b []byte) (int, error) {
	n, err := p.src.Read(b)
	if p.read += n; p.read > 1<<20 {
		p.read = 0
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		p.most = max(p.most, m.HeapAlloc)
	}
	return n, err
}

// Not parallel: it measures the memory of the whole process.
func TestValidateMemory(t *testing.T) {
	const rows = 200_000
	header, row, _ := strings.Cut(sampleList(1), "\n")
	for maxRows, bound := range map[int]uint64{
		-1:   8 << 20,
		rows: 24 << 20, // 22 bytes a row, and 7 MiB
	} {
		list := &peak{src: io.MultiReader(strings.NewReader(header+"\n"), &numbered{row: row, n: rows})}
		runtime.GC()
		var before runtime.MemStats
		runtime.ReadMemStats(&before)
		summary, err := kbart.Validate(list, kbart.ValidateOptions{MaxRows: maxRows})
		must(t, err)
		if summary.Rows.Read != rows {
			t.Fatalf("%d rows were read, want %d", summary.Rows.Read, rows)
		}
		if used := list.most - min(list.most, before.HeapAlloc); used > bound {
			t.Errorf("with MaxRows %d validating took %d bytes, want at most %d", maxRows, used, bound)
		}
	}
}

// numbered yields a row n times. In each, a different number replaces the first byte.
type numbered struct {
	row     string
	i, n    int
	pending []byte
}

func (r *numbered) Read(p []byte) (int, error) {
	if len(r.pending) == 0 {
		if r.i == r.n {
			return 0, io.EOF
		}
		r.i++
		r.pending = fmt.Appendf(r.pending, "%07d%s", r.i, strings.ReplaceAll(r.row, "annals", fmt.Sprintf("annals-%d", r.i)))
	}
	n := copy(p, r.pending)
	r.pending = r.pending[n:]
	return n, nil
}

// TestValidateRealFiles validates every real list in both profiles and compares the numbers of findings by rule with
// testdata/validate-real.golden.
func TestValidateRealFiles(t *testing.T) {
	t.Parallel()
	files := realfiles.Files(t, "*/*")
	var got strings.Builder
	for _, file := range files {
		list, err := os.ReadFile(file)
		must(t, err)
		fmt.Fprintf(&got, "%s\n", filepath.Base(file))
		strict := kbart.Counts{}
		for _, profile := range []kbart.Profile{kbart.Lenient, kbart.Strict} {
			codes := map[string]int{}
			summary, err := kbart.Validate(bytes.NewReader(list), kbart.ValidateOptions{
				Name: filepath.Base(file), Profile: profile, Today: june2024,
				Findings: func(f kbart.Finding) { codes[f.Severity.String()+" "+f.Code]++ },
			})
			must(t, err)
			if strict = summary.Findings; profile == kbart.Strict {
				break
			}
			if want := readOnly(t, list); summary.Rows != want {
				t.Errorf("%s: validating counts %+v, reading %+v", file, summary.Rows, want)
			}
			for _, code := range slices.Sorted(maps.Keys(codes)) {
				fmt.Fprintf(&got, "\t%6d %s\n", codes[code], code)
			}
		}
		fmt.Fprintf(&got, "\tstrict: %+v\n", strict)
	}
	golden := filepath.Join("testdata", "validate-real.golden")
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

func readOnly(t *testing.T, list []byte) kbart.Rows {
	t.Helper()
	summary, err := outcome(bytes.NewReader(list), kbart.Options{})
	must(t, err)
	return summary.Rows
}

// GOKb tests its own validator with these four lists: two pass, and two fail only because of a wrong identifier.
func TestValidateGOKbFiles(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"test_validation_serials_valid.txt":     "",
		"test_validation_mixed_valid.txt":       "",
		"test_validation_serials_errors.txt":    `issn-check-digit online_identifier "1673-3550"`,
		"test_validation_monographs_errors.txt": `isbn-check-digit online_identifier "978-1-137-05446-X"`,
	} {
		list, err := os.ReadFile(filepath.Join(realfiles.Dir(t, "."), "dirty", name))
		if err != nil {
			t.Skipf("the real files are not available: %v", err)
		}
		var errs []string
		_, err = kbart.Validate(bytes.NewReader(list), kbart.ValidateOptions{Name: name, Findings: func(f kbart.Finding) {
			if f.Severity >= kbart.Error {
				errs = append(errs, fmt.Sprintf("%s %s %q", f.Code, f.Column, f.Value))
			}
		}})
		must(t, err)
		if got := strings.Join(errs, ", "); got != want {
			t.Errorf("%s: errors are %s, want %s", name, got, want)
		}
	}
}

// FuzzValidate checks for any input that there is no crash, that the rows are those that a Reader counts, and that the
// counts are those of the findings.
func FuzzValidate(f *testing.F) {
	f.Add([]byte(sampleList(2)))
	f.Add([]byte("publication_title\ttitle_id\ttitle_url\nA &amp; B\ta\thttp://x.y/%\nÃ©\ta\t\n"))
	f.Add([]byte("publication_title\ttitle_id\tdate_first_issue_online\tdate_last_issue_online\tpublication_type\n" +
		"A\ta\t1990\t\tserial\nA\ta\t1991-02\t1992-02-03\tserial\n"))
	f.Fuzz(func(t *testing.T, list []byte) {
		var counted kbart.Counts
		o := kbart.Options{MaxLine: 1 << 16, MaxSize: 1 << 20}
		summary, err := kbart.Validate(bytes.NewReader(list), kbart.ValidateOptions{
			MaxLine: o.MaxLine, MaxSize: o.MaxSize, MaxRows: 8, Findings: func(f kbart.Finding) { counted.Add(f.Severity) },
		})
		if counted != summary.Findings {
			t.Errorf("reported %+v, counted %+v", counted, summary.Findings)
		}
		read, readErr := outcome(bytes.NewReader(list), o)
		if read.Rows != summary.Rows || (err == nil) != (readErr == nil) {
			t.Errorf("validating gives %+v and %v, reading %+v and %v", summary.Rows, err, read.Rows, readErr)
		}
	})
}
