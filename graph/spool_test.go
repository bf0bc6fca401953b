package graph_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"autoholdings/graph"
	"autoholdings/graph/model"
	"autoholdings/mockoup"
)

// asked is request with headers, and with a body that is not unpacked.
func (b *downloadsBundle) asked(method, path string, header map[string]string) downloaded {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), method, b.server.URL+path, nil)
	b.check(err)
	for name, value := range header {
		request.Header.Set(name, value)
	}
	client := http.Client{Transport: &http.Transport{DisableCompression: true}}
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	b.check(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return downloaded{response.StatusCode, response.Header, string(body), err}
}

// everyDownload are the paths of all kinds of downloads.
func (b *downloadsBundle) everyDownload() []string {
	b.t.Helper()
	job := b.sync()
	return []string{
		reportPath(job, "tsv"), reportPath(job, "json"), "/collections/" + model.ID(model.CollectionType, b.collection) + "/kbart.txt",
		"/provider-files/" + model.ID(model.ProviderFileType, b.store.Read.ProviderFile.Query().FirstX(b.t.Context()).ID),
		"/reconciliation/portfolios-without-po-line.tsv", "/reconciliation/po-lines-not-listed.tsv",
		"/reconciliation/portfolios-kept-without-reason.tsv",
		"/reconciliation/portfolios-of-closed-orders.tsv",
	}
}

// TestDownloadsInParts: each download can go on where it broke off, is not sent again to whom has it, and is compressed
// where that is understood.
func TestDownloadsInParts(t *testing.T) {
	t.Parallel()
	b := setUpDownloads(t, twoReleases(t))
	for _, path := range b.everyDownload() {
		whole := b.asked(http.MethodGet, path, nil)
		tag := whole.header.Get("ETag")
		if whole.status != http.StatusOK || len(tag) < 20 || strings.HasPrefix(tag, "W/") ||
			whole.header.Get("Content-Length") != fmt.Sprint(len(whole.body)) || whole.header.Get("Accept-Ranges") != "bytes" {
			t.Fatalf("%s: %d %v", path, whole.status, whole.header)
		}
		head := b.asked(http.MethodHead, path, nil)
		if head.body != "" || head.header.Get("ETag") != tag || head.header.Get("Content-Length") != fmt.Sprint(len(whole.body)) {
			t.Errorf("HEAD %s: %v", path, head.header)
		}
		rest := b.asked(http.MethodGet, path, map[string]string{"Range": "bytes=20-", "If-Range": tag, "Accept-Encoding": "gzip"})
		if rest.status != http.StatusPartialContent || rest.body != whole.body[20:] {
			t.Errorf("the rest of %s: %d %.40q", path, rest.status, rest.body)
		}
		other := b.asked(http.MethodGet, path, map[string]string{"Range": "bytes=20-", "If-Range": `"another"`})
		if other.status != http.StatusOK || other.body != whole.body {
			t.Errorf("the rest of another version of %s: %d", path, other.status)
		}
		packed := b.asked(http.MethodGet, path, map[string]string{"Accept-Encoding": "br, gzip;q=0.5"})
		unpacker, err := gzip.NewReader(strings.NewReader(packed.body))
		b.check(err)
		text, err := io.ReadAll(unpacker)
		if err != nil || string(text) != whole.body || packed.header.Get("ETag") == tag || packed.header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s compressed: %v %v", path, err, packed.header)
		}
		if plain := b.asked(http.MethodGet, path, map[string]string{"Accept-Encoding": "gzip;q=0"}); plain.body != whole.body {
			t.Errorf("%s is compressed for a client that does not want it", path)
		}
		for _, known := range []string{tag, packed.header.Get("ETag"), `"x", W/` + tag} {
			for _, accept := range []string{"", "gzip"} {
				same := b.asked(http.MethodGet, path, map[string]string{"If-None-Match": known, "Accept-Encoding": accept})
				if known == tag && accept == "" && same.status != http.StatusNotModified || same.status == http.StatusNotModified && same.body != "" {
					t.Errorf("%s, known as %s: %d", path, known, same.status)
				}
			}
		}
		if changed := b.asked(http.MethodGet, path, map[string]string{"If-None-Match": `"another"`}); changed.status != http.StatusOK {
			t.Errorf("%s, known as another: %d", path, changed.status)
		}
	}
}

// TestParametersOfDownloads: what the address says and nobody understands is refused, and not left out of account.
func TestParametersOfDownloads(t *testing.T) {
	t.Parallel()
	b := setUpDownloads(t, twoReleases(t))
	id := model.ID(model.CollectionType, b.collection)
	paths := b.everyDownload()
	for _, path := range paths {
		for _, query := range []string{"?colection=" + id, "?%zz", "?collection=';drop", "?a=1;b=2"} {
			b.request(http.MethodGet, path+query).hasCode(t, http.StatusBadRequest, "BAD_USER_INPUT")
		}
	}
	b.request(http.MethodGet, paths[4]+"?collection="+id+"&collection="+id).hasCode(t, http.StatusBadRequest, "BAD_USER_INPUT")
	b.get(paths[4] + "?collection=" + id)
	b.request(http.MethodPost, "/files?title=x").hasCode(t, http.StatusBadRequest, "BAD_USER_INPUT")
	for name, header := range map[string]map[string]string{
		"image": {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors"},
		"frame": {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe", "Sec-Fetch-Mode": "navigate"},
	} {
		if d := b.asked(http.MethodGet, paths[0], header); d.status != http.StatusForbidden {
			t.Errorf("%s of a page elsewhere: %d", name, d.status)
		}
	}
	link := map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}
	if d := b.asked(http.MethodGet, paths[0], link); d.status != http.StatusOK {
		t.Errorf("a link that is followed: %d", d.status)
	}
}

// TestSlowReadersOfExports: more clients than the database has connections ask for an export and read nothing. Queries
// are answered meanwhile. Each is given up after a while, and nothing is left of their files.
func TestSlowReadersOfExports(t *testing.T) {
	t.Parallel()
	b := setUpDownloads(t, mockoup.Options{Titles: 8000})
	spool := t.TempDir()
	job := b.sync()
	clients := 2 * max(4, runtime.NumCPU())
	b.serve(graph.Options{SpoolDir: spool, Limits: graph.Limits{Downloads: clients, Patience: 2 * time.Second, Wait: time.Minute}})
	path := reportPath(job, "json")
	if n := len(b.get(path).body); n < 3<<20 {
		t.Fatalf("only %d bytes: they all fit into buffers", n)
	}
	var open []net.Conn
	for range clients {
		c, err := net.Dial("tcp", strings.TrimPrefix(b.server.URL, "http://"))
		b.check(err)
		defer c.Close()
		b.check(c.(*net.TCPConn).SetReadBuffer(4096))
		fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path)
		b.check(c.SetReadDeadline(time.Now().Add(time.Minute)))
		if _, err := c.Read(make([]byte, 1)); err != nil { // it has begun
			t.Fatal(err)
		}
		open = append(open, c)
	}
	begun := time.Now()
	if !b.jobsAreListed() {
		t.Error("no query is answered")
	}
	t.Logf("a query beside %d slow readers took %v", clients, time.Since(begun))
	files, err := filepath.Glob(filepath.Join(spool, "*"))
	if err != nil || len(files) > 0 {
		t.Errorf("files with names: %v, %v", files, err)
	}
	var group sync.WaitGroup
	for _, c := range open {
		group.Go(func() {
			buffer, read := make([]byte, 1<<20), 0
			for { // in the end the server closes: what is left in buffers is less than the whole
				n, err := c.Read(buffer)
				if read += n; err != nil {
					break
				}
			}
			t.Logf("a reader that began again got %d bytes", read)
		})
	}
	group.Wait()
	b.get(path)
}

// TestTooManyDownloads: those above the limit are refused after a while, and told to come again.
func TestTooManyDownloads(t *testing.T) {
	t.Parallel()
	b := setUpDownloads(t, twoReleases(t))
	list := listHeader + strings.Repeat("Dada\t1111-1119\t\t1996-01\t\thttps://old.example/dada\tdada\t\tserial\tP\n", 80_000)
	response, err := http.Post(b.server.URL+"/files?name=long.txt&content=JOURNALS", "text/plain", strings.NewReader(list))
	b.check(err)
	defer response.Body.Close()
	var kept struct{ ID string }
	b.check(json.NewDecoder(response.Body).Decode(&kept))
	path := "/provider-files/" + kept.ID
	b.serve(graph.Options{Limits: graph.Limits{Downloads: 1, Wait: 20 * time.Millisecond}})
	c, err := net.Dial("tcp", strings.TrimPrefix(b.server.URL, "http://"))
	b.check(err)
	defer c.Close()
	b.check(c.(*net.TCPConn).SetReadBuffer(4096))
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path)
	if _, err := c.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	refused := b.request(http.MethodGet, path)
	refused.hasCode(t, http.StatusServiceUnavailable, "LIMITED")
	if refused.header.Get("Retry-After") == "" {
		t.Error("it does not say when to come again")
	}
	c.Close()
	b.serve(graph.Options{Limits: graph.Limits{DownloadTime: time.Nanosecond}})
	b.request(http.MethodGet, path).hasCode(t, http.StatusServiceUnavailable, "LIMITED")
	b.serve(graph.Options{SpoolDir: filepath.Join(b.dir, "none")})
	b.request(http.MethodGet, path).hasCode(t, http.StatusInternalServerError, "INTERNAL")
	if _, err := os.Stat(filepath.Join(b.dir, "none")); err == nil {
		t.Error("the folder was made")
	}
}

// jobsAreListed reports whether the API answers a query.
func (b *downloadsBundle) jobsAreListed() bool {
	const query = "{ jobs { totalCount } portfolios { totalCount } }"
	response, err := http.Post(b.server.URL+"/graphql", "application/graphql", strings.NewReader(query))
	b.check(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return err == nil && response.StatusCode == http.StatusOK && !strings.Contains(string(text), "errors")
}
