package provider_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"autoholdings/internal/secret"
	"autoholdings/provider"
	"autoholdings/provider/oup"
)

const (
	customer = "demo"
	// apiKey has characters that each place escapes in its own way.
	apiKey = `k3y/with+"odd"&<parts>%41`
	list   = "publication_title\tprint_identifier\ttitle_id\nBrain\t0006-8950\tbrain\n"
)

var now = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// bundle is a fetcher and the server it asks.
type bundle struct {
	*provider.Fetcher

	server   *httptest.Server
	dir      string
	log      *syncBuffer
	requests atomic.Int32
	pauses   []time.Duration
}

// setup serves every request by handler. Tries follow each other without a pause, which is recorded.
func setup(t *testing.T, handler http.HandlerFunc, change ...func(*provider.Options)) *bundle {
	t.Helper()
	b := &bundle{dir: t.TempDir(), log: &syncBuffer{}}
	b.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.requests.Add(1)
		handler(w, r)
	}))
	t.Cleanup(b.server.Close)
	o := b.options()
	for _, c := range change {
		c(&o)
	}
	b.dir = o.Dir
	f, err := provider.NewFetcher(oup.Provider(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	b.Fetcher = f
	return b
}

func (b *bundle) options() provider.Options {
	return provider.Options{
		Template: oup.Provider().Template.At(b.server.URL), Dir: b.dir, AllowHTTP: true, AllowPrivate: true, RatePerSecond: -1, MaxSize: 1 << 20,
		Logger: slog.New(slog.NewJSONHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now:    func() time.Time { return now },
		Sleep: func(ctx context.Context, d time.Duration) error {
			b.pauses = append(b.pauses, d)
			return context.Cause(ctx)
		},
	}
}

func request() provider.Request {
	return provider.Request{Credentials: credentials(customer, apiKey), Content: oup.Journals}
}

func credentials(number, key string) provider.Credentials {
	return provider.Credentials{"customer": secret.NewKey(number), "key": secret.NewKey(key)}
}

// codeOf is the code of the outcome that err is, "" if it is none.
func codeOf(err error) provider.Code {
	if o, ok := errors.AsType[*provider.Outcome](err); ok {
		return o.Code
	}
	return ""
}

// mustFetch returns a new file.
func (b *bundle) mustFetch(t *testing.T, r provider.Request) *provider.File {
	t.Helper()
	f, err := b.Fetch(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// mustFail returns the outcome, which must have this code, a text for each of its parts, and leave nothing half done.
func (b *bundle) mustFail(t *testing.T, r provider.Request, want provider.Code) *provider.Outcome {
	t.Helper()
	file, err := b.Fetch(t.Context(), r)
	return b.checkFailure(t, file, err, want)
}

func (b *bundle) checkFailure(t *testing.T, file *provider.File, err error, want provider.Code) *provider.Outcome {
	t.Helper()
	o, ok := errors.AsType[*provider.Outcome](err)
	if !ok || file != nil {
		t.Fatalf("Fetch = %v, %v; want an outcome %s", file, err, want)
	}
	if !errors.Is(err, want) || codeOf(err) != want {
		t.Fatalf("outcome %v, want %s", err, want)
	}
	if o.Message == "" || o.Hint == "" || o.Content != oup.Journals || o.Host == "" || !strings.Contains(o.Error(), o.Hint) {
		t.Errorf("outcome lacks a part: %#v", o)
	}
	if left := b.spooled(t); len(left) > 0 {
		t.Errorf("left in the spool: %v", left)
	}
	return o
}

func (b *bundle) spooled(t *testing.T) []string { return glob(t, b.dir, "spool", "*") }

func (b *bundle) kept(t *testing.T) []string { return glob(t, b.dir, "*.gz") }

func glob(t *testing.T, parts ...string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// read returns the bytes of a kept list.
func (b *bundle) read(t *testing.T, path string) string {
	t.Helper()
	r, err := b.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func serve(body string, headers ...string) http.HandlerFunc {
	return answer(http.StatusOK, body, headers...)
}

func answer(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// sequence answers the first request by the first handler, and so on; the last one answers the rest.
func sequence(handlers ...http.HandlerFunc) http.HandlerFunc {
	var n atomic.Int32
	return func(w http.ResponseWriter, r *http.Request) {
		handlers[min(int(n.Add(1)), len(handlers))-1](w, r)
	}
}

func gzipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.String()
}

// zipped takes names and contents in turn.
func zipped(t *testing.T, members ...string) string {
	t.Helper()
	archive, err := zipFile(members...)
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

func zipFile(members ...string) (string, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		method := zip.Deflate
		if members[i+1] == "" {
			method = zip.Store
		}
		m, err := w.CreateHeader(&zip.FileHeader{Name: members[i], Method: method})
		if err == nil {
			_, err = io.WriteString(m, members[i+1])
		}
		if err != nil {
			return "", err
		}
	}
	err := w.Close()
	return b.String(), err
}

func hashOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

type syncBuffer struct {
	mutex  sync.Mutex
	buffer bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.buffer.Write(p)
}

func (b *syncBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.buffer.String()
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
