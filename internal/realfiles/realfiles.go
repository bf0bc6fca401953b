// Package realfiles finds the lists that providers published. They belong to their publishers and are not part of the
// project, so tests read them where they are available.
package realfiles

import (
	"os"
	"path/filepath"
	"testing"
)

// Dir returns a folder of the real files, "." for all of them. They are in AUTOHOLDINGS_KBART_DIR or, if that is not
// set, in shared/kbart beside the repository. The test is skipped only if there is no such place at all: a folder that
// is missing from it fails the test, because a test that looks in the wrong place would otherwise never run.
func Dir(t testing.TB, folder string) string {
	t.Helper()
	root := Root(t)
	if root == "" {
		t.Skip("the real files are not beside the repository: set AUTOHOLDINGS_KBART_DIR to where they are")
	}
	dir := filepath.Join(root, filepath.FromSlash(folder))
	if _, err := os.Stat(dir); err != nil {
		t.Fatalf("a folder of the real files is missing from %s: %v", root, err)
	}
	return dir
}

// Root is where the real files are, "" if they are nowhere.
func Root(t testing.TB) string {
	t.Helper()
	if root := os.Getenv("AUTOHOLDINGS_KBART_DIR"); root != "" {
		return root
	}
	root := filepath.Join(repository(t), "..", "shared", "kbart")
	if _, err := os.Stat(root); os.IsNotExist(err) {
		return ""
	}
	return root
}

// Files returns the real files that match a pattern such as "oup/*". It fails the test if none does.
func Files(t testing.TB, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(Dir(t, "."), filepath.FromSlash(pattern)))
	if err != nil || len(files) == 0 {
		t.Fatalf("no real file is called %s: %v", pattern, err)
	}
	return files
}

// repository is the directory of go.mod. Tests run in the directory of their package, at different depths.
func repository(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		above := filepath.Dir(dir)
		if above == dir {
			t.Fatal("the test runs outside the repository: no directory above has a go.mod")
		}
		dir = above
	}
}
