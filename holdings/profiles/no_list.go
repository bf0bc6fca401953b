package profiles

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"autoholdings/internal/store"
)

// lastAnswers is how many of the provider's answers in a row must be without a list before an active profile's
// entitlements can be withdrawn.
const lastAnswers = 3

// noListAnswers are the codes, and their words, of answers which show that the provider has no list for a customer.
var noListAnswers = map[string]string{
	"NO_FILE":             "no file",
	"NO_ROWS":             "a list without titles",
	"CREDENTIALS_REFUSED": "credentials refused",
}

// NoList means that the provider's last answers to a profile for a content type had no list.
type NoList struct {
	Answers  []string // in words, newest first
	Since    int64    // when the oldest of them came
	Entitled int      // the profile's active entitlements for the content type
}

// String lists the answers, newest first.
func (n *NoList) String() string { return strings.Join(n.Answers, ", ") }

// NoListOf returns the NoList of a profile and content type, or nil. It reads in the transaction.
func (s *Service) NoListOf(ctx context.Context, tx *store.Tx, profileID int64, content string) (*NoList, error) {
	found, err := noLists(ctx, tx.SQL.QueryContext, []int64{profileID})
	return found[profileID][content], err
}

// noLists finds, by profile and content type, where the last answers had no list. Only answers to the profile's current
// API key count.
func noLists(ctx context.Context, query store.QueryFunc, profileIDs []int64) (map[int64]map[string]*NoList, error) {
	found, err := lastNoLists(ctx, query, profileIDs)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	placeholders, args := store.InList(slices.Collect(maps.Keys(found)))
	rows, err := query(ctx, `SELECT e.profile_id, c.content, COUNT(*) FROM entitlements e JOIN portfolios p ON p.id = e.portfolio_id
			JOIN collections c ON c.id = p.collection_id
		WHERE e.active AND e.profile_id IN `+placeholders+` GROUP BY e.profile_id, c.content`, args...)
	if err != nil {
		return nil, fmt.Errorf("count what the profiles entitle to: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var profileID int64
		var content string
		var n int
		if err := rows.Scan(&profileID, &content, &n); err != nil {
			return nil, fmt.Errorf("count what the profiles entitle to: %w", err)
		}
		if none := found[profileID][content]; none != nil {
			none.Entitled = n
		}
	}
	return found, rows.Err()
}

func lastNoLists(ctx context.Context, query store.QueryFunc, profileIDs []int64) (map[int64]map[string]*NoList, error) {
	placeholders, args := store.InList(profileIDs)
	rows, err := query(ctx, `SELECT profile_id, content, code, created_at
		FROM (SELECT p.profile_id, p.content, p.code, p.created_at,
				ROW_NUMBER() OVER (PARTITION BY p.profile_id, p.content ORDER BY j.created_at DESC, p.id DESC) AS back
			FROM job_parts p JOIN jobs j ON j.id = p.job_id JOIN profiles f ON f.id = p.profile_id
			WHERE j.kind = 'SYNC' AND p.state NOT IN ('PENDING', 'SKIPPED') AND p.created_at >= f.api_key_set_at
				AND (p.provider_file_id IS NOT NULL OR p.code NOT IN ('PROFILE_INACTIVE', 'PROFILE_GONE', 'KEY_UNREADABLE', 'CREDENTIALS_LOCKED',
					'CREDENTIALS_NEEDED', 'CANCELLED'))
				AND p.profile_id IN `+placeholders+`) AS a
		WHERE back <= ? ORDER BY profile_id, content, back`, append(args, lastAnswers)...)
	if err != nil {
		return nil, fmt.Errorf("look for the provider's last answers: %w", err)
	}
	defer rows.Close()
	found := map[int64]map[string]*NoList{}
	last := NoList{}
	var lastProfile int64
	var lastContent string
	for rows.Next() {
		var profileID, at int64
		var content, code string
		if err := rows.Scan(&profileID, &content, &code, &at); err != nil {
			return nil, fmt.Errorf("look for the provider's last answers: %w", err)
		}
		if profileID != lastProfile || content != lastContent {
			last, lastProfile, lastContent = NoList{}, profileID, content
		}
		words, none := noListAnswers[code]
		if !none {
			continue
		}
		last.Answers, last.Since = append(last.Answers, words), at
		if len(last.Answers) < lastAnswers {
			continue
		}
		if found[profileID] == nil {
			found[profileID] = map[string]*NoList{}
		}
		found[profileID][content] = &NoList{Answers: last.Answers, Since: last.Since}
	}
	return found, rows.Err()
}
