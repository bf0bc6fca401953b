package jobs

import (
	"strings"

	"autoholdings/holdings/plan"
	"autoholdings/internal/words"
)

// changeWording sums up changes of many portfolios and their undos.
var changeWording = wording{
	counted: func(c *plan.Counts) bool { return c.Bulk != nil },
	done: func(c *plan.Counts, _ string) string {
		var said []string
		for _, did := range []struct {
			n    int
			done string
			more string
		}{
			{c.Updated, "changed", fieldsInWords(c, "")},
			{c.Removed, "taken out of the holdings", ""},
			{c.Bulk.Restored, "brought back into the holdings", ""},
			{c.Bulk.Moved, "moved to another collection", ""},
		} {
			if did.n > 0 {
				said = append(said, words.Count(did.n, "portfolio", "portfolios")+" "+did.done+did.more)
			}
		}
		if said == nil {
			said = []string{"no portfolio changed"}
		}
		return strings.Join(said, ", ") + ", " + words.Figure(c.Unchanged) + " unchanged"
	},
	aside: func(c *plan.Counts) (first []aside, left aside) {
		return []aside{{
				c.Bulk.Refused, "portfolio left as it is, with the reason in the report",
				"portfolios left as they are, with the reasons in the report",
			}, {
				c.Bulk.NotTaken, "value of the file not taken over, with the reason in the report",
				"values of the file not taken over, with the reasons in the report",
			}},
			aside{c.Left, "change not put back", "changes not put back"}
	},
	left: failure{
		Message: "not put back, because somebody has changed it since",
		Hint:    "It is listed with action LEFT; put it right by hand.",
	},
}
