package model

import (
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
)

// AccessAnswer says whether something may be read.
type AccessAnswer struct {
	AccessDecision
	Portfolios []*PortfolioAccess
}

// PortfolioAccess says whether it may be read by way of one portfolio.
type PortfolioAccess struct {
	AccessDecision
	By   *holdings.PortfolioAccess
	For  int64 // the inventory group that asks; 0: none
	Page *AccessPage
}

// AccessPage is what was read together.
type AccessPage struct {
	IDs        []int64
	Portfolios Related[*Portfolio]
}

// AccessDecision is a decision with null for what is not said.
type AccessDecision struct{ decision holdings.AccessDecision }

// Granted says whether it may be read.
func (d AccessDecision) Granted() bool { return d.decision.Granted }

// Wholly says whether all of it may.
func (d AccessDecision) Wholly() bool { return d.decision.Wholly }

// Reason is why not.
func (d AccessDecision) Reason() *string { return orNull(string(d.decision.Denial)) }

// Message is the reason in words.
func (d AccessDecision) Message() *string { return orNull(d.decision.Message) }

// OpensOn is when an embargo ends.
func (d AccessDecision) OpensOn() *string { return orNull(d.decision.Opens) }

// AccessAnswerOf makes an answer to a group's question.
func AccessAnswerOf(answer holdings.AccessAnswer, groupID int64) *AccessAnswer {
	page := &AccessPage{IDs: ids(answer.Portfolios, func(p *holdings.PortfolioAccess) int64 { return p.PortfolioID })}
	return &AccessAnswer{AccessDecision{answer.AccessDecision}, wrap(answer.Portfolios, func(p *holdings.PortfolioAccess) *PortfolioAccess {
		return &PortfolioAccess{AccessDecision{p.AccessDecision}, p, groupID, page}
	})}
}

// URL is where to read it.
func (a *PortfolioAccess) URL() *string { return orNull(a.By.URL) }

// Coverage is the statement that grants it.
func (a *PortfolioAccess) Coverage() *Coverage {
	if a.By.Statement == nil {
		return nil
	}
	profiles := []int64{}
	for _, e := range a.By.Entitlements {
		if e.ProfileID != 0 && a.By.Statement.Kind != plan.LocalKind && a.By.Statement.Kind != plan.RetainedKind {
			profiles = append(profiles, e.ProfileID)
		}
	}
	return &Coverage{Statement: *a.By.Statement, ProfileIDs: profiles, Page: &CoveragePage{ProfileIDs: profiles}}
}

// Retention is the mark by which it is granted.
func (a *PortfolioAccess) Retention() *Retention {
	if !a.By.Retention.Holds() {
		return nil
	}
	return &Retention{a.By.Retention}
}

// Proxy says whether links go through the library's proxy.
func (a *PortfolioAccess) Proxy() *bool {
	said, ok := a.By.Local.Proxy()
	if !ok {
		return nil
	}
	if ofGroup, differs := said.Groups[a.For]; differs {
		return &ofGroup
	}
	return &said.On
}
