package provider_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"autoholdings/internal/secret"
	"autoholdings/internal/storable"
	"autoholdings/provider"
	"autoholdings/provider/oup"
)

func TestRequestIsTheTemplateFilledIn(t *testing.T) {
	t.Parallel()
	var got *http.Request
	b := setup(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		serve(list)(w, r)
	}, func(o *provider.Options) {
		o.Template.BaseURL += "/base/"
		o.Template.Path = "/v1/{customer}/{content}"
		o.Template.Query = map[string]string{"format": "{format}", "who": "c-{customer}", "k": "{key}"}
		o.Template.Headers = map[string]string{"authorization": "Bearer {key}"}
	})
	r := request()
	r.Credentials["customer"] = secret.NewKey("a/b?c%2F")
	b.mustFetch(t, r)
	if got.URL.EscapedPath() != "/base/v1/a%2Fb%3Fc%252F/journals" {
		t.Errorf("path %s", got.URL.EscapedPath())
	}
	query := got.URL.Query()
	if query.Get("format") != "kbart" || query.Get("who") != "c-a/b?c%2F" || query.Get("k") != apiKey || len(query) != 3 {
		t.Errorf("query %v", query)
	}
	if got.Method != http.MethodGet || got.Header.Get("Authorization") != "Bearer "+apiKey || got.Header.Get("User-Agent") != "autoholdings" {
		t.Errorf("%s with headers %v", got.Method, got.Header)
	}
	if got.Header.Get("If-None-Match") != "" || got.Header.Get("If-Modified-Since") != "" || got.Header.Get("Referer") != "" {
		t.Errorf("headers that should not be there: %v", got.Header)
	}
}

func TestNewFileIsKept(t *testing.T) {
	t.Parallel()
	b := setup(t, serve(list, "ETag", `"abc"`, "Last-Modified", "Sun, 01 Feb 2026 10:00:00 GMT",
		"Content-Disposition", `attachment; filename="OUP_Global_AllTitles_2026-01-28.txt"`))
	f := b.mustFetch(t, request())
	want := provider.File{
		Path: hashOf(list) + ".txt.gz", Name: "OUP_Global_AllTitles_2026-01-28.txt", SHA256: hashOf(list), Size: int64(len(list)),
		StoredSize: f.StoredSize, ETag: `"abc"`, LastModified: "Sun, 01 Feb 2026 10:00:00 GMT",
		Date: time.Date(2026, 1, 28, 0, 0, 0, 0, time.UTC), FetchedAt: now, Status: 200, Packaging: "plain",
	}
	if *f != want {
		t.Errorf("file\n%+v, want\n%+v", *f, want)
	}
	if got := b.read(t, f.Path); got != list {
		t.Errorf("kept %q", got)
	}
	if kept := b.kept(t); len(kept) != 1 || f.StoredSize == 0 {
		t.Errorf("kept files %v of %d bytes", kept, f.StoredSize)
	}
	if spooled := b.spooled(t); len(spooled) != 0 {
		t.Errorf("left in the spool: %v", spooled)
	}
}

func TestPackagings(t *testing.T) {
	t.Parallel()
	utf16 := "\xff\xfe" + strings.Join(strings.Split(list, ""), "\x00") + "\x00"
	for name, c := range map[string]struct {
		body, packaging, content string
		headers                  []string
		name                     string
	}{
		"plain":                      {body: list, packaging: "plain"},
		"plain, called HTML":         {body: list, packaging: "plain", headers: []string{"Content-Type", "text/html"}},
		"UTF-16":                     {body: utf16, packaging: "plain", content: utf16},
		"UTF-16 without a mark":      {body: utf16[2:], packaging: "plain", content: utf16[2:]},
		"header only":                {body: "publication_title\ttitle_id\n", packaging: "plain", content: "publication_title\ttitle_id\n"},
		"gzip file":                  {body: gzipped(list), packaging: "gzip"},
		"gzip file of two parts":     {body: gzipped(list[:20]) + gzipped(list[20:]), packaging: "gzip"},
		"gzip transfer":              {body: gzipped(list), packaging: "gzip", headers: []string{"Content-Encoding", "gzip"}},
		"gzip transfer, old name":    {body: gzipped(list), packaging: "gzip", headers: []string{"Content-Encoding", "X-GZIP"}},
		"identity transfer":          {body: list, packaging: "plain", headers: []string{"Content-Encoding", "identity"}},
		"gzip transfer of gzip file": {body: gzipped(gzipped(list)), packaging: "gzip+gzip", headers: []string{"Content-Encoding", "gzip"}},
		"ZIP":                        {body: zipped(t, "dir/OUP_x_2026-02-03.txt", list), packaging: "zip", name: "OUP_x_2026-02-03.txt"},
		"ZIP with other things": {
			body: zipped(t, "dir/", "", "__MACOSX/._a.txt", "text", ".hidden", "text", "logo.png", "\x89PNG\x00\x00\x00\x01\x00", "a.tsv",
				list),
			packaging: "zip", name: "a.tsv",
		},
		"gzip transfer of ZIP": {body: gzipped(zipped(t, `C:\lists\a.txt`, list)), packaging: "gzip+zip", name: "a.txt"},
		"ZIP of a gzip file":   {body: zipped(t, "a.txt", list), packaging: "zip", name: "a.txt"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := c.content
			if want == "" {
				want = list
			}
			b := setup(t, serve(c.body, c.headers...))
			f := b.mustFetch(t, request())
			if f.Packaging != c.packaging || f.SHA256 != hashOf(want) || f.Size != int64(len(want)) {
				t.Errorf("file %+v", f)
			}
			if got := b.read(t, f.Path); got != want {
				t.Errorf("kept %q", got)
			}
			if c.name != "" && f.Name != c.name {
				t.Errorf("name %q, want %q", f.Name, c.name)
			}
		})
	}
}

func TestSameListIsKeptOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, sequence(serve(list), serve(gzipped(list)), serve(zipped(t, "a.txt", list))))
	first := b.mustFetch(t, request())
	for range 2 {
		if f := b.mustFetch(t, request()); f.Path != first.Path || f.StoredSize != first.StoredSize {
			t.Errorf("kept as %+v, want as %+v", f, first)
		}
	}
	if kept := b.kept(t); len(kept) != 1 {
		t.Errorf("kept %v", kept)
	}
}

func TestNamesAndDates(t *testing.T) {
	t.Parallel()
	feb1 := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		path    string
		headers []string
		body    string
		want    string
		date    time.Time
	}{
		"nobody names it":     {want: "oup-journals.txt"},
		"only Last-Modified":  {headers: []string{"Last-Modified", "Sun, 01 Feb 2026 00:00:00 GMT"}, want: "oup-journals.txt", date: feb1},
		"wild Last-Modified":  {headers: []string{"Last-Modified", "yesterday"}, want: "oup-journals.txt"},
		"address":             {path: "/OUP_20260201.txt", want: "OUP_20260201.txt", date: feb1},
		"address without end": {path: "/20260201/journals", want: "oup-journals.txt"},
		"header before address": {
			path: "/OUP_20251231.txt", headers: []string{"Content-Disposition", `attachment; filename=OUP_2026-02-01.txt`},
			want: "OUP_2026-02-01.txt", date: feb1,
		},
		"dated address, undated header": {
			path: "/OUP_20260201.txt", headers: []string{"Content-Disposition", `attachment; filename=list.txt`}, want: "list.txt", date: feb1,
		},
		"extended header": {
			headers: []string{"Content-Disposition", `attachment; filename*=UTF-8''Universit%C3%A9_2026-02-01.txt`},
			want:    "Université_2026-02-01.txt", date: feb1,
		},
		"path in the header": {
			headers: []string{"Content-Disposition", `attachment; filename="../../etc/OUP_2026-02-01.txt.gz"`}, want: "OUP_2026-02-01.txt",
			date: feb1,
		},
		"nothing but dots": {headers: []string{"Content-Disposition", `attachment; filename="../.."`}, want: "oup-journals.txt"},
		"malformed header": {headers: []string{"Content-Disposition", `attachment; filename="`}, want: "oup-journals.txt"},
		"very long": {
			headers: []string{"Content-Disposition", "attachment; filename=" + strings.Repeat("x", 500)},
			want:    strings.Repeat("x", 200),
		},
		"shows the key": {headers: []string{"Content-Disposition", `attachment; filename="list-plain-key.txt"`}, want: "oup-journals.txt"},
		"ZIP dated outside": {
			headers: []string{"Content-Disposition", `attachment; filename="OUP_2026-02-01.zip"`}, body: "zip",
			want: "list.txt", date: feb1,
		},
		"ZIP without a name": {body: "zip", want: "list.txt"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if f := fetchFrom(t, c.path, c.body == "zip", c.headers); f.Name != c.want || !f.Date.Equal(c.date) {
				t.Errorf("name %q date %s, want %q %s", f.Name, f.Date, c.want, c.date)
			}
		})
	}
}

// fetchFrom fetches a list that is served at a path, "" for the usual one, with these headers.
func fetchFrom(t *testing.T, path string, packed bool, headers []string) *provider.File {
	t.Helper()
	body := list
	if packed {
		body = zipped(t, "list.txt", list)
	}
	b := setup(t, serve(body, headers...), func(o *provider.Options) {
		if path != "" {
			o.Template.Path = path
			o.Template.Query = map[string]string{"c": "{content}", "n": "{customer}"}
		}
	})
	r := request()
	r.Credentials["key"] = secret.NewKey("plain-key")
	return b.mustFetch(t, r)
}

func TestSameFile(t *testing.T) {
	t.Parallel()
	onEachKeeper(t, func(t *testing.T, s *shelf) {
		const modified = "Sun, 01 Feb 2026 00:00:00 GMT"
		b := setup(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("If-None-Match") == `"1"` && r.Header.Get("If-Modified-Since") == modified {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			serve(list, "ETag", `"1"`, "Last-Modified", modified)(w, r)
		}, s.use)
		first := b.mustFetch(t, request())
		known := request()
		known.LastSHA256 = strings.ToUpper(first.SHA256)
		byHash := b.mustFail(t, known, provider.SameFile)
		if byHash.Status != 200 || byHash.File == nil || *byHash.File != *first || byHash.Retriable {
			t.Errorf("same hash: %+v with file %+v", byHash, byHash.File)
		}
		known.ETag, known.LastModified = first.ETag, first.LastModified
		notModified := b.mustFail(t, known, provider.SameFile)
		if notModified.Status != 304 || notModified.File == nil {
			t.Fatalf("not modified: %+v", notModified)
		}
		same := *notModified.File
		if same.Path != first.Path || same.SHA256 != first.SHA256 || same.Size != first.Size || same.StoredSize != first.StoredSize ||
			same.ETag != first.ETag || same.LastModified != first.LastModified || !same.Date.Equal(first.Date) || same.Status != 304 {
			t.Errorf("file %+v, want that of\n%+v", same, first)
		}
		if got := b.read(t, same.Path); got != list {
			t.Errorf("kept %q", got)
		}
		known.LastSHA256 = ""
		if o := b.mustFail(t, known, provider.SameFile); o.File != nil {
			t.Errorf("a file out of nothing: %+v", o.File)
		}
	})
}

func TestConditionsAreLeftOutWhereTheKeptCopyIsGone(t *testing.T) {
	t.Parallel()
	onEachKeeper(t, func(t *testing.T, s *shelf) {
		b := setup(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("If-None-Match") != "" {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			serve(list, "ETag", `"1"`)(w, r)
		}, s.use)
		first := b.mustFetch(t, request())
		if err := b.Store().Remove(t.Context(), first.Path); err != nil {
			t.Fatal(err)
		}
		known := request()
		known.LastSHA256, known.ETag = first.SHA256, first.ETag
		o := b.mustFail(t, known, provider.SameFile) // by its hash
		if o.Status != 200 || o.File == nil || b.read(t, o.File.Path) != list {
			t.Errorf("outcome %+v", o)
		}
	})
}

func TestStatusCodes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status    int
		code      provider.Code
		attempts  int
		retriable bool
	}{
		{201, provider.UnexpectedStatus, 1, false},
		{202, provider.NoFile, 1, false},
		{204, provider.NoFile, 1, false},
		{206, provider.UnexpectedStatus, 1, false},
		{304, provider.UnexpectedStatus, 1, false}, // no condition was sent
		{300, provider.UnexpectedStatus, 1, false},
		{302, provider.UnexpectedStatus, 1, false}, // no Location
		{400, provider.UnexpectedStatus, 1, false},
		{401, provider.CredentialsRefused, 1, false},
		{403, provider.CredentialsRefused, 1, false},
		{404, provider.NoFile, 1, false},
		{408, provider.Timeout, 4, true},
		{410, provider.UnexpectedStatus, 1, false},
		{429, provider.Throttled, 4, true},
		{500, provider.ServerError, 4, true},
		{501, provider.ServerError, 1, false},
		{502, provider.ServerError, 4, true},
		{503, provider.ServerError, 4, true},
		{504, provider.ServerError, 4, true},
		{505, provider.ServerError, 1, false},
		{599, provider.ServerError, 4, true},
	} {
		t.Run(fmt.Sprint(c.status), func(t *testing.T) {
			t.Parallel()
			b := setup(t, answer(c.status, ""))
			o := b.mustFail(t, request(), c.code)
			if o.Status != c.status || o.Attempts != c.attempts || int(b.requests.Load()) != c.attempts || o.Retriable != c.retriable {
				t.Errorf("outcome %+v after %d requests, want %+v", o, b.requests.Load(), c)
			}
			if len(b.kept(t)) != 0 {
				t.Error("something was kept")
			}
		})
	}
}

func TestOutcomeQuotesTheProvider(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status  int
		body    string
		headers []string
		want    string
	}{
		"text":        {403, "Your subscription\n ended. ", nil, "says: Your subscription ended."},
		"JSON":        {401, `{"status":401,"Message":"Bad key"}`, nil, "says: Bad key"},
		"nested JSON": {400, `{"errors":[{"code":3,"detail":"No such customer"}]}`, nil, "says: No such customer"},
		"other JSON":  {400, `{"a":1}`, nil, `says: {"a":1}`},
		"page":        {500, "<html><head><title>Down &amp; out</title></head></html>", nil, "says: Down & out"},
		"headline":    {500, "<h1><b>Oh</b> no</h1>", nil, "says: Oh no"},
		"gzip":        {403, gzipped("No."), []string{"Content-Encoding", "gzip"}, "says: No."},
		"binary":      {403, "\x00\x01\x02\x03", nil, "HTTP 403 Forbidden"},
		"broken gzip": {403, "No.", []string{"Content-Encoding", "gzip"}, "HTTP 403 Forbidden"},
		"odd coding":  {403, "No.", []string{"Content-Encoding", "br"}, "HTTP 403 Forbidden"},
		"long":        {403, strings.Repeat("é", 300), nil, strings.Repeat("é", 200) + "…"},
		"200 JSON":    {200, `{"error":{"message":"quota"}}`, nil, "says: quota"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, answer(c.status, c.body, c.headers...), func(o *provider.Options) { o.Attempts = 1 })
			_, err := b.Fetch(t.Context(), request())
			if o, ok := errors.AsType[*provider.Outcome](err); !ok || !strings.HasSuffix(o.Message, c.want) {
				t.Errorf("error %v, want a message that ends in %q", err, c.want)
			}
		})
	}
}

func TestRetriesRecover(t *testing.T) {
	t.Parallel()
	b := setup(t, sequence(
		answer(500, ""),
		answer(429, ""),
		serve(gzipped(list)[:30]),
		serve(list),
	), func(o *provider.Options) { o.BackoffBase, o.BackoffMax = 100*time.Millisecond, 200*time.Millisecond })
	if f := b.mustFetch(t, request()); f.SHA256 != hashOf(list) || b.requests.Load() != 4 {
		t.Errorf("file %+v after %d requests", f, b.requests.Load())
	}
	// Base, doubled, at most the longest, each give or take a half.
	for i, middle := range []time.Duration{100, 200, 200} {
		middle *= time.Millisecond
		if b.pauses[i] < middle/2 || b.pauses[i] > middle*3/2+1 {
			t.Errorf("pause %d of %s, want %s ± 50 %%", i+1, b.pauses[i], middle)
		}
	}
}

func TestPausesDiffer(t *testing.T) {
	t.Parallel()
	b := setup(t, answer(500, ""), func(o *provider.Options) { o.Attempts, o.BackoffMax = 9, time.Second })
	_ = b.mustFail(t, request(), provider.ServerError)
	if pauses := slices.Compact(slices.Sorted(slices.Values(b.pauses))); len(pauses) < 4 {
		t.Errorf("pauses %v have no jitter", b.pauses)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status   int
		header   string
		attempts int
		pause    time.Duration // the least of each
		after    time.Duration // in the outcome
	}{
		"seconds":           {429, "7", 4, 7 * time.Second, 7 * time.Second},
		"date":              {429, now.Add(9 * time.Second).Format(http.TimeFormat), 4, 9 * time.Second, 9 * time.Second},
		"with 503":          {503, "7", 4, 7 * time.Second, 7 * time.Second},
		"none":              {429, "", 4, 0, 0},
		"past":              {429, now.Add(-time.Hour).Format(http.TimeFormat), 4, 0, 0},
		"malformed":         {429, "soon", 4, 0, 0},
		"negative":          {429, "-5", 4, 0, 0},
		"too long":          {429, "3600", 1, 0, time.Hour},
		"too long with 503": {503, "3600", 1, 0, time.Hour},
		"absurd":            {429, "99999999999999999999", 1, 0, 31 * 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, answer(c.status, "", "Retry-After", c.header))
			_, err := b.Fetch(t.Context(), request())
			o, ok := errors.AsType[*provider.Outcome](err)
			if !ok || o.Attempts != c.attempts || o.RetryAfter != c.after || !o.Retriable {
				t.Fatalf("outcome %+v, want %+v", o, c)
			}
			for _, pause := range b.pauses {
				if pause < c.pause {
					t.Errorf("pauses %v, want at least %s", b.pauses, c.pause)
				}
			}
		})
	}
}

func TestNoPauseBeyondTheDeadline(t *testing.T) {
	t.Parallel()
	b := setup(t, answer(429, "", "Retry-After", "50"))
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	file, err := b.Fetch(ctx, request())
	if o := b.checkFailure(t, file, err, provider.Throttled); o.Attempts != 1 || o.RetryAfter != 50*time.Second || !o.Retriable {
		t.Errorf("outcome %+v", o)
	}
}

func TestInvalidRequests(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*provider.Request){
		"no customer":            func(r *provider.Request) { r.Credentials["customer"] = secret.NewKey("") },
		"customer with blank":    func(r *provider.Request) { r.Credentials["customer"] = secret.NewKey("1 2") },
		"customer climbs":        func(r *provider.Request) { r.Credentials["customer"] = secret.NewKey("..") },
		"no key":                 func(r *provider.Request) { r.Credentials["key"] = secret.Key{} },
		"key breaks the header":  func(r *provider.Request) { r.Credentials["key"] = secret.NewKey(apiKey + "\r\nHost: x") },
		"content type unknown":   func(r *provider.Request) { r.Content = "videos" },
		"format with line break": func(r *provider.Request) { r.Format = "a\nb" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, serve(list))
			r := request()
			change(&r)
			_, err := b.Fetch(t.Context(), r)
			if !errors.Is(err, provider.InvalidRequest) || b.requests.Load() != 0 || strings.Contains(err.Error(), "\n") ||
				strings.Contains(err.Error(), apiKey) {
				t.Errorf("error %v after %d requests", err, b.requests.Load())
			}
			if o, _ := errors.AsType[*provider.Outcome](err); o.Attempts != 0 || o.Retriable {
				t.Errorf("outcome %+v", o)
			}
		})
	}
}

func TestNotAList(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body string
		code provider.Code
		want string
	}{
		"empty":          {"", provider.NotKBART, "empty"},
		"blank":          {"\ufeff\r\n \n", provider.NotKBART, "empty"},
		"empty gzip":     {gzipped(""), provider.NotKBART, "empty"},
		"password form":  {`<!DOCTYPE html><form><input TYPE='password'></form>`, provider.CredentialsRefused, "login page"},
		"single sign-on": {"\r\n<html><title>x</title><form action=/sso>Please sign in</form>", provider.CredentialsRefused, "login page (x)"},
		"login title":    {"<HTML><TITLE>Log In &mdash; Oxford</TITLE>", provider.CredentialsRefused, "Log In — Oxford"},
		"login in UTF-16": {
			"\xff\xfe<\x00t\x00i\x00t\x00l\x00e\x00>\x00l\x00o\x00g\x00i\x00n\x00<\x00/\x00t\x00i\x00t\x00l\x00e\x00>\x00",
			provider.CredentialsRefused, "login",
		},
		"other page":        {"<html><title>Maintenance</title><a href=/x>Sign in</a>", provider.NotKBART, "Maintenance"},
		"page without end":  {"<!doctype html><title>Maint", provider.NotKBART, "HTML"},
		"XML":               {"<?xml version='1.0'?><error/>", provider.NotKBART, "XML"},
		"JSON":              {` {"message":"unknown <customer>"}`, provider.NotKBART, "unknown <customer>"},
		"JSON array":        {`["a","b"]`, provider.NotKBART, "says: a"},
		"broken JSON":       {`{"message":`, provider.NotKBART, `{"message":`},
		"PDF":               {"%PDF-1.7\n\x00\x00\x01\x00", provider.NotKBART, "binary"},
		"page in gzip":      {gzipped("<html>no</html>"), provider.NotKBART, "HTML"},
		"workbook":          {zipped(t, "[Content_Types].xml", "<Types/>", "xl/a.xml", "<a/>"), provider.NotKBART, "spreadsheet"},
		"ZIP of nothing":    {zipped(t), provider.NotKBART, "without a text file"},
		"ZIP of pictures":   {zipped(t, "a.png", "\x89PNG\x00\x00\x00\x01\x00"), provider.NotKBART, "(a.png)"},
		"ZIP of lists":      {zipped(t, "a.txt", list, "b.txt", list), provider.NotKBART, "2 text files"},
		"page in ZIP":       {zipped(t, "a.txt", "<html>no</html>"), provider.NotKBART, "HTML"},
		"tower of archives": {gzipped(gzipped(gzipped(gzipped(list)))), provider.NotKBART, "packed in one another"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, serve(c.body))
			if o := b.mustFail(t, request(), c.code); !strings.Contains(o.Message, c.want) || o.Retriable || o.Attempts != 1 || o.Status != 200 {
				t.Errorf("outcome %+v, want %q in its message", o, c.want)
			}
			if len(b.kept(t)) != 0 {
				t.Error("it was kept")
			}
		})
	}
	t.Run("unknown encoding", func(t *testing.T) {
		t.Parallel()
		b := setup(t, serve(list, "Content-Encoding", "br"))
		if o := b.mustFail(t, request(), provider.NotKBART); !strings.Contains(o.Message, "encoded as br") {
			t.Errorf("outcome %+v", o)
		}
	})
}

func TestTruncated(t *testing.T) {
	t.Parallel()
	long := list + strings.Repeat("A title\t1234-5679\tid\n", 5000)
	packed, archive := gzipped(long), zipped(t, "a.txt", long)
	corrupt := []byte(packed)
	corrupt[len(corrupt)/2] ^= 0xff
	badSum := []byte(packed)
	badSum[len(badSum)-6] ^= 0xff
	badZip := []byte(archive)
	badZip[60] ^= 0xff
	for name, handler := range map[string]http.HandlerFunc{
		"Content-Length":            serve(list, "Content-Length", "1000"),
		"chunked":                   cutChunked,
		"gzip cut":                  serve(packed[:len(packed)-20]),
		"gzip cut in its header":    serve(packed[:5]),
		"gzip cut in transfer":      serve(packed[:len(packed)/2], "Content-Encoding", "gzip"),
		"gzip corrupt":              serve(string(corrupt)),
		"gzip checksum":             serve(string(badSum)),
		"gzip and more":             serve(packed + "more"),
		"gzip only by its label":    serve(list, "Content-Encoding", "gzip"),
		"ZIP cut":                   serve(archive[:len(archive)-30]),
		"ZIP cut in its first part": serve(archive[:10]),
		"ZIP corrupt":               serve(string(badZip)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, handler)
			if o := b.mustFail(t, request(), provider.Truncated); !o.Retriable || o.Attempts != 4 || o.Status != 200 {
				t.Errorf("outcome %+v", o)
			}
			if len(b.kept(t)) != 0 {
				t.Error("it was kept")
			}
		})
	}
}

// cutChunked ends the connection in the middle of a chunked body.
func cutChunked(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, list)
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	const limit = 1 << 20 // of setup
	zeros := strings.Repeat("\t", 3*limit)
	for name, handler := range map[string]http.HandlerFunc{
		"announced":          func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", fmt.Sprint(1<<40)) },
		"plain":              serve(zeros[:limit+1]),
		"plain, unannounced": endless,
		"gzip bomb":          serve(gzipped(zeros)),
		"gzip bomb in gzip":  serve(gzipped(gzipped(zeros))),
		"ZIP bomb":           serve(zipped(t, "a.txt", zeros)),
		"ZIP bomb in gzip":   serve(gzipped(zipped(t, "a.txt", zeros))),
		"ZIP of many":        serve(zipped(t, manyMembers(30_000)...)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, handler, func(o *provider.Options) {
				if name == "ZIP of many" {
					o.MaxSize = 10 * limit
				}
			})
			if o := b.mustFail(t, request(), provider.TooLarge); o.Retriable || o.Attempts != 1 {
				t.Errorf("outcome %+v", o)
			}
		})
	}
	t.Run("just small enough", func(t *testing.T) {
		t.Parallel()
		b := setup(t, serve(list+zeros[:limit-len(list)]))
		if f := b.mustFetch(t, request()); f.Size != limit {
			t.Errorf("size %d", f.Size)
		}
	})
}

func endless(w http.ResponseWriter, _ *http.Request) {
	for {
		if _, err := io.WriteString(w, list); err != nil {
			return
		}
	}
}

func manyMembers(n int) []string {
	var members []string
	for i := range n {
		members = append(members, fmt.Sprintf("member-%d.txt", i), "")
	}
	return members
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	const (
		short = 30 * time.Millisecond
		long  = time.Minute
	)
	for name, c := range map[string]struct {
		handler  http.HandlerFunc
		options  func(*provider.Options)
		attempts int
	}{
		"no headers": {hang, func(o *provider.Options) { o.HeaderTimeout = short }, 4},
		"idle body": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, list)
			_ = http.NewResponseController(w).Flush()
			hang(w, r)
		}, func(o *provider.Options) { o.IdleTimeout = short }, 4},
		"slow drip":           {drip, func(o *provider.Options) { o.Timeout = 5 * short }, 1},
		"everything together": {hang, func(o *provider.Options) { o.Timeout = short }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, c.handler, func(o *provider.Options) {
				o.HeaderTimeout, o.IdleTimeout, o.Timeout = long, long, long
				c.options(o)
			})
			o := b.mustFail(t, request(), provider.Timeout)
			if o.Attempts != c.attempts || !o.Retriable {
				t.Errorf("outcome %+v, want %d attempts", o, c.attempts)
			}
			if errors.Is(o, context.Canceled) {
				t.Errorf("%v is taken for a cancellation by the caller", o)
			}
		})
	}
}

// hang answers nothing until the client gives up.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// drip sends a byte at a time, at intervals below any idle limit.
func drip(w http.ResponseWriter, r *http.Request) {
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			_, _ = io.WriteString(w, "x")
			_ = http.NewResponseController(w).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

func TestConnectionFaults(t *testing.T) {
	t.Parallel()
	t.Run("reset before the answer", func(t *testing.T) {
		t.Parallel()
		b := setup(t, func(w http.ResponseWriter, _ *http.Request) { reset(w) })
		if o := b.mustFail(t, request(), provider.Network); o.Attempts != 4 || !o.Retriable || o.Err == nil {
			t.Errorf("outcome %+v", o)
		}
	})
	t.Run("closed before the answer", func(t *testing.T) {
		t.Parallel()
		b := setup(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
		_ = b.mustFail(t, request(), provider.Network)
	})
	t.Run("nobody listens", func(t *testing.T) {
		t.Parallel()
		b := setup(t, serve(list))
		b.server.Close()
		_ = b.mustFail(t, request(), provider.Network)
	})
	t.Run("not HTTP", func(t *testing.T) {
		t.Parallel()
		b := setup(t, func(w http.ResponseWriter, _ *http.Request) {
			connection, buffer := hijack(w)
			_, _ = buffer.WriteString("SSH-2.0-OpenSSH_9.9\r\n\r\n")
			_ = buffer.Flush()
			_ = connection.Close()
		})
		_ = b.mustFail(t, request(), provider.Network)
	})
}

func hijack(w http.ResponseWriter) (net.Conn, *bufio.ReadWriter) {
	connection, buffer, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	return connection, buffer
}

// reset drops the connection by RST.
func reset(w http.ResponseWriter) {
	connection, _ := hijack(w)
	_ = connection.(*net.TCPConn).SetLinger(0)
	_ = connection.Close()
}

func TestTLS(t *testing.T) {
	t.Parallel()
	b := setup(t, serve(list))
	secure := httptest.NewTLSServer(serve(list))
	t.Cleanup(secure.Close)
	secure.Config.ErrorLog = nil
	fetch := func(t *testing.T, change func(*provider.Options)) (*provider.File, error) {
		t.Helper()
		o := b.options()
		o.Dir, o.AllowHTTP, o.Attempts = t.TempDir(), false, 3
		o.Template.BaseURL = secure.URL
		change(&o)
		f, err := provider.NewFetcher(oup.Provider(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		return f.Fetch(t.Context(), request())
	}
	t.Run("trusted", func(t *testing.T) {
		t.Parallel()
		if _, err := fetch(t, func(o *provider.Options) {
			o.RootCAs = secure.Client().Transport.(*http.Transport).
				TLSClientConfig.RootCAs
		}); err != nil {
			t.Error(err)
		}
	})
	for name, change := range map[string]func(*provider.Options){
		"unknown authority": func(*provider.Options) {},
		"plain HTTP server": func(o *provider.Options) { o.Template.BaseURL = strings.Replace(b.server.URL, "http:", "https:", 1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, err := fetch(t, change)
			if o := b.checkFailure(t, file, err, provider.TLS); o.Attempts != 1 || o.Retriable {
				t.Errorf("outcome %+v", o)
			}
		})
	}
}

func TestHTTP2(t *testing.T) {
	t.Parallel()
	b := setup(t, serve(list))
	for path, c := range map[string]struct {
		handler http.HandlerFunc
		code    provider.Code
	}{
		"whole": {serve(list), ""},
		"cut":   {serve(list, "Content-Length", "1000"), provider.Truncated},
		"reset": {cutChunked, provider.Network},
		"hangs": {hang, provider.Timeout},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			var protocol atomic.Int32
			secure := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				protocol.Store(int32(r.ProtoMajor))
				c.handler(w, r)
			}))
			secure.EnableHTTP2 = true
			secure.StartTLS()
			t.Cleanup(secure.Close)
			o := b.options()
			o.Dir, o.AllowHTTP, o.Template.BaseURL, o.HeaderTimeout = t.TempDir(), false, secure.URL, time.Second
			o.RootCAs = secure.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
			o.Attempts = 1
			f, err := provider.NewFetcher(oup.Provider(), o)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if _, err := f.Fetch(t.Context(), request()); codeOf(err) != c.code || protocol.Load() != 2 {
				t.Errorf("HTTP/%d, error %v, want %q", protocol.Load(), err, c.code)
			}
		})
	}
}

func TestProbe(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		code    provider.Code
	}{
		"list":             {serve(list, "ETag", `"1"`), ""},
		"without end":      {endless, ""},
		"gzip":             {serve(gzipped(list)), ""},
		"gzip in gzip":     {serve(gzipped(gzipped(list)), "Content-Encoding", "gzip"), ""},
		"ZIP":              {serve(zipped(t, "a.txt", list)), ""},
		"wrong key":        {answer(401, ""), provider.CredentialsRefused},
		"login page":       {serve("<title>Sign in</title>"), provider.CredentialsRefused},
		"no file":          {answer(204, ""), provider.NoFile},
		"server error":     {answer(500, ""), provider.ServerError},
		"broken gzip":      {serve(gzipped(list)[:20]), provider.Truncated},
		"unknown encoding": {serve(list, "Content-Encoding", "br"), provider.NotKBART},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("If-None-Match") != "" {
					t.Error("a condition was sent")
				}
				c.handler(w, r)
			})
			r := request()
			r.ETag = `"1"`
			err := b.Probe(t.Context(), r)
			if codeOf(err) != c.code || (err == nil) != (c.code == "") || b.requests.Load() != 1 {
				t.Errorf("error %v after %d requests, want %q", err, b.requests.Load(), c.code)
			}
			if len(b.kept(t))+len(b.spooled(t)) != 0 {
				t.Error("something was kept")
			}
		})
	}
	b := setup(t, serve(list))
	r := request()
	r.Credentials["customer"] = secret.NewKey("")
	if err := b.Probe(t.Context(), r); !errors.Is(err, provider.InvalidRequest) {
		t.Error(err)
	}
}

func TestCancellation(t *testing.T) {
	t.Parallel()
	shutdown := errors.New("the server shuts down")
	t.Run("during the transfer", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancelCause(t.Context())
		b := setup(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, list)
			_ = http.NewResponseController(w).Flush()
			cancel(shutdown)
			hang(w, r)
		})
		file, err := b.Fetch(ctx, request())
		if o := b.checkFailure(t, file, err, provider.Cancelled); !o.Retriable || o.Attempts != 1 || !errors.Is(err, context.Canceled) ||
			!errors.Is(err, shutdown) {
			t.Errorf("outcome %+v", o)
		}
	})
	t.Run("during a pause", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		b := setup(t, answer(500, ""), func(o *provider.Options) {
			o.Sleep = nil // a real one, of an hour, unless the cancellation ends it
			o.BackoffBase, o.BackoffMax = time.Hour, time.Hour
			o.Logger = slog.New(slog.NewTextHandler(writerFunc(func() { cancel() }), nil)) // the line that announces the pause
		})
		file, err := b.Fetch(ctx, request())
		_ = b.checkFailure(t, file, err, provider.Cancelled)
	})
	t.Run("before", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		b := setup(t, serve(list))
		file, err := b.Fetch(ctx, request())
		_ = b.checkFailure(t, file, err, provider.Cancelled)
	})
	t.Run("the caller's deadline", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		b := setup(t, hang)
		file, err := b.Fetch(ctx, request())
		if o := b.checkFailure(t, file, err, provider.Timeout); o.Attempts != 1 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("outcome %+v", o)
		}
	})
}

func TestRequestsAreSpaced(t *testing.T) {
	t.Parallel()
	b := setup(t, serve(list), func(o *provider.Options) { o.RatePerSecond = 50 })
	began := time.Now()
	for range 6 {
		b.mustFetch(t, request())
	}
	if took := time.Since(began); took < 95*time.Millisecond {
		t.Errorf("6 requests at 50 a second took %s, want at least 100 ms", took)
	}
}

func TestWaitForATurnEndsWithTheDeadline(t *testing.T) {
	t.Parallel()
	b := setup(t, serve(list), func(o *provider.Options) { o.RatePerSecond = 0.001 })
	b.mustFetch(t, request())
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	file, err := b.Fetch(ctx, request())
	if o := b.checkFailure(t, file, err, provider.Timeout); b.requests.Load() != 1 {
		t.Errorf("%d requests, outcome %+v", b.requests.Load(), o)
	}
}

type writerFunc func()

func (f writerFunc) Write(p []byte) (int, error) {
	f()
	return len(p), nil
}

// Not parallel: it measures what the whole process allocates.
func TestFileIsNotHeldInMemory(t *testing.T) {
	const size = 64 << 20
	line := []byte(strings.Repeat("A title that is long enough\t1234-5679\t", 25) + "\n")
	b := setup(t, func(w http.ResponseWriter, _ *http.Request) {
		for sent := 0; sent < size; sent += len(line) {
			_, _ = w.Write(line)
		}
	}, func(o *provider.Options) { o.MaxSize = 2 * size })
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f := b.mustFetch(t, request())
	runtime.ReadMemStats(&after)
	allocated := after.TotalAlloc - before.TotalAlloc
	t.Logf("a list of %d bytes took %d bytes of memory", f.Size, allocated)
	if allocated > 8<<20 {
		t.Errorf("a list of %d bytes took %d bytes of memory", f.Size, allocated)
	}
}

// TestUnstorableHeaders: what an answer says beside its list can be stored, whatever it is. Validators that cannot are
// not sent back: they would not be those of the provider.
func TestUnstorableHeaders(t *testing.T) {
	t.Parallel()
	b := setup(t, answer(http.StatusOK, list, "ETag", "\"caf\xe9\"", "Last-Modified", "h\xe4ute",
		"Content-Disposition", "attachment; filename*=UTF-8''OUP%00_%FF2026-02-01.txt"))
	file := b.mustFetch(t, request())
	if file.ETag != "" || file.LastModified != "" || !storable.OK(file.Name) || !strings.HasSuffix(file.Name, "2026-02-01.txt") {
		t.Errorf("%+v", file)
	}
	for _, body := range []string{`{"message":"no \u0000 list"}`, "no l\xefst", "no\x00list"} {
		failing := setup(t, answer(http.StatusForbidden, body))
		if o := failing.mustFail(t, request(), provider.CredentialsRefused); !storable.OK(o.Message) {
			t.Errorf("%q: %q", body, o.Message)
		}
	}
}
