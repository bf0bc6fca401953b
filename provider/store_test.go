package provider_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"autoholdings/provider"
	"autoholdings/provider/oup"
)

// TestOpenTellsADamagedCopy: a damaged copy is never read to its end, and keeping the list anew mends it.
func TestOpenTellsADamagedCopy(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"another list": gzipped(list + "x"),
		"cut":          gzipped(list)[:30],
		"empty":        "",
		"not gzip":     list,
		"checksum":     gzipped(list)[:len(gzipped(list))-8] + "12345678",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachKeeper(t, func(t *testing.T, s *shelf) {
				store, path := s.open(t), hashOf(list)+".txt.gz"
				s.lay(t, path, content)
				_, err := readList(t, store, path)
				kept, ok := errors.AsType[*provider.KeptError](err)
				if !ok || kept.Path != path || !strings.Contains(err.Error(), "backup") {
					t.Errorf("error %v", err)
				}
				keep(t, store, list)
				if text, err := readList(t, store, path); err != nil || text != list {
					t.Errorf("kept anew it is %q, %v", text, err)
				}
			})
		})
	}
}

// readList reads a kept list to its end.
func readList(t *testing.T, store *provider.Store, path string) (string, error) {
	t.Helper()
	r, err := store.Open(t.Context(), path)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(r)
	return string(text), errors.Join(err, r.Close())
}

func keep(t *testing.T, store *provider.Store, text string) *provider.File {
	t.Helper()
	f, err := store.Keep(t.Context(), strings.NewReader(text), "a.txt", 0)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestOpenTakesNamesAlone(t *testing.T) {
	t.Parallel()
	onEachKeeper(t, func(t *testing.T, s *shelf) {
		store := s.open(t)
		for _, path := range []string{"", ".", "../outside.txt.gz", filepath.Join(s.dir, "outside.txt.gz"), "spool/x.part"} {
			if r, err := store.Open(t.Context(), path); err == nil {
				_ = r.Close()
				t.Errorf("%q opened", path)
			}
		}
		_, err := store.Open(t.Context(), hashOf("x")+".txt.gz")
		if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "not kept") {
			t.Errorf("a list that is not kept: %v", err)
		}
	})
}

func TestOpenStaysInItsFolder(t *testing.T) {
	t.Parallel()
	s := folderShelf(t)
	store := s.open(t)
	outside := filepath.Join(filepath.Dir(s.dir), "outside.txt.gz")
	writeFile(t, outside, gzipped(list))
	name := hashOf(list) + ".txt.gz"
	if err := os.Symlink(outside, filepath.Join(s.dir, name)); err != nil {
		t.Fatal(err)
	}
	if r, err := store.Open(t.Context(), name); err == nil {
		_ = r.Close()
		t.Error("a link out of the folder was followed")
	}
}

func TestRemove(t *testing.T) {
	t.Parallel()
	onEachKeeper(t, func(t *testing.T, s *shelf) {
		store, ctx := s.open(t), t.Context()
		f := keep(t, store, list)
		if !store.Has(ctx, f.SHA256) {
			t.Error("a kept list is not there")
		}
		for range 2 {
			if err := store.Remove(ctx, f.Path); err != nil {
				t.Error(err)
			}
		}
		if store.Has(ctx, f.SHA256) || store.Has(ctx, "") || store.Has(ctx, "../x") {
			t.Error("a removed list is there")
		}
		s.lay(t, "other.txt.gz", gzipped(list))
		if err := store.Remove(ctx, "other.txt.gz"); err != nil {
			t.Error(err)
		}
		if names := s.names(t); !slices.Equal(names, []string{"other.txt.gz"}) {
			t.Errorf("Remove left %v, and should take kept lists alone", names)
		}
	})
}

func TestKeepTakesGivenFiles(t *testing.T) {
	t.Parallel()
	onEachKeeper(t, func(t *testing.T, s *shelf) {
		store := s.open(t)
		f, err := store.Keep(t.Context(), strings.NewReader(gzipped(list)), "/home/me/OUP_Global_AllTitles_2026-02-01.txt.gz", 0)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name != "OUP_Global_AllTitles_2026-02-01.txt" || f.Date.Day() != 1 || f.SHA256 != hashOf(list) || f.Status != 0 ||
			!f.FetchedAt.IsZero() || f.Size != int64(len(list)) || f.StoredSize == 0 {
			t.Errorf("file %+v", f)
		}
		broken := io.MultiReader(strings.NewReader(list), failing{errors.New("the disk is gone")})
		for want, r := range map[provider.Code]io.Reader{
			provider.NotKBART: strings.NewReader("<html>"), provider.Truncated: strings.NewReader(gzipped(list)[:20]),
			provider.TooLarge: strings.NewReader(strings.Repeat(list, 100)), provider.InvalidRequest: broken,
		} {
			if f, err := store.Keep(t.Context(), r, "a.txt", 1000); !errors.Is(err, want) || f != nil {
				t.Errorf("%v, %v; want %s", f, err, want)
			}
		}
		if f, err := store.Keep(cancelledContext(t), strings.NewReader(list), "a.txt", 1000); !errors.Is(err, provider.Cancelled) || f != nil {
			t.Errorf("%v, %v", f, err)
		}
		if left := s.spooled(t); len(left) > 0 {
			t.Errorf("left in the spool: %v", left)
		}
		if names := s.names(t); !slices.Equal(names, []string{f.Path}) {
			t.Errorf("kept: %v", names)
		}
	})
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestLeftoversAreRemovedAtStart(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("without file locks leftovers go by age")
	}
	started, release := make(chan struct{}), make(chan struct{})
	b := setup(t, func(w http.ResponseWriter, _ *http.Request) {
		// More than lies in the buffers between: when it is sent, the other side has begun to write.
		_, _ = io.WriteString(w, strings.Repeat(list, 32<<20/len(list)))
		close(started)
		<-release
	}, func(o *provider.Options) { o.MaxSize = 64 << 20 })
	fetched := make(chan error, 1)
	go func() {
		_, err := b.Fetch(t.Context(), request())
		fetched <- err
	}()
	<-started
	// As a crash leaves it: written, and nobody holds it.
	writeFile(t, filepath.Join(b.dir, "spool", "LEFTOVER.part"), list)
	writeFile(t, filepath.Join(b.dir, "spool", "notes.txt"), "not ours")
	another, err := provider.OpenStore(b.dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer another.Close()
	if len(glob(t, b.dir, "spool", "LEFTOVER.part")) != 0 || len(glob(t, b.dir, "spool", "*.part")) != 1 || len(b.spooled(t)) != 2 {
		t.Errorf("spool after the start: %v, want the file being fetched and the one that is not ours", b.spooled(t))
	}
	close(release)
	if err := <-fetched; err != nil {
		t.Errorf("the other process's start broke a fetch: %v", err)
	}
}

func TestKilledProcessLeavesNothingHalfDone(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("without file locks leftovers go by age")
	}
	half := make(chan struct{})
	b := setup(t, func(w http.ResponseWriter, r *http.Request) {
		// More than lies in the buffers between: when it is sent, the other side has begun to write.
		_, _ = io.WriteString(w, strings.Repeat(list, 32<<20/len(list)))
		close(half)
		hang(w, r)
	})
	process := exec.CommandContext(t.Context(), os.Args[0])
	process.Env = append(os.Environ(), childURL+"="+b.server.URL, childDir+"="+b.dir)
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	<-half
	if len(b.spooled(t)) != 1 {
		t.Errorf("while it is fetched, the spool holds %v", b.spooled(t))
	}
	if err := process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = process.Wait() // says that it was killed
	if len(b.kept(t)) != 0 {
		t.Errorf("kept: %v", b.kept(t))
	}
	store, err := provider.OpenStore(b.dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if left := b.spooled(t); len(left) != 0 {
		t.Errorf("left after the next start: %v", left)
	}
}

// Where these are set, the test binary is the process that is killed.
const (
	childURL = "OUP_TEST_CHILD_URL"
	childDir = "OUP_TEST_CHILD_DIR"
)

func fetchUntilKilled() {
	f, err := provider.NewFetcher(oup.Provider(), provider.Options{
		Template: oup.Provider().Template.At(os.Getenv(childURL)), Dir: os.Getenv(childDir), AllowHTTP: true, AllowPrivate: true,
	})
	if err == nil {
		_, err = f.Fetch(context.Background(), request())
	}
	panic(err) // it should have been killed
}

func TestManyFetchesAtOnce(t *testing.T) {
	t.Parallel()
	onEachKeeper(t, func(t *testing.T, s *shelf) {
		b := setup(t, serve(gzipped(list)), s.use)
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				if f, err := b.Fetch(t.Context(), request()); err != nil || b.read(t, f.Path) != list {
					t.Errorf("%+v, %v", f, err)
				}
			})
		}
		wait.Wait()
		if names := s.names(t); len(names) != 1 || len(b.spooled(t)) != 0 {
			t.Errorf("kept %v, spool %v", names, b.spooled(t))
		}
	})
}

func FuzzKeep(f *testing.F) {
	archive, err := zipFile("a.txt", list, "b.bin", "\x00\x01\x00\x00")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		list, gzipped(list), gzipped(gzipped(list)), archive, gzipped(archive), "<html>", "{}", "",
		"PK\x05\x06" + strings.Repeat("\x00", 18), "\xff\xfea\x00",
	} {
		f.Add([]byte(seed))
	}
	store, err := provider.OpenStore(f.TempDir(), nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		const limit = 1 << 16
		file, err := store.Keep(t.Context(), bytes.NewReader(input), "list.txt", limit)
		if err != nil {
			if codeOf(err) == "" || codeOf(err) == provider.Storage || file != nil {
				t.Fatalf("%+v, %v", file, err)
			}
			return
		}
		r, err := store.Open(t.Context(), file.Path)
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close(), store.Remove(t.Context(), file.Path)); err != nil {
			t.Fatal(err)
		}
		if int64(len(content)) != file.Size || file.Size > limit || hashOf(string(content)) != file.SHA256 {
			t.Fatalf("%+v holds %d bytes", file, len(content))
		}
	})
}

func TestStorageFaults(t *testing.T) {
	t.Parallel()
	b := setup(t, serve(list))
	if err := os.RemoveAll(filepath.Join(b.dir, "spool")); err != nil {
		t.Fatal(err)
	}
	if o := b.mustFail(t, request(), provider.Storage); o.Retriable || o.Attempts != 1 || !errors.Is(o, fs.ErrNotExist) {
		t.Errorf("outcome %+v", o)
	}
	file := filepath.Join(t.TempDir(), "file")
	writeFile(t, file, "")
	for _, dir := range []string{"", file, filepath.Join(file, "below")} {
		if _, err := provider.OpenStore(dir, nil); err == nil {
			t.Errorf("OpenStore(%q) succeeded", dir)
		}
	}
}
