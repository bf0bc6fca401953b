package graph_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"autoholdings/mockoup"
)

// TestAudits runs all audits of GraphQL over HTTP.
func TestAudits(t *testing.T) {
	t.Parallel()
	const checks = "../internal/apicheck"
	if _, err := os.Stat(checks + "/node_modules/graphql-http"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("the audits are not installed: %v", err)
		}
		t.Skipf("the audits are not installed (npm ci in internal/apicheck): %v", err)
	}
	b := setup(t, mockoup.Options{Titles: 20})
	audits := exec.CommandContext(t.Context(), "node", "http.js", b.api.URL+"/graphql")
	audits.Dir = checks
	if told, err := audits.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, told)
	}
}

// TestWrongRequests: each is told its status, its code, the id of its request and what to send instead.
func TestWrongRequests(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	const posts = "Accept-Post: application/json, application/graphql"
	const asked = `{"query": "{ settings { version } }"}`
	address := "?query=" + url.QueryEscape("{ settings { version } }")
	for name, c := range map[string]struct {
		method, address, contentType, accept, body string
		status                                     int
		header, told                               string
	}{
		"another method":       {http.MethodPut, "", mediaJSON, "", asked, 405, "Allow: GET, POST, OPTIONS", "by POST"},
		"headers alone":        {http.MethodDelete, address, "", "", "", 405, "Allow: GET, POST, OPTIONS", "by GET"},
		"a mutation by GET":    {http.MethodGet, "?query=mutation%7B__typename%7D", "", "", "", 405, "Allow: POST", "by POST"},
		"a form":               {http.MethodPost, "", "application/x-www-form-urlencoded", "", "query=x", 415, posts, mediaJSON},
		"no content type":      {http.MethodPost, "", "", "", asked, 415, posts, mediaJSON},
		"another content":      {http.MethodPost, "", "text/xml", "", asked, 415, posts, mediaJSON},
		"nothing asked":        {http.MethodPost, "", mediaJSON, "", `{"qery": "{ settings { version } }"}`, 400, "", "query"},
		"nothing in address":   {http.MethodGet, "", "", "", "", 400, "", "query"},
		"variables no object":  {http.MethodGet, address + "&variables=%5B%5D", "", "", "", 400, "", "variables"},
		"variables and more":   {http.MethodGet, address + "&variables=%7B%7D%7B%7D", "", "", "", 400, "", "variables"},
		"variables and an end": {http.MethodGet, address + "&variables=%7B%7D%7D", "", "", "", 400, "", "variables"},
		"a body and an end":    {http.MethodPost, "", mediaJSON, "", asked + "}", 400, "", "form"},
		"a subscription": {
			http.MethodPost, "", mediaJSON, "", `{"query": "subscription { worklistChanged { __typename } }"}`, 406, "", "text/event-stream",
		},
		"wrong, response": {http.MethodPost, "", mediaJSON, mediaResponse, `{"query": "{ nothing }"}`, 400, "", "nothing"},
		"wrong, JSON":     {http.MethodPost, "", mediaJSON, mediaJSON, `{"query": "{ nothing }"}`, 200, "", "nothing"},
		"wrong, rather response": {
			http.MethodPost, "", mediaJSON, "application/json;q=0.5, " + mediaResponse, `{"query": "{ nothing }"}`, 400, "", "nothing",
		},
		"wrong, rather JSON": {
			http.MethodPost, "", mediaJSON, mediaResponse + ";q=0.5, */*", `{"query": "{ nothing }"}`, 200, "", "nothing",
		},
		"too deep": {
			http.MethodPost, "", mediaJSON, mediaJSON, `{"query": "` + strings.Repeat("{ a ", 40) + strings.Repeat("}", 40) + `"}`, 422, "", "limit",
		},
	} {
		request, err := http.NewRequestWithContext(t.Context(), c.method, b.api.URL+"/graphql"+c.address, strings.NewReader(c.body))
		must(t, err)
		for header, value := range map[string]string{"Content-Type": c.contentType, "Accept": c.accept} {
			if value != "" {
				request.Header.Set(header, value)
			}
		}
		a := b.send(request)
		if a.Status != c.status || len(a.Errors) == 0 || a.code() == "" || a.Errors[0].Extensions.RequestID != a.RequestID || a.RequestID == "" {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
			continue
		}
		if !strings.Contains(a.Errors[0].Message, c.told) || strings.Contains(a.Body, `"data"`) {
			t.Errorf("%s: %s", name, a.Body)
		}
		if header, value, _ := strings.Cut(c.header, ": "); header != "" && a.Header.Get(header) != value {
			t.Errorf("%s: %s is %q", name, header, a.Header.Get(header))
		}
	}
}

const (
	mediaJSON     = "application/json"
	mediaResponse = "application/graphql-response+json"
)

// TestETag: a query by GET that would be answered as before is not answered again, compressed or not.
func TestETag(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	ask := func(query, tag, encoding string) *http.Response {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.api.URL+"/graphql?query="+url.QueryEscape(query), nil)
		must(t, err)
		request.Header.Set("If-None-Match", tag)
		request.Header.Set("Accept-Encoding", encoding)
		response, err := b.api.Client().Do(request)
		must(t, err)
		defer response.Body.Close()
		_, err = io.Copy(io.Discard, response.Body)
		must(t, err)
		return response
	}
	const name = "{ settings { institutionName } }"
	first := ask(name, "", "identity")
	tag := first.Header.Get("ETag")
	if first.StatusCode != http.StatusOK || tag == "" || first.Header.Get("Cache-Control") != "private, no-cache" {
		t.Fatalf("%d %v", first.StatusCode, first.Header)
	}
	if again := ask(name, `"other", `+tag, "gzip"); again.StatusCode != http.StatusNotModified || again.Header.Get("ETag") != tag {
		t.Errorf("asked again: %d %v", again.StatusCode, again.Header)
	}
	var changed struct{}
	b.query(`mutation { updateSettings(input: {institutionName: "Bodleian"}) { userErrors { code } } }`, nil, &changed)
	if changed := ask(name, tag, "identity"); changed.StatusCode != http.StatusOK || changed.Header.Get("ETag") == tag {
		t.Errorf("after a change: %d %v", changed.StatusCode, changed.Header)
	}
	if wrong := ask("{ nothing }", "", "identity"); wrong.Header.Get("ETag") != "" {
		t.Errorf("an error has an ETag: %v", wrong.Header)
	}
}

// TestCompressed: a long answer is compressed for who takes that, and says the same.
func TestCompressed(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	ask := func(query, encoding string) (header http.Header, length int, text string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.api.URL+"/graphql?query="+url.QueryEscape(query), nil)
		must(t, err)
		request.Header.Set("Accept-Encoding", encoding)
		response, err := b.api.Client().Do(request)
		must(t, err)
		defer response.Body.Close()
		sent, err := io.ReadAll(response.Body)
		must(t, err)
		plain := sent
		if response.Header.Get("Content-Encoding") == "gzip" {
			packed, err := gzip.NewReader(strings.NewReader(string(sent)))
			must(t, err)
			plain, err = io.ReadAll(packed)
			must(t, err)
		}
		return response.Header, len(sent), string(plain)
	}
	const long = "{ __schema { types { name description } } }"
	_, whole, plain := ask(long, "identity")
	header, sent, unpacked := ask(long, "br, gzip;q=0.5")
	if header.Get("Content-Encoding") != "gzip" || sent*2 > whole || unpacked != plain {
		t.Errorf("%d bytes of %d, %v", sent, whole, header)
	}
	if !strings.Contains(strings.Join(header.Values("Vary"), ", "), "Accept-Encoding") {
		t.Errorf("Vary is %q", header.Values("Vary"))
	}
	if header, _, _ := ask(long, "gzip;q=0"); header.Get("Content-Encoding") != "" {
		t.Error("compressed for who does not take it")
	}
	if header, _, _ := ask("{ __typename }", "gzip"); header.Get("Content-Encoding") != "" {
		t.Error("a short answer is compressed")
	}
}
