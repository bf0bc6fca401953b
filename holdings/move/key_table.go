package move

import (
	"autoholdings/holdings/plan"
	"autoholdings/kbart"
)

// keyFunc is a step: one way to tell that a title and a portfolio are the same. It emits the keys under which either of
// them is filed. The step pairs the two if a key holds exactly one of each.
type keyFunc func(m *plan.Identity, emit func(key uint64))

func titleIDAndIdentifier(m *plan.Identity, emit func(uint64)) {
	if m.TitleID != 0 {
		m.EachKey(func(key uint64) bool { emit(plan.SaltedHash(m.TitleID, key)); return true })
	}
}

func titleIDAndTitle(m *plan.Identity, emit func(uint64)) {
	if m.TitleID != 0 && m.Folded != 0 {
		emit(plan.SaltedHash(m.TitleID, m.Folded))
	}
}

func typeAndIdentifier(m *plan.Identity, emit func(uint64)) {
	if m.Kind != kbart.UnknownType {
		m.EachKey(func(key uint64) bool { emit(plan.SaltedHash(key, uint64(m.Kind))); return true })
	}
}

// titleIDAlone is the last step. One journal may follow another under the same slug, so if both sides have identifiers,
// the title_id alone proves nothing.
func titleIDAlone(m *plan.Identity, emit func(uint64)) {
	if m.TitleID != 0 {
		emit(m.TitleID)
	}
}

// none takes the place of an index in keyHolders, as plan.NotUnique does.
const none = -1

// keyHolders holds what a step files under one key. That is nearly always one title and one portfolio, so a map of a
// million of them stays small. If there are several, a sharedKey has them.
type keyHolders struct{ title, portfolio int32 }

// sharedKey holds all titles and portfolios under a key that several of them share.
type sharedKey struct{ titles, portfolios []int32 }

// keyTable holds what a step has filed, by key.
type keyTable struct {
	of      map[uint64]keyHolders
	crowded map[uint64]*sharedKey
}

// fileUnder files all open titles and portfolios under the step's keys. Keys that only titles have are useless and are
// not kept.
func fileUnder(step keyFunc, titles, portfolios *plan.PairingSide) *keyTable {
	b := &keyTable{of: make(map[uint64]keyHolders, countKeys(portfolios, step)), crowded: map[uint64]*sharedKey{}}
	for p := range portfolios.Pair {
		if portfolios.Open(int32(p)) {
			step(portfolios.At(int32(p)), func(key uint64) { b.addPortfolio(key, int32(p)) })
		}
	}
	if len(b.of) == 0 {
		return b
	}
	for t := range titles.Pair {
		if titles.Open(int32(t)) {
			step(titles.At(int32(t)), func(key uint64) { b.addTitle(key, int32(t)) })
		}
	}
	return b
}

func countKeys(s *plan.PairingSide, step keyFunc) (n int) {
	for i := range s.Pair {
		if s.Open(int32(i)) {
			step(s.At(int32(i)), func(uint64) { n++ })
		}
	}
	return n
}

func (b *keyTable) addPortfolio(key uint64, p int32) {
	found, ok := b.of[key]
	switch {
	case !ok:
		b.of[key] = keyHolders{title: none, portfolio: p}
	case found.portfolio == plan.NotUnique:
		b.crowded[key].portfolios = appendNew(b.crowded[key].portfolios, p)
	case found.portfolio != p:
		b.crowded[key] = &sharedKey{portfolios: []int32{found.portfolio, p}}
		b.of[key] = keyHolders{title: plan.NotUnique, portfolio: plan.NotUnique}
	}
}

func (b *keyTable) addTitle(key uint64, t int32) {
	found, ok := b.of[key]
	switch {
	case !ok:
	case found.title == none:
		b.of[key] = keyHolders{title: t, portfolio: found.portfolio}
	case found.title == plan.NotUnique:
		b.crowded[key].titles = appendNew(b.crowded[key].titles, t)
	case found.title != t:
		b.crowded[key] = &sharedKey{titles: []int32{found.title, t}, portfolios: []int32{found.portfolio}}
		b.of[key] = keyHolders{title: plan.NotUnique, portfolio: plan.NotUnique}
	}
}

// appendNew appends i unless it is the last already: one item's keys come one after the other.
func appendNew(list []int32, i int32) []int32 {
	if n := len(list); n > 0 && list[n-1] == i {
		return list
	}
	return append(list, i)
}

// exactlyOneOpen drops paired items from the list and says whether exactly one is left. It stops at the second open
// item, so a key shared by a whole file costs no more than any other.
func exactlyOneOpen(s *plan.PairingSide, list *[]int32) bool {
	l := *list
	for i := 0; i < len(l) && i < 2; {
		if s.Open(l[i]) {
			i++
			continue
		}
		l[i] = l[len(l)-1]
		l = l[:len(l)-1]
	}
	*list = l
	return len(l) == 1
}

func aloneHolds(title, portfolio *plan.Identity) bool {
	return !title.Identified() || !portfolio.Identified()
}
