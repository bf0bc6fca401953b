package holdings

import (
	"encoding/json"
	"strings"

	"autoholdings/kbart"
)

// StoredStatements decodes the statements that a change of coverage keeps as its value. ok is false for any other value.
func StoredStatements(value string) (statements []Statement, ok bool) {
	if !strings.HasPrefix(value, "[{") {
		return nil, false
	}
	if err := json.Unmarshal([]byte(value), &statements); err != nil {
		return nil, false
	}
	return statements, true
}

// StoredText is a change's stored value in words: statements as ranges or, where the field is one that a statement has
// of its own, as the list of that field's values.
func StoredText(field, value string) string {
	statements, ok := StoredStatements(value)
	if !ok {
		return value
	}
	var own []string
	switch field {
	case kbart.TitleURL.String():
		for i := range statements {
			own = append(own, statements[i].ownText(kbart.TitleURL))
		}
	case kbart.Notes.String():
		for i := range statements {
			own = append(own, statements[i].ownText(kbart.Notes))
		}
	default:
		return coverageText(statements)
	}
	return strings.Join(own, "; ")
}
