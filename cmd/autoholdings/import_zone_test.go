package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"autoholdings/internal/realfiles"
	"autoholdings/mockoup"
)

// TestImportZoneCommand: the list is fetched and imported, shown first, and imported from a file.
func TestImportZoneCommand(t *testing.T) {
	t.Parallel()
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 200})
	flags := []string{"--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure", "--log-level", "error"}
	importing := func(want string, args ...string) string {
		t.Helper()
		out, err := command(t, append(append([]string{"import", "zone"}, args...), flags...)...)
		if err != nil || !strings.Contains(out, want) {
			t.Fatalf("%v: %v, want %q\n%s", args, err, want, out)
		}
		return out
	}
	importing("SUCCEEDED, PREVIEWED", "--preview")
	out := importing("SUCCEEDED, CHANGED")
	if !strings.Contains(out, "titles added") || !strings.Contains(out, "Books (APPLIED)") || !strings.Contains(out, "Journals (APPLIED)") {
		t.Error(out)
	}
	importing("SUCCEEDED, NO_CHANGE")
	if err := mock.Step(3); err != nil {
		t.Fatal(err)
	}
	if out := importing("SUCCEEDED, CHANGED", "--zone", "61563711870000041"); strings.Contains(out, "Books") {
		t.Error(out)
	}
	if err := mock.Step(-3); err != nil {
		t.Fatal(err)
	}
	importing("SUCCEEDED, BLOCKED", "--zone", "61563711870000041")
	importing("SUCCEEDED, CHANGED", "--zone", "61563711870000041", "--force")

	list := filepath.Join(t.TempDir(), "titles.txt")
	file, err := os.Create(list)
	if err == nil {
		err = mock.WriteRelease(file, mockoup.DemoCustomer, mockoup.Books, "")
	}
	if err != nil || file.Close() != nil {
		t.Fatal(err)
	}
	importing("SUCCEEDED, NO_CHANGE", list, "--zone", "61707906870000041")
	flags = append(slices.Clone(flags[:2]), "--log-level", "error") // a file needs no provider's address
	importing("SUCCEEDED, NO_CHANGE", list, "--zone", "61707906870000041")
	flags = append(flags, "--oup-url", mock.URL, "--oup-allow-insecure")
	if err := mock.SetFault(mockoup.Fault{Kind: "no-content"}); err != nil {
		t.Fatal(err)
	}
	if out, err := command(t, append([]string{"import", "zone"}, flags...)...); err == nil || !strings.Contains(err.Error(), "NO_FILE") ||
		!strings.Contains(out, "FAILED") {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestImportZoneCommandElsewhere: the address of the list can be set.
func TestImportZoneCommandElsewhere(t *testing.T) {
	t.Parallel()
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 60})
	flags := []string{"--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure", "--log-level", "error"}
	if _, err := command(t, append([]string{"import", "zone", "--oup-titles-path", "/elsewhere/{content}"}, flags...)...); err == nil ||
		!strings.Contains(err.Error(), "NO_FILE") {
		t.Errorf("%v", err)
	}
	if _, err := command(t, append([]string{"import", "zone", "--oup-titles-path", "/titles/{customer}"}, flags...)...); err == nil ||
		!strings.Contains(err.Error(), "{customer}") {
		t.Errorf("%v", err)
	}
	args := []string{
		"import", "zone", "--oup-titles-path", "/titles/{content}", "--oup-titles-query", "format={format}", "--oup-titles-query",
		"for={content}",
	}
	ofBooks := func(r mockoup.Request) bool { return r.Query == "for=books&format=kbart" }
	if out, err := command(t, append(args, flags...)...); err != nil || !slices.ContainsFunc(mock.Requests(), ofBooks) {
		t.Errorf("%v: %+v\n%s", err, mock.Requests(), out)
	}
}

// TestImportZoneCommandRealList: a real list of journals fills the Community Zone, and the next of its series changes
// it.
func TestImportZoneCommandRealList(t *testing.T) {
	t.Parallel()
	dir := realfiles.Dir(t, "oup-series")
	flags := []string{
		"--zone", "61563711870000041", "--data-dir", t.TempDir(), "--oup-url", "https://kbart.example.org", "--log-level",
		"error",
	}
	for _, step := range []struct{ file, want string }{
		{"oxford_Switzerland_NationalLicences_2016-05-26.txt", "230 titles added"},
		{"oxford_Switzerland_NationalLicences_2016-07-08.txt", "48 titles changed: publisher_name in 33, coverage in 31"},
		{"oxford_Switzerland_NationalLicences_2016-05-26.txt", "SUCCEEDED, BLOCKED"},
	} {
		out, err := command(t, append([]string{"import", "zone", filepath.Join(dir, step.file)}, flags...)...)
		if err != nil || !strings.Contains(out, step.want) {
			t.Fatalf("%s: %v, want %q\n%s", step.file, err, step.want, out)
		}
	}
}

// TestImportZoneCommandRefuses what it cannot do, and says what is wrong.
func TestImportZoneCommandRefuses(t *testing.T) {
	t.Parallel()
	page := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(page, []byte("<html><body>Sign in</body></html>"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		want string
		args []string
	}{
		{"say by --zone", []string{page}},
		{"is left over", []string{page, page}},
		{"no collection \"7\"", []string{"--zone", "7"}},
		{"no such file", []string{filepath.Join(t.TempDir(), "absent.txt"), "--zone", "61563711870000041"}},
		{"page.html", []string{page, "--zone", "61563711870000041"}},
		{"--log-level", []string{"--log-level", "loud"}},
		{"give --oup-url (AUTOHOLDINGS_OUP_URL)", []string{"--oup-url", ""}},
		{
			`--oup-url (AUTOHOLDINGS_OUP_URL) is "academic.oup.com": it needs a scheme and a host, as in https://academic.oup.com`,
			[]string{"--oup-url", "academic.oup.com"},
		},
		{`--oup-url (AUTOHOLDINGS_OUP_URL) is "ftp://x": the provider is asked by https, not by ftp`, []string{"--oup-url", "ftp://x"}},
		{
			`is "http://127.0.0.1:8081": plain HTTP would show the API key to everyone on the way. Use https, or add --oup-allow-insecure`,
			[]string{"--oup-url", "http://127.0.0.1:8081"},
		},
		{`is "localhost:8081": it needs a scheme and a host`, []string{"--oup-url", "localhost:8081"}},
		{"without user name and password", []string{"--oup-url", "https://user:secret@x"}},
	} {
		args := append([]string{"import", "zone", "--data-dir", t.TempDir(), "--oup-url", "https://kbart.example.org", "--log-level", "error"},
			test.args...)
		if out, err := command(t, args...); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: %v, want %q\n%s", test.args, err, test.want, out)
		}
	}
}
