package plan

import "slices"

// titleHistory links added titles to the leaving portfolios they follow, such as a journal under a new name. Each
// report line names the other.
type titleHistory struct {
	successor   map[int32]int32 // leaving or waiting portfolio → added title
	Predecessor map[int32]int32 // added title → portfolio
}

// findHistory finds titles that follow a portfolio: the title names the portfolio's title_id or identifier as its
// predecessor, or they share a title_id that did not pair them.
func (p *Plan) findHistory(in *Input) titleHistory {
	h := titleHistory{map[int32]int32{}, map[int32]int32{}}
	gone := map[uint64]int32{}
	note := func(portfolio int32) {
		eachPairKey(&p.Portfolios.At(portfolio).Identity, func(key uint64) {
			if known, ok := gone[key]; ok && known != portfolio {
				gone[key] = NotUnique // no way to tell which
			} else {
				gone[key] = portfolio
			}
		})
	}
	for _, l := range p.Leaving {
		note(l.Portfolio)
	}
	for _, w := range p.Waiting {
		note(w.Portfolio)
	}
	if len(gone) == 0 {
		return h
	}
	for title, pair := range p.Pairs {
		if !in.open(pair) {
			continue
		}
		portfolio, ok := goneBefore(gone, &p.List.Titles.At(int32(title)).Identity)
		if !ok {
			continue
		}
		if _, taken := h.successor[portfolio]; !taken {
			h.successor[portfolio], h.Predecessor[int32(title)] = int32(title), portfolio
		}
	}
	return h
}

// goneBefore returns the leaving portfolio that a title follows.
func goneBefore(gone map[uint64]int32, t *Identity) (portfolio int32, ok bool) {
	keys := []uint64{t.TitleID}
	if t.more != nil {
		keys = slices.Concat(t.more.preceding, keys)
	}
	for _, key := range keys {
		if portfolio, ok := gone[key]; ok && key != 0 && portfolio != NotUnique {
			return portfolio, true
		}
	}
	return 0, false
}
