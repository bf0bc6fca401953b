package jobs

import (
	"context"
	"database/sql"
	"fmt"

	"autoholdings/internal/opaque"
	"autoholdings/internal/store"
)

// Figures are what the installation comes to at the moment, for its metrics.
type Figures struct {
	Standing
	Unfinished []UnfinishedJobs
	Due        int // jobs that could begin
	HeldLists  int // parts of jobs that wait for a person
	Profiles   []ProfileFigures
	Files      []FileFigures
}

// UnfinishedJobs are the jobs of one kind in one state that is not final.
type UnfinishedJobs struct {
	Kind, State string
	N           int
}

// ProfileFigures are of one active profile.
type ProfileFigures struct {
	ID          string // as the API shows it
	LastSuccess int64  // when a list of its was last applied, or found to change nothing; Unix milliseconds, 0: never
}

// FileFigures are of the lists of one active profile and content type.
type FileFigures struct {
	ProfileID, Content string
	Since              int64 // when the list first came that was applied last; Unix milliseconds
}

// Figures counts.
func (s *Service) Figures(ctx context.Context) (f Figures, err error) {
	if f.Standing, err = s.Standing(ctx); err != nil {
		return f, err
	}
	err = s.readRows(ctx, `SELECT kind, state, COUNT(*) FROM jobs WHERE state IN ('QUEUED', 'RUNNING', 'CANCELLING', 'NEEDS_REVIEW')
		GROUP BY kind, state`, func(rows *sql.Rows) error {
		var u UnfinishedJobs
		defer func() { f.Unfinished = append(f.Unfinished, u) }()
		return rows.Scan(&u.Kind, &u.State, &u.N)
	})
	if err != nil {
		return f, err
	}
	if err := s.readRow(ctx, `SELECT COUNT(*) FROM jobs WHERE `+waiting+` AND due_at <= `+store.NowSQL, &f.Due); err != nil {
		return f, err
	}
	if err := s.readRow(ctx, `SELECT COUNT(*) FROM job_parts WHERE state = 'HELD'`, &f.HeldLists); err != nil {
		return f, err
	}
	err = s.readRows(ctx, `SELECT id, COALESCE((SELECT MAX(updated_at) FROM job_parts WHERE profile_id = profiles.id
		AND state IN ('APPLIED', 'NO_CHANGE')), 0) FROM profiles WHERE active ORDER BY id`, func(rows *sql.Rows) error {
		var id, at int64
		err := rows.Scan(&id, &at)
		f.Profiles = append(f.Profiles, ProfileFigures{opaque.ID("Profile", id), at})
		return err
	})
	if err != nil {
		return f, err
	}
	err = s.readRows(ctx, `SELECT profile_id, content, MAX(created_at) FROM provider_files WHERE applied_at IS NOT NULL
		AND profile_id IN (SELECT id FROM profiles WHERE active) GROUP BY profile_id, content`, func(rows *sql.Rows) error {
		var id int64
		var file FileFigures
		err := rows.Scan(&id, &file.Content, &file.Since)
		file.ProfileID = opaque.ID("Profile", id)
		f.Files = append(f.Files, file)
		return err
	})
	return f, err
}

// readRows calls scan with each row of a query.
func (s *Service) readRows(ctx context.Context, query string, scan func(*sql.Rows) error) error {
	rows, err := s.store.Query(ctx, query)
	if err != nil {
		return fmt.Errorf("count for the metrics: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return fmt.Errorf("count for the metrics: %w", err)
		}
	}
	return rows.Err()
}
