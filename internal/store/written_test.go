package store_test

import (
	"maps"
	"testing"

	"autoholdings/ent"
	"autoholdings/internal/store"
)

// TestTimesOfTheirOwn: the last change of a row used to stand for when a part wrote, and for when an entitlement ended.
// The migration takes it over for rows that wrote or ended, and for no others. A stopped schedule stays stopped.
func TestTimesOfTheirOwn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := before(t, dir, 20261127040500)
	for _, query := range []string{
		`INSERT INTO settings (id, created_at, updated_at, sync_schedule_disabled_at) VALUES (1, 1, 1, 77)`,
		`INSERT INTO collections (id, created_at, updated_at, name, name_key) VALUES (1, 1, 1, 'Journals', 'journals')`,
		`INSERT INTO portfolios (id, created_at, updated_at, collection_id, available, listed, values_hash, title_key, publication_title)
			VALUES (1, 1, 1, 1, 1, 1, 0, 'a', 'A'), (2, 1, 1, 1, 1, 1, 0, 'b', 'B')`,
		`INSERT INTO entitlements (id, created_at, updated_at, portfolio_id, active, coverage_hash)
			VALUES (1, 1, 11, 1, 1, 0), (2, 1, 12, 2, 0, 0)`,
		`INSERT INTO jobs (id, created_at, updated_at, kind, state, mode, trigger, args, due_at)
			VALUES (1, 1, 1, 'SYNC', 'SUCCEEDED', 'APPLY', 'MANUAL', '{}', 1)`,
		`INSERT INTO job_parts (id, created_at, updated_at, content, state, job_id)
			VALUES (1, 1, 21, 'A', 'APPLIED', 1), (2, 1, 22, 'B', 'HELD', 1), (3, 1, 23, 'C', 'STOPPED', 1), (4, 1, 24, 'D', 'FAILED', 1)`,
	} {
		if _, err := db.Exec(query); err != nil {
			t.Fatal(query, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Options{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })

	times := map[string]int64{}
	note := func(name string, at *int64) {
		if at != nil {
			times[name] = *at
		}
	}
	for _, part := range s.Read.JobPart.Query().AllX(t.Context()) {
		note("part "+part.Content, part.WrittenAt)
	}
	for _, e := range s.Read.Entitlement.Query().WithPortfolio(func(q *ent.PortfolioQuery) {}).AllX(t.Context()) {
		note("entitlement to "+e.Edges.Portfolio.PublicationTitle, e.EndedAt)
	}
	if want := map[string]int64{"part A": 21, "part C": 23, "entitlement to B": 12}; !maps.Equal(times, want) {
		t.Errorf("%v, want %v", times, want)
	}
	stopped := s.Read.Setting.GetX(t.Context(), store.SettingsID).StoppedSchedules
	if want := map[string]int64{"OXFORD_UNIVERSITY_PRESS": 77}; !maps.Equal(stopped, want) {
		t.Errorf("stopped schedules: %v, want %v", stopped, want)
	}
}
