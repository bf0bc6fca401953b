package jobs_test

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/holdings/profiles"
	"autoholdings/internal/problem"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// setupConnection is a bundle without a worker, so that nothing but the test itself writes.
func setupConnection(t *testing.T) *testBundle {
	t.Helper()
	embedded, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(embedded.Close)
	b := &testBundle{
		t: t, dir: t.TempDir(), redis: embedded.Options(), mock: mockoup.NewServer(t, mockoup.Options{Titles: 60}),
		connectionLimit: 500 * time.Millisecond,
	}
	b.open()
	b.makeHoldings()
	return b
}

// written is all that a test of the connection must leave as it is: the tables and the folder of kept files.
func (b *testBundle) written() string {
	b.t.Helper()
	var text strings.Builder
	for table := range strings.FieldsSeq("settings profiles provider_files jobs job_parts portfolios entitlements collections") {
		rows, err := b.store.Query(b.t.Context(), `SELECT COUNT(*), COALESCE(MAX(updated_at), 0) FROM `+table)
		must(b.t, err)
		var n, newest int64
		for rows.Next() {
			must(b.t, rows.Scan(&n, &newest))
		}
		must(b.t, rows.Close())
		fmt.Fprintln(&text, table, n, newest)
	}
	must(b.t, filepath.WalkDir(filepath.Join(b.dir, "files"), func(path string, _ fs.DirEntry, err error) error {
		text.WriteString(path + "\n")
		return err
	}))
	return text.String()
}

// outcomes are the codes of a connection test, by content type, each after whether a sync could work with it.
func (b *testBundle) outcomes(in jobs.ConnectionRequest) map[string]string {
	b.t.Helper()
	results, err := b.jobs.TestConnection(b.t.Context(), in)
	must(b.t, err)
	codes := map[string]string{}
	for _, r := range results {
		codes[r.Content] = map[bool]string{true: "ok ", false: "not ok "}[r.OK] + r.Code.String()
		if r.Message == "" || !r.OK && r.Hint == "" {
			b.t.Errorf("%s %s: message %q, advice %q", r.Content, r.Code, r.Message, r.Hint)
		}
		if strings.Contains(r.Hint, "made again by itself") {
			b.t.Errorf("%s: a test is not made again by itself: %s", r.Code, r.Hint)
		}
	}
	return codes
}

func TestConnectionOutcomes(t *testing.T) {
	t.Parallel()
	b := setupConnection(t)
	before := b.written()
	both := func(code string) map[string]string { return map[string]string{"BOOKS": code, "JOURNALS": code} }
	if diff := cmp.Diff(both("ok NEW_FILE"), b.outcomes(jobs.ConnectionRequest{ProfileID: b.profile})); diff != "" {
		t.Error(diff)
	}
	for kind, want := range map[string]string{
		"no-content": "ok NO_FILE", "not-found": "ok NO_FILE", "unauthorized": "not ok CREDENTIALS_REFUSED",
		"forbidden":         "not ok CREDENTIALS_REFUSED",
		"too-many-requests": "not ok THROTTLED", "server-error": "not ok SERVER_ERROR", "unavailable": "not ok SERVER_ERROR",
		"timeout": "not ok TIMEOUT", "reset": "not ok NETWORK", "bad-gzip": "not ok TRUNCATED", "json-error": "not ok NOT_KBART",
		"empty": "not ok NOT_KBART",
	} {
		must(t, b.mock.SetFault(mockoup.Fault{Kind: kind}))
		began := time.Now()
		if diff := cmp.Diff(both(want), b.outcomes(jobs.ConnectionRequest{ProfileID: b.profile})); diff != "" {
			t.Errorf("%s: %s", kind, diff)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: a person waited %s", kind, took)
		}
		b.mock.ClearFaults()
	}
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "forbidden", Content: "books"}))
	if diff := cmp.Diff(map[string]string{"BOOKS": "not ok CREDENTIALS_REFUSED", "JOURNALS": "ok NEW_FILE"},
		b.outcomes(jobs.ConnectionRequest{ProfileID: b.profile})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before, b.written()); diff != "" {
		t.Errorf("testing the connection wrote something:\n%s", diff)
	}
}

// TestConnectionCredentials: with those of an inactive profile, with one of them replaced, and with given ones alone.
func TestConnectionCredentials(t *testing.T) {
	t.Parallel()
	b := setupConnection(t)
	inactive := false
	_, _, err := b.profiles.UpdateProfile(t.Context(), b.profile, nil, profiles.ProfileInput{Active: &inactive}, nil)
	must(t, err)
	before := b.written()
	text := func(s string) *string { return &s }
	key := func(s string) *secret.Key { k := secret.NewKey(s); return &k }
	for name, test := range map[string]struct {
		in   jobs.ConnectionRequest
		want string
	}{
		"inactive profile":  {jobs.ConnectionRequest{ProfileID: b.profile}, "ok NEW_FILE"},
		"another key":       {jobs.ConnectionRequest{ProfileID: b.profile, APIKey: key("wrong")}, "not ok CREDENTIALS_REFUSED"},
		"another number":    {jobs.ConnectionRequest{ProfileID: b.profile, CustomerNumber: text("nobody")}, "not ok CREDENTIALS_REFUSED"},
		"no profile":        {jobs.ConnectionRequest{CustomerNumber: text("demo"), APIKey: key("demo-key")}, "ok NEW_FILE"},
		"no profile, wrong": {jobs.ConnectionRequest{CustomerNumber: text("demo"), APIKey: key("wrong")}, "not ok CREDENTIALS_REFUSED"},
	} {
		if diff := cmp.Diff(map[string]string{"BOOKS": test.want, "JOURNALS": test.want}, b.outcomes(test.in)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for name, test := range map[string]struct {
		in   jobs.ConnectionRequest
		want string
	}{
		"nothing":       {jobs.ConnectionRequest{}, "BAD_USER_INPUT input.customerNumber, BAD_USER_INPUT input.apiKey"},
		"a number only": {jobs.ConnectionRequest{CustomerNumber: text("demo")}, "BAD_USER_INPUT input.apiKey"},
		"a key only":    {jobs.ConnectionRequest{APIKey: key("demo-key")}, "BAD_USER_INPUT input.customerNumber"},
		"blanks": {
			jobs.ConnectionRequest{ProfileID: b.profile, CustomerNumber: text("a b"), APIKey: key("a b")},
			"BAD_USER_INPUT input.customerNumber, BAD_USER_INPUT input.apiKey",
		},
		"empty": {
			jobs.ConnectionRequest{ProfileID: b.profile, CustomerNumber: text(""), APIKey: key("")},
			"BAD_USER_INPUT input.customerNumber, BAD_USER_INPUT input.apiKey",
		},
		"no such": {jobs.ConnectionRequest{ProfileID: 4711}, "NOT_FOUND input.profileId"},
	} {
		if got := b.mistakes(b.jobs.TestConnection(t.Context(), test.in)); got != test.want {
			t.Errorf("%s: %s", name, got)
		}
	}
	if diff := cmp.Diff(before, b.written()); diff != "" {
		t.Errorf("testing credentials wrote something:\n%s", diff)
	}
}

// TestConnectionUnreadableKey: a key that does not open is a mistake to mend, not a fault.
func TestConnectionUnreadableKey(t *testing.T) {
	t.Parallel()
	b := setupConnection(t)
	b.write(`UPDATE profiles SET api_key_sealed = 'v1:00000000:AAAA' WHERE id = ?`, b.profile)
	if got := b.mistakes(b.jobs.TestConnection(t.Context(),
		jobs.ConnectionRequest{ProfileID: b.profile})); got != "BAD_USER_INPUT input.apiKey" {
		t.Error(got)
	}
	key := secret.NewKey("demo-key")
	results, err := b.jobs.TestConnection(t.Context(), jobs.ConnectionRequest{ProfileID: b.profile, APIKey: &key})
	must(t, err)
	if len(results) != 2 || !results[0].OK {
		t.Errorf("with the key given: %+v", results)
	}
}

// mistakes are the problems of an answer that must be refused, each "CODE path".
func (b *testBundle) mistakes(results []jobs.ConnectionResult, err error) string {
	b.t.Helper()
	problems, ok := problem.In(err)
	if !ok || len(results) > 0 {
		b.t.Fatalf("%v %+v", err, results)
	}
	var list []string
	for _, p := range problems {
		list = append(list, string(p.Code)+" "+strings.Join(p.Path, "."))
	}
	return strings.Join(list, ", ")
}

// write changes rows that the domain has no way to make so.
func (b *testBundle) write(query string, args ...any) {
	b.t.Helper()
	must(b.t, b.store.Write(b.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, query, args...)
		return err
	}))
}
