package model

import "autoholdings/ent"

// PortfolioSet is a saved selection of portfolios.
type PortfolioSet struct{ *ent.PortfolioSet }

// PortfolioSets wraps rows.
func PortfolioSets(rows []*ent.PortfolioSet) []*PortfolioSet {
	return wrap(rows, func(row *ent.PortfolioSet) *PortfolioSet { return &PortfolioSet{row} })
}

func (*PortfolioSet) IsNode() {}

// ID is the opaque id.
func (s *PortfolioSet) ID() string { return ID(PortfolioSetType, s.PortfolioSet.ID) }

// Description is null where nothing was written.
func (s *PortfolioSet) Description() *string { return orNull(s.PortfolioSet.Description) }

// HasFilter says that it does not list its portfolios.
func (s *PortfolioSet) HasFilter() bool { return s.Filter != "" }
