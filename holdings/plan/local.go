package plan

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// LocalValues are what staff put on a portfolio beside the provider's values, by the name of the field. A title column's
// local value is shown, exported and served instead of the provider's, also if it is empty. Coverage is a LocalCoverage
// and the proxy a LocalProxy, both as JSON. No job of a provider's list changes any of them.
type LocalValues map[string]string

// The fields that only the library has.
const (
	PublicNote         = "public_note"             // for patrons
	InternalNote       = "internal_note"           // for staff
	AuthenticationNote = "authentication_note"     // how to sign in
	Proxy              = "proxy"                   // LocalProxy
	Unavailable        = "temporarily_unavailable" // the reason, for patrons
)

// LocalFields are the names of all fields that can have a local value: the title columns, coverage, and those that only
// the library has.
var LocalFields = append(append(strings.Split(TitleColumnNames, ", "), CoverageField),
	PublicNote, InternalNote, AuthenticationNote, Proxy, Unavailable)

// LocalCoverage is the library's own coverage.
type LocalCoverage struct {
	Mode       CoverageMode `json:"mode"`
	Statements []Statement  `json:"statements"`
}

// CoverageMode says how local coverage and the provider's go together.
type CoverageMode string

// The modes of local coverage.
const (
	Instead  CoverageMode = "INSTEAD"  // the provider's is not shown
	Addition CoverageMode = "ADDITION" // both are shown
)

// LocalKind is the kind of a statement that staff entered.
const LocalKind = "LOCAL"

// LocalProxy says whether links go through the library's proxy.
type LocalProxy struct {
	On     bool           `json:"on"`
	Groups map[int64]bool `json:"groups,omitempty"` // where it differs, by inventory group
}

// ParseLocalValues reads the stored form; "" means none.
func ParseLocalValues(text string) (local LocalValues, err error) {
	if text == "" {
		return nil, nil
	}
	if err = json.Unmarshal([]byte(text), &local); err != nil {
		return nil, fmt.Errorf("read local values: %w", err)
	}
	return local, nil
}

// Text is the form in which they are stored; "" if there are none.
func (l LocalValues) Text() string { return DivergingValues(l).Text() }

// With returns the values with one field changed; nil takes its local value back.
func (l LocalValues) With(field string, value *string) LocalValues {
	after := maps.Clone(l)
	switch {
	case value == nil:
		delete(after, field)
	case after == nil:
		after = LocalValues{field: *value}
	default:
		after[field] = *value
	}
	return after
}

// Get returns a field's local value; nil if there is none.
func (l LocalValues) Get(field string) *string {
	if value, ok := l[field]; ok {
		return &value
	}
	return nil
}

// Coverage returns the library's own coverage; ok is false if there is none, or if it cannot be read.
func (l LocalValues) Coverage() (c LocalCoverage, ok bool) {
	text, ok := l[CoverageField]
	return c, ok && json.Unmarshal([]byte(text), &c) == nil
}

// Proxy returns what is said of the proxy; ok is false if nothing is.
func (l LocalValues) Proxy() (p LocalProxy, ok bool) {
	text, ok := l[Proxy]
	return p, ok && json.Unmarshal([]byte(text), &p) == nil
}

// InsteadOf says whether staff's coverage stands instead of the provider's.
func (l LocalValues) InsteadOf() bool {
	c, ok := l.Coverage()
	return ok && c.Mode == Instead
}

// AppliedTo returns what is shown: a portfolio's values, with the local ones in place.
func (l LocalValues) AppliedTo(values *[len(TitleColumns)]string) [len(TitleColumns)]string {
	return DivergingValues(l).AppliedTo(values)
}

// Behind returns the changes of a comparison that happen behind a local value: patrons do not see them.
func (l LocalValues) Behind(changes []FieldChange) (behind []FieldChange) {
	for _, f := range changes {
		_, has := l[f.Name]
		if has || strings.HasPrefix(f.Name, CoverageField) && l.InsteadOf() {
			behind = append(behind, f)
		}
	}
	return behind
}

// Fields are the names of the fields with a local value, in the order of LocalFields.
func (l LocalValues) Fields() []string {
	return slices.DeleteFunc(slices.Clone(LocalFields), func(name string) bool { _, has := l[name]; return !has })
}

// ComparableLocal is the form in which a local value and the provider's are compared.
func ComparableLocal(field, value string) string {
	if i := TitleColumnNamed(field); i >= 0 {
		return ComparableValue(TitleColumns[i], value)
	}
	return value
}

// LocalWords is a local value as people read it.
func LocalWords(field, value string) string {
	switch field {
	case CoverageField:
		var c LocalCoverage
		if json.Unmarshal([]byte(value), &c) != nil {
			return value
		}
		how := "instead of the provider's: "
		if c.Mode == Addition {
			how = "in addition to the provider's: "
		}
		if len(c.Statements) == 0 {
			return how + "none"
		}
		return how + CoverageText(c.Statements)
	case Proxy:
		var p LocalProxy
		if json.Unmarshal([]byte(value), &p) != nil {
			return value
		}
		words := onOrOff(p.On)
		for _, differs := range []bool{true, false} {
			if n := len(slices.DeleteFunc(slices.Collect(maps.Values(p.Groups)), func(on bool) bool { return on != differs })); n > 0 {
				words += fmt.Sprintf(", %s for %d groups", onOrOff(differs), n)
			}
		}
		return words
	default:
		return value
	}
}

func onOrOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
