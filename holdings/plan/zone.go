package plan

import (
	"autoholdings/kbart"
)

// CheckZone marks the titles that the Community Zone does not have. A title that might be several of its titles counts
// as present.
func (p *Plan) CheckZone(zone *ChunkedList[Identity], local, skip bool, report func(kbart.Finding)) {
	if local {
		return
	}
	if zone.Len() == 0 {
		report(kbart.Finding{
			Severity: kbart.Info, Code: "community-zone-not-checked",
			Message: "the Community Zone has no titles of this collection, so it was not checked which of the list it lacks",
			Hint:    "import the provider's global title list if you want to know",
		})
		return
	}
	titles := NewPairingSide(p.List.Titles.Len(), func(i int32) *Identity { return &p.List.Titles.At(i).Identity })
	known := NewPairingSide(zone.Len(), zone.At)
	found := &pairing{
		titles: titles, portfolios: known, round: func(int32) uint8 { return 0 },
		inOrder: func(titles, portfolios []int32) error { return nil }, // any of several twins will do
	}
	_ = found.run() // only sorting twins can fail
	p.absent, p.SkipAbsent = make([]bool, p.List.Titles.Len()), skip
	for i := range p.absent {
		_, several := found.ambiguous[int32(i)]
		p.absent[i] = titles.Pair[i] == Unpaired && !several
	}
}

// Lacking reports whether the Community Zone was checked and does not have the title.
func (p *Plan) Lacking(title int32) bool { return p.absent != nil && p.absent[title] }
