package model

import (
	"autoholdings/ent"
	"autoholdings/holdings"
)

// PairingDecision is what a person decided about a portfolio and a title.
type PairingDecision struct {
	*ent.PairingDecision
	Page *PairingPage
}

// PairingPage is what was read together.
type PairingPage struct {
	Rows       []*ent.PairingDecision
	Portfolios Related[*Portfolio]
	Jobs       Related[*Job]
}

// PairingDecisions makes a page of rows.
func PairingDecisions(rows []*ent.PairingDecision) []*PairingDecision {
	page := &PairingPage{Rows: rows}
	return wrap(rows, func(row *ent.PairingDecision) *PairingDecision { return &PairingDecision{row, page} })
}

func (*PairingDecision) IsNode() {}

// ID is the opaque id.
func (d *PairingDecision) ID() string { return ID(PairingDecisionType, d.PairingDecision.ID) }

// TitleID is KBART title_id.
func (d *PairingDecision) TitleID() *string { return orNull(d.PairingDecision.TitleID) }

// PrintIdentifier is KBART print_identifier.
func (d *PairingDecision) PrintIdentifier() *string { return orNull(d.PairingDecision.PrintIdentifier) }

// OnlineIdentifier is KBART online_identifier.
func (d *PairingDecision) OnlineIdentifier() *string {
	return orNull(d.PairingDecision.OnlineIdentifier)
}

// DecidedBy is who decided.
func (d *PairingDecision) DecidedBy() *Actor { return ActorOf(d.ActorKind, d.ActorName) }

// PairingCandidate is a portfolio that may be the same title as another.
type PairingCandidate struct {
	holdings.Candidate
	Page *CandidatePage
}

// CandidatePage is the candidates that were read together.
type CandidatePage struct {
	IDs        []int64
	Portfolios Related[*Portfolio]
}

// PairingCandidates makes a page of candidates, by portfolio.
func PairingCandidates(found map[int64][]holdings.Candidate) map[int64][]*PairingCandidate {
	page, candidates := &CandidatePage{}, map[int64][]*PairingCandidate{}
	for id, of := range found {
		for _, c := range of {
			page.IDs = append(page.IDs, c.PortfolioID)
			candidates[id] = append(candidates[id], &PairingCandidate{c, page})
		}
	}
	return candidates
}

// SharedIdentifiers are the identifiers that both have.
func (c *PairingCandidate) SharedIdentifiers() []string {
	return append([]string{}, c.Candidate.SharedIdentifiers...)
}
