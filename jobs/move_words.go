package jobs

import (
	"autoholdings/holdings/plan"
	"autoholdings/internal/words"
)

// moveWording sums up moves and their undos. An undo has no target.
var moveWording = wording{
	counted: func(c *plan.Counts) bool { return c.Move != nil && c.Added+c.Updated+c.Removed+c.Kept+c.Withdrawn == 0 },
	done: func(c *plan.Counts, target string) string {
		switch {
		case !c.Changed() && target == "":
			return "nothing was put back"
		case !c.Changed():
			return "nothing moved to " + target
		case target == "":
			return movedInWords(c.Move) + " put back"
		default:
			return movedInWords(c.Move) + " moved to " + target
		}
	},
	aside: func(c *plan.Counts) (first []aside, left aside) {
		return []aside{
			{c.Move.NoCounterpart, "portfolio has no counterpart", "portfolios have no counterpart"},
			{c.Move.Ambiguous, "portfolio might have several counterparts", "portfolios might have several counterparts"},
			{c.Move.Conflicts, "license meets another one at the counterpart", "licenses meet another one at the counterpart"},
			{c.Move.ValuesStay, "staff value stays", "staff values stay"},
			{c.Move.NothingToMove, "portfolio has nothing to move", "portfolios have nothing to move"},
		}, aside{c.Left, "thing left where it is", "things left where they are"}
	},
	left: failure{
		Message: "left where it is, because somebody has changed it or its surroundings since",
		Hint:    "It is listed with action LEFT; look at it, then run the job again or move it by hand.",
	},
}

// movedInWords returns, for example, "312 PO lines, 40 licenses and 3 values".
func movedInWords(m *plan.MoveCounts) string {
	var what []string
	for _, moved := range []aside{
		{m.PoLinesMoved, "PO line", "PO lines"}, {m.LicensesMoved, "license", "licenses"}, {m.ValuesMoved, "staff value", "staff values"},
	} {
		if moved.n > 0 {
			what = append(what, words.Count(moved.n, moved.one, moved.many))
		}
	}
	if len(what) == 0 {
		return "0 PO lines"
	}
	return words.List(what, "and")
}
