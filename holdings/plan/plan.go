package plan

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"strconv"

	"github.com/cespare/xxhash/v2"
)

// Plan is what a list would change in one profile's holdings in one collection. It is computed before anything is
// written, and holds only keys and hashes: see Source.
type Plan struct {
	ForCommunityZone bool // the holdings are the titles of a Community Zone collection, and nobody decides on single titles

	Counts Counts        // rows, titles, statements and unused rows; the rest is counted as values are compared
	Guards []GuardReason // why the plan is held; empty: it is not

	Days        ListDays // the dates of the list and of the one before it
	List        *List
	Portfolios  ChunkedList[HeldPortfolio]
	Pairs       []int32           // by title: its portfolio, or Unpaired
	Ambiguous   map[int32][]int32 // added titles, and the portfolios they might be
	Leaving     []LeavingPortfolio
	Waiting     []WaitingPortfolio
	Reviews     []int32 // portfolios left as they are because their row could not be read
	twins       []int32 // titles paired in order, without proof
	revived     []int32 // titles for which one of several hidden portfolios came back
	Follows     titleHistory
	LostColumns []LostColumn
	Loses       map[int32]bool // titles that stay but lose covered time; nil: not checked

	decided decided // what people decided by hand

	hiddenIn int // line of a refused row that may hide any title; 0: none

	Unlisted bool // for no profile: no provider lists its titles
	NewOnly  bool // titles whose portfolio is held are left as they are
	Declined Kinds

	absent     []bool // titles that the Community Zone does not have; nil: not checked
	SkipAbsent bool   // they are skipped, as Alma does; they still count as listed
}

// LeavingPortfolio is a portfolio that is no longer on the profile's list.
type LeavingPortfolio struct {
	Portfolio int32
	Action    Action
	Free      bool // the file now lists it as free
}

// WaitingPortfolio is a portfolio that one of the list's titles might be, but nobody knows for certain.
type WaitingPortfolio struct {
	Portfolio int32
	Why       string
}

// Why a portfolio is unclear.
const (
	ReviewAmbiguous  = "AMBIGUOUS"      // its candidate titles might also be other portfolios
	ReviewContested  = "CONTESTED"      // the list has its identifier or title_id on another title
	ReviewUnreadable = "ROW_UNREADABLE" // its row could not be read
)

// Input is what a plan is made from, besides the list.
type Input struct {
	Portfolios ChunkedList[HeldPortfolio]
	Former     map[int32]*FormerPortfolio // those changed by an interrupted run of the part, by index
	Views      []AlternativeIdentity
	Day        int32 // the list's date as a day number, or today's
	Days       ListDays
	Guards     Guards
	Zone       bool
	Decisions  PairingDecisions
	Texts      TextReader
}

// TextReader reads the texts that matching needs only in rare cases.
type TextReader interface {
	// Twins returns the texts that portfolios which are alike are sorted by.
	Twins(portfolios []int32) (map[int32]TwinOrder, error)
	// URLs returns the hashes of the portfolios' addresses, as URLHash gives them.
	URLs(portfolios []int32) (map[int32]uint64, error)
}

// Make matches the list with the holdings.
func Make(ctx context.Context, l *List, in Input) (*Plan, error) {
	p := &Plan{ForCommunityZone: in.Zone, List: l, Portfolios: in.Portfolios, Days: in.Days}
	p.Counts = Counts{
		Rows: l.rows.Read, Titles: l.Titles.Len(), Statements: l.ranges, Free: l.rows.Free, Invalid: l.rows.Refused,
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
	p.Follows = p.findHistory(&in)
	for i := range int32(p.Portfolios.Len()) {
		if p.Portfolios.At(i).Entitled {
			p.Counts.EntitlementsBefore++
		}
	}
	p.Counts.ByHand = p.decided.own
	p.countAffected()
	p.askGuards(in.Guards)
	return p, nil
}

func (p *Plan) countAffected() { p.Counts.EntitlementsAffected = len(p.Leaving) + len(p.Waiting) }

// match pairs titles and portfolios.
func (p *Plan) match(ctx context.Context, in *Input) (*pairing, error) {
	titles := NewPairingSide(p.List.Titles.Len(), func(i int32) *Identity { return &p.List.Titles.At(i).Identity })
	portfolios := NewPairingSide(p.Portfolios.Len(), func(i int32) *Identity { return in.at(p.Portfolios.At(i), i) })
	in.leaveOut(portfolios)
	found := &pairing{
		titles: titles, portfolios: portfolios, views: in.Views,
		round:      func(i int32) uint8 { return in.roundOf(p.Portfolios.At(i), i) },
		othersKeys: func(i int32) bool { return in.byOthersKeys(p.Portfolios.At(i), i) },
		inOrder:    func(titles, portfolios []int32) error { return p.inOrder(ctx, in.Texts, titles, portfolios) },
		inForce:    func(i int32) bool { return in.wasEntitled(p.Portfolios.At(i), i) },
		leftLast:   func(hidden []int32, n int) []int32 { return p.leftLast(in, hidden, n) },
	}
	if in.Zone { // if a title was added because it might be several others, AddedByThisJob tells it from them
		found.othersKeys, found.inForce = nil, nil
		found.round = func(i int32) uint8 {
			switch h := p.Portfolios.At(i); {
			case h.Hidden:
				return lastRound
			case h.AddedByThisJob:
				return 0
			default:
				return 1
			}
		}
	}
	p.decide(in, found)
	if err := found.run(); err != nil {
		return nil, err
	}
	in.rejoin(p.List, titles, portfolios)
	p.Pairs, p.Ambiguous, p.twins, p.revived = titles.Pair, found.ambiguous, found.twins, found.revived
	return found, nil
}

// leftLast returns the n of the hidden portfolios that left last.
func (p *Plan) leftLast(in *Input, portfolios []int32, n int) []int32 {
	sorted := slices.SortedFunc(slices.Values(portfolios), func(a, b int32) int {
		x, y := p.Portfolios.At(a), p.Portfolios.At(b)
		return cmp.Or(cmp.Compare(in.leftAt(y, b), in.leftAt(x, a)), cmp.Compare(y.ID, x.ID))
	})
	return sorted[:n]
}

// PortfolioOf returns the portfolio that a title is paired with, or nil.
func (p *Plan) PortfolioOf(t *Title) *HeldPortfolio {
	if pair := p.Pairs[t.Index]; pair != Unpaired {
		return p.Portfolios.At(pair)
	}
	return nil
}

// Pending reports whether a title has anything to write or to compare by value. The others are unchanged.
func (p *Plan) Pending(title int32) bool {
	if p.SkipAbsent && p.Lacking(title) || p.Declines(title) {
		return false
	}
	if p.Pairs[title] == Unpaired {
		return true
	}
	h, t := p.Portfolios.At(p.Pairs[title]), p.List.Titles.At(title)
	if p.NewOnly && !h.Hidden && (h.Entitled || h.HeldByOthers) {
		return false
	}
	return !h.Entitled || !h.Listed && !p.Unlisted || h.Hidden || h.UnderReview && !h.AwaitedByOtherProfile || h.GivenBack || t.unsettled ||
		h.ValuesHash != t.ValuesHash || !h.sameFurther(&t.Identity) || h.CoverageHash != t.CoverageHash && t.Covered || h.Diverged &&
		!h.Outranked ||
		p.takesEmpty()
}

// AllFree reports whether the list has only free titles: never a reason to remove anything.
func (p *Plan) AllFree() bool { return p.Counts.Titles == 0 && p.Counts.Free > 0 }

// RemoveNothing keeps everything in the holdings that is not on the list.
func (p *Plan) RemoveNothing() {
	p.Leaving, p.Waiting, p.Reviews = nil, nil, nil
	p.Counts.EntitlementsAffected = 0
}

// KeepMissing keeps the portfolios that are not on the list, and returns how many they are. Those that an ambiguous
// title might be still wait, or the next list would be ambiguous again.
func (p *Plan) KeepMissing() (missing int) {
	missing = len(p.Leaving) + len(p.Reviews)
	p.Leaving, p.Reviews = nil, nil
	p.Waiting = slices.DeleteFunc(p.Waiting, func(w WaitingPortfolio) bool {
		if w.Why == ReviewContested {
			missing++
		}
		return w.Why == ReviewContested
	})
	p.Counts.EntitlementsAffected, p.Guards = 0, nil
	return missing
}

// Hash identifies the plan among those of the same file. If it differs from the one a person saw, the holdings have
// changed since, and so has the plan.
func (p *Plan) Hash() string {
	h := xxhash.New()
	write := func(values ...uint64) {
		for _, v := range values {
			_, _ = h.Write(binary.LittleEndian.AppendUint64(nil, v)) // never fails
		}
	}
	for i := range p.Pairs {
		if p.Pending(int32(i)) {
			t := p.List.Titles.At(int32(i))
			write(uint64(t.line), t.ValuesHash, t.CoverageHash)
			if pair := p.Pairs[i]; pair != Unpaired {
				h := p.Portfolios.At(pair)
				write(uint64(h.ID), h.ValuesHash, h.CoverageHash)
			}
		}
	}
	byID := func(a, b int32) int { return cmp.Compare(p.Portfolios.At(a).ID, p.Portfolios.At(b).ID) }
	slices.SortFunc(p.Leaving, func(a, b LeavingPortfolio) int { return byID(a.Portfolio, b.Portfolio) })
	for _, l := range p.Leaving {
		write(uint64(p.Portfolios.At(l.Portfolio).ID), textHash(string(l.Action)))
	}
	slices.SortFunc(p.Waiting, func(a, b WaitingPortfolio) int { return byID(a.Portfolio, b.Portfolio) })
	for _, w := range p.Waiting {
		write(uint64(p.Portfolios.At(w.Portfolio).ID), textHash(w.Why))
	}
	return strconv.FormatUint(h.Sum64(), 16)
}
