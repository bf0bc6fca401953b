package plan

import "encoding/json"

// POLineField is the field of a report line about a PO line that a job makes or attaches.
const POLineField = "po_line"

// POLineState is how a PO line stands to a portfolio; the zero value: there is no such PO line.
type POLineState struct {
	Number   string `json:"number"`
	Attached bool   `json:"attached,omitempty"` // to the portfolio; otherwise to none
	Main     bool   `json:"main,omitempty"`
}

// ValuesOfPOLine returns how a PO line stands before and after a change.
func ValuesOfPOLine(before, after POLineState) Values {
	return Values{POLineValues, before.stored(), after.stored()}
}

func (s POLineState) stored() string {
	if s == (POLineState{}) {
		return ""
	}
	return ToJSON(s)
}

// POLine returns how a PO line stands before and after a change; ok is false for any other change, or if it cannot be read.
func (v Values) POLine() (before, after POLineState, ok bool) {
	if v.Kind != POLineValues {
		return before, after, false
	}
	for _, side := range []struct {
		stored string
		to     *POLineState
	}{{v.Old, &before}, {v.New, &after}} {
		if side.stored != "" && json.Unmarshal([]byte(side.stored), side.to) != nil {
			return before, after, false
		}
	}
	return before, after, true
}

func poLineWords(stored string) string {
	var s POLineState
	if stored == "" || json.Unmarshal([]byte(stored), &s) != nil {
		return stored
	}
	switch {
	case !s.Attached:
		return s.Number + ", of no portfolio"
	case s.Main:
		return s.Number + ", main"
	default:
		return s.Number
	}
}
