package plan

import (
	"encoding/json"
	"fmt"
	"iter"
	"strings"

	"autoholdings/kbart"
)

// DivergingValues holds the title columns, by KBART name, where the profile's latest list differs from the portfolio:
// another profile's list is newer. These values keep the keys by which the profile's list
// finds the portfolio. They take over when the other profile no longer lists it.
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

// AppliedTo returns what the list last said: a portfolio's values, with the diverging ones in place.
func (o DivergingValues) AppliedTo(values *[len(TitleColumns)]string) (said [len(TitleColumns)]string) {
	said = *values
	for c, value := range o.columns() {
		said[TitleColumnIndex[c]] = value
	}
	return said
}

// Text is the form in which they are stored; "" if there are none.
func (o DivergingValues) Text() string {
	if len(o) == 0 {
		return ""
	}
	return ToJSON(o) // in the order of the names
}

// String lists the values: "title_id: brain2; notes: …".
func (o DivergingValues) String() string {
	var words []string
	for c, value := range o.columns() {
		words = append(words, c.String()+": "+value)
	}
	return strings.Join(words, "; ")
}

// ParseDivergingValues reads the stored form; "" means none.
func ParseDivergingValues(text string) (own DivergingValues, err error) {
	if text == "" {
		return nil, nil
	}
	if err = json.Unmarshal([]byte(text), &own); err != nil {
		return nil, fmt.Errorf("read what a list has otherwise: %w", err)
	}
	return own, nil
}
