package holdings

// A run that was interrupted has written a share of its plan. The plan of the run that goes on must not take that share
// for what was there before: a title that was added because nobody could tell which portfolio it is would settle the
// question, and what it might have been would leave. So the portfolios take part in the pairing as they were before the
// part began.

// formerPortfolio is a portfolio that the interrupted run changed, as it was before.
type formerPortfolio struct {
	identity
	round   uint8
	others  bool  // the profile had no entitlement to it: its keys were those of others
	created int32 // line of the title that it was made for; 0: it was there before
}

// before takes the line of the report that says what became of the portfolio as a whole.
func (f *formerPortfolio) before(h *held, action Action, line int32, was Values) error {
	state, err := was.state()
	switch {
	case err != nil:
		return err
	case action == Add && was.Old == "":
		f.created = line
	case action == Add && state.RemovedAt != nil:
		f.round, f.others = lastRound, state.Entitled == "" && h.someoneElse
	case action == Add && !h.elsewhere && (state.Entitled != "" || h.everListed):
		f.round, f.others = 1, state.Entitled == "" && h.someoneElse
	case action == Add:
		f.round, f.others = 0, state.Entitled == "" && h.someoneElse
	case state.Waiting != "" && !h.elsewhere: // it had waited already, and left
		f.round = 1
	default:
		f.round = 0
	}
	return nil
}

// at is the identity under which a portfolio takes part in the pairing.
func (in *planned) at(h *held, i int32) *identity {
	if f := in.former[i]; f != nil {
		return &f.identity
	}
	return &h.identity
}

func (in *planned) roundOf(h *held, i int32) uint8 {
	if f := in.former[i]; f != nil {
		return f.round
	}
	return h.roundOf()
}

// byOthersKeys says whether a portfolio takes part under the keys of other entitlements: the part's profile had none to
// it.
func (in *planned) byOthersKeys(h *held, i int32) bool {
	if f := in.former[i]; f != nil {
		return f.others
	}
	return h.entitlement == 0 && h.someoneElse
}

// hadKey says whether a portfolio had an identifier before this list.
func (in *planned) hadKey(h *held, i int32, key uint64) bool {
	if f := in.former[i]; f != nil && f.created != 0 {
		return false
	}
	return in.at(h, i).hasKey(key)
}

// leaveOut takes the portfolios out of the pairing that an interrupted run made.
func (in *planned) leaveOut(portfolios *side) {
	for i, f := range in.former {
		portfolios.out[i] = portfolios.out[i] || f.created != 0
	}
}

// rejoin pairs the titles with the portfolios that an interrupted run made for them, by the line of the list: it is of
// the same bytes.
func (in *planned) rejoin(l *list, titles, portfolios *side) {
	byLine := map[int32]int32{}
	for i, f := range in.former {
		if f.created != 0 {
			byLine[f.created] = i
		}
	}
	if len(byLine) == 0 {
		return
	}
	for title := range titles.pair {
		portfolio, ok := byLine[l.titles.at(int32(title)).line]
		if !ok {
			continue
		}
		if other := titles.pair[title]; other != unpaired {
			portfolios.pair[other] = unpaired
		}
		titles.pair[title], portfolios.pair[portfolio] = portfolio, int32(title)
	}
}

// open says whether a title had no portfolio of its own before this list.
func (in *planned) open(pair int32) bool {
	f := in.former[pair]
	return pair == unpaired || f != nil && f.created != 0
}
