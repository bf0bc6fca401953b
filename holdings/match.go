package holdings

import (
	"slices"

	"autoholdings/kbart"
)

// A step is one way to tell that a title and a portfolio are the same. It emits the keys under which it files one of
// them; the step pairs the two where a key holds exactly one of each.
type step func(m *matchable, emit func(key uint64))

// syncSteps are the steps of DOMAIN section 6, in order. The last, title_id alone, holds only where the title or the
// portfolio has no identifier: see titleIDAlone.
var syncSteps = []step{titleIDAndIdentifier, titleIDAndTitle, typeAndIdentifier, titleIDAlone}

func titleIDAndIdentifier(m *matchable, emit func(uint64)) {
	if m.titleID != 0 {
		m.eachKey(func(key uint64) bool { emit(mix(m.titleID, key)); return true })
	}
}

func titleIDAndTitle(m *matchable, emit func(uint64)) {
	if m.titleID != 0 && m.folded != 0 {
		emit(mix(m.titleID, m.folded))
	}
}

func typeAndIdentifier(m *matchable, emit func(uint64)) {
	if m.kind != kbart.UnknownType {
		m.eachKey(func(key uint64) bool { emit(mix(key, uint64(m.kind))); return true })
	}
}

// titleIDAlone is the last step. Under one slug a journal may follow another, so that with identifiers on both sides
// the title_id alone proves nothing.
func titleIDAlone(m *matchable, emit func(uint64)) {
	if m.titleID != 0 {
		emit(m.titleID)
	}
}

// unpaired is the pairing of what has no counterpart.
const unpaired = -1

// side is the titles or the portfolios of a matching, addressed by index.
type side struct {
	at   func(i int32) *matchable
	pair []int32 // counterpart of each, or unpaired
	out  []bool  // excluded from this round
}

func newSide(n int, at func(i int32) *matchable) *side {
	s := &side{at: at, pair: make([]int32, n), out: make([]bool, n)}
	for i := range s.pair {
		s.pair[i] = unpaired
	}
	return s
}

func (s *side) open(i int32) bool { return s.pair[i] == unpaired && !s.out[i] }

// none and several stand in a bucket in place of an index.
const (
	none    = -1
	several = -2
)

// bucket holds what a step files under one key: nearly always one title and one portfolio, so that a map of a million
// of them stays small. Where there are several, the crowd has them.
type bucket struct{ title, portfolio int32 }

// crowd is all that is filed under a key that several share.
type crowd struct{ titles, portfolios []int32 }

// buckets are a step's keys.
type buckets struct {
	of      map[uint64]bucket
	crowded map[uint64]*crowd
}

// fileUnder files all that is open under the step's keys. Keys of titles alone are of no use and are not kept.
func fileUnder(step step, titles, portfolios *side) *buckets {
	b := &buckets{of: make(map[uint64]bucket, portfolios.countKeys(step)), crowded: map[uint64]*crowd{}}
	for p := range portfolios.pair {
		if portfolios.open(int32(p)) {
			step(portfolios.at(int32(p)), func(key uint64) { b.addPortfolio(key, int32(p)) })
		}
	}
	if len(b.of) == 0 {
		return b
	}
	for t := range titles.pair {
		if titles.open(int32(t)) {
			step(titles.at(int32(t)), func(key uint64) { b.addTitle(key, int32(t)) })
		}
	}
	return b
}

func (s *side) countKeys(step step) (n int) {
	for i := range s.pair {
		if s.open(int32(i)) {
			step(s.at(int32(i)), func(uint64) { n++ })
		}
	}
	return n
}

func (b *buckets) addPortfolio(key uint64, p int32) {
	found, ok := b.of[key]
	switch {
	case !ok:
		b.of[key] = bucket{title: none, portfolio: p}
	case found.portfolio == several:
		b.crowded[key].portfolios = appendNew(b.crowded[key].portfolios, p)
	case found.portfolio != p:
		b.crowded[key] = &crowd{portfolios: []int32{found.portfolio, p}}
		b.of[key] = bucket{title: several, portfolio: several}
	}
}

func (b *buckets) addTitle(key uint64, t int32) {
	found, ok := b.of[key]
	switch {
	case !ok:
	case found.title == none:
		b.of[key] = bucket{title: t, portfolio: found.portfolio}
	case found.title == several:
		b.crowded[key].titles = appendNew(b.crowded[key].titles, t)
	case found.title != t:
		b.crowded[key] = &crowd{titles: []int32{found.title, t}, portfolios: []int32{found.portfolio}}
		b.of[key] = bucket{title: several, portfolio: several}
	}
}

// appendNew appends i unless it is the last already: one item's keys come one after the other.
func appendNew(list []int32, i int32) []int32 {
	if n := len(list); n > 0 && list[n-1] == i {
		return list
	}
	return append(list, i)
}

// sole returns the one open title and the one open portfolio under a key; ok is false where there are not one of each.
func (b *buckets) sole(key uint64, titles, portfolios *side) (title, portfolio int32, ok bool) {
	found, ok := b.of[key]
	if !ok || found.title == none {
		return 0, 0, false
	}
	if found.title == several {
		c := b.crowded[key]
		if !titles.sole(&c.titles) || !portfolios.sole(&c.portfolios) {
			return 0, 0, false
		}
		return c.titles[0], c.portfolios[0], true
	}
	return found.title, found.portfolio, titles.open(found.title) && portfolios.open(found.portfolio)
}

// sole drops what is paired from the list and says whether exactly one is left. It looks no further than the second,
// so that a key shared by a whole file costs no more than any other.
func (s *side) sole(list *[]int32) bool {
	l := *list
	for i := 0; i < len(l) && i < 2; {
		if s.open(l[i]) {
			i++
			continue
		}
		l[i] = l[len(l)-1]
		l = l[:len(l)-1]
	}
	*list = l
	return len(l) == 1
}

// each calls fn with the titles and portfolios of each key that has both.
func (b *buckets) each(fn func(titles, portfolios []int32)) {
	for key, found := range b.of {
		switch found.title {
		case none:
		case several:
			fn(b.crowded[key].titles, b.crowded[key].portfolios)
		default:
			fn([]int32{found.title}, []int32{found.portfolio})
		}
	}
}

// matchRound pairs the open titles with the open portfolios, step by step.
func matchRound(titles, portfolios *side, steps []step) {
	for n, step := range steps {
		alone := n == len(steps)-1
		filed := fileUnder(step, titles, portfolios)
		if len(filed.of) == 0 {
			continue
		}
		for pairStep(filed, step, titles, portfolios, alone) {
		}
	}
}

// pairStep walks the titles in the order of the file, so that the result does not depend on the order of a map, and
// says whether it paired any: each pair can make another key point to exactly one.
func pairStep(filed *buckets, step step, titles, portfolios *side, alone bool) (paired bool) {
	for t := range titles.pair {
		title := int32(t)
		if !titles.open(title) {
			continue
		}
		step(titles.at(title), func(key uint64) {
			sole, portfolio, ok := filed.sole(key, titles, portfolios)
			if !ok || sole != title || alone && !aloneHolds(titles.at(title), portfolios.at(portfolio)) {
				return
			}
			titles.pair[title], portfolios.pair[portfolio] = portfolio, title
			paired = true
		})
	}
	return paired
}

func aloneHolds(title, portfolio *matchable) bool {
	return !title.identified() || !portfolio.identified()
}

// candidates tells, after the steps, which open portfolios an open title's keys still point to: the title is
// ambiguous, since where there was one of each they would have been paired.
func candidates(titles, portfolios *side, steps []step) map[int32][]int32 {
	found := map[int32][]int32{}
	for n, step := range steps {
		alone := n == len(steps)-1
		fileUnder(step, titles, portfolios).each(func(ts, ps []int32) {
			for _, t := range ts {
				for _, p := range ps {
					if alone && !aloneHolds(titles.at(t), portfolios.at(p)) || slices.Contains(found[t], p) {
						continue
					}
					found[t] = append(found[t], p)
				}
			}
		})
	}
	for _, portfolios := range found {
		slices.Sort(portfolios)
	}
	return found
}
