package store_test

import (
	"testing"

	"autoholdings/ent/jobpart"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
)

// TestSettledParts: parts of earlier versions that are over and changed portfolios have the time of their last transaction.
func TestSettledParts(t *testing.T) {
	t.Parallel()
	storetest.NeedsSQLite(t, "a database of an earlier version is made in a file")
	dir := t.TempDir()
	migrateTo(t, dir, 20261128033546, func(exec func(string, ...any)) {
		exec(`INSERT INTO collections (id, created_at, updated_at, name, name_key) VALUES (1, 0, 0, 'Books', 'books')`)
		exec(`INSERT INTO portfolios (id, created_at, updated_at, collection_id, available, listed, publication_title, title_key,
			values_hash) VALUES (2, 0, 0, 1, 1, 1, 'A book', 'a book', 0)`)
		exec(`INSERT INTO jobs (id, created_at, updated_at, kind, state, mode, "trigger", args, due_at)
			VALUES (3, 0, 0, 'SYNC', 'SUCCEEDED', 'APPLY', 'MANUAL', '{}', 0)`)
		for id, part := range map[int][3]any{
			10: {"APPLIED", 100, "ADD"}, 11: {"APPLYING", 101, "ADD"}, 12: {"PREVIEWED", nil, "ADD"}, 13: {"NO_CHANGE", 103, "REVIEW"},
			14: {"UNDONE", 104, "UPDATE"},
		} {
			exec(`INSERT INTO job_parts (id, created_at, updated_at, job_id, content, state, written_at) VALUES (?, 0, 0, 3, ?, ?, ?)`,
				id, id, part[0], part[1])
			exec(`INSERT INTO job_changes (id, job_id, part_id, portfolio_id, action, title) VALUES (?, 3, ?, 2, ?, 'A book')`,
				100+id, id, part[2])
		}
	})
	s, err := store.Open(t.Context(), store.Options{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	settled := s.Read.JobPart.Query().Where(jobpart.SettledAtNotNil()).Order(jobpart.BySettledAt()).AllX(t.Context())
	if len(settled) != 2 || settled[0].ID != 10 || *settled[0].SettledAt != 100 || settled[1].ID != 14 || *settled[1].SettledAt != 104 {
		t.Errorf("%v", settled)
	}
}
