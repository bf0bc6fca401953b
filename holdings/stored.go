package holdings

import (
	"autoholdings/kbart"
	"slices"
	"strings"
)

// stored is a portfolio with its values, as a batch compares and writes it.
type stored struct {
	values    [len(titleColumns)]string
	moreKeys  string
	locked    string
	available bool
	listed    bool
	removedAt *int64 // Unix milliseconds; nil: it is in the holdings
	review    string

	former *[len(titleColumns)]string // of a preview: the values in the database, where an earlier part would have changed them

	coverage []Statement // of the part's own entitlement, in force or not
	entitlementState
}

// entitlementState is the part's own entitlement to a portfolio, but for its coverage.
type entitlementState struct {
	portfolioID  int64
	active       bool
	waiting      string // why it is suspended
	waitingSince string
	givenBack    bool
	own          ownValues
	ownHash      *int64
}

// entitle gives the portfolio the part's own entitlement. What its list has otherwise than the portfolio is told by the
// values that the portfolio would have by then.
func (p *stored) entitle(e entitlementState) {
	p.entitlementState = e
	if p.former == nil || e.portfolioID == 0 {
		return
	}
	said := e.own.over(p.former)
	p.own = nil
	for i, c := range titleColumns {
		if said[i] != "" && comparable(c, said[i]) != comparable(c, p.values[i]) {
			if p.own == nil {
				p.own = ownValues{}
			}
			p.own[c.String()] = said[i]
		}
	}
}

// gone is how a portfolio would stand that a part takes from its profile.
func (p *stored) gone(h *held, action Action, why string, standing map[int64][len(titleColumns)]string, now int64) *stored {
	after := p.foreseen(h.id)
	after.listed = h.shared
	switch action {
	case Remove:
		after.removedAt, after.review = &now, ""
	case Keep:
		after.review = ""
	case Wait:
		after.review = why
	case Withdraw:
		if said, ok := standing[h.id]; ok {
			after.values = p.takenOver(said, func(kbart.Column, string, string) {})
		}
		if !h.awaited {
			after.review = ""
		}
	}
	return after
}

// foreseen is a copy that may be changed, and that knows the values in the database.
func (p *stored) foreseen(id int64) *stored {
	after := *p
	if after.former == nil && id > 0 {
		former := p.values
		after.former = &former
	}
	return &after
}

// takenOver are the values of a portfolio that takes those of another list, but for what staff locked and the list
// leaves empty.
func (p *stored) takenOver(said [len(titleColumns)]string, changed func(c kbart.Column, before, after string)) [len(titleColumns)]string {
	after, locked := p.values, strings.Fields(p.locked)
	for i, c := range titleColumns {
		if said[i] != "" && comparable(c, after[i]) != comparable(c, said[i]) && !slices.Contains(locked, c.String()) {
			changed(c, after[i], said[i])
			after[i] = said[i]
		}
	}
	return after
}
