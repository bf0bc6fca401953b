package mockoup_test

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"autoholdings/mockoup"
)

// Test a client with a release, the next release, and a fault.
func ExampleNewServer() {
	t := newT() // in a test: func TestClient(t *testing.T)
	defer t.end()

	oup := mockoup.NewServer(t, mockoup.Options{Titles: 300})
	fetch := func() {
		request, err := http.NewRequest(http.MethodGet, oup.ListURL(mockoup.DemoCustomer, mockoup.Journals), nil)
		if err != nil {
			t.Fatalf("%v", err)
		}
		request.Header.Set("X-Api-Key", mockoup.DemoKey)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatalf("%v", err)
		}
		defer func() { _ = response.Body.Close() }()
		lines := 0
		for s := bufio.NewScanner(response.Body); s.Scan(); {
			lines++
		}
		fmt.Printf("%s, last modified %q, retry after %q, a list: %t\n", response.Status,
			response.Header.Get("Last-Modified"), response.Header.Get("Retry-After"), lines > 100)
	}

	fetch()
	if err := oup.Step(1); err != nil {
		t.Fatalf("%v", err)
	}
	fetch()
	if err := oup.SetFault(mockoup.Fault{Kind: "too-many-requests", Times: 1, RetryAfter: 3}); err != nil {
		t.Fatalf("%v", err)
	}
	fetch()
	fmt.Println(len(oup.Requests()), "requests")
	// Output:
	// 200 OK, last modified "Tue, 28 Jan 2025 00:00:00 GMT", retry after "", a list: true
	// 200 OK, last modified "Tue, 25 Feb 2025 00:00:00 GMT", retry after "", a list: true
	// 429 Too Many Requests, last modified "", retry after "3", a list: false
	// 3 requests
}

// Write a list to a file or a pipe, without HTTP.
func ExampleServer_WriteRelease() {
	oup, err := mockoup.New(mockoup.Options{Titles: 3, Seed: 42})
	if err != nil {
		fmt.Println(err)
		return
	}
	var list strings.Builder
	if err := oup.WriteRelease(&list, mockoup.DemoCustomer, mockoup.Books, "2025-01-28"); err != nil {
		fmt.Println(err)
		return
	}
	for _, row := range strings.Split(strings.TrimSpace(list.String()), "\r\n")[1:] {
		fmt.Println(strings.Split(row, "\t")[0])
	}
	// Output:
	// Exile and Reading in Curaçao
	// Opera and Language in Lübeck: A Very Short Introduction
}

// exampleT replaces *testing.T, which an example does not have.
type exampleT struct{ cleanups []func() }

var (
	_ mockoup.TB = (*exampleT)(nil)
	_ mockoup.TB = testing.TB(nil)
)

func newT() *exampleT { return &exampleT{} }

func (t *exampleT) Helper()          {}
func (t *exampleT) Cleanup(f func()) { t.cleanups = append(t.cleanups, f) }

func (t *exampleT) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }

func (t *exampleT) Fatalf(format string, args ...any) {
	t.Errorf(format, args...)
	os.Exit(1)
}

func (t *exampleT) end() {
	for _, f := range t.cleanups {
		f()
	}
}
