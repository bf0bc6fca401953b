package provider_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"autoholdings/provider"
	"autoholdings/provider/oup"
)

func TestOutcomeText(t *testing.T) {
	t.Parallel()
	b := setup(t, answer(503, "", "Retry-After", "30"))
	o := b.mustFail(t, request(), provider.ServerError)
	want := "fetching journals from " + strings.TrimPrefix(b.server.URL, "http://") +
		": the provider's server failed: HTTP 503 Service Unavailable [SERVER_ERROR, HTTP 503, 4 attempts, again in 30s]. " +
		"The request is made again by itself; tell OUP if it lasts for more than a day."
	if o.Error() != want {
		t.Errorf("text\n%s, want\n%s", o, want)
	}
}

func TestTemplateFaults(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*provider.Template){
		"not an address":                     func(x *provider.Template) { x.BaseURL = "https://me:pass%@host" },
		"needs a scheme":                     func(x *provider.Template) { x.BaseURL = "kbart.example.org" },
		"(https)":                            func(x *provider.Template) { x.BaseURL = "ftp://kbart.example.org" },
		"and a host":                         func(x *provider.Template) { x.BaseURL = "https:///x" },
		"user name":                          func(x *provider.Template) { x.BaseURL = "https://me@host" },
		"query or a fragment":                func(x *provider.Template) { x.BaseURL = "https://host?x=y" },
		"base URL may not hold placeholders": func(x *provider.Template) { x.BaseURL = "https://{customer}.example.org" },
		"{secret}":                           func(x *provider.Template) { x.Path += "/{secret}" },
		"query parameter f":                  func(x *provider.Template) { x.Query = map[string]string{"f": "{Format}"} },
		"lone brace":                         func(x *provider.Template) { x.Path += "{" },
		"{customer} stands":                  func(x *provider.Template) { x.Path = "/{content}" },
		"{content} stands":                   func(x *provider.Template) { x.Path = "/{customer}" },
		"{key} stands":                       func(x *provider.Template) { x.Headers = nil },
		"path holds ?":                       func(x *provider.Template) { x.Path += "?a=b" },
		"name of a header":                   func(x *provider.Template) { x.Headers["a b"] = "" },
		"set by the client":                  func(x *provider.Template) { x.Headers["accept-encoding"] = "br" },
		"control character":                  func(x *provider.Template) { x.Headers["X"] = "a\r\nb" },
	} {
		o := provider.Options{Template: oup.Provider().Template.At("https://kbart.example.org"), Dir: t.TempDir()}
		change(&o.Template)
		_, err := provider.NewFetcher(oup.Provider(), o)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "pass%") {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func TestOptionFaults(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*provider.Options){
		"plain HTTP":      func(o *provider.Options) { o.Template.BaseURL = "http://host" },
		"stands nowhere":  func(o *provider.Options) { o.Template.Path = "" },
		"needs a scheme":  func(o *provider.Options) { o.Template = provider.Template{} },
		"no folder":       func(o *provider.Options) { o.Dir = "" },
		"size limit":      func(o *provider.Options) { o.MaxSize = -1 },
		"4 GiB":           func(o *provider.Options) { o.MaxSize = 1 << 32 },
		"attempts":        func(o *provider.Options) { o.Attempts = -1 },
		"idle time limit": func(o *provider.Options) { o.IdleTimeout = -time.Second },
		`"https://x/"`:    func(o *provider.Options) { o.AllowedHosts = []string{"https://x/"} },
		`""`:              func(o *provider.Options) { o.AllowedHosts = []string{""} },
		`":443"`:          func(o *provider.Options) { o.AllowedHosts = []string{"ok.example.org", ":443"} },
	} {
		o := provider.Options{Template: oup.Provider().Template.At("https://kbart.example.org"), Dir: t.TempDir()}
		change(&o)
		if f, err := provider.NewFetcher(oup.Provider(), o); err == nil || f != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	f, err := provider.NewFetcher(oup.Provider(), provider.Options{
		Template: oup.Provider().Template.At("https://kbart.example.org/base"), Dir: t.TempDir(),
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
