package holdings

import (
	"strings"

	"autoholdings/internal/problem"
	"autoholdings/kbart"
)

// PerpetualChange changes the mark of perpetual access on a collection or a license; nil leaves a field as it is, and
// "" empties a day.
type PerpetualChange struct {
	Access      *bool
	From, Until *string
}

// Fill changes a mark, and adds a problem for each field that is wrong.
func (c PerpetualChange) Fill(problems *problem.List, access *bool, from, until *string) {
	if c.Access != nil {
		if *access = *c.Access; !*access { // without the mark its days say nothing
			*from, *until = "", ""
		}
	}
	for _, day := range []struct {
		given  *string
		stored *string
		field  string
		day    func(kbart.Date) string
	}{
		{c.From, from, "perpetualFrom", firstDay}, {c.Until, until, "perpetualUntil", lastDay},
	} {
		if day.given == nil {
			continue
		}
		value := strings.TrimSpace(*day.given)
		if date, ok := kbart.ParseDate(value); ok {
			value = day.day(date)
		} else if value != "" {
			problems.Add(problem.BadInput, "input."+day.field, "%.40q is no date: write it as YYYY-MM-DD, YYYY-MM or YYYY", value)
		}
		*day.stored = value
	}
	switch {
	case !*access && (*from != "" || *until != ""):
		problems.Add(problem.BadInput, "input.perpetualAccess",
			"days of perpetual access are given, but not perpetual access itself: set it to true")
	case *from != "" && *until != "" && *from > *until:
		problems.Add(problem.BadInput, "input.perpetualUntil", "perpetual access from %s until %s are no days: exchange them", *from, *until)
	}
}
