package model

import (
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/kbart"
)

// FormerPortfolio is a portfolio as it was at the end of a day.
type FormerPortfolio struct {
	*holdings.FormerPortfolio

	Collection *Collection
	Coverage   []*Coverage
}

func (p *FormerPortfolio) value(c kbart.Column) string {
	for i, known := range plan.TitleColumns {
		if known == c {
			return p.Values[i]
		}
	}
	return ""
}

// Title is as it was shown.
func (p *FormerPortfolio) Title() string { return p.value(kbart.PublicationTitle) }

// TitleID is null where it was empty.
func (p *FormerPortfolio) TitleID() *string { return orNull(p.value(kbart.TitleID)) }

// PrintIdentifier is null where it was empty.
func (p *FormerPortfolio) PrintIdentifier() *string { return orNull(p.value(kbart.PrintIdentifier)) }

// OnlineIdentifier is null where it was empty.
func (p *FormerPortfolio) OnlineIdentifier() *string { return orNull(p.value(kbart.OnlineIdentifier)) }

// URL is null where it was empty.
func (p *FormerPortfolio) URL() *string { return orNull(p.value(kbart.TitleURL)) }

// PublisherName is null where it was empty.
func (p *FormerPortfolio) PublisherName() *string { return orNull(p.value(kbart.PublisherName)) }
