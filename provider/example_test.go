package provider_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"

	"autoholdings/internal/secret"
	"autoholdings/provider"
	"autoholdings/provider/oup"
)

// A first fetch keeps the file; the next one says that it is still the same.
func ExampleFetcher_Fetch() {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Disposition", `attachment; filename="OUP_Global_AllJournals_2026-01-28.txt"`)
		fmt.Fprint(w, "publication_title\ttitle_id\nBrain\tbrain\n")
	}))
	defer service.Close()
	dir, err := os.MkdirTemp("", "lists")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	fetcher, err := provider.NewFetcher(oup.Provider(), provider.Options{
		Template: oup.Provider().Template.At(service.URL), Dir: dir,
		AllowHTTP: true, AllowPrivate: true, // the provider is on this machine
	})
	if err != nil {
		panic(err)
	}
	defer fetcher.Close()
	request := provider.Request{
		Credentials: provider.Credentials{"customer": secret.NewKey("123"), "key": secret.NewKey("key")}, Content: oup.Journals,
	}
	file, err := fetcher.Fetch(context.Background(), request)
	fmt.Println(file.Name, file.Size, err)
	request.LastSHA256, request.ETag, request.LastModified = file.SHA256, file.ETag, file.LastModified
	_, err = fetcher.Fetch(context.Background(), request)
	if outcome, ok := errors.AsType[*provider.Outcome](err); ok {
		fmt.Println(outcome.Code, "retriable:", outcome.Retriable)
		fmt.Println(outcome.Hint)
	}
	// Output:
	// OUP_Global_AllJournals_2026-01-28.txt 39 <nil>
	// SAME_FILE retriable: false
	// Nothing is to be done: the files change once a month, in its last week.
}
