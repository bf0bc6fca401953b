package holdings

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"strconv"

	"github.com/cespare/xxhash/v2"
)

// Action is what a plan does with a title, a portfolio or a row.
type Action string

// The actions of DOMAIN section 7, and those that only list something for a person.
const (
	Add       Action = "ADD"                   // new title for the profile
	Update    Action = "UPDATE"                // a value differs
	Remove    Action = "REMOVE"                // no entitlement left, no PO line
	Keep      Action = "KEEP"                  // no entitlement left, but a PO line
	Withdraw  Action = "WITHDRAW"              // another entitlement still holds it
	Free      Action = "FREE"                  // a row of access type F, set aside
	Invalid   Action = "INVALID"               // a refused row
	Ambiguous Action = "AMBIGUOUS"             // a title whose keys point to several portfolios; it is added
	Review    Action = "REVIEW"                // a portfolio left as it is until a person decides
	Locked    Action = "LOCKED"                // a field that staff locked and the file has otherwise
	NotInZone Action = "NOT_IN_COMMUNITY_ZONE" // a title that the Community Zone does not have
	Left      Action = "LEFT"                  // something that an undo does not put back, because it was changed since

	MovePOLine      Action = "MOVE_PO_LINE"     // a PO line is moved to the counterpart of its portfolio
	MoveLicense     Action = "MOVE_LICENSE"     // a license is
	LicenseConflict Action = "LICENSE_CONFLICT" // the counterpart has another license
	NoCounterpart   Action = "NO_COUNTERPART"   // something to move, and nowhere to
	NothingToMove   Action = "NOTHING_TO_MOVE"  // no PO line, no license
)

// Counts are of titles, but for Rows, Free and Invalid, which are of rows, and Statements.
type Counts struct {
	Rows                 int          `json:"rows"`
	Titles               int          `json:"titles"`
	Statements           int          `json:"statements"`
	Added                int          `json:"added"`
	Updated              int          `json:"updated"`
	Unchanged            int          `json:"unchanged"`
	Removed              int          `json:"removed"`
	Kept                 int          `json:"kept"`
	Withdrawn            int          `json:"withdrawn"`
	Free                 int          `json:"free"`
	Invalid              int          `json:"invalid"`
	Ambiguous            int          `json:"ambiguous"`
	NotInCommunityZone   int          `json:"notInCommunityZone"`
	Locked               int          `json:"locked"`
	Review               int          `json:"review"`
	Left                 int          `json:"left"`
	Skipped              int          `json:"skipped"` // titles left as they are because the Community Zone does not have them
	WithoutEntitlement   int          `json:"withoutEntitlement"`
	Missing              int          `json:"missing,omitempty"` // portfolios that an import left though its list does not have them
	Fields               []FieldCount `json:"fields"`
	Findings             [4]int       `json:"findings"` // by severity, info first
	UnlistedFindings     int          `json:"unlistedFindings"`
	EntitlementsBefore   int          `json:"entitlementsBefore"`
	EntitlementsAffected int          `json:"entitlementsAffected"` // what the guard judged: removed, kept and withdrawn
	Move                 *MoveCounts  `json:"move,omitempty"`       // of a move of PO lines and licenses; nil for any other job
}

// MoveCounts are what a move of PO lines and licenses comes to. All but PoLinesMoved count portfolios.
type MoveCounts struct {
	Portfolios    int `json:"portfolios"`
	PoLinesMoved  int `json:"poLinesMoved"`
	LicensesMoved int `json:"licensesMoved"`
	NoCounterpart int `json:"noCounterpart"`
	Ambiguous     int `json:"ambiguous"`
	Conflicts     int `json:"conflicts"`
	NothingToMove int `json:"nothingToMove"`
}

// FieldCount is how many updated titles differ in a field.
type FieldCount struct {
	Name   string `json:"name"`
	Titles int    `json:"titles"`
}

// Merge adds another plan's counts.
func (c *Counts) Merge(o Counts) {
	for _, pair := range []struct {
		to   *int
		from int
	}{
		{&c.Rows, o.Rows},
		{&c.Titles, o.Titles},
		{&c.Statements, o.Statements},
		{&c.Added, o.Added},
		{&c.Updated, o.Updated},
		{&c.Unchanged, o.Unchanged},
		{&c.Removed, o.Removed},
		{&c.Kept, o.Kept},
		{&c.Withdrawn, o.Withdrawn},
		{&c.Free, o.Free},
		{&c.Invalid, o.Invalid},
		{&c.Ambiguous, o.Ambiguous},
		{&c.NotInCommunityZone, o.NotInCommunityZone},
		{&c.Locked, o.Locked},
		{&c.Review, o.Review},
		{&c.Left, o.Left},
		{&c.Skipped, o.Skipped},
		{&c.WithoutEntitlement, o.WithoutEntitlement},
		{&c.Missing, o.Missing},
		{&c.UnlistedFindings, o.UnlistedFindings},
		{&c.EntitlementsBefore, o.EntitlementsBefore},
		{&c.EntitlementsAffected, o.EntitlementsAffected},
	} {
		*pair.to += pair.from
	}
	for i := range c.Findings {
		c.Findings[i] += o.Findings[i]
	}
	for _, f := range o.Fields {
		c.addField(f.Name, f.Titles)
	}
	if o.Move != nil {
		if c.Move == nil {
			c.Move = &MoveCounts{}
		}
		c.Move.merge(*o.Move)
	}
}

func (m *MoveCounts) merge(o MoveCounts) {
	m.Portfolios += o.Portfolios
	m.PoLinesMoved += o.PoLinesMoved
	m.LicensesMoved += o.LicensesMoved
	m.NoCounterpart += o.NoCounterpart
	m.Ambiguous += o.Ambiguous
	m.Conflicts += o.Conflicts
	m.NothingToMove += o.NothingToMove
}

// addField counts titles for a field, keeping the most changed first and names in order where equal.
func (c *Counts) addField(name string, titles int) {
	i := slices.IndexFunc(c.Fields, func(f FieldCount) bool { return f.Name == name })
	if i < 0 {
		c.Fields = append(c.Fields, FieldCount{Name: name, Titles: titles})
	} else {
		c.Fields[i].Titles += titles
	}
	slices.SortFunc(c.Fields, func(a, b FieldCount) int {
		if a.Titles != b.Titles {
			return b.Titles - a.Titles
		}
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
}

// Changed says whether anything in the holdings differs for these counts.
func (c *Counts) Changed() bool {
	return c.Added+c.Updated+c.Removed+c.Kept+c.Withdrawn > 0 || c.Move != nil && c.Move.PoLinesMoved+c.Move.LicensesMoved > 0
}

// held is a portfolio as planning knows it.
type held struct {
	matchable
	id          int64
	entitlement int64 // of the part's profile, or of none, active or ended; 0: there is none
	values      uint64
	coverage    uint64
	entitled    bool // this profile's entitlement is active
	listed      bool
	hidden      bool // removed
	review      bool // was a candidate of an ambiguous title, and no person has decided yet
	unreadable  bool // its row could not be read last time
	locked      bool // some field is
	ordered     bool // has a PO line
	elsewhere   bool // another entitlement is active: of another profile, or of none
	shared      bool // another profile's is
	outranked   bool // by another entitling profile's newer release: title fields are not overwritten
	ours        bool // of the Community Zone: added by the very job that plans, in a run that was interrupted
}

// Plan is what a list would change in one profile's holdings in one collection. It is computed before anything is
// written, and holds keys and hashes only: see Source.
type Plan struct {
	zone bool // of a collection of the Community Zone: its titles are what is held, and no person decides on one

	Counts Counts        // rows, titles, statements, free, invalid, ambiguous, review; the others are counted as values are compared
	Guards []GuardReason // why the plan is held; none: it is not

	list      *list
	held      chunked[held]
	pair      []int32           // of each title: its portfolio or unpaired
	ambiguous map[int32][]int32 // titles that are added, and the portfolios they might be
	leaving   []leaving
	reviews   []review

	unlisted bool // of no profile: no provider lists its titles
	newOnly  bool // titles whose portfolio is held are left as they are
	declined Kinds

	absent     []bool // titles that the Community Zone does not have; nil: not checked
	skipAbsent bool   // they are skipped, as Alma does; they still count as listed
}

// leaving is a portfolio that the profile's list no longer has.
type leaving struct {
	portfolio int32
	action    Action
	free      bool // the file now lists it as free
}

// review is a portfolio that is left as it is until a person decides.
type review struct {
	portfolio int32
	why       string
}

// Why a portfolio waits for a person.
const (
	ReviewAmbiguous  = "AMBIGUOUS"
	ReviewUnreadable = "ROW_UNREADABLE"
)

// makePlan matches the list with what is there; zone says that this is titles of the Community Zone.
func makePlan(ctx context.Context, l *list, portfolios chunked[held], guards Guards, zone bool) (*Plan, error) {
	p := &Plan{zone: zone, list: l, held: portfolios, ambiguous: map[int32][]int32{}}
	p.Counts = Counts{
		Rows: l.rows.Read, Titles: l.titles.len(), Statements: l.ranges, Free: l.rows.Free, Invalid: l.rows.Refused,
	}
	p.match()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for i := range int32(portfolios.len()) {
		if portfolios.at(i).entitled {
			p.Counts.EntitlementsBefore++
		}
	}
	p.Counts.EntitlementsAffected = len(p.leaving)
	p.Guards = judgeRemovals(guards.Removals, p.Counts.EntitlementsBefore, len(p.leaving))
	return p, nil
}

// match pairs titles and portfolios in three rounds: with the portfolios in the holdings; with those of them that wait
// for a person, since the title they might have been may have been added beside them; with the hidden ones, which come
// back. A title that was ambiguous in one round is not guessed in the next.
func (p *Plan) match() {
	titles := newSide(p.list.titles.len(), func(i int32) *matchable { return &p.list.titles.at(i).matchable })
	portfolios := newSide(p.held.len(), func(i int32) *matchable { return &p.held.at(i).matchable })
	rounds := []func(h *held) bool{
		func(h *held) bool { return !h.hidden && !h.review },
		func(h *held) bool { return !h.hidden && h.review },
		func(h *held) bool { return h.hidden },
	}
	if p.zone { // what was added beside the titles it might have been is told from them by who added it
		rounds = append([]func(h *held) bool{func(h *held) bool { return h.ours && !h.hidden }}, rounds...)
	}
	for n, takesPart := range rounds {
		for i := range portfolios.out {
			portfolios.out[i] = !takesPart(p.held.at(int32(i)))
		}
		matchRound(titles, portfolios, syncSteps)
		for title, found := range candidates(titles, portfolios, syncSteps) {
			titles.out[title] = true
			if n < len(rounds)-1 { // several hidden records are no question to a person
				p.ambiguous[title] = found
			}
		}
	}
	p.pair = titles.pair
	p.leave(portfolios.pair)
}

// leave decides what becomes of the portfolios that no title pairs with.
func (p *Plan) leave(pair []int32) {
	candidate := map[int32]bool{}
	for _, portfolios := range p.ambiguous {
		for _, i := range portfolios {
			candidate[i] = !p.zone
		}
	}
	wait, nowFree := p.removalsWait(), p.freeTitles()
	for index := range int32(p.held.len()) {
		h := p.held.at(index)
		switch {
		case pair[index] != unpaired || h.hidden:
		case candidate[index]:
			p.reviews = append(p.reviews, review{index, ReviewAmbiguous})
		case !h.entitled:
			if (h.entitlement == 0 || h.elsewhere) && !h.shared { // that of no profile alone, or none at all
				p.Counts.WithoutEntitlement++
			}
		case h.review:
			p.reviews = append(p.reviews, review{index, ReviewAmbiguous})
		case wait || p.unreadable(h):
			p.reviews = append(p.reviews, review{index, ReviewUnreadable})
		default:
			p.leaving = append(p.leaving, leaving{index, leavingAction(h), nowFree(h)})
		}
	}
}

func leavingAction(h *held) Action {
	switch {
	case h.elsewhere:
		return Withdraw
	case h.ordered:
		return Keep
	default:
		return Remove
	}
}

// removalsWait says whether some refused row names no portfolio for certain: then any portfolio that is not listed may
// be the one it meant.
func (p *Plan) removalsWait() bool {
	if len(p.list.opaque) == 0 {
		return false
	}
	known := map[uint64]bool{}
	for i := range int32(p.held.len()) {
		known[p.held.at(i).titleID] = true
	}
	return slices.ContainsFunc(p.list.opaque, func(cells refusedRow) bool {
		return !slices.ContainsFunc(cells, func(cell uint64) bool { return known[cell] })
	})
}

// unreadable says whether the portfolio's title_id or an identifier of it stands in a refused row.
func (p *Plan) unreadable(h *held) bool {
	refused := p.list.refused
	if len(refused) == 0 {
		return false
	}
	found := refused[h.titleID] && h.titleID != 0
	h.eachKey(func(key uint64) bool { found = found || refused[key]; return !found })
	return found
}

// freeTitles returns a test for whether the list now has a portfolio's title as free.
func (p *Plan) freeTitles() func(h *held) bool {
	free := map[uint64]bool{}
	for i := range p.list.free {
		title := &p.list.free[i]
		free[title.titleID] = true
		title.eachKey(func(key uint64) bool { free[key] = true; return true })
	}
	return func(h *held) bool {
		if len(free) == 0 {
			return false
		}
		found := h.titleID != 0 && free[h.titleID]
		h.eachKey(func(key uint64) bool { found = found || free[key]; return !found })
		return found
	}
}

// pending says whether a title has anything to write or to compare by value. The others are unchanged.
func (p *Plan) pending(title int32) bool {
	if p.skipAbsent && p.lacking(title) || p.declines(title) {
		return false
	}
	if p.pair[title] == unpaired {
		return true
	}
	h, t := p.held.at(p.pair[title]), p.list.titles.at(title)
	if p.newOnly && !h.hidden && (h.entitled || h.elsewhere) {
		return false
	}
	return !h.entitled || !h.listed && !p.unlisted || h.hidden || h.review || h.unreadable || h.values != t.values || h.coverage != t.coverage
}

// AllFree says whether the list has titles, but free ones only: never a reason to remove anything.
func (p *Plan) AllFree() bool { return p.Counts.Titles == 0 && p.Counts.Free > 0 }

// RemoveNothing leaves everything in the holdings that the list does not have.
func (p *Plan) RemoveNothing() {
	p.leaving, p.reviews = nil, nil
	p.Counts.EntitlementsAffected = 0
}

// KeepMissing leaves what the list does not have as it is, and returns how many portfolios that are. Those that an
// ambiguous title might be wait for a person all the same: the next list would otherwise be ambiguous again.
func (p *Plan) KeepMissing() (missing int) {
	missing = len(p.leaving)
	p.leaving = nil
	p.reviews = slices.DeleteFunc(p.reviews, func(r review) bool {
		if r.why == ReviewUnreadable {
			missing++
		}
		return r.why == ReviewUnreadable
	})
	p.Counts.EntitlementsAffected, p.Guards = 0, nil
	return missing
}

// Hash tells two plans of the same file apart: whether, since a person looked at one, the holdings have moved so that
// it is another now.
func (p *Plan) Hash() string {
	h := xxhash.New()
	write := func(values ...uint64) {
		for _, v := range values {
			_, _ = h.Write(binary.LittleEndian.AppendUint64(nil, v)) // never fails
		}
	}
	for i := range p.pair {
		if p.pending(int32(i)) {
			t := p.list.titles.at(int32(i))
			write(uint64(t.line), t.values, t.coverage)
			if pair := p.pair[i]; pair != unpaired {
				h := p.held.at(pair)
				write(uint64(h.id), h.values, h.coverage)
			}
		}
	}
	slices.SortFunc(p.leaving, func(a, b leaving) int {
		return cmp.Compare(p.held.at(a.portfolio).id, p.held.at(b.portfolio).id)
	})
	for _, l := range p.leaving {
		write(uint64(p.held.at(l.portfolio).id), textHash(string(l.action)))
	}
	return strconv.FormatUint(h.Sum64(), 16)
}
