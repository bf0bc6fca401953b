package failpoint_test

import (
	"context"
	"errors"
	"testing"

	"autoholdings/internal/failpoint"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// TestDeath: afterwards the database has everything that was committed before, and nothing else. No statement works
// once the point is dead.
func TestDeath(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		dieAt  int
		groups int
		dead   bool
	}{
		{"before the first statement is committed", 1, 0, true},
		{"before the commit", 2, 0, true},
		{"after the commit", 3, 2, true},
		{"later than all that is written", 4, 2, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir, point := t.TempDir(), failpoint.New()
			s := open(t, dir, point)
			point.DieAt(test.dieAt)
			err := s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				if _, err := tx.SQL.ExecContext(ctx, `UPDATE jobs SET state = 'LOST'`); err != nil { // changes no row, so it does not count
					return err
				}
				for id := range int64(2) {
					if err := tx.InventoryGroup.Create().SetID(id + 1).SetCreatedAt(1).SetUpdatedAt(1).SetName(string(rune('a' + id))).
						Exec(ctx); err != nil {
						return err
					}
				}
				return nil
			})
			if errors.Is(err, failpoint.ErrDead) != test.dead || point.Writes() != min(test.dieAt, 3) {
				t.Errorf("%v after %d writes", err, point.Writes())
			}
			_, readErr := s.Read.InventoryGroup.Query().Count(t.Context())
			writeErr := s.Write(t.Context(), func(context.Context, *store.Tx) error { return nil })
			if errors.Is(readErr, failpoint.ErrDead) != test.dead || errors.Is(writeErr, failpoint.ErrDead) != test.dead {
				t.Errorf("afterwards: %v, %v", readErr, writeErr)
			}
			select {
			case <-point.Dead():
				if !test.dead {
					t.Error("it says that it is dead")
				}
			case <-point.Committed():
				if test.dead {
					t.Error("it tells of a commit that nobody learns of")
				}
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			again := open(t, dir, nil)
			if n := again.Read.InventoryGroup.Query().CountX(t.Context()); n != test.groups {
				t.Errorf("%d groups, want %d", n, test.groups)
			}
		})
	}
}

// open opens the database of a directory. point ends it; nil: nothing does.
func open(t *testing.T, dir string, point *failpoint.Point) *store.Store {
	t.Helper()
	o := storetest.Options(t, dir)
	if point != nil {
		o.Wrap = point.Wrap
	}
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestSpare: a spared point goes on counting, and a dead one stays dead.
func TestSpare(t *testing.T) {
	t.Parallel()
	point := failpoint.New()
	s := open(t, t.TempDir(), point)
	write := func(name string) error {
		return s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			return tx.InventoryGroup.Create().SetID(s.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetName(name).Exec(ctx)
		})
	}
	point.DieAt(3)
	if err := write("a"); err != nil {
		t.Fatal(err)
	}
	point.Spare()
	if err := write("b"); err != nil || point.Writes() != 4 {
		t.Errorf("%v after %d writes", err, point.Writes())
	}
	point.DieAt(1)
	if err := write("c"); !errors.Is(err, failpoint.ErrDead) {
		t.Fatal(err)
	}
	point.Spare()
	if err := write("d"); !errors.Is(err, failpoint.ErrDead) {
		t.Errorf("it came to life: %v", err)
	}
}
