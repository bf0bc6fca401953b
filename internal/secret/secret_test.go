package secret_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"autoholdings/internal/secret"
)

const canary = "k3y-that-must-not-be-seen"

func TestKeyIsMaskedEverywhere(t *testing.T) {
	t.Parallel()
	key := secret.NewKey(canary)
	holder := struct {
		Name   string
		hidden secret.Key
		Shown  secret.Key
		Ptr    *secret.Key
	}{"name", key, key, &key}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p", "%t", "%T", "%10.3s"} {
		for _, value := range []any{key, &key, holder, &holder, []secret.Key{key}, map[string]secret.Key{"a": key}} {
			fmt.Fprintf(&out, verb+"\n", value)
		}
	}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("message", "key", key, "pointer", &key, "holder", holder)
	}
	encoded, err := json.Marshal(map[string]any{"key": key, "holder": holder})
	if err != nil {
		t.Fatal(err)
	}
	out.Write(encoded)
	for _, form := range []string{canary, hex.EncodeToString([]byte(canary)), canary[:3]} {
		if strings.Contains(strings.ToLower(out.String()), form) {
			t.Errorf("the key shows as %q in:\n%s", form, out.String())
		}
	}
	if !strings.Contains(string(encoded), secret.Mask) {
		t.Errorf("no mask in %s", encoded)
	}
	if key.Reveal() != canary {
		t.Errorf("Reveal() = %q", key.Reveal())
	}
}

func TestKeyEquality(t *testing.T) {
	t.Parallel()
	a, b, none := secret.NewKey("a"), secret.NewKey("b"), secret.Key{}
	if !a.Equal(secret.NewKey("a")) || a.Equal(b) || a.Equal(none) || !none.Equal(secret.NewKey("")) {
		t.Error("Equal does not compare values")
	}
	if !none.IsZero() || none.String() != "" || none.Reveal() != "" || a.IsZero() {
		t.Error("the zero key is not the empty key")
	}
}

func TestSealedValueOpensInItsPlaceOnly(t *testing.T) {
	t.Parallel()
	box := open(t, t.TempDir())
	sealed := box.Seal(secret.NewKey(canary), "profile/1")
	if strings.Contains(sealed, canary) || !regexp.MustCompile(`^v1:[0-9a-f]{8}:[A-Za-z0-9_-]+$`).MatchString(sealed) {
		t.Fatalf("sealed value %q", sealed)
	}
	if sealed == box.Seal(secret.NewKey(canary), "profile/1") {
		t.Error("sealing twice gives the same text: a nonce was used twice")
	}
	plain, err := box.Unseal(sealed, "profile/1")
	if err != nil || plain.Reveal() != canary {
		t.Fatalf("Unseal = %q, %v", plain.Reveal(), err)
	}
	last := strings.Map(func(r rune) rune {
		if r == 'A' {
			return 'B'
		}
		return 'A'
	}, sealed[len(sealed)-4:len(sealed)-3])
	for name, c := range map[string]struct{ sealed, data string }{
		"another place":      {sealed, "profile/2"},
		"changed":            {sealed[:len(sealed)-4] + last + sealed[len(sealed)-3:], "profile/1"},
		"cut":                {sealed[:len(sealed)-8], "profile/1"},
		"no text":            {sealed[:len("v1:12345678:")], "profile/1"},
		"not base64":         {sealed + "!", "profile/1"},
		"another version":    {"v2" + sealed[2:], "profile/1"},
		"not a sealed value": {canary, "profile/1"},
		"empty":              {"", "profile/1"},
	} {
		_, err := box.Unseal(c.sealed, c.data)
		if !errors.Is(err, secret.ErrDamaged) {
			t.Errorf("%s: error %v, want ErrDamaged", name, err)
		}
		if err != nil && strings.Contains(err.Error(), canary) {
			t.Errorf("%s: the error shows what was given: %v", name, err)
		}
	}
}

func TestEmptyValueIsSealedToo(t *testing.T) {
	t.Parallel()
	box := open(t, t.TempDir())
	plain, err := box.Unseal(box.Seal(secret.Key{}, "x"), "x")
	if err != nil || !plain.IsZero() {
		t.Errorf("Unseal = %q, %v", plain.Reveal(), err)
	}
}

func TestKeyFileIsMadeOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	first := open(t, dir)
	path, made := first.KeyFile()
	if !made || path != filepath.Join(dir, secret.KeyFileName) {
		t.Fatalf("KeyFile() = %q, %v", path, made)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	second := open(t, dir)
	if _, made := second.KeyFile(); made {
		t.Error("the second start says that it made the key")
	}
	if _, err := second.Unseal(first.Seal(secret.NewKey("x"), ""), ""); err != nil {
		t.Error(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("files left: %v, %v", entries, err)
	}
}

func TestStartsAtTheSameTimeShareOneKey(t *testing.T) {
	t.Parallel()
	const starts = 8
	dir := t.TempDir()
	boxes := make([]*secret.Box, starts)
	var wait sync.WaitGroup
	for i := range boxes {
		wait.Go(func() { boxes[i], _ = secret.Open(dir) })
	}
	wait.Wait()
	makers := 0
	for i, box := range boxes {
		if box == nil {
			t.Fatalf("start %d failed", i)
		}
		if _, made := box.KeyFile(); made {
			makers++
		}
		if err := boxes[0].VerifyCheck(box.SealCheck()); err != nil {
			t.Error(err)
		}
	}
	if makers != 1 {
		t.Errorf("%d starts made the key", makers)
	}
}

func TestConfiguredKeyForms(t *testing.T) {
	t.Parallel()
	raw := []byte("0123456789abcdefghijklmnopqrst\xff\xfe")
	reference := open(t, "", hex.EncodeToString(raw))
	forms := map[string]string{
		"upper-case hex":     strings.ToUpper(hex.EncodeToString(raw)),
		"base64":             "MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0//4=",
		"base64, unpadded":   "MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0//4",
		"base64url":          "MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0__4=",
		"from a file":        "MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0//4=\n",
		"unpadded base64url": "MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0__4",
	}
	for name, form := range forms {
		if err := open(t, "", form).VerifyCheck(reference.SealCheck()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWrongConfiguredKeysAreRefused(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]string{
		"password":   "correct horse battery staple",
		"too short":  hex.EncodeToString(make([]byte, 16)),
		"too long":   hex.EncodeToString(make([]byte, 64)),
		"all zeroes": hex.EncodeToString(make([]byte, 32)),
	} {
		_, err := secret.Open(t.TempDir(), secret.GenerateKey(), key)
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		if strings.Contains(err.Error(), key) || !strings.Contains(err.Error(), "key 2") || !strings.Contains(err.Error(), "openssl rand") {
			t.Errorf("%s: error %q: it should name the key by its place, not show it, and say what to do", name, err)
		}
	}
	if _, err := secret.Open("", "", " "); err == nil || !strings.Contains(err.Error(), "no sealing key is configured") {
		t.Errorf("no key and no data directory: %v", err)
	}
}

func TestConfiguredKeyMakesNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open(t, dir, secret.GenerateKey())
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestUnusableKeyFiles(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		content string
		mode    os.FileMode
		want    string
	}{
		"readable by others": {secret.GenerateKey(), 0o644, "chmod 600"},
		"empty":              {"# nothing\n\n", 0o600, "contains no key"},
		"damaged":            {"abc", 0o600, "not 32 bytes"},
	}
	for name, c := range cases {
		dir := t.TempDir()
		path := filepath.Join(dir, secret.KeyFileName)
		if err := os.WriteFile(path, []byte(c.content), c.mode); err != nil {
			t.Fatal(err)
		}
		if _, err := secret.Open(dir); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want one that names the file and says %q", name, err, c.want)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.Open(file); err == nil {
		t.Error("a file was accepted as data directory")
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	before := open(t, dir) // a key in the file
	sealed, check := before.Seal(secret.NewKey(canary), "p"), before.SealCheck()
	newKey := secret.GenerateKey()
	both := open(t, dir, newKey)
	if err := both.VerifyCheck(check); err != nil {
		t.Fatal(err)
	}
	resealed, changed, err := both.Reseal(sealed, "p")
	if err != nil || !changed || resealed == sealed {
		t.Fatalf("Reseal = %q, %v, %v", resealed, changed, err)
	}
	if again, changed, err := both.Reseal(resealed, "p"); err != nil || changed || again != resealed {
		t.Errorf("a second Reseal = %q, %v, %v", again, changed, err)
	}
	if _, _, err := both.Reseal(sealed, "q"); !errors.Is(err, secret.ErrDamaged) {
		t.Errorf("Reseal of a value from elsewhere: %v", err)
	}
	after := open(t, "", newKey)
	if plain, err := after.Unseal(resealed, "p"); err != nil || plain.Reveal() != canary {
		t.Errorf("the new key alone: %q, %v", plain.Reveal(), err)
	}
	if _, err := after.Unseal(sealed, "p"); !errors.Is(err, secret.ErrUnknownKey) {
		t.Errorf("what the old key sealed, under the new one: %v", err)
	}
	if after.Fingerprint(secret.NewKey("x")) != both.Fingerprint(secret.NewKey("x")) {
		t.Error("the newest key does not decide the fingerprint")
	}
}

func TestCheckStopsTheStartOnAnotherKey(t *testing.T) {
	t.Parallel()
	check := open(t, t.TempDir()).SealCheck()
	other := open(t, t.TempDir())
	err := other.VerifyCheck(check)
	path, _ := other.KeyFile()
	if !errors.Is(err, secret.ErrUnknownKey) || !strings.Contains(err.Error(), path) {
		t.Errorf("lost key file: %v, want an error that says a new one was made and where", err)
	}
	if err := open(t, "", secret.GenerateKey()).VerifyCheck(check); !errors.Is(err, secret.ErrUnknownKey) {
		t.Errorf("another configured key: %v", err)
	}
	for _, damaged := range []string{"", "v1", check + "A", other.Seal(secret.NewKey("other"), "check")} {
		if err := other.VerifyCheck(damaged); err == nil {
			t.Errorf("%q verified", damaged)
		}
	}
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	box := open(t, t.TempDir())
	a, b := box.Fingerprint(secret.NewKey("a")), box.Fingerprint(secret.NewKey("b"))
	if !regexp.MustCompile(`^[0-9a-f]{8}$`).MatchString(a) || a == b || a != box.Fingerprint(secret.NewKey("a")) {
		t.Errorf("fingerprints %q, %q", a, b)
	}
	if a == open(t, t.TempDir()).Fingerprint(secret.NewKey("a")) {
		t.Error("the fingerprint does not depend on the sealing key, so that it could be looked up in a table")
	}
}

func open(t *testing.T, dir string, keys ...string) *secret.Box {
	t.Helper()
	box, err := secret.Open(dir, keys...)
	if err != nil {
		t.Fatal(err)
	}
	return box
}
