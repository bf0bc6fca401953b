package plan

// A run that was interrupted has written a share of its plan. The plan of the run that goes on must not take that share
// for what was there before: a title that was added because nobody could tell which portfolio it is would settle the
// question, and what it might have been would leave. So the portfolios take part in the pairing as they were before the
// part began.

// FormerPortfolio is a portfolio that the interrupted run changed, as it was before.
type FormerPortfolio struct {
	Identity
	Round   uint8
	others  bool  // the profile had no entitlement to it: its keys were those of others
	created int32 // line of the title that it was made for; 0: it was there before
}

// Before takes the line of the report that says what became of the portfolio as a whole.
func (f *FormerPortfolio) Before(h *HeldPortfolio, action Action, line int32, was Values) error {
	state, err := was.State()
	switch {
	case err != nil:
		return err
	case action == Add && was.Old == "":
		f.created = line
	case action == Add && state.RemovedAt != nil:
		f.Round, f.others = lastRound, state.Entitled == "" && h.HasOtherEntitlement
	case action == Add && !h.HeldByOthers && (state.Entitled != "" || h.EverListed):
		f.Round, f.others = 1, state.Entitled == "" && h.HasOtherEntitlement
	case action == Add:
		f.Round, f.others = 0, state.Entitled == "" && h.HasOtherEntitlement
	case state.Waiting != "" && !h.HeldByOthers: // it had waited already, and left
		f.Round = 1
	default:
		f.Round = 0
	}
	return nil
}

// at is the identity under which a portfolio takes part in the pairing.
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

// byOthersKeys says whether a portfolio takes part under the keys of other entitlements: the part's profile had none to
// it.
func (in *Input) byOthersKeys(h *HeldPortfolio, i int32) bool {
	if f := in.Former[i]; f != nil {
		return f.others
	}
	return h.Entitlement == 0 && h.HasOtherEntitlement
}

// hadKey says whether a portfolio had an identifier before this list.
func (in *Input) hadKey(h *HeldPortfolio, i int32, key uint64) bool {
	if f := in.Former[i]; f != nil && f.created != 0 {
		return false
	}
	return in.at(h, i).hasKey(key)
}

// leaveOut takes the portfolios out of the pairing that an interrupted run made.
func (in *Input) leaveOut(portfolios *PairingSide) {
	for i, f := range in.Former {
		portfolios.Excluded[i] = portfolios.Excluded[i] || f.created != 0
	}
}

// rejoin pairs the titles with the portfolios that an interrupted run made for them, by the line of the list: it is of
// the same bytes.
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

// open says whether a title had no portfolio of its own before this list.
func (in *Input) open(pair int32) bool {
	f := in.Former[pair]
	return pair == Unpaired || f != nil && f.created != 0
}
