package holdings

import (
	"context"
	"errors"
	"fmt"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// Undo reverses what one part of an applied job recorded, portfolio by portfolio: what left comes back first, and what
// was added goes last. What has been changed since is left as it is and listed. part is the undoing job's own. With shown,
// only the report is written; all parts of one preview share the same shown. resumed are the counts recorded so far, if an
// earlier run began the part.
func (s *Service) Undo(
	ctx context.Context, subjectPartID int64, part *Part, resumed *plan.Counts, shown *ShownUndo,
) (_ plan.Counts, err error) {
	u, err := s.newUndoer(ctx, subjectPartID, part, shown)
	defer func() { err = errors.Join(err, u.close()) }()
	if err != nil {
		return plan.Counts{}, err
	}
	if resumed != nil {
		u.out.Counts = *resumed
	} else if err := u.out.Begin(ctx, nil); err != nil {
		return plan.Counts{}, err
	}
	if u.out.Total, err = u.total(ctx); err != nil {
		return plan.Counts{}, err
	}
	for _, additions := range []bool{false, true} {
		if err := u.eachBatch(ctx, additions); err != nil {
			return plan.Counts{}, err
		}
	}
	err = u.out.End(ctx, nil)
	return u.out.Counts, err
}

// undoer reverses one part.
type undoer struct {
	out     *PartWriter
	rows    *portfolioWriter
	subject int64
	shown   *ShownUndo // of a preview; nil: it is none

	entitling, placing *store.Inserter // update entitlements and portfolios
	revalued           []valueChange   // portfolios whose title columns the batch changes, except those in takenBack
	takenBack          []valueChange   // withdrawn portfolios that get back the values of the part's own list
	never              []int64         // entitlements to portfolios that had none of the profile before: they would say what never held
}

func (s *Service) newUndoer(ctx context.Context, subject int64, part *Part, shown *ShownUndo) (u *undoer, err error) {
	u = &undoer{subject: subject, shown: shown}
	if u.out, err = s.NewPartWriter(ctx, part, shown != nil); err != nil {
		return u, err
	}
	if u.rows, err = newPortfolioWriter(ctx, u.out); err != nil {
		return u, err
	}
	u.entitling, err = u.out.Updater(ctx, "entitlements",
		"active = v.to_active, waiting = v.to_waiting, waiting_since = v.to_since, given_back = v.to_given_back, "+
			"ended_at = v.to_ended, updated_at = v.at",
		"to_active BOOLEAN", "to_waiting TEXT", "to_since TEXT", "to_given_back BOOLEAN", "to_ended BIGINT", "at BIGINT")
	if err != nil {
		return u, err
	}
	u.placing, err = u.out.Updater(ctx, "portfolios",
		"listed = v.to_listed, removed_at = v.to_removed_at, review = v.to_review, "+
			ReviewSinceSQL+", updated_at = v.at",
		"to_listed BOOLEAN", "to_removed_at BIGINT", "to_review TEXT", "to_review_since BIGINT", "at BIGINT")
	return u, err
}

// ReviewSinceSQL sets since when a portfolio waits for a person: a review that is there stays as it is, and one that is brought back
// is the one that it was (v.to_review_since, where that is known), so that what people put on its item of the worklist counts.
const ReviewSinceSQL = `review_since = CASE WHEN v.to_review IN ('', portfolios.review) THEN portfolios.review_since
	WHEN v.to_review_since > 0 THEN v.to_review_since ELSE v.at END`

func (u *undoer) close() error { return errors.Join(u.out.Close(), u.rows.close()) }

// recorded is one line of the report that is being undone.
type recorded struct {
	id     int64
	action plan.Action
	field  string
	values plan.Values
}

// reversedActions are the actions of lines that say what a part changed, for SQL.
const reversedActions = `('ADD', 'UPDATE', 'REMOVE', 'KEEP', 'WITHDRAW', 'WAIT', 'DIVERGES', 'REVIEW')`

// eachBatch goes through the portfolios that the part added, or through all others, in the order of their ids.
func (u *undoer) eachBatch(ctx context.Context, additions bool) error {
	last := int64(0)
	for {
		ids, changes, err := u.read(ctx, last, additions)
		if err != nil || len(ids) == 0 {
			return err
		}
		last = ids[len(ids)-1]
		u.out.Done += len(ids)
		u.out.Total = max(u.out.Total, u.out.Done)
		err = u.out.Transaction(ctx, func(ctx context.Context, tx *store.Tx) error { return u.reverseBatch(ctx, tx, ids, changes) })
		if err != nil {
			return err
		}
	}
}

// total is how many portfolios the part changed.
func (u *undoer) total(ctx context.Context) (int, error) {
	count, err := u.out.Store.IDs(ctx, `SELECT COUNT(DISTINCT portfolio_id) FROM job_changes WHERE part_id = ? AND action IN `+reversedActions,
		u.subject)
	if err != nil {
		return 0, fmt.Errorf("count the changes to undo: %w", err)
	}
	return int(count[0]), nil
}

// read reads what was recorded about the next portfolios.
func (u *undoer) read(ctx context.Context, after int64, additions bool) (ids []int64, changes map[int64][]recorded, err error) {
	added := "NOT EXISTS"
	if additions {
		added = "EXISTS"
	}
	ids, err = u.out.Store.IDs(ctx, `SELECT DISTINCT c.portfolio_id FROM job_changes c
		WHERE c.part_id = ? AND c.portfolio_id > ? AND c.action IN `+reversedActions+` AND `+
		added+`
			(SELECT 1 FROM job_changes a WHERE a.part_id = c.part_id AND a.portfolio_id = c.portfolio_id AND a.action = 'ADD')
		ORDER BY c.portfolio_id LIMIT ?`, u.subject, after, u.out.Batch)
	if err != nil {
		return nil, nil, fmt.Errorf("read the changes to undo: %w", err)
	}
	if len(ids) == 0 {
		return nil, nil, nil
	}
	placeholders, args := store.InList(ids)
	found, err := u.out.Store.Query(ctx, `SELECT portfolio_id, id, action, field, value_kind, old_value, new_value FROM job_changes
		WHERE part_id = ? AND action IN `+reversedActions+` AND portfolio_id IN `+placeholders+` ORDER BY id`,
		append([]any{u.subject}, args...)...)
	if err != nil {
		return nil, nil, fmt.Errorf("read the changes to undo: %w", err)
	}
	defer found.Close()
	changes = map[int64][]recorded{}
	for found.Next() {
		var id int64
		var r recorded
		if err := found.Scan(&id, &r.id, &r.action, &r.field, &r.values.Kind, &r.values.Old, &r.values.New); err != nil {
			return nil, nil, fmt.Errorf("read the changes to undo: %w", err)
		}
		changes[id] = append(changes[id], r)
	}
	return ids, changes, found.Err()
}

// ownEntitlement is the entitlement of the part's profile, or of none, to a portfolio.
type ownEntitlement struct {
	id int64
	plan.EntitlementState
}

// reversing is a batch of portfolios as they are now.
type reversing struct {
	there        map[int64]*plan.StoredPortfolio
	entitlements map[int64]ownEntitlement
	protected    map[int64]protection
	others       map[int64]otherHolder
}

func (u *undoer) load(ctx context.Context, tx *store.Tx, ids []int64) (now reversing, err error) {
	if now.there, err = loadStored(ctx, tx.SQL.QueryContext, ids); err != nil {
		return now, err
	}
	if now.entitlements, err = u.ownEntitlements(ctx, tx, ids); err != nil {
		return now, err
	}
	var entitlementIDs []int64
	for _, e := range now.entitlements {
		entitlementIDs = append(entitlementIDs, e.id)
	}
	coverage, err := loadCoverage(ctx, tx.SQL.QueryContext, entitlementIDs)
	if err != nil {
		return now, err
	}
	for id, p := range now.there {
		p.Coverage, p.EntitlementState = coverage[now.entitlements[id].id], now.entitlements[id].EntitlementState
	}
	if now.protected, err = loadProtections(ctx, tx, ids); err != nil {
		return now, err
	}
	if now.others, err = u.out.Part.otherHolders(ctx, tx, ids); err != nil {
		return now, err
	}
	return now, u.shown.foresee(ctx, tx, u.out.Part, &now)
}

func (u *undoer) reverseBatch(ctx context.Context, tx *store.Tx, ids []int64, changes map[int64][]recorded) error {
	read := tx.SQL.QueryContext
	done, err := store.IDSet(ctx, read, `SELECT DISTINCT portfolio_id FROM job_changes WHERE part_id = ? AND portfolio_id IN `, ids,
		u.out.Part.ID)
	if err != nil {
		return err
	}
	now, err := u.load(ctx, tx, ids)
	if err != nil {
		return err
	}
	moved, err := store.IDSet(ctx, read, `SELECT id FROM portfolios WHERE collection_id <> ? AND id IN `, ids, u.out.Part.CollectionID)
	if err != nil {
		return err
	}
	u.revalued, u.takenBack, u.never = u.revalued[:0], u.takenBack[:0], u.never[:0]
	for _, id := range ids {
		if now.there[id] == nil || done[id] {
			continue
		}
		if moved[id] { // the profile's runs would not find it there
			u.out.Counts.Left++
			u.out.Change(ReportLine{
				Portfolio: id, Action: plan.Left, Title: plan.CitationOf(&now.there[id].Values),
				Values: plan.ValuesOfWords("it was moved to another collection since: it stays as it is"),
			})
			continue
		}
		if err := u.reverse(ctx, tx, &now, id, changes[id]); err != nil {
			return err
		}
	}
	if err := u.rows.keepOthers(ctx, tx, u.revalued); err != nil {
		return err
	}
	if err := u.rows.keepAll(ctx, tx, u.takenBack); err != nil {
		return err
	}
	return u.deleteNever(ctx, tx)
}

// deleteNever deletes entitlements that there would not be but for the job.
func (u *undoer) deleteNever(ctx context.Context, tx *store.Tx) error {
	if len(u.never) == 0 || u.out.Show {
		return nil
	}
	placeholders, args := store.InList(u.never)
	for _, statement := range []string{
		`DELETE FROM coverage_statements WHERE entitlement_id IN `, `DELETE FROM entitlements WHERE id IN `,
	} {
		if _, err := tx.SQL.ExecContext(ctx, statement+placeholders, args...); err != nil {
			return fmt.Errorf("take entitlements back: %w", err)
		}
	}
	return nil
}

// ownEntitlements reads the entitlements of the part's profile, by portfolio.
func (u *undoer) ownEntitlements(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]ownEntitlement, error) {
	placeholders, args := store.InList(ids)
	const query = `SELECT id FROM entitlements WHERE profile_id IS NOT DISTINCT FROM ? AND portfolio_id IN `
	entitlementIDs, err := store.ScanIDs(tx.SQL.QueryContext(ctx, query+placeholders, append([]any{u.out.Part.profile()}, args...)...))
	if err != nil {
		return nil, fmt.Errorf("read the entitlements: %w", err)
	}
	states, err := loadEntitlements(ctx, tx.SQL.QueryContext, entitlementIDs)
	found := make(map[int64]ownEntitlement, len(states))
	for id, state := range states {
		found[state.PortfolioID] = ownEntitlement{id, state}
	}
	return found, err
}

// reverse undoes the changes to one portfolio. A field is restored only if it still has the value that the job gave it.
func (u *undoer) reverse(ctx context.Context, tx *store.Tx, now *reversing, id int64, changes []recorded) error {
	p, lines := now.there[id], linesOf(changes)
	d := plan.Difference{Values: p.Values, Coverage: p.Coverage, Own: p.Own, Further: p.MoreKeys, Retained: p.Retained}
	if err := u.restoreFields(id, p, lines.fields, &d); err != nil {
		return err
	}
	action := plan.Update
	if lines.whole != nil {
		var stays bool
		var err error
		if action, stays, err = u.reverseWhole(now, id, lines.whole); err != nil || stays {
			return err
		}
	} else if len(d.Fields) > 0 {
		u.out.Counts.Updated++
	}
	for _, f := range d.Fields {
		u.out.Change(ReportLine{Portfolio: id, Action: action, Field: f.Name, Title: plan.CitationOf(&d.Values), Values: f.Values})
	}
	if action == plan.Update {
		d.CountFields(&u.out.Counts)
	}
	u.reverseFurther(id, p, lines.further, &d)
	u.reverseReview(id, p, lines.review)
	if err := u.reverseDiverging(id, p, lines.diverging, &d); err != nil {
		return err
	}
	withdrawn := lines.whole != nil && lines.whole.action == plan.Withdraw
	if u.shown != nil {
		u.showRestored(id, p, &d, withdrawn)
		return nil
	}
	if err := u.writeRestored(ctx, tx, now, id, &d, withdrawn); err != nil {
		return err
	}
	return u.writeOwn(ctx, tx, now.entitlements[id], &d, len(d.Fields) > 0 || lines.diverging != nil)
}

// recordedLines are the lines of a report about one portfolio.
type recordedLines struct {
	whole     *recorded // that it came or went
	fields    []*recorded
	diverging *recorded // where the profile's list differed
	further   *recorded // the identifiers of further rows
	review    *recorded // why it waited for a person
}

func linesOf(changes []recorded) (lines recordedLines) {
	for i := range changes {
		switch r := &changes[i]; {
		case r.values.Kind == plan.OwnValues:
			lines.diverging = r
		case r.values.Kind == plan.FurtherValues:
			lines.further = r
		case r.values.Kind == plan.ReasonValues:
			lines.review = r
		case r.field == "":
			lines.whole = r
		default:
			lines.fields = append(lines.fields, r)
		}
	}
	return lines
}

// restoreFields restores in d the fields that still have the value that the job gave them, and lists the others.
func (u *undoer) restoreFields(id int64, p *plan.StoredPortfolio, fields []*recorded, d *plan.Difference) error {
	for _, r := range fields {
		current, ok, err := restoreField(d, r, p)
		switch {
		case err != nil:
			return fmt.Errorf("read line %d of the report to undo: %w", r.id, err)
		case !ok:
			u.leave(id, p, r.field, current)
		default:
			d.Fields = append(d.Fields, plan.FieldChange{Name: r.field, Values: r.values.Reversed()})
		}
	}
	return nil
}

// showRestored notes the values that would be restored, for the parts of the preview that follow.
func (u *undoer) showRestored(id int64, p *plan.StoredPortfolio, d *plan.Difference, withdrawn bool) {
	if len(d.Fields) == 0 && d.Further == p.MoreKeys {
		return
	}
	u.shown.note(id, p, func(s *shownPortfolio) {
		s.now.Values, s.now.MoreKeys, s.now.Retained = d.Values, d.Further, d.Retained
		if d.Values != p.Values {
			s.changes = append(s.changes, shownChange{valueChange{id, p.Values, d.Values}, u.out.Part.ProfileID, withdrawn})
		}
	})
}

// writeRestored writes the restored values. withdrawn says that the job had withdrawn the portfolio, so the values are
// those of the part's own list again.
func (u *undoer) writeRestored(ctx context.Context, tx *store.Tx, now *reversing, id int64, d *plan.Difference, withdrawn bool) error {
	p := now.there[id]
	if len(d.Fields) == 0 {
		if d.Further == p.MoreKeys {
			return nil
		}
		return u.rows.setValues(ctx, tx, id, d.Values, d.Further)
	}
	change := valueChange{id, p.Values, d.Values}
	if withdrawn {
		u.takenBack = append(u.takenBack, change)
	} else {
		u.revalued = append(u.revalued, change)
	}
	return u.writeValues(ctx, tx, id, now.entitlements[id], d)
}

// reverseDiverging restores how the profile's list differed from the portfolio.
func (u *undoer) reverseDiverging(id int64, p *plan.StoredPortfolio, r *recorded, d *plan.Difference) (err error) {
	if r == nil {
		return nil
	}
	if p.Own.Text() != r.values.New {
		u.leave(id, p, "", plan.Values{Kind: plan.OwnValues, Old: p.Own.Text(), New: r.values.Old})
		return nil
	}
	if d.Own, err = plan.ParseDivergingValues(r.values.Old); err != nil {
		return fmt.Errorf("read line %d of the report to undo: %w", r.id, err)
	}
	u.out.Change(ReportLine{Portfolio: id, Action: plan.Diverges, Title: plan.CitationOf(&d.Values), Values: r.values.Reversed()})
	return nil
}

// reverseReview has a portfolio wait for a person again as it did before the job, or no more.
func (u *undoer) reverseReview(id int64, p *plan.StoredPortfolio, r *recorded) {
	if r == nil {
		return
	}
	before, known := r.values.Review()
	switch {
	case !known || before.Review == p.Review: // the job has not changed it, or it is as it was
	case p.Review != r.values.New:
		u.leave(id, p, "", plan.ValuesOfReview(plan.ReviewOf(p), before.Review))
	default:
		action := plan.Diverges
		if before.Review != "" {
			action = plan.Review
			u.out.Counts.Review++
		}
		u.out.Change(ReportLine{
			Portfolio: id, Action: action, Title: plan.CitationOf(&p.Values), Values: plan.ValuesOfReview(plan.ReviewOf(p), before.Review),
		})
		if u.shown != nil {
			u.shown.note(id, p, func(s *shownPortfolio) { s.now.Review, s.now.ReviewSince = before.Review, before.Since })
			return
		}
		u.placing.Add(p.Listed, p.RemovedAt, before.Review, before.Since, u.out.Now, id)
	}
}

// reverseFurther restores the identifiers of the title's further rows.
func (u *undoer) reverseFurther(id int64, p *plan.StoredPortfolio, r *recorded, d *plan.Difference) {
	switch {
	case r == nil:
	case p.MoreKeys != r.values.New:
		u.leave(id, p, "", plan.Values{Kind: plan.FurtherValues, Old: p.MoreKeys, New: r.values.Old})
	default:
		d.Further = r.values.Old
		u.out.Change(ReportLine{Portfolio: id, Action: plan.Diverges, Title: plan.CitationOf(&d.Values), Values: r.values.Reversed()})
	}
}

// writeOwn writes what the profile's list said last, as it was before the job.
func (u *undoer) writeOwn(ctx context.Context, tx *store.Tx, e ownEntitlement, d *plan.Difference, changed bool) error {
	if e.id == 0 || !changed {
		return nil
	}
	var hash *int64
	if len(d.Own) > 0 {
		said := d.Own.AppliedTo(&d.Values)
		sum := int64(plan.HashValues(&said))
		hash = &sum
	}
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE entitlements SET own_values = ?, own_hash = ? WHERE id = ?`, d.Own.Text(), hash,
		e.id); err != nil {
		return fmt.Errorf("write what the list said before: %w", err)
	}
	return nil
}

// leave lists something that is not restored, because it has been changed since. values are the present one and the
// former one.
func (u *undoer) leave(id int64, p *plan.StoredPortfolio, field string, values plan.Values) {
	u.out.Counts.Left++
	u.out.Change(ReportLine{Portfolio: id, Action: plan.Left, Field: field, Title: plan.CitationOf(&p.Values), Values: values})
}

// leaveState lists a portfolio whose former state is not restored.
func (u *undoer) leaveState(id int64, p *plan.StoredPortfolio, e ownEntitlement, before string) {
	u.leave(id, p, "", plan.Values{Kind: plan.StatesValues, Old: plan.ToJSON(plan.StateOf(p, e.id)), New: before})
}

// restoreField restores one field in d. If it no longer has the value that the job gave it, ok is false and current
// holds its present value and the former one.
func restoreField(d *plan.Difference, r *recorded, p *plan.StoredPortfolio) (current plan.Values, ok bool, err error) {
	before, after, isCoverage, err := r.values.Coverage()
	if err != nil {
		return current, false, err
	}
	if isCoverage && r.field == plan.RetainedField {
		if plan.HashCoverage(after) != plan.HashCoverage(p.Retained) {
			return plan.Values{Kind: plan.CoverageValues, Old: plan.StatementsJSON(p.Retained), New: r.values.Old}, false, nil
		}
		d.Retained = before
		return current, true, nil
	}
	if isCoverage {
		if plan.HashCoverage(after) != plan.HashCoverage(p.Coverage) {
			return plan.Values{Kind: plan.CoverageValues, Old: plan.StatementsJSON(p.Coverage), New: r.values.Old}, false, nil
		}
		d.Coverage, d.Rewrite = before, true
		return current, true, nil
	}
	i := plan.TitleColumnNamed(r.field)
	if i < 0 || r.values.Kind != plan.TextValues {
		return current, false, fmt.Errorf("nothing is known of a value of kind %q of the field %q", r.values.Kind, r.field)
	}
	if p.Values[i] != r.values.New {
		return plan.ValuesOfText(p.Values[i], r.values.Old), false, nil
	}
	d.Values[i] = r.values.Old
	return current, true, nil
}

// reverseWhole undoes that a portfolio came or went. stays says that it has been changed since and is left alone.
func (u *undoer) reverseWhole(now *reversing, id int64, r *recorded) (action plan.Action, stays bool, err error) {
	p, e := now.there[id], now.entitlements[id]
	state, err := r.values.State()
	if err != nil {
		return "", false, fmt.Errorf("read the former state of portfolio %d: %w", id, err)
	}
	if r.action == plan.Add {
		if !e.Active {
			u.leaveState(id, p, e, r.values.Old)
			return "", true, nil
		}
		return u.takeOut(now, id, r.values.Old, state), false, nil
	}
	if e.Active || e.id == 0 || r.action != plan.Remove && p.RemovedAt != nil { // a person has since taken out what the job kept
		u.leaveState(id, p, e, r.values.Old)
		return "", true, nil
	}
	u.out.Counts.Added++
	u.out.Change(ReportLine{
		Portfolio: id, Action: plan.Add, Title: plan.CitationOf(&p.Values),
		Values: plan.ValuesOfState(plan.StateOf(p, e.id), plan.Leaving{}),
	})
	u.setState(id, p, e, true, state)
	return plan.Add, false, nil
}

// takeOut undoes an addition: what the job made is hidden, and what it brought back is as it was before. A PO line
// attached since keeps the portfolio in the holdings, and so do retention and another entitlement; a profile's also keeps
// it listed.
func (u *undoer) takeOut(now *reversing, id int64, recordedState string, state plan.PortfolioState) plan.Action {
	p, e, other := now.there[id], now.entitlements[id], now.others[id]
	action := plan.LeavingAction(now.protected[id].any(), other.any)
	switch {
	case recordedState == "" && action == plan.Remove:
		state = plan.PortfolioState{RemovedAt: &u.out.Now}
	case recordedState == "":
		state = plan.PortfolioState{Listed: other.profile}
	case action != plan.Remove:
		state.RemovedAt = nil // somebody has relied on it since
		state.Listed = state.Listed || other.profile
	}
	var why plan.Leaving
	switch action {
	case plan.Remove:
		u.out.Counts.Removed++
	case plan.Keep:
		u.out.Counts.Kept++
		u.out.Counts.Retained += now.protected[id].counted()
		why = now.protected[id].why()
	case plan.Withdraw:
		u.out.Counts.Withdrawn++
	}
	was := plan.StateOf(p, e.id)
	if recordedState != "" && state.Entitled == "" {
		u.never = append(u.never, e.id)
		was.Deleted = &plan.DeletedEntitlement{ID: e.id, Coverage: p.Coverage, Own: p.Own.Text(), Hash: p.OwnHash}
	}
	u.out.Change(ReportLine{Portfolio: id, Action: action, Title: plan.CitationOf(&p.Values), Values: plan.ValuesOfState(was, why)})
	u.setState(id, p, e, false, state)
	return action
}

// setState restores the state of a portfolio and of the entitlement, and when that had ended: what is retained, and whose
// coverage is shown last, goes by it. Whether it is available is up to staff, and stays.
func (u *undoer) setState(id int64, p *plan.StoredPortfolio, e ownEntitlement, entitled bool, state plan.PortfolioState) {
	if u.shown != nil {
		u.shown.note(id, p, func(s *shownPortfolio) {
			s.held[u.out.Part.ProfileID] = heldAs{entitled && state.Waiting == "", state.Waiting != ""}
			s.now.Listed, s.now.RemovedAt, s.now.Review, s.now.ReviewSince = state.Listed, state.RemovedAt, state.Review, state.ReviewSince
		})
		return
	}
	active, ended := entitled && state.Waiting == "", state.EndedAt
	switch {
	case active:
		ended = nil
	case ended == nil: // it was made by the job
		ended = &u.out.Now
	}
	u.entitling.Add(active, state.Waiting, state.WaitingSince, entitled || state.GivenBack, ended, u.out.Now, e.id)
	u.placing.Add(state.Listed, state.RemovedAt, state.Review, state.ReviewSince, u.out.Now, id)
}

// writeValues writes restored fields and coverage.
func (u *undoer) writeValues(ctx context.Context, tx *store.Tx, id int64, e ownEntitlement, d *plan.Difference) error {
	if err := u.rows.setValues(ctx, tx, id, d.Values, d.Further); err != nil {
		return err
	}
	if err := u.rows.setRetained(ctx, tx, id, d); err != nil || !d.Rewrite {
		return err
	}
	return u.rows.replaceCoverage(ctx, tx, e.id, d.Coverage)
}
