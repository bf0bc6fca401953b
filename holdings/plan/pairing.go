package plan

import (
	"cmp"
	"slices"

	"autoholdings/kbart"
)

// Pairing by mutual best evidence (DOMAIN section 6). A title and a portfolio have a point each for the same title_id,
// for every identifier that they share, and for the same folded title. The pairs that are possible at all are gathered
// first; then those with most points are made, as long as neither side has another possible partner with as many.

// Unpaired is the pairing of what has no counterpart.
const Unpaired = -1

// crowdKey is how many titles of one list may share a key that pairs.
const crowdKey = 20

// PairingSide is the titles or the portfolios of a pairing, addressed by index.
type PairingSide struct {
	At       func(i int32) *Identity
	Pair     []int32 // counterpart of each, or unpaired
	Excluded []bool  // takes no further part: ambiguous, or excluded
}

// NewPairingSide is a side of n things, none of them paired.
func NewPairingSide(n int, at func(i int32) *Identity) *PairingSide {
	s := &PairingSide{At: at, Pair: make([]int32, n), Excluded: make([]bool, n)}
	for i := range s.Pair {
		s.Pair[i] = Unpaired
	}
	return s
}

// Open says whether a thing has no pair and takes part.
func (s *PairingSide) Open(i int32) bool { return s.Pair[i] == Unpaired && !s.Excluded[i] }

// AlternativeIdentity is a portfolio under the keys of one entitlement, where these differ from its first.
type AlternativeIdentity struct {
	Portfolio int32
	Others    bool // another profile's keys: they come after the own ones
	Identity
}

// candidatePair is a pair that might be made.
type candidatePair struct {
	title, portfolio int32
	points           uint8
	exact            bool // same title_id and same folded title: goes before others of as many points
	named            bool // same folded title
	round            uint8
	others           bool // by another profile's keys
}

func (p *candidatePair) rank() int {
	if p.exact {
		return 2*int(p.points) + 1
	}
	return 2 * int(p.points)
}

// pairing is under way.
type pairing struct {
	titles, portfolios *PairingSide
	round              func(portfolio int32) uint8             // in which a portfolio takes part
	othersKeys         func(portfolio int32) bool              // whether its first identity is not of the part's own profile
	views              []AlternativeIdentity                   // further identities
	inOrder            func(titles, portfolios []int32) error  // sorts twins: by volume, edition, title_id
	leftLast           func(portfolios []int32, n int) []int32 // those n of hidden portfolios that left last

	byKey     *keyIndex // the titles; nil: nothing was looked for
	crowds    map[uint64]bool
	pairs     []candidatePair
	best      [][]uint8         // by round: the most points that a title has with a portfolio of it
	byOthers  [][]uint8         // the same, by other profiles' keys alone
	ambiguous map[int32][]int32 // titles whose partner is not certain, and which it might be
	waiting   map[int32]bool    // portfolios of the first round that are not certain
	twins     []int32           // titles that were paired in an order that nothing proves
	revived   []int32           // titles for which one of several hidden portfolios came back
}

const lastRound = 2

// run pairs, round by round: first by the own profile's keys, then by those of others.
func (p *pairing) run() error {
	p.ambiguous, p.waiting = map[int32][]int32{}, map[int32]bool{}
	p.gather()
	for round := range uint8(lastRound + 1) {
		for _, others := range []bool{false, true} {
			if err := p.rank(round, others); err != nil {
				return err
			}
		}
	}
	return nil
}

// gather finds all possible pairs.
func (p *pairing) gather() {
	if len(p.portfolios.Pair) == 0 || len(p.titles.Pair) == 0 {
		return
	}
	p.best, p.byOthers = make([][]uint8, lastRound+1), make([][]uint8, lastRound+1)
	p.byKey = p.index()
	p.pairs = make([]candidatePair, 0, min(len(p.titles.Pair), len(p.portfolios.Pair))+1024) // most titles have one possible partner
	crowded := p.crowdedTitles()
	look := func(portfolio int32, m *Identity, others bool) {
		found := make([]int32, 0, 8)
		take := func(title int32) {
			if slices.Contains(found, title) {
				return
			}
			found = append(found, title)
			p.weigh(title, portfolio, m, others, false)
		}
		eachPairKey(m, func(key uint64) {
			if !p.crowds[key] {
				p.byKey.each(key, func(title int32) bool { take(title); return true })
			}
		})
		if p.crowds[m.TitleID] {
			if title, sole := crowded.sole(m); sole && !slices.Contains(found, title) {
				p.weigh(title, portfolio, m, others, true)
			}
		}
	}
	p.eachView(func(portfolio int32, m *Identity, others bool) { look(portfolio, m, others) })
}

// eachView calls fn with each identity that a portfolio has.
func (p *pairing) eachView(fn func(portfolio int32, m *Identity, others bool)) {
	for i := range p.portfolios.Pair {
		if portfolio := int32(i); p.portfolios.Open(portfolio) {
			fn(portfolio, p.portfolios.At(portfolio), p.othersKeys != nil && p.othersKeys(portfolio))
		}
	}
	for i := range p.views {
		if v := &p.views[i]; p.portfolios.Open(v.Portfolio) {
			fn(v.Portfolio, &v.Identity, v.Others)
		}
	}
}

// eachPairKey calls fn with the keys by which a title or a portfolio is found: the title_id and each identifier.
func eachPairKey(m *Identity, fn func(key uint64)) {
	if m.TitleID != 0 {
		fn(m.TitleID)
	}
	m.EachKey(func(key uint64) bool { fn(key); return true })
}

// index makes the titles findable by their keys, and notes the keys that too many share.
func (p *pairing) index() *keyIndex {
	n := 0
	for i := range p.titles.Pair {
		eachPairKey(p.titles.At(int32(i)), func(uint64) { n++ })
	}
	x := newKeyIndex(n)
	p.crowds = map[uint64]bool{}
	for i := range p.titles.Pair {
		if !p.titles.Open(int32(i)) {
			continue
		}
		eachPairKey(p.titles.At(int32(i)), func(key uint64) {
			if p.crowds[key] {
				return
			}
			x.add(key, int32(i))
			sharers := 0
			x.each(key, func(int32) bool { sharers++; return sharers <= crowdKey })
			if sharers > crowdKey && p.holders(x, key) > crowdKey {
				p.crowds[key] = true
			}
		})
	}
	return x
}

// holders is how many titles really have the key, among those that the index finds.
func (p *pairing) holders(x *keyIndex, key uint64) (n int) {
	x.each(key, func(title int32) bool {
		if t := p.titles.At(title); t.TitleID == key || t.hasKey(key) {
			n++
		}
		return n <= crowdKey
	})
	return n
}

// crowdedPairs finds the titles of a title_id that a crowd shares, by title_id and folded title, where both are unique.
type crowdedPairs struct{ titles, portfolios map[uint64]int32 }

// NotUnique stands where there is more than one.
const NotUnique = -2

func (p *pairing) crowdedTitles() crowdedPairs {
	c := crowdedPairs{map[uint64]int32{}, map[uint64]int32{}}
	if len(p.crowds) == 0 {
		return c
	}
	note := func(to map[uint64]int32, m *Identity, i int32) {
		if !p.crowds[m.TitleID] {
			return
		}
		key := SaltedHash(m.TitleID, m.Folded)
		if known, ok := to[key]; ok && known != i {
			i = NotUnique
		}
		to[key] = i
	}
	for i := range p.titles.Pair {
		note(c.titles, p.titles.At(int32(i)), int32(i))
	}
	p.eachView(func(portfolio int32, m *Identity, _ bool) { note(c.portfolios, m, portfolio) })
	return c
}

func (c *crowdedPairs) sole(m *Identity) (title int32, ok bool) {
	key := SaltedHash(m.TitleID, m.Folded)
	title, found := c.titles[key]
	return title, found && title != NotUnique && c.portfolios[key] != NotUnique
}

// weigh notes a pair, if it is possible.
func (p *pairing) weigh(title, portfolio int32, m *Identity, others, crowded bool) {
	t := p.titles.At(title)
	sameID := t.TitleID != 0 && t.TitleID == m.TitleID && (crowded || !p.crowds[m.TitleID])
	shared := t.sharedKeys(m, p.crowds)
	named := t.Folded == m.Folded
	if !mayPair(t, m, sameID, shared > 0, named, crowded) {
		return
	}
	points := shared
	if named {
		points++
	}
	if sameID && !crowded {
		points++
	}
	pair := candidatePair{
		title: title, portfolio: portfolio, points: uint8(min(points, 100)), exact: sameID && named, named: named,
		round: p.round(portfolio), others: others,
	}
	p.pairs = append(p.pairs, pair)
	p.note(p.best, &pair)
	if others {
		p.note(p.byOthers, &pair)
	}
}

func (p *pairing) note(best [][]uint8, pair *candidatePair) {
	if best[pair.round] == nil {
		best[pair.round] = make([]uint8, len(p.titles.Pair))
	}
	if most := &best[pair.round][pair.title]; pair.points > *most {
		*most = pair.points
	}
}

// mayPair says whether a title and a portfolio can be one and the same.
func mayPair(t, m *Identity, sameID, shared, named, crowded bool) bool {
	if !named && t.conflicts(m) && (!sameID || t.Kind != kbart.Monograph || m.Kind != kbart.Monograph) {
		return false // title history, or two books of a series
	}
	if !sameID && (bothDiffer(t.volume, m.volume) || bothDiffer(t.edition, m.edition)) {
		return false
	}
	switch {
	case shared && (sameID || t.Kind == m.Kind || t.Kind == kbart.UnknownType || m.Kind == kbart.UnknownType):
		return true
	case sameID && named:
		return true
	case crowded || !sameID || t.filled && m.filled:
		return false
	default:
		return !t.onHost() || t.related(m)
	}
}

func bothDiffer(a, b uint32) bool { return a != 0 && b != 0 && a != b }

// rank makes the pairs of one round, those of most points first.
func (p *pairing) rank(round uint8, others bool) error {
	byRank := p.byRank(round, others)
	if len(byRank) == 0 {
		return nil
	}
	titlePartners, portfolioPartners := make([]uint8, len(p.titles.Pair)), make([]uint8, len(p.portfolios.Pair))
	for _, pairs := range slices.Backward(byRank) {
		if len(pairs) == 0 {
			continue
		}
		if err := p.makePairs(pairs, round, titlePartners, portfolioPartners); err != nil {
			return err
		}
	}
	return nil
}

// byRank are the pairs of one round that may be made, by rank. They are counted first, so that a million of them are
// held once.
func (p *pairing) byRank(round uint8, others bool) (byRank [][]*candidatePair) {
	var counts []int
	takesPart := func(pair *candidatePair) bool {
		return pair.round == round && pair.others == others && !p.awaited(pair)
	}
	total := 0
	for i := range p.pairs {
		if pair := &p.pairs[i]; takesPart(pair) {
			for len(counts) <= pair.rank() {
				counts = append(counts, 0)
			}
			counts[pair.rank()]++
			total++
		}
	}
	all := make([]*candidatePair, total)
	for _, n := range counts {
		byRank = append(byRank, all[:0:n])
		all = all[n:]
	}
	for i := range p.pairs {
		if pair := &p.pairs[i]; takesPart(pair) {
			byRank[pair.rank()] = append(byRank[pair.rank()], pair)
		}
	}
	return byRank
}

// awaited says that a portfolio of a later round, or one that the title finds by another profile's keys, has more
// points for it, so that one of another title is not taken.
func (p *pairing) awaited(pair *candidatePair) bool {
	if pair.named {
		return false
	}
	if others := p.byOthers[pair.round]; !pair.others && others != nil && others[pair.title] > pair.points {
		return true
	}
	for _, best := range p.best[pair.round+1:] {
		if best != nil && best[pair.title] > pair.points {
			return true
		}
	}
	return false
}

// makePairs makes those of one rank where neither side has another possible partner; the partners hold zeros before and
// after.
func (p *pairing) makePairs(pairs []*candidatePair, round uint8, titlePartners, portfolioPartners []uint8) error {
	live := pairs[:0]
	if len(p.views) > 0 {
		pairs = withoutTwice(pairs)
	}
	for _, pair := range pairs {
		if p.titles.Open(pair.title) && p.portfolios.Open(pair.portfolio) {
			live = append(live, pair)
			titlePartners[pair.title] = min(titlePartners[pair.title]+1, 250)
			portfolioPartners[pair.portfolio] = min(portfolioPartners[pair.portfolio]+1, 250)
		}
	}
	var unclear []*candidatePair
	for _, pair := range live {
		if titlePartners[pair.title] == 1 && portfolioPartners[pair.portfolio] == 1 {
			p.pair(pair.title, pair.portfolio)
		} else {
			unclear = append(unclear, pair)
		}
	}
	for _, pair := range live {
		titlePartners[pair.title], portfolioPartners[pair.portfolio] = 0, 0
	}
	if len(unclear) == 0 {
		return nil
	}
	return p.settle(unclear, round)
}

func (p *pairing) pair(title, portfolio int32) {
	p.titles.Pair[title], p.portfolios.Pair[portfolio] = portfolio, title
}

// withoutTwice drops pairs that two entitlements of one portfolio both make.
func withoutTwice(pairs []*candidatePair) []*candidatePair {
	slices.SortFunc(pairs, func(a, b *candidatePair) int {
		return cmp.Or(cmp.Compare(a.title, b.title), cmp.Compare(a.portfolio, b.portfolio))
	})
	return slices.CompactFunc(pairs, func(a, b *candidatePair) bool { return a.title == b.title && a.portfolio == b.portfolio })
}
