package holdings

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"autoholdings/ent"
	"autoholdings/internal/store"
)

// Candidate is another portfolio of the collection that may be the same title, and what speaks for it.
type Candidate struct {
	PortfolioID       int64
	SameTitleID       bool
	SameTitle         bool
	SharedIdentifiers []string // as keys
}

// points is how much speaks for a candidate.
func (c *Candidate) points() (n int) {
	n = len(c.SharedIdentifiers)
	for _, speaks := range []bool{c.SameTitleID, c.SameTitle} {
		if speaks {
			n++
		}
	}
	return n
}

// mostCandidates is how many candidates of a portfolio are named.
const mostCandidates = 20

// evidenceSQL finds other portfolios in the holdings with one key of a portfolio p, each through its index. What they share comes
// with them: I an identifier, T the title_id, N the folded title.
const evidenceSQL = `
	SELECT p.id, o.id, 'T', '' FROM portfolios p JOIN portfolios o ON o.title_id = p.title_id AND p.title_id <> '' WHERE %[1]s
	UNION ALL SELECT p.id, o.id, 'N', '' FROM portfolios p JOIN portfolios o ON o.title_key = p.title_key AND p.title_key <> '' WHERE %[1]s
	UNION ALL SELECT p.id, o.id, 'I', p.print_key FROM portfolios p JOIN portfolios o ON o.print_key = p.print_key AND p.print_key <> ''
		WHERE %[1]s
	UNION ALL SELECT p.id, o.id, 'I', p.print_key FROM portfolios p JOIN portfolios o ON o.online_key = p.print_key AND p.print_key <> ''
		WHERE %[1]s
	UNION ALL SELECT p.id, o.id, 'I', p.online_key FROM portfolios p JOIN portfolios o ON o.print_key = p.online_key AND p.online_key <> ''
		WHERE %[1]s
	UNION ALL SELECT p.id, o.id, 'I', p.online_key FROM portfolios p JOIN portfolios o ON o.online_key = p.online_key AND p.online_key <> ''
		WHERE %[1]s`

// CandidatesOf finds for each of some portfolios the others of its collection, in the holdings, that share a title_id, an
// identifier or the title with it, those with most in common first. In one statement.
func (s *Service) CandidatesOf(ctx context.Context, portfolios []*ent.Portfolio) (map[int64][]Candidate, error) {
	found := map[int64][]Candidate{}
	if len(portfolios) == 0 {
		return found, nil
	}
	ids := make([]int64, len(portfolios))
	for i, p := range portfolios {
		ids[i] = p.ID
	}
	placeholders, args := store.InList(ids)
	where := `p.id IN ` + placeholders + ` AND o.collection_id = p.collection_id AND o.id <> p.id AND o.removed_at IS NULL`
	rows, err := s.store.Query(ctx, fmt.Sprintf(evidenceSQL, where), slices.Repeat(args, strings.Count(evidenceSQL, "%[1]s"))...)
	if err != nil {
		return nil, fmt.Errorf("look for portfolios that may be the same: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, other int64
		var what, key string
		if err := rows.Scan(&id, &other, &what, &key); err != nil {
			return nil, fmt.Errorf("look for portfolios that may be the same: %w", err)
		}
		i := slices.IndexFunc(found[id], func(c Candidate) bool { return c.PortfolioID == other })
		if i < 0 {
			if len(found[id]) >= 50*mostCandidates { // a title_id that says nothing
				continue
			}
			i, found[id] = len(found[id]), append(found[id], Candidate{PortfolioID: other})
		}
		switch c := &found[id][i]; {
		case what == "T":
			c.SameTitleID = true
		case what == "N":
			c.SameTitle = true
		case !slices.Contains(c.SharedIdentifiers, key):
			c.SharedIdentifiers = append(c.SharedIdentifiers, key)
		}
	}
	for id, of := range found {
		slices.SortFunc(of, func(a, b Candidate) int {
			switch {
			case a.points() != b.points():
				return b.points() - a.points()
			case a.SameTitle != b.SameTitle: // a name says more than a title_id, which a family of journals may share
				if a.SameTitle {
					return -1
				}
				return 1
			}
			return cmp.Compare(a.PortfolioID, b.PortfolioID)
		})
		found[id] = of[:min(len(of), mostCandidates)]
	}
	return found, rows.Err()
}
