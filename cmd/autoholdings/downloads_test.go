package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"autoholdings/mockoup"
)

// TestServeDownloads: a running server hands out all that the API names a path of, the provider's files among it.
func TestServeDownloads(t *testing.T) {
	t.Parallel()
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 90})
	s := serve(t, "--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure")
	job := s.wait(s.start(s.administer(mockoup.DemoKey)))
	var answer struct {
		Job           struct{ ReportTsv, ReportJSON string }
		Collections   struct{ Nodes []struct{ KbartURL string } }
		ProviderFiles struct {
			Nodes []struct {
				DownloadURL string
				Size        int
			}
		}
	}
	s.do(`query($id: ID!) { job(id: $id) { reportTsv reportJson } collections { nodes { kbartUrl } } providerFiles { nodes { downloadUrl size }
		} }`,
		map[string]any{"id": job.ID}, &answer)
	begins := map[string]string{answer.Job.ReportTsv: "action\tfield\ttitle\t", answer.Job.ReportJSON: `{"id":"` + job.ID + `"`}
	for _, c := range answer.Collections.Nodes {
		begins[c.KbartURL] = "publication_title\t"
	}
	for _, f := range answer.ProviderFiles.Nodes {
		begins[f.DownloadURL] = "publication_title\t"
		if got := len(s.get(f.DownloadURL)); got != f.Size {
			t.Errorf("%s has %d bytes, not %d", f.DownloadURL, got, f.Size)
		}
	}
	if len(begins) != 6 { // the report in two forms, two collections, two files
		t.Fatalf("the paths are %v", begins)
	}
	for path, want := range begins {
		if text := s.get(path); !strings.HasPrefix(strings.TrimPrefix(text, "\ufeff"), want) || strings.Count(text, "\n") < 10 {
			t.Errorf("%s is %.80q", path, text)
		}
	}
}

// get downloads a file.
func (s *server) get(path string) string {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.api.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		s.t.Fatalf("GET %s: %s %v: %s", path, response.Status, err, text)
	}
	return string(text)
}
