package mockoup_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	"autoholdings/kbart"
	"autoholdings/mockoup"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// faultCase is a fault and its effect on an answer. good is the answer without the fault.
type faultCase struct {
	fault mockoup.Fault
	check func(t *testing.T, got, good answer)
}

var faultCases = map[string]faultCase{
	"no-content":        {mockoup.Fault{}, status(204, "")},
	"unauthorized":      {mockoup.Fault{}, status(401, "")},
	"forbidden":         {mockoup.Fault{}, status(403, "")},
	"not-found":         {mockoup.Fault{}, status(404, "")},
	"too-many-requests": {mockoup.Fault{}, status(429, "1")},
	"server-error":      {mockoup.Fault{}, status(500, "")},
	"unavailable":       {mockoup.Fault{RetryAfter: 7}, status(503, "7")},
	"timeout":           {mockoup.Fault{DelayMillis: 1}, status(504, "")},
	"slow":              {mockoup.Fault{DelayMillis: 1, ChunkBytes: 512}, sameList},
	"reset": {mockoup.Fault{}, func(t *testing.T, got, _ answer) {
		if !errors.Is(got.err, syscall.ECONNRESET) {
			t.Errorf("status %d, %d bytes, error %v; want a connection that was reset", got.status, len(got.body), got.err)
		}
	}},
	"truncated": {mockoup.Fault{}, func(t *testing.T, got, good answer) {
		if got.status != 200 || !errors.Is(got.err, io.ErrUnexpectedEOF) {
			t.Errorf("status %d, error %v; want a body that ends early", got.status, got.err)
		}
		if got.header.Get("Content-Length") != strconv.Itoa(len(good.body)) || !bytes.Equal(got.body, good.body[:len(good.body)/2]) {
			t.Errorf("%d bytes of %s; want half of %d", len(got.body), got.header.Get("Content-Length"), len(good.body))
		}
	}},
	"bad-gzip": {mockoup.Fault{}, func(t *testing.T, got, good answer) {
		wantOK(t, got, "application/gzip")
		z, err := gzip.NewReader(bytes.NewReader(got.body))
		must(t, err)
		text, err := io.ReadAll(z)
		if !errors.Is(err, io.ErrUnexpectedEOF) || !bytes.Equal(text, good.body[:len(good.body)/2]) {
			t.Errorf("%d bytes, error %v; want half of the list and then the end", len(text), err)
		}
	}},
	"html": {mockoup.Fault{}, func(t *testing.T, got, _ answer) {
		wantOK(t, got, "text/html; charset=utf-8")
		if !bytes.HasPrefix(got.body, []byte("<!DOCTYPE html>")) {
			t.Errorf("body %s", got.body)
		}
	}},
	"json-error": {mockoup.Fault{}, func(t *testing.T, got, _ answer) {
		wantOK(t, got, "application/json")
		if code := problemCode(t, got); code != "json-error" {
			t.Errorf("code %q", code)
		}
	}},
	"empty": {mockoup.Fault{}, func(t *testing.T, got, _ answer) {
		wantOK(t, got, "text/tab-separated-values; charset=utf-8")
		if len(got.body) > 0 {
			t.Errorf("body %s", got.body)
		}
	}},
	"header-only": {mockoup.Fault{}, func(t *testing.T, got, good answer) {
		wantOK(t, got, "text/tab-separated-values; charset=utf-8")
		if header, _, _ := bytes.Cut(good.body, []byte("\n")); !bytes.Equal(got.body, append(header, '\n')) {
			t.Errorf("body %q", got.body)
		}
	}},
	"half": {mockoup.Fault{}, func(t *testing.T, got, good answer) {
		wantOK(t, got, "text/tab-separated-values; charset=utf-8")
		half, all := titles(string(got.body)), titles(string(good.body))
		if len(half) != (len(all)+1)/2 {
			t.Errorf("%d titles, want half of %d", len(half), len(all))
		}
		for key, rows := range half {
			if !slices.Equal(rows, all[key]) {
				t.Errorf("%v should be %v", rows, all[key])
			}
		}
		if got.header.Get("Last-Modified") != good.header.Get("Last-Modified") {
			t.Error("the date should be the same")
		}
		if got.header.Get("Etag") == good.header.Get("Etag") {
			t.Error("the ETag should differ")
		}
	}},
	"older": {mockoup.Fault{}, func(t *testing.T, got, good answer) {
		wantOK(t, got, "text/tab-separated-values; charset=utf-8")
		if !strings.HasSuffix(got.header.Get("Content-Disposition"), `_2025-02-25.txt"`) ||
			got.header.Get("Last-Modified") != "Tue, 25 Feb 2025 00:00:00 GMT" || bytes.Equal(got.body, good.body) {
			t.Errorf("headers %v; want the release before", got.header)
		}
	}},
	"wrong-encoding": {mockoup.Fault{}, func(t *testing.T, got, good answer) {
		wantOK(t, got, "text/tab-separated-values; charset=utf-8")
		text, err := charmap.Windows1252.NewDecoder().Bytes(got.body)
		must(t, err)
		if utf8.Valid(got.body) || !bytes.Equal(text, good.body) {
			t.Error("want the list in Windows-1252")
		}
	}},
	"moved-ids": {mockoup.Fault{}, func(t *testing.T, got, good answer) {
		wantOK(t, got, "text/tab-separated-values; charset=utf-8")
		before, after := strings.Split(string(good.body), "\r\n"), strings.Split(string(got.body), "\r\n")
		if len(before) != len(after) || before[0] != after[0] {
			t.Fatalf("%d lines, want %d", len(after), len(before))
		}
		for i := 1; i < len(before)-1; i++ {
			was, is := strings.Split(before[i], "\t"), strings.Split(after[i], "\t")
			was[kbart.TitleID], was[kbart.PrintIdentifier], was[kbart.OnlineIdentifier] = "p7-"+was[kbart.TitleID], "", ""
			if !slices.Equal(was, is) {
				t.Fatalf("line %d: %q", i+1, after[i])
			}
		}
	}},
	"extra-column": {mockoup.Fault{}, func(t *testing.T, got, good answer) {
		wantOK(t, got, "text/tab-separated-values; charset=utf-8")
		before, after := strings.Split(string(good.body), "\r\n"), strings.Split(string(got.body), "\r\n")
		if len(before) != len(after) {
			t.Fatalf("%d lines, want %d", len(after), len(before))
		}
		for i := range len(before) - 1 {
			if !strings.HasPrefix(after[i], before[i]+"\t") || strings.Count(after[i], "\t") != kbart.NumColumns {
				t.Fatalf("line %d: %q", i+1, after[i])
			}
		}
	}},
}

func status(want int, retryAfter string) func(*testing.T, answer, answer) {
	return func(t *testing.T, got, _ answer) {
		if got.status != want || got.err != nil || got.header.Get("Retry-After") != retryAfter {
			t.Errorf("status %d, Retry-After %q, %v; want %d, %q", got.status, got.header.Get("Retry-After"), got.err, want, retryAfter)
		}
	}
}

func sameList(t *testing.T, got, good answer) {
	if got.status != 200 || got.err != nil || !bytes.Equal(got.body, good.body) {
		t.Errorf("status %d, %d bytes, %v; want the list", got.status, len(got.body), got.err)
	}
}

func wantOK(t *testing.T, got answer, contentType string) {
	t.Helper()
	if got.status != 200 || got.err != nil || got.header.Get("Content-Type") != contentType {
		t.Fatalf("status %d, %s, %v; want 200, %s", got.status, got.header.Get("Content-Type"), got.err, contentType)
	}
}

// TestFaults: every kind applies to one request, for books and for journals and regardless of conditions. It is
// recorded, and then it is over.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, kind := range mockoup.FaultKinds() {
		c, tested := faultCases[kind]
		if !tested {
			t.Errorf("no test for %s", kind)
			continue
		}
		for _, content := range []string{"books", "journals"} {
			t.Run(kind+" "+content, func(t *testing.T) {
				t.Parallel()
				s := mockoup.NewServer(t, mockoup.Options{Titles: 120})
				must(t, s.SetRelease("2025-03-25"))
				good := get(t, s, content)
				f := c.fault
				f.Kind, f.Times = kind, 1
				must(t, s.SetFault(f))
				c.check(t, get(t, s, content, "If-None-Match", good.header.Get("Etag"), "If-Modified-Since", good.header.Get("Last-Modified")), good)
				if asked := s.Requests(); asked[1].Fault != kind || asked[0].Fault != "" {
					t.Errorf("recorded %+v", asked)
				}
				sameList(t, get(t, s, content), good)
			})
		}
	}
	if len(faultCases) != len(mockoup.FaultKinds()) {
		t.Errorf("%d cases for %d kinds", len(faultCases), len(mockoup.FaultKinds()))
	}
}

// TestFaultsOnNothing: if there is no list, a fault of the list changes nothing.
func TestFaultsOnNothing(t *testing.T) {
	t.Parallel()
	s := mockoup.NewServer(t, mockoup.Options{Titles: 1})
	for _, kind := range []string{"slow", "truncated", "bad-gzip", "half", "older", "wrong-encoding", "moved-ids", "extra-column"} {
		must(t, s.SetFault(mockoup.Fault{Kind: kind}))
		if a := get(t, s, "journals"); a.status != http.StatusNoContent {
			t.Errorf("%s: status %d, want 204", kind, a.status)
		}
	}
}

func TestFaultTimes(t *testing.T) {
	t.Parallel()
	s := mockoup.NewServer(t, mockoup.Options{Titles: 10, Customers: []mockoup.Customer{{Number: "two", Key: "k"}}})
	two := func() int { return ask(t, http.MethodGet, s.ListURL("two", "books"), "X-Api-Key", "k").status }
	demo := func(content string) int { return get(t, s, content).status }
	expect := func(what string, got, want int) {
		t.Helper()
		if got != want {
			t.Errorf("%s: status %d, want %d", what, got, want)
		}
	}

	must(t, s.SetFault(mockoup.Fault{Kind: "unavailable", Times: 2}))
	expect("first of two", demo("books"), 503)
	expect("a wrong key does not use the fault up", ask(t, http.MethodGet, s.ListURL("demo", "books"), "X-Api-Key", "x").status, 403)
	expect("second of two", demo("journals"), 503)
	expect("third", demo("books"), 200)

	must(t, s.SetFault(mockoup.Fault{Kind: "server-error", Content: "books"}))
	must(t, s.SetFault(mockoup.Fault{Kind: "forbidden", Customer: "two"}))
	for range 3 {
		expect("another content type", demo("journals"), 200)
		expect("this content type", demo("books"), 500)
		expect("the fault set last goes first", two(), 403)
	}
	must(t, s.SetFault(mockoup.Fault{Kind: "not-found", Content: "books"}))
	expect("in the place of an earlier fault", demo("books"), 404)
	if faults := s.Faults(); len(faults) != 2 || faults[0].Kind != "not-found" {
		t.Errorf("faults %+v", faults)
	}
	s.ClearFaults()
	expect("cleared", demo("books"), 200)
	expect("cleared", two(), 200)
}

func TestFaultsRefused(t *testing.T) {
	t.Parallel()
	s := mockoup.NewServer(t, mockoup.Options{Titles: 10})
	for _, f := range []mockoup.Fault{
		{},
		{Kind: "earthquake"},
		{Kind: "half", Content: "maps"},
		{Kind: "half", Customer: "nobody"},
		{Kind: "slow", DelayMillis: -1},
		{Kind: "wrong-encoding", Encoding: "ebcdic"},
	} {
		if err := s.SetFault(f); err == nil {
			t.Errorf("%+v was accepted", f)
		}
	}
	if len(s.Faults()) > 0 {
		t.Errorf("faults %+v", s.Faults())
	}
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	for name, encoding := range map[string]unicode.Endianness{"utf-16le": unicode.LittleEndian, "utf-16be": unicode.BigEndian} {
		s := mockoup.NewServer(t, mockoup.Options{Titles: 120})
		must(t, s.SetFault(mockoup.Fault{Kind: "wrong-encoding", Encoding: name, Times: 1}))
		got := get(t, s, "journals")
		text, err := unicode.UTF16(encoding, unicode.ExpectBOM).NewDecoder().Bytes(got.body)
		if err != nil || string(text) != list(t, s, "journals") {
			t.Errorf("%s: %d bytes, %v; want the list", name, len(got.body), err)
		}
	}
}

// TestOlderThanTheFirst: for the first release, the same list is sent with an earlier date.
func TestOlderThanTheFirst(t *testing.T) {
	t.Parallel()
	s := mockoup.NewServer(t, mockoup.Options{Titles: 30})
	must(t, s.SetFault(mockoup.Fault{Kind: "older", Times: 1}))
	a := get(t, s, "books")
	if !strings.HasSuffix(a.header.Get("Content-Disposition"), `_2024-12-28.txt"`) || string(a.body) != list(t, s, "books") {
		t.Errorf("headers %v", a.header)
	}
}

// TestHeldAnswers: a held answer ends when the client leaves or the server is closed.
func TestHeldAnswers(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"timeout", "slow"} {
		t.Run(kind+", client leaves", func(t *testing.T) {
			t.Parallel()
			s := mockoup.NewServer(t, mockoup.Options{Titles: 2000})
			must(t, s.SetFault(mockoup.Fault{Kind: kind, DelayMillis: 3_600_000}))
			ctx, leave := context.WithCancel(t.Context())
			answered := make(chan error, 1)
			go func() { answered <- fetch(ctx, s.ListURL("demo", "books")) }()
			waitForFault(s)
			leave()
			if err := <-answered; !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
		})
		t.Run(kind+", server closed", func(t *testing.T) {
			t.Parallel()
			s := mockoup.NewServer(t, mockoup.Options{Titles: 2000})
			must(t, s.SetFault(mockoup.Fault{Kind: kind, DelayMillis: 3_600_000}))
			answered := make(chan error, 1)
			go func() { answered <- fetch(t.Context(), s.ListURL("demo", "books")) }()
			waitForFault(s)
			must(t, s.Close())
			must(t, s.Close())
			if err := <-answered; (err == nil) != (kind == "timeout") {
				t.Errorf("error %v", err)
			}
		})
	}
}

// fetch reads a list to its end.
func fetch(ctx context.Context, url string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"&api_key="+mockoup.DemoKey, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

// waitForFault returns once a fault was applied to a request.
func waitForFault(s *mockoup.TestServer) {
	for asked := s.Requests(); len(asked) == 0 || asked[0].Fault == ""; asked = s.Requests() {
		runtime.Gosched()
	}
}
