package provider_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"autoholdings/provider"
)

// TestSpool: a list that is made here is read as often as need be, and leaves nothing behind, nor does one that fails.
func TestSpool(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store, err := provider.OpenStore(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	left := func() int {
		entries, err := os.ReadDir(filepath.Join(dir, "spool"))
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	text := strings.Repeat("a row of a list\n", 10_000)
	list, err := store.Spool(func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	one, err := list.Open()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(io.Discard, one, 77); err != nil {
		t.Fatal(err)
	}
	other, err := list.Open()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(other); err != nil || string(got) != text {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if got, err := io.ReadAll(one); err != nil || string(got) != text[77:] {
		t.Errorf("beside it: %d bytes, %v", len(got), err)
	}
	list.Close()
	broken := errors.New("the list cannot be made")
	if _, err := store.Spool(func(w io.Writer) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if n := left(); n != 0 {
		t.Errorf("%d files are left", n)
	}
}
