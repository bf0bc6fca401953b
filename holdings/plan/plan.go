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
// written, and holds keys and hashes only: see Source.
type Plan struct {
	ForCommunityZone bool // of a collection of the Community Zone: its titles are what is held, and no person decides on one

	Counts Counts        // rows, titles, statements and what is set aside; the others are counted as values are compared
	Guards []GuardReason // why the plan is held; none: it is not

	List        *List
	Portfolios  ChunkedList[HeldPortfolio]
	Pairs       []int32           // of each title: its portfolio or unpaired
	Ambiguous   map[int32][]int32 // titles that are added, and the portfolios they might be
	Leaving     []LeavingPortfolio
	Waiting     []WaitingPortfolio
	Reviews     []int32 // portfolios left as they are, since their row could not be read
	twins       []int32 // titles that were paired in an order that nothing proves
	revived     []int32 // titles for which one of several hidden portfolios came back
	Follows     titleHistory
	LostColumns []LostColumn
	Loses       map[int32]bool // titles that stay and lose covered time; nil: not asked

	hiddenIn int // line of a refused row that may hide any title; 0: there is none

	Unlisted bool // of no profile: no provider lists its titles
	NewOnly  bool // titles whose portfolio is held are left as they are
	Declined Kinds

	absent     []bool // titles that the Community Zone does not have; nil: not checked
	SkipAbsent bool   // they are skipped, as Alma does; they still count as listed
}

// LeavingPortfolio is a portfolio that the profile's list no longer has.
type LeavingPortfolio struct {
	Portfolio int32
	Action    Action
	Free      bool // the file now lists it as free
}

// WaitingPortfolio is a portfolio that a title of the list might be, and nobody knows for certain.
type WaitingPortfolio struct {
	Portfolio int32
	Why       string
}

// Why a portfolio is not clear.
const (
	ReviewAmbiguous  = "AMBIGUOUS"      // titles that it might be have other portfolios that they might be as well
	ReviewContested  = "CONTESTED"      // an identifier or the title_id of it stands in the list on another title
	ReviewUnreadable = "ROW_UNREADABLE" // its row could not be read
)

// Input is what a plan is made of, beside the list.
type Input struct {
	Portfolios ChunkedList[HeldPortfolio]
	Former     map[int32]*FormerPortfolio // those that an interrupted run of the part has changed, by place
	Views      []AlternativeIdentity
	Day        int32 // the list's date as a day number, or today's
	Guards     Guards
	Zone       bool
	Texts      TextReader
}

// TextReader reads what matching needs no text for, save in rare cases.
type TextReader interface {
	// Twins are what puts portfolios that are alike into order.
	Twins(portfolios []int32) (map[int32]TwinOrder, error)
	// URLs are the addresses of portfolios, as urlHash has them.
	URLs(portfolios []int32) (map[int32]uint64, error)
}

// Make matches the list with what is there.
func Make(ctx context.Context, l *List, in Input) (*Plan, error) {
	p := &Plan{ForCommunityZone: in.Zone, List: l, Portfolios: in.Portfolios}
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
		leftLast:   p.leftLast,
	}
	if in.Zone { // what was added beside the titles it might have been is told from them by who added it
		found.othersKeys = nil
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
	if err := found.run(); err != nil {
		return nil, err
	}
	in.rejoin(p.List, titles, portfolios)
	p.Pairs, p.Ambiguous, p.twins, p.revived = titles.Pair, found.ambiguous, found.twins, found.revived
	return found, nil
}

// leftLast are those n of hidden portfolios that left last.
func (p *Plan) leftLast(portfolios []int32, n int) []int32 {
	sorted := slices.SortedFunc(slices.Values(portfolios), func(a, b int32) int {
		return cmp.Or(cmp.Compare(p.Portfolios.At(b).LeftAt, p.Portfolios.At(a).LeftAt),
			cmp.Compare(p.Portfolios.At(b).ID, p.Portfolios.At(a).ID))
	})
	return sorted[:n]
}

// PortfolioOf is the portfolio that a title is paired with; nil: none.
func (p *Plan) PortfolioOf(t *Title) *HeldPortfolio {
	if pair := p.Pairs[t.Index]; pair != Unpaired {
		return p.Portfolios.At(pair)
	}
	return nil
}

// Pending says whether a title has anything to write or to compare by value. The others are unchanged.
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

// AllFree says whether the list has titles, but free ones only: never a reason to remove anything.
func (p *Plan) AllFree() bool { return p.Counts.Titles == 0 && p.Counts.Free > 0 }

// RemoveNothing leaves everything in the holdings that the list does not have.
func (p *Plan) RemoveNothing() {
	p.Leaving, p.Waiting, p.Reviews = nil, nil, nil
	p.Counts.EntitlementsAffected = 0
}

// KeepMissing leaves what the list does not have as it is, and returns how many portfolios that are. Those that an
// ambiguous title might be wait all the same: the next list would otherwise be ambiguous again.
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

// Hash tells two plans of the same file apart: whether, since a person looked at one, the holdings have moved so that
// it is another now.
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
