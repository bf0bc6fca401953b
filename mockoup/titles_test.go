package mockoup_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"autoholdings/kbart"
	"autoholdings/mockoup"
)

// globalList requests the global title list and fails the test if it is incomplete.
func globalList(t *testing.T, s *mockoup.TestServer, content string) string {
	t.Helper()
	a := ask(t, http.MethodGet, s.TitlesURL(content))
	if a.status != http.StatusOK || a.err != nil {
		t.Fatalf("%s: status %d, %v: %s", content, a.status, a.err, a.body)
	}
	return string(a.body)
}

// The global title list has every row of every customer's list, including free titles, and changes only with the
// release.
func TestGlobalTitleList(t *testing.T) {
	t.Parallel()
	o := mockoup.Options{Titles: 300, Customers: []mockoup.Customer{
		{Number: "some", Key: "k", Share: 0.3}, {Number: "journals-only", Key: "k", Contents: []string{mockoup.Journals}},
	}}
	s := mockoup.NewServer(t, o)
	for _, content := range []string{mockoup.Books, mockoup.Journals} {
		all := rows(globalList(t, s, content))
		if got := globalList(t, mockoup.NewServer(t, o), content); got != globalList(t, s, content) {
			t.Errorf("%s: another server of the same seed has another list", content)
		}
		for number, key := range map[string]string{mockoup.DemoCustomer: mockoup.DemoKey, "some": "k", "journals-only": "k"} {
			a := ask(t, http.MethodGet, s.ListURL(number, content), "X-Api-Key", key)
			if a.status == http.StatusNoContent {
				continue
			}
			for _, row := range rows(string(a.body)) {
				if !slices.Contains(all, row) {
					t.Fatalf("%s of %s: not in the global list: %s", content, number, row)
				}
			}
		}
		if !slices.ContainsFunc(all, func(row string) bool { return cell(row, kbart.AccessType) == "F" }) {
			t.Errorf("%s: no free title", content)
		}
		before := ask(t, http.MethodGet, s.TitlesURL(content))
		if name := before.header.Get("Content-Disposition"); !strings.Contains(name, s.Release()) {
			t.Errorf("%s: named %s, of release %s", content, name, s.Release())
		}
		for _, condition := range [][2]string{
			{"If-None-Match", before.header.Get("ETag")},
			{"If-Modified-Since", before.header.Get("Last-Modified")},
		} {
			if a := ask(t, http.MethodGet, s.TitlesURL(content), condition[:]...); a.status != http.StatusNotModified {
				t.Errorf("%s with %s: status %d", content, condition[0], a.status)
			}
		}
		must(t, s.Step(1))
		if after := ask(t, http.MethodGet, s.TitlesURL(content)); after.header.Get("ETag") == before.header.Get("ETag") ||
			string(after.body) == string(before.body) {
			t.Errorf("%s: the next release is the same", content)
		}
		must(t, s.Step(-1))
	}
	if a := ask(t, http.MethodGet, s.URL+"/titles/maps"); a.status != http.StatusNotFound || problemCode(t, a) != "unknown-content" {
		t.Errorf("another content type: %d %s", a.status, a.body)
	}
	if a := ask(t, http.MethodGet, s.URL+"/titles/books?format=marc"); a.status != http.StatusBadRequest ||
		problemCode(t, a) != "unknown-format" {
		t.Errorf("another format: %d %s", a.status, a.body)
	}
}

// Every fault applies to the global title list, except for one that is set for one customer.
func TestGlobalTitleListFaults(t *testing.T) {
	t.Parallel()
	s := mockoup.NewServer(t, mockoup.Options{Titles: 60})
	good := globalList(t, s, mockoup.Books)
	for _, f := range []struct {
		kind   string
		status int
	}{
		{"no-content", http.StatusNoContent},
		{"unauthorized", http.StatusUnauthorized},
		{"too-many-requests", http.StatusTooManyRequests},
		{"server-error", http.StatusInternalServerError},
		{"half", http.StatusOK},
		{"html", http.StatusOK},
		{"header-only", http.StatusOK},
	} {
		must(t, s.SetFault(mockoup.Fault{Kind: f.kind, Times: 1}))
		if a := ask(t, http.MethodGet, s.TitlesURL(mockoup.Books)); a.status != f.status || string(a.body) == good {
			t.Errorf("%s: status %d, %d bytes", f.kind, a.status, len(a.body))
		}
		if s.Requests()[len(s.Requests())-1].Fault != f.kind {
			t.Errorf("%s: not among the requests", f.kind)
		}
	}
	must(t, s.SetFault(mockoup.Fault{Kind: "no-content", Times: 1, Customer: mockoup.DemoCustomer}))
	if got := globalList(t, s, mockoup.Books); got != good {
		t.Error("a customer's fault met the global list")
	}
	must(t, s.SetPackaging(mockoup.Gzip))
	if a := ask(t, http.MethodGet, s.TitlesURL(mockoup.Books)); a.header.Get("Content-Type") != "application/gzip" {
		t.Errorf("packed as %s", a.header.Get("Content-Type"))
	}
}

// For a folder, it is the files of the release, with the original bytes if there is only one.
func TestGlobalTitleListOfFolder(t *testing.T) {
	t.Parallel()
	file := lines("\n", header(), serial("Brain", "brain", "0006-8950"), serial("Mind", "mind", "0026-4423"))
	s := folder(t, map[string]string{"OUP_Global_Journals_2016-07-08.txt": file}, nil)
	if got := globalList(t, s, mockoup.Journals); got != file {
		t.Errorf("got %q", got)
	}
	if a := ask(t, http.MethodGet, s.TitlesURL(mockoup.Books)); a.status != http.StatusNoContent {
		t.Errorf("no books: status %d", a.status)
	}
}
