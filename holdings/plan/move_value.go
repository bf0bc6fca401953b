package plan

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// MoveValue is a value in a move's report as it is stored: what undo and comparison need, and what people read.
type MoveValue struct {
	POLine   int64   `json:"poLine,omitempty"`
	Main     bool    `json:"main,omitempty"`     // it is the portfolio's main PO line
	License  int64   `json:"license,omitempty"`  // the license that moves or conflicts
	Replaces int64   `json:"replaces,omitempty"` // the counterpart's license that it replaces
	Keeps    int64   `json:"keeps,omitempty"`    // the license that the counterpart keeps
	Had      bool    `json:"had,omitempty"`      // the counterpart had the same license already
	Hidden   bool    `json:"hidden,omitempty"`   // the portfolio was out of the holdings when this was moved from it
	Beside   bool    `json:"beside,omitempty"`   // the license is additional
	Stay     []int64 `json:"stay,omitempty"`     // PO lines that stay where they are
	More     []int64 `json:"more,omitempty"`     // additional licenses that stay where they are
	Target   int64   `json:"target,omitempty"`   // the counterpart
	Whole    int64   `json:"whole,omitempty"`    // the collection that the PO line orders as a whole
	Closed   string  `json:"closed,omitempty"`   // why the would-be counterpart is none: patrons cannot reach it

	Value *string `json:"value,omitempty"` // what staff put on the portfolio: see MoveStaff
	Stays string  `json:"stays,omitempty"` // why that stays, or stays as well: a code

	Title      string `json:"title,omitempty"` // the counterpart's title
	Collection string `json:"collection,omitempty"`
	Code       string `json:"code,omitempty"` // code of the license that is replaced or kept
}

// stored returns the value as it is stored; "" if there is nothing to say.
func (v MoveValue) stored() string {
	if text := ToJSON(v); text != "{}" {
		return text
	}
	return ""
}

// storedMove decodes a stored value; ok is false if it cannot be read.
func storedMove(stored string) (v MoveValue, ok bool) {
	if stored == "" {
		return v, true
	}
	if json.Unmarshal([]byte(stored), &v) != nil {
		return MoveValue{}, false
	}
	return v, true
}

// Why something that staff put on a portfolio stays when the rest of it is moved.
const (
	StaysOther    = "OTHER_VALUE"    // the counterpart has another value
	StaysTitle    = "OF_THE_TITLE"   // it corrects the provider's words about this title, which is another one
	StaysRetained = "STILL_RETAINED" // it is given to the counterpart, but this portfolio has time that the counterpart lacks
)

// Words returns the value as people read it, for the action and field of the change.
func (v MoveValue) Words(action Action, field string) string {
	where := ""
	switch {
	case v.Target != 0:
		where = fmt.Sprintf("of %q in %s", v.Title, v.Collection)
	case v.Whole != 0:
		where = "of the collection " + v.Collection
	}
	license := "license"
	if v.Beside {
		license = "additional license"
	}
	switch {
	case action == MoveStaff, action == StaffStays:
		return v.staffWords(field)
	case action == MovePOLine && v.Main:
		return strings.TrimSpace("main PO line " + where)
	case action == MovePOLine:
		return strings.TrimSpace("additional PO line " + where)
	case v.Replaces != 0:
		return fmt.Sprintf("license %s, in place of %s", where, v.Code)
	case v.Keeps != 0:
		return fmt.Sprintf("stays, since %q in %s keeps %s", v.Title, v.Collection, v.Code)
	case v.Had:
		return fmt.Sprintf("%s %s, which had it already", license, where)
	case action == MoveLicense, action == LicenseConflict:
		return strings.TrimSpace(license + " " + where)
	case v.Closed != "":
		return fmt.Sprintf("stays: %q in %s would be its counterpart, but %s", v.Title, v.Collection, v.Closed)
	case v.Collection != "":
		return fmt.Sprintf("stays: no portfolio of %s is its counterpart", v.Collection)
	default:
		return v.unmoved()
	}
}

func (v MoveValue) staffWords(field string) string {
	words := ""
	if v.Value != nil {
		words = staffWords(field, ToJSON(*v.Value))
	}
	switch {
	case v.Target == 0:
		return words
	case v.Stays == StaysOther:
		return fmt.Sprintf("stays, since %q in %s has a value of its own: %s", v.Title, v.Collection, words)
	case v.Stays == StaysTitle:
		return fmt.Sprintf("stays: it is about this title, and %q is another one", v.Title)
	case v.Stays == StaysRetained:
		return fmt.Sprintf("%s, of %q in %s, and here as well, since time is retained here that is not covered there", words, v.Title,
			v.Collection)
	case v.Had:
		return fmt.Sprintf("%s, of %q in %s, which had it already", words, v.Title, v.Collection)
	default:
		return fmt.Sprintf("%s, of %q in %s", words, v.Title, v.Collection)
	}
}

// unmoved names what a portfolio keeps: "2 PO lines and a license".
func (v MoveValue) unmoved() string {
	var words []string
	switch n := len(v.Stay); n {
	case 0:
	case 1:
		words = append(words, "a PO line")
	default:
		words = append(words, fmt.Sprintf("%d PO lines", n))
	}
	licenses := len(v.More)
	if v.License != 0 {
		licenses++
	}
	switch licenses {
	case 0:
	case 1:
		words = append(words, "a license")
	default:
		words = append(words, fmt.Sprintf("%d licenses", licenses))
	}
	return strings.Join(words, " and ")
}

// MoveSignature is equal for two report lines that say the same, even if titles or collections were renamed since.
func MoveSignature(action Action, values Values) uint64 {
	if from, to, ok := values.Moved(); ok {
		for _, v := range []*MoveValue{&from, &to} {
			v.Title, v.Collection, v.Code = "", "", ""
		}
		values = ValuesOfMove(from, to)
	}
	h := SaltedHash(textHash(string(action))^xxhash.Sum64String(values.Old), 1)
	return SaltedHash(h^xxhash.Sum64String(values.New), 2)
}
