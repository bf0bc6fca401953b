package keptfiles

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
	"autoholdings/provider"
)

// TestWriterThatWasAsleep: a writer that was taken for dead gives up when it wakes, whatever it was about to do, and
// nothing of its file is left or counts.
func TestWriterThatWasAsleep(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db, err := store.Open(ctx, storetest.Options(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	k, err := Open(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	files, err := provider.OpenStore(t.TempDir(), k)
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	spooled, err := files.Spool(func(w io.Writer) error {
		_, err := io.WriteString(w, strings.Repeat("a row\n", 1<<18))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer spooled.Close()
	list := provider.Kept{Name: "list", Size: 6 << 18, StoredSize: 6 << 18}
	for name, wake := range map[string]func(id int64) error{
		"next chunk": func(id int64) error { return k.writeChunk(ctx, id, 2, []byte("more")) },
		"last":       func(id int64) error { return k.publish(ctx, id, list.Name, 0) },
	} {
		id := db.NextID()
		if err := k.write(ctx, id, list, spooled); err != nil {
			t.Fatal(err)
		}
		if n := db.Read.KeptFileChunk.Query().CountX(ctx); n != 2 {
			t.Errorf("%d chunks", n)
		}
		err := db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.SQL.ExecContext(ctx, `UPDATE kept_files SET updated_at = updated_at - ? WHERE id = ?`,
				2*abandonedAfter.Milliseconds(), id)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := k.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		if err := wake(id); !errors.Is(err, errAbandoned) {
			t.Errorf("%s: %v", name, err)
		}
		if n := db.Read.KeptFile.Query().CountX(ctx) + db.Read.KeptFileChunk.Query().CountX(ctx); n != 0 {
			t.Errorf("%s: %d rows are left", name, n)
		}
	}
}
