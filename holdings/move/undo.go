package move

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// UndoMove puts back what one part of a move moved, portfolio by portfolio. A PO line goes back if it is still at the
// counterpart; a license, if the counterpart still has it and the portfolio has no other by now; what staff put on it, if
// nobody has changed it since at either. The rest is left and listed. part is the undoing job's own. With shown, only the
// report is written; all parts of one preview share the same shown. resumed are the counts recorded so far, if an earlier
// run began the part.
func (s *Service) UndoMove(
	ctx context.Context, subjectPartID int64, part *holdings.Part, resumed *plan.Counts, shown *ShownUndo,
) (plan.Counts, error) {
	w, err := s.newMoveWriter(ctx, part, shown != nil)
	u := &moveUndoer{w, subjectPartID, shown}
	if err != nil {
		return plan.Counts{}, errors.Join(err, w.out.Close())
	}
	return w.run(ctx, resumed, u.eachBatch)
}

// moveUndoer reverses one part of a move.
type moveUndoer struct {
	to      *moveWriter
	subject int64
	shown   *ShownUndo
}

// ShownUndo is what the preview of an undo has put back so far. It is needed because what a later part of the move
// brought to a counterpart hides what an earlier part brought.
type ShownUndo struct {
	lists    *holdings.ShownUndo // by the undos of lists before; nil: there are none
	licenses map[int64]licenses  // by portfolio
	staff    map[int64]*holdings.StaffValues
	back     map[int64]bool // PO lines that would have gone back
}

// NewShownUndo begins the preview of an undo. lists is what it has shown of lists; nil: nothing.
func NewShownUndo(lists *holdings.ShownUndo) *ShownUndo {
	return &ShownUndo{lists: lists, licenses: map[int64]licenses{}, staff: map[int64]*holdings.StaffValues{}, back: map[int64]bool{}}
}

// licenses are those that a portfolio has or, in a preview, would have by now.
func (u *moveUndoer) licenses(now *reversal, portfolioID int64) licenses {
	if l, known := now.licenses[portfolioID]; known {
		return l
	}
	if u.to.out.Show {
		if l, known := u.shown.licenses[portfolioID]; known {
			return l
		}
	}
	return licenses{now.portfolios[portfolioID].license, now.additional[portfolioID]}
}

// license gives a portfolio the licenses that it is to have.
func (u *moveUndoer) license(now *reversal, portfolioID int64, to licenses) {
	now.setLicenses(portfolioID, u.licenses(now, portfolioID), to)
	now.licenses[portfolioID] = to
	if u.to.out.Show {
		u.shown.licenses[portfolioID] = to
	}
}

// movedActions are the actions that an undo reverses, for SQL.
const movedActions = `('MOVE_PO_LINE', 'MOVE_LICENSE', 'MOVE_VALUE')`

// movedRow is one line of the report that is being undone.
type movedRow struct {
	portfolio, id int64
	action        plan.Action
	field         string
	title         plan.Citation // as the report names it
	before, after plan.MoveValue
}

func (u *moveUndoer) eachBatch(ctx context.Context) error {
	count, err := u.to.out.Store.IDs(ctx, `SELECT COUNT(DISTINCT portfolio_id) FROM job_changes WHERE part_id = ? AND action IN `+movedActions,
		u.subject)
	if err != nil {
		return fmt.Errorf("count the move to undo: %w", err)
	}
	u.to.out.Total = int(count[0])
	for last := int64(0); ; {
		ids, rows, err := u.read(ctx, last)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			break
		}
		last = ids[len(ids)-1]
		rows = slices.DeleteFunc(rows, func(r movedRow) bool { return u.to.reported[r.portfolio] })
		u.to.out.Done += len(ids)
		u.to.out.Total = max(u.to.out.Total, u.to.out.Done)
		if len(rows) == 0 {
			continue
		}
		if err := u.to.out.Transaction(ctx, func(ctx context.Context, tx *store.Tx) error { return u.reverseBatch(ctx, tx, rows) }); err != nil {
			return err
		}
	}
	if err := u.reverseWhole(ctx); err != nil {
		return err
	}
	return u.takeOutKept(ctx)
}

// read reads what was recorded about the next portfolios.
func (u *moveUndoer) read(ctx context.Context, after int64) (ids []int64, moved []movedRow, err error) {
	ids, err = u.to.out.Store.IDs(ctx, `SELECT DISTINCT portfolio_id FROM job_changes
		WHERE part_id = ? AND portfolio_id > ? AND action IN `+movedActions+` ORDER BY portfolio_id LIMIT ?`,
		u.subject, after, u.to.out.Batch)
	if err != nil {
		return nil, nil, fmt.Errorf("read the move to undo: %w", err)
	}
	if len(ids) == 0 {
		return nil, nil, nil
	}
	moved, err = u.readMoved(ctx, `portfolio_id BETWEEN ? AND ?`, ids[0], ids[len(ids)-1])
	return ids, moved, err
}

// readMoved reads what was recorded about some portfolios, or about the collection itself.
func (u *moveUndoer) readMoved(ctx context.Context, where string, args ...any) (moved []movedRow, err error) {
	rows, err := u.to.out.Store.Query(ctx,
		`SELECT COALESCE(portfolio_id, 0), id, action, field, title, title_id, print_identifier, online_identifier, value_kind, old_value,
			new_value
		FROM job_changes
		WHERE part_id = ? AND action IN `+movedActions+` AND `+where+` ORDER BY portfolio_id, id`,
		append([]any{u.subject}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read the move to undo: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r movedRow
		var values plan.Values
		if err := rows.Scan(&r.portfolio, &r.id, &r.action, &r.field, &r.title.Title, &r.title.TitleID, &r.title.PrintIdentifier,
			&r.title.OnlineIdentifier,
			&values.Kind, &values.Old, &values.New); err != nil {
			return nil, fmt.Errorf("read the move to undo: %w", err)
		}
		var ok bool
		if r.before, r.after, ok = values.Moved(); !ok {
			return nil, fmt.Errorf("read the move to undo: line %d of the report cannot be read", r.id)
		}
		moved = append(moved, r)
	}
	return moved, rows.Err()
}

// reversal is some portfolios of a move as they are now, with their counterparts, and what goes back.
type reversal struct {
	*moveBatch
	promoted []lineMove         // PO lines that become main where they are
	licenses map[int64]licenses // that portfolios are to have
}

// from and to are what a PO line was attached to before and after the move.
func (r movedRow) from() acquisitions.Holder {
	return acquisitions.Holder{Portfolio: r.portfolio, Collection: r.before.Whole}
}

func (r movedRow) to() acquisitions.Holder {
	return acquisitions.Holder{Portfolio: r.after.Target, Collection: r.after.Whole}
}

func (u *moveUndoer) reverseBatch(ctx context.Context, tx *store.Tx, rows []movedRow) error {
	now := &reversal{moveBatch: newMoveBatch(nil), licenses: map[int64]licenses{}}
	var ids []int64
	codes := map[int64]bool{}
	for _, r := range rows {
		ids = append(ids, r.portfolio, r.after.Target)
		codes[r.after.License], codes[r.after.Replaces] = true, true
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if err := now.loadPortfolios(ctx, tx.SQL.QueryContext, ids); err != nil {
		return err
	}
	u.foresee(now)
	lines, err := loadPOLines(ctx, tx.SQL.QueryContext, ids, nil)
	if err != nil {
		return err
	}
	now.lines = lines
	if err := now.loadAdditional(ctx, tx.SQL.QueryContext, ids); err != nil {
		return err
	}
	if err := now.loadCodes(ctx, tx.SQL.QueryContext, codes); err != nil {
		return err
	}
	if err := u.loadStaff(ctx, tx, now, rows); err != nil {
		return err
	}
	for i := range rows {
		if there, known := now.portfolios[rows[i].portfolio]; known {
			rows[i].title = there.Citation // as it is called now
		}
	}
	for len(rows) > 0 {
		n := slices.IndexFunc(rows, func(r movedRow) bool { return r.portfolio != rows[0].portfolio })
		if n < 0 {
			n = len(rows)
		}
		u.to.out.Counts.Move.Portfolios++
		u.reverseLines(now, slices.DeleteFunc(slices.Clone(rows[:n]), func(r movedRow) bool { return r.action != plan.MovePOLine }))
		for _, beside := range []bool{true, false} { // the main one last: what it took the place of may have moved as an additional one
			for _, r := range rows[:n] {
				switch {
				case r.action != plan.MoveLicense || r.after.Beside != beside:
				case beside:
					u.reverseAdditional(now, r)
				default:
					u.reverseLicense(now, r)
				}
			}
		}
		u.reverseStaff(now, slices.DeleteFunc(slices.Clone(rows[:n]), func(r movedRow) bool { return r.action != plan.MoveStaff }))
		rows = rows[n:]
	}
	return u.writeReversal(ctx, tx, now)
}

func (u *moveUndoer) writeReversal(ctx context.Context, tx *store.Tx, now *reversal) error {
	if u.to.out.Show {
		return nil
	}
	u.to.writeStaff(now.moveBatch)
	if err := u.to.write(ctx, tx, now.moveBatch); err != nil {
		return err
	}
	return u.to.write(ctx, tx, &moveBatch{lineMoves: now.promoted}) // only after the former main PO line has left
}

// takesBack says whether the portfolio is still there to take back what was moved from it.
func (u *moveUndoer) takesBack(now *reversal, r movedRow) bool {
	return now.inHoldings(r.portfolio) || r.before.Hidden && now.there(r.portfolio)
}

// foresee has portfolios be as the preview has shown them so far.
func (u *moveUndoer) foresee(now *reversal) {
	if u.shown == nil {
		return
	}
	for id, p := range now.portfolios {
		if title, hidden, known := u.shown.lists.Portfolio(id); known {
			p.Citation, p.hidden = title, hidden
			now.portfolios[id] = p
		}
	}
}

// reverseLines puts the PO lines of one portfolio or collection back. If it has got another main PO line since, that one
// stays main. If the counterpart loses its main one, the oldest of those that stay becomes main.
func (u *moveUndoer) reverseLines(now *reversal, rows []movedRow) {
	if len(rows) == 0 {
		return
	}
	source, target := rows[0].from(), rows[0].to()
	there := source.Portfolio == 0 || u.takesBack(now, rows[0])
	var back []movedRow
	for _, r := range rows {
		at := slices.IndexFunc(now.lines[target], func(l poLine) bool { return l.id == r.after.POLine })
		switch {
		// put back by an undo that was cancelled, or by hand
		case slices.ContainsFunc(now.lines[source], func(l poLine) bool { return l.id == r.after.POLine }):
		case !there:
			u.leaveMoved(r, "stays at the counterpart: this portfolio was removed from the holdings since")
		case at < 0:
			u.leaveMoved(r, "stays as it is: it was detached from the counterpart, moved on or deleted since")
		default:
			back = append(back, r)
			now.lines[target] = slices.Delete(now.lines[target], at, at+1)
		}
	}
	if len(back) == 0 {
		return
	}
	main := slices.IndexFunc(back, func(r movedRow) bool { return r.before.Main })
	switch {
	case hasMain(now.lines[source]):
		main = -1
	case main < 0:
		main = 0
	}
	for i, r := range back {
		to := plan.MoveValue{POLine: r.after.POLine, Main: i == main, Whole: r.before.Whole, Collection: r.before.Collection}
		u.to.out.Counts.Move.PoLinesMoved++
		u.to.out.Change(holdings.ReportLine{
			Portfolio: r.portfolio, Action: plan.MovePOLine, Field: r.field, Title: r.title,
			Values: plan.ValuesOfMove(r.after, to),
		})
		now.lineMoves = append(now.lineMoves, lineMove{to.POLine, source, to.Main})
		if u.shown != nil {
			u.shown.back[to.POLine] = true
		}
	}
	if left := now.lines[target]; len(left) > 0 && !left[0].main {
		now.promoted = append(now.promoted, lineMove{left[0].id, target, true})
	}
}

// reverseLicense gives the portfolio its license back, and the counterpart the one that it had before.
func (u *moveUndoer) reverseLicense(now *reversal, r movedRow) {
	target := r.after.Target
	at, own := u.licenses(now, target), u.licenses(now, r.portfolio)
	_, exists := now.codes[r.after.License]
	_, formerExists := now.codes[r.after.Replaces]
	switch {
	case own.main == r.after.License && (r.after.Had || at.main != r.after.License): // put back by an undo that was cancelled, or by hand
		return
	case !u.takesBack(now, r):
		u.leaveMoved(r, "stays at the counterpart: this portfolio was removed from the holdings since")
		return
	case own.main != 0 || own.has(r.after.License):
		u.leaveMoved(r, "stays at the counterpart: this portfolio has a license since")
		return
	case !exists:
		u.leaveMoved(r, "is gone: it was deleted since")
		return
	case !r.after.Had && at.main != r.after.License:
		u.leaveMoved(r, "stays as it is: the counterpart has another license, or none, since")
		return
	case r.after.Replaces != 0 && !formerExists:
		u.leaveMoved(r, "stays at the counterpart: the license that it took the place of was deleted since")
		return
	}
	u.to.out.Counts.Move.LicensesMoved++
	values := plan.ValuesOfMove(r.after, plan.MoveValue{License: r.after.License})
	u.to.out.Change(holdings.ReportLine{Portfolio: r.portfolio, Action: plan.MoveLicense, Field: r.field, Title: r.title, Values: values})
	own.main = r.after.License
	u.license(now, r.portfolio, own)
	if !r.after.Had {
		at = at.without(r.after.Replaces) // if somebody has made it additional since: it is main again
		at.main = r.after.Replaces
		u.license(now, target, at)
	}
}

// reverseAdditional gives the portfolio an additional license back.
func (u *moveUndoer) reverseAdditional(now *reversal, r movedRow) {
	target, id := r.after.Target, r.after.License
	at, own := u.licenses(now, target), u.licenses(now, r.portfolio)
	_, exists := now.codes[id]
	there := slices.Contains(at.additional, id)
	switch {
	case slices.Contains(own.additional, id) && (r.after.Had || !there): // put back by an undo that was cancelled, or by hand
		return
	case !u.takesBack(now, r):
		u.leaveMoved(r, "stays at the counterpart: this portfolio was removed from the holdings since")
		return
	case own.has(id):
		u.leaveMoved(r, "stays at the counterpart: this portfolio has this license since")
		return
	case !exists:
		u.leaveMoved(r, "is gone: it was deleted since")
		return
	case !r.after.Had && !there:
		u.leaveMoved(r, "stays as it is: the counterpart does not have it as an additional license any more")
		return
	}
	u.to.out.Counts.Move.LicensesMoved++
	values := plan.ValuesOfMove(r.after, plan.MoveValue{License: id, Beside: true})
	u.to.out.Change(holdings.ReportLine{Portfolio: r.portfolio, Action: plan.MoveLicense, Field: r.field, Title: r.title, Values: values})
	u.license(now, r.portfolio, own.with(id))
	if !r.after.Had {
		u.license(now, target, at.without(id))
	}
}

// leaveMoved lists a PO line or license that is not put back.
func (u *moveUndoer) leaveMoved(r movedRow, why string) {
	u.to.out.Counts.Left++
	u.to.out.Change(holdings.ReportLine{
		Portfolio: r.portfolio, Action: plan.Left, Field: r.field, Title: r.title,
		Values: plan.Values{Kind: plan.WordsValues, Old: r.after.Words(r.action, r.field), New: why},
	})
}
