package holdings

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// Undo reverses what one part of an applied job recorded, portfolio by portfolio: what left comes back first, and what
// was added goes last. What anyone else changed since is left as it is and listed. part is the undoing job's own;
// with show nothing is written but the report. resumed are the counts recorded so far where an earlier run began it.
func (s *Service) Undo(ctx context.Context, subjectPartID int64, part *Part, resumed *Counts, show bool) (_ Counts, err error) {
	u := &undoer{applier: applier{service: s, store: s.store, part: part, show: show, now: store.Now()}, subject: subjectPartID}
	defer func() { err = errors.Join(err, u.close()) }()
	if err := u.prepare(ctx); err != nil {
		return Counts{}, err
	}
	if resumed != nil {
		u.counts = *resumed
	} else if err := u.beginBare(ctx); err != nil {
		return Counts{}, err
	}
	for _, additions := range []bool{false, true} {
		if err := u.eachBatch(ctx, additions); err != nil {
			return Counts{}, err
		}
	}
	err = u.endBare(ctx)
	return u.counts, err
}

// undoer reverses one part.
type undoer struct {
	applier
	subject int64

	entitling, placing *inserter // of entitlements, of portfolios
}

// prepare prepares what puts entitlements and portfolios back as they were.
func (u *undoer) prepare(ctx context.Context) (err error) {
	if err := u.applier.prepare(ctx); err != nil {
		return err
	}
	u.entitling, err = u.updater(ctx, "entitlements", "active = v.to_active, updated_at = v.at", "to_active BOOLEAN", "at BIGINT")
	if err != nil {
		return err
	}
	u.placing, err = u.updater(ctx, "portfolios", "listed = v.to_listed, removed_at = v.to_removed_at, review = v.to_review, updated_at = v.at",
		"to_listed BOOLEAN", "to_removed_at BIGINT", "to_review TEXT", "at BIGINT")
	return err
}

// recorded is one line of the report that is being reversed.
type recorded struct {
	action        Action
	field         string
	before, after string
}

// eachBatch goes through the portfolios that the part added, or through all others, in the order of their ids.
func (u *undoer) eachBatch(ctx context.Context, additions bool) error {
	last := int64(0)
	for {
		ids, changes, err := u.read(ctx, last, additions)
		if err != nil || len(ids) == 0 {
			return err
		}
		last = ids[len(ids)-1]
		u.done += len(ids)
		u.total = max(u.total, u.done)
		err = u.transaction(ctx, func(ctx context.Context, tx *store.Tx) error { return u.reverseBatch(ctx, tx, ids, changes) })
		if err != nil {
			return err
		}
	}
}

// read reads what was recorded of the next portfolios.
func (u *undoer) read(ctx context.Context, after int64, additions bool) (ids []int64, changes map[int64][]recorded, err error) {
	added := "NOT EXISTS"
	if additions {
		added = "EXISTS"
	}
	rows, err := u.store.Query(ctx, `SELECT DISTINCT c.portfolio_id FROM job_changes c
		WHERE c.part_id = ? AND c.portfolio_id > ? AND c.action IN ('ADD', 'UPDATE', 'REMOVE', 'KEEP', 'WITHDRAW') AND `+added+`
			(SELECT 1 FROM job_changes a WHERE a.part_id = c.part_id AND a.portfolio_id = c.portfolio_id AND a.action = 'ADD')
		ORDER BY c.portfolio_id LIMIT ?`, u.subject, after, u.service.BatchTitles)
	if err != nil {
		return nil, nil, fmt.Errorf("read the changes to undo: %w", err)
	}
	if ids, err = scanIDs(rows); err != nil || len(ids) == 0 {
		return nil, nil, err
	}
	placeholders, args := inList(ids)
	found, err := u.store.Query(ctx, `SELECT portfolio_id, action, field, old_value, new_value FROM job_changes
		WHERE part_id = ? AND action IN ('ADD', 'UPDATE', 'REMOVE', 'KEEP', 'WITHDRAW') AND portfolio_id IN `+placeholders+` ORDER BY id`,
		append([]any{u.subject}, args...)...)
	if err != nil {
		return nil, nil, fmt.Errorf("read the changes to undo: %w", err)
	}
	defer found.Close()
	changes = map[int64][]recorded{}
	for found.Next() {
		var id int64
		var r recorded
		if err := found.Scan(&id, &r.action, &r.field, &r.before, &r.after); err != nil {
			return nil, nil, fmt.Errorf("read the changes to undo: %w", err)
		}
		changes[id] = append(changes[id], r)
	}
	return ids, changes, found.Err()
}

// ownEntitlement is the entitlement of the part's profile, or of none, to a portfolio.
type ownEntitlement struct {
	id     int64
	active bool
}

// reversing is a batch of portfolios as they stand.
type reversing struct {
	there        map[int64]*stored
	entitlements map[int64]ownEntitlement
	ordered      map[int64]bool // those with a PO line
	others       map[int64]otherHolder
}

func (u *undoer) load(ctx context.Context, tx *store.Tx, ids []int64) (now reversing, err error) {
	if now.there, err = loadStored(ctx, tx, ids); err != nil {
		return now, err
	}
	if now.entitlements, err = u.loadEntitlements(ctx, tx, ids); err != nil {
		return now, err
	}
	var entitlementIDs []int64
	for _, e := range now.entitlements {
		entitlementIDs = append(entitlementIDs, e.id)
	}
	coverage, err := loadCoverage(ctx, tx, entitlementIDs)
	if err != nil {
		return now, err
	}
	for id, p := range now.there {
		p.coverage = coverage[now.entitlements[id].id]
	}
	if now.ordered, err = idSet(ctx, tx, `SELECT DISTINCT portfolio_id FROM po_lines WHERE portfolio_id IN `, ids); err != nil {
		return now, err
	}
	now.others, err = u.part.otherHolders(ctx, tx, ids)
	return now, err
}

func (u *undoer) reverseBatch(ctx context.Context, tx *store.Tx, ids []int64, changes map[int64][]recorded) error {
	done, err := idSet(ctx, tx, `SELECT DISTINCT portfolio_id FROM job_changes WHERE part_id = ? AND portfolio_id IN `, ids, u.part.ID)
	if err != nil {
		return err
	}
	now, err := u.load(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if now.there[id] == nil || done[id] {
			continue
		}
		if err := u.reverse(ctx, tx, &now, id, changes[id]); err != nil {
			return err
		}
	}
	return nil
}

func (u *undoer) loadEntitlements(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]ownEntitlement, error) {
	placeholders, args := inList(ids)
	rows, err := tx.SQL.QueryContext(ctx, `SELECT portfolio_id, id, active FROM entitlements WHERE profile_id IS NOT DISTINCT FROM ? AND portfolio_id IN `+placeholders,
		append([]any{u.part.profile()}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read the entitlements: %w", err)
	}
	defer rows.Close()
	found := map[int64]ownEntitlement{}
	for rows.Next() {
		var id int64
		var e ownEntitlement
		if err := rows.Scan(&id, &e.id, &e.active); err != nil {
			return nil, fmt.Errorf("read the entitlements: %w", err)
		}
		found[id] = e
	}
	return found, rows.Err()
}

// reverse takes one portfolio back. Fields go back where they still have the value that the job gave them.
func (u *undoer) reverse(ctx context.Context, tx *store.Tx, now *reversing, id int64, changes []recorded) error {
	p := now.there[id]
	title := p.values[0]
	d := difference{values: p.values, coverage: p.coverage}
	var whole *recorded
	for i := range changes {
		r := &changes[i]
		if r.field == "" {
			whole = r
			continue
		}
		if !d.restore(r, p) {
			u.leave(id, title, r.field, u.currentValue(r, p), r.before)
			continue
		}
		d.fields = append(d.fields, fieldChange{r.field, r.after, r.before})
	}
	action := Update
	if whole != nil {
		var stays bool
		var err error
		if action, stays, err = u.reverseWhole(now, id, whole); err != nil || stays {
			return err
		}
	} else if len(d.fields) > 0 {
		u.counts.Updated++
	}
	for _, f := range d.fields {
		u.change(&id, action, f.name, d.values[0], f.before, f.after, 0)
	}
	if action == Update {
		d.countFields(&u.counts)
	}
	if u.show || len(d.fields) == 0 {
		return nil
	}
	return u.writeValues(ctx, tx, id, p, now.entitlements[id], &d)
}

// leave lists something that is not put back, because it was changed since.
func (u *undoer) leave(id int64, title, field, current, before string) {
	u.counts.Left++
	u.change(&id, Left, field, title, current, before, 0)
}

func (u *undoer) currentValue(r *recorded, p *stored) string {
	if i := columnNamed(r.field); i >= 0 && !strings.HasPrefix(r.after, "[{") {
		return p.values[i]
	}
	return statementsJSON(p.coverage)
}

// columnNamed is the place of a title column in Title.Values, or -1.
func columnNamed(name string) int {
	return slices.IndexFunc(titleColumns[:], func(c kbart.Column) bool { return c.String() == name })
}

// restore puts one field back in d and says whether it still had the value that the job gave it.
func (d *difference) restore(r *recorded, p *stored) bool {
	after, isCoverage := StoredStatements(r.after)
	if i := columnNamed(r.field); i >= 0 && !isCoverage {
		if p.values[i] != r.after {
			return false
		}
		d.values[i] = r.before
		return true
	}
	if coverageHash(after) != coverageHash(p.coverage) {
		return false
	}
	d.coverage, _ = StoredStatements(r.before)
	d.rewrite = true
	return true
}

// reverseWhole takes back that a portfolio came or went. stays says that it was changed since and is left.
func (u *undoer) reverseWhole(now *reversing, id int64, r *recorded) (action Action, stays bool, err error) {
	p, e := now.there[id], now.entitlements[id]
	var state before
	if r.before != "" {
		if err := json.Unmarshal([]byte(r.before), &state); err != nil {
			return "", false, fmt.Errorf("read the former state of portfolio %d: %w", id, err)
		}
	}
	if r.action == Add {
		if !e.active {
			u.leave(id, p.values[0], "", stateBefore(&held{entitlement: e.id}, p), r.before)
			return "", true, nil
		}
		return u.takeOut(now, id, r.before, state), false, nil
	}
	if e.active || e.id == 0 || r.action != Remove && p.removedAt.Valid { // what the job kept, a person took out since
		u.leave(id, p.values[0], "", stateBefore(&held{entitlement: e.id}, p), r.before)
		return "", true, nil
	}
	u.counts.Added++
	u.change(&id, Add, "", p.values[0], stateBefore(&held{entitlement: e.id}, p), "", 0)
	u.setState(id, e, true, state)
	return Add, false, nil
}

// takeOut takes back an addition: what the job made is hidden, what it brought back is again as it was. A PO line that
// was attached since keeps the portfolio, another profile's entitlement keeps it listed, and one of no profile keeps it as it was.
func (u *undoer) takeOut(now *reversing, id int64, recordedState string, state before) Action {
	p, e, other := now.there[id], now.entitlements[id], now.others[id]
	action := leavingAction(&held{ordered: now.ordered[id], elsewhere: other.any})
	switch {
	case recordedState == "" && action == Remove:
		state = before{RemovedAt: &u.now}
	case recordedState == "":
		state = before{Listed: other.profile}
	case action != Remove:
		state.RemovedAt = nil // somebody relies on it since
		state.Listed = state.Listed || other.profile
	}
	switch action {
	case Remove:
		u.counts.Removed++
	case Keep:
		u.counts.Kept++
	case Withdraw:
		u.counts.Withdrawn++
	}
	u.change(&id, action, "", p.values[0], stateBefore(&held{entitlement: e.id}, p), "", 0)
	u.setState(id, e, false, state)
	return action
}

// setState puts a portfolio and the entitlement back. Whether it is available is the staff's, and stays.
func (u *undoer) setState(id int64, e ownEntitlement, entitled bool, state before) {
	if u.show {
		return
	}
	u.entitling.add(entitled, u.now, e.id)
	u.placing.add(state.Listed, state.RemovedAt, state.Review, u.now, id)
}

// writeValues writes fields and coverage that go back.
func (u *undoer) writeValues(ctx context.Context, tx *store.Tx, id int64, p *stored, e ownEntitlement, d *difference) error {
	if err := u.setValues(ctx, tx, id, d.values, p.moreKeys); err != nil || !d.rewrite {
		return err
	}
	return u.replaceCoverage(ctx, tx, e.id, d.coverage)
}

func scanIDs(rows *sql.Rows) (ids []int64, err error) {
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read ids: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
