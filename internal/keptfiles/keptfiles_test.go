package keptfiles_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"autoholdings/ent/keptfile"
	"autoholdings/internal/failpoint"
	"autoholdings/internal/keptfiles"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
	"autoholdings/provider"
)

// machine is a process of an installation: the database is shared, the folder is its own.
type machine struct {
	db     *store.Store
	keeper *keptfiles.Keeper
	files  *provider.Store
}

func TestMain(m *testing.M) { storetest.Main(m) }

// start starts a process on the database that belongs to dir. change changes how it opens it.
func start(t *testing.T, dir string, change ...func(*store.Options)) *machine {
	t.Helper()
	o := storetest.Options(t, dir)
	for _, c := range change {
		c(&o)
	}
	db, err := store.Open(t.Context(), o)
	check(t, err)
	t.Cleanup(func() { _ = db.Close() })
	keeper, err := keptfiles.Open(t.Context(), db)
	check(t, err)
	files, err := provider.OpenStore(t.TempDir(), keeper)
	check(t, err)
	t.Cleanup(func() { _ = files.Close() })
	return &machine{db, keeper, files}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (m *machine) keep(t *testing.T, list io.Reader) *provider.File {
	t.Helper()
	f, err := m.files.Keep(t.Context(), list, "list.txt", 0)
	check(t, err)
	return f
}

func (m *machine) read(t *testing.T, path string) string {
	t.Helper()
	r, err := m.files.Open(t.Context(), path)
	check(t, err)
	defer r.Close()
	text, err := io.ReadAll(r)
	check(t, err)
	return string(text)
}

// counts are the rows of the two tables: files with a name, files without one, chunks.
func (m *machine) counts(t *testing.T) [3]int {
	t.Helper()
	ctx := t.Context()
	return [3]int{
		m.db.Read.KeptFile.Query().Where(keptfile.NameNotNil()).CountX(ctx),
		m.db.Read.KeptFile.Query().Where(keptfile.NameIsNil()).CountX(ctx),
		m.db.Read.KeptFileChunk.Query().CountX(ctx),
	}
}

func (m *machine) want(t *testing.T, when string, named, nameless, chunks int) {
	t.Helper()
	if got := m.counts(t); got != [3]int{named, nameless, chunks} {
		t.Errorf("%s: %v, want %d files, %d unfinished ones, %d chunks", when, got, named, nameless, chunks)
	}
}

// age makes all files older.
func (m *machine) age(t *testing.T, by time.Duration) {
	t.Helper()
	check(t, m.db.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, `UPDATE kept_files SET updated_at = updated_at - ?`, by.Milliseconds())
		return err
	}))
}

// list is a list of a size in bytes, at least, that compresses to no less than half of it.
type list struct {
	random *rand.Rand
	left   int
	line   []byte
	each   func() // called before each read; nil: nothing is
}

func newList(size int) *list {
	return &list{random: rand.New(rand.NewPCG(1, 2)), left: size, line: []byte("publication_title\ttitle_id\n")}
}

func (l *list) Read(p []byte) (n int, err error) {
	if l.each != nil {
		l.each()
	}
	for n < len(p) {
		if len(l.line) == 0 {
			if l.left <= 0 {
				return n, io.EOF
			}
			l.line = l.row()
		}
		k := copy(p[n:], l.line)
		l.line, l.left, n = l.line[k:], l.left-k, n+k
	}
	return n, nil
}

func (l *list) row() []byte {
	row := make([]byte, 0, 128)
	for range 7 {
		for bits := l.random.Uint64(); bits > 0; bits >>= 6 {
			row = append(row, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"[bits&63])
		}
	}
	return append(row, "\tid\n"...)
}

func text(t *testing.T, size int) string {
	t.Helper()
	all, err := io.ReadAll(newList(size))
	check(t, err)
	return string(all)
}

// TestAnotherMachine: what one process kept, another one on another machine reads; and it keeps the same list no second
// time.
func TestAnotherMachine(t *testing.T) {
	t.Parallel()
	dir, whole := t.TempDir(), text(t, 3<<20)
	one, other := start(t, dir), start(t, dir)
	kept := one.keep(t, strings.NewReader(whole))
	if !other.files.Has(t.Context(), kept.SHA256) || other.read(t, kept.Path) != whole {
		t.Error("the other machine does not have it")
	}
	before := one.counts(t)
	if again := other.keep(t, strings.NewReader(whole)); again.Path != kept.Path || before[2] < 3 || other.counts(t) != before {
		t.Errorf("%+v after %+v; rows %v, then %v", again, kept, before, other.counts(t))
	}
	check(t, other.files.Remove(t.Context(), kept.Path))
	one.want(t, "removed", 0, 0, 0)
	if _, err := one.files.Open(t.Context(), kept.Path); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// TestSameListAtOnce: processes that keep the same list at once end with one copy, and all of them can read it.
func TestSameListAtOnce(t *testing.T) {
	t.Parallel()
	dir, whole := t.TempDir(), text(t, 3<<20)
	machines := []*machine{start(t, dir), start(t, dir), start(t, dir)}
	var group sync.WaitGroup
	for i := range 9 {
		group.Go(func() {
			m := machines[i%3]
			f, err := m.files.Keep(t.Context(), strings.NewReader(whole), "list.txt", 0)
			if err != nil {
				t.Error(err)
				return
			}
			if m.read(t, f.Path) != whole {
				t.Error("another list is kept")
			}
		})
	}
	group.Wait()
	if got := machines[0].counts(t); got[0] != 1 || got[1] != 0 {
		t.Errorf("%d files, %d unfinished ones", got[0], got[1])
	}
}

// TestKilledWhileKeeping: a process that is killed after any of its writes leaves nothing that counts, or all of it.
// What it left stays while it may be alive, and keeping the list again does not need it.
func TestKilledWhileKeeping(t *testing.T) {
	t.Parallel()
	whole := text(t, 3<<20)
	count := failpoint.New()
	alone := start(t, t.TempDir(), func(o *store.Options) { o.Wrap = count.Wrap })
	count.DieAt(0)
	kept := alone.keep(t, strings.NewReader(whole))
	rows := alone.counts(t)
	if count.Writes() < 10 {
		t.Fatalf("only %d writes", count.Writes())
	}
	for write := 1; write <= count.Writes(); write++ {
		dir, point := t.TempDir(), failpoint.New()
		dying := start(t, dir, func(o *store.Options) { o.Wrap = point.Wrap })
		point.DieAt(write)
		_, err := dying.files.Keep(t.Context(), strings.NewReader(whole), "list.txt", 0)
		if !errors.Is(err, provider.Storage) {
			t.Fatalf("killed after write %d of %d: %v", write, count.Writes(), err)
		}
		_ = dying.db.Close()

		next := start(t, dir)
		left := next.counts(t)
		if left[0] == 1 { // its last commit went through
			if write != count.Writes() || next.read(t, kept.Path) != whole {
				t.Errorf("after write %d a file counts", write)
			}
			continue
		}
		if next.files.Has(t.Context(), kept.SHA256) {
			t.Errorf("after write %d half a file counts", write)
		}
		next.keep(t, strings.NewReader(whole))
		if next.read(t, kept.Path) != whole {
			t.Errorf("after write %d: kept again, it is another one", write)
		}
		check(t, next.files.Sweep(t.Context()))
		next.want(t, "while the process may be alive", rows[0], left[1], rows[2]+left[2])
		next.age(t, 2*time.Hour)
		start(t, dir)
		next.want(t, "after a later start", rows[0], 0, rows[2])
	}
}

// TestStopped: a process that is told to stop takes away what it has written.
func TestStopped(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	chunks := 0
	m := start(t, t.TempDir(), func(o *store.Options) {
		o.Trace = func(_ context.Context, query string) {
			if strings.Contains(query, "INSERT INTO") && strings.Contains(query, "kept_file_chunks") {
				if chunks++; chunks == 2 {
					cancel()
				}
			}
		}
	})
	if _, err := m.files.Keep(ctx, newList(3<<20), "list.txt", 0); !errors.Is(err, provider.Cancelled) || chunks != 2 {
		t.Errorf("%v after %d chunks", err, chunks)
	}
	m.want(t, "stopped", 0, 0, 0)
}

// TestSlowReadersHoldNoConnection: many more readers than there are connections read half of a file and wait.
func TestSlowReadersHoldNoConnection(t *testing.T) {
	t.Parallel()
	m := start(t, t.TempDir())
	whole := text(t, 3<<20)
	kept := m.keep(t, strings.NewReader(whole))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // a reader without a connection would wait for ever
	defer cancel()
	var readers []io.ReadCloser
	for range 2 * max(16, 4*runtime.NumCPU()) {
		r, err := m.files.Open(ctx, kept.Path)
		check(t, err)
		_, err = io.CopyN(io.Discard, r, int64(len(whole)/2))
		check(t, err)
		readers = append(readers, r)
	}
	for _, r := range readers {
		rest, err := io.ReadAll(r)
		if err != nil || string(rest) != whole[len(whole)/2:] {
			t.Errorf("%d bytes, %v", len(rest), err)
		}
		check(t, r.Close())
	}
}

// TestDamage: a file that lacks a chunk, or that is removed while it is read, is told to be damaged. A database that
// does not answer is no damage.
func TestDamage(t *testing.T) {
	t.Parallel()
	m := start(t, t.TempDir())
	whole := text(t, 3<<20)
	kept := m.keep(t, strings.NewReader(whole))
	readRest := func(name string, change func()) error {
		t.Helper()
		r, err := m.files.Open(t.Context(), kept.Path)
		check(t, err)
		defer r.Close()
		_, err = io.CopyN(io.Discard, r, 100)
		check(t, err)
		change()
		_, err = io.Copy(io.Discard, r)
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		return err
	}
	exec := func(query string, args []any) func() {
		return func() {
			check(t, m.db.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.SQL.ExecContext(ctx, query, args...)
				return err
			}))
		}
	}
	for name, change := range map[string]struct {
		query string
		args  []any
	}{
		"a chunk less":  {`DELETE FROM kept_file_chunks WHERE seq = 1`, nil},
		"a short chunk": {`UPDATE kept_file_chunks SET data = ? WHERE seq = 1`, []any{[]byte{0}}},
		"removed":       {`DELETE FROM kept_files`, nil},
	} {
		err := readRest(name, exec(change.query, change.args))
		if _, ok := errors.AsType[*provider.KeptError](err); !ok {
			t.Errorf("%s: %v", name, err)
		}
		m.keep(t, strings.NewReader(whole)) // mends it
		if m.read(t, kept.Path) != whole {
			t.Errorf("%s: not mended", name)
		}
	}
	err := readRest("no database", func() { check(t, m.db.Close()) })
	if _, damaged := errors.AsType[*provider.KeptError](err); damaged || !errors.Is(err, provider.ErrKeeper) {
		t.Errorf("no database: %v", err)
	}
}

// TestLargeFile: a list of 200 MB is kept and read in little memory. It runs alone, since memory is the process's.
func TestLargeFile(t *testing.T) {
	if testing.Short() {
		t.Skip("it writes 150 MB")
	}
	const size, limit = 200 << 20, 48 << 20
	m := start(t, t.TempDir())
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	most, reads := uint64(0), 0
	watch := func() {
		if reads++; reads%16 == 0 {
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapAlloc)
		}
	}
	large := newList(size)
	large.each = watch
	kept := m.keep(t, large)
	if kept.Size < size || kept.StoredSize < size/2 {
		t.Fatalf("%+v", kept)
	}
	r, err := m.files.Open(t.Context(), kept.Path)
	check(t, err)
	n, err := io.Copy(writer(watch), r)
	check(t, errors.Join(err, r.Close()))
	if n != kept.Size {
		t.Errorf("%d bytes of %d", n, kept.Size)
	}
	if most > before.HeapAlloc+limit {
		t.Errorf("%d MiB of memory, %d before", most>>20, before.HeapAlloc>>20)
	}
}

type writer func()

func (w writer) Write(p []byte) (int, error) {
	w()
	return len(p), nil
}
