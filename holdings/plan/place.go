package plan

import (
	"encoding/json"
	"regexp"
	"slices"
)

// Place is where a portfolio is: in a collection, in the holdings or out of them.
type Place struct {
	Collection int64  `json:"collection"`
	Name       string `json:"name"`                // the collection's
	RemovedAt  *int64 `json:"removedAt,omitempty"` // Unix milliseconds; nil: in the holdings
	Review     string `json:"review,omitempty"`
	// Unix milliseconds; 0: it waits for nobody, or in reports of earlier versions
	ReviewSince int64 `json:"reviewSince,omitempty"`
	// those that change together with the place
	Entitlements []PlaceEntitlement `json:"entitlements,omitempty"`
}

// PlaceEntitlement is whether an entitlement is in force.
type PlaceEntitlement struct {
	ID           int64  `json:"id"`
	Active       bool   `json:"active,omitempty"`
	Waiting      string `json:"waiting,omitempty"`
	WaitingSince string `json:"waitingSince,omitempty"`
	EndedAt      *int64 `json:"endedAt,omitempty"`
}

// Ended is the place out of the holdings since a moment, with entitlements that ended then.
func (p Place) Ended(at int64) Place {
	p.RemovedAt, p.Review = &at, ""
	p.Entitlements = slices.Clone(p.Entitlements)
	for i, e := range p.Entitlements {
		if e.Active || e.Waiting != "" {
			p.Entitlements[i] = PlaceEntitlement{ID: e.ID, EndedAt: &at}
		}
	}
	return p
}

// ValuesOfPlace returns where a portfolio is before and after a change.
func ValuesOfPlace(before, after Place) Values {
	return Values{PlaceValues, ToJSON(before), ToJSON(after)}
}

// Places returns where a portfolio is before and after a change; ok is false for any other change, or if it cannot be read.
func (v Values) Places() (before, after Place, ok bool) {
	if v.Kind != PlaceValues || json.Unmarshal([]byte(v.Old), &before) != nil || json.Unmarshal([]byte(v.New), &after) != nil {
		return before, after, false
	}
	return before, after, true
}

var placeTime = regexp.MustCompile(`"(removedAt|endedAt|reviewSince)":\d+`)

// Timeless returns the values without the times in them, so that a preview and what it previews can be compared.
func (v Values) Timeless() Values {
	if v.Kind != PlaceValues {
		return v
	}
	return Values{v.Kind, placeTime.ReplaceAllString(v.Old, `"$1":0`), placeTime.ReplaceAllString(v.New, `"$1":0`)}
}

func placeWords(stored string) string {
	var p Place
	if json.Unmarshal([]byte(stored), &p) != nil {
		return stored
	}
	if p.RemovedAt != nil {
		return "out of the holdings, in " + p.Name
	}
	return "in the holdings, in " + p.Name
}
