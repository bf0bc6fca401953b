package plan

// OfWithdrawal plans to end all entitlements that are active or suspended. Nothing would be left, so the plan is held,
// unless there are none.
func OfWithdrawal(portfolios ChunkedList[HeldPortfolio]) *Plan {
	p := &Plan{List: &List{}, Portfolios: portfolios}
	for i := range int32(portfolios.Len()) {
		if h := portfolios.At(i); h.Entitled || h.Waits && !h.Hidden {
			p.Leaving = append(p.Leaving, LeavingPortfolio{
				Portfolio: i, Action: LeavingAction(h.HasPOLine || h.Retained, h.HeldByOthers || h.AwaitedByOtherProfile),
			})
		}
	}
	p.Counts.EntitlementsBefore, p.Counts.EntitlementsAffected = len(p.Leaving), len(p.Leaving)
	p.Guards = guardRemovals(Marks{}, len(p.Leaving), len(p.Leaving))
	return p
}
