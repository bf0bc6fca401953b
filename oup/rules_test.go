package oup_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"autoholdings/internal/secret"
	"autoholdings/kbart"
	"autoholdings/oup"
)

func TestCoverageKind(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		first, last string
		want        oup.Kind
	}{
		{"1878", "1995", oup.Archive},
		{"1878", "1995-12-31", oup.Archive},
		{"", "1995", oup.Archive},
		{"1995", "1995", oup.Archive},
		{"1996", "", oup.Frontfile},
		{"1996-01-01", "", oup.Frontfile},
		{"1996", "2015", oup.Frontfile},
		{"2020-03", "2020-03", oup.Frontfile},
		{"1986", "2015", oup.NoKind},
		{"1986", "", oup.NoKind},
		{"1995-12-31", "1996", oup.NoKind},
		{"", "1996", oup.NoKind},
		{"", "", oup.NoKind},
		{"1996", "1995", oup.NoKind},
	} {
		if got := oup.CoverageKind(date(t, c.first), date(t, c.last)); got != c.want {
			t.Errorf("%s to %s: %q, want %q", c.first, c.last, got, c.want)
		}
	}
}

func date(t *testing.T, s string) kbart.Date {
	t.Helper()

	if s == "" {
		return kbart.Date{}
	}

	d, ok := kbart.ParseDate(s)
	if !ok {
		t.Fatalf("date %q", s)
	}

	return d
}

func TestCollections(t *testing.T) {
	t.Parallel()

	books, ok := oup.CollectionOf(oup.Books)
	if !ok || books.CommunityZoneID != "61707906870000041" || books.Name != "Oxford University Press Books Autoholdings Collection" {
		t.Errorf("books: %+v", books)
	}

	journals, ok := oup.CollectionByID("61563711870000041")
	if !ok || journals.Content != oup.Journals || journals.Name != "Oxford University Press Journals Autoholdings Collection" {
		t.Errorf("journals: %+v", journals)
	}

	if _, ok := oup.CollectionByID("1"); ok {
		t.Error("a collection that is not OUP's was found")
	}

	if len(oup.Collections()) != len(oup.Contents()) {
		t.Error("not one collection for each content type")
	}
}

func TestContentOf(t *testing.T) {
	t.Parallel()

	for typ, want := range map[kbart.PublicationType]oup.Content{
		kbart.Serial: oup.Journals, kbart.Monograph: oup.Books,
		kbart.UnknownType: "",
	} {
		if got, ok := oup.ContentOf(typ); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %v", typ, got, ok)
		}
	}
}

func TestCredentialForms(t *testing.T) {
	t.Parallel()

	for s, ok := range map[string]bool{
		"1": true, "demo": true, "ÖNB-12/3": true, strings.Repeat("é", 200): true, "...": true,
		"": false, " 1": false, "1\u00a02": false, "1\t": false, "\x00": false, "1\u200b": false, strings.Repeat("x", 201): false, "\xff": false,
		".": false, "..": false,
	} {
		if err := oup.CheckCustomerNumber(s); (err == nil) != ok {
			t.Errorf("customer number %q: %v", s, err)
		}
	}

	for s, ok := range map[string]bool{
		"k": true, apiKey: true, strings.Repeat("x", 500): true,
		"": false, "a%x b%y": false, "%xx\n": false, "é-key": false, strings.Repeat("x", 501): false, "..": false,
	} {
		err := oup.CheckAPIKey(secret.NewKey(s))
		if (err == nil) != ok {
			t.Errorf("API key %q: %v", s, err)
		}

		if err != nil && len(s) > 2 && strings.Contains(err.Error(), s) {
			t.Errorf("the error shows the key: %v", err)
		}
	}
}

func TestRulesAreComplete(t *testing.T) {
	t.Parallel()

	seen := map[oup.Code]bool{}

	for _, r := range oup.Rules() {
		if seen[r.Code] || r.Message == "" || strings.HasSuffix(r.Message, ".") || !strings.HasSuffix(r.Hint, ".") {
			t.Errorf("rule %+v", r)
		}

		seen[r.Code] = true
	}

	for _, code := range []oup.Code{
		oup.SameFile, oup.NoFile, oup.CredentialsRefused, oup.Throttled, oup.ServerError, oup.Network, oup.TLS, oup.Timeout, oup.NotKBART,
		oup.Truncated, oup.TooLarge, oup.RefusedRedirect, oup.RefusedAddress, oup.UnexpectedStatus, oup.InvalidRequest, oup.Storage,
		oup.Cancelled,
	} {
		if !seen[code] {
			t.Errorf("no rule for %s", code)
		}
	}

	if oup.CodeOf(errors.New("x")) != "" || oup.CodeOf(nil) != "" {
		t.Error("a code out of nothing")
	}

	if oup.Again.String() != "again" || oup.Later.String() != "later" || oup.Never.String() != "never" {
		t.Error("names of the retry rules")
	}
}

func TestOutcomeText(t *testing.T) {
	t.Parallel()

	b := setup(t, answer(503, "", "Retry-After", "30"))
	o := b.mustFail(t, request(), oup.ServerError)

	want := "fetching journals from " + strings.TrimPrefix(b.server.URL, "http://") +
		": the provider's server failed: HTTP 503 Service Unavailable [SERVER_ERROR, HTTP 503, 4 attempts, again in 30s]. " +
		"The request is made again by itself; tell OUP if it lasts for more than a day."
	if o.Error() != want {
		t.Errorf("text\n%s, want\n%s", o, want)
	}
}

func TestTemplateFaults(t *testing.T) {
	t.Parallel()

	for want, change := range map[string]func(*oup.Template){
		"not an address":                     func(x *oup.Template) { x.BaseURL = "https://me:pass%@host" },
		"needs a scheme":                     func(x *oup.Template) { x.BaseURL = "kbart.example.org" },
		"(https)":                            func(x *oup.Template) { x.BaseURL = "ftp://kbart.example.org" },
		"and a host":                         func(x *oup.Template) { x.BaseURL = "https:///x" },
		"user name":                          func(x *oup.Template) { x.BaseURL = "https://me@host" },
		"query or a fragment":                func(x *oup.Template) { x.BaseURL = "https://host?x=y" },
		"base URL may not hold placeholders": func(x *oup.Template) { x.BaseURL = "https://{customer}.example.org" },
		"{secret}":                           func(x *oup.Template) { x.Path += "/{secret}" },
		"query parameter f":                  func(x *oup.Template) { x.Query = map[string]string{"f": "{Format}"} },
		"lone brace":                         func(x *oup.Template) { x.Path += "{" },
		"{customer} stands":                  func(x *oup.Template) { x.Path = "/{content}" },
		"{content} stands":                   func(x *oup.Template) { x.Path = "/{customer}" },
		"{key} stands":                       func(x *oup.Template) { x.Headers = nil },
		"path holds ?":                       func(x *oup.Template) { x.Path += "?a=b" },
		"name of a header":                   func(x *oup.Template) { x.Headers["a b"] = "" },
		"set by the client":                  func(x *oup.Template) { x.Headers["accept-encoding"] = "br" },
		"control character":                  func(x *oup.Template) { x.Headers["X"] = "a\r\nb" },
	} {
		template := oup.DefaultTemplate("https://kbart.example.org")
		change(&template)

		err := template.Validate()
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "pass%") {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}

	if err := oup.DefaultTemplate("https://kbart.example.org/base").Validate(); err != nil {
		t.Error(err)
	}
}

func TestOptionFaults(t *testing.T) {
	t.Parallel()

	for want, change := range map[string]func(*oup.Options){
		"plain HTTP":      func(o *oup.Options) { o.Template.BaseURL = "http://host" },
		"stands nowhere":  func(o *oup.Options) { o.Template.Path = "" },
		"needs a scheme":  func(o *oup.Options) { o.Template = oup.Template{} },
		"no folder":       func(o *oup.Options) { o.Dir = "" },
		"size limit":      func(o *oup.Options) { o.MaxSize = -1 },
		"4 GiB":           func(o *oup.Options) { o.MaxSize = 1 << 32 },
		"attempts":        func(o *oup.Options) { o.Attempts = -1 },
		"idle time limit": func(o *oup.Options) { o.IdleTimeout = -time.Second },
		`"https://x/"`:    func(o *oup.Options) { o.AllowedHosts = []string{"https://x/"} },
		`""`:              func(o *oup.Options) { o.AllowedHosts = []string{""} },
		`":443"`:          func(o *oup.Options) { o.AllowedHosts = []string{"ok.example.org", ":443"} },
	} {
		o := oup.Options{Template: oup.DefaultTemplate("https://kbart.example.org"), Dir: t.TempDir()}
		change(&o)

		if f, err := oup.NewFetcher(o); err == nil || f != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}

	f, err := oup.NewFetcher(oup.Options{
		Template: oup.DefaultTemplate("https://kbart.example.org"), Dir: t.TempDir(),
		AllowedHosts: []string{"a", "b:1", "[::1]:2"},
	})
	if err != nil {
		t.Fatal(err)
	}

	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func cancelledContext(t *testing.T) context.Context {
	t.Helper()

	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	return ctx
}
