package mockoup_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"autoholdings/kbart"
	"autoholdings/mockoup"
)

// answer is the answer that a client got.
type answer struct {
	status int
	header http.Header
	body   []byte
	err    error // in reading the body
}

// get requests a list as customer demo. headers are names and values in turn.
func get(t *testing.T, s *mockoup.TestServer, content string, headers ...string) answer {
	t.Helper()
	return ask(t, http.MethodGet, s.ListURL(mockoup.DemoCustomer, content), append([]string{"X-Api-Key", mockoup.DemoKey}, headers...)...)
}

func ask(t *testing.T, method, url string, headers ...string) answer {
	t.Helper()
	return send(t, method, url, "", headers...)
}

func send(t *testing.T, method, url, body string, headers ...string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for pair := range slices.Chunk(headers, 2) {
		r.Header.Set(pair[0], pair[1])
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return answer{err: err}
	}
	defer func() { _ = response.Body.Close() }()
	a := answer{status: response.StatusCode, header: response.Header}
	a.body, a.err = io.ReadAll(response.Body)
	return a
}

// list requests a list and fails the test if it is incomplete.
func list(t *testing.T, s *mockoup.TestServer, content string) string {
	t.Helper()
	a := get(t, s, content)
	if a.status != http.StatusOK || a.err != nil {
		t.Fatalf("%s: status %d, %v: %s", content, a.status, a.err, a.body)
	}
	return string(a.body)
}

// rows splits a list into its data rows.
func rows(list string) []string {
	lines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(list, "\r\n", "\n"), "\n"), "\n")
	return lines[1:]
}

func cell(row string, c kbart.Column) string { return strings.Split(row, "\t")[c] }

// titles groups the rows of a generated list by title_id and print or online identifier.
func titles(list string) map[string][]string {
	found := map[string][]string{}
	for _, row := range rows(list) {
		key := cell(row, kbart.PrintIdentifier) + " " + cell(row, kbart.OnlineIdentifier)
		found[key] = append(found[key], row)
	}
	return found
}

func TestOptions(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]mockoup.Options{
		"negative titles":    {Titles: -1},
		"too many titles":    {Titles: math.MaxInt32},
		"folder and titles":  {Dir: ".", Titles: 5},
		"no such folder":     {Dir: "no-such-folder"},
		"no number":          {Customers: []mockoup.Customer{{Key: "k"}}},
		"no key":             {Customers: []mockoup.Customer{{Number: "1"}}},
		"slash in number":    {Customers: []mockoup.Customer{{Number: "1/2", Key: "k"}}},
		"demo twice":         {Customers: []mockoup.Customer{{Number: "demo", Key: "other"}}},
		"number twice":       {Customers: []mockoup.Customer{{Number: "1", Key: "a"}, {Number: "1", Key: "b"}}},
		"share above all":    {Customers: []mockoup.Customer{{Number: "1", Key: "a", Share: 1.5}}},
		"unknown content":    {Customers: []mockoup.Customer{{Number: "1", Key: "a", Contents: []string{"maps"}}}},
		"negative share":     {Customers: []mockoup.Customer{{Number: "1", Key: "a", Share: -0.1}}},
		"blank in number":    {Customers: []mockoup.Customer{{Number: "1 2", Key: "a"}}},
		"empty folder given": {Dir: t.TempDir()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := mockoup.New(o); err == nil || !strings.HasPrefix(err.Error(), "mockoup: ") {
				t.Errorf("error %v, want one that begins with the package's name", err)
			}
		})
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	s := mockoup.NewServer(t, mockoup.Options{Titles: 30})
	url := s.ListURL("demo", "books")
	for name, c := range map[string]struct {
		url     string
		headers []string
		status  int
		code    string
	}{
		"header":           {url, []string{"X-Api-Key", "demo-key"}, 200, ""},
		"bearer":           {url, []string{"Authorization", "bearer demo-key"}, 200, ""},
		"query":            {url + "&api_key=demo-key", nil, 200, ""},
		"no key":           {url, nil, 401, "no-key"},
		"basic":            {url, []string{"Authorization", "Basic demo-key"}, 401, "no-key"},
		"wrong key":        {url, []string{"X-Api-Key", "demo"}, 403, "wrong-key"},
		"unknown customer": {s.ListURL("nobody", "books"), []string{"X-Api-Key", "demo-key"}, 401, "unknown-customer"},
		"unknown content":  {s.ListURL("demo", "maps"), []string{"X-Api-Key", "demo-key"}, 404, "unknown-content"},
		"unknown format":   {s.URL + "/kbart/demo/books?format=marc", []string{"X-Api-Key", "demo-key"}, 400, "unknown-format"},
		"no format":        {s.URL + "/kbart/demo/books", []string{"X-Api-Key", "demo-key"}, 200, ""},
		"unknown path":     {s.URL + "/kbart", nil, 404, "no-such-path"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := ask(t, http.MethodGet, c.url, c.headers...)
			if a.status != c.status || c.code != "" && problemCode(t, a) != c.code {
				t.Errorf("status %d: %s", a.status, a.body)
			}
		})
	}
}

func TestAnswerHeaders(t *testing.T) {
	t.Parallel()
	s := mockoup.NewServer(t, mockoup.Options{Titles: 30})
	a := get(t, s, "books")
	for name, want := range map[string]string{
		"Content-Type":        "text/tab-separated-values; charset=utf-8",
		"Content-Disposition": `attachment; filename="OxfordUniversityPress_Global_AllBooks_2025-01-28.txt"`,
		"Last-Modified":       "Tue, 28 Jan 2025 00:00:00 GMT",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	etag := a.header.Get("Etag")
	if len(etag) < 10 || etag[0] != '"' {
		t.Fatalf("ETag %q is not a strong one", etag)
	}
	head := ask(t, http.MethodHead, s.ListURL("demo", "books"), "X-Api-Key", "demo-key")
	if head.status != 200 || len(head.body) > 0 || head.header.Get("Etag") != etag {
		t.Errorf("HEAD: %d, %d bytes, ETag %s, want 200, none, %s", head.status, len(head.body), head.header.Get("Etag"), etag)
	}
	for name, c := range map[string]struct {
		headers []string
		status  int
	}{
		"same tag":           {[]string{"If-None-Match", etag}, 304},
		"weak tag":           {[]string{"If-None-Match", "W/" + etag}, 304},
		"one of two tags":    {[]string{"If-None-Match", `"x", ` + etag}, 304},
		"any tag":            {[]string{"If-None-Match", "*"}, 304},
		"other tag":          {[]string{"If-None-Match", `"x"`}, 200},
		"same date":          {[]string{"If-Modified-Since", "Tue, 28 Jan 2025 00:00:00 GMT"}, 304},
		"earlier date":       {[]string{"If-Modified-Since", "Tue, 27 Jan 2025 00:00:00 GMT"}, 200},
		"no date":            {[]string{"If-Modified-Since", "yesterday"}, 200},
		"tag goes over date": {[]string{"If-None-Match", `"x"`, "If-Modified-Since", "Tue, 28 Jan 2025 00:00:00 GMT"}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := get(t, s, "books", c.headers...)
			if got.status != c.status {
				t.Errorf("status %d, want %d", got.status, c.status)
			}
			if got.status == 304 && (len(got.body) > 0 || got.header.Get("Etag") != etag) {
				t.Errorf("304 with %d bytes and ETag %s", len(got.body), got.header.Get("Etag"))
			}
		})
	}
}

func TestETagsTellListsApart(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for name, o := range map[string]mockoup.Options{"a": {Titles: 30}, "b": {Titles: 60}, "c": {Titles: 30, Seed: 2}} {
		s := mockoup.NewServer(t, o)
		for _, release := range s.Releases()[:2] {
			must(t, s.SetRelease(release))
			for _, content := range []string{"books", "journals"} {
				etag, what := get(t, s, content).header.Get("Etag"), name+release+content
				if seen[etag] != "" {
					t.Errorf("%s and %s have the same ETag", what, seen[etag])
				}
				seen[etag] = what
			}
		}
	}
}

func TestDeterminism(t *testing.T) {
	t.Parallel()
	one := mockoup.NewServer(t, mockoup.Options{Titles: 500, Seed: 7})
	two := mockoup.NewServer(t, mockoup.Options{Titles: 500, Seed: 7})
	other := mockoup.NewServer(t, mockoup.Options{Titles: 500, Seed: 8})
	for _, content := range []string{"books", "journals"} {
		a, b := get(t, one, content), get(t, two, content)
		if !bytes.Equal(a.body, b.body) || a.header.Get("Etag") != b.header.Get("Etag") {
			t.Errorf("%s: the same seed gave two lists", content)
		}
		if list(t, other, content) == string(a.body) {
			t.Errorf("%s: two seeds gave the same list", content)
		}
	}
	def, seed1 := mockoup.NewServer(t, mockoup.Options{}), mockoup.NewServer(t, mockoup.Options{Titles: 2000, Seed: 1})
	if list(t, def, "journals") != list(t, seed1, "journals") {
		t.Error("the defaults are not 2,000 titles and seed 1")
	}
}

// TestGeneratedSize: the first release has the given number of titles, and a third of them are journals.
func TestGeneratedSize(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 2, 3, 10, 2000, 20_000} {
		s := mockoup.NewServer(t, mockoup.Options{Titles: size})
		journals := 0
		if size >= 3 {
			journals = len(titles(list(t, s, "journals")))
		} else if a := get(t, s, "journals"); a.status != http.StatusNoContent {
			t.Errorf("%d titles: no journals should answer 204, not %d", size, a.status)
		}
		books := len(titles(list(t, s, "books")))
		if books+journals != size || journals != size/3 {
			t.Errorf("%d titles: %d books and %d journals", size, books, journals)
		}
	}
}

// TestGeneratedTraits checks for the typical features of the provider's lists.
func TestGeneratedTraits(t *testing.T) {
	t.Parallel()
	s := mockoup.NewServer(t, mockoup.Options{})
	journals, books := list(t, s, "journals"), list(t, s, "books")
	found := map[string]int{}
	note := func(trait string, is bool) {
		if is {
			found[trait]++
		} else {
			found[trait] += 0
		}
	}
	slugs := map[string]map[string]bool{}
	for _, rows := range titles(journals) {
		note("archive and frontfile", len(rows) == 2 && cell(rows[0], kbart.DateLastIssueOnline)[:4] == "1995" &&
			cell(rows[1], kbart.DateFirstIssueOnline)[:4] == "1996")
		slug := cell(rows[0], kbart.TitleID)
		if slugs[slug] == nil {
			slugs[slug] = map[string]bool{}
		}
		slugs[slug][cell(rows[0], kbart.PrintIdentifier)] = true
	}
	for _, issns := range slugs {
		note("a journal and four predecessors under one slug", len(issns) == 5)
	}
	for _, row := range append(rows(journals), rows(books)...) {
		first, notes, access := cell(row, kbart.DateFirstIssueOnline), cell(row, kbart.Notes), cell(row, kbart.AccessType)
		note("date of a year", len(first) == 4)
		note("date of a month", len(first) == 7)
		note("date of a day", len(first) == 10)
		note("embargo", cell(row, kbart.EmbargoInfo) != "")
		note("free", access == "F")
		note("paid with an open-access note", access == "P" && notes == "Open Access")
		note("ceased and still listed", strings.HasPrefix(notes, "Ceased"))
		note("accents", strings.ContainsAny(row, "éüãç"))
		note("slug in the address", cell(row, kbart.TitleURL) == "https://academic.oup.com/"+cell(row, kbart.TitleID))
		note("list of issues as address", cell(row, kbart.TitleURL) == "https://academic.oup.com/"+cell(row, kbart.TitleID)+"/issue")
		note("book address", strings.HasPrefix(cell(row, kbart.TitleURL), "https://academic.oup.com/book/"))
		note("book id of module and print ISBN", strings.HasSuffix(cell(row, kbart.TitleID), "-"+cell(row, kbart.PrintIdentifier)))
		note("very short introduction", strings.HasPrefix(cell(row, kbart.TitleID), "actrade-"))
		note("editor", cell(row, kbart.FirstEditor) != "")
		note("author", cell(row, kbart.FirstAuthor) != "")
		note("edition", cell(row, kbart.MonographEdition) != "")
		note("volume", cell(row, kbart.MonographVolume) != "")
		note("volume that is no number", strings.HasSuffix(cell(row, kbart.NumLastVolOnline), "B"))
	}
	for trait, n := range found {
		if n == 0 {
			t.Errorf("no row shows: %s", trait)
		}
	}
	for _, text := range []string{journals, books} {
		if strings.Count(text, "\n") != strings.Count(text, "\r\n") || !strings.HasSuffix(text, "\r\n") {
			t.Error("lines do not end in CRLF")
		}
	}
}

// TestGeneratedListsAreSound reads every row of a big catalog back and checks what must never be wrong.
func TestGeneratedListsAreSound(t *testing.T) {
	t.Parallel()
	s := mockoup.NewServer(t, mockoup.Options{Titles: 30_000, Seed: 3})
	releases := s.Releases()
	must(t, s.SetRelease(releases[len(releases)-1]))
	owner := map[string]string{}
	for content, want := range map[string]kbart.PublicationType{"journals": kbart.Serial, "books": kbart.Monograph} {
		r := kbart.NewReader(strings.NewReader(list(t, s, content)), kbart.Options{})
		for rec, err := range r.Records() {
			must(t, err)
			if rec.Type() != want || len(rec.Cells()) != kbart.NumColumns {
				t.Fatalf("line %d: type %v, %d cells", rec.Line, rec.Type(), len(rec.Cells()))
			}
			for _, c := range []kbart.Column{kbart.PrintIdentifier, kbart.OnlineIdentifier} {
				if rec.Get(c) == "" {
					continue
				}
				id, ok := kbart.ParseIdentifier(rec.Get(c))
				if !ok || !id.Valid {
					t.Fatalf("line %d: %s %q is wrong", rec.Line, c, rec.Get(c))
				}
				key := id.Key
				title := rec.Get(kbart.PublicationTitle)
				if was, taken := owner[key]; taken && was != title {
					t.Fatalf("line %d: %s is %q and %q", rec.Line, key, was, title)
				}
				owner[key] = title
			}
			if rec.Get(kbart.PrintIdentifier) == "" && rec.Get(kbart.OnlineIdentifier) == "" {
				t.Fatalf("line %d: no identifier", rec.Line)
			}
			if text := rec.Get(kbart.EmbargoInfo); text != "" {
				_, err := kbart.ParseEmbargo(text)
				must(t, err)
			}
			checkDates(t, rec)
		}
		if counts := r.Summary().Rows; counts.Refused > 0 {
			t.Errorf("%s: %d rows refused", content, counts.Refused)
		}
	}
}

func checkDates(t *testing.T, rec *kbart.Record) {
	t.Helper()
	var dates []kbart.Date
	for _, c := range []kbart.Column{
		kbart.DateFirstIssueOnline, kbart.DateLastIssueOnline,
		kbart.DateMonographPublishedPrint, kbart.DateMonographPublishedOnline,
	} {
		text := rec.Get(c)
		date, ok := kbart.ParseDate(text)
		if text != "" && !ok {
			t.Fatalf("line %d: %s %q is no date", rec.Line, c, text)
		}
		dates = append(dates, date)
	}
	if !dates[1].IsZero() && dates[1].Last().Before(dates[0].First()) {
		t.Fatalf("line %d: coverage from %s to %s", rec.Line, dates[0], dates[1])
	}
}

// TestReleasesDiffer: from one release to the next, about 1 % of the titles are new, 0.3 % are removed, and 2 %
// changed.
func TestReleasesDiffer(t *testing.T) {
	t.Parallel()
	s := mockoup.NewServer(t, mockoup.Options{Titles: 15_000})
	releases := s.Releases()
	if len(releases) != 12 || releases[0] != "2025-01-28" || releases[11] != "2025-12-30" {
		t.Fatalf("releases %v", releases)
	}
	var before map[string][]string
	var changed [kbart.NumColumns]bool
	for _, release := range releases {
		day, err := time.Parse(time.DateOnly, release)
		must(t, err)
		if day.Weekday() != time.Tuesday || day.AddDate(0, 0, 7).Month() == day.Month() {
			t.Errorf("%s is not in the last week of its month", release)
		}
		must(t, s.SetRelease(release))
		now := titles(list(t, s, "journals"))
		for key, rows := range titles(list(t, s, "books")) {
			now[key] = rows
		}
		if before != nil {
			added, removed, updated := 0, 0, 0
			for key, rows := range now {
				old, listed := before[key]
				if !listed {
					added++
				} else if !slices.Equal(old, rows) {
					updated++
					noteChanges(&changed, old[0], rows[0])
				}
			}
			for key := range before {
				if _, listed := now[key]; !listed {
					removed++
				}
			}
			total := float64(len(now))
			for what, c := range map[string]struct {
				n         int
				low, high float64
			}{"added": {added, 0.8, 1.2}, "removed": {removed, 0.2, 0.4}, "updated": {updated, 1.5, 3}} {
				if percent := 100 * float64(c.n) / total; percent < c.low || percent > c.high {
					t.Errorf("%s: %s %.2f %%, want %.1f to %.1f", release, what, percent, c.low, c.high)
				}
			}
		}
		before = now
	}
	for _, c := range []kbart.Column{
		kbart.PublicationTitle, kbart.TitleURL, kbart.TitleID, kbart.PublisherName,
		kbart.DateFirstIssueOnline, kbart.DateLastIssueOnline, kbart.AccessType, kbart.MonographEdition,
	} {
		if !changed[c] {
			t.Errorf("no %s ever changes", c)
		}
	}
}

func noteChanges(changed *[kbart.NumColumns]bool, before, after string) {
	for c := range kbart.Column(kbart.NumColumns) {
		if cell(before, c) != cell(after, c) {
			changed[c] = true
		}
	}
}

func TestEntitlements(t *testing.T) {
	t.Parallel()
	s := mockoup.NewServer(t, mockoup.Options{Titles: 6000, Customers: []mockoup.Customer{
		{Number: "third", Key: "k3", Share: 1. / 3},
		{Number: "half", Key: "k2", Share: 0.5},
		{Number: "books-only", Key: "kb", Contents: []string{mockoup.Books}},
	}})
	all := titles(list(t, s, "journals"))
	part := func(customer, key string) map[string][]string {
		a := ask(t, http.MethodGet, s.ListURL(customer, "journals"), "X-Api-Key", key)
		if a.status != 200 {
			t.Fatalf("%s: status %d", customer, a.status)
		}
		return titles(string(a.body))
	}
	third, half := part("third", "k3"), part("half", "k2")
	for name, c := range map[string]struct {
		part        map[string][]string
		least, most int
	}{"third": {third, 560, 780}, "half": {half, 880, 1120}} {
		if len(c.part) < c.least || len(c.part) > c.most {
			t.Errorf("%s: %d of %d titles", name, len(c.part), len(all))
		}
		for key, rows := range c.part {
			if !slices.Equal(all[key], rows) {
				t.Errorf("%s: %v is not among all", name, rows)
			}
		}
	}
	both := 0
	slugs := map[string]bool{}
	for key, rows := range third {
		slugs[cell(rows[0], kbart.TitleID)] = true
		if half[key] != nil {
			both++
		}
	}
	if both == 0 || both == len(third) {
		t.Errorf("the parts of two customers share %d of %d titles; they should overlap", both, len(third))
	}
	for key, rows := range all {
		if slugs[cell(rows[0], kbart.TitleID)] && third[key] == nil {
			t.Errorf("%s is not listed beside the rest of its family", rows[0])
		}
	}
	if a := ask(t, http.MethodGet, s.ListURL("books-only", "journals"), "X-Api-Key", "kb"); a.status != http.StatusNoContent {
		t.Errorf("a content type that is not licensed: status %d, want 204", a.status)
	}
	if a := ask(t, http.MethodGet, s.ListURL("books-only", "books"), "X-Api-Key", "kb"); a.status != http.StatusOK {
		t.Errorf("a content type that is licensed: status %d, want 200", a.status)
	}
}

func TestWriteRelease(t *testing.T) {
	t.Parallel()
	s := mockoup.NewServer(t, mockoup.Options{
		Titles:    50,
		Customers: []mockoup.Customer{{Number: "j", Key: "k", Contents: []string{"journals"}}},
	})
	var b bytes.Buffer
	must(t, s.WriteRelease(&b, "demo", "books", ""))
	if b.String() != list(t, s, "books") {
		t.Error("WriteRelease and the service differ")
	}
	for name, c := range map[string]struct {
		customer, content, release string
		want                       error
	}{
		"no list":          {"j", "books", "", mockoup.ErrNoList},
		"unknown customer": {"nobody", "books", "", nil},
		"unknown content":  {"demo", "maps", "", nil},
		"unknown release":  {"demo", "books", "1999-01-01", nil},
	} {
		err := s.WriteRelease(io.Discard, c.customer, c.content, c.release)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	broken := errors.New("the disk is full")
	if err := s.WriteRelease(failing{broken}, "demo", "books", ""); !errors.Is(err, broken) {
		t.Errorf("error %v, want the writer's", err)
	}
}

// failing is a writer that fails.
type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestNoCellAllocates: writing the rows of a list allocates nothing.
func TestNoCellAllocates(t *testing.T) {
	s, err := mockoup.New(mockoup.Options{Titles: 10_000})
	must(t, err)
	allocations := testing.AllocsPerRun(3, func() {
		must(t, s.WriteRelease(io.Discard, "demo", "books", "2025-12-30"))
	})
	if allocations > 100 {
		t.Errorf("%v allocations for 6,667 rows", allocations)
	}
}

// TestHandlerWithoutConnection: the mock is an http.Handler like any other.
func TestHandlerWithoutConnection(t *testing.T) {
	t.Parallel()
	s, err := mockoup.New(mockoup.Options{Titles: 10})
	must(t, err)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/kbart/demo/books?api_key=demo-key", nil)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != http.StatusOK || len(rows(w.Body.String())) != 7 {
		t.Errorf("status %d, %d rows", w.Code, len(rows(w.Body.String())))
	}
}

// TestResetWithoutConnection: if there is no connection to reset, the handler aborts in the way of net/http.
func TestResetWithoutConnection(t *testing.T) {
	t.Parallel()
	s, err := mockoup.New(mockoup.Options{Titles: 10})
	must(t, err)
	must(t, s.SetFault(mockoup.Fault{Kind: "reset"}))
	defer func() {
		if p := recover(); p != http.ErrAbortHandler { // the value of a panic is not wrapped
			t.Errorf("panic %v, want http.ErrAbortHandler", p)
		}
	}()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/kbart/demo/books?api_key=demo-key", nil)
	s.ServeHTTP(httptest.NewRecorder(), r)
}

// TestRequestsAreBounded: a mock that runs for a long time keeps the last thousand requests.
func TestRequestsAreBounded(t *testing.T) {
	t.Parallel()
	s, err := mockoup.New(mockoup.Options{Titles: 1})
	must(t, err)
	for i := range 1005 {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("/kbart/demo/journals?n=%d", i), nil)
		s.ServeHTTP(httptest.NewRecorder(), r)
	}
	if asked := s.Requests(); len(asked) != 1000 || asked[0].Query != "n=5" || asked[999].Query != "n=1004" {
		t.Errorf("%d requests from %s to %s", len(asked), asked[0].Query, asked[len(asked)-1].Query)
	}
}

// TestBigCatalogue: in a catalog of any size, identifiers do not repeat and titles are distinct.
func TestBigCatalogue(t *testing.T) {
	if testing.Short() {
		t.Skip("780,000 titles take a while")
	}
	t.Parallel()
	s, err := mockoup.New(mockoup.Options{Titles: 780_000})
	must(t, err)
	for content, least := range map[string]int{"books": 520_000, "journals": 260_000} {
		check := &uniqueness{seen: make([]uint64, 100_000_000/64)}
		must(t, s.WriteRelease(check, "demo", content, "2025-12-30"))
		if check.titles < least || check.repeated != "" {
			t.Errorf("%s: %d titles; repeated %q", content, check.titles, check.repeated)
		}
	}
}

// uniqueness checks the rows of a list that is written to it. A print identifier may be repeated only in the next row.
type uniqueness struct {
	rest     []byte
	seen     []uint64 // a bit for each of the last eight digits but the check digit
	last     int
	lastName []byte
	titles   int
	repeated string
}

func (u *uniqueness) Write(p []byte) (int, error) {
	text := slices.Concat(u.rest, p)
	for {
		row, rest, whole := bytes.Cut(text, []byte("\r\n"))
		if !whole {
			break
		}
		u.row(row)
		text = rest
	}
	u.rest = append(u.rest[:0], text...)
	return len(p), nil
}

func (u *uniqueness) row(row []byte) {
	name, row, _ := bytes.Cut(row, []byte("\t"))
	id, _, _ := bytes.Cut(row, []byte("\t"))
	if len(id) == 0 || id[0] < '0' || id[0] > '9' {
		return
	}
	number := 0
	for _, c := range id[:len(id)-1] {
		if c != '-' {
			number = (number*10 + int(c-'0')) % 100_000_000
		}
	}
	sameTitle := bytes.Equal(name, u.lastName)
	if sameTitle != (number == u.last) || !sameTitle && u.seen[number/64]>>(number%64)&1 == 1 {
		u.repeated = string(id) + " " + string(name)
	}
	u.seen[number/64] |= 1 << (number % 64)
	if u.last != number {
		u.titles++
	}
	u.last, u.lastName = number, append(u.lastName[:0], name...)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func BenchmarkGenerate(b *testing.B) {
	const size = 1_000_000
	s, err := mockoup.New(mockoup.Options{Titles: size})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, content := range []string{mockoup.Books, mockoup.Journals} {
			if err := s.WriteRelease(io.Discard, "demo", content, "2025-12-30"); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(size*float64(b.N)/b.Elapsed().Seconds(), "titles/s")
}
