package holdings

import (
	"fmt"
	"strings"
)

// Guards are a profile's settings of what holds a plan until a person decides (DOMAIN section 7).
type Guards struct {
	Removals  Marks `json:"removals"`  // entitlements that end or begin to wait
	Access    Marks `json:"access"`    // titles that stay and lose time that was covered
	Identity  Marks `json:"identity"`  // titles that stay and change both their title and an identifier
	Additions Marks `json:"additions"` // titles that are new
	Again     bool  `json:"again"`     // hold removals of what an undo gave back, once
	Shape     bool  `json:"shape"`     // hold the first list that lacks a column which lists before it filled
}

// Marks say how much of one kind is held: more than Percent of the base and more than Titles, or more than Most. 0 in Most
// stands for no such mark.
type Marks struct {
	Percent int `json:"percent"`
	Titles  int `json:"titles"`
	Most    int `json:"most,omitempty"`
}

// StandardGuards are the settings of a new profile.
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

// judgeRemovals judges how much a plan takes away.
func judgeRemovals(marks Marks, before, affected int) []GuardReason {
	reason := GuardReason{Guard: GuardRemovals, Before: before, Affected: affected}
	switch {
	case affected > 0 && affected >= before:
		reason.Message = fmt.Sprintf("nothing would be left: the plan takes away all %d titles here", before)
	case affected > marks.Titles && affected*100 > marks.Percent*before:
		reason.Message = fmt.Sprintf("the plan takes away %d of %d titles (%.1f %%), more than %d %% and more than %d",
			affected, before, 100*float64(affected)/float64(before), marks.Percent, marks.Titles)
	default:
		return nil
	}
	return []GuardReason{reason}
}
