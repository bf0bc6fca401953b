package plan

import (
	"fmt"
	"strings"
)

// Guards are what holds a plan until a person decides (DOMAIN section 7): a profile's settings, or those of an import.
// Zero marks stand for a guard that is not asked; those that a profile was given are strict, see [Guards.OfProfile].
type Guards struct {
	Removals  Marks `json:"removals"`  // entitlements that end or begin to wait
	Access    Marks `json:"access"`    // titles that stay and lose time that was covered
	Identity  Marks `json:"identity"`  // titles that stay and change both their title and an identifier
	Additions Marks `json:"additions"` // titles that are new
	Again     bool  `json:"again"`     // hold removals of what an undo gave back, once
	Shape     bool  `json:"shape"`     // hold the first list that lacks a column which lists before it filled
}

// Marks say how much of one kind is held: more than Percent of the base and more than Titles, or more than Most. 0 in
// Most stands for no such mark.
type Marks struct {
	Percent int `json:"percent"`
	Titles  int `json:"titles"`
	Most    int `json:"most,omitempty"`
}

// StandardGuards are the settings of a new profile, but for percent and titles of removals, which are columns of their own.
func StandardGuards() Guards {
	usual := Marks{Percent: 10, Titles: 20, Most: 1000}
	return Guards{Removals: usual, Access: usual, Identity: usual, Additions: Marks{Percent: 50, Titles: 100}, Again: true, Shape: true}
}

// Names of the guards, as reasons have them.
const (
	GuardRemovals  = "REMOVALS"
	GuardAccess    = "ACCESS"
	GuardIdentity  = "IDENTITY"
	GuardAdditions = "ADDITIONS"
	GuardAgain     = "AGAIN"
	GuardShape     = "SHAPE"
)

// GuardReason is why one guard holds a plan.
type GuardReason struct {
	Guard    string `json:"guard"`
	Before   int    `json:"before"`   // the base: the profile's entitlements in force in the collection before the run
	Affected int    `json:"affected"` // titles
	Column   string `json:"column,omitempty"`
	Message  string `json:"message"` // in words, with figures
}

// Held says whether nothing of the plan may be written until a person decides.
func (p *Plan) Held() bool { return len(p.Guards) > 0 }

// HeldBecause is why, in words; "" where nothing holds the plan.
func (p *Plan) HeldBecause() string {
	reasons := make([]string, len(p.Guards))
	for i, g := range p.Guards {
		reasons[i] = g.Message
	}
	return strings.Join(reasons, "; ")
}

// strict stands in Most for marks of zero that hold whatever goes beyond them.
const strict = -1

// OfProfile are a profile's guards as its plans are judged: a guard that was set to zero holds more than 0 % and more
// than 0.
func (g Guards) OfProfile() Guards {
	for _, marks := range []*Marks{&g.Access, &g.Identity, &g.Additions} {
		if *marks == (Marks{}) {
			marks.Most = strict
		}
	}
	return g
}

// Asked says whether a guard of these marks judges anything.
func (m Marks) Asked() bool { return m != (Marks{}) }

// Exceeds says whether so many of a base are more than the marks allow. Two or fewer are not, unless nothing would be
// left.
func (m Marks) Exceeds(base, n int) bool {
	switch {
	case n == 0:
		return false
	case n >= base:
		return true
	case n <= 2:
		return false
	case n > m.Titles && n*100 > m.Percent*base:
		return true
	default:
		return m.Most > 0 && (n > m.Most || 2*n > base)
	}
}

// words says which mark so many of a base exceed.
func (m Marks) words(base, n int) string {
	switch {
	case n > m.Titles && n*100 > m.Percent*base:
		return fmt.Sprintf("more than %d %% and more than %d", m.Percent, m.Titles)
	case n > m.Most:
		return fmt.Sprintf("more than %d", m.Most)
	default:
		return "more than half"
	}
}

// askGuards asks all guards but that of access, which needs values. The base is the profile's own entitlements in
// force; without any, there is nothing to lose.
func (p *Plan) askGuards(guards Guards) {
	base := p.Counts.EntitlementsBefore
	if base == 0 {
		return
	}
	p.Guards = append(p.Guards, guardRemovals(guards.Removals, base, p.Counts.EntitlementsAffected)...)
	identity, additions := p.countIdentity(), p.countAdditions()
	if guards.Identity.Asked() && guards.Identity.Exceeds(base, identity) {
		p.Hold(GuardIdentity, identity, "%d of %d titles would get both another title and another identifier (%s), %s", guards.Identity)
	}
	if m := guards.Additions; m.Asked() && additions > m.Titles && additions*100 > m.Percent*base {
		p.Hold(GuardAdditions, additions, "%d titles would be added to the %d there are (%s), %s", m)
	}
	if given := p.countGivenBack(); guards.Again && given > 0 {
		p.Guards = append(p.Guards, GuardReason{
			Guard: GuardAgain, Before: base, Affected: given,
			Message: fmt.Sprintf("the plan takes away %d of the %d titles again that an undo gave back", given, base),
		})
	}
}

// Hold adds a guard's reason. format takes the number of titles, the base, the share and the mark.
func (p *Plan) Hold(guard string, n int, format string, marks Marks) {
	base := p.Counts.EntitlementsBefore
	p.Guards = append(p.Guards, GuardReason{
		Guard: guard, Before: base, Affected: n,
		Message: fmt.Sprintf(format, n, base, fmt.Sprintf("%.1f %%", 100*float64(n)/float64(base)), marks.words(base, n)),
	})
}

// guardRemovals judges how much a plan takes away.
func guardRemovals(marks Marks, base, n int) []GuardReason {
	reason := GuardReason{Guard: GuardRemovals, Before: base, Affected: n}
	switch {
	case n > 0 && n >= base:
		reason.Message = fmt.Sprintf("nothing would be left: the plan takes away all %d titles here", base)
	case marks.Exceeds(base, n):
		reason.Message = fmt.Sprintf("the plan takes away %d of %d titles (%.1f %%), %s",
			n, base, 100*float64(n)/float64(base), marks.words(base, n))
	default:
		return nil
	}
	return []GuardReason{reason}
}

// countIdentity is how many titles stay and change both their title and an identifier.
func (p *Plan) countIdentity() (n int) {
	for title, pair := range p.Pairs {
		if pair == Unpaired {
			continue
		}
		t, h := p.List.Titles.At(int32(title)), p.Portfolios.At(pair)
		if h.Entitled && t.Folded != h.Folded && t.conflicts(&h.Identity) {
			n++
		}
	}
	return n
}

// countAdditions is how many titles are new for the profile.
func (p *Plan) countAdditions() (n int) {
	for title, pair := range p.Pairs {
		if p.SkipAbsent && p.Lacking(int32(title)) {
			continue
		}
		if pair == Unpaired || !p.Portfolios.At(pair).Entitled {
			n++
		}
	}
	return n
}

func (p *Plan) countGivenBack() (n int) {
	for _, l := range p.Leaving {
		if p.Portfolios.At(l.Portfolio).GivenBack {
			n++
		}
	}
	for _, w := range p.Waiting {
		if p.Portfolios.At(w.Portfolio).GivenBack {
			n++
		}
	}
	return n
}
