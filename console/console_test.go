package console_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"autoholdings/console"
)

// TestHandler: the page comes at each of its paths, with all that it loads, packed and plain, and under a policy that lets
// nothing else in.
func TestHandler(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(console.Handler())
	t.Cleanup(server.Close)
	page := get(t, server.URL+"/", "")
	for _, path := range []string{"/console/titles", "/console/titles/x", "/console/"} {
		if again := get(t, server.URL+path, ""); again.status != http.StatusOK || again.text != page.text {
			t.Errorf("%s is another page: %d %s", path, again.status, again.text)
		}
	}
	if policy := page.header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'self';") || strings.Contains(policy,
		"unsafe") {
		t.Errorf("the policy is %s", policy)
	}
	if strings.Contains(page.text, "<script>") || strings.Contains(page.text, "style=") {
		t.Errorf("a script or style stands in the page:\n%s", page.text)
	}
	files := regexp.MustCompile(`(?:src|href)="(/[^"]+)"`).FindAllStringSubmatch(page.text, -1)
	if len(files) < 3 {
		t.Fatalf("the page loads %v", files)
	}
	for _, file := range files {
		plain, packed := get(t, server.URL+file[1], ""), get(t, server.URL+file[1], "gzip")
		reader, err := gzip.NewReader(strings.NewReader(packed.text))
		if err != nil {
			t.Fatalf("%s is not packed: %v", file[1], err)
		}
		text, err := io.ReadAll(reader)
		if err != nil || !bytes.Equal(text, []byte(plain.text)) || plain.status != http.StatusOK || len(text) == 0 {
			t.Errorf("%s: packed %d bytes, plain %d bytes, status %d: %v", file[1], len(text), len(plain.text), plain.status, err)
		}
		if kept := packed.header.Get("Cache-Control"); !strings.Contains(kept, "immutable") {
			t.Errorf("%s is kept as %q", file[1], kept)
		}
	}
	if kept := page.header.Get("Cache-Control"); kept != "no-cache" {
		t.Errorf("the page is kept as %q: a new release would not be seen", kept)
	}
}

// TestNotModified: who has a file already is told so, and gets nothing else.
func TestNotModified(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(console.Handler())
	t.Cleanup(server.Close)
	first := get(t, server.URL+"/", "gzip")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept-Encoding", "gzip")
	request.Header.Set("If-None-Match", first.header.Get("ETag"))
	if a := send(t, request); a.status != http.StatusNotModified || a.text != "" {
		t.Errorf("%d %q", a.status, a.text)
	}
}

// TestNoSuchFile: a file that is not there is not found, whatever its name looks like, and is not kept as if it were there.
func TestNoSuchFile(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(console.Handler())
	t.Cleanup(server.Close)
	for _, name := range []string{"nothing.js", "..%2fconsole.go", "%2e%2e", "index.html.gz"} {
		a := get(t, server.URL+"/console/files/"+name, "gzip")
		if a.status != http.StatusNotFound || a.header.Get("Cache-Control") != "" {
			t.Errorf("%s: %d, kept as %q", name, a.status, a.header.Get("Cache-Control"))
		}
	}
}

type answer struct {
	status int
	header http.Header
	text   string
}

func get(t *testing.T, url, encoding string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if encoding == "" {
		encoding = "identity"
	}
	request.Header.Set("Accept-Encoding", encoding)
	return send(t, request)
}

func send(t *testing.T, request *http.Request) answer {
	t.Helper()
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(text)}
}
