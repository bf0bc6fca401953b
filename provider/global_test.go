package provider_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"autoholdings/internal/secret"
	"autoholdings/mockoup"
	"autoholdings/provider"
	"autoholdings/provider/oup"
)

func globalRequest() provider.Request { return provider.Request{Global: true, Content: oup.Journals} }

func TestGlobalRequestIsItsTemplateFilledIn(t *testing.T) {
	t.Parallel()
	var asked *http.Request
	record := func(w http.ResponseWriter, r *http.Request) {
		asked = r
		serve(list)(w, r)
	}
	b := setup(t, record)
	b.mustFetch(t, globalRequest())
	if asked.URL.String() != "/titles/journals?format=kbart" || asked.Header.Get("X-Api-Key") != "" {
		t.Errorf("asked %s, headers %v", asked.URL, asked.Header)
	}
	b = setup(t, record, func(o *provider.Options) {
		o.Titles = provider.Template{
			Path: "/all/{format}", Query: map[string]string{"type": "{content}"},
			Headers: map[string]string{"X-Kind": "{content}"},
		}
	})
	if file := b.mustFetch(t, globalRequest()); file.Name != "oup-titles-journals.txt" {
		t.Errorf("named %s", file.Name)
	}
	if asked.URL.String() != "/all/kbart?type=journals" || asked.Header.Get("X-Kind") != "journals" {
		t.Errorf("asked %s, headers %v", asked.URL, asked.Header)
	}
}

func TestGlobalRequestCarriesNoCredentials(t *testing.T) {
	t.Parallel()
	b := setup(t, serve(list))
	for _, change := range []func(*provider.Request){
		func(r *provider.Request) { r.Credentials["customer"] = secret.NewKey(customer) },
		func(r *provider.Request) { r.Credentials["key"] = secret.NewKey(apiKey) },
	} {
		r := globalRequest()
		r.Credentials = provider.Credentials{}
		change(&r)
		b.mustFail(t, r, provider.InvalidRequest)
	}
	if n := b.requests.Load(); n != 0 {
		t.Errorf("%d requests", n)
	}
	for path, want := range map[string]string{
		"/titles/{customer}/{content}": "{customer}", "/titles/{content}/{key}": "{key}", "/titles": "{content} stands",
		"/{content}?x": "path holds ?",
	} {
		o := b.options()
		o.Titles = provider.Template{Path: path}
		if _, err := provider.NewFetcher(oup.Provider(), o); err == nil || !strings.Contains(err.Error(), want) ||
			!strings.Contains(err.Error(), "global title list") {
			t.Errorf("%s: error %v, want one with %q", path, err, want)
		}
	}
}

// The global title list has the outcomes that a customer's list has.
func TestEveryFaultOfTheMockProviderInTheGlobalList(t *testing.T) {
	t.Parallel()
	for _, kind := range mockoup.FaultKinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			want := faults[kind]
			b, mock := provide(t, mockoup.Options{Titles: 100}, func(o *provider.Options) {
				if want == provider.Timeout {
					o.HeaderTimeout, o.IdleTimeout = time.Second, time.Second
				}
			})
			if err := mock.Step(1); err != nil { // so that there is an older one
				t.Fatal(err)
			}
			good := b.mustFetch(t, globalRequest())
			r := globalRequest()
			r.ETag, r.LastModified, r.LastSHA256 = good.ETag, good.LastModified, good.SHA256
			if o := b.mustFail(t, r, provider.SameFile); o.File == nil || o.File.SHA256 != good.SHA256 {
				t.Fatalf("asked again: %+v", o)
			}
			if err := mock.SetFault(mockoup.Fault{Kind: kind, DelayMillis: 60_000}); err != nil {
				t.Fatal(err)
			}
			file, err := b.Fetch(t.Context(), r)
			switch {
			case want == "" && (err != nil || file.SHA256 == good.SHA256):
				t.Errorf("%+v, %v; want a file, and another", file, err)
			case want != "":
				o := b.checkFailure(t, file, err, want)
				if strings.Contains(o.Hint, "customer") || strings.Contains(o.Hint, "profile") && o.Code != provider.Throttled {
					t.Errorf("advice on a customer: %s", o.Hint)
				}
			}
		})
	}
}
