package plan

import (
	"cmp"
	"slices"

	"autoholdings/kbart"
)

// Pairing by mutual best evidence (DOMAIN section 6). A title and a portfolio score a point for the same title_id, one
// for each shared identifier, and one for the same folded title. All possible pairs are gathered first. Then they are
// made, highest score first, as long as neither side has another possible partner with the same score.

// Unpaired is the index of the partner of something that has none.
const Unpaired = -1

// crowdKey is how many titles of one list may share a key that is used for pairing.
const crowdKey = 20

// PairingSide is the titles or the portfolios of a pairing, addressed by index.
type PairingSide struct {
	At       func(i int32) *Identity
	Pair     []int32 // the partner of each, or Unpaired
	Excluded []bool  // takes no part, or no further part because it is ambiguous
}

// NewPairingSide returns a side of n things, all unpaired.
func NewPairingSide(n int, at func(i int32) *Identity) *PairingSide {
	s := &PairingSide{At: at, Pair: make([]int32, n), Excluded: make([]bool, n)}
	for i := range s.Pair {
		s.Pair[i] = Unpaired
	}
	return s
}

// Open reports whether a thing is unpaired and not excluded.
func (s *PairingSide) Open(i int32) bool { return s.Pair[i] == Unpaired && !s.Excluded[i] }

// AlternativeIdentity is a portfolio under the keys of another entitlement, if they differ from its first identity.
type AlternativeIdentity struct {
	Portfolio int32
	Others    bool  // another profile's keys: they are tried after the profile's own
	Profile   int64 // whose keys they are; 0: no profile's
	Same      bool  // they are those that the portfolio has now: for a run that goes on, which may have changed these
	Identity
}

// candidatePair is a possible pair.
type candidatePair struct {
	title, portfolio int32
	points           uint8
	exact            bool // same title_id and same folded title: beats others with the same points
	named            bool // same folded title
	round            uint8
	others           bool // found by another profile's keys
}

func (p *candidatePair) rank() int {
	if p.exact {
		return 2*int(p.points) + 1
	}
	return 2 * int(p.points)
}

// pairing is the state of pairing titles with portfolios.
type pairing struct {
	titles, portfolios *PairingSide
	round              func(portfolio int32) uint8             // the round in which a portfolio takes part
	othersKeys         func(portfolio int32) bool              // whether its first identity has the keys of other entitlements
	views              []AlternativeIdentity                   // further identities
	inOrder            func(titles, portfolios []int32) error  // sorts twins by volume, edition, title_id
	leftLast           func(portfolios []int32, n int) []int32 // the n of the hidden portfolios that left last

	inForce func(portfolio int32) bool // whether the profile's list had it last; nil: nobody can say

	parted map[titlePlace]bool // pairs that a person parted

	byKey     *keyIndex // the titles; nil: nothing was searched
	crowds    map[uint64]bool
	pairs     []candidatePair
	best      [][]uint8         // by round: the most points of each title
	byOthers  [][]uint8         // the same, by other profiles' keys only
	ambiguous map[int32][]int32 // titles whose partner is uncertain, and the candidates
	waiting   map[int32]bool    // portfolios of the first round that are uncertain
	twins     []int32           // titles paired in order, without proof
	revived   []int32           // titles for which one of several hidden portfolios came back
}

const lastRound = 2

// run pairs round by round: first by the profile's own keys, then by those of others.
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

// eachView calls fn with each identity of each open portfolio.
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

// eachPairKey calls fn with the keys used for pairing: the title_id and each identifier.
func eachPairKey(m *Identity, fn func(key uint64)) {
	if m.TitleID != 0 {
		fn(m.TitleID)
	}
	m.EachKey(func(key uint64) bool { fn(key); return true })
}

// index builds the key index of the titles, and notes the keys that too many share.
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

// holders counts the titles that really have the key, among those that the index finds.
func (p *pairing) holders(x *keyIndex, key uint64) (n int) {
	x.each(key, func(title int32) bool {
		if t := p.titles.At(title); t.TitleID == key || t.hasKey(key) {
			n++
		}
		return n <= crowdKey
	})
	return n
}

// crowdedPairs finds titles whose title_id too many share: by title_id and folded title, if unique on both sides.
type crowdedPairs struct{ titles, portfolios map[uint64]int32 }

// NotUnique replaces an index if there is more than one.
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

// weigh records a pair if it is possible.
func (p *pairing) weigh(title, portfolio int32, m *Identity, others, crowded bool) {
	t := p.titles.At(title)
	sameID := t.TitleID != 0 && t.TitleID == m.TitleID && (crowded || !p.crowds[m.TitleID])
	shared := t.sharedKeys(m, p.crowds)
	named := t.Folded == m.Folded
	if !mayPair(t, m, sameID, shared > 0, named, crowded) || p.parted[titlePlace{title, portfolio}] {
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

// mayPair reports whether a title and a portfolio can be the same.
func mayPair(t, m *Identity, sameID, shared, named, crowded bool) bool {
	if !named && t.conflicts(m) && (!sameID || t.Kind != kbart.Monograph || m.Kind != kbart.Monograph) {
		return false // a title change, or two books of a series
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

// rank makes the pairs of one round, most points first.
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

// byRank returns the possible pairs of one round, by rank. It counts them first, to allocate a million of them only
// once.
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

// awaited reports whether a pair must wait for a better one: a portfolio of a later round, or one found by another
// profile's keys, has more points for the title. A pair with the same folded title never waits.
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

// makePairs makes the pairs of one rank in which neither side has another possible partner. The partner counts are zero
// before and after.
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
	more := p.stay(unclear, portfolioPartners)
	for _, pair := range live {
		titlePartners[pair.title], portfolioPartners[pair.portfolio] = 0, 0
	}
	switch {
	case len(unclear) == 0:
		return nil
	case more:
		return p.makePairs(unclear, round, titlePartners, portfolioPartners)
	default:
		return p.settle(unclear, round)
	}
}

// stay makes those of several exact pairs of a title in which the profile's list had the portfolio last: that another one was this
// title before, and is listed for another profile's sake, leaves nothing unclear. made says whether there was one.
func (p *pairing) stay(unclear []*candidatePair, portfolioPartners []uint8) (made bool) {
	if p.inForce == nil {
		return false
	}
	held := map[int32]int{} // by title
	for _, pair := range unclear {
		if pair.exact && p.inForce(pair.portfolio) {
			held[pair.title]++
		}
	}
	for _, pair := range unclear {
		if pair.exact && p.inForce(pair.portfolio) && held[pair.title] == 1 && portfolioPartners[pair.portfolio] == 1 {
			p.pair(pair.title, pair.portfolio)
			made = true
		}
	}
	return made
}

func (p *pairing) pair(title, portfolio int32) {
	p.titles.Pair[title], p.portfolios.Pair[portfolio] = portfolio, title
}

// withoutTwice drops duplicates: two entitlements of one portfolio may give the same pair.
func withoutTwice(pairs []*candidatePair) []*candidatePair {
	slices.SortFunc(pairs, func(a, b *candidatePair) int {
		return cmp.Or(cmp.Compare(a.title, b.title), cmp.Compare(a.portfolio, b.portfolio))
	})
	return slices.CompactFunc(pairs, func(a, b *candidatePair) bool { return a.title == b.title && a.portfolio == b.portfolio })
}
