package store_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"autoholdings/internal/store"
)

// TestLogIsMoved: the log is moved into the database while writing goes on, before anything is closed. If the log only
// grew, every read would become slower.
func TestLogIsMoved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	const written = 64 << 20
	inDatabase := func() int64 {
		info, err := os.Stat(filepath.Join(dir, store.FileName))
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	fill := func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, `INSERT INTO inventory_groups (id, created_at, updated_at, name) VALUES (?, 1, 1, hex(randomblob(?)))`,
			s.NextID(), written/16)
		return err
	}
	for range 9 {
		if err := s.Write(t.Context(), fill); err != nil {
			t.Fatal(err)
		}
	}
	for deadline := time.Now().Add(time.Minute); inDatabase() < written; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("only %d bytes have come into the database", inDatabase())
		}
	}
}
