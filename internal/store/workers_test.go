package store_test

import (
	"testing"

	"autoholdings/internal/store"
)

// TestWorkersAreNew: the migration adds a table, in which nobody is, and leaves queued jobs as they are.
func TestWorkersAreNew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := before(t, dir, 20261127083139)
	if _, err := db.Exec(`INSERT INTO jobs (id, created_at, updated_at, kind, state, mode, trigger, args, due_at)
		VALUES (1, 1, 1, 'SYNC', 'QUEUED', 'APPLY', 'MANUAL', '{}', 7)`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Options{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if n := s.Read.Worker.Query().CountX(t.Context()); n != 0 {
		t.Errorf("%d workers", n)
	}
	if job := s.Read.Job.GetX(t.Context(), 1); job.State != "QUEUED" || job.DueAt != 7 {
		t.Errorf("the job is %s, due at %d", job.State, job.DueAt)
	}
}
