package move

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// moveBatch is some portfolios of one collection as they are now, with their counterparts. It decides what happens to
// them.
type moveBatch struct {
	plan       *Plan
	check      bool // leave alone what has changed since the plan was made
	portfolios map[int64]portfolioNow
	lines      map[acquisitions.Holder][]poLine // the main one first
	additional map[int64][]int64                // additional licenses by portfolio, sorted
	codes      map[int64]string                 // of licenses
	found      []moveRow
	lineMoves  []lineMove
	licensed   []licensing
	relicensed map[int64][]int64 // the additional licenses that portfolios are to have

	staff   map[int64]*holdings.StaffValues // what staff put on the portfolios, if the rules move it
	covered map[int64][]plan.Statement      // what is accessible of those that are retained, and of their counterparts
	staffed map[int64]bool                  // portfolios whose staff values change
}

// portfolioNow is what is known of a portfolio now: what the move writes or reports.
type portfolioNow struct {
	plan.Citation
	license int64
	hidden  bool
	closed  holdings.Closed // why patrons cannot reach it
}

// moveRow is one line of the report.
type moveRow struct {
	portfolio int64 // 0: it is gone
	action    plan.Action
	field     string
	title     plan.Citation
	values    plan.Values
}

// lineMove attaches a PO line to another portfolio or collection. licensing gives a portfolio a main license; 0 takes it away.
type (
	lineMove struct {
		line int64
		to   acquisitions.Holder
		main bool
	}
	licensing struct{ portfolio, license int64 }
)

func newMoveBatch(p *Plan) *moveBatch {
	return &moveBatch{
		plan: p, portfolios: map[int64]portfolioNow{}, lines: map[acquisitions.Holder][]poLine{}, additional: map[int64][]int64{},
		codes: map[int64]string{}, relicensed: map[int64][]int64{},
	}
}

// loadMoveBatch reads what is needed to decide on the portfolios, in a fixed number of statements.
func loadMoveBatch(ctx context.Context, query store.QueryFunc, p *Plan, batch sourceBatch) (*moveBatch, error) {
	b := newMoveBatch(p)
	var ids []int64
	licenses := map[int64]bool{}
	for i, m := range batch.sources {
		ids = append(ids, m.id)
		if over := batch.passedOver[i]; over != nil {
			ids = append(ids, p.targets.At(over[0]).id)
		}
		licenses[m.license], licenses[m.licenseThere] = true, true
		for _, id := range p.additional[m.id] {
			licenses[id] = true
		}
		if m.pair != plan.Unpaired && p.wanted(m) {
			ids = append(ids, p.targets.At(m.pair).id)
		}
	}
	if err := b.loadPortfolios(ctx, query, ids); err != nil {
		return nil, err
	}
	if p.rules.POLines {
		var err error
		if b.lines, err = loadPOLines(ctx, query, ids, nil); err != nil {
			return nil, err
		}
	}
	if p.rules.Licenses {
		if err := b.loadAdditional(ctx, query, ids); err != nil {
			return nil, err
		}
	}
	delete(licenses, 0)
	if !p.rules.Licenses || len(licenses) == 0 {
		return b, nil
	}
	return b, b.loadCodes(ctx, query, licenses)
}

func (b *moveBatch) loadPortfolios(ctx context.Context, query store.QueryFunc, ids []int64) error {
	placeholders, args := store.InList(ids)
	rows, err := query(ctx, `SELECT p.id, p.publication_title, p.title_id, p.print_identifier, p.online_identifier, COALESCE(p.license_id, 0),
		p.removed_at IS NOT NULL, `+holdings.ClosedSQL+`
		FROM portfolios p JOIN collections k ON k.id = p.collection_id WHERE p.id IN `+placeholders, args...)
	if err != nil {
		return fmt.Errorf("read the portfolios to move: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var now portfolioNow
		if err := rows.Scan(&id, &now.Title, &now.TitleID, &now.PrintIdentifier, &now.OnlineIdentifier, &now.license, &now.hidden,
			&now.closed); err != nil {
			return fmt.Errorf("read the portfolios to move: %w", err)
		}
		b.portfolios[id] = now
	}
	return rows.Err()
}

// loadPOLines reads the PO lines of portfolios and of collections as a whole, by what they order, the main one first.
func loadPOLines(
	ctx context.Context, query store.QueryFunc, portfolioIDs, collectionIDs []int64,
) (map[acquisitions.Holder][]poLine, error) {
	found := map[acquisitions.Holder][]poLine{}
	for column, ids := range map[string][]int64{"portfolio_id": portfolioIDs, "collection_id": collectionIDs} {
		if len(ids) == 0 {
			continue
		}
		placeholders, args := store.InList(ids)
		rows, err := query(ctx, `SELECT COALESCE(portfolio_id, 0), COALESCE(collection_id, 0), id, created_at, number, main FROM po_lines
			WHERE `+column+` IN `+placeholders, args...)
		if err != nil {
			return nil, fmt.Errorf("read the PO lines to move: %w", err)
		}
		if err := readPOLines(rows, found); err != nil {
			return nil, err
		}
	}
	for _, lines := range found {
		slices.SortFunc(lines, func(a, b poLine) int { return a.precedence().Compare(b.precedence()) })
	}
	return found, nil
}

func readPOLines(rows *sql.Rows, into map[acquisitions.Holder][]poLine) error {
	defer rows.Close()
	for rows.Next() {
		var h acquisitions.Holder
		var line poLine
		if err := rows.Scan(&h.Portfolio, &h.Collection, &line.id, &line.created, &line.number, &line.main); err != nil {
			return fmt.Errorf("read the PO lines to move: %w", err)
		}
		into[h] = append(into[h], line)
	}
	return rows.Err()
}

func (b *moveBatch) loadAdditional(ctx context.Context, query store.QueryFunc, ids []int64) error {
	return additionalOf(ctx, query, ids, b.additional)
}

// additionalOf reads the additional licenses of portfolios, sorted.
func additionalOf(ctx context.Context, query store.QueryFunc, ids []int64, into map[int64][]int64) error {
	placeholders, args := store.InList(ids)
	rows, err := query(ctx, `SELECT portfolio_id, license_id FROM additional_licenses WHERE portfolio_id IN `+placeholders+`
		ORDER BY portfolio_id, license_id`, args...)
	if err != nil {
		return fmt.Errorf("read the additional licenses to move: %w", err)
	}
	return readAdditional(rows, into)
}

func (b *moveBatch) loadCodes(ctx context.Context, query store.QueryFunc, licenses map[int64]bool) error {
	var ids []int64
	for id := range licenses {
		ids = append(ids, id)
	}
	placeholders, args := store.InList(ids)
	rows, err := query(ctx, `SELECT id, code FROM licenses WHERE id IN `+placeholders, args...)
	if err != nil {
		return fmt.Errorf("read the licenses to move: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var code string
		if err := rows.Scan(&id, &code); err != nil {
			return fmt.Errorf("read the licenses to move: %w", err)
		}
		b.codes[id] = code
	}
	return rows.Err()
}

// decide decides what happens to one portfolio. The report has at least one line for each.
func (b *moveBatch) decide(m *movable, candidates, passedOver []int32) {
	switch {
	case b.check && b.differs(m):
		b.leave(m)
	case !b.plan.wanted(m):
		b.list(m, plan.NothingToMove, "", plan.Values{})
	case m.pair != plan.Unpaired:
		n := len(b.found)
		b.moveLines(m)
		b.moveLicenses(m)
		if b.plan.rules.Staff {
			b.moveStaff(m)
		}
		if len(b.found) == n {
			b.list(m, plan.NothingToMove, "", plan.Values{})
		}
	case candidates == nil && passedOver != nil:
		over := b.plan.targets.At(passedOver[0])
		there := plan.MoveValue{
			Target: over.id, Title: b.portfolios[over.id].Title, Collection: b.plan.nameOf(over.id),
			Closed: over.closed.String(),
		}
		b.list(m, plan.NoCounterpart, "", plan.ValuesOfMove(b.unmoved(m), there))
	case candidates == nil:
		b.list(m, plan.NoCounterpart, "", plan.ValuesOfMove(b.unmoved(m), plan.MoveValue{Collection: b.plan.targetName}))
	default:
		ids := make([]int64, len(candidates))
		for i, c := range candidates {
			ids[i] = b.plan.targets.At(c).id
		}
		b.list(m, plan.Ambiguous, "", plan.ValuesOfCandidates(b.unmoved(m), ids))
	}
}

// differs says whether the portfolio or its counterpart has changed since the plan was made.
func (b *moveBatch) differs(m *movable) bool {
	now := b.portfolios[m.id]
	gone := !b.inHoldings(m.id) && (!b.plan.rules.Staff || !b.there(m.id))
	if gone || b.plan.changed[m.id] || linesHash(b.lines[acquisitions.Holder{Portfolio: m.id}]) != m.lines ||
		b.plan.rules.Licenses && (now.license != m.license || !slices.Equal(b.additional[m.id], b.plan.additional[m.id])) {
		return true
	}
	if m.pair == plan.Unpaired || !b.plan.wanted(m) {
		return false
	}
	target := b.plan.targets.At(m.pair).id
	now = b.portfolios[target]
	gone = !b.inHoldings(target) && (!b.plan.rules.SameTitle || !b.there(target)) // one that is paired by hand comes back
	licensed := b.plan.rules.Licenses && (m.license != 0 || b.plan.additional[m.id] != nil)
	return gone || now.closed != 0 && !b.plan.rules.IncludeInaccessible ||
		licensed && (now.license != m.licenseThere || !slices.Equal(b.additional[target], b.plan.additionalThere[m.id])) ||
		m.ordered > 0 && hasMain(b.lines[acquisitions.Holder{Portfolio: target}]) != m.mainThere
}

func (b *moveBatch) there(portfolioID int64) bool {
	_, there := b.portfolios[portfolioID]
	return there
}

func (b *moveBatch) inHoldings(portfolioID int64) bool {
	now, there := b.portfolios[portfolioID]
	return there && !now.hidden
}

func linesHash(lines []poLine) (hash uint64) {
	for _, line := range lines {
		hash ^= line.hash()
	}
	return hash
}

// hasMain says whether there is a main one among the PO lines, which is the first.
func hasMain(lines []poLine) bool { return len(lines) > 0 && lines[0].main }

func (b *moveBatch) leave(m *movable) {
	if _, there := b.portfolios[m.id]; !there {
		b.found = append(b.found, moveRow{action: plan.Left, values: plan.ValuesOfWords("it was deleted since the move was planned")})
		return
	}
	b.list(m, plan.Left, "",
		plan.ValuesOfWords("left as it is: it or its counterpart was changed since the move was planned; run the move again"))
}

func (b *moveBatch) unmoved(m *movable) plan.MoveValue {
	v := plan.MoveValue{License: m.license, More: b.plan.additional[m.id]}
	for _, line := range b.lines[acquisitions.Holder{Portfolio: m.id}] {
		v.Stay = append(v.Stay, line.id)
	}
	return v
}

// moveLines moves the PO lines. The first, which is the main one if there is any, becomes main unless the counterpart
// has a main one.
func (b *moveBatch) moveLines(m *movable) {
	for i, line := range b.lines[acquisitions.Holder{Portfolio: m.id}] {
		to := b.counterpart(m)
		to.POLine, to.Main = line.id, i == 0 && !m.mainThere
		from := plan.MoveValue{POLine: line.id, Main: line.main, Hidden: !b.inHoldings(m.id)}
		b.list(m, plan.MovePOLine, line.number, plan.ValuesOfMove(from, to))
		b.lineMoves = append(b.lineMoves, lineMove{line.id, acquisitions.Holder{Portfolio: to.Target}, to.Main})
	}
}

// counterpart names the counterpart of a portfolio.
func (b *moveBatch) counterpart(m *movable) plan.MoveValue {
	id := b.plan.targets.At(m.pair).id
	return plan.MoveValue{Target: id, Title: b.portfolios[id].Title, Collection: b.plan.nameOf(id)}
}

func (b *moveBatch) list(m *movable, action plan.Action, field string, values plan.Values) {
	b.found = append(b.found, moveRow{m.id, action, field, b.portfolios[m.id].Citation, values})
}
