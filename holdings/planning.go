package holdings

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"strconv"

	"github.com/cespare/xxhash/v2"
)

// held is a portfolio as planning knows it. Its identity is by the keys of the part's own entitlement, where it has
// one.
type held struct {
	identity
	id          int64
	entitlement int64  // of the part's profile, or of none, in force or not; 0: there is none
	values      uint64 // hash of the title columns as the profile's list had them last
	coverage    uint64
	leftAt      int64 // when it was hidden, in Unix milliseconds
	waitsSince  int32 // day on which its entitlement was suspended, see dayNumber
	entitled    bool  // this profile's entitlement is in force
	listed      bool
	hidden      bool // removed
	flagged     bool // something about it is noted as unclear
	waits       bool // this profile's entitlement is suspended until it is known which title it is
	locked      bool // some field is
	licensed    bool
	ordered     bool  // has a PO line
	diverged    bool  // the profile's list has other values than the portfolio
	givenBack   bool  // an undo gave the entitlement back
	elsewhere   bool  // another entitlement is in force: of another profile, or of none
	shared      bool  // another profile's is
	awaited     bool  // another profile's is suspended until it is known which title this is
	someoneElse bool  // another entitlement, in force or not
	everListed  bool  // by any provider, now or once
	outranked   bool  // by another entitling profile's newer release: title fields are not overwritten
	others      int32 // entitlements in force of others
	ours        bool  // of the Community Zone: added by the very job that plans, in a run that was interrupted
}

// roundOf is the round in which a portfolio takes part in the pairing: those that a provider lists or nobody ever
// listed, those that are kept or wait, those that are hidden.
func (h *held) roundOf() uint8 {
	switch {
	case h.hidden:
		return lastRound
	case !h.entitled && !h.elsewhere && (h.entitlement != 0 || h.everListed):
		return 1
	default:
		return 0
	}
}

// Plan is what a list would change in one profile's holdings in one collection. It is computed before anything is
// written, and holds keys and hashes only: see Source.
type Plan struct {
	zone bool // of a collection of the Community Zone: its titles are what is held, and no person decides on one

	Counts Counts        // rows, titles, statements and what is set aside; the others are counted as values are compared
	Guards []GuardReason // why the plan is held; none: it is not

	list      *list
	held      chunked[held]
	pair      []int32           // of each title: its portfolio or unpaired
	ambiguous map[int32][]int32 // titles that are added, and the portfolios they might be
	leaving   []leaving
	waiting   []waiting
	reviews   []int32 // portfolios left as they are, since their row could not be read
	twins     []int32 // titles that were paired in an order that nothing proves
	revived   []int32 // titles for which one of several hidden portfolios came back
	follows   history
	lost      []lostColumn
	loses     map[int32]bool // titles that stay and lose covered time; nil: not asked

	hiddenIn int // line of a refused row that may hide any title; 0: there is none

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

// waiting is a portfolio that a title of the list might be, and nobody knows for certain.
type waiting struct {
	portfolio int32
	why       string
}

// Why a portfolio is not clear.
const (
	ReviewAmbiguous  = "AMBIGUOUS"      // titles that it might be have other portfolios that they might be as well
	ReviewContested  = "CONTESTED"      // an identifier or the title_id of it stands in the list on another title
	ReviewUnreadable = "ROW_UNREADABLE" // its row could not be read
)

// planned is what a plan is made of, beside the list.
type planned struct {
	portfolios chunked[held]
	former     map[int32]*formerPortfolio // those that an interrupted run of the part has changed, by place
	views      []view
	day        int32 // the list's date as a day number, or today's
	guards     Guards
	zone       bool
	texts      texts
}

// texts reads what matching needs no text for, save in rare cases.
type texts interface {
	// Twins are what puts portfolios that are alike into order.
	Twins(portfolios []int32) (map[int32]twinText, error)
	// URLs are the addresses of portfolios, as urlHash has them.
	URLs(portfolios []int32) (map[int32]uint64, error)
}

// makePlan matches the list with what is there.
func makePlan(ctx context.Context, l *list, in planned) (*Plan, error) {
	p := &Plan{zone: in.zone, list: l, held: in.portfolios}
	p.Counts = Counts{
		Rows: l.rows.Read, Titles: l.titles.len(), Statements: l.ranges, Free: l.rows.Free, Invalid: l.rows.Refused,
		WrongContent: l.rows.Wrong, UnlistedRows: l.unlisted(),
	}
	found, err := p.match(ctx, &in)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := p.leave(found, &in); err != nil {
		return nil, err
	}
	p.follows = p.findHistory(&in)
	for i := range int32(p.held.len()) {
		if p.held.at(i).entitled {
			p.Counts.EntitlementsBefore++
		}
	}
	p.countAffected()
	p.askGuards(in.guards)
	return p, nil
}

func (p *Plan) countAffected() { p.Counts.EntitlementsAffected = len(p.leaving) + len(p.waiting) }

// match pairs titles and portfolios.
func (p *Plan) match(ctx context.Context, in *planned) (*pairing, error) {
	titles := newSide(p.list.titles.len(), func(i int32) *identity { return &p.list.titles.at(i).identity })
	portfolios := newSide(p.held.len(), func(i int32) *identity { return in.at(p.held.at(i), i) })
	in.leaveOut(portfolios)
	found := &pairing{
		titles: titles, portfolios: portfolios, views: in.views,
		round:      func(i int32) uint8 { return in.roundOf(p.held.at(i), i) },
		othersKeys: func(i int32) bool { return in.byOthersKeys(p.held.at(i), i) },
		inOrder:    func(titles, portfolios []int32) error { return p.inOrder(ctx, in.texts, titles, portfolios) },
		leftLast:   p.leftLast,
	}
	if in.zone { // what was added beside the titles it might have been is told from them by who added it
		found.othersKeys = nil
		found.round = func(i int32) uint8 {
			switch h := p.held.at(i); {
			case h.hidden:
				return lastRound
			case h.ours:
				return 0
			default:
				return 1
			}
		}
	}
	if err := found.run(); err != nil {
		return nil, err
	}
	in.rejoin(p.list, titles, portfolios)
	p.pair, p.ambiguous, p.twins, p.revived = titles.pair, found.ambiguous, found.twins, found.revived
	return found, nil
}

// leftLast are those n of hidden portfolios that left last.
func (p *Plan) leftLast(portfolios []int32, n int) []int32 {
	sorted := slices.SortedFunc(slices.Values(portfolios), func(a, b int32) int {
		return cmp.Or(cmp.Compare(p.held.at(b).leftAt, p.held.at(a).leftAt), cmp.Compare(p.held.at(b).id, p.held.at(a).id))
	})
	return sorted[:n]
}

// portfolioOf is the portfolio that a title is paired with; nil: none.
func (p *Plan) portfolioOf(t *Title) *held {
	if pair := p.pair[t.index]; pair != unpaired {
		return p.held.at(pair)
	}
	return nil
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
	return !h.entitled || !h.listed && !p.unlisted || h.hidden || h.flagged && !h.awaited || h.givenBack || t.unsettled ||
		h.values != t.values || !h.sameFurther(&t.identity) || h.coverage != t.coverage && t.covered || h.diverged && !h.outranked ||
		p.takesEmpty()
}

// AllFree says whether the list has titles, but free ones only: never a reason to remove anything.
func (p *Plan) AllFree() bool { return p.Counts.Titles == 0 && p.Counts.Free > 0 }

// RemoveNothing leaves everything in the holdings that the list does not have.
func (p *Plan) RemoveNothing() {
	p.leaving, p.waiting, p.reviews = nil, nil, nil
	p.Counts.EntitlementsAffected = 0
}

// KeepMissing leaves what the list does not have as it is, and returns how many portfolios that are. Those that an
// ambiguous title might be wait all the same: the next list would otherwise be ambiguous again.
func (p *Plan) KeepMissing() (missing int) {
	missing = len(p.leaving) + len(p.reviews)
	p.leaving, p.reviews = nil, nil
	p.waiting = slices.DeleteFunc(p.waiting, func(w waiting) bool {
		if w.why == ReviewContested {
			missing++
		}
		return w.why == ReviewContested
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
	byID := func(a, b int32) int { return cmp.Compare(p.held.at(a).id, p.held.at(b).id) }
	slices.SortFunc(p.leaving, func(a, b leaving) int { return byID(a.portfolio, b.portfolio) })
	for _, l := range p.leaving {
		write(uint64(p.held.at(l.portfolio).id), textHash(string(l.action)))
	}
	slices.SortFunc(p.waiting, func(a, b waiting) int { return byID(a.portfolio, b.portfolio) })
	for _, w := range p.waiting {
		write(uint64(p.held.at(w.portfolio).id), textHash(w.why))
	}
	return strconv.FormatUint(h.Sum64(), 16)
}
