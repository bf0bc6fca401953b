package main

import (
	"bytes"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"autoholdings/ent/auditentry"
	"autoholdings/internal/access"
	"autoholdings/internal/store"
)

// typed runs a command line with text on standard input.
func typed(t *testing.T, input string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), append([]string{"autoholdings"}, args...), strings.NewReader(input), &out, io.Discard)
	return out.String(), err
}

// TestTokenCommand: a token is made, listed without its secret, and revoked.
func TestTokenCommand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret, err := command(t, "token", "create", "--data-dir", dir, "--scope", "operate,curate", "--expires-in", "24h", "nightly")
	if err != nil || !regexp.MustCompile("^"+access.TokenPattern.String()+"\n$").MatchString(secret) {
		t.Fatalf("%q %v", secret, err)
	}
	list, err := command(t, "token", "list", "--data-dir", dir)
	if err != nil || strings.Contains(list, strings.TrimSpace(secret)) || !strings.Contains(list, "operate curate") ||
		!strings.Contains(list, `command "token create"`) {
		t.Fatalf("%s %v", list, err)
	}
	id := strings.Fields(strings.Split(list, "\n")[1])[0]
	if out, err := command(t, "token", "revoke", "--data-dir", dir, id); err != nil || out != "token \"nightly\" is revoked\n" {
		t.Errorf("%q %v", out, err)
	}
	if list, err := command(t, "token", "list", "--data-dir", dir); err != nil || !strings.Contains(list, "revoked 2") {
		t.Errorf("%s %v", list, err)
	}
	for _, wrong := range [][]string{
		{"create"},
		{"create", "nightly"},
		{"create", "--scope", "root", "nightly"},
		{"create", "--scope", "read", "--expires-in", "-1h", "x"},
		{"revoke"},
		{"revoke", "x"},
		{"revoke", "UHJvZmlsZTox"},
	} {
		args := append([]string{"token", wrong[0], "--data-dir", dir}, wrong[1:]...)
		if out, err := command(t, args...); err == nil {
			t.Errorf("%q: %s", args, out)
		}
	}
}

// TestUserCommand: people are added with a password from standard input, listed, changed and removed; each act is
// recorded, without the password.
func TestUserCommand(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	added, err := typed(t, "correct horse battery\n", "user", "add", "--data-dir", dir, "--scope", "admin", "Ada")
	if err != nil || !strings.HasPrefix(added, "Ada (") || !strings.HasSuffix(added, ") may admin\n") {
		t.Fatalf("%q %v", added, err)
	}
	id := added[len("Ada ("):strings.Index(added, ")")]
	_, err = typed(t, "short\n", "user", "password", "--data-dir", dir, id)
	if err == nil || !strings.Contains(err.Error(), "give 12 or more") {
		t.Error(err)
	}
	for _, c := range []struct{ input, verb, say string }{
		{"another long password\n", "password", "has a new password"},
		{"", "sign-out", "0 ended"},
	} {
		if out, err := typed(t, c.input, "user", c.verb, "--data-dir", dir, id); err != nil || !strings.Contains(out, c.say) {
			t.Errorf("%s: %q %v", c.verb, out, err)
		}
	}
	for _, verb := range []string{"disable", "remove"} {
		if _, err := typed(t, "", "user", verb, "--data-dir", dir, id); err == nil || !strings.Contains(err.Error(), "the last person") {
			t.Errorf("%s: %v", verb, err)
		}
	}
	list, err := command(t, "user", "list", "--data-dir", dir)
	if err != nil || !strings.Contains(list, "Ada") || !strings.Contains(list, "this server") {
		t.Errorf("%s %v", list, err)
	}
	s, err := store.Open(t.Context(), config{DataDir: dir}.database())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var acts []string
	if first := s.Read.AuditEntry.Query().Order(auditentry.ByID()).FirstX(t.Context()); !strings.Contains(string(first.Input), "Ada") ||
		!strings.Contains(string(first.Input), "admin") {
		t.Errorf("%s", first.Input)
	}
	for _, row := range s.Read.AuditEntry.Query().AllX(t.Context()) {
		acts = append(acts, row.Action+" by "+row.ActorKind)
		if text := row.String(); strings.Contains(text, "password\"") || strings.Contains(text, "horse") {
			t.Error(text)
		}
	}
	if got := strings.Join(acts, "; "); got != "user add by COMMAND; user password by COMMAND; user sign-out by COMMAND" {
		t.Error(got)
	}
}
