package plan

import (
	"encoding/json"
	"fmt"
	"iter"
	"strings"

	"autoholdings/kbart"
)

// DivergingValues are the title columns in which what a profile's list said last differs from the portfolio, by KBART
// name: another profile's list is newer, or staff locked the field. They keep the keys by which the profile's list
// finds the portfolio, and take over when the other profile no longer lists it.
type DivergingValues map[string]string

func (o DivergingValues) columns() iter.Seq2[kbart.Column, string] {
	return func(yield func(kbart.Column, string) bool) {
		for _, c := range TitleColumns {
			if value, ok := o[c.String()]; ok && !yield(c, value) {
				return
			}
		}
	}
}

// AppliedTo are the values that the list said last of a portfolio that has these.
func (o DivergingValues) AppliedTo(values *[len(TitleColumns)]string) (said [len(TitleColumns)]string) {
	said = *values
	for c, value := range o.columns() {
		said[TitleColumnIndex[c]] = value
	}
	return said
}

// Text is how they are stored; "" where there are none.
func (o DivergingValues) Text() string {
	if len(o) == 0 {
		return ""
	}
	return ToJSON(o) // in the order of the names
}

// String is them in words: "title_id: brain2; notes: …".
func (o DivergingValues) String() string {
	var words []string
	for c, value := range o.columns() {
		words = append(words, c.String()+": "+value)
	}
	return strings.Join(words, "; ")
}

// ParseDivergingValues reads stored ones; "" has none.
func ParseDivergingValues(text string) (own DivergingValues, err error) {
	if text == "" {
		return nil, nil
	}
	if err = json.Unmarshal([]byte(text), &own); err != nil {
		return nil, fmt.Errorf("read what a list has otherwise: %w", err)
	}
	return own, nil
}
