package jobs

import (
	"errors"
	"strings"

	"autoholdings/ent"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
)

// What a run would do with a part that a preview shows; empty: apply it.
const (
	heldInARun    = PartHeld
	blockedInARun = PartBlocked
)

// foresee records what a run would do with the part, and why. Whatever comes first in a run counts.
func (pr *partRun) foresee(state string, why failure) {
	if pr.wouldBe == "" {
		pr.wouldBe, pr.why = state, why
	}
}

// foreseenOr ends a preview's part whose list cannot be planned: if something else stands in the way, a run would not
// even have tried.
func (pr *partRun) foreseenOr(err error) error {
	var known *failure
	if pr.wouldBe != "" && errors.As(err, &known) {
		return &blockade{PartPreviewed, pr.why}
	}
	return err
}

// foresight is what the parts of a preview have shown so far. A part is planned on the state at its turn, which
// includes the earlier parts that a run would apply.
type foresight struct {
	plans map[int64][]*holdings.Plan // by collection
	left  map[int64]int              // how many parts of a collection remain to be planned
}

// newForesight begins a preview. A resumed run plans everything again, because plans are not kept.
func newForesight(parts []*ent.JobPart) *foresight {
	f := &foresight{map[int64][]*holdings.Plan{}, map[int64]int{}}
	if !anyOpen(parts) {
		return f
	}
	showAgain(parts)
	for _, part := range parts {
		if isOpen(part.State) && part.CollectionID != nil {
			f.left[*part.CollectionID]++
		}
	}
	return f
}

// showAgain has a resumed preview show those parts again that it has shown: they build on each other.
func showAgain(parts []*ent.JobPart) {
	for _, part := range parts {
		if part.State == PartPreviewed {
			part.State = PartFetched
		}
	}
}

func anyOpen(parts []*ent.JobPart) bool {
	for _, part := range parts {
		if isOpen(part.State) {
			return true
		}
	}
	return false
}

// begin counts a part as planned.
func (f *foresight) begin(part *ent.JobPart) {
	if f != nil && part.CollectionID != nil {
		f.left[*part.CollectionID]--
	}
}

// earlier returns the plans that the next one of a collection builds on.
func (f *foresight) earlier(collectionID int64) []*holdings.Plan {
	if f == nil {
		return nil
	}
	return f.plans[collectionID]
}

// add keeps a plan that a run would apply, as long as a later plan builds on it.
func (f *foresight) add(collectionID int64, plan *holdings.Plan) {
	if f == nil {
		return
	}
	if f.left[collectionID] == 0 {
		delete(f.plans, collectionID)
		return
	}
	f.plans[collectionID] = append(f.plans[collectionID], plan)
}

// previewInWords says what a run would do, and what would be held or blocked, and why.
func previewInWords(parts []*ent.JobPart, words func(*plan.Counts) string) (sentences []string, err error) {
	var done, asked plan.Counts
	var held, blocked []string
	applies := false
	for _, p := range parts {
		if p.State != PartPreviewed {
			continue
		}
		counts, err := decodeCounts(p.Counts)
		if err != nil {
			return nil, err
		}
		reason := partName(p, severalProfiles(parts)) + ": " + p.Message
		switch p.WouldBe {
		case heldInARun:
			asked.Merge(counts)
			held = append(held, reason)
		case blockedInARun:
			blocked = append(blocked, reason)
		default:
			applies = true
			done.Merge(counts)
		}
	}
	if applies {
		sentences = append(sentences, "a run would do this: "+words(&done))
	}
	if len(held) > 0 {
		sentences = append(sentences, "a run would be held: "+strings.Join(held, "; "), "if a person then approves: "+words(&asked))
	}
	if len(blocked) > 0 {
		sentences = append(sentences, "a run would be blocked: "+strings.Join(blocked, "; "))
	}
	return sentences, nil
}
