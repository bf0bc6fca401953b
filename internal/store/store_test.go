package store_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"autoholdings/ent"
	"autoholdings/internal/store"
)

func open(t *testing.T, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func makeGroup(s *store.Store, name string) func(context.Context, *store.Tx) error {
	return func(ctx context.Context, tx *store.Tx) error {
		return tx.InventoryGroup.Create().SetID(s.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetName(name).Exec(ctx)
	}
}

// TestIDsNeverMeet: two processes on one database never make the same id, whether they run at once or one after
// another.
func TestIDsNeverMeet(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	seen := map[int64]bool{}
	for range 3 {
		a, b := open(t, dir), open(t, dir)
		for _, id := range []int64{a.NextID(), a.NextID(), b.NextID(), b.NextID(), a.NextID()} {
			if seen[id] {
				t.Fatalf("%d was made twice", id)
			}
			seen[id] = true
		}
	}
}

// TestMigrateOnce: applied migrations are not applied again, and Open applies missing ones.
func TestMigrateOnce(t *testing.T) {
	t.Parallel()
	o := store.Options{DataDir: t.TempDir()}
	first, err := store.Migrate(t.Context(), o)
	if err != nil || len(first) == 0 {
		t.Fatalf("%v, %v", first, err)
	}
	again, err := store.Migrate(t.Context(), o)
	if err != nil || len(again) != 0 {
		t.Errorf("%v, %v", again, err)
	}
	open(t, o.DataDir)
}

// TestWriteIsWhole: an error or a panic leaves nothing behind, and the next write goes through.
func TestWriteIsWhole(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	failed := errors.New("failed")
	err := s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return errors.Join(makeGroup(s, "lost")(ctx, tx), failed)
	})
	if !errors.Is(err, failed) {
		t.Error(err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			_ = makeGroup(s, "lost too")(ctx, tx)
			panic("in the middle")
		})
	}()
	if err := s.Write(t.Context(), makeGroup(s, "kept")); err != nil {
		t.Fatal(err)
	}
	if names := s.Read.InventoryGroup.Query().Select("name").StringsX(t.Context()); len(names) != 1 || names[0] != "kept" {
		t.Errorf("%v", names)
	}
}

// TestReadersCannotWrite: the read-only client refuses to write.
func TestReadersCannotWrite(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	if err := s.Read.InventoryGroup.Create().SetID(1).SetCreatedAt(1).SetUpdatedAt(1).SetName("x").Exec(t.Context()); err == nil {
		t.Error("a reader wrote")
	}
}

// TestManyWriters: writers queue. None fails because the database is locked, even if it is open twice.
func TestManyWriters(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	stores := []*store.Store{open(t, dir), open(t, dir)}
	var group sync.WaitGroup
	for i := range 200 {
		group.Go(func() {
			s := stores[i%2]
			if err := s.Write(context.Background(), makeGroup(s, strings.Repeat("x", i+1))); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := stores[0].Read.InventoryGroup.Query().CountX(t.Context()); n != 200 {
		t.Errorf("%d of 200", n)
	}
}

// TestUniqueViolation: it is distinguished from other errors.
func TestUniqueViolation(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	if err := s.Write(t.Context(), makeGroup(s, "one")); err != nil {
		t.Fatal(err)
	}
	err := s.Write(t.Context(), makeGroup(s, "one"))
	names := store.UniqueIndex{Name: "inventory_groups_name_key", Columns: "inventory_groups.name"}
	others := store.UniqueIndex{Name: "licenses_code_key", Columns: "licenses.code"}
	if !s.IsUniqueViolation(err, names) || s.IsUniqueViolation(err, others) || s.IsUniqueViolation(nil, names) {
		t.Error(err)
	}
	if !ent.IsConstraintError(err) {
		t.Error(err)
	}
}

// TestRefusals: an unsupported database, and a folder that cannot be created.
func TestRefusals(t *testing.T) {
	t.Parallel()
	_, err := store.Open(t.Context(), store.Options{DataDir: t.TempDir(), URL: "mysql://u:secret@host/db"})
	if err == nil || !strings.Contains(err.Error(), "postgres://") || strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
	if _, err := store.Open(t.Context(), store.Options{DataDir: "/dev/null/x"}); err == nil {
		t.Error("a folder under a file was made")
	}
}
