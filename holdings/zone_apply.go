package holdings

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"autoholdings/internal/store"
)

// loadZoneHeld reads what planning needs of the titles of a Community Zone collection, removed ones too. They play the
// part of portfolios that all are entitled to.
func loadZoneHeld(ctx context.Context, s *store.Store, part *Part) (titles chunked[held], err error) {
	err = eachZoneTitle(ctx, s, part.ZoneID, true, func(h *held, addedBy int64) {
		h.entitlement, h.entitled, h.listed = h.id, !h.hidden, true
		h.ours = addedBy == part.JobID
		titles.add(*h)
	})
	return titles, err
}

// zoneTarget is the titles of a Community Zone collection. Nothing hangs on one of these and staff decide nothing about
// them, so that what the list no longer has goes, and what it has is as it says.
type zoneTarget struct {
	plan         *Plan
	out          *partWriter
	report       *planReport
	titles       *store.Inserter
	updateValues *sql.Stmt
}

var zoneColumns = slices.Concat(
	[]string{"id", "created_at", "community_zone_collection_id", "updated_at", "coverage", "coverage_hash", "added_by_job_id"},
	titleRowColumns)

func newZoneTarget(ctx context.Context, plan *Plan, out *partWriter, report *planReport) (z *zoneTarget, err error) {
	z = &zoneTarget{plan: plan, out: out, report: report}
	if z.titles, err = out.inserter(ctx, "community_zone_titles", zoneColumns...); err != nil {
		return nil, err
	}
	z.updateValues, err = out.store.Prepare(ctx, `UPDATE community_zone_titles SET removed_at = NULL, `+
		strings.Join(zoneColumns[3:], " = ?, ")+` = ? WHERE id = ?`)
	return z, err
}

func (z *zoneTarget) close() error { return z.updateValues.Close() }

// zoneTitle is a title of the Community Zone with its values.
type zoneTitle struct {
	stored
	addedBy sql.NullInt64
}

func loadZoneTitles(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]*zoneTitle, error) {
	found := make(map[int64]*zoneTitle, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	placeholders, args := store.InList(ids)
	rows, err := tx.SQL.QueryContext(ctx, `SELECT id, more_keys, removed_at, added_by_job_id, coverage, `+titleColumnNames+`
		FROM community_zone_titles WHERE id IN `+placeholders, args...)
	if err != nil {
		return nil, fmt.Errorf("read the Community Zone's titles to compare: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var coverage string
		t := &zoneTitle{}
		targets := []any{&id, &t.moreKeys, &t.removedAt, &t.addedBy, &coverage}
		for i := range t.values {
			targets = append(targets, &t.values[i])
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, fmt.Errorf("read the Community Zone's titles to compare: %w", err)
		}
		if t.coverage, err = StoredStatements(coverage); err != nil {
			return nil, fmt.Errorf("read the Community Zone's title %d: %w", id, err)
		}
		found[id] = t
	}
	return found, rows.Err()
}

func (z *zoneTarget) writeBatch(ctx context.Context, tx *store.Tx, batch []*Title) error {
	var ids []int64
	for _, t := range batch {
		if h := z.plan.portfolioOf(t); h != nil {
			ids = append(ids, h.id)
		}
	}
	there, err := loadZoneTitles(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, t := range batch {
		h := z.plan.portfolioOf(t)
		if h == nil {
			z.add(t)
			continue
		}
		if there[h.id] == nil {
			return ErrMoved
		}
		if err := z.writePaired(ctx, tx, t, h, there[h.id]); err != nil {
			return err
		}
	}
	return nil
}

func (z *zoneTarget) add(t *Title) {
	if !z.out.show {
		row := []any{z.out.store.NextID(), z.out.now, z.out.part.ZoneID}
		z.titles.Add(append(row, z.row(&t.Values, t.Coverage, strings.Join(t.more, " "), t.values, z.out.part.JobID)...)...)
	}
	z.out.counts.Added++
	added := reportLine{action: Add, title: citationOf(&t.Values), line: t.Line}
	z.out.change(added)
	if candidates, ambiguous := z.plan.ambiguous[t.index]; ambiguous {
		z.out.counts.Ambiguous++
		added.action, added.values = Ambiguous, wordsValue(fmt.Sprintf("%d titles of the Community Zone might be this one", len(candidates)))
		z.out.change(added)
	}
}

// row is the values of zoneColumns from updated_at on.
func (z *zoneTarget) row(values *[len(titleColumns)]string, coverage []Statement, moreKeys string, hash uint64, addedBy any) []any {
	for i := range coverage {
		coverage[i].Kind = z.out.part.kindOf(&coverage[i])
	}
	return appendTitle([]any{z.out.now, statementsJSON(coverage), int64(coverageHash(coverage)), addedBy}, values, moreKeys, hash)
}

// writePaired writes what the list changes on a title, or brings it back.
func (z *zoneTarget) writePaired(ctx context.Context, tx *store.Tx, t *Title, h *held, there *zoneTitle) error {
	d := z.plan.comparing(t.index, h).compare(t, &there.stored)
	action, addedBy := Update, any(there.addedBy)
	switch {
	case h.hidden:
		action, addedBy = Add, z.out.part.JobID
		z.out.counts.Added++
		z.out.change(reportLine{action: Add, title: citationOf(&d.values), line: t.Line})
	case len(d.fields) == 0:
		return nil
	default:
		z.out.counts.Updated++
	}
	z.report.difference(t, 0, &d, action)
	if z.out.show {
		return nil
	}
	moreKeys := there.moreKeys
	if len(d.fields) > 0 {
		moreKeys = strings.Join(t.more, " ")
	}
	args := append(z.row(&d.values, d.coverage, moreKeys, valuesHash(&d.values), addedBy), h.id)
	if _, err := tx.SQL.StmtContext(ctx, z.updateValues).ExecContext(ctx, args...); err != nil {
		return fmt.Errorf("write the Community Zone's title: %w", err)
	}
	return nil
}

// waitBatch has nothing to do: no person decides which title of the Community Zone one is.
func (*zoneTarget) waitBatch(context.Context, *store.Tx, []waiting) error { return nil }

func (z *zoneTarget) leaveBatch(ctx context.Context, tx *store.Tx, batch []leaving) error {
	ids := make([]int64, len(batch))
	for i, l := range batch {
		ids[i] = z.plan.held.at(l.portfolio).id
	}
	there, err := loadZoneTitles(ctx, tx, ids)
	if err != nil {
		return err
	}
	for i, l := range batch {
		if there[ids[i]] == nil {
			return ErrMoved
		}
		z.out.counts.Removed++
		z.out.change(reportLine{action: Remove, title: citationOf(&there[ids[i]].values), values: leavingValues(Leaving{FreeNow: l.free})})
	}
	if z.out.show {
		return nil
	}
	placeholders, args := store.InList(ids)
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE community_zone_titles SET removed_at = ?, updated_at = ? WHERE id IN `+placeholders,
		append([]any{z.out.now, z.out.now}, args...)...); err != nil {
		return fmt.Errorf("take titles out of the Community Zone: %w", err)
	}
	return nil
}

// review lists what is left as it is. It needs no mark: each run sees for itself whether a row can be read.
func (z *zoneTarget) leaveForPerson(ctx context.Context, tx *store.Tx, why string, ids []int64) error {
	there, err := loadZoneTitles(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if t := there[id]; t != nil {
			z.out.counts.Review++
			z.out.change(reportLine{action: Review, title: citationOf(&t.values), values: reasonValue(why)})
		}
	}
	return nil
}

// finish records that the collection is as the list says.
func (z *zoneTarget) finish(ctx context.Context, tx *store.Tx) error {
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE community_zone_collections SET titles_updated_at = ?, updated_at = ? WHERE id = ?`,
		z.out.now, z.out.now, z.out.part.ZoneID); err != nil {
		return fmt.Errorf("record the import of the titles: %w", err)
	}
	return nil
}
