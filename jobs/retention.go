package jobs

import (
	"context"
	"fmt"
	"time"

	"autoholdings/internal/store"
)

// pruneEvery is how often old files are looked for.
const pruneEvery = time.Hour

// PruneFiles removes kept copies of providers' files that were fetched longer ago than Options.KeepFiles, and returns
// how many. Their records stay. It never removes the file applied last for each profile or source and content type, nor
// a file that an unfinished job uses or waits with. It does nothing if all files are kept, which is the default.
func (s *Service) PruneFiles(ctx context.Context) (removed int, err error) {
	if s.o.KeepFiles <= 0 {
		return 0, nil
	}
	paths, err := s.prunable(ctx)
	if err != nil {
		return 0, err
	}
	for _, path := range paths {
		// The record is changed first: a copy without a record is litter, a record without its copy would be a lie.
		err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.SQL.ExecContext(ctx, `UPDATE provider_files SET path = '', updated_at = ? WHERE path = ?`, tx.Now, path)
			return err
		})
		if err != nil {
			return removed, fmt.Errorf("forget the kept file %s: %w", path, err)
		}
		if err := s.files.Remove(ctx, path); err != nil {
			return removed, fmt.Errorf("remove the kept file %s: %w", path, err)
		}
		removed++
	}
	return removed, nil
}

// prunable returns the copies that no record still needs; profiles may share one.
func (s *Service) prunable(ctx context.Context) (paths []string, err error) {
	rows, err := s.store.Query(ctx, `SELECT path FROM provider_files f WHERE path <> '' GROUP BY path HAVING NOT EXISTS (
		SELECT 1 FROM provider_files o WHERE o.path = f.path AND (
			o.fetched_at >= `+store.NowSQL+` - ?
			OR o.id = (SELECT l.id FROM provider_files l WHERE (l.profile_id = o.profile_id OR l.source = o.source)
				AND l.content = o.content AND l.applied_at IS NOT NULL ORDER BY l.applied_at DESC, l.id DESC LIMIT 1)
			OR EXISTS (SELECT 1 FROM job_parts p JOIN jobs j ON j.id = p.job_id WHERE p.provider_file_id = o.id
				AND j.state IN ('QUEUED', 'RUNNING', 'CANCELLING', 'NEEDS_REVIEW'))))`,
		s.o.KeepFiles.Milliseconds())
	if err != nil {
		return nil, fmt.Errorf("look for files to remove: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var path string
		if err := rows.Scan(&path); err != nil {
			return nil, fmt.Errorf("look for files to remove: %w", err)
		}
		paths = append(paths, path)
	}
	return paths, rows.Err()
}

// linesAtOnce is how many lines of reports one transaction removes, so that others can write between.
const linesAtOnce = 2000

// prunableLine is the condition on a line c of a report that it goes with time. The worklist asks the others for what is unclear
// still, however long that is so.
const prunableLine = `NOT (c.action = 'AMBIGUOUS' AND c.portfolio_id IS NOT NULL)`

// PruneChanges removes the lines of the reports of jobs that were over longer ago than Options.KeepChanges, and returns how many.
// The jobs with their counts stay, and so does what people changed by hand. What reads the lines says how far back they reach
// (holdings.ChangesFrom), which is kept before the first is removed. A job that is being undone keeps its lines.
func (s *Service) PruneChanges(ctx context.Context) (removed int, err error) {
	if s.o.KeepChanges <= 0 {
		return 0, nil
	}
	now, err := s.store.DatabaseNow(ctx)
	if err != nil {
		return 0, err
	}
	from := now - s.o.KeepChanges.Milliseconds()
	over, err := s.store.IDs(ctx, `SELECT j.id FROM jobs j WHERE j.finished_at < ? AND j.state IN ('SUCCEEDED', 'FAILED', 'CANCELLED')
		AND NOT EXISTS (SELECT 1 FROM job_parts p WHERE p.job_id = j.id AND p.settled_at >= ?)
		AND EXISTS (SELECT 1 FROM job_changes c WHERE c.job_id = j.id AND `+prunableLine+`) ORDER BY j.id`, from, from)
	if err != nil {
		return 0, fmt.Errorf("look for old reports: %w", err)
	}
	if len(over) == 0 {
		return 0, nil
	}
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, `UPDATE settings SET changes_from = ? WHERE changes_from < ?`, from, from)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("keep how far back reports reach: %w", err)
	}
	for _, jobID := range over {
		for more := true; more; {
			var n int64
			err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
				n, err = pruneLines(ctx, tx, jobID)
				return err
			})
			if err != nil {
				return removed, err
			}
			removed += int(n)
			more = n == linesAtOnce
		}
	}
	return removed, nil
}

func pruneLines(ctx context.Context, tx *store.Tx, jobID int64) (n int64, err error) {
	gone, err := tx.SQL.ExecContext(ctx, `DELETE FROM job_changes WHERE id IN (SELECT c.id FROM job_changes c WHERE c.job_id = ?
		AND `+prunableLine+` AND NOT EXISTS (SELECT 1 FROM jobs u WHERE u.subject_job_id = ? AND u.finished_at IS NULL) LIMIT ?)`,
		jobID, jobID, linesAtOnce)
	if err != nil {
		return 0, fmt.Errorf("remove old lines of reports: %w", err)
	}
	return gone.RowsAffected()
}

// pruneLoop removes what is no longer kept, and what processes left that were killed while they kept a file.
func (s *Service) pruneLoop(ctx context.Context) {
	every(ctx, pruneEvery, nil, func() {
		s.logLoop(ctx, "remove half-written files", s.files.Sweep(ctx))
		n, err := s.PruneFiles(ctx)
		s.logLoop(ctx, "remove kept files", err)
		if n > 0 {
			s.log.InfoContext(ctx, "removed kept files", "files", n, "older_than", s.o.KeepFiles)
		}
		n, err = s.PruneChanges(ctx)
		s.logLoop(ctx, "remove old lines of reports", err)
		if n > 0 {
			s.log.InfoContext(ctx, "removed lines of reports", "lines", n, "older_than", s.o.KeepChanges)
		}
	})
}
