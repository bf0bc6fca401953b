package plan

import (
	"fmt"
	"slices"
	"time"

	"autoholdings/internal/words"
	"autoholdings/kbart"
)

// waitsAtLeast is how many days newer a list must be than the one that made a portfolio wait, before the portfolio may
// leave.
const waitsAtLeast = 25

// DayNumber is a date as a number of days since 1970, for comparing dates; 0: no date.
func DayNumber(date string) int32 {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return 0
	}
	return int32(DayOf(t))
}

// leave decides what happens to the portfolios that no title pairs with.
func (p *Plan) leave(found *pairing, in *Input) error {
	unreadable, err := p.unreadable(found, in)
	if err != nil {
		return err
	}
	for title, portfolios := range p.Ambiguous { // some got another partner later
		portfolios = slices.DeleteFunc(portfolios, func(i int32) bool { return found.portfolios.Pair[i] != Unpaired })
		if p.Pairs[title] != Unpaired || len(portfolios) == 0 {
			delete(p.Ambiguous, title)
		} else {
			slices.Sort(portfolios)
			p.Ambiguous[title] = slices.Compact(portfolios)
		}
	}
	may := p.mayBe(found)
	for index := range int32(p.Portfolios.Len()) {
		h := p.Portfolios.At(index)
		if found.portfolios.Pair[index] != Unpaired || h.Hidden {
			continue
		}
		switch {
		case p.decided.merged[index] && (h.Entitled || h.Waits):
			p.Leaving = append(p.Leaving, LeavingPortfolio{
				index, LeavingAction(false, h.HeldByOthers || h.AwaitedByOtherProfile), false,
			})
		case h.Waits:
			if p.mayLeave(index, h, may, in) {
				p.Leaving = append(p.Leaving, LeavingPortfolio{
					index, LeavingAction(h.HasPOLine || h.Retained, h.HeldByOthers || h.AwaitedByOtherProfile), p.List.free.has(&h.Identity),
				})
			} else {
				p.Counts.StillWaiting++
			}
		case !h.Entitled:
			if (h.Entitlement == 0 || h.HeldByOthers) && !h.HeldByOtherProfile { // no entitlement, or only one of no profile
				p.Counts.WithoutEntitlement++
			}
		case unreadable(index):
			p.Reviews = append(p.Reviews, index)
		case p.ForCommunityZone:
			p.Leaving = append(p.Leaving, LeavingPortfolio{index, Remove, false})
		case found.waiting[index]:
			p.Waiting = append(p.Waiting, WaitingPortfolio{index, ReviewAmbiguous})
		case p.contested(found, in, index):
			p.Waiting = append(p.Waiting, WaitingPortfolio{index, ReviewContested})
		default:
			p.Leaving = append(p.Leaving, LeavingPortfolio{
				index, LeavingAction(h.HasPOLine || h.Retained, h.HeldByOthers || h.AwaitedByOtherProfile), p.List.free.has(&h.Identity),
			})
		}
	}
	return nil
}

// LeavingAction is what happens to a portfolio that is no longer on a profile's list. protected says that it has a PO line
// or is retained, shared that another entitlement holds or awaits it.
func LeavingAction(protected, shared bool) Action {
	switch {
	case shared:
		return Withdraw
	case protected:
		return Keep
	default:
		return Remove
	}
}

// mayBe returns, for each waiting portfolio, the titles of the list that it might be.
func (p *Plan) mayBe(found *pairing) map[int32][]int32 {
	may := map[int32][]int32{}
	for i := range found.pairs {
		if pair := &found.pairs[i]; p.Portfolios.At(pair.portfolio).Waits {
			may[pair.portfolio] = append(may[pair.portfolio], pair.title)
		}
	}
	return may
}

// mayLeave reports whether a waiting portfolio is by now known to be none of the list's titles, and has nothing
// attached that somebody must decide about.
func (p *Plan) mayLeave(index int32, h *HeldPortfolio, may map[int32][]int32, in *Input) bool {
	if h.HasPOLine || h.Licensed || h.HasLocal || h.Retained || in.Day < h.WaitsSince+waitsAtLeast {
		return false
	}
	return !slices.ContainsFunc(may[index], func(title int32) bool { return in.open(p.Pairs[title]) })
}

// contested reports whether the list may still have a leaving portfolio under another name: one of its identifiers is
// on a title with another name and another title_id; or its title_id, a bare host name, is on an unrelated title, and
// neither has identifiers.
func (p *Plan) contested(found *pairing, in *Input, index int32) (contested bool) {
	if found.byKey == nil {
		return false
	}
	h := in.at(p.Portfolios.At(index), index)
	h.EachKey(func(key uint64) bool {
		if found.crowds[key] {
			return true
		}
		found.byKey.each(key, func(title int32) bool {
			t := p.List.Titles.At(title)
			if t.hasKey(key) && t.Folded != h.Folded && (t.TitleID == 0 || t.TitleID != h.TitleID) &&
				!p.decided.parted[titlePlace{title, index}] {
				pair := p.Pairs[title]
				contested = pair == Unpaired || !in.hadKey(p.Portfolios.At(pair), pair, key)
			}
			return !contested
		})
		return !contested
	})
	if contested || !h.onHost() || h.filled || found.crowds[h.TitleID] {
		return contested
	}
	found.byKey.each(h.TitleID, func(title int32) bool {
		t := p.List.Titles.At(title)
		contested = t.TitleID == h.TitleID && !t.filled && !t.related(h) && !p.decided.parted[titlePlace{title, index}]
		return !contested
	})
	return contested
}

// unreadable returns a test for whether a portfolio's row may be one that could not be read.
func (p *Plan) unreadable(found *pairing, in *Input) (func(portfolio int32) bool, error) {
	r := &p.List.refused
	switch {
	case r.many || p.findHidden(in):
		return func(int32) bool { return true }, nil
	case len(r.keys) == 0 && len(r.judged) == 0:
		return func(int32) bool { return false }, nil
	}
	var leaving []int32
	for i := range int32(p.Portfolios.Len()) {
		if h := p.Portfolios.At(i); h.Entitled && !h.Hidden && found.portfolios.Pair[i] == Unpaired {
			leaving = append(leaving, i)
		}
	}
	urls, err := in.Texts.URLs(leaving)
	if err != nil {
		return nil, err
	}
	return func(i int32) bool {
		h := p.Portfolios.At(i)
		return r.judged[h.ID] || r.names(&h.Identity, urls[i])
	}, nil
}

// findHidden reports whether a refused row whose cells cannot be assigned to columns names nothing that is known here.
// If so, it may be any portfolio that is not listed.
func (p *Plan) findHidden(in *Input) bool {
	opaque := p.List.refused.opaque
	if len(opaque) == 0 {
		return false
	}
	known := keySet{}
	for i := range int32(p.Portfolios.Len()) {
		if f := in.Former[i]; f != nil && f.created != 0 {
			continue
		}
		h := in.at(p.Portfolios.At(i), i)
		known.add(h)
		known[foldedKey(h.Folded)] = struct{}{}
	}
	for _, row := range opaque {
		if !slices.ContainsFunc(row.cells, func(cell uint64) bool { _, found := known[cell]; return found }) {
			p.hiddenIn = row.line
			return true
		}
	}
	return false
}

// ReportHidden reports why nothing is removed in this run.
func (p *Plan) ReportHidden(report func(kbart.Finding)) {
	if len(p.Reviews) == 0 {
		return
	}
	f := kbart.Finding{
		Severity: kbart.Warning, Code: "removals-left", Line: p.hiddenIn,
		Hint: "ask the provider to correct the row, or say which title it is, or that it hides none",
	}
	switch titles := words.Count(len(p.Reviews), "title", "titles"); {
	case p.List.refused.many:
		f.Message = fmt.Sprintf("too many rows could not be read to say what they hide: "+
			"%s that the list does not have stay as they are", titles)
		f.Hint = "ask the provider for a list that can be read"
	case p.hiddenIn != 0:
		f.Message = fmt.Sprintf("the cells of this row cannot be told apart, and it may be any title: "+
			"%s that the list does not have stay as they are", titles)
	default:
		return
	}
	report(f)
}

// HiddenInLine is the line of a refused row that may hide any title; 0: none.
func (p *Plan) HiddenInLine() int { return p.hiddenIn }
