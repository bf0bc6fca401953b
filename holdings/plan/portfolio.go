package plan

import "autoholdings/kbart"

// StoredPortfolio is a portfolio with its values, as a batch compares and writes it.
type StoredPortfolio struct {
	Values    [len(TitleColumns)]string
	MoreKeys  string
	Local     LocalValues
	Retained  []Statement // time that lists took away and that is retained
	Retention Retention   // set where it matters
	Available bool
	Listed    bool
	RemovedAt *int64 // Unix milliseconds; nil: it is in the holdings
	Review    string
	// Unix milliseconds; without a review, whatever it was before
	ReviewSince int64

	Former *[len(TitleColumns)]string // in a preview: the values in the database, if an earlier part would change them

	Coverage []Statement // of the part's own entitlement, active or not
	EntitlementState
}

// EntitlementState is the part's own entitlement to a portfolio, without its coverage.
type EntitlementState struct {
	PortfolioID  int64
	Active       bool
	Waiting      string // why it is suspended
	WaitingSince string
	GivenBack    bool
	EndedAt      *int64 // Unix milliseconds; nil: it is in force, or not known
	Own          DivergingValues
	OwnHash      *int64
}

// SetEntitlement sets the part's own entitlement. In a preview, its diverging values are recomputed against the values
// that the portfolio would have by then.
func (p *StoredPortfolio) SetEntitlement(e EntitlementState) {
	p.EntitlementState = e
	if p.Former == nil || e.PortfolioID == 0 {
		return
	}
	said := e.Own.AppliedTo(p.Former)
	p.Own = nil
	for i, c := range TitleColumns {
		if said[i] != "" && ComparableValue(c, said[i]) != ComparableValue(c, p.Values[i]) {
			if p.Own == nil {
				p.Own = DivergingValues{}
			}
			p.Own[c.String()] = said[i]
		}
	}
}

// AfterLeaving returns the portfolio as it would be after the part takes it from its profile.
func (p *StoredPortfolio) AfterLeaving(
	h *HeldPortfolio, action Action, why string, standing map[int64][len(TitleColumns)]string, now int64,
) *StoredPortfolio {
	after := p.PreviewCopy(h.ID)
	after.Listed = h.HeldByOtherProfile
	switch action {
	case Remove:
		after.RemovedAt, after.Review = &now, ""
	case Keep:
		after.Review = ""
	case Wait:
		if after.Review = why; why != p.Review {
			after.ReviewSince = now
		}
	case Withdraw:
		if said, ok := standing[h.ID]; ok {
			after.Values = p.ValuesAfterTakeover(said, func(kbart.Column, string, string) {})
		}
		if !h.AwaitedByOtherProfile {
			after.Review = ""
		}
	}
	return after
}

// PreviewCopy returns a copy that may be changed and that remembers the values in the database.
func (p *StoredPortfolio) PreviewCopy(id int64) *StoredPortfolio {
	after := *p
	if after.Former == nil && id > 0 {
		former := p.Values
		after.Former = &former
	}
	return &after
}

// ValuesAfterTakeover returns the portfolio's values with those of another list in their place, except where the list is
// empty.
func (p *StoredPortfolio) ValuesAfterTakeover(
	said [len(TitleColumns)]string, changed func(c kbart.Column, before, after string),
) [len(TitleColumns)]string {
	after := p.Values
	for i, c := range TitleColumns {
		if said[i] != "" && ComparableValue(c, after[i]) != ComparableValue(c, said[i]) {
			changed(c, after[i], said[i])
			after[i] = said[i]
		}
	}
	return after
}
