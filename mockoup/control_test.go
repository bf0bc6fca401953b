package mockoup_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"autoholdings/mockoup"
)

// decode reads a JSON answer.
func decode[T any](t *testing.T, a answer) (value T) {
	t.Helper()
	if err := json.Unmarshal(a.body, &value); err != nil {
		t.Fatalf("status %d, %v: %s", a.status, err, a.body)
	}
	return value
}

type problem struct {
	Error struct{ Code, Message, Hint string }
}

func problemCode(t *testing.T, a answer) string {
	t.Helper()
	return decode[problem](t, a).Error.Code
}

func TestControlRelease(t *testing.T) {
	t.Parallel()
	s := mockoup.NewServer(t, mockoup.Options{Titles: 30})
	current := func(a answer) string {
		t.Helper()
		state := decode[struct {
			Current  string
			Releases []string
		}](t, a)
		if a.status != 200 || !slices.Equal(state.Releases, s.Releases()) || state.Current != s.Release() {
			t.Errorf("status %d: %s", a.status, a.body)
		}
		return state.Current
	}
	for i, c := range []struct{ method, path, body, want string }{
		{"GET", "/_mock/release", "", "2025-01-28"},
		{"PUT", "/_mock/release", `{"date":"2025-06-24"}`, "2025-06-24"},
		{"POST", "/_mock/release/next", "", "2025-07-29"},
		{"POST", "/_mock/release/previous", "", "2025-06-24"},
		{"POST", "/_mock/release", `{"step":-5}`, "2025-01-28"},
		{"PUT", "/_mock/release", `{"step":11}`, "2025-12-30"},
	} {
		if got := current(send(t, c.method, s.URL+c.path, c.body)); got != c.want {
			t.Errorf("%d: %s, want %s", i, got, c.want)
		}
	}
	if !strings.HasSuffix(get(t, s, "books").header.Get("Content-Disposition"), `2025-12-30.txt"`) {
		t.Error("the list is not of the release that was set")
	}
	for body, want := range map[string]string{
		`{"date":"2025-01-01"}`:            "bad-release",
		`{}`:                               "bad-release",
		`{"date":"2025-01-28","step":1}`:   "bad-release",
		`{"dat":"2025-01-28"}`:             "bad-json",
		`{"date":"2025-01-28"} {}`:         "bad-json",
		`date=2025-01-28`:                  "bad-json",
		``:                                 "bad-json",
		`{"date":"` + big + `"}`:           "bad-json",
		`{"step":"one"}`:                   "bad-json",
		`[{"date":"2025-01-28","step":0}]`: "bad-json",
	} {
		wantProblem(t, send(t, "PUT", s.URL+"/_mock/release", body), 400, want)
	}
	for _, path := range []string{"/_mock/release/next", "/_mock/release"} {
		wantProblem(t, send(t, "POST", s.URL+path, `{"step":1}`), 409, "no-further-release")
	}
	wantProblem(t, send(t, "POST", s.URL+"/_mock/release", `{"step":-9223372036854775808}`), 409, "no-further-release")
	if s.Release() != "2025-12-30" {
		t.Errorf("release %s: a request that was refused changed it", s.Release())
	}
}

var big = strings.Repeat("x", 70_000)

func wantProblem(t *testing.T, a answer, status int, code string) {
	t.Helper()
	p := decode[problem](t, a)
	if a.status != status || p.Error.Code != code || p.Error.Message == "" || p.Error.Hint == "" {
		t.Errorf("status %d: %s; want %d, %s, a message and a hint", a.status, a.body, status, code)
	}
}

func TestControlFault(t *testing.T) {
	t.Parallel()
	s := mockoup.NewServer(t, mockoup.Options{Titles: 30})
	state := func(a answer) string {
		t.Helper()
		got := decode[struct {
			Faults []mockoup.Fault
			Kinds  []string
		}](t, a)
		if a.status != 200 || !slices.Equal(got.Kinds, mockoup.FaultKinds()) || !slices.Equal(got.Faults, s.Faults()) {
			t.Errorf("status %d: %s", a.status, a.body)
		}
		return fmt.Sprint(got.Faults)
	}
	none := state(send(t, "GET", s.URL+"/_mock/fault", ""))
	state(send(t, "PUT", s.URL+"/_mock/fault", `{"kind":"too-many-requests","times":2,"retryAfter":5,"content":"books","customer":"demo"}`))
	for range 2 {
		if a := get(t, s, "books"); a.status != 429 || a.header.Get("Retry-After") != "5" {
			t.Errorf("status %d, Retry-After %q", a.status, a.header.Get("Retry-After"))
		}
	}
	if a := get(t, s, "books"); a.status != 200 {
		t.Errorf("status %d after two faults", a.status)
	}
	state(send(t, "PUT", s.URL+"/_mock/fault", `{"kind":"html"}`))
	if got := state(send(t, "DELETE", s.URL+"/_mock/fault", "")); got != none {
		t.Errorf("faults %s after they were cleared", got)
	}
	wantProblem(t, send(t, "PUT", s.URL+"/_mock/fault", `{"kind":"earthquake"}`), 400, "bad-fault")
	wantProblem(t, send(t, "PUT", s.URL+"/_mock/fault", `{"king":"html"}`), 400, "bad-json")
	wantProblem(t, send(t, "POST", s.URL+"/_mock/faults", `{"kind":"html"}`), 404, "no-such-path")
}

func TestControlPackaging(t *testing.T) {
	t.Parallel()
	s := mockoup.NewServer(t, mockoup.Options{Titles: 300})
	plain := get(t, s, "books")
	set := func(kind string) answer {
		t.Helper()
		a := send(t, "PUT", s.URL+"/_mock/packaging", `{"kind":"`+kind+`"}`)
		if got := decode[struct{ Kind string }](t, send(t, "GET", s.URL+"/_mock/packaging", "")); a.status != 200 || got.Kind != kind {
			t.Fatalf("status %d: %s", a.status, a.body)
		}
		return get(t, s, "books")
	}

	packed := set("gzip")
	wantOK(t, packed, "application/gzip")
	z, err := gzip.NewReader(bytes.NewReader(packed.body))
	must(t, err)
	text, err := io.ReadAll(z)
	must(t, err)
	if !bytes.Equal(text, plain.body) || !strings.HasSuffix(packed.header.Get("Content-Disposition"), `_2025-01-28.txt.gz"`) {
		t.Errorf("gzip: %d bytes, want %d; %v", len(text), len(plain.body), packed.header)
	}

	archived := set("zip")
	wantOK(t, archived, "application/zip")
	archive, err := zip.NewReader(bytes.NewReader(archived.body), int64(len(archived.body)))
	must(t, err)
	member, err := archive.File[0].Open()
	must(t, err)
	text, err = io.ReadAll(member)
	must(t, err)
	if len(archive.File) != 1 || archive.File[0].Name != "OxfordUniversityPress_Global_AllBooks_2025-01-28.txt" ||
		!bytes.Equal(text, plain.body) {
		t.Errorf("zip: %d members, %d bytes, want %d", len(archive.File), len(text), len(plain.body))
	}
	if !strings.HasSuffix(archived.header.Get("Content-Disposition"), `_2025-01-28.zip"`) {
		t.Errorf("headers %v", archived.header)
	}

	tags := []string{plain.header.Get("Etag"), packed.header.Get("Etag"), archived.header.Get("Etag")}
	if slices.Sort(tags); len(slices.Compact(tags)) != 3 {
		t.Errorf("ETags %v should differ", tags)
	}
	must(t, s.SetFault(mockoup.Fault{Kind: "truncated", Times: 1}))
	if a := get(t, s, "books"); a.err == nil || !bytes.Equal(a.body, archived.body[:len(a.body)]) {
		t.Errorf("truncated archive: %d bytes, %v", len(a.body), a.err)
	}
	sameList(t, set("plain"), plain)
	sameList(t, set(""), plain)
	wantProblem(t, send(t, "PUT", s.URL+"/_mock/packaging", `{"kind":"rar"}`), 400, "bad-packaging")
	wantProblem(t, send(t, "PUT", s.URL+"/_mock/packaging", `gzip`), 400, "bad-json")
}

func TestControlRequests(t *testing.T) {
	t.Parallel()
	s := mockoup.NewServer(t, mockoup.Options{Titles: 30})
	etag := get(t, s, "books").header.Get("Etag")
	get(t, s, "books", "If-None-Match", etag, "User-Agent", "test/1")
	ask(t, "GET", s.ListURL("demo", "journals")+"&api_key=demo-key")
	ask(t, "HEAD", s.ListURL("demo", "journals"), "Authorization", "Bearer secret")
	a := send(t, "GET", s.URL+"/_mock/requests", "")
	for _, secret := range []string{"demo-key", "secret"} {
		if bytes.Contains(a.body, []byte(secret)) {
			t.Errorf("a key is shown: %s", a.body)
		}
	}
	got := decode[[]mockoup.Request](t, a)
	if len(got) != 4 {
		t.Fatalf("%d requests: %s", len(got), a.body)
	}
	for i, want := range []mockoup.Request{
		{Method: "GET", Path: "/kbart/demo/books", Query: "format=kbart", Status: 200},
		{Method: "GET", Path: "/kbart/demo/books", Query: "format=kbart", Status: 304},
		{Method: "GET", Path: "/kbart/demo/journals", Query: "api_key=masked&format=kbart", Status: 200},
		{Method: "HEAD", Path: "/kbart/demo/journals", Query: "format=kbart", Status: 403},
	} {
		q := got[i]
		if q.Method != want.Method || q.Path != want.Path || q.Query != want.Query || q.Status != want.Status || q.Time.IsZero() {
			t.Errorf("%d: %+v, want %+v", i, q, want)
		}
	}
	if h := got[1].Headers; h["If-None-Match"] != etag || h["User-Agent"] != "test/1" || h["X-Api-Key"] != "masked" {
		t.Errorf("headers %v", h)
	}
	if h := got[3].Headers; h["Authorization"] != "masked" {
		t.Errorf("headers %v", h)
	}
	if a := send(t, "DELETE", s.URL+"/_mock/requests", ""); a.status != http.StatusNoContent || len(s.Requests()) > 0 {
		t.Errorf("status %d, %d requests left", a.status, len(s.Requests()))
	}
}
