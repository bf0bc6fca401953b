package store_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"autoholdings/internal/store"
)

// TestPrivate: the data directory and the database are closed to others, whatever they were.
func TestPrivate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	files := []string{store.FileName, store.FileName + "-wal", store.FileName + "-shm"}
	check := func(how string) {
		t.Helper()
		for name, want := range map[string]fs.FileMode{"": 0o700, files[0]: 0o600, files[1]: 0o600, files[2]: 0o600} {
			info, err := os.Stat(filepath.Join(dir, name))
			if err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %q has the mode %v, want %v (%v)", how, name, info.Mode().Perm(), want, err)
			}
		}
	}
	first := open(t, dir)
	check("made by the program")
	for _, name := range append(files, "") {
		mode := fs.FileMode(0o644)
		if name == "" {
			mode = 0o755
		}
		if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	second := open(t, dir) // beside the first, as a command is beside the server
	check("open to others before")
	for i, s := range []*store.Store{first, second} { // both go on
		if err := s.Write(t.Context(), makeGroup(s, string(rune(0x41+i)))); err != nil {
			t.Error(err)
		}
	}
	there := filepath.Join(t.TempDir(), "made by hand")
	if err := os.Mkdir(there, 0o755); err != nil {
		t.Fatal(err)
	}
	dir = there
	open(t, dir)
	check("a directory made by hand")
}
