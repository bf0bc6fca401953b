package provider_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"autoholdings/internal/realfiles"
	"autoholdings/internal/secret"
	"autoholdings/kbart"
	"autoholdings/mockoup"
	"autoholdings/provider"
	"autoholdings/provider/oup"
)

// provide starts the mock provider and a fetcher that asks it.
func provide(t *testing.T, o mockoup.Options, change ...func(*provider.Options)) (*bundle, *mockoup.TestServer) {
	t.Helper()
	o.Customers = append(o.Customers, mockoup.Customer{Number: "canary", Key: apiKey},
		mockoup.Customer{Number: "books", Key: apiKey, Contents: []string{mockoup.Books}})
	mock := mockoup.NewServer(t, o)
	b := &bundle{dir: t.TempDir(), log: &syncBuffer{}}
	options := provider.Options{
		Template: oup.Provider().Template.At(mock.URL), Dir: b.dir, AllowHTTP: true, AllowPrivate: true, RatePerSecond: -1, Attempts: 2,
		Sleep:  func(ctx context.Context, _ time.Duration) error { return context.Cause(ctx) },
		Logger: slog.New(slog.NewTextHandler(b.log, nil)),
	}
	for _, c := range change {
		c(&options)
	}
	f, err := provider.NewFetcher(oup.Provider(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	b.Fetcher = f
	return b, mock
}

func canaryRequest() provider.Request {
	r := request()
	r.Credentials["customer"] = secret.NewKey("canary")
	return r
}

// faults says what becomes of each fault of the mock provider: an outcome, or "" where the file arrives and is for the
// reader or the guard to judge.
var faults = map[string]provider.Code{
	"no-content": provider.NoFile, "not-found": provider.NoFile,
	"unauthorized": provider.CredentialsRefused, "forbidden": provider.CredentialsRefused, "html": provider.CredentialsRefused,
	"too-many-requests": provider.Throttled, "server-error": provider.ServerError, "unavailable": provider.ServerError,
	"timeout": provider.Timeout, "slow": provider.Timeout, "reset": provider.Network,
	"truncated": provider.Truncated, "bad-gzip": provider.Truncated, "json-error": provider.NotKBART, "empty": provider.NotKBART,
	"header-only": "", "half": "", "older": "", "wrong-encoding": "", "moved-ids": "", "extra-column": "",
}

func TestEveryFaultOfTheMockProvider(t *testing.T) {
	t.Parallel()
	for _, kind := range mockoup.FaultKinds() {
		want, ok := faults[kind]
		if !ok {
			t.Errorf("no expectation for the fault %s", kind)
		}
		for name, change := range map[string]func(*provider.Options){
			"key in a header": func(*provider.Options) {},
			"key in the address": func(o *provider.Options) {
				o.Template.Headers = nil
				o.Template.Query["api_key"] = "{key}"
			},
		} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				t.Parallel()
				b, mock := provide(t, mockoup.Options{Titles: 100}, change, func(o *provider.Options) {
					if want == provider.Timeout {
						o.HeaderTimeout, o.IdleTimeout = time.Second, time.Second
					}
				})
				if err := mock.Step(1); err != nil { // so that there is an older one
					t.Fatal(err)
				}
				good := b.mustFetch(t, canaryRequest())
				if err := mock.SetFault(mockoup.Fault{Kind: kind, DelayMillis: 60_000}); err != nil {
					t.Fatal(err)
				}
				r := canaryRequest()
				r.ETag, r.LastModified, r.LastSHA256 = good.ETag, good.LastModified, good.SHA256
				file, err := b.Fetch(t.Context(), r)
				b.mustNotShowKey(t, file, err)
				if want == "" {
					if err != nil || file.SHA256 == good.SHA256 || file.Date.Before(good.Date) != (kind == "older") {
						t.Fatalf("%+v, %v; want a file, and another", file, err)
					}
				} else if o := b.checkFailure(t, file, err, want); o.Code == provider.Throttled && o.RetryAfter != time.Second {
					t.Errorf("outcome %+v", o)
				}
				if want != "" && len(b.kept(t)) != 1 {
					t.Errorf("kept %v", b.kept(t))
				}
				mock.ClearFaults()
				again := b.mustFetch(t, canaryRequest())
				if *again != (provider.File{
					Path: good.Path, Name: good.Name, SHA256: good.SHA256, Size: good.Size, StoredSize: good.StoredSize, ETag: good.ETag,
					LastModified: good.LastModified, Date: good.Date, FetchedAt: again.FetchedAt, Status: 200, Packaging: good.Packaging,
				}) {
					t.Errorf("after the fault %+v, want %+v", again, good)
				}
			})
		}
	}
}

func TestTransientFaultsOfTheMockProviderAreRiddenOut(t *testing.T) {
	t.Parallel()
	for kind, code := range faults {
		if code == "" {
			continue
		}
		transient := slices.Contains([]provider.Code{provider.Throttled, provider.ServerError, provider.Network, provider.Truncated}, code)
		if !transient {
			continue
		}
		b, mock := provide(t, mockoup.Options{Titles: 50})
		if err := mock.SetFault(mockoup.Fault{Kind: kind, Times: 1}); err != nil {
			t.Fatal(err)
		}
		b.mustFetch(t, canaryRequest())
		if n := len(mock.Requests()); n != 2 {
			t.Errorf("%s: %d requests", kind, n)
		}
	}
}

func TestMockProviderRefusesWrongCredentials(t *testing.T) {
	t.Parallel()
	b, _ := provide(t, mockoup.Options{Titles: 10})
	r := canaryRequest()
	r.Credentials["customer"] = secret.NewKey("nobody")
	if o := b.mustFail(t, r, provider.CredentialsRefused); o.Status != 401 ||
		!strings.HasSuffix(o.Message, "says: the customer number is not known") {
		t.Errorf("outcome %+v", o)
	}
	r = canaryRequest()
	r.Credentials["customer"] = secret.NewKey(mockoup.DemoCustomer)
	o := b.mustFail(t, r, provider.CredentialsRefused)
	if o.Status != 403 {
		t.Errorf("outcome %+v", o)
	}
	b.mustNotShowKey(t, nil, o)
}

func TestMockProviderWithoutAFileOfOneType(t *testing.T) {
	t.Parallel()
	b, _ := provide(t, mockoup.Options{Titles: 10})
	r := request()
	r.Credentials["customer"] = secret.NewKey("books")
	_ = b.mustFail(t, r, provider.NoFile)
	r.Content = oup.Books
	b.mustFetch(t, r)
}

func TestMockProvidersListArrivesAsItWasSent(t *testing.T) {
	t.Parallel()
	b, mock := provide(t, mockoup.Options{Titles: 300})
	for _, packaging := range []mockoup.Packaging{mockoup.Plain, mockoup.Gzip, mockoup.Zip} {
		if err := mock.SetPackaging(packaging); err != nil {
			t.Fatal(err)
		}
		for _, content := range oup.Provider().Contents() {
			r := canaryRequest()
			r.Content = content
			f := b.mustFetch(t, r)
			var want bytes.Buffer
			if err := mock.WriteRelease(&want, "canary", string(content), ""); err != nil {
				t.Fatal(err)
			}
			if got := b.read(t, f.Path); got != want.String() || f.Size != int64(want.Len()) || f.SHA256 != hashOf(want.String()) ||
				f.Packaging != string(packaging) {
				t.Errorf("%s, %s: file %+v", packaging, content, f)
			}
			if f.Date.Format(time.DateOnly) != mock.Release() {
				t.Errorf("%s, %s: %q is of %s, want %s", packaging, content, f.Name, f.Date, mock.Release())
			}
		}
	}
	if kept := b.kept(t); len(kept) != len(oup.Provider().Contents()) {
		t.Errorf("kept %v", kept)
	}
}

func TestMockProvidersReleasesAreToldApart(t *testing.T) {
	t.Parallel()
	b, mock := provide(t, mockoup.Options{Titles: 300})
	first := b.mustFetch(t, canaryRequest())
	r := canaryRequest()
	r.ETag, r.LastModified, r.LastSHA256 = first.ETag, first.LastModified, first.SHA256
	if o := b.mustFail(t, r, provider.SameFile); o.Status != 304 || o.File == nil || o.File.Path != first.Path {
		t.Errorf("outcome %+v", o)
	}
	if err := mock.Step(1); err != nil {
		t.Fatal(err)
	}
	if next := b.mustFetch(t, r); next.SHA256 == first.SHA256 || !next.Date.After(first.Date) {
		t.Errorf("the next release %+v, the first %+v", next, first)
	}
}

func TestRealFilesAreKeptByteForByte(t *testing.T) {
	t.Parallel()
	dir := realfiles.Dir(t, "oup-series")
	b, mock := provide(t, mockoup.Options{Dir: dir})
	for _, release := range mock.Releases() {
		if err := mock.SetRelease(release); err != nil {
			t.Fatal(err)
		}
		f := b.mustFetch(t, canaryRequest())
		original, err := os.ReadFile(filepath.Join(dir, f.Name))
		if err != nil {
			t.Fatal(err)
		}
		date, _ := kbart.ParseFileDate(f.Name)
		if b.read(t, f.Path) != string(original) || !f.Date.Equal(date) || f.Date.Format(time.DateOnly) != release {
			t.Errorf("release %s: file %+v", release, f)
		}
		books := canaryRequest()
		books.Content = oup.Books
		if _, err := b.Fetch(t.Context(), books); !errors.Is(err, provider.NoFile) {
			t.Errorf("release %s, books: %v", release, err)
		}
	}
}
