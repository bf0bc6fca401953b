package move

import (
	"slices"

	"autoholdings/holdings/plan"
)

// moveSteps are the steps by which a move finds a portfolio's counterpart in another collection (DOMAIN section 11):
// identifiers first, since collections of different platforms rarely share a title_id. The second step pairs what the
// first cannot: portfolios whose publication types differ, or where one has none.
var moveSteps = []keyFunc{typeAndIdentifier, titleIDAndIdentifier, titleIDAndTitle, titleIDAlone}

// matchSurely pairs step by step, but only portfolios whose keys all point to each other and to nothing else. A sync
// must find a place for each title. A move may leave a PO line where it is and ask: it does so rather than follow one
// identifier of a portfolio whose other one leads elsewhere. The pairs never depend on the order of the portfolios.
func matchSurely(sources, targets *plan.PairingSide, steps []keyFunc) {
	for n, step := range steps {
		filed := fileUnder(step, sources, targets)
		if len(filed.of) == 0 {
			continue
		}
		for i := range sources.Pair {
			source := int32(i)
			if !sources.Open(source) {
				continue
			}
			_, target, ok := filed.exactlyOne(step, sources.At(source), sources, targets)
			if !ok {
				continue
			}
			back, _, ok := filed.exactlyOne(step, targets.At(target), sources, targets)
			if !ok || back != source || n == len(steps)-1 && !aloneHolds(sources.At(source), targets.At(target)) {
				continue
			}
			sources.Pair[source], targets.Pair[target] = target, source
		}
	}
}

// exactlyOne returns the one source and the one target that all of m's keys point to. A key that has nothing on one of
// the sides points nowhere.
func (b *keyTable) exactlyOne(step keyFunc, m *plan.Identity, sources, targets *plan.PairingSide) (source, target int32, ok bool) {
	source, target, ok = none, none, true
	step(m, func(key uint64) {
		s, t, found := b.under(key, sources, targets)
		switch {
		case !found:
		case s == plan.NotUnique, source != none && (s != source || t != target):
			ok = false
		default:
			source, target = s, t
		}
	})
	return source, target, ok && source != none
}

// under returns the open source and target under a key. Both are plan.NotUnique if there is more than one of either.
// found is false if one of the sides has none.
func (b *keyTable) under(key uint64, sources, targets *plan.PairingSide) (source, target int32, found bool) {
	bucket, ok := b.of[key]
	switch {
	case !ok || bucket.title == none:
		return 0, 0, false
	case bucket.title != plan.NotUnique:
		return bucket.title, bucket.portfolio, sources.Open(bucket.title) && targets.Open(bucket.portfolio)
	}
	c := b.crowded[key]
	one, other := exactlyOneOpen(sources, &c.titles), exactlyOneOpen(targets, &c.portfolios)
	switch {
	case len(c.titles) == 0 || len(c.portfolios) == 0:
		return 0, 0, false
	case one && other:
		return c.titles[0], c.portfolios[0], true
	default:
		return plan.NotUnique, plan.NotUnique, true
	}
}

// candidatesNamed is the most candidates that are named for one portfolio. That is enough to decide by, and a key that
// a whole collection shares costs no more than any other.
const candidatesNamed = 50

// candidatesSought is how many portfolios under one key are looked at for candidates.
const candidatesSought = 1000

// moveCandidates returns, after the steps, the open targets that the keys of each open source point to, for the sources
// that are asked about.
func moveCandidates(sources, targets *plan.PairingSide, steps []keyFunc, asked func(source int32) bool) map[int32][]int32 {
	found := map[int32][]int32{}
	for n, step := range steps {
		alone := n == len(steps)-1
		filed := fileUnder(step, sources, targets)
		for i := range sources.Pair {
			source := int32(i)
			if !sources.Open(source) || !asked(source) {
				continue
			}
			step(sources.At(source), func(key uint64) {
				for _, target := range filed.targets(key) {
					if len(found[source]) == candidatesNamed {
						return
					}
					if !slices.Contains(found[source], target) && (!alone || aloneHolds(sources.At(source), targets.At(target))) {
						found[source] = append(found[source], target)
					}
				}
			})
		}
	}
	return found
}

// targets returns the portfolios filed under a key, candidatesSought at most. They are still open: nothing has been
// paired since.
func (b *keyTable) targets(key uint64) []int32 {
	bucket, ok := b.of[key]
	switch {
	case !ok:
		return nil
	case bucket.portfolio == plan.NotUnique:
		crowd := b.crowded[key].portfolios
		return crowd[:min(len(crowd), candidatesSought)]
	default:
		return []int32{bucket.portfolio}
	}
}
