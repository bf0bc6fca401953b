package provider_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"autoholdings/ent/keptfile"
	"autoholdings/internal/keptfiles"
	"autoholdings/internal/store"
	"autoholdings/provider"
)

// shelf is a place where lists are kept, and what the tests have to do behind its back.
type shelf struct {
	keeper provider.Keeper // nil: the folder dir
	dir    string

	lay   func(t *testing.T, name, packed string) // puts bytes there, as damage does
	names func(t *testing.T) []string             // of what is there
}

// onEachKeeper runs a test on lists in a folder and on lists in a database.
func onEachKeeper(t *testing.T, test func(t *testing.T, s *shelf)) {
	t.Helper()
	t.Run("folder", func(t *testing.T) {
		t.Parallel()
		test(t, folderShelf(t))
	})
	t.Run("database", func(t *testing.T) {
		t.Parallel()
		test(t, databaseShelf(t))
	})
}

func folderShelf(t *testing.T) *shelf {
	dir := filepath.Join(t.TempDir(), "kept")
	return &shelf{
		dir: dir,
		lay: func(t *testing.T, name, packed string) { writeFile(t, filepath.Join(dir, name), packed) },
		names: func(t *testing.T) (names []string) {
			for _, path := range glob(t, dir, "*.gz") {
				names = append(names, filepath.Base(path))
			}
			return names
		},
	}
}

func databaseShelf(t *testing.T) *shelf {
	db, err := store.Open(t.Context(), store.Options{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	keeper, err := keptfiles.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return &shelf{
		dir: filepath.Join(t.TempDir(), "kept"), keeper: keeper,
		lay: func(t *testing.T, name, packed string) {
			err := db.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				if _, err := tx.KeptFile.Delete().Where(keptfile.Name(name)).Exec(ctx); err != nil {
					return err
				}
				file, err := tx.KeptFile.Create().SetID(db.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetName(name).SetSize(1).
					SetStoredSize(int64(len(packed))).Save(ctx)
				if err != nil {
					return err
				}
				return tx.KeptFileChunk.Create().SetID(db.NextID()).SetKeptFileID(file.ID).SetSeq(0).SetData([]byte(packed)).Exec(ctx)
			})
			if err != nil {
				t.Fatal(err)
			}
		},
		names: func(t *testing.T) (names []string) {
			files, err := db.Read.KeptFile.Query().WithChunks().All(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				if f.Name == nil || len(f.Edges.Chunks) == 0 {
					t.Errorf("half a file: %v", f)
					continue
				}
				names = append(names, *f.Name)
			}
			slices.Sort(names)
			return names
		},
	}
}

// open opens a store on the shelf.
func (s *shelf) open(t *testing.T) *provider.Store {
	t.Helper()
	store, err := provider.OpenStore(s.dir, s.keeper)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// use has a fetcher keep its lists on the shelf.
func (s *shelf) use(o *provider.Options) { o.Dir, o.Keeper = s.dir, s.keeper }

func (s *shelf) spooled(t *testing.T) []string { return glob(t, s.dir, "spool", "*") }

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if os.Getenv(childURL) != "" {
		fetchUntilKilled()
	}
	os.Exit(m.Run())
}
