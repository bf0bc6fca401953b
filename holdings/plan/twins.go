package plan

import (
	"slices"
)

// settle decides on pairs of one rank where a side has several partners. Twins are paired in order. If several hidden
// portfolios are alike, one comes back. Everything else is ambiguous and goes no further.
func (p *pairing) settle(pairs []*candidatePair, round uint8) error {
	titlesOf, portfoliosOf := map[int32][]int32{}, map[int32][]int32{}
	for _, pair := range pairs {
		portfoliosOf[pair.title] = append(portfoliosOf[pair.title], pair.portfolio)
		titlesOf[pair.portfolio] = append(titlesOf[pair.portfolio], pair.title)
	}
	if err := p.pairTwins(titlesOf, portfoliosOf, round); err != nil {
		return err
	}
	if round == lastRound {
		p.reviveLast(titlesOf, portfoliosOf)
	}
	for _, pair := range pairs {
		if p.titles.Pair[pair.title] != Unpaired || p.portfolios.Pair[pair.portfolio] != Unpaired {
			continue
		}
		if len(portfoliosOf[pair.title]) > 1 {
			p.titles.Excluded[pair.title] = true
		}
		if len(titlesOf[pair.portfolio]) > 1 {
			p.portfolios.Excluded[pair.portfolio] = true
		}
		if round < lastRound { // nobody needs to decide between hidden portfolios
			p.ambiguous[pair.title] = append(p.ambiguous[pair.title], pair.portfolio)
		}
		if round == 0 {
			p.waiting[pair.portfolio] = true
		}
	}
	return nil
}

// pairTwins pairs n titles and n portfolios that all have the same folded title and identifiers: one book in several
// products. There may be more hidden portfolios than titles.
func (p *pairing) pairTwins(titlesOf, portfoliosOf map[int32][]int32, round uint8) error {
	done := map[int32]bool{}
	titles := make([]int32, 0, len(portfoliosOf))
	for title := range portfoliosOf {
		titles = append(titles, title)
	}
	slices.Sort(titles)
	for _, title := range titles {
		if done[title] {
			continue
		}
		done[title] = true
		portfolios := portfoliosOf[title]
		twins := titlesOf[portfolios[0]]
		if !p.allAlike(title, twins, portfolios, titlesOf, portfoliosOf) {
			continue
		}
		if len(twins) != len(portfolios) && (round != lastRound || len(twins) > len(portfolios)) {
			continue
		}
		for _, twin := range twins {
			done[twin] = true
		}
		if err := p.pairInOrder(slices.Clone(twins), slices.Clone(portfolios)); err != nil {
			return err
		}
	}
	return nil
}

func (p *pairing) pairInOrder(titles, portfolios []int32) error {
	note := &p.twins
	if len(portfolios) > len(titles) {
		note, portfolios = &p.revived, p.leftLast(portfolios, len(titles))
	}
	if len(titles) > 1 {
		if err := p.inOrder(titles, portfolios); err != nil {
			return err
		}
	}
	for i, title := range titles {
		p.pair(title, portfolios[i])
	}
	*note = append(*note, titles...)
	return nil
}

// reviveLast brings back a hidden portfolio if only one title might be it: of several, the one that left last.
func (p *pairing) reviveLast(titlesOf, portfoliosOf map[int32][]int32) {
	for title, portfolios := range portfoliosOf {
		claimed := slices.ContainsFunc(portfolios, func(i int32) bool { return len(titlesOf[i]) > 1 })
		if !claimed && p.titles.Open(title) {
			p.pair(title, p.leftLast(portfolios, 1)[0])
			p.revived = append(p.revived, title)
		}
	}
}

// allAlike reports whether the titles and portfolios are each other's only partners, and all alike.
func (p *pairing) allAlike(title int32, titles, portfolios []int32, titlesOf, portfoliosOf map[int32][]int32) bool {
	want := p.titles.At(title)
	for _, i := range titles {
		if !alike(want, p.titles.At(i)) || !sameSet(portfoliosOf[i], portfolios) {
			return false
		}
	}
	for _, i := range portfolios {
		if !alike(want, p.portfolios.At(i)) || !sameSet(titlesOf[i], titles) {
			return false
		}
	}
	return true
}

// alike reports whether two have the same folded title and the same identifiers, in whichever column.
func alike(a, b *Identity) bool {
	if a.Folded != b.Folded {
		return false
	}
	same := true
	a.EachKey(func(key uint64) bool { same = same && b.hasKey(key); return same })
	b.EachKey(func(key uint64) bool { same = same && a.hasKey(key); return same })
	return same
}

func sameSet(a, b []int32) bool {
	if len(a) != len(b) {
		return false
	}
	for _, i := range a {
		if !slices.Contains(b, i) {
			return false
		}
	}
	return true
}
