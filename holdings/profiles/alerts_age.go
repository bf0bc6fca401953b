package profiles

import (
	"context"
	"fmt"
	"strings"

	"autoholdings/internal/store"
)

// olderFiles finds the profiles whose last two runs for a content type were both blocked because the list is older than
// the one applied last.
func (s *Service) olderFiles(ctx context.Context, profileIDs []int64) (map[int64][]ProfileAlert, error) {
	ids := make([]any, len(profileIDs))
	for i, id := range profileIDs {
		ids[i] = id
	}
	rows, err := s.store.Query(ctx, `SELECT profile_id, content, MAX(created_at), MAX(CASE WHEN newest = 1 THEN message ELSE '' END) FROM (
			SELECT p.profile_id, p.content, p.code, p.message, p.created_at,
				ROW_NUMBER() OVER (PARTITION BY p.profile_id, p.content ORDER BY p.created_at DESC, p.id DESC) AS newest
			FROM job_parts p JOIN jobs j ON j.id = p.job_id
			WHERE p.profile_id IN (?`+strings.Repeat(", ?", len(ids)-1)+`) AND j.kind = 'SYNC' AND j.mode = 'APPLY'
				AND p.state NOT IN ('PENDING', 'FETCHED')) AS runs
		WHERE newest <= 2 GROUP BY profile_id, content HAVING COUNT(*) = 2
			AND COUNT(*) FILTER (WHERE code = 'OLDER_FILE') = 2 ORDER BY profile_id, content`, ids...)
	if err != nil {
		return nil, fmt.Errorf("look for runs that were blocked for age: %w", err)
	}
	defer rows.Close()
	alerts := map[int64][]ProfileAlert{}
	for rows.Next() {
		var profileID int64
		var message string
		alert := ProfileAlert{Code: OlderFiles}
		if err := rows.Scan(&profileID, &alert.Content, &alert.Since, &message); err != nil {
			return nil, fmt.Errorf("look for runs that were blocked for age: %w", err)
		}
		alert.Message = fmt.Sprintf("The last two runs, the newer on %s, were blocked: of %s, %s.",
			store.Time(alert.Since).Format("2 January 2006"), strings.ToLower(alert.Content), message)
		alert.Hint = "Ask the provider why it sends an older list again. If it is right, run the profile with force; " +
			"what was applied meanwhile then changes back."
		alerts[profileID] = append(alerts[profileID], alert)
	}
	return alerts, rows.Err()
}
