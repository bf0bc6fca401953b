package secret_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"autoholdings/internal/secret"
)

// folder is a data directory with a key file.
type folder struct {
	t   *testing.T
	dir string
}

func newFolder(t *testing.T) folder {
	t.Helper()
	f := folder{t, t.TempDir()}
	f.open()
	return f
}

// open returns the id of the key in the key file.
func (f folder) open() string {
	f.t.Helper()
	box, err := secret.Open(f.dir)
	f.must(err)
	return box.KeyID()
}

func (f folder) stage(key string) {
	f.t.Helper()
	f.must(secret.StageKey(f.dir, key))
}

func (f folder) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// fails checks an error's text, and that it shows none of the keys.
func (f folder) fails(err error, want string, keys ...string) {
	f.t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		f.t.Errorf("%v does not say %q", err, want)
		return
	}
	for _, key := range keys {
		if strings.Contains(err.Error(), key) {
			f.t.Errorf("%v shows a key", err)
		}
	}
}

// TestSwapStaged: the staged key replaces the key file, the former file stays under another name, and swapping again
// does nothing.
func TestSwapStaged(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	former, key := f.open(), secret.GenerateKey()
	f.stage(key)
	staged, err := secret.OpenStaged(f.dir)
	f.must(err)
	if f.open() != former || staged.KeyID() == former {
		t.Errorf("a staged key is in force: %s", staged.KeyID())
	}
	kept, err := secret.SwapStaged(f.dir)
	f.must(err)
	if f.open() != staged.KeyID() || kept != filepath.Join(f.dir, "sealing.key.old-"+former) {
		t.Errorf("the key %s, the former in %s", f.open(), kept)
	}
	text, err := os.ReadFile(kept)
	f.must(err)
	if box, err := secret.Open("", lastLine(string(text))); err != nil || box.KeyID() != former {
		t.Errorf("the former key is not in %s: %v", kept, err)
	}
	if none, err := secret.OpenStaged(f.dir); none != nil || err != nil {
		t.Errorf("a key is staged still: %v", err)
	}
	if _, err := secret.SwapStaged(f.dir); err != nil || f.open() != staged.KeyID() {
		t.Errorf("once more: %v", err)
	}
	f.must(secret.DropStaged(f.dir)) // there is none
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// TestSwapStagedWithoutFile: if the key was configured until now, the staged key becomes the key file.
func TestSwapStagedWithoutFile(t *testing.T) {
	t.Parallel()
	f := folder{t, t.TempDir()}
	f.stage(secret.GenerateKey())
	staged, err := secret.OpenStaged(f.dir)
	f.must(err)
	if kept, err := secret.SwapStaged(f.dir); err != nil || kept != "" || f.open() != staged.KeyID() {
		t.Errorf("%q %v", kept, err)
	}
}

// TestStageRefused: no staged key is overwritten, and a bad key is not staged.
func TestStageRefused(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	before, key := f.open(), secret.GenerateKey()
	f.fails(secret.StageKey(f.dir, "garbage-of-a-key"), "not 32 bytes", "garbage-of-a-key")
	f.stage(key)
	f.fails(secret.StageKey(f.dir, secret.GenerateKey()), "exists", key)
	f.fails(secret.StageKey(filepath.Join(f.dir, "missing"), key), "no such", key)
	f.must(secret.DropStaged(f.dir))
	if staged, err := secret.OpenStaged(f.dir); staged != nil || err != nil || f.open() != before {
		t.Errorf("dropped: %v %v", staged, err)
	}

	path := filepath.Join(f.dir, secret.StagedFileName)
	f.must(os.WriteFile(path, []byte("# no key\n"), 0o600))
	_, err := secret.OpenStaged(f.dir)
	f.fails(err, "contains no key")
	f.must(os.WriteFile(path, []byte(key), 0o600))
	f.must(os.Chmod(path, 0o644))
	_, err = secret.OpenStaged(f.dir)
	f.fails(err, "may be read by others", key)
}

// TestFormerKeyIsKept: if a file already has the name for the former key, it must contain that key. Otherwise nothing
// is swapped.
func TestFormerKeyIsKept(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	former := f.open()
	f.stage(secret.GenerateKey())
	old := filepath.Join(f.dir, "sealing.key.old-"+former)
	f.must(os.WriteFile(old, []byte(secret.GenerateKey()+"\n"), 0o600))
	_, err := secret.SwapStaged(f.dir)
	f.fails(err, "other keys")
	if f.open() != former {
		t.Error("the key was swapped")
	}
	f.must(os.WriteFile(old, []byte("unreadable"), 0o600))
	_, err = secret.SwapStaged(f.dir)
	f.fails(err, "not 32 bytes")

	text, err := os.ReadFile(filepath.Join(f.dir, secret.KeyFileName))
	f.must(err)
	f.must(os.WriteFile(old, append([]byte(secret.GenerateKey()+"\n"), text...), 0o600))
	if _, err := secret.SwapStaged(f.dir); err != nil || f.open() == former {
		t.Errorf("where it holds the key among others: %v", err)
	}
	f.must(os.WriteFile(filepath.Join(f.dir, secret.KeyFileName), []byte("unreadable"), 0o600))
	_, err = secret.SwapStaged(f.dir)
	f.fails(err, "sealing key file")
}
