package holdings

import (
	"encoding/json"
	"fmt"
	"iter"
	"strings"

	"autoholdings/kbart"
)

// ownValues are the title columns in which what a profile's list said last differs from the portfolio, by KBART name:
// another profile's list is newer, or staff locked the field. They keep the keys by which the profile's list finds the
// portfolio, and take over when the other profile no longer lists it.
type ownValues map[string]string

func (o ownValues) columns() iter.Seq2[kbart.Column, string] {
	return func(yield func(kbart.Column, string) bool) {
		for _, c := range titleColumns {
			if value, ok := o[c.String()]; ok && !yield(c, value) {
				return
			}
		}
	}
}

// over are the values that the list said last of a portfolio that has these.
func (o ownValues) over(values *[len(titleColumns)]string) (said [len(titleColumns)]string) {
	said = *values
	for c, value := range o.columns() {
		said[titleColumnIndex[c]] = value
	}
	return said
}

// text is how they are stored; "" where there are none.
func (o ownValues) text() string {
	if len(o) == 0 {
		return ""
	}
	return toJSON(o) // in the order of the names
}

// String is them in words: "title_id: brain2; notes: …".
func (o ownValues) String() string {
	var words []string
	for c, value := range o.columns() {
		words = append(words, c.String()+": "+value)
	}
	return strings.Join(words, "; ")
}

func parseOwnValues(text string) (own ownValues, err error) {
	if text == "" {
		return nil, nil
	}
	if err = json.Unmarshal([]byte(text), &own); err != nil {
		return nil, fmt.Errorf("read what a list has otherwise: %w", err)
	}
	return own, nil
}
