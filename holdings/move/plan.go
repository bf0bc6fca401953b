package move

import (
	"context"
	"database/sql"
	"fmt"
	"sort"

	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// Rules say what is moved, from where and to where.
type Rules struct {
	SourceIDs []int64 // the old collections, in the order in which they are moved
	TargetID  int64
	POLines   bool
	Licenses  bool
	Overwrite bool // a license replaces the counterpart's; otherwise the counterpart keeps its own

	IncludeInaccessible bool // a portfolio that is not accessible can be a counterpart, too

	// Staff moves what staff put on the portfolios as well, also on those that are out of the holdings: see PlanPairs.
	Staff     bool
	SameTitle bool // both are the same title: what corrects the provider's words about it moves, too
}

// Plan is the plan of a move, computed for all its collections before anything is written: which portfolio has which
// counterpart, and what the counterpart has when its turn comes. It holds only keys and hashes.
type Plan struct {
	rules      Rules
	targetName string
	names      map[int64]string // of the targets' collections by target, if they are several
	targets    plan.ChunkedList[movable]
	sources    map[int64]*plan.ChunkedList[movable] // by collection, in the order of the ids
	candidates map[int64]map[int32][]int32          // by collection: sources without a single certain counterpart
	// by collection: sources whose only possible counterparts are not accessible
	passedOver map[int64]map[int32][]int32
	changed    map[int64]bool // sources that differ from the preview that was agreed to

	shown map[int64]*holdings.StaffValues // as far as the plan was shown: what staff would have put on each portfolio by then

	additional      map[int64][]int64 // additional licenses by portfolio, sorted; only of those that have some
	additionalThere map[int64][]int64 // by source: those that its counterpart has before
	whole           map[int64]ordered // by old collection: what orders it as a whole
	wholeChanged    map[int64]bool    // old collections of which that differs from the preview
}

// ordered is what orders a collection as a whole, before it moves to the target.
type ordered struct {
	lines     []poLine // the main one first
	mainThere bool     // the target has a main PO line before
}

// movable is what planning a move knows about a portfolio, and what it plans for it.
type movable struct {
	plan.Identity
	id      int64
	license int64           // 0: none
	lines   uint64          // its PO lines as a set
	ordered int32           // how many there are
	main    bool            // one of them is its main one
	closed  holdings.Closed // why patrons cannot reach it

	pair         int32 // its counterpart among the targets, or plan.Unpaired
	mainThere    bool  // the counterpart has a main PO line before
	licenseThere int64 // the counterpart's license before; 0: none
}

// PlanMove finds each portfolio's counterpart and works out what moves. Each old collection is matched by itself with
// the whole target, so portfolios of several collections may have the same counterpart.
func (s *Service) PlanMove(ctx context.Context, rules Rules) (*Plan, error) {
	p := &Plan{
		rules: rules, sources: map[int64]*plan.ChunkedList[movable]{}, candidates: map[int64]map[int32][]int32{},
		passedOver: map[int64]map[int32][]int32{}, additional: map[int64][]int64{}, additionalThere: map[int64][]int64{},
		whole: map[int64]ordered{},
	}
	target, err := s.store.Read.Collection.Get(ctx, rules.TargetID)
	if err != nil {
		return nil, fmt.Errorf("read the target collection: %w", err)
	}
	p.targetName = target.Name
	if p.targets, err = loadMovables(ctx, s.store, rules.TargetID, rules); err != nil {
		return nil, err
	}
	if err := p.loadAdditional(ctx, s.store); err != nil {
		return nil, err
	}
	if err := p.foreseeWhole(ctx, s.store); err != nil {
		return nil, err
	}
	for _, id := range rules.SourceIDs {
		sources, err := loadMovables(ctx, s.store, id, rules)
		if err != nil {
			return nil, err
		}
		p.sources[id] = &sources
		p.match(id, &sources)
		p.foresee(&sources)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// match finds the counterparts of one collection. Portfolios without anything to move take part, because a key that
// they share with another portfolio proves nothing. A portfolio of the target that is not accessible is no counterpart
// unless the rules allow it. The report names the portfolios that cannot move for this reason.
func (p *Plan) match(collectionID int64, portfolios *plan.ChunkedList[movable]) {
	sources := plan.NewPairingSide(portfolios.Len(), func(i int32) *plan.Identity { return &portfolios.At(i).Identity })
	targets := plan.NewPairingSide(p.targets.Len(), func(i int32) *plan.Identity { return &p.targets.At(i).Identity })
	for i := range targets.Excluded {
		targets.Excluded[i] = p.closed(int32(i))
	}
	matchSurely(sources, targets, moveSteps)
	for i, pair := range sources.Pair {
		portfolios.At(int32(i)).pair = pair
	}
	candidates := moveCandidates(sources, targets, moveSteps, func(i int32) bool { return p.wanted(portfolios.At(i)) })
	p.candidates[collectionID] = candidates
	for i := range targets.Excluded {
		targets.Excluded[i] = !p.closed(int32(i))
	}
	p.passedOver[collectionID] = moveCandidates(sources, targets, moveSteps,
		func(i int32) bool { return p.wanted(portfolios.At(i)) && candidates[i] == nil })
}

// closed says whether a portfolio of the target is no counterpart because patrons cannot reach it.
func (p *Plan) closed(target int32) bool {
	return !p.rules.IncludeInaccessible && p.targets.At(target).closed != 0
}

// portfoliosOf are the portfolios of a collection that the plan is about.
func (p *Plan) portfoliosOf(collectionID int64) *plan.ChunkedList[movable] {
	if portfolios := p.sources[collectionID]; portfolios != nil {
		return portfolios
	}
	return &plan.ChunkedList[movable]{} // a plan of pairs that has none of this collection
}

// nameOf is the name of a target's collection.
func (p *Plan) nameOf(target int64) string {
	if name, ok := p.names[target]; ok {
		return name
	}
	return p.targetName
}

// wanted says whether the portfolio has anything to move, or may have.
func (p *Plan) wanted(m *movable) bool {
	return p.rules.Staff || p.rules.POLines && m.ordered > 0 || p.rules.Licenses && (m.license != 0 || p.additional[m.id] != nil)
}

// foresee goes through the portfolios in the order of the move, so the plan of a later one knows what an earlier one
// has brought to a counterpart that they share.
func (p *Plan) foresee(portfolios *plan.ChunkedList[movable]) {
	for i := range int32(portfolios.Len()) {
		m := portfolios.At(i)
		if m.pair == plan.Unpaired || !p.wanted(m) {
			continue
		}
		target := p.targets.At(m.pair)
		m.mainThere, m.licenseThere = target.main, target.license
		target.main = target.main || m.ordered > 0
		there := licenses{target.license, p.additional[target.id]}
		if there.additional != nil {
			p.additionalThere[m.id] = there.additional
		}
		for _, moved := range p.licensesMoved(m) {
			there = moved.after
		}
		target.license = there.main
		if there.additional != nil {
			p.additional[target.id] = there.additional
		}
	}
}

// loadAdditional reads the additional licenses of all portfolios of the move.
func (p *Plan) loadAdditional(ctx context.Context, s *store.Store) error {
	if !p.rules.Licenses {
		return nil
	}
	placeholders, args := store.InList(append([]int64{p.rules.TargetID}, p.rules.SourceIDs...))
	rows, err := s.Query(ctx, `SELECT a.portfolio_id, a.license_id FROM additional_licenses a JOIN portfolios p ON p.id = a.portfolio_id
		WHERE p.collection_id IN `+placeholders+` AND p.removed_at IS NULL ORDER BY a.portfolio_id, a.license_id`, args...)
	if err != nil {
		return fmt.Errorf("read the additional licenses to move: %w", err)
	}
	return readAdditional(rows, p.additional)
}

// readAdditional reads portfolios and licenses, in this order.
func readAdditional(rows *sql.Rows, into map[int64][]int64) error {
	defer rows.Close()
	for rows.Next() {
		var id, license int64
		if err := rows.Scan(&id, &license); err != nil {
			return fmt.Errorf("read the additional licenses to move: %w", err)
		}
		into[id] = append(into[id], license)
	}
	return rows.Err()
}

// loadMovables reads a collection's portfolios in the holdings, in the order of their ids, with only what the rules
// move.
func loadMovables(ctx context.Context, s *store.Store, collectionID int64, rules Rules) (portfolios plan.ChunkedList[movable], err error) {
	return portfolios, readMovables(ctx, s, rules, &portfolios, "p.collection_id = ? AND p.removed_at IS NULL", collectionID)
}

// readMovables adds those portfolios for which a condition holds, in the order of their ids.
func readMovables(
	ctx context.Context, s *store.Store, rules Rules, portfolios *plan.ChunkedList[movable], where string, args ...any,
) error {
	rows, err := s.Query(ctx, `SELECT p.id, `+plan.IdentitySQL+`, COALESCE(p.license_id, 0), `+holdings.ClosedSQL+`
		FROM portfolios p JOIN collections k ON k.id = p.collection_id WHERE `+where+` ORDER BY p.id`, args...)
	if err != nil {
		return fmt.Errorf("read the portfolios to move: %w", err)
	}
	defer rows.Close()
	var identity sql.RawBytes
	for rows.Next() {
		m := movable{pair: plan.Unpaired}
		if err := rows.Scan(&m.id, &identity, &m.license, &m.closed); err != nil {
			return fmt.Errorf("read the portfolios to move: %w", err)
		}
		if !rules.Licenses {
			m.license = 0
		}
		m.ParseIdentitySQL(identity)
		portfolios.Add(m)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read the portfolios to move: %w", err)
	}
	if !rules.POLines {
		return nil
	}
	return loadOrdered(ctx, s, portfolios, where, args...)
}

// loadOrdered adds the PO lines of those portfolios for which a condition holds.
func loadOrdered(ctx context.Context, s *store.Store, portfolios *plan.ChunkedList[movable], where string, args ...any) error {
	rows, err := s.Query(ctx, `SELECT l.portfolio_id, l.id, l.main FROM po_lines l JOIN portfolios p ON p.id = l.portfolio_id
		WHERE `+where, args...)
	if err != nil {
		return fmt.Errorf("read the PO lines to move: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var portfolioID int64
		var line poLine
		if err := rows.Scan(&portfolioID, &line.id, &line.main); err != nil {
			return fmt.Errorf("read the PO lines to move: %w", err)
		}
		if i, ok := indexOf(portfolios, portfolioID); ok {
			m := portfolios.At(i)
			m.lines ^= line.hash()
			m.ordered++
			m.main = m.main || line.main
		}
	}
	return rows.Err()
}

// indexOf finds a portfolio by id. The portfolios are sorted by id.
func indexOf(portfolios *plan.ChunkedList[movable], id int64) (int32, bool) {
	i := sort.Search(portfolios.Len(), func(i int) bool { return portfolios.At(int32(i)).id >= id })
	return int32(i), i < portfolios.Len() && portfolios.At(int32(i)).id == id
}

// poLine is a PO line as it is now.
type poLine struct {
	id      int64
	created int64 // when, in Unix milliseconds
	number  string
	main    bool
}

// precedence ranks the PO line among those of its portfolio.
func (l poLine) precedence() acquisitions.Precedence {
	return acquisitions.Precedence{Main: l.main, CreatedAt: l.created, ID: l.id}
}

// hash is of the PO line and whether it is the main one. The XOR of such hashes tells sets of PO lines apart.
func (l poLine) hash() uint64 {
	if l.main {
		return plan.SaltedHash(uint64(l.id), 1)
	}
	return plan.SaltedHash(uint64(l.id), 2)
}
