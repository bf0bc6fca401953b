package plan

import (
	"slices"
	"strings"
)

// Kind is one kind of change in a plan: some kinds can be approved and others declined (DOMAIN section 7).
type Kind string

// The kinds. Field updates belong to Updates; statements that lose time belong to AccessLost. What begins to wait
// counts as Removals.
const (
	Additions  Kind = "ADDITIONS"
	Updates    Kind = "UPDATES"
	AccessLost Kind = "ACCESS_LOST"
	Removals   Kind = "REMOVALS"
)

// AllKinds lists the kinds in the order in which they are shown.
var AllKinds = []Kind{Additions, Updates, AccessLost, Removals}

// Kinds is a set of kinds.
type Kinds []Kind

// Has reports whether the set has a kind.
func (k Kinds) Has(kind Kind) bool { return slices.Contains(k, kind) }

// Others returns the kinds that are not in the set.
func (k Kinds) Others() (others Kinds) {
	for _, kind := range AllKinds {
		if !k.Has(kind) {
			others = append(others, kind)
		}
	}
	return others
}

// String returns the kinds as they are stored, separated by spaces.
func (k Kinds) String() string {
	names := make([]string, len(k))
	for i, kind := range k {
		names[i] = string(kind)
	}
	return strings.Join(names, " ")
}

// GuardedKind is the kind of changes that each guard is about. If it is declined, the guard has nothing to hold. The guard of
// a list's shape is not here: that one is about all kinds.
var GuardedKind = map[string]Kind{
	GuardRemovals: Removals, GuardAgain: Removals, GuardAccess: AccessLost, GuardIdentity: Updates, GuardAdditions: Additions,
}

// Decline takes kinds of changes out of the plan: what was declined is neither written nor held. The field Declined
// keeps the kinds.
func (p *Plan) Decline(kinds Kinds) {
	p.Declined = kinds
	if kinds.Has(Removals) {
		p.Leaving = slices.DeleteFunc(p.Leaving, func(l LeavingPortfolio) bool { return !p.decided.merged[l.Portfolio] })
		p.Waiting = nil
		p.countAffected()
	}
	p.Guards = slices.DeleteFunc(p.Guards, func(g GuardReason) bool {
		kind, one := GuardedKind[g.Guard]
		return one && kinds.Has(kind)
	})
}

// Declines reports whether everything that the plan would do to a title is declined.
func (p *Plan) Declines(title int32) bool {
	if len(p.Declined) == 0 {
		return false
	}
	if _, byHand := p.decided.words[title]; byHand {
		return false
	}
	pair := p.Pairs[title]
	if pair == Unpaired || !p.Portfolios.At(pair).Entitled {
		return p.Declined.Has(Additions)
	}
	return p.Declined.Has(Updates) && (p.Declined.Has(AccessLost) || !p.Loses[title])
}

// keepsFields and keepsCoverage report which parts of an update are declined.
func (p *Plan) keepsFields() bool { return p.Declined.Has(Updates) }

func (p *Plan) keepsCoverage(title int32) bool {
	if p.Loses[title] {
		return p.Declined.Has(AccessLost)
	}
	return p.Declined.Has(Updates)
}
