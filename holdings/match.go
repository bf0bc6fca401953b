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
var syncSteps = []step{
	func(m *matchable, emit func(uint64)) { // title_id and a shared identifier
		if m.titleID != 0 {
			m.eachKey(func(key uint64) bool { emit(mix(m.titleID, key)); return true })
		}
	},
	func(m *matchable, emit func(uint64)) { // title_id and folded title
		if m.titleID != 0 && m.folded != 0 {
			emit(mix(m.titleID, m.folded))
		}
	},
	func(m *matchable, emit func(uint64)) { // publication type and a shared identifier
		if m.kind != kbart.UnknownType {
			m.eachKey(func(key uint64) bool { emit(mix(key, uint64(m.kind))); return true })
		}
	},
	titleIDAlone,
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
	out  []bool  // excluded from this round; nil: none
}

func (s *side) open(i int32) bool { return s.pair[i] == unpaired && (s.out == nil || !s.out[i]) }

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

// bucket holds what a step files under one key.
type bucket struct{ titles, portfolios []int32 }

// matchRound pairs the open titles with the open portfolios, step by step.
func matchRound(titles, portfolios *side, steps []step) {
	for n, step := range steps {
		alone := n == len(steps)-1
		buckets := fileUnder(step, titles, portfolios)
		if len(buckets) == 0 {
			continue
		}
		for pairStep(buckets, step, titles, portfolios, alone) {
		}
	}
}

// pairStep walks the titles in the order of the file, so that the result does not depend on the order of a map, and
// says whether it paired any: each pair can make another key point to exactly one.
func pairStep(buckets map[uint64]*bucket, step step, titles, portfolios *side, alone bool) (paired bool) {
	for t := range titles.pair {
		title := int32(t)
		if !titles.open(title) {
			continue
		}
		step(titles.at(title), func(key uint64) {
			b := buckets[key]
			if b == nil || !titles.open(title) {
				return
			}
			if !titles.sole(&b.titles) || !portfolios.sole(&b.portfolios) {
				return
			}
			portfolio := b.portfolios[0]
			if alone && !aloneHolds(titles.at(title), portfolios.at(portfolio)) {
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

// fileUnder files all that is open under the step's keys. Keys of portfolios alone are of no use and are not kept.
func fileUnder(step step, titles, portfolios *side) map[uint64]*bucket {
	buckets := map[uint64]*bucket{}
	for p := range portfolios.pair {
		if portfolios.open(int32(p)) {
			step(portfolios.at(int32(p)), func(key uint64) {
				b := buckets[key]
				if b == nil {
					b = &bucket{}
					buckets[key] = b
				}
				b.portfolios = appendNew(b.portfolios, int32(p))
			})
		}
	}
	if len(buckets) == 0 {
		return nil
	}
	for t := range titles.pair {
		if titles.open(int32(t)) {
			step(titles.at(int32(t)), func(key uint64) {
				if b := buckets[key]; b != nil {
					b.titles = appendNew(b.titles, int32(t))
				}
			})
		}
	}
	return buckets
}

// appendNew appends i unless it is the last already: one item's keys come one after the other.
func appendNew(list []int32, i int32) []int32 {
	if n := len(list); n > 0 && list[n-1] == i {
		return list
	}
	return append(list, i)
}

// candidates tells, after the steps, which open portfolios an open title's keys still point to: the title is
// ambiguous, since where there was one of each they would have been paired.
func candidates(titles, portfolios *side, steps []step) map[int32][]int32 {
	found := map[int32][]int32{}
	for n, step := range steps {
		alone := n == len(steps)-1
		for _, b := range fileUnder(step, titles, portfolios) {
			for _, t := range b.titles {
				for _, p := range b.portfolios {
					if alone && !aloneHolds(titles.at(t), portfolios.at(p)) {
						continue
					}
					if !slices.Contains(found[t], p) {
						found[t] = append(found[t], p)
					}
				}
			}
		}
	}
	for _, portfolios := range found {
		slices.Sort(portfolios)
	}
	return found
}
