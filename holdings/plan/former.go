package plan

// An interrupted run has already written part of its plan. When the run resumes, its plan must not take that part for
// what was there before: if a title was added because nobody could tell which portfolio it is, the new portfolio would
// settle the question, and the candidates would leave. So the portfolios are paired as they were before the part began.

// FormerPortfolio is a portfolio that the interrupted run changed, in its state before that.
type FormerPortfolio struct {
	Identity
	Round   uint8
	others  bool  // the profile had no entitlement: the keys were those of other entitlements
	created int32 // line of the title that it was created for; 0: it existed before
	ended   bool  // the profile's entitlement was not in force
	leftAt  int64 // when it was hidden, in Unix milliseconds; 0: it was not
}

// Before sets the former state from the report's line about the portfolio as a whole.
func (f *FormerPortfolio) Before(h *HeldPortfolio, action Action, line int32, was Values) error {
	state, err := was.State()
	f.ended = action == Add || state.Waiting != ""
	switch {
	case err != nil:
		return err
	case action == Add && was.Old == "":
		f.created = line
	case action == Add && state.RemovedAt != nil:
		f.Round, f.others, f.leftAt = lastRound, state.Entitled == "" && h.HasOtherEntitlement, *state.RemovedAt
	case action == Add && !h.HeldByOthers && (state.Entitled != "" || h.EverListed):
		f.Round, f.others = 1, state.Entitled == "" && h.HasOtherEntitlement
	case action == Add:
		f.Round, f.others = 0, state.Entitled == "" && h.HasOtherEntitlement
	case state.Waiting != "" && !h.HeldByOthers: // it was waiting already, and left
		f.Round = 1
	default:
		f.Round = 0
	}
	return nil
}

// at returns the identity under which a portfolio is paired.
func (in *Input) at(h *HeldPortfolio, i int32) *Identity {
	if f := in.Former[i]; f != nil {
		return &f.Identity
	}
	return &h.Identity
}

func (in *Input) roundOf(h *HeldPortfolio, i int32) uint8 {
	if f := in.Former[i]; f != nil {
		return f.Round
	}
	return h.RoundOf()
}

// wasEntitled reports whether the profile's list had a portfolio before this one.
func (in *Input) wasEntitled(h *HeldPortfolio, i int32) bool {
	if f := in.Former[i]; f != nil {
		return !f.ended
	}
	return h.Entitled
}

// leftAt is when a portfolio was hidden.
func (in *Input) leftAt(h *HeldPortfolio, i int32) int64 {
	if f := in.Former[i]; f != nil && f.leftAt != 0 {
		return f.leftAt
	}
	return h.LeftAt
}

// byOthersKeys reports whether a portfolio is paired by the keys of other entitlements, because the part's profile had
// none.
func (in *Input) byOthersKeys(h *HeldPortfolio, i int32) bool {
	if f := in.Former[i]; f != nil {
		return f.others
	}
	return h.Entitlement == 0 && h.HasOtherEntitlement
}

// hadKey reports whether a portfolio had an identifier before this list.
func (in *Input) hadKey(h *HeldPortfolio, i int32, key uint64) bool {
	if f := in.Former[i]; f != nil && f.created != 0 {
		return false
	}
	return in.at(h, i).hasKey(key)
}

// leaveOut excludes from pairing the portfolios that an interrupted run created.
func (in *Input) leaveOut(portfolios *PairingSide) {
	for i, f := range in.Former {
		portfolios.Excluded[i] = portfolios.Excluded[i] || f.created != 0
	}
}

// rejoin pairs titles with the portfolios that an interrupted run created for them. It goes by line number, since the
// list has the same bytes.
func (in *Input) rejoin(l *List, titles, portfolios *PairingSide) {
	byLine := map[int32]int32{}
	for i, f := range in.Former {
		if f.created != 0 {
			byLine[f.created] = i
		}
	}
	if len(byLine) == 0 {
		return
	}
	for title := range titles.Pair {
		portfolio, ok := byLine[l.Titles.At(int32(title)).line]
		if !ok {
			continue
		}
		if other := titles.Pair[title]; other != Unpaired {
			portfolios.Pair[other] = Unpaired
		}
		titles.Pair[title], portfolios.Pair[portfolio] = portfolio, int32(title)
	}
}

// open reports whether a title had no portfolio before this list.
func (in *Input) open(pair int32) bool {
	f := in.Former[pair]
	return pair == Unpaired || f != nil && f.created != 0
}
