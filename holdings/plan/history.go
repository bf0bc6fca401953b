package plan

import "slices"

// titleHistory are the added titles and the leaving portfolios that follow each other: a journal under another name. Both
// lines of the report name the other.
type titleHistory struct {
	successor   map[int32]int32 // of a leaving or waiting portfolio: an added title
	Predecessor map[int32]int32 // of an added title
}

// findHistory finds them: the title names the portfolio's title_id or identifier as preceding, or they share a title_id
// that does not pair them.
func (p *Plan) findHistory(in *Input) titleHistory {
	h := titleHistory{map[int32]int32{}, map[int32]int32{}}
	gone := map[uint64]int32{}
	note := func(portfolio int32) {
		eachPairKey(&p.Portfolios.At(portfolio).Identity, func(key uint64) {
			if known, ok := gone[key]; ok && known != portfolio {
				gone[key] = NotUnique // no telling which one
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

// goneBefore is the one that a title goes on from, among those that leave.
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
