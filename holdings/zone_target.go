package holdings

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// loadZoneHeld reads what planning needs of the titles of a Community Zone collection, removed ones too. Planning
// treats them as portfolios: the profile is entitled to each, unless it was removed.
func loadZoneHeld(ctx context.Context, s *store.Store, part *Part) (titles plan.ChunkedList[plan.HeldPortfolio], err error) {
	err = eachZoneTitle(ctx, s, part.ZoneID, true, func(h *plan.HeldPortfolio, addedBy int64) {
		h.Entitlement, h.Entitled, h.Listed = h.ID, !h.Hidden, true
		h.AddedByThisJob = addedBy == part.JobID
		titles.Add(*h)
	})
	return titles, err
}

// zoneTarget writes a plan to the titles of a Community Zone collection. Nothing depends on these titles and staff
// decide nothing about them: those that the list no longer has are removed, and the others follow the list.
type zoneTarget struct {
	plan         *plan.Plan
	out          *PartWriter
	report       *planReport
	titles       *store.Inserter
	updateValues *sql.Stmt
}

var zoneColumns = slices.Concat(
	[]string{"id", "created_at", "community_zone_collection_id", "updated_at", "coverage", "coverage_hash", "added_by_job_id"},
	titleRowColumns)

func newZoneTarget(ctx context.Context, plan *plan.Plan, out *PartWriter, report *planReport) (z *zoneTarget, err error) {
	z = &zoneTarget{plan: plan, out: out, report: report}
	if z.titles, err = out.inserter(ctx, "community_zone_titles", zoneColumns...); err != nil {
		return nil, err
	}
	z.updateValues, err = out.Store.Prepare(ctx, `UPDATE community_zone_titles SET removed_at = NULL, `+
		strings.Join(zoneColumns[3:], " = ?, ")+` = ? WHERE id = ?`)
	return z, err
}

func (z *zoneTarget) close() error { return z.updateValues.Close() }

// zoneTitle is a title of the Community Zone with its values.
type zoneTitle struct {
	plan.StoredPortfolio
	addedBy sql.NullInt64
}

func loadZoneTitles(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]*zoneTitle, error) {
	found := make(map[int64]*zoneTitle, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	placeholders, args := store.InList(ids)
	rows, err := tx.SQL.QueryContext(ctx, `SELECT id, more_keys, removed_at, added_by_job_id, coverage, `+plan.TitleColumnNames+`
		FROM community_zone_titles WHERE id IN `+placeholders, args...)
	if err != nil {
		return nil, fmt.Errorf("read the Community Zone's titles to compare: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var coverage string
		t := &zoneTitle{}
		targets := []any{&id, &t.MoreKeys, &t.RemovedAt, &t.addedBy, &coverage}
		for i := range t.Values {
			targets = append(targets, &t.Values[i])
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, fmt.Errorf("read the Community Zone's titles to compare: %w", err)
		}
		if t.Coverage, err = plan.StoredStatements(coverage); err != nil {
			return nil, fmt.Errorf("read the Community Zone's title %d: %w", id, err)
		}
		found[id] = t
	}
	return found, rows.Err()
}

func (z *zoneTarget) writeBatch(ctx context.Context, tx *store.Tx, batch []*plan.Title) error {
	var ids []int64
	for _, t := range batch {
		if h := z.plan.PortfolioOf(t); h != nil {
			ids = append(ids, h.ID)
		}
	}
	there, err := loadZoneTitles(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, t := range batch {
		h := z.plan.PortfolioOf(t)
		if h == nil {
			z.add(t)
			continue
		}
		if there[h.ID] == nil {
			return ErrHoldingsChanged
		}
		if err := z.writePaired(ctx, tx, t, h, there[h.ID]); err != nil {
			return err
		}
	}
	return nil
}

func (z *zoneTarget) add(t *plan.Title) {
	if !z.out.Show {
		row := []any{z.out.Store.NextID(), z.out.Now, z.out.Part.ZoneID}
		z.titles.Add(append(row, z.row(&t.Values, t.Coverage, strings.Join(t.MoreKeys, " "), t.ValuesHash, z.out.Part.JobID)...)...)
	}
	z.out.Counts.Added++
	added := ReportLine{Action: plan.Add, Title: plan.CitationOf(&t.Values), line: t.Line}
	z.out.Change(added)
	if candidates, ambiguous := z.plan.Ambiguous[t.Index]; ambiguous {
		z.out.Counts.Ambiguous++
		added.Action, added.Values = plan.Ambiguous,
			plan.ValuesOfWords(fmt.Sprintf("%d titles of the Community Zone might be this one", len(candidates)))
		z.out.Change(added)
	}
}

// row returns the values of zoneColumns from updated_at on.
func (z *zoneTarget) row(
	values *[len(plan.TitleColumns)]string, coverage []plan.Statement, moreKeys string, hash uint64, addedBy any,
) []any {
	for i := range coverage {
		coverage[i].Kind = z.out.Part.kindOf(&coverage[i])
	}
	return appendTitle([]any{z.out.Now, plan.StatementsJSON(coverage), int64(plan.HashCoverage(coverage)), addedBy}, values, moreKeys, hash)
}

// writePaired writes what the list changes in a title, or brings the title back.
func (z *zoneTarget) writePaired(ctx context.Context, tx *store.Tx, t *plan.Title, h *plan.HeldPortfolio, there *zoneTitle) error {
	d := z.plan.Comparison(t.Index, h).Compare(t, &there.StoredPortfolio)
	action, addedBy := plan.Update, any(there.addedBy)
	switch {
	case h.Hidden:
		action, addedBy = plan.Add, z.out.Part.JobID
		z.out.Counts.Added++
		z.out.Change(ReportLine{Action: plan.Add, Title: plan.CitationOf(&d.Values), line: t.Line})
	case len(d.Fields) == 0:
		return nil
	default:
		z.out.Counts.Updated++
	}
	z.report.difference(t, 0, &d, action)
	if z.out.Show {
		return nil
	}
	moreKeys := there.MoreKeys
	if len(d.Fields) > 0 {
		moreKeys = strings.Join(t.MoreKeys, " ")
	}
	args := append(z.row(&d.Values, d.Coverage, moreKeys, plan.HashValues(&d.Values), addedBy), h.ID)
	if _, err := tx.SQL.StmtContext(ctx, z.updateValues).ExecContext(ctx, args...); err != nil {
		return fmt.Errorf("write the Community Zone's title: %w", err)
	}
	return nil
}

// waitBatch has nothing to do: no person decides which title of the Community Zone a listed title is.
func (*zoneTarget) waitBatch(context.Context, *store.Tx, []plan.WaitingPortfolio) error { return nil }

func (z *zoneTarget) leaveBatch(ctx context.Context, tx *store.Tx, batch []plan.LeavingPortfolio) error {
	ids := make([]int64, len(batch))
	for i, l := range batch {
		ids[i] = z.plan.Portfolios.At(l.Portfolio).ID
	}
	there, err := loadZoneTitles(ctx, tx, ids)
	if err != nil {
		return err
	}
	for i, l := range batch {
		if there[ids[i]] == nil {
			return ErrHoldingsChanged
		}
		z.out.Counts.Removed++
		z.out.Change(ReportLine{
			Action: plan.Remove, Title: plan.CitationOf(&there[ids[i]].Values),
			Values: plan.ValuesOfLeaving(plan.Leaving{FreeNow: l.Free}),
		})
	}
	if z.out.Show {
		return nil
	}
	placeholders, args := store.InList(ids)
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE community_zone_titles SET removed_at = ?, updated_at = ? WHERE id IN `+placeholders,
		append([]any{z.out.Now, z.out.Now}, args...)...); err != nil {
		return fmt.Errorf("take titles out of the Community Zone: %w", err)
	}
	return nil
}

// leaveForPerson lists titles that stay as they are. They need no mark: each run sees for itself whether a row can be
// read.
func (z *zoneTarget) leaveForPerson(ctx context.Context, tx *store.Tx, why string, ids []int64) error {
	there, err := loadZoneTitles(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if t := there[id]; t != nil {
			z.out.Counts.Review++
			z.out.Change(ReportLine{Action: plan.Review, Title: plan.CitationOf(&t.Values), Values: plan.ValuesOfReason(why)})
		}
	}
	return nil
}

// finish records that the collection is as the list says.
func (z *zoneTarget) finish(ctx context.Context, tx *store.Tx) error {
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE community_zone_collections SET titles_updated_at = ?, updated_at = ? WHERE id = ?`,
		z.out.Now, z.out.Now, z.out.Part.ZoneID); err != nil {
		return fmt.Errorf("record the import of the titles: %w", err)
	}
	return nil
}
