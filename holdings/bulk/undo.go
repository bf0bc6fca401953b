package bulk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// undone are the actions that an undo reverses, for SQL.
const undone = `('UPDATE', 'REMOVE', 'RESTORE', 'MOVE_PORTFOLIO')`

// recorded is a line of the report that is undone.
type recorded struct {
	action plan.Action
	field  string
	values plan.Values
}

// Undo takes back what one part of a job changed: each field that still has the value that the job gave it, and each portfolio
// that is still where the job put it. The rest is left and listed. part is the undoing job's own; see Run for the others.
func (s *Service) Undo(ctx context.Context, subjectPartID int64, part *holdings.Part, resumed *plan.Counts, show bool) (plan.Counts,
	error,
) {
	w, err := s.newWriter(ctx, part, show)
	if err != nil {
		return plan.Counts{}, errors.Join(err, w.out.Close())
	}
	return w.run(ctx, resumed, func(ctx context.Context) error {
		ids, err := s.store.IDs(ctx, `SELECT DISTINCT portfolio_id FROM job_changes WHERE part_id = ? AND portfolio_id > ? AND action IN `+undone+
			` ORDER BY portfolio_id`, subjectPartID, w.out.Counts.Bulk.After)
		if err != nil {
			return fmt.Errorf("read the changes to undo: %w", err)
		}
		return w.inBatches(ctx, ids, func(ctx context.Context, tx *store.Tx, ids []int64) error {
			b, err := s.reverse(ctx, reader{tx.Client, tx.SQL.QueryContext}, subjectPartID, ids, w.out.Now)
			if err != nil {
				return err
			}
			return w.write(ctx, tx, b)
		})
	})
}

func readRecorded(ctx context.Context, r reader, partID int64, ids []int64) (map[int64][]recorded, error) {
	rows, err := r.query(ctx, `SELECT portfolio_id, action, field, value_kind, old_value, new_value FROM job_changes
		WHERE part_id = ? AND portfolio_id BETWEEN ? AND ? AND action IN `+undone+` ORDER BY portfolio_id, id`, partID, ids[0], ids[len(ids)-1])
	if err != nil {
		return nil, fmt.Errorf("read the changes to undo: %w", err)
	}
	defer rows.Close()
	found := map[int64][]recorded{}
	for rows.Next() {
		var id int64
		var l recorded
		if err := rows.Scan(&id, &l.action, &l.field, &l.values.Kind, &l.values.Old, &l.values.New); err != nil {
			return nil, fmt.Errorf("read the changes to undo: %w", err)
		}
		found[id] = append(found[id], l)
	}
	return found, rows.Err()
}

func (s *Service) reverse(ctx context.Context, r reader, subjectPartID int64, ids []int64, now int64) (*batch, error) {
	b := &batch{counts: plan.Counts{Bulk: &plan.BulkCounts{}}}
	lines, err := readRecorded(ctx, r, subjectPartID, ids)
	if err != nil {
		return nil, err
	}
	rows, err := r.client.Portfolio.Query().Where(portfolio.IDIn(ids...)).WithCollection().WithAdditional().Order(portfolio.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the portfolios: %w", err)
	}
	if b.codes, err = licensesOf(ctx, r.client, lines); err != nil {
		return nil, err
	}
	if err := b.readPOLines(ctx, r, s.store.NextID, now, lines); err != nil {
		return nil, err
	}
	var placed []*ent.Portfolio
	for _, p := range rows {
		of := lines[p.ID]
		if of[0].values.Kind == plan.PlaceValues {
			placed = append(placed, p)
			continue
		}
		ofPOLine := func(l recorded) bool { return l.values.Kind == plan.POLineValues }
		changed, err := b.reverseStaff(p, slices.DeleteFunc(slices.Clone(of), ofPOLine))
		if err != nil {
			return nil, err
		}
		did, err := b.reversePOLines(p, slices.DeleteFunc(of, func(l recorded) bool { return !ofPOLine(l) }))
		if err != nil {
			return nil, err
		}
		if changed = append(changed, did...); len(changed) > 0 {
			b.count(changed)
		}
	}
	return b, b.reversePlaces(ctx, r, subjectPartID, placed, lines)
}

// licensesOf reads the codes of the licenses that the recorded lines name.
func licensesOf(ctx context.Context, client *ent.Client, lines map[int64][]recorded) (map[string]string, error) {
	var ids []string
	for _, of := range lines {
		for _, l := range of {
			before, after, ok := l.values.Staff()
			if !ok {
				continue
			}
			for _, value := range []*string{before, after} {
				for _, id := range (holdings.StaffChange{l.field: value}).Licenses() {
					ids = append(ids, *holdings.LicenseText(id))
				}
			}
		}
	}
	return codesOf(ctx, client, ids)
}

// reverseStaff gives a portfolio's fields back the values they had, and returns those that change.
func (b *batch) reverseStaff(p *ent.Portfolio, lines []recorded) ([]plan.FieldChange, error) {
	values, err := holdings.StaffValuesOf(p)
	if err != nil {
		return nil, err
	}
	change, of := holdings.StaffChange{}, map[string]recorded{}
	for _, l := range lines {
		before, after, ok := l.values.Staff()
		if !ok {
			return nil, fmt.Errorf("read the changes to undo: the line of portfolio %d, %s, cannot be read", p.ID, l.field)
		}
		now := values.Get(l.field)
		switch {
		case plan.Same(now, before): // put back by hand, or by an undo that was cancelled
		case !plan.Same(now, after):
			b.leave(p, l, "it was changed since: it stays as it is")
		default:
			change[l.field], of[l.field] = before, l
		}
	}
	changed := values.Apply(change)
	if len(changed) == 0 {
		return nil, nil
	}
	why := ""
	if err := values.Check(); err != nil {
		why = "it stays, since it would not fit what was changed since: " + err.Error()
	}
	if slices.ContainsFunc(change.Licenses(), func(id int64) bool { return b.codes[*holdings.LicenseText(id)] == "" }) {
		why = "it stays, since the license that was there before was deleted"
	}
	if why != "" {
		for _, c := range changed {
			b.leave(p, of[c.Name], why)
		}
		return nil, nil
	}
	for _, c := range changed {
		b.change(p, plan.Update, c.Name, c.Values, 0)
	}
	b.setStaff(p, values, changed)
	return changed, nil
}

// readPOLines reads the PO lines that the recorded lines name, if any.
func (b *batch) readPOLines(ctx context.Context, r reader, nextID func() int64, now int64, lines map[int64][]recorded) (err error) {
	var ids []int64
	var numbers []string
	for id, of := range lines {
		for _, l := range of {
			if _, after, ok := l.values.POLine(); ok {
				ids, numbers = append(ids, id), append(numbers, after.Number)
			}
		}
	}
	if numbers != nil {
		b.poLines, err = acquisitions.ReadPOLines(ctx, r.client, nextID, now, ids, numbers)
	}
	return err
}

// reversePOLines deletes the PO lines that were made for a portfolio and detaches those that were attached to it.
func (b *batch) reversePOLines(p *ent.Portfolio, lines []recorded) (changed []plan.FieldChange, err error) {
	for _, l := range slices.Backward(lines) {
		before, after, ok := l.values.POLine()
		if !ok {
			return nil, fmt.Errorf("read the changes to undo: the line of portfolio %d, %s, cannot be read", p.ID, l.field)
		}
		made := before.Number == ""
		now, elsewhere := b.poLines.State(after.Number, p.ID)
		switch {
		case elsewhere == (acquisitions.Holder{}) && now == before: // put back by hand, or by an undo that was cancelled
			continue
		case !now.Attached || made && !b.poLines.Untouched(after.Number):
			b.leave(p, l, "the PO line was changed since: it stays as it is")
			continue
		case made:
			b.poLines.Delete(after.Number)
		default:
			b.poLines.Detach(after.Number)
		}
		b.change(p, plan.Update, plan.POLineField, plan.ValuesOfPOLine(now, before), 0)
		changed = []plan.FieldChange{{Name: plan.POLineField}}
	}
	return changed, nil
}

// reversePlaces puts portfolios back where they were.
func (b *batch) reversePlaces(
	ctx context.Context, r reader, subjectPartID int64, rows []*ent.Portfolio, lines map[int64][]recorded,
) error {
	if len(rows) == 0 {
		return nil
	}
	u, err := loadReversal(ctx, r, rows, lines)
	if err != nil {
		return err
	}
	if err := u.loadTitles(ctx, r, subjectPartID, rows, lines); err != nil {
		return err
	}
	for _, p := range rows {
		l := lines[p.ID][0]
		before, after, ok := l.values.Places()
		if !ok {
			return fmt.Errorf("read the changes to undo: the line of portfolio %d cannot be read", p.ID)
		}
		switch now := u.now(p, after); {
		case now.sameAs(before): // put back already
			continue
		case !now.sameAs(after):
			b.leave(p, l, "it was changed since: it stays as it is")
			continue
		}
		switch why := u.inTheWay(p, l.action, before); {
		case why != "":
			b.leave(p, l, why)
		default:
			b.countBack(l.action)
			b.place(p, opposite[l.action], after, before)
		}
	}
	return nil
}

var opposite = map[plan.Action]plan.Action{
	plan.Remove: plan.Restore, plan.Restore: plan.Remove, plan.MovePortfolio: plan.MovePortfolio,
}

func (b *batch) countBack(action plan.Action) {
	switch action {
	case plan.Remove:
		b.counts.Bulk.Restored++
	case plan.Restore:
		b.counts.Removed++
	default:
		b.counts.Bulk.Moved++
	}
}

// reversal is what is known of portfolios that are to go back to where they were.
type reversal struct {
	names        map[int64]string // of collections that are there
	entitlements map[int64]plan.PlaceEntitlement
	held         map[int64][]string
	listed       map[int64]bool
	titles       map[int64]holdings.TitlesThere // by the collection to go back to
	since        int64                          // when the job that is undone began
}

func loadReversal(ctx context.Context, r reader, rows []*ent.Portfolio, lines map[int64][]recorded) (u *reversal, err error) {
	u = &reversal{entitlements: map[int64]plan.PlaceEntitlement{}, held: map[int64][]string{}}
	var collections, entitlements []int64
	for _, p := range rows {
		before, after, _ := lines[p.ID][0].values.Places()
		collections = append(collections, before.Collection)
		for _, e := range after.Entitlements {
			entitlements = append(entitlements, e.ID)
		}
	}
	slices.Sort(collections)
	if u.names, err = collectionNames(ctx, r.client, slices.Compact(collections)); err != nil {
		return nil, err
	}
	if u.listed, err = provided(ctx, r, rows); err != nil {
		return nil, err
	}
	for _, local := range []bool{true, false} {
		of := slices.DeleteFunc(slices.Clone(rows), func(p *ent.Portfolio) bool {
			return (p.Edges.Collection.CommunityZoneCollectionID == nil) != local
		})
		held, err := holdings.HoldsOf(ctx, r.query, idsOf(of), local)
		if err != nil {
			return nil, err
		}
		for id, h := range held {
			u.held[id] = h.Reasons()
		}
	}
	if len(entitlements) == 0 {
		return u, nil
	}
	placeholders, args := store.InList(entitlements)
	found, err := r.query(ctx, `SELECT id, active, waiting, waiting_since, ended_at FROM entitlements WHERE id IN `+placeholders, args...)
	if err != nil {
		return nil, fmt.Errorf("read the entitlements: %w", err)
	}
	defer found.Close()
	for found.Next() {
		var e plan.PlaceEntitlement
		if err := found.Scan(&e.ID, &e.Active, &e.Waiting, &e.WaitingSince, &e.EndedAt); err != nil {
			return nil, fmt.Errorf("read the entitlements: %w", err)
		}
		u.entitlements[e.ID] = e
	}
	return u, found.Err()
}

// loadTitles reads which of the titles the collections have that they are to go back to.
func (u *reversal) loadTitles(
	ctx context.Context, r reader, subjectPartID int64, rows []*ent.Portfolio, lines map[int64][]recorded,
) error {
	u.titles = map[int64]holdings.TitlesThere{}
	byCollection := map[int64][]*ent.Portfolio{}
	for _, p := range rows {
		before, _, _ := lines[p.ID][0].values.Places()
		byCollection[before.Collection] = append(byCollection[before.Collection], p)
	}
	for id, of := range byCollection {
		there, err := holdings.LoadTitlesThere(ctx, r.client, id, of)
		if err != nil {
			return err
		}
		u.titles[id] = there
	}
	begun, err := r.client.JobPart.Query().Where(jobpart.ID(subjectPartID)).QueryJob().Only(ctx)
	if err != nil {
		return fmt.Errorf("read the job to undo: %w", err)
	}
	if u.since = begun.CreatedAt; begun.StartedAt != nil {
		u.since = *begun.StartedAt
	}
	return nil
}

// present is where a portfolio is now.
type present plan.Place

// now returns where a portfolio is, with those entitlements that a recorded place names.
func (u *reversal) now(p *ent.Portfolio, recorded plan.Place) present {
	at := plan.Place{Collection: p.CollectionID, RemovedAt: p.RemovedAt, Review: p.Review}
	for _, e := range recorded.Entitlements {
		if now, there := u.entitlements[e.ID]; there {
			at.Entitlements = append(at.Entitlements, now)
		}
	}
	return present(at)
}

func (p present) sameAs(recorded plan.Place) bool {
	recorded.Name, recorded.ReviewSince = p.Name, p.ReviewSince
	return plan.ToJSON(plan.Place(p)) == plan.ToJSON(recorded)
}

// inTheWay says why a portfolio cannot go back; "" if it can.
func (u *reversal) inTheWay(p *ent.Portfolio, action plan.Action, before plan.Place) string {
	switch {
	case action == plan.Restore && u.held[p.ID] != nil:
		return "it stays in the holdings: " + strings.Join(u.held[p.ID], "; ")
	case action == plan.MovePortfolio && u.names[before.Collection] == "":
		return "it stays where it is: the collection that it came from was deleted"
	case action == plan.MovePortfolio && u.listed[p.ID]:
		return "it stays where it is: a provider lists it there by now"
	case action != plan.Restore && before.RemovedAt == nil && u.titles[before.Collection].Has(p, u.since):
		return "it stays as it is: " + titleCameSince
	default:
		return ""
	}
}
