package plan

import (
	"fmt"
	"strings"

	"autoholdings/internal/words"
)

// Guards are the limits beyond which a plan is held until somebody decides (DOMAIN section 7). They are a profile's
// settings, or those of an import. A guard with zero marks is off, unless a profile sets it to zero: then it is strict,
// see [Guards.OfProfile].
type Guards struct {
	Removals  Marks `json:"removals"`  // entitlements that end or begin to wait
	Access    Marks `json:"access"`    // titles that stay but lose covered time
	Identity  Marks `json:"identity"`  // titles that stay but change both their title and an identifier
	Additions Marks `json:"additions"` // new titles
	Again     bool  `json:"again"`     // hold, once, removals of what an undo gave back
	Shape     bool  `json:"shape"`     // hold the first list that lacks a column filled by earlier lists
}

// Marks are the limits for one kind: more than Percent of the base and more than Titles, or more than Most. If Most is
// 0, there is no such limit.
type Marks struct {
	Percent int `json:"percent"`
	Titles  int `json:"titles"`
	Most    int `json:"most,omitempty"`
}

// StandardGuards are the settings of a new profile, except the percentage and number of removals, which have their own
// columns.
func StandardGuards() Guards {
	usual := Marks{Percent: 10, Titles: 20, Most: 1000}
	return Guards{Removals: usual, Access: usual, Identity: usual, Additions: Marks{Percent: 50, Titles: 100}, Again: true, Shape: true}
}

// Names of the guards, as used in reasons.
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
	Before   int    `json:"before"`   // the base: the profile's active entitlements in the collection before the run
	Affected int    `json:"affected"` // titles
	Column   string `json:"column,omitempty"`
	Message  string `json:"message"` // for people, with the numbers
}

// Held reports whether nothing in the plan may be written until somebody decides.
func (p *Plan) Held() bool { return len(p.Guards) > 0 }

// HeldBecause returns the reasons in words; "" if nothing holds the plan.
func (p *Plan) HeldBecause() string {
	reasons := make([]string, len(p.Guards))
	for i, g := range p.Guards {
		reasons[i] = g.Message
	}
	return strings.Join(reasons, "; ")
}

// strict is the value of Most for a guard set to zero: anything above zero is held.
const strict = -1

// OfProfile returns the guards that a profile's plans are judged by: a guard set to zero holds more than 0 % and more
// than 0.
func (g Guards) OfProfile() Guards {
	for _, marks := range []*Marks{&g.Access, &g.Identity, &g.Additions} {
		if *marks == (Marks{}) {
			marks.Most = strict
		}
	}
	return g
}

// Asked reports whether a guard with these marks is on.
func (m Marks) Asked() bool { return m != (Marks{}) }

// Exceeds reports whether n of a base are more than the marks allow. Up to two are always allowed, unless nothing would
// be left.
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

// words says which mark n of a base exceeds.
func (m Marks) words(base, n int) string {
	switch {
	case n > m.Titles && n*100 > m.Percent*base:
		return fmt.Sprintf("more than %d %% and more than %s", m.Percent, words.Figure(m.Titles))
	case n > m.Most:
		return "more than " + words.Figure(m.Most)
	default:
		return "more than half"
	}
}

// askGuards applies all guards except the one for access, which needs values. The base is the profile's own active
// entitlements; if there are none, there is nothing to lose.
func (p *Plan) askGuards(guards Guards) {
	base := p.Counts.EntitlementsBefore
	if base == 0 {
		return
	}
	p.Guards = append(p.Guards, guardRemovals(guards.Removals, base, p.Counts.EntitlementsAffected)...)
	identity, additions := p.countIdentity(), p.countAdditions()
	if guards.Identity.Asked() && guards.Identity.Exceeds(base, identity) {
		p.Hold(GuardIdentity, identity, "%s of %s titles would get both another title and another identifier (%s), %s", guards.Identity)
	}
	if m := guards.Additions; m.Asked() && additions > m.Titles && additions*100 > m.Percent*base {
		p.Hold(GuardAdditions, additions, "%s titles would be added to the %s there are (%s), %s", m)
	}
	if given := p.countGivenBack(); guards.Again && given > 0 {
		p.Guards = append(p.Guards, GuardReason{
			Guard: GuardAgain, Before: base, Affected: given,
			Message: fmt.Sprintf("the plan takes away %s of the %s titles again that an undo gave back", words.Figure(given), words.Figure(base)),
		})
	}
}

// Hold adds a guard's reason. format takes the number of titles, the base, the share and the limit.
func (p *Plan) Hold(guard string, n int, format string, marks Marks) {
	base := p.Counts.EntitlementsBefore
	p.Guards = append(p.Guards, GuardReason{
		Guard: guard, Before: base, Affected: n,
		Message: fmt.Sprintf(format, words.Figure(n), words.Figure(base), fmt.Sprintf("%.1f %%", 100*float64(n)/float64(base)),
			marks.words(base, n)),
	})
}

// guardRemovals judges how much a plan removes.
func guardRemovals(marks Marks, base, n int) []GuardReason {
	reason := GuardReason{Guard: GuardRemovals, Before: base, Affected: n}
	switch {
	case n > 0 && n >= base:
		reason.Message = fmt.Sprintf("nothing would be left: the plan takes away all %s titles here", words.Figure(base))
	case marks.Exceeds(base, n):
		reason.Message = fmt.Sprintf("the plan takes away %s of %s titles (%.1f %%), %s",
			words.Figure(n), words.Figure(base), 100*float64(n)/float64(base), marks.words(base, n))
	default:
		return nil
	}
	return []GuardReason{reason}
}

// countIdentity counts the titles that stay but change both their title and an identifier.
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

// countAdditions counts the titles that are new for the profile.
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
