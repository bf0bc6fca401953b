package holdings

import (
	"slices"
	"time"

	"autoholdings/ent"
	"autoholdings/holdings/plan"
	"autoholdings/kbart"
)

// portfoliosFound are portfolios that questions may be about, by the identifiers that they show.
type portfoliosFound struct{ byKey, byTitleID, byURL map[string][]*portfolioFound }

// portfolioFound is one of them, with what its export has.
type portfolioFound struct {
	id, collectionID int64
	collection       string
	state            AccessDenial // why it cannot be read at all; "": it can
	rows             exporter
	given            []givenStatement // by entitlement

	values     [len(plan.TitleColumns)]string // as they are shown
	statements []plan.Statement               // as they are exported
	local      plan.LocalValues
	ended      bool // no entitlement is in force
	retention  plan.Retention
}

// givenStatement is a range that an entitlement gives; an entitlement without statements gives the title as a whole.
type givenStatement struct {
	by   Granting
	hash uint64 // 0: the whole title
}

func (p *portfolioFound) note(entitlementID int64, profileID *int64, profile *ent.Profile, st *plan.Statement) {
	given := givenStatement{by: Granting{ID: entitlementID}}
	if n := len(p.given); n > 0 && p.given[n-1].by.ID == entitlementID {
		given.by = p.given[n-1].by
	} else if profileID != nil {
		given.by.ProfileID, given.by.Profile = *profileID, ProfileName(profile)
	}
	if st != nil {
		given.hash = st.RangeHash()
	}
	p.given = append(p.given, given)
}

// add completes a portfolio whose rows have all been read, and files it by what it shows.
func (f *portfoliosFound) add(p *portfolioFound) {
	if p == nil {
		return
	}
	e := &p.rows
	stored := e.current
	if e.finish() {
		e.order()
		p.statements = e.statements
	} else if p.state == "" {
		p.state = DeniedNotListed // nothing of it is retained
	}
	p.local, p.ended, p.retention = stored.local, stored.ended, stored.retention
	p.values = stored.local.AppliedTo(&stored.values)
	keys := []string{kbart.IdentifierKey(p.value(kbart.PrintIdentifier)), kbart.IdentifierKey(p.value(kbart.OnlineIdentifier))}
	for i, key := range keys {
		if key != "" && (i == 0 || key != keys[0]) {
			f.byKey[key] = append(f.byKey[key], p)
		}
	}
	if id := p.value(kbart.TitleID); id != "" {
		f.byTitleID[id] = append(f.byTitleID[id], p)
	}
	if url := urlKey(p.value(kbart.TitleURL)); url != "" {
		f.byURL[url] = append(f.byURL[url], p)
	}
}

func (p *portfolioFound) value(c kbart.Column) string { return p.values[plan.TitleColumnIndex[c]] }

// matching are the portfolios that show the identifier, each once.
func (f *portfoliosFound) matching(a askedTitle) (matches []*portfolioFound) {
	matches = f.byKey[a.key]
	add := func(also []*portfolioFound) {
		for _, p := range also {
			if !slices.Contains(matches, p) {
				matches = append(slices.Clip(matches), p)
			}
		}
	}
	for _, id := range a.titleIDs {
		add(f.byTitleID[id])
	}
	if a.url != "" {
		add(f.byURL[a.url])
	}
	return matches
}

// access is what the portfolio has to say to a question.
func (p *portfolioFound) access(a askedTitle, today time.Time) *PortfolioAccess {
	access := &PortfolioAccess{
		PortfolioID: p.id, CollectionID: p.collectionID, Collection: p.collection, Title: p.value(kbart.PublicationTitle),
		TitleID: p.value(kbart.TitleID), Print: p.value(kbart.PrintIdentifier), Online: p.value(kbart.OnlineIdentifier),
		URL: p.value(kbart.TitleURL), Local: p.local,
	}
	if p.state != "" {
		access.AccessDecision = denied(p.state)
		return access
	}
	answer := plan.Answer(p.statements, a.Asked, today)
	if answer.Statement < 0 {
		access.AccessDecision = outOfCoverage(answer, p.statements)
		return access
	}
	access.Granted, access.Wholly = true, answer.Wholly
	st := &p.statements[answer.Statement]
	if url := st.OwnText(kbart.TitleURL); url != "" {
		access.URL = url
	}
	if *st != (plan.Statement{}) {
		access.Statement = st
	}
	if p.ended || st.Kind == plan.RetainedKind {
		access.Retention = p.retention
	}
	access.Entitlements = p.granting(st)
	return access
}

// granting are the entitlements that give a statement. What staff say and what is retained is given by all of them: it is
// there because they are or were.
func (p *portfolioFound) granting(st *plan.Statement) (granting []Granting) {
	hash, all := st.RangeHash(), st.Kind == plan.LocalKind || st.Kind == plan.RetainedKind || *st == (plan.Statement{})
	for _, given := range p.given {
		known := slices.ContainsFunc(granting, func(g Granting) bool { return g.ID == given.by.ID })
		if !known && (all || given.hash == hash) {
			granting = append(granting, given.by)
		}
	}
	return granting
}

// outOfCoverage is the decision where a title can be read, but not what was asked for.
func outOfCoverage(answer plan.CoverageAnswer, statements []plan.Statement) AccessDecision {
	d := AccessDecision{Denial: AccessDenial(answer.Out)}
	covered := ": covered is " + plan.CoverageText(statements)
	switch answer.Out {
	case plan.Embargoed:
		d.Message = "an embargo holds it back"
		if !answer.Opens.IsZero() {
			d.Opens = answer.Opens.Format(time.DateOnly)
			d.Message += " until " + d.Opens
		}
	case plan.BeforeMovingWall:
		d.Message = "the provider gives the most recent time only, and it is older"
	case plan.InGap:
		d.Message = "it lies between what is covered"
	case plan.BeforeCoverage:
		d.Message = "it comes before what is covered"
	case plan.AfterCoverage:
		d.Message = "it comes after what is covered"
	default:
		d.Message = "the coverage cannot be compared with it; ask with a date"
	}
	d.Message += covered
	return d
}
