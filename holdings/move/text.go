package move

import (
	"autoholdings/ent"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
)

// Moved are the ids that a line of a move's report names: the counterpart, the PO line, the license; 0 for none.
func Moved(c *ent.JobChange) (target, poLine, license int64) {
	from, to, ok := holdings.ValuesOf(c).Moved()
	if !ok || plan.Action(c.Action) == plan.NoCounterpart {
		return 0, 0, 0
	}
	return max(from.Target, to.Target), max(from.POLine, to.POLine), max(from.License, to.License)
}
