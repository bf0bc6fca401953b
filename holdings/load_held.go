package holdings

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"strconv"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// loadHeld reads what planning needs of a collection's portfolios, hidden ones too: keys and hashes, no values. What
// only few portfolios have (when it was hidden, since when it waits, where the profile's list differs) comes in one
// cell. They come by id: what a plan does, and in which order it says so, must not depend on the database.
func loadHeld(
	ctx context.Context, s *store.Store, part *Part,
) (portfolios plan.ChunkedList[plan.HeldPortfolio], views []plan.AlternativeIdentity, err error) {
	const query = "SELECT p.id, " + plan.IdentitySQL + `, COALESCE(e.own_hash, p.values_hash),
			CASE WHEN p.listed THEN 1 ELSE 0 END
			+ CASE WHEN p.removed_at IS NOT NULL THEN 2 ELSE 0 END
			+ CASE WHEN p.review <> '' THEN 4 ELSE 0 END
			+ CASE WHEN p.local_values <> '' THEN 8 ELSE 0 END
			+ CASE WHEN p.license_id IS NOT NULL OR EXISTS (SELECT 1 FROM additional_licenses a WHERE a.portfolio_id = p.id) THEN 16 ELSE 0 END
			+ CASE WHEN e.active THEN 32 ELSE 0 END
			+ CASE WHEN e.waiting <> '' THEN 64 ELSE 0 END
			+ CASE WHEN e.given_back THEN 128 ELSE 0 END,
			COALESCE(e.id, 0), COALESCE(e.coverage_hash, 0),
			CASE WHEN p.removed_at IS NOT NULL OR e.waiting <> '' OR e.own_values <> ''
				THEN COALESCE(p.removed_at, 0) || ' ' || COALESCE(e.waiting_since, '') || ' ' || COALESCE(e.own_values, '') END
		FROM portfolios p
		LEFT JOIN entitlements e ON e.portfolio_id = p.id AND e.profile_id IS NOT DISTINCT FROM ?
		WHERE p.collection_id = ? ORDER BY p.id`
	rows, err := s.Query(ctx, query, part.profile(), part.CollectionID)
	if err != nil {
		return portfolios, nil, fmt.Errorf("read the portfolios: %w", err)
	}
	defer rows.Close()
	var text, rare sql.RawBytes
	var flags, values, coverage int64
	bases := map[int32]plan.Identity{}
	for rows.Next() {
		var h plan.HeldPortfolio
		err := rows.Scan(&h.ID, &text, &values, &flags, &h.Entitlement, &coverage, &rare)
		if err != nil {
			return portfolios, nil, fmt.Errorf("read the portfolios: %w", err)
		}
		h.ValuesHash, h.CoverageHash = uint64(values), uint64(coverage)
		setFlags(&h, flags)
		h.ParseIdentitySQL(text)
		if rare != nil {
			base := h.Identity
			if err := setRare(&h, rare); err != nil {
				return portfolios, nil, err
			}
			if h.Diverged {
				bases[int32(portfolios.Len())] = base
			}
		}
		portfolios.Add(h)
	}
	if err := rows.Err(); err != nil {
		return portfolios, nil, fmt.Errorf("read the portfolios: %w", err)
	}
	if err := markOrdered(ctx, s, part, &portfolios); err != nil {
		return portfolios, nil, err
	}
	if err := markRetained(ctx, s, part, &portfolios); err != nil {
		return portfolios, nil, err
	}
	views, err = markElsewhere(ctx, s, part, &portfolios, bases)
	return portfolios, views, err
}

func setFlags(h *plan.HeldPortfolio, flags int64) {
	h.Listed, h.Hidden, h.UnderReview = flags&1 != 0, flags&2 != 0, flags&4 != 0
	h.HasLocal, h.Licensed, h.Entitled = flags&8 != 0, flags&16 != 0, flags&32 != 0
	h.Waits, h.GivenBack = flags&64 != 0, flags&128 != 0
}

func setRare(h *plan.HeldPortfolio, text []byte) (err error) {
	left, rest, _ := bytes.Cut(text, []byte(" "))
	since, own, _ := bytes.Cut(rest, []byte(" "))
	if h.LeftAt, err = strconv.ParseInt(string(left), 10, 64); err != nil {
		return fmt.Errorf("read the portfolios: %w", err)
	}
	h.WaitsSince = plan.DayNumber(string(since))
	if len(own) == 0 {
		return nil
	}
	h.Diverged = true
	return h.ApplyDivergingJSON(own)
}

// markOrdered marks the portfolios that have a PO line.
func markOrdered(ctx context.Context, s *store.Store, part *Part, portfolios *plan.ChunkedList[plan.HeldPortfolio]) error {
	ids, err := s.IDs(ctx, `SELECT l.portfolio_id FROM po_lines l JOIN portfolios p ON p.id = l.portfolio_id
		WHERE p.collection_id = ?`, part.CollectionID)
	if err != nil {
		return fmt.Errorf("read the PO lines: %w", err)
	}
	if len(ids) == 0 {
		return nil
	}
	byID := portfoliosByID(portfolios)
	for _, id := range ids {
		if i, ok := byID[id]; ok {
			portfolios.At(i).HasPOLine = true
		}
	}
	return nil
}

func portfoliosByID(portfolios *plan.ChunkedList[plan.HeldPortfolio]) map[int64]int32 {
	byID := make(map[int64]int32, portfolios.Len())
	for i := range int32(portfolios.Len()) {
		byID[portfolios.At(i).ID] = i
	}
	return byID
}

// markElsewhere marks the portfolios that another entitlement holds or held. It marks one as outranked if that
// entitlement is in force and its profile has a newer release than this part, or one of the same date and was made
// first: then that profile's title fields stand. For a part without a profile, those of any profile stand. It returns
// the portfolios once more under the keys that other profiles' lists have for them.
func markElsewhere(
	ctx context.Context, s *store.Store, part *Part, portfolios *plan.ChunkedList[plan.HeldPortfolio], bases map[int32]plan.Identity,
) (views []plan.AlternativeIdentity, err error) {
	outranking, err := outrankingProfiles(ctx, s, part)
	if err != nil {
		return nil, err
	}
	rows, err := s.Query(ctx, `
		SELECT e.portfolio_id, COALESCE(e.profile_id, 0), e.active, e.waiting <> '', e.own_values
		FROM entitlements e JOIN portfolios p ON p.id = e.portfolio_id
		WHERE p.collection_id = ? AND e.profile_id IS DISTINCT FROM ?`, part.CollectionID, part.profile())
	if err != nil {
		return nil, fmt.Errorf("read other profiles' entitlements: %w", err)
	}
	defer rows.Close()
	var byID map[int64]int32
	for rows.Next() {
		var portfolioID, profileID int64
		var active, waits bool
		var own sql.RawBytes
		if err := rows.Scan(&portfolioID, &profileID, &active, &waits, &own); err != nil {
			return nil, fmt.Errorf("read other profiles' entitlements: %w", err)
		}
		if byID == nil { // only when needed: most collections have nothing to mark
			byID = portfoliosByID(portfolios)
		}
		i, ok := byID[portfolioID]
		if !ok {
			continue
		}
		h := portfolios.At(i)
		h.HasOtherEntitlement, h.EverListed, h.AwaitedByOtherProfile = true, h.EverListed || profileID != 0, h.AwaitedByOtherProfile || waits
		if active {
			h.HeldByOthers, h.HeldByOtherProfile = true, h.HeldByOtherProfile || profileID != 0
			h.Others++
			h.Outranked = h.Outranked || outranking[profileID] || !part.ofProfile()
		}
		base, diverged := bases[i]
		same := !diverged && len(own) == 0
		if same && !part.Resumed {
			continue // the keys are those of the portfolio, which it has already
		}
		if !diverged {
			base = h.Identity
		}
		v := plan.AlternativeIdentity{Portfolio: i, Others: true, Profile: profileID, Same: same, Identity: base}
		if len(own) > 0 {
			if err := v.ApplyDivergingJSON(own); err != nil {
				return nil, err
			}
		}
		views = append(views, v)
	}
	return views, rows.Err()
}

// outrankingProfiles are the profiles whose last applied release is newer than this part's, or has the same date while
// the profile is older.
func outrankingProfiles(ctx context.Context, s *store.Store, part *Part) (map[int64]bool, error) {
	rows, err := s.Query(ctx, `SELECT f.profile_id, f.date FROM provider_files f WHERE f.content = ? AND f.profile_id <> ?
		AND f.id = (SELECT l.id FROM provider_files l WHERE l.profile_id = f.profile_id AND l.content = f.content
			AND l.applied_at IS NOT NULL ORDER BY l.applied_at DESC, l.id DESC LIMIT 1)`, part.Content, part.ProfileID)
	if err != nil {
		return nil, fmt.Errorf("read the releases of other profiles: %w", err)
	}
	defer rows.Close()
	outranking := map[int64]bool{}
	for rows.Next() {
		var profileID int64
		var date string
		if err := rows.Scan(&profileID, &date); err != nil {
			return nil, fmt.Errorf("read the releases of other profiles: %w", err)
		}
		outranking[profileID] = date > part.Release || date == part.Release && profileID < part.ProfileID
	}
	return outranking, rows.Err()
}
