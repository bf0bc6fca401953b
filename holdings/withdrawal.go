package holdings

// planWithdrawal plans to end all entitlements that are in force or suspended. Nothing would be left, so the plan's guard
// holds it, unless there are none.
func planWithdrawal(portfolios chunked[held]) *Plan {
	p := &Plan{list: &list{}, held: portfolios}
	for i := range int32(portfolios.len()) {
		if h := portfolios.at(i); h.entitled || h.waits && !h.hidden {
			p.leaving = append(p.leaving, leaving{portfolio: i, action: leavingAction(h.ordered, h.elsewhere || h.awaited)})
		}
	}
	p.Counts.EntitlementsBefore, p.Counts.EntitlementsAffected = len(p.leaving), len(p.leaving)
	p.Guards = guardRemovals(Marks{}, len(p.leaving), len(p.leaving))
	return p
}
