package mockoup_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"autoholdings/internal/realfiles"
	"autoholdings/kbart"
	"autoholdings/mockoup"

	"golang.org/x/text/encoding/unicode"
)

// row returns a data row. Cells that are not given are empty.
func row(cells map[kbart.Column]string) string {
	var all [kbart.NumColumns]string
	for c, text := range cells {
		all[c] = text
	}
	return strings.Join(all[:], "\t")
}

func header(extra ...string) string {
	var names []string
	for c := range kbart.Column(kbart.NumColumns) {
		names = append(names, c.String())
	}
	return strings.Join(append(names, extra...), "\t")
}

func serial(title, id, issn string) string {
	return row(map[kbart.Column]string{
		kbart.PublicationTitle: title, kbart.TitleID: id, kbart.PrintIdentifier: issn, kbart.PublicationTypeColumn: "Serial",
	})
}

func monograph(title, id, isbn string) string {
	return row(map[kbart.Column]string{
		kbart.PublicationTitle: title, kbart.TitleID: id, kbart.PrintIdentifier: isbn, kbart.PublicationTypeColumn: "monograph",
	})
}

func lines(end string, lines ...string) string { return strings.Join(lines, end) + end }

// folder writes files and serves them.
func folder(t *testing.T, files map[string]string, log io.Writer) *mockoup.TestServer {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	o := mockoup.Options{Dir: dir, Customers: []mockoup.Customer{{Number: "half", Key: "k", Share: 0.5}}}
	if log != nil {
		o.Logger = slog.New(slog.NewTextHandler(log, nil))
	}
	return mockoup.NewServer(t, o)
}

// TestFolderReleases: a release consists of the files of one date.
func TestFolderReleases(t *testing.T) {
	t.Parallel()
	one := lines("\r\n", header(), serial("Algebra", "alg", "0000-0019"))
	two := lines("\n", header(), serial("Botany", "bot", "0000-0027"))
	three := lines("\r\n", header(), monograph("A Book", "oso-9780192804778", "9780192804778"))
	var log bytes.Buffer
	s := folder(t, map[string]string{
		"P_R_J_2020-03-01.txt": two,
		"P_R_J_20200201.tsv":   one,
		"P_R_B_2020-03-01.txt": three,
		"P_R_Undated.txt":      one,
		"README_2020-01-01.md": "no list",
	}, &log)
	if got := s.Releases(); !slices.Equal(got, []string{"2020-02-01", "2020-03-01"}) || s.Release() != got[0] {
		t.Fatalf("releases %v, current %s", got, s.Release())
	}
	for _, name := range []string{"P_R_Undated.txt", "README_2020-01-01.md"} {
		if !strings.Contains(log.String(), name) {
			t.Errorf("the log does not say that %s was ignored: %s", name, &log)
		}
	}
	a := get(t, s, "journals")
	wantOK(t, a, "text/tab-separated-values; charset=utf-8")
	if string(a.body) != one || a.header.Get("Content-Disposition") != `attachment; filename="P_R_J_20200201.tsv"` ||
		a.header.Get("Last-Modified") != "Sat, 01 Feb 2020 00:00:00 GMT" || a.header.Get("Content-Length") != fmt.Sprint(len(one)) {
		t.Errorf("headers %v, body %q", a.header, a.body)
	}
	if b := get(t, s, "books"); b.status != http.StatusNoContent {
		t.Errorf("books without a row: status %d, want 204", b.status)
	}
	if b := get(t, s, "journals", "If-None-Match", a.header.Get("Etag")); b.status != http.StatusNotModified {
		t.Errorf("same list: status %d, want 304", b.status)
	}
	must(t, s.Step(1))
	if list(t, s, "journals") != two || list(t, s, "books") != three {
		t.Error("the second release is not the two files of its date, byte for byte")
	}
	must(t, s.SetFault(mockoup.Fault{Kind: "older", Times: 1}))
	if string(get(t, s, "journals").body) != one {
		t.Error("older is not the release before")
	}
	must(t, s.Step(-1))
	must(t, s.SetFault(mockoup.Fault{Kind: "older", Times: 1}))
	if b := get(t, s, "journals"); b.header.Get("Content-Disposition") != `attachment; filename="P_R_J_20200101.tsv"` {
		t.Errorf("older than the first: %v", b.header)
	}
}

// TestFolderJoins: the rows of one content type from all files of a date are in the order of the files' names, under
// one header, with their own cells.
func TestFolderJoins(t *testing.T) {
	t.Parallel()
	untyped := func(title, identifier string) string {
		return row(map[kbart.Column]string{kbart.PublicationTitle: title, kbart.OnlineIdentifier: identifier, kbart.TitleID: title})
	}
	algebra, botany, chemistry := serial("Algebra", "alg", "0000-0019"), serial("Botany \"B\"", "bot", "0000-0027"),
		serial("Chemistry", "che", "0000-0035")
	book, isbn, issn := monograph("A Book", "oso-9780192804778", "9780192804778"), untyped("Untyped book", "9780198520115"),
		untyped("Untyped journal", "0000-0043")
	sayings := serial(`"""Sayings"""`, "say", "0000-0051")
	bare := row(map[kbart.Column]string{kbart.PublicationTitle: "Tells nothing", kbart.TitleID: "x"})
	t.Run("same columns", func(t *testing.T) {
		t.Parallel()
		s := folder(t, map[string]string{
			"b_2020-03-01.txt": lines("\n", header(), book, isbn, bare, chemistry),
			"a_2020-03-01.txt": lines("\r\n", header(), bare, algebra, botany, sayings, issn),
		}, nil)
		if got, want := list(t, s, "journals"), lines("\r\n", header(), bare, algebra, botany, sayings, issn, chemistry); got != want {
			t.Errorf("journals\n%q\nwant\n%q", got, want)
		}
		if got, want := list(t, s, "books"), lines("\n", header(), book, isbn, bare); got != want {
			t.Errorf("books\n%q\nwant\n%q", got, want)
		}
		a := get(t, s, "books")
		if a.header.Get("Content-Disposition") != `attachment; filename="OxfordUniversityPress_Global_AllBooks_2020-03-01.txt"` ||
			a.header.Get("Etag") == "" {
			t.Errorf("headers %v", a.header)
		}
	})
	t.Run("different columns", func(t *testing.T) {
		t.Parallel()
		s := folder(t, map[string]string{
			"a_2020-03-01.txt": lines("\n", header("bestppn"), algebra+"\t123", botany),
			"b_2020-03-01.txt": lines("\n", "title_id\tpublication_title\tcoverage_notes\tsubject\tprint_identifier\tpublication_type",
				"che\tChemistry\tsome\tScience\t0000-0035\tserial", header(), algebra),
		}, nil)
		want := lines("\n", header("bestppn", "subject"), algebra+"\t123\t", botany+"\t\t",
			row(map[kbart.Column]string{
				kbart.TitleID: "che", kbart.PublicationTitle: "Chemistry", kbart.Notes: "some",
				kbart.PrintIdentifier: "0000-0035", kbart.PublicationTypeColumn: "serial",
			})+"\t\tScience", algebra+"\t\t")
		if got := list(t, s, "journals"); got != want {
			t.Errorf("journals\n%q\nwant\n%q", got, want)
		}
	})
}

func TestFolderGzip(t *testing.T) {
	t.Parallel()
	text := lines("\r\n", header(), serial("Algebra", "alg", "0000-0019"), serial("Économie", "eco", "0000-0027"))
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := io.WriteString(z, text)
	must(t, err)
	must(t, z.Close())
	s := folder(t, map[string]string{"j_2020-03-01.txt.gz": packed.String()}, nil)
	a := get(t, s, "journals")
	wantOK(t, a, "application/gzip")
	if !bytes.Equal(a.body, packed.Bytes()) || a.header.Get("Content-Disposition") != `attachment; filename="j_2020-03-01.txt.gz"` {
		t.Errorf("%d bytes, want the file's; %v", len(a.body), a.header)
	}
	must(t, s.SetPackaging(mockoup.Plain))
	if list(t, s, "journals") != text {
		t.Error("unpacked, the file should be its text")
	}
	must(t, s.SetFault(mockoup.Fault{Kind: "header-only", Times: 1}))
	if got := list(t, s, "journals"); got != lines("\r\n", header()) {
		t.Errorf("header only: %q", got)
	}
	var b bytes.Buffer
	must(t, s.WriteRelease(&b, "demo", "journals", "2020-03-01"))
	if b.String() != text {
		t.Error("WriteRelease should write the text")
	}
}

func TestFolderFaultsAndShares(t *testing.T) {
	t.Parallel()
	all := []string{header()}
	for i := range 400 {
		all = append(all, serial(fmt.Sprint("Title ", i), fmt.Sprint("id", i), ""), serial(fmt.Sprint("Title ", i), fmt.Sprint("id", i), ""))
	}
	text := lines("\r\n", all...)
	s := folder(t, map[string]string{"j_2020-03-01.txt": text}, nil)
	perTitle := func(list string) map[string]int {
		count := map[string]int{}
		for _, row := range rows(list) {
			count[cell(row, kbart.TitleID)]++
		}
		for id, n := range count {
			if n != 2 {
				t.Errorf("%d of two rows of %s", n, id)
			}
		}
		return count
	}

	must(t, s.SetFault(mockoup.Fault{Kind: "half", Times: 1}))
	if n := len(perTitle(list(t, s, "journals"))); n != 200 {
		t.Errorf("half of 400 titles: %d", n)
	}
	a := ask(t, http.MethodGet, s.ListURL("half", "journals"), "X-Api-Key", "k")
	if n := len(perTitle(string(a.body))); n < 150 || n > 250 {
		t.Errorf("a customer with half of 400 titles has %d", n)
	}

	must(t, s.SetFault(mockoup.Fault{Kind: "extra-column", Times: 1}))
	for i, row := range rows(list(t, s, "journals")) {
		if !strings.HasPrefix(row, all[i+1]+"\t") || strings.Count(row, "\t") != kbart.NumColumns {
			t.Fatalf("row %d: %q", i, row)
		}
	}

	must(t, s.SetFault(mockoup.Fault{Kind: "wrong-encoding", Times: 1}))
	decoded, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(get(t, s, "journals").body)
	if err != nil || string(decoded) != text {
		t.Errorf("a list in ASCII should come in UTF-16: %v", err)
	}

	must(t, s.SetFault(mockoup.Fault{Kind: "truncated", Times: 1}))
	if a := get(t, s, "journals"); a.err == nil || string(a.body) != text[:len(text)/2] {
		t.Errorf("truncated: %d bytes, %v", len(a.body), a.err)
	}
}

// TestFolderTroubles: a file that cannot be read is reported, and not taken for an empty list.
func TestFolderTroubles(t *testing.T) {
	t.Parallel()
	t.Run("no rows", func(t *testing.T) {
		t.Parallel()
		var log bytes.Buffer
		s := folder(t, map[string]string{"j_2020-03-01.txt": header() + "\n"}, &log)
		if a := get(t, s, "journals"); a.status != http.StatusNoContent || !strings.Contains(log.String(), "j_2020-03-01.txt") {
			t.Errorf("status %d, log %s", a.status, &log)
		}
	})
	t.Run("no list", func(t *testing.T) {
		t.Parallel()
		page := "<!DOCTYPE html><title>Sign in</title>"
		s := folder(t, map[string]string{"j_2020-03-01.txt": page}, nil)
		if a := get(t, s, "journals"); a.status != 200 || string(a.body) != page {
			t.Errorf("status %d, %q; want the file as it is", a.status, a.body)
		}
	})
	t.Run("broken gzip", func(t *testing.T) {
		t.Parallel()
		s := folder(t, map[string]string{"j_2020-03-01.txt.gz": "this is no gzip file"}, nil)
		a := get(t, s, "journals")
		wantProblem(t, a, http.StatusInternalServerError, "unreadable-release")
		if !bytes.Contains(a.body, []byte("j_2020-03-01.txt.gz")) {
			t.Errorf("the answer does not name the file: %s", a.body)
		}
	})
}

// TestGzipCutShort: a gzip file that ends early is served as it is, and the log says so.
func TestGzipCutShort(t *testing.T) {
	t.Parallel()
	all := []string{header()}
	for i := range 2000 {
		all = append(all, serial(fmt.Sprint("Title ", i), fmt.Sprint("id", i*i*i%7919), "0000-0019"))
	}
	var packed, log bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := io.WriteString(z, lines("\n", all...))
	must(t, err)
	must(t, z.Close())
	short := packed.String()[:packed.Len()/2]
	s := folder(t, map[string]string{"j_2020-03-01.txt.gz": short}, &log)
	if a := get(t, s, "journals"); a.status != 200 || string(a.body) != short {
		t.Errorf("status %d, %d bytes; want the file as it is", a.status, len(a.body))
	}
	if !strings.Contains(log.String(), "not a complete list") {
		t.Errorf("log %s", &log)
	}
}

// TestFileGoneSince: if a file has disappeared since it was first read, the answer is broken.
func TestFileGoneSince(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "j_2020-03-01.txt")
	must(t, os.WriteFile(path, []byte(lines("\n", header(), serial("Algebra", "alg", "0000-0019"))), 0o600))
	s := mockoup.NewServer(t, mockoup.Options{Dir: dir})
	list(t, s, "journals")
	must(t, os.Remove(path))
	for _, kind := range []string{"", "half"} {
		if kind != "" {
			must(t, s.SetFault(mockoup.Fault{Kind: kind}))
		}
		if a := get(t, s, "journals"); a.err == nil {
			t.Errorf("%s: status %d without an error, want a broken answer", kind, a.status)
		}
	}
}

func TestRealSeries(t *testing.T) {
	t.Parallel()
	dir := realfiles.Dir(t, "oup-series")
	s := mockoup.NewServer(t, mockoup.Options{Dir: dir})
	if got := s.Releases(); !slices.Equal(got, []string{"2016-05-26", "2016-07-08", "2017-02-20", "2017-02-27"}) {
		t.Fatalf("releases %v", got)
	}
	for _, release := range s.Releases() {
		must(t, s.SetRelease(release))
		want, err := os.ReadFile(filepath.Join(dir, "oxford_Switzerland_NationalLicences_"+release+".txt"))
		must(t, err)
		if list(t, s, "journals") != string(want) {
			t.Errorf("%s: the list is not the file", release)
		}
		if a := get(t, s, "books"); a.status != http.StatusNoContent {
			t.Errorf("%s: books answer %d, want 204", release, a.status)
		}
	}
}

func TestRealJoin(t *testing.T) {
	t.Parallel()
	dir := realfiles.Dir(t, "oup")
	s := mockoup.NewServer(t, mockoup.Options{Dir: dir})
	for release, want := range map[string][2]int{ // books, journals
		"2017-01-26": {0, 389},
		"2020-01-21": {0, 461},
		"2021-01-22": {197 + 732, 1},
		"2021-01-23": {1171, 0},
		"2021-06-24": {0, 586},
		"2026-01-01": {0, 167},
	} {
		must(t, s.SetRelease(release))
		for i, content := range []string{"books", "journals"} {
			a := get(t, s, content)
			got := 0
			for _, err := range kbart.NewReader(bytes.NewReader(a.body), kbart.Options{}).Records() {
				if a.status == http.StatusNoContent {
					break
				}
				must(t, err)
				got++
			}
			if got != want[i] || (got == 0) != (a.status == http.StatusNoContent) {
				t.Errorf("%s %s: status %d, %d rows, want %d", release, content, a.status, got, want[i])
			}
		}
	}
}
