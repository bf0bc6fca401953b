//go:build linux

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/mockoup"
)

// lossy is an installation whose database something happens to, beside one that is left alone.
type lossy struct {
	t           *testing.T
	dir         string
	args        []string
	profile     string
	mock        *mockoup.TestServer
	undisturbed string
}

// newLossy makes an installation with holdings, in a directory, and stops it.
func newLossy(t *testing.T, dir string) *lossy {
	t.Helper()
	l := &lossy{t: t, dir: dir, mock: mockoup.NewServer(t, mockoup.Options{Titles: 300})}
	l.args = []string{"--data-dir", dir, "--oup-url", l.mock.URL, "--oup-allow-insecure"}
	s := serve(t, l.args...)
	l.profile = s.administer(mockoup.DemoKey)
	s.wait(s.start(l.profile))
	l.undisturbed = s.holdingsText()
	s.stop()
	return l
}

// keep copies the directory, and returns what brings it back as it was.
func (l *lossy) keep() (restore func()) {
	l.t.Helper()
	backup := l.t.TempDir()
	must(l.t, os.CopyFS(backup, os.DirFS(l.dir)))
	return func() {
		l.t.Helper()
		must(l.t, os.RemoveAll(l.dir))
		must(l.t, os.CopyFS(l.dir, os.DirFS(backup)))
		must(l.t, os.Chmod(l.path(secret.KeyFileName), 0o600))
	}
}

func (l *lossy) path(name string) string { return filepath.Join(l.dir, name) }

// refuses checks that no command that opens the database starts, that each says where it is, why, and what to do, and that
// nothing in the directory has changed.
func (l *lossy) refuses(wants ...string) {
	l.t.Helper()
	before := l.files()
	serve := append([]string{"serve", "--addr", "127.0.0.1:0"}, l.args...)
	for _, args := range [][]string{serve, {"migrate", "--data-dir", l.dir}, {"export", "--collection", "4711", "--data-dir", l.dir}} {
		said := refusesToStart(l.t, args...)
		for _, want := range append(wants, l.path(store.FileName)) {
			if !strings.Contains(said, want) {
				l.t.Errorf("%s: %q is not in %s", args[0], want, said)
			}
		}
	}
	if diff := cmp.Diff(before, l.files()); diff != "" {
		l.t.Errorf("something was changed:\n%s", diff)
	}
}

// files are those of the directory with their contents, but for locks.
func (l *lossy) files() map[string]string {
	found := map[string]string{}
	must(l.t, filepath.WalkDir(l.dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || slices.Contains([]string{".lock", ".in-use", "-shm"}, filepath.Ext(path)) {
			return err
		}
		text, err := os.ReadFile(path)
		if !strings.HasSuffix(path, "-shm") {
			found[path] = string(text)
		}
		return err
	}))
	return found
}

// goesOn checks that the installation, with its database back, is what it was, and works.
func (l *lossy) goesOn() {
	l.t.Helper()
	s, process := program(l.t, l.args...)
	if diff := cmp.Diff(l.undisturbed, s.holdingsText()); diff != "" {
		l.t.Errorf("the holdings are not those of before:\n%s", diff)
	}
	if job := s.wait(s.start(l.profile)); job.State != "SUCCEEDED" || *job.Verdict != "NO_CHANGE" {
		l.t.Errorf("%s: %s", job.State, job.Summary)
	}
	if state := s.ready(); !state.Ready {
		l.t.Errorf("%+v", state)
	}
	must(l.t, process.Process.Signal(syscall.SIGTERM))
	must(l.t, process.Wait())
}

// TestLostDatabase: where a database was, no new one is made, whatever is left beside it.
func TestLostDatabase(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		lose func(l *lossy)
		want string
	}{
		"deleted": {func(l *lossy) { must(l.t, os.Remove(l.path(store.FileName))) }, "is missing"},
		"empty":   {func(l *lossy) { must(l.t, os.Truncate(l.path(store.FileName), 0)) }, "is empty (0 bytes)"},
		"deleted with its mark": {func(l *lossy) {
			must(l.t, os.Remove(l.path(store.FileName)))
			must(l.t, os.Remove(l.path(store.MarkFileName)))
		}, filepath.Join("files", "")},
		"only its log is left": {func(l *lossy) {
			must(l.t, os.Rename(l.path(store.FileName), l.path(store.FileName+"-wal")))
			must(l.t, os.Remove(l.path(store.MarkFileName)))
			must(l.t, os.RemoveAll(l.path("files")))
		}, store.FileName + "-wal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLossy(t, t.TempDir())
			restore := l.keep()
			test.lose(l)
			l.refuses(test.want, "restore the backup", "use another data directory", "Nothing was changed")
			restore()
			l.goesOn()
		})
	}
}

// TestUnusableDatabase: a database that cannot be used at the start is named, with the reason and what to do.
func TestUnusableDatabase(t *testing.T) {
	t.Parallel()
	t.Run("read-only disk", func(t *testing.T) {
		t.Parallel()
		l := newLossy(t, smallDisk(t))
		must(t, syscall.Mount("", l.dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
		said := refusesToStart(t, append([]string{"serve", "--addr", "127.0.0.1:0"}, l.args...)...)
		for _, want := range []string{l.dir, "read-only"} {
			if !strings.Contains(said, want) {
				t.Errorf("%q is not in %s", want, said)
			}
		}
		l.refuses("mounted read-only")
		must(t, syscall.Mount("", l.dir, "", syscall.MS_REMOUNT, ""))
		l.goesOn()
	})
	t.Run("damaged", func(t *testing.T) {
		t.Parallel()
		l := newLossy(t, t.TempDir())
		whole, err := os.ReadFile(l.path(store.FileName))
		must(t, err)
		must(t, os.WriteFile(l.path(store.FileName), damaged(whole, 100, 2000), 0o600))
		l.refuses("malformed", "restore the backup")
		must(t, os.WriteFile(l.path(store.FileName), []byte(strings.Repeat("a letter to the library\n", 300)), 0o600))
		l.refuses("not a database", "restore the backup")
		must(t, os.WriteFile(l.path(store.FileName), whole, 0o600))
		l.goesOn()
	})
}

// damaged is a file with other bytes in one place.
func damaged(file []byte, from, n int) []byte {
	file = slices.Clone(file)
	for i := from; i < from+n && i < len(file); i++ {
		file[i] = 'x'
	}
	return file
}

// TestDatabaseLostWhileRunning: once the file is gone, or another one, nothing is taken for saved any more, and /readyz and
// the log say why. After the backup is restored and the server started, all is as before.
func TestDatabaseLostWhileRunning(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(l *lossy){
		"deleted": func(l *lossy) { must(l.t, os.Remove(l.path(store.FileName))) },
		"replaced": func(l *lossy) {
			whole, err := os.ReadFile(l.path(store.FileName))
			must(l.t, err)
			must(l.t, os.WriteFile(l.path("new"), whole, 0o600))
			must(l.t, os.Rename(l.path("new"), l.path(store.FileName)))
		},
		"with the whole directory": func(l *lossy) { must(l.t, os.Rename(l.dir, l.dir+".away")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLossy(t, filepath.Join(t.TempDir(), "data"))
			restore, log := l.keep(), &safeBuffer{}
			s, process := programLogging(t, log, l.args...)
			lose(l)
			var answer any
			err := s.api.do(t.Context(), `mutation($id: ID!) { runProfile(input: {profileId: $id}) { job { id } } }`,
				map[string]any{"id": l.profile}, &answer)
			if err == nil || !strings.Contains(err.Error(), "gone") {
				t.Errorf("a mutation is answered %v, %v", answer, err)
			}
			log.await(t, "answer a request", l.path(store.FileName), "removed or replaced", "restore the backup")
			if state := s.ready(); state.Ready || !slices.Equal(state.NotUsable, []string{"database"}) || state.Database != "gone" {
				t.Errorf("%+v", state)
			}
			must(t, process.Process.Signal(syscall.SIGTERM))
			if err := process.Wait(); err != nil {
				t.Errorf("it does not stop well: %v\n%s", err, log.String())
			}
			restore()
			l.goesOn()
		})
	}
}

// TestDatabaseDamagedWhileRunning: where pages turn out to be damaged, /readyz and the log say so, with what to do, and
// what is asked is not answered as if nothing were there.
func TestDatabaseDamagedWhileRunning(t *testing.T) {
	t.Parallel()
	l := newLossy(t, t.TempDir())
	whole, err := os.ReadFile(l.path(store.FileName))
	must(t, err)
	title := strings.Split(l.undisturbed, `"`)[3]
	broken := slices.Clone(whole)
	for page := 4096; page < len(whole); page += 4096 {
		if strings.Contains(string(whole[page:page+4096]), title) {
			broken = damaged(broken, page, 100)
		}
	}
	must(t, os.WriteFile(l.path(store.FileName), broken, 0o600))
	log := &safeBuffer{}
	s, process := programLogging(t, log, l.args...)
	var answer any
	if err := s.api.do(t.Context(), `{ portfolios(first: 500) { nodes { title } } }`, nil, &answer); err == nil ||
		!strings.Contains(err.Error(), "damaged") {
		t.Errorf("a query is answered %v, %v", answer, err)
	}
	log.await(t, "answer a request", l.path(store.FileName), "it is damaged", "restore the backup")
	if state := s.ready(); state.Ready || !slices.Contains(state.NotUsable, "database") || state.Database != "damaged" {
		t.Errorf("%+v", state)
	}
	must(t, process.Process.Kill())
	_ = process.Wait()
	for _, file := range []string{store.FileName, store.FileName + "-wal", store.FileName + "-shm"} {
		_ = os.Remove(l.path(file))
	}
	must(t, os.WriteFile(l.path(store.FileName), whole, 0o600))
	l.goesOn()
}
